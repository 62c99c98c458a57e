"""Texts of any language to comparable vectors.

`open_embedder` gives the model that a name stands for. Only the adapter that needs a heavy
library imports it: the embedded model works without torch.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from kb.vectors import Matrix, TokenIds, Vector
from kb.words import TokenTable

EMBEDDED = "embedded"
"""The name of the model that comes with kb."""


class Embedder(Protocol):
    """Turns texts of any language into comparable vectors.

    Prompts that a model wants before questions or passages are the adapter's business.
    """

    @property
    def name(self) -> str:
        """What the user calls the model: `embedded` or a path."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text could get another vector."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Return unit rows, float32, shape `(len(texts), dimension)`; zero rows for no words."""

    def embed_question(self, text: str) -> Vector:
        """Return a unit vector, float32, shape `(dimension,)`; zero for no words."""


@runtime_checkable
class TokenVectors(TokenTable, Protocol):
    """What models add that have a vector for each token, whatever stands around it."""

    def token_ids(self, texts: Sequence[str]) -> list[TokenIds]:
        """Return the words of each text as tokens, in order, without punctuation.

        The first token of a word is its number; one that goes on with the word is the
        complement of its number, which is negative.
        """


def open_embedder(name: str) -> Embedder:
    """Return the embedded model, or the sentence-transformers folder at path `name`.

    Raises: `ModelNotFound`, `ModelUnusable`.
    """
    if name == EMBEDDED:
        from kb.embedding.embedded import EmbeddedModel

        return EmbeddedModel()
    from kb.embedding.sentence_transformer import SentenceTransformerModel

    return SentenceTransformerModel(Path(name))
