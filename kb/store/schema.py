"""The tables of `index/kb.sqlite3`, and what brings those of an older version up to date."""

import sqlite3
from collections.abc import Mapping

SCHEMA_VERSION = 2

TABLES: Mapping[str, str] = {
    # `scanned_ns`: when the build began to read the articles, in nanoseconds since 1970.
    "state": """
CREATE TABLE state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    generation INTEGER NOT NULL,
    model TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    chunker_version INTEGER NOT NULL,
    built_at TEXT NOT NULL,
    scanned_ns INTEGER NOT NULL,
    vectors_size INTEGER NOT NULL,
    vectors_sha256 TEXT NOT NULL
)""",
    "documents": """
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    language TEXT,
    title TEXT NOT NULL,
    date TEXT,
    source TEXT,
    body_start INTEGER NOT NULL,
    text TEXT NOT NULL
)""",
    # AUTOINCREMENT: the number of a removed passage is never given to another one.
    "passages": """
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    first_line INTEGER NOT NULL,
    last_line INTEGER NOT NULL,
    headings TEXT NOT NULL,
    embedding_digest BLOB NOT NULL
)""",
    # Kept when a passage goes: an article that comes back is not embedded again.
    "embeddings": """
CREATE TABLE embeddings (
    digest BLOB NOT NULL,
    fingerprint TEXT NOT NULL,
    vector BLOB NOT NULL,
    tokens BLOB,
    PRIMARY KEY (digest, fingerprint)
) WITHOUT ROWID""",
    # Files that could not be read, so that they are not announced as new ones at every question.
    "skipped": """
CREATE TABLE skipped (
    id TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    reason TEXT NOT NULL
)""",
    "answers": """
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asked_at TEXT NOT NULL,
    content TEXT NOT NULL
)""",
}
_PASSAGES_BY_DOCUMENT = "CREATE INDEX passages_by_document ON passages (document_id)"

# Columns that version 2 added. No file has inode 0: until the next build, articles are told
# to be unchanged by their digest.
_ADDED_IN_2 = {"state": "scanned_ns", "documents": "inode", "skipped": "inode"}


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version that the file says it has; 0 for one that says nothing."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_empty(connection: sqlite3.Connection) -> bool:
    """True for a file without tables; another program's tables are not ours to add to."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return version_of(connection) == 0 and tables == 0


def create(connection: sqlite3.Connection) -> None:
    """Make all tables. To be run in a transaction."""
    for statement in (*TABLES.values(), _PASSAGES_BY_DOCUMENT):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def migrate_from_1(connection: sqlite3.Connection) -> None:
    """Add the columns of version 2. To be run in a transaction, without foreign keys.

    Tables are made anew, so that an index is laid out alike whatever version it began with.
    Source: https://www.sqlite.org/lang_altertable.html#otheralter
    """
    for table, added in _ADDED_IN_2.items():
        connection.execute(f"CREATE TEMP TABLE old AS SELECT * FROM {table}")  # noqa: S608
        kept = ", ".join(row["name"] for row in connection.execute("PRAGMA temp.table_info(old)"))
        connection.execute(f"DROP TABLE {table}")
        connection.execute(TABLES[table])
        connection.execute(
            f"INSERT INTO {table} ({kept}, {added}) SELECT {kept}, 0 FROM old"  # noqa: S608
        )
        connection.execute("DROP TABLE temp.old")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
