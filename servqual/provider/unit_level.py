"""Means of units, and what they say of all units: Student's interval, or resampled units."""

from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from servqual.comparisons.means import Tests, student_tests
from servqual.errors import SmallSampleWarning, warn
from servqual.resampling import (
    MeanResampler,
    check_confidence,
    percentile_interval,
    resample_counts,
)

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Interval = Literal["t", "percentile"]
INTERVALS: tuple[Interval, ...] = get_args(Interval)
FEW_UNITS = 10
_NO_SPREAD = 1e-9


class UnitMeans(NamedTuple):
    """Means of q columns in J units, shape (q, J), NaN where a unit has no answer, and counts."""

    mean: Floats
    n: Codes


class Across(NamedTuple):
    """The mean of J units in q columns, its error and degrees of freedom, each of shape (q,)."""

    n_units: Codes
    estimate: Floats
    sd: Floats
    error: Floats
    df: Floats


def unit_means(values: Floats, codes: Codes, n_units: int, weights: Floats | None) -> UnitMeans:
    """Average (q, n) values in each unit, with sampling weights; NaN values are passed over."""
    known = codes >= 0
    values, codes = values[:, known], codes[known]
    w = np.ones(len(codes)) if weights is None else weights[known]
    mean = np.full((len(values), n_units), np.nan)
    n = np.zeros((len(values), n_units), dtype=np.int64)
    for row, column in enumerate(values):
        there = ~np.isnan(column) & (w > 0)
        at, mass = codes[there], w[there]
        n[row] = np.bincount(at, minlength=n_units)
        weight = np.bincount(at, mass, minlength=n_units)
        total = np.bincount(at, mass * column[there], minlength=n_units)
        np.divide(total, weight, out=mean[row], where=weight > 0)
    return UnitMeans(mean, n)


def across_units(values: Floats, firms: Codes) -> Across:
    r"""Average units; the error is of units within their firms.

    Parameters
    ----------
    values : ndarray of shape (q, J)
        NaN where a unit has no value.
    firms : ndarray of int, shape (J,)
        The firm of each unit.

    Notes
    -----
    Every unit counts alike. With F firms the variance is that within firms,
    :math:`s^2 = \sum_u (d_u - \bar d_{f(u)})^2 / (J - F)`, the error :math:`s / \sqrt J` and the
    degrees of freedom J - F; with one firm, or none told apart, J - 1.
    """
    found = [_across(row[there], firms[there]) for row, there in _there(values)]
    n, estimate, sd, error, df = (np.array(column) for column in zip(*found, strict=True))
    return Across(n.astype(np.int64), estimate, sd, error, df)


def _there(values: Floats) -> list[tuple[Floats, NDArray[np.bool_]]]:
    return [(row, ~np.isnan(row)) for row in values]


def _across(values: Floats, firms: Codes) -> tuple[float, float, float, float, float]:
    n = len(values)
    if n == 0:
        return 0, np.nan, np.nan, np.nan, np.nan
    mean = float(values.mean())
    _, at = np.unique(firms, return_inverse=True)
    own = np.bincount(at, values) / np.bincount(at)
    df = n - len(own)
    if df < 1:
        return n, mean, np.nan, np.nan, np.nan
    sd = float(np.sqrt(((values - own[at]) ** 2).sum() / df))
    sd = 0.0 if sd < _NO_SPREAD else sd
    return n, mean, sd, sd / np.sqrt(n), df


def resampled_units(values: Floats, firms: Codes, n_resamples: int, seed: int | None) -> Floats:
    """Average units drawn again within their firms: (b, q) draws of (q, J) values."""
    means = MeanResampler(values.T)
    blocks = resample_counts(values.shape[1], n_resamples, seed, strata=firms)
    return np.concatenate([means.at(counts) for counts in blocks])


def unit_tests(
    values: Floats,
    firms: Codes,
    confidence: float,
    interval: Interval,
    n_resamples: int,
    seed: int | None,
) -> tuple[Across, Tests]:
    """Average units, test the averages against 0, and form their intervals."""
    across = across_units(values, firms)
    tests = student_tests(across.estimate, across.error, across.df, confidence)
    if interval == "percentile":
        draws = resampled_units(values, firms, n_resamples, seed)
        low, high = percentile_interval(draws, confidence)
        varies = high - low > _NO_SPREAD
        low, high = (np.where(varies, one, np.nan) for one in (low, high))
        tests = tests._replace(ci_low=low, ci_high=high)
    return across, tests


def warn_of_few(n_units: int) -> None:
    """Warn where intervals rest on few units."""
    if n_units < FEW_UNITS:
        what = "1 unit only: there is no interval across units."
        if n_units > 1:
            what = (
                f"{n_units:,} units only: intervals and tests across units rest on as many values."
            )
        warn(what, SmallSampleWarning)


def check_options(
    interval: str, n_resamples: object, confidence: float, unit: str | None, firm: str | None
) -> None:
    """Refuse options that contradict themselves."""
    if interval not in INTERVALS:
        known = ", ".join(map(repr, INTERVALS))
        raise ValueError(f"interval must be one of {known}, not {interval!r}.")
    whole = isinstance(n_resamples, (int, np.integer)) and not isinstance(n_resamples, bool)
    if not whole or n_resamples < 1:  # type: ignore[operator]
        raise ValueError(f"n_resamples must be a whole number from 1 up, not {n_resamples!r}.")
    check_confidence(confidence)
    if unit is None and firm is not None:
        raise ValueError("firm= goes with unit=: units are what is nested in firms.")
    if unit is None and interval != "t":
        raise ValueError(f"interval={interval!r} resamples units; say which with unit='...'.")
