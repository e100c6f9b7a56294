import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as f_distribution
from scipy.stats import f_oneway

from servqual.provider.variance import (
    intraclass,
    intraclass_interval,
    nested_shares,
    one_way,
    stepped_up,
)

SIZES = [1, 2, 5, 3, 7, 2]


@pytest.fixture
def unbalanced(rng):
    codes = np.repeat(np.arange(6), SIZES)
    return rng.standard_normal(20) + rng.standard_normal(6)[codes], codes


def test_mean_squares_are_brute_sums(unbalanced):
    values, codes = unbalanced
    found = one_way(values, codes)
    groups = [values[codes == code] for code in range(6)]
    between = sum(len(g) * (g.mean() - values.mean()) ** 2 for g in groups) / 5
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / 14
    k = (20 - sum(n**2 for n in SIZES) / 20) / 5
    assert (found.between, found.within, found.k) == pytest.approx((between, within, k), abs=1e-12)
    icc1, icc2 = intraclass(found)
    assert icc1 == pytest.approx((between - within) / (between + (k - 1) * within), abs=1e-12)
    assert icc2 == pytest.approx(1 - within / between, abs=1e-12)
    statistic, p_value = f_oneway(*groups)
    assert (found.statistic, found.p_value) == pytest.approx((statistic, p_value), abs=1e-12)
    assert (found.n, found.n_units, found.n_single, found.df1, found.df2) == (20, 6, 1, 5, 14)


def test_k_is_what_the_expected_mean_square_says():
    """E(MS_between) = person + k unit: k is the trace that goes with the units' component."""
    z = np.eye(6)[np.repeat(np.arange(6), SIZES)]
    projector = z @ np.diag(1 / np.array(SIZES)) @ z.T - np.full((20, 20), 1 / 20)
    k = np.trace(projector @ z @ z.T) / 5
    assert one_way(np.arange(20.0), np.repeat(np.arange(6), SIZES)).k == pytest.approx(k, abs=1e-12)


def test_interval_of_equal_sizes_is_the_usual_one(rng):
    codes = np.repeat(np.arange(9), 4)
    values = rng.standard_normal(36) + rng.standard_normal(9)[codes]
    f = one_way(values, codes).statistic
    ends = [f / f_distribution.ppf(tail, 8, 27) for tail in (0.975, 0.025)]
    expected = [(end - 1) / (end + 3) for end in ends]
    found = intraclass_interval(values, codes, 0.95)
    assert found == pytest.approx(expected, abs=1e-10)
    assert [stepped_up(end, 4) for end in found] == pytest.approx(
        [1 - 1 / end for end in ends], abs=1e-9
    )


def test_interval_of_unequal_sizes_solves_the_equation_of_wald(unbalanced):
    values, codes = unbalanced
    sizes = np.array(SIZES)
    means = np.array([values[codes == code].mean() for code in range(6)])
    within = one_way(values, codes).within
    for rho, tail in zip(intraclass_interval(values, codes, 0.9), (0.95, 0.05), strict=True):
        w = 1 / (rho / (1 - rho) + 1 / sizes)
        spread = (w * (means - np.average(means, weights=w)) ** 2).sum() / (5 * within)
        assert spread == pytest.approx(f_distribution.ppf(tail, 5, 14), rel=1e-8)


def test_nested_components_have_the_expectations_that_traces_give(rng):
    """Each mean square's expectation, by traces, agrees with the shares of simulated totals."""
    firms = np.array([0, 0, 1, 1, 1, 2])
    codes = np.repeat(np.arange(6), SIZES)
    values = rng.standard_normal(20)
    z_unit, z_firm, one = np.eye(6)[codes], np.eye(3)[firms[codes]], np.full((20, 20), 1 / 20)

    def hat(z):
        return z @ np.linalg.inv(z.T @ z) @ z.T

    squares = [
        (hat(z_firm) - one, 2),
        (hat(z_unit) - hat(z_firm), 3),
        (np.eye(20) - hat(z_unit), 14),
    ]
    spreads = [z_firm @ z_firm.T, z_unit @ z_unit.T, np.eye(20)]
    expected = np.array([[np.trace(q @ v) / df for v in spreads] for q, df in squares])
    observed = np.array([values @ q @ values / df for q, df in squares])
    components = np.linalg.solve(expected, observed)
    found = nested_shares(values, codes, firms)
    np.testing.assert_allclose(found, components / components.sum(), rtol=0, atol=1e-10)
    assert sum(found) == pytest.approx(1, abs=1e-12)


def test_units_that_differ_less_than_chance_have_a_negative_icc():
    values, codes = np.array([1.0, 5, 2, 4, 3, 3.2]), np.repeat([0, 1, 2], 2)
    icc1, icc2 = intraclass(one_way(values, codes))
    assert -1 <= icc1 < 0
    assert icc2 < -1
    low, high = intraclass_interval(values, codes, 0.95)
    assert -1 <= low < icc1 < high


def test_what_cannot_be_computed_is_nan():
    single = one_way(np.array([1.0, 2, 3]), np.array([0, 1, 2]))
    assert np.isnan([single.statistic, single.k, *intraclass(single)]).all()
    assert np.isnan(intraclass_interval(np.array([1.0, 2, 3]), np.array([0, 1, 2]), 0.95)).all()
    equal, codes = np.array([1.0, 1, 2, 2]), np.array([0, 0, 1, 1])
    assert np.isnan(one_way(equal, codes).statistic)
    assert np.isnan(intraclass_interval(equal, codes, 0.95)).all()
    assert np.isnan(nested_shares(equal, codes, np.array([0, 0]))).all()
    assert np.isnan(nested_shares(np.ones(8), np.repeat(np.arange(4), 2), np.array([0, 0, 1, 1])))[
        0
    ]


@pytest.mark.parametrize("factor", [1e-12, 1e12])
def test_small_and_large_values_vary_as_others_do(unbalanced, factor):
    values, codes = unbalanced[0], unbalanced[1]
    plain, scaled = one_way(values, codes), one_way(values * factor, codes)
    assert scaled.statistic == pytest.approx(plain.statistic)
    assert intraclass(scaled) == pytest.approx(intraclass(plain))
    ends = intraclass_interval(values, codes, 0.95)
    assert intraclass_interval(values * factor, codes, 0.95) == pytest.approx(ends)


def test_equal_values_do_not_vary_however_large():
    codes, firms = np.repeat(np.arange(7), 3), np.array([0, 0, 0, 1, 1, 1, 1])
    for value in (0.1, 5.3, 1e8 + 0.1):
        same = np.full(21, value)
        assert (one_way(same, codes).between, one_way(same, codes).within) == (0, 0)
        assert np.isnan(nested_shares(same, codes, firms)).all()
    many = one_way(np.full(400_000, 5.1), np.arange(400_000) % 2)  # sums of so many are off
    assert (many.between, many.within) == (0, 0)


def test_a_large_value_added_changes_nothing(unbalanced):
    values, codes = unbalanced[0], unbalanced[1]
    plain, moved = one_way(values, codes), one_way(values + 1e8, codes)
    assert moved.statistic == pytest.approx(plain.statistic, rel=1e-6)
    assert intraclass_interval(values + 1e8, codes, 0.95) == pytest.approx(
        intraclass_interval(values, codes, 0.95), rel=1e-6
    )


@settings(max_examples=25)
@given(
    st.lists(st.integers(-9, 9), min_size=12, max_size=12),
    st.permutations(range(12)),
    st.sampled_from([0.5, 3.0, -2.0]),
)
def test_icc_does_not_depend_on_order_names_or_units_of_measure(answers, order, factor):
    values, codes = np.array(answers, float), np.repeat([0, 1, 2, 3], [2, 3, 3, 4])
    one = one_way(values, codes)
    if not one.within > 0:
        return
    names = np.array([7, 3, 9, 1])
    other = one_way(values[order] * factor + 4, names[codes][order])
    assert intraclass(other) == pytest.approx(intraclass(one), abs=1e-9, nan_ok=True)
    assert one.k == pytest.approx(other.k, abs=1e-12)
    low, high = intraclass_interval(values, codes, 0.95)
    again = intraclass_interval(values[order] * factor + 4, names[codes][order], 0.95)
    assert again == pytest.approx((low, high), abs=1e-8)
    assert -1 / 3 <= low <= high <= 1
