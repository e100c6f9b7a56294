r"""The statistics that least squares fits: of the data, implied by a model, and their derivatives.

For each variable in order its thresholds, or its mean where it is continuous (in a model with
means); then the variances of the continuous ones; then the covariances below the diagonal, column
by column. Those of ordered variables are of latent responses in units of their standard
deviations: :math:`\delta_i (\tau_i - \mu_i)` and :math:`\delta_i \delta_j \Sigma_{ij}`.
"""

from dataclasses import dataclass, replace

import numpy as np

from servqual.sem.fitting.gamma import Gamma
from servqual.sem.fitting.layout import Floats, Implied, Ints, Layout


@dataclass(frozen=True, eq=False, kw_only=True)
class Statistics:
    """What least squares fits of a group.

    Attributes
    ----------
    values : ndarray of shape (s,)
    weights : ndarray of shape (s,)
        Of the squared residuals.
    root : ndarray of shape (p, p) or None
        What the variables are multiplied by first, so that their statistics are as if
        uncorrelated; None where they stay what they are.
    share : float
        The group's share of the fit function.
    n : int
        Respondents.
    gamma : Gamma or None
        None where the weights are taken as right, or the rows are left behind.
    """

    values: Floats
    weights: Floats
    root: Floats | None = None
    share: float
    n: int
    gamma: Gamma | None = None

    def without_rows(self) -> "Statistics":
        """Leave behind what comes from the rows."""
        return replace(self, gamma=None)


@dataclass(frozen=True, eq=False)
class Order:
    """Where a group's statistics come from.

    Attributes
    ----------
    variable, threshold : ndarray of shape (t,)
        Of each threshold or mean the variable, and which threshold it is; -1 of a mean.
    continuous : ndarray
        The continuous variables.
    row, column : ndarray
        Of each covariance.
    """

    variable: Ints
    threshold: Ints
    continuous: Ints
    row: Ints
    column: Ints

    @property
    def at_thresholds(self) -> Ints:
        """Which of the statistics are thresholds."""
        return np.flatnonzero(self.threshold >= 0)


def order_of(layout: Layout) -> Order:
    """Find where a group's statistics come from."""
    p = layout.p
    many = np.bincount(layout.thresholds, minlength=p)
    is_ordered = many > 0
    kept = np.where(is_ordered, many, int(layout.means))
    variable = np.repeat(np.arange(p), kept)
    threshold = np.full(len(variable), -1)
    threshold[is_ordered[variable]] = np.arange(len(layout.thresholds))
    column, row = np.triu_indices(p, 1)
    return Order(variable, threshold, np.flatnonzero(~is_ordered), row, column)


def names_of_statistics(layout: Layout, order: Order) -> list[tuple[object, ...]]:
    """Give each statistic a name that does not depend on the order of the variables."""
    observed = layout.observed
    first = np.searchsorted(order.variable, order.variable)
    places = [(observed[at], k - int(first[k])) for k, at in enumerate(order.variable)]
    variances = [(observed[at], "variance") for at in order.continuous]
    pairs = [
        (frozenset((observed[i], observed[j])),)
        for i, j in zip(order.row, order.column, strict=True)
    ]
    return [*places, *variances, *pairs]


def implied_statistics(
    layout: Layout, order: Order, implied: Implied, root: Floats | None = None
) -> Floats:
    """Give the statistics (s,) that a batch of one implies."""
    sigma, mu = implied.sigma[0], None if implied.mu is None else implied.mu[0]
    if root is not None:
        sigma, mu = root.T @ sigma @ root, None if mu is None else root.T @ mu
    places = np.zeros(0) if mu is None else mu[order.variable]
    covariances = sigma[order.row, order.column]
    if len(layout.ordered):
        delta, tau = implied.matrices["delta"][0], implied.matrices["tau"][0]
        of = order.variable
        cut = delta[of] * (tau[order.threshold] - places)
        places = np.where(order.threshold >= 0, cut, places)
        covariances = covariances * delta[order.row] * delta[order.column]
    variances = sigma[order.continuous, order.continuous]
    return np.concatenate([places, variances, covariances])


def statistic_slopes(
    layout: Layout,
    order: Order,
    implied: Implied,
    root: Floats | None = None,
    cells: Ints | None = None,
) -> Floats:
    """Give the derivatives (s, l) of the statistics by the free cells of a group, or by some."""
    some = np.arange(len(layout.at)) if cells is None else cells
    q = implied.q[0] if root is None else root.T @ implied.q[0]
    u, v = q[:, layout.first[some]], layout.share[some] * q[:, layout.second[some]]
    of_covariances = u[order.row] * v[order.column] + u[order.column] * v[order.row]
    of_variances = 2 * u[order.continuous] * v[order.continuous]
    slopes = layout.slopes(implied)
    of_places = np.zeros((0, len(some)))
    if slopes is not None:
        of_places = (slopes[0][some] * u)[order.variable]
    if not len(layout.ordered):
        return np.concatenate([of_places, of_variances, of_covariances])
    delta = implied.matrices["delta"][0]
    kind, row = np.array(layout.kind, dtype=object)[some], layout.row[some]
    scales = np.flatnonzero(kind == "delta")
    moved = row[scales]
    followed = _followed(layout, implied, u, v, (scales, moved))
    if followed is not None:
        reach, turned = followed
        of_covariances += (reach[order.row] * reach[order.column]) @ turned
        of_variances += reach[order.continuous] ** 2 @ turned
    of_covariances *= (delta[order.row] * delta[order.column])[:, None]
    here = implied.sigma[0][order.row, order.column]
    by_scale = (order.row[:, None] == moved) * (delta[order.column] * here)[:, None]
    by_scale += (order.column[:, None] == moved) * (delta[order.row] * here)[:, None]
    of_covariances[:, scales] += by_scale
    taken = order.at_thresholds
    of = order.variable[taken]
    of_places[taken] *= -delta[of][:, None]
    cuts = np.flatnonzero(kind == "tau")
    at = taken[row[cuts]]
    of_places[at, cuts] += delta[order.variable[at]]
    mu = implied.mu[0] if implied.mu is not None else np.zeros(layout.p)
    off = implied.matrices["tau"][0] - mu[of]
    of_places[np.ix_(taken, scales)] += (of[:, None] == moved) * off[:, None]
    return np.concatenate([of_places, of_variances, of_covariances])


def _followed(
    layout: Layout, implied: Implied, u: Floats, v: Floats, scales: tuple[Ints, Ints]
) -> tuple[Floats, Floats] | None:
    r"""Give how residual variances among the factors follow, where responses stand there.

    With d the residual variances that hold :math:`\Sigma_{yy} = 1/\delta_y^2`: what moves with
    them (p, k), :math:`\partial\Sigma / \partial d_k` being the product of column k with itself,
    and their derivatives (k, l) by the cells.
    """
    variables, factors = layout.responses
    if not len(variables):
        return None
    delta = implied.matrices["delta"][0]
    reach = implied.q[0][:, layout.p + factors]
    by_cells = 2 * u[variables] * v[variables]
    columns, moved = scales
    turn = (variables[:, None] == moved) * (2 * delta[variables] ** -3.0)[:, None]
    by_cells[:, columns] += turn
    return reach, -np.linalg.solve(reach[variables] ** 2, by_cells)
