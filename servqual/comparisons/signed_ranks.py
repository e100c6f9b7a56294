"""Wilcoxon's signed-rank test of columns."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

_EQUAL = 9  # decimals: scores are made of whole numbers, so what differs less is rounding


def signed_ranks(values: Floats) -> tuple[Floats, Floats]:
    r"""Test each row of (q, n) differences for symmetry about 0.

    Parameters
    ----------
    values : ndarray of shape (q, n)
        Differences; NaN and zeros are left out.

    Returns
    -------
    z, p_value : ndarray of shape (q,)
        z is negative where negative differences prevail; NaN where all differences are 0.

    Notes
    -----
    With mid-ranks r of the absolute differences [1]_,

    .. math:: z = \frac{\sum_{+} r - \sum r / 2}{\sqrt{\sum r^2 / 4}},

    which corrects for ties, taken as normal, without a correction for continuity: what SPSS prints
    as "asymptotic", and R's ``wilcox.test(exact = FALSE, correct = FALSE)``.

    References
    ----------
    .. [1] Wilcoxon, F. (1945). Individual comparisons by ranking methods. *Biometrics Bulletin*,
       1(6), 80-83. https://doi.org/10.2307/3001968

    Examples
    --------
    >>> z, p = signed_ranks(np.array([[-1.0, -2.0, -1.0, 0.0, 1.0, -3.0]]))
    >>> z.round(4), p.round(4)
    (array([-1.511]), array([0.1308]))
    """
    z = np.array([_statistic(row) for row in values])
    return z, 2 * ndtr(-np.abs(z))


def _statistic(row: Floats) -> float:
    row = np.round(row[~np.isnan(row)], _EQUAL)
    row = row[row != 0]
    if not len(row):
        return np.nan
    sizes, at, counts = np.unique(np.abs(row), return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    positive = np.bincount(at[row > 0], minlength=len(sizes))
    spread = (counts * ranks**2).sum()
    return float((positive @ ranks - (counts * ranks).sum() / 2) / np.sqrt(spread / 4))
