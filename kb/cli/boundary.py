"""The one place where expected failures become a line on stderr and an exit code."""

import typer
from typer._click.core import Context
from typer.core import TyperGroup

from kb.cli.terminal import say
from kb.errors import KbError


class ErrorBoundary(TyperGroup):
    """Shows expected failures as one line; lets unknown ones keep their traceback."""

    def invoke(self, ctx: Context) -> object:
        try:
            return super().invoke(ctx)
        except KbError as error:
            say(str(error))
            raise typer.Exit(error.exit_code) from error
