"""How far penalties and rewards differ: impact asymmetry, and the classes by it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.resampling import IntervalKind, acceleration_of, bootstrap_interval

Floats = NDArray[np.float64]

BASIC, PERFORMANCE, EXCITEMENT = CLASSES = ("basic", "performance", "excitement")
NONE = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Impact:
    """What penalties and rewards of k drivers come to; each of shape (k,), NaN for wrong signs."""

    range: Floats
    reward_share: Floats
    asymmetry: Floats
    codes: NDArray[np.int64]


def impact(effects: Floats, equal_within: float) -> Impact:
    r"""Weigh rewards against penalties, of shape (..., k, 2).

    Notes
    -----
    With penalty :math:`p \le 0` and reward :math:`r \ge 0` [1]_, RIOCS = :math:`r + |p|`,
    SGP = :math:`r / (r + |p|)`, DGP = 1 - SGP, and IA = SGP - DGP.

    References
    ----------
    .. [1] Mikulić, J., & Prebežac, D. (2008). Prioritizing improvement of service attributes using
       impact range-performance analysis and impact-asymmetry analysis. *Managing Service Quality*,
       18(6), 559-576. https://doi.org/10.1108/09604520810920068

    Examples
    --------
    >>> found = impact(np.array([[-0.6, 0.2], [-0.2, 0.1], [0.1, 0.3]]), 0.1)
    >>> found.asymmetry.round(3)
    array([-0.5  , -0.333,    nan])
    """
    penalty, reward = effects[..., 0], effects[..., 1]
    with np.errstate(invalid="ignore"):
        signed = (penalty <= 0) & (reward >= 0) & (reward - penalty > 0)
    asymmetry = np.where(signed, unbounded(effects), np.nan)
    codes = np.full(asymmetry.shape, NONE)
    given = asymmetry[signed]
    codes[signed] = 1 + (given > equal_within).astype(int) - (given < -equal_within)
    return Impact(
        range=np.where(signed, reward - penalty, np.nan),
        reward_share=(1 + asymmetry) / 2,
        asymmetry=asymmetry,
        codes=codes,
    )


def unbounded(effects: Floats) -> Floats:
    """Give (r + p) / (r - p): beyond 1 where the penalty has the wrong sign, NaN without range."""
    penalty, reward = effects[..., 0], effects[..., 1]
    spread = reward - penalty
    with np.errstate(invalid="ignore"):
        there = spread > 0
    return np.divide(reward + penalty, spread, out=np.full(spread.shape, np.nan), where=there)


def asymmetry_interval(
    draws: Floats, effects: Floats, influence: Floats, kind: IntervalKind, confidence: float
) -> tuple[Floats, Floats]:
    """Form intervals of the impact asymmetry of k drivers from draws (b, k, 2), within -1 to 1.

    Parameters
    ----------
    draws : ndarray of shape (b, k, 2)
    effects : ndarray of shape (k, 2)
    influence : ndarray of shape (n, k, 2)
        Of each respondent on the effects.
    kind : {"percentile", "bias-corrected", "bca"}
    confidence : float
    """
    penalty, reward = effects[:, 0], effects[:, 1]
    slope = np.stack([reward, -penalty], axis=-1)  # of IA by p and r, up to a positive factor
    moved = (influence * slope).sum(axis=-1)
    acceleration = acceleration_of((moved**2).sum(axis=0), (moved**3).sum(axis=0))
    low, high = bootstrap_interval(
        unbounded(draws), unbounded(effects), kind, confidence, acceleration
    )
    return np.clip(low, -1, 1), np.clip(high, -1, 1)
