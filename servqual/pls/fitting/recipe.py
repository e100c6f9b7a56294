"""How a model is estimated: all that is the same for its data, resamples, groups and folds."""

from dataclasses import dataclass

import numpy as np

from servqual.pls.fitting.estimates import Estimates, estimate
from servqual.pls.fitting.layout import Plan
from servqual.pls.fitting.products import ProductMoments, product_moments
from servqual.pls.fitting.regressions import Floats
from servqual.pls.fitting.settings import PlsSettings
from servqual.pls.fitting.weights import Scheme


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model is estimated.

    Attributes
    ----------
    plan : Plan
    scheme : str
        Of the inner weights.
    consistent : tuple of str
        Constructs that are corrected as common factors.
    standardized : bool
        Whether the weights are of standardised indicators.
    settings : PlsSettings
    """

    plan: Plan
    scheme: Scheme
    consistent: tuple[str, ...]
    standardized: bool
    settings: PlsSettings

    def estimates(
        self,
        covariances: Floats,
        *,
        rows: Floats | None = None,
        counts: Floats | None = None,
    ) -> Estimates:
        """Estimate the model from many covariance matrices at once.

        Parameters
        ----------
        covariances : ndarray of shape (B, p, p)
            Of `plan.columns`, of resamples, groups or folds. Estimates are NaN where a column
            does not vary, or the weights do not settle.
        rows : ndarray of shape (n, p), optional
            The answers; needed where there are products.
        counts : ndarray of shape (B, n), optional
            How much each row counts in each of the matrices: sampling weights, times how often it
            was drawn; needed where there are products.
        """
        spread = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
        with np.errstate(divide="ignore", invalid="ignore"):
            matrices = covariances / (spread[:, :, None] * spread[:, None, :])

        def products(weights: Floats) -> ProductMoments:
            if rows is None or counts is None:
                raise ValueError("Products of constructs need the rows and their counts.")
            own = weights / spread[:, :, None] if self.standardized else weights
            return product_moments(rows, counts, own, self.plan.products)

        return estimate(
            matrices if self.standardized else np.where(np.isfinite(matrices), covariances, np.nan),
            self.plan,
            scheme=self.scheme,
            consistent=self.consistent,
            tolerance=self.settings.tolerance,
            max_iterations=self.settings.max_iterations,
            products=products if self.plan.products else None,
        )
