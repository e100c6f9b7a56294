"""Changes of items as they are given, checked against the room on their scales."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from servqual.errors import ResponseError, nearest, shortened
from servqual.scenarios._effects import Effects, Floats

_ROUNDING = 1e-9


def is_several(changes: Any) -> bool:
    """Tell named scenarios from the changes of one."""
    kinds = (Mapping, pd.Series, pd.DataFrame)
    if not isinstance(changes, Mapping):
        return False
    several = [isinstance(one, kinds) for one in changes.values()]
    if any(several) and not all(several):
        raise ResponseError(
            "changes= holds both numbers and mappings; give the changes of one scenario, {'5': "
            "0.5}, or several by name: {'A': {'5': 0.5}, 'B': {'7': 0.5}}."
        )
    return any(several)


def read_changes(changes: Any, effects: Effects) -> Floats:
    """Read the change of each item: (k,).

    Raises
    ------
    ResponseError
        If it names what is no item, twice, no number, beyond an end of the scale, or nothing but
        zeros.
    """
    if isinstance(changes, pd.DataFrame):
        absent = [name for name in ("item", "change") if name not in changes]
        if absent:
            raise ResponseError(
                f"A frame of changes has the columns item and change; {shortened(absent)} is not "
                "there."
            )
        changes = changes.set_index("item")["change"]
    if isinstance(changes, pd.Series):
        twice = changes.index[changes.index.duplicated()]
        if len(twice):
            raise ResponseError(f"changes= names {shortened(twice.unique().tolist())} twice.")
        changes = changes.to_dict()
    if not isinstance(changes, Mapping) or not changes:
        raise ResponseError(
            "changes= maps items (or dimensions) to the change of their mean in scale points, such "
            f"as {{'5': 0.5}}; not {changes!r}."
        )
    found = np.zeros(len(effects.items))
    given: dict[int, object] = {}
    for name, change in changes.items():
        if not is_number(change) or not np.isfinite(float(change)):
            raise ResponseError(f"The change of {name!r} must be a finite number, not {change!r}.")
        places = items_of(name, effects)
        named = [effects.names[at] for at in places if at in given]
        if named:
            raise ResponseError(
                f"changes= gives a change to {shortened(named)} twice: through "
                f"{given[places[0]]!r} and {name!r}. Name each item once."
            )
        _check_room(name, places, float(change), effects)
        given |= dict.fromkeys(places, name)
        found[list(places)] = float(change)
    if not found.any():
        raise ResponseError("changes= changes nothing: all of its changes are 0.")
    return found


def is_number(value: Any) -> bool:
    """Tell a number from a truth value and all else."""
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def items_of(name: object, effects: Effects) -> tuple[int, ...]:
    """Find an item, or the items of a dimension or construct."""
    key = str(name)
    if key in effects.names:
        return (effects.names.index(key),)
    if key in effects.groups:
        return effects.groups[key]
    if key in effects.not_asked:
        raise ResponseError(f"Item {key!r} was not asked, so its effects are not known.")
    known = [*effects.names, *effects.groups]
    guess = nearest(key, known) or f" There are {shortened(known)}."
    kinds = {"item": "item or dimension", "indicator": "indicator or construct"}
    kind = kinds[effects.items[0].level]
    raise ResponseError(f"There is no {kind} {key!r} to change.{guess}")


def _check_room(name: object, places: tuple[int, ...], change: float, effects: Effects) -> None:
    """Refuse a change that takes a mean beyond an end of its scale."""
    for at in places:
        one, now = effects.items[at], float(effects.item_now[at])
        if np.isnan(now):
            raise ResponseError(
                f"None of the {effects.n:,} respondents used answered item {one.name!r}, so where "
                "it stands on its scale is not known. Change other items."
            )
        then = now + change
        margin = _ROUNDING * (one.high - one.low)
        if one.low - margin <= then <= one.high + margin:
            continue
        rooms = [
            (effects.items[j].high if change > 0 else effects.items[j].low) - effects.item_now[j]
            for j in places
        ]
        most = float(min(rooms, key=abs))
        raise ResponseError(
            f"A change of {change:+g} takes the mean of item {one.name!r} from {now:.2f} to "
            f"{then:.2f}, beyond its scale of {one.low:g} to {one.high:g}. The largest possible "
            f"change of {name!r} is {_towards_zero(most)}."
        )


def _towards_zero(value: float) -> str:
    """Write with two decimals, so that what is written is itself possible."""
    return f"{np.trunc(value * 100) / 100:+.2f}"
