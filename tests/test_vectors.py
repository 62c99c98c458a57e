import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kb.vectors import Matrix, likenesses, unit_rows

ROWS = arrays.arrays(
    np.float32,
    st.tuples(st.integers(0, 12), st.integers(1, 12)),
    # Beyond these sizes squares leave the range of float32; weights are near 1.
    elements=st.floats(2**-40, 2**40, width=32).flatmap(lambda x: st.sampled_from([x, -x, 0])),
)


@given(rows=ROWS)
def test_rows_get_length_one_and_zero_rows_stay_zero(rows: Matrix) -> None:
    lengths = np.linalg.norm(unit_rows(rows), axis=1)

    assert np.allclose(lengths, rows.any(axis=1), atol=1e-5)


@given(rows=ROWS)
def test_rows_keep_their_direction(rows: Matrix) -> None:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)

    assert np.allclose(unit_rows(rows) * lengths, rows, rtol=1e-5)


@given(rows=ROWS)
def test_unit_rows_are_float32_of_the_same_shape(rows: Matrix) -> None:
    scaled = unit_rows(rows)

    assert scaled.dtype == np.float32
    assert scaled.shape == rows.shape


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.integers(1, 4), st.integers(0, 9))
def test_likenesses_are_the_lower_mean_of_the_best_cosines(
    sizes: list[int], own: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    vectors = unit_rows(generator.normal(size=(sum(sizes), 3)).astype(np.float32))
    text = unit_rows(generator.normal(size=(own, 3)).astype(np.float32))
    places = iter(generator.permutation(len(vectors)).tolist())
    others = [[next(places) for _ in range(size)] for size in sizes]

    found = likenesses(text, vectors, others)

    for likeness, rows in zip(found, others, strict=True):
        cosines = text @ vectors[rows].T
        lower = min(cosines.max(axis=1).mean(), cosines.max(axis=0).mean())
        assert likeness == pytest.approx(lower, abs=1e-6)
    assert likenesses(text, vectors, []).shape == (0,)
