"""What the tests of factor analysis share."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="session")
def gaps():
    """Answer gaps of 300 made-up respondents to 22 items."""
    return pd.read_csv(REFERENCE / "gaps_300.csv")[[f"G{i}" for i in range(1, 23)]]


@pytest.fixture(scope="session")
def dimensions():
    sizes = {"TAN": 4, "REL": 5, "RES": 4, "ASS": 4, "EMP": 5}
    ids = iter(range(1, 23))
    return {key: [f"G{next(ids)}" for _ in range(size)] for key, size in sizes.items()}


@pytest.fixture(scope="session")
def reference():
    """Read a reference file by name."""
    return lambda name: json.loads((REFERENCE / f"{name}.json").read_text())


@pytest.fixture(scope="session")
def aligned():
    """Give loadings and factor correlations the order and signs of a target's columns."""

    def align(loadings, phi, target):
        lengths = np.sqrt(np.outer((loadings**2).sum(axis=0), (target**2).sum(axis=0)))
        congruence = loadings.T @ target / lengths
        order = np.abs(congruence).argmax(axis=0)
        assert sorted(order) == list(range(loadings.shape[1]))
        signs = np.sign(congruence[order, np.arange(len(order))])
        return loadings[:, order] * signs, phi[np.ix_(order, order)] * np.outer(signs, signs)

    return align
