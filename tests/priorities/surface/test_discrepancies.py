"""Shares of discrepant pairs, and the figure around them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from servqual.priorities.surface.discrepancies import hull, inside, shares

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
