"""The bytes of an article to a document: its text, title, language and what it says of itself."""

import re

from kb.blocks import BlockKind, blocks_of
from kb.boilerplate import is_boilerplate
from kb.corpus.decoding import decode
from kb.corpus.front_matter import FrontMatter, read_front_matter
from kb.domain import DetectLanguage, Document, DocumentId, LanguageCode
from kb.errors import ArticleUnreadable
from kb.selection import each_tag_once

HTML_SUFFIXES = (".html", ".htm", ".xhtml")

# "sl", "sl-SI" and "pt_BR" name a language; "Polish" has to be detected.
_LANGUAGE = re.compile(r"([a-z]{2})([-_].*)?")
_TITLE_CHARS = 120


def parse(document_id: DocumentId, content: bytes, *, detect_language: DetectLanguage) -> Document:
    """Return the document that a file's bytes hold.

    Title and language come from the front matter; else the title is the first heading or the
    first line, and the language is what `detect_language` makes of the body. Of an HTML page the
    main text is read, and the title, language and date come from its tags.
    Raises: `ArticleUnreadable` when it is not certain what the bytes say, the file holds no text,
    or its front matter is broken.
    """
    if is_page(document_id):
        return _parse_page(document_id, content, detect_language)
    text = decode(document_id, content, detect_language=detect_language)
    matter, body_start = read_front_matter(document_id, text)
    body = text[body_start:]
    if not body.strip():
        raise ArticleUnreadable(document_id, "it holds no text")
    return Document(
        id=document_id,
        title=_single(matter, "title") or _first_title(text, body_start),
        language=_language_code(_single(matter, "language")) or detect_language(body),
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
    return each_tag_once(written)


def is_page(document_id: DocumentId) -> bool:
    """True for HTML: its text has to be taken out of the file."""
    return document_id.lower().endswith(HTML_SUFFIXES)


def _parse_page(
    document_id: DocumentId, content: bytes, detect_language: DetectLanguage
) -> Document:
    from kb.corpus.alignment import without_markup  # Most corpora have no page.
    from kb.corpus.pages import declared_encoding, read_page

    source = decode(
        document_id,
        content,
        detect_language=detect_language,
        prose_of=without_markup,
        declared=declared_encoding(content),
    )
    page = read_page(document_id, source)
    text = page.text.text
    return Document(
        id=document_id,
        title=_shortened(_in_one_line(page.title)) or _first_title(text, 0),
        # Templates name a language for every page, so it counts only where nothing speaks against.
        language=detect_language(text) or _language_code(page.language),
        text=text,
        lines=page.text.lines,
        date=page.date,
        source=page.url,
    )


def _language_code(declared: str) -> LanguageCode | None:
    code = _LANGUAGE.fullmatch(declared.strip().lower())
    return LanguageCode(code[1]) if code else None


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
    return _shortened(
        _in_one_line(next(says_something, text[body_start:].strip()).split("\n", 1)[0])
    )


def _shortened(title: str) -> str:
    if len(title) <= _TITLE_CHARS:
        return title
    return title[:_TITLE_CHARS].rsplit(" ", 1)[0] + " …"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
