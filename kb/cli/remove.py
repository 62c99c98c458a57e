"""`kb remove`: articles out of the corpus, kept beside it."""

import sys
from typing import Annotated

import typer

from kb.article_errors import NotConfirmed
from kb.cli.build import show_report
from kb.cli.options import NoBuildOption, global_options
from kb.cli.terminal import say, show
from kb.cli.wiring import is_complete, locator, run_build, with_own_model
from kb.errors import ExitCode
from kb.rendering.terminal_text import in_one_line


def remove(
    context: typer.Context,
    articles: Annotated[
        list[str],
        typer.Argument(metavar="ARTICLE...", help="Whole paths or quoted patterns, as `pl/**`."),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    no_build: NoBuildOption = False,
) -> None:
    """Take articles out of the corpus and the index.

    Their files are moved to the hidden folder `.removed` of the corpus; nothing is deleted.
    """
    from kb.collecting import choose_to_remove
    from kb.corpus import Corpus, remove_articles

    options = global_options(context)
    settings = options.settings()
    corpus = Corpus(settings.corpus_folder)
    locate = locator(settings)
    ids = choose_to_remove(
        articles, (file.id for file in corpus.files()), corpora=settings.corpus_names
    )
    if not yes and not _is_confirmed([locate(id_) for id_ in ids]):
        say("nothing was removed", quiet=options.quiet)
        return
    # What is gone because of this command is not a folder that is not mounted.
    prune = is_complete(settings, corpus)
    kept = remove_articles(corpus, ids)
    if not options.quiet:
        for id_ in ids:
            show(in_one_line(f"removed {locate(id_)}"))
        show(in_one_line(f"kept in {kept.as_posix()}"))
    if no_build:
        return
    report = run_build(
        with_own_model(settings), quiet=options.quiet, prune=prune, command="kb remove"
    )
    show_report(report, settings, quiet=options.quiet)
    if report.skipped:
        raise typer.Exit(ExitCode.SKIPPED)


def _is_confirmed(paths: list[str]) -> bool:
    """Ask whether to go on. Raises: `NotConfirmed` where nobody can be asked."""
    counted = f"{len(paths)} article{'s' if len(paths) > 1 else ''} would be removed"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NotConfirmed(counted)
    for path in paths:
        say(f"to be removed: {path!r}")
    return typer.confirm(f"Remove {len(paths)}?", err=True)
