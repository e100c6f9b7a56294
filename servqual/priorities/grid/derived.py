"""Importance and performance of items under any weights of the respondents."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servqual.priorities.relative.methods import ResampledLmg, division_of
from servqual.regression import SINGULAR, slopes_of
from servqual.resampling import MomentResampler

Floats = NDArray[np.float64]
Derived = Literal["correlation", "partial_correlation", "regression", "lmg"]
DERIVED = ("correlation", "partial_correlation", "regression", "lmg")
_ORDERS, _SEED = 1000, 0


class Given:
    """Importance that is the same whoever answers."""

    def __init__(self, values: Floats) -> None:
        self._values = values

    def at(self, weights: Floats) -> Floats:
        """Give the values for each of b sets of weights, as (b, q)."""
        return np.tile(self._values, (len(weights), 1))


@dataclass(kw_only=True)
class Drivers:
    r"""Importance derived from how an outcome goes with the performance of the items.

    Parameters
    ----------
    rows : ndarray of shape (n, q)
        Complete.
    outcome : ndarray of shape (n,)
    kind : {"correlation", "partial_correlation", "regression", "lmg"}

    Attributes
    ----------
    reasons : dict of str to list of int
        Why items have no importance, and which.

    Notes
    -----
    With the correlation matrix R of the items and the outcome, r its correlations of the items with
    the outcome, and :math:`P = R^{-1}`: the correlation :math:`r_j`; the partial correlation given
    all other items :math:`-P_{jy} / \sqrt{P_{jj} P_{yy}}`; the standardised coefficient
    :math:`(R_{xx}^{-1} r)_j`; "lmg" the share of R² (see `relative_importance`).
    """

    rows: Floats
    outcome: Floats
    kind: Derived
    reasons: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n, q = self.rows.shape
        self._kept = np.zeros(q, dtype=bool)
        self._shown = np.zeros(q, dtype=bool)
        self._resampler = MomentResampler(np.column_stack([self.rows, self.outcome]))
        self._variance = np.append(self.rows.var(axis=0), self.outcome.var())
        if _constant(self.outcome[:, None])[0]:
            self.reasons["the outcome has no variance"] = list(range(q))
            return
        constant = _constant(self.rows)
        if constant.any():
            self.reasons["no variance in performance"] = np.flatnonzero(constant).tolist()
        self._kept = self._shown = ~constant
        if self.kind == "correlation":
            return
        if n <= self._kept.sum() + 1:
            at = np.flatnonzero(self._kept).tolist()
            self.reasons["too few respondents for so many items at once"] = at
            self._shown = np.zeros(q, dtype=bool)
            return
        if self.kind == "lmg":
            self._divide()
            return
        self._set_aside_singular()
        if self.kind == "partial_correlation" and self._shown.any():
            whole = self._correlations(np.ones((1, n)))[0]
            if np.linalg.eigvalsh(whole)[0] < SINGULAR:
                at = np.flatnonzero(self._shown).tolist()
                self.reasons["the items determine the outcome"] = at
                self._shown = np.zeros(q, dtype=bool)

    def at(self, weights: Floats) -> Floats:
        """Give the importance under weights of shape (b, n), as (b, q)."""
        found = np.full((len(weights), self.rows.shape[1]), np.nan)
        if not self._shown.any():
            return found
        correlations = self._correlations(weights)
        known = np.asarray(np.isfinite(correlations).all(axis=(1, 2)))
        if self.kind == "correlation":
            values = correlations[:, :-1, -1]
        elif self.kind == "partial_correlation":
            values = self._partial(correlations, known)
        elif self.kind == "regression":
            values = slopes_of(correlations[:, :-1, :-1], correlations[:, :-1, -1:])[:, :, 0]
        else:
            values = np.full(correlations[:, :-1, -1].shape, np.nan)
            if known.any():
                values[known] = self._shares(correlations[known])
        found[:, self._kept] = values
        found[:, ~self._shown] = np.nan
        return found

    def _divide(self) -> None:
        """Prepare to divide what the items explain among them."""
        blocks = tuple((j,) for j in range(int(self._kept.sum())))
        self._division = division_of(blocks, _ORDERS, _SEED)
        whole = self._correlations(np.ones((1, len(self.rows))))
        self._resampled = ResampledLmg(self._division, whole, _SEED)

    def _shares(self, correlations: Floats) -> Floats:
        """Give the shares of R squared, each set of which sums to 1."""
        if len(correlations) == 1:
            found = self._division.of(correlations, "lmg")
        else:
            found = self._resampled.of(correlations)
        return np.asarray(found / found.sum(axis=1, keepdims=True))

    def _partial(self, correlations: Floats, known: NDArray[np.bool_]) -> Floats:
        """Partial correlations, where there is a solution."""
        values = np.full(correlations[:, :-1, -1].shape, np.nan)
        known = known.copy()
        known[known] = np.linalg.eigvalsh(correlations[known])[:, 0] > SINGULAR
        if known.any():
            inverse = np.linalg.inv(correlations[known])
            diagonal = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))
            values[known] = -inverse[:, :-1, -1] / (diagonal[:, :-1] * diagonal[:, -1:])
        return values

    def _correlations(self, weights: Floats) -> Floats:
        """Correlations of the kept items and the outcome; NaN where a column does not vary."""
        at = np.append(np.flatnonzero(self._kept), self.rows.shape[1])
        covariance = self._resampler.moments(weights).covariance[:, at[:, None], at]
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        varies = variance > SINGULAR * self._variance[at]
        sd = np.where(varies, np.sqrt(np.where(varies, variance, 1)), np.nan)
        return covariance / (sd[:, :, None] * sd[:, None, :])

    def _set_aside_singular(self) -> None:
        """Leave out items that others determine, and name all that are tied together so."""
        at = np.flatnonzero(self._kept)
        correlation = np.corrcoef(self.rows[:, at], rowvar=False).reshape(len(at), len(at))
        values, vectors = np.linalg.eigh(correlation)
        null = vectors[:, values < SINGULAR]
        if null.shape[1] == 0:
            return
        tied = (np.abs(null) > 1e-6).any(axis=1)
        kept: list[int] = []
        for j in range(len(at)):
            tried = correlation[np.ix_([*kept, j], [*kept, j])]
            if not tied[j] or np.linalg.eigvalsh(tried)[0] > SINGULAR:
                kept.append(j)
        self.reasons["determined by other items"] = at[tied].tolist()
        self._kept = np.isin(np.arange(len(self._kept)), at[kept])
        self._shown = np.isin(np.arange(len(self._kept)), at[~tied])


def _constant(columns: Floats) -> NDArray[np.bool_]:
    return np.asarray(columns.max(axis=0) == columns.min(axis=0))
