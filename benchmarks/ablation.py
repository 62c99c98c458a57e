"""What each part of retrieval gives: the same questions with one part left out at a time.

    .venv-dev/bin/python -m benchmarks.ablation [--write]

Over the example articles among 300 generated ones, for questions whose passage is in another
language: the plain questions, and the tuning half of the judged ones. `--write` puts the table
into benchmarks/README.md.
"""

import argparse
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from types import ModuleType

from benchmarks.results import keep
from kb import centre, matching, retrieval
from kb.answering import compose_answer
from kb.cli.bundled import bundled_question_files, bundled_settings, clone_folder
from kb.cli.wiring import OpenIndex, open_index, run_build
from kb.domain import Answer
from kb.evaluation.outcomes import OTHER, Outcome
from kb.evaluation.questions import JudgedQuestion, Wording, parse_questions
from kb.judging import DEPTH, judge
from kb.retrieval import Retrieval, Retriever

Change = tuple[ModuleType | type, str, object]

VARIANTS: Mapping[str, Sequence[Change]] = {
    "all parts": (),
    "mean vector alone": ((retrieval, "MEAN_WEIGHT", 1.0),),
    "words alone, no mean vector": ((retrieval, "MEAN_WEIGHT", 0.0),),
    "nothing taken out of the vectors": ((centre, "_HALF_TRUSTED", 1e9),),
    "chance matches count": ((matching, "_POOREST_MATCH", 0.0),),
    "windows in 20 passages": ((retrieval, "FINALISTS", 20),),
    "whole passages, no windows": ((matching, "_WINDOWS", (1_000_000,)),),
    "windows of one size": ((matching, "_WINDOWS", (36,)),),
    "no scale between languages": ((matching, "_POOREST_TRANSLATION", 1.0),),
    "no names across scripts": ((matching, "_SAME_SPELLING", 0.0),),
    "question words count in full": ((matching, "_ASKING", 1.0),),
    "no rarity": ((matching, "_MATCH_POWER", 1_000_000), (matching, "_MIN_RARITY", 1_000.0)),
}


def measure(index: OpenIndex, questions: Sequence[JudgedQuestion]) -> tuple[float, float]:
    """Return success@1 and success@5 in articles of other languages, in percent."""
    outcomes = ask(index, questions)
    return 100 * _success(outcomes, 1), 100 * _success(outcomes, 5)


def ask(
    index: OpenIndex, questions: Sequence[JudgedQuestion], *, depth: int = DEPTH
) -> tuple[Outcome, ...]:
    """Return what every wording found among the first `depth` passages; none is answered."""
    retriever = Retriever(index.reader, index.vectors, index.retriever.embedder)

    def retrieve(question: str) -> Retrieval:
        return retriever.retrieve(question, k=depth)

    def compose(wording: Wording, found: Retrieval) -> Answer:
        nothing = replace(found, hits=(), is_relevant=False)
        return compose_answer(
            wording.text, nothing, index.corpus.text, language=None, model="", generation=0
        )

    return judge(questions, index.reader, index.corpus.text, retrieve=retrieve, compose=compose)


def _success(outcomes: Sequence[Outcome], k: int) -> float:
    firsts = [found.first for one in outcomes if (found := one.found_in(OTHER))]
    return fmean([first is not None and first <= k for first in firsts])


@contextmanager
def changed(changes: Sequence[Change]) -> Iterator[None]:
    with ExitStack() as stack:
        for module, name, value in changes:
            stack.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, value)
        yield


def questions_of(root: Path) -> dict[str, list[JudgedQuestion]]:
    """Return the plain questions and each half of the judged ones, those with an answer."""
    core = root / "tests" / "quality" / "core.jsonl"
    plain, judged = (
        [
            question
            for path in paths
            for question in parse_questions(path.read_text("utf-8"), str(path))
            if question.expected
        ]
        for paths in ([core], bundled_question_files(root))
    )
    halves = {
        f"judged, {name} half": [question for question in judged if question.split == split]
        for name, split in (("tuning", "tune"), ("test", "test"))
    }
    return {"plain": plain, **halves}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    root = clone_folder()
    plain, tuning, _ = questions_of(root).values()
    lines = [
        (
            f"Measured {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
            f" {os.cpu_count()} cores. Percent of wordings with an answering passage, in another"
            " language than the question's, first or among the first five."
        ),
        "",
        "| | plain @1 | plain @5 | judged, tuning half @1 | @5 |",
        "|---|---|---|---|---|",
    ]
    with bundled_settings(root, distractors=300, model=None) as settings:
        run_build(settings, full=False, quiet=True)
        with open_index(settings, quiet=True) as index:
            for name, changes in VARIANTS.items():
                with changed(changes):
                    figures = [
                        figure
                        for questions in (plain, tuning)
                        for figure in measure(index, questions)
                    ]
                lines.append(f"| {name} | {' | '.join(f'{figure:.1f}' for figure in figures)} |")
                print(lines[-1], flush=True)
    text = "\n".join(lines)
    print(text)
    if arguments.write:
        keep("ablation", text)


if __name__ == "__main__":
    main()
