import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kb.vectors import Matrix, unit_rows

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
