"""The unrestricted factor model by maximum likelihood: optimum, invariances, what has none."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import ModelError
from servqual.factors.unrestricted import (
    check_n_factors,
    degrees_of_freedom,
    fit_unrestricted,
    one_factor_ml,
)

REFERENCE = Path(__file__).parents[1] / "reference"
BLOCKS = {
    "TAN": slice(0, 4),
    "REL": slice(4, 9),
    "RES": slice(9, 13),
    "ASS": slice(13, 17),
    "EMP": slice(17, 22),
    "ALL": slice(0, 22),
}


@pytest.fixture(scope="module")
def gaps():
    frame = pd.read_csv(REFERENCE / "gaps_300.csv")
    return frame[[f"G{i}" for i in range(1, 23)]].to_numpy(float)


@pytest.fixture(scope="module")
def by_r():
    return json.loads((REFERENCE / "factors.json").read_text())


def samples(seed, b, n, p):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(b, n, 1))
    rows = common * rng.uniform(0.3, 1.2, p) + rng.normal(size=(b, n, p))
    return np.einsum("bni,bnj->bij", rows, rows) / n


def discrepancy(sample, loadings, uniquenesses):
    model = loadings @ loadings.T + np.diag(uniquenesses)
    logs = np.linalg.slogdet(model)[1] - np.linalg.slogdet(sample)[1]
    return logs + np.trace(np.linalg.solve(model, sample)) - len(sample)


def full_gradient(sample, loadings, uniquenesses):
    """Derivatives of the fit function by loadings and log uniquenesses, without concentrating."""
    inverse = np.linalg.inv(loadings @ loadings.T + np.diag(uniquenesses))
    weight = inverse - inverse @ sample @ inverse
    return 2 * weight @ loadings, np.diag(weight) * uniquenesses


@pytest.mark.parametrize("key", BLOCKS)
def test_one_factor_is_that_of_factanal_and_lavaan(gaps, by_r, key):
    covariance = np.cov(gaps[:, BLOCKS[key]].T, ddof=0)
    fit = one_factor_ml(covariance)
    expected = by_r["one_factor"][key]
    scaled = fit.uniquenesses[0] / np.diag(covariance)
    np.testing.assert_allclose(scaled, expected["factanal"], rtol=0, atol=1e-8)
    # lavaan stops a little before the minimum, most of all for 22 items.
    atol = 1e-5 if key == "ALL" else 5e-7
    np.testing.assert_allclose(fit.loadings[0], expected["loadings"], rtol=0, atol=atol)
    np.testing.assert_allclose(fit.uniquenesses[0], expected["uniquenesses"], rtol=0, atol=atol)
    np.testing.assert_allclose(fit.objective[0], expected["objective"], rtol=0, atol=2e-10)
    assert fit.objective[0] <= expected["objective"] + 1e-14


def test_five_factors_are_those_of_factanal(gaps, by_r):
    fit = fit_unrestricted(np.corrcoef(gaps.T), 5)
    expected = by_r["factanal"]
    assert fit.converged
    assert not fit.at_bound.any()
    np.testing.assert_allclose(fit.uniquenesses, expected["uniquenesses"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(fit.objective, expected["objective"], rtol=1e-12)
    common = fit.loadings @ fit.loadings.T
    np.testing.assert_allclose(common, expected["common"], rtol=0, atol=1e-8)


def test_heywood_case_is_held_at_the_bound_and_named(gaps, by_r):
    few = gaps[:20][:, [0, 1, 2, 9, 10, 11]]
    fit = fit_unrestricted(np.corrcoef(few.T), 2)
    np.testing.assert_allclose(fit.uniquenesses, by_r["heywood"]["uniquenesses"], atol=1e-6)
    np.testing.assert_allclose(fit.objective, by_r["heywood"]["objective"], rtol=1e-10)
    assert fit.at_bound.tolist() == [False, False, True, False, False, False]
    assert fit.uniquenesses[2] == pytest.approx(0.005, rel=1e-12)


@given(st.integers(0, 10_000), st.integers(3, 8))
def test_solution_is_a_minimum_of_the_whole_fit_function(seed, p):
    sample = samples(seed, 1, 150, p)[0]
    fit = one_factor_ml(sample)
    assert fit.converged[0]
    loadings, uniquenesses = fit.loadings[0][:, None], fit.uniquenesses[0]
    assert fit.objective[0] == pytest.approx(
        discrepancy(sample, loadings, uniquenesses), rel=1e-9, abs=1e-12
    )
    by_loadings, by_logs = full_gradient(sample, loadings, uniquenesses)
    free = ~fit.at_bound[0]
    np.testing.assert_allclose(by_loadings, 0, atol=1e-6)
    np.testing.assert_allclose(by_logs[free], 0, atol=2e-8)
    assert (by_logs[~free] > 0).all()


@given(st.integers(0, 10_000))
def test_scale_and_order_of_items_change_nothing_else(seed):
    sample = samples(seed, 1, 200, 5)[0]
    rng = np.random.default_rng(seed)
    scale, order = rng.uniform(0.1, 10, 5), rng.permutation(5)
    fit = one_factor_ml(sample)
    other = one_factor_ml((sample * np.outer(scale, scale))[np.ix_(order, order)])
    np.testing.assert_allclose(
        np.abs(other.loadings[0]), np.abs(fit.loadings[0] * scale)[order], rtol=1e-5, atol=1e-7
    )
    np.testing.assert_allclose(other.objective, fit.objective, rtol=1e-8, atol=1e-12)
    assert other.loadings[0].sum() >= 0


def test_batch_gives_what_each_matrix_gives_alone():
    batch = samples(1, 40, 60, 4)
    together = one_factor_ml(batch)
    for i, one in enumerate(batch):
        alone = one_factor_ml(one)
        np.testing.assert_allclose(together.loadings[i], alone.loadings[0], atol=1e-9)
        assert together.at_bound[i].tolist() == alone.at_bound[0].tolist()


def test_three_items_are_fitted_exactly():
    loadings = np.array([0.9, 0.7, 0.5])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, [1.2, 1.1, 0.8])
    fit = one_factor_ml(matrix)
    np.testing.assert_allclose(fit.loadings[0], loadings, atol=1e-8)
    assert 0 <= fit.objective[0] < 1e-12


def test_negative_item_keeps_its_sign():
    loadings = np.array([0.9, 0.8, -0.6, 0.7])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1)
    np.testing.assert_allclose(one_factor_ml(matrix).loadings[0], loadings, atol=1e-7)


def test_what_has_no_solution_is_nan_with_its_reason():
    good = samples(2, 1, 100, 3)[0]
    constant, twins = good.copy(), good.copy()
    constant[1, :] = constant[:, 1] = 0
    twins[1] = twins[0]
    twins[:, 1] = twins[:, 0]
    missing = np.where(np.eye(3) == 1, np.nan, good)
    fit = one_factor_ml(np.array([constant, good, twins, missing]))
    assert fit.converged.tolist() == [False, True, False, False]
    assert np.isnan(fit.loadings[[0, 2, 3]]).all()
    assert np.isnan(fit.objective[[0, 2, 3]]).all()
    assert np.isfinite(fit.loadings[1]).all()
    words = ["no variance", "", "singular", "missing or infinite"]
    for word, reason in zip(words, fit.reasons, strict=True):
        assert word in reason
        assert bool(word) == bool(reason)
    assert not fit.heywood[[0, 2, 3]].any()


@pytest.mark.parametrize("p", [1, 2])
def test_fewer_than_three_items_are_not_identified(p):
    fit = one_factor_ml(np.eye(p) * 2)
    assert np.isnan(fit.loadings).all()
    assert "not identified" in fit.reasons[0]


def test_uncorrelated_items_have_nothing_in_common():
    fit = one_factor_ml(np.eye(4))
    assert fit.converged[0]
    common = np.outer(fit.loadings[0], fit.loadings[0])
    np.testing.assert_allclose(common - np.diag(np.diag(common)), 0, atol=1e-8)


def test_least_squares_needs_no_inverse(gaps):
    matrix = np.corrcoef(np.c_[gaps, gaps[:, :3].sum(axis=1)].T)
    assert fit_unrestricted(matrix, 5, "uls").converged
    with pytest.raises(ModelError, match="singular"):
        fit_unrestricted(matrix, 5)


@pytest.mark.parametrize(
    ("p", "m", "message"),
    [
        (6, 0, "at least 1"),
        (6, 4, r"leave -3 degrees of freedom.*at most 3"),
        (2, 1, r"leave -1 degrees.*allow none"),
        (6, 2.0, "whole number"),
        (6, True, "whole number"),
    ],
)
def test_number_of_factors_is_checked(p, m, message):
    with pytest.raises(ModelError, match=message):
        check_n_factors(p, m)


def test_degrees_of_freedom_count_the_parameters():
    for p in range(3, 12):
        for m in range(1, p):
            parameters = p * m - m * (m - 1) // 2 + p
            assert degrees_of_freedom(p, m) == p * (p + 1) // 2 - parameters


def test_shapes_are_checked():
    with pytest.raises(ModelError, match=r"\(b, p, p\)"):
        one_factor_ml(np.zeros((2, 3)))
    with pytest.raises(ModelError, match="square"):
        fit_unrestricted(np.zeros((2, 3)), 1)
