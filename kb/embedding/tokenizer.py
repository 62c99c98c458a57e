"""Text to the pieces of a Unigram vocabulary: the same ones as Hugging Face's tokenizers gives.

    "Žogo, łódź!"  ->  "▁zogo" "▁," "▁lodz" "▁!"  ->  "▁" "zogo" "▁" "," "▁lodz" "▁" "!"

Text is cut at spaces; each stretch is put in lower case without Latin diacritics and cut at
punctuation into words; each word becomes its most probable pieces. Nothing depends on what is
beyond the nearest spaces, so a stretch is cut once and remembered: words repeat.

The library has the tables of Unicode 9 (2016): a few characters added since are decomposed by
Python alone, and give other pieces there.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import NamedTuple

UNKNOWN = "[UNK]"
UNKNOWN_ID = 0

_WORD_START = "▁"
# White_Space in Unicode; `\s` would add four separators that are control characters.
_STRETCH = re.compile(r"[^\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_LATIN_MARKS = re.compile(r"[\u0300-\u036f]+")
_UNKNOWN_PENALTY = 10  # Under the least probable piece: kUnkPenalty of SentencePiece.

_REMEMBERED_STRETCHES = 50_000
_REMEMBERED_CHARS = 64  # Languages without spaces have long stretches, and none comes twice.


class _Cut(NamedTuple):
    pieces: tuple[int, ...]
    tokens: tuple[int, ...]


class Tokenizer:
    """Cuts texts into the numbers of their pieces.

    `scores` are the pieces' log probabilities; piece 0 is "[UNK]". `punctuation` holds all
    characters that are words by themselves.
    """

    def __init__(self, pieces: Sequence[str], scores: Sequence[float], punctuation: str) -> None:
        self._pieces = pieces
        self._ids = dict(zip(pieces, range(len(pieces)), strict=True))
        self._scores = [min(scores) - _UNKNOWN_PENALTY, *scores[1:]]
        self._longest = max(map(len, pieces))
        self._set_apart = {ord(character): f" {character} " for character in punctuation}
        self._set_apart[ord(_WORD_START)] = f" {_WORD_START}"
        self._cuts = _Memory(self._cut)

    def pieces(self, text: str) -> list[int]:
        """Return the numbers of all pieces, punctuation and unknown ones included."""
        return [id_ for stretch in _STRETCH.findall(text) for id_ in self._cuts[stretch].pieces]

    def tokens(self, text: str) -> list[int]:
        """Return the pieces of words that have a letter or digit in a known piece.

        The first piece of a word is its number, the others are the complements of theirs.
        """
        return [id_ for stretch in _STRETCH.findall(text) for id_ in self._cuts[stretch].tokens]

    def is_piece(self, word: str) -> bool:
        """True when `word`, as `normalised` gives it, is one piece."""
        return _WORD_START + word in self._ids

    def likelihood(self, text: str) -> float:
        """Return the sum of the log probabilities of the pieces of `text`."""
        return sum(self._scores[id_] for id_ in self.pieces(text))

    def _cut(self, stretch: str) -> _Cut:
        words = list(self._words(stretch))
        return _Cut(
            pieces=tuple(id_ for word in words for id_ in word),
            tokens=tuple(
                ~id_ if place else id_
                for word in words
                if self._is_readable(word)
                for place, id_ in enumerate(word)
            ),
        )

    def _words(self, stretch: str) -> Iterator[list[int]]:
        for place, part in enumerate(stretch.split(UNKNOWN)):
            if place:
                yield [UNKNOWN_ID]
            for word in _STRETCH.findall(normalised(part).translate(self._set_apart)):
                yield self._spell(word if word.startswith(_WORD_START) else _WORD_START + word)

    def _is_readable(self, word: Sequence[int]) -> bool:
        known = (self._pieces[id_] for id_ in word if id_ != UNKNOWN_ID)
        return any(character.isalnum() for piece in known for character in piece)

    def _spell(self, word: str) -> list[int]:
        """Return the pieces whose scores have the greatest sum (Viterbi), of equals the longest.

        A character without a piece is unknown; unknown neighbours are one.
        Source: Kudo 2018, https://arxiv.org/abs/1804.10959
        """
        # For each end: the best score of the word up to there, and its last piece with its start.
        best = [(0.0, 0, UNKNOWN_ID), *((-inf, 0, UNKNOWN_ID) for _ in word)]
        for start in range(len(word)):
            score_before = best[start][0]
            for end in range(start + 1, min(start + self._longest, len(word)) + 1):
                fallback = UNKNOWN_ID if end == start + 1 else None
                id_ = self._ids.get(word[start:end], fallback)
                if id_ is None:
                    continue
                score = score_before + self._scores[id_]
                if score > best[end][0]:
                    best[end] = (score, start, id_)
        ids: list[int] = []
        end = len(word)
        while end:
            _, end, id_ = best[end]
            if id_ != UNKNOWN_ID or ids[-1:] != [UNKNOWN_ID]:
                ids.append(id_)
        return ids[::-1]


def normalised(text: str) -> str:
    """Return `text` in lower case and without Latin diacritics: "Žogo" and "ŁÓDŹ" as typed."""
    bare = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text)))
    # `lower` alone would write a sigma at the end of a word in its other form.
    lower = bare.replace("Σ", "σ").lower()
    return lower.replace("ł", "l").replace("đ", "d").replace("’", "'")


class _Memory(dict[str, _Cut]):
    """How the stretches met so far are cut; starts again when it is full."""

    def __init__(self, cut: Callable[[str], _Cut]) -> None:
        super().__init__()
        self._cut = cut

    def __missing__(self, stretch: str) -> _Cut:
        cut = self._cut(stretch)
        if len(stretch) <= _REMEMBERED_CHARS:
            if len(self) >= _REMEMBERED_STRETCHES:
                self.clear()
            self[stretch] = cut
        return cut
