"""Minimising the fit function over patterns of rows: Fisher scoring, then Newton's method."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from servqual.sem.fitting.information import (
    Sets,
    expected_of_sets,
    observed_of_group,
    slopes_by_moments,
)
from servqual.sem.fitting.ml import STALLED, TOLERANCE, Minimum, solve_scaled
from servqual.sem.fitting.patterns import Patterns
from servqual.sem.fitting.structure import Floats, Structure

Information = Literal["expected", "observed"]

# The decrement below which Newton's method goes on.
_NEAR = 1e-2
_MAX_ITERATIONS = 300
_MAX_HALVINGS = 30


@dataclass(frozen=True, eq=False, kw_only=True)
class _Here:
    parameters: Floats
    objective: float
    sets: tuple[Sets, ...]


def sets_at(
    structure: Structure, groups: Sequence[Patterns], parameters: Floats
) -> tuple[tuple[Sets, ...], float] | None:
    """Give every group's sets at parameters (q,), and the fit function's value."""
    cells = structure.cells(parameters)[None]
    found, value = [], 0.0
    for layout, patterns in zip(structure.layouts, groups, strict=True):
        implied = layout.implied(cells)
        if not np.isfinite(implied.sigma).all():
            return None
        at = patterns.sets(implied)
        if at is None:
            return None
        found.append(at[0])
        value += at[1]
    return (tuple(found), value) if np.isfinite(value) else None


def sets_gradient(structure: Structure, sets: Sequence[Sets]) -> Floats:
    """Give the first derivatives (q,) of the fit function."""
    total = np.zeros(len(structure.rows))
    for layout, some in zip(structure.layouts, sets, strict=True):
        by_sigma, by_mu = slopes_by_moments(some)
        q = some.implied.q[0]
        projected = q.T @ by_sigma @ q
        part = 2 * layout.share * projected[layout.first, layout.second]
        slopes = layout.slopes(some.implied)
        if slopes is not None and by_mu is not None:
            part = part + slopes[0] * (by_mu @ q)[layout.first]
        total[layout.at] += part
    return np.asarray(structure.gradient(total))


def sets_hessian(structure: Structure, sets: Sequence[Sets], information: Information) -> Floats:
    """Give the second derivatives (q, q): observed, or expected given which answers are there."""
    many = len(structure.rows)
    total = np.zeros((many, many))
    of_group = observed_of_group if information == "observed" else expected_of_sets
    for layout, some in zip(structure.layouts, sets, strict=True):
        total[layout.at[:, None], layout.at] += of_group(layout, some.implied, some)
    return np.asarray(structure.information(total))


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def minimise_sets(
    structure: Structure,
    groups: Sequence[Patterns],
    start: Floats,
    *,
    tolerance: float = TOLERANCE,
    max_iterations: int = _MAX_ITERATIONS,
    earlier: float = np.inf,
) -> Minimum:
    """Minimise the fit function from a start (q,); a batch of one is given.

    Far from the minimum by Fisher scoring, near it by Newton's method: at once where the `earlier`
    decrement, that of the step to the start, is small.
    """
    at = sets_at(structure, groups, start)
    if at is None:
        return _minimum(start, np.inf, False, 0, np.inf)
    here = _Here(parameters=start, objective=at[1], sets=at[0])
    decrement = np.inf
    for iteration in range(1, max_iterations + 1):
        slope = sets_gradient(structure, here.sets)
        step = _step(structure, here, slope, near=earlier < _NEAR)
        decrement = -float(slope @ step)
        there = _search(structure, groups, here, step, -decrement)
        arrived = decrement < tolerance
        arrived |= decrement < STALLED and (there is None or decrement > 0.5 * earlier)
        if there is not None:
            here = there
        if arrived:
            return _minimum(here.parameters, here.objective, True, iteration, decrement)
        if there is None or not np.isfinite(decrement):
            break
        earlier = decrement
    return _minimum(here.parameters, here.objective, False, iteration, decrement)


def _step(structure: Structure, here: _Here, slope: Floats, *, near: bool) -> Floats:
    if near:
        hessian = sets_hessian(structure, here.sets, "observed")
        diagonal = np.diag(hessian)
        if (diagonal > 0).all():
            scale = 1 / np.sqrt(diagonal)
            try:
                root = np.linalg.cholesky(hessian * np.outer(scale, scale))
            except np.linalg.LinAlgError:
                pass
            else:
                half = np.linalg.solve(root, -slope * scale)
                return np.asarray(scale * np.linalg.solve(root.T, half))
    hessian = sets_hessian(structure, here.sets, "expected")
    return -solve_scaled(hessian[None], slope[None])[0]


def _search(
    structure: Structure, groups: Sequence[Patterns], here: _Here, step: Floats, promised: float
) -> _Here | None:
    noise = 1e-13 * (1 + abs(here.objective))
    size = 1.0
    for _ in range(_MAX_HALVINGS):
        parameters = here.parameters + size * step
        at = sets_at(structure, groups, parameters)
        if at is not None and at[1] <= here.objective + 1e-4 * size * min(promised, 0) + noise:
            return _Here(parameters=parameters, objective=at[1], sets=at[0])
        size /= 2
    return None


def _minimum(
    parameters: Floats, objective: float, converged: bool, iterations: int, decrement: float
) -> Minimum:
    return Minimum(
        parameters=parameters[None],
        objective=np.array([objective]),
        converged=np.array([converged]),
        iterations=np.array([iterations]),
        decrement=np.array([decrement]),
    )
