"""Text to blocks: headings, paragraphs, list items, table rows, and what is none of these.

Articles come as Markdown and as plain text pasted from anywhere, so one reading serves both:
Markdown marks are used where they stand, and where an article has no marked heading, short
lines without an end mark are taken for headings.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from kb.boilerplate import is_boilerplate, opens_link_list, share_prompt_start
from kb.domain import Span
from kb.normalization import folded_words


class BlockKind(Enum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "list item"
    ROW = "table row"
    CODE = "line of code"
    RULE = "rule"
    """Dashes under a table's first row, a fence around code: part of these, without words."""
    NOISE = "noise"
    """Link lists, share buttons, horizontal rules: part of no passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a text, white space around it left out.

    `start` includes a list marker, `content_start` does not. `level` is 1 to 6 for headings.
    """

    kind: BlockKind
    start: int
    content_start: int
    end: int
    level: int = 0

    @property
    def content(self) -> Span:
        return self.content_start, self.end


_BODY = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM})

# Possessive, so that a line of a million spaces is read once.
_MARKED_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]++(\S(?:.*?\S)??)(?:[ \t]++#++)?+[ \t]*+")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_HORIZONTAL_RULE = re.compile(r" {0,3}([-*_])[ \t]*+(\1[ \t]*+){2,}+")
_FENCE = re.compile(r" {0,3}(```|~~~).*")
_ROW = re.compile(r"[ \t]*+\|.*\|[ \t]*+")
_TABLE_RULE = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(\|[ \t]*+:?-++:?[ \t]*+)++\|?[ \t]*+")
_WHOLE_LINES = (
    (_HORIZONTAL_RULE, BlockKind.NOISE),
    (_FENCE, BlockKind.RULE),
    (_TABLE_RULE, BlockKind.RULE),
    (_ROW, BlockKind.ROW),
)
_BULLET = re.compile(r"[ \t]*[-*+•·▪◦‣–][ \t]+(?=\S)")
# "5. 7. 2024" at the start of a line is a date.
_NUMBER = re.compile(r"[ \t]*(\d{1,3})[.)][ \t]+(?=\S)(?!\d{1,2}\.[ \t]*\d)")
_QUOTED_LINE = re.compile(r" {0,3}(>[ \t]?)+")

# An editor or a mail program wraps lines at 72 to 120 columns; longer lines are whole paragraphs.
_WRAP_COLUMNS = 120
# A line that was wrapped is nearly full, else the next word would have stood on it.
_FULL_LINE = 0.6
# Longer lines without an end mark are rather unpunctuated text than headings.
_HEADING_WORDS = 14
_HEADING_CHARS = 110
# Every passage below a heading keeps it; a longer line is no heading, whatever its marks.
_MARKED_HEADING_CHARS = 500
# Before a list a longer line is the sentence that announces it.
_LIST_HEADING_WORDS = 6
# Quotes, brackets and emoji may stand after an end mark. A heading may ask.
_END_CHARS = 20
_ENDS_SENTENCE = re.compile(r"[.!?…।॥:]\W{0,16}\Z")
_ENDS_STATEMENT = re.compile(r"[.।॥]\W{0,16}\Z")
_ENDS_NO_HEADING = re.compile(r"[.!…।॥:;,][^\w?]{0,16}\Z")
_TOUCHING = re.compile(r"[ \t]*\n[ \t>]*")


def blocks_of(text: str, *, start: int = 0, find_headings: bool = True) -> tuple[Block, ...]:
    """Return the blocks of `text[start:]` in order, with offsets into `text`.

    With `find_headings` false no unmarked line is taken for a heading and no block for noise:
    for text that is known to be part of a body, and may begin inside a line.
    """
    lines = tuple(_line_spans(text, start))
    blocks = tuple(_scan(text, lines, begins_in_line=not find_headings))
    if not find_headings:
        return blocks
    blocks = tuple(_without_share_prompts(text, tuple(_without_boilerplate(text, blocks))))
    if not any(block.kind is BlockKind.HEADING and block.level > 1 for block in blocks):
        blocks = _with_unmarked_headings(text, blocks)
    return tuple(_without_link_lists(text, blocks))


def _line_spans(text: str, start: int) -> Iterator[Span]:
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _scan(text: str, lines: Sequence[Span], *, begins_in_line: bool) -> Iterator[Block]:
    """Yield a block per marked line and one per run of lines that were wrapped from one."""
    code = _code_lines(text, lines)
    width = _wrap_width(text, lines)
    cut_line = lines[0][0] if lines and begins_in_line else None
    pending: Block | None = None
    for start, end in lines:
        level = _underline_level(text, pending, start, end)
        if pending is not None and level:
            yield replace(pending, kind=BlockKind.HEADING, level=level)
            pending = None
            continue
        block = _read_line(text, start, end, previous=pending, is_code=start in code)
        if pending is not None and block is not None:
            if _continues(text, pending, block, width=width, cut_line=cut_line):
                pending = replace(pending, end=block.end)
                continue
            pending, block = _as_row(text, pending, block), _as_row(text, block, pending)
        if pending is not None:
            yield pending
        pending = block
    if pending is not None:
        yield pending


def _code_lines(text: str, lines: Sequence[Span]) -> frozenset[int]:
    """Return where the lines between two fences start; a fence without another is an ornament."""
    code: set[int] = set()
    opening: str | None = None
    inside: list[int] = []
    for start, end in lines:
        fence = _FENCE.fullmatch(text, start, end)
        if fence is None or opening not in (None, fence[1]):
            inside.append(start)
        elif opening is None:
            opening, inside = fence[1], []
        else:
            code.update(inside)
            opening = None
    return frozenset(code)


def _wrap_width(text: str, lines: Sequence[Span]) -> int:
    """Return the length of the longest line that touches another and has a space to break at.

    A paragraph in one line between blank lines does not tell how the others were wrapped.
    """
    contents = ["", *(text[start:end].strip() for start, end in lines), ""]
    return max(
        (
            end - start
            for (start, end), before, line, after in zip(
                lines, contents, contents[1:], contents[2:], strict=False
            )
            if (before or after) and " " in line
        ),
        default=0,
    )


def _underline_level(text: str, pending: Block | None, start: int, end: int) -> int:
    """Return the level of the heading that the line before is made by this one, else 0."""
    underline = _UNDERLINE.fullmatch(text, start, end)
    if underline is None or pending is None or pending.kind is not BlockKind.PARAGRAPH:
        return 0
    line = text[slice(*pending.content)]
    if "\n" in line or len(line) > _HEADING_CHARS:
        return 0
    if underline[1].startswith("="):
        return 1
    return 0 if _ENDS_STATEMENT.search(line) else 2


def _continues(
    text: str, previous: Block, block: Block, *, width: int, cut_line: int | None
) -> bool:
    """True when `block` is the rest of a paragraph or list item that an editor wrapped."""
    if previous.kind not in _BODY or block.kind is not BlockKind.PARAGRAPH:
        return False
    if text[block.start].islower() and not _ends_sentence(text, previous):
        return True
    line_start = text.rfind("\n", 0, previous.end) + 1
    is_full = line_start == cut_line or previous.end - line_start >= _FULL_LINE * width
    return is_full and width <= _WRAP_COLUMNS


def _ends_sentence(text: str, block: Block) -> bool:
    last_characters = max(block.content_start, block.end - _END_CHARS)
    return _ENDS_SENTENCE.search(text, last_characters, block.end) is not None


def _as_row(text: str, block: Block, neighbour: Block) -> Block:
    """Return a line with cells beside a row or rule as a row: tables need no outer pipes."""
    is_row = (
        block.kind is BlockKind.PARAGRAPH
        and neighbour.kind in (BlockKind.ROW, BlockKind.RULE)
        and "|" in text[slice(*block.content)]
    )
    return replace(block, kind=BlockKind.ROW) if is_row else block


def _read_line(
    text: str, start: int, end: int, *, previous: Block | None, is_code: bool
) -> Block | None:
    """Return the block that one line is by itself, or None for a blank line."""
    line = text[start:end]
    quoted = _QUOTED_LINE.match(line)
    if not line[quoted.end() if quoted else 0 :].strip():
        return None
    if is_code:
        return _block(text, start, end, BlockKind.CODE)
    heading = _MARKED_HEADING.fullmatch(text, start, end)
    if heading and len(heading[2]) <= _MARKED_HEADING_CHARS:
        level = len(heading[1])
        return _block(text, *heading.span(2), BlockKind.HEADING, level=level)
    for pattern, kind in _WHOLE_LINES:
        if pattern.fullmatch(line):
            return _block(text, start, end, kind)
    if marker := _BULLET.match(text, start, end) or _list_number(text, start, end, previous):
        return _block(text, start, end, BlockKind.ITEM, content_start=marker.end())
    return _block(text, start + (quoted.end() if quoted else 0), end, BlockKind.PARAGRAPH)


def _list_number(text: str, start: int, end: int, previous: Block | None) -> re.Match[str] | None:
    """Match the number of a list item, but not one that belongs to a sentence.

    "5. julija" goes on in lower case; in "rešili smo jih / 15. Vsi" a wrapped line begins with it.
    """
    marker = _NUMBER.match(text, start, end)
    if marker is None or (previous is not None and previous.kind is BlockKind.ITEM):
        return marker
    if text[marker.end()].islower():
        return None
    is_inside_sentence = (
        previous is not None
        and previous.kind is BlockKind.PARAGRAPH
        and not _ends_sentence(text, previous)
    )
    return None if is_inside_sentence and int(marker[1]) != 1 else marker


def _block(
    text: str,
    start: int,
    end: int,
    kind: BlockKind,
    *,
    content_start: int | None = None,
    level: int = 0,
) -> Block:
    line = text[start:end]
    start, end = start + len(line) - len(line.lstrip()), end - (len(line) - len(line.rstrip()))
    return Block(kind=kind, start=start, content_start=content_start or start, end=end, level=level)


def _with_unmarked_headings(text: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Turn short lines without an end mark into headings, unless the whole text is such lines."""
    found = [_reads_as_heading(text, blocks, i) for i in range(len(blocks))]
    if 2 * sum(found) > sum(block.kind in _BODY for block in blocks):
        return tuple(blocks)
    return tuple(
        replace(block, kind=BlockKind.HEADING, level=2) if is_heading else block
        for block, is_heading in zip(blocks, found, strict=True)
    )


def _reads_as_heading(text: str, blocks: Sequence[Block], i: int) -> bool:
    block = blocks[i]
    line = text[slice(*block.content)]
    if block.kind not in _BODY or "\n" in line or i + 1 == len(blocks):
        return False
    before, after = (blocks[i - 1] if i else None), blocks[i + 1]
    if block.kind is BlockKind.ITEM:
        is_listed = after.kind is BlockKind.ITEM or (before and before.kind is BlockKind.ITEM)
        if is_listed or not text[block.start].isdecimal():
            return False
    most_words = _LIST_HEADING_WORDS if after.kind is BlockKind.ITEM else _HEADING_WORDS
    return (
        len(line) <= _HEADING_CHARS
        and len(line.split()) <= most_words
        and not _ENDS_NO_HEADING.search(line)
        and any(map(str.isalpha, line))
        and not _stands_among_lines(text, before, block, after)
    )


def _stands_among_lines(text: str, before: Block | None, block: Block, after: Block) -> bool:
    """True for a line of an address or a poem; only an article's title may touch such a line."""
    if before is None:
        return False
    return any(
        _TOUCHING.fullmatch(text, first.end, second.start)
        and neighbour.kind is BlockKind.PARAGRAPH
        and neighbour.end - neighbour.start <= _WRAP_COLUMNS
        and not _ends_sentence(text, neighbour)
        for first, second, neighbour in ((before, block, before), (block, after, after))
    )


def _without_boilerplate(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Mark lines that surround an article, and a last label with nothing after it."""
    for block in blocks:
        content = text[slice(*block.content)]
        is_label = (
            block is blocks[-1]
            and content.endswith(":")
            and len(content.split()) <= _LIST_HEADING_WORDS
        )
        if block.kind in _BODY and (is_label or is_boilerplate(content)):
            yield replace(block, kind=BlockKind.NOISE)
        else:
            yield block


def _without_share_prompts(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Mark share prompts at the end of blocks, and the quotes before them that are repetitions."""
    prompts = {
        block: start
        for block in blocks
        if block.kind in _BODY
        and (start := share_prompt_start(text[slice(*block.content)])) is not None
    }
    body = _words_of(
        "\n".join(
            text[slice(*block.content)]
            for block in blocks
            if prompts and block.kind in _BODY and block not in prompts
        )
    )
    for block in blocks:
        if block in prompts:
            yield from _quote_and_prompt(text, block, prompts[block], body)
        else:
            yield block


def _quote_and_prompt(text: str, block: Block, prompt_start: int, body: str) -> Iterator[Block]:
    quote = text[slice(*block.content)][:prompt_start].rstrip()
    if _words_of(quote) in body:
        yield replace(block, kind=BlockKind.NOISE)
        return
    start = block.content_start + prompt_start
    yield replace(block, end=block.content_start + len(quote))
    yield replace(block, kind=BlockKind.NOISE, start=start, content_start=start)


def _words_of(text: str) -> str:
    return f" {' '.join(folded_words(text))} "


def _without_link_lists(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Mark tables of contents, whose items repeat headings, and lists of other articles."""
    headings = {
        folded_words(text[slice(*block.content)])
        for block in blocks
        if block.kind is BlockKind.HEADING
    }
    in_link_list = False
    for block in blocks:
        content = text[slice(*block.content)]
        if block.kind is BlockKind.HEADING:
            in_link_list = opens_link_list(content)
        elif block.kind is BlockKind.ITEM and (in_link_list or folded_words(content) in headings):
            yield replace(block, kind=BlockKind.NOISE)
            continue
        yield block
