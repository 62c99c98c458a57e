"""How sure a difference between two runs is: paired bootstrap over questions.

The wordings of one question are not independent, so whole questions are drawn.

Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13 (percentile
interval); Sakai, SIGIR 2006, for its use on retrieval figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.evaluation.metrics import pair_wins

Key = tuple[str, str]
"""Question id and language of the wording."""

RESAMPLES = 2_000
LEVEL = 0.95
_SEED = 7

_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The same figure in two runs, and the interval that holds the true difference.

    `low` to `high` is the 95 % interval of `second - first`; where it holds 0, the runs may as
    well be equal.
    """

    first: float
    second: float
    low: float
    high: float


def mean_difference(first: Mapping[Key, float], second: Mapping[Key, float]) -> Difference:
    """Compare the means of a figure over the same wordings.

    Raises: `ValueError` when the wordings differ or there are none.
    """
    if not first or set(first) != set(second):
        raise ValueError("a paired comparison needs the same wordings in both runs")
    keys = sorted(first)
    places, questions = _clusters([key[0] for key in keys])
    size = np.bincount(places, minlength=questions).astype(np.float64)
    gain = np.array([second[key] - first[key] for key in keys])
    total = np.bincount(places, weights=gain, minlength=questions)
    drawn = _draws(questions, _SEED)
    low, high = _interval((drawn @ total) / (drawn @ size))
    return Difference(first=_mean(first), second=_mean(second), low=low, high=high)


def auc_difference(
    first: tuple[Mapping[Key, float], Mapping[Key, float]],
    second: tuple[Mapping[Key, float], Mapping[Key, float]],
) -> Difference:
    """Compare the areas under the ROC curve of (positive scores, negative scores).

    Positive and negative questions are drawn apart, so every draw has as many of both.
    Raises: `ValueError` when the wordings differ or one group is empty.
    """
    for one, two in zip(first, second, strict=True):
        if not one or set(one) != set(two):
            raise ValueError("a paired comparison needs the same wordings in both runs")
    wins_first, sizes = _wins(*first)
    wins_second, _ = _wins(*second)
    positives, negatives = (_draws(questions, _SEED + i) for i, questions in enumerate(sizes.shape))
    pairs = _weighted(sizes, positives, negatives)
    gain = _weighted(wins_second - wins_first, positives, negatives)
    low, high = _interval(gain / pairs)
    return Difference(
        first=float(wins_first.sum() / sizes.sum()),
        second=float(wins_second.sum() / sizes.sum()),
        low=low,
        high=high,
    )


def _wins(positive: Mapping[Key, float], negative: Mapping[Key, float]) -> tuple[_Array, _Array]:
    """Return won and all pairs of wordings between each two questions, both `(pos, neg)`."""
    rows, positives = _clusters([key[0] for key in sorted(positive)])
    columns, negatives = _clusters([key[0] for key in sorted(negative)])
    scores = [positive[key] for key in sorted(positive)]
    others = np.array([negative[key] for key in sorted(negative)])
    wins, sizes = np.zeros((positives, negatives)), np.zeros((positives, negatives))
    for column in range(negatives):
        against = others[columns == column].tolist()
        np.add.at(wins[:, column], rows, pair_wins(scores, against))
        np.add.at(sizes[:, column], rows, len(against))
    return wins, sizes


def _weighted(matrix: _Array, rows: _Array, columns: _Array) -> _Array:
    """Return the sum of `matrix` under each draw's row and column counts, `(resamples,)`."""
    return np.asarray(((rows @ matrix) * columns).sum(axis=1), dtype=np.float64)


def _clusters(ids: Sequence[str]) -> tuple[npt.NDArray[np.intp], int]:
    """Return the number of each wording's question, and how many questions there are."""
    distinct, places = np.unique(ids, return_inverse=True)
    return places, len(distinct)


def _draws(questions: int, seed: int) -> _Array:
    """Return how often each question is drawn in each resample, `(resamples, questions)`."""
    generator = np.random.default_rng(seed)
    share = np.full(questions, 1 / questions)
    return generator.multinomial(questions, share, size=RESAMPLES).astype(np.float64)


def _interval(values: _Array) -> tuple[float, float]:
    edge = (1 - LEVEL) / 2
    low, high = np.quantile(values, [edge, 1 - edge])
    return float(low), float(high)


def _mean(values: Mapping[Key, float]) -> float:
    return sum(values.values()) / len(values)
