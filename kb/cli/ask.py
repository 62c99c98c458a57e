"""`kb ask`: a question to an answer with citations."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import (
    FreshOption,
    LanguageOption,
    ModelOption,
    PathOption,
    QuestionArgument,
    RerankOption,
    SinceOption,
    TagOption,
    UntilOption,
    check_count,
    global_options,
    read_filter,
    read_question,
)
from kb.cli.terminal import say, show, text_style
from kb.cli.wiring import locator, open_index, say_as_read
from kb.domain import Answer
from kb.errors import ExitCode, InvalidOption, KbError

if TYPE_CHECKING:
    from kb.config import Settings
    from kb.domain import LanguageCode
    from kb.store import IndexReader


class AnswerFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def ask(
    context: typer.Context,
    question: QuestionArgument,
    passages: Annotated[
        int, typer.Option("--passages", "-k", help="How many passages to draw the answer from.")
    ] = 5,
    languages: LanguageOption = None,
    tags: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    paths: PathOption = None,
    sentences: Annotated[int, typer.Option(help="How many sentences to quote, 1 to 5.")] = 3,
    min_score: Annotated[
        float | None,
        typer.Option(
            "--min-score",
            help="How sure an answer has to be, 0 to 1: the share of unrelated questions that"
            " find less. 0 always answers. [default: 0.6]",
        ),
    ] = None,
    answer_format: Annotated[
        AnswerFormat, typer.Option("--format", help="How to print the answer.")
    ] = AnswerFormat.TEXT,
    export: Annotated[
        Path | None, typer.Option(help="Also write the answer as Markdown to this new file.")
    ] = None,
    fresh: FreshOption = False,
    model: ModelOption = None,
    rerank: RerankOption = None,
) -> None:
    """Answer QUESTION with sentences quoted from your articles."""
    from kb.abstention import MIN_SCORE
    from kb.answering import MAX_SENTENCES, answer_question
    from kb.cli.export import write_new
    from kb.language import question_language
    from kb.rendering.markdown import answers_to_markdown

    options = global_options(context)
    settings = options.settings(model=model, rerank=rerank)
    text = read_question(question)
    check_count("--passages", passages)
    if min_score is not None and not 0 <= min_score <= 1:
        raise InvalidOption("--min-score", min_score, "a number from 0 to 1")
    check_count("--sentences", sentences, at_most=MAX_SENTENCES)
    wanted = read_filter(
        settings, languages=languages, tags=tags, since=since, until=until, paths=paths
    )
    with open_index(settings, quiet=options.quiet, fresh=fresh) as index:
        answer = answer_question(
            text,
            index.retriever,
            index.read_text,
            language=question_language(text),
            generation=index.reader.state.generation,
            passages=passages,
            sentences=sentences,
            wanted=wanted,
            without_documents=index.freshness.not_quotable,
            min_score=MIN_SCORE if min_score is None else min_score,
            searched=wanted.languages or _languages(index.reader),
        )
        say_as_read(index, text, quiet=options.quiet)
    # Saved first: neither a closed pipe nor a file name that is taken loses the answer.
    number = _save(answer, settings, quiet=options.quiet)
    show(_render(answer, answer_format, settings))
    if export is not None:
        write_new(export, answers_to_markdown([answer], locator(settings)))
        say(f"answer written to {str(export)!r}", quiet=options.quiet)
    if number is not None:
        say(f"saved; `kb export {number}` gives it as Markdown", quiet=options.quiet)
    if answer.is_abstention:
        raise typer.Exit(ExitCode.NO_ANSWER)


def _languages(reader: "IndexReader") -> "tuple[LanguageCode, ...]":
    """Return the known languages of all passages."""
    spoken = {language for document in reader.documents() for language in document.languages}
    return tuple(sorted(language for language in spoken if language is not None))


def _render(answer: Answer, answer_format: AnswerFormat, settings: "Settings") -> str:
    from kb.rendering.markdown import answers_to_markdown
    from kb.rendering.records import answer_to_json
    from kb.rendering.terminal_text import answer_to_text

    locate = locator(settings)
    if answer_format is AnswerFormat.JSON:
        return answer_to_json(answer, locate)
    if answer_format is AnswerFormat.MARKDOWN:
        return answers_to_markdown([answer], locate).rstrip("\n")
    return answer_to_text(answer, locate, text_style())


def _save(answer: Answer, settings: "Settings", *, quiet: bool) -> int | None:
    """Return the number of the saved answer; one that cannot be saved is still an answer."""
    from kb.rendering.records import save_form
    from kb.store import save_answer

    try:
        return save_answer(
            settings.index_folder,
            asked_at=answer.asked_at.isoformat(),
            content=save_form(answer),
        )
    except KbError as error:
        say(f"the answer was not saved for export: {error}", quiet=quiet)
        return None
