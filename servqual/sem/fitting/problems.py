"""What is inadmissible about a solution, named."""

import numpy as np

from servqual.errors import shortened
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.standardized import row_values, standardised_values
from servqual.sem.fitting.structure import Floats, Ints

_NEAR_SINGULAR = 1e-9
_INVOLVED = 0.1
_EXPLODED = 2.0
_ROUNDING = 1e-6


def describe(fitted: Fitted, row: int) -> str:
    """Name a parameter as it is written in a model."""
    one = fitted.structure.table.parameters[row]
    text = f"{one.lhs} {one.op} {one.rhs}".rstrip()
    label = fitted.data.labels[one.group] if fitted.structure.table.n_groups > 1 else ""
    return f"{text} (group {label})" if label else text


def inadmissible(fitted: Fitted) -> list[str]:
    """Name negative variances, correlations beyond 1, and indefinite matrices."""
    found: list[str] = []
    structure = fitted.structure
    if not fitted.converged:
        found.append(
            f"The estimation did not converge in {fitted.iterations} iterations; the estimates "
            "are where it stopped, and fit indices and standard errors are not given."
        )
    cells = fitted.cells
    table = structure.table
    values = standardised_values(structure, cells[None])[0]
    for at, row in enumerate(structure.rows):
        one = table.parameters[row]
        if one.op == "~~" and one.lhs == one.rhs and cells[at] < 0:
            kind = "latent" if one.lhs in table.latent else "residual"
            found.append(
                f"Negative {kind} variance (Heywood case): {describe(fitted, row)} = "
                f"{cells[at]:.3g}."
            )
        if one.op == "~~" and one.lhs != one.rhs and abs(values[row]) > 1 + _ROUNDING:
            found.append(
                f"Correlation beyond 1: {describe(fitted, row)} is {values[row]:.3f} in standard "
                "deviations."
            )
    raw = row_values(structure, cells[None])[0]
    for rows, _ in structure.following:
        found += [
            f"Negative residual variance (Heywood case): {describe(fitted, int(row))} = "
            f"{raw[row]:.3g}."
            for row in rows
            if raw[row] < 0
        ]
    if fitted.ordered:
        found += _indefinite(fitted)
    for layout, implied in zip(structure.layouts, fitted.point.implied, strict=True):
        latent = [i for i, name in enumerate(layout.factors) if name in table.latent]
        total = implied.total[0][np.ix_(latent, latent)]
        if len(latent) and _smallest_root(total) < -_ROUNDING:
            names = [layout.factors[i] for i in latent]
            found.append(
                "The covariance matrix of the latent variables "
                f"({shortened(names)}) is not positive definite."
            )
        theta = implied.matrices["theta"][0]
        off = theta - np.diag(np.diag(theta))
        if off.any() and (np.diag(theta) >= 0).all() and _smallest_root(theta) < -_ROUNDING:
            found.append("The covariance matrix of the residuals is not positive definite.")
    return found


def _indefinite(fitted: Fitted) -> list[str]:
    """Name polychoric correlation matrices that no complete answers could have."""
    found = []
    for group, target in zip(fitted.data.groups, fitted.targets, strict=True):
        root = _smallest_root(target.covariance)
        if root < 0:
            where = f" of group {group.label!r}" if group.label else ""
            found.append(
                f"The correlation matrix of the latent responses{where} is not positive definite "
                f"(its smallest eigenvalue is {root:.3g}): it is estimated pair by pair, from few "
                "or very skewed answers. Merge rare categories, or leave items out."
            )
    return found


def unidentified(fitted: Fitted, hessian: Floats) -> tuple[Floats, list[str]]:
    """Invert the second derivatives; name the parameters that the data cannot tell apart.

    Returns
    -------
    tuple
        The inverse (q, q), NaN in the rows and columns of those parameters, and the problems.
    """
    diagonal = np.diag(hessian)
    flat = ~(np.isfinite(diagonal) & (diagonal > 0))
    scale = np.where(flat, 1.0, 1 / np.sqrt(np.where(flat, 1.0, diagonal)))
    scaled = hessian * np.outer(scale, scale)
    if not np.isfinite(scaled).all():
        return np.full(hessian.shape, np.nan), ["The information matrix is not finite."]
    roots, vectors = np.linalg.eigh(scaled)
    near = roots < _NEAR_SINGULAR
    if not near.any():
        inverse = (vectors / roots) @ vectors.T
        return np.asarray(inverse * np.outer(scale, scale)), []
    size = np.sqrt((vectors[:, near] ** 2).sum(axis=1))
    involved = np.flatnonzero(size > _INVOLVED * size.max()).astype(np.intp)
    safe = np.where(near, np.inf, roots)
    inverse = ((vectors / safe) @ vectors.T) * np.outer(scale, scale)
    inverse[involved] = np.nan
    inverse[:, involved] = np.nan
    names = _names_of(fitted, involved)
    kind = "has a negative root" if roots[0] < -_NEAR_SINGULAR else "is near singular"
    return np.asarray(inverse), [
        f"The information matrix {kind}: the data cannot tell {len(names)} parameters apart "
        f"({shortened(names)}); the model may not be identified. They have no standard errors."
    ]


def exploded(fitted: Fitted, errors: Floats) -> list[str]:
    """Name rows whose standardised estimate has a standard error that says nothing is known.

    Not so means and thresholds, which can be any number of standard deviations.
    """
    table = fitted.structure.table
    known = len(table.parameters)
    located = np.array([row.op in ("~1", "|") for row in table.parameters], dtype=bool)
    wide = np.flatnonzero(np.nan_to_num(errors, nan=0.0) > _EXPLODED)
    wide = wide[(wide >= known) | ~located[np.minimum(wide, known - 1)]]
    if not len(wide):
        return []
    names = [
        describe(fitted, int(at)) if at < known else table.definitions[int(at) - known].name
        for at in wide
    ]
    return [
        f"{len(names)} standardised estimates have standard errors above {_EXPLODED:.0f} "
        f"({shortened(names)}): the data say nothing about them."
    ]


def _names_of(fitted: Fitted, parameters: Ints) -> list[str]:
    spread = fitted.structure.spread
    rows = [
        fitted.structure.rows[int(np.flatnonzero(spread[:, int(one)])[0])] for one in parameters
    ]
    return [describe(fitted, row) for row in rows]


def _smallest_root(matrix: Floats) -> float:
    spread = np.sqrt(np.maximum(np.abs(np.diag(matrix)), 1e-300))
    return float(np.linalg.eigvalsh(matrix / np.outer(spread, spread))[0])
