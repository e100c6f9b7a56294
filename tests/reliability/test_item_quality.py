"""Item statistics against psych and SciPy, wrong keys, weights, bad input."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import skew

import servqual as sq
from servqual.reliability.item_quality import item_analysis
from tests.helpers import needs

REFERENCE = Path(__file__).parents[1] / "reference"
BY_R = json.loads((REFERENCE / "reliability.json").read_text())["items"]


@pytest.fixture(scope="module")
def scores():
    survey = pd.read_csv(REFERENCE / "servqual_300.csv")
    return sq.gap_scores(sq.Responses.from_frame(survey, sq.load_instrument("servqual-1991")))


@pytest.fixture
def likert(rng):
    latent = rng.standard_normal((60, 1)) + rng.standard_normal((60, 4))
    values = np.clip(np.round(latent + 3.5), 1, 5)
    return pd.DataFrame(values, columns=list("abcd"))


def test_psych_agrees_on_every_item(scores):
    table = item_analysis(scores).to_frame().set_index("item")
    by_psych = json.loads((REFERENCE / "alpha_300.json").read_text())
    dropped = [row for one in by_psych.values() for row in one["alpha.drop"]]
    stats = [row for one in by_psych.values() for row in one["item.stats"]]
    assert [row["item"] for row in dropped] == [f"G{item}" for item in table.index]
    for ours, theirs, rows in (
        ("alpha_if_deleted", "raw_alpha", dropped),
        ("r_drop", "r.drop", stats),
        ("mean", "mean", stats),
        ("sd", "sd", stats),
    ):
        expected = [row[theirs] for row in rows]
        np.testing.assert_allclose(table[ours], expected, rtol=0, atol=1e-10)
    np.testing.assert_allclose(table["skew"], BY_R["skew"], rtol=0, atol=1e-10)
    reliability = table.loc[table["dimension"] == "reliability", "smc"]
    np.testing.assert_allclose(reliability, BY_R["smc"], rtol=0, atol=1e-10)


def test_attitude_as_printed_by_psych():
    table = item_analysis(pd.read_csv(REFERENCE / "attitude.csv")).to_frame()
    printed = [0.809760, 0.796917, 0.827848, 0.803031, 0.795387, 0.863872, 0.840465]
    np.testing.assert_allclose(table["alpha_if_deleted"], printed, rtol=0, atol=5.1e-7)


def test_skewness_is_that_of_spss(likert):
    found = item_analysis(likert).to_frame()["skew"]
    np.testing.assert_allclose(found, skew(likert, bias=False), rtol=1e-12)


def test_shares_at_the_ends(likert):
    table = item_analysis(likert, scale=(1, 5)).to_frame()
    np.testing.assert_allclose(table["floor"], (likert == 1).mean(), rtol=1e-14)
    np.testing.assert_allclose(table["ceiling"], (likert == 5).mean(), rtol=1e-14)
    assert (
        "floor and ceiling = shares of answers at 1 and at 5."
        in item_analysis(likert, scale=(1, 5)).notes()
    )


def test_a_gap_has_the_ends_of_a_difference(scores):
    assert item_analysis(scores).scale == (-6, 6)
    of_expectations = item_analysis(scores, "expectation")
    assert of_expectations.scale == (1, 7)
    expected = (scores.answers("expectation") == 7).mean()
    np.testing.assert_allclose(of_expectations.to_frame()["ceiling"], expected, rtol=1e-14)


def test_wrong_key_is_named_with_its_value(likert):
    result = item_analysis(likert.assign(c=6 - likert["c"]))
    assert result.keyed_wrong == ("c",)
    r = result.to_frame().set_index("item").loc["c", "r_drop"]
    (note,) = [note for note in result.notes() if "keyed the other way" in note]
    assert note.startswith(
        f"c runs against its dimension scale (corrected item-total correlation {r:.2f})"
    )
    assert not item_analysis(likert).keyed_wrong


def test_weights_count_as_rows_do(likert):
    weights = np.where(np.arange(60) < 25, 3.0, 1.0)
    weighted = item_analysis(sq.Sample.from_frame(likert, weights=weights), scale=(1, 5)).to_frame()
    copied = pd.concat([likert, likert[:25], likert[:25]])
    plain = item_analysis(copied, scale=(1, 5)).to_frame()
    for name in ("mean", "floor", "ceiling", "r_drop", "smc", "alpha_if_deleted"):
        np.testing.assert_allclose(weighted[name], plain[name], rtol=1e-10)
    assert (weighted["n"] == 60).all()


def test_moments_give_all_but_what_needs_rows(likert):
    whole = item_analysis(likert)
    result = item_analysis(sq.Sample.from_frame(likert).moments())
    table = result.to_frame()
    assert table[["skew", "floor", "ceiling"]].isna().all().all()
    pd.testing.assert_series_equal(table["r_drop"], whole.to_frame()["r_drop"])
    assert "skew, floor, ceiling: they need the answers themselves." in result.problems


def test_unknown_ends_are_said(likert):
    assert any("give scale=(low, high)" in problem for problem in item_analysis(likert).problems)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"a": 3.0}, "no variance in a"),
        ({"a": lambda f: f["b"]}, "a = b"),
    ],
)
def test_problem_items_leave_the_other_dimension_alone(likert, change, says):
    result = item_analysis(
        likert.assign(**change), dimensions={"bad": ("a", "b"), "good": ("c", "d")}
    )
    table = result.to_frame().set_index("dimension")
    assert table.loc["bad", ["r_drop", "smc", "alpha_if_deleted"]].isna().all().all()
    assert table.loc["bad", "mean"].notna().all()
    assert table.loc["good", "r_drop"].notna().all()
    assert any(says in problem for problem in result.problems)


def test_constant_item_has_no_skewness(likert):
    table = item_analysis(likert.assign(a=0.1)).to_frame()
    assert np.isnan(table["skew"][0])
    assert table["sd"][0] == 0


def test_dimensions_of_one_and_two_items(likert):
    result = item_analysis(likert[["a", "b", "c"]], dimensions={"one": ("a",), "two": ("b", "c")})
    table = result.to_frame()
    assert np.isnan(table["r_drop"][0])
    r = likert[["b", "c"]].corr().iloc[0, 1]
    np.testing.assert_allclose(table["r_drop"][1:], [r, r], rtol=1e-12)
    assert table["alpha_if_deleted"].isna().all()
    assert "two: no alpha_if_deleted, as one item would be left." in result.problems


def test_singular_dimension_has_no_smc(likert):
    result = item_analysis(likert.assign(total=likert.sum(axis=1)))
    assert result.to_frame()["smc"].isna().all()
    assert result.to_frame()["r_drop"].notna().all()
    assert "scale: no smc, as an item is a combination of the others." in result.problems


def test_three_respondents(likert):
    result = item_analysis(likert[:3])
    assert result.to_frame()[["r_drop", "alpha_if_deleted", "skew"]].isna().all().all()
    assert "scale: 3 respondents are too few." in result.problems


def test_answers_off_the_given_scale_are_refused(likert):
    with pytest.raises(sq.ResponseError, match=r"1 items have answers off the scale 1-5: 'a'"):
        item_analysis(likert.assign(a=[-99.0, *likert["a"][1:]]), scale=(1, 5))
    with pytest.raises(sq.ResponseError, match=r"scale must be \(lowest, highest\)"):
        item_analysis(likert, scale=(5, 1))


def test_a_result_is_a_value(likert):
    result = item_analysis(likert, scale=(1, 5))
    assert result == item_analysis(needs("polars").from_pandas(likert), scale=(1, 5))
    assert result != item_analysis(likert)
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert repr(again) == repr(result)
    assert "n = 60" in result.title()
