"""The score of a text for one question: by its mean vector and by how well its words cover it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.centre import Centre
from kb.domain import LanguageCode
from kb.embedding import Embedder, TokenVectors
from kb.grouping import grouped, statements_of
from kb.matching import TermMatcher, best_matches, similarities
from kb.text_languages import TextLanguages
from kb.vectors import Matrix, TokenIds, Vector
from kb.words import TextWords, WordOrder

# Word coverage finds the fact, the mean vector the subject.
MEAN_WEIGHT = 0.3

Languages = Sequence[LanguageCode | None]


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores texts for one question, on the same scale for passages and sentences."""

    embedder: Embedder
    question: Vector
    centre: Centre
    matcher: TermMatcher | None
    """None for a model without token vectors: then the score is the cosine."""
    bias: Mapping[LanguageCode | None, float] = field(default_factory=dict)
    """By how much the question favours each language of the collection."""

    @property
    def direction(self) -> Vector:
        """What the question asks beyond what all passages tell of."""
        return self.centre.direction(self.question)

    def cosines(self, vectors: Matrix, languages: Languages) -> Vector:
        """Return how near texts with these mean vectors are, shape `(texts,)`."""
        return self.centre.nearness(self.question, vectors, TextLanguages.of(languages))

    def mixed(self, cosines: Vector, covered: Vector) -> Vector:
        """Return scores from mean-vector cosines and coverage, shape `(texts,)`."""
        return np.asarray(MEAN_WEIGHT * cosines + (1 - MEAN_WEIGHT) * covered, dtype=np.float32)

    def evening(self, languages: TextLanguages) -> Vector:
        """Return what evens out the bias for texts in these languages, shape `(texts,)`."""
        bias = np.array([self.bias.get(name, 0) for name in languages.names], dtype=np.float32)
        return -bias[languages.numbers]

    def score(self, texts: Sequence[str], languages: Languages, *, within: Sequence[str]) -> Vector:
        """Return the scores of texts that are not in the index, shape `(texts,)`.

        `within` is what each text stands in: it may name what the text is about.
        """
        cosines = self.cosines(self.embedder.embed_passages(texts), languages)
        if self.matcher is None:
            return cosines
        in_languages = TextLanguages.of(languages)
        similarity, order = self._words_of(texts)
        distinct, places = np.unique(np.asarray(within, dtype=object), return_inverse=True)
        around = best_matches(*self._words_of(distinct.tolist()))[:, places]
        covered = self.matcher.mean_coverage(similarity, order, in_languages, around=around)
        return self.mixed(cosines, covered) + self.evening(in_languages)

    def _words_of(self, texts: Sequence[str]) -> tuple[Matrix, WordOrder]:
        """Return the similarity of the distinct words of texts to the question's, and their order."""
        assert isinstance(self.embedder, TokenVectors)
        assert self.matcher is not None
        words = TextWords(self.embedder.token_ids(texts), self.embedder)
        return similarities(self.matcher.terms, words.distinct, self.embedder), words.order

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
