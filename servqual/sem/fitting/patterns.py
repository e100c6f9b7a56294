r"""Rows by which variables they answer: what full-information maximum likelihood sums over.

.. math::

   F = \sum_k \frac{n_k}{n} \left[ \log|\Sigma_k| + \operatorname{tr}(S^*_k \Sigma_k^{-1}) \right]

over the patterns k of answered variables, with :math:`\Sigma_k` the answered block and
:math:`S^*_k` the mean of :math:`(x - \mu_k)(x - \mu_k)'` [1]_.

References
----------
.. [1] Arbuckle, J. L. (1996). Full information estimation in the presence of incomplete data. In
   G. A. Marcoulides & R. E. Schumacker (Eds.), *Advanced structural equation modeling* (pp.
   243-277). Erlbaum.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.sem.fitting.information import Sets
from servqual.sem.fitting.ml import Target
from servqual.sem.fitting.structure import Floats, Implied


@dataclass(frozen=True, eq=False, kw_only=True)
class Patterns:
    """The rows of a group by which variables they answer.

    Attributes
    ----------
    answered : ndarray of bool of shape (K, p)
    of : ndarray of int of shape (n,)
        The pattern of each row.
    mean : ndarray of shape (K, p) or None
        Zero where not answered; None in a model without means.
    covariance : ndarray of shape (K, p, p)
        About the mean, with divisor n_k.
    share : ndarray of shape (K,)
        The pattern's share of the (weighted) respondents of all groups.
    """

    answered: NDArray[np.bool_]
    of: NDArray[np.intp]
    mean: Floats | None
    covariance: Floats
    share: Floats

    def sets(self, implied: Implied) -> tuple[Sets, float] | None:
        """Give the sets at what a batch of one implies, and the value of the fit function.

        None where an answered block is not positive definite.
        """
        sigma, mu = implied.sigma[0], None if implied.mu is None else implied.mu[0]
        at = self._at(sigma, mu)
        if at is None:
            return None
        precision, spread, off, value = at
        sets = Sets(precision=precision, spread=spread, off=off, share=self.share, implied=implied)
        return sets, value

    def value(self, sigma: Floats, mu: Floats | None) -> float | None:
        """Give the value of the fit function at any Sigma (p, p) and mu (p,)."""
        at = self._at(sigma, mu)
        return None if at is None else at[3]

    def _at(
        self, sigma: Floats, mu: Floats | None
    ) -> tuple[Floats, Floats, Floats | None, float] | None:
        padding: Floats | float = 0.0
        blocks = sigma[None]
        if not self.answered.all():
            both = self.answered[:, :, None] & self.answered[:, None, :]
            padding = np.eye(len(sigma)) * ~self.answered[:, None, :]
            blocks = np.where(both, sigma, 0.0) + padding
        try:
            root = np.linalg.cholesky(blocks)
        except np.linalg.LinAlgError:
            return None
        precision = np.asarray(np.linalg.inv(blocks) - padding, dtype=np.float64)
        spread, off = self.covariance, None
        if mu is not None and self.mean is not None:
            off = np.where(self.answered, self.mean - mu, 0.0)
            spread = spread + off[:, :, None] * off[:, None, :]
        value = 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        value = value + (spread * precision).sum(axis=(1, 2))
        return precision, spread, off, float(self.share @ value)


def find_patterns(rows: Floats, weights: Floats | None, total: float) -> Patterns:
    """Sort rows (n, p) with NaN into patterns; `total` is the weight of all groups together."""
    answered = ~np.isnan(rows)
    patterns, of = np.unique(answered, axis=0, return_inverse=True)
    of = of.ravel()
    k, p = patterns.shape
    w = np.ones(len(rows)) if weights is None else weights
    mass = np.bincount(of, weights=w, minlength=k)
    filled = np.where(answered, rows, 0.0)
    mean = np.zeros((k, p))
    np.add.at(mean, of, w[:, None] * filled)
    mean /= mass[:, None]
    centred = np.where(answered, filled - mean[of], 0.0) * np.sqrt(w)[:, None]
    covariance = np.zeros((k, p, p))
    several = np.flatnonzero(np.bincount(of, minlength=k) > 1)
    order = np.argsort(of, kind="stable")
    bounds = np.searchsorted(of[order], np.arange(k + 1))
    for one in several:
        some = centred[order[bounds[one] : bounds[one + 1]]]
        covariance[one] = some.T @ some / mass[one]
    return Patterns(answered=patterns, of=of, mean=mean, covariance=covariance, share=mass / total)


def complete_pattern(target: Target) -> Patterns:
    """See a group's moments as the one pattern of complete rows."""
    p = len(target.covariance)
    return Patterns(
        answered=np.ones((1, p), dtype=bool),
        of=np.zeros(0, dtype=np.intp),
        mean=None if target.mean is None else target.mean[None],
        covariance=target.covariance[None],
        share=np.array([float(target.share)]),
    )
