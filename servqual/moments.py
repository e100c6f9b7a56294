"""Mean and covariance: all that many statistics need of the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Integral
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._columns import check_estimable, columns_of
from servqual._em import em_moments
from servqual._frames import read_only
from servqual._matrix import read_covariance, read_vector
from servqual._pairwise import check_pairs, pairwise_moments, warn_if_indefinite, warn_of_pairs
from servqual._result import same
from servqual.errors import (
    ConvergenceError,
    MissingResponseWarning,
    ResponseError,
    nearest,
    shortened,
    warn,
)

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
    weight_squares : float, optional
        The sum of the squared sampling weights; that of equal weights when not given.
    pairs : array_like of int of shape (p, p), optional
        How many rows each covariance comes from, where they differ (`from_pairs`).

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
    weight_squares: float | None = None
    pairs: NDArray[np.int64] | None = None

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
        squares = self.weight_squares
        if squares is None:
            squares = self.total_weight**2 / self.n if self.n else 0.0
        put(self, "weight_squares", float(squares))
        if self.pairs is not None:
            pairs = read_only(np.array(self.pairs, dtype=np.int64))
            if pairs.shape != (p, p):
                raise ResponseError(f"pairs must have shape ({p}, {p}), not {pairs.shape}.")
            put(self, "pairs", pairs)

    @classmethod
    def from_frame(
        cls,
        frame: object,
        columns: Sequence[str] | None = None,
        weights: str | ArrayLike | None = None,
    ) -> "Moments":
        """Compute the moments of the complete rows of a frame or Sample (see `Sample.moments`)."""
        return moments_of_columns(*columns_of(frame, columns, weights))

    @classmethod
    def from_missing(
        cls,
        frame: object,
        columns: Sequence[str] | None = None,
        weights: str | ArrayLike | None = None,
    ) -> "Moments":
        r"""Estimate the moments of incomplete rows by maximum likelihood (EM) [1]_.

        Unlike `from_frame`, no answer is left out: every answered item informs the estimates,
        which are right if answers are missing at random and the variables are normal.

        Parameters
        ----------
        frame : DataFrame, Table or Sample
            One row a respondent.
        columns : sequence of str, optional
            Which columns; by default all of them but the weights.
        weights : str or array_like of shape (n,), optional
            Sampling weights; a Sample has its own.

        Returns
        -------
        Moments
            `n` counts the rows with at least one value, `n_excluded` the empty ones; the
            covariance is n / (n - 1) times the maximum-likelihood one.

        Raises
        ------
        ResponseError
            If a column does not vary, or two columns were never answered together.
        ConvergenceError
            If the estimates do not settle, as with fewer rows than columns.

        Warns
        -----
        MissingResponseWarning
            How many values are missing.

        References
        ----------
        .. [1] Dempster, A. P., Laird, N. M., & Rubin, D. B. (1977). Maximum likelihood from
           incomplete data via the EM algorithm. *Journal of the Royal Statistical Society B*,
           39(1), 1-38. https://doi.org/10.1111/j.2517-6161.1977.tb01600.x

        Examples
        --------
        >>> frame = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6], "b": [1.0, 3, 2, 5, None, None]})
        >>> Moments.from_missing(frame).mean.round(3)  # b is higher than its four answers say
        array([3.5 , 3.85])
        """
        sample = columns_of(frame, columns, weights)
        names, held_weights = tuple(sample[0]), sample[1]
        rows = np.column_stack(list(sample[0].values())).astype(np.float64)
        seen = ~np.isnan(rows)
        kept = np.asarray(seen.any(axis=1))
        if held_weights is not None:
            kept &= held_weights > 0
            held_weights = held_weights[kept]
        rows, seen = rows[kept], seen[kept]
        check_estimable(names, rows, seen)
        try:
            solution = em_moments(rows, held_weights)
        except np.linalg.LinAlgError as error:
            raise ConvergenceError(
                "The covariance became singular; there are too few rows for these columns, or "
                "some are linear combinations of others."
            ) from error
        if not solution.converged:
            raise ConvergenceError(
                f"EM did not settle in {solution.iterations:,} iterations; the answers say too "
                "little about some pairs of columns."
            )
        blank = int((~seen).sum())
        if blank:
            warn(
                f"{blank:,} of {seen.size:,} values are missing; the moments are maximum-"
                "likelihood estimates (EM).",
                MissingResponseWarning,
            )
        n = len(rows)
        return cls(
            names=names,
            n=n,
            mean=solution.mean,
            covariance=solution.covariance * (n / (n - 1)),
            weight=None if held_weights is None else float(held_weights.sum()),
            weight_squares=None if held_weights is None else float((held_weights**2).sum()),
            n_excluded=len(kept) - n,
        )

    @classmethod
    def from_pairs(
        cls,
        frame: object,
        columns: Sequence[str] | None = None,
        weights: str | ArrayLike | None = None,
    ) -> "Moments":
        r"""Compute each covariance from the rows that have both values (pairwise deletion).

        What SPSS calls pairwise. It is right if answers are missing completely at random;
        `from_missing` asks for less and never contradicts itself.

        Parameters
        ----------
        frame : DataFrame, Table or Sample
            One row a respondent.
        columns : sequence of str, optional
            Which columns; by default all of them but the weights.
        weights : str or array_like of shape (n,), optional
            Sampling weights; a Sample has its own.

        Returns
        -------
        Moments
            `pairs` counts the rows behind each covariance. `n` is the smallest of them, and
            `n_excluded` counts the other rows; of some of the variables (`select`), theirs.
            Moments of pairs do not add.

        Raises
        ------
        ResponseError
            If two columns were answered together by fewer than two respondents.

        Warns
        -----
        MissingResponseWarning
            The smallest number of rows behind a covariance, and which.
        AdmissibilityWarning
            If the covariances are not positive definite.

        Notes
        -----
        :math:`s_{jk}` has the means of the :math:`n_{jk}` rows that it comes from, the divisor
        :math:`n_{jk} - 1`, and with sampling weights :math:`n_{jk}/(n_{jk} - 1)` times the
        weighted mean. Variances come from all rows with the value, so a correlation is not quite
        that of the rows of its pair, and of few rows may exceed 1. No single n is right for tests
        of such a matrix. The smallest is probably better than most simple choices, but corrects
        chi-square only in part [1]_.

        References
        ----------
        .. [1] Marsh, H. W. (1998). Pairwise deletion for missing data in structural equation
           models: Nonpositive definite matrices, parameter estimates, goodness of fit, and
           adjusted sample sizes. *Structural Equation Modeling*, 5(1), 22-36.
           https://doi.org/10.1080/10705519809540087

        Examples
        --------
        >>> frame = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 3, 2, None]})
        >>> import warnings
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore", MissingResponseWarning)
        ...     Moments.from_pairs(frame)
        Moments: n = 3 (the smallest of any pair) of 4, 2 variables
        """
        read, held_weights = columns_of(frame, columns, weights)
        names = tuple(read)
        found = pairwise_moments(list(read.values()), held_weights)
        check_pairs(names, found.pairs)
        n = int(found.pairs.min())
        total = len(next(iter(read.values())))
        if (found.pairs < found.n_rows).any():
            warn_of_pairs(names, found, total)
        warn_if_indefinite(found.covariance)
        return cls(
            names=names,
            n=n,
            mean=found.mean,
            covariance=found.covariance,
            weight=found.weight * (n / found.n_rows),
            weight_squares=found.squares * (n / found.n_rows),
            n_excluded=total - n,
            pairs=found.pairs,
        )

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
        if not isinstance(n, Integral) or n < 2:
            raise ResponseError(f"n must be a whole number of at least 2, not {n!r}.")
        names, covariance = read_covariance(matrix, names, sd)
        centre = np.zeros(len(names)) if mean is None else read_vector("mean", mean, len(names))
        return cls(
            names=names,
            n=n,
            mean=centre,
            covariance=covariance,
        )

    def __add__(self, other: object) -> "Moments":
        if not isinstance(other, Moments):
            return NotImplemented
        if self.names != other.names:
            raise ResponseError("Moments of different variables cannot be added.")
        if self.pairs is not None or other.pairs is not None:
            raise ResponseError(
                "Moments of pairs cannot be added; put the rows together and call from_pairs once."
            )
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
                weight_squares=kept.weight_squares,
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
            weight_squares=self._squares + other._squares,
            n_excluded=excluded,
        )

    @property
    def total_weight(self) -> float:
        """The sum of the weights."""
        return float(self.n if self.weight is None else self.weight)

    @property
    def n_effective(self) -> float:
        r"""The effective n, :math:`(\sum w)^2 / \sum w^2`; n where the weights are equal.

        References
        ----------
        Kish, L. (1965). *Survey sampling*. Wiley.

        Examples
        --------
        >>> frame = pd.DataFrame({"a": [1.0, 2.0, 6.0]})
        >>> round(Moments.from_frame(frame, weights=[1, 1, 2]).n_effective, 3)
        2.667
        """
        return self.total_weight**2 / self._squares if self._squares else 0.0

    @property
    def _squares(self) -> float:
        return 0.0 if self.weight_squares is None else self.weight_squares

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
        pairs, n = None, self.n
        if self.pairs is not None:
            pairs = self.pairs[np.ix_(at, at)]
            n = int(pairs.min(initial=int(self.pairs.max())))
        share = n / self.n if self.n else 1.0
        return Moments(
            names=tuple(names),
            n=n,
            mean=self.mean[at],
            covariance=self.covariance[np.ix_(at, at)],
            weight=self.total_weight * share,
            weight_squares=self._squares * share,
            n_excluded=self.n_excluded + self.n - n,
            pairs=pairs,
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
        if self.pairs is not None:
            total = self.n + self.n_excluded
            return (
                f"Moments: n = {self.n:,} (the smallest of any pair) of {total:,}, "
                f"{len(self.names)} variables"
            )
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
        weight_squares=None if weights is None else float((weights**2).sum()),
        n_excluded=n_excluded,
    )
