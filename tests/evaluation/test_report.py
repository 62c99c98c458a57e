from typing import Any

import pytest

from kb.evaluation.report import (
    Cell,
    Table,
    abstention_table,
    answers_table,
    bias_table,
    kinds_table,
    questions_table,
    report,
    retrieval_table,
    time_table,
)
from tests.evaluation.outcomes import found, outcome


def rows(table: Table, *keys: str) -> dict[Any, dict[str, Cell]]:
    """Return the rows of a table under their cells in `keys`."""
    return {tuple(row[key] for key in keys): row for row in table.records()}


def test_a_question_answered_in_two_languages_counts_in_both_pairs() -> None:
    asked = [outcome("q", "sl", found("sl", 3), found("hi", 1))]

    pairs = rows(retrieval_table(asked), "question", "articles")

    assert set(pairs) == {
        *(("sl", articles) for articles in ("hi", "sl", "other", "any")),
        *(("all", articles) for articles in ("own", "other", "any")),
    }
    assert pairs["sl", "sl"]["MRR@10"] == pytest.approx(1 / 2)
    assert pairs["all", "own"]["success@1"] == 0
    assert pairs["all", "other"]["success@1"] == 1
    assert pairs["all", "any"]["recall@1"] == 0.5


def test_figures_are_means_over_wordings() -> None:
    asked = [
        outcome("q1", "sl", found("ro", 1)),
        outcome("q2", "sl", found("ro", 2)),
        outcome("q3", "sl", found("ro")),
        outcome("q4", "sl"),
    ]

    pair = rows(retrieval_table(asked), "question", "articles")["sl", "ro"]

    assert pair["n"] == 3
    assert pair["success@1"] == pytest.approx(1 / 3)
    assert pair["MRR@10"] == pytest.approx(0.5)


def test_kinds_of_unanswerable_questions_stand_apart() -> None:
    asked = [
        outcome("a", "pl", found("pl", 1), confidence=0.6),
        outcome("b", "pl", found("pl"), confidence=0.4, is_answered=False),
        outcome("c", "pl", kind="near-miss", confidence=0.5),
        outcome("d", "pl", kind="off-topic", confidence=0.1, is_answered=False),
    ]

    by_kind = rows(abstention_table(asked), "question", "kind")

    assert by_kind["pl", "answerable"]["refused"] == 0.5
    assert by_kind["pl", "near-miss"]["answered"] == 1
    assert by_kind["pl", "near-miss"]["AUC"] == 0.5
    assert by_kind["pl", "off-topic"]["answered"] == 0
    assert by_kind["pl", "off-topic"]["AUC"] == 1
    assert by_kind["all", "all"]["answered"] == 0.5
    assert by_kind["all", "all"]["AUC"] == 0.75


def test_a_question_without_a_fact_does_not_count_for_answers() -> None:
    asked = [
        outcome("a", "hi", found("hi", 1), has_fact=True),
        outcome("b", "hi", found("ro", 1), has_fact=False),
        outcome("c", "hi", found("ro", 1)),
        outcome("d", "hi", found("hi", 1), found("sl", 1), has_fact=True),
    ]

    share = rows(answers_table(asked), "question")["hi",]

    assert (share["n"], share["own"], share["other"], share["any"]) == (3, 1, 0, 2 / 3)


def test_bias_says_which_language_of_a_pair_comes_first() -> None:
    asked = [
        outcome("a", "en", found("hi", 5), found("sl", 2)),
        outcome("b", "en", found("hi", 1), found("sl", relevant=1)),
        outcome("c", "en", found("hi"), found("sl")),
        outcome("d", "en", found("hi", 1)),
    ]

    pair = rows(bias_table(asked), "question", "articles")["en", "hi+sl"]

    assert pair["n"] == 3
    assert (pair["first"], pair["second"], pair["neither"]) == pytest.approx((1 / 3,) * 3)


def test_kinds_are_reported_over_all_languages() -> None:
    asked = [
        outcome("a", "sl", found("sl", 1), kind="name", has_fact=True),
        outcome("a", "ro", found("sl", 9), kind="name", has_fact=False, is_answered=False),
        outcome("b", "ro", found("sl", 2), kind="list"),
    ]

    kinds = rows(kinds_table(asked), "kind")

    assert kinds["name",]["n"] == 2
    assert kinds["name",]["success@1"] == 0.5
    assert (kinds["name",]["with fact"], kinds["name",]["fact"]) == (2, 0.5)
    assert kinds["name",]["refused"] == 0.5
    assert (kinds["list",]["with fact"], kinds["list",]["fact"]) == (0, None)


def test_times_are_medians_and_the_slowest_of_twenty() -> None:
    asked = [outcome(f"q{ms}", "sl", ms=float(ms)) for ms in range(1, 21)]

    stages = rows(time_table(asked), "stage")

    assert stages["retrieve",]["median ms"] == 11
    assert stages["retrieve",]["95 % ms"] == 20
    assert stages["both",]["median ms"] == 16.5


def test_every_wording_has_its_row() -> None:
    asked = [
        outcome("a", "sl", found("sl", 3), found("hi", 1), has_fact=True),
        outcome("b", "sl", is_answered=False),
    ]

    table = questions_table(asked)

    assert table.columns == ("question", "hi", "sl", "confidence", "answered", "fact", "kind", "id")
    assert table.rows == (
        ("sl", 1, 3, 0.5, 1, 1, "number", "a"),
        ("sl", None, None, 0.5, 0, None, "near-miss", "b"),
    )


def test_tables_without_rows_are_left_out() -> None:
    only_unanswerable = report([outcome("a", "sl")])

    assert [table.name for table in only_unanswerable] == ["abstention", "time"]
    assert report([]) == ()
