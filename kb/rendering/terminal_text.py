"""Answers and hits as text for a terminal or a pipe."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb.domain import Answer, Citation, Hit, Passage, Quote, Span
from kb.rendering import Locate
from kb.rendering.neutral import neutral

_INDENT = "    "
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


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
        blocks = [style.bold(neutral(no_answer(answer), line_ends=True))]
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


def hits_to_text(
    hits: Sequence[Hit], locate: Locate, style: TextStyle, *, explain: bool = False
) -> str:
    """Return ranked passages, best first; with `explain`, what each stage of retrieval gave."""
    shown = (
        "\n".join((_hit(rank, hit, locate, style), *(_stages(hit, style) if explain else ())))
        for rank, hit in enumerate(hits, start=1)
    )
    return "\n\n".join(shown)


def _stages(hit: Hit, style: TextStyle) -> Iterator[str]:
    for stage in hit.stages:
        place = f"{stage.score:z.2f}, rank {stage.rank} of {stage.of}"
        yield style.dim(f"{_INDENT}{stage.name}: {place}")


def location(passage: Passage, locate: Locate) -> str:
    """Return the path and lines in the form that editors and terminals open."""
    lines = f"{passage.first_line}"
    if passage.last_line != passage.first_line:
        lines += f"-{passage.last_line}"
    return f"{neutral(locate(passage.document_id), line_ends=True)}:{lines}"


def indented(text: str, style: TextStyle) -> str:
    """Return text of an article as a terminal can show it, set off from what is said of it."""
    return _filled(neutral(text), style, _INDENT)


def in_one_line(text: str) -> str:
    """Return text of an article or a file name as a terminal can show it, without line ends."""
    return neutral(text, line_ends=True)


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
    return f"{_on_one_line(quote.text)} [{quote.citation}]{neutral(also_in(quote, answer))}"


def _hit(rank: int, hit: Hit, locate: Locate, style: TextStyle) -> str:
    citation = Citation(number=rank, passage=hit.passage, score=hit.score)
    also = (
        style.dim(
            f"{_INDENT}also in {neutral(other.passage.language or '??', line_ends=True)}:"
            f" {location(other.passage, locate)}"
        )
        for other in hit.also
    )
    return "\n".join((_source(citation, locate, style), *also))


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
