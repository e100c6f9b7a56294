import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.priorities.relative.methods import METHODS, Division
from servqual.priorities.relative.orders import FewOrders, added, random_orders, sampled
from servqual.priorities.relative.subsets import averaged, chunk_of, explained, unexplained
from servqual.resampling import MomentResampler, resample_counts
from tests.priorities.relative.brute import brute_lmg, r_squared_of


@st.composite
def surveys(draw):
    """Rows of drivers and an outcome, with groups and, at times, a driver that others determine."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    p = draw(st.integers(1, 6))
    rows = rng.normal(size=(draw(st.integers(p + 3, 40)), p + 1)) + rng.normal() * 0.3
    rows[:, -1] += rows[:, 0] * draw(st.sampled_from([0.0, 1.0, -2.0]))
    rows[:, :-1] += draw(st.sampled_from([0.0, 0.8])) * rows[:, [0]]
    if p > 2 and draw(st.booleans()):
        rows[:, 1] = rows[:, 0] - 2 * rows[:, 2]
    rows *= 10.0 ** rng.integers(-3, 4, p + 1)
    home = np.sort(rng.integers(0, p, p))
    blocks = tuple(tuple(np.flatnonzero(home == key).tolist()) for key in np.unique(home))
    return rows, blocks


@settings(max_examples=60, deadline=None)
@given(surveys())
def test_sweeps_are_regressions_on_every_subset(survey):
    rows, blocks = survey
    covariance = np.cov(rows.T)[None]
    left = unexplained(covariance, blocks)
    for s in range(2 ** len(blocks)):
        columns = [c for j, block in enumerate(blocks) if s >> j & 1 for c in block]
        expected = r_squared_of(rows, columns)
        assert 1 - left[s, 0] / left[0, 0] == pytest.approx(expected, abs=1e-10)
    found = averaged(left, len(blocks))[0]
    np.testing.assert_allclose(found, brute_lmg(rows, blocks), atol=1e-10)
    assert found.sum() == pytest.approx(r_squared_of(rows, range(rows.shape[1] - 1)), abs=1e-10)


@settings(max_examples=30, deadline=None)
@given(surveys())
def test_each_method_is_what_it_says(survey):
    rows, blocks = survey
    covariance = np.cov(rows.T)[None]
    division = Division(blocks=blocks)
    whole = division.r_squared(covariance)[0]
    found = {method: division.of(covariance, method)[0] for method in METHODS}
    for i, block in enumerate(blocks):
        others = [c for other in blocks if other is not block for c in other]
        assert found["first"][i] == pytest.approx(r_squared_of(rows, block), abs=1e-10)
        last = whole - r_squared_of(rows, others)
        assert found["last"][i] == pytest.approx(last, abs=1e-10)
    for method in ("lmg", "johnson", "pratt"):
        assert found[method].sum() == pytest.approx(whole, abs=1e-8)
    assert (found["johnson"] >= 0).all()
    turned = np.arange(rows.shape[1] - 1)[::-1]
    place = {old: new for new, old in enumerate(turned)}
    other = Division(blocks=tuple(tuple(place[c] for c in block) for block in blocks[::-1]))
    mixed = np.cov(rows[:, [*turned, -1]].T)[None]
    for method in METHODS:
        np.testing.assert_allclose(other.of(mixed, method)[0][::-1], found[method], atol=1e-8)


def test_resamples_at_once_are_each_alone(rng):
    batch = np.array([np.cov(rng.normal(size=(9, 5)).T) for _ in range(7)])
    division = Division(blocks=((0, 2), (1,), (3,)))
    for method in METHODS:
        together = division.of(batch, method)
        alone = np.concatenate([division.of(one[None], method) for one in batch])
        np.testing.assert_allclose(together, alone, atol=1e-14)


def test_memory_is_bounded_whatever_the_number_of_drivers():
    assert [chunk_of(q) for q in (1, 10, 20)] == [16384, 32, 1]


def test_all_orders_give_what_all_subsets_give(rng):
    rows = rng.normal(size=(30, 5)) + rng.normal(size=(30, 1))
    rows[:, 3] = rows[:, 0] + rows[:, 1]
    covariance = np.cov(rows.T)[None]
    blocks = ((0, 2), (1,), (3,))
    orders = np.array([[0, 1, 2], [2, 1, 0], [0, 2, 1], [1, 2, 0], [1, 0, 2], [2, 0, 1]])
    found, error = sampled(covariance, blocks, orders)
    np.testing.assert_allclose(found[0], brute_lmg(rows, blocks), atol=1e-12)
    assert found.sum() == pytest.approx(explained(covariance, [0, 1, 2, 3])[0], abs=1e-12)
    added = np.array([[_step(rows, blocks, order, j) for j in range(3)] for order in orders])
    pairs = added.reshape(3, 2, 3).mean(axis=1)
    np.testing.assert_allclose(error[0], pairs.std(axis=0, ddof=1) / np.sqrt(3), atol=1e-12)


def _step(rows, blocks, order, j):
    before = [c for block in order[: order.tolist().index(j)] for c in blocks[block]]
    return r_squared_of(rows, [*before, *blocks[j]]) - r_squared_of(rows, before)


@pytest.mark.parametrize("grouped", [False, True])
def test_few_orders_in_resamples_come_near_to_all_subsets(rng, grouped):
    rows = rng.normal(size=(80, 9)) + rng.normal(size=(80, 1))
    blocks = ((0, 3), (1,), (2, 5, 6), (4,), (7,)) if grouped else tuple((i,) for i in range(8))
    division = Division(blocks=blocks)
    counts = next(resample_counts(80, 100, seed=1))
    covariance = MomentResampler(rows).moments(counts).covariance
    whole = np.cov(rows, rowvar=False)
    exact = division.of(covariance, "lmg")
    few = FewOrders(whole, division.of(whole[None], "lmg")[0], blocks, seed=2).of(covariance)
    np.testing.assert_allclose(few.sum(axis=1), exact.sum(axis=1), rtol=1e-8)
    error = few - exact
    assert (error.std(axis=0) < 0.25 * exact.std(axis=0)).all()
    assert (np.abs(error.mean(axis=0)) < 4 * error.std(axis=0) / 10 + 1e-9).all()


def test_orders_of_tied_columns_are_swept(rng):
    rows = rng.normal(size=(40, 5))
    rows[:, 2] = rows[:, 0] + rows[:, 1]
    covariance = np.cov(rows, rowvar=False)
    orders = np.array([[0, 1, 2, 3], [3, 2, 1, 0]])
    blocks = tuple((i,) for i in range(4))
    found = added(np.stack([covariance] * 2), blocks, np.stack([orders] * 2))
    by_hand = np.array([[_step(rows, blocks, order, j) for j in range(4)] for order in orders])
    np.testing.assert_allclose(found, np.stack([by_hand] * 2), atol=1e-10)


def test_random_orders_come_with_their_reverse_and_by_seed():
    orders = random_orders(22, 7, seed=3)
    assert orders.shape == (8, 22)
    np.testing.assert_array_equal(orders[::2], orders[1::2, ::-1])
    np.testing.assert_array_equal(np.sort(orders, axis=1), np.tile(np.arange(22), (8, 1)))
    np.testing.assert_array_equal(orders, random_orders(22, 7, seed=3))
    assert (orders != random_orders(22, 7, seed=4)).any()
