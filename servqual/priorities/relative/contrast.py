"""What a comparison of stated and derived importance gives."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._phrases import among, p_text
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.priorities.relative.methods import Method
from servqual.priorities.relative.wording import METHOD_NAMES

STATED = {
    "points": "points of 100",
    "items": "ratings of importance",
    "mapping": "given weights",
    "frame": "given weights of each respondent",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StatedDerivedImportance(Result):
    """Stated and derived importance side by side; make it with `stated_derived_importance`.

    Attributes
    ----------
    instrument : Instrument
    stated : {"points", "items", "mapping", "frame"}
        What respondents stated.
    method : str
        Of the derived importance.
    outcome : tuple of str
    of : str
        Which scores the drivers are.
    n, n_total : int
    weighted : bool
    r_squared : float
        Of the outcome on all drivers.
    table : pandas.DataFrame
        What `to_frame` gives.
    test : pandas.Series
        Of the disagreement as a whole: statistic (the smallest p-value of a driver), drivers (how
        many), p_value.
    rank_correlation : pandas.Series
        Spearman's, of stated and derived importance over the drivers: estimate, ci_low, ci_high.
    n_resamples, n_left_out : int
        Resamples, and those of them that have no solution.
    seed : int or None
    confidence : float
    """

    instrument: Instrument
    stated: str
    method: Method
    outcome: tuple[str, ...]
    of: str
    n: int
    n_total: int
    weighted: bool
    r_squared: float
    table: pd.DataFrame
    test: pd.Series
    rank_correlation: pd.Series
    n_resamples: int
    n_left_out: int
    seed: int | None
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """Give one row a driver, in the order of the instrument."""
        return self.table.copy()

    def label_of(self, driver: str, language: str = "en") -> str:
        """Give the label of a driver."""
        return self.instrument.label(driver, language)

    def stated_text(self, language: str = "en") -> str:
        """Name what was stated."""
        return say(STATED[self.stated], language)

    def derived_text(self, language: str = "en") -> str:
        """Name how importance was derived."""
        return say(METHOD_NAMES[self.method], language)

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, what was stated and how importance was derived."""
        text = say(
            "Stated and derived importance, {instrument}: n = {n:,}",
            language,
            instrument=self.instrument.title_in(language),
            n=self.n,
        )
        text = among(text, self.n, self.n_total, weighted=self.weighted, language=language)
        return say(
            "{text}; stated: {stated}; derived: {derived} for {outcome}, R² = {r_squared:.3f}",
            language,
            text=text,
            stated=self.stated_text(language),
            derived=self.derived_text(language),
            outcome=" + ".join(self.outcome),
            r_squared=self.r_squared,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Give the test of disagreement as a whole, and say what the columns are."""
        notes = []
        if not np.isnan(self.test["p_value"]):
            p = float(self.test["p_value"])
            notes.append(
                say(
                    "Disagreement as a whole: p {p}, from the smallest p-value of {count} drivers "
                    "and its distribution in the resamples.",
                    language,
                    count=int(self.test["drivers"]),
                    p=p_text(p),
                )
            )
        low, high = self.rank_correlation["ci_low"], self.rank_correlation["ci_high"]
        if not np.isnan(self.rank_correlation["estimate"]):
            notes.append(
                say(
                    "Rank correlation of stated and derived importance {r:.2f}, interval {low:.2f} "
                    "to {high:.2f}.",
                    language,
                    r=self.rank_correlation["estimate"],
                    low=low,
                    high=high,
                )
            )
        notes.append(
            say(
                "Shares sum to 1. discrepancy = derived − stated: above 0, it goes with the "
                "outcome more than respondents say. {count:,} resamples of the respondents carry "
                "both; percentile intervals, {percent} %; p adjusted by Holm.",
                language,
                count=self.n_resamples,
                percent=f"{100 * self.confidence:g}",
            )
        )
        if self.stated == "items":
            notes.append(
                say(
                    "A share of ratings depends on where their scale begins; ratings lie closer "
                    "together than points would.",
                    language,
                )
            )
        return (*notes, *self._problems(language))

    @property
    def problems(self) -> tuple[str, ...]:
        """Which resamples have no solution."""
        return self._problems("en")

    def _problems(self, language: str) -> tuple[str, ...]:
        if not self.n_left_out:
            return ()
        text = say(
            "{count:,} of {total:,} resamples left out: there is no derived importance.",
            language,
            count=self.n_left_out,
            total=self.n_resamples,
        )
        return (text,)
