"""What all articles of a collection have in common, taken out of their vectors.

Articles on one subject have mean vectors that all point the same way, and so do those in one
language. Only what is left without that tells one passage from another.

Source: the common part of averaged word vectors hides what tells texts apart (Arora, Liang and
Ma, ICLR 2017, openreview.net/forum?id=SyK00v5xx); it is taken out here per language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from kb.domain import LanguageCode
from kb.text_languages import TextLanguages
from kb.vectors import Matrix, Vector, unit_rows

# With as many passages, what they have in common counts half: two say little of a collection.
_HALF_TRUSTED = 10
_BLOCK_ROWS = 2_048  # Stays in the processor's cache.


@dataclass(frozen=True, slots=True)
class Centre:
    """The mean vector of a collection and of its passages in each language."""

    common: Vector
    by_language: Mapping[LanguageCode | None, Vector]

    @classmethod
    def of(cls, vectors: Matrix, languages: TextLanguages) -> Self:
        """Return the centre of passages with these vectors and languages."""
        common = _mean(vectors, np.zeros(vectors.shape[1], dtype=np.float32))
        return cls(
            common,
            {name: _mean(vectors[rows], common) for name, rows in languages.texts_in()},
        )

    def of_language(self, language: LanguageCode | None) -> Vector:
        """Return the mean vector of the passages in `language`, or of all where there are none."""
        return self.by_language.get(language, self.common)

    def direction(self, question: Vector) -> Vector:
        """Return the unit vector of what `question` asks beyond what all passages tell of.

        Zero for a question without words.
        """
        if not question.any():
            return question
        return np.asarray(unit_rows((question - self.common)[np.newaxis])[0], dtype=np.float32)

    def nearness(self, question: Vector, vectors: Matrix, languages: TextLanguages) -> Vector:
        """Return the cosine of each text's vector with `question`, both without their centre."""
        products = row_products(vectors, self.direction(question))
        return self.nearness_of(question, products, self.distances(vectors, languages), languages)

    def nearness_of(
        self, question: Vector, products: Vector, distances: Vector, languages: TextLanguages
    ) -> Vector:
        """Return the same from products and distances, in time that no dimension adds to.

        `products` are those of the texts' vectors with `direction(question)`, and `distances`
        what `distances` gives for them.
        """
        centres = languages.rows(self.by_language, self.common)
        left = products - (centres @ self.direction(question))[languages.numbers]
        near = np.divide(left, distances, out=np.zeros_like(left), where=distances > 0)
        return np.asarray(near, dtype=np.float32)

    def distances(self, vectors: Matrix, languages: TextLanguages) -> Vector:
        """Return how far each text's vector is from the centre of its language."""
        centres = languages.rows(self.by_language, self.common)
        found = np.empty(len(vectors), dtype=np.float32)
        for start in range(0, len(vectors), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            left = vectors[block] - centres[languages.numbers[block]]
            found[block] = np.sqrt(np.einsum("ij,ij->i", left, left))
        return found


def row_products(vectors: Matrix, direction: Vector) -> Vector:
    """Return the product of each row with `direction`, equal for equal rows to the last bit.

    In a matrix product the last bit depends on the row, and equal texts have to score equal.
    """
    return np.asarray(np.einsum("ij,j->i", vectors, direction), dtype=np.float32)


def _mean(vectors: Matrix, prior: Vector) -> Vector:
    """Return the mean of `vectors`, drawn towards `prior` when they are few."""
    # In double precision: the order in which articles were indexed must not show.
    total = vectors.sum(axis=0, dtype=np.float64) + _HALF_TRUSTED * prior
    return np.asarray(total / (len(vectors) + _HALF_TRUSTED), dtype=np.float32)
