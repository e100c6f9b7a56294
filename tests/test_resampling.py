"""Resamples as weights, and the intervals formed from them."""

import numpy as np
import pytest
from scipy import stats

from servqual.resampling import (
    MeanResampler,
    MomentResampler,
    acceleration_of,
    bootstrap_interval,
    percentile_interval,
    resample_counts,
)


def test_counts_keep_strata_and_blocks():
    strata = np.repeat([0, 1], [4, 6])
    blocks = list(resample_counts(10, 130, seed=3, strata=strata))
    assert [block.shape for block in blocks] == [(100, 10), (30, 10)]
    counts = np.concatenate(blocks)
    assert (counts[:, :4].sum(axis=1) == 4).all()
    assert (counts[:, 4:].sum(axis=1) == 6).all()
    # A longer run begins as a shorter one does.
    longer = np.concatenate(list(resample_counts(10, 250, seed=3, strata=strata)))
    np.testing.assert_array_equal(longer[:100], counts[:100])


def test_moments_of_counts_are_those_of_repeated_rows():
    rows = np.random.default_rng(1).normal(5, 2, (12, 3))
    counts = next(resample_counts(12, 7, seed=2))
    found = MomentResampler(rows).moments(counts)
    for at, count in enumerate(counts.astype(int)):
        drawn = np.repeat(rows, count, axis=0)
        np.testing.assert_allclose(found.mean[at], drawn.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(found.covariance[at], np.cov(drawn.T), rtol=1e-10)


def test_percentiles_are_numpys_and_leave_nan_out():
    draws = np.random.default_rng(4).normal(size=(201, 2, 3))
    draws[::7, 0, 1] = np.nan
    draws[:, 1, 2] = np.nan
    low, high = percentile_interval(draws, 0.9)
    with np.errstate(invalid="ignore"), pytest.warns(RuntimeWarning, match="All-NaN"):
        wanted = np.nanquantile(draws, [0.05, 0.95], axis=0)
    np.testing.assert_allclose([low, high], wanted, rtol=1e-12)


def test_bca_is_scipys():
    rng = np.random.default_rng(5)
    x = rng.exponential(size=40)
    theirs = stats.bootstrap(
        (x,), np.mean, n_resamples=999, method="BCa", rng=np.random.default_rng(6)
    )
    draws = theirs.bootstrap_distribution[:, None]
    # The influence on a mean, which SciPy takes from the jackknife.
    off = x - x.mean()
    a = acceleration_of(np.array([(off**2).sum()]), np.array([(off**3).sum()]))
    low, high = bootstrap_interval(draws, np.array([x.mean()]), "bca", acceleration=a)
    # SciPy interpolates its quantiles the same way.
    np.testing.assert_allclose([low[0], high[0]], theirs.confidence_interval, rtol=1e-9)


def test_without_bias_and_acceleration_every_interval_is_the_percentile_one():
    draws = np.arange(-50.0, 51.0)[:, None]
    centre = np.zeros(1)
    plain = percentile_interval(draws)
    for kind in ("percentile", "bias-corrected", "bca"):
        found = bootstrap_interval(draws, centre, kind, acceleration=np.zeros(1))
        np.testing.assert_allclose(found, plain, atol=1e-9)


def test_acceleration_moves_the_interval_and_no_influence_gives_none():
    draws = np.random.default_rng(7).normal(size=(2000, 1))
    plain = bootstrap_interval(draws, np.zeros(1), "bias-corrected")
    moved = bootstrap_interval(draws, np.zeros(1), "bca", acceleration=np.array([0.1]))
    assert moved[0] > plain[0]
    assert moved[1] > plain[1]
    np.testing.assert_array_equal(acceleration_of(np.zeros(2), np.zeros(2)), [0, 0])


def test_means_are_of_the_answers_that_are_there():
    rows = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])
    found = MeanResampler(rows).at(np.array([[1.0, 1.0], [3.0, 1.0], [1.0, 0.0]]))
    np.testing.assert_allclose(found[:, 0], [2, 1.5, 1])
    np.testing.assert_allclose(found[:, 1], [5, 5, np.nan])
    assert np.isnan(found[:, 2]).all()
