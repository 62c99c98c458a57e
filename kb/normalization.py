"""One fold for matching text: what people type and what articles hold meet here.

The fold is for comparing only. Quotes and offsets always refer to the unfolded text.
"""

import re
import unicodedata

# Letters that carry a stroke inside the glyph: Unicode does not decompose them, so NFKD keeps them.
_STROKES = {"ł": "l", "đ": "d", "ø": "o"}
_SINGLE_QUOTES = dict.fromkeys("‘’‚‛‹›′ʼ`", "'")
_DOUBLE_QUOTES = dict.fromkeys("“”„‟«»″", '"')
_HYPHENS = dict.fromkeys("‐‑‒–—―−", "-")
_CHANDRABINDU = {"ँ": "ं"}
_SAME = str.maketrans(_STROKES | _SINGLE_QUOTES | _DOUBLE_QUOTES | _HYPHENS | _CHANDRABINDU)

# Soft hyphen, zero-width spaces, joiners, marks of direction, byte order mark: nobody sees them,
# and a joiner inside a Hindi word would otherwise make it another word.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"
)
_FOREIGN_DIGIT = re.compile("[^\\D0-9]")
_LATIN_MARKS = re.compile("[\u0300-\u036f]")

# The dot under a letter for a Persian or Arabic sound is mostly left out in typing. Under ड and ढ
# it makes the letters of other Hindi words: सड़क (road).
_LOAN_NUKTA = re.compile("(?<=[कखगजफ])\u093c")
# A nasal before a consonant of its own row may also be written as a dot: हिन्दी and हिंदी.
_NASAL = re.compile("ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])")

# A word is letters with their vowel signs and joining marks, or digits: `\w` alone would cut
# Devanagari at every vowel sign, because these are marks and not letters.
_WORD = re.compile(
    r"[^\W_]++(?:[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963]++[^\W_]*+)*+"
)


def fold(text: str) -> str:
    """Return `text` without what people type or leave out at will: `docs/how-it-works.md` lists it.

    >>> fold("Łódź: „ŞCOALĂ“ – Școală, २,६")
    'lodz: "scoala" - scoala, 2,6'
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    decomposed = unicodedata.normalize("NFKD", without_invisible(text)).casefold()
    unmarked = _LOAN_NUKTA.sub("", _LATIN_MARKS.sub("", decomposed))
    recomposed = unicodedata.normalize("NFC", unmarked).translate(_SAME)
    return with_ascii_digits(_NASAL.sub("ं", recomposed))


def without_invisible(text: str) -> str:
    r"""Return `text` without the characters that take no room and are no letters.

    >>> without_invisible("upo\u00adraba")
    'uporaba'
    """
    return _INVISIBLE.sub("", text)


def with_ascii_digits(text: str) -> str:
    """Return `text` with the digits of every script as 0 to 9.

    >>> with_ascii_digits("२०२६")
    '2026'
    """
    return _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), text)


def folded_words(text: str) -> tuple[str, ...]:
    """Return the folded words of `text` in order; Devanagari words stay whole.

    >>> folded_words("Šest strank, ग्राहक सेवा!")
    ('sest', 'strank', 'ग्राहक', 'सेवा')
    """
    return tuple(_WORD.findall(fold(text)))
