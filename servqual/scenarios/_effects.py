"""What every source of scenarios gives: means, and by how much items move everything else."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual.comparisons.reasons import Reason
from servqual.errors import AdmissibilityWarning, ResponseError, warn
from servqual.instrument import Instrument

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """Something with a mean that may move.

    Attributes
    ----------
    level : str
        "item", "dimension", "satisfaction", "loyalty", "recommendation", "NPS", "indicator" or
        "construct".
    name : str
    unit : str
        "scale points", "index points" or "NPS points".
    low, high : float
        The ends of its scale; NaN where they are not known.
    """

    level: str
    name: str
    unit: str = "scale points"
    low: float = np.nan
    high: float = np.nan

    @property
    def per_point(self) -> float:
        """Points of 0-100 per unit; NaN where there is no scale, and of the NPS."""
        return np.nan if self.level == "NPS" else 100 / (self.high - self.low)


@dataclass(frozen=True, kw_only=True, eq=False)
class Effects:
    """Means of k items and q quantities, and slopes of these on the items, also of B resamples.

    Attributes
    ----------
    items : tuple of Quantity
    groups : mapping of str to tuple of int
        Dimensions or constructs that name several items at once, and where these stand.
    quantities : tuple of Quantity
        Dimensions or constructs, then outcomes.
    item_now : ndarray of shape (k,)
    item_draws : ndarray of shape (B, k)
    now : ndarray of shape (q,)
    draws : ndarray of shape (B, q)
    slopes : ndarray of shape (q, k)
        Change of each quantity per scale point of each item.
    slope_draws : ndarray of shape (B, q, k)
    spans : ndarray of shape (q, 2)
        The 10th and 90th percentile over respondents of what items make up; NaN for outcomes.
    links : pandas.DataFrame
        The steps of the chain: lhs, rhs, estimate, ci_low, ci_high.
    assumptions : tuple of Reason
        Of this source.
    reasons : tuple of Reason
        Why links are not there.
    levers : tuple of int
        Items that can be changed to move others, if nothing else is said.
    instrument : Instrument or None
    n, n_total, n_resamples, n_failed : int
    seed : int
    confidence : float
    weighted : bool
    recoded : tuple of str
        Reverse-keyed items that were turned.
    not_asked : tuple of str
    """

    items: tuple[Quantity, ...]
    groups: dict[str, tuple[int, ...]]
    quantities: tuple[Quantity, ...]
    item_now: Floats
    item_draws: Floats
    now: Floats
    draws: Floats
    slopes: Floats
    slope_draws: Floats
    spans: Floats
    links: pd.DataFrame
    assumptions: tuple[Reason, ...]
    reasons: tuple[Reason, ...]
    levers: tuple[int, ...]
    instrument: Instrument | None
    n: int
    n_total: int
    n_resamples: int
    n_failed: int
    seed: int | None
    confidence: float
    weighted: bool
    recoded: tuple[str, ...]
    not_asked: tuple[str, ...]

    @property
    def about(self) -> dict[str, Any]:
        """What the results say of whom and how surely."""
        shared = ("instrument", "n", "n_total", "n_resamples", "n_failed", "seed", "confidence")
        return {name: getattr(self, name) for name in (*shared, "weighted", "assumptions")}

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the items."""
        return tuple(one.name for one in self.items)


def percentiles(values: Floats, weights: Floats) -> Floats:
    """Give the 10th and 90th percentile of each column (n, q) of weighted rows, as (q, 2)."""
    found = np.empty((values.shape[1], 2))
    for at, column in enumerate(values.T):
        order = np.argsort(column)
        reached = np.cumsum(weights[order]) / weights.sum()
        found[at] = column[order][np.searchsorted(reached, [0.1, 0.9]).clip(max=len(column) - 1)]
    return found


def check_draws(known: NDArray[np.bool_]) -> None:
    """Warn of resamples without a solution, and refuse what hardly any has one for."""
    failed = int((~known).sum())
    if known.sum() < 2:
        raise ResponseError(
            f"{failed:,} of {len(known):,} resamples have no solution: there are too few "
            "respondents, or too little that varies among them, for these effects."
        )
    if failed:
        warn(
            f"{failed:,} of {len(known):,} resamples have no solution and are left out.",
            AdmissibilityWarning,
        )
