"""The made-up survey of 300, scored, and R's answers about it."""

from pathlib import Path

import pandas as pd
import pytest

import servqual as sq

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="session")
def frame():
    return pd.read_csv(REFERENCE / "servqual_300.csv")


@pytest.fixture(scope="session")
def scored():
    """Score a frame with SERVQUAL's columns."""
    instrument = sq.load_instrument("servqual-1991")

    def gaps(frame, **how):
        importance = how.pop("importance", None)
        responses = sq.Responses.from_frame(frame, instrument, **how)
        return sq.gap_scores(responses, importance)

    return gaps


@pytest.fixture(scope="session")
def scores(frame, scored):
    return scored(frame)


@pytest.fixture(scope="session")
def by_r():
    """Read what R computed."""
    return lambda name: pd.read_csv(REFERENCE / f"comparisons_{name}.csv")


@pytest.fixture(scope="session")
def small():
    """Bind a few answers to one instrument of two dimensions: E1.. and P1.. of items 1, 2, 3."""
    duo = sq.Instrument(name="duo", scale=(1, 7), dimensions={"care": ("1", "2"), "speed": ("3",)})

    def gaps(**columns):
        how = {name: columns.pop(name) for name in ("missing", "weights") if name in columns}
        return sq.gap_scores(sq.Responses.from_frame(pd.DataFrame(columns), duo, **how))

    return gaps
