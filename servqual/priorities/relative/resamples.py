"""Shares of explained variance in resamples of the respondents, and the ranks they give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ResponseError
from servqual.priorities.relative.methods import (
    DECOMPOSING,
    Division,
    Method,
    ResampledLmg,
    dependencies,
)
from servqual.priorities.relative.subsets import SINGULAR, Floats
from servqual.resampling import MomentResampler, normed

Bools = NDArray[np.bool_]
_SAME = 12  # decimals of R squared to which shares are told apart


@dataclass(frozen=True, kw_only=True, eq=False)
class Divided:
    """Shares in b resamples; NaN where there is no solution.

    Attributes
    ----------
    shares : ndarray of shape (b, q)
    r_squared : ndarray of shape (b,)
    constant, few, singular : ndarray of bool of shape (b,)
        Where a column does not vary, where there are so few different respondents that the drivers
        explain all, and where drivers are tied that the method needs apart.
    """

    shares: Floats
    r_squared: Floats
    constant: Bools
    few: Bools
    singular: Bools

    @property
    def solved(self) -> Bools:
        """Where there is a solution."""
        return ~(self.constant | self.few | self.singular)


class Divider:
    """R squared divided among drivers, under any counts of the rows.

    Parameters
    ----------
    rows : ndarray of shape (n, p + 1)
        Complete; the outcome last.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    division : Division
    method : str
    seed : int, optional
        Of the orders of entry that resamples of many drivers take.
    """

    def __init__(
        self,
        rows: Floats,
        weights: Floats | None,
        division: Division,
        method: Method,
        seed: int | None = None,
    ) -> None:
        used = [*division.columns, rows.shape[1] - 1]
        self._division, self._method, self._weights = division, method, weights
        self._resampler = MomentResampler(rows)
        whole = np.ones((1, len(rows))) if weights is None else weights[None]
        self._whole = self._resampler.moments(whole).covariance
        self._used = np.array(used)
        variance = np.diag(self._whole[0])[self._used]
        if not (variance > 0).all():
            raise ResponseError(
                "One respondent has nearly all of the sampling weight, so that the others do not "
                "count; check the weights."
            )
        self._least = SINGULAR * variance
        largest = max(map(len, division.blocks))
        self._few = largest + 1 if method == "first" else len(used)
        self._lmg = ResampledLmg(division, self._whole, seed) if method == "lmg" else None
        self._ties = int(dependencies(self._whole, division.blocks)[0])

    def of(self, counts: Floats) -> Divided:
        """Divide R squared under row counts of shape (b, n)."""
        # Few rows may weigh next to nothing.
        weighted = counts if self._weights is None else normed(counts * self._weights)
        covariance = self._resampler.moments(weighted).covariance
        variance = np.diagonal(covariance, axis1=1, axis2=2)[:, self._used]
        constant = ~(variance > self._least).all(axis=1)
        few = ((counts > 0).sum(axis=1) <= self._few) & ~constant
        singular = np.zeros(len(counts), dtype=bool)
        known = ~(constant | few)
        if self._method in ("last", "pratt") and known.any():
            ties = dependencies(covariance[known], self._division.blocks)
            singular[known] = ties > self._ties
            known &= ~singular
        shares = np.full((len(counts), len(self._division.blocks)), np.nan)
        r_squared = np.full(len(counts), np.nan)
        if known.any():
            shares[known] = self._of(covariance[known])
            if self._method in DECOMPOSING:
                r_squared[known] = shares[known].sum(axis=1)
            else:
                r_squared[known] = self._division.r_squared(covariance[known])
        return Divided(
            shares=shares, r_squared=r_squared, constant=constant, few=few, singular=singular
        )

    def _of(self, covariance: Floats) -> Floats:
        if self._lmg is not None:
            return self._lmg.of(covariance)
        return self._division.of(covariance, self._method)

    def without_each(self, rows: Floats) -> tuple[Floats, Floats]:
        """Divide R squared without each row in turn: shares (n, q) and R squared (n,).

        The scatter without a row of weight w and deviation c is :math:`S - w W / (W - w) c c'`,
        with W the sum of the weights. Rows without which a column does not vary are passed over.
        """
        n = len(rows)
        w = np.ones(n) if self._weights is None else self._weights
        total = w.sum()
        deviations = rows - w @ rows / total
        scatter = (deviations * w[:, None]).T @ deviations
        shares, r_squared = [], []
        for start in range(0, n, 100):
            part = deviations[start : start + 100]
            one = w[start : start + 100]
            factor = one * total / (total - one)
            left = scatter - factor[:, None, None] * part[:, :, None] * part[:, None, :]
            variance = np.diagonal(left, axis1=1, axis2=2)[:, self._used]
            left = left[(variance > total * self._least).all(axis=1)]
            shares.append(self._of(left))
            r_squared.append(self._division.r_squared(left))
        return np.concatenate(shares), np.concatenate(r_squared)


def parts_of(shares: Floats, r_squared: Floats) -> Floats:
    """Relate shares (b, q) to R squared (b,); NaN where nothing is explained."""
    whole = np.where(r_squared > 0, r_squared, np.nan)
    return np.asarray(shares / whole[:, None])


def rank_probabilities(draws: Floats, r_squared: Floats) -> Floats:
    """Give how often each driver (q,) has each rank (q,), 1 for the largest; ties are split."""
    b, q = draws.shape
    told = np.round(draws / np.where(r_squared > 0, r_squared, 1.0)[:, None], _SAME)
    above = (told[:, None, :] > told[:, :, None]).sum(axis=2)
    tied = (told[:, None, :] == told[:, :, None]).sum(axis=2)
    held = np.zeros((q, q + 1))
    for size in range(1, q + 1):
        at = tied == size
        if not at.any():
            continue
        driver = np.nonzero(at)[1]
        for step in range(size):
            np.add.at(held, (driver, above[at] + step), 1 / size)
    return np.asarray(held[:, :q] / b)


def rank_interval(probabilities: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Give the lowest and highest rank (q,) that leave out at most half the rest on each side."""
    tail = (1 - confidence) / 2 + 1e-12
    rising = np.cumsum(probabilities, axis=1)
    falling = np.cumsum(probabilities[:, ::-1], axis=1)
    low = 1.0 + (rising <= tail).sum(axis=1)
    high = probabilities.shape[1] - (falling <= tail).sum(axis=1).astype(np.float64)
    return low, high


def ranks(shares: Floats, r_squared: float) -> Floats:
    """Rank shares (q,), 1 for the largest; equal ones share the better rank, NaN has none."""
    told = np.round(shares / (r_squared if r_squared > 0 else 1.0), _SAME)
    above = (told[None] > told[:, None]).sum(axis=1)
    return np.where(np.isnan(shares), np.nan, 1.0 + above)


def two_sided(draws: Floats) -> Floats:
    """Give twice the smaller share of draws (b, m) on one side of 0, at least 1 in b + 1."""
    b = len(draws)
    below = (draws <= 0).sum(axis=0)
    above = (draws >= 0).sum(axis=0)
    return np.asarray(np.minimum(1.0, 2 * (1 + np.minimum(below, above)) / (b + 1)))
