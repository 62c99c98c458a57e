"""The models on this machine: folders, and what is in its cache of the hub. Fetches nothing."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from kb.errors import ModelNotFound, ModelUnusable

# Weights in other formats, which may be several times as large as those that are used.
NOT_NEEDED = (
    *("onnx/*", "*.onnx", "openvino/*", "*.ot", "*.h5", "*.msgpack", "*.tflite", "*.gguf"),
    *("coreml/*", "*.mlmodel"),
)


class ModelKind(StrEnum):
    EMBEDDER = "embedder"
    RERANKER = "reranker"


# Where the library looks for a name without an owner.
_OWNERS = {ModelKind.EMBEDDER: "sentence-transformers", ModelKind.RERANKER: "cross-encoder"}
_OPTIONS = {ModelKind.EMBEDDER: "--model", ModelKind.RERANKER: "--rerank"}
_KINDS = {"SentenceTransformer": ModelKind.EMBEDDER, "CrossEncoder": ModelKind.RERANKER}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """A model that can be used without the network; `name` is what to give to `--model`."""

    name: str
    kind: ModelKind
    folder: Path
    size_bytes: int


def find_model(name: str, kind: ModelKind) -> Path:
    """Return the folder of the model called `name`: a path, else a name in the cache of the hub.

    Raises: `ModelNotFound`; `ModelUnusable` when it is of another kind or only partly there.
    """
    path = Path(os.path.expanduser(name))  # noqa: PTH111 (a name may begin with `~` and no user)
    folder = path if name and _is_folder(path) else _cached(name, kind)
    found = kind_of(folder)
    if found not in (None, kind):
        raise ModelUnusable(name, f"it is a model for {_OPTIONS[found]}, not {_OPTIONS[kind]}")
    return folder


def kind_of(folder: Path) -> ModelKind | None:
    """Return what the model in `folder` is for, or None when there is no model to be seen."""
    config = _json(folder / "config_sentence_transformers.json")
    if kind := _KINDS.get(str(config.get("model_type"))):
        return kind
    if os.path.exists(folder / "modules.json"):  # noqa: PTH110 (as in _is_folder)
        return ModelKind.EMBEDDER  # Before version 5 of the library only these had modules.
    architectures = _json(folder / "config.json").get("architectures")
    if not isinstance(architectures, list) or not architectures:
        return None
    is_classifier = str(architectures[0]).endswith("ForSequenceClassification")
    return ModelKind.RERANKER if is_classifier else ModelKind.EMBEDDER


def local_models(folders: Iterable[Path] = ()) -> tuple[LocalModel, ...]:
    """Return the models in the cache of the hub, and in and directly under `folders`."""
    found = {model.name: model for model in (*_models_in_cache(), *_models_in(folders))}
    return tuple(sorted(found.values(), key=lambda model: (model.kind, model.name)))


def _models_in(folders: Iterable[Path]) -> Iterator[LocalModel]:
    for folder in folders:
        for path in (folder, *_inside(folder)):
            if _is_folder(path) and (kind := kind_of(path)):
                size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
                yield LocalModel(name=str(path), kind=kind, folder=path, size_bytes=size)


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # No folder, or a closed one.
        return []


def _models_in_cache() -> Iterator[LocalModel]:
    try:
        from huggingface_hub import constants, scan_cache_dir
        from huggingface_hub.errors import CacheNotFound
    except ImportError:  # The light environment has no use for other models.
        return
    try:
        cache = scan_cache_dir(constants.HF_HUB_CACHE)
    except (CacheNotFound, OSError):
        return
    for repository in cache.repos:
        for revision in repository.revisions:
            if repository.repo_type != "model" or "main" not in revision.refs:
                continue
            if kind := kind_of(revision.snapshot_path):
                yield LocalModel(
                    name=repository.repo_id,
                    kind=kind,
                    folder=revision.snapshot_path,
                    size_bytes=revision.size_on_disk,
                )


def _cached(name: str, kind: ModelKind) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, IncompleteSnapshotError
    except ImportError as error:
        raise ModelNotFound(name) from error
    for repository in dict.fromkeys((name if "/" in name else f"{_OWNERS[kind]}/{name}", name)):
        try:
            found = snapshot_download(
                repository, local_files_only=True, ignore_patterns=list(NOT_NEEDED)
            )
            return Path(found)
        except IncompleteSnapshotError as error:
            reason = f"only a part of it was downloaded; run `kb models pull {repository}` again"
            raise ModelUnusable(name, reason) from error
        except (HFValidationError, OSError):
            continue
    raise ModelNotFound(name)


def _json(path: Path) -> dict[str, Any]:
    """Return a model's settings; none when the file is missing or is no such file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_folder(path: Path) -> bool:
    """True for a folder that this user can see; in a closed one `Path.is_dir` would raise."""
    return os.path.isdir(path)  # noqa: PTH112
