"""The cheapest plan against a general solver of linear programmes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from servqual.scenarios._plan import cheapest


@given(
    st.integers(0, 10_000),
    st.integers(1, 8),
    st.floats(0.05, 1.3),
    st.booleans(),
)
def test_no_plan_is_cheaper(seed, k, share, ties):
    draw = np.random.default_rng(seed)
    gains = np.repeat(0.7, k) if ties else draw.normal(0.5, 0.6, k)
    rooms = draw.uniform(0, 2, k) * (draw.random(k) < 0.8)
    costs = np.ones(k) if ties else draw.uniform(0.2, 3, k)
    most = float(np.maximum(gains, 0) @ rooms)
    target = share * most if most > 0 else 1.0
    plan = cheapest(gains, rooms, costs, target)
    solved = linprog(
        costs, A_ub=-gains[None], b_ub=[-target], bounds=list(zip(0 * rooms, rooms, strict=True))
    )
    assert plan.reached == solved.success == (most > 0 and share <= 1)
    spent = costs[plan.order] @ plan.changes
    reached = gains[plan.order] @ plan.changes
    assert (plan.changes <= rooms[plan.order] + 1e-12).all()
    if solved.success:
        assert spent == pytest.approx(solved.fun, abs=1e-8)
        assert reached == pytest.approx(target)
    else:
        assert reached == pytest.approx(most)


def test_equals_are_filled_by_their_room():
    plan = cheapest(np.array([0.1 + 0.2, 0.3, 0.5]), np.array([1.0, 2, 1]), np.ones(3), 0.9)
    assert plan.order.tolist() == [2, 1]
    assert plan.changes == pytest.approx([1, 0.4 / 0.3])
