"""Shares averaged over random orders of entry, where there are too many drivers for all subsets."""

import numpy as np
from numpy.typing import NDArray

from servqual.priorities.relative.subsets import SINGULAR, Blocks, Floats, given_first

FEW = 100  # orders of each resample
_MANY = 1000  # from which they are taken
_ROOM = 2**20  # numbers held at once


def random_orders(n_blocks: int, n_orders: int, seed: int | None) -> NDArray[np.intp]:
    """Draw orders of the blocks, each followed by its reverse, as (n_orders, n_blocks)."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2**31,)))
    drawn = rng.permuted(np.tile(np.arange(n_blocks), (-(-n_orders // 2), 1)), axis=1)
    return np.stack([drawn, drawn[:, ::-1]], axis=1).reshape(-1, n_blocks)


def sampled(covariance: Floats, blocks: Blocks, orders: NDArray[np.intp]) -> tuple[Floats, Floats]:
    r"""Average what each block adds over given orders of entry.

    Parameters
    ----------
    covariance : ndarray of shape (b, p + 1, p + 1)
        The outcome last.
    blocks : sequence of sequences of int
        The columns of each of q drivers.
    orders : ndarray of shape (m, q)
        Each followed by its reverse.

    Returns
    -------
    estimate, error : ndarray of shape (b, q)
        The error is that of the orders: the standard deviation over pairs of an order and its
        reverse, divided by the root of how many pairs there are.

    References
    ----------
    Castro, J., Gómez, D., & Tejada, J. (2009). Polynomial calculation of the Shapley value based on
    sampling. *Computers & Operations Research*, 36(5), 1726-1730.
    https://doi.org/10.1016/j.cor.2008.04.004
    """
    b, k = covariance.shape[:2]
    q, m = orders.shape[1], len(orders)
    sums = np.zeros((2, b, q))
    at_once = 2 * max(1, _ROOM // (2 * k * k))
    for start in range(0, m, at_once):
        part = orders[start : start + at_once]
        for one in range(b):
            pairs = added(covariance[[one]], blocks, part[None])[0].reshape(-1, 2, q).mean(axis=1)
            sums[0, one] += pairs.sum(axis=0)
            sums[1, one] += (pairs**2).sum(axis=0)
    count = m // 2
    mean = sums[0] / count
    spread = np.maximum(sums[1] / count - mean**2, 0) * count / max(count - 1, 1)
    return mean, np.sqrt(spread / count)


class FewOrders:
    r"""LMG of resamples from few orders of entry, where more of them would take too long.

    Each resample takes pairs of its own, at random from many, of an order and its reverse. What
    these pairs err on the whole sample is taken off: they err alike on the resample.

    Parameters
    ----------
    whole : ndarray of shape (p + 1, p + 1)
        The covariance of the whole sample, the outcome last.
    lmg : ndarray of shape (q,)
        Its shares.
    blocks : sequence of sequences of int
    seed : int or None
    """

    def __init__(self, whole: Floats, lmg: Floats, blocks: Blocks, seed: int | None) -> None:
        orders = random_orders(len(blocks), _MANY, seed)
        on_whole = added(whole[None], blocks, orders[None])[0]
        self._pairs = orders.reshape(-1, 2, len(blocks))
        self._error = on_whole.reshape(self._pairs.shape).mean(axis=1) - lmg
        self._blocks = blocks
        self._rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2**31 + 1,)))

    def of(self, covariance: Floats) -> Floats:
        """Give the shares of resamples (b, p + 1, p + 1), as (b, q)."""
        b, k = covariance.shape[:2]
        drawn = self._rng.integers(0, len(self._pairs), (b, FEW // 2))
        orders = self._pairs[drawn].reshape(b, -1, len(self._blocks))
        at_once = max(1, _ROOM // (FEW * k * k))
        means = []
        for start in range(0, b, at_once):
            some = slice(start, start + at_once)
            means.append(added(covariance[some], self._blocks, orders[some]).mean(axis=1))
        return np.asarray(np.concatenate(means) - self._error[drawn].mean(axis=1))


def added(covariance: Floats, blocks: Blocks, orders: NDArray[np.intp]) -> Floats:
    """Give what each block adds to R squared of b matrices in orders (b, m, q) of each of them.

    The last row of the Cholesky factor of the covariances in an order holds the roots of what each
    column adds to the explained variance. Where columns determine others, columns are swept out
    one at a time.
    """
    columns, home = _columns(blocks, orders)
    k = covariance.shape[1]
    order = np.concatenate([columns, np.full((*orders.shape[:2], 1), k - 1)], axis=2)
    which = np.arange(len(covariance))[:, None, None, None]
    held = covariance[which, order[..., None], order[:, :, None]]
    # The drivers may determine the outcome, whose own pivot is not looked at.
    held[..., -1, -1] *= 1 + 1e-9
    try:
        factor = np.linalg.cholesky(held)
        pivots = np.diagonal(factor, axis1=2, axis2=3)[..., :-1] ** 2
        sound = bool((pivots > SINGULAR * np.diagonal(held, axis1=2, axis2=3)[..., :-1]).all())
    except np.linalg.LinAlgError:
        sound = False
    if not sound:
        each = zip(covariance, orders, strict=True)
        return np.stack([_swept(one, blocks, its) for one, its in each])
    gains = factor[..., -1, :-1] ** 2 / covariance[:, None, None, -1, -1]
    found = np.zeros(orders.shape)
    at = home[columns]
    for step in range(columns.shape[2]):
        own = at[..., step, None]
        before = np.take_along_axis(found, own, axis=2)
        np.put_along_axis(found, own, before + gains[..., step, None], axis=2)
    return found


def _columns(blocks: Blocks, orders: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the columns in each order of the blocks (..., p), and the block of each column."""
    home = np.full(max(map(max, blocks)) + 1, -1)
    for i, block in enumerate(blocks):
        home[list(block)] = i
    if all(len(block) == 1 for block in blocks):
        return np.array([block[0] for block in blocks])[orders], home
    rows = [
        [column for block in order for column in blocks[block]]
        for order in orders.reshape(-1, orders.shape[-1])
    ]
    return np.array(rows).reshape(*orders.shape[:-1], -1), home


def _swept(covariance: Floats, blocks: Blocks, orders: NDArray[np.intp]) -> Floats:
    """Give what each block adds to R squared of one matrix in each order, as (m, q)."""
    columns, home = _columns(blocks, orders)
    order = np.column_stack([columns, np.full(len(orders), len(covariance) - 1)])
    held = covariance[order.T[:, None], order.T[None]][:, :, None]
    added = np.zeros(orders.shape)
    every = np.arange(len(orders))
    least = SINGULAR * np.diagonal(held[:, :, 0]).T
    for step in range(columns.shape[1]):
        pivot, with_outcome = held[0, 0, 0], held[0, -1, 0]
        counts = pivot > least[step]
        gain = np.divide(with_outcome**2, pivot, out=np.zeros_like(pivot), where=counts)
        added[every, home[columns[:, step]]] += gain
        held = given_first(held, least[step])
    return np.asarray(added / covariance[-1, -1])
