from pathlib import Path

import pytest

from kb.diagnosis import Check, Diagnosis, Fault, Severity, collate

DOCS = Path(__file__).parents[1] / "docs" / "doctor.md"

each_fault = pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.code)


def diagnosis(*faults: Fault) -> Diagnosis:
    return Diagnosis(tuple(Check("check", "seen", collate([(fault, "x")])) for fault in faults))


def test_every_code_is_given_once_and_looks_like_one() -> None:
    codes = [fault.code for fault in Fault]

    assert len(set(codes)) == len(codes)
    assert all(code.replace("-", "").isalpha() and code.islower() for code in codes)


@each_fault
def test_the_documentation_has_every_fault(fault: Fault) -> None:
    row = f"| {fault.code} | {fault.severity} | {fault.meaning} | {fault.fix} |"

    assert row in DOCS.read_text(encoding="utf-8").splitlines()


@each_fault
def test_only_a_problem_makes_an_index_unhealthy(fault: Fault) -> None:
    assert diagnosis(fault).is_healthy == (fault.severity is Severity.NOTICE)


@each_fault
def test_what_can_be_repaired_names_the_command_that_does_it(fault: Fault) -> None:
    assert diagnosis(fault).is_repairable == (fault.fix == "kb doctor --repair")


def test_details_of_one_fault_become_one_finding() -> None:
    findings = collate(
        [
            (Fault.PASSAGE_INVALID, "1"),
            (Fault.DOCUMENT_INVALID, "a"),
            *((Fault.PASSAGE_INVALID, str(number)) for number in range(2, 6)),
        ]
    )

    assert [finding.fault for finding in findings] == [
        Fault.PASSAGE_INVALID,
        Fault.DOCUMENT_INVALID,
    ]
    assert findings[0].details == ("1", "2", "3", "4", "5")
    assert str(findings[0]).endswith(": 1; 2; 3; and 2 more")
    assert str(findings[1]).endswith(": a")


def test_a_check_is_as_bad_as_the_worst_it_found() -> None:
    both = collate([(Fault.FOREIGN_FILE, "x"), (Fault.PASSAGE_STRAY, "y")])

    assert Check("files", "seen", both).severity is Severity.PROBLEM
    assert Check("files", "seen", both[:1]).severity is Severity.NOTICE
    assert Check("files", "seen").severity is None
