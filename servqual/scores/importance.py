"""How important each dimension or item is, to whom: the weights of the overall score."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import read_frame, read_numbers
from servqual._kernel import Weighting
from servqual._language import say
from servqual.errors import ResponseError, nearest, shortened
from servqual.responses import Responses

At = Literal["dimension", "item"]
Weigh = Literal["respondents", "means"]


@dataclass(frozen=True, kw_only=True)
class Importance:
    """What weights were asked for, in the words of the title."""

    source: str  # "points", "items", "mapping" or "frame"
    at: At
    normalize: bool
    weigh: Weigh

    def describe(self, language: str = "en") -> str:
        """Name the weights and how they were used."""
        template = {
            ("points", "respondents"): "each respondent's own points",
            ("points", "means"): "the mean points",
            ("items", "respondents"): "each respondent's own ratings of importance",
            ("items", "means"): "the mean ratings of importance",
            ("mapping", "respondents"): "given weights",
            ("mapping", "means"): "given weights",
            ("frame", "respondents"): "given weights of each respondent",
            ("frame", "means"): "the mean of given weights",
        }[self.source, self.weigh]
        scaled = "weights scaled to sum to 1" if self.normalize else "weights as they are, summed"
        return f"{say(template, language)} ({say(scaled, language)})"


def read_importance(
    importance: object, responses: Responses, *, at: At, normalize: bool, weigh: Weigh
) -> tuple[Importance, NDArray[np.float64]]:
    """Read the weights that were asked for: common ones (q,), or a row each (q, n)."""
    for name, value, choices in (
        ("importance_at", at, ("dimension", "item")),
        ("weigh", weigh, ("respondents", "means")),
    ):
        if value not in choices:
            raise ValueError(f"{name} must be one of {choices}, not {value!r}.")
    if isinstance(importance, pd.Series):
        importance = importance.to_dict()
    instrument = responses.instrument
    keys = tuple(instrument.dimensions) if at == "dimension" else instrument.items
    if isinstance(importance, str):
        source = importance
        values = _answered(importance, responses, at)
    elif isinstance(importance, Mapping):
        source, values = "mapping", _mapped(importance, keys, at)
    else:
        source, values = "frame", _framed(importance, responses, keys)
    if (values < 0).any():
        raise ResponseError("importance weights must not be negative.")
    if normalize and not (values > 0).any():
        raise ResponseError("importance weights are all zero; they cannot be scaled to sum to 1.")
    return Importance(source=source, at=at, normalize=normalize, weigh=weigh), values


def weighting(
    importance: Importance,
    values: NDArray[np.float64],
    rows: NDArray[np.bool_] | None,
    weights: NDArray[np.float64] | None,
) -> Weighting:
    """Form the weights that the scores use: row by row, or their means over the scored rows."""
    if importance.weigh == "means" and values.ndim == 2:
        usable = ~np.isnan(values).any(axis=0)
        if rows is not None:
            usable &= rows
        if not usable.any():
            raise ResponseError("No scored respondent has importance weights.")
        chosen = values[:, usable]
        values = (
            chosen.mean(axis=1)
            if weights is None
            else chosen @ weights[usable] / weights[usable].sum()
        )
    return Weighting(values=values, at=importance.at, normalize=importance.normalize)


def _answered(source: str, responses: Responses, at: At) -> NDArray[np.float64]:
    role = {"points": "points", "items": "importance"}.get(source)
    if role is None:
        raise ResponseError(
            f"importance must be 'points', 'items', a mapping or a frame, not {source!r}."
        )
    if role not in responses.answers:
        bound = "points='points_{}'" if role == "points" else "importance='I{}'"
        raise ResponseError(
            f"importance={source!r} needs the role {role!r}, which was not bound; pass "
            f"{bound} (as the columns are called) to Responses.from_frame, with an instrument "
            f"that has the role."
        )
    if role == "points" and at == "item":
        raise ResponseError("importance='points' weighs dimensions; importance_at must be so too.")
    values = np.array(responses.answers[role], dtype=np.float64)
    if role == "points" or at == "item":
        return values
    tolerant = responses.missing == "available" or role in responses.not_applicable
    return np.array([_mean(values[at], tolerant) for at in responses.instrument.positions.values()])


def _mean(ratings: NDArray[np.float64], tolerant: bool) -> NDArray[np.float64]:
    if not tolerant:
        means: NDArray[np.float64] = ratings.mean(axis=0)
        return means
    present = ~np.isnan(ratings)
    count = present.sum(axis=0)
    total = np.where(present, ratings, 0).sum(axis=0)
    enough = (count > 0) & (2 * count >= len(ratings))
    unknown = np.full(len(total), np.nan)
    return np.divide(total, count, out=unknown, where=enough)


def _mapped(
    importance: Mapping[object, object], keys: tuple[str, ...], at: At
) -> NDArray[np.float64]:
    given = {str(key): value for key, value in importance.items()}
    unknown = [key for key in given if key not in keys]
    if unknown:
        raise ResponseError(
            f"importance names {shortened(unknown)}, which is no {at} of the instrument."
            f"{nearest(unknown[0], keys)}"
        )
    absent = [key for key in keys if key not in given]
    if absent:
        raise ResponseError(f"importance gives no weight to {shortened(absent)}.")
    values = np.array([given[key] for key in keys], dtype=np.float64)
    if not np.isfinite(values).all():
        raise ResponseError("importance weights must be finite numbers.")
    return values


def _framed(importance: object, responses: Responses, keys: tuple[str, ...]) -> NDArray[np.float64]:
    frame = read_frame(importance)
    frame.require(keys, "importance columns")
    values = np.array([read_numbers(frame, key).values for key in keys], dtype=np.float64)
    index = responses.frame.index
    if frame.index.equals(index):
        return values
    if not frame.index.is_unique or not index.isin(frame.index).all():
        raise ResponseError(
            f"The importance frame has {len(frame):,} rows that do not match the "
            f"{len(index):,} respondents; give it the same index."
        )
    return values[:, frame.index.get_indexer(index)]
