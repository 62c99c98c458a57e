"""Which passages are among the first hundred of 100,000: by mean vectors, by words, by both.

    OMP_NUM_THREADS=1 .venv-dev/bin/python -m benchmarks.first_stage [--articles 16000] [--write]

The first stage of retrieval ranks all passages and hands a hundred on. The plain questions and
both halves of the judged ones are asked, over the example articles among generated ones on the
same subjects. `--write` puts the table into benchmarks/README.md.
"""

import argparse
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from statistics import fmean

from benchmarks.bundled import Change, ask, bundled_index, bundled_questions, changed
from benchmarks.results import show
from kb import retrieval, scoring
from kb.cli.wiring import OpenIndex
from kb.evaluation.outcomes import OTHER, Outcome
from kb.evaluation.questions import JudgedQuestion

VARIANTS: Mapping[str, Sequence[Change]] = {
    "mean vectors": ((scoring, "MEAN_WEIGHT", 1.0),),
    "words": ((scoring, "MEAN_WEIGHT", 0.0),),
    "both": (),
}


def recall(outcomes: Sequence[Outcome]) -> float:
    """Return the share of passages in other languages that were found, in percent of each wording."""
    found = [found for one in outcomes if (found := one.found_in(OTHER))]
    return 100 * fmean(len(one.ranks) / one.relevant for one in found)


def rows(index: OpenIndex, sets: Mapping[str, Sequence[JudgedQuestion]]) -> Iterator[str]:
    for name, changes in VARIANTS.items():
        with changed(changes):
            figures = [
                recall(ask(index, questions, depth=retrieval.FINALISTS))
                for questions in sets.values()
            ]
        yield f"| {name} | {' | '.join(f'{figure:.1f}' for figure in figures)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=16_000)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    sets = bundled_questions()
    with bundled_index(arguments.articles) as index:
        lines = [
            (
                f"Measured {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
                f" {len(index.vectors):,} passages. Percent of the passages that answer, in another"
                " language than the question's, among the first hundred."
            ),
            "",
            f"| ranked by | {' | '.join(sets)} |",
            f"|---|{'---|' * len(sets)}",
            *rows(index, sets),
        ]
    show("first stage", "\n".join(lines), write=arguments.write)


if __name__ == "__main__":
    main()
