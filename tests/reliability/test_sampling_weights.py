"""Sampling weights: whole ones repeat rows, and the effective n is said."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.factors.adequacy import factorability
from servqual.factors.efa import fit_efa
from servqual.reliability.consistency import internal_consistency
from servqual.reliability.hierarchical import omega_hierarchical
from servqual.reliability.item_quality import item_analysis

N = 60
FRAME = pd.DataFrame(
    np.random.default_rng(8).multivariate_normal(
        np.zeros(6), np.kron(np.eye(2), np.full((3, 3), 0.3)) + 0.2 + 0.5 * np.eye(6), N
    ),
    columns=list("abcdef"),
).round(1)
DIMENSIONS = {"one": ["a", "b", "c"], "two": ["d", "e", "f"]}
counts = st.lists(st.integers(1, 4), min_size=N, max_size=N).map(np.array)


def both(weights):
    """Give a weighted sample, and the rows repeated."""
    repeated = FRAME.loc[FRAME.index.repeat(weights)].reset_index(drop=True)
    return sq.Sample.from_frame(FRAME, weights=weights), sq.Sample.from_frame(repeated)


def divisors(weights):
    """Give the ratio of the divisors: n of rows, not the sum of the weights."""
    total = weights.sum()
    return np.sqrt((N / (N - 1)) / (total / (total - 1)))


@settings(max_examples=10)
@given(counts)
def test_reliability(weights):
    weighted, repeated = (
        internal_consistency(one, dimensions=DIMENSIONS).to_frame() for one in both(weights)
    )
    same = ["alpha", "alpha_std", "mean_r", "lambda2", "linear_combination_sums"]
    np.testing.assert_allclose(weighted[same], repeated[same], rtol=0, atol=1e-12)
    np.testing.assert_allclose(weighted["omega"], repeated["omega"], rtol=0, atol=1e-7)
    np.testing.assert_allclose(weighted["sem"], repeated["sem"] * divisors(weights), rtol=1e-10)
    assert (weighted["n"] == N).all()


@settings(max_examples=10)
@given(counts)
def test_items(weights):
    weighted, repeated = (
        item_analysis(one, dimensions=DIMENSIONS, scale=(-9, 9)).to_frame() for one in both(weights)
    )
    same = ["mean", "floor", "ceiling", "r_drop", "smc", "alpha_if_deleted"]
    np.testing.assert_allclose(weighted[same], repeated[same], rtol=0, atol=1e-10)
    np.testing.assert_allclose(weighted["sd"], repeated["sd"] * divisors(weights), rtol=1e-10)
    total = weights.sum()
    small = (np.sqrt(n * (n - 1)) / (n - 2) for n in (N, total))
    ratio = next(small) / next(small)
    np.testing.assert_allclose(weighted["skew"], repeated["skew"] * ratio, rtol=0, atol=1e-10)


@settings(max_examples=5)
@given(counts)
def test_factors(weights):
    weighted, repeated = (factorability(one) for one in both(weights))
    np.testing.assert_allclose(weighted.kmo_items, repeated.kmo_items, rtol=0, atol=1e-10)
    assert weighted.determinant == pytest.approx(repeated.determinant, rel=1e-10)
    by = [fit_efa(one, 1) for one in both(weights)]
    np.testing.assert_allclose(by[0].loadings, by[1].loadings, rtol=0, atol=1e-6)


def test_omega_hierarchical():
    weights = np.arange(N) % 3 + 1
    found = [omega_hierarchical(one, n_factors=2, dimensions=DIMENSIONS) for one in both(weights)]
    shares = [one.to_frame().iloc[:, 4:] for one in found]
    np.testing.assert_allclose(shares[0], shares[1], rtol=0, atol=1e-5)


@pytest.mark.parametrize("function", [internal_consistency, item_analysis, factorability])
def test_the_effective_n_is_said(function):
    weights = np.r_[np.full(30, 1.0), np.full(30, 3.0)]
    effective = 120**2 / (30 + 270)
    sample = sq.Sample.from_frame(FRAME, weights=weights)
    moments = sample.moments()
    assert moments.n_effective == pytest.approx(effective, rel=1e-14)
    for given_one in (sample, moments):
        title = function(given_one).title()
        assert re.search(
            rf"n = 60.*, with sampling weights \(effective n = {effective:.1f}\)", title
        )
        assert "weights" not in function(sq.Sample.from_frame(FRAME)).title()
    assert any("effective n = 48.0; Kish" in note for note in factorability(sample).notes())


def test_effective_n_of_chunks_and_of_em_is_that_of_the_whole():
    weights = np.linspace(0.2, 3, N)
    whole = sq.Moments.from_frame(FRAME, weights=weights)
    added = sq.Moments.from_frame(FRAME[:20], weights=weights[:20]) + sq.Moments.from_frame(
        FRAME[20:], weights=weights[20:]
    )
    em = sq.Moments.from_missing(FRAME, weights=weights)
    expected = weights.sum() ** 2 / (weights**2).sum()
    for one in (whole, added, em, whole.select(["a", "d"])):
        assert one.n_effective == pytest.approx(expected, rel=1e-12)
    assert sq.Moments.from_frame(FRAME).n_effective == N
    assert sq.Moments.from_frame(FRAME, weights=np.full(N, 7.0)).n_effective == pytest.approx(N)


def test_em_weights_repeat_rows():
    frame = FRAME.mask(np.random.default_rng(4).random(FRAME.shape) < 0.1)
    weights = np.arange(N) % 3 + 1
    with pytest.warns(sq.MissingResponseWarning):
        one = sq.Moments.from_missing(frame, weights=weights)
    with pytest.warns(sq.MissingResponseWarning):
        other = sq.Moments.from_missing(frame.loc[frame.index.repeat(weights)])
    np.testing.assert_allclose(one.mean, other.mean, rtol=0, atol=1e-7)
    np.testing.assert_allclose(
        one.covariance, other.covariance * divisors(weights) ** 2, rtol=0, atol=1e-6
    )
    with pytest.warns(sq.MissingResponseWarning):
        of_sample = sq.Moments.from_missing(sq.Sample.from_frame(frame, weights=weights))
    assert of_sample == one
