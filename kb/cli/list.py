"""`kb list`: every article and what has become of it."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import (
    LanguageOption,
    PathOption,
    SinceOption,
    TagOption,
    UntilOption,
    global_options,
    read_filter,
)
from kb.cli.terminal import show
from kb.cli.wiring import list_all, locator
from kb.normalization import fold
from kb.selection import choose_articles

if TYPE_CHECKING:
    from kb.domain import ListedArticle


class Order(StrEnum):
    PATH = "path"
    TITLE = "title"
    DATE = "date"
    LANGUAGE = "language"
    PASSAGES = "passages"


def list_articles(
    context: typer.Context,
    languages: LanguageOption = None,
    tags: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    paths: PathOption = None,
    sort: Annotated[Order, typer.Option(help="What to sort by.")] = Order.PATH,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the articles: indexed, changed, new, missing or skipped."""
    from kb.rendering.articles import articles_to_json, articles_to_text

    settings = global_options(context).settings()
    wanted = read_filter(
        settings, languages=languages, tags=tags, since=since, until=until, paths=paths
    )
    articles = sorted(
        choose_articles(list_all(settings), wanted), key=lambda article: _place(article, sort)
    )
    if as_json:
        show(articles_to_json(articles, locator(settings)))
    elif articles:
        show(articles_to_text(articles, locator(settings)))


def _place(article: "ListedArticle", order: Order) -> tuple[bool, str | int, str]:
    """Return what an article is sorted by: those without it last, equal ones by path."""
    value: str | int = {
        Order.PATH: article.id,
        Order.TITLE: fold(article.title),
        Order.DATE: fold(article.date or ""),
        Order.LANGUAGE: article.language or "",
        Order.PASSAGES: -article.passages,
    }[order]
    return not value, value, article.id
