import numpy as np
import pandas as pd
import pytest

import servqual as sq

DUO = sq.Instrument(
    name="duo",
    scale=(1, 7),
    roles=("expectation", "perception", "points"),
    dimensions={"care": ("1", "2"), "speed": ("3",)},
)


def bound(name):
    """Those of a chain who answered everything."""
    frame = sq.load_dataset(name).dropna()
    bind = sq.load_dataset(name).attrs["bind"]
    return sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991"), **bind)


@pytest.fixture(scope="session")
def customers():
    return bound("chain_customers")


@pytest.fixture(scope="session")
def managers():
    return bound("chain_managers")


@pytest.fixture(scope="session")
def staff():
    return sq.load_dataset("chain_staff").dropna()


def side(expectations, units, points=None, **more):
    """Bind a side of the small instrument: one row of three expectations a person."""
    frame = pd.DataFrame(np.array(expectations, dtype=float), columns=["E1", "E2", "E3"])
    frame["unit"] = units
    bind = {"perception": None}
    if points is not None:
        frame[["w_care", "w_speed"]] = np.array(points, dtype=float)
        bind["points"] = "w_{}"
    for name in ("weights", "firm", "satisfied"):
        if name in more:
            frame[name] = more[name]
    if "weights" in more:
        bind["weights"] = "weights"
    return sq.Responses.from_frame(frame, DUO, **bind)


@pytest.fixture
def make_side():
    return side
