"""The gap between two latent variables, E and P, as a part of the variance of the observed gap."""

import functools

import numpy as np
from numpy.typing import NDArray

from servqual.moments import Moments
from servqual.reliability._scale_result import Reason
from servqual.sem.fitting.ml import Target, evaluate, minimise
from servqual.sem.fitting.starts import start_values
from servqual.sem.fitting.structure import Structure, build_structure
from servqual.sem.specification.table import build_table

Floats = NDArray[np.float64]

_ROUNDING = 1e-6
_SINGULAR = 1e-9
# Where there is a minimum, scoring takes some ten steps to it.
_TOLERANCE, _MAX_ITERATIONS = 1e-12, 100


def latent_gap_variance(
    moments: Moments, items: tuple[str, ...], where: str
) -> tuple[float, Reason | None]:
    """Estimate the variance of the latent gap of mean scores, or say why there is no estimate.

    Parameters
    ----------
    moments : Moments
        Of E1.. and P1.. among others.
    items : tuple of str
        Ids of the items of one dimension.
    where : str
        What a reason is about.

    Returns
    -------
    float
        In squared scale points; NaN with a reason.
    Reason or None
    """
    k = len(items)
    if k < 3:
        template = (
            "no latent estimate of two items, of which only alpha_gap can be had"
            if k == 2
            else "no latent estimate of one item"
        )
        return np.nan, Reason(where, template)
    columns = tuple(f"{letter}{item}" for letter in "EP" for item in items)
    covariance = moments.select(columns).covariance
    if _singular(covariance):
        return np.nan, Reason(where, "no latent estimate, as E and P have singular covariances")
    structure = _paired_structure(k)
    targets = (Target(covariance=covariance, mean=None),)
    found = minimise(
        structure,
        targets,
        start_values(structure, targets)[None],
        tolerance=_TOLERANCE,
        max_iterations=_MAX_ITERATIONS,
    )
    if not found.converged[0]:
        return np.nan, Reason(where, "no latent estimate, as its estimation did not converge")
    implied = evaluate(structure, targets, found.parameters).implied[0]
    theta = implied.matrices["theta"][0]
    wrong = _inadmissible(implied.total[0], theta, columns)
    if wrong:
        return np.nan, Reason(
            where,
            "no latent estimate, as its solution is inadmissible (a variance below 0, or a "
            "correlation beyond 1): {names}",
            {"names": wrong[:5]},
        )
    gap = np.repeat([-1.0, 1.0], k) / k
    return float(gap @ (implied.sigma[0] - theta) @ gap), None


@functools.cache
def _paired_structure(k: int) -> Structure:
    """Lay out a factor of E and one of P, the residuals of an item's two ratings correlated."""
    lines = [
        f"{factor} =~ NA*{' + '.join(f'{letter}{item}' for item in range(k))}"
        for factor, letter in (("expected", "E"), ("perceived", "P"))
    ]
    lines += ["expected ~~ 1*expected", "perceived ~~ 1*perceived"]
    lines += [f"E{item} ~~ P{item}" for item in range(k)]
    return build_structure(build_table("\n".join(lines)))


def _singular(covariance: Floats) -> bool:
    spread = np.sqrt(np.diag(covariance))
    if not (spread > 0).all():
        return True
    return bool(np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0] < _SINGULAR)


def _inadmissible(latent: Floats, theta: Floats, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Name what cannot be: factors that correlate beyond 1, residuals that cannot be variances."""
    found = [name for name, one in zip(columns, np.diag(theta), strict=True) if one < 0]
    k = len(columns) // 2
    for e, p in zip(range(k), range(k, 2 * k), strict=True):
        if min(theta[e, e], theta[p, p]) >= 0 and (
            theta[e, p] ** 2 > theta[e, e] * theta[p, p] * (1 + _ROUNDING)
        ):
            found.append(f"{columns[e]} ~~ {columns[p]}")
    if abs(latent[0, 1]) > 1 + _ROUNDING:
        found.append("E ~~ P")
    return tuple(found)
