"""Ordered answers as small whole numbers, counted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]

BEYOND = 38.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Codes:
    """Ordered variables as codes, with the thresholds of their margins.

    Attributes
    ----------
    codes : ndarray of int of shape (p, n)
        The place of each answer among the categories in use; `most` where missing.
    counts : ndarray of int of shape (p,)
        How many categories each variable uses.
    most : int
        The largest of them, C.
    shares : ndarray of shape (p, C + 1)
        Cumulative shares of the categories, from 0 to 1.
    thresholds : ndarray of shape (p, C - 1)
        Normal quantiles of the shares; `BEYOND` past the categories in use.
    mass : ndarray of shape (p,)
        The sum of the weights of those who answered.
    weights : ndarray of shape (n,)
        Sampling weights that sum to n.
    """

    codes: NDArray[np.intp]
    counts: NDArray[np.intp]
    most: int
    shares: Floats
    thresholds: Floats
    mass: Floats
    weights: Floats

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.weights)

    @cached_property
    def margin_influence(self) -> Floats:
        r"""Give the influence of each category on each threshold, shape (p, C - 1, C + 1).

        :math:`(1_{y \le k} - F_k) / \phi(\tau_k)`, times n over the sum of the weights of those
        who answered, and 0 for those who did not.
        """
        below = np.arange(self.most)[None, :] <= np.arange(self.most - 1)[:, None]
        density = np.exp(-(self.thresholds**2) / 2) / np.sqrt(2 * np.pi)
        used = np.arange(1, self.most) < self.counts[:, None]
        scale = (self.n / self.mass)[:, None] / np.where(used, density, np.inf)
        table = np.zeros((len(self.counts), self.most - 1, self.most + 1))
        table[..., :-1] = (below - self.shares[:, 1:-1, None]) * scale[..., None]
        return table


def count_codes(codes: Sequence[NDArray[np.intp]], counts: Sequence[int], weights: Floats) -> Codes:
    """Put thresholds at the normal quantiles of the cumulative shares."""
    most = max((2, *counts))
    taken = np.array(codes, dtype=np.intp).reshape(len(counts), len(weights))
    taken[taken < 0] = most
    margins = np.zeros((len(taken), most))
    for at, row in enumerate(taken):
        margins[at] = np.bincount(row, weights, most + 1)[:most]
    mass = margins.sum(axis=1)
    shares = np.zeros((len(taken), most + 1))
    np.cumsum(margins / mass[:, None], axis=1, out=shares[:, 1:])
    used = np.arange(most + 1) < np.array(counts)[:, None]
    shares[~used] = 1.0
    thresholds = np.where(used[:, 1:-1], ndtri(shares[:, 1:-1]), BEYOND)
    return Codes(
        codes=taken,
        counts=np.array(counts, dtype=np.intp),
        most=most,
        shares=shares,
        thresholds=thresholds,
        mass=mass,
        weights=weights,
    )
