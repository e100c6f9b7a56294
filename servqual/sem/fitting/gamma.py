"""The covariance matrix of statistics, in the form that is smaller."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.sem.fitting.layout import Floats


@dataclass(frozen=True, eq=False)
class Gamma:
    """The covariance matrix (s, s) of statistics, times n.

    Attributes
    ----------
    held : ndarray of shape (s, s) or (m, s)
        The matrix, or a root: what has it as its cross-product.
    rooted : bool
        Whether it is a root that is held.
    """

    held: Floats
    rooted: bool

    @property
    def diagonal(self) -> Floats:
        """The variances (s,)."""
        if self.rooted:
            return np.asarray(np.einsum("ij,ij->j", self.held, self.held))
        return np.diag(self.held)

    def scaled(self, factor: float) -> "Gamma":
        """Multiply by a number."""
        return Gamma((np.sqrt(factor) if self.rooted else factor) * self.held, self.rooted)

    def times(self, right: Floats) -> Floats:
        """Multiply a matrix (s, k) by it from the left."""
        product = self.held @ right
        return np.asarray(self.held.T @ product if self.rooted else product)

    def traces(self, weights: Floats, kept: NDArray[np.bool_] | slice) -> tuple[float, float]:
        """Give the traces of V Gamma and of its square, of some of the statistics."""
        half = np.sqrt(weights[kept])
        if self.rooted:
            scaled = self.held[:, kept] * half
            wide = scaled.shape[0] < scaled.shape[1]
            product = scaled @ scaled.T if wide else scaled.T @ scaled
        else:
            product = self.held[kept][:, kept] * np.outer(half, half)
        return float(np.trace(product)), float((product**2).sum())


def gamma_of(influence: Floats) -> Gamma:
    """Give it from the influence (n, s) of each of n respondents."""
    rows, columns = influence.shape
    if rows < columns:
        return Gamma(influence / np.sqrt(rows - 1), rooted=True)
    return Gamma(influence.T @ influence / (rows - 1), rooted=False)
