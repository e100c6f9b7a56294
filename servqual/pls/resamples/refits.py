"""A fitted path model estimated again from other counts of its respondents."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ModelError
from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.recipe import Recipe
from servqual.pls.fitting.regressions import Floats
from servqual.pls.result import PlsResult
from servqual.resampling import BLOCK, MomentResampler

Bools = NDArray[np.bool_]

_BEYOND = 1 + 1e-9
_SMALL = 1e-6
_NOTHING = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class Refit:
    """Estimates of B counts of the respondents.

    Attributes
    ----------
    estimates : Estimates
        NaN where a column does not vary, the weights do not settle, or a block of mode B is
        singular.
    constant : ndarray of bool of shape (B,)
        Whether a column does not vary.
    """

    estimates: Estimates
    constant: Bools


class Refitter:
    """Estimates a model from how often each respondent counts.

    Parameters
    ----------
    recipe : Recipe
    rows : ndarray of shape (n, p)
        Complete answers.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    """

    def __init__(self, recipe: Recipe, rows: Floats, weights: Floats | None) -> None:
        self._recipe = recipe
        self._rows = rows
        self._weights = np.ones(len(rows)) if weights is None else weights
        self._resampler = MomentResampler(rows)
        self._variances = rows.var(axis=0)

    def of(self, counts: Floats) -> Refit:
        """Estimate from counts of shape (B, n)."""
        weighed = counts * self._weights
        weighed *= (counts.sum(axis=1) / weighed.sum(axis=1))[:, None]
        covariances = self._resampler.moments(weighed).covariance
        constant = self._repair(covariances, counts, weighed)
        return Refit(
            estimates=self._recipe.estimates(covariances, rows=self._rows, counts=weighed),
            constant=constant,
        )

    def without_each(self) -> Iterator[Estimates]:
        """Estimate without each respondent in turn, in blocks of 100."""
        weights, n = self._weights, len(self._rows)
        total = weights.sum()
        off = self._rows - weights @ self._rows / total
        scatter = (off * weights[:, None]).T @ off
        variances = np.diagonal(scatter)
        for start in range(0, n, BLOCK):
            out = slice(start, min(start + BLOCK, n))
            own, left = off[out], total - weights[out]
            parts = (weights[out] * total / left)[:, None, None] * own[:, :, None] * own[:, None]
            covariances = (scatter - parts) / left[:, None, None]
            spread = np.diagonal(covariances, axis1=1, axis2=2) * left[:, None]
            covariances[(spread <= _NOTHING * variances).any(axis=1)] = np.nan
            counts = None
            if self._recipe.plan.products:
                counts = np.repeat(weights[None], len(own), axis=0)
                counts[np.arange(len(own)), np.arange(n)[out]] = 0
            yield self._recipe.estimates(covariances, rows=self._rows, counts=counts)

    def _repair(self, covariances: Floats, counts: Floats, weighed: Floats) -> Bools:
        """Find columns that hardly vary, compute what they share anew, and say which are constant.

        Products lose digits where nearly all of a column's variance is in rows that do not count.
        """
        constant = np.zeros(len(counts), dtype=bool)
        spread = np.diagonal(covariances, axis1=1, axis2=2)
        for at in np.flatnonzero((spread <= _SMALL * self._variances).any(axis=1)):
            drawn = self._rows[counts[at] > 0]
            constant[at] = (drawn.min(axis=0) == drawn.max(axis=0)).any()
            total = weighed[at].sum()
            off = self._rows - weighed[at] @ self._rows / total
            covariances[at] = (off * weighed[at][:, None]).T @ off / (total - 1)
        covariances[constant] = np.nan
        return constant


def check_refittable(result: PlsResult, what: str) -> Floats:
    """Give the rows, or say why the model cannot be estimated again from them.

    Raises
    ------
    ResponseError
        If only moments are at hand.
    ModelError
        If the model did not converge, or its moments are those of the EM algorithm.
    """
    rows = result.require_rows(what)
    if not result.converged:
        raise ModelError(f"{what} start from a model that converged. See its problems.")
    if result.missing == "em" and result.n_imputed:
        raise ModelError(
            f"{what} are of complete rows, but the moments of this model were estimated by EM from "
            "incomplete ones, which would have to be done again for each. Fit it with "
            "missing='listwise' or 'mean'."
        )
    return rows


def inadmissible(estimates: Estimates) -> Bools:
    """Say which solutions are there but beyond their bounds: (B,).

    Reliabilities of common factors that are negative or above 1, correlations, loadings and
    explained variances beyond 1, and paths that cannot be told apart.
    """
    if estimates.first is None:
        found = np.zeros(len(estimates.converged), dtype=bool)
    else:
        found = inadmissible(estimates.first)
    if estimates.common.any():
        reliability = estimates.rho_a[:, estimates.common]
        found |= ~((reliability > 0) & (reliability <= _BEYOND)).all(axis=1)
        found |= (np.abs(estimates.correlations) > _BEYOND).any(axis=(1, 2))
    found |= (np.abs(estimates.loadings) > _BEYOND).any(axis=1)
    explained = estimates.regressions.r_squared[:, list(estimates.structure.outcomes)]
    found |= ~(explained <= _BEYOND).all(axis=1)
    return found & estimates.converged


def turned(estimates: Estimates, reference: Estimates) -> Bools:
    """Say in which estimates a construct points against that of the reference: (B, J)."""
    alike = (estimates.loadings * reference.loadings) @ estimates.layout.belongs
    found = alike < 0
    if estimates.first is None or reference.first is None:
        return found
    return np.hstack([turned(estimates.first, reference.first), found])
