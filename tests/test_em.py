import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual._em import em_moments

REFERENCE = Path(__file__).parent / "reference"
ITEMS = [f"G{i}" for i in range(1, 23)]


@pytest.fixture(scope="module")
def incomplete():
    return pd.read_csv(REFERENCE / "gaps_300_miss.csv")[ITEMS].astype(float)


def loglik(rows, mean, covariance):
    total = 0.0
    for row in rows:
        there = ~np.isnan(row)
        block = covariance[np.ix_(there, there)]
        apart = row[there] - mean[there]
        total -= 0.5 * (
            np.linalg.slogdet(2 * np.pi * block)[1] + apart @ np.linalg.solve(block, apart)
        )
    return total


def test_as_lavaan_where_it_stops(incomplete):
    by_lavaan = json.loads((REFERENCE / "em_h1_300_miss.json").read_text())
    with pytest.warns(sq.MissingResponseWarning, match="values are missing"):
        moments = sq.Moments.from_missing(incomplete)
    mean = [by_lavaan["mean"][item] for item in ITEMS]
    np.testing.assert_allclose(moments.mean, mean, rtol=0, atol=1e-5)
    np.testing.assert_allclose(moments.covariance * 299 / 300, by_lavaan["cov"], rtol=0, atol=1e-5)


def test_the_gradient_is_zero_and_no_step_is_better(incomplete, rng):
    rows = incomplete[ITEMS[:5]].to_numpy()
    rows = rows[~np.isnan(rows).all(axis=1)]
    found = em_moments(rows)
    assert found.converged
    assert found.gradient <= 1e-8
    best = loglik(rows, found.mean, found.covariance)
    for _ in range(20):
        shift = rng.normal(0, 1e-3, 5)
        noise = rng.normal(0, 1e-3, (5, 5))
        assert loglik(rows, found.mean + shift, found.covariance) < best
        assert loglik(rows, found.mean, found.covariance + noise + noise.T) < best


def test_complete_rows_give_the_usual_moments(rng):
    frame = pd.DataFrame(rng.normal(size=(40, 3)), columns=list("abc"))
    moments, usual = sq.Moments.from_missing(frame), sq.Moments.from_frame(frame)
    np.testing.assert_allclose(moments.mean, usual.mean, atol=1e-10)
    np.testing.assert_allclose(moments.covariance, usual.covariance, atol=1e-10)


def test_scale_and_order_of_the_columns_change_nothing(incomplete):
    five = incomplete[ITEMS[:5]]
    with pytest.warns(sq.MissingResponseWarning):
        one = sq.Moments.from_missing(five)
    with pytest.warns(sq.MissingResponseWarning):
        other = sq.Moments.from_missing(five[ITEMS[4::-1]] * 1000 + 5e5)
    np.testing.assert_allclose(one.mean, (other.mean[::-1] - 5e5) / 1000, atol=1e-6)
    np.testing.assert_allclose(one.covariance, other.covariance[::-1, ::-1] / 1e6, atol=1e-6)


def test_whole_weights_are_repeated_rows(incomplete):
    few = incomplete[ITEMS[:3]].dropna(how="all").reset_index(drop=True)
    weights = np.arange(len(few)) % 3 + 1.0
    one = em_moments(few.to_numpy(), weights)
    other = em_moments(few.loc[few.index.repeat(weights.astype(int))].to_numpy())
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-7)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-7)


def test_empty_rows_are_counted_not_used(rng):
    frame = pd.DataFrame(rng.normal(size=(20, 2)), columns=["a", "b"])
    frame.loc[[3, 4]] = np.nan
    moments = sq.Moments.from_missing(frame)
    assert (moments.n, moments.n_excluded) == (18, 2)
    np.testing.assert_allclose(moments.mean, frame.mean(), atol=1e-10)


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        ({"a": [1.0, 1, 1], "b": [1.0, 2, 3]}, sq.ResponseError, "'a' does not vary"),
        (
            {"a": [1.0, 2, None, None], "b": [None, None, 1.0, 2]},
            sq.ResponseError,
            "'a' and 'b' were answered together by fewer than two",
        ),
        ({"a": [1.0, 2, 3, 4], "b": [2.0, 4, 6, 8]}, sq.ConvergenceError, "singular|settle"),
    ],
)
def test_what_cannot_be_estimated_is_refused(frame, error, message):
    with pytest.raises(error, match=message):
        sq.Moments.from_missing(pd.DataFrame(frame))
