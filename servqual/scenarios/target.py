"""Which items would reach a target, by how much, and how surely: the result."""

from dataclasses import dataclass

import pandas as pd

from servqual._language import say
from servqual.scenarios._supposed import Supposed, said

UNITS = {
    "index points": "+{gain:g} index points (0 to 100) of {of}",
    "scale points": "+{gain:g} scale points of {of}",
    "NPS points": "+{gain:g} NPS points",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TargetPlan(Supposed):
    """What it takes to reach a target; make it with `reach_target`.

    Attributes
    ----------
    table : pandas.DataFrame
        What `to_frame` gives.
    plan : pandas.DataFrame
        The cheapest changes that reach the target together, in the order of what they give for
        their cost: item, change, cost, gain with its interval (ci_low, ci_high), cumulative_gain,
        cumulative_cost.
    target : float
        The gain that is wanted.
    of, unit : str
        Of what, and its unit: "index points", "scale points" or "NPS points".
    now : float
        The mean that is to rise, in its own unit.
    gain : float
        What the plan gives; less than the target where it cannot be reached.
    gain_ci_low, gain_ci_high : float
    reached : bool
        Whether the plan reaches the target at the estimates.
    probability : float
        The share of resamples in which it does.
    instrument : Instrument or None
    n, n_total : int
        Respondents used, and all of them.
    n_resamples, n_failed : int
    seed : int
    confidence : float
    weighted : bool
    assumptions, reasons : tuple of Reason
        What is taken for granted, and what to be wary of: templates, and what goes in them.
    """

    plan: pd.DataFrame
    target: float
    of: str
    unit: str
    now: float
    gain: float
    gain_ci_low: float
    gain_ci_high: float
    reached: bool
    probability: float

    def to_frame(self) -> pd.DataFrame:
        """Give one row an item, in the order of the instrument or model.

        Returns
        -------
        DataFrame
            dimension (or construct), item, label, now, room (how far its mean can rise), effect
            (gain per scale point) with its interval, needed (the change that reaches the target
            alone; NaN where the effect is not positive) with its interval (infinite where the
            effect may be none), probability (share of resamples in which that is within the room),
            and plan (the change in the plan).
        """
        return self.table.copy()

    def title(self, language: str = "en") -> str:
        """Say what is to be reached, whether it is, and of how many that is taken."""
        wanted = say(UNITS[self.unit], language, gain=self.target, of=say(self.of, language))
        what = say(
            "Scenario for a target of {wanted}: reached by {items} of {all} items, probability "
            "{probability:.2f}"
            if self.reached
            else "Scenario for a target of {wanted}: out of reach, at most +{gain:.2f}",
            language,
            wanted=wanted,
            items=len(self.plan),
            all=len(self.table),
            probability=self.probability,
            gain=self.gain,
        )
        return self._whose(what, language)

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what is taken for granted, how to read the plan, and what is out of reach."""
        planned = [
            f"{item} {change:+.2f}"
            for item, change in zip(self.plan["item"], self.plan["change"], strict=True)
        ]
        found = list(self._shared_notes(language))
        if planned:
            found.append(
                say(
                    "Plan: {changes}. It fills items in the order of their gain per cost, which is "
                    "the cheapest way (a linear programme with one constraint); among equals, such "
                    "as items of one dimension, those with more room come first.",
                    language,
                    changes=", ".join(planned),
                )
            )
        if self.reached:
            found.append(
                say(
                    "The plan just reaches the target at the estimates, so about half of the "
                    "resamples fall short of it; it was chosen on these data, which flatters it. "
                    "A larger target makes a surer plan.",
                    language,
                )
            )
        found.append(
            say(
                "needed = target / effect, of one item alone; its interval inverts that of the "
                "effect and has no upper end where the effect may be none. probability = share of "
                "resamples in which the item's room suffices.",
                language,
            )
        )
        return (*found, *said(self.reasons, language))
