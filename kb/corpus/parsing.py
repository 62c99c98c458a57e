"""The bytes of an article to a document: its text, title, language and what it says of itself."""

import re

from kb.blocks import BlockKind, blocks_of
from kb.boilerplate import is_boilerplate
from kb.corpus.decoding import decode
from kb.corpus.encodings import DetectLanguage
from kb.corpus.front_matter import FrontMatter, read_front_matter
from kb.domain import Document, DocumentId, LanguageCode
from kb.errors import ArticleUnreadable
from kb.selection import folded_tag

# "sl", "sl-SI" and "pt_BR" name a language; "Polish" has to be detected.
_LANGUAGE = re.compile(r"([a-z]{2})([-_].*)?")
_TITLE_CHARS = 120


def parse(document_id: DocumentId, content: bytes, *, detect_language: DetectLanguage) -> Document:
    """Return the document that a file's bytes hold.

    Title and language come from the front matter; else the title is the first heading or the
    first line, and the language is what `detect_language` makes of the body.
    Raises: `ArticleUnreadable` when it is not certain what the bytes say, the file holds no text,
    or its front matter is broken.
    """
    text = decode(document_id, content, detect_language=detect_language)
    matter, body_start = read_front_matter(document_id, text)
    body = text[body_start:]
    if not body.strip():
        raise ArticleUnreadable(document_id, "it holds no text")
    declared = _LANGUAGE.fullmatch(_single(matter, "language").lower())
    return Document(
        id=document_id,
        title=_single(matter, "title") or _first_title(text, body_start),
        language=LanguageCode(declared[1]) if declared else detect_language(body),
        text=text,
        body_start=body_start,
        date=_single(matter, "date") or None,
        source=_single(matter, "source") or None,
        tags=_tags(matter.get("tags", ())),
    )


def _single(matter: FrontMatter, key: str) -> str:
    """Return a single-valued entry in one line, empty when there is none."""
    value = matter.get(key, "")
    return _in_one_line(value) if isinstance(value, str) else ""


def _tags(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return tags from a list, or from a text with commas between them; each once."""
    written = value.split(",") if isinstance(value, str) else value
    tags: dict[str, str] = {}
    for tag in filter(None, map(_in_one_line, written)):
        tags.setdefault(folded_tag(tag), tag)
    return tuple(tags.values())


def _first_title(text: str, body_start: int) -> str:
    """Return the first marked heading, else the first line that says something."""
    blocks = blocks_of(text, start=body_start, find_headings=False)
    headings_first = sorted(blocks, key=lambda block: block.kind is not BlockKind.HEADING)
    says_something = (
        content
        for block in headings_first
        if block.kind not in (BlockKind.CODE, BlockKind.RULE)
        and not is_boilerplate(content := text[slice(*block.content)])
    )
    title = _in_one_line(next(says_something, text[body_start:].strip()).split("\n", 1)[0])
    if len(title) <= _TITLE_CHARS:
        return title
    return title[:_TITLE_CHARS].rsplit(" ", 1)[0] + " …"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
