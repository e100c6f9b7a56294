"""The bivariate normal distribution."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from servqual.polychoric.bivariate_normal import bivariate_cdf, bivariate_density

RHO = (0, 1e-9, 0.1, 0.2999, 0.3, 0.6, 0.7501, 0.9249, 0.925, 0.99, 0.99999, 1 - 1e-9)


def by_panels(h, k, rho):
    """Integrate phi(x) Phi((k - rho x) / root) over narrow panels, closest where it is steep."""
    root = math.sqrt((1 - rho) * (1 + rho))
    cuts = {-12.0, h, *np.arange(-12, h, 0.5)}
    if rho:
        cuts |= {k / rho + step * root / abs(rho) for step in range(-12, 13)}
    cuts = np.array(sorted(cut for cut in cuts if -12 <= cut <= h))
    at, weight = np.polynomial.legendre.leggauss(24)
    half = np.diff(cuts) / 2
    x = (cuts[:-1] + half)[:, None] + half[:, None] * at
    inside = np.exp(-x * x / 2) / math.sqrt(2 * math.pi) * ndtr((k - rho * x) / root)
    return math.fsum((inside @ weight) * half)


@pytest.mark.parametrize("size", RHO)
def test_probabilities_are_those_of_an_independent_rule(size, rng):
    limits = rng.normal(size=(30, 2)) * 1.7
    limits[:8, 1] = limits[:8, 0] * np.sign(rng.normal(size=8)) + rng.normal(size=8) * 1e-3
    limits[8, 0] = limits[9, 1] = 0
    limits[10] = 0
    for sign in (1, -1):
        rho = np.full(len(limits), sign * size)
        found = bivariate_cdf(limits[:, 0], limits[:, 1], rho)
        expected = [by_panels(h, k, sign * size) for h, k in limits]
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-15)


def test_correlations_of_every_rule_at_once(rng):
    rho = np.array([0.1, -0.5, 0.8, -0.95, 0.3])
    h, k = rng.normal(size=(2, 5, 3, 2))
    together = bivariate_cdf(h, k, rho)
    alone = [bivariate_cdf(h[i : i + 1], k[i : i + 1], rho[i : i + 1])[0] for i in range(5)]
    np.testing.assert_array_equal(together, alone)


def test_density_is_the_derivative_by_the_correlation():
    h, k = np.array([0.3, -1.2, 2.0]), np.array([-0.4, -1.0, 2.1])
    for rho in (0.0, 0.5, -0.93):
        step = 1e-6
        change = bivariate_cdf(h, k, np.full(3, rho + step))
        change -= bivariate_cdf(h, k, np.full(3, rho - step))
        found = bivariate_density(h, k, np.full(3, rho))
        np.testing.assert_allclose(found, change / (2 * step), atol=1e-9)


@pytest.mark.parametrize("size", [0.29, 0.74, 0.92])
def test_half_the_nodes_leave_a_small_error(size, rng):
    h, k = rng.normal(size=(2, 500, 4)) * 1.5
    error = bivariate_cdf(h, k, np.full(500, size), coarse=True)
    error -= bivariate_cdf(h, k, np.full(500, size))
    assert 1e-15 < np.abs(error).max() < 5e-9
