"""Who answered: the table that describes a sample."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._frames import Frame, read_frame, read_numbers
from servqual._language import say
from servqual._levels import level_text, natural_order
from servqual._result import Result
from servqual.errors import ResponseError, shortened

MAX_WHOLE_NUMBERS = 10
MAX_LEVELS = 50


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SampleProfile(Result):
    """Who answered; make one with `describe_sample`.

    Attributes
    ----------
    n : int
        How many respondents.
    table : pandas.DataFrame
        What `to_frame` gives.
    not_listed : mapping of str to int
        How many distinct values each variable has that is counted but not listed by level.
    """

    n: int
    table: pd.DataFrame
    not_listed: dict[str, int]

    def title(self, language: str = "en") -> str:
        """Say of how many respondents and variables."""
        return say(
            "Sample: n = {n:,}; variables: {count}",
            language,
            n=self.n,
            count=self.table["variable"].nunique(),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what shares are of, and what is not listed."""
        notes = [
            say(
                "Shares are of the respondents who answered the variable; the others are counted "
                "as missing. Standard deviations have the divisor n − 1.",
                language,
            )
        ]
        notes += [
            say(
                "{variable} has {count:,} distinct values, which are not listed.",
                language,
                variable=variable,
                count=count,
            )
            for variable, count in self.not_listed.items()
        ]
        return tuple(notes)

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy frame, one row a level or a numeric variable."""
        return self.table.copy()


def describe_sample(
    frame: object,
    columns: Sequence[str] | None = None,
    *,
    categorical: Sequence[str] = (),
    numeric: Sequence[str] = (),
) -> SampleProfile:
    """Describe who answered: the levels of categorical variables, mean and spread of numeric ones.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row a respondent.
    columns : sequence of str, optional
        Which columns, in this order; all of them by default.
    categorical, numeric : sequence of str, default ()
        Columns to take as such, whatever the rule below says.

    Returns
    -------
    SampleProfile
        ``to_frame()``: variable, value (the level; empty where none is listed), n, share (of the
        respondents with an answer, 0 to 1), mean, sd, min, max, n_missing (of the variable,
        repeated in each of its rows).

    Raises
    ------
    ResponseError
        If columns are not there or given twice, or a numeric one does not hold numbers.

    Notes
    -----
    Text, booleans, dates and categories are categorical. So are whole numbers (also where blanks
    made them floating-point) with at most 10 distinct values; other numbers are numeric. Levels
    come in the order of the categories where the column has one, levels that nobody has included,
    else in natural order: numbers by size, text with its numbers by size (2 before 10).

    A blank text is missing; a level that is called "missing" is a level like any other. The levels
    of a variable with more than 50 are not listed, but for those named in `categorical`; a note
    says how many there are.

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["f", "m", "f", None], "age": [31.5, 48.0, 25.0, 40.0]})
    >>> describe_sample(frame).to_frame().round(2)
      variable value  n  share   mean     sd   min   max  n_missing
    0      sex     f  2   0.67    NaN    NaN   NaN   NaN          1
    1      sex     m  1   0.33    NaN    NaN   NaN   NaN          1
    2      age        4    NaN  36.12  10.02  25.0  48.0          0
    """
    held = read_frame(frame)
    if isinstance(columns, str):
        columns = [columns]
    names = held.names if columns is None else list(columns)
    held.require(names)
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ResponseError(f"Columns are given twice: {shortened(repeated)}.")
    if not names or len(held) == 0:
        raise ResponseError("There is nothing to describe: the frame has no columns or no rows.")
    for what, given in (("categorical", categorical), ("numeric", numeric)):
        unknown = [name for name in given if name not in names]
        if isinstance(given, str) or unknown:
            raise ResponseError(
                f"{what}= must list described columns; {shortened(unknown or [given])} is none."
            )
    both = [name for name in numeric if name in categorical]
    if both:
        raise ResponseError(f"{shortened(both)} cannot be both categorical and numeric.")
    rows: list[dict[str, object]] = []
    not_listed: dict[str, int] = {}
    for name in names:
        column = _answered(held, name)
        if name in numeric or (name not in categorical and _is_numeric(column)):
            rows.append(_spread(held, name))
            continue
        levels = _levels(column)
        listed = len(levels) > 0 and (len(levels) <= MAX_LEVELS or name in categorical)
        if not listed:
            not_listed |= {name: len(levels)} if levels else {}
            levels = {"": int(column.notna().sum())}
        rows += _shares(name, levels, int(column.isna().sum()), listed)
    kinds = {"n": np.int64, "n_missing": np.int64}
    table = pd.DataFrame(
        rows,
        columns=["variable", "value", "n", "share", "mean", "sd", "min", "max", "n_missing"],
    ).astype(kinds | dict.fromkeys(("share", "mean", "sd", "min", "max"), np.float64))
    return SampleProfile(n=len(held), table=table, not_listed=not_listed)


def _answered(frame: Frame, name: str) -> pd.Series:
    """Read a column with blank texts as missing."""
    column = frame.pandas([name])[name].reset_index(drop=True)
    if isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_numeric_dtype(column):
        return column
    return column.mask(column.map(lambda cell: isinstance(cell, str) and not cell.strip()))


def _is_numeric(column: pd.Series) -> bool:
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return False
    values = column.dropna().astype(np.float64)
    whole = bool((values % 1 == 0).all())
    return not whole or values.nunique() > MAX_WHOLE_NUMBERS


def _levels(column: pd.Series) -> dict[str, int]:
    """Count the levels, in the order of the categories or in natural order."""
    counts = column.value_counts(sort=False)
    if isinstance(column.dtype, pd.CategoricalDtype):
        ordered: list[Hashable] = list(column.cat.categories)
    else:
        ordered = sorted(counts.index, key=natural_order)
    levels: dict[str, int] = {}
    for level in ordered:
        text = level_text(level)
        levels[text] = levels.get(text, 0) + int(counts.get(level, 0))
    return levels


def _shares(
    name: str, levels: dict[str, int], n_missing: int, listed: bool
) -> list[dict[str, object]]:
    total = sum(levels.values())
    return [
        {
            "variable": name,
            "value": level,
            "n": n,
            "share": n / total if listed and total else np.nan,
            "n_missing": n_missing,
        }
        for level, n in levels.items()
    ]


def _spread(frame: Frame, name: str) -> dict[str, object]:
    values = read_numbers(frame, name).values.astype(np.float64)
    there = values[~np.isnan(values)]
    some = len(there) > 0
    return {
        "variable": name,
        "value": "",
        "n": len(there),
        "mean": there.mean() if some else np.nan,
        "sd": there.std(ddof=1) if len(there) > 1 else np.nan,
        "min": there.min() if some else np.nan,
        "max": there.max() if some else np.nan,
        "n_missing": len(values) - len(there),
    }
