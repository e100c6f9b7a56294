"""How often X and Y differ, and what part of the plane their pairs cover."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HALF = 0.5  # of a standard deviation (Shanock et al., 2010); and of a scale point from the top
_TIE = 1e-9
_MANY = 1_000  # points, beyond which the inner ones are set aside at once
_DIRECTIONS = 16


def shares(x: Floats, y: Floats, weights: Floats | None, top: float | None) -> dict[str, float]:
    """Give the shares of respondents with X above, in agreement with and below Y.

    First with X and Y standardised each and half a standard deviation allowed for (NaN where one
    does not vary), then as they are; and the share whose Y lies within half a point of the top of
    the scale.
    """
    w = np.ones(len(x)) if weights is None else weights

    def share(which: NDArray[np.bool_]) -> float:
        return float(w[which].sum() / w.sum())

    apart = _standard(x, w) - _standard(y, w)
    raw = x - y
    known = not np.isnan(apart).any()
    return {
        "share_above": share(apart >= HALF) if known else np.nan,
        "share_agreement": share(np.abs(apart) < HALF) if known else np.nan,
        "share_below": share(apart <= -HALF) if known else np.nan,
        "share_above_raw": share(raw > _TIE),
        "share_equal_raw": share(np.abs(raw) <= _TIE),
        "share_below_raw": share(raw < -_TIE),
        "share_y_at_top": np.nan if top is None else share(y >= top - HALF - _TIE),
    }


def _standard(values: Floats, weights: Floats) -> Floats:
    apart = values - np.average(values, weights=weights)
    variance = float(weights @ apart**2) / float(weights.sum())
    if not variance > 0:
        return np.full(len(values), np.nan)
    n = len(values)
    standard: Floats = apart / np.sqrt(variance * n / (n - 1))
    return standard


def hull(points: Floats) -> Floats:
    """Give the corners (m, 2) of the least convex figure around points (n, 2), anticlockwise.

    Examples
    --------
    >>> hull(np.array([[0.0, 0], [2, 0], [1, 1], [2, 2], [0, 2], [1, 0]])).tolist()
    [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]
    """
    ordered = np.unique(_outer(points), axis=0)
    if len(ordered) < 3:
        return ordered
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return np.array([*lower[:-1], *upper[:-1]])


def _outer(points: Floats) -> Floats:
    """Leave out points inside the figure of the farthest ones in some directions."""
    if len(points) < _MANY:
        return points
    turn = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    width = np.ptp(points, axis=0)
    if not (width > 0).all():
        return points
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    unit = (points - middle) / width
    far = unit[[int(np.argmax(unit @ [np.cos(one), np.sin(one)])) for one in turn]]
    edges = np.roll(far, -1, axis=0) - far
    within = np.ones(len(unit), dtype=bool)
    for corner, edge in zip(far, edges, strict=True):
        if edge.any():
            to = unit - corner
            within &= edge[0] * to[:, 1] - edge[1] * to[:, 0] > _TIE
    return np.asarray(points[~within])


def _chain(points: Floats) -> list[Floats]:
    kept: list[Floats] = []
    for point in points:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
            kept.pop()
        kept.append(point)
    return kept


def _turn(one: Floats, two: Floats, three: Floats) -> float:
    a, b = two - one, three - one
    return float(a[0] * b[1] - a[1] * b[0])


def inside(corners: Floats, points: Floats) -> NDArray[np.bool_]:
    """Tell which points (..., 2) lie in a convex figure whose corners go anticlockwise."""
    following = np.roll(corners, -1, axis=0)
    edge = following - corners
    to = points[..., None, :] - corners
    turns = edge[:, 0] * to[..., 1] - edge[:, 1] * to[..., 0]
    size = float(np.abs(edge).max()) ** 2
    return np.asarray((turns >= -_TIE * size).all(axis=-1))
