"""Columns of answers as ordered codes and continuous values, with what had to be left out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ResponseError, nearest, shortened

Floats = NDArray[np.float64]
Missing = Literal["listwise", "pairwise"]

MOST_CATEGORIES = 20
_FEW = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """The rows that count, coded.

    Attributes
    ----------
    names : tuple of str
        The p variables.
    ordered : tuple of bool
        Whether each is ordered.
    levels : tuple of tuple of float or None
        The category values in use, in order; None for continuous variables.
    values : tuple of ndarray of shape (n,)
        Codes of ordered variables (-1 where missing), values of continuous ones.
    weights : ndarray of shape (n,)
        Sampling weights that sum to n.
    n_rows : int
        How many rows there were.
    missing : {"listwise", "pairwise"}
        What became of incomplete rows.
    unused : dict of str to tuple of str
        Categories that nobody used: those declared, else the whole numbers between the lowest
        and the highest answer.
    constant, blank : tuple of str
        Variables with one value in use, and with none.
    """

    names: tuple[str, ...]
    ordered: tuple[bool, ...]
    levels: tuple[tuple[float, ...] | None, ...]
    values: tuple[NDArray[Any], ...]
    weights: Floats
    n_rows: int
    missing: Missing
    unused: dict[str, tuple[str, ...]]
    constant: tuple[str, ...]
    blank: tuple[str, ...]

    @property
    def n(self) -> int:
        """How many rows count."""
        return len(self.weights)

    @property
    def weighted(self) -> bool:
        """Whether there are weights that differ."""
        return bool((self.weights != self.weights[0]).any())

    def seen(self, at: int) -> NDArray[np.bool_]:
        """Say which rows have an answer to a variable, shape (n,)."""
        values = self.values[at]
        return values >= 0 if self.ordered[at] else ~np.isnan(values)


def prepare(
    columns: Mapping[str, NDArray[Any]],
    ordered: Collection[str],
    weights: Floats | None,
    missing: Missing,
    declared: Mapping[str, Mapping[float, str]] | None = None,
) -> Prepared:
    """Keep the rows that count, and code the ordered columns.

    `declared` gives the categories that a column could hold, by value, with their labels.

    Raises
    ------
    ResponseError
        If `ordered` names an unknown column or one with too many categories, or no row counts.
    """
    if missing not in ("listwise", "pairwise"):
        raise ResponseError(f"missing must be 'listwise' or 'pairwise', not {missing!r}.")
    unknown = [name for name in ordered if name not in columns]
    if unknown:
        raise ResponseError(
            f"ordered names {shortened(unknown)}, which the data do not have."
            f"{nearest(unknown[0], columns)}"
        )
    names = tuple(columns)
    seen = {name: ~np.isnan(columns[name]) for name in names}
    n_rows = len(next(iter(seen.values()), ()))
    counts = np.ones(n_rows, dtype=bool) if weights is None else weights > 0
    blank = tuple(name for name in names if not (seen[name] & counts).any())
    kept = _rows_that_count([seen[name] for name in names if name not in blank], counts, missing)
    if not kept.any():
        what = "is complete" if missing == "listwise" else "has an answer"
        raise ResponseError(
            f"No row {what}, so there is nothing to correlate."
            + (" missing='pairwise' uses every pair of answers." if missing == "listwise" else "")
        )
    share = np.ones(int(kept.sum())) if weights is None else weights[kept].astype(np.float64)
    share = share * (len(share) / share.sum())
    levels: list[tuple[float, ...] | None] = []
    values: list[NDArray[Any]] = []
    unused: dict[str, tuple[str, ...]] = {}
    constant = []
    for name in names:
        column = columns[name] if kept.all() else columns[name][kept]
        if name in ordered:
            found, codes = _coded(column)
            levels.append(found)
            values.append(codes)
            absent = _unused(found, (declared or {}).get(name))
            if absent:
                unused[name] = absent
        else:
            levels.append(None)
            values.append(column.astype(np.float64))
        given = values[-1][seen[name][kept]]
        if name not in blank and not (given != given[:1]).any():
            constant.append(name)
    _check_categories(names, levels)
    return Prepared(
        names=names,
        ordered=tuple(name in ordered for name in names),
        levels=tuple(levels),
        values=tuple(values),
        weights=share,
        n_rows=n_rows,
        missing=missing,
        unused=unused,
        constant=tuple(constant),
        blank=blank,
    )


def _rows_that_count(
    seen: list[NDArray[np.bool_]], counts: NDArray[np.bool_], missing: Missing
) -> NDArray[np.bool_]:
    if not seen:
        return np.zeros_like(counts)
    together = np.logical_and if missing == "listwise" else np.logical_or
    kept: NDArray[np.bool_] = counts & together.reduce(seen)
    return kept


def _coded(column: NDArray[Any]) -> tuple[tuple[float, ...], NDArray[np.intp]]:
    """Give the values in use, in order, and the place of each answer among them."""
    if column.dtype.kind in "iu" and np.ptp(column) < _FEW:
        low = int(column.min())
        moved = (column - low).astype(np.intp)
        used = np.bincount(moved) > 0
        levels = tuple((np.flatnonzero(used) + float(low)).tolist())
        return levels, (np.cumsum(used) - 1)[moved]
    present = ~np.isnan(column)
    if present.all():
        found, codes = np.unique(column, return_inverse=True)
        return tuple(found.astype(np.float64).tolist()), codes.astype(np.intp)
    found, inner = np.unique(column[present], return_inverse=True)
    codes = np.full(len(column), -1, dtype=np.intp)
    codes[present] = inner
    return tuple(found.astype(np.float64).tolist()), codes


def _unused(levels: tuple[float, ...], declared: Mapping[float, str] | None) -> tuple[str, ...]:
    """Name the declared categories, or the whole numbers in between, that are no level."""
    if declared is not None:
        return tuple(label for value, label in declared.items() if value not in levels)
    if not levels or not all(level.is_integer() for level in levels):
        return ()
    low, high = int(levels[0]), int(levels[-1])
    if high - low >= MOST_CATEGORIES:
        return ()
    return tuple(str(value) for value in range(low, high + 1) if value not in levels)


def _check_categories(names: tuple[str, ...], levels: list[tuple[float, ...] | None]) -> None:
    many = {
        name: len(found)
        for name, found in zip(names, levels, strict=True)
        if found is not None and len(found) > MOST_CATEGORIES
    }
    if many:
        name, count = next(iter(many.items()))
        raise ResponseError(
            f"{len(many)} ordered columns have more than {MOST_CATEGORIES} categories: "
            f"{shortened(list(many))} ({name!r} has {count:,}). Leave such a column out of "
            "ordered=(...) to take it as continuous, or group its values into fewer categories."
        )
