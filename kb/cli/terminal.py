"""What the terminal at hand can show: encodings, width, colour, progress."""

import codecs
import io
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from kb.config import color_is_wanted
from kb.errors import ExitCode, OutputUnwritable
from kb.normalization import fold
from kb.rendering.neutral import neutral
from kb.rendering.terminal_text import TextStyle

if TYPE_CHECKING:
    from kb.indexing import Track

T = TypeVar("T")

_MAX_WIDTH = 100  # Longer lines are hard to read.


def prepare_streams() -> None:
    """Make every letter printable: as itself, or plain where the terminal cannot show it."""
    codecs.register_error("kb-plain", _plain_letters)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # Closed by the caller, as in `kb status >&-`.
            nowhere = Path(os.devnull)
            setattr(sys, name, nowhere.open(mode, encoding="utf-8"))  # stays open
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="kb-plain")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")


def show(text: str, *, line_end: bool = True) -> None:
    """Print the answer or the data on stdout.

    Ends the command quietly when nobody reads on. Raises: `OutputUnwritable`.
    """
    try:
        # The stream is named because Typer, left to choose, writes UTF-8 to an ASCII terminal.
        typer.echo(text, nl=line_end, file=sys.stdout)
    except BrokenPipeError:
        _forget_output()
        raise typer.Exit(ExitCode.PIPE_CLOSED) from None
    except OSError as error:
        _forget_output()
        raise OutputUnwritable(error.strerror or str(error)) from error


def say(message: str, *, quiet: bool = False) -> None:
    """Tell something that is not the answer: it goes to stderr, if anybody reads that."""
    if not quiet:
        with suppress(OSError):
            typer.echo(f"kb: {neutral(message)}", file=sys.stderr)


def _forget_output() -> None:
    """Drop what could not be written: Python would try once more at its end, and complain."""
    # Source: https://docs.python.org/3/library/signal.html#note-on-sigpipe
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def text_style() -> TextStyle:
    """Return wrapped and bold text for a terminal, whole plain lines for a pipe."""
    if not sys.stdout.isatty():
        return TextStyle()
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    return TextStyle(width=width, color=color_is_wanted())


@contextmanager
def progress(
    label: str, *, quiet: bool, unit: str = "passages"
) -> "Iterator[Track[Sequence[Any]]]":
    """Yield a `Track` that draws a bar with rate and time left, on a terminal only.

    It goes over batches and counts what is in them, in `unit`.
    """
    from kb.indexing import silently

    if quiet or not sys.stderr.isatty():
        yield silently
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True, no_color=not color_is_wanted())
    with Progress(*columns, console=console, transient=True) as bar:

        def track(batches: Sequence[Sequence[Any]]) -> Iterable[Sequence[Any]]:
            task = bar.add_task(label, total=sum(map(len, batches)), rate="")
            for batch in batches:
                yield batch
                bar.advance(task, len(batch))
                speed = bar.tasks[task].speed
                bar.update(task, rate=f"{speed:,.0f} {unit}/s" if speed else "")

        yield track


def _plain_letters(error: UnicodeError) -> tuple[str | bytes, int]:
    """Give what cannot be encoded without its diacritics, or else as a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plain = (
        "".join(letter if letter.isascii() else "?" for letter in fold(character) or "?")
        for character in error.object[error.start : error.end]
    )
    return "".join(plain), error.end
