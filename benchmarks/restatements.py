"""Whether a gain comes from training text that is near to the judged questions.

    .venv-dev/bin/python -m benchmarks.restatements BEFORE.json AFTER.json

Two runs of `kb eval --json` over the same questions, with the model before it learned from
`training/restatements.tsv` and after. Their wordings are grouped by the cosine of the nearest
text there in the same language, by the model that this clone has, and each group's figures over
passages in other languages stand side by side.
"""

import argparse
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean

from kb.embedding.embedded import EmbeddedModel
from kb.evaluation.metrics import RANKING_METRICS
from kb.evaluation.outcomes import OTHER, Found
from kb.rendering.runs import run_from_json
from kb.vectors import Matrix
from training.restatements import RESTATEMENTS

_LIMITS = (-1.0, 0.6, 0.7, 1.01)
_METRICS = ("success@1", "success@5", "MRR@10")

Wording = tuple[str, str]
"""A text and its language."""


def found_in(path: Path) -> dict[Wording, Found]:
    """Return what each wording of a saved run found in other languages than its own."""
    outcomes = run_from_json(path.read_text(encoding="utf-8")).outcomes
    return {
        (one.wording, one.language): found for one in outcomes if (found := one.found_in(OTHER))
    }


def texts_by_language() -> dict[str, list[str]]:
    lines = RESTATEMENTS.read_text(encoding="utf-8").splitlines()
    languages, *rows = (line.split("\t") for line in lines)
    columns = zip(*rows, strict=True)
    return {language: list(texts) for language, texts in zip(languages, columns, strict=True)}


def nearness(wordings: Sequence[Wording]) -> list[float]:
    """Return the cosine of the nearest training text in each wording's language."""
    model = EmbeddedModel()
    vectors: Mapping[str, Matrix] = {
        language: model.embed_passages(texts) for language, texts in texts_by_language().items()
    }
    return [
        float((vectors[language] @ model.embed_question(text)).max()) for text, language in wordings
    ]


def figures(found: Sequence[Found]) -> list[float]:
    return [
        100 * fmean(RANKING_METRICS[metric](one.ranks, one.relevant) for one in found)
        for metric in _METRICS
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    arguments = parser.parse_args()
    before, after = found_in(arguments.before), found_in(arguments.after)
    near = dict(zip(before, nearness(list(before)), strict=True))
    print(f"| nearest text | wordings | {' | '.join(_METRICS)} |")
    print(f"|---|---|{'---|' * len(_METRICS)}")
    for low, high in pairwise(_LIMITS):
        group = [wording for wording in before if low <= near[wording] < high]
        if group:
            one, other = (figures([runs[wording] for wording in group]) for runs in (before, after))
            cells = [f"{a:.1f} -> {b:.1f}" for a, b in zip(one, other, strict=True)]
            print(f"| {max(low, 0)} to {min(high, 1)} | {len(group)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
