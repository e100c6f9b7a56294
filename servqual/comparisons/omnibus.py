"""Tests over several independent groups, by pingouin and SciPy."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtrit

from servqual._lazy import require
from servqual.comparisons.effects import noncentral_f

Floats = NDArray[np.float64]

_NODES = 6
_SECANTS = 12
_SMOOTH = 10.0  # degrees of freedom above which the quantile is interpolated


class Omnibus(NamedTuple):
    """A test over all groups, with its degrees of freedom."""

    statistic: float
    df1: float
    df2: float
    p_value: float


class Share(NamedTuple):
    """Share of the variance that lies between groups."""

    eta_sq: float
    omega_sq: float
    ci_low: float
    ci_high: float


def welch_anova(samples: Sequence[Floats]) -> Omnibus:
    """Test equal means of three or more groups that may differ in variance, by pingouin."""
    found = require("pingouin").welch_anova(data=_stacked(samples), dv="score", between="group")
    f, df1, df2 = (float(found[name].iloc[0]) for name in ("F", "ddof1", "ddof2"))
    return Omnibus(f, df1, df2, float(fdtrc(df1, df2, f)))


def kruskal_wallis(samples: Sequence[Floats]) -> Omnibus:
    """Test equal distributions by ranks, corrected for ties; NaN where all scores are equal."""
    from scipy.stats import kruskal

    df = float(len(samples) - 1)
    pooled = np.concatenate(samples)
    if np.ptp(pooled) < 1e-9:
        return Omnibus(np.nan, df, np.nan, np.nan)
    h, p = kruskal(*(np.round(one, 9) for one in samples))
    return Omnibus(float(h), df, np.nan, float(p))


def variance_share(samples: Sequence[Floats], confidence: float) -> Share:
    """Give eta and omega squared, with the interval of the population's share."""
    n, k = sum(map(len, samples)), len(samples)
    mean = np.concatenate(samples).mean()
    between = sum(len(one) * (one.mean() - mean) ** 2 for one in samples)
    within = sum(((one - one.mean()) ** 2).sum() for one in samples)
    if within < 1e-12 * max(between, 1) or n <= k:
        return Share(np.nan, np.nan, np.nan, np.nan)
    error = within / (n - k)
    low, high = noncentral_f(float(between / (k - 1) / error), k - 1, n - k, confidence)
    return Share(
        eta_sq=float(between / (between + within)),
        omega_sq=float((between - (k - 1) * error) / (between + within + error)),
        ci_low=low / (low + n),
        ci_high=high / (high + n),
    )


def games_howell(samples: Sequence[Floats]) -> pd.DataFrame:
    """Compare every two of three or more groups, by pingouin: estimate is second - first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = require("pingouin").pairwise_gameshowell(
            data=_stacked(samples), dv="score", between="group"
        )
    return pd.DataFrame(
        {
            "first": found["A"].to_numpy(dtype=int),
            "second": found["B"].to_numpy(dtype=int),
            "estimate": -found["diff"].to_numpy(dtype=float),
            "se": found["se"].to_numpy(dtype=float),
            "df": found["df"].to_numpy(dtype=float),
            "p_value": found["pval"].to_numpy(dtype=float),
        }
    )


def range_quantiles(k: int, df: Floats, confidence: float) -> Floats:
    """Give quantiles of the studentised range of k means, for many degrees of freedom.

    The distribution is costly, so where many are asked for, the quantile is interpolated as a
    smooth function of 1 / df through six nodes, to about 1e-7.

    Examples
    --------
    >>> range_quantiles(3, np.array([20.0]), 0.95).round(4)
    array([3.5779])
    """
    found = np.full(len(df), np.nan)
    known = ~np.isnan(df)
    smooth = known & (df >= _SMOOTH)
    if smooth.sum() > _NODES:
        known &= ~smooth
        low, high = 1 / df[smooth].max(), 1 / df[smooth].min() + 1e-9
        nodes = np.cos(np.pi * (2 * np.arange(_NODES) + 1) / (2 * _NODES))
        inverse = (low + high) / 2 + (high - low) / 2 * nodes
        exact = _range_quantiles(k, 1 / inverse, confidence)
        found[smooth] = np.polynomial.Polynomial.fit(inverse, exact, _NODES - 1)(1 / df[smooth])
    found[known] = _range_quantiles(k, df[known], confidence)
    return found


def _range_quantiles(k: int, df: Floats, confidence: float) -> Floats:
    """Invert SciPy's distribution by secants, from the quantile that Bonferroni would take."""
    from scipy.stats import studentized_range

    if not len(df):
        return df
    tail = 1 - confidence

    def excess(q: Floats) -> Floats:
        return np.log(studentized_range.sf(q, k, df) / tail)

    last = np.sqrt(2) * stdtrit(df, 1 - tail / (k * (k - 1)))
    at = last * 0.97
    off = excess(last)
    for _ in range(_SECANTS):
        now = excess(at)
        flat = now == off
        step = np.where(flat, 0, now * (at - last) / np.where(flat, 1, now - off))
        last, off, at = at, now, at - step
        if np.abs(step).max() < 1e-9:
            break
    return at


def _stacked(samples: Sequence[Floats]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "score": np.concatenate(samples),
            "group": np.repeat(np.arange(len(samples)), [len(one) for one in samples]),
        }
    )
