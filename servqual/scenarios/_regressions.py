"""Least-squares regressions of outcomes on dimensions, from many covariance matrices at once."""

from dataclasses import dataclass

import numpy as np

from servqual.regression import slopes_of
from servqual.scenarios._effects import Floats


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
    both = slopes_of(predictors, onto)
    first, rest = both[:, :d, 0], both[:, :d, 1:].swapaxes(1, 2)
    if direct:
        joint = slopes_of(covariance[:, : m + 1, : m + 1], covariance[:, : m + 1, m + 1 :])
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
