"""Polyserial correlations: an ordered variable with a continuous one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from servqual.polychoric._ordered_pairs import EDGE

Floats = NDArray[np.float64]
Information = Literal["scores", "observed"]

_FAR = 1e6
_STEPS = 60
_SETTLED = 1e-9
_LEAST = 1e-300


@dataclass(frozen=True, kw_only=True, eq=False)
class Polyserial:
    """The polyserial correlation of one pair, with its casewise influence.

    Attributes
    ----------
    rho : float
        1 or -1 where the likelihood rises to the edge.
    influence : ndarray of shape (n,)
        NaN throughout at the edge.
    """

    rho: float
    influence: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class _Terms:
    """What the likelihood of each row is made of: P, and its first derivatives."""

    cell: Floats
    by_rho: Floats
    by_upper: Floats
    by_lower: Floats
    by_score: Floats


def correlate_mixed(
    codes: NDArray[np.intp],
    thresholds: Floats,
    scores: Floats,
    weights: Floats,
    margins: tuple[Floats, Floats],
    information: Information,
) -> Polyserial:
    r"""Maximise the likelihood of one pair, given its margins (Olsson, Drasgow & Dorans, 1982).

    Parameters
    ----------
    codes : ndarray of int of shape (n,)
        Categories; more than there are thresholds where missing.
    thresholds : ndarray of shape (C - 1,)
    scores : ndarray of shape (n,)
        The continuous variable, standardised; NaN where missing.
    weights : ndarray of shape (n,)
        Sampling weights that sum to n.
    margins : tuple of ndarray of shape (C - 1, most + 1), ndarray of shape (2, n)
        The influence of each category on the thresholds, and that of each row on the mean and
        the variance of the scores.
    information : {"scores", "observed"}
        What the influence is divided by: cross products of casewise scores, or their derivatives.

    Notes
    -----
    A row with score z and category k has the likelihood

    .. math:: P = \Phi(u_k) - \Phi(u_{k-1}), \qquad
              u_k = \frac{\tau_k - \rho z}{\sqrt{1 - \rho^2}}.
    """
    seen = (codes <= len(thresholds)) & ~np.isnan(scores)
    limits = np.concatenate([[-_FAR], thresholds, [_FAR]])
    code, z, weight = codes[seen], scores[seen], weights[seen]
    lower, upper = limits[code], limits[code + 1]
    rho = _maximise(lower, upper, z, weight, _start(code, z, weight))
    n = len(codes)
    if abs(rho) >= EDGE:
        return Polyserial(rho=float(np.sign(rho)), influence=np.full(n, np.nan))
    terms = _terms(lower, upper, z, rho)
    score, by_score = terms.by_rho / terms.cell, terms.by_score / terms.cell
    if information == "scores":
        change = -weight * score
        of_rho = change @ score
        at_upper, at_lower = terms.by_upper / terms.cell, terms.by_lower / terms.cell
        of_mean = change @ (z - by_score)
        of_variance = change @ (z * z - 1 - by_score * z) / 2
    else:
        second, change = _second(lower, upper, z, rho), weight
        of_rho = weight @ (second.by_rho / terms.cell - score * score)
        at_upper = (second.by_upper - score * terms.by_upper) / terms.cell
        at_lower = (second.by_lower - score * terms.by_lower) / terms.cell
        bend = weight * (second.by_score - score * terms.by_score) / terms.cell
        of_mean, of_variance = -bend.sum(), -(bend @ z) / 2
    many = len(thresholds) + 1
    of_thresholds = np.bincount(code, change * at_upper, many)[:-1]
    of_thresholds += np.bincount(code, change * at_lower, many)[1:]
    total = (of_thresholds @ margins[0]).take(codes)
    total += of_mean * margins[1][0] + of_variance * margins[1][1]
    total[seen] += n * score
    return Polyserial(rho=rho, influence=total / -of_rho)


def _start(code: NDArray[np.intp], z: Floats, weight: Floats) -> float:
    total = weight.sum()
    x = code - (weight @ code) / total
    y = z - (weight @ z) / total
    spread = (weight @ (x * x)) * (weight @ (y * y))
    return float(np.clip((weight @ (x * y)) / np.sqrt(spread), -0.9, 0.9)) if spread > 0 else 0.0


def _maximise(lower: Floats, upper: Floats, z: Floats, weight: Floats, rho: float) -> float:
    """Solve the likelihood equation: Newton, halving its bracket where that fails."""
    low, high = -1.0, 1.0
    for _ in range(_STEPS):
        terms = _terms(lower, upper, z, rho)
        share = terms.by_rho / terms.cell
        score = float(weight @ share)
        curve = float(weight @ (_second(lower, upper, z, rho).by_rho / terms.cell - share**2))
        if score == 0:
            return rho
        low, high = (rho, high) if score > 0 else (low, rho)
        aim = rho - score / curve if curve < 0 else np.nan
        if not low < aim < high:
            aim = (low + high) / 2
        rho, step = float(aim), abs(aim - rho)
        if step < _SETTLED or abs(rho) >= EDGE:
            return rho
    return rho


def _terms(lower: Floats, upper: Floats, z: Floats, rho: float) -> _Terms:
    root = np.sqrt((1 - rho) * (1 + rho))
    above, below = (upper - rho * z) / root, (lower - rho * z) / root
    # From the smaller tail, so that no digits are lost.
    flip = below > 0
    cell = np.where(flip, ndtr(-below) - ndtr(-above), ndtr(above) - ndtr(below))
    at_upper, at_lower = _density(above), _density(below)
    return _Terms(
        cell=np.maximum(cell, _LEAST),
        by_rho=(at_upper * (upper * rho - z) - at_lower * (lower * rho - z)) / root**3,
        by_upper=at_upper / root,
        by_lower=-at_lower / root,
        by_score=-rho * (at_upper - at_lower) / root,
    )


def _second(lower: Floats, upper: Floats, z: Floats, rho: float) -> _Terms:
    """Differentiate the derivative by rho again: by rho, the limits and the score."""
    root = np.sqrt((1 - rho) * (1 + rho))
    parts = []
    for limit in (upper, lower):
        u = (limit - rho * z) / root
        density = _density(u)
        slope = (limit * rho - z) / root**3
        bend = limit / root**3 + 3 * rho * (limit * rho - z) / root**5
        parts.append(
            (
                density * (bend - u * slope * slope),
                density * (rho / root**3 - u * slope / root),
                density * (u * slope * rho / root - 1 / root**3),
            )
        )
    (by_rho, by_upper, by_score), (rho_below, by_lower, score_below) = parts
    return _Terms(
        cell=np.ones_like(z),
        by_rho=by_rho - rho_below,
        by_upper=by_upper,
        by_lower=-by_lower,
        by_score=by_score - score_below,
    )


def _density(limit: Floats) -> Floats:
    found: Floats = np.exp(-np.minimum(limit * limit, 1400) / 2) / np.sqrt(2 * np.pi)
    return found
