"""The values that travel through `kb`: frozen, checked when made, free of I/O.

Offsets everywhere count Unicode code points, half open, into `Document.text`.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

DocumentId = NewType("DocumentId", str)
"""Path of an article relative to the corpus, with `/` between folders and its extension."""

PassageId = NewType("PassageId", int)
"""Number of a passage in one index; stays the same while its document is unchanged."""

LanguageCode = NewType("LanguageCode", str)
"""ISO 639-1 code, such as `sl` or `hi`; `None` beside it means not known."""

DetectLanguage = Callable[[str], LanguageCode | None]

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of a file, and where the lines of the file begin in it.

    `lines` has an offset for each line of the file, from the first; None for a text whose lines
    are the file's own. A line of which nothing is in the text begins where the next one does.
    """

    text: str
    lines: tuple[int, ...] | None = None

    def line_of(self, offset: int) -> int:
        """Return the number, from 1, of the file's line that has the character at `offset`."""
        if self.lines is None:
            return self.text.count("\n", 0, offset) + 1
        return bisect_right(self.lines, offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article as read: its whole file as text, front matter included.

    `text` is NFC, its lines end in a line feed, and its line numbers are those an
    editor shows.
    `body_start` is where the text after the front matter begins.
    `lines` are those of a `SourceText`: None unless the text was taken out of the file's own.
    """

    id: DocumentId
    title: str
    language: LanguageCode | None
    text: str
    body_start: int = 0
    date: str | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    lines: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.body_start <= len(self.text):
            raise ValueError(f"body start {self.body_start} is outside {len(self.text)} characters")
        if self.lines is not None and not are_line_starts(self.lines, len(self.text)):
            raise ValueError(f"lines do not begin in order in {len(self.text)} characters")

    @property
    def source_text(self) -> SourceText:
        return SourceText(self.text, self.lines)

    def line_of(self, offset: int) -> int:
        """Return the number, from 1, of the file's line that has the character at `offset`."""
        return self.source_text.line_of(offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A span of a document that is embedded, found and cited.

    Law: `document.text[passage.start:passage.end] == passage.text`.
    Lines count from 1 and include `last_line`.
    """

    document_id: DocumentId
    title: str
    language: LanguageCode | None
    date: str | None = None
    tags: tuple[str, ...] = ()
    headings: tuple[str, ...]
    start: int
    end: int
    first_line: int
    last_line: int
    text: str

    def __post_init__(self) -> None:
        if self.start < 0 or self.end - self.start != len(self.text):
            raise ValueError(
                f"span [{self.start}, {self.end}) does not fit {len(self.text)} characters"
            )
        if not self.text.strip():
            raise ValueError("a passage needs text")
        if not 1 <= self.first_line <= self.last_line:
            raise ValueError(f"lines {self.first_line}-{self.last_line} are not a range")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFilter:
    """Which articles are meant: those that every condition given holds for.

    `languages` and `tags` name alternatives, `since` and `until` are days that count too, and
    `paths` are patterns for document ids (`kb.selection`).
    """

    languages: tuple[LanguageCode, ...] = ()
    tags: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    paths: tuple[str, ...] = ()


EVERY_ARTICLE = ArticleFilter()


class ArticleState(StrEnum):
    """What has become of an article since the last build."""

    INDEXED = "indexed"
    CHANGED = "changed"
    NEW = "new"
    MISSING = "missing"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedArticle:
    """What is known of an article: of one that is new or skipped, only where it is."""

    id: DocumentId
    state: ArticleState
    title: str = ""
    language: LanguageCode | None = None
    languages: tuple[LanguageCode, ...] = ()
    """Its own language and those of its passages."""
    date: str | None = None
    tags: tuple[str, ...] = ()
    source: str | None = None
    passages: int = 0
    reason: str | None = None
    """Why it was skipped."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How a hit did in one stage of retrieval: its rank, from 1, is among `of` passages."""

    name: str
    score: float
    rank: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage with its score for one question; higher is better.

    `also` are hits further down that say the same, mostly in other languages. `stages` are what
    the score is made of, in order.
    """

    passage_id: PassageId
    passage: Passage
    score: float
    also: tuple["Hit", ...] = ()
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A numbered source of an answer, from 1; `spans` mark the quotes in the passage's text."""

    number: int
    passage: Passage
    score: float
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        length = len(self.passage.text)
        if any(not 0 <= start < end <= length for start, end in self.spans):
            raise ValueError(f"spans {self.spans} leave a passage of {length} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A verbatim sentence of an article and the number of the citation that holds it.

    `start` and `end` are offsets into the document's text, lines those of the file. `also` are
    sentences of other passages that say the same, mostly in other languages.
    """

    text: str
    citation: int
    start: int
    end: int
    first_line: int
    last_line: int
    also: tuple["Quote", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Quotes with their citations, or an abstention when there are no quotes.

    An abstention keeps the nearest passages, so that the user sees what was close.
    """

    question: str
    language: LanguageCode | None
    quotes: tuple[Quote, ...]
    citations: tuple[Citation, ...]
    model: str
    generation: int
    asked_at: datetime
    confidence: float | None = None
    """How sure it is that the articles treat the question, 0 to 1; None when not kept."""
    searched: tuple[LanguageCode, ...] = ()
    """The languages of the passages that were looked at."""

    def __post_init__(self) -> None:
        if [citation.number for citation in self.citations] != list(
            range(1, len(self.citations) + 1)
        ):
            raise ValueError("citations are numbered from 1 without gaps")
        if any(not 1 <= quote.citation <= len(self.citations) for quote in self.every_quote):
            raise ValueError("every quote needs its citation")

    @property
    def every_quote(self) -> tuple[Quote, ...]:
        """The quotes, each with those that say the same."""
        return tuple(one for quote in self.quotes for one in (quote, *quote.also))

    @property
    def is_abstention(self) -> bool:
        """True when the articles hold nothing that answers the question."""
        return not self.quotes


def are_line_starts(lines: tuple[int, ...], length: int) -> bool:
    """True when `lines` can be those of a `SourceText` of `length` characters."""
    return lines[:1] == (0,) and lines[-1] <= length and tuple(sorted(lines)) == lines
