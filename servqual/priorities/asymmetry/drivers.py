"""Drivers and an outcome, read from scores."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ResponseError
from servqual.priorities.asymmetry.options import checked_ends
from servqual.scores.averages import averages
from servqual.scores.gaps import GapScores
from servqual.scores.outcome import count_left_out, read_outcome
from servqual.scores.perception import PerceptionScores

Floats = NDArray[np.float64]
Scored = GapScores | PerceptionScores
Level = Literal["dimension", "item"]
Of = Literal["perception", "gap"]


@dataclass(frozen=True, kw_only=True, eq=False)
class DriverData:
    """Complete rows of k drivers and an outcome.

    Attributes
    ----------
    keys : tuple of str
    rows : ndarray of shape (n, k)
    outcome : ndarray of shape (n,)
    outcome_names : tuple of str
    weights : ndarray of shape (n,) or None
        Sampling weights.
    middle : float
        The middle of the scale; 0 for gaps.
    n_total : int
        All respondents.
    """

    keys: tuple[str, ...]
    rows: Floats
    outcome: Floats
    outcome_names: tuple[str, ...]
    weights: Floats | None
    middle: float
    n_total: int


def read_drivers(
    scores: Scored,
    outcome: object,
    level: Level,
    of: Of,
    scale: tuple[float, float] | None,
) -> DriverData:
    """Read the complete rows of what is to be explained and by what.

    Raises
    ------
    ResponseError
        If there is no outcome, it leaves its scale or does not vary, or no row is complete.
    """
    instrument = scores.responses.instrument
    keys = instrument.items if level == "item" else tuple(instrument.dimensions)
    if of == "gap":
        if not isinstance(scores, GapScores):
            raise ResponseError("of='gap' needs GapScores; perceptions alone have no gap.")
        frame = scores.items if level == "item" else scores.dimensions
        rows = frame.to_numpy(dtype=np.float64)
    else:
        rows = scores.answers("perception").to_numpy(dtype=np.float64)
        if level == "dimension":
            rows = averages(rows, instrument.positions.values())
    names, values = read_outcome(scores, outcome)
    if scale is not None:
        _check_scale(values, names, scale)
    weights = scores.weights
    complete = ~(np.isnan(rows).any(axis=1) | np.isnan(values))
    count_left_out(complete, has="the outcome and all drivers", lacks="the outcome or a driver")
    y = values[complete]
    if y.min() == y.max():
        raise ResponseError(
            f"The outcome {', '.join(names)!r} is {y[0]:g} of all {len(y):,} respondents, so "
            "nothing can explain it."
        )
    low, high = instrument.scale_of("perception")
    return DriverData(
        keys=tuple(keys),
        rows=rows[complete],
        outcome=y,
        outcome_names=names,
        weights=None if weights is None else weights[complete],
        middle=0.0 if of == "gap" else (low + high) / 2,
        n_total=len(scores.responses),
    )


def _check_scale(values: Floats, names: tuple[str, ...], scale: tuple[float, float]) -> None:
    low, high = checked_ends(scale)
    off = values[(values < low) | (values > high)]
    if len(off):
        raise ResponseError(
            f"{len(off):,} values of the outcome {', '.join(names)!r} lie off its scale {low:g} to "
            f"{high:g}, such as {off[0]:g}. Turn codes such as 99 to missing first."
        )
