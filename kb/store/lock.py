"""One writer at a time: a lock of the operating system, which ends with the process that holds it."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kb.durable import make_folder
from kb.errors import IndexBusy
from kb.store.database import translated

OnWait = Callable[[IndexBusy], None]
"""Told once, before waiting, who holds the lock."""


@dataclass(frozen=True, slots=True)
class LockHolder:
    """The process that writes in an index folder."""

    command: str
    process: int
    host: str
    since: str
    """When it began, ISO 8601 in UTC."""

    def __str__(self) -> str:
        began = datetime.fromisoformat(self.since).astimezone()
        where = "" if self.host == socket.gethostname() else f" on {self.host}"
        return f"{self.command!r} (process {self.process}{where}, since {began:%H:%M:%S})"


def lock_path(folder: Path) -> Path:
    return folder / "kb.lock"


@contextmanager
def writer_lock(
    folder: Path, *, command: str = "kb build", on_wait: OnWait | None = None
) -> Iterator[None]:
    """Be the only one that writes in the index folder, made when missing.

    While another process is, tells `on_wait` and waits; without `on_wait`, raises. Not to be
    nested, in one process either: `IndexWriter` takes this lock itself.
    Raises: `IndexBusy`, `IndexUnwritable`, `TooManyOpenFiles`.
    """
    from filelock import FileLock, Timeout  # Questions do not need it.

    lock = FileLock(
        lock_path(folder),
        # Where files cannot be locked, a marker file would outlive a process that is killed.
        fallback_to_soft=False,
        on_acquired=lambda descriptor: _sign(descriptor, command),
    )
    with translated(folder, writing=True):
        make_folder(folder)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            busy = IndexBusy(folder, str(lock_holder(folder) or "another command"))
            if on_wait is None:
                raise busy from None
            on_wait(busy)
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def lock_holder(folder: Path) -> LockHolder | None:
    """Return who took the lock last; None when that cannot be told."""
    try:
        return LockHolder(**json.loads(lock_path(folder).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # Just being written, or not by us.
        return None


def _sign(descriptor: int, command: str) -> None:
    holder = LockHolder(
        command, os.getpid(), socket.gethostname(), datetime.now(UTC).isoformat(timespec="seconds")
    )
    os.ftruncate(descriptor, 0)
    os.write(descriptor, json.dumps(asdict(holder), ensure_ascii=False).encode())
