"""Question to hits: every passage ranked by its mean vector and by how well its words cover it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kb.abstention import CONSULTED, MIN_SCORE, UNRELATED, Calibration, from_json
from kb.abstention import MEAN_WEIGHT as EVIDENCE_MEAN_WEIGHT
from kb.centre import Centre
from kb.domain import EVERY_ARTICLE, ArticleFilter, DocumentId, Hit, PassageId
from kb.embedding import Embedder, TokenVectors
from kb.language_bias import language_bias
from kb.matching import QuestionTerms, TermMatcher, question_terms, similarities
from kb.reading import QuestionReader, Vocabulary
from kb.scoring import LEAST_LIKELY, Scorer
from kb.stages import StageScores, best_places, stages_at
from kb.store import IndexReader
from kb.text_languages import TextLanguages
from kb.vector_index import VectorIndex
from kb.vectors import Matrix, TokenIds, Vector
from kb.word_index import WordIndex
from kb.words import Places

# Windows are looked at in these only: no window covers more than its whole passage does.
FINALISTS = 100

# How many of the best are read closely, and what one step of the logarithm of the odds that a
# passage answers is worth. Those that are not read count as the least likely.
READ_CLOSELY = 20
_READING_WEIGHT = 0.02

# What each stage goes by, as `kb search --explain` names it.
_BY_MEAN, _BY_PASSAGE, _BY_WINDOWS = "mean vector", "words in the passage", "words close together"
_BY_LANGUAGE, _BY_READING = "language bias", "close reading"

_COMPARED = 100  # Each with all before it: a list of thousands would take minutes.


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a question found: hits, best first, and what is needed to score other texts."""

    hits: tuple[Hit, ...]
    tokens: Mapping[PassageId, TokenIds]
    """The words of the first hits; empty for a model without token vectors."""
    scorer: Scorer
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


FitMatcher = Callable[[QuestionTerms, Matrix, TextLanguages], TermMatcher]
"""A question's terms, its best matches in all passages and their languages to a matcher."""


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
        asked = self._ask(question)
        rows = np.arange(len(self._ids))
        if wanted != EVERY_ARTICLE or without_documents:
            meant = self._index.passage_ids(wanted, without_documents=without_documents)
            rows = np.flatnonzero(np.isin(self._ids, meant))
        ranked = self._ranked(asked, rows, max(k, FINALISTS))
        hits = self._hits(*ranked, max(k, CONSULTED))
        evidence = self._evidence([hit.passage_id for hit in hits[:CONSULTED]], asked)
        hits = hits[:k]
        confidence = self._calibration.confidence(evidence)
        answers = evidence > 0 and confidence >= min_score
        return Retrieval(hits, self._tokens(hits[:_COMPARED]), asked.scorer, confidence, answers)

    def as_read(self, question: str) -> str:
        """Return `question` as it is looked for: with the words that were meant."""
        return self._question_reader.read(question) if self._question_reader else question

    def calibrate(self) -> Calibration:
        """Return how much speaks for answers to questions that no article treats."""
        return Calibration.of([self._evidence_for(question) for question in UNRELATED])

    @cached_property
    def _calibration(self) -> Calibration:
        """That of the build; an index from before there was one is calibrated when it is asked."""
        return from_json(self._index.state.calibration) or self.calibrate()

    def _evidence_for(self, question: str) -> float:
        asked = self._ask(question)
        scores = asked.cosines
        if asked.scorer.matcher is not None:  # Without windows, so that a build stays fast.
            scores = asked.scorer.mixed(scores, asked.covered)
        return self._evidence(self._ids_at(best_places(scores, CONSULTED)), asked)

    def _evidence(self, ids: Sequence[PassageId], asked: "_Asked") -> float:
        """Return what speaks most for an answer in these passages, whatever else there is.

        The scale between languages makes the best of poor matches count in full, and the centre
        of a small collection is near to all its passages: both are right for order and wrong for
        telling whether there is an answer at all.
        """
        scorer = asked.scorer
        if not ids or not scorer.question.any():
            return 0.0
        cosines = self._vectors.vectors(ids) @ scorer.question
        if scorer.matcher is None or self._words is None:
            return float(cosines.max())
        texts = self._words.texts_of(self._tokens_of(ids), asked.similarity)
        languages = self._words.languages.at(np.searchsorted(self._ids, ids))
        covered = scorer.matcher.unscaled.mean_coverage(*texts, languages)
        evidence = EVIDENCE_MEAN_WEIGHT * cosines + (1 - EVIDENCE_MEAN_WEIGHT) * covered
        return float(evidence.max())

    def _tokens(self, hits: Sequence[Hit]) -> Mapping[PassageId, TokenIds]:
        if not isinstance(self.embedder, TokenVectors):
            return {}
        ids = [hit.passage_id for hit in hits]
        return dict(zip(ids, self._tokens_of(ids), strict=True))

    def _tokens_of(self, ids: Sequence[PassageId]) -> tuple[TokenIds, ...]:
        """Return the stored words of passages. Raises `IndexUnusable` when they cannot be theirs.

        The index of words has a digest and the tokens have none: a flipped bit may make of one a
        piece that no model has.
        """
        tokens = self._index.tokens(ids)
        if self._words is not None and not self._words.has_pieces_of(tokens):
            raise self._index.misfit()
        return tokens

    def _ranked(
        self, asked: "_Asked", rows: Places, finalists: int
    ) -> tuple[Places, Vector, Sequence[StageScores]]:
        """Return the rows of the best passages among `rows`, their scores and their stages."""
        scorer, cosines = asked.scorer, asked.cosines[rows]
        if scorer.matcher is None or self._words is None:
            places = best_places(cosines, finalists)
            return rows[places], cosines[places], [StageScores.among(_BY_MEAN, cosines, places)]
        covered, languages = asked.covered[rows], self._words.languages.at(rows)
        evened = scorer.evening(languages)
        places = best_places(scorer.mixed(cosines, covered) + evened, finalists)
        best = rows[places]
        texts = self._words.texts_of(self._tokens_of(self._ids_at(best)), asked.similarity)
        windows = scorer.matcher.window_coverage(*texts, languages.at(places))
        scores = scorer.mixed(cosines[places], 0.5 * covered[places] + 0.5 * windows)
        scores = scores + evened[places]
        read = self._read_closely(asked, best, scores)
        stages = (
            StageScores.among(_BY_MEAN, cosines, places),
            StageScores.among(_BY_PASSAGE, covered, places),
            StageScores.among(_BY_WINDOWS, windows, np.arange(len(places))),
            StageScores.among(_BY_LANGUAGE, evened, places),
            StageScores.among(_BY_READING, read, np.arange(len(places))),
        )
        return best, scores + np.float32(_READING_WEIGHT) * read, stages

    def _read_closely(self, asked: "_Asked", rows: Places, scores: Vector) -> Vector:
        """Return how likely the best of the passages at `rows` answer: logits, `(rows,)`."""
        assert isinstance(self.embedder, TokenVectors)
        assert self._words is not None
        best = best_places(scores, READ_CLOSELY)
        words, order = self._words.text_words(self._tokens_of(self._ids_at(rows[best])))
        logits = np.full(len(rows), LEAST_LIKELY, dtype=np.float32)
        logits[best] = asked.scorer.read(
            asked.similarity[:, words], order, self._words.words.directions(words, self.embedder)
        )
        return logits

    def _hits(
        self, rows: Places, scores: Vector, stages: Sequence[StageScores], k: int
    ) -> tuple[Hit, ...]:
        best = np.flatnonzero(scores >= np.sort(scores)[-k:][:1])
        ids = self._ids_at(rows[best])
        hits = [
            Hit(
                passage_id=id_,
                passage=passage,
                score=float(scores[place]),
                stages=stages_at(stages, int(place)),
            )
            for id_, place, passage in zip(ids, best, self._index.passages(ids), strict=True)
        ]
        # Equal scores come in the order of the articles, whatever the order of indexing: so
        # the last of `k` has to be chosen among all that are as good.
        hits.sort(key=lambda hit: (-hit.score, hit.passage.document_id, hit.passage.start))
        return tuple(hits[:k])

    def _ask(self, question: str) -> "_Asked":
        question = self.as_read(question)
        vector = self.embedder.embed_question(question)
        centre, _ = self._centred
        if not isinstance(self.embedder, TokenVectors) or self._words is None:
            scorer = Scorer(self.embedder, vector, centre, None)
            nothing = np.zeros((0, 0), dtype=np.float32)
            return _Asked(scorer, self._cosines(scorer), nothing, nothing.ravel())
        (ids,) = self.embedder.token_ids([question])
        terms = question_terms(ids, self.embedder)
        similarity = similarities(terms, self._words.words, self.embedder)
        matches = self._words.best_matches(similarity)
        matcher = self._fit_matcher(terms, matches, self._words.languages)
        covered = matcher.coverage(matches, self._words.languages)
        scorer = Scorer(self.embedder, vector, centre, matcher)
        cosines = self._cosines(scorer)
        bias = language_bias(scorer.mixed(cosines, covered), self._words.languages)
        return _Asked(replace(scorer, bias=bias), cosines, similarity, covered)

    def _cosines(self, scorer: Scorer) -> Vector:
        """Return how near the mean vector of every passage is, shape `(passages,)`."""
        products = self._vectors.products(scorer.direction)
        if self._words is None:
            return products
        _, distances = self._centred
        return scorer.centre.nearness_of(
            scorer.question, products, distances, self._words.languages
        )

    @cached_property
    def _question_reader(self) -> QuestionReader | None:
        """Without pieces that tell how probable a word is, a question is read as it stands."""
        words, embedder = self._words, self.embedder
        if words is None or not isinstance(embedder, Vocabulary):
            return None
        assert isinstance(embedder, TokenVectors)
        return QuestionReader(embedder, lambda: words.words.texts(embedder))

    @cached_property
    def _words(self) -> WordIndex | None:
        """None for a model without token vectors."""
        if not isinstance(self.embedder, TokenVectors):
            return None
        try:
            words = WordIndex.from_bytes(self._index.word_index() or b"")
        except ValueError:  # Missing or damaged: the stored tokens make it again.
            words = self._words_again()
        if not np.array_equal(words.ids, self._ids):
            raise self._index.misfit()
        return words

    def _words_again(self) -> WordIndex:
        assert isinstance(self.embedder, TokenVectors)
        try:
            return WordIndex.build(*self._index.all_tokens(), self.embedder)
        # A token that the model does not have, or that goes on with a word before there is one.
        except (IndexError, ValueError) as error:
            raise self._index.misfit() from error

    @cached_property
    def _ids(self) -> npt.NDArray[np.int64]:
        """The numbers of all passages, in the order of their vectors and of their words."""
        return self._vectors.ids

    def _ids_at(self, rows: Places) -> list[PassageId]:
        return [PassageId(id_) for id_ in self._ids[rows].tolist()]

    @cached_property
    def _centred(self) -> tuple[Centre, Vector]:
        """The centre of the collection, and how far each passage is from that of its language."""
        if self._words is None:
            nothing = np.zeros(self.embedder.dimension, dtype=np.float32)
            return Centre(nothing, {}), np.ones(len(self._ids), dtype=np.float32)
        _, vectors = self._vectors.contents()
        centre = Centre.of(vectors, self._words.languages)
        return centre, centre.distances(vectors, self._words.languages)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question against the passages and words of a collection.

    `cosines` says how near each passage's mean vector is, `(passages,)`. `similarity` is that of
    all words to its terms, `(terms, words)`, and `covered` how much of it each passage covers,
    `(passages,)`: both are empty for a model without token vectors.
    """

    scorer: Scorer
    cosines: Vector
    similarity: Matrix
    covered: Vector
