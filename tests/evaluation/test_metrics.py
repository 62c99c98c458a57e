"""Figures of a ranking, held against trec_eval itself."""

import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.evaluation.metrics import RANKING_METRICS, roc_auc

IDS = [f"d{number}" for number in range(30)]
TREC_NAMES = {
    "success@1": "success_1",
    "success@5": "success_5",
    "success@10": "success_10",
    "recall@1": "recall_1",
    "recall@5": "recall_5",
    "recall@10": "recall_10",
    "MRR@10": "recip_rank",
    "nDCG@10": "ndcg_cut_10",
}
# Few different values, so that most rankings have ties.
runs = st.dictionaries(st.sampled_from(IDS), st.integers(0, 4).map(float), min_size=1, max_size=30)
judgements = st.sets(st.sampled_from(IDS), min_size=1, max_size=15)
scores = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=12)


def trec_order(run: dict[str, float]) -> list[str]:
    """Best first; equal scores in descending order of id, as trec_eval breaks ties."""
    return sorted(run, key=lambda id_: (run[id_], id_), reverse=True)


def trec_figures(run: dict[str, float], relevant: set[str]) -> dict[str, float]:
    measures = {"success.1,5,10", "recall.1,5,10", "recip_rank", "ndcg_cut.10"}
    judged = {"q": dict.fromkeys(relevant, 1)}
    evaluator = pytrec_eval.RelevanceEvaluator(judged, measures)
    # trec_eval has no cut for the reciprocal rank: the ranking is cut instead.
    first_ten = {id_: run[id_] for id_ in trec_order(run)[:10]}
    whole, cut = (evaluator.evaluate({"q": ranking})["q"] for ranking in (run, first_ten))
    return {**whole, "recip_rank": cut["recip_rank"]}


@settings(max_examples=300)
@given(run=runs, relevant=judgements)
def test_every_figure_is_that_of_trec_eval(run: dict[str, float], relevant: set[str]) -> None:
    ranks = [rank for rank, id_ in enumerate(trec_order(run), start=1) if id_ in relevant]

    figures = {name: metric(ranks, len(relevant)) for name, metric in RANKING_METRICS.items()}

    expected = trec_figures(run, relevant)
    assert figures == pytest.approx({name: expected[TREC_NAMES[name]] for name in figures})


def test_figures_of_a_worked_example() -> None:
    # Two relevant passages, one at rank 2, the other below ten.
    figures = {name: metric([2, 14], 2) for name, metric in RANKING_METRICS.items()}

    assert figures["success@1"] == 0
    assert figures["success@5"] == 1
    assert figures["recall@10"] == 0.5
    assert figures["MRR@10"] == 0.5
    assert figures["nDCG@10"] == pytest.approx(0.6309 / 1.6309, abs=1e-4)


@pytest.mark.parametrize("name", RANKING_METRICS)
def test_nothing_found_is_zero(name: str) -> None:
    assert RANKING_METRICS[name]([], 3) == 0


@given(positives=scores, negatives=scores)
def test_area_under_the_curve_is_the_share_of_pairs_in_order(
    positives: list[float], negatives: list[float]
) -> None:
    wins = [(one > other) + (one == other) / 2 for one in positives for other in negatives]

    assert roc_auc(positives, negatives) == pytest.approx(sum(wins) / len(wins))


def test_area_under_the_curve_needs_both_groups() -> None:
    assert roc_auc([], [1.0]) is None
    assert roc_auc([1.0], []) is None
