"""Make datasets/managers.csv: made-up answers of 24 managers of the bank of make_bank.py."""

import numpy as np
import pandas as pd
from _simulate import (
    DIMENSIONS,
    allocations,
    blank,
    dimension_scores,
    integers_where_complete,
    item_ids,
    item_scores,
    related,
    whole,
    write,
)
from make_bank import BRANCHES, EXPECTED

N = 24
# managers think too well of tangibles and underrate what customers expect of the rest
BIAS = np.array([0.45, -0.45, -0.50, -0.15, -0.60])
POINTS = [18, 30, 18, 19, 15]
STANDARDS = np.array([5.8, 4.6, 4.0, 4.8, 3.4])


def make(seed=1990) -> pd.DataFrame:
    """Return the managers' answers."""
    rng = np.random.default_rng(seed)
    counts = list(DIMENSIONS.values())
    branch = np.repeat(BRANCHES, N // len(BRANCHES))
    halo, leniency = related(rng, N, 0.0)
    guess = dimension_scores(rng, np.tile(EXPECTED + BIAS, (N, 1)), halo, general=0.35, own=0.35)
    standards = dimension_scores(rng, np.tile(STANDARDS, (N, 1)), leniency, general=0.6, own=0.9)
    frame = pd.DataFrame({"manager": np.arange(1, N + 1), "branch": branch})
    frame[item_ids("E", 22)] = whole(item_scores(rng, guess, counts, unique=0.6), 1, 7)
    frame[[f"points_{d}" for d in DIMENSIONS]] = allocations(rng, N, POINTS)
    frame["satisfaction_guess"] = whole(5.5 + 0.7 * rng.standard_normal(N), 1, 7)
    frame[[f"standards_{d}" for d in DIMENSIONS]] = whole(standards, 1, 7)
    blank(rng, frame, item_ids("E", 22), 0.01)
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "managers")
