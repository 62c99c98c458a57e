"""One fold for matching text: what people type and what articles hold meet here.

The fold is for comparing only. Quotes and offsets always refer to the unfolded text.
"""

import re
import unicodedata

FOLD_VERSION = 1

# Letters that carry a stroke inside the glyph: Unicode does not decompose them, so NFKD keeps them.
_STROKES = str.maketrans({"ł": "l", "đ": "d", "ø": "o"})

# Soft hyphen, zero-width space, joiner and non-joiner, word joiner, byte order mark: invisible,
# and a joiner inside a Hindi word would otherwise make it another word.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))

_LATIN_MARKS = re.compile("[\u0300-\u036f]")

# A word is letters with their vowel signs and joining marks, or digits: `\w` alone would cut
# Devanagari at every vowel sign, because these are marks and not letters.
_WORD = re.compile(
    r"[^\W_]++(?:[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963]++[^\W_]*+)*+"
)


def fold(text: str) -> str:
    """Return `text` without case, Latin diacritics, invisible characters and digit scripts.

    >>> fold("Łódź: ŞCOALĂ, Școală, २,६")
    'lodz: scoala, scoala, 2,6'
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_INVISIBLE)).casefold()
    recomposed = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", decomposed))
    return "".join(map(_ascii_digit, recomposed.translate(_STROKES)))


def folded_words(text: str) -> tuple[str, ...]:
    """Return the folded words of `text` in order; Devanagari words stay whole.

    >>> folded_words("Šest strank, ग्राहक सेवा!")
    ('sest', 'strank', 'ग्राहक', 'सेवा')
    """
    return tuple(_WORD.findall(fold(text)))


def _ascii_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
