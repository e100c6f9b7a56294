"""The five gaps in one table, and how gaps 1 to 4 go with gap 5 over the units."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual.comparisons.means import mean_tests, means_of
from servqual.comparisons.reasons import reason
from servqual.errors import ResponseError, shortened
from servqual.instrument import Instrument
from servqual.provider.association import KEYS, correlate_with_fifth, shared_by_all
from servqual.provider.beliefs import EXPECTATION
from servqual.provider.management import ManagementGap
from servqual.provider.nesting import read_nesting
from servqual.provider.phrases import kind_text, units_text
from servqual.provider.ratings import MEANINGS, ProviderRatings
from servqual.provider.rows import dimension_rows, unit_rows
from servqual.provider.unit_level import unit_means, unit_tests
from servqual.provider.unit_result import UnitResult
from servqual.scores.gaps import GapScores

Floats = NDArray[np.float64]

DIFFERENCE, RATING = "difference", "rating"
SAID: Mapping[int, str] = {
    1: "managers' guesses − customers' expectations",
    **MEANINGS,
    5: "perception − expectation (P − E)",
}
_ABSENT = "Not given, so not shown: gap {names}."


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ProviderGaps(UnitResult):
    """The five gaps; make them with `provider_gaps`.

    Attributes
    ----------
    table, correlation_table : pandas.DataFrame
        What `to_frame` and `correlations` give.
    unit_table : pandas.DataFrame or None
        What `units` gives.
    instrument : Instrument
    scale : tuple of (int, int) or None
        Of the ratings of gaps 2 to 4.
    unit, firm : str or None
        The columns of units and firms.
    n_units, n_firms : int
        Units that every gap has, and their firms; 0 where none are told apart.
    confidence : float
    reasons : tuple of Reason
        Gaps that were not given, and why figures are NaN.
    """

    correlation_table: pd.DataFrame
    instrument: Instrument
    scale: tuple[int, int] | None

    @property
    def correlations(self) -> pd.DataFrame:
        """How each gap goes with gap 5 over the units, one row a gap and dimension."""
        return self.correlation_table.copy()

    def title(self, language: str = "en") -> str:
        """Say whose gaps these are, and how many units they share."""
        text = say(
            "The five gaps, {instrument}", language, instrument=self.instrument.title_in(language)
        )
        if (self.table["kind"] == DIFFERENCE).any():
            kind = kind_text(self.instrument, language)
            text = say("{title}; {kind}", language, title=text, kind=kind)
        return text + units_text(self.n_units, self.n_firms, language)

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the signs mean, that ratings have none, and how gaps go together."""
        notes = [
            say(
                "Gap 1 is a difference: negative = managers underestimate what customers expect. "
                "Gap 5 is a difference: negative = the service falls short of what customers "
                "expect. The two signs mean different things.",
                language,
            ),
            say(
                "Gaps 2, 3 and 4 are ratings and no differences: low = a large gap. Nothing is "
                "added over gaps.",
                language,
            ),
            say(
                "Intervals: {percent:g} %; n = people whose answers count (gap 1: managers and "
                "customers). overall = mean of {count} dimensions.",
                language,
                percent=100 * self.confidence,
                count=len(self.instrument.dimensions),
            ),
        ]
        if self.unit is not None:
            notes.append(say("Each unit counts alike.", language))
        if self.correlation_table["r"].notna().any():
            notes.append(
                say(
                    ".correlations: how each gap goes with gap 5 over the units{within} (Fisher's "
                    "interval). Gaps 1 and 5 both subtract what the same customers expect, so they "
                    "go together by construction.",
                    language,
                    within=say(", within their firms", language) if self.firm is not None else "",
                )
            )
        return (*notes, *(one.say(language) for one in self.reasons))


def provider_gaps(
    gap1: ManagementGap | None = None,
    gap2: ProviderRatings | None = None,
    gap3: ProviderRatings | None = None,
    gap4: ProviderRatings | None = None,
    gap5: GapScores | None = None,
) -> ProviderGaps:
    r"""Gather the five gaps of the extended model in one table.

    Parameters
    ----------
    gap1 : ManagementGap, optional
        What `management_gap` gives.
    gap2, gap3, gap4 : ProviderRatings, optional
        What `provider_ratings` gives.
    gap5 : GapScores, optional
        What `gap_scores` gives. If the others tell units (and firms) apart, the customers' frame
        must have the same columns; the units then count alike here too.

    Returns
    -------
    ProviderGaps
        ``to_frame()``: gap_number, meaning, kind ("difference" or "rating"), level, dimension,
        label, n, n_units, estimate, ci_low, ci_high. ``.correlations``: of gaps 1 to 4 with gap 5
        over the units: gap_number, level, dimension, label, n_units, r, ci_low, ci_high.
        ``.units``: each gap of each unit. The intervals of gaps 1 to 4 are those of their results,
        that of gap 5 is Student's.

    Raises
    ------
    ResponseError
        If none is given, or they are of different dimensions or units.
    TypeError
        If one is of another kind.

    Warns
    -----
    MissingResponseWarning
        If customers belong to no known unit, or units lack some of the gaps.

    Notes
    -----
    Gaps 1 and 5 are differences whose signs mean different things; gaps 2 to 4 are ratings [1]_.
    They are shown side by side and never added. Over J units in F firms the correlation r is of
    deviations from the firms' means, its interval
    :math:`\tanh(\tanh^{-1} r \pm z / \sqrt{J - F - 2})`, with F = 1 where no firms are told apart;
    it is NaN with fewer than 5 + F - 1 units.

    References
    ----------
    .. [1] Zeithaml, V. A., Berry, L. L., & Parasuraman, A. (1988). Communication and control
       processes in the delivery of service quality. *Journal of Marketing*, 52(2), 35-48.
       https://doi.org/10.1177/002224298805200203

    Examples
    --------
    >>> import servqual as sq
    >>> from servqual.provider.ratings import provider_ratings
    >>> staff = sq.load_dataset("chain_staff").dropna()
    >>> rated = [provider_ratings(staff, gap, unit="unit", firm="firm") for gap in (3, 4)]
    >>> found = provider_gaps(gap3=rated[0], gap4=rated[1])
    >>> found.to_frame().query("level == 'overall'")[["gap_number", "kind", "estimate"]].round(2)
        gap_number    kind  estimate
    5            3  rating      4.90
    11           4  rating      4.61
    """
    given = _checked(gap1, gap2, gap3, gap4, gap5)
    instrument, unit, firm, confidence = _agreed(given)
    tables, each = [], {}
    for gap, result in given.items():
        if isinstance(result, GapScores):
            table, units = _of_scores(result, unit, firm, confidence)
        else:
            table, units = _of_result(result)
        kind = RATING if gap in MEANINGS else DIFFERENCE
        table.insert(0, "gap_number", gap)
        table.insert(1, "meaning", SAID[gap])
        table.insert(2, "kind", kind)
        tables.append(table)
        if units is not None:
            each[gap] = units
    shared, firms = shared_by_all(each)
    correlations, reasons = correlate_with_fifth(each, shared, firms, instrument, confidence)
    absent = [str(gap) for gap in SAID if gap not in given]
    missing = (reason(_ABSENT, names=", ".join(absent)),) if absent else ()
    rated = [one.scale for one in given.values() if isinstance(one, ProviderRatings)]
    return ProviderGaps(
        table=pd.concat(tables, ignore_index=True),
        correlation_table=correlations,
        unit_table=_units(each),
        instrument=instrument,
        scale=rated[0] if rated else None,
        unit=unit,
        firm=firm,
        n_units=len(shared),
        n_firms=len(set(firms)) if firm is not None else 0,
        confidence=confidence,
        reasons=missing + reasons,
    )


def _units(each: Mapping[int, pd.DataFrame]) -> pd.DataFrame | None:
    """Put the units of all gaps under each other."""
    if not each:
        return None
    wanted = ["gap_number", "firm", "unit", *KEYS, "estimate"]
    tables = [table.assign(gap_number=gap) for gap, table in each.items()]
    kept = [name for name in wanted if name in tables[0]]
    return pd.concat([table[kept] for table in tables], ignore_index=True)


Given = dict[int, ManagementGap | ProviderRatings | GapScores]


def _checked(*results: object) -> Given:
    """Refuse results of the wrong kind or at the wrong place."""
    wanted: dict[int, tuple[type, str]] = {
        1: (ManagementGap, "management_gap(customers, managers)"),
        **{gap: (ProviderRatings, f"provider_ratings(frame, {gap})") for gap in MEANINGS},
        5: (GapScores, "gap_scores(responses)"),
    }
    given: Given = {}
    for gap, result in enumerate(results, start=1):
        if result is None:
            continue
        kind, made = wanted[gap]
        if not isinstance(result, kind):
            raise TypeError(f"gap{gap}= wants what {made} gives, not {type(result).__name__}.")
        if isinstance(result, ProviderRatings) and result.gap != gap:
            raise ResponseError(f"gap{gap}= was given the ratings of gap {result.gap}.")
        given[gap] = cast(Any, result)
    if not given:
        raise ResponseError(
            "No gap was given. Pass gap1=management_gap(...), gap2=provider_ratings(frame, 2), ... "
            "or gap5=gap_scores(...)."
        )
    return given


def _agreed(given: Given) -> tuple[Instrument, str | None, str | None, float]:
    """Give what all gaps must have in common."""
    instruments = {
        gap: one.responses.instrument if isinstance(one, GapScores) else one.instrument
        for gap, one in given.items()
    }
    instrument = instruments[max(instruments)]
    for gap, other in instruments.items():
        if tuple(other.dimensions) != tuple(instrument.dimensions):
            raise ResponseError(
                f"Gap {gap} is of the dimensions {shortened(list(other.dimensions))}, the others "
                f"are of {shortened(list(instrument.dimensions))}; rate and ask the same ones."
            )
    made = {gap: one for gap, one in given.items() if not isinstance(one, GapScores)}
    for name in ("unit", "firm", "confidence"):
        values = {gap: getattr(one, name) for gap, one in made.items()}
        if len(set(values.values())) > 1:
            told = ", ".join(f"gap {gap}: {value!r}" for gap, value in values.items())
            raise ResponseError(f"The gaps were formed with different {name}=: {told}.")
    if not made:
        return instrument, None, None, 0.95
    one = next(iter(made.values()))
    scales = {result.scale for result in made.values() if isinstance(result, ProviderRatings)}
    if len(scales) > 1:
        raise ResponseError("Gaps 2 to 4 were rated on different scales; compare them apart.")
    return instrument, one.unit, one.firm, one.confidence


def _of_result(result: ManagementGap | ProviderRatings) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Give the rows of a gap, and those of its units."""
    table, units = result.table, result.unit_table
    if isinstance(result, ManagementGap):
        table = _expectations(table)
        units = None if units is None else _expectations(units)
    kept = ["level", "dimension", "label", "n", *(["n_units"] if result.unit is not None else [])]
    return table[[*kept, "estimate", "ci_low", "ci_high"]].reset_index(drop=True), units


def _expectations(table: pd.DataFrame) -> pd.DataFrame:
    kept = (table["quantity"] == EXPECTATION) & (table["level"] != "item")
    return table[kept].assign(n=table["n_managers"] + table["n_customers"])


def _of_scores(
    scores: GapScores, unit: str | None, firm: str | None, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Average gap 5 over customers, or over their units."""
    instrument = scores.responses.instrument
    values = np.vstack([scores.dimension_scores, scores.dimension_scores.mean(axis=0)])
    weights = scores.weights
    keys = dimension_rows(instrument)
    if unit is None:
        means = means_of(values, weights)
        tests = mean_tests(means, confidence)
        figures: dict[str, Any] = {"n": means.n, "estimate": means.mean}
        each = None
    else:
        nested = read_nesting(scores.responses.frame, unit, firm, scores.rows, "gap 5")
        of_units = unit_means(values, nested.codes, len(nested.labels), weights)
        across, tests = unit_tests(of_units.mean, nested.firm_codes, confidence, "t", 1, None)
        figures = {
            "n": of_units.n.sum(axis=1),
            "n_units": across.n_units,
            "estimate": across.estimate,
        }
        each = unit_rows(nested, keys, {"n": of_units.n, "estimate": of_units.mean})
    figures |= {"ci_low": tests.ci_low, "ci_high": tests.ci_high}
    return pd.concat([keys, pd.DataFrame(figures)], axis=1), each
