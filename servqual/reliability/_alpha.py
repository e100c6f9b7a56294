"""Coefficients of internal consistency as functions of covariances, many scales at a time.

Covariances of p items have shape (..., p, p). The scales to judge are the rows of `members`, of
shape (q, p), with 1 for an item that belongs to the scale and 0 for others; figures then have shape
(..., q). What cannot be computed is NaN.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri

Floats = NDArray[np.float64]

# Below this share of the items' variances, the variance of their sum is rounding.
_ROUNDING = 1e-12
_SINGULAR = 1e-10


def membership(scales: Iterable[Sequence[int]], p: int) -> Floats:
    """Mark which of p items belong to each scale.

    Examples
    --------
    >>> membership([[0, 2], [1]], 3)
    array([[1., 0., 1.],
           [0., 1., 0.]])
    """
    positions = list(scales)
    members = np.zeros((len(positions), p))
    for row, at in enumerate(positions):
        members[row, list(at)] = 1
    return members


def own_and_total(covariance: Floats, members: Floats) -> tuple[Floats, Floats]:
    """Sum of the items' variances, and variance of their sum, NaN where the sum does not vary."""
    own = np.diagonal(covariance, axis1=-2, axis2=-1) @ members.T
    total = _sum(covariance, members)
    return own, np.where(total > _ROUNDING * own, total, np.nan)


def alpha(covariance: Floats, members: Floats) -> Floats:
    r"""Cronbach's alpha, :math:`k/(k-1) \, (1 - \sum s_i^2 / s_T^2)`."""
    own, total = own_and_total(covariance, members)
    k = _counts(members)
    return k / (k - 1) * (1 - own / total)


def alpha_influence(rows: Floats, covariance: Floats, members: Floats) -> Floats:
    """How much each centred row, of (n, p), moves alpha: influence functions, shape (n, q)."""
    own, total = own_and_total(covariance, members)
    k = _counts(members)
    moved_own = rows**2 @ members.T - own
    moved_total = (rows @ members.T) ** 2 - total
    moved: Floats = k / (k - 1) * (own / total**2 * moved_total - moved_own / total)
    return moved


def mean_correlation(correlation: Floats, members: Floats) -> Floats:
    """Give the mean of the correlations between different items."""
    k = _counts(members)
    mean: Floats = (_sum(correlation, members) - k) / (k * (k - 1))
    return mean


def standardized_alpha(mean_r: Floats, members: Floats) -> Floats:
    r"""Alpha of standardised items, :math:`k \bar r / (1 + (k - 1) \bar r)`."""
    k = _counts(members)
    below = 1 + (k - 1) * mean_r
    return k * mean_r / np.where(below > _ROUNDING, below, np.nan)


def lambda2(covariance: Floats, members: Floats) -> Floats:
    """Guttman's second lower bound of reliability."""
    own, total = own_and_total(covariance, members)
    k = _counts(members)
    squares = covariance**2
    apart = _sum(squares, members) - np.diagonal(squares, axis1=-2, axis2=-1) @ members.T
    bound: Floats = (total - own + np.sqrt(k / (k - 1) * np.maximum(apart, 0))) / total
    return bound


def feldt_interval(alpha: Floats, n: int, k: Floats, confidence: float) -> tuple[Floats, Floats]:
    r"""Feldt's interval of alpha: 1 - (1 - alpha) F, F with n - 1 and (n - 1)(k - 1) df."""
    df, rest = max(n - 1, 1), np.where((n > 1) & (k > 1), (n - 1) * (k - 1), np.nan)
    tail = (1 - confidence) / 2
    low: Floats = 1 - (1 - alpha) * fdtri(df, rest, 1 - tail)
    high: Floats = 1 - (1 - alpha) * fdtri(df, rest, tail)
    return low, high


def combined_reliability(variances: Floats, reliabilities: Floats, total: float) -> float:
    """Reliability of a sum of parts, from the variances and reliabilities of the parts."""
    if not total > _ROUNDING * variances.sum():
        return np.nan
    return float(1 - (variances * (1 - reliabilities)).sum() / total)


def rest_figures(covariance: Floats, members: Floats) -> tuple[Floats, Floats]:
    """Relate each item of (p, p) to the others of its scale, each item being in one: shape (p,).

    Gives its correlation with the sum of the others, and their alpha without it.
    """
    own = np.diag(covariance)
    home = members.T @ members
    shared = (covariance * home).sum(axis=1) - own
    kept = home @ own - own
    rest = _sum(covariance, members) @ members - 2 * shared - own
    rest = np.where(rest > _ROUNDING * kept, rest, np.nan)
    correlation = shared / np.sqrt(np.where(own > 0, own, np.nan) * rest)
    k = home.sum(axis=1)
    k = np.where(k > 2, k, np.nan)
    return correlation, (k - 1) / (k - 2) * (1 - kept / rest)


def multiple_correlation(correlation: Floats) -> Floats:
    """Squared multiple correlation of each item with the others, of (k, k): shape (k,)."""
    k = len(correlation)
    if k < 2 or np.isnan(correlation).any() or np.linalg.eigvalsh(correlation)[0] < _SINGULAR:
        return np.full(k, np.nan)
    return 1 - 1 / np.diag(np.linalg.inv(correlation))


def _sum(matrix: Floats, members: Floats) -> Floats:
    """Sum the entries of a matrix over pairs of items of each scale."""
    total: Floats = ((members @ matrix) * members).sum(axis=-1)
    return total


def _counts(members: Floats) -> Floats:
    """Count the items of each scale; NaN where there is one only."""
    k = members.sum(axis=1)
    return np.where(k > 1, k, np.nan)
