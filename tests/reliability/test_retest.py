"""Test-retest reliability against mean squares and pingouin; matching; bad input."""

import pickle
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servqual as sq
from servqual.reliability.retest import _agreement_interval, retest_reliability
from tests.helpers import needs

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pingouin")
needs("pingouin")


@pytest.fixture
def waves(rng):
    people = rng.standard_normal(40)
    first, second = (people + 0.5 * rng.standard_normal(40) + shift for shift in (0, 0.4))
    index = [f"r{i}" for i in range(40)]
    return tuple(pd.DataFrame({"care": one}, index=index) for one in (first, second))


def mean_squares(first, second):
    table = np.column_stack([first, second])
    n = len(table)
    grand = table.mean()
    rows = 2 * ((table.mean(axis=1) - grand) ** 2).sum() / (n - 1)
    columns = n * ((table.mean(axis=0) - grand) ** 2).sum()
    error = ((table - grand) ** 2).sum() - rows * (n - 1) - columns
    return rows, columns, error / (n - 1)


def test_coefficients_by_mean_squares(waves):
    first, second = (one["care"].to_numpy() for one in waves)
    rows, columns, error = mean_squares(first, second)
    row = retest_reliability(*waves).to_frame().iloc[0]
    agreement = (rows - error) / (rows + error + 2 / 40 * (columns - error))
    assert row["icc_agreement"] == pytest.approx(agreement, rel=1e-10)
    assert row["icc_consistency"] == pytest.approx((rows - error) / (rows + error), rel=1e-10)
    r = np.corrcoef(first, second)[0, 1]
    assert row["r"] == pytest.approx(r, rel=1e-12)
    half = 1.959963984540054 / np.sqrt(37)
    assert row["ci_low"] == pytest.approx(np.tanh(np.arctanh(r) - half), rel=1e-12)
    assert row["ci_high"] == pytest.approx(np.tanh(np.arctanh(r) + half), rel=1e-12)


def test_intervals_round_to_those_of_pingouin(waves):
    pingouin = needs("pingouin")
    long = pd.concat([one.assign(wave=i) for i, one in enumerate(waves)]).reset_index()
    table = pingouin.intraclass_corr(data=long, targets="index", raters="wave", ratings="care")
    row = retest_reliability(*waves).to_frame().iloc[0]
    ends = table.filter(like="CI").iloc[:, 0]
    for name, at in (("icc_agreement", 1), ("icc_consistency", 2)):
        found = [row[f"{name}_ci_low"], row[f"{name}_ci_high"]]
        assert np.round(found, 2).tolist() == np.asarray(ends.iloc[at]).tolist()


@given(st.floats(1.01, 50), st.floats(0.01, 30), st.integers(5, 200))
def test_agreement_interval_holds_the_estimate(f, columns, n):
    icc = (f - 1) / (f + 1 + 2 / n * (columns - 1))
    low, high = _agreement_interval(icc, f, n, 0.975)
    assert low < icc < high < 1


def test_a_shift_lowers_agreement_but_not_consistency(waves):
    first, second = waves
    near, far = (
        retest_reliability(first, second + shift).to_frame().iloc[0] for shift in (-0.4, 2.0)
    )
    assert far["icc_agreement"] < near["icc_agreement"] - 0.2
    assert far["icc_consistency"] == pytest.approx(near["icc_consistency"], rel=1e-9)
    assert far["r"] == pytest.approx(near["r"], rel=1e-12)


def test_scores_are_matched_by_index_dimension_by_dimension(rng):
    about = sq.Instrument(
        name="duo", scale=(1, 7), dimensions={"care": ("1", "2"), "speed": ("3",)}
    )
    frame = pd.DataFrame(
        rng.integers(1, 8, (30, 6)),
        columns=[f"{r}{i}" for r in "EP" for i in (1, 2, 3)],
        index=[f"r{i}" for i in range(30)],
    )
    later = frame.copy()
    later.iloc[:, 3:] = np.clip(later.iloc[:, 3:] + rng.integers(-1, 2, (30, 3)), 1, 7)
    first = sq.gap_scores(sq.Responses.from_frame(frame, about))
    later = later.sample(frac=1, random_state=1)[:25]
    second = sq.gap_scores(sq.Responses.from_frame(later, about))
    with pytest.warns(sq.MissingResponseWarning, match="5 respondents are in the first wave only"):
        result = retest_reliability(first, second)
    table = result.to_frame()
    assert table["dimension"].tolist() == ["care", "speed", "(overall)"]
    kept = second.index
    for key, one, two in (
        ("care", first.dimensions["care"], second.dimensions["care"]),
        ("(overall)", first.overall, second.overall),
    ):
        r = np.corrcoef(one.loc[kept], two.loc[kept])[0, 1]
        assert table.set_index("dimension").loc[key, "r"] == pytest.approx(r, rel=1e-12)
    assert "25 respondents matched by index (5 in the first wave only, 0 in the second" in (
        result.title()
    )
    assert not any("row number" in note for note in result.notes())


def test_row_numbers_are_warned_of_among_the_notes(waves):
    first, second = (one.reset_index(drop=True) for one in waves)
    by_number = retest_reliability(first, second)
    assert any("indexed by row number" in note for note in by_number.notes())
    assert by_number.to_frame().equals(retest_reliability(*waves).to_frame())
    by_polars = retest_reliability(
        needs("polars").from_pandas(first), needs("polars").from_pandas(second)
    )
    assert by_polars == by_number


def test_missing_scores_are_left_out_score_by_score(waves):
    first, second = (one.assign(speed=one["care"]) for one in waves)
    first.iloc[0, 0] = np.nan
    table = retest_reliability(first, second).to_frame()
    assert table["n"].tolist() == [39, 40]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a, b: (a, a), "copy of the first"),
        (lambda a, b: (a, a + 1.5), "shifted by a constant"),
        (lambda a, b: (a, b * 0 + 3), "a score does not vary"),
        (lambda a, b: (a[:4], b[:4]), "fewer than five respondents"),
    ],
)
def test_nothing_that_looks_perfect(waves, change, says):
    result = retest_reliability(*change(*waves))
    row = result.to_frame().iloc[0]
    assert row[["r", "ci_low", "icc_agreement", "icc_consistency"]].isna().all()
    assert any(says in problem for problem in result.problems)
    assert all(problem in result.notes() for problem in result.problems)


def test_unusable_waves(waves):
    first, second = waves
    with pytest.raises(sq.ResponseError, match="different scores"):
        retest_reliability(first, second.rename(columns={"care": "speed"}))
    with pytest.raises(sq.ResponseError, match="no index label is shared"):
        retest_reliability(first, second.set_axis(range(40)))
    with pytest.raises(sq.ResponseError, match="names 1 respondents more than once: 'r0'"):
        retest_reliability(pd.concat([first, first[:1]]), second)
    with pytest.raises(sq.ResponseError, match="hold no numbers: 'care'"):
        retest_reliability(first.astype(str), second)
    with pytest.raises(ValueError, match="confidence"):
        retest_reliability(first, second, confidence=0)


def test_confidence_and_value(waves):
    result = retest_reliability(*waves)
    wide = retest_reliability(*waves, confidence=0.99)
    for name in ("ci_low", "icc_agreement_ci_low", "icc_consistency_ci_low"):
        assert wide.to_frame()[name][0] < result.to_frame()[name][0]
    assert "99 % intervals" in wide.title()
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert repr(again) == repr(result)


def test_without_pingouin_it_says_how_to_install_it(waves, monkeypatch):
    monkeypatch.setitem(sys.modules, "pingouin", None)
    with pytest.raises(ModuleNotFoundError, match=r"servqual\[stats\]"):
        retest_reliability(*waves)
