"""Mean and covariance of incomplete rows: the EM algorithm of the saturated normal model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CHUNK = 512


@dataclass(frozen=True, kw_only=True, eq=False)
class EMSolution:
    """Maximum-likelihood mean and covariance (divisor n) of incomplete rows."""

    mean: Floats
    covariance: Floats
    iterations: int
    gradient: float
    converged: bool


def em_moments(
    rows: Floats,
    weights: Floats | None = None,
    *,
    tolerance: float = 1e-8,
    max_iterations: int = 2000,
) -> EMSolution:
    r"""Estimate mean and covariance from rows with NaN, assuming they are missing at random.

    Parameters
    ----------
    rows : ndarray of shape (n, p)
        Each row and each column with at least one value.
    weights : ndarray of shape (n,), optional
        Sampling weights.
    tolerance : float
        Largest element of the gradient of the mean log-likelihood, in standardised units, at which
        to stop.
    max_iterations : int

    Notes
    -----
    With :math:`P_i` the inverse of the observed block of :math:`\Sigma`, padded with zeros, and
    :math:`y_i = P_i (x_i - \mu)` [1]_, one step is

    .. math:: \mu \leftarrow \mu + \Sigma\,\overline{y}, \quad
              \Sigma \leftarrow \Sigma + \Sigma\,(\overline{y y'} - \overline{P})\,\Sigma
              - \delta\delta',

    with :math:`\delta` the step of the mean; it is at rest where the gradient is zero.

    References
    ----------
    .. [1] Dempster, A. P., Laird, N. M., & Rubin, D. B. (1977). Maximum likelihood from incomplete
       data via the EM algorithm. *Journal of the Royal Statistical Society B*, 39(1), 1-38.
       https://doi.org/10.1111/j.2517-6161.1977.tb01600.x
    """
    n, p = rows.shape
    w = np.full(n, 1 / n) if weights is None else weights / weights.sum()
    seen = ~np.isnan(rows)
    share = w @ seen
    centre = np.where(seen, rows, 0).T @ w / share
    spread = np.sqrt(np.where(seen, rows - centre, 0).T ** 2 @ w / share)
    spread[spread == 0] = 1.0
    x = np.where(seen, (rows - centre) / spread, 0.0)
    patterns, of = np.unique(seen, axis=0, return_inverse=True)
    of = of.ravel()
    order = np.argsort(of, kind="stable")
    starts = np.searchsorted(of[order], np.arange(len(patterns) + 1))
    mean, covariance = np.zeros(p), np.eye(p)
    gradient = np.inf
    for iteration in range(max_iterations + 1):
        first, second = np.zeros(p), np.zeros((p, p))
        for begin in range(0, len(patterns), _CHUNK):
            end = min(begin + _CHUNK, len(patterns))
            at = order[starts[begin] : starts[end]]
            inverse = _padded_inverse(covariance, patterns[begin:end])
            z = np.where(seen[at], x[at] - mean, 0.0)
            y = np.einsum("ijk,ik->ij", inverse[of[at] - begin], z)
            mass = np.bincount(of[at] - begin, weights=w[at], minlength=end - begin)
            first += w[at] @ y
            second += (y * w[at, None]).T @ y - np.tensordot(mass, inverse, axes=1)
        gradient = max(float(np.abs(first).max()), float(np.abs(second).max()))
        if gradient <= tolerance or iteration == max_iterations:
            break
        step = covariance @ first
        mean = mean + step
        covariance = covariance + covariance @ second @ covariance - np.outer(step, step)
        covariance = (covariance + covariance.T) / 2
    return EMSolution(
        mean=centre + spread * mean,
        covariance=covariance * np.outer(spread, spread),
        iterations=iteration,
        gradient=gradient,
        converged=gradient <= tolerance,
    )


def _padded_inverse(covariance: Floats, patterns: NDArray[np.bool_]) -> Floats:
    """Invert the observed block of each pattern; zero outside of it."""
    both = patterns[:, :, None] & patterns[:, None, :]
    identity = np.eye(len(covariance)) * ~patterns[:, None, :]
    inverse: Floats = np.linalg.inv(np.where(both, covariance, 0.0) + identity) - identity
    return inverse
