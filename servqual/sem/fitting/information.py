r"""Second derivatives of the fit function, and scores, of complete and of incomplete rows.

Rows with one pattern of answered variables form a set, with the inverse of the answered block of
:math:`\Sigma`, padded with zeros, as its precision :math:`M`; complete rows form one set. All
sums run over products of :math:`Q'MQ` and :math:`Q'M S^* M Q`, where :math:`S^*` is the mean of
:math:`(x - \mu)(x - \mu)'` of the set.
"""

from dataclasses import dataclass

import numpy as np

from servqual.sem.fitting.structure import Floats, Implied, Ints, Layout

_CHUNK = 256


@dataclass(frozen=True, eq=False, kw_only=True)
class Sets:
    r"""K sets of rows of one group, at given parameters.

    Attributes
    ----------
    precision : ndarray of shape (K, p, p)
    spread : ndarray of shape (K, p, p)
        :math:`S^*`, zero where not answered.
    off : ndarray of shape (K, p) or None
        The mean of :math:`x - \mu`, zero where not answered; None without means.
    share : ndarray of shape (K,)
        The set's share of all respondents, of all groups together.
    implied : Implied
        What the parameters imply, as a batch of one.
    """

    precision: Floats
    spread: Floats
    off: Floats | None
    share: Floats
    implied: Implied

    def chunks(self) -> "list[Sets]":
        """Cut into pieces that fit in memory."""
        return [
            Sets(
                precision=self.precision[at : at + _CHUNK],
                spread=self.spread[at : at + _CHUNK],
                off=None if self.off is None else self.off[at : at + _CHUNK],
                share=self.share[at : at + _CHUNK],
                implied=self.implied,
            )
            for at in range(0, len(self.share), _CHUNK)
        ]


class _Products:
    """Sums over sets of the products of elements of two symmetric matrices, share by share."""

    def __init__(self, t: int) -> None:
        self._t = t
        self._at = np.triu_indices(t)
        self._pair = np.zeros((t, t), dtype=np.intp)
        self._pair[self._at] = np.arange(len(self._at[0]))
        self._pair[self._at[1], self._at[0]] = self._pair[self._at]
        self._one: tuple[Floats, Floats] | None = None
        self._sum: Floats | None = None

    def add(self, first: Floats, second: Floats, share: Floats) -> None:
        """Add K pairs of matrices (K, t, t)."""
        if self._one is None and self._sum is None and len(share) == 1:
            self._one = first[0] * share[0], second[0]
            return
        packed = first[:, self._at[0], self._at[1]] * share[:, None]
        product = packed.T @ second[:, self._at[0], self._at[1]]
        self._sum = product if self._sum is None else self._sum + product

    def of(self, i: Ints, j: Ints, k: Ints, m: Ints) -> Floats:
        """Give the sums of first[i, j] * second[k, m] for arrays of indices."""
        if self._one is not None:
            return np.asarray(self._one[0][i, j] * self._one[1][k, m])
        if self._sum is None:
            return np.zeros(np.broadcast_shapes(i.shape, j.shape))
        return np.asarray(self._sum[self._pair[i, j], self._pair[k, m]])


def observed_of_group(layout: Layout, implied: Implied, sets: Sets) -> Floats:
    """Give the second derivatives (l, l) of one group's part of the fit function, by its cells."""
    q = implied.q[0]
    a, b, c = layout.first, layout.second, layout.share
    slopes = layout.slopes(implied)
    products = _Products(q.shape[1])
    along = np.zeros((len(a), len(a)))
    means = np.zeros((q.shape[1], q.shape[1]))
    for some in sets.chunks():
        carried = q.T @ some.precision
        by_m = carried @ q
        by_w = carried @ some.spread @ np.swapaxes(carried, -1, -2)
        products.add(by_m, by_w - 0.5 * by_m, some.share)
        if slopes is not None and some.off is not None:
            y = (carried @ some.off[..., None])[..., 0] * some.share[:, None]
            # sum_k M_k[x, a_j] y_k[z] for every x, z: one product, then look-ups.
            joint = np.tensordot(by_m, y, axes=(0, 0))
            along += joint[a[:, None], a, b[:, None]] + joint[b[:, None], a, a[:, None]]
            means += np.tensordot(some.share, by_m, axes=1)
    ai, bi, aj, bj = a[:, None], b[:, None], a[None, :], b[None, :]
    part = products.of(ai, aj, bi, bj) + products.of(bi, bj, ai, aj)
    mixed = products.of(ai, bj, bi, aj)
    bends = 2 * np.outer(c, c) * (part + mixed + mixed.T)
    if slopes is not None:
        s = slopes[0]
        half = 2 * np.outer(c, s) * along
        bends = bends + half + half.T + 2 * np.outer(s, s) * means[ai, aj]
    total = bends + _curvature(layout, implied, sets)
    return np.asarray((total + total.T) / 2)


def slopes_by_moments(sets: Sets) -> tuple[Floats, Floats | None]:
    """Give the derivatives of the fit function by Sigma (p, p) and by mu (p,)."""
    m = sets.precision
    weight = m - m @ sets.spread @ m
    by_sigma = np.tensordot(sets.share, weight, axes=1)
    if sets.off is None:
        return by_sigma, None
    by_mu = -2 * ((m @ sets.off[..., None])[..., 0] * sets.share[:, None]).sum(axis=0)
    return by_sigma, by_mu


def _curvature(layout: Layout, implied: Implied, sets: Sets) -> Floats:
    """Give what the second derivatives of Sigma and mu by the cells contribute."""
    if layout.m == 0:
        return np.zeros((len(layout.at), len(layout.at)))
    if not layout.m:  # without factors the moments are the cells
        return np.zeros((len(layout.at), len(layout.at)))
    by_sigma, by_mu = slopes_by_moments(sets)
    q, effects, total = implied.q[0], implied.effects[0], implied.total[0]
    a, b, c = layout.first, layout.second, layout.share
    turns = layout.turns
    row, column = layout.row % layout.m, layout.column % layout.m
    # dU_i/dj = along[i, j] U_j and dV_i/dj = straight[i, j] U_j + across[i, j] V_j.
    along = np.where(turns.first_inner, effects[column, turns.first_at], 0.0)
    straight = np.where(turns.second_inner, effects[column, turns.second_at], 0.0)
    straight += np.where(turns.second_outer, total[column, turns.second_at], 0.0)
    across = np.where(turns.by_beta, effects[turns.second_at, row], 0.0)
    straight += np.where(turns.by_psi, c * effects[turns.second_at, column], 0.0)
    across += np.where(turns.by_psi, c * effects[turns.second_at, row], 0.0)
    k = q.T @ by_sigma @ q
    curve = along * k[np.ix_(b, a)] + straight * k[np.ix_(a, a)] + across * k[np.ix_(a, b)]
    curve = 2 * c[:, None] * curve
    slopes = layout.slopes(implied)
    if slopes is not None and by_mu is not None and implied.factor_means is not None:
        s, eta = slopes[0], implied.factor_means[0]
        pull = (by_mu @ q)[a]
        turned = np.where(turns.alpha, 1.0, np.where(turns.beta, eta[column], 0.0))
        moves = np.where(turns.carries[:, None], effects[column[:, None], row] * turned, 0.0)
        curve = curve + moves * pull[:, None] + s[:, None] * along * pull[None, :]
    return np.asarray(curve)


def expected_of_sets(layout: Layout, implied: Implied, sets: Sets) -> Floats:
    """Give the expected second derivatives (l, l), given which answers are there."""
    q = implied.q[0]
    a, b, c = layout.first, layout.second, layout.share
    slopes = layout.slopes(implied)
    products = _Products(q.shape[1])
    means = np.zeros((q.shape[1], q.shape[1]))
    for some in sets.chunks():
        t = q.T @ some.precision @ q
        products.add(t, t, some.share)
        if slopes is not None:
            means += np.tensordot(some.share, t, axes=1)
    ai, bi, aj, bj = a[:, None], b[:, None], a[None, :], b[None, :]
    total = 2 * np.outer(c, c) * (products.of(ai, aj, bi, bj) + products.of(ai, bj, aj, bi))
    if slopes is not None:
        total = total + 2 * np.outer(slopes[0], slopes[0]) * means[ai, aj]
    return np.asarray(total)


def scores_of_rows(layout: Layout, implied: Implied, precision: Floats, off: Floats) -> Floats:
    r"""Give each row's derivatives of its log-likelihood by the cells, (n, l).

    Parameters
    ----------
    layout : Layout
    implied : Implied
    precision : ndarray of shape (p, p) or (n, p, p)
    off : ndarray of shape (n, p)
        :math:`x - \mu`, zero where not answered.
    """
    q = implied.q[0]
    y = off @ precision if precision.ndim == 2 else (precision @ off[..., None])[..., 0]
    z = y @ q
    t = q.T @ precision @ q
    a, b = layout.first, layout.second
    scores = layout.share * (z[:, a] * z[:, b] - t[..., a, b])
    slopes = layout.slopes(implied)
    if slopes is not None:
        scores = scores + slopes[0] * z[:, a]
    return np.asarray(scores)
