"""docs/articles.md names the test of every bad input; each of them is there."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def test_every_test_that_the_table_names_is_there() -> None:
    documented = (REPOSITORY / "docs" / "articles.md").read_text(encoding="utf-8")
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob("test_*.py")
    )
    names = set(re.findall(r"`(test_\w+)`", documented))
    files = set(re.findall(r"`(tests/[\w/]+\.py)`", documented))

    assert len(names) > 15
    assert {name for name in names if f"def {name}(" not in tests} == set()
    assert {name for name in files if not (REPOSITORY / name).is_file()} == set()
