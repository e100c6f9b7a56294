"""The answers to one question, read and checked, with the groups of those who answered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._frames import Frame, as_number, read_codes, read_frame, read_numbers
from servqual._weights import read_weights
from servqual.errors import MissingResponseWarning, ResponseError, warn

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """Who belongs to which group: names, and for each row the number of its group or -1."""

    names: tuple[str, ...]
    codes: NDArray[np.int64]

    def of(self, number: int) -> Mask:
        """Mark the rows of a group."""
        return self.codes == number

    def rest(self, number: int) -> Mask:
        """Mark the rows of all other groups."""
        return (self.codes != number) & (self.codes >= 0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What was answered to one question, a row each, NaN where nothing usable was.

    Attributes
    ----------
    name : str
        Of the column; empty where it has none.
    values : ndarray of shape (n,)
    weights : ndarray of shape (n,) or None
        Sampling weights.
    used : ndarray of bool of shape (n,)
        Answered, by a respondent of positive weight.
    not_applicable : ndarray of bool of shape (n,)
        Answered by a code that says so; neither used nor missing.
    groups : Groups or None
    """

    name: str
    values: Floats
    weights: Floats | None
    used: Mask
    not_applicable: Mask
    groups: Groups | None

    @property
    def missing(self) -> Mask:
        """Rows without an answer."""
        return np.isnan(self.values) & ~self.not_applicable

    def chosen(self, rows: Mask) -> tuple[Floats, Floats | None]:
        """Give the used answers among some rows, and their weights."""
        rows = rows & self.used
        return self.values[rows], None if self.weights is None else self.weights[rows]


def read_answers(
    x: object,
    *,
    scale: tuple[float, float],
    by: object = None,
    weights: ArrayLike | None = None,
    not_applicable: Sequence[object] = (),
) -> Answers:
    """Read whole-number answers on a scale from a column of any kind.

    Raises
    ------
    ResponseError
        If the answers are no column of numbers, are off the scale or between its points, or
        nobody answered; if groups or weights do not fit them.
    """
    frame, name = read_column(x)
    low, high = scale
    codes = read_codes(not_applicable)
    on_scale = [code for code in codes if low <= _or_nan(as_number(code)) <= high]
    if on_scale:
        raise ResponseError(
            f"not_applicable names {on_scale[0]}, which is an answer on the scale {low:g}-{high:g}."
        )
    numbers = read_numbers(frame, frame.names[0], codes)
    values = numbers.values.astype(np.float64)
    _check_scale(values, low, high, frame)
    aside = numbers.not_applicable
    return make_answers(
        name,
        values,
        frame,
        by=by,
        weights=weights,
        not_applicable=np.zeros(len(values), dtype=bool) if aside is None else aside,
    )


def read_truths(
    x: object, *, by: object, weights: ArrayLike | None, not_applicable: Sequence[object]
) -> Answers:
    """Read booleans, or the numbers 0 and 1."""
    frame, name = read_column(x)
    column = frame.pandas(frame.names)[frame.names[0]]
    if pd.api.types.infer_dtype(column, skipna=True) != "boolean":
        return read_answers(x, scale=(0, 1), by=by, weights=weights, not_applicable=not_applicable)
    values: Floats = np.array(column.map({True: 1.0, False: 0.0}), dtype=np.float64)
    none = np.zeros(len(values), dtype=bool)
    return make_answers(name, values, frame, by=by, weights=weights, not_applicable=none)


def make_answers(
    name: str,
    values: Floats,
    frame: Frame,
    *,
    by: object,
    weights: ArrayLike | None,
    not_applicable: Mask,
) -> Answers:
    """Put answers together with weights and groups, and warn of those that are missing."""
    if isinstance(weights, str):
        raise ResponseError(
            f"weights={weights!r} is a text; pass the column itself, such as frame[{weights!r}]."
        )
    checked = read_weights(frame, weights)
    used = ~np.isnan(values)
    if checked is not None:
        used = used & (checked > 0)
    if not used.any():
        raise ResponseError(f"None of the {len(values):,} respondents answered.")
    answers = Answers(
        name=name,
        values=values,
        weights=checked,
        used=used,
        not_applicable=not_applicable,
        groups=None if by is None else read_groups(by, frame),
    )
    missing = int(answers.missing.sum())
    if missing:
        warn(
            f"{missing:,} of {len(values):,} answers are missing and left out.",
            MissingResponseWarning,
        )
    return answers


def read_groups(by: object, frame: Frame) -> Groups:
    """Read the group of each row: categories in their order, else in order of appearance."""
    column = _labels(by)
    if len(column) != len(frame):
        raise ResponseError(
            f"by has {len(column):,} rows, but there are {len(frame):,} answers; give a group "
            "for each."
        )
    if isinstance(by, pd.Series) and not by.index.equals(frame.index):
        raise ResponseError(
            "by is a Series whose index is not that of the answers, so its rows may be others. "
            "Give it their index, or pass by.to_numpy() if the order is the same."
        )
    labels, found = pd.factorize(column)
    texts = [_shown(label) for label in found]
    names = list(dict.fromkeys(text for text in texts if text))
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = set(names)
        names = [text for text in map(_shown, column.cat.categories) if text in present]
    if not names:
        raise ResponseError("by names no group: all of its values are missing.")
    number = {name: at for at, name in enumerate(names)}
    numbers = np.array([*(number.get(text, -1) for text in texts), -1], dtype=np.int64)
    return Groups(names=tuple(names), codes=numbers[labels])


def check_target(target: float | None, low: float, high: float) -> None:
    """Refuse a target that cannot be reached."""
    if target is not None and not low <= target <= high:
        raise ValueError(f"target must lie between {low:g} and {high:g}, not {target!r}.")


def read_column(x: object) -> tuple[Frame, str]:
    """Hold a column of any kind as a frame of one column, with its name."""
    if isinstance(x, (str, bytes, dict)) or x is None or np.ndim(_sized(x)) == 0:
        raise ResponseError(
            f"Expected the answers of all respondents, such as frame['recommend'], not {x!r:.60}."
        )
    if isinstance(x, pd.Series):
        name = "" if x.name is None else str(x.name)
        return read_frame(x.to_frame(name=name or "answers")), name
    if hasattr(x, "to_frame"):
        frame = read_frame(x.to_frame())
        return frame, frame.names[0]
    if hasattr(x, "columns"):
        frame = read_frame(x)
        if len(frame.names) != 1:
            raise ResponseError(
                f"Expected one column of answers, not a frame of {len(frame.names)}; pass one of "
                "them, such as frame['recommend']."
            )
        return frame, frame.names[0]
    plain = x.to_pandas() if hasattr(x, "to_pandas") else x
    if np.ndim(_sized(plain)) != 1:
        raise ResponseError(f"Expected one column of answers, not {np.ndim(_sized(plain))}.")
    return read_frame(pd.DataFrame({"answers": pd.Series(plain)})), ""


def _sized(x: Any) -> Any:
    return x if hasattr(x, "shape") else np.empty(len(x)) if hasattr(x, "__len__") else 0


def _labels(by: Any) -> pd.Series:
    if isinstance(by, str):
        raise ResponseError(f"by={by!r} is a text; pass the column itself, such as frame[{by!r}].")
    if isinstance(by, pd.Series):
        return by
    if hasattr(by, "to_pandas"):
        by = by.to_pandas()
    if isinstance(by, pd.DataFrame) or np.ndim(by) != 1:
        raise ResponseError("by must be one column with the group of each respondent.")
    return pd.Series(by)


def _shown(label: object) -> str:
    whole = isinstance(label, (float, np.floating)) and label % 1 == 0
    return f"{label:.0f}" if whole else str(label).strip()


def _check_scale(values: Floats, low: float, high: float, frame: Frame) -> None:
    off = (values < low) | (values > high) | (values % 1 != 0) & ~np.isnan(values)
    if not off.any():
        return
    counts = Counter(values[off].tolist()).most_common()
    shown = ", ".join(f"{value:g} ({count:,} times)" for value, count in counts[:5])
    more = f" and {len(counts) - 5} more" if len(counts) > 5 else ""
    raise ResponseError(
        f"{int(off.sum()):,} of {len(values):,} answers are not whole numbers from {low:g} to "
        f"{high:g}: {shown}{more}; the first in row {frame.row(int(np.flatnonzero(off)[0]))}. "
        "Correct them, blank them, or name codes such as -99 in not_applicable=(...)."
    )


def _or_nan(number: float | None) -> float:
    return np.nan if number is None else number
