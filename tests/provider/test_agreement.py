import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.provider.agreement import agreement_in_units
from servqual.provider.variance import intraclass, one_way
from tests.helpers import needs

FEW = pytest.mark.filterwarnings("ignore:.*units only")


@pytest.fixture(scope="module")
def balanced():
    rng = np.random.default_rng(3)
    unit, rater = np.repeat(np.arange(12), 5), np.tile(np.arange(5), 12)
    y = rng.standard_normal(60) + rng.standard_normal(12)[unit]
    return pd.DataFrame({"unit": unit, "rater": rater, "y": y})


@pytest.mark.filterwarnings("ignore")  # those of pingouin under newer versions of pandas
def test_icc_is_that_of_pingouin(balanced):
    pingouin = needs("pingouin")
    row = agreement_in_units(balanced, "unit", columns=["y"]).to_frame().iloc[0]
    told = pingouin.intraclass_corr(balanced, targets="unit", raters="rater", ratings="y")
    # the one-way ones come first and fourth, under whatever name
    for position, name in ((0, "icc1"), (3, "icc2")):
        other = told.iloc[position]
        assert row[name] == pytest.approx(other["ICC"], abs=1e-10)
        assert (row["statistic"], row["df1"], row["df2"]) == pytest.approx(
            (other["F"], other["df1"], other["df2"]), abs=1e-10
        )
        interval = next(other[key] for key in ("CI95%", "CI95") if key in other)
        ends = row[f"{name}_ci_low"], row[f"{name}_ci_high"]
        np.testing.assert_allclose(ends, interval, rtol=0, atol=0.0051)  # printed with two decimals


def test_gaps_of_customers_by_level(customers):
    scores = sq.gap_scores(customers)
    found = agreement_in_units(scores, "unit", firm="firm")
    table = found.to_frame()
    assert table["level"].tolist() == ["item"] * 10 + ["dimension"] * 5 + ["overall"]
    _, codes = np.unique(customers.frame.pandas(["unit"])["unit"], return_inverse=True)
    anova = one_way(scores.dimensions["reliability"].to_numpy(), codes)
    row = table[(table["level"] == "dimension") & (table["dimension"] == "reliability")].iloc[0]
    assert (row["icc1"], row["icc2"]) == pytest.approx(intraclass(anova), abs=1e-12)
    assert row["icc1_ci_low"] < row["icc1"] < row["icc1_ci_high"]
    shares = table[["share_firm", "share_unit", "share_person"]]
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert row["n_single"] == 1
    assert found.problems == (
        "1 of 40 units have one answer only; they count among the unit means and add nothing to "
        "what varies within units.",
    )
    assert found.title().startswith("Agreement within units (unit), gaps (P − E), SERVQUAL")
    assert found.title().endswith("40 units in 5 firms")


def test_managers_guesses_and_perceptions_know_what_they_are(customers, managers):
    guesses = agreement_in_units(managers, "unit")
    assert "expectations" in guesses.title()
    expected = agreement_in_units(managers, "unit", of="expectation")
    assert guesses == expected
    perceived = agreement_in_units(sq.perception_scores(customers), "unit")
    role = agreement_in_units(customers, "unit", of="perception")
    pd.testing.assert_frame_equal(perceived.to_frame(), role.to_frame())


def test_interval_is_at_the_confidence_asked_for(balanced):
    wide, narrow = (
        agreement_in_units(balanced, "unit", columns=["y"], confidence=level).to_frame().iloc[0]
        for level in (0.99, 0.8)
    )
    assert wide["icc1_ci_low"] < narrow["icc1_ci_low"] < narrow["icc1_ci_high"]
    assert narrow["icc1_ci_high"] < wide["icc1_ci_high"]


@FEW
def test_what_cannot_be_said_is_nan_with_a_reason():
    frame = pd.DataFrame(
        {"u": ["a", "a", "b", "c"], "f": ["x", "x", "x", "y"], "equal": [1, 1, 2, 3],
         "blank": [1.0, np.nan, 2, 3], "fine": [1, 2, 4, 6]}
    )  # fmt: skip
    found = agreement_in_units(frame, "u", firm="f", columns=["equal", "blank", "fine"])
    table = found.to_frame().set_index("column")
    assert table.loc[["equal", "blank"], ["icc1", "icc1_ci_low", "p_value"]].isna().all(axis=None)
    assert table.loc["fine", ["icc1", "icc1_ci_low", "p_value"]].notna().all()
    assert table["n_single"].tolist() == [2, 3, 2]
    single, one, equal, *_ = found.problems
    assert single.startswith("2 of 3 units have one answer only")
    assert one.endswith("no unit with two answers: 'blank'.")
    assert equal == "No ICC, because nobody in a unit differs from the others: 'equal'."


@FEW
def test_people_of_no_unit_are_left_out():
    frame = pd.DataFrame({"u": ["a", "a", "b", "b", None], "y": [1, 2, 4, 6, 99]})
    with pytest.warns(sq.MissingResponseWarning, match="1 of 5 belong to no known unit"):
        found = agreement_in_units(frame, "u", columns=["y"])
    other = agreement_in_units(frame[:4], "u", columns=["y"])
    pd.testing.assert_frame_equal(found.to_frame(), other.to_frame())
    assert found.n == 4


def test_bad_input_is_told(customers, staff):
    bind = {**sq.load_dataset("chain_customers").attrs["bind"], "weights": "respondent"}
    weighted = sq.Responses.from_frame(
        customers.frame.data.to_native(), sq.load_instrument("servqual-1991"), **bind
    )
    with pytest.raises(sq.ResponseError, match="not defined under sampling weights"):
        agreement_in_units(sq.gap_scores(weighted), "unit")
    with pytest.raises(sq.ResponseError, match="of must be one of the bound roles"):
        agreement_in_units(customers, "unit")
    with pytest.raises(sq.ResponseError, match=r"of='expectation' goes with Responses"):
        agreement_in_units(sq.gap_scores(customers), "unit", of="expectation")
    with pytest.raises(sq.ResponseError, match="columns= goes with a plain frame"):
        agreement_in_units(customers, "unit", columns=["E1"])
    with pytest.raises(sq.ResponseError, match="Name the columns to analyse"):
        agreement_in_units(staff, "unit")
    zone = sq.Instrument(
        name="zone",
        scale=(1, 7),
        dimensions={"care": ("1",)},
        roles=("minimum", "expectation", "perception"),
    )
    asked = pd.DataFrame({"M1": [2, 3], "E1": [6, 7], "P1": [4, 5], "u": ["a", "b"]})
    tolerance = sq.tolerance_scores(sq.Responses.from_frame(asked, zone))
    with pytest.raises(TypeError, match="Responses or a frame, not ToleranceScores"):
        agreement_in_units(tolerance, "u")
    with pytest.raises(sq.ResponseError, match=r"'abilty_empathy'.*Did you mean 'ability_empathy'"):
        agreement_in_units(staff, "unit", columns=["abilty_empathy"])
    with pytest.raises(sq.ResponseError, match="'branch'"):
        agreement_in_units(staff, "branch", columns=["ability_empathy"])
