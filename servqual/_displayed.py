"""Results that show another table than the one they give."""

import html
from dataclasses import dataclass

import pandas as pd

from servqual._result import Result, shown


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Displayed(Result):
    """A result whose display is made for reading: sorted, or without what a note says better."""

    def displayed(self) -> pd.DataFrame:
        """Give the table to show."""
        return self.to_frame()

    def display_notes(self) -> tuple[str, ...]:
        """Give the notes to show under it."""
        return self.notes()

    def __repr__(self) -> str:
        table = shown(self.displayed()).to_string(index=False, na_rep="", max_rows=60)
        return "\n".join([self.title(), table, *(f"Note: {note}" for note in self.display_notes())])

    def _repr_html_(self) -> str:
        table = shown(self.displayed()).to_html(
            index=False, na_rep="", border=0, max_rows=60, escape=True
        )
        notes = "".join(f"<br>{html.escape(note)}" for note in self.display_notes())
        return f"<p><b>{html.escape(self.title())}</b></p>{table}<p><small>{notes}</small></p>"
