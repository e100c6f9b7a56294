import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import servqual as sq
from servqual.comparisons.zones import tolerance_tests, wilson_interval


@pytest.fixture(scope="module")
def desk():
    return sq.Instrument(
        name="desk",
        scale=(1, 9),
        dimensions={"help": ("1", "2"), "room": ("3",)},
        roles=("minimum", "expectation", "perception"),
        expectation_kind="desired",
    )


@pytest.fixture
def answers(rng):
    n = 60
    frame = pd.DataFrame({f"M{i}": rng.integers(2, 6, n) for i in (1, 2, 3)})
    for i in (1, 2, 3):
        frame[f"E{i}"] = np.minimum(frame[f"M{i}"] + rng.integers(0, 4, n), 9)
        frame[f"P{i}"] = rng.integers(3, 9, n)
    frame["w"] = rng.integers(1, 5, n).astype(float)
    return frame


def test_wilson_as_r(by_r):
    table = by_r("wilson")
    low, high = wilson_interval(
        (table["count"] / table["n"]).to_numpy(), table["n"].to_numpy(dtype=float)
    )
    np.testing.assert_allclose(low, table["ci_low"], atol=1e-14)
    np.testing.assert_allclose(high, table["ci_high"], atol=1e-14)


@given(st.integers(1, 500), st.data(), st.floats(0.5, 0.999))
def test_wilson_ends_solve_the_score_equation(n, data, confidence):
    share = data.draw(st.integers(0, n)) / n
    low, high = wilson_interval(np.array([share]), np.array([float(n)]), confidence)
    z = stats.norm.ppf(0.5 + confidence / 2)
    for end in (low[0], high[0]):
        assert (share - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / n, abs=1e-12)
    assert 0 <= low[0] <= share + 1e-15
    assert share - 1e-15 <= high[0] <= 1


def test_means_shares_and_tests(answers, desk):
    zone = sq.tolerance_scores(sq.Responses.from_frame(answers, desk))
    found = tolerance_tests(zone, n_resamples=0)
    table = found.to_frame().set_index("label")
    assert found.m == 2 * 6
    adequacy = answers["P1"] - answers["M1"]
    peer = stats.ttest_1samp(adequacy, 0)
    assert table.loc["1", "adequacy"] == pytest.approx(adequacy.mean())
    assert table.loc["1", "adequacy_statistic"] == pytest.approx(peer.statistic)
    assert table.loc["1", "adequacy_p_value"] == pytest.approx(peer.pvalue)
    superiority = zone.superiority["help"]
    peer = stats.ttest_1samp(superiority, 0)
    assert table.loc["Help", "superiority_statistic"] == pytest.approx(peer.statistic)
    assert table.loc["1", "below"] == pytest.approx((adequacy < 0).mean())
    reach = stats.binomtest(int((adequacy < 0).sum()), 60).proportion_ci(method="wilson")
    assert table.loc["1", "below_ci_low"] == pytest.approx(reach.low)
    assert table.loc["1", "below_ci_high"] == pytest.approx(reach.high)
    p = np.concatenate([table["adequacy_p_value"], table["superiority_p_value"]])
    adjusted = np.concatenate([table["adequacy_p_adjusted"], table["superiority_p_adjusted"]])
    assert adjusted.min() == pytest.approx(min(1, 12 * p.min()))


def test_shares_leave_out_inversions_and_weights_shrink_n(answers, desk):
    answers.loc[:9, ["M1", "E1"]] = [7, 5]
    plain = tolerance_tests(
        sq.tolerance_scores(sq.Responses.from_frame(answers, desk)), n_resamples=0
    ).to_frame()
    assert plain["n_shares"].tolist()[0] == 50
    assert plain["n"].tolist()[0] == 60
    zone = sq.tolerance_scores(sq.Responses.from_frame(answers, desk, weights="w"))
    table = tolerance_tests(zone, n_resamples=0).to_frame()
    w = answers["w"].iloc[10:]
    effective = w.sum() ** 2 / (w**2).sum()
    low, high = wilson_interval(table["within"].to_numpy()[:1], np.array([effective]))
    assert table["within_ci_low"][0] == pytest.approx(low[0])
    assert table["within_ci_high"][0] == pytest.approx(high[0])


def test_max_t_covers_both_edges(answers, desk):
    zone = sq.tolerance_scores(sq.Responses.from_frame(answers, desk))
    found = tolerance_tests(zone, "max_t", seed=1)
    table = found.to_frame()
    assert table.filter(like="p_adjusted").stack().between(1 / 2001, 1).all()
    width = table["adequacy_band_high"] - table["adequacy"]
    np.testing.assert_allclose(
        width, found.critical * table["adequacy"] / table["adequacy_statistic"], rtol=1e-9
    )
    assert found.critical > 2
    assert found == tolerance_tests(zone, "max_t", seed=1)


def test_constant_adequacy_is_nan_with_its_reason(answers, desk):
    answers["P3"] = answers["M3"] + 1
    answers["E3"] = answers["M3"] + 2
    zone = sq.tolerance_scores(sq.Responses.from_frame(answers, desk))
    found = tolerance_tests(zone, seed=1)
    table = found.to_frame().set_index("label")
    assert np.isnan(table.loc["3", "adequacy_p_value"])
    assert table.loc["3", "within"] == 1
    assert any("3 (adequacy)" in one for one in found.problems)
    assert pickle.loads(pickle.dumps(found)) == found
    assert "Zone of tolerance" in found.title()


def test_other_scores_are_refused(scores):
    with pytest.raises(sq.ResponseError, match="Expected ToleranceScores, not GapScores"):
        tolerance_tests(scores)
