"""Polychoric correlations of all pairs at once, from their tables."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from servqual.polychoric._codes import Codes
from servqual.polychoric.bivariate_normal import bivariate_cdf, bivariate_density

Floats = NDArray[np.float64]

EDGE = 1 - 1e-11
_STEPS = 60
_NEAR = 1e-5
_COARSE = 2
_SETTLED = 1e-12
_LEAST = 1e-16


@dataclass(frozen=True, kw_only=True, eq=False)
class OrderedPairs:
    """The polychoric correlations of m pairs of ordered variables.

    Attributes
    ----------
    codes : Codes
        Of the variables.
    first, second : ndarray of int of shape (m,)
        Which variables.
    tables : ndarray of shape (m, C + 1, C + 1)
        Weighted counts; the last row and column are the missing answers.
    rho : ndarray of shape (m,)
        1 or -1 where the answers are in perfect order.
    perfect : ndarray of bool of shape (m,)
        Whether they are, so that no influence can be told.
    small, adjusted : ndarray of bool of shape (m,)
        Whether the table is 2 x 2; whether something was added to empty cells.
    """

    codes: Codes
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    tables: Floats
    rho: Floats
    perfect: NDArray[np.bool_]
    small: NDArray[np.bool_]
    adjusted: NDArray[np.bool_]

    @cached_property
    def influence(self) -> Floats:
        r"""Give the influence of each cell on each correlation, shape (m, C + 1, C + 1).

        The correlation solves :math:`\sum_i s_i(\rho, \tau) = 0`, so that
        :math:`I_i = n (s_i - A_\tau I_{\tau,i} / n) / A_\rho` with
        :math:`A_\rho = \sum_i s_i^2` and :math:`A_\tau = \sum_i s_i\, s_{\tau,i}` (Muthén, 1984).
        NaN for perfect pairs.
        """
        most, n = self.codes.most, self.codes.n
        alpha, beta = (self.codes.thresholds[at] for at in (self.first, self.second))
        rho = np.where(self.perfect, np.nan, self.rho)
        cells, slope, _ = _cells(alpha, beta, np.where(self.perfect, 0.0, self.rho))
        counts = self.tables[:, :most, :most]
        safe = np.maximum(cells, _LEAST)
        score = np.where(counts > 0, slope / safe, 0.0)
        ratio = counts * score / safe
        root = np.sqrt((1 - rho) * (1 + rho))[:, None, None]
        wide = rho[:, None, None]
        # How the cumulative probabilities move with a threshold of the first, of the second.
        by_first = _bordered(
            _density(alpha)[:, :, None]
            * ndtr((beta[:, None, :] - wide * alpha[:, :, None]) / root),
            _density(alpha),
        )
        by_second = _bordered(
            _density(beta)[:, :, None] * ndtr((alpha[:, None, :] - wide * beta[:, :, None]) / root),
            _density(beta),
        )
        margin = self.codes.margin_influence
        of_first = _of_thresholds(ratio, by_first)
        of_second = _of_thresholds(ratio.transpose(0, 2, 1), by_second)
        information = (counts * score**2).sum(axis=(1, 2))
        table = np.zeros_like(self.tables)
        table[:, :most, :most] = n * score
        table -= np.einsum("mk,mkc->mc", of_first, margin[self.first])[:, :, None]
        table -= np.einsum("mk,mkc->mc", of_second, margin[self.second])[:, None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = table / information[:, None, None]
        found[~np.isfinite(found)] = np.nan
        return found

    def casewise(self, at: int) -> Floats:
        """Look up the influence of each row on the correlation of one pair, shape (n,)."""
        wide = self.codes.most + 1
        cell = self.codes.codes[self.first[at]] * wide + self.codes.codes[self.second[at]]
        found: Floats = self.influence[at].ravel().take(cell)
        return found


def correlate_pairs(
    codes: Codes,
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    empty_cells: tuple[float, float],
) -> OrderedPairs:
    """Count the tables of the pairs and maximise their likelihood."""
    tables = cross_tables(codes, first, second)
    most = codes.most
    small = (codes.counts[first] == 2) & (codes.counts[second] == 2)
    shape = (codes.counts[first], codes.counts[second])
    filled, adjusted = _filled(tables[:, :most, :most], shape, small, empty_cells)
    order = _perfect_order(filled)
    alpha, beta = codes.thresholds[first], codes.thresholds[second]
    rho = order.astype(np.float64)
    at = np.flatnonzero(order == 0)
    if len(at):
        rho[at] = _maximise(filled[at], alpha[at], beta[at])
    return OrderedPairs(
        codes=codes,
        first=first,
        second=second,
        tables=tables,
        rho=np.where(np.abs(rho) >= EDGE, np.sign(rho), rho),
        perfect=np.abs(rho) >= EDGE,
        small=small,
        adjusted=adjusted,
    )


def cross_tables(
    codes: Codes,
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    weights: Floats | None = None,
) -> Floats:
    """Count the pairs of answers, shape (m, C + 1, C + 1)."""
    wide = codes.most + 1
    weights = codes.weights if weights is None else weights
    equal = bool((weights == weights[0]).all())
    tables = np.empty((len(first), wide * wide))
    scaled = codes.codes * wide
    for pair, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        cell = scaled[one] + codes.codes[other]
        if equal:
            tables[pair] = np.bincount(cell, minlength=wide * wide)
        else:
            tables[pair] = np.bincount(cell, weights, wide * wide)
    if equal:
        tables *= weights[0]
    return tables.reshape(-1, wide, wide)


def _filled(
    counts: Floats,
    shape: tuple[NDArray[np.intp], NDArray[np.intp]],
    small: NDArray[np.bool_],
    empty_cells: tuple[float, float],
) -> tuple[Floats, NDArray[np.bool_]]:
    """Add to the empty cells of the categories in use.

    A 2 x 2 table keeps its margins: what is added to the empty cell is taken from its
    neighbours. One with two empty cells stays as it is, as its answers are in perfect order.
    """
    place = np.arange(counts.shape[1])
    real = (place < shape[0][:, None])[:, :, None] & (place < shape[1][:, None])[:, None, :]
    empty = real & (counts == 0)
    filled = np.where(empty & ~small[:, None, None], counts + empty_cells[1], counts)
    single = small & (empty.sum(axis=(1, 2)) == 1)
    swing = np.where(empty[:, 0, 0] | empty[:, 1, 1], 1.0, -1.0) * empty_cells[0]
    shift = np.array([[1.0, -1.0], [-1.0, 1.0]]) * (single * swing)[:, None, None]
    filled[:, :2, :2] += shift
    return filled, np.asarray((filled != counts).any(axis=(1, 2)))


def _perfect_order(counts: Floats) -> NDArray[np.int64]:
    """Say which tables are the extreme ones of their margins: 1 or -1, else 0.

    Such a table is exactly what the model gives with a correlation of 1 (or -1).
    """
    total = counts.sum(axis=(1, 2))[:, None, None]
    below = counts.cumsum(axis=1).cumsum(axis=2)
    rows, columns = below[:, :, -1:], below[:, -1:, :]
    close = 1e-9 * total
    upper = (np.abs(below - np.minimum(rows, columns)) <= close).all(axis=(1, 2))
    lower = (np.abs(below - np.maximum(rows + columns - total, 0)) <= close).all(axis=(1, 2))
    found: NDArray[np.int64] = upper.astype(np.int64) - lower.astype(np.int64)
    return found


def _maximise(counts: Floats, alpha: Floats, beta: Floats) -> Floats:
    """Solve the likelihood equation of each pair: Newton, halving its bracket where that fails."""
    rho = _start(counts)
    low, high = np.full(len(rho), -1.0), np.full(len(rho), 1.0)
    active = np.arange(len(rho))
    for turn in range(_STEPS):
        coarse = turn < _COARSE
        if turn == _COARSE:
            low[:], high[:] = -1.0, 1.0
        now = rho[active]
        cells, slope, bend = _cells(alpha[active], beta[active], now, bend=True, coarse=coarse)
        share = slope / np.maximum(cells, _LEAST)
        here = counts[active]
        score = (here * share).sum(axis=(1, 2))
        curve = (here * (bend / np.maximum(cells, _LEAST) - share**2)).sum(axis=(1, 2))
        rising = score > 0
        low[active] = np.where(rising, now, low[active])
        high[active] = np.where(rising, high[active], now)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(curve < 0, -score / curve, np.nan)
        aim = now + step
        inside = (aim > low[active]) & (aim < high[active])
        aim = np.where(inside, aim, (low[active] + high[active]) / 2)
        rho[active] = np.where(score == 0, now, aim)
        # A Newton step squares the error that is left; a halved bracket does not.
        near = np.abs(aim - now) < np.where(inside, _NEAR * (1 - np.abs(now)), _SETTLED)
        moving = coarse | (~near & (score != 0) & (np.abs(now) < EDGE))
        active = active[moving]
        if not len(active):
            break
    return rho


def _start(counts: Floats) -> Floats:
    """Correlate the codes."""
    place = np.arange(counts.shape[1], dtype=np.float64)
    rows, columns = counts.sum(axis=2), counts.sum(axis=1)
    total = rows.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = rows @ place / total, columns @ place / total
        var_x, var_y = rows @ place**2 / total - x * x, columns @ place**2 / total - y * y
        both = np.einsum("mab,a,b->m", counts, place, place) / total - x * y
        found = both / np.sqrt(var_x * var_y)
    start: Floats = np.clip(np.nan_to_num(found), -0.95, 0.95)
    return start


def _cells(
    alpha: Floats, beta: Floats, rho: Floats, *, bend: bool = False, coarse: bool = False
) -> tuple[Floats, Floats, Floats]:
    """Give the probability of each cell, its first and (on request) second derivative by rho."""
    h, k = np.broadcast_arrays(alpha[:, :, None], beta[:, None, :])
    h, k = np.ascontiguousarray(h), np.ascontiguousarray(k)
    wide = rho[:, None, None]
    corners = bivariate_cdf(h, k, rho, coarse=coarse)
    density = bivariate_density(h, k, wide)
    m, c = alpha.shape[0], alpha.shape[1] + 1
    below = np.zeros((m, c + 1, c + 1))
    below[:, 1:-1, 1:-1] = corners
    below[:, 1:-1, -1] = ndtr(alpha)
    below[:, -1, 1:-1] = ndtr(beta)
    below[:, -1, -1] = 1
    slope = np.zeros_like(below)
    slope[:, 1:-1, 1:-1] = density
    second = np.zeros_like(below) if bend else slope
    if bend:
        rest = (1 - wide) * (1 + wide)
        away = h * k * (1 + wide * wide) - wide * (h * h + k * k)
        second[:, 1:-1, 1:-1] = density * (wide / rest + away / rest**2)
    return _differences(below), _differences(slope), _differences(second)


def _differences(corners: Floats) -> Floats:
    """Turn what lies below each corner into what lies in each cell."""
    rows = corners[:, 1:] - corners[:, :-1]
    found: Floats = rows[:, :, 1:] - rows[:, :, :-1]
    return found


def _density(limit: Floats) -> Floats:
    found: Floats = np.exp(-(limit**2) / 2) / np.sqrt(2 * np.pi)
    return found


def _bordered(inner: Floats, last: Floats) -> Floats:
    """Add the corners at minus and plus infinity along the last axis."""
    full = np.zeros((*inner.shape[:2], inner.shape[2] + 2))
    full[:, :, 1:-1] = inner
    full[:, :, -1] = last
    return full


def _of_thresholds(ratio: Floats, by_threshold: Floats) -> Floats:
    """Sum score times threshold score over the cells on both sides of each threshold."""
    change = by_threshold[:, :, 1:] - by_threshold[:, :, :-1]
    found: Floats = ((ratio[:, :-1] - ratio[:, 1:]) * change).sum(axis=2)
    return found
