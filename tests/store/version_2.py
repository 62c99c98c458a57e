"""An index as version 2 of its format had it, made of a present one."""

from pathlib import Path

from tests.store.version_1 import lay_out

_TABLES = """
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
);
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
    inode INTEGER NOT NULL,
    reason TEXT NOT NULL
);
"""


def make_version_2(folder: Path) -> None:
    lay_out(folder, _TABLES, version=2)
