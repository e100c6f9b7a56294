"""Least squares on the polynomial: against R, against closed forms, obstacles."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.priorities.surface.differences import (
    ABSOLUTE,
    ALGEBRAIC,
    AXIS,
    LINEAR,
    NOTHING,
    SQUARED,
    constraints,
)
from servqual.priorities.surface.polynomial import ALONG
from servqual.priorities.surface.regression import fit_polynomial
from servqual.priorities.surface.shape import shape, slopes
from servqual.regression import Regression

REFERENCE = Path(__file__).parents[2] / "reference"
BY_R = json.loads((REFERENCE / "surface.json").read_text())


@pytest.fixture(scope="module")
def answers():
    """X, Y, Z and weights as in surface.R."""
    frame = pd.read_csv(REFERENCE / "servqual_300.csv")
    parts = [range(1, 5), range(5, 10), range(10, 14), range(14, 18), range(18, 23)]
    x, y = (
        np.mean([frame[[f"{role}{i}" for i in part]].mean(axis=1) for part in parts], axis=0) - 4
        for role in "PE"
    )
    z = frame[["SAT1", "SAT2", "SAT3"]].mean(axis=1).to_numpy()
    weights = np.array([0.5, 1, 1, 2, 3.5])[frame["id"].to_numpy() % 5]
    return x, y, z, weights


def design(x, y):
    return np.column_stack([np.ones(len(x)), x, y, x**2, x * y, y**2])


def made(n=60, seed=3):
    rng = np.random.default_rng(seed)
    x, y, e = rng.standard_normal((3, n))
    return x, y, x - y + 0.3 * x * y + (0.5 + np.abs(x)) * e


class TestFit:
    def test_as_by_r(self, answers):
        x, y, z, weights = answers
        fit = fit_polynomial(z, x, y, None, "classical")
        np.testing.assert_allclose(fit.coefficients, BY_R["b"], rtol=1e-10)
        np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), BY_R["se"], rtol=1e-10)
        assert fit.r_squared == pytest.approx(BY_R["r2"], rel=1e-10)
        robust = fit_polynomial(z, x, y, None, "HC3")
        np.testing.assert_allclose(np.sqrt(np.diag(robust.covariance)), BY_R["se_hc3"], rtol=1e-9)
        weighted = fit_polynomial(z, x, y, weights, "classical")
        np.testing.assert_allclose(weighted.coefficients, BY_R["weighted"], rtol=1e-10)

    @pytest.mark.parametrize("errors", ["classical", "HC3"])
    @pytest.mark.parametrize("far", [0.0, 1000.0])
    def test_closed_forms(self, errors, far):
        x, y, z = made()
        x, y = x + far, y + far
        fit = fit_polynomial(z, x - far, y - far, None, errors)
        columns = design(x - far, y - far)
        inverse = np.linalg.inv(columns.T @ columns)
        b = np.linalg.lstsq(columns, z, rcond=None)[0]
        residual = z - columns @ b
        if errors == "classical":
            covariance = inverse * (residual @ residual) / 54
        else:
            leverage = np.einsum("ij,jk,ik->i", columns, inverse, columns)
            scores = columns * (residual / (1 - leverage))[:, None]
            covariance = inverse @ scores.T @ scores @ inverse
        np.testing.assert_allclose(fit.coefficients, b, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-9, atol=1e-13)

    def test_whole_weights_repeat_rows_and_errors_are_robust(self):
        x, y, z = made()
        w = np.arange(60) % 3 + 1.0
        fit = fit_polynomial(z, x, y, w, "classical")
        again = [np.repeat(one, w.astype(int)) for one in (z, x, y)]
        many = fit_polynomial(*again, None, "classical")
        np.testing.assert_allclose(fit.coefficients, many.coefficients, rtol=1e-10)
        assert fit.r_squared == pytest.approx(many.r_squared)
        columns, root = design(x, y), np.sqrt(w)
        bread = np.linalg.inv(columns.T @ (columns * w[:, None]))
        leverage = w * np.einsum("ij,jk,ik->i", columns, bread, columns)
        scores = columns * (w * (z - columns @ fit.coefficients) / (1 - leverage))[:, None]
        np.testing.assert_allclose(fit.covariance, bread @ scores.T @ scores @ bread, rtol=1e-9)
        assert root.std() > 0

    @settings(max_examples=15)
    @given(st.floats(-5, 5), st.integers(0, 50))
    def test_another_centre_is_the_same_surface(self, c, seed):
        x, y, z = made(seed=seed)
        one, other = (fit_polynomial(z, x - d, y - d, None, "HC3") for d in (0.0, c))
        assert other.r_squared == pytest.approx(one.r_squared, rel=1e-9)
        a, moved = ALONG @ one.coefficients, ALONG @ other.coefficients
        # a1 = b1 + b2 is the slope at the centre along X = Y: it changes by 2 c a2
        assert moved[0] == pytest.approx(a[0] + 2 * c * a[1], abs=1e-7)
        assert moved[2] == pytest.approx(a[2] + 2 * c * a[4], abs=1e-7)
        np.testing.assert_allclose(moved[[1, 3, 4]], a[[1, 3, 4]], atol=1e-8)
        np.testing.assert_allclose(one.test(np.eye(6)[3:]), other.test(np.eye(6)[3:]), rtol=1e-6)

    def test_swapped_variables_swap_coefficients(self):
        x, y, z = made()
        one, other = (fit_polynomial(z, *pair, None, "HC3") for pair in ((x, y), (y, x)))
        at = [0, 2, 1, 5, 4, 3]
        np.testing.assert_allclose(other.coefficients, one.coefficients[at], rtol=1e-9)
        np.testing.assert_allclose(other.covariance, one.covariance[np.ix_(at, at)], rtol=1e-8)
        np.testing.assert_allclose(
            ALONG @ other.coefficients, [1, 1, -1, 1, -1] * (ALONG @ one.coefficients), rtol=1e-9
        )

    def test_printed_errors_of_the_published_example(self):
        """The covariances that the printed errors of a1..a5 imply agree with each other."""
        se = np.array([0.0, 0.123181247, 0.130843892, 0.104764606, 0.125049213, 0.086220351])
        printed = np.array([0.16961067, 0.13904727, 0.18926095, 0.21770495, 0.13817256])
        v, of = se**2, printed**2
        covariance = np.diag(v)
        covariance[1, 2] = covariance[2, 1] = (of[0] - of[2]) / 4
        covariance[3, 5] = covariance[5, 3] = (v[3] + v[5] - of[4]) / 2
        mixed = (of[1] - of[3]) / 8  # c34 and c45 enter as their sum only
        covariance[3, 4] = covariance[4, 3] = covariance[4, 5] = covariance[5, 4] = mixed
        spread = np.sqrt(np.diag(ALONG @ covariance @ ALONG.T))
        np.testing.assert_allclose(spread, printed, rtol=1e-6)
        fit = Regression(
            coefficients=np.array([0, 0.297454353, 0.257874589, 0, 0, 0]),
            covariance=covariance,
            df=78,
            r_squared=0.14999039,
        )
        statistic, p_value = fit.test(ALONG[:1])
        assert statistic == pytest.approx((0.55532894 / 0.16961067) ** 2, rel=1e-7)
        assert p_value == pytest.approx(0.00158158, abs=5e-9)

    @pytest.mark.parametrize(
        ("x", "y", "why"),
        [
            (np.arange(6.0), np.arange(6.0)[::-1] ** 2, "at least 7 respondents"),
            (np.full(20, 3.0), np.arange(20.0), "X is the same for every respondent"),
            (np.arange(20.0), np.full(20, 7.0), "Y is the same .* expect the most"),
            (np.arange(20.0), np.arange(20.0), "X equals Y"),
            (np.arange(20.0) % 2, np.arange(20.0), "X takes two values only"),
            (np.arange(20.0), np.arange(20.0) % 2, "Y takes two values only"),
            (np.arange(20.0), 2 * np.arange(20.0) + 1, "determine each other"),
        ],
    )
    def test_what_carries_no_surface(self, x, y, why):
        z = np.random.default_rng(0).standard_normal(len(x))
        reason = fit_polynomial(z, x, y, None, "HC3")
        assert isinstance(reason, str)
        assert re.search(why, reason), reason

    def test_without_error_there_are_no_errors(self):
        x, y, _ = made()
        fit = fit_polynomial(1 + x * y, x, y, None, "classical")
        assert "no standard errors" in fit.problem
        np.testing.assert_allclose(fit.coefficients, [1, 0, 0, 0, 1, 0], atol=1e-10)
        assert np.isnan(fit.covariance).all()
        assert np.isnan(fit.test(np.eye(6)[1:])).all()

    def test_an_outcome_far_from_zero(self):
        x, y, z = made()
        near, far = (fit_polynomial(z + d, x, y, None, "HC3") for d in (0.0, 1e9))
        np.testing.assert_allclose(far.coefficients[1:], near.coefficients[1:], atol=1e-6)
        np.testing.assert_allclose(far.covariance, near.covariance, rtol=1e-5, atol=1e-9)

    def test_hc3_needs_more_than_one_respondent_a_coefficient(self):
        rng = np.random.default_rng(1)
        x, y, z = np.arange(12) % 2.0, rng.standard_normal(12), rng.standard_normal(12)
        x[0] = 2.0  # alone tells the square of X from X
        fit = fit_polynomial(z, x, y, None, "HC3")
        assert "single respondents" in fit.problem
        assert np.isfinite(fit_polynomial(z, x, y, None, "classical").covariance).all()


def test_delta_errors_are_the_spread_of_many_samples():
    """Where axes are well defined and n is large, estimates spread as the delta errors say."""
    rng = np.random.default_rng(8)
    n, b = 800, np.array([5, 0.3, -0.1, -0.4, 0.3, -0.4])
    estimates, errors = [], []
    for _ in range(400):
        x, y, e = rng.standard_normal((3, n))
        fit = fit_polynomial(design(x, y) @ b + e / 2, x, y, None, "classical")
        found = shape(fit.coefficients).values
        to = slopes(fit.coefficients, found)
        estimates.append(found)
        errors.append(np.sqrt(np.diag(to @ fit.covariance @ to.T)))
    middle = np.subtract(*np.quantile(estimates, [0.75, 0.25], axis=0)) / 1.349
    np.testing.assert_allclose(np.median(errors, axis=0) / middle, 1, atol=0.14)


class TestConstraints:
    def test_as_by_r(self, answers):
        x, y, z, _ = answers
        fit = fit_polynomial(z, x, y, None, "classical")
        found = {one.model: one for one in constraints(fit, z, x, y, None, "classical")}
        named = {NOTHING: "none", LINEAR: "linear", ALGEBRAIC: "algebraic", SQUARED: "squared"}
        for model, name in {**named, ABSOLUTE: "absolute"}.items():
            one = found[model]
            by_r = pytest.approx(BY_R[name], rel=1e-8, abs=1e-14)
            assert [one.statistic, one.p_value, one.r2] == by_r, model
        assert found[ABSOLUTE].r2_free == pytest.approx(BY_R["r2_plane"], rel=1e-10)
        assert [one.df1 for one in found.values()] == [5, 3, 4, 4, 4, 2]
        assert {one.df2 for one in found.values()} == {294}

    @pytest.mark.parametrize("axis_true", [True, False])
    def test_the_axis_is_the_line_of_congruence_where_a3_and_a5_are_zero(self, axis_true):
        x, y, _ = made()
        rng = np.random.default_rng(5)
        z = -((x - y) ** 2) + (0 if axis_true else 1) * x**2 + 0.3 * rng.standard_normal(60)
        fit = fit_polynomial(z, x, y, None, "classical")
        one = constraints(fit, z, x, y, None, "classical")[-1]
        assert one.model == AXIS
        assert (one.p_value > 0.05) == axis_true
        assert np.isnan(one.r2)

    def test_without_both_sides_there_is_no_absolute_difference(self):
        x, y, z = made()
        x, y = -np.abs(x) - 0.1, np.abs(y) + 0.1
        fit = fit_polynomial(z, x, y, None, "classical")
        one = next(o for o in constraints(fit, z, x, y, None, "HC3") if o.model == ABSOLUTE)
        assert np.isnan([one.statistic, one.p_value, one.r2_free]).all()
        assert one.r2 == pytest.approx(np.corrcoef(np.abs(x - y), z)[0, 1] ** 2)
        assert "on one side of X = Y" in one.reason
