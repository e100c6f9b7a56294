"""An outcome and its drivers, read from scores, frames, samples or moments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servqual._frames import Frame, read_frame, read_numbers
from servqual._weights import read_weights
from servqual.errors import ResponseError, nearest, shortened
from servqual.instrument import Instrument
from servqual.items import SCORES_OF
from servqual.moments import Moments, moments_of_columns
from servqual.priorities.relative.subsets import Floats
from servqual.sample import Sample
from servqual.scores.averages import averages
from servqual.scores.common import Scores
from servqual.scores.gaps import GapScores
from servqual.scores.outcome import count_left_out, outcome_numbers, read_outcome
from servqual.scores.tolerance import ToleranceScores

OUTCOME = "outcome"
LARGEST, SMALLEST = 1e75, 1e-75  # of values, and of their spread
BEYOND = (
    "The powers of these values are beyond what numbers can hold; give the columns other units."
)
LEVELS = ("dimension", "item")


@dataclass(frozen=True, kw_only=True, eq=False)
class Drivers:
    """Columns that explain an outcome, in complete rows or as moments.

    Attributes
    ----------
    names : tuple of str
        The p columns of the drivers.
    outcome : tuple of str
        What the outcome is the mean of.
    moments : Moments
        Of the p columns and the outcome, in this order.
    rows : ndarray of shape (n, p + 1) or None
    kept : ndarray of bool of shape (n_total,) or None
        Which of the rows that were read are complete.
    weights : ndarray of shape (n,) or None
        Sampling weights of mean 1.
    n_total : int
    instrument : Instrument or None
    of : str
        Which scores the drivers are: "gap", ..., or "" for plain columns.
    """

    names: tuple[str, ...]
    outcome: tuple[str, ...]
    moments: Moments
    rows: Floats | None = None
    kept: Any = None
    weights: Floats | None = None
    n_total: int = 0
    instrument: Instrument | None = None
    of: str = ""


def read_drivers(
    y: object,
    X: object,
    weights: str | ArrayLike | None = None,
    of: str | None = None,
    level: str = "dimension",
    also: Floats | None = None,
) -> Drivers:
    """Read an outcome and its drivers; rows that are not complete are left out and warned of.

    Parameters
    ----------
    y : str, sequence of str or values
        Columns (the mean of several) or a value for each row.
    X : Scores, frame, Sample or Moments
    weights : str or array_like, optional
        Sampling weights, for a frame; scores and samples have their own.
    of, level : str
        Which of the scores, and whether dimensions or items are the drivers.
    also : ndarray of shape (n, r), optional
        More that rows need to be complete in.

    Raises
    ------
    ResponseError
        If columns are missing, or no row is complete.
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(map(repr, LEVELS))}, not {level!r}.")
    if not isinstance(X, Scores) and (of is not None or level != "dimension"):
        raise ResponseError("of= and level= go with scores; of a frame every column is a driver.")
    if isinstance(X, (Scores, Sample, Moments)) and weights is not None:
        raise ResponseError(f"weights goes with a frame; {type(X).__name__} has its own.")
    if isinstance(X, Moments):
        return _of_moments(y, X)
    about: dict[str, Any] = {}
    if isinstance(X, Scores):
        outcome, values = read_outcome(X, y)
        frame, about["of"] = _scored(X, of, level)
        about |= {"instrument": X.responses.instrument, "n_total": len(X.responses)}
        names, columns = tuple(frame.columns), frame.to_numpy(dtype=np.float64)
        held = X.weights
    elif isinstance(X, Sample):
        outcome, names = _outcome_and_drivers(y, X.names)
        values = X.matrix(outcome).mean(axis=1) if _is_names(y) else _values(y, len(X), None)
        columns, held = X.matrix(names), X.weights
    else:
        source = read_frame(_framed(X))
        own = weights if isinstance(weights, str) else None
        present = [name for name in source.names if name != own]
        outcome, names = _outcome_and_drivers(y, present)
        if _is_names(y):
            values = np.mean([read_numbers(source, one).values for one in outcome], axis=0)
        else:
            values = _values(y, len(source), source)
        columns = np.column_stack([read_numbers(source, name).values for name in names])
        held = read_weights(source, weights)
    return _complete(names, outcome, np.column_stack([columns, values]), held, also, about)


def _complete(
    names: tuple[str, ...],
    outcome: tuple[str, ...],
    rows: Floats,
    weights: Floats | None,
    also: Floats | None,
    about: dict[str, Any],
) -> Drivers:
    rows = rows.astype(np.float64)
    kept = ~np.isnan(rows).any(axis=1)
    if also is not None:
        kept &= ~np.isnan(also).any(axis=1)
    if weights is not None:
        kept &= weights > 0
    count_left_out(
        kept,
        has="the outcome and every driver",
        lacks="the outcome, a driver or a weight",
        who="respondents",
    )
    total, n = len(rows), int(kept.sum())
    rows = rows[kept] if n < total else rows
    if not np.abs(rows).max() < LARGEST:
        raise ResponseError(BEYOND)
    if weights is not None:
        weights = weights[kept] * (n / weights[kept].sum())
    keys = _own(names)
    moments = moments_of_columns(dict(zip(keys, rows.T, strict=True)), weights)
    about.setdefault("n_total", total)
    return Drivers(
        names=names,
        outcome=outcome,
        moments=replace(moments, n_excluded=about["n_total"] - n),
        rows=rows,
        kept=kept,
        weights=weights,
        **about,
    )


def _of_moments(y: object, moments: Moments) -> Drivers:
    if not isinstance(y, str):
        raise ResponseError("With Moments, y must be the name of one of their variables.")
    (outcome,), names = _outcome_and_drivers(y, moments.names)
    chosen = moments.select([*names, outcome])
    values = chosen.covariance
    if not np.isfinite(values).all():
        raise ResponseError("The covariances of these moments are not all known.")
    sd = np.sqrt(np.maximum(np.diag(values), 0))
    there = sd > 0
    r = values[np.ix_(there, there)] / np.outer(sd[there], sd[there])
    if not np.allclose(r, r.T, atol=1e-8) or np.linalg.eigvalsh((r + r.T) / 2)[0] < -1e-8:
        raise ResponseError(
            "These moments are of no set of rows: their covariances contradict each other (they "
            "are not positive semidefinite), as pairwise deletion and rounding can make them."
        )
    names = tuple(names)
    moments = replace(chosen, names=_own(names), covariance=(values + values.T) / 2)
    return Drivers(
        names=names, outcome=(outcome,), moments=moments, n_total=chosen.n + chosen.n_excluded
    )


def _own(names: Sequence[str]) -> tuple[str, ...]:
    """Name the drivers and then the outcome such that no two are alike."""
    last = OUTCOME
    while last in names:
        last += "_"
    return (*names, last)


def _is_names(y: object) -> bool:
    if isinstance(y, str):
        return True
    return isinstance(y, (list, tuple)) and bool(y) and all(isinstance(one, str) for one in y)


def _outcome_and_drivers(
    y: object, present: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not _is_names(y):
        outcome: tuple[str, ...] = (str(getattr(y, "name", None) or OUTCOME),)
        names = tuple(present)
        if isinstance(y, pd.Series) and y.name in names:
            raise ResponseError(
                f"The outcome {y.name!r} is a column of X too; leave it out there, or name it: "
                f"y={y.name!r}."
            )
    else:
        outcome = (y,) if isinstance(y, str) else tuple(y)  # type: ignore[arg-type]
        absent = [one for one in outcome if one not in present]
        if absent:
            raise ResponseError(
                f"X has no outcome {shortened(absent)}.{nearest(absent[0], present)}"
            )
        if len(set(outcome)) < len(outcome):
            raise ResponseError(f"y names a column twice: {shortened(outcome)}.")
        names = tuple(one for one in present if one not in outcome)
    if not names:
        raise ResponseError("There is no driver: X has no column beside the outcome.")
    return outcome, names


def _values(y: object, n: int, frame: Frame | None) -> Floats:
    if isinstance(y, pd.Series) and frame is not None and not y.index.equals(frame.index):
        raise ResponseError(
            "y is a Series whose index is not that of X, so its rows may be others. Give it the "
            "index of X, or pass y.to_numpy() if the order is the same."
        )
    values = outcome_numbers(y, n)
    infinite = int(np.isinf(values).sum())
    if infinite:
        raise ResponseError(f"The outcome holds {infinite:,} infinite values.")
    return values


def _framed(X: object) -> object:
    if isinstance(X, pd.Series):
        return X.to_frame("x" if X.name is None else str(X.name))
    if isinstance(X, np.ndarray) and X.ndim == 2:
        return pd.DataFrame(X, columns=[f"x{i + 1}" for i in range(X.shape[1])])
    return X


def _scored(scores: Scores, of: str | None, level: str) -> tuple[pd.DataFrame, str]:
    kinds = next((kinds for kind, kinds in SCORES_OF.items() if isinstance(scores, kind)), None)
    if kinds is None:
        raise TypeError(f"X cannot be {type(scores).__name__}.")
    of = kinds[0] if of is None else of
    if of not in kinds:
        raise ResponseError(
            f"of must be one of {', '.join(kinds)} for {type(scores).__name__}, not {of!r}."
        )
    instrument = scores.responses.instrument
    if isinstance(scores, ToleranceScores) and of in ("adequacy", "superiority"):
        dimensions = scores.adequacy if of == "adequacy" else scores.superiority
        return (dimensions if level == "dimension" else scores.items[of]), of
    if isinstance(scores, GapScores) and of == "gap":
        return (scores.dimensions if level == "dimension" else scores.items), of
    answers = scores.answers(of)
    if level == "item":
        return answers, of
    values = answers.to_numpy(dtype=np.float64)
    means = averages(values, instrument.positions.values())
    return pd.DataFrame(means, columns=list(instrument.dimensions)), of
