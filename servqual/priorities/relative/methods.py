"""Five ways to divide an outcome's explained variance among its drivers."""

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from servqual.priorities.relative.orders import FewOrders, random_orders, sampled
from servqual.priorities.relative.subsets import (
    EXACT,
    EXACT_RESAMPLED,
    SINGULAR,
    Blocks,
    Floats,
    added_last,
    alone,
    averaged,
    chunk_of,
    explained,
    unexplained,
)

Method = Literal["lmg", "johnson", "first", "last", "pratt"]
METHODS: tuple[Method, ...] = get_args(Method)
Spectrum = tuple[Floats, Floats, Floats]
DECOMPOSING = ("lmg", "johnson", "pratt")  # whose shares sum to R squared


@dataclass(frozen=True, kw_only=True, eq=False)
class Division:
    """How to divide R squared among q drivers.

    Attributes
    ----------
    blocks : tuple of tuple of int
        The columns of each driver, in covariance matrices whose last column is the outcome.
    orders : ndarray of shape (m, q), optional
        Orders of entry to average over, where there are too many drivers for all of them.
    """

    blocks: tuple[tuple[int, ...], ...]
    orders: NDArray[np.intp] | None = field(default=None)

    @property
    def columns(self) -> list[int]:
        """All columns of the drivers."""
        return [column for block in self.blocks for column in block]

    def of(self, covariance: Floats, method: Method) -> Floats:
        """Divide R squared of (b, p + 1, p + 1) matrices, as (b, q)."""
        if method == "lmg":
            return self.lmg(covariance)[0]
        if method == "johnson":
            return _johnson(_spectrum(covariance, self.blocks), self.blocks)
        if method == "pratt":
            return _pratt(_spectrum(covariance, self.blocks), self.blocks)
        if method == "first":
            return np.column_stack([explained(covariance, block) for block in self.blocks])
        others = [
            [column for other in self.blocks if other is not block for column in other]
            for block in self.blocks
        ]
        whole = explained(covariance, self.columns)
        return np.column_stack([whole - explained(covariance, columns) for columns in others])

    def lmg(self, covariance: Floats) -> tuple[Floats, Floats | None]:
        """Average over orders of entry; the error of sampling them is None where all are taken."""
        if self.orders is not None:
            return sampled(covariance, self.blocks, self.orders)
        q = len(self.blocks)
        size = chunk_of(q)
        parts = [
            averaged(unexplained(covariance[start : start + size], self.blocks), q)
            for start in range(0, len(covariance), size)
        ]
        return np.concatenate(parts), None

    def every(self, covariance: Floats) -> tuple[dict[Method, Floats], Floats | None]:
        """Divide R squared of one matrix by every method: (q,) each, and the error of LMG."""
        one = covariance[None]
        spectrum = _spectrum(one, self.blocks)
        found = {"johnson": _johnson(spectrum, self.blocks), "pratt": _pratt(spectrum, self.blocks)}
        error = None
        if self.orders is None:
            left, q = unexplained(one, self.blocks), len(self.blocks)
            found |= {"lmg": averaged(left, q), "first": alone(left, q)}
            found["last"] = added_last(left, q)
        else:
            found["lmg"], error = self.lmg(one)
            found |= {"first": self.of(one, "first"), "last": self.of(one, "last")}
        return {method: found[method][0] for method in METHODS}, None if error is None else error[0]

    def r_squared(self, covariance: Floats) -> Floats:
        """Give R squared on all drivers, as (b,)."""
        return explained(covariance, self.columns)


def division_of(blocks: Blocks, n_orders: int, seed: int | None) -> Division:
    """Divide among these blocks, over random orders if there are too many for every subset."""
    q = len(blocks)
    orders = random_orders(q, n_orders, seed) if q > EXACT else None
    return Division(blocks=tuple(map(tuple, blocks)), orders=orders)


class ResampledLmg:
    """LMG of resamples; over few orders where there are too many drivers for every subset.

    Parameters
    ----------
    division : Division
    whole : ndarray of shape (1, p + 1, p + 1)
        The covariance of the whole sample, the outcome last.
    seed : int or None
        Of the few orders.
    """

    def __init__(self, division: Division, whole: Floats, seed: int | None) -> None:
        self._division, self._few = division, None
        if len(division.blocks) > EXACT_RESAMPLED:
            lmg = division.lmg(whole)[0][0]
            self._few = FewOrders(whole[0], lmg, division.blocks, seed)

    def of(self, covariance: Floats) -> Floats:
        """Give the shares of resamples (b, p + 1, p + 1), as (b, q)."""
        if self._few is not None:
            return self._few.of(covariance)
        return self._division.of(covariance, "lmg")


def _johnson(spectrum: Spectrum, blocks: Blocks) -> Floats:
    r"""Give Johnson's relative weights, summed over the columns of a block, as (b, q).

    Notes
    -----
    With the correlations R of the drivers and r with the outcome, and the symmetric root
    :math:`\Lambda = R^{1/2}`: :math:`\epsilon_j = \sum_k \Lambda_{jk}^2 (\Lambda^{-1} r)_k^2`.
    Directions without variance are left out.
    """
    r, values, vectors = spectrum
    there = values > SINGULAR
    root = np.sqrt(np.where(there, values, 0))
    whole = (vectors * root[:, None]) @ vectors.transpose(0, 2, 1)
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=there)
    turned = np.einsum("bkj,bk->bj", vectors, r) * inverse
    weights = np.einsum("bjk,bk->bj", vectors, turned)
    return _summed(np.einsum("bjk,bk->bj", whole**2, weights**2), blocks)


def _pratt(spectrum: Spectrum, blocks: Blocks) -> Floats:
    r"""Give Pratt's products :math:`\beta_j r_j`, summed over the columns of a block, as (b, q)."""
    r, values, vectors = spectrum
    inverse = np.divide(1.0, values, out=np.zeros_like(values), where=values > SINGULAR)
    turned = np.einsum("bkj,bk->bj", vectors, r) * inverse
    return _summed(r * np.einsum("bjk,bk->bj", vectors, turned), blocks)


def tied(covariance: Floats, blocks: Blocks) -> tuple[NDArray[np.bool_], int]:
    """Find blocks (q,) that others determine, and count the dependencies, of one matrix."""
    _, values, vectors = _spectrum(covariance[None], blocks)
    null = vectors[0][:, values[0] <= SINGULAR]
    found = np.zeros(len(blocks), dtype=bool)
    if null.shape[1] == 0:
        return found, 0
    order = [column for block in blocks for column in block]
    sd = np.sqrt(np.diag(covariance)[order])
    r = covariance[np.ix_(order, order)] / np.outer(sd, sd)
    start = 0
    for i, block in enumerate(blocks):
        own = slice(start, start + len(block))
        found[i] = bool((np.abs(r[own, own] @ null[own]) > 1e-6).any())
        start += len(block)
    return found, null.shape[1]


def dependencies(covariance: Floats, blocks: Blocks) -> NDArray[np.intp]:
    """Count the linear dependencies among the columns of each of b matrices."""
    _, values, _ = _spectrum(covariance, blocks)
    return np.asarray((values <= SINGULAR).sum(axis=1))


def _spectrum(covariance: Floats, blocks: Blocks) -> Spectrum:
    """Correlations with the outcome (b, p), eigenvalues (b, p) and vectors (b, p, p)."""
    order = np.array([column for block in blocks for column in block])
    sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    within = covariance[:, order[:, None], order] / (sd[:, order, None] * sd[:, None, order])
    r = covariance[:, order, -1] / (sd[:, order] * sd[:, -1:])
    values, vectors = np.linalg.eigh(within)
    return r, values, vectors


def _summed(columns: Floats, blocks: Blocks) -> Floats:
    starts = np.cumsum([0, *(len(block) for block in blocks[:-1])])
    return np.asarray(np.add.reduceat(columns, starts, axis=1))
