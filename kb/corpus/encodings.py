"""The encodings from before Unicode: which readings of a file make words of a language.

A byte does not say its encoding, and each encoding below makes a letter of almost any byte. So a
file is read in all of them and each reading is looked at: is every letter one that the language
writes, is every sign where a sign can stand? Nothing is guessed: "Kaša" in one encoding is "Kača"
in another, and where both make a text, nobody can tell.
"""

import codecs
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from kb.domain import DetectLanguage

ProseOf = Callable[[str], str]
"""A file's text without what is not written in its language, such as tags."""

_OF_ONE_BYTE = ("cp125", "iso8859", "koi8")

# Each with the languages that were written in it. cp1252 has all of ISO 8859-1.
ENCODINGS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "cp1250": frozenset({"sl", "pl", "ro", "en"}),
        "iso8859_2": frozenset({"sl", "pl", "ro", "en"}),
        "iso8859_16": frozenset({"sl", "pl", "ro"}),
        "cp1252": frozenset({"en"}),
    }
)
# Those of loan words for English.
LETTERS: Mapping[str, str] = MappingProxyType(
    {"sl": "čšžćđ", "pl": "ąćęłńóśźż", "ro": "ăâîșțşţ", "en": "éèêëàâäçîïôöûüñæœ"}
)
# A foreign name may stand in a text; in a wrong reading far more letters are foreign.
_MOST_FOREIGN = 0.2

_READINGS = [
    tuple(bytes([byte]).decode(encoding, "replace") for encoding in ENCODINGS)
    for byte in range(0x80, 0x100)
]
_CONTROLS = frozenset("\ufffd").union(map(chr, range(0x80, 0xA0)))  # in no text
_DISPUTED = frozenset(
    character
    for reading in _READINGS
    if len(printable := frozenset(reading) - _CONTROLS) > 1
    for character in printable
)
# What all encodings read alike, such as "ü" and "–", tells nothing and may stand anywhere.
_UNDISPUTED = frozenset(character for reading in _READINGS for character in reading) - _DISPUTED
_OURS = frozenset("".join(LETTERS.values())) | _UNDISPUTED

_SIGNS = "„”«»€£¥©®²³±×·¼½¾"
_LETTER = r"[^\W\d_]"
_DISPUTED_LETTERS = "".join(sorted(filter(str.isalpha, _DISPUTED)))
_UPPER = "".join(filter(str.isupper, _DISPUTED_LETTERS))
_LOWER = "".join(filter(str.islower, _DISPUTED_LETTERS))
_IMPOSSIBLE = re.compile(
    "|".join(
        (
            rf"[€£¥©®²³±×·¼½¾](?={_LETTER})",  # "³ódka"
            rf"(?<={_LETTER})[„€£¥±×·¼½¾]|(?<=[^\W\d_m])[²³]",  # "zbo±e", "by³", but "5 m²"
            rf"(?<={_LETTER})[”«»](?={_LETTER})",
            rf"(?<=\d)[{_DISPUTED_LETTERS}]|[{_DISPUTED_LETTERS}](?=\d)",  # "Ł5" is "£5"
            # Alone: "Š 2024" is "© 2024", but a list may have an item "č)".
            rf"(?<!\w)(?![àÀ])[{_DISPUTED_LETTERS}](?![\w.)])",
            rf"[a-z{_LOWER}][{_UPPER}]|[{_LOWER}][A-Z{_UPPER}]",  # "zbOże"
        )
    )
)
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")


def likely_texts(
    content: bytes, detect_language: DetectLanguage, prose_of: ProseOf
) -> frozenset[str]:
    """Return every text that `content` may be in one of `ENCODINGS`.

    Empty when all that can be read is in a language that is unknown, or not one of these.
    """
    languages: dict[str, str | None] = {}
    for encoding, written in ENCODINGS.items():
        text = decoded(content, encoding)
        if text is None:
            continue
        prose = prose_of(text)
        language = _known(detect_language(prose))
        if language in (None, *written) and _may_be_written_in(prose, language):
            languages[text] = language
    return frozenset(languages) if any(languages.values()) else frozenset()


def declared_text(
    content: bytes, encoding: str, detect_language: DetectLanguage, prose_of: ProseOf
) -> str | None:
    """Return `content` in the encoding that it says it has, or None when that is not true."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        return None
    # Who says ISO 8859-1 writes cp1252, as every browser knows.
    # Source: https://encoding.spec.whatwg.org/#names-and-labels
    name = "cp1252" if name in {"iso8859-1", "ascii"} else name
    text = decoded(content, name) if name.startswith(_OF_ONE_BYTE) else None
    if text is None:
        return None
    prose = prose_of(text)
    language = _known(detect_language(prose))
    return text if language is None or _may_be_written_in(prose, language) else None


def _known(language: str | None) -> str | None:
    return language if language in LETTERS else None


def decoded(content: bytes, encoding: str) -> str | None:
    """Return `content` as text, or None when it has bytes or signs that no text has."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _NO_TEXT.search(text) else text


def _may_be_written_in(text: str, language: str | None) -> bool:
    """True when the letters are those of the language, and signs stand where signs may."""
    others = [character for character in text if not character.isascii()]
    letters = [
        letter for letter in map(str.lower, others) if letter in _DISPUTED and letter.isalpha()
    ]
    # English has few letters of its own: any name may stand in it.
    own = LETTERS[language] if language and language != "en" else _OURS
    foreign = sum(letter not in own for letter in letters)
    return (
        foreign <= _MOST_FOREIGN * len(letters)
        and all(character.lower() in _OURS or character in _SIGNS for character in others)
        and not _IMPOSSIBLE.search(text)
    )
