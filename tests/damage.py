"""Everything that can happen to an index, done to a real one."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from kb.diagnosis import Fault
from kb.store.schema import SCHEMA_VERSION

Damage = Callable[[Path], object]

_PAGE_BYTES = 4096


def database(folder: Path) -> Path:
    return folder / "kb.sqlite3"


def vectors_file(folder: Path) -> Path:
    return max(folder.glob("vectors-*.faiss"))


def run(sql: str, *values: object) -> Damage:
    """Return what runs a statement on the database, without its foreign keys."""

    def damage(folder: Path) -> None:
        with closing(sqlite3.connect(database(folder), isolation_level=None)) as connection:
            assert connection.execute(sql, values).rowcount != 0, "it changes nothing"

    return damage


def overwrite(path_in: Callable[[Path], Path], change: Callable[[bytes], bytes]) -> Damage:
    """Return what writes a file anew with `change` applied to its bytes."""

    def damage(folder: Path) -> None:
        path = path_in(folder)
        before = path.read_bytes()
        path.write_bytes(change(before))
        assert path.read_bytes() != before, "it changes nothing"

    return damage


def flip(content: bytes, place: int, bit: int = 0) -> bytes:
    """Return `content` with one bit of the byte at `place` turned over."""
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


def passage(change: str) -> Damage:
    """Return what changes the first passage, as in `end = end + 1`."""
    return run(f"UPDATE passages SET {change} WHERE id = (SELECT min(id) FROM passages)")  # noqa: S608


def document(change: str) -> Damage:
    """Return what changes the first document."""
    return run(f"UPDATE documents SET {change} WHERE id = (SELECT min(id) FROM documents)")  # noqa: S608


def vector(*values: float) -> Damage:
    """Return what stores these numbers as the vector of the first passage."""
    return run(
        "UPDATE embeddings SET vector = ? WHERE digest ="
        " (SELECT embedding_digest FROM passages ORDER BY id LIMIT 1)",
        np.array(values, dtype=np.float32).tobytes(),
    )


def write(name: str) -> Damage:
    return lambda folder: (folder / name).write_bytes(b"x")


def _zeroed_page(content: bytes) -> bytes:
    return content[: 2 * _PAGE_BYTES] + bytes(_PAGE_BYTES) + content[3 * _PAGE_BYTES :]


def _other_program(version: int) -> Damage:
    def damage(folder: Path) -> None:
        database(folder).unlink()
        run("CREATE TABLE recipes (name TEXT)")(folder)
        run(f"PRAGMA user_version = {version}")(folder)

    return damage


# What shows without `--deep`: fault, what happened, and the damage.
SHALLOW: list[tuple[Fault, str, Damage]] = [
    (Fault.DATABASE_MISSING, "removed", lambda folder: database(folder).unlink()),
    (Fault.DATABASE_MISSING, "empty", overwrite(database, lambda _: b"")),
    (Fault.DATABASE_UNUSABLE, "noise", overwrite(database, lambda _: bytes(range(256)) * 200)),
    (Fault.DATABASE_UNUSABLE, "header", overwrite(database, lambda content: flip(content, 3))),
    (Fault.DATABASE_UNUSABLE, "other program", _other_program(0)),
    (
        Fault.DATABASE_UNUSABLE,
        "names that are no UTF-8",
        overwrite(
            database, lambda content: content.replace(b"TABLE documents (", b"TABLE documents \xc5")
        ),
    ),
    (
        Fault.DATABASE_UNUSABLE,
        "no UTF-8",
        document("title = CAST(x'ff41' AS TEXT)"),
    ),
    (Fault.DATABASE_TOO_NEW, "newer", run(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")),
    (Fault.DATABASE_OUTDATED, "older", run("PRAGMA user_version = 1")),
    (Fault.SCHEMA_DIFFERS, "other program", _other_program(SCHEMA_VERSION)),
    (Fault.SCHEMA_DIFFERS, "column", run("ALTER TABLE passages DROP COLUMN last_line")),
    (Fault.SCHEMA_DIFFERS, "foreign column", run("ALTER TABLE answers ADD COLUMN stars INTEGER")),
    (Fault.SCHEMA_DIFFERS, "table", run("DROP TABLE answers")),
    (Fault.SCHEMA_DIFFERS, "index", run("DROP INDEX passages_by_document")),
    (Fault.DATABASE_UNUSABLE, "page", overwrite(database, _zeroed_page)),
    (Fault.DATABASE_DAMAGED, "free pages", overwrite(database, lambda c: flip(c, 39, 7))),
    (Fault.DATABASE_DAMAGED, "type", document("text = x'ff'")),
    (Fault.DATABASE_DAMAGED, "number", passage("start = 'a'")),
    (
        Fault.DOCUMENT_INVALID,
        "body",
        document("body_start = 9999999"),
    ),
    (Fault.DOCUMENT_INVALID, "tags", document("tags = '[1'")),
    (Fault.DOCUMENT_INVALID, "lines", document("lines = '[1]'")),
    (Fault.DOCUMENT_INVALID, "lines that are none", document("lines = '{}'")),
    (Fault.PASSAGE_INVALID, "end", passage("end = 9999999")),
    (Fault.PASSAGE_INVALID, "start", passage("start = -1")),
    (Fault.PASSAGE_INVALID, "empty", passage("start = end")),
    (Fault.PASSAGE_INVALID, "first line", passage("first_line = 1")),
    (
        Fault.PASSAGE_INVALID,
        "last line",
        passage("last_line = last_line + 1"),
    ),
    (Fault.PASSAGE_INVALID, "headings", passage("headings = '['")),
    (Fault.PASSAGE_INVALID, "no headings", passage("headings = '[1]'")),
    (
        Fault.PASSAGE_INVALID,
        "blank",
        run(
            "UPDATE documents SET text = printf('%' || length(text) || 's', '')"
            " WHERE id = (SELECT document_id FROM passages ORDER BY id LIMIT 1)"
        ),
    ),
    (
        Fault.PASSAGE_STRAY,
        "document",
        run("DELETE FROM documents WHERE id = (SELECT min(id) FROM documents)"),
    ),
    (
        Fault.EMBEDDING_MISSING,
        "removed",
        run("DELETE FROM embeddings WHERE digest IN (SELECT min(digest) FROM embeddings)"),
    ),
    (
        Fault.EMBEDDING_MISSING,
        "digest",
        passage("embedding_digest = x'00'"),
    ),
    (
        Fault.EMBEDDING_UNUSED,
        "text",
        run(
            "INSERT INTO embeddings SELECT x'00', fingerprint, vector, tokens FROM embeddings LIMIT 1"
        ),
    ),
    (
        Fault.EMBEDDING_UNUSED,
        "model",
        run(
            "INSERT INTO embeddings SELECT digest, 'other', vector, tokens FROM embeddings LIMIT 1"
        ),
    ),
    (Fault.VECTOR_INVALID, "short", vector(1.0)),
    (Fault.VECTOR_INVALID, "long", vector(1.0, *[0.0] * 64)),
    (Fault.VECTOR_INVALID, "NaN", vector(*[np.nan] * 64)),
    (Fault.VECTOR_INVALID, "infinite", vector(np.inf, *[0.0] * 63)),
    (Fault.VECTOR_INVALID, "length", vector(1.01, *[0.0] * 63)),
    (Fault.VECTORS_FILE_MISSING, "removed", lambda folder: vectors_file(folder).unlink()),
    (Fault.VECTORS_FILE_DAMAGED, "empty", overwrite(vectors_file, lambda _: b"")),
    (Fault.VECTORS_FILE_DAMAGED, "byte", overwrite(vectors_file, lambda c: flip(c, len(c) // 2))),
    (Fault.VECTORS_FILE_DAMAGED, "longer", overwrite(vectors_file, lambda c: c + b"x")),
    (
        Fault.VECTORS_FILE_DIFFERS,
        "stored vector",
        vector(1.0, *[0.0] * 63),
    ),
    (
        Fault.VECTORS_FILE_DIFFERS,
        "passage",
        run("DELETE FROM passages WHERE id = (SELECT min(id) FROM passages)"),
    ),
    (Fault.LEFTOVER_FILE, "unfinished", write("vectors-00000002.faiss.new")),
    (Fault.LEFTOVER_FILE, "not published", write("vectors-00000007.faiss")),
    (Fault.DAMAGED_COPY, "restored", write("kb.sqlite3.damaged-1")),
    (Fault.FOREIGN_FILE, "notes", write("notes.txt")),
    (Fault.FOREIGN_FILE, "folder", lambda folder: (folder / "photos").mkdir()),
]

# What only `--deep` shows.
DEEP: list[tuple[Fault, str, Damage]] = [
    (Fault.PASSAGE_DIFFERS, "shorter", passage("end = end - 1")),
    (Fault.PASSAGE_DIFFERS, "heading", passage("headings = '[\"x\"]'")),
    (
        Fault.PASSAGE_DIFFERS,
        "text",
        document("text = replace(text, '1974', '1975')"),
    ),
    (
        Fault.DOCUMENT_DIFFERS,
        "title",
        document("title = 'Drugi naslov'"),
    ),
    (
        Fault.DOCUMENT_DIFFERS,
        "text",
        document("text = replace(text, '1974', '1975')"),
    ),
    (
        Fault.DOCUMENT_DIFFERS,
        "body",
        document("body_start = body_start - 1"),
    ),
]
