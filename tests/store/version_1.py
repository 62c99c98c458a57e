"""An index as version 1 of its format had it, made of a present one."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from kb.store.database import database_path

_TABLES = """
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
CREATE TABLE skipped (
    id TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    reason TEXT NOT NULL
);
"""


def make_version_1(folder: Path) -> None:
    lay_out(folder, _TABLES, version=1)


def lay_out(folder: Path, tables: str, *, version: int) -> None:
    """Make `tables` anew with the rows that are in them now, as `version` had them."""
    names = re.findall(r"CREATE TABLE (\w+)", tables)
    with closing(sqlite3.connect(database_path(folder))) as connection:
        given = connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        for table in names:
            connection.execute(f"CREATE TEMP TABLE new_{table} AS SELECT * FROM {table}")  # noqa: S608
            connection.execute(f"DROP TABLE {table}")
        connection.executescript(tables)
        for table in names:
            columns = ", ".join(
                row[1] for row in connection.execute(f"PRAGMA main.table_info({table})").fetchall()
            )
            connection.execute(f"INSERT INTO {table} SELECT {columns} FROM new_{table}")  # noqa: S608
        connection.execute("DELETE FROM sqlite_sequence")
        connection.executemany("INSERT INTO sqlite_sequence VALUES (?, ?)", given)
        connection.execute("DROP TABLE words")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()
