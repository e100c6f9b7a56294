"""Make datasets/mobile.csv: made-up answers of 800 customers of four mobile networks."""

import numpy as np
import pandas as pd
from _simulate import blank, integers_where_complete, item_ids, labels, whole, write

N = 800
COMPANIES = ["Alto", "Brisk", "Corda", "Delta"]
# In standard deviations of the construct.
QUALITY = {"Alto": 0.45, "Brisk": 0.10, "Corda": -0.15, "Delta": -0.45}
VALUE = {"Alto": -0.40, "Brisk": 0.05, "Corda": 0.35, "Delta": 0.00}
IMPROVED = {("Delta", 2): 0.60}
MEANS = {
    "expectations": [8.0, 7.6, 7.3],
    "quality": [7.5, 7.1, 7.3],
    "value": [6.3, 6.7],
    "satisfaction": [7.2, 6.6, 6.1],
    "loyalty": [7.4, 6.8, 5.6],
}
SPREADS = {
    "expectations": [1.0, 1.1, 1.0],
    "quality": [1.3, 1.4, 1.2],
    "value": [1.5, 1.5],
    "satisfaction": [1.6, 1.5, 1.5],
    "loyalty": [1.9, 1.9, 1.5],
}
UNIQUE = {
    "expectations": [1.0, 1.0, 1.2],
    "quality": [0.9, 0.9, 1.2],
    "value": [0.9, 1.0],
    "satisfaction": [0.8, 1.0, 1.1],
    "loyalty": [0.9, 1.0, 1.7],
}
PREFIX = {
    "expectations": "EXP",
    "quality": "QUA",
    "value": "VAL",
    "satisfaction": "SAT",
    "loyalty": "LOY",
}


def make(seed=2031) -> pd.DataFrame:
    """Return the survey."""
    rng = np.random.default_rng(seed)
    company = labels(rng, COMPANIES, N, [0.30, 0.28, 0.24, 0.18])
    wave = np.repeat([1, 2], N // 2)
    better = np.array([IMPROVED.get(one, 0.0) for one in zip(company, wave, strict=True)])

    def part(r2):
        return np.sqrt(1 - r2) * rng.standard_normal(N)

    expectations = rng.standard_normal(N)
    quality = 0.45 * expectations + part(0.25) + better
    quality += np.array([QUALITY[one] for one in company])
    value = 0.05 * expectations + 0.55 * quality + part(0.35)
    value += np.array([VALUE[one] for one in company])
    satisfaction = 0.08 * expectations + 0.52 * quality + 0.32 * value + part(0.62)
    complained = (rng.random(N) < 1 / (1 + np.exp(1.8 + 1.1 * satisfaction))).astype(int)
    loyalty = 0.72 * satisfaction - 0.15 * complained + part(0.55)
    scores = {
        "expectations": expectations,
        "quality": quality,
        "value": value,
        "satisfaction": satisfaction,
        "loyalty": loyalty,
    }
    frame = pd.DataFrame({"respondent": np.arange(1, N + 1), "company": company, "wave": wave})
    for name, score in scores.items():
        if name == "loyalty":
            frame["complained"] = complained
        spread, unique = np.array(SPREADS[name]), np.array(UNIQUE[name])
        answers = MEANS[name] + spread * score[:, None]
        answers += unique * rng.standard_normal(answers.shape)
        frame[item_ids(PREFIX[name], answers.shape[1])] = whole(answers, 1, 10)
    asked = list(frame.columns[3:])
    blank(rng, frame, [one for one in asked if one != "complained"], 0.010)
    return integers_where_complete(frame)


if __name__ == "__main__":
    write(make(), "mobile")
