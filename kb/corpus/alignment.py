"""Extracted blocks found again in the source of their page: its own letters, line by line.

What takes the main text out of a page tells no positions, changes white space and leaves out what
it holds for invisible, such as the joiners inside Hindi words. So each part of a block is looked
up among the visible characters of the page, and taken from there.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.domain import SourceText, Span

# Every branch matches from its first characters on, if need be to the end of the page: a page of
# a million tags that never close is still read once.
_TAG = r"(?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+)*+(?:>|\Z)"
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    rf"|<(script|style)(?=[\s/>]){_TAG}.*?(?:</\1[^>]*>?|\Z)"
    rf"|</?([a-z][a-z0-9]*){_TAG}"
    rf"|<[!?/]{_TAG}",
    re.DOTALL | re.IGNORECASE,
)
# Tags within a word or a sentence; any other one parts words.
# fmt: off
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "ins", "kbd", "mark", "nobr", "q", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})
# fmt: on
_UNSEEN = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+"
)
# Places where a word may be broken: in a quote they would only hide a word from its like.
_BREAKS = re.compile("[\u00ad\u200b\u2060\ufeff]")
# libxml2 compares each attribute with every other one of its tag; a longer tag holds a picture.
_LONGEST_TAG = 2_000
# A shorter part may stand in several places: it is looked for between the longer ones.
_SURE_CHARS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBlock:
    """A line of the text to be made: parts that stand in the page, between marks of Markdown."""

    parts: tuple[str, ...]
    before: str = ""
    after: str = ""
    is_tight: bool = False
    """True for a line that goes on with the list, the table or the paragraph before it."""


def align(blocks: Sequence[PageBlock], source: str) -> SourceText:
    """Return the blocks as text, in the letters of `source` and with its lines.

    A part that does not stand in the source, in order, is left out.
    """
    page = _read(source)
    made = _MadeText()
    spans = iter(_find([part for block in blocks for part in block.parts], page))
    for block in blocks:
        found = [span for span in [next(spans) for _ in block.parts] if span]
        if found:
            made.add("" if made.is_empty else "\n" if block.is_tight else "\n\n")
            made.add(block.before, line=page.line_of(found[0][0]))
            for number, span in enumerate(found):
                made.add(" | " if number else "")
                _add_words(made, page, span)
            made.add(block.after)
    return SourceText("".join(made.parts), tuple(made.lines))


def without_markup(source: str) -> str:
    """Return what a page says, without its tags, scripts and comments."""
    return html.unescape(_MARKUP.sub(" ", source))


def light_markup(source: str) -> str:
    """Return a page without what no text comes from and what parsers choke on.

    Scripts, comments, and the attributes of a tag that has more of them than a person writes.
    """

    def lightened(markup: re.Match[str]) -> str:
        if len(markup[0]) <= _LONGEST_TAG:
            return "" if markup[1] or markup[0].startswith("<!--") else markup[0]
        return f"<{markup[2]}>" if markup[2] else ""

    return _MARKUP.sub(lightened, source)


def count_tags(source: str) -> int:
    return sum(1 for _ in _MARKUP.finditer(source))


@dataclass(frozen=True, slots=True)
class _Page:
    """The characters of a page without its markup, and those of them that can be seen."""

    text: str
    line_starts: Sequence[int]
    visible: str
    runs: Sequence[tuple[int, int]]
    """Where each run of visible characters begins: in `visible` and in `text`."""

    def line_of(self, visible_offset: int) -> int:
        return bisect_right(self.line_starts, self.offset_of(visible_offset))

    def offset_of(self, visible_offset: int) -> int:
        """Return where in `text` a visible character stands."""
        seen, offset = self.runs[bisect_right(self.runs, (visible_offset, len(self.text))) - 1]
        return offset + visible_offset - seen


@dataclass(slots=True)
class _MadeText:
    parts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    length: int = 0

    @property
    def is_empty(self) -> bool:
        return self.length == 0

    def add(self, text: str, *, line: int = 0) -> None:
        """Add `text` that stands in a line of the source; 0 for the same as before."""
        self.lines += [self.length] * (line - len(self.lines))
        self.parts.append(text)
        self.length += len(text)


def _read(source: str) -> _Page:
    parts: list[str] = []
    line_starts = [0]
    length = at = 0

    def take(text: str) -> None:
        nonlocal length
        parts.append(text)
        length += len(text)

    def take_lines(data: str) -> None:
        for number, line in enumerate(data.split("\n")):
            if number:
                take("\n")
                line_starts.append(length)
            has_entities = "&" in line
            take(unicodedata.normalize("NFC", html.unescape(line)) if has_entities else line)

    for markup in _MARKUP.finditer(source):
        take_lines(source[at : markup.start()])
        line_starts += [length] * markup[0].count("\n")
        if (markup[2] or "").lower() not in _INLINE:
            take(" ")
        at = markup.end()
    take_lines(source[at:])
    return _page("".join(parts), line_starts)


def _page(text: str, line_starts: Sequence[int]) -> _Page:
    runs: list[tuple[int, int]] = []
    visible: list[str] = []
    seen = at = 0
    for unseen in (*_UNSEEN.finditer(text), None):
        end = unseen.start() if unseen else len(text)
        if at < end:
            runs.append((seen, at))
            visible.append(text[at:end])
            seen += end - at
        at = unseen.end() if unseen else end
    return _Page(text, line_starts, "".join(visible), runs)


def _find(parts: Sequence[str], page: _Page) -> list[Span | None]:
    """Return where the parts stand among the visible characters, one after another."""
    wanted = [_UNSEEN.sub("", unicodedata.normalize("NFC", part)) for part in parts]
    found: list[Span | None] = [None] * len(wanted)
    at = 0
    for i, part in enumerate(wanted):
        if len(part) >= _SURE_CHARS:
            found[i] = span = _span(page.visible, part, at, len(page.visible))
            at = span[1] if span else at
    limits: list[int] = []
    limit = len(page.visible)
    for span in reversed(found):
        limits.append(limit)
        limit = span[0] if span else limit
    at = 0
    for i, limit in enumerate(reversed(limits)):
        if found[i] is None and 0 < len(wanted[i]) < _SURE_CHARS:
            found[i] = _span(page.visible, wanted[i], at, limit)
        at = (found[i] or (0, at))[1]
    return found


def _span(text: str, part: str, start: int, end: int) -> Span | None:
    at = text.find(part, start, end)
    return None if at < 0 else (at, at + len(part))


def _add_words(made: _MadeText, page: _Page, span: Span) -> None:
    start, end = page.offset_of(span[0]), page.offset_of(span[1] - 1) + 1
    between = ""
    for word in re.finditer(r"\S+", page.text[start:end]):
        if kept := _BREAKS.sub("", word[0]):
            made.add(between)
            made.add(kept, line=bisect_right(page.line_starts, start + word.start()))
            between = " "
