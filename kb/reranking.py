"""Hits in the order in which a second model ranks them, after reading question and passage."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from kb.abstention import MIN_SCORE
from kb.chunking import embedded_text
from kb.domain import EVERY_ARTICLE, ArticleFilter, DocumentId, Hit, Stage
from kb.embedding import Embedder, Reranker
from kb.retrieval import Retrieval, Retriever
from kb.store import IndexReader
from kb.vector_index import VectorIndex

# As many as a cross encoder reads in seconds on a processor; what answers is seldom further down.
DEPTH = 50


class RerankingRetriever(Retriever):
    """A retriever whose first hits are ordered anew by `reranker`.

    Which passages are found, and whether they answer the question at all, stays as it was.
    """

    def __init__(
        self, index: IndexReader, vectors: VectorIndex, embedder: Embedder, reranker: Reranker
    ) -> None:
        super().__init__(index, vectors, embedder)
        self._reranker = reranker

    def retrieve(
        self,
        question: str,
        *,
        k: int,
        wanted: ArticleFilter = EVERY_ARTICLE,
        without_documents: Collection[DocumentId] = (),
        min_score: float = MIN_SCORE,
    ) -> Retrieval:
        """Return up to `k` hits for `question`, best first. Raises: as `Retriever.retrieve`."""
        found = super().retrieve(
            question,
            k=max(k, DEPTH),
            wanted=wanted,
            without_documents=without_documents,
            min_score=min_score,
        )
        return replace(found, hits=reranked(question, found.hits, self._reranker)[:k])


def reranked(question: str, hits: Sequence[Hit], reranker: Reranker) -> tuple[Hit, ...]:
    """Return the same hits with the reranker's scores, best first; equal ones stay in order."""
    scores = reranker.score(question, [embedded_text(hit.passage) for hit in hits])
    scored = [replace(hit, score=score) for hit, score in zip(hits, scores, strict=True)]
    ranked = enumerate(sorted(scored, key=lambda hit: -hit.score), start=1)
    return tuple(
        replace(hit, stages=(*hit.stages, Stage("reranker", hit.score, rank, len(hits))))
        for rank, hit in ranked
    )
