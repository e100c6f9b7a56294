"""Models of ordered variables that tests share, with what lavaan says of them."""

import functools
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from servqual.errors import MissingResponseWarning
from servqual.sem.estimation import fit_sem

REFERENCE = Path(__file__).parents[1] / "reference"
RUNS = json.loads((REFERENCE / "least_squares.json").read_text(encoding="utf-8"))
ITEMS = [f"P{i}" for i in range(1, 10)]
TWO = "f1 =~ P1 + P2 + P3 + P4\nf2 =~ P5 + P6 + P7 + P8 + P9"
ALIKE = "f1 =~ P1 + a*P2 + a*P3 + a*P4\nf2 =~ P5 + b*P6 + b*P7 + b*P8 + b*P9"
SEM = (
    f"{TWO}\nsat =~ SAT1 + SAT2 + SAT3\nsat ~ f1 + f2\nLOY1 ~ sat + f2\nLOY2 ~ sat + f1\n"
    "LOY1 ~~ LOY2"
)
EQUAL = ("thresholds", "loadings")


@functools.cache
def survey(kind="whole"):
    """Answers of 300; "few" has three categories an item, "blank" has holes."""
    frame = pd.read_csv(REFERENCE / "servqual_300.csv")
    frame["w"] = 0.5 + (frame["id"] % 7) / 4
    if kind == "few":
        frame[ITEMS] = frame[ITEMS].clip(4, 6)
    if kind == "blank":
        frame[ITEMS] = frame[ITEMS].astype(float)
        for k, item in enumerate(ITEMS, 1):
            frame.loc[(frame["id"] + 3 * k) % 17 == 0, item] = np.nan
        frame.loc[frame["id"] % 50 == 0, ITEMS] = np.nan
    return frame


_CASES = {
    **{f"continuous_{one}": {"estimator": one} for one in ("ULS", "GLS", "DWLS", "WLSMV", "ULSMV")},
    "continuous_GLS_means": {"estimator": "GLS", "means": True},
    "continuous_ULS_groups": {"estimator": "ULS", "group": "group", "group_equal": "loadings"},
    "continuous_GLS_groups": {
        "estimator": "GLS",
        "group": "group",
        "group_equal": ("loadings", "intercepts"),
    },
    "continuous_WLSMV_groups": {
        "estimator": "WLSMV",
        "group": "group",
        "group_equal": ("loadings", "intercepts"),
    },
    **{
        f"ordered_{one}": {"estimator": one, "ordered": ITEMS}
        for one in ("DWLS", "WLSMV", "WLSM", "ULSMV", "ULS")
    },
    "mixed": {"ordered": ["P1", "P2", "P5", "P6"]},
    "sem": {"model": SEM, "ordered": [*ITEMS, "SAT1", "SAT2", "SAT3", "LOY1", "LOY2"]},
    "sem_mixed": {"model": SEM, "ordered": [*ITEMS[:4], "SAT1", "LOY1"]},
    "covariate": {"model": f"{TWO}\nf1 ~ W_TAN\nf2 ~ W_TAN + f1", "ordered": ITEMS},
    "groups": {"data": "few", "ordered": True, "group": "group"},
    "groups_equal": {"data": "few", "ordered": True, "group": "group", "group_equal": EQUAL},
    "groups_stdlv": {
        "data": "few",
        "ordered": True,
        "group": "group",
        "group_equal": EQUAL,
        "std_lv": True,
    },
    "pairwise": {"data": "blank", "ordered": True, "missing": "pairwise"},
    "weights": {"ordered": True, "weights": "w"},
    "alike": {"model": ALIKE, "ordered": True},
    "apart": {"model": f"{TWO}\nf1 ~~ 0*f2", "ordered": True},
}
NAMES = tuple(_CASES)


@functools.cache
def run(name):
    """Fit a model as lavaan did."""
    options = dict(_CASES[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingResponseWarning)
        return fit_sem(options.pop("model", TWO), survey(options.pop("data", "whole")), **options)
