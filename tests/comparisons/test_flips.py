import itertools

import numpy as np
import pytest

from servqual.comparisons.flips import _signs, flip_signs
from servqual.comparisons.means import means_of


def brute(values, weights, signs):
    """The largest |t| of each flip, by forming the flipped rows one flip at a time."""
    largest = []
    for flip in signs:
        found = means_of(values * flip, weights)
        t = np.abs(found.mean) / np.where(found.error > 0, found.error, np.nan)
        largest.append(np.where(np.isnan(t), np.where(found.mean != 0, np.inf, 0), t).max())
    return np.array(largest)


def drawn(n, n_resamples, seed):
    blocks = np.random.SeedSequence(seed).spawn(-(-n_resamples // 100))
    sizes = [min(100, n_resamples - 100 * i) for i in range(len(blocks))]
    return np.vstack(
        [
            _signs(np.random.default_rng(block), size, n)
            for block, size in zip(blocks, sizes, strict=True)
        ]
    )


@pytest.fixture
def values(rng):
    common = rng.normal(size=35)
    return np.vstack([np.round(common + rng.normal(0.3, 1, 35), 1) for _ in range(4)])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("blanks", [False, True])
def test_largest_t_as_by_brute_force(values, rng, weighted, blanks):
    weights = rng.integers(1, 5, 35).astype(float) if weighted else None
    if blanks:
        values[rng.random(values.shape) < 0.15] = np.nan
    means = means_of(values, weights)
    found = flip_signs(values, weights, means, 230, seed=5)
    signs = drawn(35, 230, 5)
    assert set(np.unique(signs)) == {-1.0, 1.0}
    np.testing.assert_allclose(found.of_scores, brute(values, weights, signs), rtol=1e-10)
    residuals = values - means.mean[:, None]
    np.testing.assert_allclose(found.of_residuals, brute(residuals, weights, signs), rtol=1e-10)


def test_p_values_count_the_flips_that_reach_the_statistic(values):
    means = means_of(values)
    found = flip_signs(values, None, means, 300, seed=2)
    t = means.mean / means.error
    counted = [(1 + (found.of_scores >= abs(one) * (1 - 1e-9)).sum()) / 301 for one in t]
    np.testing.assert_allclose(found.p_values(t), counted, rtol=1e-14)


def test_random_flips_approach_all_flips(rng):
    values = rng.integers(-2, 4, (3, 9)).astype(float)
    means = means_of(values)
    t = np.abs(means.mean / means.error)
    every = brute(values, None, np.array(list(itertools.product([-1, 1], repeat=9))))
    exact = np.array([(every >= one * (1 - 1e-9)).mean() for one in t])
    found = flip_signs(values, None, means, 20_000, seed=3).p_values(t)
    error = np.sqrt(exact * (1 - exact) / 20_000)
    assert (np.abs(found - exact) < 4 * error + 1e-4).all()


def test_seed_decides_and_more_flips_begin_with_the_same(values):
    means = means_of(values)
    few, many = (flip_signs(values, None, means, size, seed=7) for size in (150, 430))
    np.testing.assert_array_equal(few.of_scores[:100], many.of_scores[:100])
    other = flip_signs(values, None, means, 150, seed=8)
    assert not np.array_equal(few.of_scores, other.of_scores)


def test_rows_beyond_one_chunk_count(rng):
    values = rng.integers(-3, 4, (2, 40_000)).astype(float)
    means = means_of(values)
    found = flip_signs(values, None, means, 100, seed=1)
    # Under no effect, |t| of one column exceeds 1.96 in about 1 of 20 flips, of two in 1 of 10.
    assert 2.0 < np.quantile(found.of_scores, 0.95) < 2.6
    assert np.isfinite(found.of_residuals).all()


def test_a_column_without_spread_takes_no_part(values):
    flat = np.vstack([values, np.full(35, -2.0)])
    with_flat = flip_signs(flat, None, means_of(flat), 200, seed=4)
    without = flip_signs(values, None, means_of(values), 200, seed=4)
    np.testing.assert_array_equal(with_flat.of_scores, without.of_scores)


def test_two_respondents_give_no_band():
    values = np.array([[1.0, 2.0]])
    found = flip_signs(values, None, means_of(values), 200, seed=1)
    assert np.isnan(found.critical(0.95))  # half of the flips leave no spread
    assert np.isinf(found.of_residuals).any()


def test_too_few_flips_give_no_band(values):
    means = means_of(values)
    assert np.isnan(flip_signs(values, None, means, 18, seed=1).critical(0.95))
    found = flip_signs(values, None, means, 19, seed=1)
    assert found.critical(0.95) == found.of_residuals.max()
