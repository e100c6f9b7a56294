r"""Scaled difference tests of nested models fitted by least squares.

With :math:`\Delta` the derivatives of the statistics by the parameters of the general model,
:math:`A = \Delta' V \Delta`, :math:`M = \Delta' V \Gamma V \Delta` and R the restrictions
(R H = 0, where the restricted model's parameters move those of the general one by H), the
difference of chi-squares has the mean and half the variance of the traces of

.. math:: (R A^{-1} R')^{-1} R A^{-1} M A^{-1} R'

and of its square where the restrictions hold [1]_; it is scaled and shifted by them [2]_.

References
----------
.. [1] Satorra, A. (2000). Scaled and adjusted restricted tests in multi-sample analysis of moment
   structures. In R. D. H. Heijmans, D. S. G. Pollock, & A. Satorra (Eds.), *Innovations in
   multivariate statistical analysis* (pp. 233-247). Kluwer.
.. [2] Asparouhov, T., & Muthén, B. (2010). *Simple second order chi-square correction* (Mplus
   technical appendix).
"""

from dataclasses import replace

import numpy as np

from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.layout import Floats, Ints
from servqual.sem.fitting.least_squares import squares_information
from servqual.sem.fitting.statistics import (
    Statistics,
    implied_statistics,
    names_of_statistics,
    order_of,
)
from servqual.sem.robustness.scaling import Scaling, shifted_scaling
from servqual.sem.robustness.squares import blocks_of, meat_of


def scale_difference(general: Fitted, restricted: Fitted) -> Scaling | None:
    """Scale the difference of two chi-squares; None where the restrictions cannot be told apart.

    Parameters
    ----------
    general, restricted : Fitted
        Of the same variables and respondents.
    """
    restrictions = _restrictions(general, restricted)
    if restrictions is None:
        return None
    meat = meat_of(blocks_of(general))
    information = squares_information(general.statistics, general.slopes)
    scale = 1 / np.sqrt(np.diag(information))
    inverse = np.linalg.pinv(information * np.outer(scale, scale), hermitian=True)
    inverse = inverse * np.outer(scale, scale)
    turned = restrictions @ inverse
    inside = np.linalg.solve(turned @ restrictions.T, turned @ meat @ turned.T)
    trace, square = float(np.trace(inside)), float((inside * inside.T).sum())
    return shifted_scaling(trace, square, len(restrictions))


def same_statistics(general: Fitted, restricted: Fitted) -> list[Ints]:
    """Find, group by group, the statistics of the restricted model in the general one's order."""
    found = []
    for one, other in zip(general.structure.layouts, restricted.structure.layouts, strict=True):
        place = {name: at for at, name in enumerate(names_of_statistics(other, order_of(other)))}
        names = names_of_statistics(one, order_of(one))
        found.append(np.array([place[name] for name in names], dtype=np.intp))
    return found


def implied_by_other(general: Fitted, restricted: Fitted) -> tuple[Statistics, ...]:
    """Give what a model implies as if it were data for another one."""
    found = []
    for at, (layout, implied, one, places) in enumerate(
        zip(
            restricted.structure.layouts,
            restricted.point.implied,
            general.statistics,
            same_statistics(general, restricted),
            strict=True,
        )
    ):
        values = implied_statistics(layout, order_of(layout), implied)[places]
        weights = one.weights
        if one.root is not None:
            own = general.structure.layouts[at]
            order = order_of(own)
            v = np.diag(general.targets[at].covariance)
            scales = [v[order.variable], v[order.continuous] ** 2, v[order.row] * v[order.column]]
            weights = 1 / np.concatenate(scales)
        found.append(replace(one, values=values, weights=weights, root=None, gamma=None))
    return tuple(found)


def _restrictions(general: Fitted, restricted: Fitted) -> Floats | None:
    """Give R (r, q) of the general model's parameters."""
    wide = np.concatenate(general.slopes)
    narrow = np.concatenate(
        [
            by[places]
            for by, places in zip(
                restricted.slopes, same_statistics(general, restricted), strict=True
            )
        ]
    )
    moved = np.linalg.lstsq(wide, narrow, rcond=None)[0]
    left, roots, _ = np.linalg.svd(moved)
    rank = int((roots > 1e-8 * roots[0]).sum())
    free = left[:, rank:].T
    return free if len(free) == restricted.df - general.df else None
