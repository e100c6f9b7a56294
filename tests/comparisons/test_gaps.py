import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import servqual as sq
from servqual.comparisons.gaps import gap_tests
from servqual.comparisons.means import means_of, student_tests
from servqual.comparisons.signed_ranks import signed_ranks
from tests.helpers import needs

DIMENSIONS = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
EXACT = {
    "mean_e": 1e-14,
    "mean_p": 1e-14,
    "estimate": 1e-14,
    "ci_low": 1e-13,
    "ci_high": 1e-13,
    "statistic": 1e-12,
    "df": 0,
    "p_value": 1e-13,
    "wilcoxon": 1e-12,
    "wilcoxon_p": 1e-13,
    "d_z": 1e-13,
    "d_z_ci_low": 1e-10,
    "d_z_ci_high": 1e-10,
    "d_av": 1e-13,
    "d_av_ci_low": 1e-10,
    "d_av_ci_high": 1e-10,
    "p_equivalence": 1e-13,
}


def test_every_column_as_r(scores, by_r):
    found = gap_tests(scores, worth_mending=0.25, n_resamples=0)
    table, reference = found.to_frame(), by_r("gaps")
    for column, tolerance in EXACT.items():
        np.testing.assert_allclose(
            table[column], reference[column], rtol=0, atol=tolerance, err_msg=column
        )
    np.testing.assert_allclose(table["p_adjusted"], reference["holm"], rtol=1e-11)
    by_bh = gap_tests(scores, "bh", n_resamples=0).to_frame()
    np.testing.assert_allclose(by_bh["p_adjusted"], reference["bh"], rtol=1e-11)
    assert found.m == 28
    assert table["level"].tolist() == ["item"] * 22 + ["dimension"] * 5 + ["overall"]


def test_sampling_weights_as_rs_survey_package(frame, scored, by_r):
    weights = np.array([0.5, 1, 1, 2, 3.5])[frame["id"] % 5]
    found = gap_tests(scored(frame, weights=weights), n_resamples=0)
    table, reference = found.to_frame(), by_r("weighted")
    np.testing.assert_allclose(table["estimate"], reference["estimate"], rtol=1e-13)
    np.testing.assert_allclose(table["estimate"] / table["statistic"], reference["se"], rtol=1e-12)
    np.testing.assert_allclose(table["p_value"], reference["p_value"], rtol=1e-11)
    assert table["wilcoxon"].isna().all()
    assert "Wilcoxon's test does not use sampling weights and is not given." in found.problems
    assert table["d_z_ci_low"].lt(table["d_z"]).all()
    assert table["d_z_ci_high"].gt(table["d_z"]).all()


def test_equal_weights_change_nothing(frame, scored, scores):
    equal = scored(frame, weights=np.full(len(frame), 2.5))
    weighted, plain = (gap_tests(one, "max_t", n_resamples=200, seed=3) for one in (equal, scores))
    columns = ["estimate", "ci_low", "statistic", "p_adjusted", "d_z_ci_low", "d_av", "band_low"]
    np.testing.assert_allclose(weighted.to_frame()[columns], plain.to_frame()[columns], rtol=1e-9)


def test_agrees_with_pingouin(frame, scores):
    pg = needs("pingouin")
    table = gap_tests(scores, n_resamples=0).to_frame()
    for item in ("1", "14"):
        peer = pg.ttest(frame[f"P{item}"], frame[f"E{item}"], paired=True).iloc[0]
        row = table[table["item"] == item].iloc[0]
        assert row["statistic"] == pytest.approx(peer["T"], rel=1e-12)


def test_the_band_holds_more_than_one_interval_and_less_than_bonferroni(scores):
    found = gap_tests(scores, "max_t", seed=1)
    table = found.to_frame()
    error = table["estimate"] / table["statistic"]
    assert 1.97 < found.critical < stats.t.ppf(1 - 0.025 / 28, 299)
    np.testing.assert_allclose(table["band_high"] - table["estimate"], found.critical * error)
    assert table["p_adjusted"].ge(table["p_value"] * 0.5).all()
    assert table["p_adjusted"].min() == pytest.approx(1 / 2001)


def test_seed_and_no_flips(scores):
    once, again, other = (
        gap_tests(scores, "max_t", n_resamples=200, seed=seed) for seed in (1, 1, 2)
    )
    assert once == again
    assert once != other
    without = gap_tests(scores, n_resamples=0)
    assert without.to_frame()[["band_low", "band_high"]].isna().all(axis=None)
    assert any("No sign flips were asked for" in note for note in without.notes())
    assert any("No seed was given" in note for note in gap_tests(scores, n_resamples=100).notes())
    with pytest.raises(ValueError, match="'max_t' needs sign flips"):
        gap_tests(scores, "max_t", n_resamples=0)


def test_importance_gives_a_weighted_and_an_unweighted_row(frame, scored):
    shares = dict(zip(DIMENSIONS, (11, 32, 22, 19, 16), strict=True))
    weighted = scored(frame, importance=shares)
    found = gap_tests(weighted, n_resamples=0)
    table = found.to_frame()
    assert table["level"].tolist()[-2:] == ["overall", "overall_unweighted"]
    assert found.m == 29
    assert table["estimate"].iloc[-2] == pytest.approx(weighted.overall.mean(), abs=1e-13)
    assert "weighted by given weights" in found.title()


class TestBadData:
    def test_a_constant_gap_is_nan_with_its_reason_and_the_rest_is_computed(self, small):
        scores = small(
            E1=[7, 6, 5, 7], P1=[6, 5, 4, 6], E2=[6, 6, 7, 5], P2=[5, 6, 4, 4],
            E3=[4, 5, 6, 7], P3=[4, 5, 6, 7],
        )  # fmt: skip
        found = gap_tests(scores, "max_t", worth_mending=0.5, n_resamples=200, seed=1)
        table = found.to_frame().set_index("label")
        tested = ["statistic", "df", "p_value", "p_adjusted", "ci_low", "d_z", "d_z_ci_low",
                  "d_av", "p_equivalence", "band_low"]  # fmt: skip
        assert table.loc[["1", "3", "Speed"], tested].isna().all(axis=None)
        assert table.loc[["2", "Care", "Overall"], tested[:-1]].notna().all(axis=None)
        assert table.loc["1", "estimate"] == -1
        assert table.loc["1", "wilcoxon"] == pytest.approx(-2.0)  # four ties, all below 0
        assert np.isnan(table.loc["3", "wilcoxon"])
        assert found.m == 3
        assert any(
            "All scores are equal" in one and one.endswith(": '1', '3', 'Speed'.")
            for one in found.problems
        )
        assert any("All differences are 0" in one and "'3'" in one for one in found.problems)
        assert set(found.problems) <= set(found.notes())

    def test_one_respondent(self, small):
        with pytest.warns(sq.SmallSampleWarning):
            scores = small(E1=[7], P1=[6], E2=[6], P2=[5], E3=[4], P3=[4])
        found = gap_tests(scores)
        assert found.m == 0
        assert found.to_frame()["statistic"].isna().all()
        assert any("fewer than two scores" in one for one in found.problems)

    def test_three_respondents(self, small):
        scores = small(
            E1=[7, 6, 5], P1=[6, 5, 5], E2=[6, 6, 7], P2=[5, 6, 4], E3=[4, 5, 6], P3=[4, 4, 3]
        )
        table = gap_tests(scores, "max_t", seed=1).to_frame()
        expected = stats.ttest_rel([6, 5, 5], [7, 6, 5])
        assert table["statistic"].iloc[0] == pytest.approx(expected.statistic)
        assert table["df"].eq(2).all()
        assert table["p_adjusted"].between(0.1, 1).all()  # of 8 flips, two reach any |t|

    def test_blanks_under_available(self, small):
        with pytest.warns(sq.MissingResponseWarning):
            scores = small(
                E1=[7, 6, 5, 7], P1=[6, None, 4, 3], E2=[6, 6, 7, 5], P2=[5, 6, 4, 4],
                E3=[4, 5, 6, 7], P3=[5, 5, 6, 6], missing="available",
            )  # fmt: skip
        table = gap_tests(scores, n_resamples=100, seed=1).to_frame().set_index("label")
        assert table.loc["1", "n"] == 3
        assert table.loc["Care", "n"] == 4
        assert table.loc["1", "statistic"] == pytest.approx(
            stats.ttest_1samp([-1, -1, -4], 0).statistic
        )

    @pytest.mark.parametrize(
        ("how", "message"),
        [
            ({"correction": "tukey"}, "correction must be one of .*max_t"),
            ({"worth_mending": 0}, "worth_mending must be a positive number"),
            ({"worth_mending": (0.1, 0.5)}, r"low < 0 < high, not \(0.1, 0.5\)"),
            ({"confidence": 95}, "confidence must lie between 0 and 1, such as 0.95, not 95"),
            ({"n_resamples": -5}, "n_resamples must be a whole number"),
        ],
    )
    def test_bad_arguments(self, scores, how, message):
        with pytest.raises(ValueError, match=message):
            gap_tests(scores, **how)

    def test_what_is_not_scored(self, frame):
        with pytest.raises(sq.ResponseError, match=r"Expected GapScores, not DataFrame"):
            gap_tests(frame)


def test_equivalence_bounds_may_differ(scores):
    even = gap_tests(scores, worth_mending=0.5, n_resamples=0)
    uneven = gap_tests(scores, worth_mending=(-0.5, 2), n_resamples=0)
    assert even.worth_mending == (-0.5, 0.5)
    p_even, p_uneven = (one.to_frame()["p_equivalence"] for one in (even, uneven))
    assert (p_uneven <= p_even).all()
    assert gap_tests(scores, n_resamples=0).to_frame()["p_equivalence"].isna().all()


def test_polars_gives_the_same(frame, scored):
    pl = needs("polars")
    assert (
        gap_tests(scored(pl.from_pandas(frame)), n_resamples=0)
        .to_frame()
        .equals(gap_tests(scored(frame), n_resamples=0).to_frame())
    )


def test_pickle_equality_and_no_aliasing(scores):
    found = gap_tests(scores, worth_mending=0.25, n_resamples=200, seed=1)
    assert pickle.loads(pickle.dumps(found)) == found
    mine = found.to_frame()
    mine.loc[0, "estimate"] = 99
    assert found.to_frame().loc[0, "estimate"] != 99
    with pytest.raises(AttributeError):
        found.m = 3


def test_title_and_display(scores):
    found = gap_tests(scores, seed=1)
    assert found.title().startswith("Tests that the mean gap is 0 (28 tests in one family, p adj")
    assert "by Holm" in found.title()
    assert "excellent expectations" in found.title()
    assert "n = 300" in found.title()
    assert "Note: " in repr(found)
    assert "<table" in found._repr_html_()
    assert (
        gap_tests(scores, "none", n_resamples=0)
        .title()
        .startswith("Tests that the mean gap is 0 (28 tests, p not adjusted)")
    )


@given(st.lists(st.integers(-6, 6), min_size=2, max_size=60))
def test_signed_ranks_as_scipy(differences):
    z, p = signed_ranks(np.array([differences], dtype=float))
    if not any(differences):
        assert np.isnan(z[0])
        return
    peer = stats.wilcoxon(differences, zero_method="wilcox", correction=False, method="approx")
    assert p[0] == pytest.approx(peer.pvalue, abs=1e-12)
    assert abs(z[0]) == pytest.approx(abs(peer.zstatistic), abs=1e-10)
    mirrored, _ = signed_ranks(-np.array([differences], dtype=float))
    assert mirrored[0] == pytest.approx(-z[0], abs=1e-12)


@given(st.lists(st.integers(-6, 6), min_size=3, max_size=40), st.integers(1, 5))
def test_t_flips_with_the_sign_and_not_with_the_unit(differences, unit):
    values = np.array([differences, [-one for one in differences]], dtype=float)
    means, scaled = means_of(values), means_of(values * unit)
    one, other = (student_tests(m.mean, m.error, m.n - 1.0, 0.95) for m in (means, scaled))
    np.testing.assert_allclose(one.statistic[0], -one.statistic[1], rtol=1e-12)
    np.testing.assert_allclose(one.statistic, other.statistic, rtol=1e-9)
    if len(set(differences)) > 1:
        peer = stats.ttest_1samp(differences, 0)
        assert one.statistic[0] == pytest.approx(peer.statistic, rel=1e-9, abs=1e-12)
        assert one.p_value[0] == pytest.approx(peer.pvalue, rel=1e-9)
    else:
        assert np.isnan(one.statistic).all()


def test_rows_in_any_order_give_the_same(frame, scored, scores):
    shuffled = gap_tests(scored(frame.sample(frac=1, random_state=2)), n_resamples=0)
    columns = ["estimate", "statistic", "wilcoxon", "d_z_ci_low", "d_av"]
    np.testing.assert_allclose(
        shuffled.to_frame()[columns],
        gap_tests(scores, n_resamples=0).to_frame()[columns],
        rtol=1e-10,
    )
    assert isinstance(shuffled.to_frame(), pd.DataFrame)
