"""What a question means to say: typing errors and romanised Hindi, read as words that there are.

A model's pieces make a misspelt word of meaningless parts. So the words of a question that are
no word of the articles, unknown and improbable to the model are read as a probable one that is
one letter away (Norvig, "How to write a spelling corrector", 2007), before anything is looked for.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import Protocol, runtime_checkable

from kb.romanised import RomanisedHindi, may_be_romanised_hindi
from kb.spelling import is_devanagari

_MIN_LETTERS = 4  # Shorter words have too many neighbours.
# How much likelier the other word has to be (natural logarithm): a rare word is no typing error.
_MIN_GAIN = 10.0
# A stem with an ending is no typing error either, if it is likelier than that.
_IMPROBABLE = -26.0
_IN_ARTICLES = 2.0  # So much more is a word of the articles expected.
_LEAST_IN_ARTICLES = -14.0  # A rare piece: any word of the articles is as likely as that.
_OTHER_START = 3.0  # The first letter is seldom wrong.

WORD = re.compile("[^\\W\\d_](?:[^\\W\\d_]|[\\u0900-\\u0903\\u093a-\\u094f])*")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_DEVANAGARI = "".join(map(chr, (*range(0x901, 0x904), *range(0x905, 0x93A), *range(0x93C, 0x94E))))


@runtime_checkable
class Vocabulary(Protocol):
    """What a model that cuts words into pieces knows of words."""

    def spelt(self, word: str) -> str:
        """Return `word` as its pieces spell it: small letters, no Latin diacritics."""

    def is_piece(self, word: str) -> bool:
        """True for a word that is not cut."""

    def is_known(self, word: str) -> bool:
        """True for a word of the text that the model was trained on, however it is cut."""

    def likelihood(self, word: str) -> float:
        """Return the logarithm of a word's probability."""

    def devanagari_words(self) -> list[str]:
        """Return the pieces in Devanagari that can be words."""


class QuestionReader:
    """Reads questions with a model's vocabulary and the words of the articles."""

    def __init__(
        self, vocabulary: Vocabulary, words_of_articles: Callable[[], Iterable[str]]
    ) -> None:
        self._vocabulary = vocabulary
        self._words_of_articles = words_of_articles

    def read(self, question: str) -> str:
        """Return `question` with the words that were meant."""
        if may_be_romanised_hindi(question):
            in_devanagari = self._hindi.read(question)
            if in_devanagari != question:
                return in_devanagari
        return WORD.sub(lambda match: self._meant(match.group()), question)

    @cached_property
    def _words(self) -> Collection[str]:
        """The words of the articles, asked for when the first improbable word comes."""
        return frozenset(self._words_of_articles())

    @cached_property
    def _hindi(self) -> RomanisedHindi:
        words = [*self._vocabulary.devanagari_words(), *sorted(filter(is_devanagari, self._words))]
        return RomanisedHindi(words, self._likelihood_with_articles)

    def _likelihood_with_articles(self, word: str) -> float:
        likelihood = self._vocabulary.likelihood(word)
        return max(likelihood, _LEAST_IN_ARTICLES) if word in self._words else likelihood

    def _meant(self, written: str) -> str:
        word = self._vocabulary.spelt(written)
        likelihood = self._vocabulary.likelihood(word)
        if len(word) < _MIN_LETTERS or likelihood > _IMPROBABLE:
            return written
        if self._is_word(word) or self._vocabulary.is_known(word):
            return written
        candidates = [
            (self._likelihood(other) - _OTHER_START * (other[0] != word[0]), other)
            for other in _neighbours(word)
            if len(other) >= _MIN_LETTERS and self._is_word(other)
        ]
        score, best = max(candidates, default=(float("-inf"), ""))
        return best if score >= likelihood + _MIN_GAIN else written

    def _is_word(self, word: str) -> bool:
        return self._vocabulary.is_piece(word) or word in self._words

    def _likelihood(self, word: str) -> float:
        return self._vocabulary.likelihood(word) + _IN_ARTICLES * (word in self._words)


def _neighbours(word: str) -> set[str]:
    """Return all that is one letter left out, put in, changed or swapped away from `word`."""
    letters = _DEVANAGARI if is_devanagari(word) else _LATIN
    return set(_edited(word, letters)) - {word}


def _edited(word: str, letters: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        yield from (before + letter + after for letter in letters)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in letters)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
