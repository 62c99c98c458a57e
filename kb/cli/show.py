"""`kb show`: what is known of an article, and its passages with their lines."""

from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import ArticleArgument, global_options
from kb.cli.terminal import show, text_style
from kb.cli.wiring import locator, named_article
from kb.config import Settings
from kb.domain import ArticleFilter

if TYPE_CHECKING:
    from kb.domain import ListedArticle, Passage


def show_article(
    context: typer.Context,
    article: ArticleArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what the index knows of an article, and its passages."""
    from kb.rendering.articles import article_to_json, article_to_text

    settings = global_options(context).settings()
    found, _ = named_article(settings, article)
    passages = _passages(settings, found)
    locate = locator(settings)
    if as_json:
        show(article_to_json(found, passages, locate))
    else:
        show(article_to_text(found, passages, locate, text_style()))


def _passages(settings: Settings, article: "ListedArticle") -> "tuple[Passage, ...]":
    from kb.store import IndexReader

    if not article.passages:
        return ()
    with IndexReader(settings.index_folder) as reader:
        others = [document.id for document in reader.documents() if document.id != article.id]
        return reader.passages(reader.passage_ids(ArticleFilter(), without_documents=others))
