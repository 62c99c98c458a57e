"""Articles as lines for people and as records for programs."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from kb.domain import ListedArticle, Passage
from kb.rendering import Locate
from kb.rendering.neutral import neutral_json
from kb.rendering.terminal_text import TextStyle, in_one_line, indented, location

_NOTHING = "-"


def articles_to_text(articles: Iterable[ListedArticle], locate: Locate) -> str:
    """Return a line for each article: what has a fixed width first, names in any script last."""
    return "\n".join(_line(article, locate) for article in articles)


def articles_to_json(articles: Iterable[ListedArticle], locate: Locate) -> str:
    """Return one JSON object with a record for each article."""
    records = [_record(article, locate) for article in articles]
    return neutral_json(json.dumps({"articles": records}, ensure_ascii=False, indent=2))


def article_to_text(
    article: ListedArticle, passages: Sequence[Passage], locate: Locate, style: TextStyle
) -> str:
    """Return what is known of an article, then its passages with their lines."""
    facts = {
        "title": article.title,
        "language": ", ".join(article.languages),
        "date": article.date,
        "tags": ", ".join(article.tags),
        "source": article.source,
        "state": f"{article.state}: {article.reason}" if article.reason else article.state,
        "passages": str(article.passages),
    }
    head = [
        style.bold(in_one_line(locate(article.id))),
        *(f"{name:<9} {in_one_line(value)}" for name, value in facts.items() if value),
    ]
    return "\n\n".join(("\n".join(head), *(_passage(one, locate, style) for one in passages)))


def article_to_json(article: ListedArticle, passages: Sequence[Passage], locate: Locate) -> str:
    """Return one JSON object: what is known of an article, and its passages."""
    record = {**_record(article, locate), "texts": [_passage_record(one) for one in passages]}
    return neutral_json(json.dumps(record, ensure_ascii=False, indent=2))


def _line(article: ListedArticle, locate: Locate) -> str:
    parts = [
        f"{article.state:<7}",
        f"{in_one_line(article.language or _NOTHING):<2}",
        f"{in_one_line(article.date or _NOTHING):<10}",
        f"{article.passages or _NOTHING:>4}",
        in_one_line(locate(article.id)),
        in_one_line(article.title),
        in_one_line(" ".join(f"#{tag}" for tag in article.tags)),
        in_one_line(article.reason or ""),
    ]
    return "  ".join(filter(None, parts))


def _record(article: ListedArticle, locate: Locate) -> dict[str, Any]:
    return {**asdict(article), "title": article.title or None, "path": locate(article.id)}


def _passage(passage: Passage, locate: Locate, style: TextStyle) -> str:
    path = " > ".join(map(in_one_line, passage.headings))
    head = style.bold(location(passage, locate)) + (f"  {path}" if path else "")
    return f"{head}\n{indented(passage.text, style)}"


def _passage_record(passage: Passage) -> dict[str, Any]:
    record = asdict(passage)
    for of_article in ("document_id", "title", "date", "tags"):
        del record[of_article]
    return record
