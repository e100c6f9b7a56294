"""Averages of the answers that are there."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def average(values: Floats) -> Floats:
    """Average the columns (n, k) that are there, if they are at least half of them; else NaN.

    Examples
    --------
    >>> average(np.array([[4.0, 6.0, np.nan], [4.0, np.nan, np.nan]]))
    array([ 5., nan])
    """
    there = ~np.isnan(values)
    count = there.sum(axis=1)
    enough = (count > 0) & (2 * count >= values.shape[1])
    total = np.where(there, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=enough)


def averages(values: Floats, positions: Iterable[Sequence[int]]) -> Floats:
    """Average the items (n, k) of each of d dimensions, whose positions are given: (n, d)."""
    return np.column_stack([average(values[:, list(at)]) for at in positions])
