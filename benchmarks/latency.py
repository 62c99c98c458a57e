"""What each stage of a question costs in a process that is warm, at given numbers of passages.

    OMP_NUM_THREADS=1 .venv-dev/bin/python -m benchmarks.latency [--passages 10000 100000]
        [--folder KEPT] [--write]

Collections are generated articles. Milliseconds are medians over questions in five languages,
each asked five times; a stage's own time, without that of stages within it. `--folder` keeps the
collections for the next run; `--write` puts the table into benchmarks/README.md.
"""

import argparse
import platform
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.corpus import LANGUAGES, generate
from benchmarks.results import show
from benchmarks.speed import QUESTIONS
from kb import matching, retrieval
from kb.cli.wiring import open_index, run_build
from kb.config import Settings, load_settings
from kb.reading import QuestionReader
from kb.retrieval import Retrieval, Retriever, hits_for
from kb.word_index import WordIndex

_PASSAGES_AN_ARTICLE = 6.2
_RUNS = 5
_HITS = 5
# What is timed for each stage: functions, by the module or class that has them.
STAGES: Mapping[str, Sequence[tuple[Any, str]]] = {
    "reading the question": ((QuestionReader, "read"),),
    "its terms": ((retrieval, "question_terms"),),
    "likeness of all words": ((retrieval, "similarities"),),
    "best match in all passages": ((WordIndex, "best_matches"),),
    "rarity and scale": ((matching, "translation_scale"), (matching, "rarity")),
    "coverage": ((matching, "scaled"), (matching, "coverage")),
    "cosines": ((Retriever, "_cosines"),),
    "bias towards languages": ((retrieval, "language_bias"),),
    "windows": ((matching.TermMatcher, "window_coverage"), (WordIndex, "texts_of")),
    "close reading": ((Retriever, "_read_closely"),),
    "hits": ((Retriever, "_hits"), (Retriever, "_tokens")),
    "grouping": ((Retrieval, "distinct"),),
}


class Stopwatch:
    """Adds up the time that each stage takes itself."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._switch()
        self._running.append(name)
        yield
        self._switch()
        self._running.pop()

    def _switch(self) -> None:
        now = time.perf_counter()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now


def watch(owner: Any, name: str, stage: str, watched: list[Stopwatch]) -> None:
    """Let the last of `watched` time every call of a function."""
    function: Callable[..., Any] = getattr(owner, name)

    @wraps(function)
    def timed(*arguments: Any, **named: Any) -> Any:
        with watched[-1].stage(stage):
            return function(*arguments, **named)

    setattr(owner, name, timed)


def measure(settings: Settings, watched: list[Stopwatch]) -> Iterator[tuple[str, float]]:
    """Yield what is counted and timed in one collection, with milliseconds where they are."""
    with open_index(settings, quiet=True) as index:
        retriever = index.retriever
        yield "passages", len(index.vectors)
        for question in QUESTIONS:
            retriever.retrieve(question, k=hits_for(_HITS)).distinct(_HITS)
        for question in QUESTIONS * _RUNS:
            watched.append(Stopwatch())
            with watched[-1].stage("the rest"):
                retriever.retrieve(question, k=hits_for(_HITS)).distinct(_HITS)
        for stage in (*STAGES, "the rest"):
            yield stage, median(1000 * one.seconds[stage] for one in watched[1:])
        yield "a question", median(1000 * sum(one.seconds.values()) for one in watched[1:])


def collection(folder: Path, passages: int) -> Settings:
    """Return the settings of a built collection of about so many passages."""
    settings = load_settings(corpus=folder / "corpus", index=folder / "index")
    if not (folder / "index").exists():
        articles = round(passages / _PASSAGES_AN_ARTICLE)
        for article in generate(articles, seed=7, languages=LANGUAGES):
            path = folder / "corpus" / article.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(article.text, encoding="utf-8")
        run_build(settings, quiet=True)
    return settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    watched = [Stopwatch()]
    for stage, functions in STAGES.items():
        for owner, name in functions:
            watch(owner, name, stage, watched)
    with tempfile.TemporaryDirectory() as temporary:
        columns = []
        for passages in arguments.passages:
            folder = (arguments.folder or Path(temporary)) / str(passages)
            del watched[1:]
            columns.append(dict(measure(collection(folder, passages), watched)))
    lines = [
        (
            f"Measured {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
            f" one thread, Python {platform.python_version()}. Milliseconds."
        ),
        "",
        "| passages | " + " | ".join(f"{column['passages']:,.0f}" for column in columns) + " |",
        f"|---|{'---|' * len(columns)}",
        *(
            f"| {stage} | " + " | ".join(f"{column[stage]:.1f}" for column in columns) + " |"
            for stage in (*STAGES, "the rest", "a question")
        ),
    ]
    show("latency", "\n".join(lines), write=arguments.write)


if __name__ == "__main__":
    main()
