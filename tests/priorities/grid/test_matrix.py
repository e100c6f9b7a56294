"""Importance-performance analysis of surveys, its probabilities, and what it refuses."""

import pickle

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.priorities.grid.matrix import importance_performance
from servqual.priorities.grid.placement import PROBABILITIES
from servqual.priorities.grid.quadrants import QUADRANTS
from tests.helpers import needs


@pytest.fixture
def trio():
    return sq.Instrument(
        name="trio",
        scale=(1, 7),
        dimensions={"care": ("1", "2"), "speed": ("3", "4", "5")},
        roles=("expectation", "perception", "importance", "points"),
        expectation_kind="desired",
        labels={"en": {"care": "Care"}, "zh": {"care": "关怀"}},
    )


@pytest.fixture
def survey(rng):
    n = 60
    frame = pd.DataFrame(index=pd.Index([f"r{i}" for i in range(n)], name="id"))
    for role, low, high in (("E", 5, 8), ("P", 1, 8), ("I", 1, 8)):
        for item in "12345":
            frame[f"{role}{item}"] = rng.integers(low, high, n)
    frame["pts_care"] = rng.integers(0, 101, n)
    frame["pts_speed"] = 100 - frame["pts_care"]
    frame["w"] = rng.integers(1, 5, n).astype(float)
    frame["satisfaction"] = frame["P1"] + frame["P3"] + rng.normal(size=n)
    frame["loyalty"] = frame["satisfaction"] + rng.normal(size=n)
    return frame


def scored(frame, instrument, kind=sq.gap_scores, **options):
    return kind(sq.Responses.from_frame(frame, instrument, points="pts_{}", **options))


@pytest.fixture
def scores(survey, trio):
    return scored(survey, trio)


def test_rated_importance_and_perceptions_are_their_means(scores, survey):
    found = importance_performance(scores, "items", n_resamples=200, seed=1)
    table = found.to_frame()
    items = list("12345")
    np.testing.assert_allclose(table["importance"], survey[[f"I{i}" for i in items]].mean())
    np.testing.assert_allclose(table["performance"], survey[[f"P{i}" for i in items]].mean())
    np.testing.assert_allclose(table["gap"], scores.items.mean())
    assert table["item"].tolist() == items
    assert table["dimension"].tolist() == ["care"] * 2 + ["speed"] * 3
    assert found.cutoffs["importance"] == pytest.approx(table["importance"].mean())
    np.testing.assert_allclose(table[list(PROBABILITIES)].sum(axis=1), 1)
    own = [table.loc[i, PROBABILITIES[QUADRANTS.index(q)]] for i, q in enumerate(table["quadrant"])]
    assert table["probability"].tolist() == own
    assert (table["importance_ci_low"] < table["importance"]).all()
    assert (table["importance"] < table["importance_ci_high"]).all()


def test_dimensions_by_points(scores, survey):
    found = importance_performance(
        scores, "points", level="dimension", cutoff="scale", n_resamples=100, seed=1
    )
    table = found.to_frame()
    assert dict(found.cutoffs) == {"importance": 50, "performance": 4}
    np.testing.assert_allclose(table["importance"], survey[["pts_care", "pts_speed"]].mean())
    care = survey[["P1", "P2"]].mean(axis=1).mean()
    assert table["performance"].iloc[0] == pytest.approx(care)
    assert table["item"].tolist() == ["", ""]
    assert "mean points of 100" in found.title()


def test_perception_scores_and_gap_scores_agree(survey, trio):
    one = importance_performance(scored(survey, trio), "items", n_resamples=100, seed=1)
    other = importance_performance(
        scored(survey, trio, sq.perception_scores), "items", n_resamples=100, seed=1
    )
    pd.testing.assert_frame_equal(one.to_frame().drop(columns="gap"), other.to_frame())
    assert "gap" not in other.to_frame()


def test_gaps_as_performance_have_zero_for_middle(scores):
    found = importance_performance(scores, "items", performance="gap", cutoff="scale", seed=1)
    table = found.to_frame()
    np.testing.assert_allclose(table["performance"], table["gap"])
    assert found.cutoffs["performance"] == 0
    assert "mean gap (P − E)" in found.title()


def test_a_diagonal_compares_scale_points_or_standardises(scores, survey, trio):
    same = importance_performance(scores, "items", cutoff="diagonal", n_resamples=50, seed=1)
    table = same.to_frame()
    assert same.same_scale
    assert (same.slope, same.cutoffs["importance"]) == (1, 4)
    np.testing.assert_allclose(table["priority"], table["importance"] - table["performance"])
    above = table["quadrant"] == "concentrate here"
    assert (above == (table["importance"] > table["performance"])).all()
    assert "in scale points" in same.title()
    other = importance_performance(
        scores, "items", cutoff="diagonal", performance="gap", n_resamples=50, seed=1
    )
    assert not other.same_scale
    assert "both standardised" in other.title()
    assert other.slope != 1


def test_derived_importance_uses_the_outcome(scores, survey):
    found = importance_performance(
        scores, "regression", outcome="satisfaction", n_resamples=200, seed=1
    )
    table = found.to_frame().set_index("item")
    assert set(table["importance"].nlargest(2).index) == {"1", "3"}
    z = (survey - survey.mean(numeric_only=True)) / survey.std(numeric_only=True)
    items = [f"P{i}" for i in "12345"]
    beta = np.linalg.lstsq(z[items].to_numpy(float), z["satisfaction"].to_numpy(float))[0]
    np.testing.assert_allclose(table["importance"], beta, atol=1e-10)
    assert found.outcome == ("satisfaction",)
    assert "standardised regression coefficient for satisfaction" in found.title()


def test_outcomes_come_in_several_forms(scores, survey):
    def by(outcome):
        return importance_performance(scores, "correlation", outcome=outcome, n_resamples=0)

    named = by("satisfaction").to_frame()["importance"]
    series = by(survey["satisfaction"]).to_frame()["importance"]
    array = by(survey["satisfaction"].to_numpy()).to_frame()["importance"]
    pd.testing.assert_series_equal(named, series)
    pd.testing.assert_series_equal(named, array)
    shuffled = by(survey["satisfaction"].sample(frac=1, random_state=1)).to_frame()["importance"]
    pd.testing.assert_series_equal(named, shuffled)
    both = by(["satisfaction", "loyalty"]).to_frame()["importance"]
    mean = by((survey["satisfaction"] + survey["loyalty"]) / 2).to_frame()["importance"]
    pd.testing.assert_series_equal(both, mean)
    pl = needs("polars")
    polars = by(pl.Series("satisfaction", survey["satisfaction"].to_numpy()))
    pd.testing.assert_series_equal(named, polars.to_frame()["importance"])


def test_an_outcome_with_blanks_leaves_out(survey, trio):
    survey.loc["r3", "satisfaction"] = np.nan
    scores = scored(survey, trio)
    with pytest.warns(sq.MissingResponseWarning, match="1 of 60 scored respondents lack"):
        found = importance_performance(
            scores, "correlation", outcome="satisfaction", n_resamples=50, seed=1
        )
    assert (found.n, found.n_total) == (59, 60)
    assert "n = 59 of 60 (1 left out)" in found.title()


def test_given_importance_has_no_interval(scores):
    weights = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
    found = importance_performance(scores, weights, n_resamples=100, seed=1)
    table = found.to_frame()
    assert table["importance"].tolist() == [1, 2, 3, 4, 5]
    assert table["importance_ci_low"].isna().all()
    assert not any("no interval" in problem for problem in found.problems)
    assert any(problem.startswith("'3': on a line") for problem in found.problems)


def test_the_same_seed_gives_the_same(scores):
    one = importance_performance(scores, "items", n_resamples=150, seed=3)
    assert one == importance_performance(scores, "items", n_resamples=150, seed=3)
    assert one != importance_performance(scores, "items", n_resamples=150, seed=4)


def test_equal_weights_are_none(survey, trio):
    plain = importance_performance(scored(survey, trio), "items", n_resamples=100, seed=1)
    survey["one"] = 2.5
    weighted = importance_performance(
        scored(survey, trio, weights="one"), "items", n_resamples=100, seed=1
    )
    pd.testing.assert_frame_equal(plain.to_frame(), weighted.to_frame())
    assert "sampling weights" in weighted.title()


def test_weights_weigh(survey, trio):
    found = importance_performance(
        scored(survey, trio, weights="w"),
        "correlation",
        outcome="satisfaction",
        n_resamples=0,
    )
    table = found.to_frame()
    assert table["performance"].iloc[0] == pytest.approx(
        np.average(survey["P1"], weights=survey["w"])
    )
    r = np.cov(survey["P1"], survey["satisfaction"], aweights=survey["w"])
    assert table["importance"].iloc[0] == pytest.approx(r[0, 1] / np.sqrt(r[0, 0] * r[1, 1]))
    assert table["probability"].isna().all()


def test_weights_that_sum_to_one_are_weights(survey, trio):
    survey["small"] = survey["w"] / survey["w"].sum()
    small, plain = (
        importance_performance(
            scored(survey, trio, weights=name),
            "regression",
            outcome="satisfaction",
            n_resamples=50,
            seed=1,
        ).to_frame()
        for name in ("small", "w")
    )
    pd.testing.assert_frame_equal(small, plain)


def test_probabilities_are_those_of_resampled_rows(scores, survey):
    """One block of 100 resamples, drawn again as rows of the frame."""
    from servqual.resampling import resample_counts

    found = importance_performance(scores, "items", n_resamples=100, seed=5).to_frame()
    counts = next(resample_counts(60, 100, 5))
    hits = np.zeros(5)
    for one in counts:
        rows = survey.iloc[np.repeat(np.arange(60), one.astype(int))]
        importance = rows[[f"I{i}" for i in "12345"]].mean().to_numpy()
        performance = rows[[f"P{i}" for i in "12345"]].mean().to_numpy()
        hits += (importance >= importance.mean()) & (performance < performance.mean())
    np.testing.assert_allclose(found["p_concentrate"], hits / 100, atol=1e-12)


def test_not_applicable_answers_leave_nobody_out(survey, trio):
    survey["P2"] = survey["P2"].astype(float)
    survey.loc[["r0", "r1"], "P2"] = 99
    scores = scored(survey, trio, not_applicable=(99,))
    found = importance_performance(scores, "items", n_resamples=50, seed=1)
    table = found.to_frame()
    assert table["n"].tolist() == [60, 58, 60, 60, 60]
    assert table["performance"].iloc[1] == pytest.approx(survey["P2"].iloc[2:].mean())


def test_an_outcome_without_variance_is_said(survey, trio):
    survey["satisfaction"] = 5
    found = importance_performance(
        scored(survey, trio), "regression", outcome="satisfaction", n_resamples=50, seed=1
    )
    table = found.to_frame()
    assert table["importance"].isna().all()
    assert table["probability"].isna().all()
    assert set(table["quadrant"]) == {""}
    assert not table["performance"].isna().any()
    assert any("the outcome has no variance" in problem for problem in found.problems)


def test_a_constant_item_has_no_interval(survey, trio):
    survey["P2"] = 5
    found = importance_performance(scored(survey, trio), "items", n_resamples=100, seed=1)
    row = found.to_frame().iloc[1]
    assert row["performance"] == 5
    assert np.isnan(row["performance_ci_low"])
    assert "'2': no interval of performance, which does not vary" in found.problems


def test_three_respondents_and_one(survey, trio):
    found = importance_performance(scored(survey.iloc[:3], trio), "items", n_resamples=50, seed=1)
    assert found.n == 3
    with pytest.warns(sq.SmallSampleWarning, match="One respondent only"):
        alone = scored(survey.iloc[:1], trio)
    with pytest.warns(sq.SmallSampleWarning, match="One respondent only"):
        one = importance_performance(alone, "items", n_resamples=50, seed=1)
    assert one.to_frame()["performance_ci_low"].isna().all()


@pytest.mark.parametrize(
    ("importance", "options", "error", "match"),
    [
        ("points", {}, sq.ResponseError, "level='dimension'"),
        ("stated", {}, ValueError, "'points', 'items', 'correlation'.*not 'stated'"),
        ("regression", {}, sq.ResponseError, "outcome='satisfaction'"),
        ("items", {"outcome": "satisfaction"}, sq.ResponseError, "goes with derived"),
        (
            "regression",
            {"outcome": "satisfactoin"},
            sq.ResponseError,
            "Did you mean 'satisfaction'",
        ),
        ("regression", {"outcome": "P1"}, sq.ResponseError, "'P1' is one of them"),
        ("regression", {"outcome": []}, sq.ResponseError, "names no column"),
        ("correlation", {"outcome": "satisfaction", "cutoff": "scale"}, ValueError, "has none"),
        ("items", {"cutoff": "middle"}, ValueError, "cutoff must be one of 'scale'"),
        ("items", {"level": "overall"}, ValueError, "level must be one of"),
        ("items", {"performance": "expectation"}, ValueError, "performance must be one of"),
        ("items", {"n_resamples": -1}, ValueError, "n_resamples must be"),
        ("items", {"n_resamples": 1.5}, ValueError, "n_resamples must be"),
        ({"1": 1}, {}, sq.ResponseError, "gives no weight to '2'"),
    ],
)
def test_bad_options_are_refused(scores, importance, options, error, match):
    with pytest.raises(error, match=match):
        importance_performance(scores, importance, **options)


def test_scores_without_what_is_asked_are_refused(survey, trio):
    with pytest.raises(TypeError, match="GapScores from gap_scores"):
        importance_performance(survey, "items")
    perceptions = scored(survey, trio, sq.perception_scores)
    with pytest.raises(sq.ResponseError, match="needs GapScores"):
        importance_performance(perceptions, "items", performance="gap")
    unrated = sq.Instrument(name="plain", scale=(1, 7), dimensions={"care": ("1", "2")})
    plain = sq.gap_scores(sq.Responses.from_frame(survey, unrated))
    with pytest.raises(sq.ResponseError, match="needs the role 'importance'"):
        importance_performance(plain, "items")


def test_it_pickles_and_shows_itself(scores):
    found = importance_performance(scores, "items", n_resamples=50, seed=1)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert "Martilla & James, 1977" in repr(found)
    assert any("50 resamples" in note for note in found.notes())
    assert found.to_frame().drop(columns=["item", "gap"]).notna().all().all()
