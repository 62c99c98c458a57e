"""Whether the tests would notice: each safeguard is taken out of a copy of `kb` in turn.

Some test has to fail each time. Run it with `python -m tests.reliability.mutations`.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cli.command import process_environment

REPOSITORY = Path(__file__).parents[2]
_COPIED = ("kb", "tests", "corpus", "pyproject.toml")
_FAILED = 1  # pytest's exit status when tests ran and some failed

ORDER = "tests/reliability/test_power_cut.py::test_a_generation_is_on_disk_before_it_is_current_and_the_old_one_goes_after"
DURABLE = "tests/reliability/test_power_cut.py::test_every_commit_is_on_disk_when_it_returns"
NEW_FOLDER = (
    "tests/reliability/test_power_cut.py::test_a_new_index_folder_is_on_disk_before_anything_in_it"
)
BACKUP_ORDER = "tests/reliability/test_power_cut.py::test_a_backup_is_on_disk_under_its_name_when_the_one_before_is_gone"
KILLS = "tests/reliability/test_kill.py::test_a_command_killed_at_a_call_leaves_the_old_index_or_the_new_one"
HOSTILE = "tests/reliability/test_faults.py::test_a_hostile_faiss_file_is_not_answered_from_and_made_again"
TERABYTE = "tests/reliability/test_faults.py::test_a_faiss_file_of_a_terabyte_is_not_read"


@dataclass(frozen=True)
class Mutation:
    """A safeguard taken out: `old` stands once in the file, `new` takes its place."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    """Of these, one has to fail."""


MUTATIONS = (
    # Making a generation durable
    Mutation(
        "the FAISS file is not synced",
        "durable.py",
        "        os.fsync(file.fileno())\n",
        "",
        (ORDER,),
    ),
    Mutation(
        "the FAISS file is renamed before it is synced",
        "durable.py",
        "        os.fsync(file.fileno())\n    temporary.replace(path)\n",
        "        temporary.replace(path)\n        os.fsync(file.fileno())\n",
        (ORDER,),
    ),
    Mutation(
        "the FAISS file is written under its last name",
        "durable.py",
        'temporary or path.with_name(path.name + ".new")',
        "path",
        (ORDER,),
    ),
    Mutation(
        "the folder is not synced after the rename",
        "durable.py",
        "    temporary.replace(path)\n    sync_folder(path.parent)\n",
        "    temporary.replace(path)\n",
        (ORDER,),
    ),
    Mutation(
        "syncing a folder does nothing",
        "durable.py",
        "        os.fsync(descriptor)\n",
        "        pass\n",
        (ORDER,),
    ),
    Mutation(
        "a new index folder is not synced",
        "durable.py",
        "    sync_folder(folder.parent)\n",
        "",
        (NEW_FOLDER,),
    ),
    Mutation(
        "commits do not wait for the disk",
        "store/database.py",
        "PRAGMA synchronous = FULL",
        "PRAGMA synchronous = NORMAL",
        (DURABLE,),
    ),
    Mutation(
        "there is no write-ahead log",
        "store/database.py",
        "PRAGMA journal_mode = WAL",
        "PRAGMA journal_mode = DELETE",
        (DURABLE,),
    ),
    Mutation(
        "documents are committed before their FAISS file is there",
        "store/generations.py",
        "    write_durably(vectors_path(folder, state.generation), content)\n",
        '    connection.execute("COMMIT")\n'
        "    write_durably(vectors_path(folder, state.generation), content)\n"
        '    connection.execute("BEGIN IMMEDIATE")\n',
        (KILLS,),
    ),
    Mutation(
        "old FAISS files go before the commit",
        "store/generations.py",
        "    content = serialize_vectors(",
        "    remove_old_files(folder, state.generation)\n    content = serialize_vectors(",
        (ORDER,),
    ),
    Mutation(
        "a failed transaction is committed",
        "store/database.py",
        'connection.execute("ROLLBACK")',
        'connection.execute("COMMIT")',
        ("tests/store/test_writer.py",),
    ),
    # Generations and their files
    Mutation(
        "the generation before loses its FAISS file at once",
        "store/generations.py",
        "for age in (0, 1)",
        "for age in (0,)",
        ("tests/store/test_writer.py",),
    ),
    Mutation(
        "old FAISS files stay",
        "store/generations.py",
        "path.unlink()",
        "pass",
        ("tests/store/test_writer.py",),
    ),
    Mutation(
        "leftovers of a killed build stay",
        "store/writer.py",
        "            self._remove_leftovers()\n",
        "",
        (KILLS,),
    ),
    Mutation(
        "the number of a generation is used again",
        "store/writer.py",
        "self.state.generation + 1 if self.state else 1",
        "self.state.generation if self.state else 1",
        ("tests/store/test_writer.py",),
    ),
    Mutation(
        "a reader does not hold on to its generation",
        "store/reader.py",
        '            self._connection.execute("BEGIN")\n',
        "",
        ("tests/store/test_reader.py",),
    ),
    Mutation(
        "the size of a FAISS file is not checked",
        "store/reader.py",
        "path.stat().st_size != state.vectors_size",
        "False",
        (TERABYTE,),
    ),
    Mutation(
        "the digest of a FAISS file is not checked",
        "store/reader.py",
        "return content if sha256(content).hexdigest() == state.vectors_sha256 else None",
        "return content",
        ("tests/store/test_reader.py",),
    ),
    Mutation(
        "the counts in a FAISS file are believed",
        "vector_index.py",
        "        _check_sizes(content)\n",
        "",
        (HOSTILE, "tests/test_vector_index.py"),
    ),
    Mutation(
        "the digest of the index of words is not checked",
        "word_index.py",
        "            or content[len(_MAGIC) : start] != sha256(rest).digest()\n",
        "",
        ("tests/test_word_index.py",),
    ),
    Mutation(
        "the index of words may be that of other passages than the vectors",
        "retrieval.py",
        "if not np.array_equal(words.ids, self._ids):",
        "if False:",
        ("tests/test_derived.py",),
    ),
    Mutation(
        "stored words may be of pieces that the index of words does not have",
        "retrieval.py",
        "if self._words is not None and not self._words.has_pieces_of(tokens):",
        "if False:",
        ("tests/test_derived.py",),
    ),
    Mutation(
        "a build does not make a damaged FAISS file again",
        "indexing.py",
        "is_mended = writer.mend_vectors_file(serialize_vectors)",
        "is_mended = False",
        ("tests/test_indexing_troubles.py",),
    ),
    Mutation(
        "a first build that was stopped leaves an index that is called damaged",
        "store/database.py",
        "            if is_empty(connection):  # What a first build",
        "            if False:  # What a first build",
        (KILLS,),
    ),
    Mutation(
        "a first build that was killed while it wrote leaves one that is called unreadable",
        "store/database.py",
        "if not writing and _is_half_made(error):",
        "if False:",
        ("tests/store/test_database.py",),
    ),
    # One writer
    Mutation(
        "no lock is taken",
        "store/writer.py",
        "            opened.enter_context(writer_lock(folder, command=command, on_wait=on_wait))\n",
        "",
        ("tests/store/test_lock.py",),
    ),
    Mutation(
        "a marker file may take the place of a lock",
        "store/lock.py",
        "        fallback_to_soft=False,\n"
        "        on_acquired=lambda descriptor: _sign(descriptor, command),\n",
        "        fallback_to_soft=True,\n",
        ("tests/store/test_lock.py::test_where_files_cannot_be_locked_nothing_is_written",),
    ),
    Mutation(
        "a build waits without a word",
        "store/lock.py",
        "            on_wait(busy)\n",
        "",
        ("tests/store/test_lock.py",),
    ),
    Mutation(
        "a restore takes no lock",
        "store/backup.py",
        'with writer_lock(folder, command="kb restore", on_wait=on_wait):',
        "if True:",
        ("tests/store/test_backup.py",),
    ),
    # Backup and restore
    Mutation(
        "a backup is not synced",
        "store/backup.py",
        "                os.fsync(file.fileno())\n",
        "",
        (BACKUP_ORDER,),
    ),
    Mutation(
        "the folder of a backup is not synced",
        "store/backup.py",
        "            sync_folder(path.parent)\n",
        "",
        (BACKUP_ORDER,),
    ),
    Mutation(
        "the seal of a backup is not checked",
        "store/backup.py",
        "if file.read() != expected:",
        "if False:",
        ("tests/store/test_backup_refused.py",),
    ),
    Mutation(
        "a restore uses the number of another generation again",
        "store/backup.py",
        "generation = _last_generation(folder, read_state(connection), backup.state) + 1",
        "generation = backup.state.generation",
        ("tests/store/test_backup.py",),
    ),
    # Freshness
    Mutation(
        "an article of the same size and time counts as unchanged",
        "changes.py",
        "corpus[id_] != stamp or",
        "corpus[id_].modified_ns != stamp.modified_ns or",
        ("tests/test_changes.py", "tests/test_freshness.py"),
    ),
    Mutation(
        "the stamp of a young article is trusted",
        "changes.py",
        " or stamp.modified_ns >= settled_ns",
        "",
        ("tests/test_changes.py", "tests/test_freshness.py"),
    ),
    Mutation(
        "a changed article is quoted",
        "freshness.py",
        "return self.changed | self.removed | self.unreadable",
        "return self.removed | self.unreadable",
        ("tests/test_freshness.py",),
    ),
    Mutation(
        "a vanished article is quoted",
        "freshness.py",
        "return self.changed | self.removed | self.unreadable",
        "return self.changed | self.unreadable",
        ("tests/test_freshness.py",),
    ),
    Mutation(
        "quotes are not compared with the file",
        "answering.py",
        "source.text[passage.start : passage.end] == passage.text",
        "True",
        ("tests/test_answering.py",),
    ),
    Mutation(
        "an emptied corpus empties the index",
        "indexing.py",
        "if 2 * len(lost) > len(digests) and not prune:",
        "if False:",
        ("tests/test_indexing_troubles.py",),
    ),
    # The doctor
    Mutation(
        "the doctor does not compare the FAISS file with the stored vectors",
        "derived.py",
        "matrix[row].tobytes() != file_matrix[row].tobytes()",
        "False",
        ("tests/test_doctor.py",),
    ),
    Mutation(
        "the doctor does not measure vectors",
        "derived.py",
        "_UNIT_TOLERANCE = 1e-3",
        "_UNIT_TOLERANCE = 1e3",
        ("tests/test_doctor.py",),
    ),
)


def survivors(mutations: Sequence[Mutation] = MUTATIONS) -> Iterator[tuple[Mutation, str]]:
    """Try each mutation; yield it with the name of the test that noticed, empty for none."""
    with TemporaryDirectory() as name:
        copy = Path(name)
        for part in _COPIED:
            _copy(REPOSITORY / part, copy / part)
        tests = dict.fromkeys(test for mutation in mutations for test in mutation.tests)
        untouched = _run_tests(copy, tuple(tests))
        assert untouched.returncode == 0, untouched.stdout
        for mutation in mutations:
            yield mutation, _noticed_by(mutation, copy)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _noticed_by(mutation: Mutation, copy: Path) -> str:
    path = copy / "kb" / mutation.file
    original = path.read_text("utf-8")
    assert original.count(mutation.old) == 1, f"{mutation.name}: not once in {mutation.file}"
    mutated = original.replace(mutation.old, mutation.new)
    compile(mutated, mutation.file, "exec")  # A file that cannot be read would fail no test.
    path.write_text(mutated, "utf-8")
    try:
        done = _run_tests(copy, mutation.tests)
    finally:
        path.write_text(original, "utf-8")
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    assert (done.returncode == _FAILED) == bool(failed), done.stdout
    return failed[0].split(" ")[1].partition("::")[2].partition("[")[0] if failed else ""


def _run_tests(folder: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests),
        cwd=folder,
        env=process_environment(PYTHONPATH=str(folder), PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def main() -> int:
    """Print which test noticed each mutation; the exit status is the number of survivors."""
    alive = 0
    for mutation, test in survivors():
        alive += not test
        print(f"| {mutation.name} | `{mutation.file}` | {f'`{test}`' if test else 'SURVIVED'} |")
    return alive


if __name__ == "__main__":
    sys.exit(main())
