"""Where a quadratic surface is level, and the axes that it is symmetric about."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHAPE = ("x0", "y0", "z0", "p10", "p11", "p20", "p21")
NULLS = {"p11": 1.0, "p21": -1.0}
MAXIMUM, MINIMUM, SADDLE = "maximum point", "minimum point", "saddle point"
NONE = "none"
_FLAT = 1e-10


class Shape(NamedTuple):
    """Stationary point and principal axes of surfaces: values (..., 7), NaN where undefined."""

    values: Floats
    level: NDArray[np.bool_]  # whether there is a stationary point
    turned: NDArray[np.bool_]  # whether the axes have a slope, that is, b4 is not 0


def shape(b: Floats, flat: Floats | None = None) -> Shape:
    """Find stationary points and axes.

    Parameters
    ----------
    b : ndarray of shape (..., 6)
        Coefficients of surfaces.
    flat : ndarray of shape (..., 3), optional
        Sizes below which b3, b4 and b5 are nothing but rounding.
    """
    b = np.asarray(b, dtype=np.float64)
    b0, b1, b2 = b[..., 0], b[..., 1], b[..., 2]
    curved = b[..., 3:]
    if flat is not None:
        curved = np.where(np.abs(curved) <= flat, 0.0, curved)
    b3, b4, b5 = curved[..., 0], curved[..., 1], curved[..., 2]
    determinant = 4 * b3 * b5 - b4**2
    known = np.isfinite(b).all(axis=-1)
    size = (4 * np.abs(b3 * b5)) + b4**2
    level = known & (np.abs(determinant) > _FLAT * size) & (size > 0)
    turned = known & (b4 != 0)
    with np.errstate(all="ignore"):
        x0 = np.where(level, (b2 * b4 - 2 * b1 * b5) / determinant, np.nan)
        y0 = np.where(level, (b1 * b4 - 2 * b2 * b3) / determinant, np.nan)
        apart, root = b5 - b3, np.hypot(b5 - b3, b4)
        # (apart + root) / b4 = b4 / (root - apart): the form that does not cancel
        first = np.where(apart >= 0, (apart + root) / b4, b4 / (root - apart))
        p11 = np.where(turned, first, np.nan)
        p21 = -1 / p11
    z0 = b0 + (b1 * x0 + b2 * y0) / 2
    values = np.stack([x0, y0, z0, y0 - p11 * x0, p11, y0 - p21 * x0, p21], axis=-1)
    return Shape(values, level, turned)


def slopes(b: Floats, found: Floats) -> Floats:
    """Give the derivatives (7, 6) of stationary point and axes by the coefficients."""
    _, b1, b2, b3, b4, b5 = b
    x0, y0, _, _, p11, _, p21 = found
    determinant, apart = 4 * b3 * b5 - b4**2, b5 - b3
    root = np.hypot(apart, b4)
    with np.errstate(all="ignore"):
        of_x = (
            np.array(
                [0, -2 * b5, b4, -4 * b5 * x0, b2 + 2 * b4 * x0, -2 * b1 - 4 * b3 * x0],
            )
            / determinant
        )
        of_y = (
            np.array(
                [0, b4, -2 * b3, -2 * b2 - 4 * b5 * y0, b1 + 2 * b4 * y0, -4 * b3 * y0],
            )
            / determinant
        )
        of_first = np.array([0, 0, 0, -1, -apart / b4, 1]) * p11 / root
        of_second = np.array([0, 0, 0, 1, apart / b4, -1]) * p21 / root
    of_z = np.array([1, x0, y0, x0**2, x0 * y0, y0**2])
    return np.stack(
        [
            of_x,
            of_y,
            of_z,
            of_y - p11 * of_x - x0 * of_first,
            of_first,
            of_y - p21 * of_x - x0 * of_second,
            of_second,
        ]
    )


def kinds(b: Floats, level: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Name the stationary points of surfaces (..., 6): maximum, minimum, saddle point or none."""
    determinant = 4 * b[..., 3] * b[..., 5] - b[..., 4] ** 2
    bowl = np.where(b[..., 3] < 0, MAXIMUM, MINIMUM)
    return np.where(level, np.where(determinant > 0, bowl, SADDLE), NONE)
