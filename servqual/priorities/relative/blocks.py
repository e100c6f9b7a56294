"""Which columns form a driver, and which drivers can be told apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from servqual.errors import ResponseError, nearest, shortened
from servqual.priorities.relative.methods import (
    DECOMPOSING,
    Division,
    Method,
    division_of,
    tied,
)
from servqual.priorities.relative.reading import BEYOND, SMALLEST, Drivers

CONSTANT = "no variance, so nothing can be said of it"
TIED = "determined by other drivers, so that it has nothing of its own"
TIED_SHARED = "determined by other drivers, with which it shares what they explain together"
CONSTANT_MEMBER = "left out of its group, as it has no variance"
_ROUNDING = 1e-12  # of the size of a column


@dataclass(frozen=True, kw_only=True, eq=False)
class Blocks:
    """Drivers as blocks of columns.

    Attributes
    ----------
    keys : tuple of str
        The drivers, in input order.
    members : tuple of tuple of str
        The columns of each.
    known : tuple of int
        Which of them vary.
    division : Division
        Of those, over the columns that vary.
    constant : tuple of str
        Columns without variance.
    tied : tuple of int
        Those of the drivers that others determine.
    """

    keys: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    known: tuple[int, ...]
    division: Division
    constant: tuple[str, ...]
    tied: tuple[int, ...]

    def undefined(self, method: Method) -> tuple[int, ...]:
        """Which drivers have no value under a method because others determine them."""
        return self.tied if method in ("last", "pratt") else ()

    def reasons(self, method: Method) -> dict[str, tuple[str, ...]]:
        """Why drivers have no value, or what is to be known of it, and which."""
        whole = [self.keys[i] for i in range(len(self.keys)) if i not in self.known]
        left_out = {
            one for i, key in enumerate(self.keys) if key in whole for one in self.members[i]
        }
        parts = [one for one in self.constant if one not in left_out]
        tied_keys = tuple(self.keys[i] for i in self.tied)
        shares = method in DECOMPOSING and method != "pratt"
        found = {
            CONSTANT: tuple(whole),
            CONSTANT_MEMBER: tuple(parts),
            (TIED_SHARED if shares else TIED): tied_keys if method != "first" else (),
        }
        return {reason: keys for reason, keys in found.items() if keys}


def form_blocks(
    drivers: Drivers,
    groups: Mapping[str, Sequence[str]] | None,
    n_orders: int,
    seed: int | None,
) -> Blocks:
    """Put the columns into drivers.

    Raises
    ------
    ResponseError
        If the groups do not fit the columns, nothing varies, or the outcome does not.
    """
    members = _members(drivers.names, groups)
    covariance = drivers.moments.covariance
    if drivers.rows is None:
        varies = np.diag(covariance) > 0
    else:  # by more than rounding
        varies = np.ptp(drivers.rows, axis=0) > _ROUNDING * np.abs(drivers.rows).max(axis=0)
    name = ", ".join(drivers.outcome)
    if not varies[-1]:
        raise ResponseError(f"The outcome {name!r} does not vary, so nothing can explain it.")
    if not (np.diag(covariance)[varies] > SMALLEST**2).all():
        raise ResponseError(BEYOND)
    at = {column: i for i, column in enumerate(drivers.names)}
    kept = [tuple(at[one] for one in columns if varies[at[one]]) for columns in members.values()]
    known = tuple(i for i, block in enumerate(kept) if block)
    if not known:
        raise ResponseError(
            f"None of the {len(kept):,} drivers varies: {shortened(list(members))}."
        )
    blocks = tuple(kept[i] for i in known)
    found, _ = tied(covariance, blocks)
    return Blocks(
        keys=tuple(members),
        members=tuple(members.values()),
        known=known,
        division=division_of(blocks, n_orders, seed),
        constant=tuple(one for one, there in zip(drivers.names, varies, strict=False) if not there),
        tied=tuple(i for i, one in zip(known, found, strict=True) if one),
    )


def determined(drivers: Drivers, blocks: Blocks) -> bool:
    """Tell whether there are so few respondents that the drivers explain them fully."""
    return drivers.moments.n < len(blocks.division.columns) + 2


def check_size(drivers: Drivers, blocks: Blocks, method: Method) -> None:
    """Refuse as many drivers as respondents, who are then explained whatever they answered."""
    n, p = drivers.moments.n, len(blocks.division.columns)
    alone = max(map(len, blocks.division.blocks)) + 2
    fewest = alone if method == "first" else p + 2
    if n < fewest:
        raise ResponseError(
            f"{n:,} respondents are too few for {fewest - 2:,} columns of drivers: together they "
            f"explain any outcome fully. It takes {fewest:,} at least; use fewer drivers, such as "
            "the mean of each group" + (", or method='first'." if n >= alone else ".")
        )


def _members(
    names: tuple[str, ...], groups: Mapping[str, Sequence[str]] | None
) -> dict[str, tuple[str, ...]]:
    """Give the columns of each driver, in the order of their first ones."""
    if groups is None:
        return {name: (name,) for name in names}
    if not isinstance(groups, Mapping) or not all(
        isinstance(columns, Iterable) for columns in groups.values()
    ):
        raise TypeError(
            "groups must give the columns of each group, such as {'staff': ['courtesy', 'care']}, "
            f"not {groups!r}."
        )
    given = {
        str(key): (columns,) if isinstance(columns, str) else tuple(map(str, columns))
        for key, columns in groups.items()
    }
    grouped = [one for columns in given.values() for one in columns]
    unknown = [one for one in grouped if one not in names]
    if unknown:
        raise ResponseError(
            f"groups name {shortened(unknown)}, which is no driver.{nearest(unknown[0], names)}"
        )
    if len(set(grouped)) < len(grouped):
        twice = sorted({one for one in grouped if grouped.count(one) > 1})
        raise ResponseError(f"A driver stands in groups twice: {shortened(twice)}.")
    empty = [key for key, columns in given.items() if not columns]
    if empty:
        raise ResponseError(f"The group {shortened(empty)} has no columns.")
    home = {one: key for key, columns in given.items() for one in columns}
    alike = [key for key in given if key in names and key not in home]
    if alike:
        raise ResponseError(f"The group {shortened(alike)} has the name of a driver outside it.")
    members: dict[str, tuple[str, ...]] = {}
    for name in names:
        key = home.get(name, name)
        members.setdefault(key, given[key] if name in home else (name,))
    return members
