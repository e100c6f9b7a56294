import numpy as np
import pandas as pd
import pytest

import servqual as sq
from tests.helpers import needs


@pytest.fixture(autouse=True)
def _closed_figures():
    needs("matplotlib").use("Agg")
    import matplotlib.pyplot as plt

    settings = plt.rcParams.copy()
    plt.close("all")
    yield
    plt.close("all")
    assert plt.rcParams == settings


@pytest.fixture
def bank():
    """Customers who left nothing out; five dimensions, 22 items, without any missing answer."""
    return sq.Responses.from_frame(
        sq.load_dataset("bank").dropna(), sq.load_instrument("servqual-1991"), points="points_{}"
    )


@pytest.fixture
def gaps(bank):
    return sq.gap_scores(bank)


@pytest.fixture
def library():
    """A made-up survey with every place of P around the zone."""
    instrument = sq.Instrument(
        name="desk",
        scale=(1, 9),
        roles=("minimum", "expectation", "perception"),
        expectation_kind="desired",
        dimensions={"low": ("1",), "mid": ("2",), "high": ("3",), "upside": ("4",)},
    )
    frame = pd.DataFrame(
        {
            **{"M1": [5, 6], "E1": [7, 8], "P1": [4, 4]},
            **{"M2": [5, 6], "E2": [7, 8], "P2": [6, 6]},
            **{"M3": [5, 6], "E3": [7, 8], "P3": [9, 8]},
            **{"M4": [7, 8], "E4": [5, 6], "P4": [6, 7]},
        }
    )
    return sq.tolerance_scores(sq.Responses.from_frame(frame, instrument))


def gap_scores_of(dimensions, labels=None, n=12, blank=(), **about):
    """Score made-up answers; dimensions in `blank` have items that nobody answered in both."""
    instrument = sq.Instrument(
        name="own", scale=(1, 5), dimensions=dimensions, labels=labels or {}, **about
    )
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(
        {
            f"{role}{item}": rng.integers(low, 6, n).astype(float)
            for item in instrument.items
            for role, low in (("E", 3), ("P", 1))
        }
    )
    for dimension in blank:
        for item in dimensions[dimension]:
            frame.loc[: n // 2, f"E{item}"] = np.nan
            frame.loc[n // 2 :, f"P{item}"] = np.nan
    if blank:
        with pytest.warns(sq.MissingResponseWarning):
            return sq.gap_scores(sq.Responses.from_frame(frame, instrument, missing="available"))
    return sq.gap_scores(sq.Responses.from_frame(frame, instrument))


@pytest.fixture
def make_gaps():
    return gap_scores_of


@pytest.fixture
def tick_texts():
    return lambda ax: [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


@pytest.fixture
def legend_texts():
    return lambda ax: [text.get_text() for text in ax.get_legend().get_texts()]
