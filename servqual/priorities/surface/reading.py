"""Pairs of perception and expectation with an outcome, read from scores or from a frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._frames import Frame, read_frame, read_numbers
from servqual._weights import read_weights
from servqual.errors import ResponseError
from servqual.instrument import Instrument
from servqual.reliability._gap_parts import gap_parts
from servqual.sample import Sample
from servqual.scores.gaps import GapScores
from servqual.scores.outcome import count_left_out, outcome_numbers, read_outcome

Floats = NDArray[np.float64]
Level = Literal["overall", "dimension"]
Centre = Literal["midpoint", "mean"] | float
_LARGEST, _SMALLEST = 1e40, 1e-40  # of values, and of their spread: powers of them must be numbers
_FARTHEST = 1e4  # of their reach, that the centre may lie away


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Complete rows: an outcome, and pairs of X and Y by dimension (or one, under "").

    Attributes
    ----------
    outcome : tuple of str
    z : ndarray of shape (n,)
    pairs : mapping of str to tuple of ndarray of shape (n,)
    weights : ndarray of shape (n,) or None
    n_total : int
    centre : mapping of str to float
        What is subtracted from X and Y.
    scale : tuple of (float, float) or None
    instrument : Instrument or None
    names : tuple of (str, str)
        Of X and Y.
    overall_of : str
        Of what overall scores are means; empty where there are none.
    importance : bool
        Whether the scores bear importance weights, which do not enter here.
    """

    outcome: tuple[str, ...]
    z: Floats
    pairs: Mapping[str, tuple[Floats, Floats]]
    weights: Floats | None
    n_total: int
    centre: Mapping[str, float]
    scale: tuple[float, float] | None
    instrument: Instrument | None
    names: tuple[str, str]
    overall_of: str
    importance: bool


def read_scores(scores: GapScores, outcome: object, level: Level, centre: Centre) -> Pairs:
    """Read perception and expectation as means of the same items, as the gap has them."""
    instrument = scores.responses.instrument
    scale = instrument.scale_of("perception")
    names, z = read_outcome(scores, outcome)
    parts = gap_parts(scores)
    if level == "overall":
        pairs = {"": (parts.overall["perception only"], parts.overall["expectation"])}
    else:
        columns = zip(
            parts.by_dimension["perception only"].T,
            parts.by_dimension["expectation"].T,
            strict=True,
        )
        pairs = dict(zip(instrument.dimensions, columns, strict=True))
    return _complete(
        names,
        z,
        pairs,
        parts.weights,
        len(scores.responses),
        centre,
        (float(scale[0]), float(scale[1])),
        instrument,
        ("perception", "expectation"),
        overall_of=scores.overall_of if level == "overall" else "",
        importance=scores.importance is not None,
    )


def read_columns(
    data: object,
    outcome: object,
    x: str | None,
    y: str | None,
    scale: tuple[float, float] | None,
    weights: str | ArrayLike | None,
    centre: Centre,
) -> Pairs:
    """Read two columns of a frame or a sample."""
    if not isinstance(x, str) or not isinstance(y, str) or x == y:
        raise ValueError(
            "response_surface on a frame wants the names of two columns: x= (such as the "
            "perception) and y= (such as the expectation)."
        )
    if isinstance(data, Sample):
        if weights is None:
            weights = data.weights
        data = pd.DataFrame(dict(data.columns))
    frame = read_frame(data)
    frame.require([x, y])
    pair = tuple(read_numbers(frame, name).values.astype(np.float64) for name in (x, y))
    names, z = _outcome(frame, outcome, (x, y))
    return _complete(
        names,
        z,
        {"": (pair[0], pair[1])},
        read_weights(frame, weights),
        len(frame),
        centre,
        scale if scale is None else _scale(scale, pair, (x, y)),
        None,
        (x, y),
        overall_of="",
        importance=False,
    )


def _outcome(frame: Frame, outcome: object, own: tuple[str, str]) -> tuple[tuple[str, ...], Floats]:
    if isinstance(outcome, str):
        outcome = [outcome]
    if (
        isinstance(outcome, Sequence)
        and len(outcome)
        and all(isinstance(one, str) for one in outcome)
    ):
        frame.require(outcome, "outcome columns")
        if set(outcome) & set(own):
            raise ResponseError("The outcome must be another column than x and y.")
        values = np.mean([read_numbers(frame, name).values for name in outcome], axis=0)
        return tuple(outcome), np.asarray(values, dtype=np.float64)
    if isinstance(outcome, pd.Series) and not outcome.index.equals(frame.index):
        raise ResponseError(
            "The outcome has another index than the frame; give it the frame's, or pass "
            "outcome.to_numpy() if its rows are in the same order."
        )
    values = outcome_numbers(outcome, len(frame))
    return (str(getattr(outcome, "name", None) or "outcome"),), values


def _scale(
    scale: tuple[float, float], pair: tuple[Floats, ...], names: tuple[str, str]
) -> tuple[float, float]:
    try:
        if isinstance(scale, str):
            raise TypeError("text")
        low, high = (float(end) for end in scale)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"scale must be the lowest and the highest answer, not {scale!r}."
        ) from error
    if not low < high < np.inf or low == -np.inf:
        raise ValueError(f"scale must be the lowest and the highest answer, not {scale!r}.")
    for values, name in zip(pair, names, strict=True):
        outside = (values < low) | (values > high)
        if outside.any():
            raise ResponseError(
                f"{int(outside.sum()):,} values of {name!r} lie off the scale {low:g} to "
                f"{high:g}, such as {values[outside][0]:g}."
            )
    return low, high


def _complete(
    outcome: tuple[str, ...],
    z: Floats,
    pairs: Mapping[str, tuple[Floats, Floats]],
    weights: Floats | None,
    n_total: int,
    centre: Centre,
    scale: tuple[float, float] | None,
    instrument: Instrument | None,
    names: tuple[str, str],
    *,
    overall_of: str,
    importance: bool,
) -> Pairs:
    """Keep the rows with everything, and find where X and Y are centred."""
    columns = [z, *(one for pair in pairs.values() for one in pair)]
    if any(np.isinf(one).any() for one in columns):
        raise ResponseError("The outcome, X or Y holds infinite values.")
    there = ~np.isnan(columns).any(axis=0)
    if weights is not None:
        there &= weights > 0
    count_left_out(
        there,
        has="the outcome and every score",
        lacks="the outcome, a score or a positive sampling weight",
        who="respondents",
    )
    kept = None if weights is None else weights[there] / weights[there].mean()
    used = {key: (x[there], y[there]) for key, (x, y) in pairs.items()}
    if not np.ptp(z[there]) > 0:
        raise ResponseError(
            f"The outcome {', '.join(outcome)!r} does not vary, so nothing can explain it."
        )
    for values in (z[there], *(one for pair in used.values() for one in pair)):
        if np.abs(values).max() > _LARGEST or 0 < np.ptp(values) < _SMALLEST:
            raise ResponseError(
                "The powers of these values are beyond what numbers can hold; give the columns "
                "other units."
            )
    centres = {key: _centre(centre, pair, kept, scale) for key, pair in used.items()}
    for key, pair in used.items():
        apart = max(abs(float(one.mean()) - centres[key]) for one in pair)
        if apart > _FARTHEST * max(map(np.ptp, pair)) > 0:
            raise ResponseError(
                f"centre={centres[key]:g} lies {apart:g} from the mean of X or Y, so far that "
                "nothing can be said of the surface there; choose one among the answers, such as "
                "centre='mean'."
            )
    return Pairs(
        outcome=outcome,
        z=z[there],
        pairs=used,
        weights=kept,
        n_total=n_total,
        centre=centres,
        scale=scale,
        instrument=instrument,
        names=names,
        overall_of=overall_of,
        importance=importance,
    )


def _centre(
    centre: Centre,
    pair: tuple[Floats, Floats],
    weights: Floats | None,
    scale: tuple[float, float] | None,
) -> float:
    if centre == "mean":
        return float(np.mean([np.average(one, weights=weights) for one in pair]))
    if centre != "midpoint":
        return float(centre)
    if scale is None:
        raise ValueError(
            "centre='midpoint' needs the scale of the answers, such as scale=(1, 7); or choose "
            "centre='mean' or a number (0 if the columns are centred already)."
        )
    return (scale[0] + scale[1]) / 2
