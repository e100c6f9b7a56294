"""Fit functions of resamples, as functions of the parameters, with their gradients."""

import numpy as np
from scipy.linalg import lapack

from servqual.sem.fitting.ml import Point, Target, gradient
from servqual.sem.fitting.patterns import Patterns
from servqual.sem.fitting.scoring import sets_at, sets_gradient
from servqual.sem.fitting.structure import Floats, Ints, Structure
from servqual.sem.resamples._descent import Function


def one_of(target: Target, i: int) -> Target:
    """Give one of a batch of moments."""
    share = target.share if np.ndim(target.share) == 0 else target.share[i]
    mean = None if target.mean is None else target.mean[i]
    return Target(covariance=target.covariance[i], mean=mean, share=share)


def of_targets(structure: Structure, targets: list[Target]) -> Function:
    """See the fit function of a batch of moments as a function of the parameters."""
    b = len(targets[0].covariance)

    def function(parameters: Floats, index: Ints) -> tuple[Floats, Floats]:
        some = targets if len(index) == b else [target.take(index) for target in targets]
        point = point_at(structure, some, parameters)
        return point.objective, gradient(structure, some, point)

    return function


def of_patterns(structure: Structure, patterns: tuple[Patterns, ...]) -> Function:
    """See the fit function of one resample of incomplete rows as a function of the parameters."""

    def function(parameters: Floats, index: Ints) -> tuple[Floats, Floats]:
        at = sets_at(structure, patterns, parameters[0])
        if at is None:
            return np.full(1, np.inf), np.zeros_like(parameters)
        return np.array([at[1]]), sets_gradient(structure, at[0])[None]

    return function


def point_at(structure: Structure, targets: list[Target], parameters: Floats) -> Point:
    """Evaluate the fit function without its constant; infinite where it is not defined."""
    cells = structure.cells(parameters)
    value = np.zeros(len(parameters))
    implied_all, precisions = [], []
    for layout, target in zip(structure.layouts, targets, strict=True):
        implied = layout.implied(cells)
        precision, determinant = _inverted(implied.sigma)
        part = determinant + (target.covariance * precision).sum(axis=(1, 2))
        if implied.mu is not None and target.mean is not None:
            off = target.mean - implied.mu
            part = part + (off * (precision @ off[:, :, None])[:, :, 0]).sum(axis=1)
        value = value + target.share * part
        implied_all.append(implied)
        precisions.append(precision)
    return Point(
        parameters=parameters,
        objective=np.where(np.isfinite(value), value, np.inf),
        implied=tuple(implied_all),
        precision=tuple(precisions),
    )


def _inverted(sigma: Floats) -> tuple[Floats, Floats]:
    """Give inverses (b, p, p) and log-determinants (b,), infinite where not positive definite.

    LAPACK's Cholesky factor and its inverse, matrix by matrix, take a third of the time of
    `numpy.linalg.inv`.
    """
    upper = np.empty_like(sigma)
    regular = np.ones(len(sigma), dtype=bool)
    diagonal = np.ones(sigma.shape[:2])
    for i, matrix in enumerate(sigma):
        root, failed = lapack.dpotrf(matrix.T, lower=0)
        if failed or not np.isfinite(root[-1, -1]):
            regular[i] = False
            continue
        diagonal[i] = root.diagonal()
        upper[i] = lapack.dpotri(root, lower=0, overwrite_c=1)[0]
    upper[~regular] = np.eye(sigma.shape[-1])
    own = np.diagonal(upper, axis1=1, axis2=2)
    inverse = upper + np.swapaxes(upper, 1, 2)
    np.einsum("bii->bi", inverse)[...] = own
    determinant = np.where(regular, 2 * np.log(diagonal).sum(axis=1), np.inf)
    return inverse, determinant
