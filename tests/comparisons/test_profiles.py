import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import servqual as sq
from servqual.comparisons.profiles import cross_tabulate
from tests.helpers import needs


@pytest.fixture(scope="module")
def answers(frame):
    return frame.assign(satisfied=np.where(frame["SAT1"] >= 5, "yes", "no"))


def test_as_r(answers, by_r):
    found = cross_tabulate(answers, "segment", "satisfied")
    cells = by_r("cells").sort_values(["row", "column"], ignore_index=True)
    mine = found.to_frame()
    assert mine[["row", "column"]].equals(cells[["row", "column"]])
    np.testing.assert_array_equal(mine["n"], cells["n"])
    np.testing.assert_allclose(mine["expected"], cells["expected"], rtol=1e-14)
    np.testing.assert_allclose(mine["residual"], cells["residual"], rtol=1e-12)
    reference = by_r("chi").iloc[0]
    assert found.df == reference["df"]
    for field in ("statistic", "p_value", "cramers_v", "ci_low", "ci_high"):
        assert getattr(found, field) == pytest.approx(reference[field], abs=1e-10), field


@settings(max_examples=20)
@given(st.lists(st.lists(st.integers(1, 30), min_size=3, max_size=3), min_size=2, max_size=4))
def test_as_scipy_and_symmetric(counts):
    counts = np.array(counts)
    rows, columns = (at.ravel() for at in np.indices(counts.shape))
    frame = pd.DataFrame(
        {"a": np.repeat(rows, counts.ravel()), "b": np.repeat(columns, counts.ravel())}
    )
    found, turned = cross_tabulate(frame, "a", "b"), cross_tabulate(frame, "b", "a")
    peer = stats.chi2_contingency(counts, correction=False)
    np.testing.assert_array_equal(found.counts, counts)
    assert found.statistic == pytest.approx(peer.statistic, rel=1e-10, abs=1e-12)
    assert found.p_value == pytest.approx(peer.pvalue, rel=1e-9)
    assert turned.cramers_v == pytest.approx(found.cramers_v, abs=1e-12)
    assert 0 <= found.cramers_v <= 1 + 1e-12
    assert 0 <= found.ci_low <= found.ci_high <= 1
    table = found.to_frame()
    for column, by in (("share", []), ("row_share", ["row"]), ("column_share", ["column"])):
        total = table.groupby(by)[column].sum() if by else table[column].sum()
        np.testing.assert_allclose(total, 1, rtol=1e-12)
    assert found.n_small == (peer.expected_freq < 5).sum()


def test_perfect_association():
    frame = pd.DataFrame({"a": ["x", "y"] * 20, "b": ["u", "v"] * 20})
    found = cross_tabulate(frame, "a", "b")
    assert found.cramers_v == pytest.approx(1)
    assert found.ci_high == 1


def test_missing_are_left_out_and_small_cells_counted(answers):
    holed = answers.assign(segment=answers["segment"].where(answers.index >= 290, None))
    holed.loc[0, "segment"] = "  "
    with pytest.warns(sq.MissingResponseWarning, match=r"290 of 300 respondents lack 'segment'"):
        found = cross_tabulate(holed, "segment", "satisfied")
    assert (found.n, found.n_missing) == (10, 290)
    assert found.n_small == found.counts.size
    notes = " ".join(found.notes())
    assert "cells have an expected count below 5" in notes
    assert "290 respondents lack one of the two answers" in notes


def test_order_of_categories_and_no_empty_levels(answers):
    order = ["member", "nobody", "leisure", "business"]
    held = answers.assign(segment=pd.Categorical(answers["segment"], order))
    found = cross_tabulate(held, "segment", "satisfied")
    assert found.row_levels == ("member", "leisure", "business")
    assert found.to_table().index.tolist() == ["member", "leisure", "business"]


def test_polars_gives_the_same(answers):
    pl = needs("polars")
    assert cross_tabulate(pl.from_pandas(answers), "segment", "satisfied") == cross_tabulate(
        answers, "segment", "satisfied"
    )


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("segment", "segment", "row and column are both 'segment'"),
        ("segment", "satisfaction", r"missing from the frame.*Did you mean 'satisfied'"),
        ("segment", "one", "'one' has fewer than two levels among the 300 respondents"),
        ("id", "satisfied", "300 distinct values, too many"),
    ],
)
def test_bad_columns(answers, row, column, message):
    with pytest.raises(sq.ResponseError, match=message):
        cross_tabulate(answers.assign(one=1), row, column)


def test_title_pickle_and_frozen(answers):
    found = cross_tabulate(answers, "segment", "satisfied")
    assert found.title() == (
        "segment by satisfied: n = 300; chi-square = 3.571, df = 2, p = 0.168; "
        "Cramer's V = 0.109 [0.000, 0.211]"
    )
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(ValueError, match="read-only"):
        found.counts[0, 0] = 9
