r"""Omega total of a one-factor solution, with its standard error and the influence of each row.

.. math:: \omega = (\sum \lambda_i)^2 \Big/ \Big( (\sum \lambda_i)^2 + \sum \psi_i \Big)
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def omega(loadings: Floats, uniquenesses: Floats) -> Floats:
    """Omega of solutions of shape (..., k)."""
    common = loadings.sum(axis=-1) ** 2
    share: Floats = common / (common + uniquenesses.sum(axis=-1))
    return share


def omega_standard_error(loadings: Floats, uniquenesses: Floats, n: int) -> float:
    """Give the error by the delta method from the expected ML information of n respondents."""
    slope = _gradient(loadings, uniquenesses)
    information = _information(loadings, uniquenesses)
    return float(np.sqrt(slope @ np.linalg.solve(information, slope) / n))


def omega_influence(rows: Floats, loadings: Floats, uniquenesses: Floats) -> Floats:
    """How much each centred row, of (n, k), moves omega: one scoring step from the solution."""
    inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(uniquenesses))
    turned = rows @ inverse
    scores = np.hstack([2 * turned * (turned @ loadings)[:, None], turned**2])
    scores -= scores.mean(axis=0)
    slope = _gradient(loadings, uniquenesses)
    moved: Floats = scores @ np.linalg.solve(2 * _information(loadings, uniquenesses), slope)
    return moved


def _gradient(loadings: Floats, uniquenesses: Floats) -> Floats:
    """Derive omega in the k loadings and the k uniquenesses."""
    total, error = loadings.sum(), uniquenesses.sum()
    below = (total**2 + error) ** 2
    k = len(loadings)
    return np.repeat([2 * total * error / below, -(total**2) / below], k)


def _information(loadings: Floats, uniquenesses: Floats) -> Floats:
    """Form the expected information of one respondent on the k loadings and the k uniquenesses."""
    inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(uniquenesses))
    turned = inverse @ loadings
    of_loadings = inverse * (loadings @ turned) + np.outer(turned, turned)
    between = inverse * turned[None, :]
    return np.block([[of_loadings, between], [between.T, inverse**2 / 2]])
