"""Mean differences of the same respondents, tested as one family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual._result import Result
from servqual.comparisons.effects import Effect
from servqual.comparisons.effects import d_z as standardised
from servqual.comparisons.families import (
    CorrectionOrFlips,
    adjust,
    check_correction,
    family_size,
    name_correction,
)
from servqual.comparisons.flips import Flips, flip_signs
from servqual.comparisons.means import Means, Tests, mean_tests, means_of
from servqual.comparisons.reasons import Reason, grouped
from servqual.instrument import Instrument
from servqual.resampling import check_asked, check_confidence

Floats = NDArray[np.float64]

WEIGHTED_RANKS = "Wilcoxon's test does not use sampling weights and is not given."
_ALONE = "No test with fewer than two scores: {names}."
_EQUAL = "All scores are equal, so there is no test, no interval and no effect size: {names}."
_ZERO = "All differences are 0, so Wilcoxon's test is not defined: {names}."
_NO_SIZE = "The effect is so large that its interval was not found: {names}."
_FEW_FLIPS = "Too few sign flips, or too few respondents, for a simultaneous band."


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FamilyResult(Result):
    """A table of tests that form one family.

    Attributes
    ----------
    table : pandas.DataFrame
        What `to_frame` gives.
    about : mapping of str to str
        What was compared, by language.
    correction : str
        How p-values are adjusted: "holm", "bh", "max_t" or "none".
    m : int
        How many tests the family has.
    confidence : float
        Of the intervals.
    reasons : tuple of Reason
        Why statistics are not given.
    instrument : Instrument or None
        Whose labels the rows bear, where it is known.
    """

    table: pd.DataFrame
    about: Mapping[str, str]
    correction: str
    m: int
    confidence: float
    reasons: tuple[Reason, ...]
    instrument: Instrument | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Why statistics are not given, in English."""
        return tuple(reason.say() for reason in self.reasons)

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy, unrounded frame."""
        return self.table.copy()

    def _family(self, language: str) -> str:
        if self.correction == "none":
            return say("{m} tests, p not adjusted", language, m=self.m)
        return say(
            "{m} tests in one family, p adjusted by {correction}",
            language,
            m=self.m,
            correction=name_correction(self.correction, language),
        )

    def _reasons_in(self, language: str) -> tuple[str, ...]:
        return tuple(reason.say(language) for reason in self.reasons)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FlippedResult(FamilyResult):
    """A family with simultaneous bands from sign flips.

    Attributes
    ----------
    n_resamples : int
        How many sign flips were drawn.
    seed : int or None
        Of the sign flips.
    critical : float
        How many standard errors the bands are wide, to each side.
    """

    n_resamples: int
    seed: int | None
    critical: float

    def _band_note(self, language: str) -> str:
        if self.n_resamples == 0:
            return say("No sign flips were asked for, so there are no bands.", language)
        note = say(
            "band_low and band_high hold for all {m} differences at once ({level:g} %, maximum t "
            "over {flips:,} sign flips: ± {critical:.3f} standard errors); Westfall & Young "
            "(1993).",
            language,
            m=self.m,
            level=100 * self.confidence,
            flips=self.n_resamples,
            critical=self.critical,
        )
        if self.seed is None:
            note += " " + say("No seed was given: another run differs a little.", language)
        return note


@dataclass(frozen=True, kw_only=True, eq=False)
class Tested:
    """Every statistic of q columns of differences."""

    means: Means
    tests: Tests
    effect: Effect
    p_adjusted: Floats
    m: int
    critical: float
    reasons: tuple[Reason, ...]

    @property
    def columns(self) -> dict[str, Floats]:
        """The columns of a table, by name."""
        return {
            "estimate": self.means.mean,
            "ci_low": self.tests.ci_low,
            "ci_high": self.tests.ci_high,
            "statistic": self.tests.statistic,
            "df": self.tests.df,
            "p_value": self.tests.p_value,
            "p_adjusted": self.p_adjusted,
        }

    @property
    def bands(self) -> dict[str, Floats]:
        """The ends of the simultaneous band."""
        error = np.where(self.means.spread, self.means.error, np.nan)
        return {
            "band_low": self.means.mean - self.critical * error,
            "band_high": self.means.mean + self.critical * error,
        }


def check_flips(correction: str, n_resamples: int) -> None:
    """Refuse counts of flips that cannot serve."""
    check_correction(correction, flips=True)
    check_asked(n_resamples, least=0)
    if correction == "max_t" and n_resamples == 0:
        raise ValueError("correction='max_t' needs sign flips; n_resamples=2000 is usual.")


def run_tests(
    values: Floats,
    weights: Floats | None,
    labels: Sequence[str],
    *,
    correction: CorrectionOrFlips,
    n_resamples: int,
    seed: int | None,
    confidence: float,
) -> Tested:
    """Test the mean of each row of (q, n) values against 0, as one family."""
    check_flips(correction, n_resamples)
    check_confidence(confidence)
    means = means_of(values, weights)
    tests = mean_tests(means, confidence)
    effect = standardised(
        means.mean, means.sd, means.n_effective, confidence, np.maximum(means.n - 1.0, 1)
    )
    lost = means.spread & np.isnan(effect.ci_low + effect.ci_high)
    found = without_spread(means, labels)
    found[_NO_SIZE] = [label for label, at in zip(labels, lost, strict=True) if at]
    reasons = grouped(found)
    critical = np.nan
    flips: Flips | None = None
    if n_resamples and means.spread.any():
        flips = flip_signs(values, weights, means, n_resamples, seed)
        critical = flips.critical(confidence)
        if np.isnan(critical):
            reasons += (Reason(_FEW_FLIPS),)
    if correction == "max_t":
        none = np.full(len(values), np.nan)
        p_adjusted = none if flips is None else flips.p_values(tests.statistic)
    else:
        p_adjusted = adjust(tests.p_value, correction)
    return Tested(
        means=means,
        tests=tests,
        effect=effect,
        p_adjusted=p_adjusted,
        m=family_size(tests.p_value),
        critical=critical,
        reasons=reasons,
    )


def without_spread(means: Means, labels: Sequence[str]) -> dict[str, list[str]]:
    """Name the columns that cannot be tested, by why."""
    found: dict[str, list[str]] = {_ALONE: [], _EQUAL: []}
    for label, n, spread in zip(labels, means.n, means.spread, strict=True):
        if not spread:
            found[_ALONE if n < 2 else _EQUAL].append(label)
    return found


def all_zero(z: Floats, means: Means, labels: Sequence[str]) -> tuple[Reason, ...]:
    """Say which columns Wilcoxon's test is not defined for."""
    there = np.isnan(z) & (means.n > 0)
    return grouped({_ZERO: [label for label, at in zip(labels, there, strict=True) if at]})
