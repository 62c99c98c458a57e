"""What an article says of itself between two lines of `---` at its start."""

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from kb.domain import DocumentId
from kb.errors import ArticleUnreadable

# PyYAML reads 100 characters in a millisecond, and nobody says that much of an article.
MOST_CHARS = 50_000

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(---|\.\.\.)[ \t]*(\n|\Z)", re.DOTALL)

# The same in a file as it is, whatever its lines end in: first line, entries, last line.
_FRONT_MATTER_IN_FILE = re.compile(
    r"(---[ \t]*(?:\r\n|\n|\r))(|.*?(?:\r\n|\n|\r))(---|\.\.\.)[ \t]*(?=\r|\n|\Z)", re.DOTALL
)

FrontMatter = dict[str, str | tuple[str, ...]]
"""Entries by name, each a text or a list of texts."""


def read_front_matter(document_id: DocumentId, text: str) -> tuple[FrontMatter, int]:
    """Return the entries between the first two `---` lines, and where they end."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, 0
    if len(match[0]) > MOST_CHARS:
        reason = f"its front matter has more than {MOST_CHARS:,} characters; shorten it"
        raise ArticleUnreadable(document_id, reason)
    import yaml  # Not needed to answer a question.

    try:
        # BaseLoader makes no objects: every value stays the string that was written.
        values: Any = yaml.load(match[1] or "", Loader=yaml.BaseLoader)  # noqa: S506
    except RecursionError:
        raise ArticleUnreadable(document_id, "its front matter is nested too deeply") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        last_line = match[1].count("\n") + 1
        line = f" in line {min(mark.line + 2, last_line)}" if mark else ""
        reason = f"its front matter is not valid YAML{line}; correct or remove it"
        raise ArticleUnreadable(document_id, reason) from None
    if values is None:
        return {}, match.end()
    if not isinstance(values, dict):
        return {}, 0  # A horizontal rule above text, not front matter.
    entries: FrontMatter = {}
    for key, value in values.items():
        if isinstance(value, str):
            entries[str(key)] = _as_text(value)
        elif isinstance(value, list):
            entries[str(key)] = tuple(_as_text(item) for item in value if isinstance(item, str))
    return entries, match.end()


def with_front_matter(text: str, entries: Mapping[str, str | Sequence[str]]) -> str:
    """Return a file's text with `entries` set in its front matter, made when there is none.

    All else stays letter by letter. `text` is as it is in the file, with its line ends.
    Raises `ValueError` when its front matter is not one entry a line.
    """
    import yaml

    mark = "\ufeff" if text.startswith("\ufeff") else ""  # The byte order mark stays in front.
    text = text.removeprefix(mark)
    ends = re.search(r"\r\n|\n|\r", text)
    line_end = ends[0] if ends else "\n"
    written = "".join(_entry(key, value) for key, value in entries.items())
    match = _FRONT_MATTER_IN_FILE.match(text)
    inner = match[2] if match else ""
    try:
        root = yaml.compose(inner, Loader=yaml.BaseLoader)
    except (RecursionError, yaml.YAMLError) as error:
        raise ValueError(str(error)) from error
    if match is None or not isinstance(root, yaml.MappingNode | None):  # A rule above text.
        added = f"---\n{written}---\n".replace("\n", line_end)
        return mark + added + text
    if root is not None and root.flow_style:
        raise ValueError("its front matter is written in one line")
    for key, value in reversed(root.value if root else ()):
        if isinstance(key, yaml.ScalarNode) and key.value in entries:
            inner = _without(inner, key.start_mark.index, value.end_mark.index)
    entries_at, end = match.span(2)
    return mark + text[:entries_at] + inner + written.replace("\n", line_end) + text[end:]


def _entry(key: str, value: str | Sequence[str]) -> str:
    """Return an entry as a line of YAML, quoted only where it has to be."""
    import yaml

    is_list = not isinstance(value, str)
    dumped = yaml.safe_dump(
        list(value) if is_list else value,
        allow_unicode=True,
        default_flow_style=True,
        width=sys.maxsize,
    )
    return f"{key}: {dumped.removesuffix(chr(10)).removesuffix(chr(10) + '...')}\n"


def _without(inner: str, start: int, end: int) -> str:
    """Return front matter without the lines of an entry; comments after it stay."""
    lines = inner[start:end].splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    cut = start + len("".join(lines))
    if not inner[:cut].endswith(("\n", "\r")):  # What stands behind a value in its line.
        rest = inner[cut:].splitlines(keepends=True)
        cut += len(rest[0]) if rest else 0
    return inner[:start] + inner[cut:]


def _as_text(value: str) -> str:
    # A YAML escape can name half of a surrogate pair, which is no text.
    return value.encode("utf-8", "replace").decode("utf-8")
