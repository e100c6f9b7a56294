"""Proportions of answers and of counts."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.scorecards.proportions import proportion
from tests.helpers import needs


@settings(max_examples=20)
@given(st.lists(st.booleans(), min_size=2, max_size=40), st.sampled_from(["wilson", "wald"]))
def test_answers_and_counts_give_the_same(truths, interval):
    answers = proportion(truths, interval=interval, target=0.4)
    counts = proportion(sum(truths), len(truths), interval=interval, target=0.4)
    pd.testing.assert_frame_equal(answers.to_frame(), counts.to_frame(), rtol=1e-10)
    numbers = proportion([int(one) for one in truths], interval=interval, target=0.4)
    pd.testing.assert_frame_equal(answers.to_frame(), numbers.to_frame())
    if interval == "wilson":
        assert 0 <= answers.ci_low <= answers.estimate <= answers.ci_high <= 1


def test_counts_by_group():
    card = proportion([3, 5, 1], [20, 40, 10], by=["a", "b", "a"], target=0.1)
    table = card.to_frame()
    assert table["successes"].tolist() == [9, 4, 5]
    assert table["n"].tolist() == [70, 30, 40]
    assert card.successes == 9
    assert card.estimate == pytest.approx(9 / 70)
    assert table["difference_rest"].iloc[1] == pytest.approx(4 / 30 - 5 / 40)


def test_groups_of_counts_are_those_of_the_answers():
    truths = [True] * 7 + [False] * 23
    by = ["a"] * 12 + ["b"] * 18
    answers = proportion(truths, by=by)
    counts = proportion([7, 0], [12, 18], by=["a", "b"])
    pd.testing.assert_frame_equal(answers.to_frame(), counts.to_frame(), rtol=1e-10)


def test_missing_truths_are_counted():
    with pytest.warns(sq.MissingResponseWarning, match="1 of 3"):
        card = proportion(pd.Series([True, None, False], dtype="boolean", name="solved"))
    assert (card.n, card.n_missing, card.estimate, card.name) == (2, 1, 0.5, "solved")
    pl = needs("polars")
    with pytest.warns(sq.MissingResponseWarning, match="1 of 3"):
        assert proportion(pl.Series([True, None, False])).estimate == 0.5


def test_nothing_but_successes_has_an_interval_and_no_error():
    card = proportion([True] * 10)
    assert np.isnan(card.se)
    assert (round(card.ci_low, 4), card.ci_high) == (0.7225, 1)
    assert any("alike" in problem for problem in card.problems)
    wald = proportion([True] * 10, interval="wald")
    assert np.isnan(wald.ci_low)


def test_weights_shift_the_share():
    card = proportion([1, 0, 1, 0], weights=[3, 1, 3, 1])
    assert card.estimate == 0.75
    assert card.successes == 2


@pytest.mark.parametrize(
    ("x", "n", "match"),
    [
        ([0, 1, 2], None, r"whole numbers from 0 to 1: 2 \(1 times\)"),
        (["yes", "no"], None, "text"),
        (5, 3, "5 of 3"),
        (-1, 3, "in x are not whole numbers from 0 up, the first being -1"),
        (1.5, 3, "first being 1.5"),
        ([1, 2], [3], "x has 2 counts, but n has 1"),
        (0, 0, "n is 0"),
        ("a", 3, "frame"),
    ],
)
def test_bad_counts_are_refused(x, n, match):
    with pytest.raises(sq.ResponseError, match=match):
        proportion(x, n)


def test_bad_options_are_refused():
    with pytest.raises(sq.ResponseError, match="weights go with answers"):
        proportion(1, 2, weights=[1])
    with pytest.raises(ValueError, match="between 0 and 1, not 80"):
        proportion(1, 2, target=80)
    with pytest.raises(ValueError, match="'wilson', 'wald', not 'exact'"):
        proportion(1, 2, interval="exact")


def test_it_pickles():
    card = proportion([3, 5], [20, 40], by=["a", "b"])
    assert pickle.loads(pickle.dumps(card)) == card
