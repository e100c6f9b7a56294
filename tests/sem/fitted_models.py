"""The models and data that tests of fitted models share, and what lavaan says of them."""

import functools
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from servqual.errors import MissingResponseWarning
from servqual.sem.estimation import fit_sem

REFERENCE = Path(__file__).parents[1] / "reference"
CFA = """TAN =~ G1+G2+G3+G4
REL =~ G5+G6+G7+G8+G9
RES =~ G10+G11+G12+G13
ASS =~ G14+G15+G16+G17
EMP =~ G18+G19+G20+G21+G22"""
OUTCOMES = "\nSAT =~ SAT1+SAT2+SAT3\nLOY =~ LOY1+LOY2+LOY3\n"
SEM = CFA + OUTCOMES + "SAT ~ TAN+REL+RES+ASS+EMP\nLOY ~ SAT+REL+EMP"
SECOND = CFA + OUTCOMES + "SQ =~ TAN+REL+RES+ASS+EMP\nSAT ~ SQ\nLOY ~ SAT+SQ"
ONE = "Q =~ " + "+".join(f"G{at}" for at in range(1, 23))
MIMIC = "TAN =~ G1+G2+G3+G4\nSAT =~ SAT1+SAT2+SAT3\nSAT ~ TAN + G10\nTAN ~ G14"
OBSERVED = "TAN =~ G1+G2+G3+G4\nREL =~ G5+G6+G7\nSAT1 ~ TAN+REL\nLOY1 ~ SAT1"
FIXED = "TAN =~ G1+0.8*G2+G3+G4\nREL =~ G5+G6+a*G7+a*G8\nTAN ~~ 0*REL"
LINEAR = "TAN =~ G1+a*G2+a*G3+a*G4\nREL =~ b1*G5+b2*G6+b3*G7+b4*G8\nb2+b3==2*b4"
GROUPS = "\n".join(
    [
        "TAN =~ G1 + c(l2, l2)*G2 + c(l3, l3)*G3 + c(l4, l4)*G4",
        "REL =~ G5 + c(l6, l6)*G6 + c(l7, l7)*G7 + c(l8, l8)*G8",
        *(f"G{at} ~ c(i{at}, i{at})*1" for at in range(1, 9)),
        "TAN ~ c(0, NA)*1",
        "REL ~ c(0, NA)*1",
    ]
)
TEXTS = {
    "cfa": (CFA, {}),
    "sem": (SEM, {}),
    "second": (SECOND, {}),
    "one": (ONE, {}),
    "fiml": (CFA, {"missing": "fiml"}),
    "mimic": (MIMIC, {"means": True}),
    "observed": (OBSERVED, {"means": True}),
    "fixed": (FIXED, {}),
    "linear": (LINEAR, {}),
    "groups": (GROUPS, {"group": "group"}),
    "mlm": (CFA, {"estimator": "MLM"}),
    "mlr": (CFA, {"estimator": "MLR", "means": True}),
}


@functools.cache
def frame(name="gaps_300"):
    return pd.read_csv(REFERENCE / f"{name}.csv")


@functools.cache
def lavaan():
    return json.loads((REFERENCE / "after_fit.json").read_text(encoding="utf-8"))


@functools.cache
def fitted(name):
    text, options = TEXTS[name]
    data = frame("gaps_300_miss" if options.get("missing") else "gaps_300")
    return fit(text, data, **options)


def fit(text, data, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingResponseWarning)
        return fit_sem(text, data, **options)


def one_factor(seed, n=200, p=5, extra=0.0):
    """Rows of one factor; the last two items share something else."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 1)) * rng.uniform(0.6, 1.2, p) + rng.normal(size=(n, p))
    shared = rng.normal(size=n)
    rows[:, -1] += extra * shared
    rows[:, -2] += extra * shared
    return pd.DataFrame(rows, columns=[f"x{at}" for at in range(1, p + 1)])
