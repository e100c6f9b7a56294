"""Mean and covariance of incomplete rows, each from the rows that have both values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual.errors import (
    AdmissibilityWarning,
    MissingResponseWarning,
    ResponseError,
    shortened,
    warn,
)

Floats = NDArray[np.float64]

_CHUNK = 8192
_SINGULAR = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class PairwiseSolution:
    """Pairwise moments of p columns.

    Attributes
    ----------
    mean : ndarray of shape (p,)
        Of the rows that have the value.
    covariance : ndarray of shape (p, p)
        Of the rows that have both values; NaN for fewer than two.
    pairs : ndarray of int of shape (p, p)
        How many rows have both values; on the diagonal, the value.
    n_rows : int
        Rows of positive weight with at least one value.
    weight, squares : float
        Sums of their weights and of the squares of these.
    """

    mean: Floats
    covariance: Floats
    pairs: NDArray[np.int64]
    n_rows: int
    weight: float
    squares: float


def pairwise_moments(
    columns: Sequence[NDArray[Any]], weights: Floats | None = None
) -> PairwiseSolution:
    r"""Estimate each covariance from the rows that have both values.

    Parameters
    ----------
    columns : sequence of ndarray of shape (n,)
        With NaN where missing.
    weights : ndarray of shape (n,), optional
        Sampling weights.

    Notes
    -----
    With :math:`n_{jk}` rows that have both values, and weighted means over these rows,

    .. math:: s_{jk} = \frac{n_{jk}}{n_{jk} - 1}
              \Big( \overline{x_j x_k} - \overline{x_j}\,\overline{x_k} \Big).

    The columns are first moved by their means, so that no digits are lost.

    Examples
    --------
    >>> gap = float("nan")
    >>> found = pairwise_moments([np.array([1.0, 2, 3]), np.array([0.0, 2, gap])])
    >>> found.covariance
    array([[1., 1.],
           [1., 2.]])
    >>> found.pairs
    array([[3, 2],
           [2, 2]])
    """
    p, n = len(columns), len(columns[0])
    origin = np.array([_first(column, weights) for column in columns])
    centre = origin + _available_means(columns, weights, origin)
    pairs = np.zeros((p, p), dtype=np.int64)
    mass, sums, products = np.zeros((p, p)), np.zeros((p, p)), np.zeros((p, p))
    n_rows, weight, squares = 0, 0.0, 0.0
    for start in range(0, n, _CHUNK):
        values, seen, share = _block(columns, weights, start)
        moved = np.where(seen, values - centre[:, None], 0.0)
        counted = seen.astype(np.float64)
        weighted = counted * share
        pairs += np.rint(counted @ counted.T).astype(np.int64)
        mass += weighted @ counted.T
        sums += (moved * share) @ counted.T
        products += (moved * share) @ moved.T
        some = seen.any(axis=0)
        n_rows += int(some.sum())
        weight += float(share[some].sum())
        squares += float((share[some] ** 2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        average = sums / mass
        spread = products / mass - average * average.T
        covariance = np.where(pairs > 1, spread * (pairs / (pairs - 1)), np.nan)
    return PairwiseSolution(
        mean=centre + np.diag(average),
        covariance=(covariance + covariance.T) / 2,
        pairs=pairs,
        n_rows=n_rows,
        weight=weight,
        squares=squares,
    )


def _first(column: NDArray[Any], weights: Floats | None) -> float:
    """Give the first value that counts, so that a constant has a variance of exactly 0."""
    seen = ~np.isnan(column)
    if weights is not None:
        seen = seen & (weights > 0)
    return float(column[seen.argmax()]) if seen.any() else 0.0


def _available_means(
    columns: Sequence[NDArray[Any]], weights: Floats | None, origin: Floats
) -> Floats:
    total, mass = np.zeros(len(columns)), np.zeros(len(columns))
    for start in range(0, len(columns[0]), _CHUNK):
        values, seen, share = _block(columns, weights, start)
        total += np.where(seen, values - origin[:, None], 0.0) @ share
        mass += seen @ share
    return np.divide(total, mass, out=np.zeros_like(total), where=mass > 0)


def _block(
    columns: Sequence[NDArray[Any]], weights: Floats | None, start: int
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Read rows: values and whether they count, of shape (p, rows), and their weights."""
    rows = slice(start, start + _CHUNK)
    values = np.array([column[rows] for column in columns], dtype=np.float64)
    share = np.ones(values.shape[1]) if weights is None else weights[rows]
    return values, ~np.isnan(values) & (share > 0), share


def check_pairs(names: tuple[str, ...], pairs: NDArray[np.int64]) -> None:
    """Refuse pairs of columns (or columns) without two rows."""
    apart = np.argwhere(np.triu(pairs < 2))
    if not len(apart):
        return
    alone = [names[i] for i, j in apart if i == j]
    if alone:
        raise ResponseError(
            f"{len(alone)} columns were answered by fewer than two respondents: "
            f"{shortened(alone)}. Leave them out."
        )
    named = [f"{names[i]} with {names[j]}" for i, j in apart]
    raise ResponseError(
        f"{len(named)} pairs of columns were answered together by fewer than two respondents, so "
        f"they have no covariance: {shortened(named)}. Leave one of each pair out."
    )


def warn_of_pairs(names: tuple[str, ...], found: PairwiseSolution, total: int) -> None:
    """Say how few rows a covariance comes from, and which."""
    i, j = np.unravel_index(int(found.pairs.argmin()), found.pairs.shape)
    which = f"{names[i]!r} with {names[j]!r}" if i != j else f"{names[i]!r}"
    warn(
        f"Some answers are missing; each covariance comes from the rows that have both values: "
        f"from {int(found.pairs.min()):,} of {total:,} rows at the fewest ({which}) to "
        f"{int(found.pairs.max()):,}. The smallest is taken as n.",
        MissingResponseWarning,
    )


def warn_if_indefinite(covariance: NDArray[np.float64]) -> None:
    """Name covariances that no complete rows can have."""
    sd = np.sqrt(np.diag(covariance))
    varied = np.flatnonzero(sd > 0)
    if not len(varied):
        return
    correlation = covariance[np.ix_(varied, varied)] / np.outer(sd[varied], sd[varied])
    smallest = float(np.linalg.eigvalsh(correlation)[0])
    if smallest < _SINGULAR:
        warn(
            "The pairwise covariances are not positive definite (smallest eigenvalue of the "
            f"correlations {smallest:.3g}), as no complete rows can have them or an item is a "
            "combination of others; from_missing gives covariances that hang together.",
            AdmissibilityWarning,
        )
