"""What is left unexplained of an outcome by every subset of its drivers, from a covariance matrix.

Matrices come in batches of shape (b, p + 1, p + 1), the outcome last. A block is one driver: the
columns that enter together.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Blocks = Sequence[Sequence[int]]

SINGULAR = 1e-10  # share of a variance below which a column is determined by others
EXACT = 20  # blocks of which every subset is looked at
EXACT_RESAMPLED = 15  # and in each of the resamples
_ROOM = 2**18  # numbers held at once
_FOLDED = 10  # blocks whose subsets are summed by a matrix product
_SMALL = 128  # matrices below which a whole one at once is quicker than its triangle


def chunk_of(n_blocks: int) -> int:
    """Tell how many matrices to take at once."""
    return max(1, _ROOM >> (n_blocks + 3))


def unexplained(covariance: Floats, blocks: Blocks) -> Floats:
    r"""Give the residual variance of the outcome given each subset of the blocks.

    Parameters
    ----------
    covariance : ndarray of shape (b, p + 1, p + 1)
    blocks : sequence of sequences of int
        The columns of each driver.

    Returns
    -------
    ndarray of shape (2 ** len(blocks), b)
        Row s holds the subset whose blocks are the bits of s.

    Notes
    -----
    The matrix is doubled for each column in turn: once without it, and once with all others given
    it (swept). What is still to come is all that is kept, so that k blocks take
    :math:`\sum_j 2^j (k - j)^2` steps and no regression. A column of which others leave less than
    1e-10 of its variance adds nothing.
    """
    order = [column for block in blocks for column in block] + [covariance.shape[1] - 1]
    held = np.ascontiguousarray(
        covariance[:, np.array(order)[:, None], order].transpose(1, 2, 0)[:, :, None]
    )
    least = SINGULAR * np.diagonal(held[:, :, 0]).T
    spaces = _spaces([len(block) for block in blocks], len(covariance))
    done = 0
    for turn, block in enumerate(blocks):
        size = len(block)
        k, _, m, b = held.shape
        k -= size
        both = spaces[turn % 2][: k * k * 2 * m * b].reshape(k, k, 2 * m, b)
        for row in range(k):
            both[row, row:, :m] = held[size + row, size + row :]
        given = held
        for step in range(size - 1):
            given = given_first(given, least[done + step])
        given_first(given, least[done + size - 1], both[:, :, m:])
        held = both
        done += size
    return held[0, 0]


def _spaces(sizes: Sequence[int], n: int) -> tuple[Floats, Floats]:
    """Set aside room for the matrices before and after a block."""
    left, largest = sum(sizes) + 1, 0
    for number, size in enumerate(sizes):
        left -= size
        largest = max(largest, left * left * n * 2 ** (number + 1))
    return np.empty(largest), np.empty(largest)


def given_first(held: Floats, least: Floats, out: Floats | None = None) -> Floats:
    """Sweep the first column out of (k, k, m, b) matrices, of which the upper triangles count."""
    k = len(held)
    pivot = held[0, 0]
    none = pivot <= least
    inverse = 1.0 / (np.where(none, np.inf, pivot) if none.any() else pivot)
    given = np.empty((k - 1, k - 1, *held.shape[2:])) if out is None else out
    if pivot.size < _SMALL:
        np.multiply((held[0, 1:] * inverse)[:, None], held[0, 1:], out=given)
        np.subtract(held[1:, 1:], given, out=given)
        return given
    slope = np.empty_like(pivot)
    for row in range(1, k):
        np.multiply(held[0, row], inverse, out=slope)
        np.multiply(slope, held[0, row:], out=given[row - 1, row - 1 :])
        np.subtract(held[row, row:], given[row - 1, row - 1 :], out=given[row - 1, row - 1 :])
    return given


def averaged(left: Floats, n_blocks: int) -> Floats:
    r"""Average what each block adds over all orders of entry, as (b, q).

    Parameters
    ----------
    left : ndarray of shape (2 ** q, b)
        From `unexplained`.
    n_blocks : int
        q.

    Notes
    -----
    With the residual variances v: :math:`\sum_S w(|S|) (v(S) - v(S \cup j))` over the subsets S
    without block j, :math:`w(s) = s! (q - s - 1)! / q!`, divided by :math:`v(\emptyset)`. It is
    the sum of :math:`w(|S|) v(S)` over all S, less that of :math:`(w(|S|) + w(|S| - 1)) v(S)` over
    those with j; folding halves together gives the latter for one block after the other.
    """
    before, both = _weights_of_subsets(n_blocks)
    total = before @ left
    held = left * both[:, None]
    added = np.empty((n_blocks, left.shape[1]))
    for j in reversed(range(_FOLDED, n_blocks)):
        added[j] = total - held[2**j :].sum(axis=0)
        held = held[: 2**j] + held[2**j :]
    rest = min(_FOLDED, n_blocks)
    added[:rest] = total - _members_of_subsets(rest) @ held
    return np.asarray(np.maximum(added / left[0], 0.0).T)


@cache
def _members_of_subsets(n_blocks: int) -> Floats:
    """Say which blocks (rows) stand in each subset (columns): 1 or 0."""
    bits = np.arange(2**n_blocks) >> np.arange(n_blocks)[:, None] & 1
    return bits.astype(np.float64)


@cache
def _weights_of_subsets(n_blocks: int) -> tuple[Floats, Floats]:
    """Give w(s) of every subset, by its size s (0 where w is not there), and w(s) + w(s - 1)."""
    sizes = np.zeros(1, dtype=np.intp)
    for _ in range(n_blocks):
        sizes = np.append(sizes, sizes + 1)
    w = np.array([1 / (n_blocks * math.comb(n_blocks - 1, s)) for s in range(n_blocks)])
    before, after = np.append(w, 0.0), np.append(0.0, w)
    return before[sizes], (before + after)[sizes]


def explained(covariance: Floats, columns: Sequence[int]) -> Floats:
    """Give R squared (b,) of the outcome on some columns."""
    if not len(columns):
        return np.zeros(len(covariance))
    left = unexplained(covariance, [columns])
    return np.asarray(1 - left[1] / left[0])


def alone(left: Floats, n_blocks: int) -> Floats:
    """Give what each block explains when it enters first, as (b, q)."""
    return np.asarray((1 - left[2 ** np.arange(n_blocks)] / left[0]).T)


def added_last(left: Floats, n_blocks: int) -> Floats:
    """Give what each block adds to all others, as (b, q)."""
    without = left[2**n_blocks - 1 - 2 ** np.arange(n_blocks)]
    return np.asarray(((without - left[-1]) / left[0]).T)
