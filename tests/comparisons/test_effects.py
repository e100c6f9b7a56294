import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from servqual.comparisons.effects import (
    _falling_root,
    d_av,
    d_z,
    hedges_g,
    noncentral_chi2,
    noncentral_f,
    noncentral_t,
)


def below(t, df, ncp):
    """P(T' < t) by integrating over the chi distribution of the denominator."""

    def integrand(u):
        log = (
            np.log(2)
            + df / 2 * np.log(df / 2)
            - special.gammaln(df / 2)
            + (df - 1) * np.log(u)
            - df * u * u / 2
        )
        return special.ndtr(t * u - ncp) * np.exp(log)

    spread = 1 / np.sqrt(2 * df)
    ends = max(1e-12, 1 - 12 * spread), 1 + 12 * spread
    edges = [at for at in (ncp / t if t else 0, 1.0) if ends[0] < at < ends[1]]
    return integrate.quad(
        integrand, *ends, points=edges or None, epsabs=1e-13, epsrel=1e-12, limit=400
    )[0]


@pytest.mark.parametrize(
    ("t", "df"), [(2.0, 10), (-5.7, 50), (0.0, 30), (40.0, 999), (-100.0, 9999), (1000.0, 3)]
)
def test_noncentral_t_against_quadrature(t, df):
    low, high = noncentral_t([t], [df])
    assert below(t, df, low[0]) == pytest.approx(0.975, abs=1e-9)
    assert below(t, df, high[0]) == pytest.approx(0.025, abs=1e-9)


def test_noncentral_t_as_r(by_r):
    table = by_r("noncentral_t")
    low, high = noncentral_t(table["t"], table["df"])
    np.testing.assert_allclose(low, table["low"], atol=1e-9)
    np.testing.assert_allclose(high, table["high"], atol=1e-9)


def test_noncentral_f_as_r_and_as_a_mixture_of_betas(by_r):
    table = by_r("noncentral_f")
    for f, df1, df2, low, high in table.to_numpy():
        found = noncentral_f(f, df1, df2)
        # R sums the noncentral beta to 1e-9 only.
        assert found == pytest.approx((low, high), abs=1e-6)
        x = df1 * f / (df1 * f + df2)
        for ncp, p in zip(found, (0.975, 0.025), strict=True):
            if ncp > 0:
                k = np.arange(2000)
                mixed = stats.poisson.pmf(k, ncp / 2) @ special.betainc(df1 / 2 + k, df2 / 2, x)
                assert mixed == pytest.approx(p, abs=1e-11)


def test_noncentral_chi2_as_r(by_r):
    table = by_r("noncentral_chi2")
    for x, df, low, high in table.to_numpy():
        assert noncentral_chi2(x, df) == pytest.approx((low, high), abs=1e-9)


@settings(max_examples=25)
@given(st.floats(-60, 60), st.integers(2, 5000), st.floats(0.5, 0.99))
def test_noncentral_ends_stand_in_order_and_mirror(t, df, confidence):
    low, high = noncentral_t([t], [df], confidence)
    assert low[0] < high[0]
    mirrored = noncentral_t([-t], [df], confidence)
    np.testing.assert_allclose([-mirrored[1][0], -mirrored[0][0]], [low[0], high[0]], atol=1e-7)


@settings(max_examples=15)
@given(st.floats(-3, 3), st.floats(0.1, 3), st.integers(3, 2000), st.floats(0.1, 10))
def test_effects_do_not_depend_on_the_unit(mean, sd, n, unit):
    one, scaled = d_z([mean], [sd], [n]), d_z([mean * unit], [sd * unit], [n])
    np.testing.assert_allclose(one, scaled, rtol=1e-8, atol=1e-9)
    one, scaled = (hedges_g([mean * u], [sd * u], [u], [n], [n + 3]) for u in (1, unit))
    np.testing.assert_allclose(one, scaled, rtol=1e-8, atol=1e-9)


def test_d_av_equals_d_z_when_ratings_correlate_by_half():
    single = d_z([-0.5], [1.0], [40])
    np.testing.assert_allclose(d_av(single, [1.0], [1.0], [1.0]), single, rtol=1e-14)


def test_no_spread_and_one_score_give_nan():
    assert np.isnan(d_z([1.0], [0.0], [10])).all()
    assert np.isnan(hedges_g([1.0], [0.0], [0.0], [10], [10])).all()
    assert np.isnan(hedges_g([1.0], [1.0], [np.nan], [10], [1])).all()
    assert np.isnan(noncentral_f(np.nan, 2, 10)).all()


def test_what_cannot_be_inverted_is_nan_not_a_bound():
    here = np.array([0.0])
    assert np.isnan(_falling_root(lambda at: np.full(at.shape, np.nan), 0.5, here, here + 1)).all()
    assert np.isnan(_falling_root(lambda at: 2 - at, 0.5, here, here + 1)).all()
    assert _falling_root(lambda at: 1 - at, 0.25, here, here + 1) == pytest.approx(0.75)
