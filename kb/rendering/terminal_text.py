"""Answers and hits as text for a terminal or a pipe."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.domain import Answer, Citation, Hit, Passage, Span
from kb.rendering import Locate
from kb.rendering.neutral import neutral

_INDENT = "    "
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"

NO_ANSWER = "Not in your articles: no passage is close enough to answer this."


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
        blocks = [style.bold(NO_ANSWER)]
        if answer.citations:
            blocks.append(style.dim("Nearest passages, none of them an answer:"))
        blocks += [_source_line(citation, locate) for citation in answer.citations]
        return "\n".join(blocks)
    quotes = [_filled(f"{_on_one_line(q.text)} [{q.citation}]", style, "") for q in answer.quotes]
    sources = [_source(citation, locate, style) for citation in answer.citations]
    return "\n\n".join(("\n".join(quotes), style.dim("Sources"), *sources))


def hits_to_text(hits: Sequence[Hit], locate: Locate, style: TextStyle) -> str:
    """Return ranked passages, best first."""
    citations = (
        Citation(number=rank, passage=hit.passage, score=hit.score)
        for rank, hit in enumerate(hits, start=1)
    )
    return "\n\n".join(_source(citation, locate, style) for citation in citations)


def location(passage: Passage, locate: Locate) -> str:
    """Return the path and lines in the form that editors and terminals open."""
    lines = f"{passage.first_line}"
    if passage.last_line != passage.first_line:
        lines += f"-{passage.last_line}"
    return f"{neutral(locate(passage.document_id), line_ends=True)}:{lines}"


def _source(citation: Citation, locate: Locate, style: TextStyle) -> str:
    passage = citation.passage
    path = " > ".join(neutral(heading, line_ends=True) for heading in passage.headings)
    head = [style.bold(_source_line(citation, locate))]
    if path:
        head.append(style.dim(_INDENT + path))
    return "\n".join(
        (*head, _filled(_with_marks(passage.text, citation.spans, style), style, _INDENT))
    )


def _source_line(citation: Citation, locate: Locate) -> str:
    passage = citation.passage
    language = neutral(passage.language or "??", line_ends=True)
    title = neutral(passage.title, line_ends=True)
    return (
        f"[{citation.number}] {language}  {title}  {location(passage, locate)}"
        f"  score {citation.score:.2f}"
    )


def _with_marks(text: str, spans: Iterable[Span], style: TextStyle) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [neutral(text[at:start]), style.marked(neutral(text[start:end]))]
        at = end
    return "".join((*parts, neutral(text[at:])))


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
    return neutral(" ".join(line.strip() for line in quote.split("\n")))
