import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.evaluation.bootstrap import Key, auc_difference, mean_difference
from kb.evaluation.metrics import roc_auc

KEYS = [(f"q{question}", language) for question in range(8) for language in ("sl", "hi", "ro")]
values = st.fixed_dictionaries({key: st.integers(0, 4).map(float) for key in KEYS})


def constant(value: float) -> dict[Key, float]:
    return dict.fromkeys(KEYS, value)


@settings(max_examples=25)
@given(first=values, second=values)
def test_swapping_the_runs_mirrors_the_interval(
    first: dict[Key, float], second: dict[Key, float]
) -> None:
    forth, back = mean_difference(first, second), mean_difference(second, first)

    assert (forth.first, forth.second) == (back.second, back.first)
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


@settings(max_examples=25)
@given(first=values, second=values)
def test_the_interval_of_a_mean_is_the_same_each_time_and_holds_the_difference(
    first: dict[Key, float], second: dict[Key, float]
) -> None:
    difference = mean_difference(first, second)

    assert difference == mean_difference(first, second)
    assert difference.low - 0.5 <= difference.second - difference.first <= difference.high + 0.5


def test_a_run_does_not_differ_from_itself() -> None:
    run = {key: float(place % 3) for place, key in enumerate(KEYS)}

    difference = mean_difference(run, run)

    assert (difference.low, difference.high) == (0, 0)


def test_the_same_gain_everywhere_is_certain() -> None:
    difference = mean_difference(constant(1), constant(3))

    assert (difference.low, difference.high) == pytest.approx((2, 2))


def test_wordings_of_one_question_are_drawn_together() -> None:
    """One question of four gains in all its wordings: as uncertain as four values, not forty."""
    languages = [f"{number:02d}" for number in range(10)]
    first = {(f"q{question}", language): 0.0 for question in range(4) for language in languages}
    second = {key: float(key[0] == "q0") for key in first}

    difference = mean_difference(first, second)

    assert (difference.low, difference.high) == (0, 0.75)


def test_the_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    covered = 0
    for _ in range(100):
        gains = generator.normal(0.3, 1.0, size=40)
        first = {(f"q{number}", "sl"): 0.0 for number in range(40)}
        second = {(f"q{number}", "sl"): float(gain) for number, gain in enumerate(gains)}
        difference = mean_difference(first, second)
        covered += difference.low <= 0.3 <= difference.high

    assert 88 <= covered <= 99


@settings(max_examples=25)
@given(positive=values, negative=values, shifted=values)
def test_areas_compared_are_the_areas_of_the_runs(
    positive: dict[Key, float], negative: dict[Key, float], shifted: dict[Key, float]
) -> None:
    difference = auc_difference((positive, negative), (shifted, negative))

    for area, scores in ((difference.first, positive), (difference.second, shifted)):
        assert area == pytest.approx(roc_auc(list(scores.values()), list(negative.values())))
    assert difference.low <= difference.high


def test_an_area_that_is_always_better_has_an_interval_above_zero() -> None:
    chance = {key: float(place % 2) for place, key in enumerate(KEYS)}

    difference = auc_difference((chance, chance), (constant(5), chance))

    assert difference.first == 0.5
    assert difference.second == 1
    assert difference.low > 0


@pytest.mark.parametrize("second", [{}, {("q0", "sl"): 1.0}])
def test_runs_over_different_questions_are_not_compared(second: dict[Key, float]) -> None:
    with pytest.raises(ValueError, match="the same wordings"):
        mean_difference(constant(1), second)
    with pytest.raises(ValueError, match="the same wordings"):
        auc_difference((constant(1), constant(0)), (second, constant(0)))
