"""Answers and hits as text for a terminal or a pipe."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.domain import Answer, Citation, Hit, Passage, Quote, Span
from kb.rendering import Locate

_INDENT = "    "
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"

# Control characters and direction overrides in an article or a file name could repaint the
# terminal or show a path as another; line ends and the joiners inside Hindi words are harmless.
_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How text is shown: `width` in columns (None leaves lines whole), `color` for terminals."""

    width: int | None = None
    color: bool = False

    def bold(self, text: str) -> str:
        return f"{_BOLD}{text}{_PLAIN}" if self.color else text

    def dim(self, text: str) -> str:
        return f"{_DIM}{text}{_PLAIN}" if self.color else text

    def marked(self, text: str) -> str:
        """Mark the answering sentence: bold, or between `>>` and `<<` where there is no bold."""
        return f"{_BOLD}{text}{_PLAIN}" if self.color else f">>{text}<<"


def answer_to_text(answer: Answer, locate: Locate, style: TextStyle) -> str:
    """Return the quotes with their citation numbers, then the sources with the quotes marked."""
    if answer.is_abstention:
        blocks = [style.bold(_safe(no_answer(answer), line_ends=True))]
        if answer.citations:
            blocks.append(style.dim("Nearest passages, none of them an answer:"))
        blocks += [_source_line(citation, locate) for citation in answer.citations]
        return "\n".join(blocks)
    quotes = [_filled(_quoted(quote, answer), style, "") for quote in answer.quotes]
    sources = [_source(citation, locate, style) for citation in answer.citations]
    return "\n\n".join(("\n".join(quotes), style.dim("Sources"), *sources))


def no_answer(answer: Answer) -> str:
    """Return that there is no answer, and in which languages one was looked for."""
    searched = f" in {', '.join(answer.searched)}" if answer.searched else ""
    return f"Not in your articles: no passage{searched} is close enough to answer this."


def hits_to_text(hits: Sequence[Hit], locate: Locate, style: TextStyle) -> str:
    """Return ranked passages, best first."""
    return "\n\n".join(_hit(rank, hit, locate, style) for rank, hit in enumerate(hits, start=1))


def location(passage: Passage, locate: Locate) -> str:
    """Return the path and lines in the form that editors and terminals open."""
    lines = f"{passage.first_line}"
    if passage.last_line != passage.first_line:
        lines += f"-{passage.last_line}"
    return f"{_safe(locate(passage.document_id), line_ends=True)}:{lines}"


def also_in(quote: Quote, answer: Answer) -> str:
    """Return where else a quote is said: " (also in ro [2], hi [3])", or nothing."""
    if not quote.also:
        return ""
    places = (
        f"{answer.citations[other.citation - 1].passage.language or '??'} [{other.citation}]"
        for other in quote.also
    )
    return f" (also in {', '.join(places)})"


def _quoted(quote: Quote, answer: Answer) -> str:
    return f"{_on_one_line(quote.text)} [{quote.citation}]{_safe(also_in(quote, answer))}"


def _hit(rank: int, hit: Hit, locate: Locate, style: TextStyle) -> str:
    citation = Citation(number=rank, passage=hit.passage, score=hit.score)
    also = (
        style.dim(
            f"{_INDENT}also in {_safe(other.passage.language or '??', line_ends=True)}:"
            f" {location(other.passage, locate)}"
        )
        for other in hit.also
    )
    return "\n".join((_source(citation, locate, style), *also))


def _source(citation: Citation, locate: Locate, style: TextStyle) -> str:
    passage = citation.passage
    path = " > ".join(_safe(heading, line_ends=True) for heading in passage.headings)
    head = [style.bold(_source_line(citation, locate))]
    if path:
        head.append(style.dim(_INDENT + path))
    return "\n".join(
        (*head, _filled(_with_marks(passage.text, citation.spans, style), style, _INDENT))
    )


def _source_line(citation: Citation, locate: Locate) -> str:
    passage = citation.passage
    language = _safe(passage.language or "??", line_ends=True)
    title = _safe(passage.title, line_ends=True)
    return (
        f"[{citation.number}] {language}  {title}  {location(passage, locate)}"
        f"  score {citation.score:.2f}"
    )


def _with_marks(text: str, spans: Iterable[Span], style: TextStyle) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [_safe(text[at:start]), style.marked(_safe(text[start:end]))]
        at = end
    return "".join((*parts, _safe(text[at:])))


def _filled(text: str, style: TextStyle, indent: str) -> str:
    """Indent each line of `text`, wrapped to the width where there is one."""
    if style.width is None:
        return textwrap.indent(text, indent)
    wrapper = textwrap.TextWrapper(
        width=style.width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(wrapper.fill(line) for line in text.split("\n"))


def _on_one_line(quote: str) -> str:
    """Join the lines of a sentence that goes over several lines of its file."""
    return _safe(" ".join(line.strip() for line in quote.split("\n")))


def _safe(text: str, *, line_ends: bool = False) -> str:
    """Replace what a terminal would obey instead of show; with `line_ends`, these too."""
    shown = _UNSAFE.sub("\ufffd", text.replace("\t", " "))
    return shown.replace("\n", "\ufffd") if line_ends else shown
