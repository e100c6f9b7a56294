"""Changes as they are given, what scenarios say, and how they compare."""

import pickle
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.errors import AdmissibilityWarning, ResponseError
from servqual.scenarios.supposing import what_if
from tests.scenarios.conftest import exact, scored

ASKED = {"satisfaction": "sat", "n_resamples": 50, "seed": 1}


def test_changes_come_as_mapping_series_or_frame(perceptions):
    first = what_if(perceptions, {"1": 0.4, "speed": -0.2}, **ASKED)
    frame = pd.DataFrame({"item": ["1", "speed"], "change": [0.4, -0.2], "cost": [1, 2]})
    for changes in (pd.Series({"1": 0.4, "speed": -0.2}), frame):
        assert what_if(perceptions, changes, **ASKED) == first
    table = first.to_frame()
    assert table["level"].tolist() == ["item"] * 4 + ["dimension"] * 2 + ["satisfaction"]
    assert table["change"].tolist()[:6] == pytest.approx([0.4, -0.2, -0.2, -0.2, 0.2, -0.2])
    assert table["ci_low"].isna().tolist() == [True] * 6 + [False]
    np.testing.assert_allclose(table["points"][:6], table["change"][:6] * 100 / 6)
    assert np.isnan(table["points"].iloc[6])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"7": 0.5}, "no item or dimension '7' to change. There are '1', '2'"),
        ({"spede": 0.5}, "Did you mean 'speed'"),
        ({"1": np.nan}, "must be a finite number, not nan"),
        ({"1": True}, "must be a finite number, not True"),
        ({"1": "0.5"}, "must be a finite number"),
        ({}, "changes= maps items"),
        ({"1": 0, "care": 0.0}, "gives a change to '1' twice"),
        ({"1": 0}, "changes nothing"),
        (0.5, "changes= maps items"),
        ({"1": 0.5, "care": 0.2}, r"gives a change to '1' twice: through '1' and 'care'"),
        ({"A": {"1": 0.5}, "2": 0.1}, "both numbers and mappings"),
        ({3: {"1": 0.5}}, "Scenarios have names"),
        (pd.Series([0.5, 0.4], ["1", "1"]), "names '1' twice"),
        (pd.DataFrame({"item": ["1"]}), "'change' is not there"),
    ],
)
def test_changes_that_are_none_are_refused(perceptions, changes, message):
    with pytest.raises(ResponseError, match=message):
        what_if(perceptions, changes, **ASKED)


def test_fractions_are_numbers(perceptions):
    assert what_if(perceptions, {"1": Fraction(1, 4)}, **ASKED) == what_if(
        perceptions, {"1": 0.25}, **ASKED
    )


def test_the_largest_possible_change_is_named_and_possible(perceptions, survey):
    now = survey["P1"].mean()
    with pytest.raises(ResponseError, match="beyond its scale of 1 to 7") as caught:
        what_if(perceptions, {"1": 5}, **ASKED)
    most = float(str(caught.value).rsplit("is ", 1)[1].rstrip("."))
    assert most == pytest.approx(7 - now, abs=0.01)
    assert what_if(perceptions, {"1": most}, **ASKED).to_frame()["then"].iloc[0] <= 7
    with pytest.raises(ResponseError, match="largest possible change of 'speed' is -") as caught:
        what_if(perceptions, {"speed": -6}, **ASKED)
    least = float(str(caught.value).rsplit("is ", 1)[1].rstrip("."))
    assert least == pytest.approx(1 - survey[["P3", "P4", "P5"]].mean().min(), abs=0.01)


def test_beyond_most_respondents_is_an_extrapolation(perceptions, survey):
    care = survey[["P1", "P2"]].mean(axis=1)
    span = np.sort(care)[int(0.9 * len(care)) - 1]
    found = what_if(perceptions, {"care": span - care.mean() + 0.01}, **ASKED)
    assert found.problems == (
        f"care would be {span + 0.01:.2f}, beyond where 90 % of the respondents are ({span:.2f}): "
        "an extrapolation.",
    )
    assert what_if(perceptions, {"care": span - care.mean() - 0.01}, **ASKED).problems == ()
    down = care.mean() - np.sort(care)[int(0.1 * len(care)) - 1] + 0.01
    assert "an extrapolation" in what_if(perceptions, {"care": -down}, **ASKED).problems[0]
    assert what_if(perceptions, {"care": 0.02 - down}, **ASKED).problems == ()


def test_equal_scenarios_are_ahead_in_half_of_the_resamples(perceptions):
    same = what_if(perceptions, {"A": {"1": 0.2}, "B": {"1": 0.2}}, **ASKED).differences
    assert same[["estimate", "probability"]].to_numpy().tolist() == [[0, 0.5]]


def test_an_outcome_that_leaves_its_scale_is_warned_of(duo):
    scores = scored(exact(), duo, expectation=None)
    said = "satisfaction would be 6.25, beyond its scale of 2 to 6"
    with pytest.warns(AdmissibilityWarning, match=said):
        found = what_if(scores, {"care": 3, "speed": 3}, **ASKED, scale=(2, 6))
    assert found.problems[-1].startswith(said)
    below = what_if(scores, {"care": 2.9, "speed": 2}, **ASKED, scale=(2, 6))
    assert not any("beyond its scale" in one for one in below.problems)


def test_turned_and_unasked_items_are_said(survey):
    turned = sq.Instrument(
        name="t", scale=(1, 7), dimensions={"care": ("1", "2"), "speed": ("3", "4")}, reverse=("1",)
    )
    frame = survey.assign(P1=8 - survey["P1"])
    found = what_if(scored(frame, turned, not_asked=("4",)), {"1": 0.5, "3": 0.2}, **ASKED)
    assert any("changes of '1' are of the turned answers" in one for one in found.notes())
    assert found.to_frame()["now"].iloc[0] == pytest.approx(survey["P1"].mean())
    with pytest.raises(ResponseError, match="Item '4' was not asked"):
        what_if(scored(frame, turned, not_asked=("4",)), {"4": 0.5}, **ASKED)


def test_scenarios_are_compared_on_the_same_resamples(perceptions):
    several = {"A": {"1": 0.4}, "B": {"speed": 0.4}, "C": {"1": 0.8}}
    found = what_if(perceptions, several, **ASKED, recommendation="rec")
    alone = what_if(perceptions, {"1": 0.4}, **ASKED, recommendation="rec")
    table = found.to_frame()
    own = table[table["scenario"] == "A"].drop(columns="scenario").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, alone.to_frame(), atol=1e-12)
    pd.testing.assert_frame_equal(found.draws("C"), 2 * alone.draws(), atol=1e-10)
    compared = found.differences.set_index(["level", "first", "second"])
    drawn = found.draws("A")["satisfaction"] - found.draws("B")["satisfaction"]
    row = compared.loc[("satisfaction", "A", "B")]
    assert row["probability"] == pytest.approx((drawn > 0).mean())
    assert row["ci_low"] == pytest.approx(np.quantile(drawn, 0.025))
    changes = table[table["level"] == "satisfaction"].set_index("scenario")["change"]
    assert row["estimate"] == pytest.approx(changes["A"] - changes["B"])
    assert compared.loc[("satisfaction", "A", "C"), "probability"] == pytest.approx(
        (alone.draws()["satisfaction"] < 0).mean()
    )
    assert len(compared) == 3 * 3
    assert alone.differences.empty
    with pytest.raises(ResponseError, match="scenario must be one of 'A', 'B', 'C', not None"):
        found.draws()


def test_titles_and_notes_call_it_a_scenario_and_print_what_is_assumed(survey, duo):
    scores = scored(survey, duo, sq.gap_scores, weights="w")
    found = what_if(scores, {"1": 0.4}, **ASKED, loyalty="loy", recommendation="rec")
    assert found.title() == "Scenario: 1 +0.40 scale points; duo: n = 80, with sampling weights"
    assert "forecast" not in found.title()
    notes = " ".join(found.notes())
    for said in (
        "no forecast",
        "cause and effect",
        "linear, the same for everyone",
        "Expectations stay as they are",
        "direct=False",
        "100 for promoters",
        "95 %, percentile, of 50 resamples",
    ):
        assert said in notes
    apart = " ".join(what_if(scores, {"1": 0.4}, **ASKED, loyalty="loy", direct=False).notes())
    assert "by way of satisfaction alone (direct=True" in apart
    assert "Scenarios A, B" in what_if(scores, {"A": {"1": 0.4}, "B": {"2": 0.4}}, **ASKED).title()
    assert pickle.loads(pickle.dumps(found)) == found
    assert "Scenario: 1 +0.40" in repr(found)


def test_the_same_seed_gives_the_same_resamples_and_options_are_checked(perceptions):
    one = what_if(perceptions, {"1": 0.4}, **ASKED)
    assert one == what_if(perceptions, {"1": 0.4}, **ASKED)
    assert one != what_if(perceptions, {"1": 0.4}, **{**ASKED, "seed": 2})
    wide = what_if(perceptions, {"1": 0.4}, **ASKED, confidence=0.5).to_frame().iloc[-1]
    assert wide["ci_high"] - wide["ci_low"] < np.ptp(one.draws()["satisfaction"])
    for bad in ({"n_resamples": 1}, {"confidence": 95}):
        with pytest.raises(ValueError, match="must"):
            what_if(perceptions, {"1": 0.4}, **{**ASKED, **bad})
