"""Whether all stages of retrieval together beat each one, by paired bootstrap.

    OMP_NUM_THREADS=1 .venv-dev/bin/python -m benchmarks.stages [--write]

The test half of the judged questions is asked, over the example articles among 500 generated
ones. `--write` puts the table into benchmarks/README.md.
"""

import argparse
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import fmean

from benchmarks.bundled import Change, ask, bundled_index, bundled_questions, changed
from benchmarks.results import show
from kb import matching, retrieval, scoring
from kb.evaluation.bootstrap import Key, mean_difference
from kb.evaluation.metrics import RANKING_METRICS
from kb.evaluation.outcomes import OTHER, Outcome

_DISTRACTORS = 500
_METRICS = ("success@1", "success@5", "MRR@10")

_NO_MEAN: Change = (scoring, "MEAN_WEIGHT", 0.0)
_NO_READING: Change = (retrieval, "_READING_WEIGHT", 0.0)
_ALL = "all stages"
VARIANTS: Mapping[str, Sequence[Change]] = {
    _ALL: (),
    "mean vector": ((scoring, "MEAN_WEIGHT", 1.0), _NO_READING),
    "words in the passage": (_NO_MEAN, _NO_READING, (matching, "_WINDOWS", (1_000_000,))),
    "words in the passage and close together": (_NO_MEAN, _NO_READING),
}


def values(outcomes: Sequence[Outcome], metric: str) -> dict[Key, float]:
    """Return a figure of every wording over the passages in other languages."""
    return {
        (one.question_id, one.language): RANKING_METRICS[metric](found.ranks, found.relevant)
        for one in outcomes
        if (found := one.found_in(OTHER))
    }


def row(name: str, outcomes: Sequence[Outcome], whole: Sequence[Outcome]) -> str:
    figures = [f"{100 * fmean(values(outcomes, metric).values()):.1f}" for metric in _METRICS]
    ahead = ["" for _ in _METRICS]
    if outcomes is not whole:
        differences = [
            mean_difference(values(outcomes, metric), values(whole, metric)) for metric in _METRICS
        ]
        ahead = [f"{100 * one.low:+.1f} to {100 * one.high:+.1f}" for one in differences]
    cells = [cell for pair in zip(figures, ahead, strict=True) for cell in pair]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    *_, questions = bundled_questions().values()
    found = {}
    with bundled_index(_DISTRACTORS) as index:
        for name, changes in VARIANTS.items():
            with changed(changes):
                found[name] = ask(index, questions)
    columns = [cell for metric in _METRICS for cell in (metric, "all stages ahead by")]
    text = "\n".join(
        [
            (
                f"Measured {datetime.now(UTC):%Y-%m-%d}, {platform.system()}"
                f" {platform.machine()}. Percent of {len(values(found[_ALL], _METRICS[0]))}"
                " wordings with a passage in another language, and 95 % intervals."
            ),
            "",
            f"| ranked by | {' | '.join(columns)} |",
            f"|---|{'---|' * len(columns)}",
            *(row(name, outcomes, found[_ALL]) for name, outcomes in found.items()),
        ]
    )
    show("stages", text, write=arguments.write)


if __name__ == "__main__":
    main()
