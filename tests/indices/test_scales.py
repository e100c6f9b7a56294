"""From weighted answers to 0-100."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import ModelError, ResponseError
from servqual.indices._scales import Ends, check_ends, coefficients, ends_of, span

# Outer weights of satisfaction in the mobile phone survey, by the path weighting scheme.
MOBI = np.array([0.36486486, 0.38315604, 0.45096120])
TEN = Ends(low=np.ones(3), high=np.full(3, 10.0))
sizes = st.integers(1, 6)


def index(weights, ends, answers):
    slopes, constant = coefficients(np.asarray(weights, dtype=float), ends)
    return float(slopes @ answers + constant)


def test_the_form_of_the_american_index():
    answers = np.array([7.4, 6.9, 6.1])
    shares = MOBI / MOBI.sum()
    by_hand = (shares @ (answers - 1)) / 9 * 100
    assert index(MOBI, TEN, answers) == pytest.approx(by_hand, abs=1e-12)


@given(data=st.data(), k=sizes, sign=st.sampled_from([1, -1]))
def test_lowest_answers_give_0_and_highest_100(data, k, sign):
    weights = data.draw(st.lists(st.floats(0.01, 50), min_size=k, max_size=k))
    low = np.array(data.draw(st.lists(st.integers(-5, 5), min_size=k, max_size=k)), dtype=float)
    width = data.draw(st.lists(st.integers(1, 100), min_size=k, max_size=k))
    ends = Ends(low=low, high=low + width)
    signed = sign * np.array(weights)
    assert index(signed, ends, ends.low) == pytest.approx(0, abs=1e-9)
    assert index(signed, ends, ends.high) == pytest.approx(100, abs=1e-9)
    share = np.array(data.draw(st.lists(st.floats(0, 1), min_size=k, max_size=k)))
    assert -1e-9 <= index(signed, ends, ends.low + share * width) <= 100 + 1e-9


@given(
    weights=st.lists(st.floats(0.1, 5), min_size=3, max_size=3),
    by=st.lists(st.floats(0.1, 10), min_size=3, max_size=3),
    shift=st.lists(st.floats(-5, 5), min_size=3, max_size=3),
)
def test_items_in_other_units_give_the_same_index(weights, by, shift):
    answers = np.array([3.0, 8.0, 5.5])
    by, shift = np.array(by), np.array(shift)
    other = Ends(low=TEN.low * by + shift, high=TEN.high * by + shift)
    there = index(np.array(weights) / by, other, answers * by + shift)
    assert there == pytest.approx(index(weights, TEN, answers), abs=1e-8)


def test_weights_of_both_signs_give_no_index():
    weights = np.array([[1.0, 1.0, 1.0], [2.0, -0.1, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 2.0]])
    assert np.isnan(span(weights, TEN)).tolist() == [False, True, True, False]


def test_scales_by_construct_and_item():
    items = {"SAT": ["s1", "s2"], "LOY": ["l1", "l2"], "left": ["left"]}
    found = ends_of({"SAT": (1, 10), "s2": (0, 10), "l1": (1, 5), "left": (0, 1)}, items)
    assert found["SAT"].low.tolist() == [1, 0]
    assert found["left"].high.tolist() == [1]
    assert "LOY" not in found  # l2 has none
    assert ends_of((1, 5), items)["LOY"].high.tolist() == [5, 5]


@pytest.mark.parametrize(
    ("scale", "error", "message"),
    [
        ({"satisfied": (1, 10)}, ModelError, r"names 'satisfied', .*Did you mean 'satisfaction'"),
        ({"satisfaction": (10, 1)}, ValueError, "lowest and the highest"),
        ((1, 1), ValueError, "lowest and the highest"),
    ],
)
def test_what_is_no_scale_is_refused(scale, error, message):
    with pytest.raises(error, match=message):
        ends_of(scale, {"satisfaction": ["s1"]})


def test_answers_off_their_scale_are_counted():
    rows = np.array([[1.0, 5.0, 10.0], [0.0, 11.0, 3.0], [2.0, 12.0, 3.0]])
    with pytest.raises(ResponseError, match=r"3 answers are off.*column 'b': 11 is not between 1"):
        check_ends(rows[:, [1, 0, 2]], TEN, ["b", "a", "c"])
    check_ends(rows[:1], TEN, ["a", "b", "c"])
