"""What every vector index keeps; each law is held against a plain comparison of all vectors."""

from collections.abc import Sequence
from typing import Protocol, Self

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.vector_index import FlatFaissIndex, VectorIndex
from kb.vectors import Matrix, Vector, unit_rows


class StoredIndex(VectorIndex, Protocol):
    """A vector index with the two ways to get one."""

    @classmethod
    def build(cls, ids: Sequence[int], vectors: Matrix) -> Self: ...

    @classmethod
    def from_bytes(cls, content: bytes) -> Self: ...


Implementation = type[StoredIndex]

each_index = pytest.mark.parametrize("implementation", [FlatFaissIndex])

DIMENSION = 8


def random_rows(count: int, seed: int = 0) -> Matrix:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    return unit_rows(rows.astype(np.float32))


def said(index: VectorIndex, question: Vector) -> tuple[object, ...]:
    """Return all that an index says, to the last bit."""
    ids, vectors = index.contents()
    products = index.products(question).tobytes()
    return ids, index.ids.tolist(), vectors.tobytes(), index.vectors(ids).tobytes(), products


@st.composite
def collections(draw: st.DrawFn) -> tuple[list[int], Matrix, Vector]:
    """Draw ids in any order, a vector for each, some of them equal, and a question."""
    ids = draw(st.lists(st.integers(1, 2**62), max_size=40, unique=True))
    rows = random_rows(len(ids), draw(st.integers(0, 99)))
    copied = draw(st.lists(st.integers(0, len(ids) - 1), max_size=5)) if ids else []
    rows[copied] = rows[:1]
    return ids, rows, random_rows(1, draw(st.integers(100, 199)))[0]


@each_index
@settings(max_examples=50, deadline=None)
@given(collection=collections())
def test_products_are_those_of_all_vectors_and_equal_for_equal_ones_to_the_last_bit(
    implementation: Implementation, collection: tuple[list[int], Matrix, Vector]
) -> None:
    ids, rows, question = collection
    index = implementation.build(ids, rows)

    products = index.products(question)

    assert index.ids.tolist() == ids
    assert products == pytest.approx(rows @ question, abs=1e-5)
    by_row = {(row.tobytes(), product) for row, product in zip(rows, products, strict=True)}
    assert len(by_row) == len({row.tobytes() for row in rows})


@each_index
@settings(max_examples=50, deadline=None)
@given(collection=collections())
def test_reading_what_was_written_is_identity(
    implementation: Implementation, collection: tuple[list[int], Matrix, Vector]
) -> None:
    ids, rows, question = collection
    index = implementation.build(ids, rows)

    again = implementation.from_bytes(index.to_bytes())

    assert len(again) == len(index) == len(ids)
    assert again.to_bytes() == index.to_bytes()
    assert said(again, question) == said(index, question)


@each_index
@settings(max_examples=50, deadline=None)
@given(collection=collections(), data=st.data())
def test_vectors_come_as_they_were_added_in_the_order_asked_for(
    implementation: Implementation,
    collection: tuple[list[int], Matrix, Vector],
    data: st.DataObject,
) -> None:
    ids, rows, _ = collection
    places = data.draw(st.lists(st.integers(0, len(ids) - 1), max_size=60)) if ids else []

    found = implementation.build(ids, rows).vectors([ids[place] for place in places])

    assert found.shape == (len(places), DIMENSION)
    assert found.tobytes() == rows[places].tobytes()


@each_index
def test_a_stored_vector_has_the_greatest_product_with_itself(
    implementation: Implementation,
) -> None:
    rows = random_rows(200)
    index = implementation.build(range(1000, 1200), rows)

    for place, row in enumerate(rows):
        products = index.products(row)
        assert products.argmax() == place
        assert products[place] == pytest.approx(1, abs=1e-5)


@each_index
def test_what_is_no_number_in_a_damaged_vector_changes_no_other_product(
    implementation: Implementation,
) -> None:
    rows = random_rows(3)
    expected = implementation.build([1, 2, 3], rows).products(rows[0])
    rows[1, 0] = np.nan

    products = implementation.build([1, 2, 3], rows).products(rows[0])

    assert products.tolist() == [expected[0], 0, expected[2]]


@each_index
def test_an_empty_index_has_no_products_and_is_read_again(implementation: Implementation) -> None:
    index = implementation.from_bytes(implementation.build([], random_rows(0)).to_bytes())

    assert len(index) == 0
    assert index.products(random_rows(1)[0]).shape == (0,)
    assert index.vectors([]).shape == (0, DIMENSION)


@each_index
@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200))
def test_bytes_of_anything_else_are_refused(
    implementation: Implementation,
    content: bytes,
) -> None:
    with pytest.raises(ValueError, match="index"):
        implementation.from_bytes(content)


@each_index
def test_a_cut_index_is_refused_wherever_it_is_cut(implementation: Implementation) -> None:
    content = implementation.build([1, 2, 3], random_rows(3)).to_bytes()

    for length in range(len(content)):
        with pytest.raises(ValueError, match="index"):
            implementation.from_bytes(content[:length])


def test_faiss_indexes_of_another_kind_are_refused() -> None:
    import faiss

    flat = faiss.IndexFlatIP(DIMENSION)
    others = [
        flat,
        faiss.IndexHNSWFlat(DIMENSION, 4),
        faiss.IndexIDMap2(faiss.IndexFlatL2(DIMENSION)),
        faiss.IndexIDMap2(faiss.IndexHNSWFlat(DIMENSION, 4)),
    ]

    for other in others:
        with pytest.raises(ValueError, match="flat"):
            FlatFaissIndex.from_bytes(faiss.serialize_index(other).tobytes())


def test_an_index_whose_parts_disagree_is_refused() -> None:
    content = FlatFaissIndex.build([1, 2, 3], random_rows(3)).to_bytes()
    dimension = DIMENSION.to_bytes(4, "little")
    place = content.index(dimension)

    with pytest.raises(ValueError, match="flat"):
        FlatFaissIndex.from_bytes(
            content[:place] + (DIMENSION + 1).to_bytes(4, "little") + content[place + 4 :]
        )


# Where FAISS's two headers say how much there is: dimension and number twice, the numbers
# stored and the ids.
SIZES_AT = {"dimension": 4, "number": 8, "inner dimension": 41, "inner number": 45, "floats": 74}


@pytest.mark.parametrize("place", [*SIZES_AT.values(), -8 * 4])
@pytest.mark.parametrize("size", [2**62, 2**40, 2**31 - 1, -1])
def test_a_header_that_asks_for_room_is_refused_before_any_is_made(place: int, size: int) -> None:
    content = bytearray(FlatFaissIndex.build([1, 2, 3], random_rows(3)).to_bytes())
    width = 4 if place in (SIZES_AT["dimension"], SIZES_AT["inner dimension"]) else 8
    lie = (size % 2 ** (8 * width)).to_bytes(width, "little")
    content[place : place + width or None] = lie

    with pytest.raises(ValueError, match=r"sizes do not agree|another number of ids"):
        FlatFaissIndex.from_bytes(bytes(content))


@settings(max_examples=200, deadline=None)
@given(collection=collections(), flips=st.lists(st.integers(0, 8 * 82 - 1), min_size=1, max_size=4))
def test_flipped_bits_in_the_headers_are_refused_or_change_nothing_that_counts(
    collection: tuple[list[int], Matrix, Vector], flips: list[int]
) -> None:
    ids, rows, question = collection
    index = FlatFaissIndex.build(ids, rows)
    content = bytearray(index.to_bytes())
    for flip in flips:
        content[flip // 8] ^= 1 << flip % 8

    try:
        found = FlatFaissIndex.from_bytes(bytes(content))
    except ValueError:
        return
    assert said(found, question) == said(index, question)


@given(collection=collections())
def test_a_flat_index_shows_what_was_added_as_it_was(
    collection: tuple[list[int], Matrix, Vector],
) -> None:
    ids, rows, _ = collection
    index = FlatFaissIndex.from_bytes(FlatFaissIndex.build(ids, rows).to_bytes())

    found_ids, found = index.contents()

    assert found_ids == tuple(ids)
    assert found.tobytes() == rows.tobytes()
