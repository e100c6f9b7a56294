"""Shares averaged over random orders of entry, where there are too many drivers for all subsets."""

import numpy as np
from numpy.typing import NDArray

from servqual.priorities.relative.subsets import SINGULAR, Blocks, Floats, given_first

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
            pairs = _added(covariance[one], blocks, part).reshape(-1, 2, q).mean(axis=1)
            sums[0, one] += pairs.sum(axis=0)
            sums[1, one] += (pairs**2).sum(axis=0)
    count = m // 2
    mean = sums[0] / count
    spread = np.maximum(sums[1] / count - mean**2, 0) * count / max(count - 1, 1)
    return mean, np.sqrt(spread / count)


def _added(covariance: Floats, blocks: Blocks, orders: NDArray[np.intp]) -> Floats:
    """Give what each block adds to R squared in each order, as (m, q)."""
    columns = np.array([[c for block in order for c in blocks[block]] for order in orders])
    of_block = {c: i for i, block in enumerate(blocks) for c in block}
    home = np.array([of_block.get(c, -1) for c in range(len(covariance))])
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
