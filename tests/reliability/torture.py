"""`make torture`: the tests of this folder at full size, then the mutations, as tables of figures."""

import os
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.reliability import mutations

FOLDER = Path(__file__).parent


class Figures:
    """A pytest plugin that adds up what the tests counted and how long they took."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._counted: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid.partition("::")[2].partition("[")[0]
        self._seconds[test] += report.duration
        if report.when == "call" or not report.passed:
            self._outcomes[test][report.outcome] += 1
            self._counted[test] += Counter(dict(report.user_properties))

    def rows(self) -> list[str]:
        """Return one row of a Markdown table per test."""
        return [
            f"| {test.removeprefix('test_').replace('_', ' ')} | {_listed(outcomes)} "
            f"| {_listed(self._counted[test])} | {self._seconds[test]:,.0f} s |"
            for test, outcomes in self._outcomes.items()
        ]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in counts.items())


def main() -> int:
    """Run everything and return the exit status: 0 when all passed and no mutation survived."""
    os.environ["KB_TORTURE"] = "1"
    started = time.perf_counter()
    figures = Figures()
    status = pytest.main(["-q", "-p", "no:cacheprovider", str(FOLDER)], plugins=[figures])
    print("\n| law | cases | figures | time |\n|---|---|---|---|", *figures.rows(), sep="\n")
    print("\n| safeguard taken out | file | noticed by |\n|---|---|---|")
    alive = mutations.main()
    print(f"\n{time.perf_counter() - started:,.0f} s in all, {alive} mutations survived")
    return int(status) or alive


if __name__ == "__main__":
    sys.exit(main())
