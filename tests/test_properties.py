"""What must hold of every survey, not of an example."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import servqual as sq
from servqual import arrays as door
from tests.helpers import needs

DIMENSIONS = {"care": ("1", "2"), "speed": ("3", "4", "5")}
ITEMS = "12345"
MEMBERS = [[0, 1], [2, 3, 4]]
LOW, HIGH = 1, 7


def instrument(dimensions=None, **more):
    return sq.Instrument(
        name="trio", scale=(LOW, HIGH), dimensions=dimensions or DIMENSIONS, **more
    )


@st.composite
def surveys(draw, roles="EP", high=HIGH):
    n = draw(st.integers(2, 12))
    kinds = st.sampled_from([np.int8, np.uint8, np.int64, np.float64])
    values = arrays(np.int8, (n, len(roles) * 5), elements=st.integers(LOW, high))
    table = draw(values).astype(draw(kinds))
    return pd.DataFrame(table, columns=[f"{role}{item}" for role in roles for item in ITEMS])


def scores_of(frame, about=None, **asked):
    return sq.gap_scores(sq.Responses.from_frame(frame, about or instrument()), **asked)


def assert_same(one, other, sign=1, **tolerance):
    tolerance = {"atol": 1e-12, "rtol": 0, **tolerance}
    np.testing.assert_allclose(one.items, sign * other.items, **tolerance)
    np.testing.assert_allclose(one.dimensions, sign * other.dimensions, **tolerance)
    np.testing.assert_allclose(one.overall, sign * other.overall, **tolerance)
    np.testing.assert_allclose(one.to_frame()["gap"], sign * other.to_frame()["gap"], **tolerance)
    np.testing.assert_allclose(one.to_frame()["sd_gap"], other.to_frame()["sd_gap"], atol=1e-9)


@given(surveys())
def test_swapping_expectation_and_perception_flips_every_gap(frame):
    swapped = sq.Responses.from_frame(frame, instrument(), expectation="P{}", perception="E{}")
    one, other = scores_of(frame), sq.gap_scores(swapped)
    assert_same(one, other, sign=-1)
    table, flipped = one.to_frame(), other.to_frame()
    np.testing.assert_allclose(table["ci_low"], -flipped["ci_high"], atol=1e-12)


@given(surveys(high=5), st.integers(1, 2))
def test_adding_a_constant_to_both_changes_nothing(frame, constant):
    assert_same(scores_of(frame), scores_of((frame + constant).astype(frame.dtypes)))


@given(surveys(), st.permutations(ITEMS[2:]))
def test_permuting_items_in_a_dimension_changes_nothing(frame, order):
    permuted = instrument({"care": ("2", "1"), "speed": tuple(order)})
    one, other = scores_of(frame), scores_of(frame, permuted)
    np.testing.assert_allclose(one.dimensions, other.dimensions, atol=1e-12)
    np.testing.assert_allclose(one.overall, other.overall, atol=1e-12)
    np.testing.assert_array_equal(one.items, other.items[list(ITEMS)])


@given(surveys(), st.integers(1, 100))
def test_equal_importance_equals_none(frame, weight):
    equal = scores_of(frame, importance={"care": weight, "speed": weight})
    np.testing.assert_allclose(equal.overall, equal.overall_unweighted, atol=1e-12)
    by_item = scores_of(
        frame, importance=dict.fromkeys(ITEMS, weight), importance_at="item", overall="items"
    )
    np.testing.assert_allclose(by_item.overall, by_item.overall_unweighted, atol=1e-12)


@given(surveys(), st.tuples(st.integers(1, 50), st.integers(1, 50)), st.integers(2, 9))
def test_importance_times_a_constant_changes_nothing(frame, weights, constant):
    one = scores_of(frame, importance=dict(zip(DIMENSIONS, weights, strict=True)))
    scaled = [weight * constant for weight in weights]
    other = scores_of(frame, importance=dict(zip(DIMENSIONS, scaled, strict=True)))
    np.testing.assert_allclose(one.overall, other.overall, atol=1e-12)


@given(surveys())
def test_gaps_lie_within_the_scale(frame):
    scores = scores_of(frame)
    for values in (scores.items, scores.dimensions, scores.overall):
        assert (np.abs(values) <= HIGH - LOW).all(axis=None)


@given(surveys(roles="MEP"), st.sampled_from(["keep", "set_aside"]))
def test_adequacy_minus_superiority_is_the_width(frame, inversions):
    zone = instrument(roles=("minimum", "expectation", "perception"))
    scores = sq.tolerance_scores(sq.Responses.from_frame(frame, zone), inversions=inversions)
    table = scores.to_frame()
    np.testing.assert_allclose(table["adequacy"] - table["superiority"], table["width"], atol=1e-12)
    places = ["below", "at_minimum", "inside", "at_desired", "above", "at_both"]
    shares = table[places].sum(axis=1)
    assert ((shares - 1).abs() < 1e-12)[table["inverted"] < 1].all()


@given(surveys())
def test_the_frame_door_is_the_array_door(frame):
    scores = scores_of(frame)
    p, e = frame.filter(like="P").to_numpy(), frame.filter(like="E").to_numpy()
    items = door.gap(perception=p, expectation=e)
    np.testing.assert_array_equal(scores.items, items)
    np.testing.assert_allclose(scores.dimensions, door.dimension_means(items, MEMBERS), atol=1e-12)
    np.testing.assert_allclose(
        scores.overall, door.overall(door.dimension_means(items, MEMBERS)), atol=1e-12
    )
    fast = door.score_gaps(perception=p, expectation=e, dimensions=MEMBERS)
    table = scores.to_frame()
    np.testing.assert_allclose(table["gap"][:5], fast.item_mean, atol=1e-12)
    np.testing.assert_allclose(table["sd_gap"][5:7], fast.dimension_sd, atol=1e-12)


@given(surveys())
def test_pandas_polars_and_pyarrow_agree(frame):
    pl, pa = needs("polars"), needs("pyarrow")
    expected = scores_of(frame)
    for other in (pl.from_pandas(frame), pa.Table.from_pandas(frame)):
        scores = scores_of(other)
        assert_same(scores, expected, atol=0)
        pd.testing.assert_frame_equal(scores.to_frame(), expected.to_frame())


@given(surveys())
def test_listwise_of_complete_data_is_available(frame):
    about = instrument()
    listwise = sq.gap_scores(sq.Responses.from_frame(frame, about))
    available = sq.gap_scores(sq.Responses.from_frame(frame, about, missing="available"))
    pd.testing.assert_frame_equal(listwise.to_frame(), available.to_frame())
    pd.testing.assert_frame_equal(listwise.dimensions, available.dimensions)


@given(surveys(), st.data())
def test_scoring_some_rows_is_some_rows_of_the_score(frame, data):
    rows = data.draw(st.lists(st.integers(0, len(frame) - 1), min_size=2, unique=True))
    whole, part = scores_of(frame), scores_of(frame.iloc[rows])
    pd.testing.assert_frame_equal(whole.items.iloc[rows], part.items, check_dtype=False)
    pd.testing.assert_frame_equal(whole.dimensions.iloc[rows], part.dimensions)


@given(surveys(), st.data())
@pytest.mark.filterwarnings("ignore::servqual.errors.MissingResponseWarning")
def test_listwise_with_holes_is_the_score_of_the_complete_rows(frame, data):
    holes = data.draw(arrays(np.bool_, frame.shape, elements=st.sampled_from([False] * 9 + [True])))
    complete = ~holes.any(axis=1)
    if complete.sum() < 2 or holes.all(axis=0).any():
        return
    punched = frame.astype(float).mask(holes)
    assert_same(scores_of(punched), scores_of(frame[complete]))


@given(surveys(), st.lists(st.integers(1, 4), min_size=12, max_size=12))
def test_whole_sampling_weights_give_the_mean_of_repeated_rows(frame, weights):
    weights = weights[: len(frame)]
    answers = sq.Responses.from_frame(frame, instrument(), weights=np.array(weights, dtype=float))
    repeated = frame.loc[frame.index.repeat(weights)]
    np.testing.assert_allclose(
        sq.gap_scores(answers).to_frame()["gap"], scores_of(repeated).to_frame()["gap"], atol=1e-12
    )


@settings(max_examples=30)
@given(surveys(), st.sets(st.sampled_from(ITEMS)))
def test_reverse_keying_is_its_own_inverse(frame, keyed):
    raw = frame.copy()
    for role in "EP":
        for item in keyed:
            raw[f"{role}{item}"] = (LOW + HIGH - raw[f"{role}{item}"]).astype(raw.dtypes.iloc[0])
    about = instrument(reverse=tuple(sorted(keyed)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("servqual.responses.warn", lambda *_: None)
        assert_same(scores_of(raw, about), scores_of(frame))
