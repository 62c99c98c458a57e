"""Small honest implementations of the protocols, for tests that are not about a model."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from kb.chunking import Window
from kb.embedding import Embedder
from kb.normalization import folded_words
from kb.vectors import Matrix, Vector, unit_rows


class FakeEmbedder:
    """A hashed bag of words with unit rows: near texts are truly near. Obeys `Embedder`."""

    window: Window | None = None

    def __init__(self, *, dimension: int = 64, name: str = "fake") -> None:
        self.name = name
        self.dimension = dimension
        self.fingerprint = f"{name}-{dimension}"

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        counts = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in folded_words(text):
                counts[row, _place(word, self.dimension)] += 1
        return unit_rows(counts)

    def embed_question(self, text: str) -> Vector:
        return np.asarray(self.embed_passages([text])[0], dtype=np.float32)


class CountingEmbedder:
    """Counts the texts that the embedder inside it reads. Obeys `Embedder`."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.name = inner.name
        self.fingerprint = inner.fingerprint
        self.dimension = inner.dimension
        self.window = inner.window
        self.texts_seen = 0

    def reset(self) -> None:
        self.texts_seen = 0

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        self.texts_seen += len(texts)
        return self._inner.embed_passages(texts)

    def embed_question(self, text: str) -> Vector:
        self.texts_seen += 1
        return self._inner.embed_question(text)


def _place(word: str, places: int) -> int:
    return int.from_bytes(sha256(word.encode()).digest()[:4]) % places
