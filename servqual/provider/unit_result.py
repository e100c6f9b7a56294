"""What results that tell units apart have in common."""

from dataclasses import dataclass, field

import pandas as pd

from servqual._result import Result
from servqual.comparisons.reasons import Reason
from servqual.errors import ResponseError


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class UnitResult(Result):
    """A table, the same for each unit if these were told apart, and why figures are NaN."""

    table: pd.DataFrame
    unit_table: pd.DataFrame | None = field(default=None)
    unit: str | None
    firm: str | None
    n_units: int
    n_firms: int
    confidence: float
    reasons: tuple[Reason, ...]

    @property
    def units(self) -> pd.DataFrame:
        """The same for each unit: firm, unit, what it is of, estimate."""
        if self.unit_table is None:
            raise ResponseError("No units were told apart; say which with unit='...'.")
        return self.unit_table.copy()

    @property
    def problems(self) -> tuple[str, ...]:
        """Why figures are NaN, and what was not given."""
        return tuple(one.say() for one in self.reasons)

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy frame; the function that makes the result says of what."""
        return self.table.copy()
