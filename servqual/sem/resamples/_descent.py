r"""Quasi-Newton minimisation of many functions at a time, from one good inverse of the Hessian.

The first step is a chord step with the inverse :math:`H_0^{-1}` of the second derivatives that the
full sample has at its estimates; then the limited-memory BFGS formula corrects it for each
resample from the gradients met on the way, none of which is forgotten [1]_. So a resample takes
gradients only, and no second derivatives.

References
----------
.. [1] Nocedal, J. (1980). Updating quasi-Newton matrices with limited storage. *Mathematics of
   Computation*, 35(151), 773-782. https://doi.org/10.1090/S0025-5718-1980-0572855-7
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from servqual.sem.fitting.structure import Floats, Ints

# f and its gradient, at parameters (b, q) of the problems with these numbers (b,).
Function = Callable[[Floats, Ints], tuple[Floats, Floats]]

# The decrement g'H^-1 g before the last step, which makes it smaller by another factor of 10: the
# estimate is then off by less than 1e-5 of its standard error at n = 1,000.
_TOLERANCE = 1e-12
_MAX_ITERATIONS = 60
_MAX_HALVINGS = 12


@dataclass(frozen=True, eq=False, kw_only=True)
class Descent:
    """Minima of b functions.

    Attributes
    ----------
    parameters : ndarray of shape (b, q)
    objective : ndarray of shape (b,)
    converged : ndarray of bool of shape (b,)
    iterations : ndarray of int of shape (b,)
    """

    parameters: Floats
    objective: Floats
    converged: NDArray[np.bool_]
    iterations: Ints


@dataclass(eq=False)
class _Memory:
    """Steps and differences of gradients, of every problem still going on."""

    steps: list[Floats] = field(default_factory=list)
    turns: list[Floats] = field(default_factory=list)
    scales: list[Floats] = field(default_factory=list)  # 1 / (step . turn), 0 where not convex

    def add(self, step: Floats, turn: Floats) -> None:
        product = (step * turn).sum(axis=1)
        self.steps.append(step)
        self.turns.append(turn)
        self.scales.append(np.where(product > 0, 1 / np.where(product > 0, product, 1), 0.0))

    def take(self, which: NDArray[np.bool_]) -> None:
        for held in (self.steps, self.turns, self.scales):
            held[:] = [one[which] for one in held]

    def direction(self, slope: Floats, inverse: Floats) -> Floats:
        """Give -H^-1 slope by the two-loop recursion."""
        left = slope
        amounts = []
        memory = list(zip(self.steps, self.turns, self.scales, strict=True))
        for step, turn, scale in reversed(memory):
            amount = scale * (step * left).sum(axis=1)
            amounts.append(amount)
            left = left - amount[:, None] * turn
        found = left @ inverse
        for (step, turn, scale), amount in zip(memory, reversed(amounts), strict=True):
            back = scale * (turn * found).sum(axis=1)
            found = found + (amount - back)[:, None] * step
        return -found


def descend(
    function: Function,
    start: Floats,
    inverse: Floats,
    *,
    tolerance: float = _TOLERANCE,
    max_iterations: int = _MAX_ITERATIONS,
) -> Descent:
    """Minimise b functions from starts (b, q), given a rough inverse Hessian (q, q).

    Parameters
    ----------
    function : callable
        Gives values (b,), infinite where there is none, and gradients (b, q).
    start : ndarray of shape (b, q)
    inverse : ndarray of shape (q, q)
        Symmetric and positive definite.
    tolerance : float
        Of the decrement :math:`g'H^{-1}g`.
    max_iterations : int
    """
    b = len(start)
    out = Descent(
        parameters=start.copy(),
        objective=np.full(b, np.inf),
        converged=np.zeros(b, dtype=bool),
        iterations=np.zeros(b, dtype=np.intp),
    )
    index = np.arange(b)
    memory = _Memory()
    here = start
    value, slope = function(here, index)
    for _ in range(max_iterations):
        step = memory.direction(slope, inverse)
        decrement = -(slope * step).sum(axis=1)
        arrived = decrement < tolerance
        arrived &= decrement > -tolerance
        # The last step is too short to need a look: it gains half the decrement.
        out.parameters[index] = np.where(arrived[:, None], here + step, here)
        out.objective[index] = np.where(arrived, value - 0.5 * decrement, value)
        out.converged[index] = arrived & np.isfinite(value)
        going = ~arrived & np.isfinite(value) & np.isfinite(decrement) & (decrement > 0)
        if not going.any():
            break
        if not going.all():
            index, here, value = index[going], here[going], value[going]
            slope, step, decrement = slope[going], step[going], decrement[going]
            memory.take(going)
        out.iterations[index] += 1
        there, value_there, slope_there = _search(function, index, here, value, step, decrement)
        memory.add(there - here, slope_there - slope)
        here, value, slope = there, value_there, slope_there
    return out


def _search(
    function: Function,
    index: Ints,
    here: Floats,
    value: Floats,
    step: Floats,
    decrement: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Halve the steps until each goes down; the value is infinite where none does."""
    there = here + step
    found, slope = function(there, index)
    noise = 1e-13 * (1 + np.abs(value))
    size = np.ones(len(index))
    short = ~(found <= value - 1e-4 * decrement + noise)
    for _ in range(_MAX_HALVINGS):
        which = np.flatnonzero(short)
        if not len(which):
            return there, found, slope
        size[which] /= 2
        there[which] = here[which] + size[which, None] * step[which]
        found[which], slope[which] = function(there[which], index[which])
        bound = value[which] - 1e-4 * size[which] * decrement[which] + noise[which]
        short[which] = ~(found[which] <= bound)
    found[short] = np.inf
    return there, found, slope
