r"""The matrices of a structural model, and where its parameters stand in them.

For p observed variables and m factors (observed variables that take part in regressions stand
among the factors, too):

.. math::

   \Sigma = \Lambda E \Psi E' \Lambda' + \Theta, \qquad \mu = \nu + \Lambda E \alpha, \qquad
   E = (I - B)^{-1}.

Every derivative of :math:`\Sigma` by a free cell is :math:`c (u v' + v u')`, with u and v columns
of :math:`Q = [I, \Lambda E, \Lambda E \Psi E']`, and every derivative of :math:`\mu` is
:math:`s u`: so gradients and information matrices are products with Q and look-ups.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ModelError
from servqual.sem.specification.table import Parameter, ParameterTable

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MATRICES = ("lambda", "beta", "psi", "theta", "nu", "alpha")
SYMMETRIC = ("psi", "theta")


@dataclass(frozen=True, eq=False)
class Cells:
    """Free cells of one matrix: their rows, columns and positions in the vector of free cells."""

    rows: Ints
    columns: Ints
    index: Ints


@dataclass(frozen=True, eq=False)
class Implied:
    r"""What one or many parameter vectors imply; leading axes are those of the parameters.

    Attributes
    ----------
    sigma : ndarray of shape (..., p, p)
    mu : ndarray of shape (..., p) or None
        None in a model without means.
    q : ndarray of shape (..., p, p + 2m)
        The columns of :math:`[I, \Lambda E, \Lambda E \Psi E']`.
    total : ndarray of shape (..., m, m)
        Covariances of the factors, :math:`E \Psi E'`.
    effects : ndarray of shape (..., m, m)
        Total effects among the factors, :math:`E`.
    factor_means : ndarray of shape (..., m) or None
    matrices : mapping of str to ndarray
        The six matrices themselves.
    """

    sigma: NDArray[Any]
    mu: NDArray[Any] | None
    q: NDArray[Any]
    total: NDArray[Any]
    effects: NDArray[Any]
    factor_means: NDArray[Any] | None
    matrices: Mapping[str, NDArray[Any]]

    def take(self, which: NDArray[Any]) -> "Implied":
        """Give some of a batch."""
        return Implied(
            sigma=self.sigma[which],
            mu=None if self.mu is None else self.mu[which],
            q=self.q[which],
            total=self.total[which],
            effects=self.effects[which],
            factor_means=None if self.factor_means is None else self.factor_means[which],
            matrices={name: matrix[which] for name, matrix in self.matrices.items()},
        )


@dataclass(frozen=True, eq=False)
class Turns:
    """How a column of Q that belongs to cell i turns when cell j moves: masks (l, l).

    Attributes
    ----------
    first_inner, second_inner : ndarray of bool
        Column a (or b) of i is in Lambda E, and j is a loading or path.
    second_outer : ndarray of bool
        Column b of i is in Lambda E Psi E', and j is a loading or path.
    by_beta, by_psi : ndarray of bool
        Column b of i is in Lambda E Psi E', and j is a path, or of Psi.
    first_at, second_at : ndarray of shape (l, 1)
        Which factor the column is of.
    carries, beta, alpha : ndarray of bool of shape (l,)
        Whether a cell is a loading or path, a path, a factor's intercept.
    """

    first_inner: NDArray[np.bool_]
    second_inner: NDArray[np.bool_]
    second_outer: NDArray[np.bool_]
    by_beta: NDArray[np.bool_]
    by_psi: NDArray[np.bool_]
    first_at: Ints
    second_at: Ints
    carries: NDArray[np.bool_]
    beta: NDArray[np.bool_]
    alpha: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Layout:
    """One group: its matrices with the fixed cells filled in, and its free cells.

    The free cells of all groups stand in one vector of length L; `at` says which of them are in
    this group.
    """

    observed: tuple[str, ...]
    factors: tuple[str, ...]
    fixed: Mapping[str, Floats]
    free: Mapping[str, Cells]
    means: bool
    at: Ints  # (l,): positions of this group's free cells among all L
    first: Ints  # (l,): column a of Q
    second: Ints  # (l,): column b of Q
    share: Floats  # (l,): c
    kind: tuple[str, ...]  # (l,): which matrix
    row: Ints
    column: Ints

    @property
    def p(self) -> int:
        """How many observed variables."""
        return len(self.observed)

    @property
    def m(self) -> int:
        """How many factors."""
        return len(self.factors)

    @cached_property
    def slope_source(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which cells move the means by themselves, and which by the mean of a factor."""
        kinds = np.array(self.kind, dtype=object)
        return np.isin(kinds, ["nu", "alpha"]), np.isin(kinds, ["lambda", "beta"])

    @cached_property
    def turns(self) -> Turns:
        """How the columns of Q turn when a cell moves."""
        p, m, a, b = self.p, self.m, self.first, self.second
        kind = np.array(self.kind, dtype=object)
        carries = np.isin(kind, ["lambda", "beta"])
        inner_a, inner_b = (a >= p) & (a < p + m), (b >= p) & (b < p + m)
        outer = b >= p + m
        size = max(m, 1)
        return Turns(
            first_inner=inner_a[:, None] & carries,
            second_inner=inner_b[:, None] & carries,
            second_outer=outer[:, None] & carries,
            by_beta=outer[:, None] & (kind == "beta"),
            by_psi=outer[:, None] & (kind == "psi"),
            first_at=np.where(inner_a, a - p, 0)[:, None] % size,
            second_at=np.where(b >= p, (b - p) % size, 0)[:, None],
            carries=carries,
            beta=kind == "beta",
            alpha=kind == "alpha",
        )

    def fill(self, cells: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Put free cells (..., L) into the matrices."""
        filled: dict[str, NDArray[Any]] = {}
        for name in MATRICES:
            base, free = self.fixed[name], self.free[name]
            shape = (*cells.shape[:-1], *base.shape)
            if not len(free.index):
                filled[name] = np.broadcast_to(base, shape)
                continue
            matrix = np.empty(shape, dtype=np.result_type(cells, base))
            matrix[...] = base
            values = cells[..., free.index]
            if base.ndim == 1:
                matrix[..., free.rows] = values
            else:
                matrix[..., free.rows, free.columns] = values
                if name in SYMMETRIC:
                    matrix[..., free.columns, free.rows] = values
            filled[name] = matrix
        return filled

    @cached_property
    def recursive(self) -> bool:
        """Whether factors act on factors."""
        return bool(len(self.free["beta"].index)) or bool(self.fixed["beta"].any())

    def implied(self, cells: NDArray[Any]) -> Implied:
        """Compute what free cells (..., L) imply."""
        matrices = self.fill(cells)
        lead = cells.shape[:-1]
        loadings = matrices["lambda"]
        effects, total = self._total(matrices)
        reach = loadings @ effects if self.recursive else loadings
        carried = loadings @ total
        sigma = carried @ np.swapaxes(loadings, -1, -2) + matrices["theta"]
        identity = np.broadcast_to(np.eye(self.p), (*lead, self.p, self.p))
        mu = factor_means = None
        if self.means:
            factor_means = (effects @ matrices["alpha"][..., None])[..., 0]
            mu = matrices["nu"] + (loadings @ factor_means[..., None])[..., 0]
        return Implied(
            sigma=sigma,
            mu=mu,
            q=np.concatenate([identity, reach, carried], axis=-1),
            total=total,
            effects=effects,
            factor_means=factor_means,
            matrices=matrices,
        )

    def variances(self, cells: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Give total and residual variances (..., p + m): observed variables, then factors."""
        matrices = self.fill(cells)
        loadings, total = matrices["lambda"], self._total(matrices)[1]
        common = ((loadings @ total) * loadings).sum(axis=-1)
        residual = np.concatenate(
            [
                np.diagonal(matrices["theta"], axis1=-2, axis2=-1),
                np.diagonal(matrices["psi"], axis1=-2, axis2=-1),
            ],
            axis=-1,
        )
        of_factors = np.diagonal(total, axis1=-2, axis2=-1)
        whole = np.concatenate([common + residual[..., : self.p], of_factors], axis=-1)
        return whole, residual

    def _total(self, matrices: Mapping[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Give the total effects E and the covariances E Psi E' of the factors."""
        psi = matrices["psi"]
        eye = np.eye(self.m)
        if not self.recursive:
            return np.broadcast_to(eye, psi.shape), psi
        effects = np.linalg.inv(eye - matrices["beta"])
        return effects, effects @ psi @ np.swapaxes(effects, -1, -2)

    def slopes(self, implied: Implied) -> NDArray[Any] | None:
        """Give s (..., l), by which a cell moves the means along its column of Q."""
        if not self.means or implied.factor_means is None:
            return None
        direct, carried = self.slope_source
        slopes = np.zeros((*implied.factor_means.shape[:-1], len(self.kind)))
        slopes = slopes.astype(implied.factor_means.dtype)
        slopes[..., direct] = 1
        slopes[..., carried] = implied.factor_means[..., self.column[carried]]
        return slopes


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


_PLACED = ("=~", "~", "~~", "~1")


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
    for name in factors:
        if name in of_observed:
            fixed["lambda"][of_observed[name], of_factor[name]] = 1
    cells: list[tuple[str, int, int, int]] = []
    for at, row in enumerate(table.parameters):
        if row.group != group or row.op not in _PLACED:
            continue
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
    of_means = np.array([name in ("nu", "alpha") for name in kind], dtype=bool)
    return Layout(
        observed=observed,
        factors=factors,
        fixed=fixed,
        free=free,
        means=table.means,
        at=np.array([cell[3] for cell in cells], dtype=np.intp),
        first=row_of + shift[:, 0] * p + shift[:, 1] * m,
        second=np.where(of_means, 0, column_of + shift[:, 2] * p + shift[:, 3] * m),
        share=np.where(of_means, 0.0, np.where(on_diagonal, 0.5, 1.0)),
        kind=kind,
        row=row_of,
        column=column_of,
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
}


def _place(
    row: Parameter, of_observed: Mapping[str, int], of_factor: Mapping[str, int]
) -> tuple[str, int, int]:
    """Find the matrix, row and column of a parameter."""
    lhs, rhs = row.lhs, row.rhs
    if row.op == "~1":
        return ("alpha", of_factor[lhs], 0) if lhs in of_factor else ("nu", of_observed[lhs], 0)
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
