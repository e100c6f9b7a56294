"""The quadratic polynomial in two variables: its terms, its surface, its place of zero."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COEFFICIENTS = ("b0", "b1", "b2", "b3", "b4", "b5")
SURFACE = ("a1", "a2", "a3", "a4", "a5")

# Rows: a1 = b1 + b2, a2 = b3 + b4 + b5, a3 = b1 - b2, a4 = b3 - b4 + b5, a5 = b3 - b5.
ALONG = np.array(
    [
        [0, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1, 1],
        [0, 1, -1, 0, 0, 0],
        [0, 0, 0, 1, -1, 1],
        [0, 0, 0, 1, 0, -1],
    ],
    dtype=np.float64,
)
ALONG.flags.writeable = False


def predicted(b: Floats, x: Floats, y: Floats) -> Floats:
    """Give the height of a surface with coefficients b (6,) at x and y, counted from its zero."""
    return b[0] + b[1] * x + b[2] * y + b[3] * x**2 + b[4] * x * y + b[5] * y**2


def moved(dx: float, dy: float, sx: float = 1.0, sy: float = 1.0) -> Floats:
    """Give the matrix (6, 6) from coefficients in (x - dx) / sx, (y - dy) / sy to those in x, y.

    Examples
    --------
    >>> moved(2.0, 0.0) @ np.array([0.0, 0, 0, 1, 0, 0])  # (x - 2)² = 4 - 4 x + x²
    array([ 4., -4.,  0.,  1.,  0.,  0.])
    """
    ux, uy = dx / sx, dy / sy
    return np.array(
        [
            [1, -ux, -uy, ux**2, ux * uy, uy**2],
            [0, 1 / sx, 0, -2 * ux / sx, -uy / sx, 0],
            [0, 0, 1 / sy, 0, -ux / sy, -2 * uy / sy],
            [0, 0, 0, 1 / sx**2, 0, 0],
            [0, 0, 0, 0, 1 / (sx * sy), 0],
            [0, 0, 0, 0, 0, 1 / sy**2],
        ]
    )
