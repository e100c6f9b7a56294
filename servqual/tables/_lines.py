"""Lines of a table, before any figure stands in them, and the words that a table translates."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from servqual._language import say
from servqual.tables._numbers import is_missing

WORDS = (
    *("level", "role", "kind", "quadrant", "model", "predictors", "benchmark", "invariance"),
    *("unit", "quantity", "meaning", "class", "category"),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """Where a row of the frame stands, or a heading of other rows.

    Attributes
    ----------
    label : str
    row : int or None
        Which row of the frame; None for a heading without figures.
    indent : {0, 1}
    kind : str
        What sort of row it is; a column that is empty in all rows of a sort does not apply there.
    total : bool
    beside : tuple of str
        Columns that a heading shows, from the first row beneath it.
    hidden : tuple of str
        Columns that are left blank, as they stand elsewhere.
    """

    label: str
    row: int | None
    indent: int = 0
    kind: Hashable = ""
    total: bool = False
    beside: tuple[tuple[str, int], ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The lines of a table, what stands over them, and the columns of the frame that they use.

    `headings` are those of the other columns, where they are not called by their names, or are
    not all shown; an empty one stands for the usual heading.
    """

    heading: str
    lines: tuple[Line, ...]
    used: tuple[str, ...]
    always_blank: bool = field(default=False)
    headings: Mapping[str, str] | None = None


def word(text: str, language: str) -> str:
    """Say a word of ours, or several that share a place."""
    return " / ".join(say(one, language) for one in text.split(" / "))


def column(frame: pd.DataFrame, name: str) -> list[str]:
    """Give a column as texts, empty where there is nothing or no such column."""
    if name not in frame:
        return [""] * len(frame)
    return ["" if is_missing(value) else str(value) for value in frame[name]]
