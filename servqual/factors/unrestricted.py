r"""Maximum likelihood of the unrestricted factor model, :math:`\Sigma = \Lambda\Lambda' + \Psi`.

The one place where it is written. The fit function is concentrated on the uniquenesses [1]_ and
minimised by Newton's method in their logarithms, many matrices at a time.

References
----------
.. [1] Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis.
   *Psychometrika*, 32(4), 443-482. https://doi.org/10.1007/BF02289658
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servqual.errors import ModelError
from servqual.factors._concentrated import SINGULAR, Discrepancy, minimise

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class OneFactor:
    """One-factor solutions of a batch of b covariance matrices of p items.

    Attributes
    ----------
    loadings : ndarray of shape (b, p)
        In the metric of the covariances, for a factor of variance 1; their sum is positive. NaN
        where there is no solution.
    uniquenesses : ndarray of shape (b, p)
        In the metric of the covariances.
    objective : ndarray of shape (b,)
        Minimum of the fit function; 0 is a perfect fit.
    converged : ndarray of bool of shape (b,)
        Whether the gradient is below 1e-8.
    at_bound : ndarray of bool of shape (b, p)
        Heywood cases: uniquenesses held at 0.005 of the item's variance.
    reasons : tuple of str
        Why there is no solution; empty where there is one.
    """

    loadings: Floats
    uniquenesses: Floats
    objective: Floats
    converged: Bools
    at_bound: Bools
    reasons: tuple[str, ...]

    @property
    def heywood(self) -> Bools:
        """Whether any uniqueness is held at its bound, shape (b,)."""
        heywood: Bools = np.logical_or.reduce(self.at_bound, axis=1)
        return heywood


@dataclass(frozen=True, kw_only=True, eq=False)
class UnrestrictedFit:
    r"""An unrestricted solution of p items and m factors.

    Attributes
    ----------
    loadings : ndarray of shape (p, m)
        Unrotated (:math:`\Lambda'\Psi^{-1}\Lambda` is diagonal, falling), each column's sum
        positive, in the metric of the input.
    uniquenesses : ndarray of shape (p,)
    objective : float
        Minimum of the fit function; 0 is a perfect fit.
    converged : bool
        Whether the gradient is below 1e-8.
    at_bound : ndarray of bool of shape (p,)
        Heywood cases: uniquenesses held at 0.005 of the item's variance.
    """

    loadings: Floats
    uniquenesses: Floats
    objective: float
    converged: bool
    at_bound: Bools


def one_factor_ml(covariance: ArrayLike) -> OneFactor:
    r"""Fit one factor to each of a batch of covariance matrices by maximum likelihood.

    Parameters
    ----------
    covariance : array_like of shape (b, p, p) or (p, p)
        Whatever the divisor is, the solution is in the same metric.

    Returns
    -------
    OneFactor
        Matrices without a solution (fewer than three items, an item without variance, a singular
        matrix) are NaN with a reason.

    Raises
    ------
    ModelError
        If the input is no batch of square matrices.

    Notes
    -----
    Minimises :math:`F = \log|\Sigma| + \operatorname{tr}(S\Sigma^{-1}) - \log|S| - p` with
    :math:`\Sigma = \lambda\lambda' + \Psi`. The model does not depend on the scale of the items,
    so it is fitted to correlations and scaled back.

    References
    ----------
    .. [1] Lawley, D. N., & Maxwell, A. E. (1971). *Factor analysis as a statistical method* (2nd
       ed.). Butterworths.

    Examples
    --------
    >>> loadings = np.array([1.0, 0.8, 0.6, 0.9])
    >>> fit = one_factor_ml(np.outer(loadings, loadings) + np.diag([0.5, 0.4, 0.7, 0.6]))
    >>> fit.loadings.round(6), fit.uniquenesses.round(6)
    (array([[1. , 0.8, 0.6, 0.9]]), array([[0.5, 0.4, 0.7, 0.6]]))
    """
    values = np.asarray(covariance, dtype=np.float64)
    if values.ndim == 2:
        values = values[None]
    if values.ndim != 3 or values.shape[1] != values.shape[2]:
        raise ModelError(
            f"The covariances must have shape (b, p, p) or (p, p), not {np.shape(covariance)}."
        )
    b, p = values.shape[:2]
    reasons = _reasons(values)
    able = np.array([not reason for reason in reasons], dtype=bool)
    loadings, uniquenesses = np.full((b, p), np.nan), np.full((b, p), np.nan)
    objective = np.full(b, np.nan)
    converged, at_bound = np.zeros(b, dtype=bool), np.zeros((b, p), dtype=bool)
    if able.any():
        sd = np.sqrt(np.diagonal(values[able], axis1=1, axis2=2))
        solved = minimise(values[able] / (sd[:, :, None] * sd[:, None, :]), 1, "ml")
        at = np.flatnonzero(able)
        for missed in at[~solved.converged]:
            reasons[missed] = "the one-factor solution did not converge"
        good = solved.converged
        loadings[at[good]] = solved.loadings[good, :, 0] * sd[good]
        uniquenesses[at[good]] = solved.uniquenesses[good] * sd[good] ** 2
        objective[at[good]] = solved.objective[good]
        converged[at] = good
        at_bound[at] = solved.at_bound & good[:, None]
    return OneFactor(
        loadings=loadings,
        uniquenesses=uniquenesses,
        objective=objective,
        converged=converged,
        at_bound=at_bound,
        reasons=tuple(reasons),
    )


def fit_unrestricted(
    covariance: ArrayLike, n_factors: int, discrepancy: Discrepancy = "ml"
) -> UnrestrictedFit:
    r"""Fit the unrestricted model of m factors to a matrix.

    Parameters
    ----------
    covariance : array_like of shape (p, p)
        Covariances or correlations.
    n_factors : int
        How many factors, m, at least 1; :math:`((p - m)^2 - (p + m))/2` degrees of freedom must
        not be negative.
    discrepancy : {"ml", "uls"}, default "ml"
        Maximum likelihood, which needs a positive definite matrix, or unweighted least squares of
        the correlations (minres).

    Raises
    ------
    ModelError
        If the matrix is not square, has an item without variance, allows fewer factors, or is
        singular where maximum likelihood is asked for.

    Notes
    -----
    See `one_factor_ml` for the fit function. A solution that did not converge is given as it
    stands, with ``converged`` false.

    Examples
    --------
    >>> matrix = np.full((6, 6), 0.1) + np.kron(np.eye(2), np.full((3, 3), 0.4))
    >>> np.fill_diagonal(matrix, 1)
    >>> fit = fit_unrestricted(matrix, 2)
    >>> bool(np.allclose(fit.loadings @ fit.loadings.T + np.diag(fit.uniquenesses), matrix))
    True
    """
    values = np.asarray(covariance, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        raise ModelError(f"The matrix must be square, not of shape {values.shape}.")
    p = len(values)
    check_n_factors(p, n_factors)
    reason = _unusable(values[None], singular_too=discrepancy == "ml")[0]
    if reason:
        raise ModelError(f"Factors cannot be estimated: {reason}.")
    sd = np.sqrt(np.diag(values))
    solved = minimise((values / np.outer(sd, sd))[None], n_factors, discrepancy)
    return UnrestrictedFit(
        loadings=solved.loadings[0] * sd[:, None],
        uniquenesses=solved.uniquenesses[0] * sd**2,
        objective=float(solved.objective[0]),
        converged=bool(solved.converged[0]),
        at_bound=solved.at_bound[0],
    )


def degrees_of_freedom(n_items: int, n_factors: int) -> int:
    """Count the degrees of freedom of the unrestricted model.

    Examples
    --------
    >>> degrees_of_freedom(22, 5)
    131
    """
    return ((n_items - n_factors) ** 2 - (n_items + n_factors)) // 2


def check_n_factors(n_items: int, n_factors: int) -> None:
    """Refuse a number of factors that so many items cannot identify."""
    if isinstance(n_factors, bool) or not isinstance(n_factors, (int, np.integer)):
        raise ModelError(f"n_factors must be a whole number, not {n_factors!r}.")
    if n_factors < 1:
        raise ModelError(f"n_factors must be at least 1, not {n_factors}.")
    df = degrees_of_freedom(n_items, n_factors)
    if n_factors >= n_items or df < 0:
        most = max((m for m in range(1, n_items) if degrees_of_freedom(n_items, m) >= 0), default=0)
        allowed = f"at most {most}" if most else "none"
        raise ModelError(
            f"{n_factors} factors of {n_items} items leave {df} degrees of freedom, so they are "
            f"not identified. So many items allow {allowed}."
        )


def _reasons(values: Floats) -> list[str]:
    p = values.shape[1]
    if p < 3:
        return [f"one factor of {p} item{'s' * (p > 1)} is not identified"] * len(values)
    return _unusable(values)


def _unusable(values: Floats, *, singular_too: bool = True) -> list[str]:
    """Say of each matrix why it has no solution, or nothing."""
    reasons = [""] * len(values)
    finite: Bools = np.logical_and.reduce(np.isfinite(values), axis=(1, 2))
    variances = np.diagonal(values, axis1=1, axis2=2)
    varied = finite & (np.where(finite[:, None], variances, 1) > 0).all(axis=1)
    for at in np.flatnonzero(~finite):
        reasons[at] = "the matrix holds missing or infinite entries"
    for at in np.flatnonzero(finite & ~varied):
        reasons[at] = "an item has no variance"
    if singular_too and varied.any():
        sd = np.sqrt(variances[varied])
        correlations = values[varied] / (sd[:, :, None] * sd[:, None, :])
        smallest = np.linalg.eigvalsh(correlations)[:, 0]
        for at in np.flatnonzero(varied)[smallest < SINGULAR]:
            reasons[at] = "the matrix is singular (an item is a combination of others)"
    return reasons
