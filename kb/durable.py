"""Folders and files that are still there after a power cut."""

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, when missing. Raises: `OSError`."""
    if folder.is_dir() or folder == folder.parent:
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_durably(path: Path, content: bytes, *, temporary: Path | None = None) -> None:
    """Write a file that is either whole under its name or not there. Raises: `OSError`.

    The temporary name is fixed unless one is given: whoever writes holds the writer's lock.
    """
    temporary = temporary or path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was renamed in a folder last. Raises: `OSError`."""
    if os.name != "posix":  # Elsewhere a folder cannot be opened to be synced.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
