"""Lines that pages carry around an article: share prompts, jumps, link lists.

Tables of folded phrases, one per language, each seen in pages of that language.
"""

import re

from kb.normalization import folded_words

_SHARE_PROMPTS = (
    "kliknite za tweet",
    "kliknij aby tweetowac",
    "kliknij by tweetowac",
    "ट्वीट करने के लिए क्लिक करें",
    "faceti clic pentru a tweet",
    "click pentru tweet",
    "click to tweet",
)
_MOST_WORDS = max(len(prompt.split()) for prompt in _SHARE_PROMPTS)

_LINK_LIST_HEADINGS = (
    "priporoceni clanki",
    "preberite tudi",
    "sorodni clanki",
    "szybkie linki",
    "przeczytaj takze",
    "przeczytaj tez",
    "zobacz takze",
    "polecane artykuly",
    "यह भी पढ़ें",
    "संबंधित लेख",
    "citeste si",
    "cititi si",
    "articole similare",
    "articole recomandate",
    "recommended articles",
    "related articles",
    "read also",
    "quick links",
)

_ONLY_LINKS = re.compile(r"(!?\[[^\[\]]*\]\([^()]*\)|<?https?://\S+>?)([\s,;|•·]+|\Z)")
# Not `\w`: it would cut "प्रकाशित" at its signs.
_DATE_LINE = re.compile(r"[^\s\d:]+(?: [^\s\d:]+)?:? *\d{4}-\d{2}-\d{2}")
_COMMENT = re.compile(r"<!--.*-->", re.DOTALL)


def is_boilerplate(line: str) -> bool:
    """True for a share prompt, a jump to the top, an image, a comment, a date or nothing but links."""
    words = folded_words(line)
    if not words or line.startswith(("↑", "⇧")):
        return True
    if _COMMENT.fullmatch(line) or _DATE_LINE.fullmatch(line):
        return True
    return words in _SHARE_WORDS or not _ONLY_LINKS.sub("", line).strip()


def share_prompt_start(line: str) -> int | None:
    """Return where the share prompt begins that `line` ends in, else None.

    What stands before it is a quote: "Support waits for a question. Click to tweet".
    """
    # Dashes and arrows around a prompt are not among its words.
    starts = [match.start() for match in re.finditer(r"\S+", line)][-_MOST_WORDS - 2 :]
    words = folded_words(line[starts[0] :]) if starts else ()
    if not any(words[-len(prompt) :] == prompt for prompt in _SHARE_WORDS):
        return None
    return next((start for start in starts if folded_words(line[start:]) in _SHARE_WORDS), None)


def opens_link_list(heading: str) -> bool:
    """True when the list under `heading` leads to other articles."""
    words = folded_words(heading)
    return any(
        words[-len(phrase) :] == phrase or words[: len(phrase)] == phrase
        for phrase in _LINK_LIST_WORDS
    )


_SHARE_WORDS = frozenset(map(folded_words, _SHARE_PROMPTS))
_LINK_LIST_WORDS = frozenset(map(folded_words, _LINK_LIST_HEADINGS))
