"""How sure an answer is: a scale that means the same for every model and collection."""

import doctest
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import abstention
from kb.abstention import MIN_SCORE, UNRELATED, Calibration, from_json, to_json
from kb.embedding import Embedder
from kb.embedding.embedded import EmbeddedModel
from kb.language import question_language
from kb.retrieval import Retriever
from tests.cli.articles import QUESTIONS
from tests.fakes import FakeEmbedder
from tests.prose import LANGUAGES
from tests.workspace import Workspace, write_library

evidence = st.floats(0, 2, allow_nan=False)
calibrations = st.builds(Calibration, mean=st.floats(0, 1), deviation=st.floats(0, 1))


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(abstention).failed == 0


@given(calibration=calibrations, scores=st.lists(evidence, min_size=2).map(sorted))
def test_more_evidence_is_never_less_sure(calibration: Calibration, scores: list[float]) -> None:
    sure = [calibration.confidence(score) for score in scores]

    assert all(0 <= one <= other <= 1 for one, other in pairwise(sure))


@given(found=st.lists(evidence, min_size=1), factor=st.floats(0.5, 3), shift=st.floats(0.01, 1))
def test_a_model_with_another_range_of_scores_is_as_sure(
    found: list[float], factor: float, shift: float
) -> None:
    one, other = Calibration.of(found), Calibration.of([factor * x + shift for x in found])
    if one.deviation < 0.05:  # All found the same: there is no range to compare with.
        return

    for deviations in (0.1, 1.0, 2.0):
        first = one.confidence(one.mean + deviations * one.deviation)
        second = other.confidence(other.mean + deviations * other.deviation)
        assert first == pytest.approx(second, abs=1e-9)


@given(calibration=calibrations)
def test_nothing_found_is_never_an_answer(calibration: Calibration) -> None:
    assert calibration.confidence(0.0) == 0


@given(calibration=calibrations)
def test_a_stored_calibration_is_read_back_the_same(calibration: Calibration) -> None:
    assert from_json(to_json(calibration)) == calibration


@pytest.mark.parametrize(
    "stored",
    [
        *[None, "", "{", "[]", "7", "null", '{"version": 0, "mean": 1, "deviation": 1}'],
        *['{"version": 1}', '{"version": 1, "mean": "a", "deviation": 1}'],
        '{"version": 1, "mean": 1, "deviation": 1, "more": 1}',
    ],
)
def test_what_is_no_calibration_of_this_version_is_made_again(stored: str | None) -> None:
    assert from_json(stored) is None


def test_unrelated_questions_are_in_each_language_alike() -> None:
    spoken = [question_language(question) for question in UNRELATED]

    assert {language: spoken.count(language) for language in spoken} == dict.fromkeys(
        [*LANGUAGES], len(UNRELATED) // len(LANGUAGES)
    )


@pytest.fixture(scope="module", params=["embedded", "fake"])
def embedder(request: pytest.FixtureRequest, embedded_model: EmbeddedModel) -> Embedder:
    return embedded_model if request.param == "embedded" else FakeEmbedder(dimension=512)


@pytest.fixture(scope="module")
def retriever(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    workspace = Workspace(tmp_path_factory.mktemp("built"))
    write_library(workspace)
    workspace.build(embedder)
    with workspace.retriever(embedder) as retriever:
        yield retriever


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_articles_treat_is_surer_than_unrelated_questions(
    retriever: Retriever, language: str
) -> None:
    unrelated = [retriever.retrieve(question, k=5).confidence for question in UNRELATED[::6]]

    found = retriever.retrieve(QUESTIONS[language][0], k=5)

    assert found.confidence > median(unrelated)
    if isinstance(retriever.embedder, EmbeddedModel):
        assert found.confidence > 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_score_asked_for_decides(retriever: Retriever, language: str) -> None:
    question = QUESTIONS[language][0]
    found = retriever.retrieve(question, k=5)
    less, more = found.confidence * 0.999, found.confidence * 1.001

    assert found.is_relevant == (found.confidence >= MIN_SCORE)
    assert retriever.retrieve(question, k=5, min_score=less).is_relevant
    assert not retriever.retrieve(question, k=5, min_score=more).is_relevant


def test_the_same_articles_have_the_same_calibration_whatever_was_indexed_first(
    tmp_path: Path, embedder: Embedder
) -> None:
    whole, grown = Workspace(tmp_path / "whole"), Workspace(tmp_path / "grown")
    write_library(whole)
    whole.build(embedder)
    for file in reversed(whole.corpus.files()):
        grown.write(file.id, whole.text(file.id))
        grown.build(embedder)

    with whole.retriever(embedder) as one, grown.retriever(embedder) as other:
        assert one.calibrate() == other.calibrate()
