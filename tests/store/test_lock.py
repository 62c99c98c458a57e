"""One process writes at a time; the lock ends with its process, and readers never wait for it."""

import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from kb.errors import ExitCode, IndexBusy, IndexUnwritable
from kb.store import IndexReader, IndexWriter, lock_holder, save_answer, writer_lock
from kb.store.lock import LockHolder, lock_path
from tests.store.publishing import ARTICLES, publish, publish_in

REPOSITORY = Path(__file__).parents[2]

HOLD = """
import sys
from pathlib import Path
from kb.store import writer_lock
with writer_lock(Path(sys.argv[1]), command="kb drugje"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_writer(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock until its standard input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_writer_is_refused_with_who_writes_and_since_when(tmp_path: Path) -> None:
    with other_writer(tmp_path) as other:
        with pytest.raises(IndexBusy, match=rf"'kb drugje' \(process {other.pid}, since \d\d:"):
            IndexWriter(tmp_path)
        holder = lock_holder(tmp_path)

    assert holder is not None
    assert (holder.process, holder.host) == (other.pid, socket.gethostname())
    assert IndexBusy.exit_code == ExitCode.BUSY


def test_a_second_writer_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    with IndexWriter(tmp_path), pytest.raises(IndexBusy, match=f"process {os.getpid()}"):
        IndexWriter(tmp_path)


def test_a_writer_that_waits_tells_so_once_and_sees_what_the_other_one_published(
    tmp_path: Path,
) -> None:
    told: list[IndexBusy] = []
    seen: list[int] = []

    def write_too() -> None:
        with IndexWriter(tmp_path, on_wait=told.append) as second:
            assert second.state is not None
            seen.append(second.state.generation)
            seen.append(publish(second, {}).generation)

    with IndexWriter(tmp_path) as first:
        waiting = Thread(target=write_too)
        waiting.start()
        for _ in range(3_000):
            if not told:
                waiting.join(0.01)
        publish(first, ARTICLES)
        publish(first, ARTICLES)
    waiting.join()

    assert seen == [2, 3]
    assert [busy.holder.partition(" (")[0] for busy in told] == ["'kb build'"]


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with other_writer(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()

        IndexWriter(tmp_path).close()


def test_a_closed_writer_lets_the_next_one_in(tmp_path: Path) -> None:
    IndexWriter(tmp_path).close()
    with pytest.raises(RuntimeError, match="stop"), IndexWriter(tmp_path):
        raise RuntimeError("stop")

    IndexWriter(tmp_path).close()


def test_a_writer_that_cannot_be_opened_leaves_no_lock(tmp_path: Path) -> None:
    (tmp_path / "kb.sqlite3").mkdir()

    for _ in range(2):
        with pytest.raises(IndexUnwritable):
            IndexWriter(tmp_path)


def test_readers_and_answers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    publish_in(tmp_path)

    with other_writer(tmp_path), IndexReader(tmp_path) as reader:
        assert len(reader.documents()) == len(ARTICLES)
        assert save_answer(tmp_path, asked_at="2026-02-03", content="{}") == 1


def test_the_lock_file_of_another_program_locks_and_says_nothing(tmp_path: Path) -> None:
    lock_path(tmp_path).write_text('["moje"]', encoding="utf-8")
    assert lock_holder(tmp_path) is None

    with writer_lock(tmp_path):
        lock_path(tmp_path).write_text("{", encoding="utf-8")
        with pytest.raises(IndexBusy, match="another command"):
            IndexWriter(tmp_path)


def test_a_holder_on_another_host_is_told_with_its_host() -> None:
    holder = LockHolder("kb build", 7, "drug-stroj", "2026-02-03T10:02:00+00:00")

    assert str(holder).startswith("'kb build' (process 7 on drug-stroj, since ")


def test_the_next_holder_is_told_whole_after_one_with_a_longer_name(tmp_path: Path) -> None:
    for command in ("kb restore --with-a-long-name", "kb build"):
        with writer_lock(tmp_path, command=command):
            holder = lock_holder(tmp_path)

    assert holder is not None
    assert holder.command == "kb build"


@pytest.mark.skipif(os.name != "posix", reason="locks as on POSIX")
def test_where_files_cannot_be_locked_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)  # As on some network and container mounts.

    with pytest.raises(IndexUnwritable, match="Function not implemented"):
        IndexWriter(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} <= {"kb.lock"}


def test_a_lock_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    lock_path(tmp_path).mkdir()

    with pytest.raises(IndexUnwritable, match=str(tmp_path)):
        IndexWriter(tmp_path)
