"""Index folders that may be read but not written, or neither.

Each test runs as a user without special rights: root reads and writes anywhere.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.store import IndexWriter
from tests.store.publishing import ARTICLES, publish, publish_in

REPOSITORY = Path(__file__).parents[2]
CANNOT_DROP = 77

# Root's power over files is two capabilities. Given up, they do not come back with `exec`.
AS_ORDINARY_USER = f"""
import ctypes, os, sys
if os.geteuid() == 0:
    PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            sys.exit({CANNOT_DROP})
os.execv(sys.executable, (sys.executable, "-c", *sys.argv[1:]))
"""

READ = """
import sys
from pathlib import Path
from kb.errors import KbError
from kb.store import IndexReader, load_answers
try:
    with IndexReader(Path(sys.argv[1])) as reader:
        passages = reader.passages(reader.passage_ids())
        print(len(reader.documents()), len(passages), reader.vectors_file() is not None)
        print(len(load_answers(Path(sys.argv[1]))))
except KbError as error:
    print(type(error).__name__)
"""

WRITE = """
import sys
from pathlib import Path
from kb.errors import KbError
from kb.store import IndexWriter, save_answer
for write in (IndexWriter, lambda folder: save_answer(folder, asked_at="", content="")):
    try:
        write(Path(sys.argv[1]))
        print("written")
    except KbError as error:
        print(type(error).__name__)
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders have no such permissions here")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = publish_in(tmp_path / "index")
    yield folder
    for path in (tmp_path, folder):
        path.chmod(0o755)  # Else only root could remove them.


def run(script: str, folder: Path) -> list[str]:
    """Run `script` without root's rights and return the lines that it printed."""
    done = subprocess.run(
        [sys.executable, "-c", AS_ORDINARY_USER, script, str(folder)],
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode == CANNOT_DROP:
        pytest.skip("root cannot give up its rights here")
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def make_read_only(folder: Path) -> dict[str, bytes]:
    """Take the write permission from a folder with all in it and return its files."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_read_only_index_is_read(folder: Path) -> None:
    before = make_read_only(folder)

    assert run(READ, folder) == [f"{len(ARTICLES)} {3 * len(ARTICLES)} True", "0"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_read_only_index_is_not_written(folder: Path) -> None:
    before = make_read_only(folder)

    assert run(WRITE, folder) == ["IndexUnwritable", "IndexUnwritable"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (("-wal", "-shm"), [f"{len(ARTICLES)} {3 * len(ARTICLES)} True", "0"]),
        # The last commits stand in the log only, which cannot be read without the other file.
        (("-wal",), ["IndexUnreadable"]),
    ],
)
def test_a_read_only_index_whose_writer_was_killed_is_read_whole_or_not_at_all(
    tmp_path: Path, left: tuple[str, ...], said: list[str]
) -> None:
    killed = tmp_path / "killed"
    with IndexWriter(tmp_path / "index") as writer:
        publish(writer, ARTICLES)
        shutil.copytree(tmp_path / "index", killed)
    for suffix in {"-wal", "-shm"} - set(left):
        (killed / f"kb.sqlite3{suffix}").unlink()
    make_read_only(killed)

    assert run(READ, killed) == said

    killed.chmod(0o755)


def test_a_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    folder.parent.chmod(0o555)

    assert run(WRITE, folder.parent / "new") == ["IndexUnwritable", "IndexUnwritable"]
    assert run(READ, folder.parent / "new") == ["IndexMissing"]


def test_an_index_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "kb.sqlite3").chmod(0)

    assert run(READ, folder) == ["IndexUnreadable"]
    assert run(WRITE, folder) == ["IndexUnwritable", "IndexUnwritable"]


def test_a_folder_that_cannot_be_entered_is_an_error_and_not_a_crash(folder: Path) -> None:
    folder.chmod(0)

    assert run(READ, folder) == ["IndexUnreadable"]
    assert run(WRITE, folder) == ["IndexUnwritable", "IndexUnwritable"]
