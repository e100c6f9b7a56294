"""Make datasets/contact_staff.csv: made-up answers of 90 employees of the bank's branches."""

import numpy as np
import pandas as pd
from _simulate import (
    DIMENSIONS,
    blank,
    dimension_scores,
    integers_where_complete,
    labels,
    related,
    whole,
    write,
)
from make_bank import BRANCHES

N = 90
ABILITY = np.array([6.0, 4.6, 4.7, 5.3, 4.5])
PROMISES = np.array([5.9, 4.3, 4.5, 5.2, 4.7])


def make(seed=2001) -> pd.DataFrame:
    """Return the employees' answers."""
    rng = np.random.default_rng(seed)
    branch = labels(rng, BRANCHES, N, [0.27, 0.26, 0.23, 0.24])
    able, kept = np.tile(ABILITY, (N, 1)), np.tile(PROMISES, (N, 1))
    able[branch == "Station", 2] -= 1.4
    kept[branch == "Station", 2] -= 0.8
    frame = pd.DataFrame({"employee": np.arange(1, N + 1), "branch": branch})
    halos = related(rng, N, 0.5)
    for role, means, halo in zip(("ability", "promises"), (able, kept), halos, strict=True):
        ratings = whole(dimension_scores(rng, means, halo, general=0.6, own=0.9), 1, 7)
        frame[[f"{role}_{d}" for d in DIMENSIONS]] = ratings
    blank(rng, frame, list(frame.columns[2:]), 0.015)
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "contact_staff")
