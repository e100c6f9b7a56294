"""The models and data of the tests of partial least squares."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from servqual.moments import Moments
from servqual.pls.path_model import fit_pls

REFERENCE = Path(__file__).parents[1] / "reference"
BLOCKS = {
    "TAN": [f"G{i}" for i in range(1, 5)],
    "REL": [f"G{i}" for i in range(5, 10)],
    "RES": [f"G{i}" for i in range(10, 14)],
    "ASS": [f"G{i}" for i in range(14, 18)],
    "EMP": [f"G{i}" for i in range(18, 23)],
    "SAT": ["SAT1", "SAT2", "SAT3"],
    "LOY": ["LOY1", "LOY2", "LOY3"],
}
PATHS = {"SAT": ["TAN", "REL", "RES", "ASS", "EMP"], "LOY": ["SAT"]}


def text_of(blocks=BLOCKS, paths=PATHS, formative=()):
    return "\n".join(
        [
            f"{name} {'<~' if name in formative else '=~'} {' + '.join(items)}"
            for name, items in blocks.items()
        ]
        + [f"{outcome} ~ {' + '.join(predictors)}" for outcome, predictors in paths.items()]
    )


def moments_of(correlations, names, n=500):
    return Moments(names=names, n=n, mean=np.zeros(len(names)), covariance=correlations)


def by_path(frame, column="estimate"):
    return frame.set_index(frame["rhs"] + "->" + frame["lhs"])[column]


@pytest.fixture(scope="session")
def gaps():
    return pd.read_csv(REFERENCE / "gaps_300.csv")


@pytest.fixture(scope="session")
def reference():
    return json.loads((REFERENCE / "pls_modeA_path_300.json").read_text())


@pytest.fixture(scope="session")
def fitted(gaps):
    return fit_pls(text_of(), gaps)
