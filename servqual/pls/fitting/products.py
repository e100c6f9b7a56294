"""Products of scores, which need the rows: the second stage of moderation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from servqual.pls.fitting.regressions import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class ProductMoments:
    """Correlations of scores and their products.

    Attributes
    ----------
    correlations : ndarray of shape (B, J + q, J + q)
    spread : ndarray of shape (B, q)
        The standard deviations of the products of standardised scores.
    """

    correlations: Floats
    spread: Floats


def product_moments(
    rows: Floats, counts: Floats, weights: Floats, products: Sequence[tuple[int, int]]
) -> ProductMoments:
    """Form the correlations of scores and of products of the standardised scores [1]_.

    Parameters
    ----------
    rows : ndarray of shape (n, p)
        Complete answers.
    counts : ndarray of shape (B, n)
        How much each row counts: sampling weights, how often it was drawn, or both.
    weights : ndarray of shape (B, p, J)
        With which the rows form the scores, up to a factor.
    products : sequence of (int, int)
        The two constructs of each of the q products.

    References
    ----------
    .. [1] Chin, W. W., Marcolin, B. L., & Newsted, P. R. (2003). A partial least squares latent
       variable modeling approach for measuring interaction effects. *Information Systems
       Research*, 14(2), 189-217. https://doi.org/10.1287/isre.14.2.189.16018
    """
    found, spreads = [], []
    for count, weight in zip(counts, weights, strict=True):
        share = count / count.sum()
        scores = rows @ weight
        scores = scores - share @ scores
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = scores / np.sqrt(share @ scores**2)
        times = np.column_stack([scores[:, one] * scores[:, other] for one, other in products])
        times = times - share @ times
        spread = np.sqrt(share @ times**2)
        with np.errstate(divide="ignore", invalid="ignore"):
            both = np.hstack([scores, times / spread])
        found.append((both * share[:, None]).T @ both)
        spreads.append(spread)
    return ProductMoments(correlations=np.array(found), spread=np.array(spreads))
