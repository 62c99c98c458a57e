"""What the words of a question ask for.

A sentence without a figure does not answer "how many", however many of the question's other words
it has.
"""

from itertools import pairwise

from kb.normalization import fold, folded_words

_HOW_MANY = {
    "sl": "koliko kolikokrat kolikšen kolikšna kolikšno kolikšni kolikšne kolikšnem",
    "pl": "ile ilu iloma ilukrotnie ilokrotnie",
    "hi": "कितना कितने कितनी कितनों kitna kitne kitni",
    # Without diacritics "cât" is the English "cat": a question about it may prefer figures too.
    "ro": "cât câtă câți câte",
}
# "how" alone asks for a way.
_HOW_MANY_IN_TWO_WORDS = {
    "sl": ("kateri odstotek", "kakšen odstotek", "kakšen delež"),
    "pl": ("jaki procent", "jaki odsetek", "jaką część"),
    "hi": ("किस प्रतिशत",),
    "ro": ("ce procent", "ce procentaj", "ce proporție"),
    "en": ("how many", "how much", "how long", "how often", "what percentage", "what share"),
}
_WORDS = frozenset(folded_words(" ".join(_HOW_MANY.values())))
_PAIRS = frozenset(
    tuple(fold(pair).split()) for pairs in _HOW_MANY_IN_TWO_WORDS.values() for pair in pairs
)


def asks_for_figure(question: str) -> bool:
    """True when a question in one of the five languages asks how many or how much.

    >>> asks_for_figure("Koliko strank se ne pritoži?"), asks_for_figure("How do they complain?")
    (True, False)
    """
    words = folded_words(question)
    return not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairwise(words))
