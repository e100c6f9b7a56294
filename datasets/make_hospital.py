"""Make datasets/hospital.csv: a made-up survey of 300 patients, reverse items NOT recoded."""

import numpy as np
import pandas as pd
from _simulate import (
    DIMENSIONS,
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

N = 300
EXPECTED = np.array([5.80, 6.60, 6.40, 6.70, 6.10])
PERCEIVED = np.array([5.40, 5.30, 4.70, 5.60, 4.60])
DRIVERS = np.array([0.05, 0.25, 0.30, 0.25, 0.15])
E, P = item_ids("E", 22), item_ids("P", 22)
REVERSED = [*range(10, 14), *range(18, 23)]
REVERSED_COLUMNS = [f"{role}{number}" for role in "EP" for number in REVERSED]


def make(seed=1988) -> pd.DataFrame:
    """Return the survey."""
    rng = np.random.default_rng(seed)
    counts = list(DIMENSIONS.values())
    department = labels(rng, ["Maternity", "Medicine", "Surgery"], N, [0.25, 0.40, 0.35])
    visit = labels(rng, ["inpatient", "outpatient"], N, [0.55, 0.45])
    sex = labels(rng, ["female", "male"], N, [0.56, 0.44])
    sex[department == "Maternity"] = "female"
    perceived = np.tile(PERCEIVED, (N, 1))
    perceived[department == "Maternity", 4] += 0.60
    perceived[visit == "outpatient", 2] -= 0.50

    halo_e, halo_p = related(rng, N, 0.20)
    e = dimension_scores(rng, np.tile(EXPECTED, (N, 1)), halo_e, general=0.65, own=0.50)
    p = dimension_scores(rng, perceived, halo_p, general=0.75, own=0.65)
    # what the negative wording adds to the items that carry it, whatever their dimension
    wording = np.zeros((N, 22))
    wording[:, [number - 1 for number in REVERSED]] = 0.35 * rng.standard_normal((N, 1))
    frame = pd.DataFrame({"respondent": np.arange(1, N + 1), "department": department})
    frame["sex"], frame["visit"] = sex, visit
    frame[E] = whole(item_scores(rng, e, counts, unique=0.70, stem=wording), 1, 7)
    frame[P] = whole(item_scores(rng, p, counts, unique=0.85, stem=wording), 1, 7)
    satisfied = driven(rng, (p - e) @ DRIVERS, r2=0.60, mean=4.8, sd=1.3)
    frame["satisfaction"] = whole(satisfied, 1, 7)
    frame["recommend"] = whole(driven(rng, satisfied, r2=0.60, mean=7.3, sd=2.1), 0, 10)

    # nine patients overlooked the negative wording and answered as if it were positive
    odd = rng.permutation(N)
    understood = ~frame.index.isin(odd[:9])
    frame.loc[understood, REVERSED_COLUMNS] = 8 - frame.loc[understood, REVERSED_COLUMNS]
    make_careless(rng, frame, odd[9:15], [*E, *P], 1, 7)
    blank(rng, frame, [*E, *P, "satisfaction", "recommend"], 0.015)
    frame.loc[odd[15:18], E] = np.nan
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "hospital")
