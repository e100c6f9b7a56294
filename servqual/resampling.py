"""Resamples as weights on the same rows, and the intervals formed from them.

A resample is never a copy of rows: it is how often each row was drawn. All moments of a block of
resamples then come from one product of these counts with the products of columns, so one set of
resamples serves every statistic that is a function of the moments.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from servqual.errors import nearest

Floats = NDArray[np.float64]
IntervalKind = Literal["percentile", "bias-corrected", "bca"]

BLOCK = 100
_AT_ONCE = 10_000_000  # counts
INTERVALS: Mapping[IntervalKind, str] = {
    "percentile": "percentile intervals",
    "bias-corrected": "bias-corrected intervals",
    "bca": "bias-corrected and accelerated (BCa) intervals",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchMoments:
    """Means and covariances (divisor n - 1) of a block of resamples."""

    mean: Floats  # (b, p)
    covariance: Floats  # (b, p, p)


def check_confidence(confidence: float) -> None:
    """Refuse a confidence that is not between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, such as 0.95, not {confidence!r}.")


def check_asked(
    n_resamples: int,
    confidence: float = 0.95,
    kind: str = "percentile",
    *,
    least: int = 2,
    name: str = "n_resamples",
) -> None:
    """Refuse a senseless number of resamples, level of confidence or kind of interval."""
    whole = isinstance(n_resamples, (int, np.integer)) and not isinstance(n_resamples, bool)
    if not whole or n_resamples < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, not {n_resamples!r}.")
    check_confidence(confidence)
    if kind not in INTERVALS:
        raise ValueError(
            f"kind must be one of {', '.join(INTERVALS)}, not {kind!r}.{nearest(kind, INTERVALS)}"
        )


def resample_counts(
    n: int, n_resamples: int, seed: int | None, strata: ArrayLike | None = None
) -> Iterator[NDArray[np.float64]]:
    """Draw how often each of n rows stands in each resample, in blocks of 100 resamples.

    Each block has a random stream of its own, spawned from the seed, so that the resamples do not
    depend on how the blocks are shared out.

    Parameters
    ----------
    n : int
        Rows to draw from.
    n_resamples : int
        How many resamples, each of n rows.
    seed : int or None
        The same seed gives the same resamples.
    strata : array_like of shape (n,), optional
        Groups whose sizes are kept: rows are drawn within each.

    Yields
    ------
    ndarray of shape (b, n)
        Counts; each row sums to n. b is 100 but in the last block, and less for very many rows, so
        that no more than some 10 million counts are held at once.

    Examples
    --------
    >>> blocks = list(resample_counts(5, 250, seed=1))
    >>> [len(block) for block in blocks], bool((blocks[0].sum(axis=1) == 5).all())
    ([100, 100, 50], True)
    """
    groups = [np.arange(n)]
    if strata is not None:
        labels = np.asarray(strata)
        groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    n_blocks = -(-n_resamples // BLOCK)
    at_once = max(1, _AT_ONCE // max(n, 1))
    for number, stream in enumerate(np.random.SeedSequence(seed).spawn(n_blocks)):
        rng = np.random.default_rng(stream)
        left = min(BLOCK, n_resamples - number * BLOCK)
        while left:
            size = min(left, at_once)
            left -= size
            counts = np.zeros((size, n))
            for rows in groups:
                drawn = rows[rng.integers(0, len(rows), (size, len(rows)))]
                at = drawn + n * np.arange(size)[:, None]
                counts += np.bincount(at.ravel(), minlength=size * n).reshape(size, n)
            yield counts


def normed(weights: Floats) -> Floats:
    """Scale weights (b, n) to sum to n, so that the unit of sampling weights does not matter."""
    return weights * (weights.shape[1] / weights.sum(axis=1, keepdims=True))


class MomentResampler:
    """Means and covariances of resamples of rows, without touching the rows again.

    Parameters
    ----------
    rows : ndarray of shape (n, p)
        Complete rows.
    """

    def __init__(self, rows: Floats) -> None:
        self._centre = rows.mean(axis=0)
        centred = rows - self._centre
        self._at = np.triu_indices(rows.shape[1])
        self._columns = np.hstack([centred, centred[:, self._at[0]] * centred[:, self._at[1]]])

    def moments(self, counts: Floats) -> BatchMoments:
        """Give the moments under row counts of shape (b, n)."""
        p = len(self._centre)
        n = counts.sum(axis=1, keepdims=True)
        sums = counts @ self._columns / n
        mean = sums[:, :p]
        second = np.empty((len(counts), p, p))
        second[:, self._at[0], self._at[1]] = sums[:, p:]
        second[:, self._at[1], self._at[0]] = sums[:, p:]
        covariance = (second - mean[:, :, None] * mean[:, None, :]) * (n / (n - 1))[:, :, None]
        return BatchMoments(mean=mean + self._centre, covariance=covariance)


class MeanResampler:
    """Means of columns, of the answers that are there.

    Parameters
    ----------
    rows : ndarray of shape (n, q)
        NaN where nothing was answered.
    """

    def __init__(self, rows: Floats) -> None:
        there = ~np.isnan(rows)
        self._complete = bool(there.all())
        self._shift = np.where(there.any(axis=0), np.nanmin(np.where(there, rows, np.inf), 0), 0)
        self._values = np.where(there, rows - self._shift, 0)
        self._there = there.astype(np.float64)

    def at(self, weights: Floats) -> Floats:
        """Give the means under weights of shape (b, n), as (b, q)."""
        above = weights @ self._values
        below = weights.sum(axis=1)[:, None] if self._complete else weights @ self._there
        unknown = np.full(above.shape, np.nan)
        return self._shift + np.divide(above, below, out=unknown, where=below > 0)


def percentile_interval(draws: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Form the percentile interval of each column of (b, ...) draws; NaN draws are left out.

    References
    ----------
    Efron, B., & Tibshirani, R. J. (1993). *An introduction to the bootstrap*. Chapman & Hall.
    """
    ordered, many = _sorted(draws)
    low, high = (
        _quantile(ordered, many, np.full(ordered.shape[1:], tail))
        for tail in ((1 - confidence) / 2, (1 + confidence) / 2)
    )
    return low, high


def bootstrap_interval(
    draws: Floats,
    estimate: Floats,
    kind: IntervalKind,
    confidence: float = 0.95,
    acceleration: Floats | None = None,
) -> tuple[Floats, Floats]:
    r"""Form an interval of each column of (b, ...) draws; NaN draws are left out.

    Parameters
    ----------
    draws : ndarray of shape (b, ...)
    estimate : ndarray of shape (...)
    kind : {"percentile", "bias-corrected", "bca"}
    confidence : float, default 0.95
    acceleration : ndarray of shape (...), optional
        Of the bias-corrected and accelerated (BCa) interval; see `acceleration_of`.

    Notes
    -----
    The ends are the quantiles of the draws at :math:`\Phi(z_0 + (z_0 + z)/(1 - a(z_0 + z)))` [1]_,
    with :math:`z_0` the normal quantile of the share of draws below the estimate (0 in a percentile
    interval) and a the acceleration (0 in a bias-corrected one).

    References
    ----------
    .. [1] Efron, B. (1987). Better bootstrap confidence intervals. *Journal of the American
       Statistical Association*, 82(397), 171-185. https://doi.org/10.1080/01621459.1987.10478410
    """
    if kind == "percentile":
        return percentile_interval(draws, confidence)
    ordered, many = _sorted(draws)
    below = np.where(np.isnan(draws), 0.0, (draws < estimate) + 0.5 * (draws == estimate))
    share = below.sum(axis=0) / np.maximum(many, 1)
    bias = ndtri(np.clip(share, 1e-12, 1 - 1e-12))
    a = acceleration if kind == "bca" and acceleration is not None else np.zeros(np.shape(bias))
    ends = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        z = bias + ndtri(tail)
        with np.errstate(invalid="ignore"):
            ends.append(_quantile(ordered, many, ndtr(bias + z / (1 - a * z))))
    return ends[0], ends[1]


def mean_and_spread(draws: Floats) -> tuple[Floats, Floats]:
    """Give mean and standard deviation (k,) of the draws (b, k) that are there.

    The spread of equal draws is exactly 0.
    """
    there = np.isfinite(draws)
    many = there.sum(axis=0)
    with np.errstate(all="ignore"):
        first = np.where(there[0], draws[0], 0.0)
        off = np.where(there, draws - first, 0.0)
        shift = off.sum(axis=0) / many
        squares = (np.where(there, off - shift, 0.0) ** 2).sum(axis=0)
        return first + shift, np.sqrt(squares / (many - 1))


def acceleration_of(squares: Floats, cubes: Floats) -> Floats:
    r"""Give the acceleration :math:`\sum_i l_i^3 / (6 (\sum_i l_i^2)^{3/2})` of each estimate.

    Parameters
    ----------
    squares, cubes : ndarray
        Sums over the rows of the empirical influences l, up to a factor, to the power 2 and 3.
    """
    varies = squares > 0
    return np.where(varies, cubes / (6 * np.where(varies, squares, 1.0) ** 1.5), 0.0)


def _sorted(draws: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Sort each column, NaN last, and count what is not NaN."""
    return np.sort(draws, axis=0), (~np.isnan(draws)).sum(axis=0)


def _quantile(ordered: Floats, many: NDArray[np.intp], probability: Floats) -> Floats:
    """Give a quantile of each sorted column at its own probability; NaN where there is none."""
    known = (many > 0) & ~np.isnan(probability)
    last = np.maximum(many - 1, 0)
    place = np.where(known, probability, 0.0) * last
    low = np.floor(place).astype(np.intp)
    start, end = (
        np.take_along_axis(ordered, at[None], axis=0)[0] for at in (low, np.minimum(low + 1, last))
    )
    return np.asarray(np.where(known, start + (place - low) * (end - start), np.nan))
