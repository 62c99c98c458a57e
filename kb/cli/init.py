"""`kb init`: a new base, with a folder for articles and a settings file."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from kb.cli.options import global_options
from kb.cli.terminal import show
from kb.config import make_base
from kb.rendering.terminal_text import in_one_line


def init(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="[FOLDER]", help="Where; this folder without it.", show_default=False
        ),
    ] = Path(),
) -> None:
    """Make a new base: a folder for your articles and a settings file."""
    options = global_options(context)
    file = make_base(folder)
    if options.quiet:
        return
    show(in_one_line(f"made {str(file)!r}, and a folder for articles beside it; next:"))
    if folder != Path():
        show(in_one_line(f"  cd {shlex.quote(str(folder))}"))
    show("  kb add FILE...")
    show('  kb ask "..."')
