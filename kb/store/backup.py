"""One file with everything that an index holds, and the way back from it.

A backup is a copy of the SQLite file, which any SQLite tool opens, and behind it one line with
the digest of all bytes before. The FAISS file is not in it: the stored vectors make it again.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import numpy as np

from kb.durable import sync_folder
from kb.errors import BackupInvalid, BackupTooNew, BackupUnwritable, IndexMissing, IndexUnusable
from kb.store.database import (
    database_path,
    file_uri,
    open_for_reading,
    open_for_writing,
    transaction,
    translated,
)
from kb.store.generations import SerializeVectors, publish_vectors, remove_old_files
from kb.store.inspection import IndexInspector
from kb.store.lock import OnWait, writer_lock
from kb.store.reader import IndexState, read_state
from kb.store.schema import SCHEMA_VERSION, copy_rows, version_of

_SEAL = b"\nkb backup, sha256 of all bytes before this line: %s\n"
_SEAL_BYTES = len(_SEAL % (b"0" * sha256().digest_size * 2))
_BLOCK_BYTES = 1 << 20
# In an order in which they can be filled: a passage refers to its document.
_REPLACED = ("state", "documents", "passages", "embeddings", "words", "skipped")
_SIDE_FILES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup file holds."""

    state: IndexState
    documents: int
    passages: int
    answers: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    backup: Backup
    state: IndexState
    """The backup's, as the generation that it became."""
    answers_kept: int
    """Saved answers that are not in the backup: they stay."""
    moved_away: Path | None = None
    """Where the database is now that was too damaged to be restored into."""


def write_backup(folder: Path, path: Path) -> Backup:
    """Write all that the index holds now to `path`, whole or not at all, and return what it is.

    Builds and questions may run meanwhile: what is copied is one published generation.
    Raises: `BackupUnwritable`, `IndexMissing`, and `IndexUnusable` for a damaged index: the
    backup of one would be trusted when it is needed.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    with closing(open_for_reading(folder)) as source, _removed_at_end(temporary):
        with _meaning(folder, path):
            if read_state(source) is None:
                raise IndexMissing(folder)
            with closing(sqlite3.connect(temporary, isolation_level=None)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # One file, without a log beside it.
                _check_integrity(copy, database_path(folder))
            with temporary.open("r+b") as file:
                file.write(_SEAL % _digest(file, temporary.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
        backup = _read_backup(temporary)
        with _meaning(folder, path):
            temporary.replace(path)
            sync_folder(path.parent)
    return backup


def restore_backup(
    folder: Path,
    path: Path,
    *,
    serialize_vectors: SerializeVectors,
    on_wait: OnWait | None = None,
) -> Restored:
    """Make what is in a backup the next generation of the index, in a single commit.

    Whoever reads meanwhile keeps the generation that was opened. Saved answers that are not in
    the backup stay. A database too damaged to be written is moved away first, and kept.
    Raises: `BackupInvalid` and `BackupTooNew` before anything is written; `IndexBusy`,
    `IndexTooNew`, `IndexUnwritable`.
    """
    backup = _read_backup(path)
    with writer_lock(folder, command="kb restore", on_wait=on_wait):
        try:
            return _restore(folder, path, backup, serialize_vectors)
        except IndexUnusable:
            if not _is_damaged(folder):
                raise
            moved_away = _move_away(folder)
            restored = _restore(folder, path, backup, serialize_vectors)
            return replace(restored, moved_away=moved_away)


def _read_backup(path: Path) -> Backup:
    """Return what a backup holds when every byte is as it was written."""
    try:
        size_bytes = path.stat().st_size
        with path.open("rb") as file:
            expected = _SEAL % _digest(file, max(0, size_bytes - _SEAL_BYTES))
            if file.read() != expected:
                raise BackupInvalid(path, "it is no backup of kb, or not as it was written")
        with closing(sqlite3.connect(file_uri(path, "ro", "&immutable=1"), uri=True)) as copy:
            copy.row_factory = sqlite3.Row
            version = version_of(copy)
            if version > SCHEMA_VERSION:
                raise BackupTooNew(path, version, SCHEMA_VERSION)
            state = read_state(copy)
            if version < 1 or state is None:
                raise BackupInvalid(path, "it holds no published index")
            documents, passages, answers = copy.execute(
                "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages),"
                " (SELECT count(*) FROM answers)"
            ).fetchone()
    except (OSError, sqlite3.Error) as error:
        raise BackupInvalid(path, getattr(error, "strerror", None) or str(error)) from error
    return Backup(
        state=state,
        documents=documents,
        passages=passages,
        answers=answers,
        size_bytes=size_bytes,
    )


def _restore(
    folder: Path, path: Path, backup: Backup, serialize_vectors: SerializeVectors
) -> Restored:
    with (
        translated(folder, writing=True),
        closing(open_for_writing(folder)) as connection,
    ):
        connection.execute("ATTACH ? AS backup", (file_uri(path, "ro", "&immutable=1"),))
        with transaction(connection):
            generation = _last_generation(folder, read_state(connection), backup.state) + 1
            _replace_tables(connection)
            answers_kept = _merge_answers(connection)
            _check_integrity(connection, database_path(folder))
            state = publish_vectors(
                connection,
                folder,
                replace(backup.state, generation=generation),
                serialize_vectors,
            )
        remove_old_files(folder, state.generation)
    return Restored(backup=backup, state=state, answers_kept=answers_kept)


def _replace_tables(connection: sqlite3.Connection) -> None:
    # Numbers once given, here or where the backup was made, are not given again.
    connection.execute(
        "INSERT INTO main.sqlite_sequence SELECT name, seq FROM backup.sqlite_sequence"
        " WHERE name NOT IN (SELECT name FROM main.sqlite_sequence)"
    )
    connection.execute(
        "UPDATE main.sqlite_sequence AS own SET seq = max(own.seq, other.seq)"
        " FROM backup.sqlite_sequence AS other WHERE own.name = other.name"
    )
    for table in reversed(_REPLACED):
        connection.execute(f"DELETE FROM main.{table}")  # noqa: S608 (our own names)
    (version,) = connection.execute("PRAGMA backup.user_version").fetchone()
    copy_rows(connection, _REPLACED, source="backup.", version=version)


def _merge_answers(connection: sqlite3.Connection) -> int:
    """Give the backup's answers their numbers back and return how many others there are.

    One with the number of another answer in the backup gets a new number.
    """
    connection.execute(
        "INSERT INTO main.answers (asked_at, content)"
        " SELECT own.asked_at, own.content FROM main.answers own JOIN backup.answers other"
        " USING (id) WHERE (own.asked_at, own.content) <> (other.asked_at, other.content)"
    )
    connection.execute("INSERT OR REPLACE INTO main.answers SELECT * FROM backup.answers")
    (kept,) = connection.execute(
        "SELECT count(*) FROM main.answers WHERE id NOT IN (SELECT id FROM backup.answers)"
    ).fetchone()
    return int(kept)


def _last_generation(folder: Path, *states: IndexState | None) -> int:
    """Return the highest number that a generation had, the files of a lost database included."""
    files = (re.fullmatch(r"vectors-(\d+)\.faiss", path.name) for path in folder.iterdir())
    return max(
        *(state.generation for state in states if state),
        *(int(match[1]) for match in files if match),
        0,
    )


def _is_damaged(folder: Path) -> bool:
    try:
        with IndexInspector(folder) as inspector:
            return bool(inspector.schema_faults() or inspector.integrity_faults(deep=False))
    except IndexUnusable:
        return True


def _move_away(folder: Path) -> Path:
    """Give a damaged database and its log another name, and return it."""
    path = database_path(folder)
    with translated(folder, writing=True):
        number = 1
        while (target := path.with_name(f"{path.name}.damaged-{number}")).exists():
            number += 1
        for suffix in (*_SIDE_FILES, ""):  # The log first: it must not meet a new database.
            side = Path(f"{path}{suffix}")
            if side.exists():
                side.replace(f"{target}{suffix}")
    return target


def _check_integrity(connection: sqlite3.Connection, path: Path) -> None:
    """Raises: `IndexUnusable`."""
    (said,) = connection.execute("PRAGMA main.quick_check(1)").fetchone()
    (odd,) = connection.execute(
        "SELECT count(*) FROM main.embeddings e JOIN main.state s ON s.fingerprint = e.fingerprint"
        " WHERE length(e.vector) <> s.dimension * ?",
        (np.dtype(np.float32).itemsize,),
    ).fetchone()
    if said != "ok" or odd:
        raise IndexUnusable(path, said if said != "ok" else f"{odd} vectors of another length")


def _digest(file: BinaryIO, size: int) -> bytes:
    """Return the digest of the next `size` bytes, in hexadecimal digits."""
    digest = sha256()
    while block := file.read(min(size, _BLOCK_BYTES)):
        digest.update(block)
        size -= len(block)
    return digest.hexdigest().encode()


@contextmanager
def _removed_at_end(temporary: Path) -> Iterator[None]:
    try:
        yield
    finally:
        for suffix in ("", *_SIDE_FILES):
            Path(f"{temporary}{suffix}").unlink(missing_ok=True)


@contextmanager
def _meaning(folder: Path, path: Path) -> Iterator[None]:
    """Tell what damages the copy from what keeps it from being written."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BackupUnwritable(path, reason) from error
    except sqlite3.DatabaseError as error:
        raise IndexUnusable(database_path(folder), str(error)) from error
