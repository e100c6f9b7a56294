"""Performance, importance and outcome, read from scores as columns to be resampled together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ResponseError
from servqual.priorities.grid.derived import DERIVED, Derived, Drivers, Given
from servqual.resampling import MeanResampler
from servqual.scores.averages import averages
from servqual.scores.gaps import GapScores
from servqual.scores.importance import At, read_importance
from servqual.scores.outcome import count_left_out, read_outcome
from servqual.scores.perception import PerceptionScores

Floats = NDArray[np.float64]
Scored = GapScores | PerceptionScores


class Column(Protocol):
    """Something known of each item under any weights of the respondents."""

    def at(self, weights: Floats) -> Floats:
        """Give it under weights of shape (b, n), as (b, q)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Matrix:
    """Importance and performance of q items or dimensions, as functions of n weights.

    Attributes
    ----------
    keys : tuple of str
    level : {"item", "dimension"}
    kind : str
        What importance is.
    importance, performance : Column
    gap : Column or None
    weights : ndarray of shape (n,)
        Sampling weights of mean 1.
    n_each : ndarray of shape (q,)
        Respondents whose performance is known.
    middles : tuple of (float, float)
        The middles of the scales of importance (NaN where it has none) and performance.
    same_scale : bool
    outcome : tuple of str
    reasons : mapping of str to list of int
        Why importance is not known, and of which.
    """

    keys: tuple[str, ...]
    level: str
    kind: str
    importance: Column
    performance: Column
    gap: Column | None
    weights: Floats
    n_each: NDArray[np.int64]
    middles: tuple[float, float]
    same_scale: bool
    outcome: tuple[str, ...]
    reasons: Mapping[str, list[int]]

    @property
    def n(self) -> int:
        """How many respondents."""
        return len(self.weights)


def read_matrix(
    scores: Scored, importance: Any, outcome: object, level: At, performance: str
) -> Matrix:
    """Read what an importance-performance analysis needs.

    Raises
    ------
    ResponseError
        If the scores have no such importance, the outcome cannot be read, or no row is complete.
    """
    responses = scores.responses
    instrument = responses.instrument
    keys = instrument.items if level == "item" else tuple(instrument.dimensions)
    gaps = _gaps(scores, level)
    rows = gaps if performance == "gap" and gaps is not None else _perceptions(scores, level)
    weights = np.ones(scores.n) if scores.weights is None else scores.weights
    if isinstance(importance, str) and importance in DERIVED:
        if outcome is None:
            raise ResponseError(
                f"importance={importance!r} is derived from an outcome; name its column, such as "
                "outcome='satisfaction'."
            )
        names, values = read_outcome(scores, outcome)
        complete = _complete(rows, values, scores)
        rows, weights = rows[complete], weights[complete]
        gaps = None if gaps is None else gaps[complete]
        drivers = Drivers(rows=rows, outcome=values[complete], kind=_derived(importance))
        kind, column, reasons = importance, drivers, drivers.reasons
        stated: Column = column
    else:
        if outcome is not None:
            raise ResponseError("outcome= goes with derived importance, not with stated one.")
        kind, stated = _stated(scores, importance, level)
        names, reasons = (), {}
    low, high = instrument.scale_of("perception")
    rating = instrument.scale_of("importance") if kind == "items" else None
    middle = {"items": sum(rating or ()) / 2, "points": 100 / len(keys)}.get(kind, np.nan)
    return Matrix(
        keys=tuple(keys),
        level=level,
        kind=kind,
        importance=stated,
        performance=MeanResampler(rows),
        gap=None if gaps is None else MeanResampler(gaps),
        weights=weights * len(weights) / weights.sum(),
        n_each=(~np.isnan(rows)).sum(axis=0),
        middles=(middle, 0.0 if performance == "gap" else (low + high) / 2),
        same_scale=rating == (low, high) and performance == "perception",
        outcome=names,
        reasons=reasons,
    )


def _derived(importance: str) -> Derived:
    kinds: dict[str, Derived] = {
        "correlation": "correlation",
        "partial_correlation": "partial_correlation",
        "lmg": "lmg",
        "regression": "regression",
    }
    return kinds[importance]


def _stated(scores: Scored, importance: Any, level: At) -> tuple[str, Column]:
    known = ("points", "items", *DERIVED)
    if isinstance(importance, str) and importance not in known:
        raise ValueError(
            f"importance must be one of {', '.join(map(repr, known))}, a mapping or a frame, not "
            f"{importance!r}."
        )
    if isinstance(importance, str) and importance == "points" and level == "item":
        raise ResponseError(
            "Points are given to dimensions, not to items; ask for level='dimension', or for "
            "importance='items' or one derived from an outcome."
        )
    asked, values = read_importance(
        importance, scores.responses, at=level, normalize=True, weigh="means"
    )
    kind = {"mapping": "given"}.get(asked.source, asked.source)
    if values.ndim == 1:
        return kind, Given(values)
    return kind, MeanResampler(values.T if scores.rows is None else values.T[scores.rows])


def _gaps(scores: Scored, level: At) -> Floats | None:
    if not isinstance(scores, GapScores):
        return None
    frame = scores.items if level == "item" else scores.dimensions
    return frame.to_numpy(dtype=np.float64)


def _perceptions(scores: Scored, level: At) -> Floats:
    items = scores.answers("perception").to_numpy(dtype=np.float64)
    if level == "item":
        return items
    return averages(items, scores.responses.instrument.positions.values())


def _complete(rows: Floats, outcome: Floats, scores: Scored) -> NDArray[np.bool_]:
    complete = np.asarray(~(np.isnan(rows).any(axis=1) | np.isnan(outcome)))
    count_left_out(
        complete,
        has="the outcome and all performance scores, from which importance is derived",
        lacks="the outcome or a performance score, which derived importance needs,",
    )
    return complete
