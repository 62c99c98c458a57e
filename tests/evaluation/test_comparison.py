from kb.evaluation.comparison import comparison_table, pair_outcomes
from kb.evaluation.outcomes import Outcome
from tests.evaluation.outcomes import found, outcome

LANGUAGES = ("sl", "pl", "hi")


def run(rank: int, confidence: float) -> list[Outcome]:
    """Ten answerable questions whose passage comes at `rank`, five unanswerable ones."""
    return [
        *(
            outcome(f"a{number}", language, found("ro", rank), confidence=confidence, has_fact=True)
            for number in range(10)
            for language in LANGUAGES
        ),
        *(
            outcome(f"u{number}", language, confidence=0.5, is_answered=False)
            for number in range(5)
            for language in LANGUAGES
        ),
    ]


def test_better_ranks_are_a_certain_gain() -> None:
    paired = pair_outcomes(run(rank=2, confidence=0.5), run(rank=1, confidence=0.9))

    rows = {
        (row["figure"], row["question"], row["articles"]): row
        for row in comparison_table(paired).records()
    }

    mrr = rows["MRR@10", "all", "other"]
    assert (mrr["n"], mrr["A"], mrr["B"], mrr["B-A"]) == (30, 0.5, 1, 0.5)
    assert (mrr["low"], mrr["high"]) == (0.5, 0.5)
    assert rows["success@1", "hi", "ro"]["n"] == 10
    assert (rows["AUC", "all", "any"]["A"], rows["AUC", "all", "any"]["B"]) == (0.5, 1)
    assert rows["answered", "all", "any"]["n"] == 15
    assert rows["fact", "all", "any"]["B"] == 1
    assert ("MRR@10", "all", "own") not in rows


def test_wordings_in_one_run_only_are_left_out_and_counted() -> None:
    whole = run(rank=1, confidence=0.5)

    paired = pair_outcomes(whole, [one for one in whole if one.language != "hi"])

    assert paired.only_in_one == 15
    assert len(paired.pairs) == 30


def test_another_cut_of_the_articles_does_not_hinder_a_comparison() -> None:
    one = outcome("a", "sl", found("ro", 1, relevant=1))
    other = outcome("a", "sl", found("ro", 1, 2, relevant=2))

    assert len(pair_outcomes([one], [other]).pairs) == 1
