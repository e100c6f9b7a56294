"""An action sheet: what to mend first, with blank columns for who does what by when."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from servqual._language import check_language, heading, say
from servqual._lazy import require
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.priorities.grid.matrix import ImportancePerformance
from servqual.priorities.grid.quadrants import (
    CONCENTRATE,
    KEEP_UP,
    LOW_PRIORITY,
    OVERKILL,
)

ORDER = (CONCENTRATE, LOW_PRIORITY, KEEP_UP, OVERKILL)
BLANK = ("measure", "owner", "deadline", "target", "result")
WIDTHS = {"label": 28, "quadrant": 20, "measure": 32, "result": 20}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ActionSheet(Result):
    """An action sheet; make it with `action_sheet`.

    Attributes
    ----------
    instrument : Instrument
    table : pandas.DataFrame
        What `to_frame` gives.
    source : ImportancePerformance
        What it was made from.
    """

    instrument: Instrument
    table: pd.DataFrame
    source: ImportancePerformance

    def title(self, language: str = "en") -> str:
        """Say what it is, and of what."""
        return say("Action sheet: {source}", language, source=self.source.title(language))

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say in which order the rows stand."""
        return (
            say(
                "Order: concentrate here, low priority, keep up the good work, possible overkill, "
                "and within each by priority (importance beyond performance), largest first. "
                "Measure, owner, deadline, target and result are left blank to be filled in.",
                language,
            ),
        )

    def to_frame(self) -> pd.DataFrame:
        """Give a new frame, one row an item or a dimension, what to mend first at the top."""
        return self.table.copy()

    def write(self, path: str | Path, language: str = "en") -> Path:
        """Write it as a workbook (.xlsx) or as text (.csv), with headings in either language.

        Parameters
        ----------
        path : str or Path
            Where to; what stands there is replaced.
        language : {"en", "zh"}

        Returns
        -------
        Path

        Raises
        ------
        ValueError
            If the path ends neither in .xlsx nor in .csv, or the language is not known.
        """
        check_language(language)
        path = Path(path)
        kind = path.suffix.lower()
        if kind not in (".xlsx", ".csv"):
            raise ValueError(f"An action sheet is written as .xlsx or .csv, not {path.name!r}.")
        headings = [heading(column, language) for column in self.table.columns]
        rows = [list(row) for row in self._translated(language).itertuples(index=False)]
        rows = [[None if _is_blank(cell) else cell for cell in row] for row in rows]
        if kind == ".csv":
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows([headings, *rows])
        else:
            _write_book(path, self.title(language), headings, list(self.table.columns), rows)
        return path

    def _translated(self, language: str) -> pd.DataFrame:
        table = self.table.copy()
        keys = table["item"] if "item" in table else table["dimension"]
        table["label"] = [self.instrument.label(key, language) for key in keys]
        table["quadrant"] = [say(one, language) if one else "" for one in table["quadrant"]]
        return table


def action_sheet(
    result: ImportancePerformance, path: str | Path | None = None, *, language: str = "en"
) -> ActionSheet:
    """Make a sheet to plan improvements with: what to mend first at the top, blanks beside it.

    Parameters
    ----------
    result : ImportancePerformance
    path : str or Path, optional
        Where to write it: .xlsx (with the extra ``io``) or .csv.
    language : {"en", "zh"}
        Language of the file.

    Returns
    -------
    ActionSheet
        ``to_frame()``: item (or dimension), label, importance, performance, gap where there is one,
        quadrant, probability, priority, and blank: measure, owner, deadline, target, result. Its
        ``write(path, language)`` writes it again.

    Raises
    ------
    TypeError
        If `result` is no ImportancePerformance.
    ValueError
        If the path ends neither in .xlsx nor in .csv, or the language is not known.

    Notes
    -----
    Rows come in the order of their quadrants: concentrate here, low priority, keep up the good
    work, possible overkill; within each by priority. Rows without a quadrant come last.

    Examples
    --------
    >>> import servqual as sq
    >>> from servqual.priorities.grid.matrix import importance_performance
    >>> bank = sq.load_instrument("servqual-1991")
    >>> complete = sq.load_dataset("bank").dropna()
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))
    >>> found = importance_performance(scores, "points", level="dimension", n_resamples=0)
    >>> action_sheet(found).to_frame()[["dimension", "quadrant", "owner"]]
            dimension           quadrant owner
    0     reliability   concentrate here
    1  responsiveness   concentrate here
    2         empathy       low priority
    3       assurance  possible overkill
    4       tangibles  possible overkill
    """
    if not isinstance(result, ImportancePerformance):
        raise TypeError(
            "action_sheet wants ImportancePerformance from importance_performance(...), not "
            f"{type(result).__name__}."
        )
    check_language(language)
    table = result.to_frame()
    place = {quadrant: number for number, quadrant in enumerate(ORDER)}
    order = table.assign(
        place=[place.get(quadrant, len(ORDER)) for quadrant in table["quadrant"]],
        first=-table["priority"],
    ).sort_values(["place", "first"], kind="stable", na_position="last")
    columns = [result.level, "label", "importance", "performance"]
    columns += ["gap"] if "gap" in table else []
    columns += ["quadrant", "probability", "priority"]
    sheet = order[columns].reset_index(drop=True).assign(**dict.fromkeys(BLANK, ""))
    made = ActionSheet(instrument=result.instrument, table=sheet, source=result)
    if path is not None:
        made.write(path, language)
    return made


def _is_blank(cell: object) -> bool:
    return cell == "" or (isinstance(cell, float) and np.isnan(cell))


def _write_book(
    path: Path, title: str, headings: list[str], columns: list[str], rows: list[list[Any]]
) -> None:
    book = require("openpyxl").Workbook()
    styles = require("openpyxl.styles")
    letter = require("openpyxl.utils").get_column_letter
    page = book.active
    page.append([title])
    page.append(headings)
    for row in rows:
        page.append(row)
    wrapped = styles.Alignment(wrap_text=True, vertical="top")
    side = styles.Side(style="thin", color="BBBBBB")
    for number, column in enumerate(columns, start=1):
        page.column_dimensions[letter(number)].width = WIDTHS.get(column, 11)
        for line in range(2, len(rows) + 3):
            cell = page.cell(line, number)
            cell.alignment = wrapped
            cell.border = styles.Border(bottom=side)
            if isinstance(cell.value, str):
                cell.data_type = "s"  # also where it begins with "=", which would be a formula
            elif cell.value is not None:
                cell.number_format = "0%" if column == "probability" else "0.00"
        page.cell(2, number).font = styles.Font(bold=True)
    page["A1"].font = styles.Font(bold=True)
    page["A1"].data_type = "s"
    page.freeze_panes = "A3"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = require(
        "openpyxl.worksheet.properties"
    ).PageSetupProperties(fitToPage=True)
    book.save(path)
