"""A general factor and group factors, from correlated factors."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from servqual.factors._concentrated import LOWEST_UNIQUENESS
from servqual.factors.unrestricted import fit_unrestricted

Floats = NDArray[np.float64]
TwoFactors = Literal["equal", "first", "second"]

TWO_FACTORS: tuple[str, ...] = get_args(TwoFactors)
_ITERATIONS = 10_000
_SETTLED = 1e-13


@dataclass(frozen=True, kw_only=True, eq=False)
class SecondOrder:
    """Loadings of m factors on a general one.

    Attributes
    ----------
    loadings : ndarray of shape (m,)
        NaN where two factors correlate negatively and so have no common one.
    at_bound : ndarray of bool of shape (m,)
        Heywood cases: factors whose unique variance is held at 0.005.
    converged : bool
    """

    loadings: Floats
    at_bound: NDArray[np.bool_]
    converged: bool


def second_order(phi: Floats, two_factors: TwoFactors = "equal") -> SecondOrder:
    r"""Fit one minres factor to the correlations of factors.

    The one correlation of two factors, :math:`r = \gamma_1 \gamma_2`, does not say what the two
    loadings are: "equal" takes :math:`\sqrt{r}` for both; "first" (or "second") takes that factor
    for the general one, with the loadings 1 and r.

    Examples
    --------
    >>> loadings = np.array([0.8, 0.7, 0.6])
    >>> phi = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    >>> second_order(phi).loadings.round(6)
    array([0.8, 0.7, 0.6])
    >>> second_order(np.array([[1, 0.49], [0.49, 1]])).loadings.round(6)
    array([0.7, 0.7])
    """
    m = len(phi)
    if m == 2:
        r = float(phi[0, 1])
        if two_factors == "equal":
            gamma = np.full(2, np.sqrt(r) if r >= 0 else np.nan)
        else:
            gamma = np.array([1.0, r] if two_factors == "first" else [r, 1.0])
        return SecondOrder(loadings=gamma, at_bound=np.zeros(2, dtype=bool), converged=True)
    fit = fit_unrestricted(phi, 1, "uls")
    if fit.at_bound.any():
        return _bounded(phi, fit.loadings[:, 0])
    return SecondOrder(loadings=fit.loadings[:, 0], at_bound=fit.at_bound, converged=fit.converged)


def _bounded(phi: Floats, gamma: Floats) -> SecondOrder:
    """Minimise the squared residual correlations over loadings that leave a unique variance."""
    most = np.sqrt(1 - LOWEST_UNIQUENESS)
    gamma = np.clip(gamma, -most, most)
    between = phi - np.eye(len(phi))
    for _ in range(_ITERATIONS):
        before = gamma.copy()
        for i in range(len(gamma)):
            others = gamma @ gamma - gamma[i] ** 2
            gamma[i] = np.clip(between[i] @ gamma / others, -most, most)
        if np.abs(gamma - before).max() < _SETTLED:
            break
    return SecondOrder(
        loadings=gamma,
        at_bound=np.abs(gamma) > most - _SETTLED,
        converged=bool(np.abs(gamma - before).max() < _SETTLED),
    )


def schmid_leiman(pattern: Floats, gamma: Floats) -> tuple[Floats, Floats]:
    r"""Give the loadings of p items on the general factor, (p,), and on m group factors, (p, m).

    With the pattern :math:`L` of the correlated factors and their loadings :math:`\gamma` on the
    general one, these are :math:`L\gamma` and :math:`l_{ij} \sqrt{1 - \gamma_j^2}`.

    Examples
    --------
    >>> general, group = schmid_leiman(np.array([[0.5, 0], [0, 0.8]]), np.array([0.6, 0.8]))
    >>> general.round(6), group.round(6)
    (array([0.3 , 0.64]), array([[0.4 , 0.  ],
           [0.  , 0.48]]))
    """
    own = np.sqrt(np.maximum(1 - gamma**2, 0))
    return pattern @ gamma, pattern * own


@dataclass(frozen=True, kw_only=True, eq=False)
class Shares:
    """Shares of the variance of a sum of standardised items, and of what they have in common."""

    total: float
    general: float
    group: float
    ecv: float


def shares_of(
    correlation: Floats,
    general: Floats,
    group: Floats,
    uniquenesses: Floats,
    own: slice = slice(None),
) -> Shares:
    r"""Share out the variance of the sum of k items.

    Parameters
    ----------
    correlation : ndarray of shape (k, k)
    general : ndarray of shape (k,)
    group : ndarray of shape (k, m)
    uniquenesses : ndarray of shape (k,)
    own : slice
        Of which group factors the group share is; of all by default.

    Notes
    -----
    With the variance :math:`V` of the sum: total is :math:`1 - \sum_i u_i^2 / V`, general
    :math:`(\sum_i g_i)^2 / V`, group :math:`\sum_j (\sum_i s_{ij})^2 / V`, and ecv
    :math:`\sum_i g_i^2 / (\sum_i g_i^2 + \sum_{ij} s_{ij}^2)`.

    Examples
    --------
    >>> ones = np.ones(2)
    >>> shares_of(np.array([[1, 0.5], [0.5, 1]]), 0.6 * ones, 0.374 * ones[:, None], 0.5 * ones)
    ... # doctest: +ELLIPSIS
    Shares(total=0.666..., general=0.48, group=0.186..., ecv=0.720...)
    """
    variance = float(correlation.sum())
    if not len(correlation) or not variance > 1e-12 * len(correlation):
        return Shares(total=np.nan, general=np.nan, group=np.nan, ecv=np.nan)
    of_general, of_group = float((general**2).sum()), float((group**2).sum())
    common = of_general + of_group
    return Shares(
        total=float(1 - uniquenesses.sum() / variance),
        general=float(general.sum() ** 2 / variance),
        group=float((group.sum(axis=0)[own] ** 2).sum() / variance),
        ecv=of_general / common if common > 0 else np.nan,
    )
