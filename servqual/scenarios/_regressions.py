"""Least-squares regressions of outcomes on dimensions, from many covariance matrices at once."""

from dataclasses import dataclass

import numpy as np

from servqual.scenarios._effects import Floats

SINGULAR = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class Chain:
    """Regressions of B covariance matrices; NaN where predictors cannot be told apart.

    Attributes
    ----------
    first : ndarray of shape (B, d)
        Of satisfaction on the dimensions.
    passed : ndarray of shape (B, r)
        Of each further outcome on satisfaction, the dimensions beside it (or alone).
    direct : ndarray of shape (B, r, d)
        Of each further outcome on the dimensions beside satisfaction; 0 where these act by way of
        satisfaction alone.
    total : ndarray of shape (B, r, d)
        Of each further outcome along both ways.
    """

    first: Floats
    passed: Floats
    direct: Floats
    total: Floats


def chain(covariance: Floats, d: int, held: int, *, direct: bool) -> Chain:
    r"""Regress satisfaction on dimensions, and further outcomes on both.

    Parameters
    ----------
    covariance : ndarray of shape (B, p, p)
        Of d dimensions, what is held beside them, satisfaction, and r further outcomes.
    d, held : int
    direct : bool
        Whether dimensions act on further outcomes beside satisfaction, too.

    Notes
    -----
    With :math:`S = a + X b` and :math:`L = c + X g + h S`, least squares gives :math:`g + h b` =
    the coefficients of L on X alone, which is how the total effect is computed: it is there even
    where X determines S.
    """
    m = d + held
    predictors = covariance[:, :m, :m]
    onto = covariance[:, :m, m:]
    both = solved(predictors, onto)
    first, rest = both[:, :d, 0], both[:, :d, 1:].swapaxes(1, 2)
    if direct:
        joint = solved(covariance[:, : m + 1, : m + 1], covariance[:, : m + 1, m + 1 :])
        return Chain(
            first=first, passed=joint[:, m], direct=joint[:, :d].swapaxes(1, 2), total=rest
        )
    variance = covariance[:, m, m]
    with np.errstate(divide="ignore", invalid="ignore"):
        passed = covariance[:, m, m + 1 :] / np.where(variance > 0, variance, np.nan)[:, None]
    return Chain(
        first=first,
        passed=passed,
        direct=np.zeros(rest.shape),
        total=passed[:, :, None] * first[:, None, :],
    )


def solved(predictors: Floats, onto: Floats) -> Floats:
    """Give coefficients (B, m, r); NaN where a predictor is constant or others determine it."""
    variance = np.diagonal(predictors, axis1=1, axis2=2)
    sd = np.sqrt(np.where(variance > 0, variance, 1.0))
    correlation = predictors / (sd[:, :, None] * sd[:, None, :])
    known = (variance > 0).all(axis=1) & np.isfinite(correlation).all(axis=(1, 2))
    known[known] = np.linalg.eigvalsh(correlation[known])[:, 0] > SINGULAR
    found = np.full(onto.shape, np.nan)
    found[known] = np.linalg.solve(correlation[known], onto[known] / sd[known][:, :, None])
    found[known] /= sd[known][:, :, None]
    return found
