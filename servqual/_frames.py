"""Frames of any library in: the one file that knows narwhals."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual.errors import ResponseError, nearest, shortened

_SMALL = 1_000_000  # cells that pandas may gather in one array if it must
_WRITTEN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """A pandas, polars or pyarrow frame, held so that later changes to it do not reach us."""

    native: Any
    index: pd.Index

    @cached_property
    def data(self) -> nw.DataFrame[Any]:
        """The frame as narwhals has it."""
        return nw.from_native(self.native, eager_only=True)

    @cached_property
    def names(self) -> list[str]:
        """The column names."""
        if isinstance(self.native, pd.DataFrame):
            return self.native.columns.tolist()
        return self.data.columns

    @cached_property
    def alike(self) -> NDArray[Any] | None:
        """All columns (n, p) of a small pandas frame of one kind of NumPy numbers, else None."""
        if not isinstance(self.native, pd.DataFrame) or self.native.size > _SMALL:
            return None
        kinds = set(self.native.dtypes)
        kind = kinds.pop() if len(kinds) == 1 else None
        return self.native.to_numpy() if _is_number(kind) else None

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column stands."""
        return {name: at for at, name in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.index)

    def row(self, at: int) -> str:
        """Name a row as the user would: by its index label."""
        return repr(self.index[at : at + 1].tolist()[0])

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
        if not all(isinstance(name, str) for name in frame.columns):
            frame.columns = pd.Index([str(name) for name in frame.columns])
        if not frame.columns.is_unique:
            repeated = frame.columns[frame.columns.duplicated()].unique().tolist()
            raise ResponseError(
                f"The frame has duplicate columns: {shortened(repeated)}. Rename or drop them."
            )
        return Frame(native=frame, index=frame.index)
    try:
        data: nw.DataFrame[Any] = nw.from_native(cast(Any, frame), eager_only=True)
    except TypeError as error:
        raise ResponseError(
            "Expected a pandas, polars or pyarrow frame with one row a respondent, "
            f"not {type(frame).__name__}."
        ) from error
    except nw.exceptions.NarwhalsError as error:
        raise ResponseError(f"The frame cannot be read: {error}") from error
    if data.implementation.is_polars():
        data = data.clone()
    return Frame(native=data.to_native(), index=pd.RangeIndex(len(data)))


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column as numbers: NaN where nothing usable was answered."""

    values: NDArray[Any]
    not_applicable: NDArray[np.bool_] | None = None


def read_codes(not_applicable: object) -> tuple[str | float, ...]:
    """Read the codes and labels of answers that say "does not apply".

    Raises
    ------
    ResponseError
        If one of them is blank (a blank answer is missing), or neither text nor a number.
    """
    if isinstance(not_applicable, np.ndarray):
        not_applicable = not_applicable.ravel()
    if isinstance(not_applicable, str) or not isinstance(not_applicable, Iterable):
        not_applicable = (not_applicable,)
    codes: list[str | float] = []
    for code in not_applicable:
        if _is_blank(code):
            raise ResponseError(
                f"not_applicable holds {code!r}, but a blank answer is missing; whether it means "
                "'does not apply' cannot be seen. Leave it out, or recode these answers."
            )
        number = None if isinstance(code, str) else _number(code, text=False)
        if number is None and not isinstance(code, str):
            raise ResponseError(
                f"not_applicable holds {code!r}; a code is a number or a text, such as (99, 'N/A')."
            )
        codes.append(_shortest(number) if number is not None else str(code).strip())
    return tuple(codes)


def _shortest(number: float) -> float:
    return int(number) if number.is_integer() else number


def as_number(code: str | float) -> float | None:
    """Read a code or label as the number that it stands for, if any."""
    return _number(code, text=True)


def read_numbers(
    frame: Frame, name: str, not_applicable: Sequence[str | float] = (), hint: str = ""
) -> Numbers:
    """Read one column as numbers; integers stay as they are, anything else becomes float64.

    Raises
    ------
    ResponseError
        If the column holds text, booleans, dates or infinities.
    """
    values = _of_numpy(frame, name)
    if values is None:
        series = frame.data.get_column(name)
        kind = series.dtype
        if kind == nw.Boolean:
            raise ResponseError(f"Column {name!r} holds booleans where numbers belong.{hint}")
        if isinstance(
            kind, (nw.String, nw.Categorical, nw.Enum, nw.Object, nw.Decimal, nw.Unknown)
        ):
            return _from_objects(series, name, not_applicable, hint)
        if not (kind.is_integer() or kind.is_float()):
            raise ResponseError(f"Column {name!r} holds {kind} where numbers belong.{hint}")
        values = _plain(series)
    if values.dtype.kind == "f" and not np.isfinite(values).all() and np.isinf(values).any():
        _refuse_infinity(values, name, frame)
    codes = [code for code in not_applicable if not isinstance(code, str)]
    if not codes:
        return Numbers(values)
    marked = np.isin(values, codes)
    if not marked.any():
        return Numbers(values)
    return Numbers(read_only(np.where(marked, np.nan, values)), read_only(marked))


def read_only(values: NDArray[Any]) -> NDArray[Any]:
    """View an array such that it cannot be written through the view."""
    view = values.view()
    view.flags.writeable = False
    return view


def _of_numpy(frame: Frame, name: str) -> NDArray[Any] | None:
    """Take a pandas column of NumPy numbers as it is; None for any other column."""
    if not isinstance(frame.native, pd.DataFrame):
        return None
    if frame.alike is not None:
        return _double(frame.alike[:, frame.places[name]])
    column = frame.native[name]
    return _double(column.to_numpy()) if _is_number(column.dtype) else None


def _is_number(kind: object) -> bool:
    return isinstance(kind, np.dtype) and kind.kind in "iuf"


def _plain(series: nw.Series[Any]) -> NDArray[Any]:
    kind = series.dtype
    nullable = kind.is_integer() and series.null_count() > 0
    beyond_numpy = isinstance(kind, (nw.Int128, nw.UInt128))
    values = (series.cast(nw.Float64) if nullable or beyond_numpy else series).to_numpy()
    return _double(values)


def _double(values: NDArray[Any]) -> NDArray[Any]:
    """Turn objects and short floats into float64; integers stay as they are."""
    if values.dtype.kind == "O" or (values.dtype.kind == "f" and values.dtype != np.float64):
        values = values.astype(np.float64)
    return read_only(values)


def _refuse_infinity(values: NDArray[Any], name: str, frame: Frame) -> None:
    rows = np.flatnonzero(np.isinf(values))
    raise ResponseError(
        f"Column {name!r} holds {len(rows):,} infinite values, the first in row "
        f"{frame.row(int(rows[0]))}."
    )


def _from_objects(
    series: nw.Series[Any], name: str, not_applicable: Sequence[str | float], hint: str
) -> Numbers:
    """Read a column of Python objects or text: numbers, blanks and not-applicable labels."""
    answers = series.to_list()
    labels = {label for label in not_applicable if isinstance(label, str)}
    marked = np.array(
        [isinstance(answer, str) and answer.strip() in labels for answer in answers], dtype=bool
    )
    values = np.full(len(answers), np.nan)
    wrong: dict[str, object] = {}
    for row, answer in enumerate(answers):
        if marked[row] or _is_blank(answer):
            continue
        number = _number(answer, text=bool(labels))
        if number is None:
            wrong.setdefault(repr(answer), answer)
        else:
            values[row] = number
    if wrong:
        raise ResponseError(
            f"Column {name!r} holds {_kind(wrong.values())} where numbers belong; {len(wrong):,} "
            f"distinct labels: {shortened(list(wrong.values()))}. Recode them to numbers, or name "
            f"those that mean 'not applicable' in not_applicable=(...).{hint}"
        )
    if np.isinf(values).any():
        raise ResponseError(f"Column {name!r} holds infinite values.")
    marked |= np.isin(values, [code for code in not_applicable if not isinstance(code, str)])
    values[marked] = np.nan
    return Numbers(read_only(values), read_only(marked) if marked.any() else None)


def _kind(wrong: Iterable[object]) -> str:
    types = {type(one) for one in wrong}
    if types <= {bool, np.bool_}:
        return "booleans"
    if all(issubclass(one, str) for one in types):
        return "text"
    return f"values of type {', '.join(sorted(one.__name__ for one in types))}"


def _is_blank(answer: object) -> bool:
    return (
        answer is None
        or answer is pd.NA
        or answer is pd.NaT
        or (isinstance(answer, float) and answer != answer)
        or (isinstance(answer, str) and not answer.strip())
    )


def _number(answer: object, *, text: bool) -> float | None:
    if isinstance(answer, (bool, np.bool_, bytes, bytearray, np.timedelta64)):
        return None
    if isinstance(answer, str) and not (text and _WRITTEN.fullmatch(answer.strip())):
        return None
    try:
        return float(answer)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
