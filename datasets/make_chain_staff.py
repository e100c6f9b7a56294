"""Make datasets/chain_staff.csv: made-up contact staff of the units of make_chain_customers.py."""

import numpy as np
import pandas as pd
from _simulate import (
    DIMENSIONS,
    blank,
    dimension_scores,
    integers_where_complete,
    related,
    whole,
    write,
)
from make_chain_customers import places, unit_quality

ABILITY = np.array([5.8, 4.7, 4.6, 5.2, 4.5])
PROMISES = np.array([5.6, 4.2, 4.4, 5.1, 4.6])


def make(seed=2001) -> pd.DataFrame:
    """Return the employees' answers."""
    rng = np.random.default_rng(seed)
    at = np.repeat(np.arange(40), rng.integers(3, 6, 40))
    n = len(at)
    quality = unit_quality()
    able = (ABILITY + 1.1 * quality + 0.3 * rng.standard_normal((40, 5)))[at]
    kept = (PROMISES + 0.6 * quality + 0.4 * rng.standard_normal((40, 5)))[at]
    frame = places().iloc[at].reset_index(drop=True)
    frame.insert(0, "employee", np.arange(1, n + 1))
    halos = related(rng, n, 0.5)
    for role, means, halo in zip(("ability", "promises"), (able, kept), halos, strict=True):
        ratings = whole(dimension_scores(rng, means, halo, general=0.4, own=0.7), 1, 7)
        frame[[f"{role}_{d}" for d in DIMENSIONS]] = ratings
    blank(rng, frame, list(frame.columns[3:]), 0.01)
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "chain_staff")
