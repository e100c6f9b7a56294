"""Answers to correlate, read from a frame, a sample or scores."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._frames import Frame, read_frame, read_numbers
from servqual._weights import read_weights
from servqual.errors import ResponseError
from servqual.instrument import Instrument
from servqual.moments import Moments
from servqual.polychoric.prepared import MOST_CATEGORIES
from servqual.sample import Sample
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores

Scores = GapScores | PerceptionScores | ToleranceScores

_ANSWERS = ("perception", "expectation", "minimum")
_DIFFERENCES = ("gap", "adequacy", "superiority")


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """Columns of answers.

    Attributes
    ----------
    columns : dict of str to ndarray of shape (n,)
        NaN where missing. A category that is no number stands as its place, from 1.
    declared : dict of str to dict of float to str
        The categories that a column could hold, with their labels, where it is known.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    of : str
        "perception", "expectation", ... or "item" for plain columns.
    instrument : Instrument or None
        Whose items they are, where it is known.
    """

    columns: dict[str, NDArray[Any]]
    declared: dict[str, dict[float, str]]
    weights: NDArray[np.float64] | None
    of: str = "item"
    instrument: Instrument | None = None


def read_source(data: object, of: str, weights: str | ArrayLike | None) -> Source:
    """Read the answers to correlate.

    Raises
    ------
    ResponseError
        If there are none, or differences are asked for.
    """
    if isinstance(data, Moments):
        raise ResponseError(
            "Polychoric correlations need the answers themselves, but only moments are given."
        )
    if isinstance(data, Scores):
        if weights is not None:
            raise ResponseError("weights goes with a frame; scores have those of their responses.")
        return _of_scores(data, of)
    if isinstance(data, Sample):
        if weights is not None:
            raise ResponseError("weights goes with a frame; a Sample has its own.")
        return Source(columns=dict(data.columns), declared={}, weights=data.weights)
    held = read_frame(data)
    names = [name for name in held.names if not isinstance(weights, str) or name != weights]
    columns: dict[str, NDArray[Any]] = {}
    declared: dict[str, dict[float, str]] = {}
    schema = held.data.schema
    for name in names:
        categories = None
        if str(schema[name]).startswith(("Enum", "Categorical")):
            categories = _categories(held, name)
        if categories is None:
            columns[name] = read_numbers(held, name).values
        else:
            columns[name], declared[name] = categories
    return Source(columns=columns, declared=declared, weights=read_weights(held, weights))


def _of_scores(scores: Scores, of: str) -> Source:
    if of in _DIFFERENCES:
        raise ResponseError(
            f"of={of!r} is a difference of two answers, which is no ordered category: equal "
            "differences come from different pairs of answers. Correlate the answers themselves, "
            "with of='perception' or of='expectation'."
        )
    instrument = scores.responses.instrument
    roles = [role for role in instrument.roles if role in _ANSWERS]
    if of not in roles:
        raise ResponseError(f"of must be one of {', '.join(roles)}, not {of!r}.")
    frame = scores.answers(of)
    low, high = instrument.scale_of(of)
    steps = {float(value): str(value) for value in range(int(low), int(high) + 1)}
    weights = scores.weights
    columns = dict(zip(map(str, frame.columns), frame.to_numpy(np.float64).T, strict=True))
    whole = {
        name: steps
        for name, column in columns.items()
        if len(steps) <= MOST_CATEGORIES and np.isin(column[~np.isnan(column)], list(steps)).all()
    }
    return Source(columns=columns, declared=whole, weights=weights, of=of, instrument=instrument)


def _categories(frame: Frame, name: str) -> tuple[NDArray[np.float64], dict[float, str]] | None:
    """Read a column of ordered categories: numbers as they are, other labels by their place."""
    column = frame.pandas([name])[name]
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return None
    if not column.cat.ordered:
        raise ResponseError(
            f"Column {name!r} holds categories without an order. Give them one "
            "(pandas.Categorical(..., ordered=True)), recode them to numbers, or leave it out."
        )
    labels = column.cat.categories.tolist()
    places = _numbers(labels) or [float(place) for place in range(1, len(labels) + 1)]
    codes = column.cat.codes.to_numpy()
    values = np.where(codes < 0, np.nan, np.array(places or [0.0])[codes])
    return values, {place: str(label) for place, label in zip(places, labels, strict=True)}


def _numbers(labels: list[Any]) -> list[float] | None:
    """Give labels that are numbers in rising order; None for any others."""
    if not all(isinstance(label, (int, float)) and not isinstance(label, bool) for label in labels):
        return None
    numbers = [float(label) for label in labels]
    return numbers if numbers == sorted(numbers) else None
