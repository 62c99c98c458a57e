"""A page of a manual (HTML, Mallard, DocBook) to its blocks of text, in order."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

_INLINE = re.compile(
    "a|abbr|acronym|app|application|b|bdi|big|br|cite|cmd|code|command|em|email|emphasis|file"
    "|filename|font|footnote|gui|guibutton|guiicon|guilabel|guimenu|guimenuitem|guiseq|guisubmenu"
    "|i|img|input|kbd|key|keycap|keycombo|keyseq|link|literal|media|menu|menuchoice|mousebutton"
    "|option|output|q|quote|replaceable|s|small|span|strong|sub|sup|sys|systemitem|tt|u|ulink|var"
    "|xref"
)
"""Elements that stand inside a sentence; all others end one."""

_NO_PROSE = frozenset(
    {"credit", "head", "info", "pre", "programlisting", "screen", "script", "style", "synopsis"}
)


@dataclass(frozen=True, slots=True)
class Block:
    """The text of one block element, and the elements around it."""

    path: tuple[str, ...]
    text: str


def text_blocks(path: Path) -> list[Block]:
    """Return the page's blocks that hold text."""
    reader = _BlockReader()
    reader.feed(path.read_text(encoding="utf-8", errors="replace"))
    reader.close()
    reader.end_block()
    return reader.blocks


class _BlockReader(HTMLParser):
    """HTML's forgiving rules also read the XML of manuals, whose entities may be undefined."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._open: list[str] = []
        self._prose: list[bool] = [True]
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not _INLINE.fullmatch(tag):
            self.end_block()
            prose = tag not in _NO_PROSE and "nav" not in (dict(attrs).get("class") or "")
            self._open.append(tag)
            self._prose.append(prose and self._prose[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if not _INLINE.fullmatch(tag):
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        if not _INLINE.fullmatch(tag):
            self.end_block()
            if tag in self._open:  # It also closes what HTML left open inside it.
                inside = self._open[::-1].index(tag) + 1
                del self._open[-inside:], self._prose[-inside:]

    def handle_data(self, data: str) -> None:
        if self._prose[-1]:
            self._text.append(data)

    def end_block(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if text:
            self.blocks.append(Block(tuple(self._open), text))
