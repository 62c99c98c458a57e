"""Answers as Markdown that reads the same on GitHub and in any CommonMark viewer."""

import json
import re
import textwrap
from collections.abc import Sequence

from kb.domain import Answer, Citation
from kb.rendering import Locate
from kb.rendering.terminal_text import also_in, no_answer

# Every character here means something inside a line of CommonMark or GitHub's dialect, `$`
# (mathematics) and `~` (strike through) included.
_INLINE = re.compile(r"([\\`*_\[\]{}<>|~&$#!@])")
# These mean something only where a line begins: lists, underlines, quotes, numbers.
_LINE_START = re.compile(r"^([ \t]*)([-+=:]|\d+(?=[.)]))", re.MULTILINE)
# What shows nothing and changes what is seen around it, and what neither HTML nor YAML may hold.
_CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ufffe\uffff]"
)


def answers_to_markdown(answers: Sequence[Answer], locate: Locate) -> str:
    """Return one document: front matter, then a section per answer with its sources."""
    matter = "\n".join(("---", *_front_matter(answers), "---"))
    return "\n\n".join((matter, *(_section(answer, locate) for answer in answers))) + "\n"


def _front_matter(answers: Sequence[Answer]) -> list[str]:
    if len(answers) == 1:
        return _facts(answers[0])
    lines = ["answers:"]
    for answer in answers:
        first, *others = _facts(answer)
        lines += [f"  - {first}", *(f"    {line}" for line in others)]
    return lines


def _facts(answer: Answer) -> list[str]:
    """Return `key: value` lines of YAML that give back every value as it is."""
    return [
        f"question: {_quoted(answer.question)}",
        f"date: {answer.asked_at.isoformat()}",
        f"model: {_quoted(answer.model)}",
        f"generation: {answer.generation}",
    ]


def _quoted(text: str) -> str:
    """Return a JSON text, which is a YAML text too once what YAML forbids is escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _section(answer: Answer, locate: Locate) -> str:
    heading = f"# {_line(answer.question)}"
    if answer.is_abstention:
        return f"{heading}\n\n{_escaped(no_answer(answer))}"
    quotes = "\n".join(
        f"- {_line(quote.text)} \\[{quote.citation}\\]{_escaped(_printable(also_in(quote, answer)))}"
        for quote in answer.quotes
    )
    sources = "\n\n".join(_source(citation, answer, locate) for citation in answer.citations)
    return f"{heading}\n\n{quotes}\n\n## Sources\n\n{sources}"


def _source(citation: Citation, answer: Answer, locate: Locate) -> str:
    """Return a numbered source with its quotes, each with the lines where it stands."""
    passage = citation.passage
    quotes = [quote for quote in answer.every_quote if quote.citation == citation.number]
    path = _code(locate(passage.document_id))
    marker = f"{citation.number}. "
    parts = [f"{_line(passage.title)} ({_line(passage.language or 'unknown language')})"]
    for quote in sorted(quotes, key=lambda quote: quote.start):
        lines = _lines(quote.first_line, quote.last_line)
        parts.append(f"{path}, {lines}:")
        parts.append("\n".join(f"> {_line(line)}" for line in quote.text.split("\n")))
    # What is indented as far as the marker is wide belongs to the list item.
    return marker + textwrap.indent("\n\n".join(parts), " " * len(marker)).lstrip(" ")


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first}–{last}"


def _line(text: str) -> str:
    return _escaped(" ".join(_printable(text).split()))


def _escaped(text: str) -> str:
    return _LINE_START.sub(_escape_start, _INLINE.sub(r"\\\1", text))


def _escape_start(match: re.Match[str]) -> str:
    space, mark = match.groups()
    # "2026." would start a list; the backslash goes before the mark that ends the number.
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


def _code(text: str) -> str:
    """Return a code span that holds `text` whatever backticks are in it."""
    text = " ".join(_printable(text).split("\n"))
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    # A space at both ends would be taken off, and a backtick would lengthen the fence.
    pad = " " if {text[:1], text[-1:]} & {" ", "`"} else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _printable(text: str) -> str:
    return _CONTROL.sub("\ufffd", text.replace("\t", " "))
