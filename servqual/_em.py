"""Mean and covariance of incomplete rows: the saturated normal model by EM and Newton."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CHUNK = 512
# EM goes the first steps alone; then Newton's method is tried, for up to so many columns, and kept
# where it shortens the gradient.
_PLAIN_STEPS = 4
_LARGEST = 50
_SHRINKS = 0.5


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
    rows_of = _Rows(x, seen, w, patterns, of, order, starts)
    mean, covariance = np.zeros(p), np.eye(p)
    small = p <= _LARGEST
    slope = rows_of.slope(mean, covariance, curved=False)
    for iteration in range(max_iterations + 1):
        if slope.size <= tolerance or iteration == max_iterations:
            break
        there = None
        ahead = _newton(mean, covariance, slope)
        if ahead is not None:
            there = rows_of.slope(*ahead, curved=True)
        if ahead is not None and there is not None and there.size < _SHRINKS * slope.size:
            (mean, covariance), slope = ahead, there
            continue
        step = covariance @ slope.first
        mean = mean + step
        covariance = covariance + covariance @ slope.second @ covariance - np.outer(step, step)
        covariance = (covariance + covariance.T) / 2
        curved = small and iteration + 1 >= _PLAIN_STEPS
        slope = rows_of.slope(mean, covariance, curved=curved)
    return EMSolution(
        mean=centre + spread * mean,
        covariance=covariance * np.outer(spread, spread),
        iterations=iteration,
        gradient=slope.size,
        converged=slope.size <= tolerance,
    )


@dataclass(frozen=True, eq=False)
class _Curvature:
    """Sums of products over rows; symmetric p x p matrices are packed to p (p + 1) / 2 elements."""

    of_precision: Floats  # (t, t): elements of P_i by elements of P_i
    with_spread: Floats  # (t, t): elements of P_i by elements of y_i y_i'
    with_mean: Floats  # (p, p, p): elements of P_i by elements of y_i


@dataclass(frozen=True, eq=False)
class _Slope:
    """The gradient of the mean log-likelihood, and what its expected derivatives need."""

    first: Floats  # (p,)
    second: Floats  # (p, p)
    precision: Floats  # (p, p): the mean of P_i
    curvature: "_Curvature | None"

    @property
    def size(self) -> float:
        return max(float(np.abs(self.first).max()), float(np.abs(self.second).max()))


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows sorted by which columns they have."""

    x: Floats
    seen: NDArray[np.bool_]
    w: Floats
    patterns: NDArray[np.bool_]
    of: NDArray[np.intp]
    order: NDArray[np.intp]
    starts: NDArray[np.intp]

    def slope(self, mean: Floats, covariance: Floats, *, curved: bool) -> _Slope:
        """Give the gradient at a mean and covariance."""
        p = len(mean)
        first, second, precision = np.zeros(p), np.zeros((p, p)), np.zeros((p, p))
        upper = np.triu_indices(p)
        t = len(upper[0])
        pp, py, pm = np.zeros((t, t)), np.zeros((t, t)), np.zeros((p, p, p))
        for begin in range(0, len(self.patterns), _CHUNK):
            end = min(begin + _CHUNK, len(self.patterns))
            at = self.order[self.starts[begin] : self.starts[end]]
            inverse = _padded_inverse(covariance, self.patterns[begin:end])
            z = np.where(self.seen[at], self.x[at] - mean, 0.0)
            which = self.of[at] - begin
            y = np.einsum("ijk,ik->ij", inverse[which], z)
            mass = np.bincount(which, weights=self.w[at], minlength=end - begin)
            first += self.w[at] @ y
            weighted = np.tensordot(mass, inverse, axes=1)
            precision += weighted
            second += (y * self.w[at, None]).T @ y - weighted
            if curved:
                packed = inverse[:, upper[0], upper[1]]
                pp += (packed * mass[:, None]).T @ packed
                spread = np.zeros((end - begin, t))
                total = np.zeros((end - begin, p))
                np.add.at(spread, which, y[:, upper[0]] * y[:, upper[1]] * self.w[at, None])
                np.add.at(total, which, y * self.w[at, None])
                py += packed.T @ spread
                pm += np.tensordot(inverse, total, axes=(0, 0))
        return _Slope(first, second, precision, _Curvature(pp, py, pm) if curved else None)


def _newton(mean: Floats, covariance: Floats, slope: _Slope) -> tuple[Floats, Floats] | None:
    r"""Take a step of Newton's method; None where it leads out of the positive definite matrices.

    With the steps :math:`\delta` of the mean and D of the covariance it solves

    .. math:: \overline{P}\delta + \overline{P D y} = \overline{y}, \quad
              \overline{P D y y' + y y' D P - P D P + P\delta y' + y\delta' P} =
              \overline{y y'} - \overline{P}.
    """
    if slope.curvature is None:
        return None
    p = len(mean)
    row, column = np.triu_indices(p)
    pair = np.zeros((p, p), dtype=np.intp)
    pair[row, column] = pair[column, row] = np.arange(len(row))
    i, j, k, m = row[:, None], column[:, None], row, column
    twice = k != m

    def turned(sums: Floats, left: NDArray[np.intp], right: NDArray[np.intp]) -> Floats:
        """Give the coefficients of D in the sums of X D Z at (left, right)."""
        one = sums[pair[left, k], pair[m, right]]
        return np.asarray(one + np.where(twice, sums[pair[left, m], pair[k, right]], 0.0))

    of = slope.curvature
    by_covariance = turned(of.with_spread, i, j) + turned(of.with_spread, j, i)
    by_covariance -= turned(of.of_precision, i, j)
    mixed = of.with_mean[:, k, m] + np.where(twice, of.with_mean[:, m, k], 0.0)
    by_mean = of.with_mean[row, :, column] + of.with_mean[column, :, row]
    system = np.block([[slope.precision, mixed], [by_mean, by_covariance]])
    try:
        step = np.linalg.solve(system, np.concatenate([slope.first, slope.second[row, column]]))
    except np.linalg.LinAlgError:
        return None
    there = covariance.copy()
    there[row, column] += step[p:]
    there[column[twice], row[twice]] = there[row[twice], column[twice]]
    if not np.isfinite(there).all() or np.linalg.eigvalsh(there)[0] <= 0:
        return None
    return mean + step[:p], there


def _padded_inverse(covariance: Floats, patterns: NDArray[np.bool_]) -> Floats:
    """Invert the observed block of each pattern; zero outside of it."""
    both = patterns[:, :, None] & patterns[:, None, :]
    identity = np.eye(len(covariance)) * ~patterns[:, None, :]
    inverse: Floats = np.linalg.inv(np.where(both, covariance, 0.0) + identity) - identity
    return inverse
