"""`kb doctor`: what is wrong with the index, what it means and how to fix it."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import global_options
from kb.cli.terminal import say, show
from kb.cli.wiring import index_words, open_index_model, serialize_vectors, waiting
from kb.config import Settings
from kb.errors import ExitCode

if TYPE_CHECKING:
    from kb.diagnosis import Diagnosis


def doctor(
    context: typer.Context,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Also cut every article again and compare it with its file."),
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair what needs no embedding, then check again.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for programs.")
    ] = False,
) -> None:
    """Check that the index is whole; name what is not, and its fix."""
    from kb.rendering.diagnosis import diagnosis_to_json, diagnosis_to_text

    options = global_options(context)
    settings = options.settings()
    diagnosis = _diagnose(settings, deep=deep)
    repaired: Sequence[str] = ()
    if repair and diagnosis.is_repairable:
        repaired = _repair(settings, diagnosis, quiet=options.quiet)
        diagnosis = _diagnose(settings, deep=deep)
    if as_json:
        show(diagnosis_to_json(diagnosis, repaired))
    else:
        for line in repaired:
            say(line, quiet=options.quiet)
        show(diagnosis_to_text(diagnosis))
    if not diagnosis.is_healthy:
        raise typer.Exit(ExitCode.UNHEALTHY)


def _diagnose(settings: Settings, *, deep: bool) -> "Diagnosis":
    from kb.corpus import Corpus
    from kb.doctor import Instruments, diagnose
    from kb.store import IndexInspector, survey_folder
    from kb.vector_index import FlatFaissIndex

    instruments = Instruments(
        survey=survey_folder(settings.index_folder),
        open_inspector=lambda: IndexInspector(settings.index_folder),
        open_vectors=FlatFaissIndex.from_bytes,
        open_model=partial(open_index_model, settings),
        open_corpus=lambda: Corpus(settings.corpus_folder),
    )
    return diagnose(instruments, deep=deep)


def _repair(settings: Settings, diagnosis: "Diagnosis", *, quiet: bool) -> tuple[str, ...]:
    from kb.doctor import repair
    from kb.store import IndexWriter

    with IndexWriter(
        settings.index_folder, command="kb doctor --repair", on_wait=waiting(quiet=quiet)
    ) as writer:
        words = index_words(settings, writer.state) if writer.state else None
        return repair(diagnosis, writer, serialize_vectors, words)
