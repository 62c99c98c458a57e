"""A command that is killed leaves the old index or the new one, whole, and loses nothing.

While it is killed and afterwards a reader asks, and the next run has to give what this one would
have given.
"""

import random
import shutil
from collections import Counter

import pytest

from tests.reliability.killing import (
    PROTOCOL,
    count_system_calls,
    kill_after,
    kill_at_system_call,
    kill_before,
    record_calls,
)
from tests.reliability.scenarios import SCENARIOS, Scenario
from tests.reliability.sizes import IS_TORTURE, KILLS_AT_ANY_MOMENT, RecordFigure
from tests.reliability.trials import TrialsOf

each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@each_scenario
def test_a_command_killed_at_a_call_leaves_the_old_index_or_the_new_one(
    scenario: Scenario, trials_of: TrialsOf, record_property: RecordFigure
) -> None:
    trials = trials_of(scenario)
    calls = record_calls(trials)
    deadly = [number for number, call in enumerate(calls) if IS_TORTURE or call.kind in PROTOCOL]
    counted: Counter[str] = Counter()

    for number in deadly:
        counted += kill_before(trials, number)

    for what, count in counted.items():
        record_property(what, count)
    assert counted["killed at a call"] == len(deadly) > 0


@each_scenario
def test_a_command_killed_at_any_moment_leaves_the_old_index_or_the_new_one(
    scenario: Scenario, trials_of: TrialsOf, record_property: RecordFigure
) -> None:
    trials = trials_of(scenario)
    moments = random.Random(scenario.name)
    counted: Counter[str] = Counter()

    latest = 1.0
    while counted["killed at any moment"] < KILLS_AT_ANY_MOMENT:
        found = kill_after(trials, latest * moments.random())
        if "killed at any moment" not in found:
            latest *= 0.8  # The command is faster now than when its time was taken.
        counted += found

    for what, count in counted.items():
        record_property(what, count)


@pytest.mark.skipif(not IS_TORTURE, reason="done by `make torture`")
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize(
    "scenario",
    [s for s in SCENARIOS if s.name in {"first build", "all changes", "restore"}],
    ids=lambda scenario: scenario.name,
)
def test_a_command_killed_at_a_system_call_leaves_the_old_index_or_the_new_one(
    scenario: Scenario, trials_of: TrialsOf, record_property: RecordFigure
) -> None:
    trials = trials_of(scenario)
    counted: Counter[str] = Counter()

    for name, count in count_system_calls(trials).items():
        for number in range(1, count + 1):
            counted += kill_at_system_call(trials, name, number)

    for what, count in counted.items():
        record_property(what, count)
    assert counted["killed at a system call"]
