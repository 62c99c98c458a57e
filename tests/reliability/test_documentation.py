"""What docs/reliability.md says about tests and safeguards is so."""

import re
from pathlib import Path

from tests.reliability.mutations import MUTATIONS

REPOSITORY = Path(__file__).parents[2]
DOCUMENT = (REPOSITORY / "docs/reliability.md").read_text(encoding="utf-8")


def test_every_test_named_is_there() -> None:
    sources = "".join(path.read_text("utf-8") for path in (REPOSITORY / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", DOCUMENT))

    assert named
    assert {test for test in named if f"def {test}(" not in sources} == set()


def test_the_safeguards_listed_are_those_that_are_taken_out() -> None:
    table = DOCUMENT.partition("## Safeguards taken out")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]

    assert [(name.removeprefix("| "), file) for name, file, _ in rows] == [
        (mutation.name, f"`{mutation.file}`") for mutation in MUTATIONS
    ]


def test_no_safeguard_listed_goes_unnoticed() -> None:
    assert "SURVIVED" not in DOCUMENT
