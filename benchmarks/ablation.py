"""What each part of retrieval gives: the same questions with one part left out at a time.

    .venv-dev/bin/python -m benchmarks.ablation [--write]

Over the example articles among 300 generated ones, for questions whose passage is in another
language: the plain questions, and the tuning half of the judged ones. `--write` puts the table
into benchmarks/README.md.
"""

import argparse
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import fmean

from benchmarks.bundled import Change, ask, bundled_index, bundled_questions, changed
from benchmarks.results import show
from kb import centre, language_bias, matching, retrieval, scoring
from kb.cli.wiring import OpenIndex
from kb.evaluation.outcomes import OTHER, Outcome
from kb.evaluation.questions import JudgedQuestion

_DISTRACTORS = 300

VARIANTS: Mapping[str, Sequence[Change]] = {
    "all parts": (),
    "mean vector alone": ((scoring, "MEAN_WEIGHT", 1.0),),
    "words alone, no mean vector": ((scoring, "MEAN_WEIGHT", 0.0),),
    "nothing taken out of the vectors": ((centre, "_HALF_TRUSTED", 1e9),),
    "chance matches count": ((matching, "_POOREST_MATCH", 0.0),),
    "windows in 20 passages": ((retrieval, "FINALISTS", 20),),
    "whole passages, no windows": ((matching, "_WINDOWS", (1_000_000,)),),
    "windows of one size": ((matching, "_WINDOWS", (36,)),),
    "no scale between languages": ((matching, "_POOREST_TRANSLATION", 1.0),),
    "no names across scripts": ((matching, "_SAME_SPELLING", 0.0),),
    "nothing read closely": ((retrieval, "_READING_WEIGHT", 0.0),),
    "bias towards languages stays": ((language_bias, "_TAKEN_OUT", 0.0),),
    "no rarity": ((matching, "_MATCH_POWER", 1_000_000), (matching, "_MIN_RARITY", 1_000.0)),
}


def measure(index: OpenIndex, questions: Sequence[JudgedQuestion]) -> tuple[float, float]:
    """Return success@1 and success@5 in articles of other languages, in percent."""
    outcomes = ask(index, questions)
    return 100 * _success(outcomes, 1), 100 * _success(outcomes, 5)


def _success(outcomes: Sequence[Outcome], k: int) -> float:
    firsts = [found.first for one in outcomes if (found := one.found_in(OTHER))]
    return fmean([first is not None and first <= k for first in firsts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    plain, tuning, _ = bundled_questions().values()
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
    with bundled_index(_DISTRACTORS) as index:
        for name, changes in VARIANTS.items():
            with changed(changes):
                figures = [
                    figure for questions in (plain, tuning) for figure in measure(index, questions)
                ]
            lines.append(f"| {name} | {' | '.join(f'{figure:.1f}' for figure in figures)} |")
            print(lines[-1], flush=True)
    show("ablation", "\n".join(lines), write=arguments.write)


if __name__ == "__main__":
    main()
