"""Vectors and ids to nearest ids. The only importer of faiss."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
import numpy.typing as npt

from kb.vectors import Matrix, Vector

if TYPE_CHECKING:
    import faiss

Neighbour = tuple[int, float]
"""An id and its cosine similarity to the question."""

_FAISS_MISSING = -1  # FAISS pads short result rows with this id.


class VectorIndex(Protocol):
    """Finds the vectors nearest to a question."""

    def __len__(self) -> int: ...

    def search(
        self, question: Vector, *, k: int, among: Sequence[int] | None = None
    ) -> tuple[Neighbour, ...]:
        """Return up to `k` neighbours, best first; fewer when there are fewer vectors.

        With `among`, only these ids are looked at, so a filter never costs results.
        """

    def to_bytes(self) -> bytes:
        """Return the index as bytes for `read_vector_index`."""


class FlatFaissIndex:
    """Exact inner-product search; with unit vectors this is cosine similarity."""

    def __init__(self, index: "faiss.Index") -> None:
        self._index = index

    @classmethod
    def build(cls, ids: Sequence[int], vectors: Matrix) -> Self:
        """Return an index of `vectors`, shape `(len(ids), dimension)`, under their ids."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(
            np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64)
        )
        return cls(index)

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the index that `to_bytes` wrote. Raises `ValueError` when it is not one."""
        import faiss

        try:
            index = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
        except (RuntimeError, AssertionError, MemoryError) as error:
            raise ValueError(f"not a FAISS index: {error}") from error
        if not _is_flat(index):
            raise ValueError(f"not a flat FAISS index with ids: {type(index).__name__}")
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, question: Vector, *, k: int, among: Sequence[int] | None = None
    ) -> tuple[Neighbour, ...]:
        import faiss

        k = min(k, len(self) if among is None else len(among))
        if k <= 0:
            return ()
        parameters = None
        if among is not None:
            selected: npt.NDArray[np.int64] = np.asarray(among, dtype=np.int64)
            parameters = faiss.SearchParameters()
            parameters.sel = faiss.IDSelectorBatch(selected)
        scores, ids = self._index.search(question[np.newaxis, :], k, params=parameters)
        found = [
            (int(id_), float(score))
            for id_, score in zip(ids[0], scores[0], strict=True)
            if id_ != _FAISS_MISSING
        ]
        return tuple(sorted(found, key=lambda neighbour: (-neighbour[1], neighbour[0])))

    def to_bytes(self) -> bytes:
        import faiss

        return bytes(faiss.serialize_index(self._index).tobytes())


def _is_flat(index: "faiss.Index") -> bool:
    """True for what `build` makes: damaged bytes may well be an index, but of another kind."""
    import faiss

    if not isinstance(index, faiss.IndexIDMap2):
        return False
    flat = faiss.downcast_index(index.index)
    return (
        isinstance(flat, faiss.IndexFlatIP)
        and flat.metric_type == faiss.METRIC_INNER_PRODUCT
        and (flat.d, flat.ntotal) == (index.d, index.ntotal)
    )
