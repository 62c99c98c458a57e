"""`kb search`: a question, or a file of them, to ranked passages."""

from pathlib import Path
from typing import Annotated

import typer

from kb.cli.options import (
    FreshOption,
    LanguageOption,
    ModelOption,
    PathOption,
    RerankOption,
    SinceOption,
    TagOption,
    UntilOption,
    check_count,
    checked_question,
    global_options,
    read_filter,
    read_question,
)
from kb.cli.terminal import say, show, text_style
from kb.cli.wiring import OpenIndex, locator, open_index, say_as_read
from kb.domain import ArticleFilter, Hit
from kb.errors import EmptyQuestion, ExitCode, InvalidOption, QuestionTooLong


def search(
    context: typer.Context,
    question: Annotated[
        str | None,
        typer.Argument(
            metavar="[QUESTION]", help="What to look for; `-` reads it from standard input."
        ),
    ] = None,
    count: Annotated[int, typer.Option("-k", "--count", help="How many passages to show.")] = 5,
    languages: LanguageOption = None,
    tags: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    paths: PathOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    batch: Annotated[
        Path | None,
        typer.Option(help="Read one question per line, print one JSON object per line."),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Show how each passage did in every stage of retrieval."),
    ] = False,
    fresh: FreshOption = False,
    model: ModelOption = None,
    rerank: RerankOption = None,
) -> None:
    """Show the passages nearest to QUESTION, best first."""
    from kb.language import question_language
    from kb.rendering.records import hits_to_json
    from kb.rendering.terminal_text import hits_to_text

    options = global_options(context)
    settings = options.settings(model=model, rerank=rerank)
    check_count("-k", count)
    asked = _questions(question, batch)
    wanted = read_filter(
        settings, languages=languages, tags=tags, since=since, until=until, paths=paths
    )
    locate = locator(settings)
    found = False
    with open_index(settings, quiet=options.quiet, fresh=fresh) as index:
        for text in asked:
            hits = _hits(index, text, count, wanted)
            found = found or bool(hits)
            say_as_read(index, text, quiet=options.quiet)
            if as_json or batch is not None:
                show(hits_to_json(text, question_language(text), hits, locate, explain=explain))
            elif hits:
                show(hits_to_text(hits, locate, text_style(), explain=explain))
    if not found:
        say("no passage to show", quiet=options.quiet)
        raise typer.Exit(ExitCode.NO_ANSWER)


def _questions(question: str | None, batch: Path | None) -> list[str]:
    """Return the one question, or the lines of a file of them."""
    if batch is None:
        if question is None:
            raise EmptyQuestion
        return [read_question(question)]
    if question is not None:
        raise InvalidOption("--batch", str(batch), "either a file of questions or a QUESTION")
    try:
        with batch.open(encoding="utf-8-sig") as lines:
            return [line.rstrip("\n") for line in lines]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidOption("--batch", str(batch), f"a UTF-8 file to read ({error})") from error


def _hits(index: OpenIndex, text: str, count: int, wanted: ArticleFilter) -> tuple[Hit, ...]:
    """Return different hits; a line of a batch that is no question has none and keeps its place."""
    from kb.retrieval import hits_for

    try:
        question = checked_question(text)
    except (EmptyQuestion, QuestionTooLong):
        return ()
    return index.retriever.retrieve(
        question,
        k=hits_for(count),
        wanted=wanted,
        without_documents=index.freshness.not_quotable,
    ).distinct(count)
