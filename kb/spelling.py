"""One key for a name however it is spelt: in Devanagari or in Latin letters.

A name has no translation that a model could have learnt, so खाताघर and Khataghar are matched by
sound: the consonants of both scripts are brought to one letter each, vowels are left out.
"""

import re
from functools import lru_cache

from kb.normalization import fold

# Shorter keys fall together by chance: two consonants are too few to be a name.
_MIN_KEY = 3

# Aspiration, retroflexion and the nukta are lost in most romanisations, and so is the difference
# of j and z, v and w. Vowel signs are left out, and so is h, which comes and goes.
_SOUNDS = {
    "k": "कख",
    "g": "गघ",
    "c": "चछ",
    "j": "जझ",
    "t": "टठतथ",
    "d": "डढदध",
    "n": "णनङञंँ",
    "p": "पफ",
    "b": "बभ",
    "m": "म",
    "r": "रऋृ",
    "l": "लळ",
    "v": "व",
    "y": "य",
    "s": "शषस",
}
_DEVANAGARI = str.maketrans({letter: sound for sound, row in _SOUNDS.items() for letter in row})
_LATIN_PAIRS = (("ch", "C"), ("cz", "C"), ("sh", "s"), ("sz", "s"), ("ph", "p"), ("x", "ks"))
_LATIN = str.maketrans(
    {"c": "k", "C": "c", "q": "k", "z": "j", "w": "v", "f": "p", **dict.fromkeys("aeiouh", "")}
)
_REPEATED = re.compile(r"(.)\1+")
_NOT_A_KEY = re.compile("[^a-z]")
_DEVANAGARI_LETTER = re.compile("[\u0900-\u097f]")


def is_devanagari(word: str) -> bool:
    """True when `word` has a letter of the script of Hindi."""
    return _DEVANAGARI_LETTER.search(word) is not None


@lru_cache(maxsize=1 << 16)
def spelling_key(word: str) -> str:
    """Return the consonants of a word as it sounds, or "" when they are too few to tell it.

    >>> spelling_key("खाताघर") == spelling_key("Khataghar") == "ktgr"
    True
    """
    if is_devanagari(word):
        sounds = word.translate(_DEVANAGARI)
    else:
        folded = word.lower() if word.isascii() else fold(word)
        for pair, sound in _LATIN_PAIRS:
            folded = folded.replace(pair, sound)
        sounds = folded.translate(_LATIN)
    key = _REPEATED.sub(r"\1", _NOT_A_KEY.sub("", sounds))
    return key if len(key) >= _MIN_KEY else ""
