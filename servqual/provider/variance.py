"""One-way and nested analysis of variance with any unit sizes, and intraclass correlations."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, fdtri

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_HALVINGS = 60
_NO_SPREAD = 1e-24  # of squares, against the square of the greatest value


class OneWay(NamedTuple):
    """One-way analysis of variance of units.

    `k` is the size k0 that unequal units amount to.
    """

    n: int
    n_units: int
    n_single: int
    k: float
    between: float
    within: float
    statistic: float
    df1: int
    df2: int
    p_value: float


class Shares(NamedTuple):
    """Shares of firms, of units in a firm and of people in a unit in the variance."""

    firm: float
    unit: float
    person: float


def one_way(values: Floats, codes: Codes) -> OneWay:
    """Analyse (n,) complete values in units; figures are NaN where they cannot be computed."""
    sizes, means, at = _grouped(values, codes)
    n, n_units = len(values), len(sizes)
    df1, df2 = n_units - 1, n - n_units
    nan = float("nan")
    single = int((sizes == 1).sum())
    if df1 < 1 or df2 < 1:
        return OneWay(n, n_units, single, nan, nan, nan, nan, df1, df2, nan)
    k = float((n - (sizes**2).sum() / n) / df1)
    between = float((sizes * (means - _average(sizes, means)) ** 2).sum() / df1)
    within = float(((values - means[at]) ** 2).sum() / df2)
    if within <= _least_spread(values):
        return OneWay(n, n_units, single, k, between, 0.0, nan, df1, df2, nan)
    f = between / within
    return OneWay(n, n_units, single, k, between, within, f, df1, df2, float(fdtrc(df1, df2, f)))


def intraclass(found: OneWay) -> tuple[float, float]:
    """Give ICC(1) and ICC(2), negative where units differ less than chance would have them."""
    between, within, k = found.between, found.within, found.k
    if not between + within > 0:
        return float("nan"), float("nan")
    below = between + (k - 1) * within
    second = (between - within) / between if between > 0 else float("nan")
    return (between - within) / below, second


def intraclass_interval(values: Floats, codes: Codes, confidence: float) -> tuple[float, float]:
    r"""Give Wald's interval of ICC(1), exact for normal values and any unit sizes.

    Notes
    -----
    With :math:`w_u = n_u (1 - \rho) / (1 + (n_u - 1) \rho)` and :math:`\bar y_w` the mean of the
    unit means with these weights,

    .. math:: H(\rho) = \sum_u w_u (\bar y_u - \bar y_w)^2 / ((J - 1)\, MS_{within})

    has the F distribution with J - 1 and N - J degrees of freedom at the true :math:`\rho` [1]_,
    and falls with :math:`\rho`. With equal sizes the interval is the usual one from F.

    References
    ----------
    .. [1] Wald, A. (1940). A note on the analysis of variance with unequal class frequencies.
       *The Annals of Mathematical Statistics*, 11(1), 96-100.
    """
    sizes, means, at = _grouped(values, codes)
    df1, df2 = len(sizes) - 1, len(values) - len(sizes)
    if df1 < 1 or df2 < 1:
        return float("nan"), float("nan")
    within = ((values - means[at]) ** 2).sum() / df2
    if within <= _least_spread(values):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    targets = fdtri(df1, df2, np.array([1 - tail, tail]))
    # Just above the least that the largest unit can have; an end may lie there.
    low = np.full(2, -(1 - 1e-12) / (sizes.max() - 1))
    high = np.ones(2)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        weights = sizes * (1 - middle)[:, None] / (1 + (sizes - 1) * middle[:, None])
        centre = (weights @ means) / weights.sum(axis=1)
        spread = (weights * (means - centre[:, None]) ** 2).sum(axis=1) / (df1 * within)
        above = spread > targets
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    ends = (low + high) / 2
    return float(ends[0]), float(ends[1])


def stepped_up(icc: float, k: float) -> float:
    """Give the reliability of the mean of k answers whose ICC(1) is known (Spearman-Brown)."""
    return k * icc / (1 + (k - 1) * icc)


def nested_shares(values: Floats, codes: Codes, firms: Codes) -> Shares:
    r"""Divide the variance of (n,) values among firms, units in firms and people in units.

    Parameters
    ----------
    values : ndarray of shape (n,)
    codes : ndarray of int, shape (n,)
        The unit of each value.
    firms : ndarray of int, shape (J,)
        The firm of each unit.

    Notes
    -----
    The mean squares of the nested analysis of variance are set equal to their expectations [1]_,

    .. math:: E(MS_{firm}) &= \sigma^2_p + k_2 \sigma^2_u + k_3 \sigma^2_f, \\
              E(MS_{unit}) &= \sigma^2_p + k_1 \sigma^2_u, \quad E(MS_{person}) = \sigma^2_p,

    with, for N values, a firms, b units, sizes :math:`n_{fu}` and :math:`n_f`,
    :math:`k_1 = (N - \sum_f \sum_u n_{fu}^2 / n_f) / (b - a)`,
    :math:`k_2 = (\sum_f \sum_u n_{fu}^2 / n_f - \sum n_{fu}^2 / N) / (a - 1)`,
    :math:`k_3 = (N - \sum_f n_f^2 / N) / (a - 1)`. A share is a component over the sum of all
    three; negative components stay negative.

    References
    ----------
    .. [1] Searle, S. R., Casella, G., & McCulloch, C. E. (1992). *Variance components*. Wiley.
    """
    nan = float("nan")
    sizes, means, at = _grouped(values, codes)
    of_units = firms[np.unique(codes)]
    _, firm = np.unique(of_units, return_inverse=True)
    n_firms, n_units, n = int(firm.max()) + 1, len(sizes), len(values)
    if n_firms < 2 or n_units <= n_firms or n <= n_units:
        return Shares(nan, nan, nan)
    of_firm = np.bincount(firm, sizes)
    firm_mean = np.bincount(firm, sizes * means) / of_firm
    person = ((values - means[at]) ** 2).sum() / (n - n_units)
    unit = (sizes * (means - firm_mean[firm]) ** 2).sum() / (n_units - n_firms)
    among = (of_firm * (firm_mean - _average(of_firm, firm_mean)) ** 2).sum() / (n_firms - 1)
    inner = float((sizes**2 / of_firm[firm]).sum())
    k1 = (n - inner) / (n_units - n_firms)
    k2 = (inner - (sizes**2).sum() / n) / (n_firms - 1)
    k3 = (n - (of_firm**2).sum() / n) / (n_firms - 1)
    unit_part = (unit - person) / k1
    firm_part = (among - person - k2 * unit_part) / k3
    total = person + unit_part + firm_part
    if not total > _least_spread(values):
        return Shares(nan, nan, nan)
    return Shares(*(float(one / total) for one in (firm_part, unit_part, person)))


def _grouped(values: Floats, codes: Codes) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Give the sizes and means of the units that have values, and the unit of each value."""
    _, at = np.unique(codes, return_inverse=True)
    sizes = np.bincount(at).astype(np.float64)
    start = values[0] if len(values) else 0.0  # so that the means of equal values are exact
    return sizes, start + np.bincount(at, values - start) / sizes, at


def _average(sizes: NDArray[Any], means: Floats) -> float:
    return float(means[0] + sizes @ (means - means[0]) / sizes.sum())


def _least_spread(values: Floats) -> float:
    """Give the mean square below which there is rounding only."""
    return _NO_SPREAD * float(np.abs(values).max(initial=0.0)) ** 2
