"""Penalties of low and rewards of high answers, as a result."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._phrases import among, grouped_reasons, p_text
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.items import SCORE_NAMES
from servqual.resampling import INTERVALS, IntervalKind

COLLINEAR = 5.0
SYMMETRIC, LINEAR = "symmetric effects", "linear drivers"
MODELS = (LINEAR, "penalties and rewards")
ERRORS = {
    "HC3": "errors: HC3 (MacKinnon & White, 1985)",
    "classical": "errors: classical",
    "weights": "errors: HC3, linearised",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PenaltyReward(Result):
    """Effects of low and high answers on an outcome; make it with `penalty_reward`.

    Attributes
    ----------
    instrument : Instrument
    table : pandas.DataFrame
        What `to_frame` gives.
    tests : pandas.DataFrame
        Joint tests: "symmetric effects" (no driver is asymmetric) and "linear drivers" (nothing
        beyond straight lines), with hypothesis, statistic (F), df1, df2, p_value.
    models : pandas.DataFrame
        The model beside the linear one: model, n, k (predictors), r2, r2_adjusted, r2_cv.
    n, n_total : int
        Respondents used, and all of them.
    level : {"dimension", "item"}
    of : {"perception", "gap"}
    outcome : tuple of str
    coding : {"dummy", "piecewise"}
    cut : str, float or (float, float)
        Where low ends and high begins.
    errors : {"HC3", "classical"}
    kind : {"percentile", "bias-corrected", "bca"}
        Of the interval of the impact asymmetry.
    equal_within : float
        How far from 0 the impact asymmetry of a performance factor may be.
    confidence : float
    n_resamples, n_lost : int
        Resamples, and those of them in which the model could not be fitted.
    weighted : bool
    reasons : tuple of (str, str)
        What is to be known of some drivers, and of which.
    """

    instrument: Instrument
    table: pd.DataFrame
    tests: pd.DataFrame
    models: pd.DataFrame
    n: int
    n_total: int
    level: str
    of: str
    outcome: tuple[str, ...]
    coding: str
    cut: str | float | tuple[float, float]
    errors: str
    kind: IntervalKind
    equal_within: float
    confidence: float
    n_resamples: int
    n_lost: int
    weighted: bool
    reasons: tuple[tuple[str, str], ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Why cells are NaN, and what else is to be known of drivers."""
        return self._problems("en")

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy, unrounded frame: one row a driver; see `penalty_reward`."""
        return self.table.copy()

    def coding_text(self, language: str = "en") -> str:
        """Say what is low and what is high."""
        if isinstance(self.cut, tuple):
            low, high = self.cut
            return say(
                "low: {low:g} and less, high: {high:g} and more", language, low=low, high=high
            )
        if self.cut == "thirds":
            return say("low and high: about the lowest and the highest third", language)
        point = {"mean": "the mean", "midpoint": "the middle of the scale"}
        where = say(point[self.cut], language) if isinstance(self.cut, str) else f"{self.cut:g}"
        return say("slopes below and above {point} of each driver", language, point=where)

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, what is low and high, and how errors were found."""
        count = {"item": "{count} items", "dimension": "{count} dimensions"}[self.level]
        text = say(
            "Penalties and rewards of {drivers} ({of}), {instrument}: n = {n:,}",
            language,
            drivers=say(count, language, count=len(self.table)),
            of=say(SCORE_NAMES[self.of], language),
            instrument=self.instrument.title_in(language),
            n=self.n,
        )
        text = among(text, self.n, self.n_total, weighted=self.weighted, language=language)
        return say(
            "{text}; outcome: {outcome}; {coding}; {errors}",
            language,
            text=text,
            outcome=" + ".join(self.outcome),
            coding=self.coding_text(language),
            errors=say(ERRORS["weights" if self.weighted else self.errors], language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the columns are, give the joint tests, and what is missing."""
        dummy = self.coding == "dummy"
        meaning = (
            "penalty = outcome after low answers less that after middling ones, reward = the same "
            "after high answers, all drivers held, in points of the outcome (Brandt, 1987)."
            if dummy
            else "penalty = −slope below the point, reward = slope above it, all drivers held: "
            "points of the outcome per point of the driver."
        )
        notes = [
            say(meaning, language),
            say(
                "ia = (reward − |penalty|) / (reward + |penalty|), from −1 to 1 (Mikulić & "
                "Prebežac, 2008). basic: ia < −{line:g}; excitement: ia > {line:g}; performance: "
                "between.",
                language,
                line=self.equal_within,
            ),
            *self._test_notes(language),
        ]
        if dummy:
            notes.append(
                say(
                    "Where answers are skewed, the groups lie unequally far apart and even a "
                    "straight line seems asymmetric (Lin et al., 2010); the test of linear drivers "
                    "and coding='piecewise' are not deceived by it.",
                    language,
                )
            )
        if self.n_resamples:
            notes.append(
                say(
                    "Probabilities of classes: shares of {count:,} resamples of the respondents; "
                    "what is left to 1 had wrong signs. ia has {interval}.",
                    language,
                    count=self.n_resamples,
                    interval=say(INTERVALS[self.kind], language),
                )
            )
        notes.append(
            say(
                "Drivers and outcome are answers of the same respondents; effects tell what goes "
                "with the outcome, not what moves it.",
                language,
            )
        )
        return (*notes, *self._problems(language))

    def _test_notes(self, language: str) -> list[str]:
        said = {
            SYMMETRIC: "All effects symmetric (reward = −penalty): F({df1}, {df2}) = {statistic}, "
            "p {p}.",
            LINEAR: "All drivers linear: F({df1}, {df2}) = {statistic}, p {p}.",
        }
        notes = []
        for row in self.tests.to_dict("records"):
            # Straight lines are what slopes that are alike say already.
            again = self.coding == "piecewise" and row["hypothesis"] == LINEAR
            if not (again or np.isnan(row["statistic"])):
                text = say(
                    said[row["hypothesis"]],
                    language,
                    df1=f"{row['df1']:.0f}",
                    df2=f"{row['df2']:.0f}",
                    statistic=f"{row['statistic']:.2f}",
                    p=p_text(row["p_value"]),
                )
                notes.append(text)
        linear, own = self.models.to_dict("records")
        notes.append(
            say(
                "R² of linear drivers {linear} (adjusted {linear_adjusted}, cross-validated "
                "{linear_cv}), of penalties and rewards {own} ({own_adjusted}, {own_cv}).",
                language,
                **{
                    f"{name}{end}": f"{row[f'r2{end}']:.3f}"
                    for name, row in (("linear", linear), ("own", own))
                    for end in ("", "_adjusted", "_cv")
                },
            )
        )
        return notes

    def _problems(self, language: str) -> tuple[str, ...]:
        found = grouped_reasons(self.reasons, language)
        if self.n_lost:
            found += (
                say(
                    "{count:,} of {total:,} resamples lacked a group of answers and are left out.",
                    language,
                    count=self.n_lost,
                    total=self.n_resamples,
                ),
            )
        return found
