"""Losses of predictions and the test of their differences."""

import numpy as np
import pytest
from scipy import stats

from servqual.pls.prediction.losses import compare_losses, mean_over_rows, row_losses


def test_the_test_of_two_losses_is_the_paired_t_test(rng):
    one, other = rng.exponential(size=(2, 40))
    found = compare_losses(one, other, np.ones(40))
    expected = stats.ttest_rel(one, other)
    assert found.t == pytest.approx(expected.statistic, rel=1e-12)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-10)
    assert found.df == expected.df
    assert found.difference == pytest.approx(one.mean() - other.mean())


def test_rows_without_a_loss_are_left_out(rng):
    one, other = rng.exponential(size=(2, 12))
    one[3] = other[5] = np.nan
    kept = np.setdiff1d(np.arange(12), [3, 5])
    assert compare_losses(one, other, np.ones(12)) == compare_losses(
        one[kept], other[kept], np.ones(10)
    )
    nothing = compare_losses(np.full(4, np.nan), np.ones(4), np.ones(4))
    assert np.isnan([nothing.loss, nothing.p]).all()


def test_weights_count_rows(rng):
    errors = rng.normal(size=(2, 5, 3))
    weights = np.array([1.0, 2, 3, 1, 1])
    repeated = np.repeat(errors, [1, 2, 3, 1, 1], axis=1)
    np.testing.assert_allclose(mean_over_rows(errors, weights), repeated.mean(axis=(0, 1)))
    np.testing.assert_allclose(row_losses(errors), (errors**2).mean(axis=(0, 2)))
    errors[0, 1] = np.nan
    assert row_losses(errors)[1] == pytest.approx((errors[1, 1] ** 2).mean())
