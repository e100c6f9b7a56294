r"""Score tests of what a model holds: what is let go, and how much better the model would fit.

A release is a direction in the space of the cells of the model enlarged by all that could be
freed; one matrix of second derivatives serves all of them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ConvergenceError
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.least_squares import problem_of, squares_information
from servqual.sem.fitting.scoring import Information, sets_at, sets_gradient, sets_hessian
from servqual.sem.fitting.standardized import row_values, standardised_values
from servqual.sem.fitting.structure import Floats, Structure
from servqual.sem.questions.candidates import own_rows
from servqual.sem.result import SemResult
from servqual.sem.specification.parameters import Parameter

# A release leaves the model as it is where hardly anything of its information is its own.
_EQUIVALENT = 1e-8
_SINGULAR = 1e-10
_STEP = 1e-100


class Release(NamedTuple):
    """What is let go.

    Attributes
    ----------
    row : Parameter
        What it is called.
    held : str
        "fixed", "absent", "equal" or "constraint".
    direction : ndarray of shape (L,)
        In the space of the cells of the enlarged model.
    cell : int or None
        Which cell it is, where it is one.
    """

    row: Parameter
    held: str
    direction: Floats
    cell: int | None


def enlarged_cells(fitted: Fitted, structure: Structure) -> Floats:
    """Give the cells of the enlarged model at the estimates of the model itself."""
    values = row_values(fitted.structure, fitted.cells[None])[0]
    cells = np.zeros(len(structure.rows))
    own = own_rows(fitted.structure.table)
    cells[: len(own)] = values[own]
    return cells


def free_directions(fitted: Fitted, structure: Structure) -> Floats:
    """Give how the cells of the enlarged model move with the model's free parameters (L, q)."""
    place = {row: at for at, row in enumerate(own_rows(fitted.structure.table))}
    directions = np.zeros((len(structure.rows), fitted.structure.n_parameters))
    directions[[place[row] for row in fitted.structure.rows]] = fitted.structure.spread
    return directions


def released_cells(fitted: Fitted, structure: Structure) -> list[Release]:
    """Release fixed and absent parameters, and those that share their label."""
    table = fitted.structure.table
    place = {at: row for at, row in enumerate(own_rows(fitted.structure.table))}
    sharing: dict[str, list[int]] = {}
    for at, row in place.items():
        one = table.parameters[row]
        if one.free and one.label:
            sharing.setdefault(one.label, []).append(at)
    # Of two that share a label either release is the same.
    released = {at for its in sharing.values() for at in (its[1:] if len(its) < 3 else its)}
    identity = np.eye(len(structure.rows))
    found = []
    for at, one in enumerate(structure.table.parameters):
        before = table.parameters[place[at]] if at in place else None
        if before is not None and before.free and at not in released:
            continue
        held = "absent" if before is None else "equal" if before.free else "fixed"
        found.append(Release(one, held, identity[at], at))
    return found


def released_constraints(fitted: Fitted, structure: Structure) -> list[Release]:
    """Release each constraint: its sides come apart by one, those of the others do not."""
    table = fitted.structure.table
    if not table.constraints:
        return []
    labels = list(dict.fromkeys(row.label for row in table.parameters if row.free and row.label))
    matrix = np.array(
        [[one.coefficients.get(label, 0.0) for label in labels] for one in table.constraints]
    )
    apart = np.linalg.pinv(matrix)
    of = np.array(
        [
            labels.index(row.label) if row.free and row.label else -1
            for row in (table.parameters[at] for at in own_rows(fitted.structure.table))
        ]
    )
    found = []
    for i, one in enumerate(table.constraints):
        direction = np.zeros(len(structure.rows))
        direction[: len(of)] = np.where(of >= 0, apart[of, i], 0.0)
        left, right = one.sides
        row = Parameter(lhs=left, op="==", rhs=right, value=0.0)
        found.append(Release(row, "constraint", direction, None))
    return found


def default_information(result: SemResult) -> Information:
    """Take the expected information but for missing answers, as the errors of the fit do.

    Where a model is far off, the observed one says little about what lets it go.
    """
    missing = result.missing != "listwise"
    return "observed" if missing and result.information == "observed" else "expected"


def derivatives_at(
    fitted: Fitted, structure: Structure, cells: Floats, information: Information
) -> tuple[Floats, Floats]:
    """Give the first and second derivatives of the fit function by the cells of another structure.

    Parameters
    ----------
    fitted : Fitted
        The model itself.
    structure : Structure
        The model with every cell free.
    cells : ndarray of shape (L,)
        Where the model itself is.
    information : {"expected", "observed"}

    Returns
    -------
    tuple of ndarray
        Of shape (L,) and (L, L).

    Raises
    ------
    ConvergenceError
        If the model implies nothing there.
    """
    if fitted.by_squares:
        problem = problem_of(structure, fitted.statistics)
        here = problem.at(cells)
        if here is None:
            raise ConvergenceError("The enlarged model implies nothing at these estimates.")
        slopes = problem.slopes(here.implied)
        gradient = np.zeros(len(cells))
        for one, off, by in zip(fitted.statistics, here.residuals, slopes, strict=True):
            gradient -= 2 * ((one.share * one.weights * off) @ by)
        return gradient, 2 * squares_information(fitted.statistics, slopes)
    at = sets_at(structure, fitted.patterns, cells)
    if at is None:
        raise ConvergenceError("The implied covariance matrix is not positive definite.")
    return sets_gradient(structure, at[0]), sets_hessian(structure, at[0], information)


def score_tests(
    gradient: Floats,
    hessian: Floats,
    own: Floats,
    releases: Sequence[Release],
    n: int,
    problems: list[str],
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Give MI, EPC, and which releases leave the model as it is.

    Parameters
    ----------
    gradient, hessian : ndarray of shape (L,), (L, L)
        Of the fit function, by the cells of the enlarged model.
    own : ndarray of shape (L, q)
        How the cells move with the free parameters.
    releases : sequence of Release
    n : int
        Respondents.
    problems : list of str
        Grows by what goes wrong.
    """
    many = len(releases)
    if not many:
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool)
    directions = np.stack([one.direction for one in releases], axis=1)
    turned = hessian @ directions
    between = own.T @ turned
    whole = (directions * turned).sum(axis=0)
    slope = directions.T @ gradient
    information = own.T @ hessian @ own
    diagonal = np.diag(information)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    roots, vectors = np.linalg.eigh(information * np.outer(scale, scale))
    if roots[0] < _SINGULAR or not (diagonal > 0).all():
        problems.append(
            "The information of the model's own parameters is not positive definite, so nothing "
            "can be tested beside them."
        )
        nothing = np.full(many, np.nan)
        return nothing, nothing, np.zeros(many, dtype=bool)
    half = (vectors / np.sqrt(roots)).T @ (between * scale[:, None])
    left = whole - (half**2).sum(axis=0)
    size = np.maximum(np.abs(whole), (half**2).sum(axis=0))
    equivalent = np.abs(left) <= _EQUIVALENT * size
    negative = (left < 0) & ~equivalent
    if negative.any():
        problems.append(
            f"{int(negative.sum()):,} candidates have no test: the observed information of the "
            "model with them is not positive definite here. information='expected' gives one."
        )
    usable = np.where(left > 0, left, np.nan)
    return np.asarray(n / 2 * slope**2 / usable), np.asarray(-slope / usable), equivalent


def standardising(structure: Structure, cells: Floats, *, observed: bool) -> Floats:
    """Give by what each cell is multiplied where it is standardised.

    A cell at zero is moved by a step along the imaginary axis that is too small to change any
    standard deviation.
    """
    moved = np.where(cells == 0, 1j * _STEP, cells)
    standard = standardised_values(structure, moved[None], observed=observed)[0]
    return np.asarray((standard / moved).real)
