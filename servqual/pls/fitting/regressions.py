r"""The regressions of a structure from correlations, for many matrices at once.

Of an outcome y with predictors of correlation C and correlations c with y, the paths are
:math:`b = C^{-1} c`, :math:`R^2 = b'c`, the variance inflation of predictor i is
:math:`(C^{-1})_{ii}`, and its effect size :math:`f^2 = (R^2 - R^2_{-i}) / (1 - R^2)
= b_i^2 / ((C^{-1})_{ii} (1 - R^2))` [1]_.

References
----------
.. [1] Cohen, J. (1988). *Statistical power analysis for the behavioral sciences* (2nd ed.).
   Lawrence Erlbaum.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from servqual.pls.fitting.layout import Structure

Floats = NDArray[np.float64]

_SINGULAR = 1e-12
_WILD = 1e6


@dataclass(frozen=True, kw_only=True, eq=False)
class Regressions:
    """Paths of B correlation matrices of N constructs and products.

    Attributes
    ----------
    paths : ndarray of shape (B, N, N)
        The effect on the row of the column; 0 where there is no path.
    r_squared : ndarray of shape (B, N)
        NaN where nothing explains.
    inflation : ndarray of shape (B, N, N)
        Variance inflation factors of the predictors of each row; NaN elsewhere.
    """

    paths: Floats
    r_squared: Floats
    inflation: Floats

    @property
    def effect_sizes(self) -> Floats:
        """f² of each path: (B, N, N); NaN where there is none."""
        unexplained = 1 - self.r_squared[..., None]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(unexplained > 0, self.paths**2 / (self.inflation * unexplained), np.nan)


def inverses(matrices: Floats) -> Floats:
    """Invert symmetric matrices of shape (..., k, k); NaN where they are singular."""
    if matrices.shape[-1] == 1:
        return np.where(matrices != 0, 1 / np.where(matrices != 0, matrices, 1.0), np.nan)
    finite = np.asarray(np.isfinite(matrices).all(axis=(-2, -1)))
    held = np.where(finite[..., None, None], matrices, np.eye(matrices.shape[-1]))
    try:
        found = np.linalg.inv(held)
    except np.linalg.LinAlgError:
        found = np.full_like(held, np.nan)
        regular = np.linalg.eigvalsh(held)[..., 0] > _SINGULAR
        found[regular] = np.linalg.inv(held[regular])
    # The diagonal of the inverse of a correlation matrix is at least 1 and beyond any bound as
    # the matrix becomes singular.
    scale = np.einsum("...ii,...ii->...i", held, found)
    sound = finite & (scale > 0).all(axis=-1) & (scale < 1 / _SINGULAR).all(axis=-1)
    return np.where(sound[..., None, None], found, np.nan)


def regress(correlations: Floats, structure: Structure) -> Regressions:
    """Regress every outcome of a structure on its predictors.

    Parameters
    ----------
    correlations : ndarray of shape (B, N, N)
    structure : Structure
    """
    outcomes, at, empty = structure.at
    inverse = inverses(_predictor_matrices(correlations, structure))
    with_outcome = np.where(empty, 0.0, correlations[:, outcomes[:, None], at])
    slopes = (inverse @ with_outcome[..., None])[..., 0]
    b, n = correlations.shape[:2]
    paths, inflation = np.zeros((b, n, n)), np.full((b, n, n), np.nan)
    lhs, rhs, rows, columns = structure.cells
    paths[:, lhs, rhs] = slopes[:, rows, columns]
    inflation[:, lhs, rhs] = inverse[:, rows, columns, columns]
    r_squared = np.full((b, n), np.nan)
    r_squared[:, outcomes] = (slopes * with_outcome).sum(axis=-1)
    return Regressions(paths=paths, r_squared=r_squared, inflation=inflation)


def fitting_slopes(correlations: Floats, structure: Structure) -> Floats:
    """Give slopes of which only what they fit matters, in the order of `structure.at`: (B, m, k).

    Where predictors determine one another they are the shortest of those that fit alike.
    """
    outcomes, at, empty = structure.at
    with_outcome = np.where(empty, 0.0, correlations[:, outcomes[:, None], at])
    if at.shape[1] == 1:
        return with_outcome
    matrices, targets = _predictor_matrices(correlations, structure), with_outcome[..., None]
    try:
        slopes = np.asarray(np.linalg.solve(matrices, targets)[..., 0], dtype=np.float64)
    except np.linalg.LinAlgError:
        slopes = np.full(with_outcome.shape, np.inf)
        regular = np.linalg.eigvalsh(matrices)[..., 0] > _SINGULAR
        slopes[regular] = np.linalg.solve(matrices[regular], targets[regular])[..., 0]
    if np.abs(slopes).max() > _WILD:
        wild = np.abs(slopes).max(axis=-1) > _WILD
        shortest = np.linalg.pinv(matrices[wild], rcond=1 / _WILD, hermitian=True)
        slopes[wild] = (shortest @ targets[wild])[..., 0]
    return slopes


def _predictor_matrices(correlations: Floats, structure: Structure) -> Floats:
    one, other, beside, identity = structure.among
    return np.where(beside, identity, correlations[:, one, other])


def total_effects(paths: Floats) -> Floats:
    """Sum the effects along all ways: (B, N, N), for paths without a circle."""
    total, step = paths.copy(), paths
    for _ in range(paths.shape[-1] - 1):
        step = step @ paths
        if not step.any():
            break
        total += step
    return total


def effects_along(paths: Floats, structure: Structure) -> Floats:
    """Multiply the paths along each way of `structure.ways`: (B, ways)."""
    found = np.ones((len(paths), len(structure.ways)))
    for i, way in enumerate(structure.ways):
        for predictor, outcome in pairwise(way):
            found[:, i] *= paths[:, outcome, predictor]
    return found


def implied_correlations(correlations: Floats, paths: Floats, structure: Structure) -> Floats:
    """Give the correlations that the paths imply: (B, N, N).

    Constructs without predictors correlate as they do; what is left of outcomes is uncorrelated.
    """
    implied = correlations.copy()
    settled = [i for i in range(correlations.shape[-1]) if i not in structure.outcomes]
    for outcome in structure.outcomes:
        reached = (paths[:, None, outcome, settled] @ implied[:, settled][:, :, settled])[:, 0]
        implied[:, outcome, settled] = reached
        implied[:, settled, outcome] = reached
        settled.append(outcome)
    return implied
