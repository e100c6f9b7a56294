"""The data and levels that tests of invariance share, and what lavaan and semTools say of them."""

import functools
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from servqual.errors import MissingResponseWarning
from servqual.sem.invariance.measurement import measurement_invariance

FOLDER = Path(__file__).parents[2] / "reference"
REFERENCE = json.loads((FOLDER / "groups.json").read_text(encoding="utf-8"))
GAPS = """TAN =~ G1+G2+G3+G4
REL =~ G5+G6+G7+G8+G9
RES =~ G10+G11+G12+G13
ASS =~ G14+G15+G16+G17
EMP =~ G18+G19+G20+G21+G22"""
TWO = "TAN =~ G1+G2+G3+G4\nREL =~ G5+G6+G7+G8+G9"
MIND = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
ORDERED = "TAN =~ P1+P2+P3+P4\nREL =~ P5+P6+P7+P8+SAT1"
ITEMS = [f"P{at}" for at in range(1, 9)]
_CUTS = {
    **dict.fromkeys(("P1", "P2", "P3"), (5,)),
    **dict.fromkeys(("P4", "P5", "P6"), (4, 5)),
    **dict.fromkeys(("P7", "P8"), (3, 4, 5)),
}
RUNS = {
    "hs": (MIND, "mind", "school", {}),
    "mlr": (TWO, "gaps", "group", {"estimator": "MLR"}),
    "fiml_mlr": (TWO, "holes", "group", {"estimator": "MLR", "missing": "fiml"}),
    "weights": (TWO, "gaps", "group", {"estimator": "MLR", "weights": "w"}),
    "cluster": (TWO, "gaps", "group", {"estimator": "MLR", "cluster": "site2"}),
    "three": (TWO, "gaps", "third", {}),
    "ordinal_g2": (ORDERED, "answers", "group", {"ordered": ITEMS}),
    "ordinal_g3": (ORDERED, "answers", "third", {"ordered": ITEMS}),
}


@functools.cache
def data(name):
    """The data of a run, as groups.R makes them."""
    if name == "mind":
        return pd.concat(
            [
                rows_with(moments["mean"], moments["cov"], n).assign(school=school)
                for (school, moments), n in zip(
                    REFERENCE["moments"].items(), REFERENCE["sizes"], strict=True
                )
            ],
            ignore_index=True,
        )
    files = {"gaps": "gaps_300", "holes": "gaps_300_miss", "answers": "servqual_300"}
    frame = pd.read_csv(FOLDER / f"{files[name]}.csv")
    if name == "holes":
        frame["id"], frame["group"] = np.arange(1, 301), data("gaps")["group"]
    frame["w"] = 0.4 + (frame["id"] * 7) % 11 / 5
    frame["site2"] = (frame["id"] * 13) % 37 + 100 * frame["group"]
    frame["third"] = (frame["id"] * 5) % 3 + 1
    if name == "answers":
        for item, cuts in _CUTS.items():
            frame[item] = np.searchsorted(np.array(cuts) + 0.5, frame[item], side="right")
    return frame


def rows_with(mean, covariance, n, seed=1):
    """Rows that have just these means and (divisor n) covariances."""
    rows = np.random.default_rng(seed).normal(size=(n, len(mean)))
    rows -= rows.mean(axis=0)
    whiten = np.linalg.inv(np.linalg.cholesky(rows.T @ rows / n)).T
    rows = rows @ whiten @ np.linalg.cholesky(np.array(covariance)).T + np.array(mean)
    return pd.DataFrame(rows, columns=[f"x{at + 1}" for at in range(len(mean))])


@functools.cache
def levels_of(name):
    """The levels of a run, fitted."""
    model, source, group, options = RUNS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingResponseWarning)
        return measurement_invariance(model, data(source), group, **options)
