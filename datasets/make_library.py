"""Make datasets/library.csv: a made-up three-column survey of 220 library users."""

import numpy as np
import pandas as pd
from _simulate import (
    blank,
    dimension_scores,
    integers_where_complete,
    item_ids,
    item_scores,
    labels,
    make_careless,
    related,
    whole,
    write,
)

N = 220
IDS = [*item_ids("AS", 9), *item_ids("IC", 8), *item_ids("LP", 5)]
COUNTS = [9, 8, 5]
DESIRED = np.array([7.75, 8.15, 7.45])
ZONE = np.array([1.65, 1.60, 1.85])
PERCEIVED = np.array([7.15, 6.95, 6.75])
NOT_APPLICABLE = 0


def make(seed=2004) -> pd.DataFrame:
    """Return the survey."""
    rng = np.random.default_rng(seed)
    group = labels(rng, ["undergraduate", "graduate", "staff"], N, [0.55, 0.30, 0.15])
    desired, perceived = np.tile(DESIRED, (N, 1)), np.tile(PERCEIVED, (N, 1))
    desired[group == "undergraduate", 2] += 0.40
    desired[group == "graduate", 1] += 0.25
    perceived[group == "graduate", 1] -= 0.50

    halo_e, halo_p = related(rng, N, 0.30)
    e = dimension_scores(rng, desired, halo_e, general=0.45, own=0.35)
    m = dimension_scores(rng, e - ZONE, rng.standard_normal(N), general=0.50, own=0.30)
    p = dimension_scores(rng, perceived, halo_p, general=0.65, own=0.55)
    stem = 0.60 * rng.standard_normal((N, 22))
    columns = {
        "M": whole(item_scores(rng, m, COUNTS, unique=0.50, stem=stem), 1, 9),
        "E": whole(item_scores(rng, e, COUNTS, unique=0.50, stem=stem), 1, 9),
        "P": whole(item_scores(rng, p, COUNTS, unique=1.00), 1, 9),
    }
    frame = pd.DataFrame({"respondent": np.arange(1, N + 1), "user_group": group})
    for role, answers in columns.items():
        frame[[role + item for item in IDS]] = answers
    asked = list(frame.columns[2:])

    odd = rng.permutation(N)
    make_careless(rng, frame, odd[:4], asked, 1, 9)
    # three users took the columns for each other: what they want least stands under desired
    swapped = odd[4:7]
    for item in IDS:
        frame.loc[swapped, ["M" + item, "E" + item]] = frame.loc[
            swapped, ["E" + item, "M" + item]
        ].to_numpy()
    blank(rng, frame, asked, 0.01)
    # "not applicable" is one tick for the three columns of an item; some never use the place
    share = np.full((N, 22), 0.02)
    share[:, 17:] = 0.05
    share[odd[7:11]] = 0.75
    skipped = rng.random((N, 22)) < share
    for column, item in enumerate(IDS):
        frame.loc[skipped[:, column], ["M" + item, "E" + item, "P" + item]] = NOT_APPLICABLE
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "library")
