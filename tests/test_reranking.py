"""A second model orders what the first one found, and does nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import Stage
from kb.embedding.embedded import EmbeddedModel
from kb.reranking import DEPTH, RerankingRetriever, reranked
from kb.vector_index import FlatFaissIndex
from tests.answers import LAKE, RIVER, SPRING, WELL, hits
from tests.cli.articles import QUESTIONS
from tests.prose import LANGUAGES
from tests.workspace import Workspace, write_library

HITS = hits(LAKE, RIVER, SPRING, WELL)


class Scores:
    """Gives the texts the scores that it was made with, in order. Obeys `Reranker`."""

    def __init__(self, *scores: float) -> None:
        self._scores = scores

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        assert question
        return [self._scores[place % len(self._scores)] for place in range(len(texts))]


@given(st.lists(st.floats(0, 1), min_size=len(HITS), max_size=len(HITS)))
def test_the_same_hits_come_in_the_order_of_their_new_scores(scores: list[float]) -> None:
    found = reranked("Kje je voda?", HITS, Scores(*scores))

    assert sorted(hit.passage_id for hit in found) == sorted(hit.passage_id for hit in HITS)
    assert [hit.score for hit in found] == sorted(scores, reverse=True)
    for rank, hit in enumerate(found, start=1):
        assert hit.stages == (Stage("reranker", hit.score, rank, len(HITS)),)
        unchanged = replace(hit, score=0, stages=())
        assert unchanged in [replace(before, score=0) for before in HITS]


def test_equal_scores_leave_the_order_as_it_was() -> None:
    found = reranked("Kje je voda?", HITS, Scores(0.5))

    assert [hit.passage_id for hit in found] == [hit.passage_id for hit in HITS]


def test_no_hits_stay_none() -> None:
    assert reranked("Kje je voda?", (), Scores(1)) == ()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, embedded_model: EmbeddedModel) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("built"))
    write_library(workspace)
    workspace.build(embedded_model)
    return workspace


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("k", [1, 3, DEPTH + 1])
def test_only_the_order_of_the_first_hits_changes(
    built: Workspace, embedded_model: EmbeddedModel, language: str, k: int
) -> None:
    question = QUESTIONS[language][0]
    with built.reader() as reader, built.retriever(embedded_model) as retriever:
        vectors = FlatFaissIndex.build(*reader.vectors())
        found = RerankingRetriever(reader, vectors, embedded_model, Scores(0.1, 0.9, 0.4)).retrieve(
            question, k=k
        )
        before = retriever.retrieve(question, k=max(k, DEPTH))

    order = reranked(question, before.hits, Scores(0.1, 0.9, 0.4))
    assert [hit.passage_id for hit in found.hits] == [hit.passage_id for hit in order[:k]]
    assert found.confidence == before.confidence
    assert found.is_relevant == before.is_relevant


def test_nothing_found_is_nothing_to_order(tmp_path: Path, embedded_model: EmbeddedModel) -> None:
    workspace = Workspace(tmp_path)
    workspace.write("naslovi.md", "# Naslov\n")
    workspace.build(embedded_model)
    with workspace.reader() as reader:
        vectors = FlatFaissIndex.build(*reader.vectors())
        retriever = RerankingRetriever(reader, vectors, embedded_model, Scores(1))

        assert retriever.retrieve("Kje?", k=5).hits == ()
