"""`kb doctor`: what it prints, what it repairs and how it exits."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kb.diagnosis import Fault
from kb.errors import ExitCode
from tests.cli.articles import QUESTIONS
from tests.cli.command import Kb
from tests.damage import DEEP, SHALLOW, Damage, database, overwrite, vectors_file


def report(outcome_text: str) -> dict[str, Any]:
    record = json.loads(outcome_text)
    assert isinstance(record, dict)
    return record


def codes(outcome_text: str) -> set[str]:
    return {
        finding["code"] for check in report(outcome_text)["checks"] for finding in check["findings"]
    }


def test_a_healthy_index_is_told_in_one_line_per_check(built: Kb) -> None:
    outcome = built("doctor", "--deep")

    assert outcome.code == ExitCode.ANSWERED
    assert outcome.err == ""
    *checks, verdict = outcome.out.splitlines()
    assert [line.split()[:2] for line in checks] == [
        ["ok", name]
        for name in (
            *("folder", "disk", "schema", "database", "files", "documents"),
            *("vectors", "faiss", "orphans", "model", "words", "tokens", "articles"),
        )
    ]
    assert verdict == "healthy"


def test_a_problem_is_told_with_its_fix_and_an_exit_code_of_its_own(built: Kb) -> None:
    vectors_file(built.index).unlink()

    outcome = built("doctor")

    assert outcome.code == ExitCode.UNHEALTHY
    assert re.search(r"^problem  faiss .*\n +vectors-file-missing: .*\n", outcome.out, re.MULTILINE)
    assert "fix: kb doctor --repair\n" in outcome.out
    assert outcome.out.endswith("\n1 problem\n")


def test_a_notice_is_no_problem(built: Kb) -> None:
    (built.index / "beležke.txt").touch()

    outcome = built("doctor")

    assert outcome.code == ExitCode.ANSWERED
    assert "beležke.txt" in outcome.out
    assert outcome.out.endswith("\nhealthy, 1 notice\n")


def test_a_repair_says_what_it_did_and_exits_as_the_index_is_then(built: Kb) -> None:
    before = built("ask", QUESTIONS["hi"][0]).out
    overwrite(vectors_file, lambda content: content[:100])(built.index)

    outcome = built("doctor", "--repair")

    assert outcome.code == ExitCode.ANSWERED
    assert outcome.err == "kb: made the FAISS file again from the stored vectors\n"
    assert outcome.out.endswith("\nhealthy\n")
    assert built("doctor").code == ExitCode.ANSWERED
    assert built("ask", QUESTIONS["hi"][0]).out == before


def test_what_needs_more_than_a_repair_stays_a_problem(built: Kb) -> None:
    overwrite(database, lambda _: b"moka" * 5_000)(built.index)
    damaged = database(built.index).read_bytes()

    outcome = built("doctor", "--repair")

    assert outcome.code == ExitCode.UNHEALTHY
    assert "fix: kb restore FILE, or move kb.sqlite3 away and run: kb build" in outcome.out
    assert database(built.index).read_bytes() == damaged


def test_json_is_for_programs(built: Kb) -> None:
    vectors_file(built.index).unlink()

    sick = report(built("doctor", "--json").out)
    repaired = report(built("doctor", "--json", "--repair").out)

    assert not sick["healthy"]
    (check,) = [check for check in sick["checks"] if check["findings"]]
    assert check["status"] == "problem"
    assert check["findings"] == [
        {
            "code": "vectors-file-missing",
            "severity": "problem",
            "meaning": Fault.VECTORS_FILE_MISSING.meaning,
            "details": ["vectors-00000001.faiss"],
            "fix": "kb doctor --repair",
        }
    ]
    assert repaired["healthy"]
    assert repaired["repaired"] == ["made the FAISS file again from the stored vectors"]


@pytest.mark.parametrize(
    ("fault", "damage"),
    [
        pytest.param(fault, damage, id=f"{fault.code}: {how}")
        for fault, how, damage in [*SHALLOW, *DEEP]
        if fault is not Fault.VECTOR_INVALID  # Made for a model with shorter vectors.
    ],
)
def test_no_damage_makes_the_command_crash(built: Kb, fault: Fault, damage: Damage) -> None:
    damage(built.index)

    outcome = built("doctor", "--deep", "--json")

    assert outcome.code in {ExitCode.ANSWERED, ExitCode.UNHEALTHY}
    assert fault.code in codes(outcome.out)


def test_without_an_index_there_is_nothing_to_check(kb: Kb) -> None:
    outcome = kb("doctor")

    assert outcome.code == ExitCode.ERROR
    assert "run `kb build`" in outcome.complaint


def test_a_folder_that_cannot_be_written_is_a_notice(built: Kb) -> None:
    make_read_only(built.index)

    outcome = built.process("doctor", "--json", as_ordinary_user=True)

    assert outcome.code == ExitCode.ANSWERED
    assert codes(outcome.out) == {"folder-read-only"}


def test_a_repair_that_is_not_permitted_is_one_line(built: Kb) -> None:
    vectors_file(built.index).unlink()
    make_read_only(built.index)

    outcome = built.process("doctor", "--repair", as_ordinary_user=True)

    assert outcome.code == ExitCode.ERROR
    assert "give it write permission" in outcome.complaint


def test_a_database_that_may_not_be_read_is_found(built: Kb) -> None:
    database(built.index).chmod(0)

    outcome = built.process("doctor", "--json", as_ordinary_user=True)

    assert outcome.code == ExitCode.UNHEALTHY
    assert codes(outcome.out) == {"file-unreadable"}


def make_read_only(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
