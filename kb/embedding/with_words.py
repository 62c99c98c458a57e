"""Any model with the words of the embedded one.

A transformer has a vector for a text, none for a word whatever stands around it. Ranking by words,
reading of typing errors and "not in your articles" need those, so they come from the embedded
model, whatever model the vectors come from. docs/decisions/0011-models.md says what it gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.chunking import Window
from kb.close_reading import CloseReader
from kb.embedding import Embedder
from kb.embedding.embedded import EmbeddedModel
from kb.vectors import Matrix, TokenIds, Vector


@dataclass(frozen=True, slots=True)
class ModelWithWords:
    """Implements `Embedder` by `model`, `TokenVectors` and `Vocabulary` by `words`."""

    model: Embedder
    words: EmbeddedModel

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def fingerprint(self) -> str:
        """Both models': what is stored for a text is its vector and its words."""
        return f"{self.model.fingerprint}+{self.words.fingerprint}"

    @property
    def dimension(self) -> int:
        return self.model.dimension

    @property
    def is_mean_of_words(self) -> bool:
        return False

    @property
    def window(self) -> Window | None:
        return self.model.window

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        return self.model.embed_passages(texts)

    def embed_question(self, text: str) -> Vector:
        return self.model.embed_question(text)

    def token_ids(self, texts: Sequence[str]) -> list[TokenIds]:
        return self.words.token_ids(texts)

    def token_vectors(self, ids: TokenIds) -> Matrix:
        return self.words.token_vectors(ids)

    def token_texts(self, ids: TokenIds) -> list[str]:
        return self.words.token_texts(ids)

    @property
    def close_reader(self) -> CloseReader:
        return self.words.close_reader

    def spelt(self, word: str) -> str:
        return self.words.spelt(word)

    def is_piece(self, word: str) -> bool:
        return self.words.is_piece(word)

    def is_known(self, word: str) -> bool:
        return self.words.is_known(word)

    def likelihood(self, word: str) -> float:
        return self.words.likelihood(word)

    def devanagari_words(self) -> list[str]:
        return self.words.devanagari_words()
