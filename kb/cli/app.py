"""The command line's commands and global options."""

import sys
from pathlib import Path
from typing import Annotated

import typer

import kb
from kb.cli import add, ask, backup, build, doctor, export, init, remove, search, status
from kb.cli.boundary import ErrorBoundary
from kb.cli.eval import evaluate
from kb.cli.list import list_articles
from kb.cli.models import models
from kb.cli.open import open_article
from kb.cli.options import GlobalOptions
from kb.cli.show import show_article
from kb.cli.terminal import prepare_streams
from kb.errors import EXIT_CODE_MEANINGS, ExitCode

_EXIT_CODES = "\b\nExit codes:\n" + "\n".join(
    f"  {code.value:>3}  {meaning}" for code, meaning in EXIT_CODE_MEANINGS.items()
)

app = typer.Typer(
    cls=ErrorBoundary,
    no_args_is_help=True,
    # Plain help reads the same in every terminal and pipe, and starts without importing rich.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"kb {kb.__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    corpus: Annotated[
        Path | None,
        typer.Option(help="Folder of your articles. [KB_CORPUS, kb.toml, else ./corpus]"),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(help="Folder of the index. [KB_INDEX, kb.toml, else ./index]"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="Settings file. [KB_CONFIG, else kb.toml here or in a folder above]"),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no notices, only errors.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Ask your Slovenian, Polish, Hindi, Romanian and English articles, in any of these languages.

    Answers are sentences quoted from the articles, each with its file and lines.
    """
    context.obj = GlobalOptions(corpus=corpus, index=index, config=config, quiet=quiet)


app.command()(init.init)
app.command()(add.add)
app.command()(build.build)
app.command()(ask.ask)
app.command()(search.search)
app.command()(export.export)
app.command("list")(list_articles)
app.command("show")(show_article)
app.command("open")(open_article)
app.command()(remove.remove)
app.command()(status.status)
app.command("eval")(evaluate)
app.command()(doctor.doctor)
app.command()(backup.backup)
app.command()(backup.restore)
app.add_typer(models, name="models")


def main() -> None:
    """Run the command line and exit with its code."""
    prepare_streams()
    try:
        app(prog_name="kb")
    except KeyboardInterrupt:  # Before or after Typer could catch it.
        sys.exit(ExitCode.INTERRUPTED)
