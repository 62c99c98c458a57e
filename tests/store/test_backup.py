"""A backup holds the whole index, and a restore brings it back or changes nothing."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kb.domain import PassageId
from kb.errors import (
    BackupUnwritable,
    IndexBusy,
    IndexMissing,
    IndexUnusable,
)
from kb.store import (
    IndexReader,
    IndexState,
    IndexWriter,
    load_answers,
    restore_backup,
    write_backup,
    writer_lock,
)
from kb.vectors import Matrix
from tests.damage import Damage, database, flip, overwrite, run
from tests.store.backups import answer, restore
from tests.store.publishing import ARTICLES, contents, publish, publish_in, serialize

REPOSITORY = Path(__file__).parents[2]
OTHERS = {"sl/novo.md": "Nov mlin stoji ob potoku.", "hi/नया.md": "नई चक्की नदी के पास है।"}


def whole(folder: Path) -> tuple[object, ...]:
    """Return all that is in an index, apart from what it is called."""
    with IndexReader(folder) as reader:
        state, *rest = contents(reader)
        assert isinstance(state, IndexState)
        assert reader.vectors_file() is not None
        return (replace(state, generation=0), *rest)


def generation(folder: Path) -> int:
    with IndexReader(folder) as reader:
        return reader.state.generation


# The round trip


def test_a_backup_restored_elsewhere_is_the_same_index(
    folder: Path, path: Path, tmp_path: Path
) -> None:
    write_backup(folder, path)
    elsewhere = tmp_path / "some" / "where"

    restore(elsewhere, path)

    assert whole(elsewhere) == whole(folder)
    assert load_answers(elsewhere) == load_answers(folder)


def test_a_backup_undoes_what_was_built_since(folder: Path, path: Path) -> None:
    before = whole(folder)
    write_backup(folder, path)
    with IndexWriter(folder) as writer:
        publish(writer, OTHERS, removed=ARTICLES)

    restored = restore(folder, path)

    assert whole(folder) == before
    assert generation(folder) == restored.state.generation == 3


def test_a_restored_index_can_be_backed_up_and_restored_again(folder: Path, path: Path) -> None:
    before = whole(folder)
    for _ in range(3):
        write_backup(folder, path)
        restore(folder, path)

    assert whole(folder) == before
    assert len(load_answers(folder)) == 1
    assert generation(folder) == 4


def test_a_backup_says_what_is_in_it(folder: Path, path: Path) -> None:
    backup = write_backup(folder, path)

    assert (backup.documents, backup.passages, backup.answers) == (5, 15, 1)
    assert backup.state.generation == 1
    assert backup.size_bytes == path.stat().st_size
    assert restore(folder, path).backup == backup


def test_a_backup_is_one_file_that_any_sqlite_tool_opens(folder: Path, path: Path) -> None:
    write_backup(folder, path)

    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT content FROM answers").fetchall() == [("तीन बोरे",)]
        assert {file.name for file in path.parent.iterdir()} == {folder.name, path.name}


def test_numbers_that_passages_had_are_not_given_again(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    with IndexWriter(folder) as writer:
        publish(writer, OTHERS, removed=ARTICLES)
    with IndexReader(folder) as reader:
        later = reader.passage_ids()

    restore(folder, path)
    with IndexReader(folder) as reader:
        restored = reader.passage_ids()
    with IndexWriter(folder) as writer:
        publish(writer, {"en/third.md": "A third mill."}, removed=ARTICLES)

    with IndexReader(folder) as reader:
        assert not {*reader.passage_ids()} & {*later, *restored}


# Saved answers


def test_answers_saved_since_the_backup_stay(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    answer(folder, "osem vreč")
    before = load_answers(folder)

    assert restore(folder, path).answers_kept == 1
    assert load_answers(folder) == before


def test_an_answer_whose_number_is_taken_gets_another(
    folder: Path, path: Path, tmp_path: Path
) -> None:
    answer(folder, "drugi")
    write_backup(folder, path)
    elsewhere = publish_in(tmp_path / "elsewhere")
    answer(elsewhere, "mój")

    assert restore(elsewhere, path).answers_kept == 1
    assert restore(elsewhere, path).answers_kept == 1

    saved = {found.id: found.content for found in load_answers(elsewhere)}
    assert saved == {1: "तीन बोरे", 2: "drugi", 3: "mój"}


# While others read and write


def test_a_reader_keeps_what_it_opened(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    with IndexWriter(folder) as writer:
        publish(writer, OTHERS, removed=ARTICLES)
    with IndexReader(folder) as reader:
        before = contents(reader)

        restore(folder, path)

        assert contents(reader) == before
        assert reader.vectors_file() is not None


def test_a_backup_made_during_a_build_is_the_published_generation(folder: Path, path: Path) -> None:
    before = whole(folder)

    def serialize_late(ids: Sequence[PassageId], vectors: Matrix) -> bytes:
        write_backup(folder, path)  # All is written, nothing is committed.
        return serialize(ids, vectors)

    with IndexWriter(folder) as writer:
        publish(writer, OTHERS, removed=ARTICLES, serialize_vectors=serialize_late)
    restore(folder, path)

    assert whole(folder) == before


def test_a_restore_does_not_write_beside_another_writer(folder: Path, path: Path) -> None:
    write_backup(folder, path)

    with writer_lock(folder), pytest.raises(IndexBusy):
        restore(folder, path)


# Damage


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"moka" * 5_000,
        lambda content: content[: len(content) // 2],
        lambda content: content[:8192] + bytes(4096) + content[12288:],
        lambda content: flip(content, 39, 7),
        lambda content: content[:32] + bytes(8) + content[40:],
    ],
    ids=["noise", "cut", "page", "number of free pages", "lost pages"],
)
def test_a_damaged_database_is_moved_away_and_kept(
    folder: Path, path: Path, change: Callable[[bytes], bytes]
) -> None:
    before = whole(folder)
    write_backup(folder, path)
    with IndexWriter(folder) as writer:
        publish(writer, OTHERS, removed=ARTICLES)  # Leaves free pages.
    overwrite(database, change)(folder)
    damaged = database(folder).read_bytes()

    restored = restore(folder, path)

    assert whole(folder) == before
    assert generation(folder) == 3  # The FAISS file of the second is still there.
    assert restored.moved_away == folder / "kb.sqlite3.damaged-1"
    assert restored.moved_away.read_bytes() == damaged


def test_the_log_of_a_damaged_database_goes_with_it(folder: Path, path: Path) -> None:
    before = whole(folder)
    write_backup(folder, path)

    with IndexReader(folder):  # SQLite keeps the log as long as somebody reads.
        overwrite(database, lambda _: b"moka" * 5_000)(folder)
        restore(folder, path)

    assert (folder / "kb.sqlite3.damaged-1-wal").exists()
    assert whole(folder) == before


def test_the_database_of_another_program_is_moved_away_and_kept(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    run("DROP TABLE passages")(folder)
    run("CREATE TABLE recipes (name TEXT)")(folder)

    assert restore(folder, path).moved_away
    assert generation(folder) == 2


def test_a_sound_database_is_never_moved_away(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    before = whole(folder)

    def fail(_ids: Sequence[PassageId], _vectors: Matrix) -> bytes:
        raise IndexUnusable(folder, "not its own fault")

    with pytest.raises(IndexUnusable):
        restore_backup(folder, path, serialize_vectors=fail)

    assert whole(folder) == before
    assert not list(folder.glob("*damaged*"))


def test_each_damaged_database_is_kept_under_its_own_name(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    moved = set()
    for _ in range(3):
        overwrite(database, lambda _: b"moka" * 5_000)(folder)
        moved.add(restore(folder, path).moved_away)

    assert len(moved) == 3


@pytest.mark.parametrize(
    "damage",
    [
        overwrite(database, lambda content: flip(content, 39, 7)),
        run("UPDATE embeddings SET vector = x'00'"),
    ],
    ids=["free pages", "vectors"],
)
def test_a_damaged_index_is_not_backed_up(folder: Path, path: Path, damage: Damage) -> None:
    damage(folder)

    with pytest.raises(IndexUnusable):
        write_backup(folder, path)

    assert [file.name for file in path.parent.iterdir()] == [folder.name]


def test_an_index_that_was_never_published_is_not_backed_up(tmp_path: Path, path: Path) -> None:
    with pytest.raises(IndexMissing):
        write_backup(tmp_path / "nowhere", path)
    with IndexWriter(tmp_path / "index"):
        pass
    with pytest.raises(IndexMissing):
        write_backup(tmp_path / "index", path)

    assert not path.exists()


def test_a_place_where_nothing_can_be_written_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupUnwritable, match="nowhere"):
        write_backup(folder, tmp_path / "nowhere" / "backup")


def test_a_backup_that_fails_leaves_the_one_before(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    before = path.read_bytes()
    overwrite(database, lambda content: flip(content, 39, 7))(folder)

    with pytest.raises(IndexUnusable):
        write_backup(folder, path)

    assert path.read_bytes() == before


RECORDED = """
import sys
from pathlib import Path
from kb.store import write_backup
from tests.reliability.recording import watch_calls
folder, path = map(Path, sys.argv[1:])
watch_calls(path.parent, lambda call: print(call.kind, call.path, call.note, sep="\\t"))
write_backup(folder, path)
"""


def test_a_backup_is_on_disk_before_it_has_its_name(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "backups" / "kopija"
    path.parent.mkdir()

    done = subprocess.run(
        (sys.executable, "-c", RECORDED, str(folder), str(path)),
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    calls = [line.split("\t") for line in done.stdout.splitlines()]
    kinds = [kind for kind, _, _ in calls]
    named = kinds.index("rename")
    assert calls[named][2] == path.name
    assert kinds[named - 3 : named + 2] == ["write", "fsync", "close", "rename", "fsync"]
    assert "write" not in kinds[named:]


KILLED = """
import os, signal, sys
from pathlib import Path
from kb.store import restore_backup
def kill(ids, vectors):
    os.kill(os.getpid(), signal.SIGKILL)
restore_backup(Path(sys.argv[1]), Path(sys.argv[2]), serialize_vectors=kill)
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no such signal here")
def test_a_restore_that_is_killed_leaves_the_index_as_it_was(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    with IndexWriter(folder) as writer:
        publish(writer, OTHERS, removed=ARTICLES)
    before = whole(folder)

    done = subprocess.run(
        (sys.executable, "-c", KILLED, str(folder), str(path)), cwd=REPOSITORY, check=False
    )

    assert done.returncode == -signal.SIGKILL
    assert whole(folder) == before
    assert restore(folder, path).state.generation == 3
