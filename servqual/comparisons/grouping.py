"""Respondents sorted into named groups."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import Frame
from servqual._levels import level_text, natural_order
from servqual.errors import ResponseError, shortened
from servqual.scores.common import Scores

MAX_LEVELS = 50


@dataclass(frozen=True, kw_only=True, eq=False)
class Grouping:
    """Which group each respondent belongs to.

    Attributes
    ----------
    name : str
        What the groups are of.
    levels : tuple of str
        The groups that somebody belongs to: in the order of the categories where there is one,
        else in natural order.
    codes : ndarray of int, shape (n,)
        The position of each respondent's group in `levels`; -1 where it is not known.
    """

    name: str
    levels: tuple[str, ...]
    codes: NDArray[np.int64]

    @property
    def n_missing(self) -> int:
        """How many respondents belong to no known group."""
        return int((self.codes < 0).sum())

    def sizes(self) -> dict[str, int]:
        """Count the respondents of each group."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.levels))
        return dict(zip(self.levels, counts.tolist(), strict=True))


def group_scored(by: object, scores: Scores) -> Grouping:
    """Group the scored respondents by a column of their frame, or by values given for each."""
    frame = scores.responses.frame
    series = _column(frame, by) if isinstance(by, str) else _given(by, scores)
    if len(series) == len(frame) and scores.rows is not None:
        series = series[scores.rows]
    return group_values(series)


def _column(frame: Frame, name: str) -> pd.Series:
    frame.require([name], "grouping columns")
    return frame.pandas([name])[name]


def _given(by: object, scores: Scores) -> pd.Series:
    if isinstance(by, pd.Series):
        for index in (scores.responses.frame.index, scores.index):
            if by.index.equals(index):
                return by
        raise ResponseError(
            "by= is a Series whose index is not that of the respondents, so its rows may be "
            "others. Give it the frame's index, or pass by.to_numpy() if the order is the same."
        )
    name = getattr(by, "name", None) or "group"
    values = np.asarray(by)
    if values.ndim != 1 or len(values) != len(scores.responses):
        raise ResponseError(
            "by= must name a column of the frame, or give one value for each of the "
            f"{len(scores.responses):,} respondents, not an array of shape {values.shape}."
        )
    return pd.Series(values, name=name)


def group_values(series: pd.Series) -> Grouping:
    """Sort a column of labels, numbers, booleans or dates into groups.

    Raises
    ------
    ResponseError
        If nobody has a value, or there are more than 50 of them.

    Examples
    --------
    >>> found = group_values(pd.Series(["wave 10", "wave 2", None, "wave 2"], name="wave"))
    >>> found.levels, found.codes.tolist()
    (('wave 2', 'wave 10'), [1, 0, -1, 0])
    """
    name = str(series.name)
    series = series.reset_index(drop=True)
    if isinstance(series.dtype, pd.CategoricalDtype):
        present = set(series.dropna())
        ordered: list[Hashable] = [one for one in series.cat.categories if one in present]
        series = series.astype(object)
    else:
        if not pd.api.types.is_numeric_dtype(series):
            series = series.map(_stripped).astype(object)
        ordered = sorted(series.dropna().unique(), key=natural_order)
    if not ordered:
        raise ResponseError(f"{name!r} holds no value, so there are no groups.")
    if len(ordered) > MAX_LEVELS:
        raise ResponseError(
            f"{name!r} has {len(ordered):,} distinct values, too many for groups (at most "
            f"{MAX_LEVELS}): {shortened(ordered)}. Cut it into groups first, such as with pd.cut."
        )
    at = {level: code for code, level in enumerate(ordered)}
    codes = np.array([at.get(value, -1) for value in series.tolist()], dtype=np.int64)
    return Grouping(name=name, levels=tuple(map(level_text, ordered)), codes=codes)


def _stripped(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.strip() or None
    return cell
