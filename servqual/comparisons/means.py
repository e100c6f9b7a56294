"""Means of columns with their errors: Student's and Welch's tests, intervals, detectable change."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import nctdtr, stdtr, stdtrit

from servqual._tally import Tally

Floats = NDArray[np.float64]

# Scores are made of whole numbers, so a smaller spread than this is rounding.
_NO_SPREAD = 1e-9


class Means(NamedTuple):
    """Count, mean, standard deviation and standard error of q columns, each of shape (q,)."""

    n: NDArray[np.int64]
    mean: Floats
    sd: Floats
    error: Floats

    def at(self, columns: slice) -> "Means":
        """Give some of the columns."""
        return Means(
            n=self.n[columns],
            mean=self.mean[columns],
            sd=self.sd[columns],
            error=self.error[columns],
        )

    @property
    def spread(self) -> NDArray[np.bool_]:
        """Whether a column has what a test needs: two values and some variance."""
        with np.errstate(invalid="ignore"):
            found: NDArray[np.bool_] = (self.n > 1) & (self.error > 0)
        return found

    @property
    def n_effective(self) -> Floats:
        """(sd / standard error) squared: n itself, but under sampling weights."""
        error = np.where(self.spread, self.error, np.nan)
        return (self.sd / error) ** 2


class Tests(NamedTuple):
    """Student's tests of q estimates against 0, each of shape (q,)."""

    statistic: Floats
    df: Floats
    p_value: Floats
    ci_low: Floats
    ci_high: Floats


def means_of(values: Floats, weights: Floats | None = None) -> Means:
    """Summarize (q, n) values, NaN passed over; sampling weights give linearised errors."""
    tally = Tally(len(values))
    tally.add(np.array(values), weights, gaps=weights is not None or bool(np.isnan(values).any()))
    found = tally.statistics()
    sd = np.sqrt(found.variance)
    flat = sd < _NO_SPREAD
    return Means(
        n=found.n,
        mean=found.mean,
        sd=np.where(flat, 0, sd),
        error=np.where(flat, 0, found.standard_error),
    )


def student_tests(estimate: ArrayLike, error: ArrayLike, df: ArrayLike, confidence: float) -> Tests:
    """Test estimates against 0; NaN where the error is not positive."""
    estimate, error, df = (
        np.asarray(one, dtype=np.float64) for one in np.broadcast_arrays(estimate, error, df)
    )
    with np.errstate(invalid="ignore"):
        usable = (error > 0) & (df > 0)
    error, df = np.where(usable, error, np.nan), np.where(usable, df, np.nan)
    t = estimate / error
    half = stdtrit(df, 0.5 + confidence / 2) * error
    return Tests(t, df, 2 * stdtr(df, -np.abs(t)), estimate - half, estimate + half)


def mean_tests(means: Means, confidence: float) -> Tests:
    """Test the means of one sample against 0."""
    error = np.where(means.spread, means.error, np.nan)
    return student_tests(means.mean, error, means.n - 1.0, confidence)


class Difference(NamedTuple):
    """Second mean minus first mean, its standard error and Welch's degrees of freedom."""

    estimate: Floats
    error: Floats
    df: Floats


def welch_difference(first: Means, second: Means) -> Difference:
    r"""Compare the means of two independent samples without assuming equal variances.

    Notes
    -----
    With squared errors :math:`v_1, v_2` of the means [1]_,

    .. math:: df = \frac{(v_1 + v_2)^2}{v_1^2 / (n_1 - 1) + v_2^2 / (n_2 - 1)} .

    References
    ----------
    .. [1] Welch, B. L. (1947). The generalization of 'Student's' problem when several different
       population variances are involved. *Biometrika*, 34(1-2), 28-35.
       https://doi.org/10.1093/biomet/34.1-2.28

    Examples
    --------
    >>> found = welch_difference(
    ...     means_of(np.array([[1.0, 2.0, 3.0]])), means_of(np.array([[2.0, 4.0, 6.0]]))
    ... )
    >>> found.estimate, found.df.round(3)
    (array([2.]), array([2.941]))
    """
    enough = (first.n > 1) & (second.n > 1)
    v, w = (np.where(enough, one.error, np.nan) ** 2 for one in (first, second))
    # With no spread in one of them, the other alone has degrees of freedom.
    below = v**2 / np.maximum(first.n - 1, 1) + w**2 / np.maximum(second.n - 1, 1)
    df = np.divide((v + w) ** 2, below, out=np.full(v.shape, np.nan), where=below > 0)
    return Difference(second.mean - first.mean, np.sqrt(v + w), df)


def detectable_change(
    error: Floats, df: Floats, confidence: float = 0.95, power: float = 0.8
) -> Floats:
    r"""Give the true change that a two-sided test finds with the given power.

    Parameters
    ----------
    error, df : ndarray of shape (q,)
        Standard error of the difference and its degrees of freedom.
    confidence : float, default 0.95
        One minus the level of the test.
    power : float, default 0.8

    Notes
    -----
    The noncentrality :math:`\lambda` solves :math:`P(|T'_{df}(\lambda)| > t_{1-\alpha/2,df}) =`
    power; the change is :math:`\lambda` times the error [1]_.

    References
    ----------
    .. [1] Cohen, J. (1988). *Statistical power analysis for the behavioral sciences* (2nd ed.).
       Erlbaum. https://doi.org/10.4324/9780203771587

    Examples
    --------
    >>> detectable_change(np.array([0.1]), np.array([99.0])).round(4)
    array([0.2829])
    """
    critical = stdtrit(df, 0.5 + confidence / 2)
    low, high = np.zeros_like(critical), critical + 40.0
    for _ in range(60):
        middle = (low + high) / 2
        reached = 1 - nctdtr(df, middle, critical) + nctdtr(df, middle, -critical)
        low, high = np.where(reached < power, middle, low), np.where(reached < power, high, middle)
    return (low + high) / 2 * error
