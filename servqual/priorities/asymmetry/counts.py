"""What the counts of the Kano categories say: coefficients, strengths, tests."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtri

from servqual.scorecards.estimates import Share

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def wilson(successes: Counts, n: Counts, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Give shares and their Wilson intervals; NaN of none."""
    found = np.full((3, len(n)), np.nan)
    for i, (k, many) in enumerate(zip(successes, n, strict=True)):
        if many:
            share = Share(value=k / many, se=np.nan, n_effective=float(many), method="wilson")
            found[:, i] = (k / many, *share.interval(confidence))
    return found[0], found[1], found[2]


def net_interval(more: Counts, less: Counts, n: Counts, confidence: float) -> tuple[Floats, Floats]:
    r"""Give intervals of (more - less) / n, two shares of the same answers; NaN of none.

    Notes
    -----
    Wald's interval with half an observation added to each cell [1]_: with :math:`N = n + 2`,
    :math:`d = (b - c) / N` and :math:`s^2 = ((b + c + 1) / N - d^2) / N`, :math:`d \pm z s`.

    References
    ----------
    .. [1] Agresti, A., & Min, Y. (2005). Simple improved confidence intervals for comparing matched
       proportions. *Statistics in Medicine*, 24(5), 729-740. https://doi.org/10.1002/sim.1781
    """
    total = n + 2
    d = (more - less) / total
    half = ndtri(0.5 + confidence / 2) * np.sqrt(((more + less + 1) / total - d**2) / total)
    there = n > 0
    low, high = np.maximum(d - half, -1), np.minimum(d + half, 1)
    return np.where(there, low, np.nan), np.where(there, high, np.nan)


def sign_test(one: Counts, other: Counts) -> Floats:
    """Give the exact two-sided p that two counts have the same expectation; NaN of none.

    Examples
    --------
    >>> sign_test(np.array([8, 3, 0]), np.array([1, 3, 0]))
    array([0.0390625, 1.       ,       nan])
    """
    n = one + other
    p = np.minimum(2 * bdtr(np.minimum(one, other).astype(float), n, 0.5), 1)
    return np.where(n > 0, p, np.nan)


def fong_test(counts: Counts) -> Floats:
    r"""Compare the two most frequent of the counts (q, 6) of each of q features: Fong's z.

    Notes
    -----
    :math:`z = (a - b) / \sqrt{(a + b)(2n - a - b) / 2n}`; Fong calls them different beyond 1.65
    [1]_. The error is that of two separate samples, although the counts are of one, in which two
    equal shares p differ by :math:`1 / \sqrt{1 - p}` times as much.

    References
    ----------
    .. [1] Fong, D. (1996). Using the self-stated importance questionnaire to interpret Kano
       questionnaire results. *Center for Quality of Management Journal*, 5(3), 21-24.

    Examples
    --------
    >>> fong_test(np.array([[60, 30, 5, 5, 0, 0]])).round(3)
    array([4.264])
    """
    a, b, n = *two_most_frequent(counts), counts.sum(axis=1)
    variance = (a + b) * (2 * n - a - b) / np.where(n > 0, 2 * n, 1)
    return np.divide(a - b, np.sqrt(variance), out=np.full(len(n), np.nan), where=n > 0)


def two_most_frequent(counts: Counts) -> tuple[Counts, Counts]:
    """Give the two greatest of the counts (q, 6) of each of q features."""
    ordered = np.sort(counts, axis=1)
    return ordered[:, -1], ordered[:, -2]
