"""Frames of any library in: the one file that knows narwhals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual.errors import ResponseError, nearest, shortened


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """A pandas, polars or pyarrow frame, held so that later changes to it do not reach us."""

    data: nw.DataFrame[Any]
    index: pd.Index

    @property
    def names(self) -> list[str]:
        """The column names."""
        return self.data.columns

    def __len__(self) -> int:
        return len(self.index)

    def require(self, names: Sequence[str], what: str = "columns") -> None:
        """Refuse columns that are not there, naming the nearest ones that are."""
        present = set(self.names)
        absent = [name for name in names if name not in present]
        if absent:
            guesses = nearest(absent[0], self.names)
            has = f" The frame has {len(present)} columns: {shortened(self.names)}."
            raise ResponseError(
                f"{len(absent)} {what} are missing from the frame: {shortened(absent)}."
                f"{guesses or has}"
            )

    def pandas(self, names: Sequence[str]) -> pd.DataFrame:
        """Give some columns as a new pandas frame with the original index."""
        self.require(names)
        frame = self.data.select(list(names)).to_pandas().copy(deep=False)
        frame.index = self.index
        return frame


def read_frame(frame: object) -> Frame:
    """Take hold of a frame without copying it.

    A shallow copy is held: under pandas' copy-on-write, changes that the user makes to the
    original afterwards do not reach it.
    """
    if isinstance(frame, Frame):
        return frame
    if isinstance(frame, pd.DataFrame):
        frame = frame.copy(deep=False)
        repeated = frame.columns[frame.columns.duplicated()].unique().tolist()
        if repeated:
            raise ResponseError(
                f"The frame has duplicate columns: {shortened(repeated)}. Rename or drop them."
            )
        if not all(isinstance(name, str) for name in frame.columns):
            frame.columns = frame.columns.map(str)
    try:
        data: nw.DataFrame[Any] = nw.from_native(cast(Any, frame), eager_only=True)
    except TypeError as error:
        raise ResponseError(
            "Expected a pandas, polars or pyarrow frame with one row a respondent, "
            f"not {type(frame).__name__}."
        ) from error
    except nw.exceptions.NarwhalsError as error:
        raise ResponseError(f"The frame cannot be read: {error}") from error
    index = frame.index if isinstance(frame, pd.DataFrame) else pd.RangeIndex(len(data))
    return Frame(data=data, index=index)


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column as numbers: NaN where nothing usable was answered."""

    values: NDArray[Any]
    not_applicable: NDArray[np.bool_] | None = None


def read_numbers(
    frame: Frame, name: str, not_applicable: Sequence[object] = (), hint: str = ""
) -> Numbers:
    """Read one column as numbers; integers stay as they are, anything else becomes float64.

    Raises
    ------
    ResponseError
        If the column holds text, booleans, dates or infinities.
    """
    series = frame.data.get_column(name)
    kind = series.dtype
    if kind == nw.Boolean:
        raise ResponseError(f"Column {name!r} holds booleans where numbers belong.{hint}")
    if kind.is_integer() or kind.is_float():
        values = _plain(series)
    elif isinstance(kind, (nw.String, nw.Categorical, nw.Enum, nw.Object, nw.Decimal, nw.Unknown)):
        return _from_objects(series, name, not_applicable, hint)
    else:
        raise ResponseError(f"Column {name!r} holds {kind} where numbers belong.{hint}")
    if values.dtype.kind == "f" and not np.isfinite(values).all() and np.isinf(values).any():
        _refuse_infinity(values, name, frame)
    codes = _codes(not_applicable)
    if not codes:
        return Numbers(values)
    marked = np.isin(values, codes)
    if not marked.any():
        return Numbers(values)
    return Numbers(np.where(marked, np.nan, values), marked)


def read_only(values: NDArray[Any]) -> NDArray[Any]:
    """View an array such that it cannot be written through the view."""
    view = values.view()
    view.flags.writeable = False
    return view


def _plain(series: nw.Series[Any]) -> NDArray[Any]:
    nullable = series.dtype.is_integer() and series.null_count() > 0
    values = (series.cast(nw.Float64) if nullable else series).to_numpy()
    if values.dtype.kind == "O" or values.dtype == np.float16:
        values = values.astype(np.float64)
    if values.dtype == np.float32:
        values = values.astype(np.float64)
    return read_only(values)


def _refuse_infinity(values: NDArray[Any], name: str, frame: Frame) -> None:
    rows = np.flatnonzero(np.isinf(values))
    raise ResponseError(
        f"Column {name!r} holds {len(rows):,} infinite values, the first in row "
        f"{frame.index[rows[0]]!r}."
    )


def _codes(not_applicable: Sequence[object]) -> list[float]:
    return [
        float(code)
        for code in not_applicable
        if isinstance(code, (int, float, np.integer, np.floating)) and not isinstance(code, bool)
    ]


def _from_objects(
    series: nw.Series[Any], name: str, not_applicable: Sequence[object], hint: str
) -> Numbers:
    """Read a column of Python objects or text: numbers, blanks and not-applicable labels."""
    answers = series.to_list()
    labels = {label for label in not_applicable if isinstance(label, str)}
    marked = np.array([_stripped(answer) in labels for answer in answers], dtype=bool)
    values = np.full(len(answers), np.nan)
    wrong: dict[object, None] = {}
    for row, answer in enumerate(answers):
        if marked[row] or _is_blank(answer):
            continue
        number = _number(answer, text=bool(marked.any()))
        if number is None:
            wrong.setdefault(answer)
        else:
            values[row] = number
    if wrong:
        what = "booleans" if all(isinstance(one, (bool, np.bool_)) for one in wrong) else "text"
        raise ResponseError(
            f"Column {name!r} holds {what} where numbers belong; {len(wrong):,} distinct labels: "
            f"{shortened(list(wrong))}. Recode them to numbers, or name those that mean 'not "
            f"applicable' in not_applicable=(...).{hint}"
        )
    if np.isinf(values).any():
        raise ResponseError(f"Column {name!r} holds infinite values.")
    codes = _codes(not_applicable)
    marked |= np.isin(values, codes)
    values[marked] = np.nan
    return Numbers(values, marked if marked.any() else None)


def _is_blank(answer: object) -> bool:
    return (
        answer is None
        or answer is pd.NA
        or answer is pd.NaT
        or (isinstance(answer, float) and answer != answer)
        or (isinstance(answer, str) and not answer.strip())
    )


def _stripped(answer: object) -> object:
    return answer.strip() if isinstance(answer, str) else answer


def _number(answer: object, *, text: bool) -> float | None:
    if isinstance(answer, (bool, np.bool_)) or (isinstance(answer, str) and not text):
        return None
    try:
        return float(answer)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
