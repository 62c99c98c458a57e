"""What a power cut cannot take: the order of write, sync, rename, commit and removal.

A process that is killed leaves all that it wrote; a power cut takes what was not yet on disk.
"""

import random
from collections import Counter

import pytest

from tests.reliability.killing import record_calls
from tests.reliability.power_cut import DURABLE, check_power_cut, power_cuts
from tests.reliability.recording import names
from tests.reliability.scenarios import BACKING_UP, BUILDS, WRITING, Scenario
from tests.reliability.sizes import CUTS_PER_SCENARIO, RecordFigure
from tests.reliability.trials import TrialsOf

each_build = pytest.mark.parametrize("scenario", BUILDS, ids=lambda scenario: scenario.name)
each_writer = pytest.mark.parametrize("scenario", WRITING, ids=lambda scenario: scenario.name)


@each_build
def test_a_generation_is_on_disk_before_it_is_current_and_the_old_one_goes_after(
    scenario: Scenario, trials_of: TrialsOf
) -> None:
    calls = names(record_calls(trials_of(scenario)))
    new = f"index/vectors-{3 if scenario.is_built else 1:08}.faiss"
    order = [
        f"write {new}.new",
        f"fsync {new}.new",
        f"rename {new}.new {new}",
        "fsync index",
        f"COMMIT index/kb.sqlite3 {DURABLE}",
        *(["remove index/vectors-00000001.faiss"] if scenario.is_built else []),
    ]
    last_write = len(calls) - 1 - calls[::-1].index(order[0])

    assert [call for call in dict.fromkeys(calls[last_write:]) if call in order] == order


@each_writer
def test_every_commit_is_on_disk_when_it_returns(scenario: Scenario, trials_of: TrialsOf) -> None:
    commits = [call for call in record_calls(trials_of(scenario)) if call.kind == "COMMIT"]

    assert commits
    assert {call.note for call in commits} == {DURABLE}


@each_writer
def test_a_power_cut_leaves_the_old_index_or_the_new_one(
    scenario: Scenario, trials_of: TrialsOf, record_property: RecordFigure
) -> None:
    trials = trials_of(scenario)
    cuts = power_cuts(trials)
    sample = random.Random(scenario.name).sample(cuts, min(CUTS_PER_SCENARIO, len(cuts)))

    left = Counter(check_power_cut(trials, cut) for cut in sample)

    assert left
    for generation, count in left.items():
        record_property(f"{generation.value} generation left", count)


def test_a_new_index_folder_is_on_disk_before_anything_in_it(trials_of: TrialsOf) -> None:
    first_build, *_ = BUILDS
    calls = names(record_calls(trials_of(first_build)))

    assert calls.index("mkdir index") < calls.index("fsync .") < calls.index("open index/kb.lock")


def test_a_backup_is_on_disk_under_its_name_when_the_one_before_is_gone(
    trials_of: TrialsOf,
) -> None:
    calls = record_calls(trials_of(BACKING_UP))
    (rename,) = (call for call in calls if call.kind == "rename")
    order = [f"write {rename.path}", f"fsync {rename.path}", *names([rename]), "fsync ."]
    lines = names(calls)
    last_write = len(lines) - 1 - lines[::-1].index(order[0])

    assert [line for line in dict.fromkeys(lines[last_write:]) if line in order] == order
