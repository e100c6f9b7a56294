"""What would follow from changes of items: the result."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from servqual._language import say
from servqual.errors import ResponseError, nearest
from servqual.resampling import percentile_interval
from servqual.scenarios._effects import Floats
from servqual.scenarios._supposed import Supposed, said

FINAL = ("satisfaction", "loyalty", "recommendation", "NPS", "construct")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scenario(Supposed):
    """What would follow from changes of items; make it with `what_if`.

    Attributes
    ----------
    table : pandas.DataFrame
        What `to_frame` gives.
    links : pandas.DataFrame
        The steps of the chain: lhs (outcome), rhs (what moves it), estimate (per point; of a path
        model per point of 0-100), ci_low, ci_high.
    scenarios : tuple of str
        Their names; ("",) where there is one without a name.
    instrument : Instrument or None
    n, n_total : int
        Respondents used, and all of them.
    n_resamples, n_failed : int
        How many resamples were drawn, and how many have no solution.
    seed : int
    confidence : float
    weighted : bool
    assumptions, reasons : tuple of Reason
        What the scenario takes for granted, and what to be wary of: templates, and what goes in
        them.
    """

    links: pd.DataFrame
    scenarios: tuple[str, ...]
    _names: pd.DataFrame
    _draws: Floats

    def to_frame(self) -> pd.DataFrame:
        """Give one row a quantity, from items to the last outcome, for each scenario in turn.

        Returns
        -------
        DataFrame
            scenario (of several), level, name, unit, now, then with its interval, change with its
            interval (ci_low, ci_high; none where the change is given), and the change in points of
            0-100 with its interval, where the scale is known.
        """
        return self.table.copy()

    @property
    def differences(self) -> pd.DataFrame:
        """Compare scenarios pair by pair on the same resamples.

        Columns level, name, first, second, estimate (change of the first less that of the second),
        ci_low, ci_high and probability (share of resamples in which the first moves it higher, half
        of the ties).
        """
        rows = []
        at = np.flatnonzero(self._names["level"].isin(FINAL)).tolist()
        changes = self.table["change"].to_numpy()
        places = self._places
        for a, b in combinations(range(len(self.scenarios)), 2):
            for q in at:
                if (a, q) not in places and (b, q) not in places:
                    continue
                drawn = self._draws[:, a, q] - self._draws[:, b, q]
                low, high = percentile_interval(drawn[:, None], self.confidence)
                one, other = (changes[places[s, q]] if (s, q) in places else 0.0 for s in (a, b))
                rows.append(
                    (
                        self._names["level"].iloc[q],
                        self._names["name"].iloc[q],
                        self.scenarios[a],
                        self.scenarios[b],
                        one - other,
                        float(low[0]),
                        float(high[0]),
                        float(np.mean((drawn > 0) + 0.5 * (drawn == 0))),
                    )
                )
        names = ["level", "name", "first", "second", "estimate", "ci_low", "ci_high", "probability"]
        return pd.DataFrame(rows, columns=names)

    @property
    def _places(self) -> dict[tuple[int, int], int]:
        """Where the table has a quantity of a scenario."""
        keys = list(zip(self._names["level"], self._names["name"], strict=True))
        named = self.table.get("scenario", pd.Series("", index=self.table.index))
        found = {}
        for row, (scenario, level, name) in enumerate(
            zip(named, self.table["level"], self.table["name"], strict=True)
        ):
            if (level, name) in keys:
                found[self.scenarios.index(scenario), keys.index((level, name))] = row
        return found

    def draws(self, scenario: str | None = None) -> pd.DataFrame:
        """Give the changes in each resample with a solution, one row each, one column a quantity.

        Parameters
        ----------
        scenario : str, optional
            Which one, where there are several.
        """
        if scenario is None and len(self.scenarios) == 1:
            scenario = self.scenarios[0]
        if scenario not in self.scenarios:
            raise ResponseError(
                f"scenario must be one of {', '.join(map(repr, self.scenarios))}, not "
                f"{scenario!r}.{nearest(scenario, self.scenarios)}"
            )
        levels, names = self._names["level"], self._names["name"]
        columns = [
            name if level in ("dimension", "construct") else level
            for level, name in zip(levels, names, strict=True)
        ]
        drawn = self._draws[:, self.scenarios.index(scenario)]
        return pd.DataFrame(drawn.copy(), columns=pd.Index(columns))

    def title(self, language: str = "en") -> str:
        """Say what changes, of how many it is taken, and that it is a scenario."""
        if len(self.scenarios) > 1:
            what = say("Scenarios {names}", language, names=", ".join(self.scenarios))
        else:
            given = self.table[self.table["level"].isin(("item", "indicator"))]
            changed = [
                f"{name} {change:+.2f}"
                for name, change in zip(given["name"], given["change"], strict=True)
            ]
            more = len(changed) - 5
            listed = ", ".join(changed[:5]) + (f", +{more}" if more > 0 else "")
            what = say("Scenario: {changes} scale points", language, changes=listed)
        return self._whose(what, language)

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the scenario takes for granted, and what to be wary of."""
        return (*self._shared_notes(language), *said(self.reasons, language))
