"""The chain of regressions against least squares on rows, at the estimate and in resamples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ResponseError
from servqual.resampling import resample_counts
from servqual.scenarios.supposing import what_if
from tests.scenarios.conftest import exact, scored

CHANGES = {"1": 0.4, "4": -0.3}
OUTCOMES = {"satisfaction": "sat", "loyalty": "loy", "recommendation": "rec"}
FAST = {"n_resamples": 30, "seed": 3}


def by_rows(frame, *, expectations=False, direct=True, weights=None):
    """Changes of the chain by least squares on the rows, step by step."""
    root = np.ones(len(frame)) if weights is None else np.sqrt(weights)

    def fit(outcome, *predictors):
        design = np.column_stack([np.ones(len(frame)), *predictors])
        return np.linalg.lstsq(design * root[:, None], outcome * root, rcond=None)[0][1:]

    def means(role):
        return [frame[[f"{role}{i}" for i in own]].mean(axis=1).to_numpy() for own in ("12", "345")]

    held = means("E") if expectations else []
    dimensions = means("P")
    care, speed = 0.4 / 2, -0.3 / 3
    sat = frame["sat"].to_numpy()
    first = fit(sat, *dimensions, *held)[:2]
    found = {"care": care, "speed": speed, "satisfaction": first @ [care, speed]}
    rec = frame["rec"].to_numpy()
    further = {
        "loyalty": frame["loy"].to_numpy(),
        "recommendation": rec,
        "NPS": 100.0 * (rec >= 9) - 100.0 * (rec <= 6),
    }
    for name, outcome in further.items():
        if direct:
            both = fit(outcome, *dimensions, *held, sat)
            own = both[:2] @ [care, speed]
            found[name] = own + both[-1] * found["satisfaction"]
        else:
            found[name] = fit(outcome, sat)[0] * found["satisfaction"]
    return found


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("kind", [sq.perception_scores, sq.gap_scores])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_chain_is_the_product_of_regressions_in_all_resamples(
    survey, duo, kind, direct, weighted
):
    scores = scored(survey, duo, kind, weights="w" if weighted else None)
    found = what_if(scores, CHANGES, **OUTCOMES, direct=direct, **FAST)
    options = {"expectations": kind is sq.gap_scores, "direct": direct}
    weights = survey["w"].to_numpy() if weighted else np.ones(len(survey))
    expected = by_rows(survey, weights=weights, **options)
    table = found.to_frame().set_index("level")
    for level in ("satisfaction", "loyalty", "recommendation", "NPS"):
        assert table.loc[level, "change"] == pytest.approx(expected[level], abs=1e-10)
    draws = found.draws()
    assert list(draws) == ["care", "speed", "satisfaction", "loyalty", "recommendation", "NPS"]
    counts = next(resample_counts(len(survey), 30, 3)).astype(int)
    for b in (0, 7, 29):
        rows = np.repeat(np.arange(len(survey)), counts[b])
        again = by_rows(survey.iloc[rows], weights=weights[rows], **options)
        assert draws.loc[b].to_dict() == pytest.approx(again, abs=1e-10)


def test_links_of_gap_scores_hold_expectations(survey, duo):
    found = what_if(scored(survey, duo, sq.gap_scores), CHANGES, **OUTCOMES, **FAST).links
    own = [survey[[f"{r}{i}" for i in at]].mean(axis=1) for r in "PE" for at in ("12", "345")]
    design = np.column_stack([np.ones(len(survey)), *own, survey["sat"]])
    slopes = np.linalg.lstsq(design, survey["loy"], rcond=None)[0]
    links = found[found["lhs"] == "loyalty"].set_index("rhs")["estimate"]
    expected = {"satisfaction": slopes[5], "care": slopes[1], "speed": slopes[2]}
    assert links.to_dict() == pytest.approx(expected)


def test_intervals_are_those_of_the_draws_and_means_move_along(perceptions, survey):
    found = what_if(perceptions, CHANGES, **OUTCOMES, **FAST)
    row = found.to_frame().set_index("level").loc["NPS"]
    low, high = np.quantile(found.draws()["NPS"], [0.025, 0.975])
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-10)
    net = 100.0 * (survey["rec"] >= 9) - 100.0 * (survey["rec"] <= 6)
    assert row["now"] == pytest.approx(net.mean())
    assert row["then"] == pytest.approx(row["now"] + row["change"])
    counts = next(resample_counts(len(survey), 30, 3))
    then = counts @ net.to_numpy() / len(survey) + found.draws()["NPS"]
    np.testing.assert_allclose(row["then_ci_low"], np.quantile(then, 0.025), atol=1e-9)


def test_known_coefficients_come_out_exactly(duo):
    scores = scored(exact(), duo, expectation=None)
    found = what_if(
        scores,
        {"care": 1, "3": 1.5},
        satisfaction="sat",
        loyalty="loy",
        scale={"satisfaction": (1, 9)},
        **FAST,
    )
    links = found.links.set_index(["lhs", "rhs"])["estimate"]
    assert links.to_dict() == pytest.approx(
        {
            ("satisfaction", "care"): 0.5,
            ("satisfaction", "speed"): 0.25,
            ("loyalty", "satisfaction"): 0.6,
            ("loyalty", "care"): 0.1,
            ("loyalty", "speed"): 0.2,
        }
    )
    table = found.to_frame().set_index("level")
    assert table.loc["satisfaction", "change"] == pytest.approx(0.5 + 0.25 * 0.5)
    assert table.loc["satisfaction", "points"] == pytest.approx(100 / 8 * 0.625)
    assert table.loc["loyalty", "change"] == pytest.approx(0.1 + 0.2 * 0.5 + 0.6 * 0.625)
    assert np.isnan(table.loc["loyalty", "points"])


@settings(max_examples=6)
@given(
    change=st.floats(-1, 1).filter(lambda x: abs(x) > 1e-3),
    item=st.sampled_from("12345"),
    direct=st.booleans(),
)
def test_effects_are_linear_and_items_make_up_their_dimension(perceptions, change, item, direct):
    asked = {**OUTCOMES, "direct": direct, "n_resamples": 2, "seed": 1}

    def changed(changes):
        table = what_if(perceptions, changes, **asked).to_frame()
        return table[~table["level"].isin(["item", "dimension"])]["change"].to_numpy()

    once = changed({item: change})
    np.testing.assert_allclose(changed({item: change / 2}), once / 2, atol=1e-10)
    whole = changed({"speed": change})
    np.testing.assert_allclose(changed(dict.fromkeys("345", change)), whole, atol=1e-10)
    each = [changed({one: change}) for one in "345"]
    np.testing.assert_allclose(np.sum(each, axis=0), whole, atol=1e-10)


def test_an_expectation_that_all_share_needs_no_holding(survey, duo):
    frame = survey.assign(**{f"E{i}": 7 for i in range(1, 6)})
    of_gaps = what_if(scored(frame, duo, sq.gap_scores), CHANGES, **OUTCOMES, **FAST)
    of_perceptions = what_if(scored(frame, duo), CHANGES, **OUTCOMES, **FAST)
    np.testing.assert_allclose(of_gaps.draws(), of_perceptions.draws(), atol=1e-10)
    frame["E1"] = np.where(np.arange(len(frame)) == 0, 6, 7)  # constant in some resamples
    found = what_if(scored(frame, duo, sq.gap_scores), CHANGES, **OUTCOMES, **FAST)
    assert found.n_failed == 0
    without = next(resample_counts(len(frame), 30, 3))[:, 0] == 0
    assert 0 < without.sum() < 30
    np.testing.assert_allclose(found.draws()[without], of_perceptions.draws()[without], atol=1e-9)


def test_one_dimension_is_enough(survey):
    one = sq.Instrument(name="one", scale=(1, 7), dimensions={"care": ("1", "2")})
    found = what_if(scored(survey, one), {"1": 0.5}, satisfaction="sat", **FAST)
    care = survey[["P1", "P2"]].mean(axis=1)
    slope = np.cov(care, survey["sat"])[0, 1] / care.var()
    assert found.to_frame()["change"].iloc[-1] == pytest.approx(slope * 0.25)


def test_satisfaction_that_dimensions_determine_leaves_the_effects_in_all(survey, duo):
    frame = survey.assign(sat=survey[["P1", "P2"]].mean(axis=1))
    found = what_if(scored(frame, duo), CHANGES, satisfaction="sat", loyalty="loy", **FAST)
    assert found.links.loc[found.links["lhs"] == "loyalty", "estimate"].isna().all()
    assert "what it does beside them cannot be told" in found.problems[0]
    sure = by_rows(survey)
    total = found.to_frame().set_index("level").loc["loyalty", "change"]
    assert total == pytest.approx(sure["loyalty"], abs=1e-10)


def test_rows_without_an_outcome_or_a_dimension_are_counted(survey, duo):
    frame = survey.copy()
    frame.loc[:4, "sat"] = np.nan
    frame.loc[5, ["P3", "P4"]] = np.nan
    frame.loc[6, "P3"] = np.nan
    with pytest.warns(MissingResponseWarning, match="items that they answered"):
        scores = scored(frame, duo, missing="available")
    with pytest.warns(MissingResponseWarning, match=r"6 of 80 scored respondents lack"):
        found = what_if(scores, CHANGES, **OUTCOMES, **FAST)
    assert (found.n, found.n_total) == (74, 80)
    assert "n = 74 of 80 (6 left out)" in found.title()
    now = found.to_frame().set_index("name").loc["speed", "now"]
    kept = frame.drop(index=range(6))[["P3", "P4", "P5"]]
    assert now == pytest.approx(kept.mean(axis=1).mean())


@pytest.mark.parametrize(
    ("changed", "asked", "message"),
    [
        ({}, {"satisfaction": None}, "Scores need an outcome"),
        ({"sat": 4.0}, {}, r"Everybody gave the same answer on satisfaction \(sat\)"),
        ({"P1": 3.0, "P2": 3.0}, {}, "the same score on 'care'"),
        ({}, {"scale": (1, 5)}, "answers of satisfaction are off its scale"),
        ({}, {"scale": {"satisfied": (1, 7)}}, "Did you mean 'satisfaction'"),
        ({}, {"scale": {"loyalty": (1, 7)}}, "loyalty= is not given"),
        ({}, {"recommendation": "sat"}, "whole numbers from 0 to 10"),
        ({}, {"recommendation": ["rec", "w"]}, "it has 2 columns"),
        ({}, {"satisfaction": "sta"}, "outcome columns"),
    ],
)
def test_what_cannot_be_regressed_is_refused(survey, duo, changed, asked, message):
    scores = scored(survey.assign(**changed), duo)
    with pytest.raises(ResponseError, match=message):
        what_if(scores, CHANGES, **{"satisfaction": "sat", **asked}, **FAST)


def test_dimensions_that_determine_one_another_are_named(survey, duo):
    frame = survey.assign(P3=survey["P1"], P4=survey["P2"], P5=0.5 * survey["P1"])
    frame["P5"] = (frame["P1"] + frame["P2"]) / 2
    with pytest.raises(ResponseError, match=r"'care', 'speed'\. Merge them"):
        what_if(scored(frame, duo), {"1": 0.1}, satisfaction="sat", **FAST)


def test_only_what_determines_one_another_is_named(survey, rng):
    trio = sq.Instrument(
        name="trio", scale=(1, 7), dimensions={"a": ("1",), "b": ("2",), "c": ("3",)}
    )
    frame = survey.assign(P2=np.clip(survey["P1"], 2, 6))
    frame["P1"] = frame["P2"] + 1e-5 * rng.normal(size=len(frame))
    with pytest.raises(ResponseError, match=r"told apart: 'a', 'b'\."):
        what_if(scored(frame, trio), {"1": 0.1}, satisfaction="sat", **FAST)


def test_few_respondents_are_refused_or_their_lost_resamples_counted(survey, duo):
    with pytest.raises(ResponseError, match=r"6 respondents .* too few .* expectations beside"):
        what_if(scored(survey[:6], duo, sq.gap_scores), CHANGES, satisfaction="sat", **FAST)
    with pytest.warns(AdmissibilityWarning, match=r"of 200 resamples have no solution"):
        found = what_if(
            scored(survey[:5], duo), {"1": 0.1}, satisfaction="sat", n_resamples=200, seed=1
        )
    assert 0 < found.n_failed < 100
    assert len(found.draws()) == 200 - found.n_failed
    assert any(f"{found.n_failed} of 200 resamples have no" in note for note in found.notes())
