"""What many draws of a model's parameters say: its rows, definitions and indirect effects."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual.errors import ModelError
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.standardized import (
    defined_slopes,
    defined_values,
    jacobian,
    row_values,
    standardised_values,
)
from servqual.sem.fitting.structure import Floats, Structure
from servqual.sem.resamples._indirect import IndirectEffect, indirect_effects

Bools = NDArray[np.bool_]
Of = Literal["estimate", "std_lv", "std_all"]
SOLUTIONS: tuple[Of, ...] = get_args(Of)

_BLOCK = 500
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False, kw_only=True)
class Quantities:
    """Everything that is computed from one draw of the parameters.

    Attributes
    ----------
    structure : Structure
    indirect : tuple of IndirectEffect
    """

    structure: Structure
    indirect: tuple[IndirectEffect, ...]

    def at(self, cells: Floats, of: Of) -> Floats:
        """Give rows, definitions and indirect effects (..., k) from free cells (..., L)."""
        values = self._rows(cells, of)
        parts = [values, defined_values(self.structure, values)]
        parts += [values[..., list(one.rows)].prod(axis=-1)[..., None] for one in self.indirect]
        return np.concatenate(parts, axis=-1)

    def _rows(self, cells: NDArray[Any], of: Of) -> NDArray[Any]:
        if of == "estimate":
            return row_values(self.structure, cells)
        return standardised_values(self.structure, cells, observed=of == "std_all")

    def of_draws(self, parameters: Floats) -> dict[Of, Floats]:
        """Give each solution's values (b, k) of many draws of the parameters (b, q)."""
        cells = self.structure.cells(parameters)
        with np.errstate(all="ignore"):
            return {
                of: np.concatenate(
                    [
                        self.at(cells[at : at + _BLOCK], of)
                        for at in range(0, max(len(cells), 1), _BLOCK)
                    ]
                )
                for of in SOLUTIONS
            }

    def slopes(self, parameters: Floats, of: Of) -> Floats:
        """Differentiate each value by the parameters, exactly: (k, q)."""
        cells = np.asarray(self.structure.cells(parameters))
        with np.errstate(all="ignore"):
            values = self._rows(cells[None], of)[0]
            slopes = jacobian(lambda at: self._rows(at, of), cells)
            parts = [slopes, defined_slopes(self.structure, values, slopes)]
            for one in self.indirect:
                rows = list(one.rows)
                others = [
                    values[rows[:at] + rows[at + 1 :]].prod() * slopes[row]
                    for at, row in enumerate(rows)
                ]
                parts.append(np.sum(others, axis=0)[None])
        return np.concatenate(parts) @ self.structure.spread

    def names(self, labels: tuple[str, ...]) -> pd.DataFrame:
        """Give lhs, op, rhs, group and label of each value, `labels` being those of the groups."""
        table = self.structure.table
        groups = labels if table.n_groups > 1 else ("",)
        rows = [
            (row.lhs, row.op, row.rhs, groups[row.group], row.label) for row in table.parameters
        ]
        rows += [
            (one.name, ":=", str(one.expression).replace(" ", ""), "", one.name)
            for one in table.definitions
        ]
        rows += [
            (one.outcome, "indirect", one.predictor, groups[one.group], str(one))
            for one in self.indirect
        ]
        return pd.DataFrame(rows, columns=["lhs", "op", "rhs", "group", "label"], dtype="str")


def quantities_of(structure: Structure) -> Quantities:
    """List what is computed from each draw."""
    return Quantities(structure=structure, indirect=indirect_effects(structure.table))


def inadmissible_draws(structure: Structure, parameters: Floats) -> Bools:
    """Say which draws (b, q) hold a negative variance or a correlation beyond 1."""
    table = structure.table
    found = np.zeros(len(parameters), dtype=bool)
    for at in range(0, len(parameters), _BLOCK):
        block = slice(at, at + _BLOCK)
        cells = structure.cells(parameters[block])
        for layout in structure.layouts:
            implied = layout.implied(cells)
            latent = [i for i, name in enumerate(layout.factors) if name in table.latent]
            matrices = [implied.matrices["psi"], implied.matrices["theta"]]
            if latent:
                matrices.append(implied.total[:, latent][:, :, latent])
            for matrix in matrices:
                found[block] |= _indefinite(matrix)
    return found


def _indefinite(matrix: Floats) -> Bools:
    """Say which of a batch of covariance matrices are no covariance matrices."""
    variance = np.diagonal(matrix, axis1=1, axis2=2)
    negative = (variance < 0).any(axis=1)
    if not (matrix != variance[:, :, None] * np.eye(matrix.shape[-1])).any():
        return np.asarray(negative)
    spread = np.sqrt(np.where(variance > 0, variance, 1.0))
    scaled = matrix / (spread[:, :, None] * spread[:, None, :])
    return np.asarray(negative | (np.linalg.eigvalsh(scaled)[:, 0] < -_ROUNDING))


def check_fitted(fitted: Fitted) -> None:
    """Refuse a model that was not estimated."""
    if not fitted.converged:
        raise ModelError(
            "The model did not converge, so there is nothing to start from. See its problems."
        )
