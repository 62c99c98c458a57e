"""What a process does to the files of a folder, call by call, seen from outside of `kb`.

A process that is about to run a command lets `watch_calls` look over its shoulder: Python's own
audit events tell of files opened, renamed and removed, and thin wrappers of writes, syncs and
SQL. `kb` has no hooks for this, and the folder's state before a call is what a death there leaves.
"""

import builtins
import io
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is about to happen: `rename`, `fsync`, `write`, ..., or the verb of a statement.

    `path` is relative to the folder watched. `note` is, for a COMMIT, how it is made durable, and
    for a rename, the new name.
    """

    kind: str
    path: str
    note: str = ""


Watch = Callable[[Call], None]

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_BINARY = {"wb": io.BufferedWriter, "xb": io.BufferedWriter, "r+b": io.BufferedRandom}
_COMMENTS = re.compile(r"--.*\n")
_CHANGING = {
    *("BEGIN", "COMMIT", "ROLLBACK", "INSERT", "UPDATE", "DELETE", "REPLACE"),
    *("CREATE", "DROP", "ALTER", "VACUUM"),
}


def watch_calls(folder: Path, see: Watch) -> None:
    """Call `see` before each call of this process that changes something in `folder`.

    There is no way back: a process that is watched is watched to its end.
    """
    folder = folder.resolve()

    def tell(kind: str, path: object, note: str = "") -> None:
        name = _below(folder, path)
        if name is not None:
            see(Call(kind, name, note))

    _watch_names(folder, tell)
    _watch_writes(folder, tell)
    _watch_syncs(tell)
    _watch_statements(tell)


Tell = Callable[..., None]


def _below(folder: Path, path: object) -> str | None:
    """Return `path` relative to `folder`, or None for what is not in it."""
    if not isinstance(path, str | bytes | os.PathLike):
        return None
    absolute = Path(os.fsdecode(path)).absolute()
    return absolute.relative_to(folder).as_posix() if absolute.is_relative_to(folder) else None


def _watch_names(folder: Path, tell: Tell) -> None:
    """Tell of files made, renamed and removed, by the events that Python raises before them."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
            tell("open", arguments[0])
        elif event == "os.rename":
            tell("rename", arguments[0], _below(folder, arguments[1]) or "")
        elif event in ("os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link"):
            tell(event.removeprefix("os."), arguments[0])

    sys.addaudithook(hear)


def _watch_writes(folder: Path, tell: Tell) -> None:
    """Tell of what is written to files. The first write of each is cut in two, as a disk may."""

    class WatchedFile(io.FileIO):
        _is_torn = False

        def write(self, data: Any, /) -> int:
            tell("write", self.name)
            content = memoryview(data).cast("B")
            part = len(content) if self._is_torn else max(1, len(content) // 2)
            self._is_torn = True
            return super().write(content[:part])

    original = io.open

    def watched(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if mode in _BINARY and _below(folder, file) is not None:
            return _BINARY[mode](WatchedFile(file, mode.replace("b", "")))
        return original(file, mode, *arguments, **options)

    io.open = builtins.open = watched
    os.write = _told_first(os.write, partial(tell, "write"))


def _watch_syncs(tell: Tell) -> None:
    os.fsync = _told_first(os.fsync, partial(tell, "fsync"))
    os.ftruncate = _told_first(os.ftruncate, partial(tell, "truncate"))


def _told_first(function: Callable[..., Any], tell: Tell) -> Callable[..., Any]:
    """Return `function`, which takes a file descriptor, told of before it runs."""

    def watched(descriptor: Any, *arguments: Any) -> Any:
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        tell(Path(f"/proc/self/fd/{number}").readlink())
        return function(descriptor, *arguments)

    return watched


def _watch_statements(tell: Tell) -> None:
    """Tell of every SQL statement that writes, before it runs."""

    class WatchedConnection(sqlite3.Connection):
        def __init__(self, database: Any, *arguments: Any, **options: Any) -> None:
            super().__init__(database, *arguments, **options)
            self._path = unquote(urlsplit(os.fspath(database)).path)
            self._durability = ""
            self.set_trace_callback(self._trace)

        def _trace(self, statement: str) -> None:
            statement = _COMMENTS.sub("", statement).upper()
            verb = statement.split(maxsplit=1)[0].rstrip(";")
            if verb in _CHANGING:
                tell(verb, self._path, self._durability if verb == "COMMIT" else "")
            elif statement.startswith("PRAGMA JOURNAL_MODE ="):
                tell("JOURNAL", self._path)

        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            if sql == "COMMIT":
                pragmas = ("journal_mode", "synchronous")
                values = (super(WatchedConnection, self).execute(f"PRAGMA {p}") for p in pragmas)
                self._durability = " ".join(str(value.fetchone()[0]) for value in values)
            return super().execute(sql, parameters)

        def backup(self, target: sqlite3.Connection, **options: Any) -> None:
            path = getattr(target, "_path", self._path)
            tell("backup", path)
            super().backup(target, **options)
            tell("backed up", path)

        def close(self) -> None:
            tell("close", self._path)
            super().close()

    sqlite3.connect = partial(sqlite3.connect, factory=WatchedConnection)  # type: ignore[assignment]


def names(calls: Sequence[Call]) -> list[str]:
    """Return calls as short lines, for messages and for tests about their order."""
    return [" ".join(filter(None, (call.kind, call.path, call.note))) for call in calls]
