"""The words of many texts at once, made of a model's tokens: arrays, so that a question is fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Protocol, Self
from zlib import crc32

import numpy as np
import numpy.typing as npt

from kb.spelling import is_devanagari, spelling_key
from kb.vectors import Matrix, TokenIds, Vector, unit_rows

Places = npt.NDArray[np.intp]
Codes = npt.NDArray[np.uint64]
Spellings = npt.NDArray[np.uint32]

# So many rows at a time stay in the processor's cache; all at once would be written to memory.
_BLOCK_ROWS = 2_048


class TokenTable(Protocol):
    """The tokens that words are made of: each has a vector, whatever stands around it."""

    def token_vectors(self, ids: TokenIds) -> Matrix:
        """Return one row per token, float32, shape `(len(ids), dimension)`, not normalised.

        The length of a row says how much the token counts in a mean.
        """

    def token_texts(self, ids: TokenIds) -> list[str]:
        """Return the letters of each token."""


@dataclass(frozen=True, slots=True)
class WordOrder:
    """Which word stands at each place of some texts; `starts` and `ends` bound each text."""

    places: Places
    starts: Places
    ends: Places


@dataclass(frozen=True, slots=True)
class WordRun:
    """Every word of some texts, one after the other.

    Word `i` is made of `tokens[bounds[i]:bounds[i + 1]]`, and `codes[i]` tells it from others;
    `text_bounds` are the words at which texts begin and the last one ends.
    """

    tokens: TokenIds
    bounds: Places
    codes: Codes
    text_bounds: Places

    @classmethod
    def of(cls, texts: Sequence[TokenIds]) -> Self:
        """Return the words of these texts. Raises `ValueError` when one begins within a word."""
        stored = np.concatenate([*texts, np.empty(0, dtype=np.int32)])
        opens = stored >= 0  # A token that goes on with a word is stored as its complement.
        tokens = np.where(opens, stored, ~stored)
        starts = np.flatnonzero(opens)
        lengths = np.array([0, *map(len, texts)], dtype=np.intp)
        ends = np.cumsum(lengths)
        if not opens[ends[:-1][lengths[1:] > 0]].all():
            raise ValueError("a text begins within a word")
        before = np.concatenate([[0], np.cumsum(opens)])
        return cls(
            tokens,
            np.append(starts, len(tokens)).astype(np.intp),
            _word_codes(tokens, starts),
            before[ends].astype(np.intp),
        )

    def order(self, places: Places) -> WordOrder:
        """Return the order of these words, given which word of a list each of them is."""
        return WordOrder(places, self.text_bounds[:-1], self.text_bounds[1:])


@dataclass(frozen=True, slots=True)
class DistinctWords:
    """Words, each once, in order of their codes.

    Word `i` is made of `pieces[spelt[bounds[i]:bounds[i + 1]]]`. `lengths` are those of the sums
    of their pieces' vectors, `spellings` what `spelling_code` gives.
    """

    pieces: TokenIds
    spelt: TokenIds
    bounds: TokenIds
    codes: Codes
    lengths: Vector
    spellings: Spellings

    @classmethod
    def of(cls, run: WordRun, chosen: Places, table: TokenTable) -> Self:
        """Return the words at these places of `run`, which are in order of their codes."""
        counts = run.bounds[chosen + 1] - run.bounds[chosen]
        bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        tokens = run.tokens[spans(run.bounds[chosen], counts)]
        used, places = np.unique(tokens, return_inverse=True)
        pieces, spelt = used.astype(np.int32), places.astype(np.int32)
        blocks = [
            np.linalg.norm(
                _sums(pieces, spelt, bounds[start : start + _BLOCK_ROWS + 1], table), axis=1
            )
            for start in range(0, len(chosen), _BLOCK_ROWS)
        ]
        lengths = np.concatenate([*blocks, np.empty(0)]).astype(np.float32)
        texts = _texts(pieces, spelt, bounds, table)
        spellings = np.array([spelling_code(text) for text in texts], dtype=np.uint32)
        return cls(pieces, spelt, bounds, run.codes[chosen], lengths, spellings)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def pieces_each(self) -> TokenIds:
        """How many tokens each word is made of."""
        return np.diff(self.bounds)

    def texts(self, table: TokenTable) -> tuple[str, ...]:
        """Return the letters of each word."""
        return _texts(self.pieces, self.spelt, self.bounds, table)

    def vectors(self, table: TokenTable) -> Matrix:
        """Return the sum of its tokens' vectors for each word, `(words, dimension)`."""
        return _sums(self.pieces, self.spelt, self.bounds, table)

    def directions(self, words: Places, table: TokenTable) -> Matrix:
        """Return the vectors of some of the words as unit rows, `(len(words), dimension)`."""
        starts = self.bounds[words].astype(np.intp)
        counts = self.bounds[words + 1] - starts
        bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return unit_rows(_sums(self.pieces, self.spelt[spans(starts, counts)], bounds, table))

    def cosines(self, directions: Matrix, table: TokenTable) -> Matrix:
        """Return the cosine of each word with each of some unit rows, `(directions, words)`.

        No word's vector is made: the product with a sum is the sum of the products with its
        pieces, and words have pieces in common.
        """
        if not len(directions):
            return np.zeros((0, len(self)), dtype=np.float32)
        products = np.empty((len(directions), len(self.pieces)), dtype=np.float32)
        for start in range(0, len(self.pieces), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            products[:, block] = directions @ table.token_vectors(self.pieces[block]).T
        cosines = np.zeros((len(directions), len(self)), dtype=np.float32)
        if len(self):
            spelt, starts = self.spelt.astype(np.intp), self.bounds[:-1].astype(np.intp)
            # A word without direction is like no other.
            scale = np.divide(
                1, self.lengths, out=np.zeros_like(self.lengths), where=self.lengths > 0
            )
            for row, product in zip(cosines, products, strict=True):
                np.multiply(np.add.reduceat(product[spelt], starts), scale, out=row)
        return cosines


class TextWords:
    """The words of some texts, and in which order they stand there."""

    def __init__(self, texts: Sequence[TokenIds], table: TokenTable) -> None:
        self._table = table
        run = WordRun.of(texts)
        _, first, places = np.unique(run.codes, return_index=True, return_inverse=True)
        self.distinct = DistinctWords.of(run, first, table)
        self.order = run.order(places)

    @cached_property
    def vectors(self) -> Matrix:
        """The sum of its tokens' vectors for each distinct word, `(distinct, dimension)`."""
        return self.distinct.vectors(self._table)

    @cached_property
    def directions(self) -> Matrix:
        """The vectors as unit rows."""
        return unit_rows(self.vectors)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The letters of each distinct word."""
        return self.distinct.texts(self._table)

    def cosines(self, directions: Matrix) -> Matrix:
        """Return the cosine of each distinct word with unit rows, `(directions, distinct)`."""
        return self.distinct.cosines(directions, self._table)


def spans(starts: Places, counts: Places) -> Places:
    """Return the places of all spans, one after the other: of each `count` from its start."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - counts), counts) + np.arange(total)


def spelling_code(word: str, *, other_script: bool = False) -> int:
    """Return a number for how a word sounds and its script; 0 when that does not tell it.

    With `other_script`, the number of a word in the other script that sounds alike.
    """
    key = spelling_key(word)
    return crc32(f"{is_devanagari(word) is not other_script} {key}".encode()) if key else 0


def _texts(
    pieces: TokenIds, spelt: TokenIds, bounds: TokenIds, table: TokenTable
) -> tuple[str, ...]:
    letters = table.token_texts(pieces)
    parts = [letters[place] for place in spelt.tolist()]
    ends = bounds.tolist()
    return tuple("".join(parts[start:end]) for start, end in pairwise(ends))


def _sums(pieces: TokenIds, spelt: TokenIds, bounds: TokenIds, table: TokenTable) -> Matrix:
    """Return the sums of the vectors of words that `bounds` are of, `(words, dimension)`."""
    if len(bounds) <= 1:
        return np.zeros((0, 0), dtype=np.float32)
    used, rows = np.unique(spelt[bounds[0] : bounds[-1]], return_inverse=True)
    vectors = table.token_vectors(pieces[used])[rows]
    starts = (bounds[:-1] - bounds[0]).astype(np.intp)
    return np.asarray(np.add.reduceat(vectors, starts, axis=0), dtype=np.float32)


def _word_codes(tokens: TokenIds, starts: Places) -> Codes:
    """Return a number per word that tells words apart: a polynomial of its tokens, modulo 2^64."""
    if not len(starts):
        return np.empty(0, dtype=np.uint64)
    lengths = np.diff(np.append(starts, len(tokens)))
    position = np.arange(len(tokens)) - np.repeat(starts, lengths)
    multiplier = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads small numbers.
    powers = np.cumprod(np.full(int(lengths.max()), multiplier, dtype=np.uint64))
    terms = (tokens + 1).astype(np.uint64) * powers[position]
    return np.asarray(np.add.reduceat(terms, starts), dtype=np.uint64)
