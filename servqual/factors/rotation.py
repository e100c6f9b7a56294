r"""Rotation of loadings to simple structure.

Criteria are minimised by projected gradients over orthogonal [1]_ or oblique [2]_ rotations, with
the step lengths of Barzilai and Borwein [3]_.

References
----------
.. [1] Jennrich, R. I. (2001). A simple general procedure for orthogonal rotation. *Psychometrika*,
   66(2), 289-306. https://doi.org/10.1007/BF02294840
.. [2] Jennrich, R. I. (2002). A simple general method for oblique rotation. *Psychometrika*,
   67(1), 7-19. https://doi.org/10.1007/BF02294706
.. [3] Barzilai, J., & Borwein, J. M. (1988). Two-point step size gradient methods. *IMA Journal of
   Numerical Analysis*, 8(1), 141-148. https://doi.org/10.1093/imanum/8.1.141
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ModelError
from servqual.resampling import BLOCK

Floats = NDArray[np.float64]
Rotation = Literal["oblimin", "promax", "varimax", "geomin", "none"]
Criterion = Callable[[Floats], tuple[float, Floats]]

ROTATIONS: tuple[str, ...] = get_args(Rotation)
OBLIQUE = ("oblimin", "promax", "geomin")
KAPPA = 4
EPSILON = 0.01
_TOLERANCE = 1e-7
_MAX_ITERATIONS = 2000
_MAX_HALVINGS = 30
_MEMORY = 8
_SAME = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Rotated:
    """Rotated loadings.

    Attributes
    ----------
    loadings : ndarray of shape (p, m)
        The pattern; the sum of each column is positive, and the factors stand in falling order of
        the variance that they explain (at a tie, of their leading items).
    factor_correlations : ndarray of shape (m, m)
    criterion : float
        The least value over the starts; NaN where nothing was minimised.
    converged : bool
    n_distinct : int
        How many different least values the starts led to.
    n_best : int
        How many starts led to the best of them.
    """

    loadings: Floats
    factor_correlations: Floats
    criterion: float
    converged: bool
    n_distinct: int
    n_best: int


def rotate(
    loadings: Floats,
    rotation: Rotation,
    *,
    kaiser: bool,
    starts: int = 1,
    seed: int | None = None,
) -> Rotated:
    r"""Rotate loadings.

    Parameters
    ----------
    loadings : ndarray of shape (p, m)
        Of uncorrelated factors.
    rotation : {"oblimin", "promax", "varimax", "geomin", "none"}
        Varimax [1]_; promax [2]_ with power 4 of a varimax solution; direct oblimin [3]_ with
        gamma 0 (quartimin); oblique geomin [4]_ with epsilon 0.01.
    kaiser : bool
        Whether rows are brought to length 1 before, and back after the rotation.
    starts : int, default 1
        The first is close to no rotation (where symmetry may hide the way down), the others are
        random rotations.
    seed : int or None
        The same seed gives the same random starts.

    Notes
    -----
    With squared loadings :math:`l^2` the criteria are

    - varimax: :math:`-\tfrac14 \sum_j [\sum_i l_{ij}^4 - (\sum_i l_{ij}^2)^2 / p]`,
    - oblimin: :math:`\tfrac14 \sum_{r \ne s} \sum_i l_{ir}^2 l_{is}^2`,
    - geomin: :math:`\sum_i \prod_j (l_{ij}^2 + \epsilon)^{1/m}`.

    References
    ----------
    .. [1] Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor analysis.
       *Psychometrika*, 23(3), 187-200. https://doi.org/10.1007/BF02289233
    .. [2] Hendrickson, A. E., & White, P. O. (1964). Promax: A quick method for rotation to oblique
       simple structure. *British Journal of Statistical Psychology*, 17(1), 65-70.
       https://doi.org/10.1111/j.2044-8317.1964.tb00244.x
    .. [3] Jennrich, R. I., & Sampson, P. F. (1966). Rotation for simple loadings. *Psychometrika*,
       31(3), 313-323. https://doi.org/10.1007/BF02289465
    .. [4] Browne, M. W. (2001). An overview of analytic rotation in exploratory factor analysis.
       *Multivariate Behavioral Research*, 36(1), 111-150.
       https://doi.org/10.1207/S15327906MBR3601_05

    Examples
    --------
    >>> simple = np.array([[0.8, 0], [0.7, 0], [0, 0.6], [0, 0.5]])
    >>> turn = np.array([[0.8, 0.6], [-0.6, 0.8]])
    >>> rotate(simple @ turn, "varimax", kaiser=True).loadings.round(3) + 0
    array([[0.8, 0. ],
           [0.7, 0. ],
           [0. , 0.6],
           [0. , 0.5]])
    """
    if rotation not in ROTATIONS:
        raise ModelError(f"rotation must be one of {', '.join(ROTATIONS)}, not {rotation!r}.")
    m = loadings.shape[1]
    eye = np.eye(m)
    if m == 1 or rotation == "none":
        return _tidied(loadings, eye, np.nan, True, 1, 1)
    length = np.sqrt((loadings**2).sum(axis=1)) if kaiser else np.ones(len(loadings))
    length = np.where(length > 0, length, 1)
    scaled = loadings / length[:, None]
    criterion = {"oblimin": _quartimin, "geomin": _geomin}.get(rotation, _varimax)
    oblique = rotation in ("oblimin", "geomin")
    found = [
        _descend(scaled, start, criterion, oblique=oblique) for start in _starts(m, starts, seed)
    ]
    arrived = [one for one in found if one[2]] or found
    turn, value, converged = min(arrived, key=lambda one: one[1])
    pattern = scaled @ (np.linalg.inv(turn).T if oblique else turn)
    phi = turn.T @ turn if oblique else eye
    if rotation == "promax":
        pattern, phi = _promax(pattern)
    counts = _counted(np.array([one[1] for one in arrived]))
    return _tidied(pattern * length[:, None], phi, value, converged, *counts)


def _tidied(
    loadings: Floats, phi: Floats, value: float, converged: bool, n_distinct: int, n_best: int
) -> Rotated:
    """Turn factors to positive sums and put them in falling order of the variance explained."""
    signs = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    loadings, phi = loadings * signs, phi * np.outer(signs, signs)
    shares = np.round(explained(loadings, phi), 8)
    order = np.lexsort((np.abs(loadings).argmax(axis=0), -shares))
    return Rotated(
        loadings=loadings[:, order],
        factor_correlations=phi[np.ix_(order, order)],
        criterion=value,
        converged=converged,
        n_distinct=n_distinct,
        n_best=n_best,
    )


def explained(loadings: Floats, phi: Floats) -> Floats:
    """Share the sum of the communalities out among the factors, shape (m,)."""
    return np.asarray((loadings * (loadings @ phi)).sum(axis=0), dtype=np.float64)


def _counted(values: Floats) -> tuple[int, int]:
    """Count the different values, and how often the least was reached."""
    ordered = np.sort(values)
    apart = np.diff(ordered) > _SAME * (1 + np.abs(ordered[1:]))
    n_best = int(np.argmax(apart)) + 1 if apart.any() else len(ordered)
    return int(apart.sum()) + 1, n_best


def _starts(m: int, starts: int, seed: int | None) -> Iterator[Floats]:
    """Give rotations to start from; blocks of them have random streams of their own."""
    n_blocks = -(-starts // BLOCK)
    for number, stream in enumerate(np.random.SeedSequence(seed).spawn(n_blocks)):
        size = min(BLOCK, starts - number * BLOCK)
        normal = np.random.default_rng(stream).standard_normal((size, m, m))
        q, r = np.linalg.qr(normal)
        q = q * np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None, :]
        if number == 0:
            q[0] = _slight(m)
        yield from q


def _slight(m: int) -> Floats:
    """Turn a little, about every axis differently."""
    upper = np.triu(0.05 * np.sin(1.0 + np.arange(m * m)).reshape(m, m), 1)
    skew = upper - upper.T
    eye = np.eye(m)
    return np.asarray(np.linalg.solve(eye + skew, eye - skew), dtype=np.float64)


def _descend(
    loadings: Floats, start: Floats, criterion: Criterion, *, oblique: bool
) -> tuple[Floats, float, bool]:
    """Minimise a criterion from one (m, m) start: the rotation, the value, whether it arrived."""
    turn = start
    value, slope = _at(loadings, turn, criterion, oblique)
    size = 1.0
    # A step may go up a little, if it stays below the highest of the last few values.
    recent = deque([value], maxlen=_MEMORY)
    for _ in range(_MAX_ITERATIONS):
        squared = float(np.vdot(slope, slope))
        if squared <= _TOLERANCE**2:
            return turn, value, True
        highest = max(recent)
        highest += 1e-14 * (1 + abs(highest))
        for _ in range(_MAX_HALVINGS):
            there = _retracted(turn - size * slope, oblique)
            value, next_slope = _at(loadings, there, criterion, oblique)
            if value <= highest - 1e-4 * size * squared:
                break
            size /= 2
        # The length of the next first try, from how this step changed the slope.
        moved = there - turn
        along = float(np.vdot(moved, next_slope - slope))
        size = float(np.vdot(moved, moved)) / along if along > 0 else 2 * size
        turn, slope = there, next_slope
        recent.append(value)
    return turn, value, False


def _retracted(turn: Floats, oblique: bool) -> Floats:
    """Bring a matrix back to a rotation: unit columns, or orthogonal."""
    if oblique:
        return np.asarray(turn / np.sqrt((turn * turn).sum(axis=0)), dtype=np.float64)
    u, _, v = np.linalg.svd(turn)
    return np.asarray(u @ v, dtype=np.float64)


def _at(
    loadings: Floats, turn: Floats, criterion: Criterion, oblique: bool
) -> tuple[float, Floats]:
    """Value of the criterion and its slope along the rotations."""
    if oblique:
        inverse = np.linalg.inv(turn).T
        rotated = loadings @ inverse
        value, slope = criterion(rotated)
        slope = -inverse @ (slope.T @ rotated)
        return value, slope - turn * (turn * slope).sum(axis=0)
    value, slope = criterion(loadings @ turn)
    slope = loadings.T @ slope
    inner = turn.T @ slope
    return value, slope - turn @ (inner + inner.T) / 2


def _varimax(loadings: Floats) -> tuple[float, Floats]:
    squares = loadings * loadings
    centred = squares - squares.mean(axis=0)
    return -float(np.vdot(centred, centred)) / 4, -loadings * centred


def _quartimin(loadings: Floats) -> tuple[float, Floats]:
    squares = loadings * loadings
    others = squares.sum(axis=1, keepdims=True) - squares
    return float(np.vdot(squares, others)) / 4, loadings * others


def _geomin(loadings: Floats) -> tuple[float, Floats]:
    m = loadings.shape[1]
    raised = loadings * loadings + EPSILON
    product = raised.prod(axis=1, keepdims=True) ** (1 / m)
    return float(product.sum()), 2 / m * loadings / raised * product


def _promax(loadings: Floats) -> tuple[Floats, Floats]:
    """Fit powers of orthogonal loadings by least squares, with factors of variance 1."""
    target = np.sign(loadings) * np.abs(loadings) ** KAPPA
    turn = np.linalg.lstsq(loadings, target, rcond=None)[0]
    turn = turn * np.sqrt(np.diag(np.linalg.inv(turn.T @ turn)))
    inverse = np.linalg.inv(turn)
    return loadings @ turn, inverse @ inverse.T
