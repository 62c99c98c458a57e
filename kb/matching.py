"""Soft term matching: how well the words of a text cover the words of a question.

Words of different languages match by meaning: each question word takes its most similar word in
the text, and rare question words count for more.

Source: the best match per question word is MaxSim, as in ColBERT (Khattab and Zaharia,
SIGIR 2020, arXiv 2004.12832), over words instead of tokens. The rarity of a word is the inverse
document frequency of Robertson and Sparck Jones (1976), with a soft count: a text counts by the
fourth power of its best match, so that near translations count and chance resemblances do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from kb.domain import LanguageCode
from kb.text_languages import TextLanguages
from kb.vectors import Matrix, TokenIds, Vector, unit_rows
from kb.words import (
    Codes,
    DistinctWords,
    Places,
    Spellings,
    TextWords,
    TokenTable,
    WordOrder,
    spelling_code,
)

# Words of about two sentences, of one and of a clause: `benchmarks/ablation.py` shows what they
# give.
_WINDOWS = (36, 18, 8)
_MATCH_POWER = 4
_MIN_RARITY = 0.05  # A word found everywhere still breaks a tie.

# Words less alike than this are alike by chance. Most are: what is left is quick to look up.
_POOREST_MATCH = 0.02
# Where the best translation that a language has in the collection is less alike than this, it
# is taken for none: the word is a name or unknown, and chance neighbours do not become matches.
_POOREST_TRANSLATION = 0.65
# What stands around a text counts half for it: a sentence on "the bank" is of the bank that its
# passage names. More, and any sentence of the right passage would do.
_INHERITED = 0.5
# "NPS" is made of the pieces "np" and "s", and by its vector it would be nearest to "npr." (e.g.).
_LONGEST_CODE = 3
# The same name in another script. Less than 1: the key leaves vowels out.
_SAME_SPELLING = 0.8


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """The distinct words of a question: unit rows `(terms, dimension)`, emphasis and letters."""

    directions: Matrix
    emphasis: Vector
    """The root of how often each word stands in the question, times its vector's length."""
    texts: tuple[str, ...]
    is_code: tuple[bool, ...]
    """Whether a word is a short acronym or number, which only the same letters match."""
    codes: Codes
    spellings: Spellings
    """What `spelling_code` gives for words in the other script that sound like each."""


@dataclass(frozen=True, slots=True)
class TermMatcher:
    """What one question asks of texts: its terms, their weights, and a scale per language."""

    terms: QuestionTerms
    weights: Vector
    scale: Mapping[LanguageCode | None, Vector]

    @classmethod
    def fit(cls, terms: QuestionTerms, matches: Matrix, languages: TextLanguages) -> Self:
        """Return the matcher of a collection whose best `matches` these are, `(terms, texts)`."""
        scale = translation_scale(matches, languages)
        weights = terms.emphasis * rarity(scaled(matches, languages, scale))
        return cls(terms, np.asarray(weights, dtype=np.float32), scale)

    @property
    def unscaled(self) -> Self:
        """The same matcher without the scale between languages."""
        return replace(self, scale={})

    def coverage(self, matches: Matrix, languages: TextLanguages) -> Vector:
        """Return the share of the question that each text covers, 0 to 1, shape `(texts,)`.

        By its best matches, shape `(terms, texts)`.
        """
        return coverage(scaled(matches, languages, self.scale), self.weights)

    def window_coverage(
        self,
        similarity: Matrix,
        order: WordOrder,
        languages: TextLanguages,
        *,
        around: Matrix | None = None,
    ) -> Vector:
        """Return coverage by the best windows of texts, the mean over their sizes, `(texts,)`.

        In a long text each term finds something alike somewhere; a window in which all of
        them do is where the answer stands. Never more than `coverage`. `around` are the best
        matches of what each text stands in, `(terms, texts)`.
        """
        windows = [
            self._best_window(similarity, order, languages, size=size, around=around)
            for size in _WINDOWS
        ]
        return np.asarray(np.mean(windows, axis=0), dtype=np.float32)

    def mean_coverage(
        self,
        similarity: Matrix,
        order: WordOrder,
        languages: TextLanguages,
        *,
        around: Matrix | None = None,
    ) -> Vector:
        """Return the mean of both coverages, shape `(texts,)`."""
        whole = self.coverage(inherited(best_matches(similarity, order), around), languages)
        windows = self.window_coverage(similarity, order, languages, around=around)
        return np.asarray((whole + windows) / 2, dtype=np.float32)

    def _best_window(
        self,
        similarity: Matrix,
        order: WordOrder,
        languages: TextLanguages,
        *,
        size: int,
        around: Matrix | None,
    ) -> Vector:
        """Return the coverage by the window of `size` words that covers most, `(texts,)`."""
        matches, owners = window_matches(similarity, order, size)
        matches = inherited(matches, None if around is None else around[:, owners])
        best = np.zeros(len(languages), dtype=np.float32)
        np.maximum.at(best, owners, self.coverage(matches, languages.at(owners)))
        return best


def question_terms(ids: TokenIds, table: TokenTable) -> QuestionTerms:
    """Return the distinct words of a question."""
    words = TextWords([ids], table)
    counts = np.bincount(words.order.places, minlength=len(words.distinct))
    is_code = tuple(
        pieces > 1 and text.isascii() and len(text) <= _LONGEST_CODE
        for pieces, text in zip(words.distinct.pieces_each, words.texts, strict=True)
    )
    sounds = [spelling_code(text, other_script=True) for text in words.texts]
    return QuestionTerms(
        unit_rows(words.vectors),
        # The root: long vectors are those of rare words, and rarity counts for them already.
        np.sqrt(words.distinct.lengths * counts).astype(np.float32),
        words.texts,
        is_code,
        words.distinct.codes,
        np.array(sounds, dtype=np.uint32),
    )


def similarities(terms: QuestionTerms, words: DistinctWords, table: TokenTable) -> Matrix:
    """Return the likeness of each word to each term, `(terms, words)`, 0 to 1.

    The square of the cosine: words of one subject are all somewhat alike, and many weak matches
    must not outweigh a translation.
    """
    similarity = np.square(np.clip(words.cosines(terms.directions, table), 0, 1))
    similarity[similarity < _POOREST_MATCH] = 0
    for term, row in enumerate(similarity):
        if terms.is_code[term]:
            row[:] = words.codes == terms.codes[term]
        if sound := terms.spellings[term]:
            same = np.flatnonzero(words.spellings == sound)
            row[same] = np.maximum(row[same], _SAME_SPELLING)
    return np.asarray(similarity, dtype=np.float32)


def best_matches(similarity: Matrix, order: WordOrder) -> Matrix:
    """Return the similarity of each term's nearest word in each text.

    Shape `(terms, texts)`, values 0 to 1; a text without words has zeros.
    """
    return _best_of(similarity, order.places, order.ends)


def inherited(matches: Matrix, around: Matrix | None) -> Matrix:
    """Return the matches of texts, where better half of those of what they stand in."""
    return matches if around is None else np.maximum(matches, _INHERITED * around)


def window_matches(similarity: Matrix, order: WordOrder, size: int) -> tuple[Matrix, Places]:
    """Return the best matches in each window of `size` words, and which text it is of.

    Windows overlap by half, so each is two neighbouring halves. Every text has at least one.
    """
    half = size // 2
    halves = np.maximum(1, -(-(order.ends - order.starts) // half))
    owners = np.repeat(np.arange(len(halves)), halves)
    nth = np.arange(len(owners)) - np.repeat(np.cumsum(halves) - halves, halves)
    ends = np.minimum(order.starts[owners] + (nth + 1) * half, order.ends[owners])
    matches = _best_of(similarity, order.places, ends)
    has_next = np.flatnonzero(owners[1:] == owners[:-1])
    matches[:, has_next] = np.maximum(matches[:, has_next], matches[:, has_next + 1])
    return matches, owners


def translation_scale(
    matches: Matrix, languages: TextLanguages
) -> dict[LanguageCode | None, Vector]:
    """Return for each language what makes its best match of each term count as 1.

    A word matches itself better than any translation of it. Without this scale, a text that
    shares common words with the question would win over one in another language that answers it.
    """
    return {
        name: np.asarray(
            1 / np.maximum(matches[:, texts].max(axis=1), _POOREST_TRANSLATION), dtype=np.float32
        )
        for name, texts in languages.texts_in()
    }


def scaled(
    matches: Matrix, languages: TextLanguages, scale: Mapping[LanguageCode | None, Vector]
) -> Matrix:
    """Return `matches` times the scale of each text's language, at most 1, `(terms, texts)`."""
    factors = languages.rows(scale, np.ones(len(matches), dtype=np.float32))
    even = np.empty_like(matches)
    for row, before, of_term in zip(even, matches, factors.T, strict=True):
        np.minimum(before * of_term[languages.numbers], 1, out=row)
    return even


def rarity(matches: Matrix) -> Vector:
    """Return the rarity of each term from its matches in a collection, `(terms, texts)`."""
    texts = matches.shape[1]
    frequency = (matches**_MATCH_POWER).sum(axis=1, dtype=np.float64)
    weights = np.log((texts + 1) / (0.5 + frequency))
    return np.asarray(np.maximum(_MIN_RARITY, weights), dtype=np.float32)


def coverage(matches: Matrix, weights: Vector) -> Vector:
    """Return the share of a question's weight that each text covers, 0 to 1, shape `(texts,)`."""
    covered = np.zeros(matches.shape[1], dtype=np.float32)
    total = float(weights.sum())
    # Not a matrix product: its last bit depends on the row, and equal texts have to score equal.
    for row, weight in zip(matches, weights.tolist(), strict=True):
        if weight:
            covered += row * np.float32(weight / total)
    return covered


def _best_of(similarity: Matrix, places: Places, ends: Places) -> Matrix:
    """Return for each row the maxima over each run of words that ends at `ends`."""
    best = np.zeros((len(similarity), len(ends)), dtype=np.float32)
    starts = np.concatenate([[0], ends[:-1]]).astype(np.intp)
    filled = np.flatnonzero(ends > starts)
    if len(filled):
        for row, of_term in zip(best, similarity, strict=True):
            row[filled] = np.maximum.reduceat(of_term[places], starts[filled])
    return best
