from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.reliability.observing import Reader
from tests.reliability.scenarios import Scenario
from tests.reliability.trials import Trials, TrialsOf

# What a process does is read from Linux's /proc.
collect_ignore_glob = [] if Path("/proc/self/fd").is_dir() else ["test_*.py"]


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """A process that asks an index whatever the test asks of it."""
    reader = Reader()
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def trials_of(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> TrialsOf:
    """The trials of each scenario, made once: they go on from fresh copies."""

    @cache
    def trials_of(scenario: Scenario) -> Trials:
        return Trials(scenario, tmp_path_factory.mktemp("trials"), reader)

    return trials_of
