"""Low and high answers of each driver, as two columns of a regression."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servqual.regression import SINGULAR

Floats = NDArray[np.float64]
Coding = Literal["dummy", "piecewise"]
Cut = Literal["thirds", "mean", "midpoint"] | float | tuple[float, float]

FEWEST = 5
ABSENT = -1
_PART = 1e-4
_EQUAL = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Coded:
    """Columns of a regression that tell low from high answers of k drivers.

    Attributes
    ----------
    design : ndarray of shape (n, q)
        Linearly independent; without the constant.
    at : ndarray of int of shape (k, 2)
        Which columns carry penalty and reward of each driver; -1 where nothing can be said.
    cuts : ndarray of shape (k, 2)
        Low is what is not above the first, high what is not below the second; slopes change at
        them, where they are the same.
    n_below, n_above : ndarray of int of shape (k,)
    reasons : dict of str to list of int
        Why drivers have no penalty or no reward, and which.
    """

    design: Floats
    at: NDArray[np.int64]
    cuts: Floats
    n_below: NDArray[np.int64]
    n_above: NDArray[np.int64]
    reasons: dict[str, list[int]]


def code(rows: Floats, weights: Floats, coding: Coding, cuts: Floats) -> Coded:
    """Code the answers of n respondents to k drivers.

    Parameters
    ----------
    rows : ndarray of shape (n, k)
    weights : ndarray of shape (n,)
    coding : {"dummy", "piecewise"}
        Groups of low and high answers, or distances below and above one point.
    cuts : ndarray of shape (k, 2)
        See `Coded`; NaN where a driver has none.
    """
    k = rows.shape[1]
    below, above = rows <= cuts[:, 0], rows >= cuts[:, 1]
    if coding == "piecewise":
        below, above = rows < cuts[:, 0], rows > cuts[:, 1]
    n_below, n_above = below.sum(axis=0), above.sum(axis=0)
    n_between = len(rows) - n_below - n_above
    reasons: dict[str, list[int]] = {}
    columns: list[Floats] = []
    at = np.full((k, 2), ABSENT)

    def put(column: Floats) -> int:
        columns.append(column)
        return len(columns) - 1

    for j in range(k):
        x = rows[:, j]
        if x.min() == x.max():
            reasons.setdefault("no variance", []).append(j)
        elif coding == "piecewise":
            if min(n_below[j], n_above[j]) < FEWEST:
                reasons.setdefault(
                    "fewer than five answers below or above the point, so one slope only", []
                ).append(j)
                put(x)
            else:
                at[j] = put(np.maximum(cuts[j, 0] - x, 0)), put(np.maximum(x - cuts[j, 1], 0))
        elif np.isnan(cuts[j]).any() or n_between[j] < FEWEST:
            reasons.setdefault(
                "fewer than five answers between low and high, so nothing to compare them with", []
            ).append(j)
            put(x)
        else:
            for side, group in enumerate((below[:, j], above[:, j])):
                if group.sum() < FEWEST:
                    name = ("fewer than five low answers", "fewer than five high answers")[side]
                    reasons.setdefault(name, []).append(j)
                else:
                    at[j, side] = put(group.astype(np.float64))
            if (at[j] == ABSENT).all():
                put(x)
    design = np.column_stack([np.empty((len(rows), 0)), *columns])
    kept, tied = independent(design, weights)
    if tied.any():
        lost = (at != ABSENT) & tied[at]
        reasons["determined by other drivers"] = np.flatnonzero(lost.any(axis=1)).tolist()
        at = np.where(lost, ABSENT, at)
        place = np.cumsum(kept) - 1
        at = np.where(at == ABSENT, ABSENT, place[at])
    return Coded(
        design=design[:, kept],
        at=at,
        cuts=cuts,
        n_below=n_below,
        n_above=n_above,
        reasons={text: found for text, found in reasons.items() if found},
    )


def find_cuts(rows: Floats, weights: Floats, coding: Coding, cut: Cut, middle: float) -> Floats:
    """Give the cuts of each of k drivers, (k, 2); NaN where there are none."""
    if cut == "thirds":
        return np.array([thirds(column, weights) for column in rows.T])
    if cut == "mean":
        point = np.average(rows, axis=0, weights=weights)
        return np.column_stack([point, point])
    if isinstance(cut, Sequence) and not isinstance(cut, str):
        return np.tile(np.array(cut, dtype=np.float64), (rows.shape[1], 1))
    return np.full((rows.shape[1], 2), middle if cut == "midpoint" else cut, dtype=np.float64)


def thirds(values: Floats, weights: Floats) -> tuple[float, float]:
    """Give the answers where about the lowest third ends and the highest third begins.

    Equal answers are never divided, and at least one answer lies between. Where two groups are
    equally near a third, it is the smaller.

    Examples
    --------
    >>> thirds(np.array([1.0, 2, 3, 4, 5, 6]), np.ones(6))
    (2.0, 5.0)
    >>> thirds(np.array([5.0, 6, 7, 7, 7, 7]), np.ones(6))
    (5.0, 7.0)
    """
    known, where = np.unique(values, return_inverse=True)
    if len(known) < 3:
        return np.nan, np.nan
    share = np.bincount(where, weights) / weights.sum()
    low, high = (np.abs(np.cumsum(one) - 1 / 3).round(_EQUAL) for one in (share, share[::-1]))
    # Of two equally near, the group with fewer answers, at both ends.
    first, second = int(low.argmin()), len(known) - 1 - int(high.argmin())
    if second - first < 2:  # as near as can be with one answer between
        first = int((low[:-2] + high[::-1][2:]).round(_EQUAL).argmin())
        second = first + 2
    return float(known[first]), float(known[second])


def independent(design: Floats, weights: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which columns to keep, and which are tied to each other, by linear dependence."""
    q = design.shape[1]
    kept, tied = np.ones(q, dtype=bool), np.zeros(q, dtype=bool)
    if q < 2:
        return kept, tied
    r = correlations(design, weights)
    values, vectors = np.linalg.eigh(r)
    null = vectors[:, values < SINGULAR]
    if null.shape[1] == 0:
        return kept, tied
    held: list[int] = []
    for j in range(q):
        tried = [*held, j]
        if np.linalg.eigvalsh(r[np.ix_(tried, tried)])[0] > SINGULAR:
            held.append(j)
    kept = np.isin(np.arange(q), held)
    return kept, np.asarray((np.abs(null) > _PART).any(axis=1)) | ~kept


def correlations(columns: Floats, weights: Floats) -> Floats:
    """Give the weighted correlations of columns that vary."""
    centred = columns - np.average(columns, axis=0, weights=weights)
    covariance = centred.T @ (centred * weights[:, None])
    sd = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(sd, sd))


def variance_inflation(rows: Floats, weights: Floats) -> Floats:
    """Give the variance inflation factor of each driver: infinite where others determine it."""
    found = np.full(rows.shape[1], np.nan)
    varies = np.flatnonzero(rows.max(axis=0) > rows.min(axis=0))
    kept, tied = independent(rows[:, varies], weights)
    found[varies[tied]] = np.inf
    if kept.any():
        inverse = np.linalg.inv(correlations(rows[:, varies[kept]], weights))
        free = ~tied[kept]
        found[varies[kept][free]] = np.diag(inverse)[free]
    return found
