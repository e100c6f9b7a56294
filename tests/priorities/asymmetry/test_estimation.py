"""Penalty-reward analysis of surveys, against least squares by hand, and what it refuses."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

import servqual as sq
from servqual.priorities.asymmetry.estimation import penalty_reward
from tests.helpers import needs

ITEMS = ("1", "2", "3", "4")
EFFECTS = ["penalty", "reward"]


def instrument(items=ITEMS):
    return sq.Instrument(
        name="desk",
        scale=(1, 7),
        dimensions={"care": items[:2], "speed": items[2:3], "price": items[3:]},
        expectation_kind="desired",
        labels={"en": {"care": "Care"}, "zh": {"care": "关怀"}},
    )


def survey(n=150, seed=3):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(index=pd.RangeIndex(100, 100 + n))
    for item in ITEMS:
        frame[f"P{item}"] = np.clip(rng.binomial(8, 0.55, n), 1, 7)
        frame[f"E{item}"] = rng.integers(4, 8, n)
    care = frame[["P1", "P2"]].mean(axis=1)
    bend = np.minimum(care - 4, 0) + 0.2 * np.maximum(care - 4, 0)
    frame["satisfaction"] = bend + 0.4 * frame["P3"] + rng.normal(scale=0.8, size=n)
    frame["w"] = rng.integers(1, 4, n).astype(float)
    return frame


def scored(frame, kind=sq.gap_scores, items=ITEMS, **options):
    return kind(sq.Responses.from_frame(frame, instrument(items), **options))


def drivers(frame):
    return np.column_stack([frame[["P1", "P2"]].mean(axis=1), frame["P3"], frame["P4"]])


def squares(y, *columns, weights=None):
    root = np.sqrt(np.ones(len(y)) if weights is None else weights)
    x = np.column_stack([np.ones(len(y)), *columns]) * root[:, None]
    slopes = np.linalg.lstsq(x, y * root, rcond=None)[0]
    return slopes, float(((y * root - x @ slopes) ** 2).sum()), x.shape[1]


def nested(y, narrow, wide):
    (_, few, q), (_, many, p) = squares(y, *narrow), squares(y, *wide)
    df1, df2 = p - q, len(y) - p
    statistic = (few - many) / df1 / (many / df2)
    return statistic, df1, df2, f_distribution.sf(statistic, df1, df2)


@pytest.fixture(scope="module")
def frame():
    return survey()


@pytest.fixture(scope="module")
def scores(frame):
    return scored(frame)


@pytest.fixture(scope="module")
def found(scores):
    return penalty_reward(scores, "satisfaction", n_resamples=300, seed=1)


@pytest.fixture(scope="module")
def dummies(scores):
    return penalty_reward(
        scores, "satisfaction", coding="dummy", cut=(3, 5), errors="classical", n_resamples=0
    )


def test_slopes_are_those_of_least_squares(found, frame):
    x = drivers(frame)
    parts = [side for c in (x - x.mean(axis=0)).T for side in (np.maximum(-c, 0), np.maximum(c, 0))]
    slopes, _, _ = squares(frame["satisfaction"].to_numpy(), *parts)
    table = found.to_frame()
    np.testing.assert_allclose(table[EFFECTS].to_numpy().ravel(), slopes[1:], atol=1e-10)
    np.testing.assert_allclose(table["low_to"], x.mean(axis=0))
    assert table["n_below"].tolist() == (x < x.mean(axis=0)).sum(axis=0).tolist()
    assert table["class"].iloc[0] == "basic"
    assert found.problems


def test_equal_slopes_are_the_linear_driver_model(scores, frame):
    one = penalty_reward(scores, "satisfaction", errors="classical", n_resamples=0)
    x, y = drivers(frame), frame["satisfaction"].to_numpy()
    c = (x - x.mean(axis=0)).T
    parts = [side for one in c for side in (np.maximum(-one, 0), np.maximum(one, 0))]
    for row in one.tests.itertuples(index=False):
        np.testing.assert_allclose(row[1:], nested(y, x.T, parts), rtol=1e-9)
    for j, p in enumerate(one.to_frame()["p_value"]):
        straight = [*(x[:, j : j + 1].T), *parts[: 2 * j], *parts[2 * j + 2 :]]
        assert p == pytest.approx(nested(y, straight, parts)[3])
    np.testing.assert_allclose(one.to_frame()["p_value_linear"], one.to_frame()["p_value"])
    linear, own = one.models["r2"]
    about = squares(y)[1]
    assert linear == pytest.approx(1 - squares(y, *x.T)[1] / about)
    assert own == pytest.approx(1 - squares(y, *parts)[1] / about)


def test_dummies_against_symmetric_ones_and_straight_lines(dummies, frame):
    x, y = drivers(frame), frame["satisfaction"].to_numpy()
    low, high = (x <= 3).T.astype(float), (x >= 5).T.astype(float)
    both = [side for pair in zip(low, high, strict=True) for side in pair]
    table = dummies.to_frame()
    np.testing.assert_allclose(
        table[EFFECTS].to_numpy().ravel(), squares(y, *both)[0][1:], atol=1e-10
    )
    symmetric, linear = (list(row)[1:] for row in dummies.tests.itertuples(index=False))
    np.testing.assert_allclose(symmetric, nested(y, high - low, both), rtol=1e-9)
    np.testing.assert_allclose(linear, nested(y, x.T, [*x.T, *both]), rtol=1e-9)
    for j in range(3):
        others = [*both[: 2 * j], *both[2 * j + 2 :]]
        alone = nested(y, [high[j] - low[j], *others], both)
        assert table["statistic"].iloc[j] ** 2 == pytest.approx(alone[0])
        assert table["p_value"].iloc[j] == pytest.approx(alone[3])
        beside = nested(y, [*x.T, *others], [*x.T, *both])
        assert table["p_value_linear"].iloc[j] == pytest.approx(beside[3])
    assert "low: 3 and less, high: 5 and more" in dummies.title()
    assert any("Lin et al., 2010" in note for note in dummies.notes())


def test_three_answers_leave_a_bend_to_be_tested(frame):
    few = frame.assign(P3=np.clip(frame["P3"], 4, 6))
    found = penalty_reward(
        *(scored(few), "satisfaction"),
        **{"coding": "dummy", "cut": (4, 6), "errors": "classical", "n_resamples": 0},
    )
    x, y = drivers(few), few["satisfaction"].to_numpy()
    low, high = (x <= 4).T.astype(float), (x >= 6).T.astype(float)
    wide = [*x.T, low[0], high[0], low[1], low[2], high[2]]
    linear = list(found.tests.iloc[1])[1:]
    np.testing.assert_allclose(linear, nested(y, x.T, wide), rtol=1e-9)
    assert linear[1] == 5
    alone = nested(y, [*x.T, low[0], high[0], low[2], high[2]], wide)
    assert found.to_frame()["p_value_linear"].iloc[1] == pytest.approx(alone[3])


def test_too_few_respondents_for_dummies_beside_lines_is_said():
    rng = np.random.default_rng(4)
    values = [1, 2, 1, 2, 1, 4, 4, 5, 4, 5, 4, 7, 6, 7, 6, 7]
    frame = pd.DataFrame({f"{r}{j}": rng.permutation(values) for j in range(5) for r in "EP"})
    five = sq.Instrument(
        name="five", scale=(1, 7), dimensions={f"d{j}": (str(j),) for j in range(5)}
    )
    scores = sq.gap_scores(sq.Responses.from_frame(frame, five))
    options = {"coding": "dummy", "cut": (2, 6), "errors": "classical", "n_resamples": 0}
    found = penalty_reward(scores, rng.normal(size=16), **options)
    assert found.to_frame()["p_value_linear"].isna().all()
    assert found.to_frame()["p_value"].notna().all()
    assert np.isnan(found.tests["statistic"].iloc[1])
    every = "'d0', 'd1', 'd2', 'd3', 'd4'"
    assert f"{every}: too few answers for a test against a straight line" in found.problems
    assert not any("All drivers linear" in note for note in found.notes())


def test_pingouin_agrees(dummies, frame):
    pingouin = needs("pingouin")
    x = drivers(frame)
    both = {
        f"{side}{j}": mark[:, j]
        for j in range(3)
        for side, mark in (("low", (x <= 3).astype(float)), ("high", (x >= 5).astype(float)))
    }
    peer = pingouin.linear_regression(pd.DataFrame(both), frame["satisfaction"].to_numpy())
    table = dummies.to_frame()
    for name, column in (("", "coef"), ("_se", "se")):
        ours = table[[f"{effect}{name}" for effect in EFFECTS]].to_numpy().ravel()
        np.testing.assert_allclose(ours, peer[column].iloc[1:], rtol=1e-9)
    assert dummies.models["r2_adjusted"].iloc[1] == pytest.approx(peer["adj_r2"].iloc[0])


@pytest.mark.parametrize("coding", ["piecewise", "dummy"])
def test_the_unit_of_the_outcome_scales_effects_and_nothing_else(scores, frame, coding):
    def run(outcome):
        result = penalty_reward(scores, outcome, coding=coding, n_resamples=100, seed=2)
        return result.to_frame(), result.tests

    one, tests = run("satisfaction")
    other, tests_of_other = run(3 * frame["satisfaction"] + 11)
    scaled = [name for name in one if (name.startswith(("penalty", "reward")) or name == "riocs")]
    np.testing.assert_allclose(other[scaled], 3 * one[scaled], rtol=1e-8)
    rest = one.columns.difference([*scaled, "class", "driver", "label"])
    np.testing.assert_allclose(
        other[rest].astype(float), one[rest].astype(float), rtol=1e-8, atol=1e-12
    )
    assert other["class"].tolist() == one["class"].tolist()
    np.testing.assert_allclose(
        tests.iloc[:, 1:].astype(float), tests_of_other.iloc[:, 1:].astype(float), rtol=1e-7
    )


def test_drivers_in_another_order_say_the_same(frame):
    scores = scored(frame)
    one = penalty_reward(scores, "satisfaction", level="item", n_resamples=100, seed=1)
    other = penalty_reward(
        scored(frame, items=("4", "2", "1", "3")),
        "satisfaction",
        level="item",
        n_resamples=100,
        seed=1,
    )
    a, b = (one_.to_frame().set_index("driver").drop(columns="label") for one_ in (one, other))
    assert list(b.index) == ["4", "2", "1", "3"]
    number = a.columns.drop("class")
    np.testing.assert_allclose(b.loc[a.index, number].astype(float), a[number].astype(float))


@pytest.mark.parametrize("coding", ["piecewise", "dummy"])
def test_sampling_weights_are_repeated_respondents(frame, coding):
    options = {"coding": coding, "n_resamples": 0}
    weighted = penalty_reward(scored(frame, weights="w"), "satisfaction", **options)
    rows = np.repeat(np.arange(len(frame)), frame["w"].astype(int))
    repeated = penalty_reward(
        scored(frame.iloc[rows].reset_index(drop=True)), "satisfaction", **options
    )
    same = [*EFFECTS, "low_to", "high_from", "ia", "vif"]
    np.testing.assert_allclose(weighted.to_frame()[same], repeated.to_frame()[same], rtol=1e-9)
    np.testing.assert_allclose(weighted.models["r2"], repeated.models["r2"])
    assert ", with sampling weights" in weighted.title()
    assert "linearised" in weighted.title()
    drawn = penalty_reward(
        scored(frame, weights="w"), "satisfaction", coding=coding, n_resamples=200, seed=1
    ).to_frame()
    there = drawn["ia"].notna()
    assert (drawn["ia_ci_low"] < drawn["ia"])[there].all()
    assert (drawn["ia"] <= drawn["ia_ci_high"])[there].all()


def test_resamples_give_intervals_and_probabilities(found, scores):
    table = found.to_frame()
    shares = table[["p_basic", "p_performance", "p_excitement"]]
    assert (shares.sum(axis=1) <= 1 + 1e-12).all()
    for row in table.to_dict("records"):
        if row["class"]:
            assert row["probability"] == row[f"p_{row['class']}"]
            assert -1 <= row["ia_ci_low"] < row["ia"] < row["ia_ci_high"] <= 1
        else:
            assert np.isnan([row["ia"], row["ia_ci_low"], row["probability"], row["sgp"]]).all()
    again = penalty_reward(scores, "satisfaction", n_resamples=300, seed=1)
    assert again == found
    assert pickle.loads(pickle.dumps(found)) == found
    without = penalty_reward(scores, "satisfaction", n_resamples=0).to_frame()
    assert without[["ia_ci_low", "probability", "p_basic"]].isna().all(axis=None)
    wider = penalty_reward(scores, "satisfaction", n_resamples=300, seed=1, confidence=0.99)
    assert (wider.to_frame()["penalty_ci_low"] < table["penalty_ci_low"]).all()


def test_gaps_turn_at_zero(scores):
    found = penalty_reward(scores, "satisfaction", of="gap", cut="midpoint", n_resamples=0)
    assert found.to_frame()["low_to"].tolist() == [0, 0, 0]
    x = scores.dimensions.to_numpy()
    assert found.to_frame()["n_below"].tolist() == (x < 0).sum(axis=0).tolist()
    assert "gap scores" in found.title()
    perceptions = penalty_reward(scores, "satisfaction", cut="midpoint", n_resamples=0)
    assert perceptions.to_frame()["low_to"].tolist() == [4, 4, 4]


def test_perception_scores_and_gap_scores_agree(found, frame):
    other = penalty_reward(
        scored(frame, sq.perception_scores), "satisfaction", n_resamples=300, seed=1
    )
    pd.testing.assert_frame_equal(found.to_frame(), other.to_frame())


def test_wrong_signs_have_no_class_and_say_why(frame):
    turned = penalty_reward(scored(frame), -frame["satisfaction"], n_resamples=50, seed=1)
    assert turned.to_frame()["ia"].isna().all()
    assert turned.problems[0].startswith("'care', 'speed', 'price': a penalty above 0")


def test_collinear_drivers_are_named_and_the_rest_computed(frame):
    copied = frame.assign(P4=frame["P3"])
    found = penalty_reward(scored(copied), "satisfaction", n_resamples=20, seed=1)
    table = found.to_frame().set_index("driver")
    assert np.isinf(table.loc[["speed", "price"], "vif"]).all()
    assert table.loc[["speed", "price"], "penalty"].isna().all()
    assert "'speed', 'price': determined by other drivers" in found.problems
    assert "'speed', 'price': largely told by the other drivers (VIF of 5 and more)" in (
        found.problems
    )
    c = drivers(frame)[:, :2] - drivers(frame)[:, :2].mean(axis=0)
    parts = [side for one in c.T for side in (np.maximum(-one, 0), np.maximum(one, 0))]
    slopes, _, _ = squares(frame["satisfaction"].to_numpy(), *parts)
    assert table.loc["care", "penalty"] == pytest.approx(slopes[1])


def test_a_driver_without_variance_leaves_the_others_as_they_are(frame):
    flat = frame.assign(P4=5)
    table = penalty_reward(scored(flat), "satisfaction", n_resamples=20, seed=1).to_frame()
    two = sq.Instrument(name="two", scale=(1, 7), dimensions={"care": ("1", "2"), "speed": ("3",)})
    other = penalty_reward(
        sq.gap_scores(sq.Responses.from_frame(frame, two)), "satisfaction", n_resamples=20, seed=1
    ).to_frame()
    pd.testing.assert_frame_equal(table.iloc[:2].drop(columns="label"), other.drop(columns="label"))
    assert table.iloc[2][["penalty", "reward", "vif", "p_value"]].isna().all()


def test_one_driver_is_enough(frame):
    one = sq.Instrument(name="one", scale=(1, 7), dimensions={"care": ("1", "2")})
    scores = sq.gap_scores(sq.Responses.from_frame(frame, one))
    found = penalty_reward(scores, "satisfaction", n_resamples=20, seed=1)
    row = found.to_frame().iloc[0]
    assert row["vif"] == pytest.approx(1)
    assert found.tests["p_value"].iloc[0] == pytest.approx(row["p_value"])


def test_missing_outcomes_are_counted_and_warned_of(frame):
    holes = frame["satisfaction"].mask(np.arange(len(frame)) < 7)
    with pytest.warns(sq.MissingResponseWarning, match=r"7 of 150 scored respondents lack"):
        found = penalty_reward(scored(frame, weights="w"), holes, n_resamples=0)
    assert (found.n, found.n_total) == (143, 150)
    assert "n = 143 of 150 (7 left out)" in found.title()
    complete = penalty_reward(scored(frame.iloc[7:], weights="w"), "satisfaction", n_resamples=0)
    pd.testing.assert_frame_equal(found.to_frame(), complete.to_frame())


def test_texts_in_both_languages(found):
    assert "Care" in found.to_frame()["label"].tolist()
    for language in ("en", "zh"):
        assert found.title(language)
        assert len(found.notes(language)) == len(found.notes())
    assert "slopes below and above the mean of each driver" in found.title()


@pytest.mark.parametrize(
    ("outcome", "options", "words"),
    [
        (np.ones(150), {}, "is 1 of all 150 respondents"),
        ("P1", {}, "another question than the items"),
        ("satisfaction", {"scale": (1, 2)}, "values of the outcome 'satisfaction' lie off its"),
        ("satisfaction", {"coding": "three"}, "coding must be one of 'dummy', 'piecewise'"),
        ("satisfaction", {"cut": (3, 5)}, "With coding='piecewise' cut must be"),
        ("satisfaction", {"coding": "dummy", "cut": (5, 3)}, "pair \\(low, high\\) with low below"),
        ("satisfaction", {"coding": "dummy", "cut": "mean"}, "With coding='dummy' cut must be"),
        ("satisfaction", {"of": "expectation"}, "of must be one of"),
        ("satisfaction", {"level": "overall"}, "level must be one of"),
        ("satisfaction", {"errors": "hc9"}, "errors must be one of"),
        ("satisfaction", {"kind": "wald"}, "kind must be one of"),
        ("satisfaction", {"n_resamples": -1}, "n_resamples must be a whole number"),
        ("satisfaction", {"confidence": 95}, "confidence must lie between"),
        ("satisfaction", {"equal_within": 1}, "equal_within must be from 0"),
        ("satisfaction", {"equal_within": "a"}, "equal_within must be from 0"),
        ("satisfaction", {"cv_folds": 1}, "cv_folds must be a whole number of at least 2, not 1"),
        ("satisfaction", {"cv_folds": 2.5}, "cv_folds must be a whole number of at least 2"),
        ("satisfaction", {"cv_folds": 151}, "cv_folds must be at most the 150 respondents"),
        ("satisfaction", {"scale": (7, 1)}, "scale must be its lowest and its highest"),
        ("satisfaction", {"scale": (1,)}, "scale must be its lowest and its highest"),
        ("satisfaction", {"scale": "17"}, "scale must be its lowest and its highest"),
    ],
)
def test_bad_input_is_refused(scores, outcome, options, words):
    with pytest.raises(ValueError, match=words):
        penalty_reward(scores, outcome, **options)


def test_what_cannot_be_estimated_is_refused(frame):
    few = frame.iloc[:20]
    scores = scored(few)
    with pytest.raises(sq.ResponseError, match="None of the 3 drivers varies"):
        penalty_reward(scored(frame.assign(P1=4, P2=4, P3=4, P4=4)), "satisfaction")
    many = sq.Instrument(
        name="many", scale=(1, 7), dimensions={f"d{j}": (str(j),) for j in range(10)}
    )
    rng = np.random.default_rng(1)
    wide = pd.DataFrame({f"{r}{j}": rng.integers(1, 8, 20) for r in "EP" for j in range(10)})
    wide["y"] = rng.normal(size=20)
    with pytest.raises(sq.ResponseError, match=r"20 respondents are too few for 10 drivers with"):
        penalty_reward(sq.gap_scores(sq.Responses.from_frame(wide, many)), "y", n_resamples=0)
    with pytest.raises(sq.ResponseError, match="None of the 20 scored respondents"):
        penalty_reward(scores, np.full(20, np.nan))
    with pytest.raises(sq.ResponseError, match=r"No driver .* low and high, .* \(3\)\. Ask"):
        penalty_reward(scores, "satisfaction", coding="dummy", cut=(4, 5))
    with pytest.raises(sq.ResponseError, match="No driver has a penalty or a reward in 9"):
        penalty_reward(scored(frame.iloc[:9]), "satisfaction")
    with pytest.raises(TypeError, match="penalty_reward wants GapScores"):
        penalty_reward(few, "satisfaction")
    with pytest.raises(sq.ResponseError, match="of='gap' needs GapScores"):
        penalty_reward(scored(few, sq.perception_scores), "satisfaction", of="gap")


def test_a_pair_of_cuts_may_be_an_array(scores):
    pair, array = (
        penalty_reward(scores, "satisfaction", coding="dummy", cut=cut, n_resamples=0)
        for cut in ((3, 5), np.array([3, 5]))
    )
    assert pair == array
    assert array.cut == (3, 5)


def test_intervals_are_students(found):
    table = found.to_frame()
    half = t_distribution.ppf(0.975, 150 - 7) * table["penalty_se"]
    np.testing.assert_allclose(table["penalty_ci_low"], table["penalty"] - half)
    np.testing.assert_allclose(table["penalty_ci_high"], table["penalty"] + half)
    assert table["df"].tolist() == [143] * 3


def test_p_values_are_adjusted_after_holm(found):
    table = found.to_frame().sort_values("p_value")
    expected = np.maximum.accumulate(table["p_value"].to_numpy() * [3, 2, 1]).clip(max=1)
    np.testing.assert_allclose(table["p_adjusted"], expected)
    assert (table["p_adjusted"] > table["p_value"]).any()


def test_drivers_that_the_others_tell_are_named_from_a_vif_of_five_on(frame):
    rng = np.random.default_rng(8)
    near = np.clip(frame["P3"] + rng.choice([-1, 0, 0, 1], len(frame)), 1, 7)
    found = penalty_reward(scored(frame.assign(P4=near)), "satisfaction", n_resamples=0)
    vif = found.to_frame()["vif"]
    assert ((vif > 5) & (vif < 10)).tolist() == [False, True, True]
    assert found.problems[-1].startswith("'speed', 'price': largely told by the other drivers")


def test_errors_under_sampling_weights_are_always_robust(frame):
    scores = scored(frame, weights="w")
    one, other = (
        penalty_reward(scores, "satisfaction", errors=errors, n_resamples=0)
        for errors in ("HC3", "classical")
    )
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    pd.testing.assert_frame_equal(one.tests, other.tests)


@pytest.mark.filterwarnings("ignore::servqual.MissingResponseWarning")
def test_unanswered_items_leave_means_of_half_a_dimension(frame):
    holes = frame.astype(float)
    holes.iloc[:10, holes.columns.get_loc("P1")] = np.nan
    holes.iloc[:4, holes.columns.get_loc("P2")] = np.nan
    available = scored(holes, missing="available", weights="w")
    found = penalty_reward(available, "satisfaction", n_resamples=0)
    assert found.n == 146
    mean = holes[["P1", "P2"]].mean(axis=1).iloc[4:]
    expected = np.average(mean, weights=frame["w"].iloc[4:])
    assert found.to_frame()["low_to"].iloc[0] == pytest.approx(expected)
    listwise = penalty_reward(scored(holes, weights="w"), "satisfaction", n_resamples=0)
    complete = penalty_reward(scored(frame.iloc[10:], weights="w"), "satisfaction", n_resamples=0)
    pd.testing.assert_frame_equal(listwise.to_frame(), complete.to_frame())


def test_resamples_that_lack_a_group_are_counted(frame):
    few = frame.iloc[:40].assign(P4=np.repeat([1, 4, 5, 7], [5, 15, 15, 5]))
    found = penalty_reward(
        scored(few), "satisfaction", coding="dummy", cut=(3, 6), n_resamples=300, seed=1
    )
    assert 0 < found.n_lost < 100
    lacked = f"{found.n_lost} of 300 resamples lacked a group of answers and are left out."
    assert found.problems[-1] == lacked
    counts = found.to_frame()["p_basic"] * (300 - found.n_lost)
    np.testing.assert_allclose(counts, counts.round(), atol=1e-9)
    assert counts.any()


def test_the_seed_shuffles_the_parts_of_cross_validation(scores):
    one, other, third = (
        penalty_reward(scores, "satisfaction", n_resamples=0, seed=seed).models["r2_cv"]
        for seed in (1, 2, 1)
    )
    assert (one != other).all()
    assert one.equals(third)
    assert (one < 1).all()


@pytest.mark.parametrize("weighted", [False, True])
def test_errors_are_the_spread_of_fits_without_one_respondent(frame, weighted):
    options = {"weights": "w"} if weighted else {}
    found = penalty_reward(scored(frame, **options), "satisfaction", cut=4, n_resamples=0)
    c, y = (drivers(frame) - 4).T, frame["satisfaction"].to_numpy()
    parts = np.array([side for x in c for side in (np.maximum(-x, 0), np.maximum(x, 0))])
    weights = frame["w"].to_numpy() if weighted else np.ones(len(y))
    whole = squares(y, *parts, weights=weights)[0]
    changes = []
    for i in range(len(y)):
        left = np.delete(np.arange(len(y)), i)
        changes.append(whole - squares(y[left], *parts[:, left], weights=weights[left])[0])
    expected = np.sqrt((np.array(changes) ** 2).sum(axis=0))[1:]
    table = found.to_frame()
    ours = table[["penalty_se", "reward_se"]].to_numpy().ravel()
    np.testing.assert_allclose(ours, expected, rtol=1e-8)
    both = np.array(changes)[:, 1:].reshape(-1, 3, 2).sum(axis=2)
    t = table[EFFECTS].sum(axis=1) / np.sqrt((both**2).sum(axis=0))
    np.testing.assert_allclose(table["statistic"], t, rtol=1e-8)


def test_an_outcome_that_drivers_determine_has_effects_without_errors(scores, frame):
    c = drivers(frame)[:, 0] - 4
    found = penalty_reward(
        scores, np.minimum(c, 0) + 0.5 * np.maximum(c, 0), cut=4, n_resamples=50, seed=1
    )
    table = found.to_frame()
    np.testing.assert_allclose(table[EFFECTS].iloc[0], [-1, 0.5], atol=1e-10)
    assert table[["penalty_se", "p_value"]].isna().all(axis=None)
    assert any("the predictors determine the outcome" in one for one in found.problems)
