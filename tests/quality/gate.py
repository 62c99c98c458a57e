"""The quality gate: retrieval and refusals may get better than their limits, never worse.

    python tests/quality/gate.py                    compare what is measured with the limits
    python tests/quality/gate.py --raise            write stricter limits where more is reached
    python tests/quality/gate.py --lower "REASON"   write looser ones where less is reached

The limits stand in `floors.json` with the digests of what they were measured on. They are one
question looser than what was measured, so that another processor's rounding does not fail. Both
halves of the judged questions are measured; the test half is only looked at, never tuned on.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from kb.answering import compose_answer
from kb.cli.bundled import bundled_question_files, bundled_settings, clone_folder
from kb.cli.terminal import show
from kb.cli.wiring import OpenIndex, open_index, run_build
from kb.domain import Answer
from kb.evaluation.metrics import RANKING_METRICS
from kb.evaluation.outcomes import OTHER, Found, Outcome
from kb.evaluation.questions import JudgedQuestion, Wording, parse_questions
from kb.evaluation.report import ALL, Cell, Table, article_languages, by_language
from kb.judging import DEPTH, SENTENCES, Retrieve, judge
from kb.rendering.tables import table_to_text
from kb.retrieval import Retrieval

FLOORS = Path(__file__).with_name("floors.json")
COMMAND = ".venv-dev/bin/python tests/quality/gate.py"
DISTRACTORS = 300

CORE, JUDGED = "core", "judged"
REFUSED = f"{JUDGED} answerable refused"
ANSWERED = f"{JUDGED} off-topic answered"
CEILINGS = (REFUSED, ANSWERED)
"""The figures that count errors: less is better."""

_FEWEST_WORDINGS = 8  # One question in fewer than eight says nothing about a pair of languages.
_STEPS = 1000  # Limits have three digits.


# What is measured


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over wordings."""

    value: float
    wordings: int

    @classmethod
    def mean(cls, values: Sequence[float]) -> Self:
        return cls(sum(values) / len(values), len(values))


Figures = Mapping[str, Figure]
"""What was measured, by name: `core hi>pl success@1` is of Hindi questions, Polish articles."""

Digests = Mapping[str, str]
"""SHA-256 of each part of the data."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """The example articles among generated ones, indexed, with what is asked of them."""

    index: OpenIndex
    folder: Path
    """Where the index lies."""
    questions: Mapping[str, Sequence[JudgedQuestion]]
    digests: Digests


@contextmanager
def open_bundled(root: Path) -> Iterator[Bundled]:
    """Yield the set of the clone in `root`, indexed in a temporary folder."""
    files = {
        CORE: [root / "tests" / "quality" / "core.jsonl"],
        JUDGED: bundled_question_files(root),
    }
    questions = {
        name: [one for path in paths for one in parse_questions(_read(path), str(path))]
        for name, paths in files.items()
    }
    with bundled_settings(root, distractors=DISTRACTORS, model=None) as settings:
        run_build(settings, full=False, quiet=True)
        articles = settings.corpus_folder
        digests = {
            "questions": digest([path for paths in files.values() for path in paths], root),
            "articles": digest(_files_in(root / "corpus"), root),
            "distractors": digest(_files_in(articles / "distractors"), articles),
        }
        with open_index(settings, quiet=True) as index:
            yield Bundled(index, settings.index_folder, questions, digests)


def digest(files: Iterable[Path], folder: Path) -> str:
    """Return the SHA-256 of the files' paths below `folder` and texts, whatever their order.

    Line ends of other systems count as the same text.
    """
    lines = (
        f"{path.relative_to(folder).as_posix()}\t{sha256(_read(path).encode()).hexdigest()}"
        for path in files
    )
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _files_in(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def measure(bundled: Bundled) -> dict[str, Figure]:
    """Ask all questions and return the figures that have limits."""
    figures: dict[str, Figure] = {}
    for name in (CORE, JUDGED):
        outcomes = ask(bundled, bundled.questions[name])
        figures |= ranking(name, outcomes)
        if name == JUDGED:
            figures |= refusals(outcomes)
    return figures


def ask(
    bundled: Bundled,
    questions: Sequence[JudgedQuestion],
    retrieve: Retrieve | None = None,
) -> tuple[Outcome, ...]:
    """Ask `questions` as `kb eval` does, of another retriever where one is given."""
    index = bundled.index

    def retrieve_from_index(question: str) -> Retrieval:
        return index.retriever.retrieve(question, k=DEPTH)

    def compose(wording: Wording, retrieval: Retrieval) -> Answer:
        return compose_answer(
            wording.text,
            retrieval,
            index.read_text,
            language=wording.language,
            model=index.reader.state.model,
            generation=index.reader.state.generation,
            sentences=SENTENCES,
        )

    return judge(
        questions,
        index.reader,
        index.read_text,
        retrieve=retrieve or retrieve_from_index,
        compose=compose,
    )


def ranking(name: str, outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Return success by question and article language, and MRR@10 over other languages."""
    figures = {}
    for question, group in by_language(outcomes).items():
        for articles in (*article_languages(group), OTHER):
            found = _found(group, articles)
            if len(found) >= _FEWEST_WORDINGS:
                for metric in ("success@1", "success@5"):
                    figures[f"{name} {question}>{articles} {metric}"] = _mean(metric, found)
    figures[f"{name} {ALL}>{OTHER} MRR@10"] = _mean("MRR@10", _found(outcomes, OTHER))
    return figures


def refusals(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Return the shares of answerable wordings refused and of off-topic ones answered."""
    answerable = [one for one in outcomes if one.is_answerable]
    off_topic = [one for one in outcomes if one.kind == "off-topic"]
    return {
        REFUSED: Figure.mean([not one.is_answered for one in answerable]),
        ANSWERED: Figure.mean([one.is_answered for one in off_topic]),
    }


def _found(outcomes: Sequence[Outcome], articles: str) -> list[Found]:
    return [found for one in outcomes if (found := one.found_in(articles))]


def _mean(metric: str, found: Sequence[Found]) -> Figure:
    return Figure.mean([RANKING_METRICS[metric](one.ranks, one.relevant) for one in found])


# The record of limits: pure


@dataclass(frozen=True, slots=True)
class Record:
    """What is in `floors.json`.

    `limits` are floors, for errors ceilings; `history` says when and why they got looser.
    """

    digests: Digests
    limits: Mapping[str, float]
    history: tuple[Mapping[str, Any], ...] = ()


EMPTY = Record({}, {})


class LoweringRefused(Exception):
    """The limits may not get looser in this way."""


def limit(name: str, figure: Figure) -> float:
    """Return what has to be reached from now on: one question less than was."""
    slack = 1 / figure.wordings
    if name in CEILINGS:
        return min(1.0, math.ceil((figure.value + slack) * _STEPS) / _STEPS)
    return max(0.0, math.floor((figure.value - slack) * _STEPS) / _STEPS)


def is_met(name: str, value: float, limit: float) -> bool:
    """True when a figure, or another limit, is at least as strict as `limit`."""
    return value <= limit if name in CEILINGS else value >= limit


def problems(record: Record, digests: Digests, figures: Figures) -> list[str]:
    """Return why the gate fails, nothing when it passes."""
    return [*data_problems(record, digests), *limit_problems(record.limits, figures)]


def data_problems(record: Record, digests: Digests) -> list[str]:
    """Return a line when the limits were measured on other data."""
    changed = changed_parts(record, digests)
    if not changed:
        return []
    return [f"{', '.join(changed)} changed: run `{COMMAND} --raise` to record new floors"]


def limit_problems(limits: Mapping[str, float], figures: Figures) -> list[str]:
    """Return a line for each figure that misses its limit, and for each one without the other."""
    lines = []
    for name in sorted(limits.keys() | figures.keys()):
        if name not in figures:
            lines.append(f"{name}: is no longer measured")
        elif name not in limits:
            lines.append(f"{name}: has no limit yet; run `{COMMAND} --raise`")
        elif not is_met(name, figures[name].value, limits[name]):
            side = "above its ceiling" if name in CEILINGS else "below its floor"
            lines.append(f"{name}: {figures[name].value:.3f} is {side} {limits[name]:.3f}")
    return lines


def changed_parts(record: Record, digests: Digests) -> list[str]:
    """Return the parts of the data that are not what the limits were measured on."""
    parts = sorted(record.digests.keys() | digests.keys())
    return [part for part in parts if record.digests.get(part) != digests.get(part)]


def raised(record: Record, digests: Digests, figures: Figures, today: date) -> Record:
    """Return the record with stricter limits where more was measured, none looser.

    For changed data all limits are new, and the history says so.
    """
    reached = {name: limit(name, figure) for name, figure in figures.items()}
    if not record.limits:
        return Record(digests, reached, record.history)
    if changed := changed_parts(record, digests):
        reason = f"measured on new data: {', '.join(changed)} changed"
        return Record(digests, reached, _with_entry(record, reached, reason, today))
    limits = dict(record.limits)
    for name, new in reached.items():
        if name not in limits or is_met(name, new, limits[name]):
            limits[name] = new
    return Record(digests, limits, record.history)


def lowered(record: Record, digests: Digests, figures: Figures, reason: str, today: date) -> Record:
    """Return the record with looser limits where they are missed; the history keeps `reason`.

    Raises: `LoweringRefused` without a reason, on changed data, and when no limit is missed.
    """
    if not reason.strip():
        raise LoweringRefused("say why the limits get looser; the reason is kept")
    if changed := data_problems(record, digests):
        raise LoweringRefused(changed[0])
    limits = {
        name: old if is_met(name, figures[name].value, old) else limit(name, figures[name])
        for name, old in record.limits.items()
        if name in figures
    }
    if limits == record.limits:
        raise LoweringRefused("no limit is missed, so none has to get looser")
    return Record(digests, limits, _with_entry(record, limits, reason.strip(), today))


def _with_entry(
    record: Record, limits: Mapping[str, float], reason: str, today: date
) -> tuple[Mapping[str, Any], ...]:
    """Return the history with what gets looser from `record` to `limits`; None is no limit."""
    looser = {
        name: [old, limits.get(name)]
        for name, old in sorted(record.limits.items())
        if name not in limits or not is_met(name, limits[name], old)
    }
    entry = {"date": today.isoformat(), "reason": reason, "looser": looser}
    return (*record.history, entry)


# Files and the command


def load(path: Path) -> Record:
    """Return the record in `path`, an empty one when there is none yet."""
    if not path.exists():
        return EMPTY
    content = json.loads(_read(path))
    limits = {**content["floors"], **content["ceilings"]}
    return Record(content["digests"], limits, tuple(content["history"]))


def save(record: Record, path: Path) -> None:
    """Write `record` so that a changed limit is a changed line."""
    limits = sorted(record.limits.items())
    content = {
        "digests": record.digests,
        "floors": {name: value for name, value in limits if name not in CEILINGS},
        "ceilings": {name: value for name, value in limits if name in CEILINGS},
        "history": record.history,
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def comparison(limits: Mapping[str, float], figures: Figures) -> Table:
    """Return every figure beside its limit."""
    rows: list[tuple[Cell, ...]] = []
    for name, figure in figures.items():
        old = limits.get(name)
        is_missed = old is not None and not is_met(name, figure.value, old)
        sign = "at most" if name in CEILINGS else "at least"
        rows.append((name, figure.wordings, figure.value, sign, old, "FAILS" * is_missed))
    return Table("Quality gate", ("figure", "n", "measured", "", "limit", ""), tuple(rows))


def main() -> int:
    """Measure, print the comparison, write the limits when asked; 0 when the gate passes."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Check quality against its floors.")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--raise", action="store_true", dest="is_raise", help="stricter limits")
    change.add_argument("--lower", metavar="REASON", help="looser limits where they are missed")
    arguments = parser.parse_args()
    record = load(FLOORS)
    with open_bundled(clone_folder()) as bundled:
        figures, digests = measure(bundled), bundled.digests
    show(table_to_text(comparison(record.limits, figures)) + "\n")
    today = datetime.now(UTC).date()
    try:
        if arguments.is_raise:
            record = _write(record, raised(record, digests, figures, today))
        elif arguments.lower is not None:
            record = _write(record, lowered(record, digests, figures, arguments.lower, today))
    except LoweringRefused as refused:
        show(f"Nothing written: {refused}")
        return 1
    missed = problems(record, digests, figures)
    show("\n".join(missed) if missed else "The gate passes.")
    return 1 if missed else 0


def _write(old: Record, new: Record) -> Record:
    """Save `new` and say what became of the limits."""
    save(new, FLOORS)
    for entry in new.history[len(old.history) :]:
        show(f"{len(entry['looser'])} limits got looser: {entry['reason']}")
    stricter = sum(
        name not in old.limits or not is_met(name, old.limits[name], value)
        for name, value in new.limits.items()
    )
    show(f"{stricter} limits are new or stricter in {FLOORS.name}.")
    return new


if __name__ == "__main__":
    sys.exit(main())
