"""Mean and covariance: all that many statistics need of the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Integral
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._frames import read_frame, read_numbers, read_only
from servqual._result import same
from servqual._weights import read_weights
from servqual.errors import MissingResponseWarning, ResponseError, nearest, shortened, warn

_CHUNK = 8192


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Moments:
    """Sample size, mean and covariance: all that many statistics need of the rows.

    The moments of two sets of rows add up to those of all of them, so data that do not fit in
    memory can be read in chunks [1]_.

    Parameters
    ----------
    names : sequence of str
        The p variables.
    n : int
        How many rows (of positive weight).
    mean : array_like of shape (p,)
    covariance : array_like of shape (p, p)
        With divisor n - 1, NaN for a single row. With sampling weights w it is n / (n - 1) times
        the weighted mean of the squared deviations, which equal weights leave unchanged.
    weight : float, optional
        The sum of the sampling weights; n when there are none.
    n_excluded : int, default 0
        Rows that were left out as incomplete.

    References
    ----------
    .. [1] Chan, T. F., Golub, G. H., & LeVeque, R. J. (1983). Algorithms for computing the sample
       variance. *The American Statistician*, 37(3), 242-247.
       https://doi.org/10.1080/00031305.1983.10483115

    Examples
    --------
    >>> first = Moments.from_frame(pd.DataFrame({"a": [1.0, 2.0], "b": [0.0, 1.0]}))
    >>> second = Moments.from_frame(pd.DataFrame({"a": [6.0], "b": [5.0]}))
    >>> (first + second).mean
    array([3., 2.])
    """

    names: tuple[str, ...]
    n: int
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    weight: float | None = None
    n_excluded: int = 0

    def __post_init__(self) -> None:
        put = object.__setattr__
        names = tuple(map(str, self.names))
        mean = read_only(np.array(self.mean, dtype=np.float64))
        covariance = read_only(np.array(self.covariance, dtype=np.float64))
        p = len(names)
        if len(set(names)) < p:
            raise ResponseError(f"A name stands twice among {shortened(names)}.")
        if mean.shape != (p,) or covariance.shape != (p, p):
            raise ResponseError(
                f"{p} names need a mean of shape ({p},) and a covariance of shape ({p}, {p}), "
                f"not {mean.shape} and {covariance.shape}."
            )
        put(self, "names", names)
        put(self, "n", int(self.n))
        put(self, "mean", mean)
        put(self, "covariance", covariance)
        put(self, "weight", float(self.n if self.weight is None else self.weight))

    @classmethod
    def from_frame(
        cls,
        frame: object,
        columns: Sequence[str] | None = None,
        weights: str | ArrayLike | None = None,
    ) -> "Moments":
        """Compute the moments of a frame's complete rows (see `Sample.moments`)."""
        held = read_frame(frame)
        if columns is None:
            apart = weights if isinstance(weights, str) else None
            columns = [name for name in held.names if name != apart]
        held.require(columns)
        read = {name: read_numbers(held, name).values for name in columns}
        return moments_of_columns(read, read_weights(held, weights))

    @classmethod
    def from_matrix(
        cls,
        matrix: object,
        n: int,
        *,
        names: Sequence[str] | None = None,
        mean: ArrayLike | None = None,
        sd: ArrayLike | None = None,
    ) -> Self:
        """Take a published covariance matrix, or a correlation matrix with standard deviations.

        Parameters
        ----------
        matrix : array_like or DataFrame of shape (p, p)
            Full, or with one triangle given and the other zero or NaN.
        n : int
            How many respondents it comes from.
        names : sequence of str, optional
            Variable names; those of the frame by default.
        mean : array_like of shape (p,), optional
            Zero by default.
        sd : array_like of shape (p,), optional
            Standard deviations (divisor n - 1) that turn correlations into covariances.

        Raises
        ------
        ResponseError
            If the matrix is not square, symmetric and positive semi-definite, or n is too small.

        Examples
        --------
        >>> Moments.from_matrix([[1, 0.5], [0.5, 1]], 200, names=["a", "b"], sd=[2, 1]).covariance
        array([[4., 1.],
               [1., 1.]])
        """
        if isinstance(matrix, pd.DataFrame) and names is None:
            names = [str(name) for name in matrix.columns]
            matrix = _rows_in_order(matrix)
        values = _numbers("The matrix", matrix)
        if values.ndim != 2 or values.shape[0] != values.shape[1] or not values.size:
            raise ResponseError(f"The matrix must be square, not of shape {values.shape}.")
        p = len(values)
        values = _completed(values)
        if names is None:
            raise ResponseError("names=(...) must say what the rows of the matrix are.")
        if not isinstance(n, Integral) or n < 2:
            raise ResponseError(f"n must be a whole number of at least 2, not {n!r}.")
        if sd is not None:
            spread = _numbers("sd", sd)
            if spread.shape != (p,) or not ((spread > 0) & np.isfinite(spread)).all():
                raise ResponseError(f"sd must be {p} positive numbers.")
            if not np.allclose(np.diag(values), 1, rtol=0, atol=1e-8):
                raise ResponseError(
                    "sd goes with a correlation matrix, but the diagonal of this one is not 1."
                )
            values = values * np.outer(spread, spread)
        centre = np.zeros(p) if mean is None else _numbers("mean", mean)
        if centre.shape != (p,) or not np.isfinite(centre).all():
            raise ResponseError(f"mean must be {p} finite numbers.")
        smallest = float(np.linalg.eigvalsh(values)[0])
        if smallest < -1e-8 * float(np.trace(values)):
            raise ResponseError(
                "The matrix is not positive semi-definite (smallest eigenvalue "
                f"{smallest:.3g}); check it for misprints."
            )
        return cls(
            names=tuple(names),
            n=n,
            mean=centre,
            covariance=values,
        )

    def __add__(self, other: object) -> "Moments":
        if not isinstance(other, Moments):
            return NotImplemented
        if self.names != other.names:
            raise ResponseError("Moments of different variables cannot be added.")
        n = self.n + other.n
        weight = self.total_weight + other.total_weight
        excluded = self.n_excluded + other.n_excluded
        if weight == 0 or other.n == 0 or self.n == 0:
            kept = self if other.n == 0 else other
            return Moments(
                names=self.names,
                n=kept.n,
                mean=kept.mean,
                covariance=kept.covariance,
                weight=kept.weight,
                n_excluded=excluded,
            )
        apart = other.mean - self.mean
        share = other.total_weight / weight
        scatter = self._scatter + other._scatter
        scatter += np.outer(apart, apart) * (self.total_weight * share)
        return Moments(
            names=self.names,
            n=n,
            mean=self.mean + apart * share,
            covariance=scatter / weight * (n / (n - 1)),
            weight=weight,
            n_excluded=excluded,
        )

    @property
    def total_weight(self) -> float:
        """The sum of the weights."""
        return float(self.n if self.weight is None else self.weight)

    @property
    def _scatter(self) -> NDArray[np.float64]:
        if self.n < 2:
            return np.zeros_like(self.covariance)
        return self.covariance * (self.total_weight * (self.n - 1) / self.n)

    @property
    def sd(self) -> NDArray[np.float64]:
        """Standard deviations, shape (p,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> NDArray[np.float64]:
        """Correlations, shape (p, p); NaN for a variable without variance."""
        sd = np.where(self.sd > 0, self.sd, np.nan)
        return self.covariance / np.outer(sd, sd)

    def select(self, names: Sequence[str]) -> "Moments":
        """Give the moments of some of the variables."""
        for name in names:
            if name not in self.names:
                raise ResponseError(f"There is no variable {name!r}.{nearest(name, self.names)}")
        at = [self.names.index(name) for name in names]
        return Moments(
            names=tuple(names),
            n=self.n,
            mean=self.mean[at],
            covariance=self.covariance[np.ix_(at, at)],
            weight=self.weight,
            n_excluded=self.n_excluded,
        )

    def to_frame(self) -> pd.DataFrame:
        """Give mean, standard deviation and covariances, one row a variable."""
        frame = pd.DataFrame(self.covariance, index=list(self.names), columns=list(self.names))
        frame.insert(0, "sd", self.sd)
        frame.insert(0, "mean", self.mean)
        return frame

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Moments):
            return NotImplemented
        return same(vars(self), vars(other))

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **vars(self)), ()

    def __repr__(self) -> str:
        left_out = f" ({self.n_excluded:,} incomplete rows left out)" if self.n_excluded else ""
        return f"Moments: n = {self.n:,}{left_out}, {len(self.names)} variables"


def moments_of_columns(
    columns: Mapping[str, NDArray[Any]], weights: NDArray[np.float64] | None
) -> Moments:
    """Compute the moments of the complete rows, a chunk of rows at a time.

    Rows are moved by the first one that counts, so that a constant has a variance of exactly 0
    and a small variance survives a large mean.
    """
    names = tuple(columns)
    n = len(next(iter(columns.values()), ()))
    total: Moments | None = None
    origin = np.zeros(len(names))
    for start in range(0, n, _CHUNK):
        rows = slice(start, start + _CHUNK)
        block = np.array([columns[name][rows] for name in names], dtype=np.float64)
        if total is None or total.n == 0:
            origin = _first_that_counts(block, None if weights is None else weights[rows])
        block -= origin[:, None]
        part = _moments_of_block(block, None if weights is None else weights[rows], names)
        total = part if total is None else total + part
    if total is None or total.n == 0:
        raise ResponseError("No row is complete, so there are no moments to compute.")
    if total.n_excluded:
        warn(
            f"{total.n_excluded:,} of {n:,} rows are incomplete and left out.",
            MissingResponseWarning,
        )
    return replace(total, mean=total.mean + origin)


def _first_that_counts(
    block: NDArray[np.float64], weights: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    counts = ~np.isnan(block).any(axis=0)
    if weights is not None:
        counts &= weights > 0
    return block[:, counts.argmax()].copy() if counts.any() else np.zeros(len(block))


def _moments_of_block(
    block: NDArray[np.float64], weights: NDArray[np.float64] | None, names: tuple[str, ...]
) -> Moments:
    """Moments of the complete rows of a (p, m) block."""
    complete = ~np.isnan(block).any(axis=0)
    n_excluded = block.shape[1] - int(complete.sum())
    if weights is not None:
        complete &= weights > 0
        weights = weights[complete]
    kept = block if complete.all() else block[:, complete]
    p, n = kept.shape
    total = float(n if weights is None else weights.sum())
    if total == 0:
        nothing = np.zeros(p)
        return Moments(
            names=names,
            n=0,
            mean=nothing,
            covariance=np.zeros((p, p)),
            n_excluded=n_excluded,
        )
    mean = kept.mean(axis=1) if weights is None else kept @ weights / total
    centred = kept - mean[:, None]
    scatter = (centred if weights is None else centred * weights) @ centred.T
    return Moments(
        names=names,
        n=n,
        mean=mean,
        covariance=scatter / total * (n / (n - 1)) if n > 1 else np.full((p, p), np.nan),
        weight=total,
        n_excluded=n_excluded,
    )


def _numbers(what: str, values: object) -> NDArray[np.float64]:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ResponseError(f"{what} must hold numbers: {error}.") from error


def _rows_in_order(matrix: pd.DataFrame) -> pd.DataFrame:
    """Put the rows in the order of the columns, if both have the same names."""
    rows, columns = matrix.index, matrix.columns
    same_names = rows.is_unique and columns.is_unique and set(rows) == set(columns)
    return matrix.loc[columns] if same_names else matrix


def _completed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill an empty triangle from the other one, or refuse an asymmetric matrix."""
    upper, lower = np.triu(values, 1), np.tril(values, -1)
    if not np.nan_to_num(upper).any():
        upper = lower.T
    elif not np.nan_to_num(lower).any():
        lower = upper.T
    full: NDArray[np.float64] = upper + lower + np.diag(np.diag(values))
    if not np.isfinite(full).all():
        raise ResponseError("The matrix holds missing or infinite entries.")
    if not np.allclose(full, full.T, rtol=1e-6, atol=1e-8):
        row, column = np.unravel_index(np.argmax(np.abs(full - full.T)), full.shape)
        raise ResponseError(
            f"The matrix is not symmetric: entries ({row}, {column}) and ({column}, {row}) are "
            f"{full[row, column]:g} and {full[column, row]:g}."
        )
    symmetric: NDArray[np.float64] = (full + full.T) / 2
    return symmetric
