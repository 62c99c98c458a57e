"""Vectors under ids, and how near each of them is to a question. The only importer of faiss."""

from collections.abc import Sequence
from struct import Struct
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
import numpy.typing as npt

from kb.vectors import Matrix, Vector

if TYPE_CHECKING:
    import faiss

# Four letters for the kind, dimension and number of vectors, and 21 bytes that take no room.
_HEADER = Struct("<4siq21x")
_COUNT = Struct("<Q")


class VectorIndex(Protocol):
    """Compares every vector with a question."""

    def __len__(self) -> int: ...

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        """The ids of all vectors, in the order in which they were added."""

    def products(self, question: Vector) -> Vector:
        """Return the product of every vector with `question`, in the order of `ids`.

        Float32, shape `(vectors,)`; equal vectors have equal products to the last bit.
        """

    def vectors(self, ids: Sequence[int]) -> Matrix:
        """Return the vectors with these ids, float32, shape `(len(ids), dimension)`."""

    def contents(self) -> tuple[tuple[int, ...], Matrix]:
        """Return all ids and their vectors, float32, shape `(ids, dimension)`."""

    def to_bytes(self) -> bytes:
        """Return the index as bytes."""


class FlatFaissIndex:
    """Exact inner products; of unit vectors these are cosines."""

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

        _check_sizes(content)
        try:
            index = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
        except (RuntimeError, AssertionError, MemoryError) as error:
            raise ValueError(f"not a FAISS index: {error}") from error
        if not _is_flat(index):
            raise ValueError(f"not a flat FAISS index with ids: {type(index).__name__}")
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        import faiss

        assert isinstance(self._index, faiss.IndexIDMap2)
        return np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64)

    @property
    def _flat(self) -> "faiss.Index":
        import faiss

        assert isinstance(self._index, faiss.IndexIDMap2)
        return faiss.downcast_index(self._index.index)

    def products(self, question: Vector) -> Vector:
        # Not a matrix product, whose last bit depends on the row: FAISS takes row by row.
        _, products, rows = self._flat.range_search(question[np.newaxis, :], -np.inf)
        found = np.zeros(len(self), dtype=np.float32)
        found[rows] = products  # What is no number, in a damaged vector, is not in it.
        return found

    def vectors(self, ids: Sequence[int]) -> Matrix:
        rows = self._index.reconstruct_batch(np.asarray(ids, dtype=np.int64))
        return np.asarray(rows, dtype=np.float32)

    def contents(self) -> tuple[tuple[int, ...], Matrix]:
        vectors = self._flat.reconstruct_n(0, len(self))
        return tuple(self.ids.tolist()), np.asarray(vectors, dtype=np.float32)

    def to_bytes(self) -> bytes:
        import faiss

        return bytes(faiss.serialize_index(self._index).tobytes())


def _check_sizes(content: bytes) -> None:
    """Raise `ValueError` unless all counts in FAISS's headers follow from the first ones.

    FAISS makes room for as many numbers as a header says before it reads them.
    Source: faiss/impl/index_write.cpp, `write_index_header` and `write_index`
    """
    header_size = 2 * _HEADER.size + _COUNT.size
    if len(content) < header_size + _COUNT.size:
        raise ValueError(f"not a flat FAISS index: {len(content)} bytes are too few")
    _, dimension, count = _HEADER.unpack_from(content)
    ids_at = header_size + count * dimension * 4
    expected = (
        (_HEADER.unpack_from(content, _HEADER.size)[1:], (dimension, count)),
        (_COUNT.unpack_from(content, header_size - _COUNT.size), (count * dimension,)),
        (len(content), ids_at + _COUNT.size + count * 8),
    )
    if any(found != wanted for found, wanted in expected) or min(dimension, count) < 0:
        raise ValueError("not a flat FAISS index: its sizes do not agree")
    if _COUNT.unpack_from(content, ids_at) != (count,):
        raise ValueError("not a flat FAISS index: another number of ids than of vectors")


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
