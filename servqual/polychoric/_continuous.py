"""Continuous variables among ordered ones: their moments, and those of their pairs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from servqual.polychoric._mixed_pairs import Information

Floats = NDArray[np.float64]

_STEPS = 60
_SETTLED = 1e-12
_OFF = 1.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Continuous:
    """Continuous variables, standardised.

    Attributes
    ----------
    scores : ndarray of shape (p, n)
        (x - mean) / sd; NaN where missing.
    mean, sd : ndarray of shape (p,)
        Of all who answered, with divisor n.
    mass : ndarray of shape (p,)
        The sum of the weights of those who answered.
    weights : ndarray of shape (n,)
        Sampling weights that sum to n.
    information : {"scores", "observed"}
        What influence is divided by: cross products of normal scores, or their derivatives.
    """

    scores: Floats
    mean: Floats
    sd: Floats
    mass: Floats
    weights: Floats
    information: Information

    @cached_property
    def margin_influence(self) -> Floats:
        """Give the influence of each row on the mean and variance of each score, shape (p, 2, n).

        In units of the standard deviation and the variance; 0 where missing.
        """
        z = np.nan_to_num(self.scores)
        scores = np.stack([z, (z * z - 1) * ~np.isnan(self.scores)], axis=1)
        if self.information == "observed":
            exact: Floats = scores * (len(self.weights) / self.mass)[:, None, None]
            return exact
        scores[:, 1] /= 2
        products = np.matmul(scores * self.weights, scores.transpose(0, 2, 1))
        # The scores of a variable of two values depend on each other.
        found: Floats = len(self.weights) * np.matmul(np.linalg.pinv(products), scores)
        return found

    @property
    def far_from_normal(self) -> tuple[int, ...]:
        """Variables of which the standard error of mean or variance is off by more than half.

        None with "observed" information, which does not need them to be normal.
        """
        if self.information == "observed":
            return ()
        z = np.nan_to_num(self.scores)
        exact = np.stack([z, (z * z - 1) * ~np.isnan(self.scores)], axis=1)
        exact *= (len(self.weights) / self.mass)[:, None, None]
        spread = [
            ((part * self.weights) ** 2).sum(axis=2) for part in (self.margin_influence, exact)
        ]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.sqrt(spread[0] / spread[1])
        off = (ratio > _OFF) | (ratio < 1 / _OFF)
        return tuple(np.flatnonzero(off.any(axis=1)).tolist())

    def correlate(self, one: int, other: int) -> float:
        """Correlate two variables: Pearson's correlation where all rows are complete."""
        _, x, y, w = self._common(one, other)
        return _most_likely(float(w @ (x * y) / w.sum()), float(w @ (x * x + y * y) / w.sum()))

    def casewise(self, one: int, other: int) -> Floats:
        r"""Give the influence of each row on the correlation of two variables, shape (n,).

        The correlation is the most likely one given the means and variances, which solves
        :math:`\sum_i \rho(1 - \rho^2) + (1 + \rho^2) x_i y_i - \rho (x_i^2 + y_i^2) = 0`.
        """
        seen, x, y, w = self._common(one, other)
        rho = self.correlate(one, other)
        rest = (1 - rho) * (1 + rho)
        if rest <= 0:
            return np.full(len(w), np.nan)
        score = (rho * rest + (1 + rho * rho) * x * y - rho * (x * x + y * y)) * seen
        if self.information == "observed":
            of_rho = w @ (1 - 3 * rho * rho + 2 * rho * x * y - x * x - y * y)
            parts = [
                (
                    w @ (2 * rho * a - (1 + rho * rho) * b),
                    w @ (rho * a * a) - (1 + rho * rho) / 2 * (w @ (x * y)),
                )
                for a, b in ((x, y), (y, x))
            ]
        else:
            of_rho = -(w @ (score * score)) / rest**2
            change = -w * score / rest
            parts = [
                (change @ (a - rho * b), change @ (a * (a - rho * b) - rest) / 2)
                for a, b in ((x, y), (y, x))
            ]
        total = len(w) * score
        for at, (of_mean, of_variance) in zip((one, other), parts, strict=True):
            total += of_mean * self.margin_influence[at][0]
            total += of_variance * self.margin_influence[at][1]
        found: Floats = total / -of_rho
        return found

    def _common(self, one: int, other: int) -> tuple[NDArray[np.bool_], Floats, Floats, Floats]:
        """Give the rows with both values, the scores there (else 0) and the weights there."""
        seen = ~np.isnan(self.scores[one] + self.scores[other])
        x, y = (np.where(seen, self.scores[at], 0.0) for at in (one, other))
        return seen, x, y, self.weights * seen


def _most_likely(product: float, squares: float) -> float:
    """Solve the cubic by Newton from the mean product, halving its bracket where that fails."""
    rho, low, high = min(max(product, -1.0), 1.0), -1.0, 1.0
    for _ in range(_STEPS):
        score = rho * (1 - rho * rho) + (1 + rho * rho) * product - rho * squares
        slope = 1 - 3 * rho * rho + 2 * rho * product - squares
        low, high = (rho, high) if score > 0 else (low, rho)
        aim = rho - score / slope if slope < 0 else low
        if not low <= aim <= high:
            aim = (low + high) / 2
        rho, step = aim, abs(aim - rho)
        if step < _SETTLED:
            break
    return rho


def standardise(values: Floats, weights: Floats, information: Information) -> Continuous:
    """Bring continuous variables of shape (p, n) to mean 0 and variance 1."""
    seen = ~np.isnan(values)
    shares = weights * seen
    mass = shares.sum(axis=1)
    origin = values[np.arange(len(values)), seen.argmax(axis=1)]
    moved = np.where(seen, values - origin[:, None], 0.0)
    mean = (shares * moved).sum(axis=1) / mass
    away = np.where(seen, moved - mean[:, None], np.nan)
    sd = np.sqrt(np.nansum(shares * away**2, axis=1) / mass)
    return Continuous(
        scores=away / sd[:, None],
        mean=mean + origin,
        sd=sd,
        mass=mass,
        weights=weights,
        information=information,
    )
