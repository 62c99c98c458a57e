"""Question to hits: the nearest passages, reordered by how well their words cover it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kb.abstention import CONSULTED, MIN_SCORE, UNRELATED, Calibration, from_json
from kb.abstention import MEAN_WEIGHT as EVIDENCE_MEAN_WEIGHT
from kb.candidates import Candidates
from kb.centre import Centre
from kb.domain import EVERY_ARTICLE, ArticleFilter, DocumentId, Hit, PassageId
from kb.embedding import Embedder, TokenVectors
from kb.grouping import grouped, statements_of
from kb.matching import Languages, QuestionTerms, TermMatcher, question_terms
from kb.reading import QuestionReader, Vocabulary
from kb.store import IndexReader
from kb.vector_index import VectorIndex
from kb.vectors import Matrix, TokenIds, Vector
from kb.words import TextWords

# With thousands of passages on one subject, the mean vector does often not bring an answering
# one into the first hundred (`benchmarks/ablation.py`).
CANDIDATES = 2_000
# How often the mean of the collection is taken out of what candidates have to be near to: once
# out of the question, once for that of the passages, whose vectors are searched as they are.
_COMMON_OUT = 2
# Windows are looked at in these only: no window covers more than its whole passage does.
FINALISTS = 100

# Word coverage finds the fact, the mean vector the subject.
MEAN_WEIGHT = 0.3

# What each stage goes by, as `kb search --explain` names it.
_BY_MEAN, _BY_PASSAGE, _BY_WINDOWS = "mean vector", "words in the passage", "words close together"

_COMPARED = 100  # Each with all before it: a list of thousands would take minutes.

# Rarity and the best translations are estimated on this many passages spread over the index,
# so that a question stays fast on any collection.
_SAMPLE = 4_000

# The same for calibration, which asks many questions.
_SMALL_SAMPLE = 200
_FEW_CANDIDATES = 20

_Sample = tuple[TextWords, Languages]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a question found: hits, best first, and what is needed to score other texts."""

    hits: tuple[Hit, ...]
    tokens: Mapping[PassageId, TokenIds]
    """The words of the first hits; empty for a model without token vectors."""
    scorer: "Scorer"
    confidence: float
    """How sure it is that the articles treat the question, 0 to 1; 0 without hits."""
    is_relevant: bool
    """False when that is less than an answer needs."""

    def distinct(self, k: int) -> tuple[Hit, ...]:
        """Return the first `k` hits that say different things, each with those that say the same.

        Fewer when there are no more. Beyond the first hundred hits nothing is compared.
        """
        compared, others = self.hits[:_COMPARED], self.hits[_COMPARED:]
        groups = self.scorer.groups(
            [hit.passage.text for hit in compared],
            [hit.passage.language for hit in compared],
            at_most=k,
            tokens=[self.tokens[hit.passage_id] for hit in compared if self.tokens],
        )
        different = (
            replace(compared[first], also=tuple(compared[place] for place in same))
            for first, *same in groups
        )
        return (*different, *others)[:k]


def hits_for(k: int) -> int:
    """Return how many hits to retrieve for `k` that say different things."""
    return k + min(3 * k, _COMPARED)


FitMatcher = Callable[[QuestionTerms, TextWords, Languages, int], TermMatcher]
"""A question's terms, a sample of the collection and the collection's size to a matcher."""


class Retriever:
    """Finds passages in one generation of an index with the model that it was built with."""

    def __init__(
        self,
        index: IndexReader,
        vectors: VectorIndex,
        embedder: Embedder,
        *,
        fit_matcher: FitMatcher = TermMatcher.fit,
    ) -> None:
        self._index = index
        self._vectors = vectors
        self._fit_matcher = fit_matcher
        self.embedder = embedder

    def retrieve(
        self,
        question: str,
        *,
        k: int,
        wanted: ArticleFilter = EVERY_ARTICLE,
        without_documents: Collection[DocumentId] = (),
        min_score: float = MIN_SCORE,
    ) -> Retrieval:
        """Return up to `k` hits for `question`, best first.

        Only passages of articles that are meant and outside `without_documents` are looked at.
        They are relevant from a confidence of `min_score` on.
        Raises: `UnknownLanguage`, `UnknownTag`, `UnknownPath`, `NoArticleMeant`.
        """
        scorer = self._scorer(question)
        among = None
        if wanted != EVERY_ARTICLE or without_documents:
            among = self._index.passage_ids(wanted, without_documents=without_documents)
        ids, cosines = self._nearest(scorer, max(k, CANDIDATES), among)
        candidates = Candidates(ids).after(_BY_MEAN, cosines)
        hits = self._hits(*self._scored(candidates, cosines, scorer, max(k, FINALISTS)), k)
        evidence = self._evidence([hit.passage_id for hit in hits[:CONSULTED]], scorer)
        confidence = self._calibration.confidence(evidence)
        answers = evidence > 0 and confidence >= min_score
        return Retrieval(hits, self._tokens(hits[:_COMPARED]), scorer, confidence, answers)

    def calibrate(self) -> Calibration:
        """Return how much speaks for answers to questions that no article treats.

        Fewer passages are looked at than for a question, so that a build stays fast.
        """
        return Calibration.of([self._evidence_for(question) for question in UNRELATED])

    @cached_property
    def _calibration(self) -> Calibration:
        """That of the build; an index from before there was one is calibrated when it is asked."""
        return from_json(self._index.state.calibration) or self.calibrate()

    def _evidence_for(self, question: str) -> float:
        scorer = self._scorer(question, self._small_sample)
        # Few candidates stand for the hits of a question, and few have to be near as a whole.
        nearest = self._vectors.search(scorer.question_direction, k=_FEW_CANDIDATES)
        return self._evidence([PassageId(id_) for id_, _ in nearest], scorer)

    def _evidence(self, ids: Sequence[PassageId], scorer: "Scorer") -> float:
        """Return what speaks most for an answer in these passages, whatever else there is.

        The scale between languages makes the best of poor matches count in full, and the centre
        of a small collection is near to all its passages: both are right for order and wrong for
        telling whether there is an answer at all.
        """
        if not ids or not scorer.question.any():
            return 0.0
        cosines = self._vectors.vectors(ids) @ scorer.question
        if scorer.matcher is None:
            return float(cosines.max())
        covered = scorer.matcher.unscaled.coverage(*self._words(ids))
        evidence = EVIDENCE_MEAN_WEIGHT * cosines + (1 - EVIDENCE_MEAN_WEIGHT) * covered
        return float(evidence.max())

    def _tokens(self, hits: Sequence[Hit]) -> Mapping[PassageId, TokenIds]:
        if not isinstance(self.embedder, TokenVectors):
            return {}
        ids = [hit.passage_id for hit in hits]
        return dict(zip(ids, self._index.tokens(ids), strict=True))

    def _nearest(
        self, scorer: "Scorer", count: int, among: Sequence[PassageId] | None
    ) -> tuple[tuple[PassageId, ...], Vector]:
        """Return the passages with the nearest mean vectors, and how near they are."""
        nearest = self._vectors.search(scorer.direction, k=count, among=among)
        ids = tuple(PassageId(id_) for id_, _ in nearest)
        return ids, scorer.cosines(self._vectors.vectors(ids), self._index.languages(ids))

    def _scored(
        self, candidates: Candidates, cosines: Vector, scorer: "Scorer", finalists: int
    ) -> tuple[Candidates, Vector]:
        """Return the best candidates with their scores, in no order."""
        if scorer.matcher is None:
            return candidates, cosines
        covered = self._whole_coverage(candidates.ids, scorer.matcher)
        places = np.argsort(-scorer.mixed(cosines, covered), kind="stable")[:finalists]
        best = candidates.after(_BY_PASSAGE, covered).only(places)
        whole, windows = scorer.matcher.coverages(*self._words(best.ids))
        scores = scorer.mixed(cosines[places], 0.5 * whole + 0.5 * windows)
        return best.after(_BY_WINDOWS, windows), scores

    def _whole_coverage(self, ids: Sequence[PassageId], matcher: TermMatcher) -> Vector:
        """Return how much of the question each passage covers; of the sample it is known."""
        known = dict(zip(self._sample_ids, matcher.sample_coverage.tolist(), strict=True))
        others = [id_ for id_ in ids if id_ not in known]
        if others:
            covered = matcher.whole_coverage(*self._words(others))
            known.update(zip(others, covered.tolist(), strict=True))
        return np.array([known[id_] for id_ in ids], dtype=np.float32)

    def _hits(self, candidates: Candidates, scores: Vector, k: int) -> tuple[Hit, ...]:
        best = np.flatnonzero(scores >= np.sort(scores)[-k:][:1])
        ids = [candidates.ids[place] for place in best]
        hits = [
            Hit(
                passage_id=id_,
                passage=passage,
                score=float(scores[place]),
                stages=candidates.stages_at(int(place)),
            )
            for id_, place, passage in zip(ids, best, self._index.passages(ids), strict=True)
        ]
        # Equal scores come in the order of the articles, whatever the order of indexing: so
        # the last of `k` has to be chosen among all that are as good.
        hits.sort(key=lambda hit: (-hit.score, hit.passage.document_id, hit.passage.start))
        return tuple(hits[:k])

    def _scorer(self, question: str, sample: _Sample | None = None) -> "Scorer":
        question = self._question_reader.read(question) if self._question_reader else question
        vector = self.embedder.embed_question(question)
        if not isinstance(self.embedder, TokenVectors):
            nothing = Centre(np.zeros_like(vector), {})
            return Scorer(self.embedder, vector, nothing, None)
        (ids,) = self.embedder.token_ids([question])
        terms = question_terms(ids, self.embedder)
        matcher = self._fit_matcher(terms, *(sample or self._sample), len(self._vectors))
        return Scorer(self.embedder, vector, self._centre, matcher)

    @cached_property
    def _question_reader(self) -> QuestionReader | None:
        """Without pieces that tell how probable a word is, a question is read as it stands."""
        if not isinstance(self.embedder, Vocabulary):
            return None
        return QuestionReader(self.embedder, lambda: self._sample[0].texts)

    @cached_property
    def _sample_ids(self) -> tuple[PassageId, ...]:
        return self._index.sample(_SAMPLE)

    @cached_property
    def _centre(self) -> Centre:
        _, languages = self._sample
        return Centre.of(self._vectors.vectors(self._sample_ids), languages)

    @cached_property
    def _sample(self) -> _Sample:
        return self._words(self._sample_ids)

    @cached_property
    def _small_sample(self) -> _Sample | None:
        """Part of the sample; the model may have no words to take it of."""
        if not isinstance(self.embedder, TokenVectors):
            return None
        return self._words(self._sample_ids[:: 1 + len(self._sample_ids) // _SMALL_SAMPLE])

    def _words(self, ids: Sequence[PassageId]) -> _Sample:
        assert isinstance(self.embedder, TokenVectors)
        return TextWords(self._index.tokens(ids), self.embedder), self._index.languages(ids)


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores texts for one question, on the same scale for passages and sentences."""

    embedder: Embedder
    question: Vector
    centre: Centre
    matcher: TermMatcher | None
    """None for a model without token vectors: then the score is the cosine."""

    @property
    def direction(self) -> Vector:
        """What the passages to look at have to be near to."""
        if self.matcher is None or not self.matcher.terms.texts:
            return self.question
        if isinstance(self.embedder, TokenVectors) and self.embedder.is_mean_of_words:
            return self.centre.direction(self.matcher.direction, times=_COMMON_OUT)
        return self.question_direction

    @property
    def question_direction(self) -> Vector:
        """What the question asks beyond what all passages tell of, each of its words alike."""
        return self.centre.direction(self.question)

    def cosines(self, vectors: Matrix, languages: Languages) -> Vector:
        """Return how near texts with these mean vectors are, shape `(texts,)`."""
        return self.centre.nearness(self.question, vectors, languages)

    def mixed(self, cosines: Vector, covered: Vector) -> Vector:
        """Return scores from mean-vector cosines and coverage, shape `(texts,)`."""
        return np.asarray(MEAN_WEIGHT * cosines + (1 - MEAN_WEIGHT) * covered, dtype=np.float32)

    def score(self, texts: Sequence[str], languages: Languages) -> Vector:
        """Return the scores of texts that are not in the index, shape `(texts,)`."""
        cosines = self.cosines(self.embedder.embed_passages(texts), languages)
        if self.matcher is None:
            return cosines
        assert isinstance(self.embedder, TokenVectors)
        words = TextWords(self.embedder.token_ids(texts), self.embedder)
        return self.mixed(cosines, self.matcher.coverage(words, languages))

    def groups(
        self,
        texts: Sequence[str],
        languages: Languages,
        *,
        at_most: int,
        tokens: Sequence[TokenIds] | None = None,
    ) -> tuple[tuple[int, ...], ...]:
        """Return the places of texts that say the same, as `kb.grouping.grouped` does.

        `tokens` are those of the texts where they are known. Without token vectors nothing is
        known to say the same.
        """
        if not isinstance(self.embedder, TokenVectors):
            return tuple((place,) for place in range(len(texts)))[:at_most]
        tokens = self.embedder.token_ids(texts) if tokens is None else tokens
        words = TextWords(tokens, self.embedder)
        centre = self.centre if self.embedder.is_mean_of_words else None
        return grouped(statements_of(texts, words, languages, centre), at_most=at_most)
