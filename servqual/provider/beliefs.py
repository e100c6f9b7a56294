"""What one side, managers or customers, says of expectations, importance and satisfaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import read_numbers
from servqual.errors import ResponseError, nearest, shortened
from servqual.instrument import Instrument
from servqual.responses import Responses
from servqual.scores.common import keys_and_labels
from servqual.scores.weighted import score_weighted

Floats = NDArray[np.float64]

EXPECTATION, IMPORTANCE, SATISFACTION, DRIVER = (
    "expectation",
    "importance",
    "satisfaction",
    "driver",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Beliefs:
    """What respondents of one side say.

    Attributes
    ----------
    values : mapping of str to ndarray of shape (q, n)
        By quantity, NaN where nothing was said.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    n : int
        How many respondents.
    """

    values: Mapping[str, Floats]
    weights: Floats | None
    n: int


def score_role(responses: Responses, role: str) -> tuple[Floats, NDArray[np.bool_] | None]:
    """Give items, dimensions and overall of a role (q, n), and the rows scored, None for all."""
    fields, _ = score_weighted(
        responses,
        (role,),
        importance=None,
        importance_at="dimension",
        normalize=True,
        overall="dimensions",
        weigh="respondents",
    )
    parts = (fields["item_scores"], fields["dimension_scores"], fields["overall_scores"])
    return np.vstack(parts, dtype=np.float64), fields["rows"]


def read_beliefs(
    responses: Responses, who: str, satisfaction: str | Sequence[str] | None, option: str
) -> Beliefs:
    """Read expectations, points where they were asked, and satisfaction where it is named."""
    if not isinstance(responses, Responses):
        raise TypeError(
            f"{who} must be Responses, not {type(responses).__name__}; bind the answers first with "
            "sq.Responses.from_frame(frame, instrument)."
        )
    if EXPECTATION not in responses.answers:
        raise ResponseError(
            f"{who}: gap 1 compares expectations, but only {', '.join(responses.answers)} was "
            "bound. Bind the managers' guesses of what customers expect to the role expectation."
        )
    scored, rows = score_role(responses, EXPECTATION)
    expected = np.full((len(scored), len(responses)), np.nan)
    expected[:, slice(None) if rows is None else rows] = scored
    values = {EXPECTATION: expected}
    if "points" in responses.answers:
        values[IMPORTANCE] = np.array(responses.answers["points"], dtype=np.float64)
    if satisfaction is not None:
        values[SATISFACTION] = _columns(responses, satisfaction, who, option)
    return Beliefs(values=values, weights=responses.weights, n=len(responses))


def check_alike(customers: Instrument, managers: Instrument) -> None:
    """Refuse two sides that answered different items, or on different scales."""
    for what, one, other in (
        ("items", customers.items, managers.items),
        ("dimensions", tuple(customers.dimensions), tuple(managers.dimensions)),
    ):
        told = [
            f"{shortened(alone)} only by the {who}"
            for who, alone in (
                ("customers", [key for key in one if key not in other]),
                ("managers", [key for key in other if key not in one]),
            )
            if alone
        ]
        if told:
            raise ResponseError(
                f"Customers and managers answered different {what}: {'; '.join(told)}. Bind both "
                "to one instrument, and name what one side was not asked in not_asked=(...) of "
                "both."
            )
    moved = [
        key for key, items in customers.dimensions.items() if managers.dimensions[key] != items
    ]
    if moved:
        raise ResponseError(
            f"Customers and managers have other items in the dimensions {shortened(moved)}, or in "
            "another order; bind both to one instrument."
        )
    scales = customers.scale_of(EXPECTATION), managers.scale_of(EXPECTATION)
    if scales[0] != scales[1]:
        raise ResponseError(
            f"Customers answered on {scales[0][0]}-{scales[0][1]}, managers on "
            f"{scales[1][0]}-{scales[1][1]}; their difference would mean nothing."
        )


def keys_of(responses: Responses, quantities: Sequence[str]) -> pd.DataFrame:
    """Name the rows of a table of both sides: quantity, level, dimension, item, label."""
    instrument = responses.instrument
    dimensions = list(instrument.dimensions)
    tables = []
    for quantity in quantities:
        if quantity == EXPECTATION:
            keys = keys_and_labels(responses, ["overall"])
        elif quantity == SATISFACTION:
            keys = {
                "level": ["overall"],
                "dimension": [""],
                "item": [""],
                "label": ["Satisfaction"],
            }
        else:
            keys = {
                "level": ["dimension"] * len(dimensions),
                "dimension": dimensions,
                "item": [""] * len(dimensions),
                "label": [instrument.label(key) for key in dimensions],
            }
        tables.append(pd.DataFrame({"quantity": quantity, **keys}))
    return pd.concat(tables, ignore_index=True)


def read_shares(drivers: object, instrument: Instrument) -> Floats:
    """Read the share of each dimension among the drivers, scaled to sum to 100.

    Parameters
    ----------
    drivers : mapping, Series, or result whose ``to_frame()`` has the columns driver and share
    instrument : Instrument

    Raises
    ------
    ResponseError
        If a dimension has no share, or the shares do not add to a positive number.
    """
    if isinstance(drivers, Mapping):
        given = dict(drivers)
    elif isinstance(drivers, pd.Series):
        given = _once(drivers.index, drivers)
    else:
        table = drivers.to_frame() if hasattr(drivers, "to_frame") else drivers
        if not isinstance(table, pd.DataFrame) or not {"driver", "share"} <= set(table.columns):
            raise TypeError(
                "drivers= must map dimensions to shares, or be a result with the columns driver "
                f"and share, not {type(drivers).__name__}."
            )
        given = _once(table["driver"], table["share"])
    named = {str(key): value for key, value in given.items()}
    absent = [key for key in instrument.dimensions if key not in named]
    if absent:
        raise ResponseError(
            f"drivers= has no share of {shortened(absent)}; it has {shortened(list(named))}."
            f"{nearest(absent[0], named)}"
        )
    others = [key for key in named if key not in instrument.dimensions]
    if others:
        raise ResponseError(
            f"drivers= has shares of {shortened(others)}, which are no dimensions and which "
            "managers were not asked of; leave them out, and the others are scaled to 100."
        )
    try:
        shares = np.array([named[key] for key in instrument.dimensions], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ResponseError(f"The shares of drivers= must be numbers: {error}.") from error
    if not np.isfinite(shares).all() or shares.sum() <= 0:
        raise ResponseError("The shares of drivers= must be numbers with a positive sum.")
    return shares / shares.sum() * 100


def _once(names: Iterable[object], shares: Iterable[Any]) -> dict[object, Any]:
    keys = list(names)
    if len(set(keys)) < len(keys):
        raise ResponseError("drivers= has several shares of one driver.")
    return dict(zip(keys, shares, strict=True))


def read_stated(responses: Responses, beliefs: Beliefs, pattern: str | None) -> Floats:
    """Read how managers share out what drives satisfaction, 100 over the dimensions."""
    if pattern is None:
        if IMPORTANCE not in beliefs.values:
            raise ResponseError(
                "drivers= is compared with what managers state, but no points were bound for the "
                "managers. Bind points='points_{}', or name columns with driver_guess='...{}'."
            )
        return beliefs.values[IMPORTANCE]
    if not isinstance(pattern, str) or pattern.count("{}") != 1:
        raise ResponseError(f"driver_guess={pattern!r} must hold {{}} once, for the dimension key.")
    names = [pattern.replace("{}", key) for key in responses.instrument.dimensions]
    responses.frame.require(names, "driver columns (managers)")
    values = np.array([read_numbers(responses.frame, name).values for name in names], np.float64)
    if (values < 0).any():
        raise ResponseError("driver_guess= names columns with negative numbers.")
    total = values.sum(axis=0)
    return np.divide(values, total, out=np.full(values.shape, np.nan), where=total > 0) * 100


def _columns(responses: Responses, names: str | Sequence[str], who: str, option: str) -> Floats:
    wanted = [names] if not isinstance(names, Sequence) or isinstance(names, str) else list(names)
    if not wanted or not all(isinstance(name, str) for name in wanted):
        raise TypeError(f"{option}= names a column or several, not {names!r}.")
    responses.frame.require(wanted, f"satisfaction columns ({who})")
    values = [read_numbers(responses.frame, name).values for name in wanted]
    return np.asarray(np.mean(values, axis=0, dtype=np.float64))[None, :]
