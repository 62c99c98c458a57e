"""What an article says of itself between two lines of `---` at its start."""

import re
from typing import Any

from kb.domain import DocumentId
from kb.errors import ArticleUnreadable

# PyYAML reads 100 characters in a millisecond, and nobody says that much of an article.
MOST_CHARS = 50_000

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(---|\.\.\.)[ \t]*(\n|\Z)", re.DOTALL)


def read_front_matter(document_id: DocumentId, text: str) -> tuple[dict[str, str], int]:
    """Return the single-valued entries between the first two `---` lines, and where they end."""
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
    # A YAML escape can name half of a surrogate pair, which is no text.
    entries = {
        str(key): value.encode("utf-8", "replace").decode("utf-8")
        for key, value in values.items()
        if isinstance(value, str)
    }
    return entries, match.end()
