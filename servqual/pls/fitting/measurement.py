r"""How well blocks measure their constructs, from correlations and weights, for many at once.

Of a block with correlations R (p_j indicators), weights w with :math:`w'Rw = 1` and standardised
loadings :math:`\lambda`,

.. math::

   \alpha = \frac{p_j}{p_j - 1} \left(1 - \frac{p_j}{\sum_{ii'} r_{ii'}}\right), \quad
   \rho_A = (w'w)^2 \, \frac{w'(R - \mathrm{diag}\, R)w}{w'(ww' - \mathrm{diag}\, ww')w}, \quad
   \rho_C = \frac{(\sum \lambda)^2}{(\sum \lambda)^2 + \sum (1 - \lambda^2)}, \quad
   AVE = \frac{1}{p_j} \sum \lambda^2.

Alpha is that of the standardised indicators. Consistent loadings of a block that measures a common
factor are :math:`\sqrt{\rho_A}\, w / (w'w)`, and the correlations of its score with others divided
by :math:`\sqrt{\rho_A}` estimate those of the factor [1]_.

References
----------
.. [1] Dijkstra, T. K., & Henseler, J. (2015). Consistent partial least squares path modeling. *MIS
   Quarterly*, 39(2), 297-316. https://doi.org/10.25300/MISQ/2015/39.2.02
"""

import numpy as np
from numpy.typing import NDArray

from servqual.pls.fitting.layout import Layout
from servqual.pls.fitting.regressions import Floats


def rho_a(matrices: Floats, weights: Floats, layout: Layout) -> Floats:
    """Give Dijkstra and Henseler's reliability of the scores of mode A: (B, J); NaN elsewhere.

    Parameters
    ----------
    matrices : ndarray of shape (B, p, p)
        Correlations, or covariances if the weights are of metric indicators.
    weights : ndarray of shape (B, p)
    layout : Layout
    """
    belongs = layout.belongs
    within = np.where(layout.together, matrices, 0.0)
    whole = weights * (within @ weights[:, :, None])[..., 0]
    own = weights**2 * np.diagonal(matrices, axis1=1, axis2=2)
    squares = weights**2 @ belongs
    fourth = weights**4 @ belongs
    with np.errstate(divide="ignore", invalid="ignore"):
        found = squares**2 * ((whole - own) @ belongs) / (squares**2 - fourth)
    return np.where(layout.reflective, found, np.nan)


def consistent_loadings(weights: Floats, reliability: Floats, layout: Layout) -> Floats:
    """Give the loadings of common factors, in units of the indicators: (B, p).

    NaN for blocks without reliability, or a negative one.
    """
    squares = weights**2 @ layout.belongs
    with np.errstate(invalid="ignore"):
        factor = np.sqrt(reliability) / squares
    return weights * factor[:, layout.owner]


def alpha(correlations: Floats, layout: Layout) -> Floats:
    """Give Cronbach's alpha of the standardised indicators: (B, J); NaN but for mode A."""
    sizes = layout.sizes
    within = np.where(layout.together, correlations, 0.0)
    total = within.sum(axis=2) @ layout.belongs
    with np.errstate(divide="ignore", invalid="ignore"):
        found = sizes / (sizes - 1) * (1 - sizes / total)
    return np.where(layout.reflective, found, np.nan)


def rho_c(loadings: Floats, layout: Layout) -> Floats:
    """Give the composite reliability: (B, J); NaN but for mode A."""
    common = (loadings @ layout.belongs) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        found = common / (common + (1 - loadings**2) @ layout.belongs)
    return np.where(layout.reflective, found, np.nan)


def extracted(loadings: Floats, layout: Layout) -> Floats:
    """Give the average variance extracted: (B, J); NaN but for mode A."""
    return np.where(layout.reflective, (loadings**2) @ layout.belongs / layout.sizes, np.nan)


def heterotrait(correlations: Floats, layout: Layout) -> Floats:
    r"""Give the heterotrait-monotrait ratios of all pairs of constructs: (B, J, J).

    The mean absolute correlation between two blocks over the root of the product of those within
    them [1]_; that of a single indicator with itself is 1. The diagonal is 1.

    References
    ----------
    .. [1] Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing
       discriminant validity in variance-based structural equation modeling. *Journal of the
       Academy of Marketing Science*, 43(1), 115-135. https://doi.org/10.1007/s11747-014-0403-8
    """
    sizes = layout.sizes
    sums = np.add.reduceat(
        np.add.reduceat(np.abs(correlations), layout.starts, axis=1), layout.starts, axis=2
    )
    between = sums / (sizes[:, None] * sizes)
    single = sizes == 1
    own = np.diagonal(sums, axis1=1, axis2=2)
    within = np.where(single, 1.0, (own - sizes) / np.where(single, 1, sizes * (sizes - 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = between / np.sqrt(within[:, :, None] * within[:, None, :])
    ratios[:, np.arange(len(sizes)), np.arange(len(sizes))] = 1.0
    return ratios


def residual_size(
    correlations: Floats,
    loadings: Floats,
    between: Floats,
    layout: Layout,
    common: NDArray[np.bool_],
) -> Floats:
    r"""Give the standardised root mean square residual: (B,).

    Parameters
    ----------
    correlations : ndarray of shape (B, p, p)
    loadings : ndarray of shape (B, p)
    between : ndarray of shape (B, J, J)
        Correlations of the constructs: their own (saturated model), or those that the paths imply
        (estimated model).
    layout : Layout
    common : ndarray of bool of shape (J,)
        Which constructs are common factors, that imply :math:`\lambda_i \lambda_{i'}` within
        their blocks; composites leave their blocks as they are [1]_.

    References
    ----------
    .. [1] Henseler, J., Dijkstra, T. K., Sarstedt, M., Ringle, C. M., Diamantopoulos, A., Straub,
       D. W., Ketchen, D. J., Hair, J. F., Hult, G. T. M., & Calantone, R. J. (2014). Common beliefs
       and reality about PLS. *Organizational Research Methods*, 17(2), 182-209.
       https://doi.org/10.1177/1094428114526928
    """
    p = correlations.shape[-1]
    owner = layout.owner
    implied = loadings[:, :, None] * loadings[:, None, :] * between[:, owner[:, None], owner]
    residuals = correlations - implied
    as_they_are = layout.together & ~common[owner][:, None]
    residuals = np.where(as_they_are | np.eye(p, dtype=bool), 0.0, residuals)
    lower = np.tril_indices(p, -1)
    squares = (residuals[:, lower[0], lower[1]] ** 2).sum(axis=1)
    return np.sqrt(squares / (p * (p + 1) / 2))
