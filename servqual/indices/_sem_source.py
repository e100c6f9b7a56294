"""Weights and effects of a structural model, for indices."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ConvergenceError, ModelError
from servqual.indices._source import Floats, Part, Resampled, Source, Weighing, Weighting
from servqual.sem.fitting.standardized import delta_errors, jacobian
from servqual.sem.fitting.structure import Structure
from servqual.sem.resamples._refit import Refitter, draw_counts, rows_of
from servqual.sem.result import SemResult

WEIGHTINGS = ("regression", "loadings")


def sem_source(result: SemResult, weighting: str | None) -> Source:
    """Take from a structural model what indices need of it.

    Raises
    ------
    ConvergenceError
        If it did not converge.
    ModelError
        If its items are ordered.
    """
    weighting = "regression" if weighting is None else weighting
    if weighting not in WEIGHTINGS:
        raise ModelError(
            f"weighting must be one of {', '.join(WEIGHTINGS)} for a structural model, not "
            f"{weighting!r}."
        )
    if not result.converged:
        raise ConvergenceError(
            "The estimation of this model did not converge, so it has no weights. "
            "result.problems says what is wrong with it."
        )
    fitted = result.fitted
    structure = fitted.structure
    table = structure.table
    if any(row.op == "|" for row in table.parameters):
        raise ModelError(
            "The items of this model are ordered: its weights are of latent responses, not of the "
            "answers that an index takes the mean of. Fit the answers as numbers, or with fit_pls."
        )
    items, refused = _constructs(structure)
    names = tuple(items)

    def weighings(cells: NDArray[Any]) -> tuple[Weighing, ...]:
        return tuple(
            _weighing(structure, cells, group, items, weighting)
            for group in range(len(structure.layouts))
        )

    here = weighings(fitted.cells[None])
    groups = fitted.data.groups
    parts = tuple(
        Part(label=group.label, rows=group.rows, weights=group.weights)
        for group in groups
        if group.rows is not None
    )
    inside = set(names)
    paths = [(row.lhs, row.rhs) for row in table.parameters if row.op == "~"]
    paths += [(row.rhs, row.lhs) for row in table.parameters if row.op == "=~"]

    def resample(n_resamples: int, seed: int, advance: Callable[[int], None]) -> Resampled:
        rows = rows_of(fitted)
        found = Refitter(fitted, rows).refit(draw_counts(rows, n_resamples, seed), advance)
        with np.errstate(all="ignore"):
            return Resampled(
                parts=weighings(np.asarray(structure.cells(found.parameters))),
                converged=found.converged,
            )

    def errors(function: Callable[[tuple[Weighing, ...]], NDArray[Any]]) -> Floats:
        with np.errstate(all="ignore"):
            slopes = jacobian(lambda cells: function(weighings(cells)), fitted.cells)
        return delta_errors(slopes @ structure.spread, result.covariance)

    return Source(
        family="sem",
        weighting=cast(Weighting, weighting),
        items=items,
        refused=refused,
        paths=tuple(dict.fromkeys(path for path in paths if inside.issuperset(path))),
        columns=fitted.data.names,
        parts=parts if len(parts) == len(groups) else (),
        kept=_kept(result),
        index=None,
        n_excluded=result.n_excluded,
        imputed=False,
        clustered=result.n_clusters > 0,
        weighing=here,
        resample=resample,
        errors=errors,
    )


def _constructs(structure: Structure) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Give the items of each construct that has some of its own, and why others have none."""
    table, factors = structure.table, structure.layouts[0].factors
    items: dict[str, tuple[str, ...]] = {}
    refused: dict[str, str] = {}
    for name in factors:
        own = table.indicators.get(name, (name,))
        if name not in table.latent:
            items[name] = (name,)
        elif any(one in table.latent for one in own):
            refused[name] = "it is measured by constructs, not by items of its own"
        elif any(one in factors for one in own):
            refused[name] = "its items take part in paths themselves"
        else:
            items[name] = tuple(own)
    return items, refused


def _weighing(
    structure: Structure,
    cells: NDArray[Any],
    group: int,
    items: Mapping[str, tuple[str, ...]],
    weighting: str,
) -> Weighing:
    layout = structure.layouts[group]
    implied = layout.implied(cells)
    loadings, theta = implied.matrices["lambda"], implied.matrices["theta"]
    weights: dict[str, NDArray[Any]] = {}
    pull: dict[str, NDArray[Any]] = {}
    for name, own in items.items():
        at = [layout.observed.index(one) for one in own]
        slopes = loadings[..., at, layout.factors.index(name)]
        if len(at) == 1:
            found = np.ones_like(slopes)
        elif weighting == "loadings":
            found = slopes / np.diagonal(implied.sigma, axis1=-2, axis2=-1)[..., at]
        else:
            residual = theta[..., np.array(at)[:, None], at]
            found = _solve(residual, slopes)
        weights[name] = found
        pull[name] = (found * slopes).sum(axis=-1)
    places = np.array([layout.factors.index(name) for name in items])
    square = (..., places[:, None], places)
    variances = np.diagonal(implied.total, axis1=-2, axis2=-1)[..., places]
    return Weighing(
        weights=weights,
        pull=pull,
        direct=implied.matrices["beta"][square],
        total=implied.effects[square] - np.eye(len(places)),
        spread=np.sqrt(np.where(variances.real > 0, variances, np.nan)),
    )


def _solve(matrices: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Solve where the residual covariances are positive definite; NaN elsewhere."""
    proper = np.linalg.eigvalsh(np.where(np.isfinite(matrices.real), matrices.real, 0))[..., 0] > 0
    safe = np.where(proper[..., None, None], matrices, np.eye(matrices.shape[-1]))
    found = np.linalg.solve(safe, right[..., None])[..., 0]
    return np.where(proper[..., None], found, np.nan)


def _kept(result: SemResult) -> NDArray[np.bool_] | None:
    """Say which rows of the data the model has; None where it cannot be told."""
    data = result.fitted.data
    if data.sample is None or len(data.groups) > 1:
        return None
    answered = ~np.isnan(data.sample.matrix(data.names))
    kept = answered.all(axis=1) if result.missing == "listwise" else answered.any(axis=1)
    if data.sample.weights is not None:
        kept &= data.sample.weights > 0
    return np.asarray(kept) if int(kept.sum()) == data.n else None
