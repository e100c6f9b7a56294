import numpy as np
import pytest

from servqual.arrays import dimension_means, gap, overall, score_gaps, tolerance


def test_gap_is_perception_minus_expectation():
    assert gap(perception=[1, 7], expectation=[7, 1]).tolist() == [-6, 6]


@pytest.mark.parametrize("kind", ["uint8", "int8", "int16", "uint16", "int64", "float32"])
def test_gap_never_wraps(kind):
    low, high = np.array([0, 100], dtype=kind), np.array([100, 0], dtype=kind)
    assert gap(perception=low, expectation=high).tolist() == [-100, 100]


def test_gap_of_the_widest_unsigned_type():
    low, high = np.array([0], dtype=np.uint8), np.array([255], dtype=np.uint8)
    assert gap(perception=low, expectation=high).tolist() == [-255]


def test_gap_of_nothing_and_of_missing():
    assert gap(perception=[], expectation=[]).shape == (0,)
    assert np.isnan(gap(perception=[np.nan], expectation=[1.0]))[0]


def test_a_swap_is_impossible_by_position():
    with pytest.raises(TypeError):
        gap([1], [2])
    with pytest.raises(TypeError):
        tolerance([1], [2], [3])


def test_gap_does_not_change_its_input():
    p = np.array([[5.0, np.nan]])
    before = p.copy()
    gap(perception=p, expectation=[[1, 2]])
    np.testing.assert_array_equal(p, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gap(perception=[1, 2], expectation=[1]), r"perception \(2,\), expectation \(1,\)"),
        (lambda: gap(perception=["a"], expectation=[1]), "perception must be real numbers"),
        (lambda: gap(perception=[True], expectation=[1]), "must be real numbers, not bool"),
        (lambda: dimension_means([1, 2], [[0]]), "scores must be of shape"),
        (lambda: dimension_means([[1, 2]], [[0, 2]]), r"some of 0 to 1"),
        (lambda: dimension_means([[1, 2]], [[-1]]), r"dimension 0 names columns \[-1\]"),
        (lambda: dimension_means([[1, 2]], [[0], []]), "dimension 1"),
        (lambda: dimension_means([[1, 2]], []), "at least one dimension"),
        (lambda: overall([[1, 2]], [1, 2, 3]), r"importance must be of shape \(2,\) or \(1, 2\)"),
        (lambda: overall([[1, 2]], [1, -2]), "must not be negative"),
        (
            lambda: score_gaps(perception=[[np.nan]], expectation=[[1.0]], dimensions=[[0]]),
            "perception holds 1 NaN",
        ),
        (
            lambda: score_gaps(
                perception=np.empty((0, 1)), expectation=np.empty((0, 1)), dimensions=[[0]]
            ),
            "no rows",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_dimension_means_take_positions_or_a_mapping():
    scores = [[1, 2, 6], [3, 4, 0]]
    expected = [[1.5, 6], [3.5, 0]]
    assert dimension_means(scores, [[0, 1], [2]]).tolist() == expected
    assert dimension_means(scores, {"a": [0, 1], "b": (2,)}).tolist() == expected


def test_overall_by_common_and_by_own_weights():
    gaps = np.array([[-1.0, -3.0], [-2.0, 0.0]])
    assert overall(gaps).tolist() == [-2, -1]
    assert overall(gaps, [3, 1]).tolist() == [-1.5, -1.5]
    assert overall(gaps, [[1, 0], [0, 5]]).tolist() == [-1, 0]
    np.testing.assert_array_equal(overall(gaps, [[0, 0], [1, 1]]), [np.nan, -1])


def test_tolerance_width_is_the_difference(rng):
    low, high, p = rng.integers(1, 10, (3, 50, 4))
    zone = tolerance(minimum=low, desired=high, perception=p)
    np.testing.assert_array_equal(zone.adequacy - zone.superiority, zone.width)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int64", "float64"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_score_gaps_equals_the_parts(rng, kind, order):
    p = rng.integers(1, 8, (5000, 6)).astype(kind, order=order)
    e = rng.integers(1, 8, (5000, 6)).astype(kind, order=order)
    members = [[0, 1], [2, 3, 4, 5]]
    for importance in (None, [3, 1], rng.integers(1, 99, (5000, 2))):
        scored = score_gaps(perception=p, expectation=e, dimensions=members, importance=importance)
        items = gap(perception=p, expectation=e)
        dimensions = dimension_means(items, members)
        total = overall(dimensions, importance)
        np.testing.assert_array_equal(scored.items, items)
        np.testing.assert_allclose(scored.dimensions, dimensions, atol=1e-12)
        np.testing.assert_allclose(scored.overall, total, atol=1e-12)
        np.testing.assert_allclose(scored.item_mean, items.mean(axis=0), atol=1e-12)
        np.testing.assert_allclose(scored.item_sd, items.std(axis=0, ddof=1), rtol=1e-10)
        np.testing.assert_allclose(scored.dimension_mean, dimensions.mean(axis=0), atol=1e-12)
        np.testing.assert_allclose(scored.dimension_sd, dimensions.std(axis=0, ddof=1), rtol=1e-10)
        assert scored.overall_mean == pytest.approx(total.mean(), abs=1e-12)
        assert scored.overall_sd == pytest.approx(total.std(ddof=1), rel=1e-10)
