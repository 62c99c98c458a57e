"""`kb eval`: judged questions to figures of quality."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import GlobalOptions, ModelOption, RerankOption, global_options
from kb.cli.terminal import progress, say, show
from kb.cli.wiring import OpenIndex, open_index, run_build
from kb.config import Settings
from kb.errors import InvalidOption, QuestionSetInvalid, RunUnreadable

if TYPE_CHECKING:
    from kb.domain import Answer
    from kb.evaluation.questions import JudgedQuestion, Wording
    from kb.evaluation.runs import Run
    from kb.retrieval import Retrieval

_ALL = "all"


def evaluate(
    context: typer.Context,
    questions: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[QUESTIONS]...", help="Files of judged questions (JSONL)."),
    ] = None,
    bundled: Annotated[
        bool,
        typer.Option(
            "--bundled",
            help="Use the example articles of a clone, and its questions where no file is named;"
            " your index is not touched.",
        ),
    ] = False,
    distractors: Annotated[
        int, typer.Option(help="With --bundled: add so many generated articles as noise.")
    ] = 0,
    split: Annotated[
        str, typer.Option(help="Only questions of this split: tune, test or what yours say.")
    ] = _ALL,
    per_question: Annotated[
        bool, typer.Option("--per-question", help="Also show every question.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the run as JSON, to keep and to compare.")
    ] = False,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="A B", help="Compare two runs that were saved with --json."),
    ] = None,
    model: ModelOption = None,
    rerank: RerankOption = None,
) -> None:
    """Measure how well your articles answer judged questions."""
    from kb.rendering.runs import run_to_json, run_to_text

    options = global_options(context)
    if compare is not None:
        show(_comparison(*compare, as_json=as_json, quiet=options.quiet))
        return
    if distractors < 0 or (distractors and not bundled):
        raise InvalidOption("--distractors", distractors, "a number from 0, with --bundled")
    judged = _read_questions(questions or (), split, bundled=bundled)
    settings = options.settings(model=model, rerank=rerank)
    with _index(settings, options, bundled=bundled, distractors=distractors) as index:
        run = _run(judged, index, quiet=options.quiet)
    show(run_to_json(run) if as_json else run_to_text(run, per_question=per_question))


def _read_questions(
    files: Sequence[Path], split: str, *, bundled: bool
) -> Sequence["JudgedQuestion"]:
    from kb.cli.bundled import bundled_question_files, clone_folder
    from kb.evaluation.questions import check_ids, parse_questions

    if not files:
        if not bundled:
            raise InvalidOption("eval", "no questions", "a file of questions, or --bundled")
        files = bundled_question_files(clone_folder())
    questions = [question for file in files for question in parse_questions(_read(file), str(file))]
    check_ids(questions, ", ".join(map(str, files)))
    chosen = [question for question in questions if split in (_ALL, question.split)]
    if not chosen:
        known = ", ".join(sorted({question.split for question in questions} - {""}))
        raise InvalidOption("--split", split, f"one that the questions name: {known or _ALL}")
    return chosen


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetInvalid(str(file), None, f"not a UTF-8 file to read: {error}") from error


@contextmanager
def _index(
    settings: Settings, options: GlobalOptions, *, bundled: bool, distractors: int
) -> Iterator[OpenIndex]:
    from kb.cli.bundled import bundled_settings, clone_folder

    if not bundled:
        with open_index(settings, quiet=options.quiet) as index:
            yield index
        return
    with bundled_settings(
        clone_folder(), distractors=distractors, model=settings.model
    ) as bundled_set:
        temporary = replace(settings, corpus=bundled_set.corpus, index=bundled_set.index)
        run_build(temporary, full=False, quiet=options.quiet)
        with open_index(temporary, quiet=options.quiet) as index:
            yield index


def _run(questions: Sequence["JudgedQuestion"], index: OpenIndex, *, quiet: bool) -> "Run":
    from kb.answering import compose_answer
    from kb.judging import DEPTH, SENTENCES, describe_run, judge

    def retrieve(question: str) -> "Retrieval":
        without = index.freshness.not_quotable
        return index.retriever.retrieve(question, k=DEPTH, without_documents=without)

    def compose(wording: "Wording", retrieval: "Retrieval") -> "Answer":
        return compose_answer(
            wording.text,
            retrieval,
            index.read_text,
            language=wording.language,
            model=index.reader.state.model,
            generation=index.reader.state.generation,
            sentences=SENTENCES,
        )

    with progress("Asking", quiet=quiet, unit="questions") as track:
        outcomes = judge(
            questions,
            index.reader,
            index.read_text,
            retrieve=retrieve,
            compose=compose,
            track=track,
        )
    return describe_run(index.reader, outcomes)


def _comparison(first: Path, second: Path, *, as_json: bool, quiet: bool) -> str:
    from kb.evaluation.comparison import comparison_table, pair_outcomes
    from kb.rendering.runs import comparison_to_json
    from kb.rendering.tables import table_to_text

    one, two = _load(first), _load(second)
    paired = pair_outcomes(one.outcomes, two.outcomes)
    if not paired.pairs:
        raise InvalidOption("--compare", f"{first} {second}", "two runs over the same questions")
    if paired.only_in_one:
        say(f"{paired.only_in_one} questions are in one run only and left out", quiet=quiet)
    if one.articles_sha256 != two.articles_sha256:
        say("the runs are over different articles", quiet=quiet)
    table = comparison_table(paired)
    return comparison_to_json(table) if as_json else table_to_text(table)


def _load(path: Path) -> "Run":
    from kb.rendering.runs import run_from_json

    try:
        return run_from_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise RunUnreadable(path, str(error)) from error
