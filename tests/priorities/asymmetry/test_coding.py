"""Low and high answers as columns of a regression."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.priorities.asymmetry.coding import (
    ABSENT,
    code,
    find_cuts,
    independent,
    thirds,
    variance_inflation,
)

answers = st.lists(st.integers(1, 7), min_size=1, max_size=30)


@given(answers)
def test_thirds_are_as_near_as_equal_answers_allow(values):
    x = np.array(values, dtype=float)
    low, high = thirds(x, np.ones(len(x)))
    known = sorted(set(values))
    if len(known) < 3:
        assert np.isnan([low, high]).all()
        return

    def off(first, second):
        return abs((x <= first).mean() - 1 / 3) + abs((x >= second).mean() - 1 / 3)

    best = min(
        off(known[i], known[j])
        for i, j in itertools.combinations(range(len(known)), 2)
        if j > i + 1
    )
    assert off(low, high) == pytest.approx(best)
    assert ((x > low) & (x < high)).any()


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 3)), min_size=3, max_size=15))
def test_weights_are_repeated_answers(pairs):
    x, w = np.array(pairs, dtype=float).T
    repeated = np.repeat(x, w.astype(int))
    np.testing.assert_array_equal(thirds(x, w), thirds(repeated, np.ones(len(repeated))))


@given(answers, st.sampled_from([0.1, 0.7, 3.0]))
def test_units_of_weights_decide_nothing(values, weight):
    x = np.array(values, dtype=float)
    plain = thirds(x, np.ones(len(x)))
    np.testing.assert_array_equal(thirds(x, np.full(len(x), weight)), plain)


def test_of_groups_equally_near_a_third_the_smaller_is_taken_at_both_ends():
    x = np.repeat([1.0, 2, 3, 4, 5], [3, 4, 1, 4, 3])  # 3 and 7 of 15 are as far from 5
    assert thirds(x, np.ones(15)) == thirds(x, np.full(15, 0.1)) == (1, 5)


def test_dummies_mark_whole_groups_of_answers(rng):
    rows = rng.integers(1, 8, (90, 2)).astype(float)
    ones = np.ones(90)
    coded = code(rows, ones, "dummy", find_cuts(rows, ones, "dummy", (2, 6), 4.0))
    for j, x in enumerate(rows.T):
        low, high = coded.design[:, coded.at[j]].T
        np.testing.assert_array_equal(low, x <= 2)
        np.testing.assert_array_equal(high, x >= 6)
        assert (coded.n_below[j], coded.n_above[j]) == (low.sum(), high.sum())


@pytest.mark.parametrize(("cut", "point"), [("mean", None), ("midpoint", 4.0), (5, 5.0)])
def test_distances_below_and_above_nest_the_straight_line(rng, cut, point):
    rows = rng.integers(1, 8, (90, 2)).astype(float)
    weights = rng.uniform(1, 3, 90)
    coded = code(rows, weights, "piecewise", find_cuts(rows, weights, "piecewise", cut, 4.0))
    for j, x in enumerate(rows.T):
        at = np.average(x, weights=weights) if point is None else point
        below, above = coded.design[:, coded.at[j]].T
        np.testing.assert_allclose(above - below, x - at)
        assert below.min() == above.min() == 0
        assert (below * above).max() == 0


def test_what_is_missing_from_drivers_is_named_and_the_rest_kept(rng):
    n = 60
    constant, two = np.full(n, 5.0), rng.integers(4, 6, n).astype(float)
    few = np.where(np.arange(n) < 4, 1.0, rng.integers(4, 8, n))
    rich = rng.integers(1, 8, n).astype(float)
    rows = np.column_stack([constant, two, few, rich, rich])
    ones = np.ones(n)
    coded = code(rows, ones, "dummy", np.tile([2.0, 6.0], (5, 1)))
    assert coded.reasons == {
        "no variance": [0],
        "fewer than five low answers": [1, 2],
        "fewer than five high answers": [1],
        "determined by other drivers": [3, 4],
    }
    assert (coded.at[[0, 1, 3, 4]] == ABSENT).all()
    assert coded.at[2, 0] == ABSENT
    np.testing.assert_array_equal(coded.design[:, coded.at[2, 1]], few >= 6)
    np.testing.assert_array_equal(coded.design[:, 0], two)  # held, though without effects
    assert coded.design.shape[1] == 4
    assert np.linalg.matrix_rank(np.column_stack([ones, coded.design])) == coded.design.shape[1] + 1
    by_thirds = code(rows, ones, "dummy", find_cuts(rows, ones, "dummy", "thirds", 4.0))
    between = "fewer than five answers between low and high, so nothing to compare them with"
    assert by_thirds.reasons[between] == [1]
    low = code(rows, ones, "piecewise", np.full((5, 2), 2.0))
    slope = "fewer than five answers below or above the point, so one slope only"
    assert low.reasons[slope] == [1, 2]


def test_dependent_columns_are_found_whatever_their_scale(rng):
    x = rng.normal(size=(40, 3))
    design = np.column_stack([x[:, 0], 1e-4 * (x[:, 0] + 7 * x[:, 1]), x[:, 1], x[:, 2]])
    kept, tied = independent(design, rng.uniform(1, 2, 40))
    assert tied.tolist() == [True, True, True, False]
    assert kept.tolist() == [True, True, False, True]


def test_only_what_goes_together_is_dependent(rng):
    x = rng.normal(size=(60, 3))
    twins = np.column_stack([x, x[:, 0] + 1e-5 * rng.normal(size=60)])
    kept, tied = independent(twins, np.ones(60))
    assert tied.tolist() == [True, False, False, True]
    assert kept.tolist() == [True, True, True, False]
    slight = np.column_stack([x[:, 0], x[:, 0] + 3e-5 * x[:, 1], x[:, 1]])
    kept, tied = independent(slight, np.ones(60))
    left = slight[:, kept] - slight[:, kept].mean(axis=0)
    assert np.linalg.cond(left) < 1e5
    assert tied[~kept].all()


def test_variance_inflation_is_that_of_regressions_on_the_others(rng):
    rows = rng.normal(size=(80, 3)) @ rng.normal(size=(3, 3))
    weights = rng.uniform(1, 3, 80)
    root = np.sqrt(weights)[:, None]
    expected = []
    for j in range(3):
        design = np.column_stack([np.ones(80), np.delete(rows, j, axis=1)])
        fitted = design @ np.linalg.lstsq(design * root, rows[:, j] * root[:, 0], rcond=None)[0]
        about = np.average(rows[:, j], weights=weights)
        expected.append(
            weights @ (rows[:, j] - about) ** 2 / (weights @ (rows[:, j] - fitted) ** 2)
        )
    np.testing.assert_allclose(variance_inflation(rows, weights), expected)
    doubled = np.column_stack([rows[:, 0], rows[:, 0], rows[:, 1], np.ones(80)])
    found = variance_inflation(doubled, weights)
    assert np.isinf(found[:2]).all()
    assert np.isfinite(found[2])
    assert np.isnan(found[3])
