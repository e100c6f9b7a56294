"""The four quadrants of importance and performance, and the lines between them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Cutoff = Literal["scale", "mean", "median", "diagonal"]

CONCENTRATE = "concentrate here"
KEEP_UP = "keep up the good work"
LOW_PRIORITY = "low priority"
OVERKILL = "possible overkill"
QUADRANTS = (CONCENTRATE, KEEP_UP, LOW_PRIORITY, OVERKILL)
NONE = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines:
    """Where the quadrants meet, for each of b draws.

    Attributes
    ----------
    importance, performance : ndarray of shape (b,)
        The cut-offs.
    slope : ndarray of shape (b,) or None
        Of the diagonal through the crossing of the cut-offs, importance over performance.
    """

    importance: Floats
    performance: Floats
    slope: Floats | None = None


def find_lines(
    importance: Floats,
    performance: Floats,
    cutoff: Cutoff,
    middles: tuple[float, float],
    *,
    same_scale: bool,
) -> Lines:
    """Find the lines of each draw.

    Parameters
    ----------
    importance, performance : ndarray of shape (b, q)
        Of q items, NaN where there is none.
    cutoff : {"scale", "mean", "median", "diagonal"}
    middles : tuple of (float, float)
        The middles of the scales of importance and performance, NaN where there is none.
    same_scale : bool
        Whether the diagonal is importance = performance in scale points. Otherwise both are
        standardised over the items, so that the diagonal runs through their means with the ratio
        of their standard deviations for slope.

    Examples
    --------
    >>> lines = find_lines(
    ...     np.array([[4.0, 2.0]]), np.array([[1.0, 3.0]]), "mean", (3.0, 3.0), same_scale=True
    ... )
    >>> lines.importance, lines.performance
    (array([3.]), array([2.]))
    """
    draws = len(importance)
    if cutoff == "scale" or (cutoff == "diagonal" and same_scale):
        cuts = [np.full(draws, middle) for middle in middles]
    else:
        centre = _median if cutoff == "median" else _mean
        cuts = [centre(importance), centre(performance)]
    slope = None
    if cutoff == "diagonal":
        slope = np.ones(draws) if same_scale else _ratio(_sd(importance), _sd(performance))
    return Lines(importance=cuts[0], performance=cuts[1], slope=slope)


def classify(importance: Floats, performance: Floats, lines: Lines) -> NDArray[np.int64]:
    """Place items in quadrants: the number in `QUADRANTS`, or -1 where something is not known.

    An item on a cut-off counts as high; one on the diagonal does not lie above it.

    Parameters
    ----------
    importance, performance : ndarray of shape (b, q)
    lines : Lines
        Of the b draws.

    Examples
    --------
    >>> lines = Lines(importance=np.array([3.0]), performance=np.array([2.0]))
    >>> classify(np.array([[4.0, 3.0, 1.0]]), np.array([[1.0, 2.0, 1.0]]), lines)
    array([[0, 1, 2]])
    """
    cut_importance, cut_performance = lines.importance[:, None], lines.performance[:, None]
    important = importance >= cut_importance - _slack(cut_importance)
    good = performance >= cut_performance - _slack(cut_performance)
    places = np.where(important, np.where(good, 1, 0), np.where(good, 3, 2))
    known = ~(np.isnan(importance) | np.isnan(performance))
    known &= ~np.isnan(cut_importance) & ~np.isnan(cut_performance)
    if lines.slope is not None:
        excess = above_diagonal(importance, performance, lines)
        above = excess > _slack(cut_importance)
        below = np.where(important, 1, np.where(good, 3, 2))
        places = np.where(above, 0, below)
        known &= ~np.isnan(excess)
    return np.where(known, places, NONE)


def on_the_line(importance: Floats, performance: Floats, lines: Lines) -> NDArray[np.bool_]:
    """Mark items that lie on a cut-off or on the diagonal, shapes as for `classify`."""
    cut_importance, cut_performance = lines.importance[:, None], lines.performance[:, None]
    on = np.abs(importance - cut_importance) <= _slack(cut_importance)
    on |= np.abs(performance - cut_performance) <= _slack(cut_performance)
    if lines.slope is not None:
        excess = above_diagonal(importance, performance, lines)
        on |= np.abs(excess) <= _slack(cut_importance)
    return on


def above_diagonal(importance: Floats, performance: Floats, lines: Lines) -> Floats:
    """Give how far items lie above the diagonal, in the unit of importance."""
    slope = np.ones(len(importance)) if lines.slope is None else lines.slope
    line = lines.importance[:, None] + slope[:, None] * (performance - lines.performance[:, None])
    return importance - line


def standardised(values: Floats) -> Floats:
    """Standardise over the items; 0 where all are alike."""
    there = values[~np.isnan(values)]
    if len(there) == 0:
        return values
    spread = there.std()
    if spread <= _slack(np.abs(there).max()):
        return np.where(np.isnan(values), np.nan, 0.0)
    return (values - there.mean()) / spread


def _slack(cut: Floats) -> Floats:
    """How near a line counts as on it: rounding only."""
    return 1e-9 * np.maximum(1, np.abs(cut))


def _mean(values: Floats) -> Floats:
    count = (~np.isnan(values)).sum(axis=1)
    return _ratio(np.where(np.isnan(values), 0, values).sum(axis=1), count)


def _median(values: Floats) -> Floats:
    middle = np.full(len(values), np.nan)
    some = ~np.isnan(values).all(axis=1)
    if some.any():
        middle[some] = np.nanmedian(values[some], axis=1)
    return middle


def _sd(values: Floats) -> Floats:
    spread: Floats = np.sqrt(_mean((values - _mean(values)[:, None]) ** 2))
    return np.where(spread > _slack(_mean(np.abs(values))), spread, 0)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)
