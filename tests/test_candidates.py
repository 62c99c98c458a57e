"""Stages keep the scores and ranks that they gave, whatever is left of the passages."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.candidates import Candidates
from kb.domain import PassageId, Stage
from kb.vectors import Vector

scores = st.lists(st.integers(0, 8), min_size=1, max_size=30).map(
    lambda values: np.array(values, dtype=np.float32) / 8
)


def candidates(values: Vector) -> Candidates:
    return Candidates(tuple(PassageId(10 * place) for place in range(len(values))))


@given(values=scores)
def test_a_rank_is_one_more_than_the_number_of_better_passages(values: Vector) -> None:
    ranked = candidates(values).after("words", values)

    for place, value in enumerate(values.tolist()):
        better = sum(other > value for other in values.tolist())
        assert ranked.stages_at(place) == (Stage("words", value, better + 1, len(values)),)


@given(values=scores, data=st.data())
def test_passages_keep_their_ids_and_ranks_when_others_are_left_out(
    values: Vector, data: st.DataObject
) -> None:
    places = data.draw(st.permutations(range(len(values))))[: len(values) // 2 + 1]
    everything = candidates(values).after("words", values)

    some = everything.only(np.array(places))

    assert some.ids == tuple(everything.ids[place] for place in places)
    for new, old in enumerate(places):
        assert some.stages_at(new) == everything.stages_at(old)


def test_a_later_stage_ranks_among_those_that_it_looked_at() -> None:
    values = np.array([0.5, 0.25, 1], dtype=np.float32)

    two = candidates(values).after("mean vector", values).only(np.array([1, 2]))
    (_, last) = two.after("words", np.array([1, 0], dtype=np.float32)).stages_at(0)

    assert last == Stage("words", 1, 1, 2)
