"""How many components: Velicer's minimum average partial correlation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._displayed import Displayed
from servqual._frames import read_only
from servqual._language import say
from servqual.factors._correlations import Correlations, read_correlations
from servqual.instrument import Instrument

Floats = NDArray[np.float64]

_NOTHING_LEFT = 1e-10
_DECIMALS = 5


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MinimumAveragePartial(Displayed):
    """Average partial correlations by number of components; see `minimum_average_partial`.

    Attributes
    ----------
    correlations : Correlations
        Of the items.
    squared, fourth : ndarray of shape (k,)
        Averages of the squares and of the fourth powers with 0, 1, ... k - 1 components of the k
        items that vary partialled out; NaN where an item has no variance left.
    """

    correlations: Correlations
    squared: Floats
    fourth: Floats

    @property
    def n(self) -> int:
        """How many respondents."""
        return self.correlations.n

    @property
    def instrument(self) -> Instrument | None:
        """Whose items they are, where it is known."""
        return self.correlations.instrument

    @property
    def suggested(self) -> pd.Series:
        """How many components have the least average, by criterion (squared, fourth)."""
        least = [int(np.nanargmin(values)) for values in (self.squared, self.fourth)]
        return pd.Series(least, index=["squared", "fourth"], name="suggested")

    @property
    def problems(self) -> tuple[str, ...]:
        """Say what could not be computed, and why."""
        return self._problems("en")

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and what was left out."""
        return say(
            "Minimum average partial correlation of {what}",
            language,
            what=self.correlations.told(language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how many components the data suggest, by each criterion."""
        counts = self.suggested
        return (
            *self._problems(language),
            say(
                "Least average squared partial correlation: {squared} components (Velicer, 1976); "
                "least average fourth power: {fourth} (Velicer, Eaton & Fava, 2000).",
                language,
                squared=counts["squared"],
                fourth=counts["fourth"],
            ),
            say(
                "Beside parallel analysis it is the rule that simulations favour; it tends to keep "
                "too few where components have few items or low loadings (Zwick & Velicer, 1986).",
                language,
            ),
        )

    def to_frame(self) -> pd.DataFrame:
        """Give one row a number of components: number, squared, fourth."""
        return pd.DataFrame(
            {
                "number": np.arange(len(self.squared)),
                "average_squared": self.squared,
                "average_fourth": self.fourth,
            }
        )

    def displayed(self) -> pd.DataFrame:
        """Give the table to show, with the decimals that tell the averages apart."""
        frame = self.to_frame()
        for name in ("average_squared", "average_fourth"):
            frame[name] = [f"{x:.{_DECIMALS}f}" if x == x else "" for x in frame[name]]
        return frame

    def _problems(self, language: str) -> tuple[str, ...]:
        told = list(self.correlations.problems(language))
        if np.isnan(self.squared).any():
            told.append(
                say(
                    "No average from {number} components on, as they leave an item without "
                    "variance.",
                    language,
                    number=int(np.isnan(self.squared).argmax()),
                )
            )
        return tuple(told)


def minimum_average_partial(
    data: object, of: str = "gap", *, dimensions: Mapping[str, Sequence[str]] | None = None
) -> MinimumAveragePartial:
    r"""Find the number of components that leaves the least correlation between items.

    Parameters
    ----------
    data : GapScores, PerceptionScores, ToleranceScores, frame, Sample or Moments
        Respondents with a missing item are left out.
    of : str, default "gap"
        Which of the scores.
    dimensions : mapping of str to sequence of str, optional
        Which items, for data that do not know their dimensions.

    Returns
    -------
    MinimumAveragePartial
        ``.suggested`` (squared, fourth); ``to_frame()`` has one row a number of components, from
        0: number, average_squared, average_fourth.

    Raises
    ------
    ResponseError
        If there are no such scores or no complete row.
    ModelError
        If fewer than two items vary, or there are fewer than three respondents.

    Notes
    -----
    With :math:`C_m = R - A_m A_m'` what the first m principal components leave of the
    correlations, and :math:`r^*_{ij} = c_{ij} / \sqrt{c_{ii} c_{jj}}`, the criterion is the average
    of :math:`r^{*2}_{ij}` [1]_ or of :math:`r^{*4}_{ij}` [2]_ over the :math:`k(k - 1)/2` pairs;
    :math:`m = 0` is the correlations themselves.

    References
    ----------
    .. [1] Velicer, W. F. (1976). Determining the number of components from the matrix of partial
       correlations. *Psychometrika*, 41(3), 321-327. https://doi.org/10.1007/BF02293557
    .. [2] Velicer, W. F., Eaton, C. A., & Fava, J. L. (2000). Construct explication through factor
       or component analysis: A review and evaluation of alternative procedures for determining
       the number of factors or components. In R. D. Goffin & E. Helmes (Eds.), *Problems and
       solutions in human assessment* (pp. 41-71). Kluwer.
       https://doi.org/10.1007/978-1-4615-4397-8_3
    .. [3] Zwick, W. R., & Velicer, W. F. (1986). Comparison of five rules for determining the
       number of components to retain. *Psychological Bulletin*, 99(3), 432-442.
       https://doi.org/10.1037/0033-2909.99.3.432

    Examples
    --------
    >>> from servqual.moments import Moments
    >>> matrix = np.kron(np.eye(2), np.full((4, 4), 0.5)) + 0.5 * np.eye(8)
    >>> found = minimum_average_partial(Moments.from_matrix(matrix, 300, names=list("abcdefgh")))
    >>> found.suggested.to_dict()
    {'squared': 2, 'fourth': 2}
    >>> found.squared[:3].round(4)
    array([0.1071, 0.0774, 0.0476])
    """
    correlations, _ = read_correlations(data, of, dimensions)
    squared, fourth = _averages(correlations.matrix)
    return MinimumAveragePartial(
        correlations=correlations, squared=read_only(squared), fourth=read_only(fourth)
    )


def _averages(matrix: Floats) -> tuple[Floats, Floats]:
    """Average powers of the partial correlations, shape (k,) each, up to the first NaN."""
    k = len(matrix)
    roots, vectors = np.linalg.eigh(matrix)
    loadings = (vectors * np.sqrt(np.maximum(roots, 0)))[:, ::-1]
    pairs = np.triu_indices(k, 1)
    squared, fourth = np.full(k, np.nan), np.full(k, np.nan)
    left = matrix.copy()
    for m in range(k):
        variances = np.diag(left)
        if not variances.min() > _NOTHING_LEFT:
            break
        partial = (left / np.sqrt(np.outer(variances, variances)))[pairs]
        squared[m], fourth[m] = (partial**2).mean(), (partial**4).mean()
        left = left - np.outer(loadings[:, m], loadings[:, m])
    return squared, fourth
