"""`kb build`: bring the index in step with the articles."""

from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import (
    BatchSizeOption,
    DeviceOption,
    DimensionOption,
    ModelOption,
    global_options,
)
from kb.cli.terminal import say, show
from kb.cli.wiring import run_build
from kb.config import Settings
from kb.errors import ExitCode

if TYPE_CHECKING:
    from kb.indexing import BuildReport


def build(
    context: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Read and embed every article again.")
    ] = False,
    prune: Annotated[
        bool,
        typer.Option("--prune", help="Go on when more than half of the indexed articles are gone."),
    ] = False,
    no_wait: Annotated[
        bool,
        typer.Option("--no-wait", help="Exit with 7 when another command writes in the index."),
    ] = False,
    model: ModelOption = None,
    dimension: DimensionOption = None,
    device: DeviceOption = None,
    batch_size: BatchSizeOption = None,
) -> None:
    """Index new and changed articles, drop removed ones."""
    options = global_options(context)
    settings = options.settings(
        model=model, dimension=dimension, device=device, batch_size=batch_size
    )
    report = run_build(settings, full=full, prune=prune, wait=not no_wait, quiet=options.quiet)
    show_report(report, settings, quiet=options.quiet)
    if report.skipped:
        raise typer.Exit(ExitCode.SKIPPED)


def show_report(report: "BuildReport", settings: Settings, *, quiet: bool) -> None:
    """Print what a build did, and name what it skipped."""
    plan = report.plan
    if not quiet:
        show(
            f"{report.documents} articles: {len(plan.added)} added, {len(plan.changed)} changed,"
            f" {len(plan.removed)} removed, {len(plan.to_keep)} unchanged,"
            f" {len(report.skipped)} skipped"
        )
        show(
            f"{report.passages} passages, {report.embedded} embedded with {report.state.model!r}"
            f" in {report.seconds:.2f} s; index generation {report.state.generation}"
            f" in {str(settings.index_folder)!r}"
        )
        if report.is_mended:
            show("the FAISS file was missing or damaged; made again from the stored vectors")
    if report.cut:
        say(
            f"the model does not read {report.cut} long passages to their end: make their sentences"
            " shorter, or choose a model with a longer window (docs/models.md)"
        )
    for file in report.skipped:
        say(f"skipped {file.id!r}: {file.reason}")
