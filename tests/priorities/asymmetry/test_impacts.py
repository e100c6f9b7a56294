"""Impact asymmetry, its classes and its interval."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from servqual.priorities.asymmetry.impacts import CLASSES, NONE, asymmetry_interval, impact
from servqual.resampling import percentile_interval


def test_range_potentials_and_asymmetry():
    found = impact(np.array([[-0.6, 0.2], [-0.25, 0.25], [0.0, 0.5], [-0.5, 0.0]]), 0.1)
    np.testing.assert_allclose(found.range, [0.8, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(found.reward_share, [0.25, 0.5, 1, 0])
    np.testing.assert_allclose(found.asymmetry, [-0.5, 0, 1, -1])
    assert [CLASSES[code] for code in found.codes] == [
        *("basic", "performance", "excitement", "basic")
    ]


def test_wrong_signs_are_never_turned():
    found = impact(np.array([[0.1, 0.5], [-0.5, -0.1], [0.2, -0.2], [0, 0], [np.nan, 0.3]]), 0.1)
    assert np.isnan(found.asymmetry).all()
    assert np.isnan(found.range).all()
    assert (found.codes == NONE).all()


def test_the_line_between_classes_is_the_one_asked_for():
    effects = np.array([[-0.45, 0.55], [-0.55, 0.45], [-0.44, 0.56], [-0.5, 0.5]])
    wide, narrow = impact(effects, 0.11).codes, impact(effects, 0.0).codes
    assert [CLASSES[code] for code in wide] == [
        *("performance", "performance", "excitement", "performance")
    ]
    assert [CLASSES[code] for code in narrow] == [
        *("excitement", "basic", "excitement", "performance")
    ]


@given(st.floats(-5, 0), st.floats(0, 5), st.floats(0.01, 100))
def test_asymmetry_has_no_unit_and_changes_sides_with_the_effects(penalty, reward, factor):
    if reward - penalty < 1e-3:
        return
    one = impact(np.array([[penalty, reward]]), 0.1).asymmetry
    scaled = impact(factor * np.array([[penalty, reward]]), 0.1).asymmetry
    turned = impact(np.array([[-reward, -penalty]]), 0.1).asymmetry
    np.testing.assert_allclose(scaled, one, atol=1e-12)
    np.testing.assert_allclose(turned, -one, atol=1e-12)


def test_intervals_go_on_past_zero_effects_and_stop_at_the_ends(rng):
    effects = np.array([[-0.5, 0.1], [-0.3, 0.3]])
    draws = effects + 0.15 * rng.normal(size=(500, 2, 2))
    influence = rng.normal(size=(50, 2, 2))
    low, high = asymmetry_interval(draws, effects, influence, "percentile", 0.95)
    ratio = (draws[..., 1] + draws[..., 0]) / (draws[..., 1] - draws[..., 0])
    raw = percentile_interval(np.where(draws[..., 1] > draws[..., 0], ratio, np.nan))
    assert raw[0][0] < -1
    assert low[0] == -1
    np.testing.assert_allclose([low[1], *high], [raw[0][1], *raw[1]])


def test_acceleration_is_that_of_the_asymmetry_itself():
    """Influences on the asymmetry, by small changes of the effects."""
    effects = np.array([[-0.5, 0.2]])
    rng = np.random.default_rng(3)
    influence = rng.exponential(size=(40, 1, 2)) - 1
    draws = effects + 0.05 * rng.normal(size=(999, 1, 2))

    def ia(pair):
        return (pair[1] + pair[0]) / (pair[1] - pair[0])

    step = 1e-6
    gradient = [
        (ia(effects[0] + step * e) - ia(effects[0] - step * e)) / (2 * step) for e in np.eye(2)
    ]
    moved = influence[:, 0] @ gradient
    a = (moved**3).sum() / (6 * (moved**2).sum() ** 1.5)
    low, high = asymmetry_interval(draws, effects, influence, "bca", 0.9)
    ratio = np.array([ia(pair) for pair in draws[:, 0]])
    z0 = ndtri((ratio < ia(effects[0])).mean())
    ends = [
        np.quantile(ratio, ndtr(z0 + (z0 + z) / (1 - a * (z0 + z)))) for z in ndtri([0.05, 0.95])
    ]
    np.testing.assert_allclose([low[0], high[0]], ends, rtol=1e-6)
