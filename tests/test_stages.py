"""Stages keep the scores and ranks that they gave, whatever is left of the passages."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import Stage
from kb.stages import StageScores, best_places, stages_at

scores = st.lists(st.integers(0, 8), min_size=1, max_size=30).map(
    lambda values: np.array(values, dtype=np.float32) / 8
)


@given(values=scores, data=st.data())
def test_a_rank_is_one_more_than_the_number_of_better_passages(
    values: np.ndarray, data: st.DataObject
) -> None:
    places = data.draw(st.permutations(range(len(values))))[: len(values) // 2 + 1]

    stage = StageScores.among("words", values, np.array(places))

    for new, old in enumerate(places):
        better = sum(other > values[old] for other in values.tolist())
        assert stages_at([stage], new) == (Stage("words", values[old], better + 1, len(values)),)


@given(values=scores, k=st.integers(1, 40))
def test_the_best_come_first_and_equal_ones_as_they_were(values: np.ndarray, k: int) -> None:
    expected = sorted(range(len(values)), key=lambda place: -values[place])[:k]

    assert best_places(values, k).tolist() == expected


def test_no_passages_have_no_best() -> None:
    assert best_places(np.empty(0, dtype=np.float32), 100).tolist() == []
