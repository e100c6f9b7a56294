"""Unrotated loadings: components, minres, maximum likelihood, principal axis."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ModelError
from servqual.factors._concentrated import LOWEST_UNIQUENESS
from servqual.factors.unrestricted import check_n_factors, fit_unrestricted

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Method = Literal["minres", "ml", "principal_axis", "components"]

METHODS: tuple[str, ...] = get_args(Method)
_AXIS_TOLERANCE = 1e-7
_AXIS_ITERATIONS = 2000


@dataclass(frozen=True, kw_only=True, eq=False)
class Extraction:
    """Unrotated loadings of p items on m factors.

    Attributes
    ----------
    loadings : ndarray of shape (p, m)
    uniquenesses : ndarray of shape (p,)
    converged : bool
    at_bound : ndarray of bool of shape (p,)
        Heywood cases: uniquenesses held at 0.005.
    """

    loadings: Floats
    uniquenesses: Floats
    converged: bool
    at_bound: Bools


def extract(correlation: Floats, n_factors: int, method: Method) -> Extraction:
    r"""Extract factors or components from a correlation matrix.

    Parameters
    ----------
    correlation : ndarray of shape (p, p)
    n_factors : int
    method : {"minres", "ml", "principal_axis", "components"}
        Minres [1]_ minimises the squared residual correlations off the diagonal, and ML the
        normal-theory fit function, over the uniquenesses. Principal axis factoring starts from
        squared multiple correlations (largest correlations where the matrix is singular) and
        repeats until no communality changes by more than 1e-7; there it meets minres, so programs
        that stop earlier differ from both. Components have no uniquenesses in their model.

    References
    ----------
    .. [1] Harman, H. H., & Jones, W. H. (1966). Factor analysis by minimizing residuals (minres).
       *Psychometrika*, 31(3), 351-368. https://doi.org/10.1007/BF02289468

    Examples
    --------
    >>> extract(np.full((3, 3), 0.49) + 0.51 * np.eye(3), 1, "minres").loadings.round(6)
    array([[0.7],
           [0.7],
           [0.7]])
    """
    if method not in METHODS:
        raise ModelError(f"method must be one of {', '.join(METHODS)}, not {method!r}.")
    p = len(correlation)
    if method != "components":
        check_n_factors(p, n_factors)
    elif isinstance(n_factors, bool) or not isinstance(n_factors, (int, np.integer)):
        raise ModelError(f"n_factors must be a whole number, not {n_factors!r}.")
    elif not 1 <= n_factors <= p:
        raise ModelError(f"{p} items have 1 to {p} components, not {n_factors}.")
    if method in ("ml", "minres"):
        fit = fit_unrestricted(correlation, n_factors, "ml" if method == "ml" else "uls")
        return Extraction(
            loadings=fit.loadings,
            uniquenesses=fit.uniquenesses,
            converged=fit.converged,
            at_bound=fit.at_bound,
        )
    if method == "principal_axis":
        return _principal_axis(correlation, n_factors)
    loadings = _leading(correlation, n_factors)
    return Extraction(
        loadings=loadings,
        uniquenesses=1 - (loadings**2).sum(axis=1),
        converged=True,
        at_bound=np.zeros(p, dtype=bool),
    )


def _leading(matrix: Floats, m: int) -> Floats:
    """Give the loadings on the m leading eigenvectors, shape (p, m)."""
    roots, vectors = np.linalg.eigh(matrix)
    scale = np.sqrt(np.maximum(roots[::-1][:m], 0))
    return np.asarray(vectors[:, ::-1][:, :m] * scale, dtype=np.float64)


def _principal_axis(correlation: Floats, m: int) -> Extraction:
    highest = 1 - LOWEST_UNIQUENESS
    reduced = correlation.copy()
    communalities = _first_communalities(correlation)
    for _ in range(_AXIS_ITERATIONS):
        np.fill_diagonal(reduced, communalities)
        loadings = _leading(reduced, m)
        after = np.minimum((loadings**2).sum(axis=1), highest)
        change = np.abs(after - communalities).max()
        communalities = after
        if change < _AXIS_TOLERANCE:
            break
    return Extraction(
        loadings=loadings,
        uniquenesses=1 - communalities,
        converged=bool(change < _AXIS_TOLERANCE),
        at_bound=communalities >= highest,
    )


def _first_communalities(correlation: Floats) -> Floats:
    if np.linalg.eigvalsh(correlation)[0] > 1e-10:
        return np.asarray(1 - 1 / np.diag(np.linalg.inv(correlation)), dtype=np.float64)
    others = np.abs(correlation)
    np.fill_diagonal(others, 0)
    return np.asarray(np.minimum(others.max(axis=1), 1 - LOWEST_UNIQUENESS), dtype=np.float64)
