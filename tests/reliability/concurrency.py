"""Many readers and a few writers of one index, where each generation carries its own number.

Each writer has a corpus for itself and writes one number into every sentence of it before it
builds. So a generation has one number in all its passages, and whoever sees two saw it torn.
"""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from kb.answering import answer_question
from kb.cli.wiring import OpenIndex, open_index
from kb.config import load_settings
from kb.store import load_answers, save_answer
from tests.cli.articles import write_article
from tests.prose import HEADINGS, LANGUAGES, SENTENCES
from tests.reliability.processes import Running, fork, start

_NUMBER = re.compile(r"\[(\d+)\]")
_WAITING = re.compile(
    # A holder that has just come has not written yet who it is.
    r"(kb: ('kb build' \(process \d+, since [\d:]+\)|another command) is writing in the index; "
    r"waiting until it is done\n)?"
)


@dataclass
class Observations:
    """What a reader saw, and what it saved."""

    rounds: int = 0
    numbers: dict[int, int] = field(default_factory=dict)
    """Generations to the number that all their passages carry."""
    quotes: int = 0
    saved: list[int] = field(default_factory=list)
    longest_s: float = 0.0
    """The slowest round of questions, the opening of the index included."""
    failure: str | None = None


@dataclass
class Report:
    """What came of readers and writers at work together."""

    observations: list[Observations]
    builds: int = 0
    waits: int = 0


def read_and_write(folder: Path, *, readers: int, writers: int, seconds: float) -> Report:
    """Let readers ask and writers build for a time.

    Raises `AssertionError` when a build fails, or says anything but that it waits its turn.
    """
    corpora = [folder / f"corpus-{writer}" for writer in range(writers)]
    numbers = iter(range(1, 1_000_000))
    builds = {corpus: _build(corpus, next(numbers)) for corpus in corpora}
    report = Report([])
    _finish(builds[corpora[0]], report)
    builds[corpora[0]] = _build(corpora[0], next(numbers))
    with _asking(folder, corpora, readers, report):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            wait([build.process.sentinel for build in builds.values()])
            for corpus, build in list(builds.items()):
                if not build.process.is_alive():
                    _finish(build, report)
                    builds[corpus] = _build(corpus, next(numbers))
        for build in builds.values():
            _finish(build, report)
    saved = {answer.id for answer in load_answers(folder / "index")}
    assert saved == {number for seen in report.observations for number in seen.saved}
    return report


def _build(corpus: Path, number: int) -> Running:
    """Write `number` into every article of a corpus and start to build."""
    for language in LANGUAGES:
        sections = (
            f"## {heading}\n\n" + " ".join(f"{text} [{number}]" for text in SENTENCES[language])
            for heading in HEADINGS[language]
        )
        article = f"---\nlanguage: {language}\n---\n" + "\n\n".join(sections)
        write_article(corpus, f"{language}.md", article)
    return start(corpus.parent, "--corpus", corpus.name, "build")


def _finish(build: Running, report: Report) -> None:
    outcome = build.wait()
    assert outcome.code == 0, outcome.err
    assert _WAITING.fullmatch(outcome.err), outcome.err
    report.builds += 1
    report.waits += bool(outcome.err)


@contextmanager
def _asking(folder: Path, corpora: Sequence[Path], readers: int, report: Report) -> Iterator[None]:
    """Let readers ask until the block ends, and collect what they saw."""
    started = [_start_reader(folder, corpora[n % len(corpora)]) for n in range(readers)]
    try:
        yield
    finally:
        for process, connection in started:
            connection.send(None)
            report.observations.append(connection.recv())
            connection.close()
            process.join()
            process.close()


def _start_reader(folder: Path, corpus: Path) -> tuple[ForkServerProcess, Connection]:
    ours, theirs = Pipe()
    process = fork(_read, folder, corpus, theirs)
    theirs.close()
    return process, ours


def _read(folder: Path, corpus: Path, connection: Connection) -> None:
    """Ask in every language, again and again, until told to stop."""
    settings = load_settings(corpus=corpus, index=folder / "index")
    seen = Observations()
    while not connection.poll() and seen.failure is None:
        started = time.perf_counter()
        try:
            with open_index(settings, quiet=True) as index:
                _ask(index, seen)
            seen.longest_s = max(seen.longest_s, time.perf_counter() - started)
            seen.saved.append(save_answer(folder / "index", asked_at="", content="{}"))
        except Exception as error:  # noqa: BLE001  # Whatever it is, the test shall hear of it.
            seen.failure = repr(error)
        seen.rounds += 1
    connection.recv()
    connection.send(seen)


def _ask(index: OpenIndex, seen: Observations) -> None:
    generation = index.reader.state.generation
    for language in LANGUAGES:
        question = SENTENCES[language][0]
        hits = index.retriever.retrieve(question, k=50).hits
        answer = answer_question(
            question,
            index.retriever,
            index.read_text,
            language=None,
            generation=generation,
            without_documents=index.freshness.not_quotable,
        )
        texts = [hit.passage.text for hit in hits] + [quote.text for quote in answer.quotes]
        numbers = {int(number) for text in texts for number in _NUMBER.findall(text)}
        assert len(numbers) == 1, f"generation {generation} is torn: {sorted(numbers)}"
        (number,) = numbers
        assert seen.numbers.setdefault(generation, number) == number
        seen.quotes += len(answer.quotes)
