r"""Least squares of statistics, by the Gauss-Newton method.

The fit function of groups g is

.. math:: F = \sum_g a_g (s_g - \sigma_g)' W_g (s_g - \sigma_g)

with shares :math:`a_g = (n_g - 1) / n` and a diagonal :math:`W_g`: ones (unweighted, ULS), the
inverse variances of the statistics (DWLS), or, of variables multiplied by a root of
:math:`S_g^{-1}`, the weights of normal theory (generalised, GLS) [1]_.

References
----------
.. [1] Browne, M. W. (1974). Generalized least squares estimators in the analysis of covariance
   structures. *South African Statistical Journal*, 8(1), 1-24.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.sem.fitting.layout import Floats, Implied, Layout
from servqual.sem.fitting.ml import STALLED, TOLERANCE, Minimum, solve_scaled
from servqual.sem.fitting.statistics import (
    Order,
    Statistics,
    implied_statistics,
    order_of,
    statistic_slopes,
)
from servqual.sem.fitting.structure import Structure

_MAX_ITERATIONS = 500
_MAX_HALVINGS = 40


@dataclass(frozen=True, eq=False)
class Here:
    """Residuals and the fit function at a point."""

    parameters: Floats
    objective: float
    implied: tuple[Implied, ...]
    residuals: tuple[Floats, ...]


@dataclass(frozen=True, eq=False)
class Problem:
    """A model and the statistics that it is fitted to."""

    structure: Structure
    groups: tuple[Statistics, ...]
    orders: tuple[Order, ...]

    def at(self, parameters: Floats) -> Here | None:
        """Evaluate at parameters (q,); None where there is nothing there."""
        cells = self.structure.cells(parameters)[None]
        implied, residuals, value = [], [], 0.0
        for layout, group, order in zip(
            self.structure.layouts, self.groups, self.orders, strict=True
        ):
            try:
                one = layout.implied(cells)
            except np.linalg.LinAlgError:
                return None
            if len(layout.ordered) and not (one.matrices["delta"] > 0).all():
                return None
            off = group.values - implied_statistics(layout, order, one, group.root)
            implied.append(one)
            residuals.append(off)
            value += group.share * float(group.weights @ off**2)
        if not np.isfinite(value):
            return None
        return Here(parameters, value, tuple(implied), tuple(residuals))

    def slopes(
        self, implied: Sequence[Implied], live: NDArray[np.bool_] | None = None
    ) -> list[Floats]:
        """Give each group's derivatives (s, q) of the statistics by the parameters, or by some."""
        spread = self.structure.spread
        columns = np.arange(spread.shape[1]) if live is None else np.flatnonzero(live)
        found = []
        for layout, group, order, one in zip(
            self.structure.layouts, self.groups, self.orders, implied, strict=True
        ):
            own = spread[np.ix_(layout.at, columns)]
            cells = np.flatnonzero(own.any(axis=1))
            by_cells = statistic_slopes(layout, order, one, group.root, cells)
            alone = self.structure.plain and len(self.groups) == 1
            found.append(by_cells if alone else by_cells @ own[cells])
        return found


def problem_of(structure: Structure, groups: Sequence[Statistics]) -> Problem:
    """Put a model and the statistics that it is fitted to together."""
    return Problem(structure, tuple(groups), tuple(map(order_of, structure.layouts)))


def squares_information(groups: Sequence[Statistics], slopes: Sequence[Floats]) -> Floats:
    r"""Give :math:`\sum_g a_g \Delta_g' W_g \Delta_g` (q, q)."""
    total = np.zeros((slopes[0].shape[1],) * 2)
    for group, by in zip(groups, slopes, strict=True):
        half = by * np.sqrt(group.share * group.weights)[:, None]
        total += half.T @ half
    return total


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def minimise_squares(structure: Structure, groups: Sequence[Statistics], start: Floats) -> Minimum:
    """Minimise the fit function from a start (q,); a batch of one is given."""
    problem = problem_of(structure, groups)
    start, live = _settle(problem, start)
    unit = sum(
        group.share * float(group.weights @ group.values**2) / len(group.values) for group in groups
    )
    here = problem.at(start)
    if here is None:
        return _minimum(start, np.inf, False, 0, np.inf)
    decrement = np.inf
    for iteration in range(1, _MAX_ITERATIONS + 1):
        slopes = problem.slopes(here.implied, live)
        slope = np.zeros(int(live.sum()))
        for group, off, by in zip(groups, here.residuals, slopes, strict=True):
            slope -= 2 * ((group.share * group.weights * off) @ by)
        information = 2 * squares_information(groups, slopes)
        step = np.zeros(len(start))
        step[live] = -solve_scaled(information[None], slope[None])[0]
        earlier, decrement = decrement, -float(slope @ step[live]) / unit
        there = _search(problem, here, step, decrement * unit)
        arrived = decrement < TOLERANCE
        arrived |= decrement < STALLED and (there is None or decrement > 0.5 * earlier)
        here = there or here
        if arrived:
            return _minimum(here.parameters, here.objective, True, iteration, decrement)
        if there is None or not np.isfinite(decrement):
            break
    return _minimum(here.parameters, here.objective, False, iteration, decrement)


def _settle(problem: Problem, start: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Put thresholds that nothing else moves with where they fit; say which parameters are left.

    These are of variables whose scale is fixed, in groups without means.
    """
    structure = problem.structure
    start, live = start.copy(), np.ones(len(start), dtype=bool)
    alone = (structure.spread != 0).sum(axis=1) == 1
    alone &= (structure.spread != 0)[:, np.argmax(structure.spread != 0, axis=1)].sum(axis=0) == 1
    for layout, group, order in zip(structure.layouts, problem.groups, problem.orders, strict=True):
        if not len(layout.ordered) or _has_means(layout):
            continue
        kind = np.array(layout.kind, dtype=object)
        free = layout.row[kind == "delta"]
        for at in np.flatnonzero(kind == "tau").tolist():
            cell, variable = layout.at[at], layout.thresholds[layout.row[at]]
            parameter = int(np.argmax(structure.spread[cell] != 0))
            own = structure.spread[cell, parameter] == 1 and structure.offset[cell] == 0
            if alone[cell] and own and variable not in free:
                place = order.at_thresholds[layout.row[at]]
                start[parameter] = group.values[place] / layout.fixed["delta"][variable]
                live[parameter] = False
    return start, live


def _has_means(layout: Layout) -> bool:
    moved = set(layout.kind) & {"nu", "alpha"}
    ordered = layout.ordered
    fixed = layout.fixed["alpha"].any() or layout.fixed["nu"][ordered].any()
    return bool(moved) or bool(fixed)


def _search(problem: Problem, here: Here, step: Floats, promised: float) -> Here | None:
    """Halve the step until the fit function goes down."""
    noise = 1e-13 * here.objective
    size = 1.0
    for _ in range(_MAX_HALVINGS):
        there = problem.at(here.parameters + size * step)
        if there is not None and there.objective <= here.objective - 1e-4 * size * promised + noise:
            return there
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
