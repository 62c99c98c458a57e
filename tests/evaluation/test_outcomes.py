import pytest

from kb.evaluation.outcomes import ANY, OTHER, OWN, holds_fact
from tests.evaluation.outcomes import found, outcome


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("9 minut", "Średnio 9\nminut, nie dłużej."),
        ("lodz", "Biuro w Łodzi; ŁÓDŹ rośnie."),
        ("Mureșan", "directoarea Ioana Mureşan a decis"),
        ("३२०", "शब्दावली में 320 शब्द हैं।"),
        ("320 शब्द", "शब्दावली में ३२० शब्द। फिर"),
        ("5 %", "natanko (5 %)"),
        ("minut", "in to *v* _minut_."),
        ("6,20 euro", "costă 6,20 euro."),
    ],
)
def test_a_fact_is_found_however_it_is_typed(fact: str, sentence: str) -> None:
    assert holds_fact(sentence, ["nikjer", fact])


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("5 %", "delež je 25 %"),
        ("5 %", "delež je 2,5 %"),
        ("9", "stane 9,50 evra"),
        ("9 minut", "po 9 minutah"),
        ("दिन", "दिनों में"),
        ("2 रुपये", "१२ रुपये"),
    ],
)
def test_part_of_a_word_or_number_is_no_fact(fact: str, sentence: str) -> None:
    assert not holds_fact(sentence, [fact])


def test_ranks_leave_out_what_answers_in_other_languages() -> None:
    asked = outcome("q", "sl", found("sl", 4), found("hi", 2, 7), found("ro", relevant=1))

    own, other, any_ = (asked.found_in(scope) for scope in (OWN, OTHER, ANY))

    assert own is not None
    assert other is not None
    assert any_ is not None
    assert (own.ranks, own.relevant) == ((3,), 1)
    assert (other.ranks, other.relevant) == ((2, 6), 3)
    assert (any_.ranks, any_.relevant) == ((2, 4, 7), 4)
    assert any_.first == 2


def test_articles_that_do_not_answer_are_not_looked_in() -> None:
    asked = outcome("q", "sl", found("hi", 1))

    assert asked.found_in(OWN) is None
    assert asked.found_in("ro") is None
    assert outcome("unanswerable", "sl").found_in(ANY) is None


def test_more_ranks_than_relevant_passages_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        found("sl", 1, 2, relevant=1)
