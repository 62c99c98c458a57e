"""How good one ranking is, and how well scores tell two groups apart.

Definitions and conventions are those of trec_eval: relevance is yes or no, a question may have
several relevant passages, and what is not in the ranking was not found. The ranking is taken as
it was shown, so ties in score are already broken.

A ranking is given as the ranks, from 1, of the relevant passages in it.

Source: Buckley and Voorhees, "Retrieval system evaluation", in TREC, MIT Press 2005;
https://github.com/usnistgov/trec_eval
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

Ranks = Sequence[int]


def success(ranks: Ranks, relevant: int, *, k: int) -> float:
    """Return 1 when at least one relevant passage is among the first `k`, else 0.

    Also called hit rate. Where any relevant passage answers, this is what a reader notices.
    """
    return float(relevant > 0 and any(rank <= k for rank in ranks))


def recall(ranks: Ranks, relevant: int, *, k: int) -> float:
    """Return the share of all `relevant` passages that is among the first `k`."""
    return sum(rank <= k for rank in ranks) / relevant if relevant else 0.0


def reciprocal_rank(ranks: Ranks, relevant: int, *, k: int) -> float:
    """Return 1 / rank of the first relevant passage, 0 when it comes after `k`."""
    return success(ranks, relevant, k=k) / min(ranks, default=1)


def ndcg(ranks: Ranks, relevant: int, *, k: int) -> float:
    """Return the discounted gain of the first `k`, divided by that of the best possible order.

    A relevant passage gains 1 / log2(rank + 1).

    Source: Järvelin and Kekäläinen, ACM TOIS 20(4), 2002, with the discount of trec_eval.
    """
    best = sum(_gain(rank) for rank in range(1, min(relevant, k) + 1))
    return sum(_gain(rank) for rank in ranks if rank <= k) / best if best else 0.0


def _gain(rank: int) -> float:
    return 1 / math.log2(rank + 1)


RANKING_METRICS: Mapping[str, Callable[[Ranks, int], float]] = {
    "success@1": partial(success, k=1),
    "success@5": partial(success, k=5),
    "success@10": partial(success, k=10),
    "recall@1": partial(recall, k=1),
    "recall@5": partial(recall, k=5),
    "recall@10": partial(recall, k=10),
    "MRR@10": partial(reciprocal_rank, k=10),
    "nDCG@10": partial(ndcg, k=10),
}
"""Each figure of a ranking; a mean over questions has the same name."""


def roc_auc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return how often a positive scores above a negative, ties counted as half.

    1 tells them apart without error, 0.5 is chance. None when one group is empty.

    Source: Hanley and McNeil, Radiology 143, 1982: the area under the ROC curve is this share.
    """
    if not positives or not negatives:
        return None
    return float(pair_wins(positives, negatives).mean() / len(negatives))


def pair_wins(positives: Sequence[float], negatives: Sequence[float]) -> npt.NDArray[np.float64]:
    """Return for each positive how many negatives it beats, ties as half, `(positives,)`."""
    ordered = np.sort(np.asarray(negatives, dtype=np.float64))
    below = np.searchsorted(ordered, positives, side="left")
    not_above = np.searchsorted(ordered, positives, side="right")
    return np.asarray((below + not_above) / 2, dtype=np.float64)
