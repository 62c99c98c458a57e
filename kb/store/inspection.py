"""An index read without trust: what its tables hold, whatever happened to them."""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kb.domain import DocumentId, LanguageCode, PassageId
from kb.errors import IndexMissing
from kb.store import schema
from kb.store.database import (
    Closing,
    closed_on_error,
    database_path,
    open_for_reading,
    translated,
    vectors_path,
)
from kb.store.lock import lock_path
from kb.store.reader import (
    IndexState,
    PassageTokens,
    read_state,
    read_tokens,
    read_vectors_file,
    read_word_index,
)

T = TypeVar("T")

_VECTORS_FILE = re.compile(r"vectors-\d+\.faiss")
_UNFINISHED = re.compile(r"vectors-\d+\.faiss\.new")
_DATABASE = database_path(Path()).name
# The README says what the folder is for.
_OWN_FILES = {
    _DATABASE,
    f"{_DATABASE}-wal",
    f"{_DATABASE}-shm",
    lock_path(Path()).name,
    "README.md",
}
_SHOWN_FAULTS = 20  # Of what SQLite says about a damaged file.


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A row of the passages, as it is."""

    id: PassageId
    start: int
    end: int
    first_line: int
    last_line: int
    headings: tuple[str, ...] | None
    """None when they cannot be read."""
    embedding_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A row of the documents with those of its passages, as they are."""

    id: DocumentId
    digest: str
    language: LanguageCode | None
    title: str
    tags: tuple[str, ...] | None
    """None when they cannot be read."""
    body_start: int
    lines: tuple[int, ...] | None
    """None where they are those of the text; empty when they cannot be read."""
    text: str
    passages: tuple[StoredPassage, ...]


@dataclass(frozen=True, slots=True)
class StoredVector:
    """The vector that a passage has, as bytes; None when it has none of this model."""

    passage_id: PassageId
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSurvey:
    """The index folder as the file system shows it."""

    folder: str
    is_writable: bool
    names: tuple[str, ...]
    unreadable: tuple[str, ...]
    """Files that may not be opened."""
    size_bytes: int
    free_bytes: int

    @property
    def vectors_files(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if _VECTORS_FILE.fullmatch(name))

    @property
    def moved_away(self) -> tuple[str, ...]:
        """Damaged databases that a restore kept."""
        return tuple(name for name in self.names if name.startswith(f"{_DATABASE}.damaged-"))

    def leftover(self, generation: int) -> tuple[str, ...]:
        """Return what the next command that writes removes.

        FAISS files that were not finished, and those of neither `generation` nor the one before,
        which readers may use.
        """
        kept = {vectors_file_name(generation - age) for age in (0, 1)}
        finished = (name for name in self.vectors_files if name not in kept)
        return (*(name for name in self.names if _UNFINISHED.fullmatch(name)), *finished)

    @property
    def foreign(self) -> tuple[str, ...]:
        """Files that no command of kb made."""
        own = {*_OWN_FILES, *self.vectors_files, *self.moved_away}
        return tuple(
            name for name in self.names if name not in own and not _UNFINISHED.fullmatch(name)
        )


def survey_folder(folder: Path) -> FolderSurvey:
    """Look at the files in the index folder without opening them.

    Raises: `IndexMissing`, `IndexUnreadable`.
    """
    with translated(folder, writing=False):
        if not folder.exists():
            raise IndexMissing(folder)
        files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        return FolderSurvey(
            folder=str(folder),
            is_writable=os.access(folder, os.W_OK),
            names=tuple(path.name for path in files),
            unreadable=tuple(path.name for path in files if not os.access(path, os.R_OK)),
            size_bytes=sum(path.lstat().st_size for path in files),
            free_bytes=shutil.disk_usage(folder).free,
        )


class IndexInspector(Closing):
    """Reads one state of the database, as it is. Never writes.

    Every method raises `IndexUnusable` for what SQLite cannot read.
    Raises: `IndexMissing`, `IndexTooNew`, `IndexUnusable`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection = open_for_reading(folder)
        with closed_on_error(self._connection), translated(folder, writing=False):
            self._connection.execute("BEGIN")

    def close(self) -> None:
        self._connection.close()

    def vectors_file(self, state: IndexState) -> bytes | None:
        """Return the FAISS file of `state`, or None when it is missing or damaged."""
        return read_vectors_file(self.folder, state)

    def schema_faults(self) -> tuple[str, ...]:
        """Return where tables, columns or indexes differ from those that kb makes."""
        with translated(self.folder, writing=False):
            found = _shape(self._connection)
        with closing(_empty_database()) as pattern:
            expected = _shape(pattern)
        lacking = (f"{part} is missing" for part in sorted(expected - found))
        foreign = (f"{part} is not kb's" for part in sorted(found - expected))
        return (*lacking, *foreign)

    def integrity_faults(self, *, deep: bool) -> tuple[str, ...]:
        """Return what SQLite and the types of the values say against the file.

        `deep` also compares the file's own indexes with its tables.
        """
        statement = "PRAGMA integrity_check" if deep else "PRAGMA quick_check"
        said = [row[0] for row in self._rows(f"{statement}({_SHOWN_FAULTS})")]
        faults = [] if said == ["ok"] else said
        if not faults:  # Else reading every row would only repeat it.
            faults += self._type_faults()
        return tuple(faults)

    def state(self) -> IndexState | None:
        """Return the published state, or None before the first publish."""
        with translated(self.folder, writing=False):
            return read_state(self._connection)

    def documents(self) -> Iterator[StoredDocument]:
        """Yield every document with its passages, sorted by path."""
        for row in self._rows(
            "SELECT id, digest, language, title, tags, body_start, lines, text"
            " FROM documents ORDER BY id"
        ):
            yield StoredDocument(
                id=DocumentId(row["id"]),
                digest=row["digest"],
                language=row["language"],
                title=row["title"],
                tags=_list_of(str, row["tags"]),
                body_start=row["body_start"],
                lines=None if row["lines"] is None else _list_of(int, row["lines"]) or (),
                text=row["text"],
                passages=self._passages(row["id"]),
            )

    def vectors(self, fingerprint: str) -> Iterator[StoredVector]:
        """Yield the vector of each passage, in order of number."""
        for row in self._rows(
            "SELECT p.id, e.vector FROM passages p LEFT JOIN embeddings e"
            " ON e.digest = p.embedding_digest AND e.fingerprint = ? ORDER BY p.id",
            fingerprint,
        ):
            yield StoredVector(PassageId(row["id"]), row["vector"])

    def tokens(self, document_id: DocumentId, fingerprint: str) -> tuple[bytes | None, ...]:
        """Return the tokens of a document's passages as bytes, in order of number."""
        rows = self._rows(
            "SELECT e.tokens FROM passages p LEFT JOIN embeddings e"
            " ON e.digest = p.embedding_digest AND e.fingerprint = ?"
            " WHERE p.document_id = ? ORDER BY p.id",
            fingerprint,
            document_id,
        )
        return tuple(row["tokens"] for row in rows)

    def word_index(self) -> bytes | None:
        """Return the stored index of words, None when there is none."""
        with translated(self.folder, writing=False):
            return read_word_index(self._connection)

    def all_tokens(self, fingerprint: str) -> PassageTokens:
        """Return all passages, their languages and tokens. Raises `ValueError` for odd tokens."""
        with translated(self.folder, writing=False):
            return read_tokens(self._connection, fingerprint)

    def stray_passages(self) -> tuple[PassageId, ...]:
        """Return the passages whose document is not there."""
        rows = self._rows("PRAGMA foreign_key_check(passages)")
        return tuple(sorted(PassageId(row["rowid"]) for row in rows))

    def unused_embeddings(self, fingerprint: str) -> int:
        """Return how many stored vectors no passage of this model's index uses."""
        (row,) = self._rows(
            "SELECT count(*) FROM embeddings WHERE fingerprint <> ?"
            " OR digest NOT IN (SELECT embedding_digest FROM passages)",
            fingerprint,
        )
        return int(row[0])

    def _passages(self, document_id: str) -> tuple[StoredPassage, ...]:
        return tuple(
            StoredPassage(
                PassageId(row["id"]),
                row["start"],
                row["end"],
                row["first_line"],
                row["last_line"],
                _list_of(str, row["headings"]),
                row["embedding_digest"],
            )
            for row in self._rows(
                "SELECT * FROM passages WHERE document_id = ? ORDER BY id", document_id
            )
        )

    def _type_faults(self) -> Iterator[str]:
        """Yield the columns with a value of another type: a flipped bit may have changed it."""
        with closing(_empty_database()) as pattern:
            columns = sorted(_columns(pattern))
        for column in columns:
            null = "null" if column.may_be_null else ""
            (row,) = self._rows(
                # Names from our own schema.
                f"SELECT count(*) FROM {column.table}"  # noqa: S608
                f" WHERE typeof({column.name}) NOT IN (lower(?), ?)",
                column.type,
                null,
            )
            if row[0]:
                yield f"{row[0]} values of {column.table}.{column.name} are no {column.type}"

    def _rows(self, sql: str, *values: object) -> Iterator[sqlite3.Row]:
        with translated(self.folder, writing=False):
            yield from self._connection.execute(sql, values)


@dataclass(frozen=True, slots=True, order=True)
class _Column:
    table: str
    name: str
    type: str
    may_be_null: bool

    def __str__(self) -> str:
        return f"column {self.table}.{self.name} ({self.type})"


def _empty_database() -> sqlite3.Connection:
    """Return a database in memory with the tables that this version of kb makes."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    schema.create(connection)
    return connection


def _shape(connection: sqlite3.Connection) -> frozenset[str]:
    """Return a database's tables, columns and indexes by name, without SQLite's own."""
    parts = connection.execute(
        "SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    )
    return frozenset(row[0] for row in parts) | frozenset(map(str, _columns(connection)))


def _columns(connection: sqlite3.Connection) -> frozenset[_Column]:
    rows = connection.execute(
        'SELECT s.name AS "table", c.name, c.type, c."notnull" OR c.pk AS is_required'
        " FROM sqlite_schema s, pragma_table_info(s.name) c"
        " WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    )
    return frozenset(
        _Column(row["table"], row["name"], row["type"], not row["is_required"]) for row in rows
    )


def _list_of(kind: type[T], stored: str) -> tuple[T, ...] | None:
    """Return a stored JSON list whose values are all of one kind, or None when it is none."""
    try:
        values = json.loads(stored)
    except ValueError:
        return None
    if not isinstance(values, list) or not all(isinstance(value, kind) for value in values):
        return None
    return tuple(values)


def vectors_file_name(generation: int) -> str:
    return vectors_path(Path(), generation).name
