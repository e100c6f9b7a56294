"""Influences and resamples of coded answers, against brute force."""

import numpy as np
import pytest

from servqual.priorities.asymmetry.coding import ABSENT, code, find_cuts
from servqual.priorities.asymmetry.refits import draw_effects, influences
from servqual.regression import regress
from servqual.resampling import resample_counts


@pytest.fixture
def data(rng):
    rows = rng.integers(1, 8, (70, 2)).astype(float)
    y = rows.sum(axis=1) + rng.normal(size=70) * rows[:, 0]
    weights = rng.uniform(0.5, 3, 70)
    coded = code(rows, np.ones(70), "dummy", np.tile([2.0, 6.0], (2, 1)))
    return y, coded, weights


def solve(y, design, weights):
    root = np.sqrt(weights)
    x = np.column_stack([np.ones(len(y)), design]) * root[:, None]
    return np.linalg.lstsq(x, y * root, rcond=None)[0]


def test_influences_tell_what_the_fit_without_a_respondent_is(data):
    y, coded, weights = data
    fit = regress(y, coded.design, weights)
    moved, leverage = influences(y, coded.design, weights, fit)
    whole = solve(y, coded.design, weights)
    np.testing.assert_allclose(fit.coefficients, whole, atol=1e-10)
    for i in range(len(y)):
        left = np.delete(np.arange(len(y)), i)
        change = whole - solve(y[left], coded.design[left], weights[left])
        np.testing.assert_allclose(moved[i] / (1 - leverage[i]), change, atol=1e-10)


def test_draws_are_refits_on_repeated_rows(data):
    y, coded, weights = data
    draws = np.concatenate(list(draw_effects(y, coded, weights, 30, 4)))
    counts = np.concatenate(list(resample_counts(len(y), 30, 4)))
    for drawn, count in zip(draws, counts, strict=True):
        rows = np.repeat(np.arange(len(y)), count.astype(int))
        slopes = solve(y[rows], coded.design[rows], weights[rows])[1:]
        np.testing.assert_allclose(drawn, slopes[coded.at], atol=1e-9)


def test_resamples_without_a_group_say_nothing(rng):
    rows = np.concatenate([np.ones(5), rng.integers(3, 8, 15)])[:, None]
    ones = np.ones(20)
    coded = code(rows, ones, "dummy", find_cuts(rows, ones, "dummy", (2, 6), 4.0))
    y = rows[:, 0] + rng.normal(size=20)
    draws = np.concatenate(list(draw_effects(y, coded, ones, 400, 1)))
    counts = np.concatenate(list(resample_counts(20, 400, 1)))
    groups = [rows[:, 0] <= 2, (rows[:, 0] > 2) & (rows[:, 0] < 6), rows[:, 0] >= 6]
    lacking = np.any([counts[:, group].sum(axis=1) == 0 for group in groups], axis=0)
    assert lacking.any()
    np.testing.assert_array_equal(np.isnan(draws).any(axis=(1, 2)), lacking)


def test_an_absent_effect_is_nan_in_every_draw(rng):
    rows = np.column_stack([np.tile([4.0, 5, 6, 7], 10), rng.integers(1, 8, 40)])
    ones = np.ones(40)
    coded = code(rows, ones, "dummy", np.tile([2.0, 6.0], (2, 1)))
    draws = np.concatenate(list(draw_effects(rng.normal(size=40), coded, ones, 20, 1)))
    assert coded.at[0, 0] == ABSENT
    assert np.isnan(draws[:, 0, 0]).all()
    assert np.isfinite(draws[:, 0, 1]).all()
