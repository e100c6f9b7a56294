"""Targets turned round: what items need, whether they have the room, and the plan."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import ResponseError
from servqual.scenarios.reaching import reach_target
from servqual.scenarios.supposing import what_if
from tests.scenarios.conftest import scored

ASKED = {
    "satisfaction": "sat",
    "loyalty": "loy",
    "recommendation": "rec",
    "scale": (1, 7),
    "n_resamples": 60,
    "seed": 1,
}


@settings(max_examples=10)
@given(st.floats(0.1, 20), st.sampled_from(["satisfaction", "loyalty", "recommendation", "NPS"]))
def test_the_plan_is_the_inverse_of_what_if(perceptions, target, of):
    found = reach_target(perceptions, target, of, **ASKED)
    back = what_if(perceptions, found.plan, **ASKED).to_frame().set_index("level").loc[of]
    gain = back["change"] if of == "NPS" else back["points"]
    assert gain == pytest.approx(found.gain)
    assert found.reached == (found.gain == pytest.approx(target))
    low = back["ci_low"] if of == "NPS" else back["points_ci_low"]
    assert low == pytest.approx(found.gain_ci_low)
    assert found.plan["cumulative_gain"].iloc[-1] == pytest.approx(found.gain)
    assert found.table["plan"].sum() == pytest.approx(found.plan["change"].sum())


def test_each_item_alone(perceptions, survey):
    found = reach_target(perceptions, 2, **ASKED)
    table = found.to_frame().set_index("item")
    assert table["dimension"].tolist() == ["care"] * 2 + ["speed"] * 3
    row = table.loc["1"]
    assert row["room"] == pytest.approx(7 - survey["P1"].mean())
    assert row["now"] == pytest.approx(survey["P1"].mean())
    asked = {key: ASKED[key] for key in ("satisfaction", "loyalty", "recommendation", "scale")}
    moved = what_if(perceptions, {"1": row["needed"]}, **asked, n_resamples=60, seed=1)
    assert moved.to_frame().set_index("level").loc["satisfaction", "points"] == pytest.approx(2)
    slopes = moved.draws()["satisfaction"].to_numpy() * 100 / 6 / row["needed"]
    assert (slopes > 0).all()
    low, high = np.quantile(2 / slopes, [0.025, 0.975])
    assert (row["needed_ci_low"], row["needed_ci_high"]) == pytest.approx((low, high), rel=0.02)
    assert row["effect_ci_low"] == pytest.approx(np.quantile(slopes, 0.025))
    # The room is that of each resample, too.
    rooms = what_if(perceptions, {"1": 1e-9}, **asked, n_resamples=60, seed=1)
    assert 0 <= row["probability"] <= 1
    assert rooms.n == found.n


def test_probabilities_are_shares_of_resamples(perceptions, survey):
    found = reach_target(perceptions, 5, **ASKED)
    drawn = what_if(perceptions, found.plan, **ASKED).draws()["satisfaction"] * 100 / 6
    assert found.probability == pytest.approx((drawn >= 5 * (1 - 1e-9)).mean())
    one = reach_target(perceptions, 8, **ASKED).to_frame().set_index("item").loc["2"]
    from servqual.resampling import resample_counts

    counts = next(resample_counts(80, 60, 1))
    slopes = what_if(perceptions, {"2": 1}, **ASKED).draws()["satisfaction"] * 100 / 6
    means = counts @ survey["P2"].to_numpy() / 80
    expected = (slopes * (7 - means) >= 8).mean()
    assert 0 < expected < 1
    assert one["probability"] == pytest.approx(expected)


def test_costs_bounds_and_chosen_items_form_the_plan(perceptions):
    cheap = reach_target(perceptions, 1, **ASKED, cost={"speed": 0.01})
    assert set(cheap.plan["item"]) <= {"3", "4", "5"}
    assert cheap.plan["cost"].sum() == pytest.approx(0.01 * cheap.plan["change"].sum())
    capped = reach_target(perceptions, 3, **ASKED, at_most={"care": 0.1, "3": 0.2})
    changes = capped.plan.set_index("item")["change"]
    assert changes["1"] == changes["2"] == pytest.approx(0.1)
    assert changes.get("3", 0.0) <= 0.2 + 1e-12
    assert capped.to_frame()["room"].iloc[0] == pytest.approx(0.1)
    few = reach_target(perceptions, 1, **ASKED, items=["5", "care"])
    assert few.to_frame()["item"].tolist() == ["1", "2", "5"]


def test_an_item_goes_before_its_dimension(perceptions):
    costs = {"1": 0.5, "care": 2.0}
    plans = [
        reach_target(perceptions, 3, **ASKED, cost=cost, at_most=0.3, items=["care"]).plan
        for cost in (costs, dict(reversed(costs.items())), pd.Series(costs))
    ]
    for plan in plans:
        assert plan["item"].tolist() == ["1", "2"]
        np.testing.assert_allclose(plan["cost"] / plan["change"], [0.5, 2.0])


def test_an_item_that_none_of_those_used_answered(survey, duo):
    frame = survey.assign(P1=np.where(np.arange(80) < 70, np.nan, survey["P1"]))
    frame["sat"] = np.where(np.arange(80) < 70, survey["sat"], np.nan)
    with pytest.warns(sq.MissingResponseWarning):
        scores = scored(frame, duo, missing="available")
    asked = {"satisfaction": "sat", "scale": (1, 7), "n_resamples": 20, "seed": 1}
    with pytest.warns(sq.MissingResponseWarning):
        found = reach_target(scores, 2, **asked)
    row = found.to_frame().set_index("item").loc["1"]
    assert row[["now", "room", "probability"]].isna().all()
    assert row["plan"] == 0
    assert "No respondent used answered these, so their room is not known: '1'." in found.problems
    with (
        pytest.warns(sq.MissingResponseWarning),
        pytest.raises(ResponseError, match="None of the 70 respondents used answered item '1'"),
    ):
        what_if(scores, {"care": 0.1}, **asked)


def test_the_unit_of_the_target(perceptions):
    points = reach_target(perceptions, 2, **ASKED)
    scale = reach_target(perceptions, 2 * 6 / 100, **ASKED, unit="scale")
    np.testing.assert_allclose(points.plan["change"], scale.plan["change"])
    assert (points.unit, scale.unit) == ("index points", "scale points")
    assert reach_target(perceptions, 2, "NPS", **ASKED).unit == "NPS points"
    assert "+2 index points (0 to 100) of satisfaction: reached by" in points.title()


def test_out_of_reach_says_how_far_one_gets(perceptions):
    found = reach_target(perceptions, 10, **ASKED, at_most=0.1)
    assert not found.reached
    gain = what_if(perceptions, dict.fromkeys("12345", 0.1), **ASKED).to_frame()
    assert found.gain == pytest.approx(gain.set_index("level").loc["satisfaction", "points"])
    assert f"give {found.gain:.2f} of 10" in found.problems[0]
    assert f"out of reach, at most +{found.gain:.2f}" in found.title()
    assert found.probability == 0


def test_items_without_effect_or_room_say_so(survey, duo):
    frame = survey.assign(sat=8 - survey[["P3", "P4", "P5"]].mean(axis=1) + 0.1 * survey["sat"])
    frame["sat"] = frame["sat"].clip(1, 7)
    frame["P1"] = 7.0
    scores = scored(frame, duo)
    found = reach_target(scores, 1, **{**ASKED, "loyalty": None, "recommendation": None})
    table = found.to_frame().set_index("item")
    assert table.loc[["3", "4", "5"], "needed"].isna().all()
    assert (table.loc[["3", "4", "5"], "probability"] == 0).all()
    assert "No positive effect, so no rise of these would help: '3', '4', '5'." in found.problems
    assert "No room: '1'." in found.problems
    assert "1" not in found.plan["item"].tolist()
    nothing = reach_target(
        scores, 1, items=["speed"], **{**ASKED, "loyalty": None, "recommendation": None}
    )
    assert (nothing.gain, nothing.probability, len(nothing.plan)) == (0, 0, 0)


def test_an_effect_that_may_be_none_has_no_upper_end(survey, duo):
    table = reach_target(scored(survey[:25], duo), 5, "NPS", **ASKED).to_frame()
    unsure = (table["effect"] > 0) & (table["effect_ci_low"] <= 0)
    assert unsure.any()
    assert np.isinf(table.loc[unsure, "needed_ci_high"]).all()
    assert (table.loc[unsure, "needed_ci_low"] > 0).all()


def test_path_models_change_what_nothing_explains(survey):
    model = "CARE =~ P1 + P2\nSPEED =~ P3 + P4\nSAT =~ sat\nLOY =~ loy\n"
    fitted = sq.fit_pls(model + "SAT ~ CARE + SPEED\nLOY ~ SAT", survey)
    asked = {"scale": {**{f"P{i}": (1, 7) for i in range(1, 5)}, "sat": (1, 7), "loy": (1, 7)}}
    asked |= {"n_resamples": 20, "seed": 1}
    found = reach_target(fitted, 2, "LOY", **asked)
    assert found.to_frame()["item"].tolist() == ["P1", "P2", "P3", "P4"]
    back = what_if(fitted, found.plan, **asked).to_frame().set_index("name")
    assert back.loc["LOY", "change"] == pytest.approx(2)
    direct = reach_target(fitted, 2, "LOY", items=["sat"], **asked)
    assert direct.to_frame()["dimension"].tolist() == ["SAT"]
    with pytest.raises(ResponseError, match="must be one of 'CARE', 'SPEED', 'SAT', 'LOY'"):
        reach_target(fitted, 2, **asked)
    apart = sq.fit_pls("A =~ P1\nB =~ P2\nC =~ P3\nD =~ P4\nB ~ A\nD ~ C", survey)
    assert reach_target(apart, 2, "B", n_resamples=5).to_frame()["item"].tolist() == ["P1"]


def test_an_nps_that_nothing_moves(survey, duo):
    low = scored(survey.assign(rec=np.clip(survey["rec"], 0, 6)), duo)
    found = reach_target(low, 5, "NPS", **ASKED)
    assert (found.now, found.gain, found.reached) == (-100, 0, False)
    assert "No positive effect, so no rise of these would help" in found.problems[1]


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"target": 0}, ValueError, "target must be a positive number"),
        ({"target": np.nan}, ValueError, "target must be a positive number"),
        ({"target": "2"}, ValueError, "target must be a positive number"),
        ({"unit": "percent"}, ValueError, "unit must be 'points' or 'scale'"),
        ({"of": "satisfied"}, ResponseError, "Did you mean 'satisfaction'"),
        ({"scale": None}, ResponseError, r"needs the scale of satisfaction: scale=\{'satis"),
        ({"cost": 0}, ValueError, "cost must be a positive number, not 0"),
        ({"cost": np.inf}, ValueError, "cost must be a positive number, not inf"),
        ({"at_most": {"1": -1}}, ValueError, "at_most must be a positive number"),
        ({"cost": {"9": 1}}, ResponseError, "no item or dimension '9'"),
        ({"items": []}, ResponseError, "items= names items"),
        ({"items": ["care", "1"]}, ResponseError, "names an item twice"),
    ],
)
def test_what_cannot_be_asked_is_refused(perceptions, asked, error, message):
    asked = {"target": 2, **ASKED, **asked}
    with pytest.raises(error, match=message):
        reach_target(perceptions, asked.pop("target"), **asked)


def test_the_result_keeps_its_word(perceptions):
    found = reach_target(perceptions, 2, **ASKED)
    assert pickle.loads(pickle.dumps(found)) == found
    notes = " ".join(found.notes())
    for said in ("Plan: ", "cheapest way", "about half of the resamples", "no forecast"):
        assert said in notes
    assert "Scenario for a target" in repr(found)
