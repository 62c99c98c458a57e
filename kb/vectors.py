"""Array types shared by embedders, vector indexes and the store.

Apart from `kb.domain`, so that `kb --help` does not pay for importing numpy.
"""

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""Float32, shape `(dimension,)`, unit length, or zero for a text without words."""

Matrix = npt.NDArray[np.float32]
"""Float32, shape `(n, dimension)`, rows as `Vector`."""

TokenIds = npt.NDArray[np.int32]
"""The tokens of one text, in order: each word's first, then the complements of its others."""


def likeness(one: Matrix, other: Matrix) -> float:
    """Return how much of each of two texts stands in the other, from the vectors of their passages.

    The mean cosine of each passage with the one in the other text that is most like it, for the
    text that has less in common with the other: 1 for equal texts, 0 for one without passages.
    """
    if not len(one) or not len(other):
        return 0.0
    cosines = one @ other.T
    return float(min(cosines.max(axis=1).mean(), cosines.max(axis=0).mean()))


def unit_rows(matrix: Matrix) -> Matrix:
    """Scale each row to length 1; zero rows stay zero."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled = np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)
    return np.asarray(scaled, dtype=np.float32)
