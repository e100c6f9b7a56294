"""Intervals against R, against brute force, and against published figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from servqual.scorecards.estimates import Mean, Net, Share, fewer_under, mover, weigh

REFERENCE = Path(__file__).parents[1] / "reference"


def read(name):
    return pd.read_csv(REFERENCE / f"scorecards_{name}.csv")


def share(k, n, method="wilson"):
    p = k / n
    return Share(value=p, se=np.sqrt(p * (1 - p) / n), n_effective=n, method=method)


def net(a, b, d, method):
    n = a + b + d
    p, q = a / n, d / n
    se = np.sqrt((p + q - (p - q) ** 2) / n)
    return Net(promoters=p, detractors=q, se=se, n_effective=n, method=method)


@pytest.mark.parametrize(
    "row", list(read("wilson").itertuples()), ids=lambda row: f"{row.k}/{row.n}"
)
def test_wilson_is_that_of_r(row):
    one = share(row.k, row.n)
    np.testing.assert_allclose(one.interval(row.level), (row.low, row.high), rtol=0, atol=1e-12)
    assert one.p_value(row.target) == pytest.approx(row.p_value, abs=1e-12)


@pytest.mark.parametrize("row", list(read("newcombe").itertuples()))
def test_differences_have_newcombes_interval(row):
    found = mover(share(row.k1, row.n1), share(row.k2, row.n2), 0.95)
    expected = (row.difference, row.low, row.high)
    np.testing.assert_allclose(found[:3], expected, rtol=0, atol=1e-12)


def test_published_difference_of_newcombe():
    """Newcombe (1998), method 10, 56/70 against 48/80: 0.0524 to 0.3339."""
    _, low, high, _ = mover(share(56, 70), share(48, 80), 0.95)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


@pytest.mark.parametrize("row", list(read("score").itertuples()))
def test_score_interval_is_the_inverted_test_of_r(row):
    one = net(row.promoters, row.passives, row.detractors, "score")
    np.testing.assert_allclose(one.interval(0.95), (row.low, row.high), rtol=0, atol=1e-7)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.floats(-0.95, 0.95))
def test_shares_under_a_target_have_the_greatest_likelihood(a, b, d, target):
    if a + b + d == 0:
        return
    p, q = a / (a + b + d), d / (a + b + d)
    found = fewer_under(target, p, q)
    more, fewer, gap = (p, q, target) if target >= 0 else (q, p, -target)

    def likelihood(smaller):
        pairs = ((more, smaller + gap), (fewer, smaller), (1 - p - q, 1 - 2 * smaller - gap))
        return sum(c * np.log(max(s, 1e-300)) for c, s in pairs if c > 1e-12)

    grid = np.linspace(0, (1 - gap) / 2, 501)
    assert likelihood(found) >= max(map(likelihood, grid)) - 1e-9


@pytest.mark.parametrize("method", ["adjusted_wald", "score", "wald"])
@pytest.mark.parametrize("counts", [(162, 108, 54), (8, 3, 12), (20, 25, 5)])
def test_tests_reject_what_the_interval_leaves_out(method, counts):
    one = net(*counts, method)
    for end in one.interval(0.95):
        assert one.p_value(end) == pytest.approx(0.05, abs=1e-9)
    low, high = one.interval(0.9)
    assert one.p_value(low - 0.01) < 0.1 < one.p_value((low + high) / 2)


def test_a_net_of_nothing_but_passives_has_a_score_interval():
    low, high = net(0, 20, 0, "score").interval(0.95)
    z2 = 3.841458820694124
    assert (low, high) == pytest.approx((-z2 / (20 + z2), z2 / (20 + z2)), abs=1e-9)


def test_extreme_scores_end_at_the_end():
    assert net(20, 0, 0, "score").interval(0.95)[1] == 1
    assert net(0, 0, 20, "score").interval(0.95)[0] == -1
    assert net(20, 0, 0, "adjusted_wald").interval(0.95)[1] == 1
    assert share(0, 10).interval(0.95)[0] == 0
    assert share(10, 10).interval(0.95)[1] == 1


def test_adjusted_wald_adds_three_answers():
    n, p, d = 327, 162.75 / 327, 54.75 / 327
    half = 1.959963984540054 * np.sqrt((p + d - (p - d) ** 2) / n)
    found = net(162, 108, 54, "adjusted_wald").interval(0.95)
    assert found == pytest.approx((p - d - half, p - d + half), abs=1e-14)


def test_p_of_a_difference_is_one_less_the_confidence_that_reaches_zero():
    one, other = net(40, 30, 30, "adjusted_wald"), net(30, 30, 50, "adjusted_wald")
    difference, _, _, p = mover(one, other, 0.95)
    _, low, _, _ = mover(one, other, 1 - p)
    assert difference > 0
    assert low == pytest.approx(0, abs=1e-10)


def test_p_of_a_difference_stays_one_where_the_interval_always_holds_zero():
    one = Net(promoters=1, detractors=0, se=np.nan, n_effective=1, method="adjusted_wald")
    other = net(2, 0, 1, "adjusted_wald")
    assert mover(one, other, 0.95)[3] == 1


def test_welch_is_that_of_scipy(rng):
    from scipy import stats

    one, other = rng.integers(1, 8, 40).astype(float), rng.integers(2, 8, 25).astype(float)
    expected = stats.ttest_ind(one, other, equal_var=False)
    found = Mean.of(one, None).beyond(Mean.of(other, None), 0.95)
    interval = expected.confidence_interval(0.95)
    np.testing.assert_allclose(
        found, (one.mean() - other.mean(), interval.low, interval.high, expected.pvalue), atol=1e-12
    )


def test_student_is_that_of_scipy(rng):
    from scipy import stats

    values = rng.integers(1, 8, 40).astype(float)
    expected = stats.ttest_1samp(values, 4.2)
    mean = Mean.of(values, None)
    interval = expected.confidence_interval(0.9)
    np.testing.assert_allclose(mean.interval(0.9), (interval.low, interval.high), atol=1e-12)
    assert mean.p_value(4.2) == pytest.approx(expected.pvalue, abs=1e-12)


@given(
    st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=2, max_size=30).filter(
        lambda values: len(set(values)) > 1
    ),
    st.floats(0.01, 100),
)
def test_equal_weights_change_nothing(values, weight):
    plain = weigh(np.array(values), None)
    weighted = weigh(np.array(values), np.full(len(values), weight))
    assert weighted.value == pytest.approx(plain.value, abs=1e-14)
    assert weighted.se == pytest.approx(plain.se, rel=1e-12)
    assert weighted.n_effective == pytest.approx(len(values), rel=1e-12)
    assert plain.n_effective == len(values)


def test_an_effective_n_gives_the_linearised_error_back(rng):
    values, weights = rng.integers(0, 2, 60).astype(float), rng.uniform(0.2, 4, 60)
    found = weigh(values, weights)
    p = found.value
    assert np.sqrt(p * (1 - p) / found.n_effective) == pytest.approx(found.se, rel=1e-12)
    assert found.n_effective < 60


def test_score_test_at_the_brute_force_variance():
    """The p value of a target, with the likelihood maximised numerically."""
    a, b, d, target = 15, 9, 6, 0.1
    found = optimize.minimize_scalar(
        lambda s: -(a * np.log(s + target) + d * np.log(s) + b * np.log(1 - 2 * s - target)),
        bounds=(1e-9, 0.45 - 1e-9),
        method="bounded",
        options={"xatol": 1e-12},
    ).x
    error = np.sqrt((2 * found + target - target**2) / 30)
    from scipy import stats

    expected = 2 * stats.norm.sf(abs(0.3 - target) / error)
    assert net(a, b, d, "score").p_value(target) == pytest.approx(expected, abs=1e-7)
