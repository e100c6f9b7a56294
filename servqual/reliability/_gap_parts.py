"""The gap and its parts as predictors of an outcome."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.scores.averages import average, averages
from servqual.scores.disconfirmation import disconfirmation_score
from servqual.scores.evaluated import NORM, distance_score, normed_score
from servqual.scores.gaps import GapScores

Floats = NDArray[np.float64]

MODELS = (
    "gap",
    "weighted gap",
    "perception only",
    "evaluated performance",
    "normed quality",
    "direct disconfirmation",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class GapParts:
    """The gap and its parts, of the scored rows: by dimension (n, d) and overall (n,).

    `middle` is that of the scale of perceptions.
    """

    by_dimension: Mapping[str, Floats]
    overall: Mapping[str, Floats]
    weights: Floats | None
    middle: float

    @property
    def direct(self) -> Floats:
        """E and then P of every dimension."""
        return np.hstack([self.by_dimension["expectation"], self.by_dimension["perception only"]])

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Who has every predictor."""
        stacked = np.column_stack([*self.by_dimension.values(), *self.overall.values()])
        whole: NDArray[np.bool_] = np.logical_not(np.isnan(stacked.sum(axis=1)))
        return whole

    @property
    def polynomial(self) -> Floats:
        """Overall P and E about the middle of the scale, their squares and their product."""
        overall = (self.overall["perception only"], self.overall["expectation"])
        x, y = (values - self.middle for values in overall)
        return quadratic_terms(x, y)

    def models(self) -> list[tuple[str, str, Floats]]:
        """Give the models to compare: name, of what the predictors are, predictors."""
        compared = [
            (name, "overall", self.overall[name][:, None])
            for name in MODELS
            if name in self.overall
        ]
        compared.append(("E and P, polynomial", "overall", self.polynomial))
        compared += [
            (name, "dimensions", self.by_dimension[name])
            for name in MODELS
            if name in self.by_dimension
        ]
        return [*compared, ("E and P, direct effects", "dimensions", self.direct)]


def quadratic_terms(x: Floats, y: Floats) -> Floats:
    """Give x, y, x², xy and y² as columns (n, 5)."""
    return np.column_stack([x, y, x**2, x * y, y**2])


def gap_parts(scores: GapScores) -> GapParts:
    """Average the same items for the gap and its parts, so that the gap is their difference."""
    responses = scores.responses
    answers = {
        role: scores.answers(role).to_numpy(dtype=np.float64)
        for role in ("expectation", "perception", "ideal", "comparison")
        if role in responses.answers
    }
    instrument = responses.instrument
    e, p = answers["expectation"], answers["perception"]
    gap = p - e
    parts = {"gap": gap, "perception only": np.where(np.isnan(gap), np.nan, p)}
    parts["expectation"] = parts["perception only"] - gap
    if "ideal" in answers:
        parts["evaluated performance"] = distance_score(p, answers["ideal"])
        if instrument.expectation_kind == NORM:
            parts["normed quality"] = normed_score(p, e, answers["ideal"])
    if "comparison" in answers:
        scale = instrument.scale_of("comparison")
        parts["direct disconfirmation"] = disconfirmation_score(answers["comparison"], scale)
    positions = list(instrument.positions.values())
    by_dimension = {name: averages(values, positions) for name, values in parts.items()}
    of_items = scores.overall_of == "items"
    overall = {
        name: average(parts[name]) if of_items else by_dimension[name].mean(axis=1)
        for name in parts
    }
    if scores.importance is not None:
        overall["weighted gap"] = scores.overall.to_numpy(dtype=np.float64)
    low, high = instrument.scale_of("perception")
    return GapParts(
        by_dimension=by_dimension, overall=overall, weights=scores.weights, middle=(low + high) / 2
    )
