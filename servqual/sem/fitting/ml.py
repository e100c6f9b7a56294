r"""Maximum likelihood by Fisher scoring, for one set of moments or for many at a time.

The fit function of groups g with shares :math:`n_g / n` is

.. math::

   F = \sum_g \frac{n_g}{n} \left[ \log|\Sigma_g| + \operatorname{tr}(S_g \Sigma_g^{-1}) -
   \log|S_g| - p_g + (\bar x_g - \mu_g)' \Sigma_g^{-1} (\bar x_g - \mu_g) \right]

with :math:`S_g` the covariance with divisor n. Its gradient and its expected second derivatives
come from products with the columns that :mod:`servqual.sem.fitting.structure` describes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual.sem.fitting.structure import Floats, Implied, Layout, Structure

Bools = NDArray[np.bool_]

# The Newton decrement g'H^-1 g: an estimate is then off by some 1e-8 of its standard error.
TOLERANCE = 1e-18
STALLED = 1e-12
_MAX_ITERATIONS = 300
_MAX_HALVINGS = 30
_RIDGE = 1e-12


@dataclass(frozen=True, eq=False, kw_only=True)
class Target:
    """The moments of a group, or of a batch of b resamples of it.

    Attributes
    ----------
    covariance : ndarray of shape (p, p) or (b, p, p)
        With divisor n.
    mean : ndarray of shape (p,) or (b, p), or None
    share : float or ndarray of shape (b,)
        The group's share of the respondents.
    thresholds : ndarray of shape (T,)
        Of the latent responses of its ordered variables, one variable after the other.
    """

    covariance: Floats
    mean: Floats | None
    share: Any = 1.0
    thresholds: Floats = field(default_factory=lambda: np.zeros(0))

    def take(self, which: NDArray[Any]) -> "Target":
        """Give some of a batch."""
        share = self.share if np.ndim(self.share) == 0 else self.share[which]
        mean = None if self.mean is None else self.mean[which]
        return Target(covariance=self.covariance[which], mean=mean, share=share)


@dataclass(frozen=True, eq=False, kw_only=True)
class Minimum:
    """Solutions of a batch of b.

    Attributes
    ----------
    parameters : ndarray of shape (b, q)
    objective : ndarray of shape (b,)
        The minimum of the fit function; 0 is a perfect fit.
    converged : ndarray of bool of shape (b,)
    iterations : ndarray of int of shape (b,)
    decrement : ndarray of shape (b,)
        The squared length of the last step, in the metric of the information.
    """

    parameters: Floats
    objective: Floats
    converged: Bools
    iterations: NDArray[np.intp]
    decrement: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class Point:
    """The fit function at a batch of parameters, with what its derivatives need."""

    parameters: Floats
    objective: Floats
    implied: tuple[Implied, ...]
    precision: tuple[Floats, ...]

    def take(self, which: NDArray[Any]) -> "Point":
        """Give some of a batch."""
        return Point(
            parameters=self.parameters[which],
            objective=self.objective[which],
            implied=tuple(one.take(which) for one in self.implied),
            precision=tuple(one[which] for one in self.precision),
        )


def log_determinant(covariance: Floats) -> Floats:
    """Give log|S| (...,), -inf where S is not positive definite."""
    root, regular = _cholesky(np.atleast_3d(covariance.T).T)
    value = 2 * np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)
    value = np.where(regular, value, -np.inf)
    return np.asarray(value.reshape(covariance.shape[:-2]))


def evaluate(structure: Structure, targets: Sequence[Target], parameters: Floats) -> Point:
    """Evaluate the fit function, without its constant, at parameters (b, q).

    It is infinite where an implied covariance matrix is not positive definite.
    """
    cells = structure.cells(parameters)
    value = np.zeros(len(parameters))
    implied_all, precisions = [], []
    for layout, target in zip(structure.layouts, targets, strict=True):
        with np.errstate(all="ignore"):
            implied = layout.implied(cells)
        sigma = implied.sigma
        root, regular = _cholesky(sigma)
        safe = sigma if regular.all() else np.where(regular[:, None, None], sigma, np.eye(layout.p))
        precision = np.linalg.inv(safe)
        part = 2 * np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)
        part = part + (target.covariance * precision).sum(axis=(-2, -1))
        if implied.mu is not None:
            off = target.mean - implied.mu
            part = part + (off * (precision @ off[..., None])[..., 0]).sum(axis=-1)
        value = value + target.share * np.where(regular, part, np.inf)
        implied_all.append(implied)
        precisions.append(precision)
    return Point(
        parameters=parameters,
        objective=np.where(np.isfinite(value), value, np.inf),
        implied=tuple(implied_all),
        precision=tuple(precisions),
    )


def constant(targets: Sequence[Target]) -> Any:
    """Give what the fit function subtracts: the value of a perfect fit."""
    return sum(
        target.share * (log_determinant(target.covariance) + target.covariance.shape[-1])
        for target in targets
    )


def gradient(structure: Structure, targets: Sequence[Target], here: Point) -> Floats:
    """Give the first derivatives of the fit function by the parameters, (b, q)."""
    total = np.zeros((len(here.parameters), len(structure.rows)))
    for layout, target, implied, precision in zip(
        structure.layouts, targets, here.implied, here.precision, strict=True
    ):
        residual = target.covariance - implied.sigma
        scaled = None
        if implied.mu is not None:
            off = target.mean - implied.mu
            residual = residual + off[..., :, None] * off[..., None, :]
            scaled = (precision @ off[..., None])[..., 0]
        weight = precision @ residual @ precision
        q = implied.q
        projected = np.swapaxes(q, -1, -2) @ weight @ q
        part = -2 * layout.share * projected[..., layout.first, layout.second]
        slopes = layout.slopes(implied)
        if slopes is not None and scaled is not None:
            along = (scaled[..., None, :] @ q)[..., 0, :]
            part = part - 2 * slopes * along[..., layout.first]
        total[:, layout.at] += np.asarray(target.share)[..., None] * part
    return np.asarray(structure.gradient(total))


def expected_hessian(structure: Structure, targets: Sequence[Target], here: Point) -> Floats:
    """Give the expected second derivatives of the fit function, (b, q, q)."""
    many = len(structure.rows)
    total = np.zeros((len(here.parameters), many, many))
    for layout, target, implied, precision in zip(
        structure.layouts, targets, here.implied, here.precision, strict=True
    ):
        part = expected_of_group(layout, implied, precision)
        share = np.asarray(target.share)[..., None, None]
        if len(structure.layouts) == 1:
            total = share * part
        else:
            total[:, layout.at[:, None], layout.at] += share * part
    return np.asarray(structure.information(total))


def expected_of_group(layout: Layout, implied: Implied, precision: Floats) -> Floats:
    """Give the expected second derivatives (b, l, l) of one group's part, by its cells."""
    q = implied.q
    t = np.swapaxes(q, -1, -2) @ precision @ q
    a, b = layout.first, layout.second
    by_rows = t[..., a, :]
    aa, ab = by_rows[..., a], by_rows[..., b]
    bb = t[..., b, :][..., b]
    part = aa * bb
    part += ab * np.swapaxes(ab, -1, -2)
    part *= 2 * layout.share[:, None] * layout.share
    slopes = layout.slopes(implied)
    if slopes is not None:
        part += 2 * slopes[..., :, None] * slopes[..., None, :] * aa
    return np.asarray(part)


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def minimise(
    structure: Structure,
    targets: Sequence[Target],
    start: Floats,
    *,
    tolerance: float = TOLERANCE,
    max_iterations: int = _MAX_ITERATIONS,
) -> Minimum:
    """Minimise the fit function from a start (b, q) for targets of b moments each."""
    b = len(start)
    out = Minimum(
        parameters=start.copy(),
        objective=np.full(b, np.inf),
        converged=np.zeros(b, dtype=bool),
        iterations=np.zeros(b, dtype=np.intp),
        decrement=np.full(b, np.inf),
    )
    index = np.arange(b)
    perfect = constant(targets)
    targets = [_batched(target, b) for target in targets]
    here = evaluate(structure, targets, start)
    for iteration in range(max_iterations):
        slope = gradient(structure, targets, here)
        step = -solve_scaled(expected_hessian(structure, targets, here), slope)
        decrement = -(slope * step).sum(axis=-1)
        there, moved = _search(structure, targets, here, step, slope)
        earlier = out.decrement[index]
        arrived = decrement < tolerance
        arrived |= (decrement < STALLED) & (~moved | (decrement > 0.5 * earlier))
        stuck = ~moved | ~np.isfinite(decrement)
        out.parameters[index] = there.parameters
        out.objective[index] = there.objective
        out.iterations[index] = iteration + 1
        out.decrement[index] = decrement
        out.converged[index[arrived]] = True
        left = ~(arrived | stuck)
        if not left.any():
            break
        if not left.all():
            index = index[left]
            targets = [target.take(left) for target in targets]
            there = there.take(left)
        here = there
    return replace(out, objective=out.objective - perfect)


def solve_scaled(matrix: Floats, right: Floats) -> Floats:
    """Solve (b, q, q) systems whose unknowns may be on very different scales."""
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    usable = np.isfinite(diagonal) & (diagonal > 0)
    scale = np.where(usable, 1 / np.sqrt(np.where(usable, diagonal, 1)), 1.0)
    scaled = matrix * scale[..., :, None] * scale[..., None, :]
    scaled = scaled + _RIDGE * np.eye(matrix.shape[-1])
    scaled = np.where(np.isfinite(scaled).all(axis=(-2, -1), keepdims=True), scaled, np.nan)
    try:
        solved = np.linalg.solve(scaled, (right * scale)[..., None])[..., 0]
    except np.linalg.LinAlgError:
        solved = np.linalg.solve(
            scaled + 1e-6 * np.eye(matrix.shape[-1]), (right * scale)[..., None]
        )[..., 0]
    return np.asarray(solved * scale)


def _search(
    structure: Structure, targets: Sequence[Target], here: Point, step: Floats, slope: Floats
) -> tuple[Point, Bools]:
    """Halve the steps until each goes down; say which did."""
    there = evaluate(structure, targets, here.parameters + step)
    promised = (slope * step).sum(axis=-1)
    noise = 1e-13 * (1 + np.abs(here.objective))

    def fails(point: Point, size: Floats, which: NDArray[Any]) -> Bools:
        bound = here.objective[which] + 1e-4 * size * np.minimum(promised[which], 0)
        return ~(point.objective <= bound + noise[which])

    size = np.ones(len(step))
    short = fails(there, size, np.arange(len(step)))
    if not short.any():
        return there, ~short
    parameters = there.parameters.copy()
    for _ in range(_MAX_HALVINGS):
        which = np.flatnonzero(short)
        if not len(which):
            break
        size[which] /= 2
        parameters[which] = here.parameters[which] + size[which, None] * step[which]
        some = evaluate(structure, [target.take(which) for target in targets], parameters[which])
        short[which] = fails(some, size[which], which)
    parameters[short] = here.parameters[short]
    return evaluate(structure, targets, parameters), ~short


def _cholesky(sigma: Floats) -> tuple[Floats, Bools]:
    """Factor a batch; where a matrix is not positive definite, give the identity and say so."""
    eye = np.eye(sigma.shape[-1])
    try:
        root = np.linalg.cholesky(sigma)
        regular: Bools = np.asarray(np.isfinite(root).all(axis=(-2, -1)))
    except np.linalg.LinAlgError:
        finite: Bools = np.asarray(np.isfinite(sigma).all(axis=(-2, -1)))
        safe = np.where(finite[..., None, None], sigma, eye)
        regular = np.asarray(finite & (np.linalg.eigvalsh(safe)[..., 0] > 0))
        root = np.broadcast_to(eye, sigma.shape).copy()
        for at in np.flatnonzero(regular).tolist():
            try:
                root[at] = np.linalg.cholesky(sigma[at])
            except np.linalg.LinAlgError:
                regular[at] = False
    return np.where(regular[..., None, None], root, eye), regular


def _batched(target: Target, b: int) -> Target:
    covariance, mean = target.covariance, target.mean
    p = covariance.shape[-1]
    covariance = np.broadcast_to(covariance, (b, p, p))
    mean = None if mean is None else np.broadcast_to(mean, (b, p))
    return Target(covariance=covariance, mean=mean, share=target.share)
