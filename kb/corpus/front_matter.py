"""What an article says of itself between two lines of `---` at its start."""

import re
from typing import Any

from kb.domain import DocumentId
from kb.errors import ArticleUnreadable

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(---|\.\.\.)[ \t]*(\n|\Z)", re.DOTALL)


FrontMatter = dict[str, str | tuple[str, ...]]
"""Entries by name, each a text or a list of texts."""


def read_front_matter(document_id: DocumentId, text: str) -> tuple[FrontMatter, int]:
    """Return the entries between the first two `---` lines, and where they end."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, 0
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


def _as_text(value: str) -> str:
    # A YAML escape can name half of a surrogate pair, which is no text.
    return value.encode("utf-8", "replace").decode("utf-8")
