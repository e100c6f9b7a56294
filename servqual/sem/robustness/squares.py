r"""Standard errors and tests of least squares, whatever the distribution of the answers.

With :math:`V` the weights of the statistics (shares of the groups in them), :math:`\Delta` their
derivatives by the parameters and :math:`\Gamma` their covariance matrix (times n), estimates have
the covariance matrix

.. math::

   \frac1n A^{-1} \Delta' V \Gamma V \Delta A^{-1}, \qquad A = \Delta' V \Delta,

and :math:`n F` has, where the model holds, the mean :math:`\operatorname{tr}(U\Gamma)` and the
variance :math:`2 \operatorname{tr}((U\Gamma)^2)` with :math:`U = V - V \Delta A^{-1} \Delta' V`
[1]_ [2]_. :math:`\Gamma` is the cross-product of the casewise influence, with
:math:`n_g (n_g - 1)` as divisor in each group.

References
----------
.. [1] Muthén, B., du Toit, S. H. C., & Spisic, D. (1997). *Robust inference using weighted least
   squares and quadratic estimating equations in latent variable modeling with categorical and
   continuous outcomes*. Unpublished manuscript.
.. [2] Asparouhov, T., & Muthén, B. (2010). *Simple second order chi-square correction* (Mplus
   technical appendix).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ModelError
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.gamma import Gamma
from servqual.sem.fitting.layout import Floats

_ALL = slice(None)


@dataclass(frozen=True, eq=False)
class Block:
    """Statistics whose sampling errors may go together: those of a group, or of all groups.

    Attributes
    ----------
    gamma : Gamma
        Times the n of all groups.
    weights : ndarray of shape (s,)
        V.
    slopes : ndarray of shape (s, q)
    covariances : ndarray of bool of shape (s,)
        Which of the statistics are covariances.
    """

    gamma: Gamma
    weights: Floats
    slopes: Floats
    covariances: NDArray[np.bool_]

    @property
    def weighted(self) -> Floats:
        """The slopes times their weights."""
        return self.weights[:, None] * self.slopes


def blocks_of(fitted: Fitted) -> list[Block]:
    """Take the statistics group by group; with clusters, all groups together.

    Raises
    ------
    ModelError
        If the rows were left behind.
    """
    p = len(fitted.data.names)
    found = []
    for one, by in zip(fitted.statistics, fitted.slopes, strict=True):
        if one.gamma is None:
            raise ModelError(
                "The answers themselves are needed, but only moments are at hand: the result was "
                "unpickled. Fit the model to the answers again."
            )
        covariances = np.arange(len(one.values)) >= len(one.values) - p * (p - 1) // 2
        gamma = one.gamma if len(fitted.statistics) == 1 else one.gamma.scaled(fitted.n / one.n)
        found.append(Block(gamma, one.share * one.weights, by, covariances))
    if fitted.data.groups[0].clusters is None or len(found) == 1:
        return found
    return [
        Block(
            Gamma(np.concatenate([one.gamma.held for one in found], axis=1), rooted=True),
            np.concatenate([one.weights for one in found]),
            np.concatenate([one.slopes for one in found]),
            np.concatenate([one.covariances for one in found]),
        )
    ]


def meat_of(blocks: Sequence[Block]) -> Floats:
    r"""Give :math:`\Delta' V \Gamma V \Delta` (q, q)."""
    total = np.zeros((blocks[0].slopes.shape[1],) * 2)
    for one in blocks:
        total += one.weighted.T @ one.gamma.times(one.weighted)
    return total


def misfit_traces(blocks: Sequence[Block], bread: Floats, meat: Floats) -> tuple[float, float]:
    r"""Give the traces of :math:`U\Gamma` and of :math:`(U\Gamma)^2`.

    Parameters
    ----------
    blocks : sequence of Block
    bread, meat : ndarray of shape (q, q)
        The inverse of :math:`\Delta' V \Delta`, and what `meat_of` gives.
    """
    trace = square = 0.0
    turned = np.zeros_like(bread)
    for one in blocks:
        own, squared = one.gamma.traces(one.weights, _ALL)
        trace += own
        square += squared
        back = one.gamma.times(one.weighted)
        turned += back.T @ (one.weights[:, None] * back)
    around = bread @ meat
    trace -= float(np.trace(around))
    square += -2 * float((bread * turned).sum()) + float((around * around.T).sum())
    return trace, square


def baseline_traces(blocks: Sequence[Block]) -> tuple[float, float]:
    """Give the same traces of the baseline model, which fits all but the covariances."""
    found = [one.gamma.traces(one.weights, one.covariances) for one in blocks]
    return sum(trace for trace, _ in found), sum(square for _, square in found)
