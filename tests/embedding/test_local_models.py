"""Models on this machine: found by path, then by name in the cache of the hub, and listed."""

from pathlib import Path
from shutil import copytree, rmtree

import pytest

from kb.embedding import open_embedder, open_reranker
from kb.embedding.known_models import KNOWN_MODELS
from kb.embedding.local_models import ModelKind, find_model, kind_of, local_models
from kb.errors import ModelNotFound, ModelUnusable
from tests.embedding.tiny_transformer import write_tiny_cross_encoder

REPOSITORY = Path(__file__).parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def reranker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "razvrščevalec"
    write_tiny_cross_encoder(folder)
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    folder.mkdir()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


def keep(cache: Path, name: str, folder: Path) -> Path:
    """Put a model into the cache as a download does."""
    repository = cache / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs/main").write_text(COMMIT)
    return copytree(folder, repository / "snapshots" / COMMIT)


def test_a_path_goes_before_a_name(
    transformer_folder: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep(cache, "own/tiny", transformer_folder)
    monkeypatch.chdir(tmp_path)

    assert find_model("own/tiny", ModelKind.EMBEDDER) == kept
    copytree(transformer_folder, tmp_path / "own/tiny")
    assert find_model("own/tiny", ModelKind.EMBEDDER) == Path("own/tiny")


def test_a_name_without_an_owner_is_looked_for_where_the_library_does(
    transformer_folder: Path, reranker_folder: Path, cache: Path
) -> None:
    embedder = keep(cache, "sentence-transformers/tiny", transformer_folder)
    reranker = keep(cache, "cross-encoder/tiny", reranker_folder)

    assert find_model("tiny", ModelKind.EMBEDDER) == embedder
    assert find_model("tiny", ModelKind.RERANKER) == reranker


def test_a_cached_model_is_called_as_it_was_asked_for(
    transformer_folder: Path, cache: Path
) -> None:
    keep(cache, "own/tiny", transformer_folder)

    by_name = open_embedder("own/tiny")

    assert by_name.name == "own/tiny"
    assert by_name.fingerprint == open_embedder(str(transformer_folder)).fingerprint


@pytest.mark.parametrize(
    "name",
    ["own/absent", "absent", "a b", "x/y/z", "/no/such", "~nobody-here/x", "", "a\0b", "मॉडल"],
)
@pytest.mark.usefixtures("cache")
def test_a_name_that_nothing_has_is_an_error_that_says_what_to_do(name: str) -> None:
    with pytest.raises(ModelNotFound, match=r"`kb models pull`.*`kb build --model embedded`"):
        find_model(name, ModelKind.EMBEDDER)


def test_a_part_of_a_download_is_an_error_that_says_to_go_on(
    transformer_folder: Path, cache: Path
) -> None:
    from huggingface_hub._tree_cache import TreeCacheEntry, write_tree_cache

    kept = keep(cache, "own/tiny", transformer_folder)
    missing = TreeCacheEntry(size=1, blob_id="0", lfs_sha256=None, lfs_size=None, xet_hash=None)
    write_tree_cache(str(kept.parents[1]), COMMIT, {"model-00002.safetensors": missing})

    with pytest.raises(ModelUnusable, match="run `kb models pull own/tiny` again"):
        find_model("own/tiny", ModelKind.EMBEDDER)


# Kinds


def test_each_kind_is_told_from_its_folder(
    transformer_folder: Path, reranker_folder: Path, tmp_path: Path
) -> None:
    older = copytree(reranker_folder, tmp_path / "older")
    for name in ("modules.json", "config_sentence_transformers.json"):
        (older / name).unlink(missing_ok=True)

    assert kind_of(transformer_folder) is ModelKind.EMBEDDER
    assert kind_of(reranker_folder) is ModelKind.RERANKER
    assert kind_of(older) is ModelKind.RERANKER
    assert kind_of(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"model_type": []}', '{"architectures": [1]}'])
def test_damaged_settings_say_nothing_or_an_embedder(tmp_path: Path, content: str) -> None:
    (tmp_path / "config_sentence_transformers.json").write_text(content)
    (tmp_path / "config.json").write_text(content)

    assert kind_of(tmp_path) in (None, ModelKind.EMBEDDER)


def test_a_model_of_the_other_kind_is_refused_with_the_right_option(
    transformer_folder: Path, reranker_folder: Path
) -> None:
    with pytest.raises(ModelUnusable, match="it is a model for --rerank, not --model"):
        open_embedder(str(reranker_folder))
    with pytest.raises(ModelUnusable, match="it is a model for --model, not --rerank"):
        open_reranker(str(transformer_folder))


# The list


def test_models_in_the_cache_and_in_folders_are_listed(
    transformer_folder: Path, reranker_folder: Path, cache: Path, tmp_path: Path
) -> None:
    keep(cache, "own/tiny", transformer_folder)
    mine = tmp_path / "moji modeli"
    copytree(reranker_folder, mine / "b")
    copytree(transformer_folder, mine / "a")
    (mine / "brez modela").mkdir()

    found = local_models([mine, mine / "b", tmp_path / "nowhere"])

    assert [(model.kind, model.name) for model in found] == [
        (ModelKind.EMBEDDER, str(mine / "a")),
        (ModelKind.EMBEDDER, "own/tiny"),
        (ModelKind.RERANKER, str(mine / "b")),
    ]
    assert all(model.size_bytes > 10_000 for model in found)
    for model in found:
        assert find_model(model.name, model.kind) == model.folder


def test_without_a_cache_nothing_is_listed(cache: Path) -> None:
    rmtree(cache)

    assert local_models() == ()


def test_the_document_describes_the_models_that_are_listed() -> None:
    document = (REPOSITORY / "docs/models.md").read_text(encoding="utf-8")

    for model in KNOWN_MODELS:
        (row,) = (line for line in document.splitlines() if f"`{model.name}`" in line)
        shown = f"| {model.parameters} | {model.window:,} | {model.licence} |"
        assert row.endswith(shown)
