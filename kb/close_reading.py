"""How far a text answers a question: a small network reads the words of both.

Coverage says how many words of a question stand in a text. It does not say which of them may be
missing, nor that "in which year" wants a year. The network learned that from questions with
passages that answer them, and with the same passages without the sentence that does.

Each word of the question is compared with its counterpart in the text, the mean of the text's
words by how alike they are, and the comparisons are put together: decomposable attention (Parikh
et al., EMNLP 2016, arXiv 1606.01933), over word vectors that stay as they are. It looks at the
whole text and at the window of it that covers the question best.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from kb.matching import QuestionTerms, best_matches, coverage, window_matches
from kb.vectors import Matrix, Vector
from kb.words import Places, WordOrder

Numbers = npt.NDArray[np.float32]

_WINDOW, _NARROW = 36, 18  # Words of about two sentences and of one.
# Words of one subject are all somewhat alike: the exponential leaves the nearest ones.
_SHARPNESS = 8.0

MATCHES = 3
"""Matches of each word that are looked at: `Comparison.matches`."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The words of a question beside what stands for each of them in some texts."""

    asked: Matrix
    """The directions of the question's words, `(terms, dimension)`."""
    emphasis: Vector
    """How much each of them counts, `(terms,)`."""
    matches: Numbers
    """The best match of each in the text, in its best window and in its best narrow window,
    `(texts, terms, MATCHES)`."""
    in_text: Numbers
    """The direction of the counterpart of each, `(texts, terms, dimension)`; 0 without words."""
    in_window: Numbers
    """The same for the best window alone."""
    directions: Matrix
    """Those of the distinct words of the texts, `(words, dimension)`."""
    windows: tuple[Places, ...]
    """The words in the best window of each text, by their places in `directions`."""

    @classmethod
    def of(
        cls, terms: QuestionTerms, similarity: Matrix, order: WordOrder, directions: Matrix
    ) -> Self:
        """Compare a question with texts.

        `similarity` is that of the texts' distinct words to the terms, `(terms, words)`, and
        `directions` are those of the words.
        """
        best = best_matches(similarity, order)
        in_narrow, _ = _best_windows(terms, similarity, order, _NARROW)
        in_window, windows = _best_windows(terms, similarity, order, _WINDOW)
        texts = [
            order.places[start:end] for start, end in zip(order.starts, order.ends, strict=True)
        ]
        attention = np.exp(_SHARPNESS * similarity)
        if not directions.size:  # Of no words, which have no dimension.
            directions = np.zeros((0, terms.directions.shape[1]), dtype=np.float32)
        return cls(
            terms.directions,
            terms.emphasis,
            np.stack([best, in_window, in_narrow], axis=-1).transpose(1, 0, 2),
            _counterparts(attention, texts, directions),
            _counterparts(attention, windows, directions),
            directions,
            tuple(windows),
        )


@dataclass(frozen=True, slots=True)
class CloseReader:
    """The network: `width` numbers of a word are compared.

    Each layer is a matrix and what is added to its products.
    """

    projection: Matrix
    """`(dimension, width)`"""
    word: tuple[Matrix, Vector]
    word_again: tuple[Matrix, Vector]
    text: tuple[Matrix, Vector]
    answer: tuple[Matrix, Vector]

    @property
    def width(self) -> int:
        return int(self.projection.shape[1])

    def logits(self, compared: Comparison) -> Vector:
        """Return the logarithm of the odds that each text answers the question, `(texts,)`.

        0 for a question without words that have a direction.
        """
        texts, terms, _ = compared.matches.shape
        total = float(compared.emphasis.sum())
        if not total or not texts:
            return np.zeros(texts, dtype=np.float32)
        asked = np.broadcast_to(self._projected(compared.asked), (texts, terms, self.width))
        in_text, in_window = map(self._projected, (compared.in_text, compared.in_window))
        emphasis = np.broadcast_to(compared.emphasis[:, np.newaxis], (texts, terms, 1))
        words = np.concatenate(
            [asked, in_text, asked * in_text, in_window, compared.matches, emphasis], axis=-1
        )
        words = _rectified(_rectified(words, self.word), self.word_again)
        shares = compared.emphasis / total
        parts = [shares @ words, words.max(axis=1), self._kinds(compared)]
        matrix, added = self.answer
        logits = _rectified(np.concatenate(parts, axis=-1), self.text) @ matrix + added
        return np.asarray(logits[:, 0], dtype=np.float32)

    def _kinds(self, compared: Comparison) -> Matrix:
        """Return which kinds of words stand in the best windows, `(texts, width)`."""
        kinds = np.zeros((len(compared.windows), self.width), dtype=np.float32)
        words = self._projected(compared.directions)
        for row, window in zip(kinds, compared.windows, strict=True):
            if len(window):
                row[:] = words[window].max(axis=0)
        return kinds

    def _projected(self, directions: Numbers) -> Numbers:
        return np.asarray(np.tanh(directions @ self.projection), dtype=np.float32)


def _rectified(rows: Numbers, layer: tuple[Matrix, Vector]) -> Numbers:
    matrix, added = layer
    return np.asarray(np.maximum(rows @ matrix + added, 0), dtype=np.float32)


def _counterparts(attention: Matrix, texts: list[Places], directions: Matrix) -> Numbers:
    """Return the mean of each text's words as each term attends to them."""
    found = np.zeros((len(texts), len(attention), directions.shape[1]), dtype=np.float32)
    for counterpart, words in zip(found, texts, strict=True):
        if len(words):
            weights = attention[:, words]
            counterpart[:] = (weights / weights.sum(axis=1, keepdims=True)) @ directions[words]
    return found


def _best_windows(
    terms: QuestionTerms, similarity: Matrix, order: WordOrder, size: int
) -> tuple[Matrix, list[Places]]:
    """Return the window of each text that covers most: its matches `(terms, texts)`, its words."""
    matches, owners = window_matches(similarity, order, size)
    covered = coverage(matches, terms.emphasis)
    ranked = np.lexsort((-covered, owners))
    best = ranked[np.diff(owners[ranked], prepend=-1) > 0]
    nth = best - np.searchsorted(owners, np.arange(len(best)))
    starts = order.starts + nth * (size // 2)
    ends = np.minimum(starts + size, order.ends)
    words = [order.places[start:end] for start, end in zip(starts, ends, strict=True)]
    return np.asarray(matches[:, best], dtype=np.float32), words
