"""Fitting a structure to data: by maximum likelihood, or by least squares."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from servqual.errors import ModelError
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.layout import Floats
from servqual.sem.fitting.least_squares import minimise_squares
from servqual.sem.fitting.ml import Minimum, Target, constant, log_determinant, minimise
from servqual.sem.fitting.model_data import Missing, ModelData
from servqual.sem.fitting.patterns import Patterns, complete_pattern
from servqual.sem.fitting.scoring import minimise_sets
from servqual.sem.fitting.starts import start_values
from servqual.sem.fitting.statistics import Statistics
from servqual.sem.fitting.structure import Structure
from servqual.sem.fitting.targets import patterns_of, squares_targets, targets_of

_SINGULAR = 1e-9
# The decrement at which the moments have been fitted well enough to go on pattern by pattern.
_NEAR = 1e-3


def fit_structure(
    structure: Structure, data: ModelData, missing: Missing, start: Floats | None = None
) -> Fitted:
    """Estimate the parameters by maximum likelihood.

    Parameters
    ----------
    structure : Structure
    data : ModelData
    missing : str
    start : ndarray of shape (q,), optional
        Where to begin; by default, and where that fails, where the text or the moments say.

    Raises
    ------
    ModelError
        If there are more parameters than statistics, or a covariance matrix is singular.
    """
    means = structure.table.means
    targets = targets_of(data, means=means)
    check_size(structure, data, targets)
    perfect: Any = constant(targets)
    answers = data.n * structure.layouts[0].p
    patterns = tuple(map(complete_pattern, targets))
    rows = [group.rows for group in data.groups if group.rows is not None]
    if missing == "fiml" and any(bool(np.isnan(one).any()) for one in rows):
        patterns = patterns_of(data)
        perfect = _saturated(data, patterns)
        answers = sum(int((~np.isnan(one)).sum()) for one in rows)

    found = _best(
        structure, targets, lambda begin: _from(structure, targets, patterns, begin), start
    )
    raw = float(found.objective[0])
    return Fitted(
        structure=structure,
        data=data,
        missing=missing,
        parameters=found.parameters[0],
        objective=raw - float(perfect),
        loglik=-0.5 * (data.n * raw + answers * np.log(2 * np.pi)),
        saturated=-0.5 * (data.n * float(perfect) + answers * np.log(2 * np.pi)),
        converged=bool(found.converged[0]),
        iterations=int(found.iterations[0]),
        decrement=float(found.decrement[0]),
    )


def _from(
    structure: Structure,
    targets: Sequence[Target],
    patterns: Sequence[Patterns],
    start: Floats,
) -> Minimum:
    # The moments are quick to fit, and come near what the patterns say.
    near = minimise(structure, targets, start[None], tolerance=_NEAR, max_iterations=30)
    complete = all(len(one.share) == 1 for one in patterns)
    earlier = float(near.decrement[0]) if complete else np.inf
    found = minimise_sets(structure, patterns, near.parameters[0], earlier=earlier)
    return replace(found, iterations=found.iterations + near.iterations)


def fit_squares(
    structure: Structure,
    data: ModelData,
    missing: Missing,
    statistics: tuple[Statistics, ...],
    start: Floats | None = None,
) -> Fitted:
    """Estimate the parameters by least squares; the parameters are those of `fit_structure`.

    Raises
    ------
    ModelError
        If there are more parameters than statistics.
    """
    many = sum(len(one.values) for one in statistics)
    if structure.n_parameters > many:
        raise ModelError(
            f"The model has {structure.n_parameters} free parameters, but the data have only "
            f"{many} statistics. Fix or leave out some parameters, or add indicators."
        )
    targets = squares_targets(structure, data, statistics)
    if not len(structure.layouts[0].ordered):
        check_regular(data, targets)

    found = _best(
        structure, targets, lambda begin: minimise_squares(structure, statistics, begin), start
    )
    return Fitted(
        structure=structure,
        data=data,
        missing=missing,
        parameters=found.parameters[0],
        objective=float(found.objective[0]),
        loglik=np.nan,
        saturated=np.nan,
        converged=bool(found.converged[0]),
        iterations=int(found.iterations[0]),
        decrement=float(found.decrement[0]),
        statistics=statistics,
    )


def _best(
    structure: Structure,
    targets: Sequence[Target],
    least: Callable[[Floats], Minimum],
    start: Floats | None,
) -> Minimum:
    """Minimise from a start, then from the text's values, then from our own, until it arrives."""
    begun = [start_values(structure, targets) if start is None else start]
    best = least(begun[0])
    for given, marked in ((True, False), (False, False), (False, True)):
        if best.converged[0]:
            break
        begin = start_values(structure, targets, given=given, marked=marked)
        if any(np.array_equal(begin, one) for one in begun):
            continue
        begun.append(begin)
        other = least(begin)
        if other.converged[0] or other.objective[0] < best.objective[0]:
            best = other
    return best


def _saturated(data: ModelData, patterns: Sequence[Patterns]) -> float:
    """Give the fit function of the saturated model of incomplete rows; NaN if there is none."""
    total = 0.0
    for group, some in zip(data.groups, patterns, strict=True):
        value = some.value(group.covariance, np.asarray(group.moments.mean))
        if group.unsaturated or value is None:
            return np.nan
        total += value
    return total


def check_size(structure: Structure, data: ModelData, targets: Sequence[Target]) -> None:
    """Refuse more parameters than statistics, and singular covariances.

    Raises
    ------
    ModelError
    """
    table = structure.table
    p = len(table.observed)
    each = p * (p + 1) // 2 + (p if table.means else 0)
    statistics = each * len(data.groups)
    if structure.n_parameters > statistics:
        raise ModelError(
            f"The model has {structure.n_parameters} free parameters, but {p} variables have only "
            f"{statistics} "
            + ("means, variances and covariances" if table.means else "variances and covariances")
            + ". Fix or leave out some parameters, or add indicators."
        )
    check_regular(data, targets)


def check_regular(data: ModelData, targets: Sequence[Target]) -> None:
    """Refuse singular covariances, with what to do.

    Raises
    ------
    ModelError
    """
    p = len(data.names)
    for group, target in zip(data.groups, targets, strict=True):
        if group.unsaturated:
            continue
        where = f" of group {group.label!r}" if group.label else ""
        covariance = target.covariance
        spread = np.sqrt(np.diag(covariance))
        if not (spread > 0).all():
            raise ModelError(f"A variable does not vary{where}.")
        correlation = covariance / np.outer(spread, spread)
        roots, vectors = np.linalg.eigh(correlation)
        if roots[0] < _SINGULAR or not np.isfinite(log_determinant(covariance)):
            part = np.abs(vectors[:, 0])
            named = [name for name, size in zip(data.names, part, strict=True) if size > 0.1]
            few = (
                f" {group.n} respondents are too few for {p} variables."
                if group.n <= p
                else f" {', '.join(named[:5])} are (nearly) linear combinations of each other."
            )
            raise ModelError(f"The covariance matrix{where} is singular.{few}")
