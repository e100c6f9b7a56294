"""The nearest correlation matrix that is positive definite."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST = 1e-4
_STEPS = 2000
_SETTLED = 1e-10


def smoothed(matrix: Floats) -> Floats:
    """Find the nearest correlation matrix whose eigenvalues are at least `LEAST`.

    Nearest by the sum of squared changes: alternating projections on the matrices with such
    eigenvalues and on those with a unit diagonal, with Dykstra's correction [1]_.

    Parameters
    ----------
    matrix : ndarray of shape (p, p)
        Symmetric, with 1 on the diagonal.

    References
    ----------
    .. [1] Higham, N. J. (2002). Computing the nearest correlation matrix: A problem from finance.
       *IMA Journal of Numerical Analysis*, 22(3), 329-343.
       https://doi.org/10.1093/imanum/22.3.329

    Examples
    --------
    >>> torn = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    >>> smoothed(torn).round(3)
    array([[ 1. ,  0.5, -0.5],
           [ 0.5,  1. ,  0.5],
           [-0.5,  0.5,  1. ]])
    """
    found = matrix.copy()
    correction = np.zeros_like(matrix)
    for _ in range(_STEPS):
        before = found - correction
        values, vectors = np.linalg.eigh(before)
        lifted = (vectors * np.maximum(values, LEAST)) @ vectors.T
        correction = lifted - before
        last, found = found, lifted.copy()
        np.fill_diagonal(found, 1.0)
        if np.abs(found - last).max() < _SETTLED:
            break
    # The last step set the diagonal, which may cost a little of the smallest eigenvalue.
    scale = 1 / np.sqrt(np.diag(lifted))
    regular: Floats = lifted * np.outer(scale, scale)
    np.fill_diagonal(regular, 1.0)
    return (regular + regular.T) / 2
