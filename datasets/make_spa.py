"""Make datasets/spa.csv: made-up answers of 240 guests of a spa about what can be too much."""

import numpy as np
import pandas as pd
from _simulate import (
    blank,
    dimension_scores,
    driven,
    integers_where_complete,
    item_ids,
    item_scores,
    related,
    whole,
    write,
)

N = 240
DIMENSIONS = ["setting", "attention"]
IDS = [item for dimension in DIMENSIONS for item in item_ids(dimension, 3)]
COUNTS = [3, 3]
IDEAL = np.array([4.90, 4.40])
EXCELLENT = np.array([5.60, 5.10])
PERCEIVED = np.array([4.70, 5.00])


def make(seed=1993) -> pd.DataFrame:
    """Return the survey."""
    rng = np.random.default_rng(seed)
    halo_e, halo_p = related(rng, N, 0.30)
    ideal = dimension_scores(rng, np.tile(IDEAL, (N, 1)), halo_e, general=0.35, own=0.80)
    excellent = dimension_scores(rng, ideal + (EXCELLENT - IDEAL), halo_e, general=0.20, own=0.45)
    perceived = dimension_scores(rng, np.tile(PERCEIVED, (N, 1)), halo_p, general=0.50, own=1.00)
    answers = {
        "E": whole(item_scores(rng, excellent, COUNTS, unique=0.60), 1, 7),
        "P": whole(item_scores(rng, perceived, COUNTS, unique=0.60), 1, 7),
        "X": whole(item_scores(rng, ideal, COUNTS, unique=0.60), 1, 7),
    }
    felt = 3.1 + 0.55 * (perceived - excellent + 0.7)
    answers["C"] = whole(item_scores(rng, felt, COUNTS, unique=0.55), 1, 5)
    frame = pd.DataFrame({"guest": np.arange(1, N + 1)})
    for role, values in answers.items():
        frame[[role + item for item in IDS]] = values
    distance = -np.abs(answers["P"] - answers["X"]).mean(axis=1)
    happy = driven(rng, distance, r2=0.50, mean=7.2, sd=1.7)
    frame["satisfaction"] = whole(happy, 0, 10)
    blank(rng, frame, [*frame.columns[1:]], 0.004)
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "spa")
