r"""The fit function of the unrestricted factor model, concentrated on the uniquenesses.

For given uniquenesses the best loadings follow from the eigenvalues :math:`\theta_j` and vectors
:math:`\omega_j` of a p x p matrix, and the fit function is a sum over the eigenvalues that no
factor takes up:

- maximum likelihood: of :math:`\Psi^{-1/2} R \Psi^{-1/2}`,
  :math:`F = \sum (\theta_j - \log\theta_j - 1)`;
- unweighted least squares (minres): of :math:`R - \Psi`,
  :math:`F = \tfrac12 \sum \theta_j^2`.

Both are minimised over :math:`x = \log\psi` by Newton's method with the exact second derivatives
[1]_, many matrices at a time.

References
----------
.. [1] Jöreskog, K. G. (1977). Factor analysis by least-squares and maximum-likelihood methods. In
   K. Enslein, A. Ralston, & H. S. Wilf (Eds.), *Statistical methods for digital computers* (Vol.
   3, pp. 125-153). Wiley.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Discrepancy = Literal["ml", "uls"]

LOWEST_UNIQUENESS = 0.005
TOLERANCE = 1e-8
SINGULAR = 1e-10
_LOWEST = float(np.log(LOWEST_UNIQUENESS))
_MAX_ITERATIONS = 200
_MAX_STEP = 2.0
_MAX_HALVINGS = 20
_OTHER_STARTS = 8


@dataclass(frozen=True, eq=False)
class Minimum:
    """Solutions of a batch of b correlation matrices of p items and m factors."""

    loadings: Floats  # (b, p, m)
    uniquenesses: Floats  # (b, p)
    objective: Floats  # (b,)
    converged: Bools  # (b,)
    at_bound: Bools  # (b, p)


@dataclass(frozen=True, eq=False)
class _Point:
    """The fit function at one set of log uniquenesses, with its spectrum."""

    x: Floats  # (b, p)
    value: Floats  # (b,)
    roots: Floats  # (b, p), rising
    vectors: Floats  # (b, p, p)
    residual: Bools  # (b, p): roots that no factor takes up

    def rows(self, which: NDArray[Any]) -> "_Point":
        return _Point(*(getattr(self, field.name)[which] for field in fields(self)))

    def put(self, which: NDArray[Any], other: "_Point") -> None:
        for field in fields(self):
            getattr(self, field.name)[which] = getattr(other, field.name)


def minimise(correlation: Floats, m: int, discrepancy: Discrepancy) -> Minimum:
    """Minimise the fit function for a batch of (b, p, p) correlations.

    Where a uniqueness ends at its bound there are often several minima, so these matrices are
    tried again from other starts, and the lowest minimum is kept.
    """
    found = _descend(correlation, _start(correlation, m), m, discrepancy)
    again = np.flatnonzero(found.at_bound.any(axis=1) | ~found.converged)
    if not len(again):
        return found
    p = correlation.shape[1]
    others = np.random.default_rng(0).uniform(np.log(0.02), 0, (_OTHER_STARTS, p))
    for start in others:
        tried = _descend(correlation[again], np.tile(start, (len(again), 1)), m, discrepancy)
        lower = tried.objective < found.objective[again] - 1e-9
        better = tried.converged & (lower | ~found.converged[again])
        for field in fields(found):
            getattr(found, field.name)[again[better]] = getattr(tried, field.name)[better]
    return found


def _descend(correlation: Floats, start: Floats, m: int, discrepancy: Discrepancy) -> Minimum:
    """Go down from one start each; matrices that have arrived, or cannot go on, are set aside."""
    here = _point(correlation, start, m, discrepancy)
    final = here.rows(np.arange(len(start)))
    converged = np.zeros(len(start), dtype=bool)
    index = np.arange(len(start))
    stuck = np.zeros(len(start), dtype=bool)
    for _ in range(_MAX_ITERATIONS):
        gradient, newton, cautious = _derivatives(here, discrepancy)
        held = (here.x <= _LOWEST) & (gradient > 0)
        gradient[held] = 0
        arrived = np.abs(gradient).max(axis=1) < TOLERANCE
        aside = arrived | stuck
        if aside.any():
            final.put(index[aside], here.rows(aside))
            converged[index[arrived]] = True
            left = ~aside
            index, here, correlation = index[left], here.rows(left), correlation[left]
            gradient, held = gradient[left], held[left]
            newton, cautious = newton[left], cautious[left]
            if not len(index):
                break
        step = _step(newton, cautious, gradient, held)
        here, stuck = _search(correlation, here, step, gradient, m, discrepancy)
    else:
        final.put(index, here)
    return _solution(final, m, discrepancy, converged)


def _start(correlation: Floats, m: int) -> Floats:
    """Jöreskog's start values, from the squared multiple correlations."""
    b, p = correlation.shape[:2]
    start = np.full((b, p), 0.5)
    regular = np.linalg.eigvalsh(correlation)[:, 0] > SINGULAR
    if regular.any():
        inverse = np.linalg.inv(correlation[regular])
        start[regular] = (1 - m / (2 * p)) / np.diagonal(inverse, axis1=1, axis2=2)
    return np.maximum(np.log(start), _LOWEST)


def _point(correlation: Floats, x: Floats, m: int, discrepancy: Discrepancy) -> _Point:
    p = correlation.shape[1]
    if discrepancy == "ml":
        scale = np.exp(-0.5 * x)
        matrix = correlation * scale[:, :, None] * scale[:, None, :]
    else:
        matrix = correlation.copy()
        matrix[:, np.arange(p), np.arange(p)] -= np.exp(x)
    roots, vectors = np.linalg.eigh(matrix)
    residual = np.ones(roots.shape, dtype=bool)
    residual[:, p - m :] = roots[:, p - m :] <= (1 if discrepancy == "ml" else 0)
    if discrepancy == "ml":
        safe = np.maximum(roots, np.finfo(float).tiny)
        terms = safe - np.log(safe) - 1
    else:
        terms = roots**2 / 2
    return _Point(x, np.where(residual, terms, 0).sum(axis=1), roots, vectors, residual)


def _derivatives(here: _Point, discrepancy: Discrepancy) -> tuple[Floats, Floats, Floats]:
    """Gradient, second derivatives, and their positive semi-definite approximation."""
    roots, vectors = here.roots, here.vectors
    transposed = vectors.transpose(0, 2, 1)
    residual = here.residual.astype(np.float64)
    plain = (vectors * residual[:, None, :]) @ transposed
    if discrepancy == "ml":
        slope = residual * (1 - roots)
        newton = plain * ((vectors * (residual * roots)[:, None, :]) @ transposed)
    else:
        slope = -residual * roots
        newton = plain * plain
    taken = np.flatnonzero(~here.residual.all(axis=0))
    root, other = roots[:, taken, None], roots[:, None, :]
    apart = np.where(here.residual[:, None, :] & (other != root), root - other, 1)
    pull = slope[:, None, :] * (other + root if discrepancy == "ml" else 2.0) / apart
    pull[here.residual[:, taken]] = 0
    mixed = (vectors[:, None] * pull[:, :, None, :]) @ transposed[:, None]
    chosen = transposed[:, taken]
    newton = newton + np.einsum("bmij,bmi,bmj->bij", mixed, chosen, chosen)
    gradient = ((vectors**2) @ slope[:, :, None])[:, :, 0]
    cautious = plain**2
    if discrepancy == "uls":
        psi = np.exp(here.x)
        outer = psi[:, :, None] * psi[:, None, :]
        gradient = gradient * psi
        newton, cautious = newton * outer, cautious * outer
        diagonal = np.arange(roots.shape[1])
        newton[:, diagonal, diagonal] += gradient
    ridge = 1e-10 * np.eye(roots.shape[1])
    return gradient, newton + ridge, cautious + ridge


def _step(newton: Floats, cautious: Floats, gradient: Floats, held: Bools) -> Floats:
    """Newton's step, or a cautious one where that would not go down."""
    fixed = held[:, :, None] | held[:, None, :]
    eye = np.eye(held.shape[1])
    step = -_solve(np.where(fixed, eye, newton), gradient)
    uphill = ~((step * gradient).sum(axis=1) < 0)
    if uphill.any():
        matrix = np.where(fixed, eye, cautious)[uphill]
        step[uphill] = -_solve(matrix, gradient[uphill])
    longest = np.maximum(np.abs(step).max(axis=1, keepdims=True), _MAX_STEP)
    return step * (_MAX_STEP / longest)


def _solve(matrix: Floats, vector: Floats) -> Floats:
    return np.asarray(np.linalg.solve(matrix, vector[:, :, None])[:, :, 0], dtype=np.float64)


def _search(
    correlation: Floats,
    here: _Point,
    step: Floats,
    gradient: Floats,
    m: int,
    discrepancy: Discrepancy,
) -> tuple[_Point, Bools]:
    """Halve the steps until each goes down; say which never do."""
    there = _point(correlation, np.maximum(here.x + step, _LOWEST), m, discrepancy)
    # The last steps change the value by less than it can be computed to.
    noise = 1e-13 * (1 + here.value)
    size = np.ones(len(step))
    for _ in range(_MAX_HALVINGS):
        promised = np.minimum(((there.x - here.x) * gradient).sum(axis=1), 0)
        short = ~(there.value <= here.value + 1e-4 * promised + noise)
        if not short.any():
            return there, short
        size[short] /= 2
        x = np.maximum(here.x[short] + size[short, None] * step[short], _LOWEST)
        there.put(short, _point(correlation[short], x, m, discrepancy))
    there.put(short, here.rows(short))
    return there, short


def _solution(here: _Point, m: int, discrepancy: Discrepancy, converged: Bools) -> Minimum:
    uniquenesses = np.exp(here.x)
    largest = here.roots[:, ::-1][:, :m]
    scale = np.sqrt(np.maximum(largest - (1 if discrepancy == "ml" else 0), 0))
    loadings: Floats = here.vectors[:, :, ::-1][:, :, :m] * scale[:, None, :]
    if discrepancy == "ml":
        loadings *= np.sqrt(uniquenesses)[:, :, None]
    signs = np.where(loadings.sum(axis=1) < 0, -1.0, 1.0)
    return Minimum(
        loadings=loadings * signs[:, None, :],
        uniquenesses=uniquenesses,
        objective=here.value,
        converged=converged,
        at_bound=here.x <= _LOWEST,
    )
