"""An index as version 1 of its format had it, made of a present one."""

import sqlite3
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
CREATE TABLE skipped (
    id TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    reason TEXT NOT NULL
);
"""


def make_version_1(folder: Path) -> None:
    connection = sqlite3.connect(database_path(folder))
    new = ("state", "documents", "skipped")
    for table in new:
        connection.execute(f"CREATE TEMP TABLE new_{table} AS SELECT * FROM {table}")  # noqa: S608
        connection.execute(f"DROP TABLE {table}")
    connection.executescript(_TABLES)
    for table in new:
        names = ", ".join(
            row[1] for row in connection.execute(f"PRAGMA main.table_info({table})").fetchall()
        )
        connection.execute(f"INSERT INTO {table} SELECT {names} FROM new_{table}")  # noqa: S608
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
