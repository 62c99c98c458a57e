"""Opening: files that are not an index of this version are named and left as they are."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kb.errors import IndexMissing, IndexTooNew, IndexUnusable, KbError, KbIndexError
from kb.store import IndexReader, IndexWriter, load_answers, save_answer
from kb.store.database import database_path
from kb.store.schema import SCHEMA_VERSION
from tests.store.publishing import publish_in

Open = Callable[[Path], object]

READERS: list[Open] = [IndexReader, load_answers]
WRITERS: list[Open] = [
    IndexWriter,
    lambda folder: save_answer(folder, asked_at="2026-02-03", content="{}"),
]
each_way = pytest.mark.parametrize("open_index", [*READERS, *WRITERS])

GARBAGE = {
    "text": "Nakupi: moka, kvas, sol. " * 400,
    "short": "moka",
    "nearly SQLite": "SQLite format 3\0" + "moka" * 2000,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return publish_in(tmp_path / "index")


def write_foreign_database(folder: Path, *, version: int) -> None:
    folder.mkdir()
    connection = sqlite3.connect(database_path(folder))
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.execute("INSERT INTO recipes VALUES ('kruh')")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()


def assert_refused_untouched(folder: Path, open_index: Open, error: type[KbError]) -> None:
    before = database_path(folder).read_bytes()

    with pytest.raises(error, match=re.escape(str(folder))):
        open_index(folder)

    assert database_path(folder).read_bytes() == before


@each_way
@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_a_garbage_file_is_refused_and_left_alone(
    tmp_path: Path, open_index: Open, content: str
) -> None:
    database_path(tmp_path).write_text(content, encoding="utf-8")

    assert_refused_untouched(tmp_path, open_index, IndexUnusable)


@each_way
@pytest.mark.parametrize("version", [0, SCHEMA_VERSION])
def test_the_database_of_another_program_is_refused_and_left_alone(
    tmp_path: Path, open_index: Open, version: int
) -> None:
    write_foreign_database(tmp_path / "index", version=version)

    assert_refused_untouched(tmp_path / "index", open_index, KbIndexError)


@each_way
def test_an_index_of_a_newer_kb_is_refused_and_left_alone(folder: Path, open_index: Open) -> None:
    connection = sqlite3.connect(database_path(folder))
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()

    assert_refused_untouched(folder, open_index, IndexTooNew)


@pytest.mark.parametrize("open_index", READERS)
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_what_a_first_build_leaves_that_was_stopped_at_once_is_no_index(
    tmp_path: Path, open_index: Open, journal: str
) -> None:
    connection = sqlite3.connect(database_path(tmp_path))
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.close()

    assert_refused_untouched(tmp_path, open_index, IndexMissing)


def test_what_a_first_build_leaves_that_was_killed_while_it_wrote_is_no_index(
    tmp_path: Path,
) -> None:
    making, left = tmp_path / "making", tmp_path / "left"
    making.mkdir()
    with closing(sqlite3.connect(database_path(making), isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # So that pages reach the file before COMMIT.
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE filler (content BLOB)")
        connection.execute("INSERT INTO filler VALUES (zeroblob(1000000))")
        shutil.copytree(making, left)

    with pytest.raises(IndexMissing):
        IndexReader(left)

    publish_in(left)
    IndexReader(left).close()


def test_an_empty_file_is_written_over(tmp_path: Path) -> None:
    database_path(tmp_path).touch()

    publish_in(tmp_path)

    with IndexReader(tmp_path) as reader:
        assert reader.state.generation == 1


def read_everything(folder: Path) -> None:
    with IndexReader(folder) as reader:
        reader.documents()
        reader.skipped()
        reader.vectors()
        ids = reader.passage_ids()
        reader.passages(ids)
        reader.tokens(ids)
        reader.all_tokens()
        reader.word_index()


def plan_a_build(folder: Path) -> None:
    with IndexWriter(folder) as writer:
        writer.documents()
        writer.not_embedded([b"digest"], "fake-64")


@pytest.mark.parametrize("use", [read_everything, plan_a_build])
@pytest.mark.parametrize("kept_pages", [1, 2, 3, 5, 8, 13])
def test_a_damaged_index_is_named_and_not_a_crash(
    folder: Path, use: Callable[[Path], None], kept_pages: int
) -> None:
    content = database_path(folder).read_bytes()
    kept = content[: kept_pages * 4096]
    database_path(folder).write_bytes(kept + b"\xff" * (len(content) - len(kept)))

    with pytest.raises(IndexUnusable, match="move it away and run `kb build`"):
        use(folder)


@pytest.mark.parametrize("use", [read_everything, plan_a_build])
@pytest.mark.parametrize("kept_bytes", [100, 4096, 10_000, 20_480])
def test_a_truncated_index_is_named_and_not_a_crash(
    folder: Path, use: Callable[[Path], None], kept_bytes: int
) -> None:
    path = database_path(folder)
    path.write_bytes(path.read_bytes()[:kept_bytes])

    with pytest.raises(IndexUnusable, match="move it away and run `kb build`"):
        use(folder)
