"""Did it help: two waves of a survey compared, of other people or of the same ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import LANGUAGES, say
from servqual.comparisons.effects import Effect, d_z, hedges_g
from servqual.comparisons.families import Correction, adjust, check_correction, family_size
from servqual.comparisons.matching import AnyScores, ItemsPolicy, Match, match, read_waves
from servqual.comparisons.means import (
    Means,
    Tests,
    detectable_change,
    means_of,
    student_tests,
    welch_difference,
)
from servqual.comparisons.parts import Parts, in_languages, require_scores
from servqual.comparisons.reasons import Reason, grouped, reason
from servqual.comparisons.tested import FamilyResult, without_spread
from servqual.errors import MissingResponseWarning, warn
from servqual.resampling import check_confidence
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores

Floats = NDArray[np.float64]

_LEFT_OUT = (
    "{first:,} respondents of the first and {second:,} of the second wave stand in one wave only "
    "and are left out."
)
_BASE_WEIGHTS = "Pairs have the sampling weights of the first wave."


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WaveComparison(FamilyResult):
    """Two waves compared; make one with `compare_waves`.

    Attributes
    ----------
    table : pandas.DataFrame
        What `to_frame` gives: one row an item, a dimension and an overall score.
    paired : bool
        Whether the same people were asked twice.
    names : tuple of (str, str)
        The first and the second wave.
    power : float
        Of the minimum detectable change.
    problems : tuple of str
        What is not given, and why.
    """

    paired: bool
    names: tuple[str, str]
    sizes: tuple[int, int]
    power: float

    def title(self, language: str = "en") -> str:
        """Say what was compared, whether of the same people, and how p-values are adjusted."""
        if self.paired:
            who = say("the same {n:,} respondents twice", language, n=self.sizes[0])
        else:
            who = say(
                "independent respondents, n = {first:,} and {second:,}",
                language,
                first=self.sizes[0],
                second=self.sizes[1],
            )
        return say(
            "Change from {first} to {second} ({who}; {family}). {about}",
            language,
            first=say(self.names[0], language),
            second=say(self.names[1], language),
            who=who,
            family=self._family(language),
            about=self.about[language],
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how the columns were formed, with citations, and what is not given."""
        how = (
            "Student's t of the differences; d_z = estimate / SD of the differences"
            if self.paired
            else "Welch's t; hedges_g = estimate / pooled SD, unbiased (Hedges, 1981)"
        )
        notes = [
            say(
                "estimate = second mean − first mean in scale points, with its interval "
                "({level:g} %) and {how}. band_low and band_high hold for all {m} differences at "
                "once (Bonferroni).",
                language,
                level=100 * self.confidence,
                how=say(how, language),
                m=self.m,
            ),
            say(
                "detectable = the true change that this comparison finds with a power of "
                "{power:g} % in a single test at {alpha:g} %, given the spread observed.",
                language,
                power=100 * self.power,
                alpha=100 * (1 - self.confidence),
            ),
        ]
        return (*notes, *self._reasons_in(language))


def compare_waves(
    first: AnyScores,
    second: AnyScores | None = None,
    *,
    by: object = None,
    paired: bool | Literal["auto"] = "auto",
    on: str | None = None,
    items: ItemsPolicy = "same",
    correction: Correction = "holm",
    power: float = 0.8,
    confidence: float = 0.95,
) -> WaveComparison:
    r"""Compare two waves, such as before and after an improvement.

    Parameters
    ----------
    first, second : GapScores or PerceptionScores
        The scores of each wave; or one set of scores, with `by`.
    by : str, Series or array_like, optional
        What tells two waves within one set of scores apart; the first in order is the first wave.
    paired : bool or "auto"
        Whether the same people were asked twice. "auto": yes if `on` is given, or if the frames of
        both waves have an index of the same name with labels that recur; else no. Unnamed row
        numbers are never taken for people, but with ``paired=True`` row labels are matched.
    on : str, optional
        The column of ids by which people are matched.
    items : {"same", "shared"}
        Refuse waves with different items, or compare those that both have.
    correction : {"holm", "bh", "none"}
        How p-values are adjusted, over items, dimensions and overall together.
    power : float, default 0.8
        Of the minimum detectable change.
    confidence : float, default 0.95

    Returns
    -------
    WaveComparison
        ``to_frame()``: level, dimension, item, label, n_first, n_second, mean_first, mean_second,
        estimate (second - first, scale points), ci_low, ci_high, statistic (t), df, p_value,
        p_adjusted, band_low, band_high (simultaneous, Bonferroni), d_z (paired) or hedges_g
        (independent) with its interval, detectable (scale points).

    Raises
    ------
    ResponseError
        If the waves have different items or scales, `by` has not two levels, ids recur, or fewer
        than two people stand in both waves.

    Warns
    -----
    MissingResponseWarning
        If people who stand in one wave only are left out.
    AdmissibilityWarning
        If the waves asked for different kinds of expectation.

    Notes
    -----
    Paired: a t test of the differences. Independent: Welch's t. The minimum detectable change is
    :math:`\lambda\, se`, where a noncentral t of noncentrality :math:`\lambda` exceeds the critical
    value with the given power; it is a property of the design [1]_, not the change that a single
    respondent's score must show to exceed its error of measurement.

    References
    ----------
    .. [1] Cohen, J. (1988). *Statistical power analysis for the behavioral sciences* (2nd ed.).
       Erlbaum. https://doi.org/10.4324/9780203771587

    Examples
    --------
    >>> import servqual as sq
    >>> duo = sq.Instrument(
    ...     name="duo", scale=(1, 7), dimensions={"care": ("1", "2"), "speed": ("3",)}
    ... )
    >>> frame = pd.DataFrame({
    ...     "E1": [7, 6, 6, 7], "E2": [6, 6, 7, 6], "E3": [7, 7, 6, 7],
    ...     "P1": [5, 6, 5, 6], "P2": [6, 4, 5, 5], "P3": [4, 6, 6, 5], "wave": [1, 1, 2, 2],
    ... })
    >>> found = compare_waves(sq.gap_scores(sq.Responses.from_frame(frame, duo)), by="wave")
    >>> found.to_frame()[["label", "mean_first", "mean_second", "estimate", "df"]].round(2)
         label  mean_first  mean_second  estimate    df
    0        1        -1.0        -1.00      0.00  1.00
    1        2        -1.0        -1.50     -0.50  1.47
    2        3        -2.0        -1.00      1.00  2.00
    3     Care        -1.0        -1.25     -0.25  1.00
    4    Speed        -2.0        -1.00      1.00  2.00
    5  Overall        -1.5        -1.12      0.38  1.85
    """
    require_scores(first, GapScores, PerceptionScores)
    if second is not None:
        require_scores(second, GapScores, PerceptionScores)
    check_correction(correction, flips=False)
    check_confidence(confidence)
    if items not in ("same", "shared"):
        raise ValueError(f"items must be 'same' or 'shared', not {items!r}.")
    if not 0 < power < 1:
        raise ValueError(f"power must lie between 0 and 1, such as 0.8, not {power!r}.")
    one, other, reasons = read_waves(first, second, by, on, items)
    matched = match(one, other, paired, on)
    if any(matched.left_out):
        at_fault = reason(_LEFT_OUT, first=matched.left_out[0], second=matched.left_out[1])
        warn(at_fault.say(), MissingResponseWarning)
        reasons += (at_fault,)
    parts = (matched.first.parts, matched.second.parts)
    if matched.paired and parts[0].weights is not None:
        reasons += (Reason(_BASE_WEIGHTS),)
    compare = _repeated if matched.paired else _independent
    table, more = compare(*parts, correction=correction, confidence=confidence, power=power)
    return WaveComparison(
        table=table,
        about=_about(first, second),
        instrument=first.responses.instrument,
        correction=correction,
        m=family_size(table["p_value"]),
        confidence=confidence,
        reasons=(*reasons, *more),
        paired=matched.paired,
        names=(one.name, other.name),
        sizes=_sizes(matched),
        power=power,
    )


def _about(first: AnyScores, second: AnyScores | None) -> Mapping[str, str]:
    if second is None:
        return in_languages(first)
    return MappingProxyType(
        {
            language: say(
                "First wave: {first}. Second wave: {second}.",
                language,
                first=first.title(language),
                second=second.title(language),
            )
            for language in LANGUAGES
        }
    )


def _sizes(matched: Match) -> tuple[int, int]:
    return len(matched.first.ids), len(matched.second.ids)


def _repeated(
    first: Parts, second: Parts, *, correction: Correction, confidence: float, power: float
) -> tuple[pd.DataFrame, tuple[Reason, ...]]:
    change = second.values - first.values
    there = ~np.isnan(change)
    means = means_of(change, first.weights)
    sides = tuple(
        means_of(np.where(there, parts.values, np.nan), first.weights) for parts in (first, second)
    )
    df = np.maximum(means.n - 1.0, 1)
    table = _table(first, sides, means.mean, means.error, df, correction, confidence, power)
    effect = d_z(means.mean, means.sd, means.n_effective, confidence, df)
    _put_effect(table, "d_z", effect)
    return table, grouped(without_spread(means, first.labels))


def _independent(
    first: Parts, second: Parts, *, correction: Correction, confidence: float, power: float
) -> tuple[pd.DataFrame, tuple[Reason, ...]]:
    one, other = means_of(first.values, first.weights), means_of(second.values, second.weights)
    found = welch_difference(one, other)
    table = _table(
        first, (one, other), found.estimate, found.error, found.df, correction, confidence, power
    )
    n_first, n_second = (np.where(m.spread, m.n_effective, m.n) for m in (one, other))
    effect = hedges_g(found.estimate, one.sd, other.sd, n_first, n_second, confidence)
    _put_effect(table, "hedges_g", effect)
    both = Means(
        n=np.minimum(one.n, other.n),
        mean=found.estimate,
        sd=found.error,
        error=np.nan_to_num(found.error),
    )
    return table, grouped(without_spread(both, first.labels))


def _table(
    parts: Parts,
    sides: tuple[Means, ...],
    estimate: Floats,
    error: Floats,
    df: Floats,
    correction: Correction,
    confidence: float,
    power: float,
) -> pd.DataFrame:
    tests = student_tests(estimate, error, df, confidence)
    m = max(family_size(tests.p_value), 1)
    bands: Tests = student_tests(estimate, error, df, 1 - (1 - confidence) / m)
    return parts.keys.assign(
        n_first=sides[0].n,
        n_second=sides[1].n,
        mean_first=sides[0].mean,
        mean_second=sides[1].mean,
        estimate=estimate,
        ci_low=tests.ci_low,
        ci_high=tests.ci_high,
        statistic=tests.statistic,
        df=tests.df,
        p_value=tests.p_value,
        p_adjusted=adjust(tests.p_value, correction),
        band_low=bands.ci_low,
        band_high=bands.ci_high,
        detectable=detectable_change(
            np.where(error > 0, error, np.nan), tests.df, confidence, power
        ),
    )


def _put_effect(table: pd.DataFrame, name: str, effect: Effect) -> None:
    """Put an effect size with its interval before the detectable change."""
    at = len(table.columns) - 1
    for column, values in zip((name, f"{name}_ci_low", f"{name}_ci_high"), effect, strict=True):
        table.insert(at, column, values)
        at += 1
