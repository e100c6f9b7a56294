"""What every result has in common: a title line, a tidy frame, notes, equality, display."""

import dataclasses
import html
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

DECIMALS = 3


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Result:
    """A frozen value that shows itself as a table under a title line."""

    def title(self, language: str = "en") -> str:
        """Say what this is, of how many, what was left out, and how it was estimated."""
        raise NotImplementedError

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Give what a reader should know beside the table."""
        return ()

    def to_frame(self) -> "pd.DataFrame":
        """Give a new tidy, unrounded frame."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(
            same(getattr(self, field.name), getattr(other, field.name))
            for field in dataclasses.fields(self)
            if field.compare
        )

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: dict(value) if isinstance(value, MappingProxyType) else value
            for name, value in vars(self).items()
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, _frozen(value))

    def __repr__(self) -> str:
        table = shown(self.to_frame()).to_string(index=False, na_rep="", max_rows=60)
        return "\n".join([self.title(), table, *(f"Note: {note}" for note in self.notes())])

    def _repr_html_(self) -> str:
        table = shown(self.to_frame()).to_html(
            index=False, na_rep="", border=0, max_rows=60, escape=True
        )
        notes = "".join(f"<br>{html.escape(note)}" for note in self.notes())
        return f"<p><b>{html.escape(self.title())}</b></p>{table}<p><small>{notes}</small></p>"


def _frozen(value: Any) -> Any:
    """Make what was unpickled read-only again."""
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(one) for key, one in value.items()})
    if type(value) is tuple:
        return tuple(map(_frozen, value))
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    return value


def shown(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Round a frame for display, and only for display."""
    return frame.round(DECIMALS)


def same(one: object, other: object) -> bool:
    """Compare two values field by field, with NaN equal to NaN.

    Examples
    --------
    >>> same({"a": float("nan")}, {"a": float("nan")}), same((1, 2), (1, 3))
    (True, False)
    """
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return _same_arrays(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and isinstance(other, float):
        return bool(one == other or (one != one and other != other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    if hasattr(one, "equals"):
        return bool(one.equals(other))
    return bool(one == other)


def _same_arrays(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype == object:
        return all(map(same, one.ravel(), other.ravel()))
    return np.array_equal(one, other, equal_nan=one.dtype.kind in "fcmM")
