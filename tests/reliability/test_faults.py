"""Faults of disk, system, clock and files: one clear line, old answers, nothing lost.

Each law is tried over the whole range of a fault: any room left on the disk, any number of free
descriptors, any length of a database cut short.
"""

import json
import os
import random
import resource
import shutil
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from kb.errors import ExitCode
from tests.cli.articles import ARTICLES
from tests.cli.command import Kb, Outcome
from tests.limits import small_disk
from tests.reliability.observing import Reader, contents
from tests.reliability.processes import Prepare, run
from tests.reliability.scenarios import (
    BACKUP,
    QUESTION,
    SCENARIOS,
    Scenario,
    done,
    edit,
    nothing,
    vectors_file,
)
from tests.reliability.sizes import FAULTS
from tests.reliability.trials import Trials

EDIT = next(scenario for scenario in SCENARIOS if scenario.name == "edit")


@pytest.fixture
def trials(tmp_path: Path, reader: Reader) -> Trials:
    return Trials(EDIT, tmp_path, reader)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder with five articles, their index and a backup of it."""
    folder = Scenario("built", (), nothing).make(tmp_path / "built")
    done(folder, "backup", BACKUP)
    return folder


def check_line(outcome: Outcome) -> None:
    """Assert that a command succeeded, or said in one line what is wrong and what to do."""
    if outcome.code in {ExitCode.ANSWERED, ExitCode.NO_ANSWER}:
        assert "Traceback" not in outcome.err
    else:
        assert outcome.code in {ExitCode.ERROR, ExitCode.USAGE}
        assert ";" in outcome.complaint


# Limits


def limited(kind: int, limit: int, _folder: Path) -> None:
    """Prepare a process to have no more than `limit` of a resource."""
    resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))


def check_build_under(trials: Trials, prepare: Prepare) -> bool:
    """Return whether a build succeeds; it leaves the old index or the new one."""
    folder = trials.folder("limited")
    outcome = run(folder, "build", prepare=prepare)
    check_line(outcome)
    trials.check_left(folder)
    trials.check_next_run(folder)
    return outcome.code == 0


def test_a_build_whose_files_may_not_grow_leaves_the_old_index_or_the_new_one(
    trials: Trials,
) -> None:
    limits = [2_000 + 120_000 * step // FAULTS for step in range(FAULTS + 1)]

    succeeded = [
        check_build_under(trials, partial(limited, resource.RLIMIT_FSIZE, limit))
        for limit in limits
    ]

    assert not succeeded[0]
    assert succeeded[-1]


def test_a_build_without_descriptors_leaves_the_old_index_or_the_new_one(trials: Trials) -> None:
    succeeded = [
        check_build_under(trials, partial(limited, resource.RLIMIT_NOFILE, limit))
        for limit in range(8, 32, 24 // min(FAULTS, 24))
    ]

    assert not succeeded[0]
    assert succeeded[-1]


def test_a_build_on_a_disk_with_any_room_left_leaves_the_old_index_or_the_new_one(
    trials: Trials, tmp_path: Path
) -> None:
    succeeded = []
    with small_disk(tmp_path / "disk", kilobytes=2_000) as disk:
        for step in range(FAULTS + 1):
            folder = trials.folder("limited")
            index = shutil.move(folder / "index", disk / "index")
            (folder / "index").symlink_to(index)
            filler = leave_room(disk, kilobytes=round(600 * step / FAULTS))
            outcome = run(folder, "build")
            check_line(outcome)
            trials.check_left(folder)
            succeeded.append(outcome.code == 0)
            filler.unlink()
            trials.check_next_run(folder)
            shutil.rmtree(disk / "index")

    assert not succeeded[0]
    assert succeeded[-1]


def leave_room(disk: Path, *, kilobytes: int) -> Path:
    """Fill a disk but for so much and return the file that fills it."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    filler.write_bytes(bytes(max(0, free - kilobytes * 1024)))
    return filler


# Clocks


def at_another_time(seconds: float, _folder: Path) -> None:
    """Prepare a process whose clock goes wrong by so much."""
    right, right_ns = time.time, time.time_ns
    time.time = lambda: right() + seconds
    time.time_ns = lambda: right_ns() + round(seconds * 1e9)


@pytest.mark.parametrize("hours", [-48, -1, 1, 48])
@pytest.mark.parametrize("name", ARTICLES)
def test_an_edit_is_noticed_whatever_the_clock_said_at_the_build(
    built: Path, name: str, hours: int
) -> None:
    done_at = run(built, "build", "--full", prepare=partial(at_another_time, hours * 3600))
    assert done_at.code == 0, done_at.err
    path = built / "corpus" / name
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"1", b"7"))
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    outcome = run(built, "status", "--check")

    assert outcome.code == ExitCode.STALE
    done(built, "build")
    assert run(built, "status", "--check").code == 0


@pytest.mark.parametrize("years", [-30, 30])
def test_articles_from_another_time_are_indexed_and_fresh(built: Path, years: int) -> None:
    edit(built)
    for name in ARTICLES:
        at = time.time_ns() + years * 365 * 24 * 3600 * 10**9
        os.utime(built / "corpus" / name, ns=(at, at))

    done(built, "build")

    assert run(built, "status", "--check").code == 0
    done(built, "ask", QUESTION)


# FAISS files

Damage = Callable[[bytes], bytes]

HOSTILE: dict[str, Damage] = {
    "empty": lambda _: b"",
    "cut short": lambda content: content[: len(content) // 3],
    "too long": lambda content: content + b"\0" * 100,
    "noise": lambda content: random.Random(0).randbytes(len(content)),
    "of another kind": lambda content: b"IxHN" + content[4:],
    "a dimension of two billion": lambda content: content[:4] + b"\xff\xff\xff\x7f" + content[8:],
    "vectors without number": lambda content: content[:8] + b"\xff" * 7 + b"\x7f" + content[16:],
    "too few numbers of passages": lambda content: content[:-8],
}


@pytest.mark.parametrize("is_signed", [False, True], ids=["by chance", "with its digest"])
@pytest.mark.parametrize("damage", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_faiss_file_is_not_answered_from_and_made_again(
    built: Path, reader: Reader, damage: Damage, is_signed: bool
) -> None:
    before = contents(built), reader.answers(built)
    path = vectors_file(built)
    content = damage(path.read_bytes())
    path.write_bytes(content)
    if is_signed:
        sign(built / "index", content)

    assert reader.answers(built) == before[1]
    assert run(built, "doctor").code == ExitCode.UNHEALTHY
    done(built, "doctor", "--repair")
    assert (contents(built), reader.answers(built)) == before


def test_a_faiss_file_of_a_terabyte_is_not_read(built: Path, reader: Reader) -> None:
    before = reader.answers(built)
    os.truncate(vectors_file(built), 1 << 40)  # It takes no room: there is nothing in it.

    assert reader.answers(built) == before
    assert run(built, "doctor").code == ExitCode.UNHEALTHY
    done(built, "build")
    assert run(built, "doctor").code == 0


def sign(index: Path, content: bytes) -> None:
    """Make the database expect `content` as its FAISS file."""
    with sqlite3.connect(index / "kb.sqlite3") as connection:
        connection.execute(
            "UPDATE state SET vectors_size = ?, vectors_sha256 = ?",
            (len(content), sha256(content).hexdigest()),
        )
    connection.close()


# Databases


@pytest.fixture
def database(built: Path) -> Path:
    return built / "index/kb.sqlite3"


def test_a_database_cut_short_anywhere_is_named_in_one_line_and_restored(
    built: Path, database: Path
) -> None:
    whole, before = database.read_bytes(), contents(built)
    lengths = {0, 1, 15, 16, 99, 100, 4_095, 4_096, len(whole) - 1}
    lengths |= {len(whole) * step // FAULTS for step in range(FAULTS)}

    for length in sorted(lengths):
        database.write_bytes(whole[:length])
        check_question(built)
        for command in (("status",), ("export", "--all"), ("build",)):
            check_line(run(built, *command))
        database.write_bytes(whole[:length])
        done(built, "restore", BACKUP)
        assert contents(built) == before
        shutil.rmtree(built / "index")
        done(built, "restore", BACKUP)


def test_a_flipped_bit_never_makes_up_a_quote_and_is_restored(built: Path, database: Path) -> None:
    whole, before = database.read_bytes(), contents(built)
    places = random.Random(0)

    for _ in range(2 * FAULTS):
        damaged = bytearray(whole)
        damaged[places.randrange(len(whole))] ^= 1 << places.randrange(8)
        database.write_bytes(damaged)
        outcome = run(built, "ask", "--format", "json", QUESTION)
        if outcome.code == 0:
            check_quotes(built, outcome.out)
        shutil.rmtree(built / "index")
        done(built, "restore", BACKUP)
        assert contents(built) == before


def check_question(folder: Path) -> None:
    outcome = run(folder, "ask", "--format", "json", QUESTION)
    check_line(outcome)
    if outcome.code == 0:
        check_quotes(folder, outcome.out)


def check_quotes(folder: Path, answer: str) -> None:
    """Assert that each quote stands in its file."""
    record = json.loads(answer)
    sources = {citation["number"]: citation["document_id"] for citation in record["citations"]}
    assert record["quotes"]
    for quote in record["quotes"]:
        text = (folder / "corpus" / sources[quote["citation"]]).read_text("utf-8")
        assert quote["text"] in text


# Folders that may not be written


def test_a_read_only_index_answers_and_refuses_to_be_written_in_one_line(built: Path) -> None:
    edit(built)
    before = {path.name: path.read_bytes() for path in (built / "index").iterdir()}
    paths = [*(built / "index").iterdir(), built / "index"]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        command = Kb(built)
        asked = command.process("ask", QUESTION, as_ordinary_user=True)
        refused = [
            command.process(*arguments, as_ordinary_user=True)
            for arguments in (("build",), ("restore", BACKUP))
        ]
    finally:
        for path in reversed(paths):
            path.chmod(path.stat().st_mode | 0o700)

    assert asked.code == 0
    assert "not saved" in asked.err
    for outcome in refused:
        assert outcome.code == ExitCode.ERROR
        assert "permission" in outcome.complaint
    assert {path.name: path.read_bytes() for path in (built / "index").iterdir()} == before
