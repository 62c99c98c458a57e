"""Array types shared by embedders, vector indexes and the store.

Apart from `kb.domain`, so that `kb --help` does not pay for importing numpy.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""Float32, shape `(dimension,)`, unit length, or zero for a text without words."""

Matrix = npt.NDArray[np.float32]
"""Float32, shape `(n, dimension)`, rows as `Vector`."""

TokenIds = npt.NDArray[np.int32]
"""The tokens of one text, in order: each word's first, then the complements of its others."""


def likenesses(text: Matrix, vectors: Matrix, others: Sequence[Sequence[int]]) -> Vector:
    """Return how much of a text and of each of `others` stands in the other one.

    `text` holds the vectors of its passages; `others` are texts by their rows in `vectors`, none
    of them empty. The mean cosine of each passage with the passage of the other text that is most
    like it, for the text that has less in common with the other: 1 for the text itself.
    """
    if not others:
        return np.empty(0, dtype=np.float32)
    rows = np.concatenate([np.asarray(rows, dtype=np.intp) for rows in others])
    sizes = np.array([len(rows) for rows in others])
    starts = np.cumsum(sizes) - sizes
    cosines = (text @ vectors.T)[:, rows]
    in_others = np.maximum.reduceat(cosines, starts, axis=1).mean(axis=0)
    in_text = np.add.reduceat(cosines.max(axis=0), starts) / sizes
    return np.asarray(np.minimum(in_others, in_text), dtype=np.float32)


def unit_rows(matrix: Matrix) -> Matrix:
    """Scale each row to length 1; zero rows stay zero."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled = np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)
    return np.asarray(scaled, dtype=np.float32)
