r"""Standard errors of residuals of least squares.

Residuals :math:`s - \sigma` have the covariance matrix :math:`P \Gamma P' / n` with
:math:`P = I - \Delta (\Delta' V \Delta)^{-1} \Delta' V`.
"""

import numpy as np

from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.layout import Floats
from servqual.sem.fitting.least_squares import squares_information
from servqual.sem.fitting.statistics import order_of
from servqual.sem.robustness.squares import blocks_of, meat_of

_NO_VARIANCE = 1e-8


def squares_errors(fitted: Fitted) -> list[Floats]:
    """Give, group by group, errors of the covariances row by row below the diagonal, then means.

    NaN where the model cannot miss. Means are left out where some variables are ordered.
    """
    blocks = blocks_of(fitted)
    information = squares_information(fitted.statistics, fitted.slopes)
    scale = 1 / np.sqrt(np.diag(information))
    inverse = np.linalg.pinv(information * np.outer(scale, scale), rcond=1e-12, hermitian=True)
    inverse = inverse * np.outer(scale, scale)
    around = inverse @ meat_of(blocks) @ inverse
    variances = []
    for one in blocks:
        carried = one.gamma.times(one.weighted)
        own = one.gamma.diagonal
        variance = own - 2 * ((one.slopes @ inverse) * carried).sum(axis=1)
        variance = variance + ((one.slopes @ around) * one.slopes).sum(axis=1)
        variances.append(np.where(variance > _NO_VARIANCE * own, variance, np.nan))
    every = np.sqrt(np.concatenate(variances) / fitted.n)
    found, start = [], 0
    for layout, own_statistics in zip(fitted.structure.layouts, fitted.statistics, strict=True):
        order, p = order_of(layout), layout.p
        end = start + len(own_statistics.values)
        errors, start = every[start:end], end
        places, rest = np.split(errors, [len(order.variable)])
        matrix = np.full((p, p), np.nan)
        matrix[order.continuous, order.continuous] = rest[: len(order.continuous)]
        matrix[order.row, order.column] = rest[len(order.continuous) :]
        below = matrix[np.tril_indices(p)]
        has_means = layout.means and not len(layout.ordered)
        found.append(np.concatenate([below, places]) if has_means else below)
    return found
