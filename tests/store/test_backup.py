"""A backup holds the whole index, and a restore brings it back or changes nothing."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import PassageId
from kb.errors import (
    BackupInvalid,
    BackupTooNew,
    BackupUnwritable,
    IndexBusy,
    IndexMissing,
    IndexTooNew,
    IndexUnusable,
)
from kb.store import (
    IndexReader,
    IndexState,
    IndexWriter,
    Restored,
    load_answers,
    restore_backup,
    save_answer,
    write_backup,
    writer_lock,
)
from kb.store.schema import SCHEMA_VERSION
from kb.vectors import Matrix
from tests.damage import Damage, database, flip, overwrite, run
from tests.store.publishing import ARTICLES, contents, publish, publish_in, serialize

REPOSITORY = Path(__file__).parents[2]
OTHERS = {"sl/novo.md": "Nov mlin stoji ob potoku.", "hi/नया.md": "नई चक्की नदी के पास है।"}


def restore(folder: Path, path: Path) -> Restored:
    return restore_backup(folder, path, serialize_vectors=serialize)


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


def answer(folder: Path, content: str) -> int:
    return save_answer(folder, asked_at="2026-02-03", content=content)


def sealed(content: bytes) -> bytes:
    digest = sha256(content).hexdigest().encode()
    return content + b"\nkb backup, sha256 of all bytes before this line: " + digest + b"\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = publish_in(tmp_path / "index")
    answer(folder, "तीन बोरे")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kopija čšž.kb"


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


# What is refused


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_backup_with_any_bit_flipped_is_refused(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    folder, good, path = shared(tmp_path_factory)
    path.write_bytes(flip(good, int(place * len(good)), bit))

    assert_refused(folder, path)


@pytest.mark.parametrize("place", [*range(-120, 0), *range(0, 100, 8)])
def test_a_flipped_bit_in_the_seal_or_the_header_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, place: int
) -> None:
    folder, good, path = shared(tmp_path_factory)
    path.write_bytes(flip(good, place % len(good), 5))  # The bit between a letter and its capital.

    assert_refused(folder, path)


@given(share=st.floats(0, 0.99999))
def test_a_backup_cut_anywhere_is_refused(
    tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    folder, good, path = shared(tmp_path_factory)
    path.write_bytes(good[: int(share * len(good))])

    assert_refused(folder, path)


_SHARED: list[tuple[Path, bytes, Path]] = []


def shared(factory: pytest.TempPathFactory) -> tuple[Path, bytes, Path]:
    """Return an index, the bytes of its backup and where to write others, the same each time."""
    if not _SHARED:
        place = factory.mktemp("shared")
        folder = publish_in(place / "index")
        write_backup(folder, place / "good")
        _SHARED.append((folder, (place / "good").read_bytes(), place / "bad"))
    return _SHARED[0]


def assert_refused(folder: Path, path: Path) -> None:
    before = database(folder).read_bytes()

    with pytest.raises(BackupInvalid, match="the index was left as it is"):
        restore(folder, path)

    assert database(folder).read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"moka, kvas, sol",
        sealed(b""),
        sealed(b"moka, kvas, sol"),
        sealed(b"SQLite format 3\0" + b"moka" * 2000),
    ],
)
def test_what_is_no_backup_is_refused(folder: Path, path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert_refused(folder, path)


def test_a_backup_with_something_behind_it_is_refused(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    path.write_bytes(path.read_bytes() + b"\n")

    assert_refused(folder, path)


def test_a_database_without_a_seal_is_refused(folder: Path, tmp_path: Path) -> None:
    other = publish_in(tmp_path / "other")

    assert_refused(folder, database(other))


@pytest.mark.parametrize("path_in", [lambda folder: folder, lambda folder: folder / "nothing"])
def test_what_cannot_be_read_is_refused(folder: Path, path_in: type[Path]) -> None:
    assert_refused(folder, path_in(folder))


def resealed(source: Path, statement: str, path: Path) -> None:
    """Write what `source` holds after `statement` as a backup with a right seal."""
    run("PRAGMA journal_mode = DELETE")(source)
    run(statement)(source)
    path.write_bytes(sealed(database(source).read_bytes()))


def test_a_backup_of_a_newer_kb_is_refused(folder: Path, path: Path, tmp_path: Path) -> None:
    resealed(publish_in(tmp_path / "newer"), f"PRAGMA user_version = {SCHEMA_VERSION + 1}", path)
    before = database(folder).read_bytes()

    with pytest.raises(BackupTooNew, match="upgrade kb"):
        restore(folder, path)

    assert database(folder).read_bytes() == before


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 0", "DELETE FROM state"])
def test_a_sealed_database_that_is_no_published_index_is_refused(
    folder: Path, path: Path, tmp_path: Path, statement: str
) -> None:
    resealed(publish_in(tmp_path / "other"), statement, path)

    assert_refused(folder, path)


def test_an_index_of_a_newer_kb_is_not_restored_over(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    run(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")(folder)
    before = database(folder).read_bytes()

    with pytest.raises(IndexTooNew):
        restore(folder, path)

    assert database(folder).read_bytes() == before


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
