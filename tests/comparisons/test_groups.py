import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import servqual as sq
from servqual.comparisons.groups import compare_groups
from servqual.comparisons.omnibus import range_quantiles
from tests.helpers import needs

OMNIBUS = {
    "statistic": 1e-11,
    "df1": 0,
    "df2": 1e-10,
    "p_value": 1e-12,
    "kruskal": 1e-11,
    "kruskal_df": 0,
    "kruskal_p": 1e-12,
    "eta_sq": 1e-14,
    "omega_sq": 1e-14,
    "omega_sq_ci_low": 1e-8,  # R sums the noncentral beta to 1e-9 only
    "omega_sq_ci_high": 1e-8,
}
PAIRS = {
    "estimate": 1e-13,
    "se": 1e-14,
    "ci_low": 1e-8,  # SciPy and R integrate the studentised range each to their own precision
    "ci_high": 1e-8,
    "statistic": 1e-12,
    "df": 1e-10,
    "p_value": 1e-10,
    "hedges_g": 1e-12,
    "hedges_g_ci_low": 1e-10,
    "hedges_g_ci_high": 1e-10,
}


@pytest.fixture(scope="module")
def segments(scores):
    needs("pingouin")
    return compare_groups(scores, "segment")


@pytest.mark.parametrize(("column", "tolerance"), OMNIBUS.items())
def test_tests_over_all_groups_as_r(segments, by_r, column, tolerance):
    reference = by_r("omnibus")[column]
    np.testing.assert_allclose(segments.to_frame()[column], reference, rtol=0, atol=tolerance)


def test_pairs_as_r(segments, by_r):
    reference = by_r("pairs")
    assert segments.pairs["first"].tolist() == reference["first"].tolist()
    assert segments.pairs["second"].tolist() == reference["second"].tolist()
    for column, tolerance in PAIRS.items():
        np.testing.assert_allclose(
            segments.pairs[column], reference[column], rtol=0, atol=tolerance, err_msg=column
        )


def test_groups_are_described(segments, scores, frame):
    of = segments.groups
    assert of["group"].tolist()[:3] == ["business", "leisure", "member"]
    row = of[(of["dimension"] == "empathy") & (of["group"] == "leisure")].iloc[0]
    values = scores.dimensions["empathy"][frame["segment"] == "leisure"]
    assert (row["n"], row["mean"]) == (len(values), pytest.approx(values.mean(), abs=1e-14))
    assert row["sd"] == pytest.approx(values.std(), abs=1e-14)
    low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-12)


def test_adjusted_over_dimensions_and_overall(segments):
    table = segments.to_frame()
    assert segments.m == len(table) == 6
    p = np.sort(table["p_value"])
    assert table["p_adjusted"].min() == pytest.approx(min(1, 6 * p[0]))


def test_two_groups_are_compared_by_welch_without_pingouin(scores, frame, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pingouin", None)
    found = compare_groups(scores, "group", items=True)
    table = found.to_frame()
    assert table["level"].value_counts().to_dict() == {"item": 22, "dimension": 5, "overall": 1}
    values = scores.dimensions["reliability"]
    one, other = (values[frame["group"] == group] for group in (1, 2))
    peer = stats.ttest_ind(other, one, equal_var=False)
    row = table[(table["level"] == "dimension") & (table["dimension"] == "reliability")].iloc[0]
    assert row["statistic"] == pytest.approx(peer.statistic**2, rel=1e-11)
    assert row["p_value"] == pytest.approx(peer.pvalue, rel=1e-10)
    pairs = found.pairs
    pair = pairs[(pairs["level"] == "dimension") & (pairs["dimension"] == "reliability")].iloc[0]
    assert pair["statistic"] == pytest.approx(peer.statistic, rel=1e-11)
    assert pair["p_value"] == pytest.approx(peer.pvalue, rel=1e-10)
    interval = peer.confidence_interval()
    assert (pair["ci_low"], pair["ci_high"]) == pytest.approx(tuple(interval), abs=1e-11)
    peer = stats.kruskal(one.round(9), other.round(9))
    assert row["kruskal"] == pytest.approx(peer.statistic, rel=1e-11)


def test_three_groups_without_pingouin_say_how_to_install_it(scores, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pingouin", None)
    with pytest.raises(ModuleNotFoundError):
        compare_groups(scores, "segment")


def test_pairs_agree_with_pingouin(scores, segments, frame):
    pg = needs("pingouin")
    data = pd.DataFrame({"score": scores.dimensions["assurance"], "by": frame["segment"]})
    peer = pg.pairwise_gameshowell(data=data, dv="score", between="by")
    mine = segments.pairs[segments.pairs["dimension"] == "assurance"]
    np.testing.assert_allclose(mine["p_value"], peer["pval"], rtol=1e-10)
    np.testing.assert_allclose(mine["estimate"], -peer["diff"], rtol=1e-10)


class TestGrouping:
    def test_series_array_polars_and_column_are_the_same(self, scores, frame):
        pl = needs("polars")
        column = compare_groups(scores, "group")
        assert compare_groups(scores, frame["group"]) == column
        array = compare_groups(scores, frame["group"].to_numpy())
        assert array.to_frame().equals(column.to_frame())
        polars = compare_groups(scores, pl.Series("group", frame["group"].to_numpy()))
        assert polars == column

    def test_order_of_categories_and_natural_order(self, scores, frame):
        category = pd.Categorical(
            frame["group"].map({1: "second", 2: "first"}), ["second", "nobody", "first"]
        )
        found = compare_groups(scores, pd.Series(category, index=frame.index, name="when"))
        assert list(found.sizes) == ["second", "first"]
        assert found.by == "when"
        numbered = frame["group"].map({1: "week 10", 2: "week 2"})
        assert list(compare_groups(scores, numbered).sizes) == ["week 2", "week 10"]

    def test_unknown_groups_are_left_out_counted_and_warned_of(self, scores, frame):
        by = frame["group"].astype(object).where(frame.index >= 20, None)
        with pytest.warns(sq.MissingResponseWarning, match="20 of 300 respondents have no"):
            found = compare_groups(scores, by)
        assert sum(found.sizes.values()) == 280
        assert "20 respondents have no group and are left out." in found.problems

    def test_rows_left_out_of_the_scores(self, frame, scored):
        holed = frame.astype({"P1": float})
        holed.loc[:9, "P1"] = np.nan
        with pytest.warns(sq.MissingResponseWarning):
            scores = scored(holed)
        found = compare_groups(scores, "group")
        assert found == compare_groups(scores, frame["group"])
        kept = frame["group"].iloc[10:]
        assert found.sizes["1"] == int((kept == 1).sum())
        assert compare_groups(scores, kept) == found

    @pytest.mark.parametrize(
        ("by", "message"),
        [
            ("grp", r"grouping columns are missing.*Did you mean 'group'"),
            (
                np.ones(5),
                r"each of the 300 respondents, not an array of shape \(5,\)",
            ),
            (pd.Series([1, 2], index=[7, 8]), "index is not that of the respondents"),
            (np.ones(300), r"needs two groups.*'group' has 1 \(n = 300\)"),
            (np.arange(300), "300 distinct values, too many for groups"),
            (np.full(300, None), "holds no value"),
        ],
    )
    def test_bad_groupings(self, scores, by, message):
        with pytest.raises(sq.ResponseError, match=message):
            compare_groups(scores, by)


class TestBadData:
    def test_a_group_of_one_is_described_and_not_tested(self, scores, frame):
        by = frame["group"].map({1: "a", 2: "b"})
        by.iloc[0] = "alone"
        found = compare_groups(scores, by)
        alone = found.groups[found.groups["group"] == "alone"]
        assert alone["n"].eq(1).all()
        assert alone["mean"].notna().all()
        assert alone[["sd", "ci_low", "ci_high"]].isna().all(axis=None)
        assert found.to_frame()["n_groups"].eq(2).all()
        assert found.to_frame()["statistic"].notna().all()
        assert "alone" not in set(found.pairs["first"]) | set(found.pairs["second"])
        assert any("fewer than two respondents: 'alone'" in one for one in found.problems)

    def test_a_group_without_variance(self, small):
        scores = small(
            E1=[7, 7, 7, 7, 6, 5], P1=[6, 6, 6, 5, 6, 3], E2=[6, 6, 6, 6, 6, 6],
            P2=[5, 5, 5, 3, 5, 4], E3=[7, 7, 6, 6, 5, 7], P3=[6, 5, 5, 5, 4, 4],
        )  # fmt: skip
        found = compare_groups(scores, ["a"] * 3 + ["b"] * 3)
        table = found.to_frame().set_index("label")
        assert np.isnan(table.loc["Care", "statistic"])
        assert table.loc["Care", ["kruskal", "eta_sq"]].notna().all()
        assert table.loc[["Speed", "Overall"], "statistic"].notna().all()
        assert found.m == 2
        assert any("scores of a group are equal: 'Care'" in one for one in found.problems)
        pair = found.pairs.set_index("label").loc["Care"]
        assert pair["df"] == 2  # of the group that varies

    def test_all_scores_equal(self, small):
        scores = small(E1=[7] * 4, P1=[6] * 4, E2=[6] * 4, P2=[5] * 4, E3=[7, 6, 6, 7],
                       P3=[5, 5, 6, 6])  # fmt: skip
        found = compare_groups(scores, ["a", "a", "b", "b"])
        row = found.to_frame().set_index("label").loc["Care"]
        assert row[["statistic", "kruskal", "eta_sq", "omega_sq"]].isna().all()
        pair = found.pairs.set_index("label").loc["Care"]
        assert pair[["se", "statistic", "p_value", "ci_low", "hedges_g"]].isna().all()

    def test_flat_groups_among_three(self, small):
        needs("pingouin")
        flat = [6, 6, 6, 6]
        scores = small(
            E1=[7] * 12, P1=[*flat, *flat, 3, 4, 5, 6], E2=[7] * 12, P2=[*flat, *flat, 3, 4, 5, 6],
            E3=[7, 6, 5, 7] * 3, P3=[6, 6, 4, 3] * 3,
        )  # fmt: skip
        found = compare_groups(scores, np.repeat(["a", "b", "c"], 4))
        care = found.pairs[found.pairs["label"] == "Care"].set_index(["first", "second"])
        assert care.loc[("a", "b")][["se", "statistic", "p_value", "ci_low"]].isna().all()
        assert care.loc[("a", "c")][["se", "statistic", "p_value", "ci_low"]].notna().all()

    def test_not_scores(self, frame):
        with pytest.raises(sq.ResponseError, match=r"Expected GapScores or PerceptionScores"):
            compare_groups(frame, "group")


class TestWeights:
    def test_two_groups_use_them(self, frame, scored):
        weights = np.array([0.5, 1, 1, 2, 3.5])[frame["id"] % 5]
        scores = scored(frame, weights=weights)
        found = compare_groups(scores, "group")
        values, one = scores.dimensions["tangibles"].to_numpy(), (frame["group"] == 1).to_numpy()
        means, errors = [], []
        for at in (one, ~one):
            x, w = values[at], weights[at]
            mean = (w * x).sum() / w.sum()
            n = len(x)
            means.append(mean)
            errors.append(np.sqrt(n / (n - 1) * (w**2 * (x - mean) ** 2).sum()) / w.sum())
        pair = found.pairs.iloc[0]
        assert pair["estimate"] == pytest.approx(means[1] - means[0], abs=1e-13)
        assert pair["se"] == pytest.approx(np.hypot(*errors), abs=1e-13)
        assert found.to_frame()["kruskal"].isna().all()
        assert any("do not use sampling weights" in one for one in found.problems)

    def test_three_groups_are_described_only(self, frame, scored):
        found = compare_groups(scored(frame, weights=frame["id"] % 3 + 1.0), "segment")
        assert found.m == 0
        assert found.pairs[["se", "p_value", "statistic", "ci_low"]].isna().all(axis=None)
        assert found.pairs["estimate"].notna().all()
        assert found.groups["ci_low"].notna().all()


def test_quantiles_of_the_studentised_range_are_scipys(rng):
    df = np.concatenate([[10.0, 30.0, 1000.0], rng.uniform(10, 400, 9), [2.0, np.nan]])
    found = range_quantiles(4, df, 0.95)
    asked = [0, 1, 2, 12]  # 13 is not known; the first ten are interpolated
    reached = stats.studentized_range.cdf(found[asked], 4, df[asked])
    np.testing.assert_allclose(reached, 0.95, atol=1e-7)
    assert np.isnan(found[13])


def test_pickle_and_display(segments):
    assert pickle.loads(pickle.dumps(segments)) == segments
    assert segments.title().startswith(
        "Groups by segment (n: business 94, leisure 147, member 59; 6 tests in one family"
    )
    assert "Games & Howell (1976)" in " ".join(segments.notes())
    assert "Welch" in repr(segments)
