"""Gaps 2, 3 and 4 as the ratings they are: nothing is subtracted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._answers import check_answered, check_scale
from servqual._definition import check_scale as check_ends
from servqual._frames import Frame, read_frame, read_numbers
from servqual._language import say
from servqual._weights import read_weights
from servqual.comparisons.means import Tests, mean_tests, means_of
from servqual.comparisons.reasons import Reason, grouped
from servqual.errors import MissingResponseWarning, ResponseError, SmallSampleWarning, warn
from servqual.instrument import Instrument, load_instrument
from servqual.provider.nesting import read_nesting
from servqual.provider.phrases import interval_note, units_text
from servqual.provider.rows import dimension_rows, labels_at, unit_rows
from servqual.provider.unit_level import (
    Interval,
    check_options,
    unit_means,
    unit_tests,
    warn_of_few,
)
from servqual.provider.unit_result import UnitResult

Floats = NDArray[np.float64]
BLOCKS: Mapping[int, str] = {2: "standards", 3: "ability", 4: "promises"}
MEANINGS: Mapping[int, str] = {
    2: "extent of formal standards",
    3: "ability to meet the standards",
    4: "ability to keep what is promised outside",
}
_FLAT = "No interval, because there is one value only or all are equal: {names}."


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ProviderRatings(UnitResult):
    """Ratings of gap 2, 3 or 4; make them with `provider_ratings`.

    Attributes
    ----------
    gap : int
        2, 3 or 4.
    table : pandas.DataFrame
        What `to_frame` gives.
    unit_table : pandas.DataFrame or None
        The same for each unit.
    instrument : Instrument
        Whose dimensions were rated.
    scale : tuple of (int, int)
    n : int
        People who rated.
    unit, firm : str or None
    n_units, n_firms : int
    interval : {"t", "percentile"}
    n_resamples : int
    confidence : float
    weighted : bool
    reasons : tuple of Reason
        Why figures are NaN.
    """

    gap: int
    instrument: Instrument
    scale: tuple[int, int]
    n: int
    interval: str
    n_resamples: int
    weighted: bool

    def title(self, language: str = "en") -> str:
        """Say of which gap these are ratings, on what scale, and of how many."""
        text = say(
            "Gap {gap} as rated, {meaning} ({low}–{high}, a rating and no difference): n = {n:,}",
            language,
            gap=self.gap,
            meaning=say(MEANINGS[self.gap], language),
            low=self.scale[0],
            high=self.scale[1],
            n=self.n,
        )
        text += units_text(self.n_units, self.n_firms, language)
        return text + (say(", with sampling weights", language) if self.weighted else "")

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how to read the ratings, and how intervals were formed."""
        return (
            say(
                "Low = a large gap. Nothing is subtracted, so the figures have no sign and do not "
                "add up with gaps 1 and 5. overall = mean of {count} dimensions.",
                language,
                count=len(self.table) - 1,
            ),
            interval_note(self, language)
            if self.unit is not None
            else say(
                "Intervals: {percent:g} %, Student's t.", language, percent=100 * self.confidence
            ),
            *(reason.say(language) for reason in self.reasons),
        )


def provider_ratings(
    frame: object,
    gap: Literal[2, 3, 4],
    *,
    pattern: str | None = None,
    instrument: Instrument | None = None,
    scale: tuple[int, int] | None = None,
    unit: str | None = None,
    firm: str | None = None,
    weights: str | ArrayLike | None = None,
    interval: Interval = "t",
    n_resamples: int = 2000,
    seed: int | None = None,
    confidence: float = 0.95,
) -> ProviderRatings:
    r"""Summarize the ratings of gap 2, 3 or 4, one of each dimension.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row a manager (gap 2) or a member of the contact staff (gaps 3 and 4).
    gap : {2, 3, 4}
        Extent of formal standards, ability to meet them, or ability to keep what is promised
        outside.
    pattern : str, optional
        How the columns are called, with ``{}`` for the dimension key; by default ``standards_{}``,
        ``ability_{}`` or ``promises_{}``.
    instrument : Instrument, optional
        Whose dimensions were rated; by default the five of SERVQUAL.
    scale : tuple of (int, int), optional
        The lowest and the highest rating; by default that of the bundled instrument
        ``provider-ratings-1990``, 1 to 7.
    unit, firm : str, optional
        Columns of units, and of the firms they belong to. Each unit then counts alike.
    weights : str or array_like of shape (n,), optional
        Sampling weights, or the column that holds them.
    interval : {"t", "percentile"}
        With units: Student's t of the units, or percentiles of resampled units.
    n_resamples : int, default 2000
    seed : int, optional
        The same seed gives the same resamples.
    confidence : float, default 0.95

    Returns
    -------
    ProviderRatings
        ``to_frame()``: level, dimension, label, n, n_units, estimate (scale points), sd, ci_low,
        ci_high; the overall rating of a person is the mean of all dimensions, so it needs all of
        them. ``.units`` has the means of each unit.

    Raises
    ------
    ResponseError
        If columns are missing, or hold no rating or one off the scale.
    ValueError
        If there is no such gap, or options contradict each other.

    Warns
    -----
    MissingResponseWarning
        If ratings are missing.
    SmallSampleWarning
        If there are fewer than ten units.

    Notes
    -----
    In the extended gaps model [1]_ gaps 2 to 4 are asked directly, on one item a dimension: low
    answers mean a large gap. The mean over units and its error are those of `management_gap`.

    References
    ----------
    .. [1] Zeithaml, V. A., Berry, L. L., & Parasuraman, A. (1988). Communication and control
       processes in the delivery of service quality. *Journal of Marketing*, 52(2), 35-48.
       https://doi.org/10.1177/002224298805200203

    Examples
    --------
    >>> import servqual as sq
    >>> staff = sq.load_dataset("chain_staff").dropna()
    >>> found = provider_ratings(staff, 3, unit="unit", firm="firm")
    >>> found.to_frame()[["label", "n", "n_units", "estimate", "ci_low", "ci_high"]].round(2)
                label    n  n_units  estimate  ci_low  ci_high
    0       Tangibles  140       40      5.64    5.41     5.86
    1     Reliability  140       40      4.71    4.47     4.95
    2  Responsiveness  140       40      4.53    4.31     4.74
    3       Assurance  140       40      5.15    4.92     5.38
    4         Empathy  140       40      4.47    4.26     4.69
    5         Overall  140       40      4.90    4.74     5.06
    """
    if gap not in BLOCKS:
        raise ValueError(
            f"gap must be 2, 3 or 4, not {gap!r}. Gap 1 is management_gap(...), gap 5 "
            "gap_scores(...): these are differences."
        )
    if instrument is not None and not isinstance(instrument, Instrument):
        raise TypeError(
            f"instrument= wants an Instrument, such as load_instrument('servqual-1991'), not "
            f"{type(instrument).__name__}."
        )
    check_options(interval, n_resamples, confidence, unit, firm)
    held = read_frame(frame)
    if len(held) == 0:
        raise ResponseError("The frame has no rows, so there are no ratings.")
    rated = load_instrument("servqual-1991") if instrument is None else instrument
    ends = load_instrument("provider-ratings-1990").scale if scale is None else scale
    low, high = check_ends("scale", ends)
    values = _ratings(held, gap, pattern, tuple(rated.dimensions), (low, high))
    w = read_weights(held, weights)
    keys = dimension_rows(rated)
    about: dict[str, Any] = {
        "gap": int(gap),
        "instrument": rated,
        "scale": (low, high),
        "n": len(held),
        "unit": unit,
        "firm": firm,
        "interval": interval,
        "n_resamples": int(n_resamples) if interval == "percentile" else 0,
        "confidence": confidence,
        "weighted": w is not None,
    }
    if unit is None:
        means = means_of(values, w)
        if (means.n < 2).any():
            warn("A dimension has one rating only: there is no interval.", SmallSampleWarning)
        figures = {"n": means.n, "estimate": means.mean, "sd": means.sd}
        table, reasons = _table(keys, figures, mean_tests(means, confidence))
        return ProviderRatings(table=table, n_units=0, n_firms=0, reasons=reasons, **about)
    nested = read_nesting(held, unit, firm, None, f"gap {gap}")
    each = unit_means(values, nested.codes, len(nested.labels), w)
    across, tests = unit_tests(
        each.mean, nested.firm_codes, confidence, interval, int(n_resamples), seed
    )
    warn_of_few(len(nested.labels))
    figures = {
        "n": each.n.sum(axis=1),
        "n_units": across.n_units,
        "estimate": across.estimate,
        "sd": across.sd,
    }
    table, reasons = _table(keys, figures, tests)
    return ProviderRatings(
        table=table,
        unit_table=unit_rows(nested, keys, {"n": each.n, "estimate": each.mean}),
        n_units=len(nested.labels),
        n_firms=nested.n_firms,
        reasons=reasons,
        **about,
    )


def _ratings(
    frame: Frame,
    gap: int,
    pattern: str | None,
    keys: Sequence[str],
    scale: tuple[int, int],
) -> Floats:
    """Read the ratings, one row a dimension, and the mean of all as the last row."""
    pattern = f"{BLOCKS[gap]}_{{}}" if pattern is None else pattern
    if not isinstance(pattern, str) or pattern.count("{}") != 1:
        raise ResponseError(f"pattern={pattern!r} must hold {{}} once, for the dimension key.")
    names = [pattern.replace("{}", key) for key in keys]
    frame.require(names, f"columns of gap {gap} (pattern {pattern!r})")
    numbers = [read_numbers(frame, name) for name in names]
    what = f"gap {gap}"
    check_answered(what, names, numbers)
    check_scale(what, names, numbers, scale, frame)
    values = np.array([one.values for one in numbers], dtype=np.float64)
    blank = int(np.isnan(values).sum())
    if blank:
        warn(
            f"Gap {gap}: {blank:,} of {values.size:,} ratings are missing; each dimension is the "
            "mean of those who rated it, overall of those who rated all.",
            MissingResponseWarning,
        )
    return np.vstack([values, values.mean(axis=0)])


def _table(
    keys: pd.DataFrame, figures: Mapping[str, NDArray[Any]], tests: Tests
) -> tuple[pd.DataFrame, tuple[Reason, ...]]:
    labels = labels_at(keys, np.isnan(tests.ci_low))
    ends = {"ci_low": tests.ci_low, "ci_high": tests.ci_high}
    return pd.concat([keys, pd.DataFrame({**figures, **ends})], axis=1), grouped({_FLAT: labels})
