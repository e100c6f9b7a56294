"""The nearest correlation matrix."""

import numpy as np

from servqual.polychoric._smoothing import LEAST, smoothed


def test_higham_example():
    # Higham (2002), section 4: the nearest to this has .7607 and .1573 beside the diagonal.
    torn = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    found = smoothed(torn)
    expected = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    np.testing.assert_allclose(found, expected, atol=3e-4)  # whose smallest eigenvalue is 0
    assert np.linalg.eigvalsh(found)[0] >= LEAST * 0.99


def test_a_regular_matrix_stays():
    matrix = np.array([[1, 0.5, 0.2], [0.5, 1, -0.4], [0.2, -0.4, 1]])
    np.testing.assert_allclose(smoothed(matrix), matrix, atol=1e-14)


def test_order_of_variables_changes_only_the_order(rng):
    matrix = np.corrcoef(rng.normal(size=(8, 5)), rowvar=False)
    matrix[0, 1] = matrix[1, 0] = -0.97
    matrix[0, 2] = matrix[2, 0] = matrix[1, 2] = matrix[2, 1] = 0.9
    assert np.linalg.eigvalsh(matrix)[0] < 0
    order = rng.permutation(5)
    moved = smoothed(matrix[np.ix_(order, order)])
    np.testing.assert_allclose(moved, smoothed(matrix)[np.ix_(order, order)], atol=1e-9)
