r"""Standardised solutions, and standard errors of any function of the estimates.

Functions of the free cells are evaluated many at a time, so a resample of estimates is
standardised in one call, and exact derivatives come from steps along the imaginary axis [1]_.

References
----------
.. [1] Squire, W., & Trapp, G. (1998). Using complex variables to estimate derivatives of real
   functions. *SIAM Review*, 40(1), 110-112. https://doi.org/10.1137/S003614459631241X
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual.sem.fitting.structure import Floats, Ints, Structure

_STEP = 1e-100


def row_values(structure: Structure, cells: NDArray[Any]) -> NDArray[Any]:
    """Give the value of every row of the table (..., rows) from free cells (..., L)."""
    parameters = structure.table.parameters
    values = np.empty((*cells.shape[:-1], len(parameters)), dtype=cells.dtype)
    values[...] = [row.value for row in parameters]
    values[..., list(structure.rows)] = cells
    for layout, (rows, places) in zip(structure.layouts, structure.following, strict=True):
        if len(rows):
            values[..., rows] = layout.variances(cells)[1][..., places]
    return values


def spreads_of(structure: Structure, cells: NDArray[Any]) -> list[NDArray[Any]]:
    """Give the standard deviations of each group: of variables, of their residuals, and a one.

    NaN where a variance is not positive.
    """
    found = []
    for layout in structure.layouts:
        variances, residuals = layout.variances(cells)
        one = np.ones((*cells.shape[:-1], 1), dtype=cells.dtype)
        every = np.concatenate([variances, residuals, one], axis=-1)
        found.append(np.sqrt(np.where(every.real > 0, every, np.nan)))
    return found


def standardised_values(
    structure: Structure,
    cells: NDArray[Any],
    *,
    observed: bool = True,
    spreads: Sequence[NDArray[Any]] | None = None,
) -> NDArray[Any]:
    """Give the value of every row of the table in standard deviations (..., rows).

    Parameters
    ----------
    structure : Structure
    cells : ndarray of shape (..., L)
    observed : bool, default True
        Whether observed variables are standardised, too (std.all), or only latent ones (std.lv).
    spreads : sequence of ndarray, optional
        What `spreads_of` gives, if it is at hand.

    Notes
    -----
    A loading or path is multiplied by the standard deviation of its cause and divided by that of
    its outcome; a covariance is divided by both standard deviations, of residuals where the
    variables are outcomes; a variance by the variance; an intercept or threshold by the standard
    deviation, by which a scale is multiplied.
    NaN where a variance is negative.
    """
    values = row_values(structure, cells)
    for group, spread in enumerate(spreads_of(structure, cells) if spreads is None else spreads):
        at, numerator, first, second = _scales(structure, group, observed=observed)
        with np.errstate(invalid="ignore", divide="ignore"):
            factor = spread[..., numerator] / (spread[..., first] * spread[..., second])
        # A fixed zero stays what it is, even beside a variance that is not positive.
        zero = values[..., at] == 0
        values[..., at] = np.where(zero, values[..., at], values[..., at] * factor)
    return values


def _scales(structure: Structure, group: int, *, observed: bool) -> tuple[Ints, Ints, Ints, Ints]:
    """Find by which spreads each row of a group is multiplied, and by which two divided.

    The spreads are those of the observed variables and the factors, then of their residuals, then
    a one.
    """
    table, layout = structure.table, structure.layouts[group]
    latent = set(table.latent)
    nothing = 2 * (layout.p + layout.m)
    place = {name: i for i, name in enumerate(layout.observed)}
    place |= {name: layout.p + j for j, name in enumerate(layout.factors)}

    def total(name: str) -> int:
        return place[name] if observed or name in latent else nothing

    def residual(name: str) -> int:
        there = total(name)
        return there if there == nothing else there + layout.p + layout.m

    found: list[tuple[int, int, int, int]] = []
    for at, row in enumerate(table.parameters):
        if row.group != group:
            continue
        if row.op == "=~":
            found.append((at, total(row.lhs), total(row.rhs), nothing))
        elif row.op == "~":
            found.append((at, total(row.rhs), total(row.lhs), nothing))
        elif row.op == "~~" and row.lhs == row.rhs:
            found.append((at, nothing, total(row.lhs), total(row.lhs)))
        elif row.op == "~~":
            found.append((at, nothing, residual(row.lhs), residual(row.rhs)))
        elif row.op in ("~1", "|"):
            found.append((at, nothing, total(row.lhs), nothing))
        elif row.op == "~*~":
            found.append((at, total(row.lhs), nothing, nothing))
    columns = np.array(found, dtype=np.intp).reshape(-1, 4).T
    return columns[0], columns[1], columns[2], columns[3]


def defined_values(structure: Structure, values: NDArray[Any]) -> NDArray[Any]:
    """Evaluate the definitions (:=) from the rows' values (..., rows), to (..., definitions)."""
    table = structure.table
    known: dict[str, NDArray[Any]] = {}
    for at, row in enumerate(table.parameters):
        if row.label:
            known.setdefault(row.label, values[..., at])
    found = []
    for definition in table.definitions:
        value = np.asarray(definition.expression.value(known))
        known[definition.name] = np.broadcast_to(value, values.shape[:-1])
        found.append(known[definition.name])
    if not found:
        return np.zeros((*values.shape[:-1], 0))
    return np.stack(found, axis=-1)


def defined_slopes(structure: Structure, values: Floats, slopes: Floats) -> Floats:
    """Differentiate the definitions by the cells, from the rows' values (rows,) and slopes.

    Parameters
    ----------
    structure : Structure
    values : ndarray of shape (rows,)
    slopes : ndarray of shape (rows, L)
        Of the values by the cells.

    Returns
    -------
    ndarray of shape (definitions, L)
    """
    table = structure.table
    known: dict[str, tuple[Floats, Floats]] = {}
    for at, row in enumerate(table.parameters):
        if row.label:
            known.setdefault(row.label, (values[at], slopes[at]))
    found = np.zeros((len(table.definitions), slopes.shape[1]))
    for i, definition in enumerate(table.definitions):
        given = {name: value for name, (value, _) in known.items()}
        for name, outer in definition.expression.gradient(given).items():
            found[i] += outer * known[name][1]
        known[definition.name] = (definition.expression.value(given), found[i])
    return found


def jacobian(function: Callable[[NDArray[Any]], NDArray[Any]], at: Floats) -> Floats:
    """Differentiate a function of (b, L) cells to (b, k) values at one point: (k, L)."""
    return slopes_from(function(imaginary_steps(at)))


def imaginary_steps(at: Floats) -> NDArray[np.complex128]:
    """Step from a point (L,) along the imaginary axis of each cell: (L, L)."""
    return np.asarray(at + 1j * _STEP * np.eye(len(at)))


def slopes_from(values: NDArray[np.complex128]) -> Floats:
    """Turn a function's values (L, k) at the imaginary steps into its derivatives (k, L)."""
    return np.asarray(values.imag.T / _STEP)


def delta_errors(derivative: Floats, covariance: Floats) -> Floats:
    """Give the standard errors (k,) of functions with derivatives (k, L) by the delta method."""
    variance = ((derivative @ covariance) * derivative).sum(axis=1)
    return np.sqrt(np.where(variance >= 0, variance, np.nan))
