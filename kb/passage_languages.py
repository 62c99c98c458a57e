"""Which passages of an article are in another language than the article itself.

An English abstract in a Polish article, a Hindi quotation in a Slovenian one. Letters and the
commonest words tell which passages to doubt; only these are detected, all that look alike in one
call, because detection takes milliseconds.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from kb.domain import LanguageCode, Passage
from kb.normalization import folded_words

Detect = Callable[[str], LanguageCode | None]
"""A text to its language, None when that is not certain."""

# The commonest words of each language that are none of the others', folded. Hindi is told by its
# letters, which Marathi and Nepali have too: detection tells these apart.
_COMMON = {
    "sl": "je ki za so pri tudi kot kako kaj ali pa bi vsak med lahko zato ker ko ter jih kadar",
    "pl": "jest nie sie oraz przez jak ale czy tym tego dla jako kiedy jego ktory ktora sa lub gdy",
    "ro": "si este sunt cu pe nu din un care pentru ca mai cand cat sau fi ale cele prin dintre",
    "en": "the of and is that with are this was by from which when how not be it their has have",
}
_OWN_WORDS = {word: language for language, words in _COMMON.items() for word in words.split()}
_DEVANAGARI = "hi"
_DEVANAGARI_LETTER = re.compile("[\u0904-\u0939\u0958-\u0961]")
_IN_DEVANAGARI = {"hi", "mr", "ne"}

_FEWEST_WORDS = 4
_MOST_IN_OWN = 1 / 3
"""Of the common words of another language, so many may be of the article's own one."""


def with_own_languages(passages: Sequence[Passage], detect_language: Detect) -> tuple[Passage, ...]:
    """Return `passages` of one article, those that are surely in another language with that one.

    Calls `detect_language` once for each language that some of them seem to be in.
    """
    doubted: defaultdict[str, list[int]] = defaultdict(list)
    for place, passage in enumerate(passages):
        seems = _seems_to_be_in(passage)
        if seems is not None:
            doubted[seems].append(place)
    found = list(passages)
    for seems, places in doubted.items():
        language = detect_language("\n".join(passages[place].text for place in places))
        if language == seems or (language and seems == _DEVANAGARI):
            for place in places:
                found[place] = replace(passages[place], language=language)
    return tuple(found)


def _seems_to_be_in(passage: Passage) -> str | None:
    """Return what other language than its article's a passage seems to be in, if any."""
    letters = sum(map(str.isalpha, passage.text))
    if 2 * len(_DEVANAGARI_LETTER.findall(passage.text)) > letters:
        return None if passage.language in _IN_DEVANAGARI else _DEVANAGARI
    counts = _count(folded_words(passage.text))
    own = counts.pop(passage.language or "", 0)
    seems = max(counts, key=lambda language: counts[language], default="")
    if counts.get(seems, 0) < _FEWEST_WORDS or own > counts[seems] * _MOST_IN_OWN:
        return None
    return seems


def _count(words: Iterable[str]) -> dict[str, int]:
    counts: defaultdict[str, int] = defaultdict(int)
    for word in words:
        if word in _OWN_WORDS:
            counts[_OWN_WORDS[word]] += 1
    return counts
