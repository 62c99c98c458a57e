"""Any local sentence-transformers folder as an `Embedder`.

Nothing here fetches from a hub: the folder has to be on this machine. Code that a folder brings
is not run.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.chunking import Window
from kb.embedding import ModelOptions
from kb.embedding.loading import library_errors
from kb.embedding.prompts import family_prompts, has_prompts
from kb.errors import ModelUnusable
from kb.vectors import Matrix, Vector, unit_rows

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Tokenizers say a number like 1e30 when they know no end.
_NO_WINDOW = 1_000_000
_OTHER_FORMATS = {"onnx", "openvino"}


class SentenceTransformerModel:
    """Implements `Embedder` with a model's own prompts for questions and for passages.

    Raises: `ModelUnusable` when the library is missing or cannot read `folder`, or when the
    vectors have fewer numbers than are asked for.
    """

    def __init__(
        self, folder: Path, *, name: str | None = None, options: ModelOptions | None = None
    ) -> None:
        self.name = name or str(folder)
        self._folder = folder
        self._options = options or ModelOptions()
        with library_errors(self.name):
            self._model = self._load()
            native = self._model.get_embedding_dimension()
        if native is None:
            raise ModelUnusable(self.name, "it does not say how long its vectors are")
        self.dimension = self._options.dimension or int(native)
        if self.dimension > native:
            reason = f"its vectors have {native} numbers, and not {self.dimension} (--dim)"
            raise ModelUnusable(self.name, reason)
        self._is_cut = self.dimension < native

    @cached_property
    def fingerprint(self) -> str:
        """Digest of all that makes the vectors, so that moving the folder changes nothing."""
        digest = sha256(repr(sorted(self._model.prompts.items())).encode())
        with library_errors(self.name):  # A file may be closed to this user.
            for path in _model_files(self._folder):
                digest.update(path.relative_to(self._folder).as_posix().encode())
                with path.open("rb") as file:
                    while block := file.read(1 << 20):
                        digest.update(block)
        cut = f"-dim{self.dimension}" if self._is_cut else ""
        return f"sentence-transformers-{digest.hexdigest()[:16]}{cut}"

    @cached_property
    def window(self) -> Window | None:
        """What the model reads of a passage, in its own tokens, after its prompt."""
        limit = self._model.max_seq_length
        if limit is None or limit >= _NO_WINDOW:
            return None
        tokenizer = self._model.tokenizer
        prompts = self._model.prompts
        # The names under which the library looks for the prompt of a passage.
        names = [key for key in ("document", "passage", "corpus") if key in prompts]
        prompt = (prompts[names[0]] if names else None) or ""

        def count(texts: Sequence[str]) -> list[int]:
            if not texts:
                return []
            read = tokenizer(list(texts), add_special_tokens=False, verbose=False)
            return [len(ids) for ids in read["input_ids"]]

        return Window(int(limit) - len(tokenizer(prompt)["input_ids"]), count)

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # An empty text has no tokens, and the mean of nothing is NaN: leave its row zero.
        filled = [row for row, text in enumerate(texts) if text.strip()]
        if filled:
            with library_errors(self.name):
                read = self._model.encode_document(
                    [texts[row] for row in filled],
                    batch_size=self._options.batch_size,
                    convert_to_numpy=True,
                    show_progress_bar=False,
                )
            vectors[filled] = read[:, : self.dimension]
        return unit_rows(np.nan_to_num(vectors))

    def embed_question(self, text: str) -> Vector:
        if not text.strip():
            return np.zeros(self.dimension, dtype=np.float32)
        with library_errors(self.name):
            vector = self._model.encode_query(text, convert_to_numpy=True, show_progress_bar=False)
        row = np.asarray(vector, dtype=np.float32)[np.newaxis, : self.dimension]
        return np.asarray(unit_rows(np.nan_to_num(row))[0], dtype=np.float32)

    def _load(self) -> "SentenceTransformer":
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(
            str(self._folder), device=self._options.device, local_files_only=True
        )
        # In the cache of the hub, the folder of the snapshots is named after the model.
        snapshots = self._folder.parent
        cached = snapshots.parent.name if snapshots.name == "snapshots" else ""
        prompts = family_prompts((self.name, self._folder.name, cached))
        if prompts is not None and not has_prompts(model.prompts):
            model.prompts = prompts._asdict()
        return model


def _model_files(folder: Path) -> Iterator[Path]:
    """Yield the files that this library may read: no descriptions, no other formats."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        is_hidden = any(part.startswith(".") for part in parts)
        if parts[0] in _OTHER_FORMATS or is_hidden or path.suffix == ".md":
            continue
        if path.is_file():
            yield path
