"""Whether what is derived agrees with what is stored: the FAISS file and the index of words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from kb.diagnosis import Fault
from kb.domain import PassageId
from kb.embedding import TokenVectors
from kb.store import FolderSurvey, IndexInspector, IndexState, vectors_file_name
from kb.vectors import Matrix
from kb.word_index import WordIndex

Faults = Iterable[tuple[Fault, str]]

_UNIT_TOLERANCE = 1e-3  # Float32 keeps a unit vector's length to about 1e-6.


class ListedVectors(Protocol):
    """A vector index that shows what it holds."""

    def contents(self) -> tuple[tuple[int, ...], Matrix]:
        """Return all ids and their vectors, float32, shape `(ids, dimension)`."""


OpenVectors = Callable[[bytes], ListedVectors]
"""Raises `ValueError` for bytes that are no vector index."""


def stored_vectors(
    inspector: IndexInspector, state: IndexState
) -> tuple[tuple[PassageId, ...], Matrix, list[tuple[Fault, str]]]:
    """Return the passages with a vector of the right size, the vectors, and what others lack."""
    width = state.dimension * np.dtype(np.float32).itemsize
    ids: list[PassageId] = []
    rows: list[bytes] = []
    faults: list[tuple[Fault, str]] = []
    for stored in inspector.vectors(state.fingerprint):
        if stored.content is None:
            faults.append((Fault.EMBEDDING_MISSING, f"passage {stored.passage_id}"))
        elif len(stored.content) != width:
            size = f"passage {stored.passage_id}: {len(stored.content)} bytes, not {width}"
            faults.append((Fault.VECTOR_INVALID, size))
        else:
            ids.append(stored.passage_id)
            rows.append(stored.content)
    matrix = np.frombuffer(b"".join(rows), dtype=np.float32).reshape(len(ids), -1 if ids else 0)
    return tuple(ids), matrix, faults


def length_faults(ids: Sequence[PassageId], matrix: Matrix) -> Iterator[tuple[Fault, str]]:
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.linalg.norm(matrix.astype(np.float64), axis=1)
    is_right = (np.abs(lengths - 1) <= _UNIT_TOLERANCE) | (lengths == 0)
    for row in np.flatnonzero(~is_right).tolist():
        yield Fault.VECTOR_INVALID, f"passage {ids[row]}: length {lengths[row]:.3g}"


def faiss_faults(
    inspector: IndexInspector,
    state: IndexState,
    stored: tuple[tuple[PassageId, ...], Matrix],
    survey: FolderSurvey,
    open_vectors: OpenVectors,
) -> Iterator[tuple[Fault, str]]:
    ids, matrix = stored
    name = vectors_file_name(state.generation)
    if name not in survey.names:
        yield Fault.VECTORS_FILE_MISSING, name
        return
    content = inspector.vectors_file(state)
    if content is None:
        yield Fault.VECTORS_FILE_DAMAGED, f"{name} is not the file that was published"
        return
    try:
        file_ids, file_matrix = open_vectors(content).contents()
    except ValueError as error:
        yield Fault.VECTORS_FILE_DAMAGED, f"{name}: {error}"
        return
    if ids != file_ids or (ids and matrix.shape != file_matrix.shape):
        yield Fault.VECTORS_FILE_DIFFERS, f"{len(file_ids)} passages in it, {len(ids)} stored"
        return
    for row, id_ in enumerate(ids):
        if matrix[row].tobytes() != file_matrix[row].tobytes():
            yield Fault.VECTORS_FILE_DIFFERS, f"passage {id_}"


def word_index_faults(
    inspector: IndexInspector, state: IndexState, model: TokenVectors, *, deep: bool
) -> Faults:
    try:
        found = WordIndex.from_bytes(inspector.word_index() or b"")
    except ValueError as error:
        yield Fault.WORD_INDEX_DAMAGED, str(error)
        return
    try:
        if deep and not found.agrees_with(
            WordIndex.build(*inspector.all_tokens(state.fingerprint), model)
        ):
            yield Fault.WORD_INDEX_DIFFERS, f"{len(found.ids)} passages in it"
    except (IndexError, ValueError) as error:
        yield Fault.WORD_INDEX_DIFFERS, f"the stored words are none of the model's: {error}"
