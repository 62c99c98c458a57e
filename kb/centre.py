"""What all articles of a collection have in common, taken out of their vectors.

Articles on one subject have mean vectors that all point the same way, and so do those in one
language. Only what is left without that tells one passage from another.

Source: the common part of averaged word vectors hides what tells texts apart (Arora, Liang and
Ma, ICLR 2017, openreview.net/forum?id=SyK00v5xx); it is taken out here per language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from kb.domain import LanguageCode
from kb.vectors import Matrix, Vector, unit_rows

# With as many passages, what they have in common counts half: two say little of a collection.
_HALF_TRUSTED = 10


@dataclass(frozen=True, slots=True)
class Centre:
    """The mean vector of a collection and of its passages in each language."""

    common: Vector
    by_language: Mapping[LanguageCode | None, Vector]

    @classmethod
    def of(cls, vectors: Matrix, languages: Sequence[LanguageCode | None]) -> Self:
        """Return the centre of passages with these vectors and languages."""
        common = _mean(vectors, np.zeros(vectors.shape[1], dtype=np.float32))
        spoken = np.array([language or "" for language in languages], dtype=str)
        return cls(
            common,
            {
                language: _mean(vectors[spoken == (language or "")], common)
                for language in dict.fromkeys(languages)
            },
        )

    def of_language(self, language: LanguageCode | None) -> Vector:
        """Return the mean vector of the passages in `language`, or of all where there are none."""
        return self.by_language.get(language, self.common)

    def direction(self, question: Vector, *, times: float = 1) -> Vector:
        """Return the unit vector of what `question` asks beyond what all passages tell of.

        What is common is taken out so many `times`. Zero for a question without words.
        """
        if not question.any():
            return question
        left = question - times * self.common
        return np.asarray(unit_rows(left[np.newaxis])[0], dtype=np.float32)

    def nearness(
        self, question: Vector, vectors: Matrix, languages: Sequence[LanguageCode | None]
    ) -> Vector:
        """Return the cosine of each text's vector with `question`, both without their centre."""
        centres = [self.of_language(language) for language in languages]
        if not centres:
            return np.zeros(0, dtype=np.float32)
        rows = unit_rows(vectors - np.stack(centres))
        # Not a matrix product: its last bit depends on the row, and equal texts have to score
        # equal.
        return np.asarray((rows * self.direction(question)).sum(axis=1), dtype=np.float32)


def _mean(vectors: Matrix, prior: Vector) -> Vector:
    """Return the mean of `vectors`, drawn towards `prior` when they are few."""
    total = vectors.sum(axis=0) + _HALF_TRUSTED * prior
    return np.asarray(total / (len(vectors) + _HALF_TRUSTED), dtype=np.float32)
