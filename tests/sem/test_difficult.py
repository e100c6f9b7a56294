"""Difficult data on purpose: what can be said is said, and nothing else."""

import warnings

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ResponseError

NAMES = ["a1", "a2", "a3", "b1", "b2", "b3"]
TWO = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3"


def two_factors(rng, n, loading=0.8, correlation=0.5, loadings=None):
    """Draw answers of two factors with three indicators each."""
    pattern = np.zeros((6, 2))
    pattern[:3, 0] = pattern[3:, 1] = loading
    pattern = pattern if loadings is None else loadings
    factors = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], n)
    spread = np.sqrt(1 - (pattern**2).sum(axis=1))
    return pd.DataFrame(factors @ pattern.T + rng.normal(size=(n, 6)) * spread, columns=NAMES)


def test_loadings_near_zero(rng):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = sq.fit_sem(TWO, two_factors(rng, 300, loading=0.1))
    assert len(said) == len(found.problems)
    assert found.fit["chi2"] >= 0 if found.converged else np.isnan(found.fit["chi2"])


def test_marker_without_loading(rng):
    pattern = np.array([[0, 0], [0.8, 0], [0.8, 0], [0, 0.8], [0, 0.8], [0, 0.8]])
    data = two_factors(rng, 300, loadings=pattern)
    found = sq.fit_sem(TWO, data)
    other = sq.fit_sem("A =~ a2 + a1 + a3\nB =~ b1 + b2 + b3", data)
    assert found.converged
    assert found.fit["chi2"] == pytest.approx(other.fit["chi2"], abs=1e-6)


def test_two_indicators_a_factor(rng):
    found = sq.fit_sem("A =~ a1 + a2\nB =~ b1 + b2", two_factors(rng, 300))
    assert (found.converged, found.fit["df"], found.problems) == (True, 1, ())


@pytest.mark.parametrize("correlation", [0.99, 1.0])
def test_factors_that_are_hardly_two(rng, correlation):
    data = two_factors(rng, 100, correlation=correlation)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AdmissibilityWarning)
        found = sq.fit_sem(TWO, data)
    assert found.converged
    said = " ".join(found.problems)
    beyond = abs(found.parameters.query("lhs == 'A' and rhs == 'B'")["std_all"].item()) > 1
    assert ("Correlation beyond 1: A ~~ B" in said) == beyond
    assert ("('A', 'B') is not positive definite" in said) == beyond


def test_heywood_case_is_named():
    rng = np.random.default_rng(3)
    shape = [[1, 0.8, 0.75], [0.8, 1, 0.4], [0.75, 0.4, 1]]
    data = pd.DataFrame(rng.multivariate_normal(np.zeros(3), shape, 200), columns=["a", "b", "c"])
    with pytest.warns(AdmissibilityWarning, match=r"Heywood case\): a ~~ a = -0\.5"):
        found = sq.fit_sem("F =~ a + b + c", data)
    assert found.converged


def test_scales_far_apart(rng):
    data = two_factors(rng, 300)
    scaled = data * [1e-4, 1e4, 1, 1e4, 1e-4, 1]
    plain, other = sq.fit_sem(TWO, data), sq.fit_sem(TWO, scaled)
    assert other.fit["chi2"] == pytest.approx(plain.fit["chi2"], rel=1e-9)
    for column in ("std_all", "std_all_se"):
        np.testing.assert_allclose(other.parameters[column], plain.parameters[column], atol=1e-8)


def test_starts_far_off(rng):
    data = two_factors(rng, 300)
    far = (
        "A =~ a1 + start(-40)*a2 + start(100)*a3\nB =~ b1 + start(-9)*b2 + b3\n"
        "A ~~ start(1000)*A\nA ~~ start(-300)*B"
    )
    keys = ["lhs", "op", "rhs"]
    near = sq.fit_sem(TWO, data).parameters.set_index(keys)
    other = sq.fit_sem(far, data).parameters.set_index(keys).loc[near.index]
    np.testing.assert_allclose(other["estimate"], near["estimate"], atol=1e-7)


def test_no_solution_has_no_fit():
    # With a negative product of its correlations a factor of three indicators has no optimum.
    matrix = [[1, 0.4, 0.4], [0.4, 1, -0.2], [0.4, -0.2, 1]]
    data = sq.Moments.from_matrix(matrix, 100, names=["a", "b", "c"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AdmissibilityWarning)
        found = sq.fit_sem("F =~ a + b + c", data)
    assert any("did not converge" in problem for problem in found.problems)
    assert not found.converged
    given = found.fit.drop(["df", "n", "n_parameters"])
    assert given.isna().all()
    assert found.parameters.loc[found.parameters["p_value"].notna()].empty
    assert "not converged" in found.title()


def test_forty_percent_missing_and_a_row_with_nothing(rng):
    data = two_factors(rng, 300).mask(rng.random((300, 6)) < 0.4)
    data.iloc[3] = np.nan
    empty = int(data.isna().all(axis=1).sum())
    with pytest.warns(MissingResponseWarning, match=f"{empty} rows without any answer"):
        found = sq.fit_sem(TWO, data, missing="fiml")
    assert (found.n, found.n_excluded) == (300 - empty, empty)
    assert found.converged
    truth = found.parameters.query("op == '=~'")["std_all"]
    np.testing.assert_allclose(truth, 0.8, atol=0.2)


def test_pair_never_observed_together(rng):
    data = two_factors(rng, 300)
    data.loc[:149, "a1"] = np.nan
    data.loc[150:, "b3"] = np.nan
    with (
        pytest.warns(MissingResponseWarning),
        pytest.warns(AdmissibilityWarning, match="'a1' and 'b3' were answered together"),
    ):
        found = sq.fit_sem(TWO, data, missing="fiml")
    assert found.converged
    assert found.parameters["se"].notna().all()
    assert np.isfinite(found.fit["loglik"])
    assert found.fit[["chi2", "cfi", "rmsea", "srmr", "gfi"]].isna().all()


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_any_rows(rng, n):
    with pytest.raises(ResponseError):
        sq.fit_sem(TWO, two_factors(rng, n))


def test_a_million_rows_cost_one_pass(rng):
    data = two_factors(rng, 1_000_000)
    found = sq.fit_sem(TWO, data)
    np.testing.assert_allclose(found.parameters.query("op == '=~'")["std_all"], 0.8, atol=0.005)
    again = sq.fit_sem(TWO, sq.Moments.from_frame(data))
    np.testing.assert_allclose(again.parameters["se"], found.parameters["se"], rtol=1e-9)
