"""Least squares against normal equations solved by hand, pingouin, and repeated rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.regression import Regression, cross_validated, regress, slopes_of
from tests.helpers import needs


def data(seed=1, n=60, k=3):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, k)) * np.array([1.0, 30.0, 0.01])[:k] + np.array([0, 100.0, 5.0])[:k]
    return x.sum(axis=1) + draw.normal(size=n), x, draw.uniform(0.5, 2.0, n)


def by_hand(y, x, w, errors):
    """Coefficients and covariance from the normal equations."""
    n, q = len(y), x.shape[1] + 1
    w = np.ones(n) if w is None else w / w.mean()
    design = np.column_stack([np.ones(n), x])
    inverse = np.linalg.inv(design.T @ (design * w[:, None]))
    b = inverse @ design.T @ (w * y)
    e = y - design @ b
    if errors == "HC3":
        e = e / (1 - w * ((design @ inverse) * design).sum(axis=1))
        factor = 1.0
    else:
        factor = n / (n - q)
    scores = design * (w * e)[:, None]
    return b, inverse @ scores.T @ scores @ inverse * factor


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("errors", ["classical", "HC3"])
def test_it_is_what_the_normal_equations_give(weighted, errors):
    y, x, w = data()
    fit = regress(y, x, w if weighted else None, errors)
    b, covariance = by_hand(y, x, w if weighted else None, errors)
    if errors == "classical" and not weighted:
        design = np.column_stack([np.ones(60), x])
        e = y - design @ b
        covariance = np.linalg.inv(design.T @ design) * (e @ e) / 56
    assert fit.coefficients == pytest.approx(b, rel=1e-9)
    assert fit.covariance == pytest.approx(
        covariance, rel=1e-5
    )  # the normal equations lose 5 digits
    assert fit.df == 56


def test_r_squared_errors_and_adjusted_are_those_of_pingouin():
    pingouin = needs("pingouin")
    y, x, _ = data()
    x = (x - x.mean(axis=0)) / x.std(axis=0)  # other units are too much for its older versions
    theirs = pingouin.linear_regression(x, y)
    ours = regress(y, x)
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(theirs["se"].to_numpy(), rel=1e-9)
    assert ours.r_squared == pytest.approx(theirs["r2"].iloc[0], abs=1e-12)
    assert ours.adjusted == pytest.approx(theirs["adj_r2"].iloc[0], abs=1e-12)


def test_the_f_test_compares_residual_sums_of_squares():
    y, x, _ = data()
    full, part = regress(y, x), regress(y, x[:, :1])
    statistic, p_value = full.test(np.eye(4)[2:])
    left = (1 - part.r_squared) / (1 - full.r_squared)
    assert statistic == pytest.approx((left - 1) * 56 / 2, rel=1e-9)
    assert 0 <= p_value < 0.001
    t = full.coefficients[1] / np.sqrt(full.covariance[1, 1])
    assert full.test(np.eye(4)[1:2])[0] == pytest.approx(t**2, rel=1e-12)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_whole_weights_are_repeated_rows(seed):
    y, x, _ = data(seed, n=20)
    times = np.random.default_rng(seed).integers(1, 4, 20)
    weighted = regress(y, x, times.astype(float))
    repeated = regress(np.repeat(y, times), np.repeat(x, times, axis=0))
    assert weighted.coefficients == pytest.approx(repeated.coefficients, rel=1e-8)
    assert weighted.r_squared == pytest.approx(repeated.r_squared, abs=1e-12)


def test_without_predictors_it_is_the_mean_and_its_error():
    y, _, _ = data()
    fit = regress(y, np.empty((60, 0)))
    assert fit.coefficients == pytest.approx([y.mean()])
    assert fit.covariance == pytest.approx(np.array([[y.var(ddof=1) / 60]]))
    assert fit.r_squared == pytest.approx(0, abs=1e-12)


def test_one_respondent_alone_has_no_hc3_but_the_others_do():
    y, x, _ = data(k=1)
    alone = np.zeros(60)
    alone[3] = 1
    x = np.column_stack([x, alone])
    fit = regress(y, x, errors="HC3")
    assert "single respondents" in fit.problem
    assert np.isnan(fit.covariance[2]).all()
    others = regress(np.delete(y, 3), np.delete(x[:, :1], 3, axis=0), errors="HC3")
    assert fit.covariance[:2, :2] == pytest.approx(others.covariance, rel=1e-9)
    assert np.isnan(fit.test(np.eye(3)[2:])).all()
    assert np.isfinite(fit.test(np.eye(3)[1:2])).all()


def test_what_fits_without_error_has_no_errors():
    _, x, _ = data()
    fit = regress(1 + x @ [1.0, 2.0, 3.0], x)
    assert fit.r_squared == pytest.approx(1)
    assert fit.problem.startswith("the predictors determine the outcome")
    assert np.isnan(fit.test(np.eye(4)[1:])).all()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda x: x[:4], "too few respondents"),
        (lambda x: np.column_stack([x, x[:, 0] + x[:, 1]]), "combination of others"),
        (lambda x: np.column_stack([x, np.full(len(x), 1e8 / 3)]), "does not vary"),
    ],
)
def test_why_there_is_no_fit(spoil, reason):
    y, x, _ = data()
    x = spoil(x)
    assert reason in regress(y[: len(x)], x)


def test_predictions_for_others_are_those_of_fits_without_them():
    y, x, w = data(n=30)
    folds = np.arange(30) % 3
    missed = naive = 0.0
    for fold in range(3):
        old = folds != fold
        b, _ = by_hand(y[old], x[old], w[old], "HC3")
        predicted = b[0] + x[~old] @ b[1:]
        missed += w[~old] @ (y[~old] - predicted) ** 2
        naive += w[~old] @ (y[~old] - np.average(y[old], weights=w[old])) ** 2
    assert cross_validated(y, x, w, folds) == pytest.approx(1 - missed / naive, rel=1e-9)
    assert np.isnan(cross_validated(y[:6], x[:6], None, folds[:6]))
    assert isinstance(regress(y, x, w), Regression)


def test_contrasts_that_cannot_be_told_apart_have_no_test():
    y, x, _ = data()
    fit = regress(y, x)
    same = np.array([[0.0, 1, 0, 0], [0, 1, 0, 0]])
    assert np.isnan(fit.test(same)).all()
    assert np.isfinite(fit.test(same[:1])).all()


def test_an_outcome_beyond_numbers_has_no_prediction():
    y, x, _ = data()
    assert np.isnan(cross_validated(y * 1e-200, x, None, np.arange(60) % 5))


def test_what_one_respondent_determines_is_unknown_beside_all_else():
    y, x, _ = data()
    fit = regress(y, np.column_stack([x, np.eye(60)[0]]), None, "HC3")
    unknown = np.isnan(fit.covariance)
    np.testing.assert_array_equal(unknown, unknown.T)
    assert unknown[-1].all()


def test_slopes_from_covariances_are_those_of_the_rows():
    y, x, _ = data()
    good = np.cov(np.column_stack([x, y, 2 * y]), rowvar=False)
    constant, tied = good.copy(), good.copy()
    constant[1] = constant[:, 1] = 0
    tied[1], tied[:, 1] = tied[0], tied[:, 0]
    many = np.stack([good, constant, tied, np.full_like(good, np.nan)])
    found = slopes_of(many[:, :3, :3], many[:, :3, 3:])
    b = regress(y, x).coefficients[1:]
    np.testing.assert_allclose(found[0], np.column_stack([b, 2 * b]), rtol=1e-9)
    assert np.isnan(found[1:]).all()
