"""The gap and its parts as predictors of an outcome."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.scores.gaps import GapScores

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class GapParts:
    """The gap and its parts, of the scored rows: by dimension (n, d) and overall (n,)."""

    by_dimension: Mapping[str, Floats]
    overall: Mapping[str, Floats]
    weights: Floats | None

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

    def models(self) -> list[tuple[str, str, Floats]]:
        """Give the models to compare: name, of what the predictors are, predictors."""
        wanted = ("gap", "weighted gap", "perception only", "evaluated performance")
        compared = [
            (name, "overall", self.overall[name][:, None])
            for name in wanted
            if name in self.overall
        ]
        compared += [
            (name, "dimensions", self.by_dimension[name])
            for name in wanted
            if name in self.by_dimension
        ]
        return [*compared, ("E and P, direct effects", "dimensions", self.direct)]


def gap_parts(scores: GapScores) -> GapParts:
    """Average the same items for the gap and its parts, so that the gap is their difference."""
    responses = scores.responses
    answers = {
        role: scores.answers(role).to_numpy(dtype=np.float64)
        for role in ("expectation", "perception", "ideal")
        if role in responses.answers
    }
    gap, p = answers["perception"] - answers["expectation"], answers["perception"]
    parts = {"gap": gap, "perception only": np.where(np.isnan(gap), np.nan, p)}
    parts["expectation"] = parts["perception only"] - gap
    if "ideal" in answers:
        parts["evaluated performance"] = -np.abs(p - answers["ideal"])
    positions = list(responses.instrument.positions.values())
    by_dimension = {
        name: np.column_stack([_mean(values[:, at]) for at in positions])
        for name, values in parts.items()
    }
    of_items = scores.overall_of == "items"
    overall = {
        name: _mean(parts[name]) if of_items else by_dimension[name].mean(axis=1) for name in parts
    }
    if scores.importance is not None:
        overall["weighted gap"] = scores.overall.to_numpy(dtype=np.float64)
    weights = responses.weights
    if weights is not None and scores.rows is not None:
        weights = weights[scores.rows]
    return GapParts(by_dimension=by_dimension, overall=overall, weights=weights)


def _mean(values: Floats) -> Floats:
    """Mean of the items that are there, if they are at least half."""
    there = ~np.isnan(values)
    count = there.sum(axis=1)
    mean = np.full(len(values), np.nan)
    total = np.where(there, values, 0).sum(axis=1)
    np.divide(total, count, out=mean, where=(count > 0) & (2 * count >= values.shape[1]))
    return mean
