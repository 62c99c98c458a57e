"""An index of the older format: named to who reads it, and brought up to date without a loss."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from kb.changes import FileStamp
from kb.domain import DocumentId
from kb.errors import IndexOutdated, IndexUnusable
from kb.store import IndexReader, IndexWriter, SkippedFile, load_answers, save_answer
from kb.store.database import database_path
from tests.store.publishing import ARTICLES, passages_in, publish
from tests.store.version_1 import make_version_1

SKIPPED = SkippedFile(DocumentId("staro.md"), FileStamp(3, 4, 5), "ni UTF-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with IndexWriter(tmp_path) as writer:
        publish(writer, ARTICLES, skipped=[SKIPPED])
    save_answer(tmp_path, asked_at="2026-02-03", content="Mlin melje.")
    return tmp_path


def shape(folder: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(database_path(folder))
    rows = connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
    connection.close()
    return rows


@pytest.mark.parametrize("read", [IndexReader, load_answers])
def test_a_reader_names_an_older_index_and_the_command_for_it(folder: Path, read: type) -> None:
    make_version_1(folder)

    with pytest.raises(IndexOutdated, match="older format 1; run `kb build`"):
        read(folder)


def test_a_writer_brings_an_older_index_up_to_date_without_a_loss(folder: Path) -> None:
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


def test_an_index_brought_up_to_date_is_laid_out_like_a_new_one(folder: Path) -> None:
    new = shape(folder)
    make_version_1(folder)
    assert shape(folder) != new

    IndexWriter(folder).close()

    assert shape(folder) == new


def test_a_removed_document_takes_its_passages_along_in_an_index_brought_up_to_date(
    folder: Path,
) -> None:
    make_version_1(folder)

    with IndexWriter(folder) as writer:
        publish(writer, {}, removed=["pl/mlin.md"])

    with IndexReader(folder) as reader:
        assert {p.document_id for _, p in passages_in(reader)} == set(ARTICLES) - {"pl/mlin.md"}


def test_the_database_of_another_program_is_not_migrated(tmp_path: Path) -> None:
    connection = sqlite3.connect(database_path(tmp_path))
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    before = database_path(tmp_path).read_bytes()

    with pytest.raises(IndexUnusable):
        IndexWriter(tmp_path)

    assert database_path(tmp_path).read_bytes() == before
