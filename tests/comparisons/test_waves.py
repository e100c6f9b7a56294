import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import servqual as sq
from servqual.comparisons.means import detectable_change
from servqual.comparisons.waves import compare_waves

INDEPENDENT = {
    "estimate": 1e-13,
    "ci_low": 1e-12,
    "ci_high": 1e-12,
    "statistic": 1e-11,
    "df": 1e-10,
    "p_value": 1e-12,
    "band_low": 1e-12,
    "band_high": 1e-12,
    "hedges_g": 1e-12,
    "hedges_g_ci_low": 1e-10,
    "hedges_g_ci_high": 1e-10,
}
AGAIN = {
    "estimate": 1e-13,
    "statistic": 1e-11,
    "p_value": 1e-12,
    "d_z": 1e-12,
    "d_z_ci_low": 1e-10,
    "d_z_ci_high": 1e-10,
    "detectable": 1e-10,
}


@pytest.fixture(scope="module")
def twice(frame):
    """Two waves of the same 60 people, the second in another order."""
    first = frame.iloc[:60]
    second = frame.iloc[60:120].assign(id=first["id"].to_numpy())
    return first, second.sample(frac=1, random_state=1)


def test_independent_waves_as_r(frame, scored, by_r):
    first, second = (scored(frame[frame["group"] == group]) for group in (1, 2))
    found = compare_waves(first, second)
    table, reference = found.to_frame(), by_r("independent")
    for column, tolerance in INDEPENDENT.items():
        np.testing.assert_allclose(
            table[column], reference[column], rtol=0, atol=tolerance, err_msg=column
        )
    assert not found.paired
    assert found.m == 28
    assert table["n_first"].eq(152).all()
    assert "independent respondents, n = 152 and 148" in found.title()


def test_one_set_of_scores_divided_by_a_column(frame, scores, scored):
    divided = compare_waves(scores, by="group")
    apart = compare_waves(*(scored(frame[frame["group"] == group]) for group in (1, 2)))
    pd.testing.assert_frame_equal(divided.to_frame(), apart.to_frame(), rtol=1e-12)
    assert divided.names == ("group 1", "group 2")
    assert "from group 1 to group 2" in divided.title()


def test_the_same_people_as_r(twice, scored, by_r):
    first, second = map(scored, twice)
    found = compare_waves(first, second, on="id")
    table, reference = found.to_frame(), by_r("again")
    for column, tolerance in AGAIN.items():
        np.testing.assert_allclose(
            table[column], reference[column], rtol=0, atol=tolerance, err_msg=column
        )
    assert found.paired
    assert "the same 60 respondents twice" in found.title()


def test_ways_to_pair(twice, scored):
    first, second = twice
    by_id = compare_waves(scored(first), scored(second), on="id")
    indexed = [scored(one.set_index("id")) for one in twice]
    assert compare_waves(*indexed).paired  # a named index of ids
    assert compare_waves(*indexed).to_frame().equals(by_id.to_frame())
    assert not compare_waves(*indexed, paired=False).paired
    unnamed = [scored(one.reset_index(drop=True)) for one in twice]
    assert not compare_waves(*unnamed).paired  # row numbers are not people
    assert compare_waves(*unnamed, paired=True).paired
    long = pd.concat([first.assign(wave=1), second.assign(wave=2)], ignore_index=True)
    stacked = compare_waves(scored(long), by="wave", on="id")
    pd.testing.assert_frame_equal(stacked.to_frame(), by_id.to_frame(), rtol=1e-12)


def test_people_in_one_wave_only_are_left_out_and_counted(twice, scored):
    first, second = twice
    extra = first.assign(id=first["id"] + 1000)
    with pytest.warns(sq.MissingResponseWarning, match="60 respondents of the first and 0 of the"):
        found = compare_waves(scored(pd.concat([first, extra])), scored(second), on="id")
    assert found.to_frame().equals(compare_waves(scored(first), scored(second), on="id").to_frame())
    assert found.problems[0].startswith("60 respondents of the first and 0 of the second wave")


@pytest.mark.parametrize(
    ("change", "how", "message"),
    [
        (lambda f: f.assign(id=1), {"on": "id"}, r"'id' names 1 respondents of .* more than once"),
        (lambda f: f.assign(id=f["id"] + 999), {"on": "id"}, r"Only 0 respondents stand in both"),
        (lambda f: f, {"on": "id", "paired": False}, "paired=False was asked for"),
        (lambda f: f, {"on": "ids"}, r"id columns are missing.*Did you mean 'id'"),
    ],
)
def test_what_cannot_be_paired(twice, scored, change, how, message):
    first, second = twice
    with pytest.raises(sq.ResponseError, match=message):
        compare_waves(scored(first), scored(change(second)), **how)


def test_which_waves(scores):
    with pytest.raises(sq.ResponseError, match="Give two sets of scores, or one and by="):
        compare_waves(scores)
    with pytest.raises(sq.ResponseError, match=r"'segment' has 3 levels: 'business', 'leisure'"):
        compare_waves(scores, by="segment")
    with pytest.raises(ValueError, match="power must lie between 0 and 1"):
        compare_waves(scores, by="group", power=80)
    with pytest.raises(ValueError, match="items must be 'same' or 'shared'"):
        compare_waves(scores, by="group", items="all")


class TestItems:
    instruments = (
        {"care": ("1", "2", "3"), "speed": ("4", "5")},
        {"speed": ("5", "4"), "care": ("2", "1", "6")},
    )

    def waves(self, frame, instruments=None, **how):
        waves = []
        for group, dimensions in zip((1, 2), instruments or self.instruments, strict=True):
            about = sq.Instrument(name="short", scale=(1, 7), dimensions=dimensions)
            answers = sq.Responses.from_frame(frame[frame["group"] == group], about)
            waves.append(sq.gap_scores(answers, **how))
        return waves

    def test_different_items_are_named(self, frame):
        with pytest.raises(sq.ResponseError, match=r"in 2 items.*: '3', '6'\. items='shared'"):
            compare_waves(*self.waves(frame))

    def test_shared_items_form_their_own_dimensions(self, frame):
        first, second = self.waves(frame)
        found = compare_waves(first, second, items="shared")
        table = found.to_frame()
        assert table["item"].tolist() == ["1", "2", "4", "5", "", "", ""]
        care = table[table["level"] == "dimension"].iloc[0]
        for scores, mean in ((first, "mean_first"), (second, "mean_second")):
            assert care[mean] == pytest.approx(scores.items[["1", "2"]].mean().mean(), abs=1e-13)
        overall = table.iloc[-1]
        dimensions = table[table["level"] == "dimension"]
        assert overall["estimate"] == pytest.approx(dimensions["estimate"].mean(), abs=1e-13)
        assert any("4 items that both waves have, without '3', '6'" in p for p in found.problems)

    def test_items_in_another_order_are_the_same_items(self, frame):
        orders = (
            {"care": ("1", "2"), "speed": ("4", "5")},
            {"speed": ("5", "4"), "care": ("2", "1")},
        )
        table = compare_waves(*self.waves(frame, orders)).to_frame()
        plain = compare_waves(*self.waves(frame, (orders[0], orders[0]))).to_frame()
        pd.testing.assert_frame_equal(table, plain, rtol=1e-12)

    def test_no_shared_item(self, frame):
        with pytest.raises(sq.ResponseError, match="They share none"):
            compare_waves(*self.waves(frame, ({"a": ("1",)}, {"a": ("2",)})), items="shared")

    def test_weighted_overall(self, frame):
        alike = ({"care": ("1", "2"), "speed": ("4", "5")},) * 2
        weights = {"care": 3, "speed": 1}
        found = compare_waves(*self.waves(frame, alike, importance=weights))
        assert found.to_frame()["level"].tolist()[-2:] == ["overall", "overall_unweighted"]
        assert any("its own importance weights" in one for one in found.problems)
        (first, _), (_, second) = (
            self.waves(frame, alike, importance=weights),
            self.waves(frame, alike),
        )
        found = compare_waves(first, second)
        assert found.to_frame()["level"].tolist()[-1] == "overall"
        plain = compare_waves(*self.waves(frame, alike)).to_frame()
        pd.testing.assert_frame_equal(found.to_frame(), plain, rtol=1e-12)
        assert any("overall scores are unweighted" in one for one in found.problems)

    def test_scales_kinds_and_scores_must_agree(self, frame, scores):
        with pytest.raises(sq.ResponseError, match="GapScores and PerceptionScores"):
            compare_waves(scores, sq.perception_scores(scores.responses))
        with pytest.raises(sq.ResponseError, match="mean of dimensions in the first wave and of"):
            compare_waves(scores, sq.gap_scores(scores.responses, overall="items"))
        wide = sq.Instrument(name="wide", scale=(1, 9), dimensions={"care": ("1", "2")})
        short = sq.Instrument(name="short", scale=(1, 7), dimensions={"care": ("1", "2")})
        pair = [sq.gap_scores(sq.Responses.from_frame(frame, one)) for one in (short, wide)]
        with pytest.raises(sq.ResponseError, match=r"different perception scales, \(1, 7\) and"):
            compare_waves(*pair)
        should = sq.Instrument(
            name="short", scale=(1, 7), dimensions={"care": ("1", "2")}, expectation_kind="should"
        )
        pair[1] = sq.gap_scores(sq.Responses.from_frame(frame, should))
        with pytest.warns(sq.AdmissibilityWarning, match="asked for unstated and the second for"):
            compare_waves(*pair)


def test_a_wave_without_variance_and_one_of_one(small):
    first = small(E1=[7, 7, 7], P1=[6, 6, 6], E2=[6, 6, 6], P2=[5, 4, 5], E3=[7] * 3, P3=[5] * 3)
    second = small(E1=[7, 6, 5], P1=[6, 6, 6], E2=[6, 6, 6], P2=[5, 3, 5], E3=[7] * 3, P3=[6] * 3)
    found = compare_waves(first, second)
    table = found.to_frame().set_index("label")
    assert table.loc["1", "df"] == 2
    assert (
        table.loc[["3", "Speed"], ["statistic", "p_adjusted", "hedges_g", "detectable"]]
        .isna()
        .all(axis=None)
    )
    assert table.loc["3", "estimate"] == 1
    assert any("All scores are equal" in one and "'3'" in one for one in found.problems)
    with pytest.warns(sq.SmallSampleWarning):
        alone = small(E1=[7], P1=[6], E2=[6], P2=[5], E3=[4], P3=[4])
    found = compare_waves(alone, second)
    assert found.to_frame()["statistic"].isna().all()
    assert any("fewer than two scores" in one for one in found.problems)


def test_unknown_wave_is_left_out(scores, frame):
    by = frame["group"].astype(float).where(frame.index > 4)
    with pytest.warns(sq.MissingResponseWarning, match="5 respondents have no group"):
        found = compare_waves(scores, by=by)
    assert sum(found.sizes) == 295


def test_pairs_have_the_weights_of_the_first_wave(twice, scored):
    first, second = twice
    weights = first["id"] % 3 + 1.0
    found = compare_waves(scored(first, weights=weights), scored(second), on="id")
    a, b = (scored(one.set_index("id")).items["1"] for one in twice)
    change = (b.reindex(a.index) - a).to_numpy()
    expected = np.average(change, weights=weights)
    assert found.to_frame()["estimate"].iloc[0] == pytest.approx(expected, abs=1e-13)
    assert any("weights of the first wave" in one for one in found.problems)


def test_detectable_change_has_the_power_it_claims():
    error, df = np.array([0.1, 0.3]), np.array([20.0, 500.0])
    for confidence, power in ((0.95, 0.8), (0.99, 0.9)):
        change = detectable_change(error, df, confidence, power)
        critical = stats.t.ppf(0.5 + confidence / 2, df)
        reached = stats.nct.sf(critical, df, change / error) + stats.nct.cdf(
            -critical, df, change / error
        )
        np.testing.assert_allclose(reached, power, atol=1e-9)


def test_swapping_waves_turns_the_sign(frame, scored):
    one, other = (scored(frame[frame["group"] == group]) for group in (1, 2))
    there, back = compare_waves(one, other).to_frame(), compare_waves(other, one).to_frame()
    np.testing.assert_allclose(there["estimate"], -back["estimate"], rtol=1e-12)
    np.testing.assert_allclose(there["ci_low"], -back["ci_high"], rtol=1e-10)
    np.testing.assert_allclose(there["hedges_g_ci_low"], -back["hedges_g_ci_high"], atol=1e-9)
    np.testing.assert_allclose(there["p_adjusted"], back["p_adjusted"], rtol=1e-9)


def test_perceptions_and_pickle(frame):
    answers = sq.Responses.from_frame(
        frame, sq.load_instrument("servperf-1992"), importance=None, reverse=False
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compare_waves(sq.perception_scores(answers), by="group")
    assert pickle.loads(pickle.dumps(found)) == found
    assert "Performance-only" in found.title()
