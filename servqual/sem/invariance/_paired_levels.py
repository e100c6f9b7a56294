"""The levels of two ratings: fitted, put in one frame, and the latent gaps they give."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from servqual.errors import (
    AdmissibilityWarning,
    ConvergenceError,
    MissingResponseWarning,
    ModelError,
    ResponseError,
)
from servqual.responses import Responses
from servqual.sem.construction._pairs import PairLevel
from servqual.sem.construction.paired_templates import expectation_perception_model
from servqual.sem.estimation import fit_sem
from servqual.sem.invariance._ladder import Ladder, climb
from servqual.sem.invariance._ratings import Ratings
from servqual.sem.result import SemResult

Fits = Mapping[tuple[str, str], SemResult]
Freed = Mapping[str, tuple[str, ...]]
Levels = Mapping[str, SemResult]


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitting:
    """Ratings, and how their models are fitted.

    Attributes
    ----------
    ratings : Ratings
    levels : tuple of str
    freed : mapping of str to tuple of str
        Items that are let go of, by level.
    ordered : Responses or False
        The answers, if they are taken as ordered categories.
    options : mapping
        Of `fit_sem`.
    """

    ratings: Ratings
    levels: Sequence[PairLevel]
    freed: Freed
    ordered: Responses | bool
    options: Mapping[str, Any]

    def fit(self, key: str, dimensions: Sequence[str], problems: list[str]) -> Levels:
        """Fit the levels of some dimensions in one model; say what could not be fitted."""
        ratings = self.ratings
        items = [item for one in dimensions for item in ratings.dimensions[one]]
        obstacle = ratings.obstacle(items)
        if len(dimensions) == 1 and len(items) < 3:
            obstacle = (
                f"{len(items)} item{'s are' if len(items) > 1 else ' is'} too few for two factors "
                "with correlated errors"
            )
        if obstacle:
            problems.append(f"{key}: {obstacle}.")
            return {}
        found: dict[str, SemResult] = {}
        for level in self.levels:
            try:
                found[level] = self._fit(level, dimensions, items)
            except (ModelError, ResponseError, ConvergenceError) as error:
                problems.append(f"{key}, {level}: {error}")
        return found

    def _fit(self, level: PairLevel, dimensions: Sequence[str], items: list[str]) -> SemResult:
        text = expectation_perception_model(
            self.ratings.instrument,
            level,
            dimensions=dimensions,
            partial={
                one: [item for item in its if item in items] for one, its in self.freed.items()
            },
            ordered=self.ordered,
        )
        with warnings.catch_warnings():
            # What is missing has been said, and what is inadmissible will be.
            warnings.simplefilter("ignore", MissingResponseWarning)
            warnings.simplefilter("ignore", AdmissibilityWarning)
            return fit_sem(
                text,
                self.ratings.frame(items),
                weights=self.ratings.weights,
                ordered=self.ordered is not False,
                **self.options,
            )


def ladder_of(fits: Levels) -> Ladder | None:
    """Compare the levels."""
    return climb(list(fits.items())) if fits else None


def levels_frame(
    ladders: Mapping[str, Ladder | None], levels: Sequence[str], labels: Mapping[str, str]
) -> pd.DataFrame:
    """Put the levels of all models below each other; NaN where there is none."""
    frames = []
    for key, ladder in ladders.items():
        found = pd.DataFrame({"level": []}) if ladder is None else ladder.frame
        whole = found.set_index("level").reindex(pd.Index(levels, name="level")).reset_index()
        whole.insert(0, "dimension", key)
        whole.insert(1, "label", labels[key])
        frames.append(whole)
    columns = dict.fromkeys(name for one in frames for name in one)
    order = next(list(one) for one in frames if len(one.columns) == len(columns))
    return pd.concat([one.reindex(columns=order) for one in frames], ignore_index=True)


def gaps_frame(
    ratings: Ratings, fits: Fits, freed: Freed, labels: Mapping[str, str]
) -> pd.DataFrame:
    """Give the latent mean gap of each dimension, and the observed one of the same items."""
    level: PairLevel = "scalar"
    rows = []
    for key, items in ratings.dimensions.items():
        result = fits.get((key, level))
        found = dict.fromkeys(("estimate", "se", "ci_low", "ci_high"), np.nan)
        if result is not None and result.converged:
            table = result.parameters
            row = table[table["lhs"] == f"mean_gap_{key}"].iloc[0]
            found = {name: float(row[name]) for name in found}
        equal = [item for item in items if item not in freed[level]]
        gap = np.nanmean([_mean_gap(ratings, item) for item in equal]) if equal else np.nan
        rows.append({"dimension": key, "label": labels[key]} | found | {"observed": float(gap)})
    return pd.DataFrame(rows)


def _mean_gap(ratings: Ratings, item: str) -> float:
    means = []
    for letter in "PE":
        values = ratings.columns[f"{letter}{item}"]
        answered = ~np.isnan(values)
        weights = None if ratings.weights is None else ratings.weights[answered]
        means.append(np.average(values[answered], weights=weights))
    return float(means[0] - means[1])
