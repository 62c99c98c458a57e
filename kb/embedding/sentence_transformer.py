"""Any local sentence-transformers folder as an `Embedder`. The only importer of torch.

Nothing here fetches from a hub: the folder has to be on this machine.
"""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.errors import ModelNotFound, ModelUnusable
from kb.vectors import Matrix, Vector, unit_rows

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_INSTALL = "it needs the sentence-transformers library; run `pip install sentence-transformers`"


class SentenceTransformerModel:
    """Implements `Embedder` with a model's own prompts for questions and for passages.

    Raises: `ModelNotFound` when `folder` is no folder, `ModelUnusable` when the library is
    missing or cannot read it.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise ModelNotFound(str(folder))
        self._folder = folder
        self._model = _load(folder)

    @property
    def name(self) -> str:
        return str(self._folder)

    @property
    def dimension(self) -> int:
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelUnusable(self.name, "it does not say how long its vectors are")
        return int(dimension)

    @cached_property
    def fingerprint(self) -> str:
        """Digest of every file in the folder, so that moving it changes nothing."""
        digest = sha256()
        for path in sorted(path for path in self._folder.rglob("*") if path.is_file()):
            digest.update(path.relative_to(self._folder).as_posix().encode())
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        return f"sentence-transformers-{digest.hexdigest()[:16]}"

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # An empty text has no tokens, and the mean of nothing is NaN: leave its row zero.
        filled = [row for row, text in enumerate(texts) if text.strip()]
        if filled:
            vectors[filled] = self._model.encode_document(
                [texts[row] for row in filled], convert_to_numpy=True, show_progress_bar=False
            )
        return unit_rows(np.nan_to_num(vectors))

    def embed_question(self, text: str) -> Vector:
        if not text.strip():
            return np.zeros(self.dimension, dtype=np.float32)
        vector = self._model.encode_query(text, convert_to_numpy=True, show_progress_bar=False)
        row = np.asarray(vector, dtype=np.float32)[np.newaxis, :]
        return np.asarray(unit_rows(np.nan_to_num(row))[0], dtype=np.float32)


def _load(folder: Path) -> "SentenceTransformer":
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise ModelUnusable(str(folder), _INSTALL) from error
    # It would show one for the weights, even in a pipe.
    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except Exception as error:  # The library raises whatever its parts raise on a bad folder.
        raise ModelUnusable(str(folder), f"{type(error).__name__}: {error}") from error
