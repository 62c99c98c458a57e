"""The words of many texts at once, made of a model's tokens: arrays, so that a question is fast."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kb.spelling import is_devanagari, spelling_key
from kb.vectors import Matrix, TokenIds, unit_rows

Places = npt.NDArray[np.intp]


class TokenTable(Protocol):
    """The tokens that words are made of: each has a vector, whatever stands around it."""

    def token_vectors(self, ids: TokenIds) -> Matrix:
        """Return one row per token, float32, shape `(len(ids), dimension)`, not normalised.

        The length of a row says how much the token counts in a mean.
        """

    def token_texts(self, ids: TokenIds) -> list[str]:
        """Return the letters of each token."""


class TextWords:
    """The words of some texts, one after the other, and each distinct one once.

    `places` says for every word which distinct one it is; `starts` and `ends` bound each text.
    """

    def __init__(self, texts: Sequence[TokenIds], table: TokenTable) -> None:
        self._table = table
        tokens = np.concatenate([*texts, np.empty(0, dtype=np.int32)]).astype(np.int64)
        opens = tokens >= 0  # A token that goes on with a word is stored as its complement.
        ids = np.where(opens, tokens, ~tokens)
        bounds = np.flatnonzero(opens)
        before = np.concatenate([[0], np.cumsum(opens)])
        lengths = np.array([len(text) for text in texts], dtype=np.intp)
        token_ends = np.cumsum(lengths, dtype=np.intp)
        self.starts: Places = before[token_ends - lengths]
        self.ends: Places = before[token_ends]
        _, first, self.places = np.unique(
            _word_codes(ids, bounds), return_index=True, return_inverse=True
        )
        word_ends = np.append(bounds[1:], len(ids))
        self._spans = [(bounds[word], word_ends[word]) for word in first]
        self._ids = ids

    @cached_property
    def vectors(self) -> Matrix:
        """The sum of its tokens' vectors for each distinct word, `(distinct, dimension)`."""
        if not self._spans:
            return np.zeros((0, 0), dtype=np.float32)
        lengths = np.array([end - start for start, end in self._spans])
        tokens = np.concatenate([self._ids[start:end] for start, end in self._spans])
        used, rows = np.unique(tokens, return_inverse=True)
        vectors = self._table.token_vectors(used.astype(np.int32))[rows]
        sums = np.add.reduceat(vectors, np.cumsum(lengths) - lengths, axis=0)
        return np.asarray(sums, dtype=np.float32)

    @property
    def pieces(self) -> tuple[int, ...]:
        """How many tokens each distinct word is made of."""
        return tuple(int(end - start) for start, end in self._spans)

    @cached_property
    def directions(self) -> Matrix:
        """The vectors as unit rows."""
        return unit_rows(self.vectors)

    @cached_property
    def latin_by_spelling(self) -> Mapping[str, Sequence[int]]:
        """The distinct words in Latin letters by their spelling keys."""
        return self._by_spelling(in_devanagari=False)

    @cached_property
    def devanagari_by_spelling(self) -> Mapping[str, Sequence[int]]:
        """The distinct words in Devanagari by their spelling keys."""
        return self._by_spelling(in_devanagari=True)

    def _by_spelling(self, *, in_devanagari: bool) -> Mapping[str, Sequence[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self.texts):
            if is_devanagari(word) is in_devanagari and (key := spelling_key(word)):
                found[key].append(place)
        return found

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The letters of each distinct word."""
        used = np.unique(self._ids).astype(np.int32)
        letters = dict(zip(used.tolist(), self._table.token_texts(used), strict=True))
        return tuple(
            "".join(letters[id_] for id_ in self._ids[start:end].tolist())
            for start, end in self._spans
        )


def _word_codes(ids: npt.NDArray[np.int64], bounds: Places) -> npt.NDArray[np.uint64]:
    """Return a number per word that tells words apart: a polynomial of its tokens, modulo 2^64."""
    if not len(bounds):
        return np.empty(0, dtype=np.uint64)
    lengths = np.diff(np.append(bounds, len(ids)))
    position = np.arange(len(ids)) - np.repeat(bounds, lengths)
    multiplier = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads small numbers.
    powers = np.cumprod(np.full(int(lengths.max()), multiplier, dtype=np.uint64))
    terms = (ids + 1).astype(np.uint64) * powers[position]
    return np.asarray(np.add.reduceat(terms, bounds), dtype=np.uint64)
