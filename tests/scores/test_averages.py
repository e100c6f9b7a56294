"""Averages against NumPy's, of at least half of the answers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from servqual.scores.averages import average, averages

answers = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 5)),
    elements=st.one_of(st.integers(1, 7).map(float), st.just(np.nan)),
)


@given(answers)
def test_it_is_the_mean_of_at_least_half(values):
    found = average(values)
    for row, mean in zip(values, found, strict=True):
        there = row[~np.isnan(row)]
        if 2 * len(there) >= len(row) and len(there):
            assert mean == there.sum() / len(there)
        else:
            assert np.isnan(mean)


def test_each_dimension_averages_its_own_items():
    values = np.array([[1.0, 2.0, 3.0, np.nan], [4.0, 4.0, np.nan, np.nan]])
    found = averages(values, [[0, 1], (2, 3)])
    np.testing.assert_array_equal(found, [[1.5, 3.0], [4.0, np.nan]])
