"""Make datasets/chain_customers.csv: made-up customers of 40 units of five firms."""

import numpy as np
import pandas as pd
from _simulate import (
    DIMENSIONS,
    allocations,
    blank,
    dimension_scores,
    driven,
    integers_where_complete,
    item_scores,
    related,
    whole,
    write,
)

FIRMS = ["Alder", "Birch", "Cedar", "Dogwood", "Elm"]
UNITS = 8  # of each firm
ASKED = [1, 3, 5, 7, 11, 12, 14, 17, 18, 22]  # two items of each dimension of servqual-1991
COUNTS = [2] * 5
EXPECTED = np.array([5.20, 6.30, 6.05, 6.10, 5.70])
PERCEIVED = np.array([5.30, 5.15, 5.05, 5.55, 5.00])
POINTS = [12, 31, 23, 18, 16]
DRIVERS = np.array([0.05, 0.35, 0.30, 0.15, 0.15])


def places() -> pd.DataFrame:
    """Return the units: firm and unit."""
    firm = np.repeat(FIRMS, UNITS)
    number = np.tile(np.arange(1, UNITS + 1), len(FIRMS))
    unit = [f"{one} {at}" for one, at in zip(firm, number, strict=True)]
    return pd.DataFrame({"firm": firm, "unit": unit})


def unit_quality(seed=77) -> np.ndarray:
    """Return how much better than the mean each unit serves, in scale points: 40 x 5."""
    rng = np.random.default_rng(seed)
    firm = np.repeat(0.30 * rng.standard_normal((len(FIRMS), 1)), UNITS, axis=0)
    unit = 0.40 * rng.standard_normal((len(firm), 1))
    return firm + unit + 0.25 * rng.standard_normal((len(firm), 5))


def make(seed=1985) -> pd.DataFrame:
    """Return the survey."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(7, 14, len(FIRMS) * UNITS)
    sizes[-1] = 1
    at = np.repeat(np.arange(len(sizes)), sizes)
    n = len(at)
    halo_e, halo_p = related(rng, n, 0.3)
    # customers of one unit share little of what they expect, more of what they get
    wanted = EXPECTED + 0.15 * rng.standard_normal((len(sizes), 5))[at]
    e = dimension_scores(rng, wanted, halo_e, general=0.5, own=0.45)
    p = dimension_scores(rng, PERCEIVED + unit_quality()[at], halo_p, general=0.7, own=0.55)
    frame = places().iloc[at].reset_index(drop=True)
    frame.insert(0, "respondent", np.arange(1, n + 1))
    frame[[f"E{item}" for item in ASKED]] = whole(item_scores(rng, e, COUNTS, unique=0.6), 1, 7)
    frame[[f"P{item}" for item in ASKED]] = whole(item_scores(rng, p, COUNTS, unique=0.7), 1, 7)
    answers = list(frame.columns[3:])
    frame[[f"points_{d}" for d in DIMENSIONS]] = allocations(rng, n, POINTS)
    felt = driven(rng, (p - e) @ DRIVERS, r2=0.6, mean=5.0, sd=1.2)
    frame["satisfaction"] = whole(felt, 1, 7)
    blank(rng, frame, answers, 0.006, who=0.1)
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "chain_customers")
