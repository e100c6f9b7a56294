"""The customer satisfaction score and the customer effort score."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.scorecards.effort import customer_effort_score
from servqual.scorecards.proportions import proportion
from servqual.scorecards.satisfaction import customer_satisfaction_score

REFERENCE = Path(__file__).parents[1] / "reference"


@settings(max_examples=20)
@given(st.lists(st.integers(1, 7), min_size=2, max_size=40), st.integers(1, 6))
def test_it_is_the_proportion_of_the_highest_answers(x, top):
    card = customer_satisfaction_score(x, scale=(1, 7), top=top)
    plain = proportion([one > 7 - top for one in x])
    assert card.estimate == pytest.approx(100 * plain.estimate, abs=1e-9)
    assert (card.ci_low, card.ci_high) == pytest.approx((100 * plain.ci_low, 100 * plain.ci_high))
    assert card.mean == pytest.approx(np.mean(x))
    if top < 6:
        wider = customer_satisfaction_score(x, scale=(1, 7), top=top + 1)
        assert wider.estimate >= card.estimate - 1e-9


def weighted():
    frame = sq.load_dataset("after_sales").dropna(subset=["recommend", "csat", "effort"])
    weights = np.array([0.5, 1, 1, 2, 3.5])[(frame["respondent"] % 5).astype(int)]
    table = pd.read_csv(REFERENCE / "scorecards_weighted.csv").set_index("of")
    return frame, weights, table


def test_weighted_scores_are_those_of_r():
    frame, weights, expected = weighted()
    card = customer_satisfaction_score(frame["csat"], weights=weights)
    n = len(frame)
    assert card.estimate == pytest.approx(100 * expected.loc["top", "mean"], abs=1e-10)
    se = 100 * expected.loc["top", "se"] * np.sqrt((n - 1) / n)
    assert card.se == pytest.approx(se, abs=1e-10)
    effort = customer_effort_score(frame["effort"], version=2, weights=weights)
    assert effort.estimate == pytest.approx(expected.loc["effort", "mean"], abs=1e-12)
    assert effort.se == pytest.approx(expected.loc["effort", "se"], abs=1e-12)


def test_titles_name_scale_and_version():
    card = customer_satisfaction_score(pd.Series([5, 4, 1], name="csat"), target=60)
    assert card.title().startswith(
        "Customer satisfaction score (percent of answers 4-5 on 1-5), csat: n = 3;"
    )
    assert "low is good" in customer_effort_score([1, 2, 5], version=1).title()
    assert "high is good" in customer_effort_score([1, 2, 7], version=2).title()


@pytest.mark.parametrize("scale", [(5, 1), (1,), (1, 2.5), (1, 1)])
def test_bad_scales_are_refused(scale):
    with pytest.raises(ValueError, match="scale must be"):
        customer_satisfaction_score([1], scale=scale)


@pytest.mark.parametrize("top", [0, 5, 1.5])
def test_bad_tops_are_refused(top):
    with pytest.raises(ValueError, match="top must be a whole number from 1 to 4"):
        customer_satisfaction_score([1, 2], top=top)


def test_answers_off_the_scale_are_refused():
    with pytest.raises(sq.ResponseError, match=r"from 1 to 5: 6 \(2 times\), 0 \(1 times\)"):
        customer_satisfaction_score([6, 6, 0, 4])
    with pytest.raises(sq.ResponseError, match="from 1 to 5: 7"):
        customer_effort_score([7, 1], version=1)


def test_the_version_is_asked_for():
    with pytest.raises(TypeError, match="version"):
        customer_effort_score([1, 2])
    with pytest.raises(ValueError, match="low is good"):
        customer_effort_score([1, 2], version=3)


def test_effort_is_a_mean_with_the_share_that_agrees():
    card = customer_effort_score([7, 6, 5, 4, 6, 2], version=2, by=list("aabbbb"), target=4)
    assert card.estimate == card.mean == 5
    assert card.agree == pytest.approx(400 / 6)
    table = card.to_frame()
    assert table["agree"].tolist() == pytest.approx([400 / 6, 100, 50])
    assert table["difference"].tolist() == pytest.approx([1, 2.5, 0.25])
    one = customer_effort_score([1, 2, 5], version=1)
    assert np.isnan(one.agree)
    assert "agree" not in one.to_frame()


def test_answers_that_are_alike_have_no_interval_of_the_mean():
    card = customer_effort_score([4, 4, 4, 4, 5, 6], version=2, by=list("aaabbb"))
    row = card.to_frame().set_index("group").loc["a"]
    assert row["estimate"] == 4
    assert row[["se", "ci_low", "difference_rest_ci_low", "p_value_rest"]].isna().all()
    assert any("alike" in problem for problem in card.problems)


@pytest.mark.parametrize(
    "card",
    [
        customer_satisfaction_score([5, 4, 1, 2], by=list("aabb")),
        customer_effort_score([5, 4, 1, 2], version=2, by=list("aabb")),
    ],
    ids=["satisfaction", "effort"],
)
def test_they_pickle(card):
    assert pickle.loads(pickle.dumps(card)) == card
    assert type(pickle.loads(pickle.dumps(card))) is type(card)
