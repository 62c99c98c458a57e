"""An index of an older format: named to who reads it, and brought up to date without a loss."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kb.changes import FileStamp
from kb.domain import DocumentId
from kb.errors import IndexOutdated, IndexUnusable
from kb.store import (
    IndexReader,
    IndexWriter,
    SkippedFile,
    load_answers,
    restore_backup,
    save_answer,
    write_backup,
)
from kb.store.database import database_path
from tests.store.backups import sealed
from tests.store.publishing import ARTICLES, contents, passages_in, publish, publish_in, serialize
from tests.store.version_1 import make_version_1
from tests.store.version_2 import make_version_2
from tests.store.version_3 import make_version_3

SKIPPED = SkippedFile(DocumentId("staro.md"), FileStamp(3, 4, 5), "ni UTF-8")
DROPPED = "sl/zadnje.md"

MakeOlder = Callable[[Path], None]

each_version = pytest.mark.parametrize(
    ("make_older", "version"), [(make_version_1, 1), (make_version_2, 2), (make_version_3, 3)]
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with IndexWriter(tmp_path) as writer:
        publish(writer, {DROPPED: "Zadnji mlin je podrt."})
        publish(writer, ARTICLES, skipped=[SKIPPED])
        publish(writer, {"sl/a.md": "Mlin."}, skipped=[SKIPPED])
        publish(writer, {}, removed=["sl/a.md", DROPPED], skipped=[SKIPPED])
    save_answer(tmp_path, asked_at="2026-02-03", content="Mlin melje.")
    return tmp_path


def shape(folder: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(database_path(folder))) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


@each_version
@pytest.mark.parametrize("read", [IndexReader, load_answers])
def test_a_reader_names_an_older_index_and_the_command_for_it(
    folder: Path, read: type, make_older: MakeOlder, version: int
) -> None:
    make_older(folder)

    with pytest.raises(IndexOutdated, match=f"older format {version}; run `kb build`"):
        read(folder)


def test_a_writer_brings_version_1_up_to_date_without_a_loss(folder: Path) -> None:
    with IndexReader(folder) as reader:
        state, before = reader.state, list(passages_in(reader))
        documents, (ids, vectors) = reader.documents(), reader.vectors()
        file = reader.vectors_file()
    answers = load_answers(folder)
    make_version_1(folder)

    IndexWriter(folder).close()

    with IndexReader(folder) as reader:
        assert reader.state == replace(state, scanned_ns=0)
        assert list(passages_in(reader)) == before
        assert reader.documents() == tuple(
            replace(document, stamp=replace(document.stamp, inode=0)) for document in documents
        )
        assert reader.skipped() == (replace(SKIPPED, stamp=FileStamp(3, 4, 0)),)
        assert reader.vectors()[0] == ids
        assert reader.vectors()[1].tobytes() == vectors.tobytes()
        assert reader.vectors_file() == file
    assert load_answers(folder) == answers


@pytest.mark.parametrize("make_older", [make_version_2, make_version_3])
def test_a_writer_brings_a_later_version_up_to_date_without_a_loss(
    folder: Path, make_older: MakeOlder
) -> None:
    with IndexReader(folder) as reader:
        before, file = contents(reader), reader.vectors_file()
        assert {passage.language for _, passage in passages_in(reader)} >= {"hi", "pl", "ro", "sl"}
    answers = load_answers(folder)
    make_older(folder)

    IndexWriter(folder).close()

    with IndexReader(folder) as reader:
        assert contents(reader) == before
        assert reader.vectors_file() == file
    assert load_answers(folder) == answers


@each_version
def test_an_index_brought_up_to_date_is_laid_out_like_a_new_one(
    folder: Path, make_older: MakeOlder, version: int
) -> None:
    new = shape(folder)
    make_older(folder)
    assert shape(folder) != new, version

    IndexWriter(folder).close()

    assert shape(folder) == new


@each_version
def test_a_number_once_given_is_not_given_again_in_an_index_brought_up_to_date(
    folder: Path, make_older: MakeOlder, version: int
) -> None:
    with closing(sqlite3.connect(database_path(folder))) as connection:
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'passages'"
        (last,) = connection.execute(query).fetchone()
    with IndexReader(folder) as reader:
        assert last > max(reader.passage_ids()), "the last number belongs to a removed passage"
    make_older(folder)

    with IndexWriter(folder) as writer:
        publish(writer, {"sl/novo.md": "Nov mlin stoji ob potoku."})

    with IndexReader(folder) as reader:
        assert max(reader.passage_ids()) == last + 1, version


@each_version
def test_a_removed_document_takes_its_passages_along_in_an_index_brought_up_to_date(
    folder: Path, make_older: MakeOlder, version: int
) -> None:
    make_older(folder)

    with IndexWriter(folder) as writer:
        publish(writer, {}, removed=["pl/mlin.md"])

    with IndexReader(folder) as reader:
        left = {passage.document_id for _, passage in passages_in(reader)}
        assert left == set(ARTICLES) - {"pl/mlin.md"}, version


@each_version
def test_a_backup_of_an_older_format_is_restored_without_a_loss(
    folder: Path, tmp_path: Path, make_older: MakeOlder, version: int
) -> None:
    with IndexReader(folder) as reader:
        passages = list(passages_in(reader))
        documents = {document.id: document.digest for document in reader.documents()}
    make_older(folder)
    backup = tmp_path / "older.kb"
    with closing(sqlite3.connect(database_path(folder))) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    backup.write_bytes(sealed(database_path(folder).read_bytes()))
    elsewhere = publish_in(tmp_path / "elsewhere", {"sl/drugo.md": "Povsem drugo."})

    restored = restore_backup(elsewhere, backup, serialize_vectors=serialize)

    with IndexReader(elsewhere) as reader:
        assert list(passages_in(reader)) == passages, version
        assert {document.id: document.digest for document in reader.documents()} == documents
        assert reader.state == restored.state
    write_backup(elsewhere, tmp_path / "again.kb")


def test_the_database_of_another_program_is_not_migrated(tmp_path: Path) -> None:
    connection = sqlite3.connect(database_path(tmp_path))
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    before = database_path(tmp_path).read_bytes()

    with pytest.raises(IndexUnusable):
        IndexWriter(tmp_path)

    assert database_path(tmp_path).read_bytes() == before
