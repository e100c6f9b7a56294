"""The net promoter score: published figure, properties, and what it refuses."""

import pickle
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.scorecards.net_promoter import net_promoter_score
from tests.helpers import needs

REFERENCE = Path(__file__).parents[1] / "reference"
answers = st.lists(st.integers(0, 10), min_size=2, max_size=40)


def score(x, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sq.ServqualWarning)
        return net_promoter_score(x, **options)


def test_published_example():
    """Half promoters, a sixth detractors, n = 324: score 1/3, standard error .0414087."""
    card = net_promoter_score([10] * 162 + [8] * 108 + [3] * 54)
    assert card.estimate == pytest.approx(100 / 3, abs=1e-12)
    assert card.se == pytest.approx(100 * np.sqrt(5 / 9 / 324), abs=1e-12)
    assert round(card.se / 100, 7) == 0.0414087
    assert (card.promoters, card.n) == (50, 324)
    assert card.passives == pytest.approx(100 / 3)
    assert card.detractors == pytest.approx(50 / 3)


@settings(max_examples=20)
@given(answers)
def test_it_is_the_mean_of_minus_100_0_and_100(x):
    card = score(x)
    scored = [100 if one >= 9 else -100 if one <= 6 else 0 for one in x]
    assert card.estimate == pytest.approx(np.mean(scored), abs=1e-9)
    if len(set(scored)) > 1:
        assert card.se == pytest.approx(np.std(scored) / np.sqrt(len(x)), rel=1e-12)
    else:
        assert np.isnan(card.se)
        assert any("alike" in problem for problem in card.problems)
    assert card.promoters + card.passives + card.detractors == pytest.approx(100)


@settings(max_examples=20)
@given(answers, st.sampled_from(["adjusted_wald", "score", "wald"]))
def test_another_promoter_never_lowers_it(x, interval):
    before, after = score(x, interval=interval), score([*x, 10], interval=interval)
    assert after.estimate >= before.estimate - 1e-9
    if interval == "adjusted_wald":
        assert after.ci_low >= before.ci_low - 1e-9


@settings(max_examples=20)
@given(answers, st.floats(0.1, 10), st.sampled_from(["adjusted_wald", "score", "wald"]))
def test_equal_weights_are_none(x, weight, interval):
    plain = score(x, interval=interval, target=10).to_frame()
    weighted = score(x, interval=interval, target=10, weights=[weight] * len(x)).to_frame()
    assert weighted["n_effective"].iloc[0] == pytest.approx(len(x))
    pd.testing.assert_frame_equal(weighted.drop(columns="n_effective"), plain, rtol=1e-7, atol=1e-7)


@settings(max_examples=20)
@given(answers)
def test_swapping_promoters_and_detractors_turns_it_round(x):
    mirror = {**dict.fromkeys(range(7), 10), 7: 7, 8: 8, 9: 0, 10: 0}
    one, other = score(x, interval="score"), score([mirror[i] for i in x], interval="score")
    assert one.estimate == pytest.approx(-other.estimate, abs=1e-9)
    assert one.ci_low == pytest.approx(-other.ci_high, abs=1e-6)


def test_weights_are_those_of_r():
    frame = sq.load_dataset("after_sales").dropna(subset=["recommend", "csat", "effort"])
    weights = np.array([0.5, 1, 1, 2, 3.5])[(frame["respondent"] % 5).astype(int)]
    expected = pd.read_csv(REFERENCE / "scorecards_weighted.csv").set_index("of").loc["net"]
    card = net_promoter_score(frame["recommend"], weights=weights)
    n = card.n
    assert n == expected["n"]
    assert card.estimate == pytest.approx(100 * expected["mean"], abs=1e-10)
    assert card.se == pytest.approx(100 * expected["se"] * np.sqrt((n - 1) / n), abs=1e-10)
    assert "n_effective" in card.to_frame()
    assert "sampling weights" in card.title()
    assert any("Korn & Graubard" in note for note in card.notes())


def test_a_target_is_compared_with():
    card = net_promoter_score([10] * 60 + [8] * 20 + [2] * 20, target=30)
    row = card.to_frame().iloc[0]
    assert row["difference"] == pytest.approx(10)
    assert row["difference_ci_low"] == pytest.approx(card.ci_low - 30)
    assert row["difference_ci_high"] == pytest.approx(card.ci_high - 30)
    assert 0.1 < row["p_value"] < 0.3


def test_groups_come_in_order_with_their_difference_to_the_rest():
    x = [10] * 30 + [8] * 10 + [2] * 20
    by = ["north"] * 20 + ["south"] * 30 + ["north"] * 10
    table = net_promoter_score(x, by=by).to_frame()
    assert table["group"].tolist() == ["", "north", "south"]
    assert table["level"].tolist() == ["overall", "group", "group"]
    assert table["n"].tolist() == [60, 30, 30]
    assert table["difference_rest"].iloc[1] == pytest.approx(
        table["estimate"].iloc[1] - table["estimate"].iloc[2]
    )
    assert table["difference_rest"].iloc[1] == pytest.approx(-table["difference_rest"].iloc[2])
    assert table["p_value_rest"].iloc[1] == pytest.approx(table["p_value_rest"].iloc[2])
    kinds = pd.Categorical(by, categories=["south", "west", "north"])
    ordered = net_promoter_score(x, by=pd.Series(kinds)).to_frame()
    assert ordered["group"].tolist() == ["", "south", "north"]


def test_a_group_of_one_and_a_group_of_none():
    x = [10, 9, 3, 8, 10, np.nan]
    with pytest.warns(sq.MissingResponseWarning, match="1 of 6 answers"):
        card = net_promoter_score(x, by=["a", "a", "a", "a", "b", "c"])
    table = card.to_frame().set_index("group")
    assert np.isnan(table.loc["b", "se"])
    assert np.isnan(table.loc["c", "estimate"])
    assert table.loc["c", "n_missing"] == 1
    text = " ".join(card.problems)
    assert "'b': one answer only" in text
    assert "'c': nobody answered" in text
    assert card.title().startswith("Net promoter score (−100 to 100): n = 5 of 6 (1 left out)")


def test_one_group_has_no_rest():
    card = net_promoter_score([10, 3, 8], by=["a", "a", "a"])
    assert card.to_frame()["difference_rest"].isna().all()
    assert any("there is no rest" in problem for problem in card.problems)


def test_those_without_a_group_count_among_all():
    with pytest.warns(sq.MissingResponseWarning, match="1 respondents have an answer but no group"):
        card = net_promoter_score([10, 3, 8, 9], by=["a", None, "b", "b"])
    assert card.to_frame()["n"].tolist() == [4, 1, 2]
    assert card.n_without_group == 1


def test_a_weight_of_zero_leaves_out():
    card = net_promoter_score([10, 3, 8, 9], weights=[1, 0, 1, 2])
    assert (card.n, card.n_without_weight, card.detractors) == (3, 1, 0)


@pytest.mark.parametrize(
    ("x", "parts"),
    [
        ([11, 9, 3], ["1 of 3 answers", "0 to 10: 11 (1 times)"]),
        ([9, 7.5, 7.5, 3], ["2 of 4 answers", "7.5 (2 times)", "first in row 1"]),
        ([9, -99, 3], ["-99 (1 times)", "not_applicable=(...)"]),
        ([9, np.inf], ["infinite"]),
        (["nine", "ten"], ["holds text", "'nine'"]),
        ([True, False], ["booleans"]),
        ([np.nan, np.nan], ["None of the 2 respondents answered"]),
        ([], ["None of the 0 respondents"]),
        ("recommend", ["frame['recommend']"]),
        (7, ["frame['recommend']"]),
        (None, ["frame['recommend']"]),
        ({"a": 3}, ["frame['recommend']"]),
        (pd.DataFrame({"a": [1], "b": [2]}), ["one column", "frame of 2"]),
        (np.ones((2, 2)), ["one column of answers, not 2"]),
    ],
)
def test_bad_answers_are_refused(x, parts):
    with pytest.raises(sq.ResponseError) as caught:
        net_promoter_score(x)
    assert all(part in str(caught.value) for part in parts), str(caught.value)


def test_codes_can_be_named():
    with pytest.warns(sq.MissingResponseWarning, match="1 of 4"):
        card = net_promoter_score([9, -99, 3, None], not_applicable=(-99,))
    assert (card.n, card.n_missing, card.n_not_applicable) == (2, 1, 1)
    assert any("does not apply" in note for note in card.notes())
    with pytest.raises(sq.ResponseError, match=r"names 9, which is an answer on the scale 0-10"):
        net_promoter_score([9, 3], not_applicable=(9,))


def test_answers_on_another_scale_are_doubted():
    with pytest.warns(sq.AdmissibilityWarning, match=r"No answer is above 5"):
        net_promoter_score([5, 4, 3, 5, 4, 2, 1, 5, 4, 3])


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"interval": "exact"}, ValueError, "'adjusted_wald', 'score', 'wald', not 'exact'"),
        ({"confidence": 95}, ValueError, r"such as 0.95, not 95"),
        ({"target": 130}, ValueError, "between -100 and 100, not 130"),
        ({"by": "branch"}, sq.ResponseError, r"frame\['branch'\]"),
        ({"by": ["a"]}, sq.ResponseError, "by has 1 rows, but there are 3"),
        ({"by": [None] * 3}, sq.ResponseError, "by names no group"),
        ({"by": pd.Series(["a"] * 3, index=[7, 8, 9])}, sq.ResponseError, "by.to_numpy"),
        ({"weights": "w"}, sq.ResponseError, r"frame\['w'\]"),
        ({"weights": [1, -1, 1]}, sq.ResponseError, "negative"),
        ({"weights": pd.Series([1.0] * 3, index=[7, 8, 9])}, sq.ResponseError, "index"),
    ],
)
def test_bad_options_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        net_promoter_score(pd.Series([9, 3, 8]), **options)


def test_one_answer_is_warned_of():
    with pytest.warns(sq.SmallSampleWarning, match="One answer only"):
        card = net_promoter_score([9])
    assert np.isnan(card.se)


def test_polars_and_pyarrow_give_the_same():
    pl, pa = needs("polars"), needs("pyarrow")
    x, by = [9, 10, 3, 8, 10, 2], ["a", "b", "a", "b", "a", "b"]
    expected = net_promoter_score(x, by=by, weights=[1, 2, 1, 2, 1, 1])
    polars = net_promoter_score(
        pl.Series("recommend", x), by=pl.Series(by), weights=pl.Series([1, 2, 1, 2, 1, 1])
    )
    pd.testing.assert_frame_equal(polars.to_frame(), expected.to_frame())
    assert polars.name == "recommend"
    arrow = net_promoter_score(pa.chunked_array([x]), by=pa.chunked_array([by]))
    assert arrow.estimate == net_promoter_score(x).estimate
    frame = pl.DataFrame({"recommend": x})
    assert net_promoter_score(frame).name == "recommend"


def test_it_pickles_compares_and_shows_itself():
    card = net_promoter_score([9, 10, 3, 8], by=["a", "b", "a", "b"], target=0)
    assert pickle.loads(pickle.dumps(card)) == card
    assert card != net_promoter_score([9, 10, 3, 9], by=["a", "b", "a", "b"], target=0)
    assert "95 % adjusted Wald interval" in repr(card)
    assert "Reichheld, 2003" in card._repr_html_()
    frame = card.to_frame()
    frame["n"] = 0
    assert card.n == 4


def test_input_is_not_changed():
    x = pd.Series([9, 10, np.nan, 8])
    before = x.copy()
    score(x)
    pd.testing.assert_series_equal(x, before)
