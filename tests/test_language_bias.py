"""A question favours a language by what its best passages score beyond those of the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import LanguageCode
from kb.language_bias import language_bias
from kb.text_languages import TextLanguages

SL, PL, HI, RO = map(LanguageCode, ("sl", "pl", "hi", "ro"))
MANY = 2_000

Passages = list[tuple[LanguageCode | None, float]]
passages = st.lists(
    st.tuples(st.sampled_from([SL, PL, HI, RO, None]), st.floats(0, 1, width=32)),
    min_size=1,
    max_size=60,
)


def bias_of(passages: Passages) -> dict[LanguageCode | None, float]:
    scores = np.array([score for _, score in passages], dtype=np.float32)
    return language_bias(scores, TextLanguages.of([language for language, _ in passages]))


def many(language: LanguageCode, level: float, count: int = MANY) -> Passages:
    return [(language, level + (place % 10) / 50) for place in range(count)]


def test_languages_that_score_alike_are_not_biased() -> None:
    assert bias_of(many(SL, 0.3) + many(HI, 0.3)) == pytest.approx({SL: 0, HI: 0}, abs=1e-6)


def test_a_language_is_favoured_by_part_of_what_its_best_passages_score_more() -> None:
    bias = bias_of(many(SL, 0.4) + many(HI, 0.3))

    assert bias[SL] > 0 > bias[HI]
    assert 0.05 < bias[SL] - bias[HI] < 0.1


def test_one_passage_that_answers_makes_no_bias() -> None:
    bias = bias_of([*many(SL, 0.3), *many(PL, 0.3), (PL, 1.0)])

    assert abs(bias[PL] - bias[SL]) < 0.01


def test_few_passages_tell_little_of_their_language() -> None:
    few, more = (bias_of(many(SL, 0.3) + many(HI, 0.2, count))[HI] for count in (30, 300))

    assert more < 2 * few < 0


@given(passages=passages)
def test_passages_in_one_language_have_no_bias(passages: Passages) -> None:
    assert bias_of([(PL, score) for _, score in passages]) == pytest.approx({PL: 0}, abs=1e-6)


@given(passages=passages, more=st.floats(-1, 1))
def test_what_all_passages_score_more_changes_nothing(passages: Passages, more: float) -> None:
    shifted = [(language, score + more) for language, score in passages]

    assert bias_of(shifted) == pytest.approx(bias_of(passages), abs=1e-5)


@given(passages=passages)
def test_no_language_is_favoured_by_more_than_scores_differ(passages: Passages) -> None:
    scores = [score for _, score in passages]

    assert max(map(abs, bias_of(passages).values())) <= max(scores) - min(scores) + 1e-6


def test_a_language_without_passages_has_none() -> None:
    languages = TextLanguages((PL, SL), np.array([1, 1], dtype=np.uint16))

    bias = language_bias(np.array([0.1, 0.9], dtype=np.float32), languages)

    assert bias == pytest.approx({SL: 0}, abs=1e-6)


def test_no_passages_have_no_bias() -> None:
    assert bias_of([]) == {}
