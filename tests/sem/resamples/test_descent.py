"""Many minima at a time, from gradients and one inverse Hessian."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.sem.resamples._descent import descend


def quartic(matrices, centres):
    """Strictly convex functions (x - c)'A(x - c)/2 + sum (x - c)^4 / 4."""

    def function(x, index):
        off = x - centres[index]
        straight = np.einsum("bij,bj->bi", matrices[index], off)
        return 0.5 * (off * straight).sum(axis=1) + (off**4).sum(axis=1) / 4, straight + off**3

    return function


def problems(seed, b=7, q=4):
    rng = np.random.default_rng(seed)
    roots = rng.normal(size=(b, q, q))
    return roots @ roots.transpose(0, 2, 1) + np.eye(q), rng.normal(size=(b, q))


@given(st.integers(0, 10_000))
def test_each_minimum_is_found_from_one_rough_inverse(seed):
    matrices, centres = problems(seed)
    found = descend(quartic(matrices, centres), np.zeros(centres.shape), 0.3 * np.eye(4))
    assert found.converged.all()
    np.testing.assert_allclose(found.parameters, centres, atol=2e-6)
    np.testing.assert_allclose(found.objective, 0, atol=1e-11)


def test_a_problem_does_not_depend_on_those_beside_it():
    matrices, centres = problems(1)
    start = np.zeros(centres.shape)
    together = descend(quartic(matrices, centres), start, np.eye(4))
    for i in range(len(centres)):
        alone = descend(quartic(matrices[[i]], centres[[i]]), start[[i]], np.eye(4))
        np.testing.assert_allclose(alone.parameters[0], together.parameters[i], atol=1e-12)
        assert alone.iterations[0] == together.iterations[i]


def test_a_start_at_the_minimum_stays_there():
    matrices, centres = problems(2)
    found = descend(quartic(matrices, centres), centres, np.eye(4))
    assert found.converged.all()
    assert (found.iterations == 0).all()
    assert (found.parameters == centres).all()


@pytest.mark.parametrize("worst", ["flat", "nowhere"])
def test_what_has_no_minimum_is_not_converged_and_spoils_no_other(worst):
    matrices, centres = problems(3)
    inner = quartic(matrices, centres)

    def function(x, index):
        value, slope = inner(x, index)
        bad = index == 2
        if worst == "flat":  # falls for ever
            value, slope = np.where(bad, -x[:, 0], value), slope.copy()
            slope[bad] = [-1, 0, 0, 0]
        else:
            value = np.where(bad, np.inf, value)
        return value, slope

    found = descend(function, np.zeros(centres.shape), np.eye(4))
    good = np.arange(len(centres)) != 2
    assert (found.converged == good).all()
    np.testing.assert_allclose(found.parameters[good], centres[good], atol=2e-6)


def test_a_step_into_nothing_is_halved():
    def function(x, index):  # -log(x) + x, defined for x > 0 only
        inside = x[:, 0] > 0
        safe = np.where(inside, x[:, 0], 1)
        return np.where(inside, safe - np.log(safe), np.inf), (1 - 1 / safe)[:, None]

    found = descend(function, np.array([[5.0], [0.1]]), np.array([[10.0]]))
    assert found.converged.all()
    np.testing.assert_allclose(found.parameters, 1, atol=1e-6)
