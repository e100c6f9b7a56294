"""semopy as a second engine: its estimates in the place of ours, for what it does right."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from servqual._lazy import require
from servqual.errors import ConvergenceError, ModelError
from servqual.sem.fitting.fits import check_size
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.ml import (
    Target,
    constant,
    evaluate,
    expected_hessian,
    gradient,
    solve_scaled,
)
from servqual.sem.fitting.model_data import Missing, ModelData
from servqual.sem.fitting.problems import describe
from servqual.sem.fitting.structure import Floats, Structure
from servqual.sem.fitting.targets import targets_of
from servqual.sem.specification.parameters import Parameter
from servqual.sem.specification.table import ParameterTable
from servqual.sem.specification.writing import model_text

Engine = Literal["servqual", "semopy"]

# How far from the optimum, in squared standard errors, estimates may be and count as found.
_NEAR = 1e-4
# semopy's default, 1e-6, leaves estimates a hundredth of a standard error off.
_TOLERANCE = 1e-13
_AT_BOUND = 1e-14


def check_engine(engine: str) -> None:
    """Refuse an engine that there is not."""
    if engine not in get_args(Engine):
        known = ", ".join(map(repr, get_args(Engine)))
        raise ValueError(f"engine must be one of {known}, not {engine!r}.")


def semopy_fit(
    structure: Structure,
    data: ModelData,
    missing: Missing = "listwise",
    estimator: str = "ML",
) -> Fitted:
    """Let semopy estimate the parameters by maximum likelihood.

    Its estimates take the place of ours, in the order of `structure`; tests, fit indices, standard
    errors and defined values are then computed from them as from ours. Variances and covariances
    of observed predictors, which semopy takes from the data, are those of the data.

    Parameters
    ----------
    structure : Structure
    data : ModelData
        Complete rows of one group, or moments; without rows semopy starts further away.
    missing : {"listwise"}
    estimator : {"ML"}

    Returns
    -------
    Fitted
        Not converged where semopy says so, and where the slope of the fit function at its
        estimates says so: `semopy_problems` has the reason.

    Raises
    ------
    ModelError
        If the model, the data or the options are something that semopy does not do, or does wrong;
        all of it is named. Also what `fit_structure` raises.
    ConvergenceError
        If semopy gives no estimates at all.
    ModuleNotFoundError
        If semopy is not installed.

    Notes
    -----
    semopy [1]_ minimises the same function with SciPy's SLSQP, and holds variances at 0 or above.

    References
    ----------
    .. [1] Meshcheryakov, G., Igolkina, A. A., & Samsonova, M. G. (2021). *semopy 2: A structural
       equation modeling package with random effects in Python*. arXiv:2106.01140.
       https://doi.org/10.48550/arXiv.2106.01140
    """
    _refuse(structure.table, data, missing, estimator)
    targets = targets_of(data, means=False)
    check_size(structure, data, targets)
    (target,) = targets
    table = structure.table
    estimates, iterations, success = _estimates(table, data, target)
    cells = np.array(
        [_estimate(table.parameters[row], estimates, target, table) for row in structure.rows]
    )
    parameters = structure.parameters(cells)
    here = evaluate(structure, targets, parameters[None])
    if not np.isfinite(here.objective[0]):
        raise ConvergenceError(
            "semopy's estimates imply no positive definite covariance matrix. Fit the model with "
            "engine='servqual', which names what is wrong with it."
        )
    decrement = _decrement(structure, target, parameters)
    perfect = float(constant(targets))
    answers = data.n * structure.layouts[0].p
    return Fitted(
        structure=structure,
        data=data,
        missing=missing,
        parameters=parameters,
        objective=float(here.objective[0]) - perfect,
        loglik=-0.5 * (data.n * float(here.objective[0]) + answers * np.log(2 * np.pi)),
        saturated=-0.5 * (data.n * perfect + answers * np.log(2 * np.pi)),
        converged=success and 0.5 * data.n * decrement < _NEAR,
        iterations=iterations,
        decrement=decrement,
    )


def semopy_problems(fitted: Fitted) -> list[str]:
    """Say why estimates of semopy are not the optimum, where they are not."""
    if fitted.converged:
        return []
    structure = fitted.structure
    at_bound = [
        describe(fitted, row)
        for value, row in zip(fitted.cells, structure.rows, strict=True)
        if _is_variance(structure.table.parameters[row]) and value < _AT_BOUND
    ]
    if at_bound:
        return [
            f"semopy holds variances at 0 or above, and the best fit has {len(at_bound)} below: "
            f"{', '.join(at_bound[:5])}. engine='servqual' gives the estimates without that bound."
        ]
    off = float(np.sqrt(max(0.5 * fitted.n * fitted.decrement, 0)))
    return [
        f"semopy stopped some {off:.2g} standard errors away from the best fit, whatever it says "
        "itself. engine='servqual' goes on from other start values."
    ]


def _refuse(table: ParameterTable, data: ModelData, missing: Missing, estimator: str) -> None:
    """Name everything that is asked for and semopy does not do, or does wrong."""
    reasons: list[str] = []
    if estimator != "ML":
        reasons.append(f"estimator={estimator!r} (it has no scaled tests)")
    if missing != "listwise":
        reasons.append(f"missing={missing!r} (its chi-square of incomplete rows is wrong)")
    if table.n_groups > 1 or len(data.groups) > 1:
        reasons.append("groups (it has no constraints between them)")
    if any(group.weights is not None for group in data.groups):
        reasons.append("sampling weights")
    if any(group.clusters is not None for group in data.groups):
        reasons.append("clusters")
    if table.means:
        reasons.append("intercepts and means")
    if table.constraints:
        reasons.append("constraints (==)")
    if reasons:
        raise ModelError(
            f"engine='semopy' fits one group of complete rows by ML; it is not used for "
            f"{', '.join(reasons)}. Leave engine= out for that."
        )


def _estimates(
    table: ParameterTable, data: ModelData, target: Target
) -> tuple[dict[tuple[str, str, str], float], int, bool]:
    """Run semopy; give its estimates by lhs, op and rhs as it writes them."""
    semopy = require("semopy")
    text = model_text(replace(table, definitions=()), dialect="semopy")
    names = list(data.names)
    covariance = pd.DataFrame(target.covariance, index=names, columns=names)
    rows = data.groups[0].rows
    frame = None if rows is None else pd.DataFrame(rows, columns=names)
    with _quiet():
        try:
            model = semopy.Model(text)
            done = model.fit(
                data=frame, cov=covariance, n_samples=data.n, options={"ftol": _TOLERANCE}
            )
        except np.linalg.LinAlgError as error:
            raise ConvergenceError(f"semopy gave up: {error}.") from error
        found = model.inspect(information=None)
    return (
        {
            (str(row["lval"]), str(row["op"]), str(row["rval"])): float(row["Estimate"])
            for row in found.to_dict("records")
        },
        int(done.n_it),
        bool(done.success),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the solver's warnings of overflow, and what semopy logs, from the user."""
    log = logging.getLogger()
    level, handler = log.level, logging.NullHandler()
    log.setLevel(logging.ERROR)
    log.addHandler(handler)  # without any, logging would set up one for good
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


def _estimate(
    row: Parameter,
    estimates: dict[tuple[str, str, str], float],
    target: Target,
    table: ParameterTable,
) -> float:
    """Look a parameter up as semopy writes it; what it takes from the data it does not write."""
    written = {
        "=~": ((row.rhs, "~", row.lhs), (row.lhs, "=~", row.rhs)),
        "~": ((row.lhs, "~", row.rhs),),
        "~~": ((row.lhs, "~~", row.rhs), (row.rhs, "~~", row.lhs)),
    }[row.op]
    for one in written:
        if one in estimates:
            return estimates[one]
    i, j = (table.observed.index(name) for name in (row.lhs, row.rhs))
    return float(target.covariance[i, j])


def _decrement(structure: Structure, target: Target, parameters: Floats) -> float:
    """Measure how far the estimates are from the optimum, in the metric of the information."""
    here = evaluate(structure, (target,), parameters[None])
    slope = gradient(structure, (target,), here)
    step = solve_scaled(expected_hessian(structure, (target,), here), slope)
    return float((slope * step).sum())


def _is_variance(row: Parameter) -> bool:
    return row.op == "~~" and row.lhs == row.rhs
