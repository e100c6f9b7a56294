"""What the tests of latent correlations share."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="session")
def survey():
    """Answers of 300 made-up respondents."""
    return pd.read_csv(REFERENCE / "servqual_300.csv")


@pytest.fixture(scope="session")
def performance(survey):
    return survey[[f"P{i}" for i in range(1, 23)]]


@pytest.fixture(scope="session")
def reference():
    """Read a reference file by name."""
    return lambda name: json.loads((REFERENCE / f"{name}.json").read_text())


@pytest.fixture(scope="session")
def by_lavaan(reference):
    return reference("polychoric")


@pytest.fixture(scope="session")
def columns():
    """Give the columns of a frame as arrays of numbers."""
    return lambda frame: {name: frame[name].to_numpy(np.float64) for name in frame}


@pytest.fixture(scope="session")
def merged(survey):
    """Answers with 4, 2 and 2 categories, and two continuous ratings among them."""
    return pd.DataFrame(
        {
            "P1": survey["P1"].clip(lower=4),
            "SAT1": survey["SAT1"],
            "P2": (survey["P2"] > 5).astype(int),
            "P3": (survey["P3"] > 4).astype(int),
            "SAT2": survey["SAT2"],
        }
    )
