"""Derived importance, against R and where it does not exist."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.priorities.grid.derived import Drivers, Given
from servqual.priorities.relative.dividing import relative_importance
from servqual.resampling import resample_counts

REFERENCE = Path(__file__).parents[2] / "reference"


@pytest.fixture(scope="module")
def bank():
    frame = sq.load_dataset("bank")
    items = [f"P{i}" for i in range(1, 23)]
    needed = [*items, *(f"E{i}" for i in range(1, 23)), "SAT1", "SAT2", "SAT3"]
    frame = frame.dropna(subset=needed)
    return frame, frame[items].to_numpy(float), frame[["SAT1", "SAT2", "SAT3"]].mean(axis=1)


@pytest.mark.parametrize("kind", ["correlation", "partial_correlation", "regression"])
def test_it_is_that_of_r(bank, kind):
    _, rows, outcome = bank
    expected = pd.read_csv(REFERENCE / "priorities.csv")[kind]
    found = Drivers(rows=rows, outcome=outcome.to_numpy(), kind=kind).at(np.ones((1, len(rows))))
    np.testing.assert_allclose(found[0], expected, rtol=0, atol=1e-10)


def test_weighted_correlation_is_that_of_r(bank):
    frame, rows, outcome = bank
    weights = np.array([0.5, 1, 1, 2, 3.5])[(frame["respondent"] % 5).astype(int)]
    expected = pd.read_csv(REFERENCE / "priorities.csv")["weighted_correlation"]
    drivers = Drivers(rows=rows, outcome=outcome.to_numpy(), kind="correlation")
    found = drivers.at(weights[None, :] * len(weights) / weights.sum())
    np.testing.assert_allclose(found[0], expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", ["correlation", "partial_correlation", "regression"])
def test_counts_are_repeated_rows(rng, kind):
    rows, outcome = rng.normal(size=(30, 4)), rng.normal(size=30)
    counts = np.bincount(rng.integers(0, 30, 30), minlength=30)
    found = Drivers(rows=rows, outcome=outcome, kind=kind).at(counts[None, :].astype(float))
    repeated = Drivers(
        rows=np.repeat(rows, counts, axis=0), outcome=np.repeat(outcome, counts), kind=kind
    )
    np.testing.assert_allclose(found, repeated.at(np.ones((1, 30))), atol=1e-10)


def test_an_outcome_without_variance_gives_none(rng):
    drivers = Drivers(rows=rng.normal(size=(20, 3)), outcome=np.full(20, 4.0), kind="regression")
    assert np.isnan(drivers.at(np.ones((2, 20)))).all()
    assert drivers.reasons == {"the outcome has no variance": [0, 1, 2]}


@pytest.mark.parametrize("kind", ["correlation", "partial_correlation", "regression"])
def test_an_item_without_variance_is_left_out_alone(rng, kind):
    rows, outcome = rng.normal(size=(20, 3)), rng.normal(size=20)
    rows[:, 1] = 5
    drivers = Drivers(rows=rows, outcome=outcome, kind=kind)
    found = drivers.at(np.ones((1, 20)))[0]
    rest = Drivers(rows=rows[:, [0, 2]], outcome=outcome, kind=kind).at(np.ones((1, 20)))[0]
    assert np.isnan(found[1])
    np.testing.assert_allclose(found[[0, 2]], rest, atol=1e-12)
    assert drivers.reasons == {"no variance in performance": [1]}


@pytest.mark.parametrize("kind", ["partial_correlation", "regression"])
def test_items_that_determine_each_other_have_none_and_the_rest_has(rng, kind):
    rows, outcome = rng.normal(size=(40, 5)), rng.normal(size=40)
    rows[:, 3] = rows[:, 0] - 2 * rows[:, 1]
    drivers = Drivers(rows=rows, outcome=outcome, kind=kind)
    found = drivers.at(np.ones((1, 40)))[0]
    assert np.isnan(found[[0, 1, 3]]).all()
    free = Drivers(rows=rows[:, [0, 1, 2, 4]], outcome=outcome, kind=kind).at(np.ones((1, 40)))[0]
    np.testing.assert_allclose(found[[2, 4]], free[[2, 3]], atol=1e-10)
    assert drivers.reasons == {"determined by other items": [0, 1, 3]}
    alone = Drivers(rows=rows, outcome=outcome, kind="correlation").at(np.ones((1, 40)))
    assert not np.isnan(alone).any()


def test_identical_items_have_none(rng):
    rows, outcome = rng.normal(size=(40, 3)), rng.normal(size=40)
    rows[:, 2] = rows[:, 0]
    drivers = Drivers(rows=rows, outcome=outcome, kind="regression")
    assert np.isnan(drivers.at(np.ones((1, 40)))[0]).tolist() == [True, False, True]


@pytest.mark.parametrize("kind", ["partial_correlation", "regression"])
def test_fewer_respondents_than_items_have_none(rng, kind):
    drivers = Drivers(rows=rng.normal(size=(4, 3)), outcome=rng.normal(size=4), kind=kind)
    assert np.isnan(drivers.at(np.ones((1, 4)))).all()
    assert drivers.reasons == {"too few respondents for so many items at once": [0, 1, 2]}


def test_an_outcome_that_the_items_determine_has_no_partial_correlations(rng):
    rows = rng.normal(size=(40, 3))
    drivers = Drivers(rows=rows, outcome=rows.sum(axis=1), kind="partial_correlation")
    assert np.isnan(drivers.at(np.ones((1, 40)))).all()
    assert drivers.reasons == {"the items determine the outcome": [0, 1, 2]}


def test_a_resample_without_variance_is_nan_and_not_zero(rng):
    rows, outcome = rng.normal(size=(20, 2)), rng.normal(size=20)
    rows[:, 1] = 0
    rows[0, 1] = 1  # one respondent makes all the variance
    counts = np.ones((2, 20))
    counts[0, 0], counts[0, 1] = 0, 2
    found = Drivers(rows=rows, outcome=outcome, kind="correlation").at(counts)
    assert np.isnan(found[0]).tolist() == [False, True]
    assert not np.isnan(found[1]).any()
    joint = Drivers(rows=rows, outcome=outcome, kind="regression").at(counts)
    assert np.isnan(joint[0]).all()
    assert not np.isnan(joint[1]).any()


def test_given_importance_stays():
    assert Given(np.array([1.0, 2.0])).at(np.ones((3, 5))).tolist() == [[1, 2]] * 3


def test_shares_are_those_of_relative_importance():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(120, 4)) + rng.normal(size=(120, 1))
    outcome = rows @ [1.0, 0.5, 0.2, 0.0] + rng.normal(size=120)
    drivers = Drivers(rows=rows, outcome=outcome, kind="lmg")
    frame = pd.DataFrame(rows, columns=list("abcd")).assign(y=outcome)
    found = relative_importance("y", frame, n_resamples=0)
    estimate = drivers.at(np.ones((1, 120)))[0]
    np.testing.assert_allclose(estimate, found.to_frame()["share"], rtol=1e-10)
    counts = next(resample_counts(120, 3, seed=1))
    again = relative_importance("y", frame, n_resamples=3, seed=1)
    shares = again.draws.to_numpy() / again.r_squared_draws.to_numpy()[:, None]
    np.testing.assert_allclose(drivers.at(counts), shares, rtol=1e-9)


def test_shares_of_many_items_and_of_a_constant_one():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(90, 17)) + rng.normal(size=(90, 1))
    rows[:, 5] = 3.0
    drivers = Drivers(rows=rows, outcome=rows.sum(axis=1) + rng.normal(size=90), kind="lmg")
    shares = drivers.at(next(resample_counts(90, 5, seed=2)))
    assert np.isnan(shares[:, 5]).all()
    np.testing.assert_allclose(np.nansum(shares, axis=1), 1, rtol=1e-9)
    assert drivers.reasons == {"no variance in performance": [5]}
