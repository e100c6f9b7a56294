"""Rows of answers as named columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servqual._frames import Frame, read_frame, read_numbers, read_only
from servqual._result import same
from servqual._weights import check_weights, read_weights
from servqual.errors import ResponseError, nearest
from servqual.moments import Moments, moments_of_columns


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sample:
    """Rows of answers as named, read-only columns, with optional sampling weights.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n,)
        Numbers by name, NaN where missing. They are held, not copied.
    weights : ndarray of shape (n,), optional
        Sampling weights, each finite and not negative.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"G1": [-1.0, 0.0, 1.0], "G2": [0.0, 0.0, 3.0]})
    >>> sample = Sample.from_frame(frame)
    >>> sample
    Sample: n = 3, 2 columns
    >>> sample.matrix(["G2"]).ravel()
    array([0., 0., 3.])
    """

    columns: Mapping[str, NDArray[Any]]
    weights: NDArray[np.float64] | None = None
    # Held so that pandas copies the frame's columns, which are ours too, before it changes them.
    _frame: Frame | None = field(default=None)

    def __post_init__(self) -> None:
        held = {name: _column(name, values) for name, values in self.columns.items()}
        if not held:
            raise ResponseError("A sample needs at least one column.")
        lengths = {len(values) for values in held.values()}
        if len(lengths) > 1:
            raise ResponseError(f"The columns of a sample differ in length: {sorted(lengths)}.")
        object.__setattr__(self, "columns", MappingProxyType(held))
        if self.weights is not None:
            weights = check_weights(self.weights, lengths.pop())
            object.__setattr__(self, "weights", weights)

    @classmethod
    def from_frame(
        cls,
        frame: object,
        columns: Sequence[str] | None = None,
        weights: str | ArrayLike | None = None,
    ) -> Self:
        """Take the numeric columns of a pandas, polars or pyarrow frame.

        Parameters
        ----------
        frame : DataFrame or Table
            One row a respondent.
        columns : sequence of str, optional
            Which columns; by default all of them but the weights.
        weights : str or array_like of shape (n,), optional
            Sampling weights, or the column that holds them.

        Raises
        ------
        ResponseError
            If columns are missing or do not hold numbers.
        """
        held = read_frame(frame)
        if columns is None:
            apart = weights if isinstance(weights, str) else None
            columns = [name for name in held.names if name != apart]
        held.require(columns)
        return cls(
            columns={name: read_numbers(held, name).values for name in columns},
            weights=read_weights(held, weights),
            _frame=held,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The column names."""
        return tuple(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def matrix(self, names: Sequence[str] | None = None) -> NDArray[np.float64]:
        """Stack columns to a new array of shape (n, p)."""
        names = self.names if names is None else names
        self._require(names)
        return np.column_stack([self.columns[name] for name in names]).astype(np.float64)

    def moments(self, names: Sequence[str] | None = None) -> Moments:
        """Mean and covariance of the complete rows, in one pass over them.

        Rows with a missing value are left out, counted in the result and warned of.

        Examples
        --------
        >>> Sample(columns={"a": np.array([1.0, 3.0, 5.0])}).moments().covariance
        array([[4.]])
        """
        names = self.names if names is None else tuple(names)
        self._require(names)
        return moments_of_columns({name: self.columns[name] for name in names}, self.weights)

    def _require(self, names: Sequence[str]) -> None:
        for name in names:
            if name not in self.columns:
                raise ResponseError(
                    f"The sample has no column {name!r}.{nearest(name, self.columns)}"
                )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sample):
            return NotImplemented
        return same(self.columns, other.columns) and same(self.weights, other.weights)

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), columns=dict(self.columns), weights=self.weights), ()

    def __repr__(self) -> str:
        weighted = "" if self.weights is None else ", weighted"
        return f"Sample: n = {len(self):,}, {len(self.columns)} columns{weighted}"


def _column(name: str, values: ArrayLike) -> NDArray[Any]:
    column = np.asarray(values)
    if column.ndim != 1 or column.dtype.kind not in "iuf":
        raise ResponseError(
            f"Column {name!r} of a sample must be one row of numbers, not {column.dtype} of shape "
            f"{column.shape}."
        )
    return read_only(column)
