"""`kb backup` and `kb restore`: the whole index in one file, and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import global_options
from kb.cli.terminal import show
from kb.cli.wiring import serialize_vectors, waiting
from kb.errors import InvalidOption

if TYPE_CHECKING:
    from kb.store import Backup


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the backup.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace FILE when it is there already.")
    ] = False,
) -> None:
    """Save the index and all saved answers in one file.

    Builds and questions may go on meanwhile. The articles themselves are not in it: keep them as
    you keep your other files.
    """
    from kb.store import write_backup

    options = global_options(context)
    folder = options.settings().index_folder
    _check_place(file, folder, force=force)
    saved = write_backup(folder, file)
    if not options.quiet:
        show(f"{_described(saved)} saved in {str(file)!r}, {saved.size_bytes / 1_000_000:,.1f} MB")
        show("the articles themselves are not in it")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `kb backup` wrote.")],
) -> None:
    """Put the index back as it was at a backup.

    Answers saved since then stay.
    """
    from kb.store import restore_backup

    options = global_options(context)
    folder = options.settings().index_folder
    restored = restore_backup(
        folder, file, serialize_vectors=serialize_vectors, on_wait=waiting(quiet=options.quiet)
    )
    if options.quiet:
        return
    show(f"{_described(restored.backup)} restored in {str(folder)!r}")
    show(
        f"it is generation {restored.state.generation} now; `kb status` compares it with the articles"
    )
    if restored.answers_kept:
        show(f"{restored.answers_kept} answers that are not in the backup were kept")
    if restored.moved_away:
        show(f"the damaged database that was there is now {str(restored.moved_away)!r}")


def _check_place(file: Path, folder: Path, *, force: bool) -> None:
    """Raises: `InvalidOption`."""
    if file.resolve().is_relative_to(folder.resolve()):
        raise InvalidOption("the backup file", str(file), "a place outside of the index folder")
    if file.is_dir():
        raise InvalidOption("the backup file", str(file), "the name of a file")
    if file.exists() and not force:
        raise InvalidOption("the backup file", str(file), "a name that is not taken, or --force")


def _described(backup: "Backup") -> str:
    state = backup.state
    return (
        f"generation {state.generation} of {state.built_at}: {backup.documents} articles,"
        f" {backup.passages} passages, {backup.answers} answers"
    )
