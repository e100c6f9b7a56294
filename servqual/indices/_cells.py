"""The respondents that an index is of, and the groups and waves they are in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servqual._frames import Frame, read_frame, read_numbers
from servqual._weights import read_weights
from servqual.errors import MissingResponseWarning, ModelError, ResponseError, warn
from servqual.indices._source import Bools, Floats, Source
from servqual.scorecards.answers import Groups, read_groups


@dataclass(frozen=True, kw_only=True, eq=False)
class Cell:
    """Some of the respondents."""

    level: str
    group: str
    wave: str
    rows: Bools


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """The respondents that indices are of.

    Attributes
    ----------
    columns : mapping of str to ndarray of shape (n,)
        Their answers.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    part : ndarray of int of shape (n,)
        Which group of the model weighs their answers.
    own : bool
        Whether they are the model's own, so that it can be estimated anew from resamples.
    groups, waves : Groups or None
    n_excluded : int
        Respondents of the data that the model left out.
    """

    columns: Mapping[str, Floats]
    weights: Floats | None
    part: np.ndarray
    own: bool
    groups: Groups | None
    waves: Groups | None
    n_excluded: int

    def __len__(self) -> int:
        return len(self.part)

    def rows(self, items: Sequence[str]) -> Floats:
        """Give answers (n, k), NaN where there are none."""
        return np.column_stack([self.columns[one] for one in items])

    def complete(self, items: Sequence[str]) -> Bools:
        """Say who counts, with an answer to every item and a weight."""
        answered = ~np.isnan(self.rows(items)).any(axis=1)
        return np.asarray(answered if self.weights is None else answered & (self.weights > 0))

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Everybody, each group, each wave, and each wave of each group."""
        groups, waves = self.groups, self.waves
        found = [Cell(level="overall", group="", wave="", rows=np.ones(len(self), dtype=bool))]
        for at, name in enumerate(groups.names if groups else ()):
            found.append(_cell("group", name, "", groups, at, None, 0))
        for at, name in enumerate(waves.names if waves else ()):
            found.append(_cell("wave", "", name, None, 0, waves, at))
        if groups and waves:
            found += [
                _cell("group_wave", group, wave, groups, i, waves, j)
                for i, group in enumerate(groups.names)
                for j, wave in enumerate(waves.names)
            ]
        return tuple(found)


def _cell(
    level: str, group: str, wave: str, groups: Groups | None, i: int, waves: Groups | None, j: int
) -> Cell:
    marks = [of.of(at) for of, at in ((groups, i), (waves, j)) if of is not None]
    return Cell(level=level, group=group, wave=wave, rows=np.logical_and.reduce(marks))


def own_people(source: Source, by: object, wave: object) -> People:
    """Take the respondents that the model was fitted to.

    Raises
    ------
    ModelError
        If their answers are not at hand, or groups do not fit them.
    """
    if not source.parts:
        raise ModelError(
            "An index needs the answers themselves, but the model has only moments: it was fitted "
            "to them, or the result was unpickled. Give the answers: data=frame."
        )
    rows = np.vstack([part.rows for part in source.parts])
    sizes = [len(part.rows) for part in source.parts]
    part = np.repeat(np.arange(len(sizes)), sizes)
    held = [one.weights for one in source.parts if one.weights is not None]
    groups: Groups | None
    waves: Groups | None
    if len(sizes) > 1:
        if by is not None or wave is not None:
            raise ModelError(
                "The model has groups, and the index is given for each of them by their own "
                "weights; by= and wave= go with a model of one group."
            )
        groups = Groups(names=tuple(one.label for one in source.parts), codes=part.astype(np.int64))
        waves = None
    else:
        groups, waves = _placed(by, "by", source), _placed(wave, "wave", source)
    return People(
        columns=dict(zip(source.columns, rows.T, strict=True)),
        weights=np.concatenate(held) if held else None,
        part=part,
        own=True,
        groups=groups,
        waves=waves,
        n_excluded=source.n_excluded,
    )


def _placed(by: object, what: str, source: Source) -> Groups | None:
    """Read who is in which group among the rows of the model."""
    if by is None:
        return None
    if isinstance(by, str):
        raise ModelError(f"{what}={by!r} is the name of a column; give the frame, too: data=frame.")
    n, total = len(source.parts[0].rows), len(source.parts[0].rows) + source.n_excluded
    column = _column(by, what)
    if source.index is not None and isinstance(by, pd.Series):
        if not by.index.is_unique or not source.index.isin(by.index).all():
            raise ResponseError(
                f"{what} is a Series whose index is not that of the data the model was fitted to, "
                "so its rows may be others. Take the column of the same frame."
            )
        column = by.loc[source.index]
    elif source.kept is not None and len(column) == len(source.kept):
        column = column[source.kept]
    elif len(column) != n or total != n:
        raise ResponseError(
            f"{what} has {len(column):,} rows, but the model was fitted to data of "
            f"{len(source.kept) if source.kept is not None else total:,}. Take the column of the "
            f"same frame, or give the frame and the column's name: data=frame, {what}='company'."
        )
    column = column.reset_index(drop=True)
    column = _in_time(column) if what == "wave" else column
    return read_groups(column, read_frame(pd.DataFrame({"row": np.arange(n)})))


def other_people(
    source: Source,
    data: object,
    by: object,
    wave: object,
    weights: str | ArrayLike | None,
    items: Sequence[str],
) -> People:
    """Take respondents of a frame; they are the model's own if their answers are.

    Raises
    ------
    ModelError
        If the model has groups.
    ResponseError
        If the frame lacks the items, or groups do not fit it.
    """
    if len(source.weighing) > 1:
        raise ModelError(
            "The model has groups with weights of their own; leave data= out, and the index is "
            "given for each of them."
        )
    frame = read_frame(data)
    frame.require(items)
    names = [name for name in source.columns if name in frame.names]
    columns = {name: read_numbers(frame, name).values.astype(np.float64) for name in names}
    sampling = read_weights(frame, weights)
    people = People(
        columns=columns,
        weights=sampling,
        part=np.zeros(len(frame), dtype=np.intp),
        own=False,
        groups=_read(by, frame),
        waves=_read(wave, frame, timed=True),
        n_excluded=0,
    )
    return _as_own(people, source) or people


def _read(by: object, frame: Frame, *, timed: bool = False) -> Groups | None:
    if isinstance(by, str):
        frame.require([by], "group columns")
        by = frame.pandas([by])[by]
    if timed and by is not None:
        by = _in_time(_column(by, "wave"))
    return None if by is None else read_groups(by, frame)


def _column(by: Any, what: str) -> pd.Series:
    if isinstance(by, pd.Series):
        return by
    if hasattr(by, "to_pandas"):
        by = by.to_pandas()
    if isinstance(by, pd.DataFrame) or np.ndim(by) != 1:
        raise ResponseError(f"{what} must be one column with a value for each respondent.")
    return pd.Series(by)


def _in_time(column: pd.Series) -> pd.Series:
    """Put waves in the order of their categories, else in their own."""
    return column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")


def _as_own(people: People, source: Source) -> People | None:
    """Keep only the model's own rows, if the frame has just these."""
    if not source.parts or people.weights is not None or source.parts[0].weights is not None:
        return None
    if set(people.columns) != set(source.columns):
        return None
    rows = people.rows(source.columns)
    own = source.parts[0].rows
    blank = np.isnan(rows)
    for kept in map(np.asarray, (~blank.any(axis=1), ~blank.all(axis=1))):
        if np.array_equal(rows[kept], own, equal_nan=True):
            return People(
                columns={name: values[kept] for name, values in people.columns.items()},
                weights=None,
                part=people.part[kept],
                own=True,
                groups=_some(people.groups, kept),
                waves=_some(people.waves, kept),
                n_excluded=len(rows) - int(kept.sum()),
            )
    return None


def _some(groups: Groups | None, kept: Bools) -> Groups | None:
    return None if groups is None else Groups(names=groups.names, codes=groups.codes[kept])


def count_out(people: People, complete: Bools) -> tuple[int, int]:
    """Count who did not answer every item and who has no group, and warn of them.

    Whom the model left out is counted, too; its fit has warned of them.
    """
    weights = people.weights
    zero = np.zeros(len(people), dtype=bool) if weights is None else ~(weights > 0)
    missing = int((~complete & ~zero).sum())
    if missing:
        warn(
            f"{missing:,} of {len(people):,} respondents left items unanswered and are left out.",
            MissingResponseWarning,
        )
    nowhere = np.zeros(len(people), dtype=bool)
    for groups in (people.groups, people.waves):
        if groups is not None:
            nowhere |= groups.codes < 0
    without = int((nowhere & complete).sum())
    if without:
        warn(
            f"{without:,} respondents have an answer but no group or wave: they count among all "
            "respondents only.",
            MissingResponseWarning,
        )
    return missing + people.n_excluded, without
