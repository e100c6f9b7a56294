"""Rotation: reference solutions, what no rotation changes, random starts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import ModelError
from servqual.factors.rotation import ROTATIONS, _geomin, _quartimin, _varimax, explained, rotate

OBLIQUE = ("oblimin", "promax", "geomin")


def simple_structure(seed, p=9, m=3):
    rng = np.random.default_rng(seed)
    loadings = np.zeros((p, m))
    for i in range(p):
        loadings[i, i % m] = rng.uniform(0.5, 0.9)
    turn = np.linalg.qr(rng.normal(size=(m, m)))[0]
    return loadings, turn


def noisy(seed):
    loadings, turn = simple_structure(seed)
    return (loadings + np.random.default_rng(seed).uniform(-0.15, 0.15, loadings.shape)) @ turn


@pytest.mark.parametrize(
    ("key", "rotation", "kaiser"),
    [
        ("oblimin", "oblimin", False),
        ("oblimin_kaiser", "oblimin", True),
        ("geomin", "geomin", False),
    ],
)
def test_oblique_rotations_are_those_of_gparotation(reference, aligned, key, rotation, kaiser):
    by_r = reference("factors")
    target = np.array(by_r[key]["loadings"])
    found = rotate(np.array(by_r["unrotated"]), rotation, kaiser=kaiser)
    loadings, phi = aligned(found.loadings, found.factor_correlations, target)
    np.testing.assert_allclose(loadings, target, atol=1e-6)
    np.testing.assert_allclose(phi, by_r[key]["Phi"], atol=1e-6)


def test_varimax_is_that_of_base_r(reference, aligned):
    by_r = reference("factors")
    target = np.array(by_r["varimax"])
    found = rotate(np.array(by_r["unrotated"]), "varimax", kaiser=True)
    loadings, _ = aligned(found.loadings, found.factor_correlations, target)
    np.testing.assert_allclose(loadings, target, atol=1e-6)


@pytest.mark.parametrize("criterion", [_varimax, _quartimin, _geomin])
def test_slopes_are_those_of_the_values(criterion, rng):
    loadings = rng.normal(size=(6, 3))
    _, slope = criterion(loadings)
    step = 1e-6
    numeric = np.empty_like(loadings)
    for at in np.ndindex(loadings.shape):
        up, down = loadings.copy(), loadings.copy()
        up[at] += step
        down[at] -= step
        numeric[at] = (criterion(up)[0] - criterion(down)[0]) / (2 * step)
    np.testing.assert_allclose(slope, numeric, atol=1e-8)


@given(st.integers(0, 10_000), st.sampled_from(ROTATIONS), st.booleans())
def test_no_rotation_changes_what_is_reproduced(seed, rotation, kaiser):
    before = noisy(seed)
    found = rotate(before, rotation, kaiser=kaiser)
    after, phi = found.loadings, found.factor_correlations
    np.testing.assert_allclose(after @ phi @ after.T, before @ before.T, atol=1e-8)
    np.testing.assert_allclose(np.diag(phi), 1, atol=1e-12)
    assert found.converged
    if rotation not in OBLIQUE:
        np.testing.assert_allclose(phi, np.eye(3), atol=1e-12)
    assert (after.sum(axis=0) > 0).all()
    shares = explained(after, phi)
    assert (np.diff(shares) <= 1e-8).all()
    assert shares.sum() == pytest.approx((before**2).sum(), rel=1e-9)


@given(st.integers(0, 10_000), st.sampled_from(["varimax", "oblimin", "promax", "geomin"]))
def test_perfect_simple_structure_is_found_again(seed, rotation):
    truth, turn = simple_structure(seed)
    found = rotate(truth @ turn, rotation, kaiser=True, starts=3, seed=0)
    order = np.abs(found.loadings).argmax(axis=1)[:3]
    # Geomin's epsilon pulls a little at uncorrelated factors.
    atol = 0.05 if rotation == "geomin" else 1e-5
    np.testing.assert_allclose(found.loadings[:, order], truth, atol=atol)
    np.testing.assert_allclose(found.factor_correlations, np.eye(3), atol=atol)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from(["varimax", "oblimin", "geomin"]))
def test_order_of_items_and_first_rotation_do_not_matter(seed, rotation):
    before = noisy(seed)
    rng = np.random.default_rng(seed)
    order, turn = rng.permutation(9), np.linalg.qr(rng.normal(size=(3, 3)))[0]
    found = rotate(before, rotation, kaiser=False, starts=20, seed=1)
    other = rotate((before @ turn)[order], rotation, kaiser=False, starts=20, seed=1)
    assert other.criterion == pytest.approx(found.criterion, rel=1e-7)
    np.testing.assert_allclose(other.loadings, found.loadings[order], atol=1e-4)


def test_exact_symmetry_does_not_hide_the_way_down():
    """Unrotated loadings of two alike factors stand on a saddle of every criterion."""
    unrotated = np.array([[0.6, 0.4], [0.6, 0.4], [0.6, -0.4], [0.6, -0.4]])
    for rotation in ("oblimin", "varimax", "geomin"):
        found = rotate(unrotated, rotation, kaiser=False)
        assert np.abs(found.loadings[:, 0]).argmax() in (0, 1)
        assert np.abs(found.loadings).min() < 0.2


def test_random_starts_are_counted_and_reproducible():
    rng = np.random.default_rng(4)
    loadings = rng.normal(size=(10, 4)) * 0.4
    found = rotate(loadings, "geomin", kaiser=False, starts=150, seed=7)
    assert found.n_distinct > 1
    assert 1 <= found.n_best < 150
    one = rotate(loadings, "geomin", kaiser=False)
    assert (one.n_distinct, one.n_best) == (1, 1)
    assert found.criterion <= one.criterion + 1e-12
    again = rotate(loadings, "geomin", kaiser=False, starts=150, seed=7)
    np.testing.assert_array_equal(found.loadings, again.loadings)


def test_one_factor_and_none_are_not_rotated():
    loadings = np.array([[-0.8], [-0.7], [-0.6]])
    found = rotate(loadings, "oblimin", kaiser=True)
    np.testing.assert_array_equal(found.loadings, -loadings)
    assert np.isnan(found.criterion)


def test_item_without_communality_survives_kaiser():
    loadings = np.array([[0.8, 0.1], [0.7, 0.2], [0.1, 0.8], [0.0, 0.0]])
    for rotation in ("varimax", "oblimin", "promax"):
        assert np.isfinite(rotate(loadings, rotation, kaiser=True).loadings).all()


def test_unknown_rotation_is_refused():
    with pytest.raises(
        ModelError, match=r"oblimin, promax, varimax, geomin, none, not 'quartimax'"
    ):
        rotate(np.eye(3)[:, :2], "quartimax", kaiser=False)
