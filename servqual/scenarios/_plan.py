"""The cheapest changes of items that reach a target."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.scenarios._effects import Floats

_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Changes in the order in which they are taken.

    Attributes
    ----------
    order : ndarray of int
        Which items.
    changes : ndarray
        By how much, in the same order.
    reached : bool
    """

    order: NDArray[np.intp]
    changes: Floats
    reached: bool


def cheapest(gains: Floats, rooms: Floats, costs: Floats, target: float) -> Plan:
    r"""Reach a gain at the least cost.

    Parameters
    ----------
    gains : ndarray of shape (k,)
        Per unit of change.
    rooms : ndarray of shape (k,)
        The largest changes, at least 0.
    costs : ndarray of shape (k,)
        Positive, per unit of change.
    target : float
        Positive.

    Notes
    -----
    Minimise :math:`\sum c_j x_j` subject to :math:`\sum s_j x_j \ge t` and :math:`0 \le x_j \le
    u_j`. With :math:`y_j = s_j x_j` a unit of gain costs :math:`c_j / s_j` up to :math:`s_j u_j`:
    in any solution, gain moved from a dearer item to a cheaper one with room left lowers the cost,
    so filling items in order of :math:`s_j / c_j` is exact, as in the fractional knapsack [1]_.
    Among equals, what has more room comes first, so that few items change.

    References
    ----------
    .. [1] Dantzig, G. B. (1957). Discrete-variable extremum problems. *Operations Research*, 5(2),
       266-288. https://doi.org/10.1287/opre.5.2.266

    Examples
    --------
    >>> found = cheapest(np.array([1.0, 3, 2]), np.ones(3), np.ones(3), 4.0)
    >>> found.order, found.changes, found.reached
    (array([1, 2]), array([1. , 0.5]), True)
    """
    useful = np.flatnonzero((gains > 0) & (rooms > 0))
    worth = gains[useful] / costs[useful]
    # Items of a dimension are worth the same but for rounding.
    level = np.round(worth / worth.max(initial=0.0), 12) if len(useful) else worth
    ranked = useful[np.lexsort((useful, -rooms[useful], -level))]
    order: list[int] = []
    changes: list[float] = []
    left = target
    for at in ranked:
        if left <= _ROUNDING * target:
            break
        change = min(rooms[at], left / gains[at])
        order.append(int(at))
        changes.append(float(change))
        left -= gains[at] * change
    return Plan(
        order=np.array(order, dtype=np.intp),
        changes=np.array(changes),
        reached=bool(left <= _ROUNDING * target),
    )
