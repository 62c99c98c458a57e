"""A folder to be harmed again and again, and what its index may say afterwards: old or new."""

import shutil
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from tests.reliability.observing import Answers, Reader, check_health, check_tidiness, contents
from tests.reliability.scenarios import BACKUP, Scenario, done


class Generation(Enum):
    OLD = "old"
    NEW = "new"


class Trials:
    """A scenario's folder before its command, and what the index says before and after it."""

    def __init__(self, scenario: Scenario, folder: Path, reader: Reader) -> None:
        self.command = scenario.command
        self.reader = reader
        self._is_healthy = scenario.is_healthy
        self._folder = folder
        self._template = scenario.make(folder / "template")
        self._old = contents(self._template)
        self._old_answers = reader.answers(self._template)
        whole = self.folder("whole")
        started = time.perf_counter()
        done(whole, *self.command)
        self.seconds = time.perf_counter() - started
        """What the command takes when nothing stops it."""
        self._new = contents(whole)
        self._new_answers = reader.answers(whole)
        check_tidiness(whole)

    def folder(self, name: str) -> Path:
        """Return a fresh copy of the folder as it is before the command."""
        folder = self._folder / name
        shutil.rmtree(folder, ignore_errors=True)
        return shutil.copytree(self._template, folder)

    def check_left(self, folder: Path, seen: frozenset[Answers] = frozenset()) -> Generation:
        """Return which generation is left, whole and healthy; it and `seen` may be no other."""
        answers = seen | {self.reader.answers(folder)}
        assert answers <= {self._old_answers, self._new_answers}, "answers of neither generation"
        left = contents(folder)
        assert left in (self._old, self._new), "an index of neither generation"
        if left is not None and self._is_healthy:
            check_health(folder)
        if (folder / BACKUP).exists():
            self._check_backup(folder)
        return Generation.NEW if left == self._new else Generation.OLD

    def check_next_run(self, folder: Path) -> None:
        """Assert that the command, run again, gives what it gives when nothing stops it."""
        done(folder, *self.command)
        assert contents(folder) == self._new
        done(folder, "build")  # It collects what the killed command left lying about.
        check_tidiness(folder)

    def _check_backup(self, folder: Path) -> None:
        """Assert that the backup is whole: it can be restored where there is no index."""
        elsewhere = self._folder / "restored"
        shutil.rmtree(elsewhere, ignore_errors=True)
        elsewhere.mkdir()
        done(elsewhere, "restore", str(folder / BACKUP))


TrialsOf = Callable[[Scenario], Trials]
