r"""Outer weights of partial least squares from correlations alone, for many matrices at once.

Let R be the correlations of the indicators (or, for metric indicators, their covariances),
:math:`w_j` the weights of block j, scaled so that its score has variance 1, and C the correlations
of the scores. One round of the iteration forms the inner weights E from C and the paths, takes
:math:`u_j = R_{j\cdot} \sum_k w_k e_{kj}`, the covariances of the indicators of block j with its
inner proxy, and sets :math:`w_j \propto u_j` in mode A and :math:`w_j \propto R_{jj}^{-1} u_j` in
mode B [1]_ [2]_. Of neighbours k of j, the inner weights are

- centroid: the sign of :math:`c_{jk}`;
- factorial: :math:`c_{jk}`;
- path: the coefficients of the regression of j on its predictors, :math:`c_{jk}` of its outcomes.

The rows of the data do not occur, so that the cost does not depend on their number.

The signs of a solution are free. Here the loadings of each block sum to a positive number
("sum-positive"), to which weights that start at 1 lead by themselves as a rule.

References
----------
.. [1] Lohmöller, J.-B. (1989). *Latent variable path modeling with partial least squares*. Physica.
   https://doi.org/10.1007/978-3-642-52512-4
.. [2] Tenenhaus, M., Vinzi, V. E., Chatelin, Y.-M., & Lauro, C. (2005). PLS path modeling.
   *Computational Statistics & Data Analysis*, 48(1), 159-205.
   https://doi.org/10.1016/j.csda.2004.03.005
"""

from dataclasses import dataclass
from typing import Literal, get_args, overload

import numpy as np
from numpy.typing import NDArray

from servqual.pls.fitting.layout import Layout
from servqual.pls.fitting.regressions import Floats, fitting_slopes, inverses

Scheme = Literal["path", "centroid", "factorial"]
SCHEMES = get_args(Scheme)


@dataclass(frozen=True, kw_only=True, eq=False)
class OuterWeights:
    """The weights of B matrices.

    Attributes
    ----------
    weights : ndarray of shape (B, p)
        Of scores with variance 1; NaN where the iteration failed.
    converged : ndarray of bool of shape (B,)
    iterations : ndarray of int of shape (B,)
    """

    weights: Floats
    converged: NDArray[np.bool_]
    iterations: NDArray[np.intp]


def outer_weights(
    correlations: Floats,
    layout: Layout,
    scheme: Scheme = "path",
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 300,
) -> OuterWeights:
    """Iterate to the outer weights.

    Each matrix stops by itself, so its weights do not depend on those it is computed with.

    Parameters
    ----------
    correlations : ndarray of shape (B, p, p)
        Of the indicators, in the order of `layout.indicators`. A matrix that is not finite, or in
        which a block of mode B is singular, gets NaN.
    layout : Layout
    scheme : {"path", "centroid", "factorial"}
    tolerance : float
        It stops when the absolute changes of the weights sum to less.
    max_iterations : int
    """
    b, p = correlations.shape[:2]
    found = np.full((b, p), np.nan)
    iterations = np.full(b, max_iterations)
    inverse = _block_inverses(correlations, layout)
    usable = np.isfinite(correlations).all(axis=(1, 2))
    if inverse is not None:
        usable &= np.isfinite(inverse).all(axis=(1, 2))
    left = np.flatnonzero(usable)
    weights = np.ones((len(left), p))
    matrices, held = _of(correlations, left), _of(inverse, left)
    open_ = np.ones(len(left), dtype=bool)
    if not len(left):
        max_iterations = -1
    before, items = np.zeros_like(weights), np.arange(p)
    with np.errstate(divide="ignore", invalid="ignore"):
        for iteration in range(max_iterations + 1):
            spread = weights[:, :, None]
            scores = matrices @ (spread * layout.belongs)
            between = np.add.reduceat(spread * scores, layout.starts, axis=1)
            scale = 1 / np.sqrt(np.diagonal(between, axis1=1, axis2=2))
            weights = weights * scale[:, layout.owner]
            change = np.abs(weights - before).sum(axis=1)
            # A change that is not finite means that a score lost its variance.
            over = open_ & ~((change >= tolerance) & (change < np.inf))
            if iteration and over.any():
                done = over & (change < tolerance)
                found[left[done]] = weights[done]
                iterations[left[over]] = iteration
                open_ &= ~over
                if not open_.any():
                    break
                if 2 * open_.sum() < len(open_):
                    left, scale = left[open_], scale[open_]
                    weights, scores, between = weights[open_], scores[open_], between[open_]
                    matrices, held = _of(correlations, left), _of(inverse, left)
                    open_ = np.ones(len(left), dtype=bool)
            before = weights
            per_score = scale[:, :, None]
            between = between * (per_score * scale[:, None, :])
            proxies = per_score * _inner_weights(between, layout, scheme)
            weights = (scores @ proxies)[:, items, layout.owner]
            if held is not None:
                at = layout.formed
                weights[:, at] = (held @ weights[:, at, None])[..., 0]
    converged = ~np.isnan(found).any(axis=1)
    return OuterWeights(
        weights=_signed(found, correlations, layout),
        converged=converged,
        iterations=iterations,
    )


@overload
def _of(matrices: Floats, left: NDArray[np.intp]) -> Floats: ...
@overload
def _of(matrices: None, left: NDArray[np.intp]) -> None: ...
def _of(matrices: Floats | None, left: NDArray[np.intp]) -> Floats | None:
    """Take the matrices that are left."""
    return matrices if matrices is None or len(left) == len(matrices) else matrices[left]


def _inner_weights(between: Floats, layout: Layout, scheme: Scheme) -> Floats:
    """Weights with which the scores (rows) form the proxy of each construct (columns)."""
    follows = layout.structure.follows
    if scheme == "centroid":
        return np.sign(between) * (follows | follows.T)
    if scheme == "factorial":
        return between * (follows | follows.T)
    found = between * follows
    outcomes, predictors, rows, columns = layout.structure.cells
    slopes = fitting_slopes(between, layout.structure)
    found[:, predictors, outcomes] = slopes[:, rows, columns]
    return found


def _block_inverses(correlations: Floats, layout: Layout) -> Floats | None:
    """Invert the blocks of mode B, along the diagonal of one matrix; None without such."""
    if not layout.formative.any():
        return None
    at = layout.formed
    owner = layout.owner[at]
    held = np.where(owner[:, None] == owner, correlations[:, at[:, None], at], 0.0)
    return inverses(held)


def _signed(weights: Floats, correlations: Floats, layout: Layout) -> Floats:
    """Turn every block so that its loadings sum to a positive number."""
    loadings = (np.where(layout.together, correlations, 0.0) @ weights[:, :, None])[..., 0]
    spread = np.sqrt(np.diagonal(correlations, axis1=1, axis2=2))
    with np.errstate(invalid="ignore"):
        sums = (loadings / spread) @ layout.belongs
    return np.where(sums[:, layout.owner] < 0, -weights, weights)
