"""The answers that a path model is fitted to: rows or moments, with what is missing."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import Frame, read_numbers
from servqual.errors import (
    AdmissibilityWarning,
    MissingResponseWarning,
    ModelError,
    ResponseError,
    shortened,
    warn,
)
from servqual.moments import Moments
from servqual.pls.fitting.regressions import Floats
from servqual.sem.fitting.model_data import Source

MissingAnswers = Literal["listwise", "mean", "em"]

_CODES = frozenset((-9, -88, -98, -99, -888, -998, -999, -9999, 88, 98, 99, 888, 998, 999, 9999))


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers:
    """The columns of a path model.

    Attributes
    ----------
    moments : Moments
        Mean and covariance (divisor n - 1) of the columns.
    rows : ndarray of shape (n, p) or None
        What the moments are of, with missing answers replaced; None where only moments are known.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    index : pandas.Index or None
        Of the rows.
    n_imputed : int
        Answers that were replaced.
    suspicious : tuple of str
        Values that look like codes of missing answers.
    """

    moments: Moments
    rows: Floats | None = None
    weights: Floats | None = None
    index: pd.Index | None = None
    n_imputed: int = 0
    suspicious: tuple[str, ...] = ()

    @property
    def counts(self) -> Floats | None:
        """How much each row counts, (1, n); None where there are no rows."""
        if self.rows is None:
            return None
        return (np.ones(len(self.rows)) if self.weights is None else self.weights)[None]

    @property
    def matrix(self) -> Floats:
        """The covariances of the columns: (p, p)."""
        return self.moments.covariance


def check_missing(missing: str) -> None:
    """Refuse a treatment of missing answers that there is not."""
    if missing not in get_args(MissingAnswers):
        known = ", ".join(map(repr, get_args(MissingAnswers)))
        raise ModelError(f"missing must be one of {known}, not {missing!r}.")


def read_answers(source: Source, names: Sequence[str], missing: MissingAnswers) -> Answers:
    """Take the columns of a model, and do with missing answers what was asked for.

    Raises
    ------
    ResponseError
        If columns are not numbers or do not vary, or too few rows are left.
    ModelError
        If answers should be replaced, but only moments are given.

    Warns
    -----
    MissingResponseWarning
        How many rows were left out, or answers replaced.
    AdmissibilityWarning
        Of values that look like codes of missing answers.
    """
    if source.moments is not None:
        if missing != "listwise":
            raise ModelError(
                f"missing={missing!r} needs the answers themselves, but only moments are given."
            )
        moments = source.moments.select(names)
        spread = np.diagonal(moments.covariance)
        constant = [one for one, s in zip(names, spread, strict=True) if not s > 0]
        if constant:
            raise ResponseError(_does_not_vary(constant))
        return Answers(moments=moments)
    index = None
    if source.sample is not None:
        rows = source.sample.matrix(names)
    elif source.frame is not None:
        rows, index = _matrix(source.frame, names), source.frame.index
    else:
        raise ResponseError("There are no data.")
    if np.isinf(rows).any():
        raise ResponseError("The data hold infinite values; a model takes finite ones only.")
    if index is None:
        index = pd.RangeIndex(len(rows))
    return _of_rows(rows, tuple(names), source.weights, index, missing)


def _matrix(frame: Frame, names: Sequence[str]) -> Floats:
    """Read columns as a new array of shape (n, p)."""
    return np.column_stack([read_numbers(frame, name).values for name in names]).astype(np.float64)


def _of_rows(
    rows: Floats,
    names: tuple[str, ...],
    weights: NDArray[np.float64] | None,
    index: pd.Index,
    missing: MissingAnswers,
) -> Answers:
    blank = np.isnan(rows)
    some_blank = bool(blank.any())
    n_all = len(rows)
    suspicious = _suspicious(rows, names, *_ends(rows, some_blank))
    if suspicious:
        warn(suspicious[0], AdmissibilityWarning)
    kept = np.asarray(~(blank.any(axis=1) if missing == "listwise" else blank.all(axis=1)))
    n_out = n_all - int(kept.sum())
    if weights is not None:
        kept &= weights > 0
    if not kept.all():
        rows, blank, index = rows[kept], blank[kept], index[np.flatnonzero(kept)]
        weights = None if weights is None else weights[kept]
    if len(rows) < 2:
        raise ResponseError(
            f"A path model needs at least two respondents; {len(rows)} of {n_all:,} are left."
            + (" missing='mean' or 'em' keeps incomplete ones." if missing == "listwise" else "")
        )
    least, most = _ends(rows, some_blank)
    if not (most > least).all():
        raise ResponseError(_does_not_vary([names[i] for i in np.flatnonzero(~(most > least))]))
    if n_out:
        warn(
            f"{n_out:,} of {n_all:,} respondents did not answer "
            + ("every column" if missing == "listwise" else "any column")
            + f" of the model and are left out (missing={missing!r}).",
            MissingResponseWarning,
        )
    n_imputed = int(blank.sum())
    moments = None
    if n_imputed:
        if missing == "mean":
            rows = _with_means(rows, blank, weights)
            how = "replaced by the means of their columns, which shrinks variances"
        else:
            moments, rows = _with_expectations(rows, names, blank, weights)
            how = "estimated by maximum likelihood (EM)"
        warn(
            f"{n_imputed:,} of {blank.size:,} answers are missing and {how} (missing={missing!r}).",
            MissingResponseWarning,
        )
    if moments is None:
        moments = _moments(rows, names, weights)
    rows.flags.writeable = False
    return Answers(
        moments=replace(moments, n_excluded=n_out) if n_out else moments,
        rows=rows,
        weights=weights,
        index=index,
        n_imputed=n_imputed,
        suspicious=suspicious,
    )


def _moments(rows: Floats, names: tuple[str, ...], weights: Floats | None) -> Moments:
    """Compute the moments of complete rows, as `Moments.from_frame` does, all rows at once."""
    n = len(rows)
    counts = np.ones(n) if weights is None else weights
    total = counts.sum()
    moved = rows - rows[0]  # so that small variances survive large means
    mean = counts @ moved / total
    moved -= mean
    scatter = moved.T @ (moved if weights is None else moved * counts[:, None])
    return Moments(
        names=names,
        n=n,
        mean=mean + rows[0],
        covariance=scatter / total * (n / (n - 1)),
        weight=None if weights is None else float(total),
        weight_squares=None if weights is None else float((counts**2).sum()),
    )


def _does_not_vary(names: Sequence[str]) -> str:
    return (
        f"{len(names)} columns do not vary: {shortened(names)}. They have no weight; leave them "
        "out of the model."
    )


def _with_means(rows: Floats, blank: NDArray[np.bool_], weights: Floats | None) -> Floats:
    counts = np.where(blank, 0.0, 1.0 if weights is None else weights[:, None])
    means = (np.where(blank, 0.0, rows) * counts).sum(axis=0) / counts.sum(axis=0)
    return np.where(blank, means, rows)


def _with_expectations(
    rows: Floats, names: tuple[str, ...], blank: NDArray[np.bool_], weights: Floats | None
) -> tuple[Moments, Floats]:
    """Estimate the moments, and what is missing from what was answered."""
    columns: Mapping[str, Floats] = dict(zip(names, rows.T, strict=True))
    with warnings.catch_warnings():
        # What is missing is said by the caller.
        warnings.simplefilter("ignore", MissingResponseWarning)
        moments = Moments.from_missing(pd.DataFrame(columns), weights=weights)
    filled = rows.copy()
    patterns, of_row = np.unique(blank, axis=0, return_inverse=True)
    for number, out in enumerate(patterns):
        if not out.any():
            continue
        at = np.flatnonzero(of_row.ravel() == number)
        covariance = moments.covariance
        slopes = np.linalg.lstsq(
            covariance[np.ix_(~out, ~out)], covariance[np.ix_(~out, out)], rcond=None
        )[0]
        known = rows[np.ix_(at, np.flatnonzero(~out))] - moments.mean[~out]
        filled[np.ix_(at, np.flatnonzero(out))] = moments.mean[out] + known @ slopes
    return moments, filled


def _ends(rows: Floats, some_blank: bool) -> tuple[Floats, Floats]:
    """Give the least and the largest answer of each column; NaN where there is none."""
    if not some_blank:
        return rows.min(axis=0, initial=np.inf), rows.max(axis=0, initial=-np.inf)
    return np.fmin.reduce(rows, axis=0), np.fmax.reduce(rows, axis=0)


def _suspicious(
    rows: Floats, names: tuple[str, ...], least: Floats, most: Floats
) -> tuple[str, ...]:
    """Name values that are usual codes of missing answers and lie far from all others."""
    found: dict[str, int] = {}
    likely = [
        i for i, ends in enumerate(zip(least, most, strict=True)) if not _CODES.isdisjoint(ends)
    ]
    for at in likely:
        column = rows[:, at]
        coded = np.isin(column, list(_CODES))
        others = column[~coded & ~np.isnan(column)]
        if not len(others):
            continue
        span = max(others.max() - others.min(), 1.0)
        for code in np.unique(column[coded]):
            if code < others.min() - span or code > others.max() + span:
                found[f"{code:g} in {names[at]}"] = int((column == code).sum())
    if not found:
        return ()
    return (
        f"{sum(found.values()):,} answers look like codes of missing answers: "
        f"{shortened(list(found))}. They count as they are; make them NaN (missing) first.",
    )
