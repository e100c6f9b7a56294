"""Make datasets/bank.csv: a made-up survey of 480 customers of a bank with four branches."""

import numpy as np
import pandas as pd
from _simulate import (
    DIMENSIONS,
    allocations,
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

N = 480
BRANCHES = ["Harbour", "Market", "Station", "University"]
AGES = ["18-29", "30-44", "45-59", "60+"]
# latent means on the scale, before the ceiling at 7; T, Rel, Resp, A, Emp
EXPECTED = np.array([5.75, 6.70, 6.55, 6.55, 6.15])
PERCEIVED = np.array([5.65, 4.90, 5.10, 5.45, 5.05])
POINTS = [11, 32, 22, 19, 16]
# weight of each dimension's latent gap in satisfaction
DRIVERS = np.array([0.05, 0.40, 0.25, 0.18, 0.12])
E, P = item_ids("E", 22), item_ids("P", 22)
OUTCOMES = [*item_ids("SAT", 3), *item_ids("LOY", 3)]
ALLOCATED = [f"points_{dimension}" for dimension in DIMENSIONS]


def means(branch, wave, age):
    """Return the expected and perceived latent means of each respondent."""
    expected = np.tile(EXPECTED, (len(branch), 1))
    perceived = np.tile(PERCEIVED, (len(branch), 1))
    expected[age == "60+", 4] += 0.25
    perceived[branch == "Station", 2] -= 0.90
    perceived[branch == "Harbour", 0] += 0.40
    perceived[wave == 2, 2] += 0.45
    return expected, perceived


def make(seed=1991) -> pd.DataFrame:
    """Return the survey."""
    rng = np.random.default_rng(seed)
    counts = list(DIMENSIONS.values())
    branch = labels(rng, BRANCHES, N, [0.27, 0.26, 0.23, 0.24])
    wave = np.repeat([1, 2], N // 2)
    age = labels(rng, AGES, N, [0.25, 0.30, 0.25, 0.20])
    expected, perceived = means(branch, wave, age)

    halo_e, halo_p = related(rng, N, 0.25)
    stem = 0.25 * rng.standard_normal((N, 22))
    e = dimension_scores(rng, expected, halo_e, general=0.60, own=0.50)
    p = dimension_scores(rng, perceived, halo_p, general=0.75, own=0.65)
    answers_e = whole(item_scores(rng, e, counts, unique=0.65, stem=stem), 1, 7)
    answers_p = whole(item_scores(rng, p, counts, unique=0.85, stem=stem), 1, 7)

    satisfied = driven(rng, (p - e) @ DRIVERS, r2=0.82, mean=4.9, sd=1.10)
    loyal = driven(rng, satisfied, r2=0.62, mean=4.8, sd=1.15)
    outcomes = item_scores(rng, np.column_stack([satisfied, loyal]), [3, 3], unique=0.65)
    recommend = whole(driven(rng, loyal, r2=0.70, mean=7.2, sd=2.1), 0, 10)

    frame = pd.DataFrame({"respondent": np.arange(1, N + 1), "branch": branch, "wave": wave})
    frame["age_group"] = age
    frame[E], frame[P] = answers_e, answers_p
    frame[ALLOCATED] = allocations(rng, N, POINTS)
    frame[OUTCOMES] = whole(outcomes, 1, 7)
    frame["recommend"] = recommend

    odd = rng.permutation(N)
    make_careless(rng, frame, odd[:14], [*E, *P, *OUTCOMES], 1, 7)
    blank(rng, frame, [*E, *P], 0.02)
    blank(rng, frame, [*OUTCOMES, "recommend"], 0.01)
    frame.loc[odd[14:18], E] = np.nan
    frame.loc[odd[18:21], P] = np.nan
    frame.loc[odd[21:30], ALLOCATED] = np.nan
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "bank")
