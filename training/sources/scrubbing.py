"""A message to plain text: without mark-up, placeholders and mnemonics, in its own language."""

import html
import re

_LONGEST = 1000  # Characters; what is longer is a licence or a table.
_NAMES = {"%PRODUCTNAME": "LibreOffice", "$[officename]": "LibreOffice"}
_DEVANAGARI = re.compile(r"[\u0900-\u0963\u0970-\u097f]")
_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[^\W\d_]{2,}")

_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\\[nrt]", " "),
        (r"!?\[([^\]]*)\]\([^)\s]*\)", r"\1"),  # a link in Markdown
        (r"</?(?:br|bookmark_value|caseinline|defaultinline|switchinline)\b[^<>]*>", " "),
        (r"</?[a-zA-Z][^<>]*>", ""),
        (r"\{\{[^{}]*\}\}|\$?\{[^{}]*\}", ""),  # {{name}}, {0}, ${name}
        (r"%(?:\([^)]*\)|\d\$)?[-+0-9.]*l?[sdifux](?!\w)|%\d|%[A-Z]{4,}", ""),  # %s, %(n)d, %1
        (r"\$\[\w+\]|\$\d|\$[A-Za-z]+\$?", ""),  # $[version], $1, $COUNT
        (r"\s*\([&_~]\w\)", ""),  # the letter that chooses a menu entry: "खोलें (_O)"
        (r"(?<![A-Z])[&~](?=\w)|&(?=&)", ""),  # and in "&Open", "~Open", "Ma_tch"
        (r"(?<![\w/])([^\W\d_]*)_([^\W\d_]+)(?=[^\w/]|$)", r"\1\2"),
        (r"`", ""),
        (r"\[\]|\(\)|\"\"|''|“”|„”|«»", ""),  # what a placeholder leaves empty
        (r"^\s*\d+(?:\.\d+)*\.\s", ""),  # the number of a section
        (r"(?<=[\u0900-\u097f])\s*\|", "।"),  # typed for the danda
        (r"\s+", " "),
        (r" ([.,;:!?।)]+)(?= |$)", r"\1"),
    )
)


def scrub(message: str) -> str:
    """Return the text that a reader of the message would see, on one line.

    >>> scrub("<b>Delete</b> {n, plural, one {# file} other {# files}} of &quot;_Tom&quot;, %s?")
    'Delete files of "Tom",?'
    """
    # LibreOffice escapes mark-up inside mark-up.
    text = html.unescape(html.unescape(_plural_to_other(message)))
    for placeholder, name in _NAMES.items():
        text = text.replace(placeholder, name)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.strip()


def _plural_to_other(message: str) -> str:
    """Replace each `{n, plural, one {...} other {...}}` by the text of `other`, without the `#`."""
    while choice := _CHOICE.search(message):
        end = _closing(message, choice.start())
        other = _OTHER.search(message, choice.end(), end)
        text = message[other.end() : _closing(message, other.end() - 1)] if other else ""
        message = f"{message[: choice.start()]}{text.replace('#', '')}{message[end + 1 :]}"
    return message


_CHOICE = re.compile(r"\{\s*\w+\s*,\s*(?:plural|select)\s*,")
_OTHER = re.compile(r"\bother\s*\{")


def _closing(text: str, opening: int) -> int:
    """Return where the bracket that opens at `opening` closes, or the end."""
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return at
    return len(text)


def is_translation(english: str, translation: str, language: str) -> bool:
    """True for two texts with words, of which the second is not English left as it was."""
    if not _WORD.search(english) or max(len(english), len(translation)) > _LONGEST:
        return False
    if language == "hi":
        signs = len(_DEVANAGARI.findall(translation))
        return signs >= 2 and signs >= len(_LATIN.findall(translation))
    words = _WORD.findall(translation.lower())
    return bool(words) and english != translation and _share(words, english) < 0.5


def _share(words: list[str], english: str) -> float:
    """Return how much of a translation is English words; in a short text they may be names."""
    kept = set(_WORD.findall(english.lower()))
    return 0.0 if len(words) < 3 else sum(word in kept for word in words) / len(words)
