"""The tables of `index/kb.sqlite3`, and what brings those of an older version up to date."""

import sqlite3
from collections.abc import Iterable, Mapping

SCHEMA_VERSION = 4

# A column that an older version lacks has a default, which its rows get: version 2 added
# `scanned_ns` and `inode`, version 3 `calibration`, `tags`, `lines` and a passage's `language`.
# Version 4 added the table `words`, which may be empty.
# No file has inode 0: until the next build, articles are told to be unchanged by their digest.
TABLES: Mapping[str, str] = {
    # `scanned_ns`: when the build began to read the articles, in nanoseconds since 1970.
    # `calibration`: JSON; from which score on a question of this collection is answered.
    "state": """
CREATE TABLE state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    generation INTEGER NOT NULL,
    model TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    chunker_version INTEGER NOT NULL,
    built_at TEXT NOT NULL,
    scanned_ns INTEGER NOT NULL DEFAULT 0,
    vectors_size INTEGER NOT NULL,
    vectors_sha256 TEXT NOT NULL,
    calibration TEXT
)""",
    # `tags`: JSON list of texts, as they are written. `lines`: JSON list with the offset at which
    # each line of the file begins in the text; NULL where the lines are the text's own.
    "documents": """
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL DEFAULT 0,
    language TEXT,
    title TEXT NOT NULL,
    date TEXT,
    source TEXT,
    tags TEXT NOT NULL DEFAULT '[]',
    body_start INTEGER NOT NULL,
    lines TEXT,
    text TEXT NOT NULL
)""",
    # AUTOINCREMENT: the number of a removed passage is never given to another one.
    "passages": """
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    language TEXT,
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
    # The index of words of the published generation, for a model that has vectors for words.
    # Derived: without it, a question makes it again of the tokens.
    "words": """
CREATE TABLE words (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    content BLOB NOT NULL
)""",
    # Files that could not be read, so that they are not announced as new ones at every question.
    "skipped": """
CREATE TABLE skipped (
    id TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL
)""",
    "answers": """
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asked_at TEXT NOT NULL,
    content TEXT NOT NULL
)""",
}
# With the language, so that what languages an article has is told from the index alone.
_PASSAGES_BY_DOCUMENT = "CREATE INDEX passages_by_document ON passages (document_id, language)"

# Tables that gained columns since version 1, in an order in which they can be filled.
_CHANGED = ("state", "documents", "passages", "skipped")


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


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables of an older version up to date. To be run without foreign keys.

    To be run in a transaction. Tables are made anew, so that an index is laid out alike whatever
    version it began with.
    Source: https://www.sqlite.org/lang_altertable.html#otheralter
    """
    # A table that is dropped would forget which numbers it has given.
    for table in (*_CHANGED, "sqlite_sequence"):
        connection.execute(f"CREATE TEMP TABLE old_{table} AS SELECT * FROM {table}")  # noqa: S608
    for table in _CHANGED:
        connection.execute(f"DROP TABLE {table}")
        connection.execute(TABLES[table])
    connection.execute(_PASSAGES_BY_DOCUMENT)
    connection.execute(TABLES["words"])
    copy_rows(connection, _CHANGED, source="temp.old_", version=version_of(connection))
    connection.execute("DELETE FROM sqlite_sequence")
    connection.execute("INSERT INTO sqlite_sequence SELECT * FROM temp.old_sqlite_sequence")
    for table in (*_CHANGED, "sqlite_sequence"):
        connection.execute(f"DROP TABLE temp.old_{table}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def copy_rows(
    connection: sqlite3.Connection, tables: Iterable[str], *, source: str, version: int
) -> None:
    """Add the rows that `tables` have in `source`, which is of this `version` or an older one.

    `source` is what stands before a table's name there, as in `backup.passages`.
    """
    for table in tables:
        if table == "words" and version < 4:  # noqa: PLR2004 (there was none)
            continue
        rows = connection.execute(f"SELECT * FROM {source}{table} LIMIT 0")  # noqa: S608
        names = ", ".join(column[0] for column in rows.description)
        connection.execute(
            f"INSERT INTO main.{table} ({names}) SELECT {names} FROM {source}{table}"  # noqa: S608
        )
    if version < 3:  # noqa: PLR2004 (a passage was in its document's language)
        connection.execute(
            "UPDATE main.passages SET language ="
            " (SELECT d.language FROM main.documents d WHERE d.id = document_id)"
        )
