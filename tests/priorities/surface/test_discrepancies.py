"""Shares of discrepant pairs, and the figure around them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial import ConvexHull

from servqual.priorities.surface.discrepancies import _outer, hull, inside, shares

SHARES = (
    "share_above",
    "share_agreement",
    "share_below",
    "share_above_raw",
    "share_equal_raw",
    "share_below_raw",
    "share_y_at_top",
)
points = hnp.arrays(np.float64, st.tuples(st.integers(3, 25), st.just(2)),
                    elements=st.integers(1, 7).map(float))  # fmt: skip


def test_shares_by_hand():
    x, y = np.array([1.0, 2, 3, 4, 5]), np.array([5.0, 6, 3, 6, 7])
    found = shares(x, y, None, 7.0)
    apart = (x - 3) / np.std(x, ddof=1) - (y - 5.4) / np.std(y, ddof=1)
    assert list(found) == list(SHARES)
    assert found["share_above"] == np.mean(apart >= 0.5)
    assert found["share_agreement"] == np.mean(np.abs(apart) < 0.5)
    assert found["share_below"] == np.mean(apart <= -0.5)
    raw = [found[f"share_{name}_raw"] for name in ("above", "equal", "below")]
    assert raw == [0, 0.2, 0.8]
    assert found["share_y_at_top"] == 0.2
    assert np.isnan(shares(x, y, None, None)["share_y_at_top"])


@given(points)
def test_shares_sum_to_one_and_weights_repeat(rows):
    x, y = rows.T
    if not (np.ptp(x) > 0 and np.ptp(y) > 0):
        return
    found = shares(x, y, np.full(len(x), 2.5), 7.0)
    assert found == pytest.approx(shares(x, y, None, 7.0))
    for names in (SHARES[:3], SHARES[3:6]):
        assert sum(found[name] for name in names) == pytest.approx(1)


def test_weights_count():
    found = shares(np.array([1.0, 5, 4]), np.array([2.0, 3, 7]), np.array([1.0, 2, 1]), 7.0)
    assert found["share_above_raw"] == 0.5
    assert found["share_y_at_top"] == 0.25


@given(points)
def test_all_points_lie_in_their_hull(rows):
    corners = hull(rows)
    if len(corners) < 3:
        return
    assert inside(corners, rows).all()
    assert not inside(corners, rows.max(axis=0) + 0.5)
    edges = np.roll(corners, -1, axis=0) - corners
    after = np.roll(edges, -1, axis=0)
    assert (edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0] > 0).all()


def test_what_does_not_vary_is_in_no_standardised_agreement():
    found = shares(np.array([1.0, 2, 3, 4]), np.full(4, 4.0), None, 4.0)
    assert np.isnan([found[f"share_{one}"] for one in ("above", "agreement", "below")]).all()
    assert (found["share_below_raw"], found["share_equal_raw"]) == (0.75, 0.25)


@pytest.mark.parametrize("spread", [(1.0, 1.0), (1.0, 1e-6), (1e6, 3.0)])
def test_setting_inner_points_aside_leaves_the_hull(spread):
    rng = np.random.default_rng(8)
    points = rng.standard_normal((3000, 2)) * spread + [5, -3]
    corners = hull(points)
    assert len(_outer(points)) < 300
    expected = points[ConvexHull(points / spread).vertices]
    assert sorted(map(tuple, corners)) == sorted(map(tuple, expected))
    line = np.column_stack([np.arange(1200.0), np.zeros(1200)])
    assert hull(line).tolist() == [[0, 0], [1199, 0]]


def test_standard_deviations_are_of_a_sample():
    x, y = (
        np.array([3.0, 7, 4, 1, 6, 6]),
        np.array([6.0, 2, 1, 7, 1, 4]),
    )  # the last: 0.47, not 0.52
    found = shares(x, y, None, 7.0)
    assert (found["share_above"], found["share_agreement"]) == (0.5, pytest.approx(1 / 6))
    assert shares(x, y, np.full(6, 3.0), 7.0) == pytest.approx(found)


def test_the_top_is_half_a_point_wide():
    y = np.array([7, 6.5, 6.4999, 1])
    assert shares(np.arange(4.0), y, None, 7.0)["share_y_at_top"] == 0.5
