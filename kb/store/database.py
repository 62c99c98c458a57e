"""Opening the SQLite file: its pragmas, its transactions, and what its errors mean to the user."""

import errno
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

from kb.durable import make_folder
from kb.errors import (
    IndexFolderFull,
    IndexMissing,
    IndexOutdated,
    IndexTooNew,
    IndexUnreadable,
    IndexUnusable,
    IndexUnwritable,
    KbError,
    TooManyOpenFiles,
)
from kb.store.schema import SCHEMA_VERSION, create, is_empty, migrate, version_of

_BUSY_MS = 30_000  # A publish takes well under a second; this outlasts a slow disk.

_NO_DESCRIPTORS = {errno.EMFILE, errno.ENFILE}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# The second: no room for the file that SQLite shares with other readers, made also to read.
_NO_ROOM_IN_SQLITE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
# The file may be well, it just cannot be used now. Any other code means that it is damaged.
_PASSING = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}


def database_path(folder: Path) -> Path:
    return folder / "kb.sqlite3"


def vectors_path(folder: Path, generation: int) -> Path:
    return folder / f"vectors-{generation:08}.faiss"


def file_uri(path: Path, mode: str, more: str = "") -> str:
    """Return the address of an SQLite file whose path may hold any letters."""
    return f"file:{quote(str(path.absolute()))}?mode={mode}{more}"


def open_for_writing(folder: Path) -> sqlite3.Connection:
    """Open the database, made with its folder when missing, brought to this version when older.

    Raises: `IndexUnwritable`, `IndexUnusable`, `IndexTooNew`, `TooManyOpenFiles`.
    """
    with translated(folder, writing=True):
        make_folder(folder)
        connection = _connect(database_path(folder), "rwc")
        with closed_on_error(connection):
            connection.execute("PRAGMA synchronous = FULL")
            if is_empty(connection):
                # Write-ahead log: readers read the old generation while a new one is written.
                connection.execute("PRAGMA journal_mode = WAL")
                with transaction(connection):
                    if is_empty(connection):  # Another process may have been faster.
                        create(connection)
            if 0 < version_of(connection) < SCHEMA_VERSION:
                _migrate(connection)
            _check_version(folder, connection)
            connection.execute("PRAGMA foreign_keys = ON")
    return connection


def open_for_reading(folder: Path) -> sqlite3.Connection:
    """Open the database without ever writing to it.

    Raises: `IndexMissing`, `IndexUnreadable`, `IndexUnusable`, `IndexOutdated`, `IndexTooNew`,
    `TooManyOpenFiles`.
    """
    path = database_path(folder)
    with translated(folder, writing=False):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise IndexMissing(folder) from None
        try:
            connection = _connect(path, "ro")
        except sqlite3.OperationalError as error:
            if _is_half_made(error) or _has_log(path) or not _is_unwritable(folder, error):
                raise
            # SQLite cannot make the log's side files here. Nobody can write here either, so the
            # file does not change while it is read.
            connection = _connect(path, "ro", "&immutable=1")
        with closed_on_error(connection):
            if is_empty(connection):  # What a first build leaves that was stopped at once.
                raise IndexMissing(folder)
            _check_version(folder, connection)
    return connection


class Closing(ABC):
    """Closes itself at the end of a `with` block."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Give back what was opened."""


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Close `connection` when the block fails: nobody else will."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block as one write transaction: all of it is kept, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # On a full disk SQLite may have rolled back itself.
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(folder: Path, *, writing: bool) -> Iterator[None]:
    """Turn what SQLite and the file system raise into an error that names the next step."""
    try:
        yield
    except OSError as error:
        raise _meaning_of(folder, error, writing=writing) from error
    except sqlite3.DatabaseError as error:
        raise _meaning_in_sqlite(folder, error, writing=writing) from error
    except UnicodeDecodeError as error:  # SQLite's message quotes what is damaged.
        raise IndexUnusable(database_path(folder), "its texts are not UTF-8") from error


def _meaning_of(folder: Path, error: OSError, *, writing: bool) -> KbError:
    reason = error.strerror or str(error)
    if error.errno in _NO_DESCRIPTORS:
        return TooManyOpenFiles()
    if error.errno in _NO_ROOM:
        return IndexFolderFull(folder, reason)
    if writing:
        return IndexUnwritable(folder, reason)
    return IndexUnreadable(database_path(folder), reason)


def _meaning_in_sqlite(folder: Path, error: sqlite3.DatabaseError, *, writing: bool) -> KbError:
    reason = str(error)
    # Errors of Python's own module have no code; the last 8 bits of SQLite's say what kind it is.
    exact = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = exact & 0xFF
    if not writing and _is_half_made(error):
        return IndexMissing(folder)
    if exact in _NO_ROOM_IN_SQLITE:
        return IndexFolderFull(folder, reason)
    if code not in _PASSING:
        return IndexUnusable(database_path(folder), reason)
    if code == sqlite3.SQLITE_CANTOPEN and (cause := _why_not_opened(folder, writing=writing)):
        return _meaning_of(folder, cause, writing=writing)
    if writing:
        return IndexUnwritable(folder, reason)
    return IndexUnreadable(database_path(folder), reason)


def _why_not_opened(folder: Path, *, writing: bool) -> OSError | None:
    """Return the system's own reason, which SQLite does not tell."""
    try:
        with database_path(folder).open("ab" if writing else "rb"):
            return None
    except OSError as cause:
        return cause


def _connect(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(
        file_uri(path, mode, more), uri=True, isolation_level=None, timeout=_BUSY_MS / 1000
    )
    connection.row_factory = sqlite3.Row
    with closed_on_error(connection):
        version_of(connection)  # The first reading of the file: here a damaged one is noticed.
    return connection


def _has_log(path: Path) -> bool:
    """True when commits may stand in the write-ahead log only: the file alone is not enough."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _is_unwritable(folder: Path, error: sqlite3.OperationalError) -> bool:
    """True for a read-only folder and for a full disk."""
    return error.sqlite_errorcode in _NO_ROOM_IN_SQLITE or not os.access(folder, os.W_OK)


def _is_half_made(error: sqlite3.DatabaseError) -> bool:
    """True when there is something to roll back, and this connection may only read.

    Only a first build that was killed leaves that: later there is the write-ahead log.
    """
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY_ROLLBACK


def _migrate(connection: sqlite3.Connection) -> None:
    # No foreign keys here, and they cannot be switched inside of a transaction.
    with transaction(connection):
        if version_of(connection) < SCHEMA_VERSION:  # Another process may have been faster.
            migrate(connection)


def _check_version(folder: Path, connection: sqlite3.Connection) -> None:
    version = version_of(connection)
    if version > SCHEMA_VERSION:
        raise IndexTooNew(database_path(folder), version, SCHEMA_VERSION)
    if version < 1:
        raise IndexUnusable(database_path(folder), "it is not an index of kb")
    if version < SCHEMA_VERSION:
        raise IndexOutdated(folder, version)
