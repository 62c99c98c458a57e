"""Soft term matching: how well the words of a text cover the words of a question.

Words of different languages match by meaning: each question word takes its most similar word in
the text, and rare question words count for more.

Source: the best match per question word is MaxSim, as in ColBERT (Khattab and Zaharia,
SIGIR 2020, arXiv 2004.12832), over words instead of tokens. The rarity of a word is the inverse
document frequency of Robertson and Sparck Jones (1976), with a soft count: a text counts by the
cube of its best match, so that near translations count and chance resemblances do not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from kb.domain import LanguageCode
from kb.spelling import is_devanagari, spelling_key
from kb.vectors import Matrix, TokenIds, Vector, unit_rows
from kb.words import Places, TextWords, TokenTable

Languages = Sequence[LanguageCode | None]

# Words of about two sentences and of one. `benchmarks/ablation.py` shows what windows give.
_WINDOWS = (36, 18)
_MATCH_POWER = 3
_MIN_RARITY = 0.05  # A word found everywhere still breaks a tie.

# Where the best translation that a language has in the collection is less alike than this, it
# is taken for none: the word is a name or unknown, and chance neighbours do not become matches.
_POOREST_TRANSLATION = 0.4
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


@dataclass(frozen=True, slots=True)
class TermMatcher:
    """What one question asks of texts: its terms, their weights, and a scale per language."""

    terms: QuestionTerms
    weights: Vector
    scale: Mapping[LanguageCode | None, Vector]
    sample_coverage: Vector
    """`whole_coverage` of the sample that the weights come from."""

    @classmethod
    def fit(
        cls, terms: QuestionTerms, sample: TextWords, languages: Languages, collection_size: int
    ) -> Self:
        """Return the matcher whose weights and scale come from a sample of the collection."""
        matches = best_matches(terms, sample)
        scale = translation_scale(matches, languages)
        matches = scaled(matches, languages, scale)
        weights = np.asarray(terms.emphasis * rarity(matches, collection_size), dtype=np.float32)
        return cls(terms, weights, scale, coverage(matches, weights))

    @property
    def direction(self) -> Vector:
        """A unit vector for the question in which rare words count more.

        By the root of their weights: with the weights themselves, one name would be all.
        """
        summed = np.sqrt(self.weights) @ self.terms.directions
        return np.asarray(unit_rows(summed[np.newaxis])[0], dtype=np.float32)

    @property
    def unscaled(self) -> Self:
        """The same matcher without the scale between languages."""
        return replace(self, scale={})

    def whole_coverage(self, words: TextWords, languages: Languages) -> Vector:
        """Return the share of the question that each text covers, 0 to 1, shape `(texts,)`."""
        return self._covered(best_matches(self.terms, words), languages)

    def coverage(self, words: TextWords, languages: Languages) -> Vector:
        """Return the mean of both `coverages`, shape `(texts,)`."""
        whole, windows = self.coverages(words, languages)
        return np.asarray((whole + windows) / 2, dtype=np.float32)

    def coverages(self, words: TextWords, languages: Languages) -> tuple[Vector, Vector]:
        """Return coverage by whole texts and by their best windows, each `(texts,)`.

        In a long text each term finds something alike somewhere; a window in which all of
        them do is where the answer stands. Never more than `whole_coverage`.
        """
        similarity = _similarity(self.terms, words)
        whole = self._covered(_best_of(similarity, words.places, words.ends), languages)
        windows = [self._best_window(similarity, words, languages, size) for size in _WINDOWS]
        return whole, np.mean(windows, axis=0, dtype=np.float32)

    def _best_window(
        self, similarity: Matrix, words: TextWords, languages: Languages, size: int
    ) -> Vector:
        """Return the coverage by the window of `size` words that covers most, `(texts,)`."""
        matches, owners = window_matches(similarity, words, size)
        best = np.zeros(len(languages), dtype=np.float32)
        np.maximum.at(best, owners, self._covered(matches, [languages[text] for text in owners]))
        return best

    def _covered(self, matches: Matrix, languages: Languages) -> Vector:
        return coverage(scaled(matches, languages, self.scale), self.weights)


def question_terms(ids: TokenIds, table: TokenTable) -> QuestionTerms:
    """Return the distinct words of a question."""
    words = TextWords([ids], table)
    vectors = words.vectors
    counts = np.bincount(words.places, minlength=len(vectors))
    # The root: long vectors are those of rare words, and rarity counts for them already.
    emphasis = np.sqrt(np.linalg.norm(vectors, axis=1) * counts)
    is_code = tuple(
        pieces > 1 and text.isascii() and len(text) <= _LONGEST_CODE
        for pieces, text in zip(words.pieces, words.texts, strict=True)
    )
    return QuestionTerms(unit_rows(vectors), emphasis.astype(np.float32), words.texts, is_code)


def best_matches(terms: QuestionTerms, words: TextWords) -> Matrix:
    """Return the similarity of each term's nearest word in each text.

    Shape `(texts, terms)`, values 0 to 1; a text without words has zeros.
    """
    return _best_of(_similarity(terms, words), words.places, words.ends)


def window_matches(similarity: Matrix, words: TextWords, size: int) -> tuple[Matrix, Places]:
    """Return the best matches in each window of `size` words, and which text it is of.

    Windows overlap by half, so each is two neighbouring halves. Every text has at least one.
    """
    half = size // 2
    halves = np.maximum(1, -(-(words.ends - words.starts) // half))
    owners = np.repeat(np.arange(len(halves)), halves)
    nth = np.arange(len(owners)) - np.repeat(np.cumsum(halves) - halves, halves)
    ends = np.minimum(words.starts[owners] + (nth + 1) * half, words.ends[owners])
    matches = _best_of(similarity, words.places, ends)
    has_next = np.flatnonzero(owners[1:] == owners[:-1])
    matches[has_next] = np.maximum(matches[has_next], matches[has_next + 1])
    return matches, owners


def translation_scale(matches: Matrix, languages: Languages) -> dict[LanguageCode | None, Vector]:
    """Return for each language what makes its best match of each term count as 1.

    A word matches itself better than any translation of it. Without this scale, a text that
    shares common words with the question would win over one in another language that answers it.
    """
    rows_by_language: dict[LanguageCode | None, list[int]] = {}
    for row, language in enumerate(languages):
        rows_by_language.setdefault(language, []).append(row)
    return {
        language: np.asarray(
            1 / np.maximum(matches[rows].max(axis=0), _POOREST_TRANSLATION), dtype=np.float32
        )
        for language, rows in rows_by_language.items()
    }


def scaled(
    matches: Matrix,
    languages: Languages,
    scale: Mapping[LanguageCode | None, Vector],
) -> Matrix:
    """Return `matches` times the scale of each row's language, at most 1."""
    unscaled = np.ones(matches.shape[1], dtype=np.float32)
    factors = [scale.get(language, unscaled) for language in languages]
    if not factors:
        return matches
    return np.minimum(matches * np.stack(factors), 1)


def rarity(sample: Matrix, collection_size: int) -> Vector:
    """Return the rarity of each term from its matches in a sample of the collection.

    `sample` has shape `(sampled texts, terms)`; the result has shape `(terms,)`.
    """
    sampled = max(1, len(sample))
    frequency = (sample**_MATCH_POWER).sum(axis=0) * (collection_size / sampled)
    weights = np.log((collection_size + 1) / (0.5 + frequency))
    return np.asarray(np.maximum(_MIN_RARITY, weights), dtype=np.float32)


def coverage(matches: Matrix, weights: Vector) -> Vector:
    """Return the share of a question's weight that each text covers, 0 to 1, shape `(texts,)`."""
    total = float(weights.sum())
    if total == 0:
        return np.zeros(len(matches), dtype=np.float32)
    # Not a matrix product: its last bit depends on the row, and equal texts have to score equal.
    return np.asarray((matches * (weights / total)).sum(axis=1), dtype=np.float32)


def _similarity(terms: QuestionTerms, words: TextWords) -> Matrix:
    """Return the likeness of each distinct word to each term, `(distinct words, terms)`, 0 to 1.

    The square of the cosine: words of one subject are all somewhat alike, and many weak matches
    must not outweigh a translation.
    """
    if not len(words.vectors) or not len(terms.directions):
        return np.zeros((len(words.vectors), len(terms.directions)), dtype=np.float32)
    similarity = np.clip(words.directions @ terms.directions.T, 0, 1) ** 2
    for column, text in enumerate(terms.texts):
        if terms.is_code[column]:
            similarity[:, column] = [float(word == text) for word in words.texts]
        if key := spelling_key(text):
            to_latin = is_devanagari(text)
            others = words.latin_by_spelling if to_latin else words.devanagari_by_spelling
            same = others.get(key, ())
            similarity[same, column] = np.maximum(similarity[same, column], _SAME_SPELLING)
    return np.asarray(similarity, dtype=np.float32)


def _best_of(similarity: Matrix, places: Places, ends: Places) -> Matrix:
    """Return the column maxima over each run of words that ends at `ends`."""
    best = np.zeros((len(ends), similarity.shape[1]), dtype=np.float32)
    starts = np.concatenate([[0], ends[:-1]]).astype(np.intp)
    filled = np.flatnonzero(ends > starts)
    if len(filled):
        # Term by term: over short rows, numpy takes three times as long.
        for term, column in enumerate(np.ascontiguousarray(similarity.T)):
            best[filled, term] = np.maximum.reduceat(column[places], starts[filled])
    return best
