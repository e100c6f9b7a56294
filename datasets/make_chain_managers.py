"""Make datasets/chain_managers.csv: made-up managers of the units of make_chain_customers.py."""

import numpy as np
import pandas as pd
from _simulate import (
    DIMENSIONS,
    allocations,
    dimension_scores,
    integers_where_complete,
    item_scores,
    related,
    whole,
    write,
)
from make_chain_customers import ASKED, COUNTS, EXPECTED, places, unit_quality

# managers think too well of tangibles and underrate what customers expect of the rest
BIAS = np.array([0.45, -0.30, -0.50, -0.10, -0.55])
POINTS = [20, 27, 18, 20, 15]
STANDARDS = np.array([5.6, 4.7, 4.2, 4.9, 3.6])


def make(seed=1990) -> pd.DataFrame:
    """Return the managers' answers."""
    rng = np.random.default_rng(seed)
    sizes = np.full(40, 2)
    sizes[rng.permutation(40)[:6]] = [1, 1, 1, 3, 3, 3]
    at = np.repeat(np.arange(40), sizes)
    n = len(at)
    halo, leniency = related(rng, n, 0.0)
    own = (EXPECTED + BIAS + 0.25 * rng.standard_normal((40, 5)))[at]
    guess = dimension_scores(rng, own, halo, general=0.3, own=0.35)
    formal = (STANDARDS + 0.4 * unit_quality() + 0.5 * rng.standard_normal((40, 5)))[at]
    standards = dimension_scores(rng, formal, leniency, general=0.5, own=0.6)
    frame = places().iloc[at].reset_index(drop=True)
    frame.insert(0, "manager", np.arange(1, n + 1))
    frame[[f"E{item}" for item in ASKED]] = whole(item_scores(rng, guess, COUNTS, unique=0.5), 1, 7)
    frame[[f"points_{d}" for d in DIMENSIONS]] = allocations(rng, n, POINTS)
    frame["satisfaction_guess"] = whole(5.7 + 0.7 * rng.standard_normal(n), 1, 7)
    frame[[f"standards_{d}" for d in DIMENSIONS]] = whole(standards, 1, 7)
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "chain_managers")
