"""Small surveys for the tests of scores."""

import numpy as np
import pandas as pd
import pytest

import servqual as sq


@pytest.fixture
def trio():
    """An instrument of two dimensions that differ in length, with every rated role."""
    return sq.Instrument(
        name="trio",
        scale=(1, 7),
        dimensions={"care": ("1", "2"), "speed": ("3", "4", "5")},
        roles=("expectation", "perception", "minimum", "importance", "points"),
        expectation_kind="desired",
    )


@pytest.fixture
def survey(rng):
    """Complete answers of 40 respondents to `trio`, in every role."""
    n = 40
    frame = pd.DataFrame(index=pd.Index([f"r{i}" for i in range(n)], name="id"))
    for role, low, high in (("M", 2, 5), ("E", 5, 8), ("P", 1, 8), ("I", 1, 8)):
        for item in "12345":
            frame[f"{role}{item}"] = rng.integers(low, high, n)
    frame["pts_care"] = rng.integers(0, 101, n)
    frame["pts_speed"] = 100 - frame["pts_care"]
    frame["w"] = rng.integers(1, 5, n).astype(float)
    frame["branch"] = np.where(np.arange(n) % 2, "north", "south")
    return frame


@pytest.fixture
def answers(survey, trio):
    """The complete answers, bound."""
    return sq.Responses.from_frame(survey, trio, points="pts_{}")
