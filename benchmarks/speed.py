"""How long `kb` takes: build, rebuild, and questions in new processes and in one.

    .venv-dev/bin/python -m benchmarks.speed [--articles 16 316 2000] [--write]

Collections are the example articles among generated ones. `--write` puts the table into
benchmarks/README.md. Times are medians of five runs, in milliseconds.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.corpus import generate
from benchmarks.results import show
from kb.cli.wiring import compare
from kb.corpus import Corpus
from kb.errors import ExitCode
from kb.store import IndexReader

ROOT = Path(__file__).parents[1]
QUESTIONS = (
    "Koliko nezadovoljnih strank se nikoli ne pritoži?",
    "Jak oblicza się wskaźnik NPS?",
    "CSAT कैसे निकाला जाता है?",
    "Cât de repede trebuie rezolvat un incident P1?",
    "How much dearer is it to win a new customer than to keep one?",
)
_RUNS = 5


def measure(articles: int, folder: Path) -> Iterator[str]:
    """Yield the cells of one row of the table."""
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    own = len(list((folder / "corpus").rglob("*.md")))
    for article in generate(articles - own, seed=7, languages=("sl", "pl", "hi", "ro")):
        path = folder / "corpus" / "generated" / article.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article.text, encoding="utf-8")
    yield str(articles)
    yield f"{_milliseconds(lambda: _kb(folder, 'build'), runs=1):,.0f}"
    yield f"{_milliseconds(lambda: _kb(folder, 'build')):,.0f}"
    yield f"{_milliseconds(lambda: _change_one(folder)):,.0f}"
    cold = [_milliseconds(lambda q=q: _kb(folder, "ask", q), runs=1) for q in QUESTIONS]  # type: ignore[misc]
    yield f"{statistics.median(cold):,.0f}"
    yield f"{_warm(folder):,.0f}"
    yield f"{_milliseconds(lambda: _compare(folder)):,.0f}"


def _warm(folder: Path) -> float:
    """Return the milliseconds that one more question adds in a process that has the model."""
    few, many = folder / "few.txt", folder / "many.txt"
    few.write_text("\n".join(QUESTIONS), encoding="utf-8")
    many.write_text("\n".join(QUESTIONS * 5), encoding="utf-8")
    times = [
        _milliseconds(lambda file=file: _kb(folder, "search", "--batch", str(file)))  # type: ignore[misc]
        for file in (few, many)
    ]
    return (times[1] - times[0]) / (len(QUESTIONS) * 4)


def _compare(folder: Path) -> None:
    """Look for changed articles, as each question does first."""
    with IndexReader(folder / "index") as reader:
        assert compare(Corpus(folder / "corpus"), reader).is_fresh


def _change_one(folder: Path) -> None:
    with (folder / "corpus" / "sl" / "odzivni-cas.md").open("a", encoding="utf-8") as file:
        file.write(f"\nDodatek ob {time.time_ns()}: stavek, ki ga prej ni bilo.\n")
    _kb(folder, "build")


def _milliseconds(action: Callable[[], None], *, runs: int = _RUNS) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def _kb(folder: Path, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "kb", "--quiet", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        stdout=subprocess.DEVNULL,
    )
    if done.returncode != ExitCode.NO_ANSWER:  # That takes as long as an answer.
        done.check_returncode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="*", default=[16, 316, 2000])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    lines = [
        (
            f"Measured {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
            f" {os.cpu_count()} cores, Python {platform.python_version()}. Milliseconds, whole"
            " commands in a new process, except for the last two columns."
        ),
        "",
        (
            "| articles | first build | build, nothing new | build, one changed | ask, cold |"
            " one more question, warm | looking for changes |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for articles in arguments.articles:
        with tempfile.TemporaryDirectory() as folder:
            lines.append(f"| {' | '.join(measure(articles, Path(folder)))} |")
    show("speed", "\n".join(lines), write=arguments.write)


if __name__ == "__main__":
    main()
