r"""The matrices of a structural model, and where its parameters stand in them.

For p observed variables and m factors (observed variables that take part in regressions stand
among the factors, too):

.. math::

   \Sigma = \Lambda E \Psi E' \Lambda' + \Theta, \qquad \mu = \nu + \Lambda E \alpha, \qquad
   E = (I - B)^{-1}.

Every derivative of :math:`\Sigma` by a free cell is :math:`c (u v' + v u')`, with u and v columns
of :math:`Q = [I, \Lambda E, \Lambda E \Psi E']`, and every derivative of :math:`\mu` is
:math:`s u`: so gradients and information matrices are products with Q and look-ups.

Ordered variables show where a latent response lies among thresholds :math:`\tau`. The scale
:math:`\delta` of a response is one over its standard deviation, so its residual variance is no
parameter, but follows: :math:`\Sigma_{ii} = 1 / \delta_i^2` (the delta parameterisation).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MATRICES = ("lambda", "beta", "psi", "theta", "nu", "alpha", "tau", "delta")
SYMMETRIC = ("psi", "theta")


@dataclass(frozen=True, eq=False)
class Cells:
    """Free cells of one matrix: their rows, columns and positions in the vector of free cells."""

    rows: Ints
    columns: Ints
    index: Ints


@dataclass(frozen=True, eq=False)
class Implied:
    r"""What one or many parameter vectors imply; leading axes are those of the parameters.

    Attributes
    ----------
    sigma : ndarray of shape (..., p, p)
    mu : ndarray of shape (..., p) or None
        None in a model without means.
    q : ndarray of shape (..., p, p + 2m)
        The columns of :math:`[I, \Lambda E, \Lambda E \Psi E']`.
    total : ndarray of shape (..., m, m)
        Covariances of the factors, :math:`E \Psi E'`.
    effects : ndarray of shape (..., m, m)
        Total effects among the factors, :math:`E`.
    factor_means : ndarray of shape (..., m) or None
    matrices : mapping of str to ndarray
        The matrices themselves, with the residual variances of latent responses in them.
    """

    sigma: NDArray[Any]
    mu: NDArray[Any] | None
    q: NDArray[Any]
    total: NDArray[Any]
    effects: NDArray[Any]
    factor_means: NDArray[Any] | None
    matrices: Mapping[str, NDArray[Any]]

    def take(self, which: NDArray[Any]) -> "Implied":
        """Give some of a batch."""
        return Implied(
            sigma=self.sigma[which],
            mu=None if self.mu is None else self.mu[which],
            q=self.q[which],
            total=self.total[which],
            effects=self.effects[which],
            factor_means=None if self.factor_means is None else self.factor_means[which],
            matrices={name: matrix[which] for name, matrix in self.matrices.items()},
        )


@dataclass(frozen=True, eq=False)
class Turns:
    """How a column of Q that belongs to cell i turns when cell j moves: masks (l, l).

    Attributes
    ----------
    first_inner, second_inner : ndarray of bool
        Column a (or b) of i is in Lambda E, and j is a loading or path.
    second_outer : ndarray of bool
        Column b of i is in Lambda E Psi E', and j is a loading or path.
    by_beta, by_psi : ndarray of bool
        Column b of i is in Lambda E Psi E', and j is a path, or of Psi.
    first_at, second_at : ndarray of shape (l, 1)
        Which factor the column is of.
    carries, beta, alpha : ndarray of bool of shape (l,)
        Whether a cell is a loading or path, a path, a factor's intercept.
    """

    first_inner: NDArray[np.bool_]
    second_inner: NDArray[np.bool_]
    second_outer: NDArray[np.bool_]
    by_beta: NDArray[np.bool_]
    by_psi: NDArray[np.bool_]
    first_at: Ints
    second_at: Ints
    carries: NDArray[np.bool_]
    beta: NDArray[np.bool_]
    alpha: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Layout:
    """One group: its matrices with the fixed cells filled in, and its free cells.

    The free cells of all groups stand in one vector of length L; `at` says which of them are in
    this group.
    """

    observed: tuple[str, ...]
    factors: tuple[str, ...]
    fixed: Mapping[str, Floats]
    free: Mapping[str, Cells]
    means: bool
    at: Ints  # (l,): positions of this group's free cells among all L
    first: Ints  # (l,): column a of Q
    second: Ints  # (l,): column b of Q
    share: Floats  # (l,): c
    kind: tuple[str, ...]  # (l,): which matrix
    row: Ints
    column: Ints
    thresholds: Ints  # (T,): the observed variable of each threshold

    @property
    def p(self) -> int:
        """How many observed variables."""
        return len(self.observed)

    @property
    def m(self) -> int:
        """How many factors."""
        return len(self.factors)

    @cached_property
    def slope_source(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which cells move the means by themselves, and which by the mean of a factor."""
        kinds = np.array(self.kind, dtype=object)
        return np.isin(kinds, ["nu", "alpha"]), np.isin(kinds, ["lambda", "beta"])

    @cached_property
    def ordered(self) -> Ints:
        """Which observed variables are ordered."""
        return np.unique(self.thresholds)

    @cached_property
    def responses(self) -> tuple[Ints, Ints]:
        """The ordered variables that stand among the factors: as variables, and as factors."""
        place = {name: at for at, name in enumerate(self.factors)}
        inside = [at for at in self.ordered.tolist() if self.observed[at] in place]
        factors = [place[self.observed[at]] for at in inside]
        return np.array(inside, dtype=np.intp), np.array(factors, dtype=np.intp)

    @cached_property
    def turns(self) -> Turns:
        """How the columns of Q turn when a cell moves."""
        p, m, a, b = self.p, self.m, self.first, self.second
        kind = np.array(self.kind, dtype=object)
        carries = np.isin(kind, ["lambda", "beta"])
        inner_a, inner_b = (a >= p) & (a < p + m), (b >= p) & (b < p + m)
        outer = b >= p + m
        size = max(m, 1)
        return Turns(
            first_inner=inner_a[:, None] & carries,
            second_inner=inner_b[:, None] & carries,
            second_outer=outer[:, None] & carries,
            by_beta=outer[:, None] & (kind == "beta"),
            by_psi=outer[:, None] & (kind == "psi"),
            first_at=np.where(inner_a, a - p, 0)[:, None] % size,
            second_at=np.where(b >= p, (b - p) % size, 0)[:, None],
            carries=carries,
            beta=kind == "beta",
            alpha=kind == "alpha",
        )

    def fill(self, cells: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Put free cells (..., L) into the matrices."""
        filled: dict[str, NDArray[Any]] = {}
        for name, base in self.fixed.items():
            free = self.free[name]
            shape = (*cells.shape[:-1], *base.shape)
            if not len(free.index):
                filled[name] = np.broadcast_to(base, shape)
                continue
            matrix = np.empty(shape, dtype=np.result_type(cells, base))
            matrix[...] = base
            values = cells[..., free.index]
            if base.ndim == 1:
                matrix[..., free.rows] = values
            else:
                matrix[..., free.rows, free.columns] = values
                if name in SYMMETRIC:
                    matrix[..., free.columns, free.rows] = values
            filled[name] = matrix
        return filled

    @cached_property
    def recursive(self) -> bool:
        """Whether factors act on factors."""
        return bool(len(self.free["beta"].index)) or bool(self.fixed["beta"].any())

    def implied(self, cells: NDArray[Any]) -> Implied:
        """Compute what free cells (..., L) imply."""
        matrices, effects, total = self._parts(cells)
        lead = cells.shape[:-1]
        loadings = matrices["lambda"]
        reach = loadings @ effects if self.recursive else loadings
        carried = loadings @ total
        sigma = carried @ np.swapaxes(loadings, -1, -2) + matrices["theta"]
        identity = np.broadcast_to(np.eye(self.p), (*lead, self.p, self.p))
        mu = factor_means = None
        if self.means:
            factor_means = (effects @ matrices["alpha"][..., None])[..., 0]
            mu = matrices["nu"] + (loadings @ factor_means[..., None])[..., 0]
        return Implied(
            sigma=sigma,
            mu=mu,
            q=np.concatenate([identity, reach, carried], axis=-1),
            total=total,
            effects=effects,
            factor_means=factor_means,
            matrices=matrices,
        )

    def variances(self, cells: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Give total and residual variances (..., p + m): observed variables, then factors."""
        matrices, _, total = self._parts(cells)
        loadings = matrices["lambda"]
        common = ((loadings @ total) * loadings).sum(axis=-1)
        residual = np.concatenate(
            [
                np.diagonal(matrices["theta"], axis1=-2, axis2=-1),
                np.diagonal(matrices["psi"], axis1=-2, axis2=-1),
            ],
            axis=-1,
        )
        of_factors = np.diagonal(total, axis1=-2, axis2=-1)
        whole = np.concatenate([common + residual[..., : self.p], of_factors], axis=-1)
        return whole, residual

    def _parts(
        self, cells: NDArray[Any]
    ) -> tuple[dict[str, NDArray[Any]], NDArray[Any], NDArray[Any]]:
        """Give the matrices, the total effects E and the covariances E Psi E' of the factors."""
        matrices = self.fill(cells)
        psi = matrices["psi"]
        effects = np.broadcast_to(np.eye(self.m), psi.shape)
        if self.recursive:
            effects = np.linalg.inv(np.eye(self.m) - matrices["beta"])
        if len(self.ordered):
            psi = matrices["psi"] = self._with_responses(psi, effects, matrices["delta"])
        total = effects @ psi @ np.swapaxes(effects, -1, -2) if self.recursive else psi
        if len(self.ordered):
            loadings = matrices["lambda"]
            at = np.setdiff1d(self.ordered, self.responses[0])
            common = ((loadings @ total) * loadings).sum(axis=-1)
            theta = matrices["theta"]
            theta = theta.astype(np.result_type(theta, common, matrices["delta"]))
            theta[..., at, at] = matrices["delta"][..., at] ** -2 - common[..., at]
            theta[..., self.responses[0], self.responses[0]] = 0
            matrices["theta"] = theta
        return matrices, effects, total

    def _with_responses(
        self, psi: NDArray[Any], effects: NDArray[Any], delta: NDArray[Any]
    ) -> NDArray[Any]:
        """Put into Psi the residual variances that give latent responses their variances."""
        variables, at = self.responses
        if not len(at):
            return psi
        psi = psi.astype(np.result_type(psi, effects, delta))
        psi[..., at, at] = 0
        own = effects[..., at, :]
        given = ((own @ psi) * own).sum(axis=-1)
        left = delta[..., variables] ** -2 - given
        psi[..., at, at] = np.linalg.solve(own[..., at] ** 2, left[..., None])[..., 0]
        return psi

    def slopes(self, implied: Implied) -> NDArray[Any] | None:
        """Give s (..., l), by which a cell moves the means along its column of Q."""
        if not self.means or implied.factor_means is None:
            return None
        direct, carried = self.slope_source
        slopes = np.zeros((*implied.factor_means.shape[:-1], len(self.kind)))
        slopes = slopes.astype(implied.factor_means.dtype)
        slopes[..., direct] = 1
        slopes[..., carried] = implied.factor_means[..., self.column[carried]]
        return slopes
