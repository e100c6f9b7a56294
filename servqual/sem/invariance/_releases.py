r"""What a level of invariance holds that the one above does not, let go one at a time.

With :math:`d` the derivative of the fit function by one cell that is let go of its label or value,
:math:`H` its second derivatives, and :math:`\Delta` how the cells follow the free parameters,

.. math::

   \text{MI} = \frac n2 \frac{d^2}{V}, \qquad
   V = H_{cc} - H_{c\cdot} \Delta (\Delta' H \Delta)^{-1} \Delta' H_{\cdot c},

and the cell itself is expected to move by
:math:`-(d / V) (1 - \Delta_c (\Delta' H \Delta)^{-1} \Delta' H_{\cdot c})`, as those that it was
equal to move, too [1]_ [2]_.

References
----------
.. [1] Sörbom, D. (1989). Model modification. *Psychometrika*, 54(3), 371-384.
   https://doi.org/10.1007/BF02294623
.. [2] Saris, W. E., Satorra, A., & Sörbom, D. (1987). The detection and correction of
   specification errors in structural equation models. *Sociological Methodology*, 17, 105-129.
   https://doi.org/10.2307/271030
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from servqual.sem.fitting.layout import Floats
from servqual.sem.fitting.standardized import row_values
from servqual.sem.fitting.structure import Structure, build_structure
from servqual.sem.questions.releases import default_information, derivatives_at
from servqual.sem.result import SemResult
from servqual.sem.specification.equalities import key_of
from servqual.sem.specification.parameters import Parameter
from servqual.sem.specification.table import ParameterTable

Place = tuple[int, tuple[str, ...]]

COLUMNS = (
    *("level", "lhs", "op", "rhs", "group", "label"),
    *("estimate", "mi", "p_value", "epc", "sepc_all"),
)
# Of the information of a cell, what is its own.
_EQUIVALENT = 1e-8


def released(name: str, above: SemResult, here: SemResult) -> tuple[pd.DataFrame, list[str]]:
    """Test all that a level holds and the one above does not.

    Parameters
    ----------
    name : str
        Of the level.
    above, here : SemResult
        The less restricted model, and the level itself.

    Returns
    -------
    tuple
        One row a parameter and group, with `COLUMNS`; and the problems.
    """
    table = here.fitted.structure.table
    held = _newly_held(above.fitted.structure.table, table)
    if not held or not here.converged:
        return pd.DataFrame(columns=list(COLUMNS)), []
    fitted = here.fitted
    structure = _let_go(fitted.structure, held)
    values = row_values(fitted.structure, fitted.cells[None])[0]
    cells = values[list(structure.rows)]
    gradient, hessian = derivatives_at(fitted, structure, cells, default_information(here))
    place = {row: cell for cell, row in enumerate(structure.rows)}
    own = np.zeros((len(cells), fitted.structure.n_parameters))
    own[[place[row] for row in fitted.structure.rows]] = fitted.structure.spread
    which = np.array([place[row] for row in held], dtype=np.intp)
    mi, change = _score_tests(gradient, hessian, own, which, fitted.n)
    problems = []
    if np.isnan(mi).all():
        problems.append(
            f"What {name} holds has no score tests: the information of its parameters is not "
            "positive definite."
        )
    labels = fitted.data.labels if table.n_groups > 1 else ("",)
    rows = [table.parameters[row] for row in held]
    standard = here.parameters["std_all"].to_numpy()[held]
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(values[held] != 0, standard / values[held], np.nan)
    return pd.DataFrame(
        {
            "level": name,
            "lhs": [row.lhs for row in rows],
            "op": [row.op for row in rows],
            "rhs": [row.rhs for row in rows],
            "group": [labels[row.group] for row in rows],
            "label": [row.label for row in rows],
            "estimate": values[held],
            "mi": mi,
            "p_value": chdtrc(1, mi),
            "epc": change,
            "sepc_all": change * scale,
        }
    ), problems


def _newly_held(above: ParameterTable, here: ParameterTable) -> list[int]:
    """Give the rows that are fixed, or equal to others, and are not so in the model above."""
    before = {_place(row): row for row in above.parameters if row.free}
    earlier = _sharing((place, row.label) for place, row in before.items())
    rows = [(_place(row), row) for row in here.parameters]
    now = _sharing((place, row.label) for place, row in rows if row.free)
    found = []
    for at, (place, row) in enumerate(rows):
        if place not in before:
            continue
        alone = {place}
        others = earlier.get(before[place].label, alone)
        if not row.free or not now.get(row.label, alone) <= others:
            found.append(at)
    return found


def _sharing(labelled: Iterable[tuple[Place, str]]) -> dict[str, set[Place]]:
    """Give the parameters of each label."""
    found: dict[str, set[Place]] = {}
    for place, label in labelled:
        if label:
            found.setdefault(label, set()).add(place)
    return found


def _place(row: Parameter) -> Place:
    return row.group, key_of(row)


def _let_go(structure: Structure, held: Sequence[int]) -> Structure:
    """Lay out the model with every free parameter, and what is let go, on its own."""
    table = structure.table
    if all(table.parameters[at].free for at in held):
        many = len(structure.rows)
        return replace(structure, offset=np.zeros(many), spread=np.eye(many), plain=True)
    going = {*held}
    rows = tuple(
        replace(row, free=row.free or at in going, label="")
        for at, row in enumerate(table.parameters)
    )
    return build_structure(replace(table, parameters=rows, definitions=(), constraints=()))


def _score_tests(
    gradient: Floats, hessian: Floats, own: Floats, which: np.ndarray, n: int
) -> tuple[Floats, Floats]:
    """Give the score test of each cell, and by how much it is expected to move.

    NaN where nothing would change, or the information is not positive definite.
    """
    nothing = np.full(len(which), np.nan)
    information = own.T @ hessian @ own
    diagonal = np.diag(information)
    if not (diagonal > 0).all():
        return nothing, nothing
    scale = 1 / np.sqrt(diagonal)
    try:
        root = np.linalg.cholesky(information * np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return nothing, nothing
    between = (own.T @ hessian[:, which]) * scale[:, None]
    half = np.linalg.solve(root, between)
    follow = np.linalg.solve(root.T, half) * scale[:, None]
    whole = hessian[which, which]
    left = whole - (half**2).sum(axis=0)
    left = np.where(left > _EQUIVALENT * np.abs(whole), left, np.nan)
    slope = gradient[which]
    moves = 1 - (own[which] * follow.T).sum(axis=1)
    return n / 2 * slope**2 / left, -slope / left * moves
