"""Opening the SQLite file: its schema, its pragmas, and what its errors mean to the user."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from kb.errors import IndexMissing, IndexTooNew, IndexUnusable, IndexUnwritable

SCHEMA_VERSION = 1
_BUSY_MS = 30_000  # A publish takes well under a second; this outlasts a slow disk.

_SCHEMA = """
CREATE TABLE state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    generation INTEGER NOT NULL,
    model TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    chunker_version INTEGER NOT NULL,
    built_at TEXT NOT NULL,
    vectors_size INTEGER NOT NULL,
    vectors_sha256 TEXT NOT NULL
);
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    language TEXT,
    title TEXT NOT NULL,
    date TEXT,
    source TEXT,
    body_start INTEGER NOT NULL,
    text TEXT NOT NULL
);
-- AUTOINCREMENT: the number of a removed passage is never given to another one.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    first_line INTEGER NOT NULL,
    last_line INTEGER NOT NULL,
    headings TEXT NOT NULL,
    embedding_digest BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document_id);
-- Kept when a passage goes: an article that comes back is not embedded again.
CREATE TABLE embeddings (
    digest BLOB NOT NULL,
    fingerprint TEXT NOT NULL,
    vector BLOB NOT NULL,
    tokens BLOB,
    PRIMARY KEY (digest, fingerprint)
) WITHOUT ROWID;
-- Files that could not be read, so that they are not announced as new ones at every question.
CREATE TABLE skipped (
    id TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asked_at TEXT NOT NULL,
    content TEXT NOT NULL
);
"""


def database_path(folder: Path) -> Path:
    return folder / "kb.sqlite3"


def vectors_path(folder: Path, generation: int) -> Path:
    return folder / f"vectors-{generation:08}.faiss"


def open_for_writing(folder: Path) -> sqlite3.Connection:
    """Open the database, made with its folder when missing.

    Raises: `IndexUnwritable`, `IndexUnusable`, `IndexTooNew`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexUnwritable(folder, error.strerror or str(error)) from error
    with translated(folder, writing=True):
        connection = _connect(database_path(folder), "rwc")
        with closed_on_error(connection):
            if _is_new(connection):
                # Write-ahead log: readers read the old generation while a new one is written.
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(
                    f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
                )
            _check_version(folder, connection)
            connection.execute("PRAGMA synchronous = FULL")
    return connection


def open_for_reading(folder: Path) -> sqlite3.Connection:
    """Open the database without ever writing to it.

    Raises: `IndexMissing`, `IndexUnusable`, `IndexTooNew`.
    """
    path = database_path(folder)
    with translated(folder, writing=False):
        if not path.is_file():
            raise IndexMissing(folder)
        try:
            connection = _connect(path, "ro")
        except sqlite3.OperationalError:
            # In a read-only folder SQLite cannot make the log's side files. Nobody can write
            # there either, so the file does not change while it is read.
            connection = _connect(path, "ro", "&immutable=1")
        with closed_on_error(connection):
            _check_version(folder, connection)
    return connection


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
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def translated(folder: Path, *, writing: bool) -> Iterator[None]:
    """Turn what SQLite and the file system raise into an error that names the next step."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        if writing:
            raise IndexUnwritable(folder, str(error)) from error
        raise IndexUnusable(database_path(folder), str(error)) from error
    except sqlite3.DatabaseError as error:
        raise IndexUnusable(database_path(folder), str(error)) from error


def _connect(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}{more}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_MS / 1000)
    connection.row_factory = sqlite3.Row
    with closed_on_error(connection):
        connection.execute("PRAGMA foreign_keys = ON")
        _version(connection)  # The first reading of the file: here a damaged one is noticed.
    return connection


def _is_new(connection: sqlite3.Connection) -> bool:
    """True for an empty file; another program's tables are not ours to add to."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return _version(connection) == 0 and tables == 0


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_version(folder: Path, connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise IndexTooNew(database_path(folder), version, SCHEMA_VERSION)
    if version < SCHEMA_VERSION:
        raise IndexUnusable(database_path(folder), "it is not an index of kb")
