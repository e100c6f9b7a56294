"""A made-up result, and results of the bundled data."""

import pandas as pd
import pytest

import servqual as sq
from tests.tables.made import HOSTILE, NAN, Made


@pytest.fixture
def made():
    """Correlations and p-values of two dimensions with three items, and the whole scale."""
    frame = pd.DataFrame(
        {
            "level": ["item", "item", "item", "dimension", "dimension", "overall"],
            "dimension": ["care", "care", "speed", "care", "speed", ""],
            "item": ["1", "2", "3", "", "", ""],
            "label": ["Is kind", "Is polite", "Is quick", "Care", "Speed", "Overall"],
            "n": [12, 12, 11, 12, 11, 11],
            "estimate": [-1.005, 0.5, NAN, -0.25, 1234.5, 0.0],
            "ci_low": [-2.0, 0.25, NAN, -0.75, 1000.0, -0.5],
            "ci_high": [-0.01, 0.75, NAN, 0.25, 1500.0, 0.5],
            "r_drop": [0.456, -0.345, NAN, NAN, NAN, NAN],
            "p_value": [0.0000001, 0.0456, NAN, 0.0009999, 0.9999, 1.0],
            "p_equivalence": [NAN] * 6,
        }
    )
    return Made(frame=frame, said=("r_drop is a correlation, p < .05, n = 12",))


@pytest.fixture(scope="session")
def bank():
    """Gap scores of the bank."""
    frame = sq.load_dataset("bank").dropna()
    return sq.gap_scores(sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991")))


@pytest.fixture(scope="session")
def all_kinds(bank):
    """One result of each kind that this row of the package knows."""
    library = sq.load_dataset("library")
    responses = sq.Responses.from_frame(
        library,
        sq.load_instrument("libqual-2004"),
        **library.attrs["bind"],
        missing="available",
    )
    with pytest.warns(sq.MissingResponseWarning):
        tolerance = sq.tolerance_scores(responses)
    profile = sq.describe_sample(sq.load_dataset("bank"), ["branch", "E1"], numeric=["E1"])
    return (bank, sq.perception_scores(bank.responses), tolerance, profile, bank.responses)


@pytest.fixture
def hostile():
    """Text that each format would take for something else."""
    frame = pd.DataFrame(
        {
            "label": [HOSTILE, "=SUM(A1)", "+1", "-1", "@x", "[b", "*c", "two\nlines"],
            "estimate": [1.5, 2, 3, 4, 5, 6, 7, 8],
            "quadrant": [HOSTILE, "=A1", "", "-", "@", "[", "*", "x"],
        }
    )
    return Made(frame=frame, name=HOSTILE, said=(HOSTILE,))
