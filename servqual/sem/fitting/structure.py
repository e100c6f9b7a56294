"""A parameter table as matrices: its free cells, and the free parameters behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ModelError, shortened
from servqual.sem.fitting.layout import (
    MATRICES,
    SYMMETRIC,
    Cells,
    Floats,
    Implied,
    Ints,
    Layout,
)
from servqual.sem.specification.table import Parameter, ParameterTable

__all__ = ["Floats", "Implied", "Ints", "Layout", "Structure", "build_structure"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Structure:
    """A parameter table as matrices: groups, free cells, and the free parameters behind them.

    Free cells are ``offset + spread @ parameters``: cells with one label share a parameter, and
    linear constraints among labels take parameters away.

    Attributes
    ----------
    table : ParameterTable
    layouts : tuple of Layout
        One a group.
    rows : tuple of int
        The row of the table of each free cell.
    offset : ndarray of shape (L,)
    spread : ndarray of shape (L, q)
    plain : bool
        Whether cells and parameters are the same.
    """

    table: ParameterTable
    layouts: tuple[Layout, ...]
    rows: tuple[int, ...]
    offset: Floats
    spread: Floats
    plain: bool

    @property
    def n_parameters(self) -> int:
        """How many free parameters, q."""
        return self.spread.shape[1]

    @cached_property
    def following(self) -> tuple[tuple[Ints, Ints], ...]:
        """The residual variances of ordered variables, which follow from the rest.

        For each group their rows in the table, and which of the residual variances of
        `Layout.variances` they are.
        """
        found = []
        for group, layout in enumerate(self.layouts):
            place = {name: at for at, name in enumerate(layout.observed)}
            place |= {name: layout.p + at for at, name in enumerate(layout.factors)}
            named = {layout.observed[at] for at in layout.ordered.tolist()}
            rows = [
                (at, place[row.lhs])
                for at, row in enumerate(self.table.parameters)
                if (row.op, row.group) == ("~~", group) and row.lhs == row.rhs and row.lhs in named
            ]
            columns = np.array(rows, dtype=np.intp).reshape(-1, 2).T
            found.append((columns[0], columns[1]))
        return tuple(found)

    def cells(self, parameters: NDArray[Any]) -> NDArray[Any]:
        """Give the free cells (..., L) of parameters (..., q)."""
        if self.plain:
            return parameters
        return self.offset + parameters @ self.spread.T

    def parameters(self, cells: Floats) -> Floats:
        """Give the parameters that come nearest to free cells (L,)."""
        if self.plain:
            return cells
        return np.asarray(np.linalg.lstsq(self.spread, cells - self.offset, rcond=None)[0])

    def gradient(self, by_cells: NDArray[Any]) -> NDArray[Any]:
        """Turn a gradient by cells (..., L) into one by parameters."""
        return by_cells if self.plain else by_cells @ self.spread

    def information(self, by_cells: NDArray[Any]) -> NDArray[Any]:
        """Turn second derivatives by cells (..., L, L) into those by parameters."""
        return by_cells if self.plain else self.spread.T @ by_cells @ self.spread

    def covariance_of_cells(self, covariance: Floats) -> Floats:
        """Turn covariances of parameters (q, q) into those of the free cells."""
        return covariance if self.plain else self.spread @ covariance @ self.spread.T


def build_structure(table: ParameterTable) -> Structure:
    """Lay a parameter table out in matrices.

    Raises
    ------
    ModelError
        If the constraints contradict each other.
    """
    check_responses(table)
    rows = [i for i, row in enumerate(table.parameters) if row.free and row.op in _PLACED]
    positions = {row: at for at, row in enumerate(rows)}
    factors = _factors(table)
    layouts = tuple(
        _layout(table, group, factors, positions) for group in range(max(table.n_groups, 1))
    )
    offset, spread = _constrained(table, rows)
    plain = spread.shape[0] == spread.shape[1] and bool((spread == np.eye(len(spread))).all())
    return Structure(
        table=table,
        layouts=layouts,
        rows=tuple(rows),
        offset=offset,
        spread=spread,
        plain=plain,
    )


_PLACED = ("=~", "~", "~~", "~1", "|", "~*~")


def _factors(table: ParameterTable) -> tuple[str, ...]:
    """Latent variables, then the observed ones that have to stand among them."""
    observed = set(table.observed)
    inside: set[str] = set(table.latent)
    for row in table.parameters:
        if row.op == "~":
            inside |= {row.lhs, row.rhs}
    grown = True
    while grown:
        grown = False
        for row in table.parameters:
            if row.op == "~~" and (row.lhs in inside) != (row.rhs in inside):
                inside |= {row.lhs, row.rhs}
                grown = True
    return (*table.latent, *(name for name in table.observed if name in inside & observed))


def _layout(
    table: ParameterTable, group: int, factors: tuple[str, ...], positions: Mapping[int, int]
) -> Layout:
    observed = table.observed
    p, m = len(observed), len(factors)
    of_observed = {name: i for i, name in enumerate(observed)}
    of_factor = {name: i for i, name in enumerate(factors)}
    shapes = {"lambda": (p, m), "beta": (m, m), "psi": (m, m), "theta": (p, p)}
    fixed: dict[str, Floats] = {name: np.zeros(shape) for name, shape in shapes.items()}
    fixed |= {"nu": np.zeros(p), "alpha": np.zeros(m)}
    of_threshold = _thresholds(table)
    if of_threshold:
        fixed |= {"tau": np.zeros(len(of_threshold)), "delta": np.ones(p)}
    for name in factors:
        if name in of_observed:
            fixed["lambda"][of_observed[name], of_factor[name]] = 1
    cells: list[tuple[str, int, int, int]] = []
    for at, row in enumerate(table.parameters):
        if row.group != group or row.op not in _PLACED:
            continue
        if row.op == "|":
            matrix, i, j = "tau", of_threshold[row.lhs, row.rhs], 0
        else:
            matrix, i, j = _place(row, of_observed, of_factor)
        if row.free:
            cells.append((matrix, i, j, positions[at]))
        elif fixed[matrix].ndim == 1:
            fixed[matrix][i] = row.value
        else:
            fixed[matrix][i, j] = row.value
            if matrix in SYMMETRIC:
                fixed[matrix][j, i] = row.value
    free = {}
    for name in MATRICES:
        own = np.array([cell[1:] for cell in cells if cell[0] == name], dtype=np.intp)
        own = own.reshape(-1, 3)
        free[name] = Cells(own[:, 0], own[:, 1], own[:, 2])
    row_of = np.array([cell[1] for cell in cells], dtype=np.intp)
    column_of = np.array([cell[2] for cell in cells], dtype=np.intp)
    shift = np.array([_SHIFTS[cell[0]] for cell in cells], dtype=np.intp).reshape(-1, 4)
    kind = tuple(cell[0] for cell in cells)
    on_diagonal = np.array([name in SYMMETRIC for name in kind], dtype=bool) & (row_of == column_of)
    of_vectors = np.array([name not in (*_SQUARE, *SYMMETRIC) for name in kind], dtype=bool)
    return Layout(
        observed=observed,
        factors=factors,
        fixed=fixed,
        free=free,
        means=table.means,
        at=np.array([cell[3] for cell in cells], dtype=np.intp),
        # Thresholds are no columns of Q; whichever stands there, their share is 0.
        first=np.where(
            np.isin(kind, ["tau", "delta"]), 0, row_of + shift[:, 0] * p + shift[:, 1] * m
        ),
        second=np.where(of_vectors, 0, column_of + shift[:, 2] * p + shift[:, 3] * m),
        share=np.where(of_vectors, 0.0, np.where(on_diagonal, 0.5, 1.0)),
        kind=kind,
        row=row_of,
        column=column_of,
        thresholds=np.array([of_observed[name] for name, _ in of_threshold], dtype=np.intp),
    )


# How far into Q = [I (p), Lambda E (m), Lambda E Psi E' (m)] the two columns of a cell lie, in
# numbers of p and m: (first p, first m, second p, second m).
_SHIFTS = {
    "lambda": (0, 0, 1, 1),
    "beta": (1, 0, 1, 1),
    "psi": (1, 0, 1, 0),
    "theta": (0, 0, 0, 0),
    "nu": (0, 0, 0, 0),
    "alpha": (1, 0, 0, 0),
    "tau": (0, 0, 0, 0),
    "delta": (0, 0, 0, 0),
}
_SQUARE = ("lambda", "beta")


def _thresholds(table: ParameterTable) -> dict[tuple[str, str], int]:
    """Give each threshold its place, variable after variable."""
    count = {name: 0 for name in table.observed}
    for row in table.parameters:
        if row.op == "|":
            count[row.lhs] = max(count[row.lhs], int(row.rhs.removeprefix("t")))
    named = [(name, f"t{k + 1}") for name, many in count.items() for k in range(many)]
    return {key: at for at, key in enumerate(named)}


def check_responses(table: ParameterTable) -> None:
    """Refuse what ordered variables cannot have in a model.

    Raises
    ------
    ModelError
    """
    ordered = dict.fromkeys(row.lhs for row in table.parameters if row.op == "|")
    if not ordered:
        return
    said = [
        row.lhs
        for row in table.parameters
        if row.op == "~~"
        and row.lhs == row.rhs
        and row.lhs in ordered
        and (row.free or row.value != 1)
    ]
    if said:
        raise ModelError(
            f"The model sets the residual variance of {shortened(list(dict.fromkeys(said)))}: of "
            "an ordered variable it is no parameter, but follows from the scale of its latent "
            "response. Leave it out; with groups, free the scale: x ~*~ NA*x. An item that alone "
            "measures a latent variable can itself stand where that stands."
        )
    causes = {row.rhs for row in table.parameters if row.op == "~"}
    predicting = [name for name in ordered if name in causes and name in table.exogenous]
    if predicting:
        raise ModelError(
            f"{shortened(predicting)} predicts and is explained by nothing, so it cannot be "
            "ordered: thresholds belong to outcomes and indicators. Leave it out of ordered=, "
            "which takes its categories as numbers, or make 0/1 columns of them."
        )


def _place(
    row: Parameter, of_observed: Mapping[str, int], of_factor: Mapping[str, int]
) -> tuple[str, int, int]:
    """Find the matrix, row and column of a parameter."""
    lhs, rhs = row.lhs, row.rhs
    if row.op == "~1":
        return ("alpha", of_factor[lhs], 0) if lhs in of_factor else ("nu", of_observed[lhs], 0)
    if row.op == "~*~":
        return "delta", of_observed[lhs], 0
    if row.op == "=~":
        if rhs in of_factor:
            return "beta", of_factor[rhs], of_factor[lhs]
        return "lambda", of_observed[rhs], of_factor[lhs]
    if row.op == "~":
        return "beta", of_factor[lhs], of_factor[rhs]
    if lhs in of_factor:
        return "psi", of_factor[lhs], of_factor[rhs]
    return "theta", of_observed[lhs], of_observed[rhs]


def _constrained(table: ParameterTable, rows: list[int]) -> tuple[Floats, Floats]:
    """Find the offset and spread of free cells over the parameters that remain."""
    names: dict[str, int] = {}
    column = []
    for at in rows:
        label = table.parameters[at].label
        column.append(names.setdefault(label or f"\0{at}", len(names)))
    shared = np.zeros((len(rows), len(names)))
    shared[np.arange(len(rows)), column] = 1
    if not table.constraints:
        return np.zeros(len(rows)), shared
    fixed = {row.label: row.value for row in table.parameters if row.label and not row.free}
    matrix = np.zeros((len(table.constraints), len(names)))
    right = np.zeros(len(table.constraints))
    for i, constraint in enumerate(table.constraints):
        right[i] = constraint.constant
        for label, coefficient in constraint.coefficients.items():
            if label in names:
                matrix[i, names[label]] += coefficient
            else:
                right[i] -= coefficient * fixed[label]
    return _without(shared, matrix, right)


def _without(shared: Floats, matrix: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Solve constraints by elimination, so that what remains are parameters themselves."""
    reduced = np.column_stack([matrix, right])
    pivots: list[int] = []
    for column in range(matrix.shape[1]):
        below = np.abs(reduced[len(pivots) :, column])
        if not len(below) or below.max() < 1e-12:
            continue
        best = len(pivots) + int(below.argmax())
        reduced[[len(pivots), best]] = reduced[[best, len(pivots)]]
        reduced[len(pivots)] /= reduced[len(pivots), column]
        others = np.arange(len(reduced)) != len(pivots)
        reduced[others] -= np.outer(reduced[others, column], reduced[len(pivots)])
        pivots.append(column)
    left = reduced[len(pivots) :, -1]
    if len(left) and np.abs(left).max() > 1e-9:
        raise ModelError("The constraints (==) contradict each other; no values fulfil them all.")
    kept = [column for column in range(matrix.shape[1]) if column not in pivots]
    spread = np.zeros((matrix.shape[1], len(kept)))
    offset = np.zeros(matrix.shape[1])
    spread[kept, np.arange(len(kept))] = 1
    for i, pivot in enumerate(pivots):
        offset[pivot] = reduced[i, -1]
        spread[pivot] = -reduced[i, kept]
    return shared @ offset, shared @ spread
