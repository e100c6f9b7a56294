"""Dealing rows into folds, and the moments without each of them."""

import numpy as np
import pytest

from servqual.errors import ModelError
from servqual.pls.prediction.folds import fold_labels, training_sets


def test_moments_without_a_fold_are_those_of_the_other_rows(rng):
    rows = rng.normal(size=(23, 4)) * [1, 1e-3, 50, 1] + 1e4
    weights = rng.uniform(0.5, 2, 23)
    labels = fold_labels(5, 23, 2, seed=3)
    sets = training_sets(rows, weights, labels)
    assert sets.mean.shape == (11, 4)
    for number, out in enumerate([*(one == k for one in labels for k in range(5)), labels[0] < 0]):
        kept = rows[~out]
        np.testing.assert_allclose(sets.counts[number], np.where(out, 0, weights))
        np.testing.assert_allclose(sets.mean[number], np.average(kept, 0, weights[~out]))
        expected = np.cov(kept.T, aweights=weights[~out], ddof=0)
        np.testing.assert_allclose(sets.covariance[number], expected, rtol=1e-8, atol=1e-9)


def test_what_does_not_vary_without_a_fold_has_no_variance(rng):
    rows = np.column_stack([rng.normal(size=12), np.r_[np.full(9, 0.1), 5.3, 6.7, 8.1]])
    sets = training_sets(rows, None, np.repeat([0, 1, 2, 3], 3)[None])
    assert sets.covariance[3, 1, 1] == 0
    assert sets.covariance[3, 0, 1] == 0
    assert (sets.covariance[[0, 1, 2, 4], 1, 1] > 1).all()


def test_folds_are_of_like_size_and_one_seed_is_one_deal():
    labels = fold_labels(4, 10, 3, seed=1)
    assert labels.shape == (3, 10)
    assert all(sorted(np.bincount(one)) == [2, 2, 3, 3] for one in labels)
    np.testing.assert_array_equal(labels, fold_labels(4, 10, 3, seed=1))
    assert (labels[0] != labels[1]).any()


def test_folds_may_be_given():
    labels = fold_labels(["b", "a", "b", "c"], 4, 1, seed=None)
    assert labels.tolist() == [[1, 0, 1, 2]]


@pytest.mark.parametrize(
    ("folds", "repeats", "message"),
    [
        (1, 1, "between 2 and the 10 respondents, not 1"),
        (11, 1, "between 2 and the 10"),
        (5, 0, "repeats must be at least 1"),
        ([0, 1], 1, "holds 2 values, but the model has 10 respondents"),
        ([0] * 10, 1, "into one fold"),
        ([0, 1] * 5, 2, "it must be 1"),
    ],
)
def test_folds_that_do_not_suit_are_refused(folds, repeats, message):
    with pytest.raises(ModelError, match=message):
        fold_labels(folds, 10, repeats, seed=1)
