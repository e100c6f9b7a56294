"""Respondents nested in units, and units in firms."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import Frame
from servqual._levels import level_text, natural_order
from servqual.errors import MissingResponseWarning, ResponseError, nearest, shortened, warn

WITHIN = " / "


@dataclass(frozen=True, kw_only=True, eq=False)
class Nesting:
    """Which unit each respondent belongs to, and which firm each unit.

    Attributes
    ----------
    unit : str
        The column of units.
    firm : str or None
        The column of firms.
    labels : tuple of str
        The units, in natural order; with firms, "firm / unit".
    firms : tuple of str
        The firm of each unit; empty texts without firms.
    codes : ndarray of int, shape (n,)
        The position of each respondent's unit in `labels`; -1 where it is not known.
    """

    unit: str
    firm: str | None
    labels: tuple[str, ...]
    firms: tuple[str, ...]
    codes: NDArray[np.int64]

    @property
    def firm_codes(self) -> NDArray[np.int64]:
        """The firm of each unit as a number, all 0 without firms."""
        known = {firm: code for code, firm in enumerate(dict.fromkeys(self.firms))}
        return np.array([known[firm] for firm in self.firms], dtype=np.int64)

    @property
    def n_firms(self) -> int:
        """How many firms; 0 where none are told apart."""
        return len(set(self.firms)) if self.firm is not None else 0

    def at(self, labels: Sequence[str]) -> "Nesting":
        """Give the same respondents among other units; those of units not named are unknown."""
        place = {label: code for code, label in enumerate(labels)}
        known = dict(zip(self.labels, self.firms, strict=True))
        moved = np.array([place.get(label, -1) for label in self.labels] + [-1], dtype=np.int64)
        return Nesting(
            unit=self.unit,
            firm=self.firm,
            labels=tuple(labels),
            firms=tuple(known.get(label, "") for label in labels),
            codes=moved[self.codes],
        )


def read_nesting(
    frame: Frame, unit: str, firm: str | None, rows: NDArray[np.bool_] | None, who: str
) -> Nesting:
    """Read who belongs to which unit and firm; blanks around names do not count.

    Parameters
    ----------
    frame : Frame
    unit, firm : str
        Columns.
    rows : ndarray of bool or None
        The rows to read; None for all.
    who : str
        Whose answers these are, for messages.

    Raises
    ------
    ResponseError
        If a column is missing, or nobody belongs to a known unit.

    Warns
    -----
    MissingResponseWarning
        If some belong to no known unit.
    """
    for name, what in ((unit, "unit"), (firm, "firm")):
        if not isinstance(name, str) and (name is not None or what == "unit"):
            raise TypeError(f"{what}= names a column, such as 'branch', not {name!r}.")
    names = [unit] if firm is None else [firm, unit]
    if len(set(names)) < len(names):
        raise ResponseError(f"unit= and firm= both name the column {unit!r}.")
    frame.require(names, f"unit columns ({who})")
    table = frame.pandas(names)
    if rows is not None:
        table = table[rows]
    columns = [_texts(table[name]) for name in names]
    keys = [None if None in key else key for key in zip(*columns, strict=True)]
    present = sorted(
        {key for key in keys if key is not None},
        key=lambda key: [natural_order(part) for part in key if part is not None],
    )
    if not present:
        raise ResponseError(f"{who}: nobody has a value in {' and '.join(map(repr, names))}.")
    labels = tuple(WITHIN.join(map(str, key)) for key in present)
    if len(set(labels)) < len(labels):
        twice = [label for label, many in Counter(labels).items() if many > 1]
        raise ResponseError(
            f"{who}: {len(twice):,} names of firm and unit cannot be told apart: "
            f"{shortened(twice)}. Write them without {WITHIN!r}."
        )
    lost = sum(key is None for key in keys)
    if lost:
        warn(
            f"{who}: {lost:,} of {len(keys):,} belong to no known unit and are left out.",
            MissingResponseWarning,
        )
    at = {key: code for code, key in enumerate(present)}
    return Nesting(
        unit=unit,
        firm=firm,
        labels=labels,
        firms=tuple("" if firm is None else str(key[0]) for key in present),
        codes=np.array([-1 if key is None else at[key] for key in keys], dtype=np.int64),
    )


def shared_units(first: Nesting, second: Nesting, who: tuple[str, str]) -> tuple[str, ...]:
    """Give the units that both sides have, and warn of those that only one has.

    Raises
    ------
    ResponseError
        If they share none.
    """
    shared = tuple(label for label in first.labels if label in set(second.labels))
    alone = [
        [label for label in one.labels if label not in set(other.labels)]
        for one, other in ((first, second), (second, first))
    ]
    if not any(alone):
        return shared
    told = "; ".join(
        f"{len(labels):,} only among the {side}: {shortened(labels)}"
        for side, labels in zip(who, alone, strict=True)
        if labels
    )
    hint = _alike(*alone)
    if not shared:
        raise ResponseError(f"The {who[0]} and the {who[1]} have no unit in common: {told}.{hint}")
    warn(
        f"Units with answers on both sides, {len(shared):,}, are compared; left out, {told}.{hint}",
        MissingResponseWarning,
    )
    return shared


def _alike(first: Sequence[str], second: Sequence[str]) -> str:
    """Name units that differ by case, blanks or a slip of the pen."""
    plain = {"".join(label.split()).casefold(): label for label in second}
    for label in first:
        twin = plain.get("".join(label.split()).casefold())
        if twin is not None:
            return f" {label!r} and {twin!r} look like one unit; write them alike."
    return nearest(first[0], second) if first else ""


def _texts(column: pd.Series) -> list[str | None]:
    """Write each level as text; None where it is blank."""
    return [None if cell is None else _text(cell) for cell in _cells(column)]


def _cells(column: pd.Series) -> list[Hashable | None]:
    values = column.astype(object)
    return values.where(values.notna(), None).tolist()


def _text(cell: Hashable) -> str | None:
    if isinstance(cell, str):
        return " ".join(cell.split()) or None
    return level_text(cell)
