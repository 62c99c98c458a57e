"""A small vocabulary of tokens with random vectors, and texts of words made of them."""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from hypothesis import strategies as st

from kb.vectors import Matrix, TokenIds, Vector

TOKENS = 60
DIMENSION = 12

Word = tuple[int, ...]
"""The numbers of the tokens of one word."""


class RandomTable:
    """Implements `TokenTable`. The last token has no direction, as an untrained one."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._vectors = np.random.default_rng(3).normal(size=(TOKENS, DIMENSION)).astype(np.float32)
        self._vectors[-1] = 0
        # Letters without consonants, so that no word sounds like another, and too many for a code.
        self._texts = [*texts, *("aeio" + "e" * i for i in range(len(texts), TOKENS))]

    def token_vectors(self, ids: TokenIds) -> Matrix:
        return np.asarray(self._vectors[ids], dtype=np.float32)

    def token_texts(self, ids: TokenIds) -> list[str]:
        return [self._texts[id_] for id_ in ids]

    def word_vector(self, word: Word) -> Vector:
        return reduce(np.add, [self._vectors[token] for token in word])

    def word_text(self, word: Word) -> str:
        return "".join(self._texts[token] for token in word)

    def cosine(self, first: Word, second: Word) -> float:
        """Return the cosine of two words, 0 for a word without direction."""
        one, other = self.word_vector(first), self.word_vector(second)
        lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
        return float(one @ other) / lengths if lengths else 0.0


def tokens_of(text: Sequence[Word]) -> TokenIds:
    """Return the tokens of a text: those that go on with a word as complements."""
    return np.array(
        [token if i == 0 else ~token for word in text for i, token in enumerate(word)],
        dtype=np.int32,
    )


def random_text(length: int, seed: int) -> list[Word]:
    """Return words of one to three tokens, half of them from the first five: texts share words."""
    random = np.random.default_rng(seed)
    return [
        tuple(random.integers(0, random.choice([5, TOKENS]), size=random.integers(1, 4)).tolist())
        for _ in range(length)
    ]


seeds = st.integers(0, 9_999)
texts_of_words = st.builds(random_text, length=st.integers(0, 120), seed=seeds)
