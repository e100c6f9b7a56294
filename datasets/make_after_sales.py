"""Make datasets/after_sales.csv: made-up answers of 260 customers of a repair service."""

import numpy as np
import pandas as pd
from _simulate import (
    blank,
    dimension_scores,
    driven,
    integers_where_complete,
    item_ids,
    item_scores,
    labels,
    make_careless,
    related,
    whole,
    write,
)

N = 260
DIMENSIONS = ["speed", "ability", "attitude", "quality", "feedback"]
IDS = [item for dimension in DIMENSIONS for item in item_ids(dimension, 3)]
COUNTS = [3] * 5
EXPECTED = np.array([6.40, 6.60, 6.00, 6.50, 5.70])
PERCEIVED = np.array([4.80, 5.20, 5.80, 5.30, 4.40])
IMPORTANCE = np.array([6.10, 6.50, 5.20, 6.20, 4.70])
DRIVERS = np.array([0.30, 0.30, 0.10, 0.20, 0.10])


def make(seed=2020) -> pd.DataFrame:
    """Return the survey."""
    rng = np.random.default_rng(seed)
    channel = labels(rng, ["phone", "chat", "visit"], N, [0.45, 0.30, 0.25])
    resolved = (rng.random(N) < np.where(channel == "chat", 0.62, 0.80)).astype(int)
    perceived = np.tile(PERCEIVED, (N, 1))
    perceived[channel == "chat", 0] += 0.60
    perceived[channel == "visit", 2] += 0.30
    perceived[resolved == 0] -= [0.40, 1.10, 0.20, 0.80, 0.40]

    halo_e, halo_p = related(rng, N, 0.25)
    halo_i = rng.standard_normal(N)
    e = dimension_scores(rng, np.tile(EXPECTED, (N, 1)), halo_e, general=0.55, own=0.50)
    p = dimension_scores(rng, perceived, halo_p, general=0.70, own=0.70)
    i = dimension_scores(rng, np.tile(IMPORTANCE, (N, 1)), halo_i, general=0.45, own=0.70)
    stem = 0.25 * rng.standard_normal((N, 15))
    columns = {
        "E": whole(item_scores(rng, e, COUNTS, unique=0.60, stem=stem), 1, 7),
        "P": whole(item_scores(rng, p, COUNTS, unique=0.75, stem=stem), 1, 7),
        "I": whole(item_scores(rng, i, COUNTS, unique=0.65), 1, 7),
    }
    frame = pd.DataFrame({"respondent": np.arange(1, N + 1), "channel": channel})
    frame["resolved"] = resolved
    for role, answers in columns.items():
        frame[[role + item for item in IDS]] = answers
    asked = list(frame.columns[3:])

    felt = driven(rng, (p - e) @ DRIVERS + 0.5 * resolved, r2=0.80, mean=0.0, sd=1.0)
    frame["effort"] = whole(driven(rng, felt, r2=0.55, mean=4.9, sd=1.5), 1, 7)
    frame["recommend"] = whole(driven(rng, felt, r2=0.60, mean=7.0, sd=2.3), 0, 10)
    frame["csat"] = whole(driven(rng, felt, r2=0.65, mean=3.8, sd=0.95), 1, 5)

    odd = rng.permutation(N)
    make_careless(rng, frame, odd[:6], asked, 1, 7)
    blank(rng, frame, [*asked, "effort", "recommend", "csat"], 0.012)
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "after_sales")
