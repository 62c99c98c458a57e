"""HTML to the text of its article: the only importer of trafilatura and lxml."""

import logging
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.corpus.alignment import PageBlock, align, count_tags, light_markup
from kb.domain import DocumentId, SourceText
from kb.errors import ArticleUnreadable

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# trafilatura needs up to a minute for this many table cells, and its time grows with their square.
MOST_TAGS = 100_000

_BLOCKS = frozenset({"head", "p", "list", "item", "table", "row", "quote", "lb"})
_LEVELS = frozenset("123456")
# Source: https://html.spec.whatwg.org/#determining-the-character-encoding (there it is 1024)
_HEAD_BYTES = 4_096
_ENCODING = re.compile(
    rb"(?:charset|<\?xml[^>]*encoding)\s*=\s*[\"']?\s*([a-z0-9_.:-]+)", re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_NAMES = ("article:published_time", "datepublished", "date", "dc.date", "dcterms.date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The main text of a page, and what the page says of itself."""

    text: SourceText
    title: str
    language: str
    date: str | None
    url: str | None


def read_page(document_id: DocumentId, source: str) -> Page:
    """Return the main text of an HTML page, without menus, comments and scripts.

    Raises: `ArticleUnreadable` when there is none, or trafilatura is not installed.
    """
    try:
        import lxml.html
        import trafilatura
    except ImportError:
        install = f"{shlex.quote(sys.executable)} -m pip install trafilatura lxml-html-clean"
        reason = f"HTML is read by trafilatura; run `{install}`, then `kb build`"
        raise ArticleUnreadable(document_id, reason) from None
    if count_tags(source) > MOST_TAGS:
        reason = f"this HTML has more than {MOST_TAGS:,} tags; save its text as .txt"
        raise ArticleUnreadable(document_id, reason)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # What it logs is told below.
    parser = lxml.html.HTMLParser(encoding="utf-8")
    try:
        tree = lxml.html.document_fromstring(light_markup(source).encode(), parser=parser)
        extracted = trafilatura.bare_extraction(tree, include_comments=False)
        blocks = list(_blocks(extracted.body)) if extracted is not None else []
    except Exception:  # noqa: BLE001 (a page that is broken enough makes a parser raise anything)
        blocks = []
    text = align(blocks, source)
    if not text.text.strip():
        raise ArticleUnreadable(document_id, "no article is found in this HTML; save it as .txt")
    return Page(
        text=text,
        title=_title(tree),
        language=tree.get("lang") or tree.get("xml:lang") or "",
        date=_date(tree),
        url=next(iter(tree.xpath("//link[@rel='canonical']/@href")), None),
    )


def declared_encoding(content: bytes) -> str | None:
    """Return the encoding that a page names near its beginning."""
    found = _ENCODING.search(content, 0, _HEAD_BYTES)
    return found[1].decode("ascii") if found else None


def _title(tree: "HtmlElement") -> str:
    """Return the one heading of the first level, else what the window shows."""
    headings = tree.xpath("//h1")
    titles = headings if len(headings) == 1 else []
    return next(filter(None, (_text(element) for element in (*titles, *tree.xpath("//title")))), "")


def _date(tree: "HtmlElement") -> str | None:
    for meta in tree.xpath("//meta[@content]"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if name in _DATE_NAMES and (day := _DATE.match(meta.get("content"))):
            return day[0]
    return None


def _text(element: "HtmlElement") -> str:
    return " ".join("".join(element.itertext()).split())


def _blocks(element: "HtmlElement", mark: str = "") -> Iterator[PageBlock]:
    """Yield the lines of an element of trafilatura's tree; `mark` stands before the first."""
    if element.tag == "row":
        cells = tuple(_text(cell) for cell in element)
        yield PageBlock(parts=cells, before="| ", after=" |")
        return
    line, goes_on = element.text or "", False
    for child in (*element, None):
        if child is not None and not _is_block(child):
            line += "".join(child.itertext()) + (child.tail or "")
            continue
        for part in line.split("\n") if element.tag == "code" else [line]:
            if part.strip():
                yield PageBlock(parts=(part,), before=mark, is_tight=goes_on)
                mark, goes_on = "", True
        if child is not None:
            if child.tag != "lb":
                inner = list(_blocks(child, mark=_mark(child) or mark))
                yield from inner
                mark, goes_on = "" if inner else mark, False
            line = child.tail or ""


def _is_block(element: "HtmlElement") -> bool:
    if element.tag == "code":
        return "\n" in "".join(element.itertext())
    return element.tag in _BLOCKS


def _mark(element: "HtmlElement") -> str:
    if element.tag == "head":
        level = element.get("rend", "h2").removeprefix("h")
        return "#" * int(level) + " " if level in _LEVELS else "## "
    return "- " if element.tag == "item" else ""
