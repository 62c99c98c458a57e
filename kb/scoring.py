"""The score of a text for one question: by its mean vector, its words, and close reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.centre import Centre
from kb.close_reading import Comparison
from kb.domain import LanguageCode
from kb.embedding import Embedder, TokenVectors
from kb.grouping import grouped, statements_of
from kb.matching import TermMatcher, best_matches, similarities
from kb.text_languages import TextLanguages
from kb.vectors import Matrix, TokenIds, Vector
from kb.words import TextWords, WordOrder

# Word coverage finds the fact, the mean vector the subject.
MEAN_WEIGHT = 0.3

LEAST_LIKELY = -6.0
"""No logarithm of the odds that a text answers counts as less, nor as more than its opposite."""

Languages = Sequence[LanguageCode | None]


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores texts for one question, passages and sentences alike but for what reading counts."""

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

    def score(
        self,
        texts: Sequence[str],
        languages: Languages,
        *,
        within: Sequence[str],
        reading_weight: float = 0.0,
    ) -> Vector:
        """Return the scores of texts that are not in the index, shape `(texts,)`.

        `within` is what each text stands in: it may name what the text is about. What `read`
        says of the text by itself counts by `reading_weight`.
        """
        cosines = self.cosines(self.embedder.embed_passages(texts), languages)
        if self.matcher is None:
            return cosines
        in_languages = TextLanguages.of(languages)
        words, similarity = self._words_of(texts)
        distinct, places = np.unique(np.asarray(within, dtype=object), return_inverse=True)
        words_around, similarity_around = self._words_of(distinct.tolist())
        around = best_matches(similarity_around, words_around.order)[:, places]
        covered = self.matcher.mean_coverage(similarity, words.order, in_languages, around=around)
        read = self.read(similarity, words.order, words.directions)
        scores = self.mixed(cosines, covered) + self.evening(in_languages)
        return scores + np.float32(reading_weight) * read

    def read(self, similarity: Matrix, order: WordOrder, directions: Matrix) -> Vector:
        """Return how likely texts of these words answer: `CloseReader.logits`, `(texts,)`.

        `similarity` is that of the distinct words to the question's, `(terms, words)`, and
        `directions` are those of the words. At least `LEAST_LIKELY`, at most its opposite.
        """
        assert isinstance(self.embedder, TokenVectors)
        assert self.matcher is not None
        compared = Comparison.of(self.matcher.terms, similarity, order, directions)
        logits = self.embedder.close_reader.logits(compared)
        # Rounded: the last bits depend on the row, and equal texts have to score equal.
        return np.asarray(logits.clip(LEAST_LIKELY, -LEAST_LIKELY).round(2), dtype=np.float32)

    def _words_of(self, texts: Sequence[str]) -> tuple[TextWords, Matrix]:
        """Return the words of texts, and the similarity of the distinct ones to the question's."""
        assert isinstance(self.embedder, TokenVectors)
        assert self.matcher is not None
        words = TextWords(self.embedder.token_ids(texts), self.embedder)
        return words, similarities(self.matcher.terms, words.distinct, self.embedder)

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
