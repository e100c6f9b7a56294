"""Whether the correlations of a scale are fit for factor analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc

from servqual._displayed import Displayed
from servqual._frames import read_only
from servqual._language import say
from servqual._phrases import p_text
from servqual.factors._correlations import Correlations, read_correlations
from servqual.instrument import Instrument
from servqual.items import SCALE

Floats = NDArray[np.float64]


class Bartlett(NamedTuple):
    """Bartlett's test that the items are uncorrelated.

    Attributes
    ----------
    chi2 : float
    df : int
    p_value : float
    """

    chi2: float
    df: int
    p_value: float


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Factorability(Displayed):
    """Sampling adequacy and sphericity; make one with `factorability`.

    Attributes
    ----------
    correlations : Correlations
        Of the items.
    kmo : float
        Kaiser-Meyer-Olkin measure of all items, 0 to 1.
    kmo_values : ndarray of shape (p,)
        The same measure of each item.
    bartlett : Bartlett
        chi2, df and p_value of Bartlett's test that all correlations are 0.
    determinant : float
        Of the correlation matrix, 0 (singular) to 1 (uncorrelated).
    """

    correlations: Correlations
    kmo: float
    kmo_values: Floats
    bartlett: Bartlett
    determinant: float

    @property
    def n(self) -> int:
        """How many respondents."""
        return self.correlations.n

    @property
    def instrument(self) -> Instrument | None:
        """Whose labels the items bear, where it is known."""
        return self.correlations.instrument

    @property
    def kmo_items(self) -> pd.Series:
        """The measure of sampling adequacy of each item."""
        return pd.Series(self.kmo_values, index=list(self.correlations.names), name="kmo")

    @property
    def problems(self) -> tuple[str, ...]:
        """Say what could not be computed, and why."""
        return self.correlations.problems()

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and what was left out."""
        return say("Factorability of {what}", language, what=self.correlations.told(language))

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Give Bartlett's test and the usual words for KMO."""
        told = list(self.correlations.problems(language))
        chi2, df, p_value = self.bartlett
        if not np.isnan(chi2):
            told.append(
                say(
                    "Bartlett's test of sphericity: chi-square({df}) = {chi2:,.2f}, p {p}. It "
                    "rejects with nearly any survey of some size, so it says little for a scale. "
                    "Determinant of the correlations: {determinant:.3g}.",
                    language,
                    df=df,
                    chi2=chi2,
                    p=p_text(p_value),
                    determinant=self.determinant,
                )
            )
        told.append(
            say(
                "KMO in the words of Kaiser (1974): .90s marvellous, .80s meritorious, .70s "
                "middling, .60s mediocre, .50s miserable, below .50 unacceptable.",
                language,
            )
        )
        return tuple(told)

    def displayed(self) -> pd.DataFrame:
        """Give the table to show; the test and the determinant stand in a note."""
        return self.to_frame()[["dimension", "item", "label", "kmo"]]

    def to_frame(self) -> pd.DataFrame:
        """Give one row an item with its kmo, and one of the scale with all measures."""
        about = self.correlations.about()
        frame = pd.DataFrame(
            {
                "dimension": [*about["dimension"], SCALE],
                "item": [*about["item"], ""],
                "label": [*about["label"], ""],
                "kmo": [*self.kmo_values, self.kmo],
            }
        )
        whole = {
            "determinant": self.determinant,
            "chi2": self.bartlett.chi2,
            "df": self.bartlett.df,
            "p_value": self.bartlett.p_value,
        }
        for column, value in whole.items():
            frame[column] = [*[np.nan] * len(about["item"]), float(value)]
        return frame


def factorability(
    data: object, of: str = "gap", dimensions: Mapping[str, Sequence[str]] | None = None
) -> Factorability:
    r"""Measure whether items are correlated enough, and in common, to be factored.

    Parameters
    ----------
    data : GapScores, PerceptionScores, ToleranceScores, frame, Sample or Moments
        Respondents with a missing item are left out.
    of : str, default "gap"
        Which of the scores.
    dimensions : mapping of str to sequence of str, optional
        The items of each dimension, for data that do not know their dimensions.

    Returns
    -------
    Factorability
        ``.kmo``, ``.kmo_items``, ``.bartlett`` (chi2, df, p_value), ``.determinant``;
        ``to_frame()`` has one row an item and one of the scale. Where the matrix is singular
        these are NaN, with the reason in ``.problems``.

    Raises
    ------
    ResponseError
        If there are no such scores or no complete row.
    ModelError
        If fewer than two items vary, or there are fewer than three respondents.

    Notes
    -----
    With correlations :math:`r_{ij}` and partial correlations given all other items
    :math:`q_{ij}` [1]_,

    .. math:: \mathrm{KMO} = \frac{\sum_{i \ne j} r_{ij}^2}
        {\sum_{i \ne j} r_{ij}^2 + \sum_{i \ne j} q_{ij}^2},

    over the pairs of one item for that item's measure. Bartlett's statistic [2]_ is
    :math:`-(n - 1 - (2p + 5)/6) \log|R|` with :math:`p(p - 1)/2` degrees of freedom.

    References
    ----------
    .. [1] Kaiser, H. F. (1974). An index of factorial simplicity. *Psychometrika*, 39(1), 31-36.
       https://doi.org/10.1007/BF02291575
    .. [2] Bartlett, M. S. (1951). The effect of standardization on a chi-square approximation in
       factor analysis. *Biometrika*, 38(3/4), 337-344. https://doi.org/10.2307/2332580

    Examples
    --------
    >>> from servqual.moments import Moments
    >>> matrix = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    >>> found = factorability(Moments.from_matrix(matrix, 200, names=list("abcd")))
    >>> round(found.kmo, 3), round(found.determinant, 4)
    (0.8, 0.3125)
    """
    correlations, _ = read_correlations(data, of, dimensions)
    matrix = correlations.matrix
    k = len(matrix)
    df = k * (k - 1) // 2
    kmo, items, chi2, p_value = np.nan, np.full(k, np.nan), np.nan, np.nan
    determinant = 0.0
    if not correlations.singular:
        log_determinant = float(np.linalg.slogdet(matrix)[1])
        determinant = float(np.exp(log_determinant))
        squares, partials = _squares(matrix), _squares(_partial(matrix))
        whole = float(squares.sum() + partials.sum())
        kmo = float(squares.sum()) / whole if whole > 0 else np.nan
        both = squares.sum(axis=0) + partials.sum(axis=0)
        items = np.divide(squares.sum(axis=0), both, out=np.full(k, np.nan), where=both > 0)
        chi2 = -(correlations.n - 1 - (2 * k + 5) / 6) * log_determinant
        p_value = float(chdtrc(df, chi2))
    return Factorability(
        correlations=correlations,
        kmo=kmo,
        kmo_values=read_only(correlations.spread(items)),
        bartlett=Bartlett(chi2, df, p_value),
        determinant=determinant,
    )


def _partial(matrix: Floats) -> Floats:
    """Correlate each pair of items given all the others."""
    inverse = np.linalg.inv(matrix)
    scale = np.sqrt(np.diag(inverse))
    return np.asarray(-inverse / np.outer(scale, scale), dtype=np.float64)


def _squares(matrix: Floats) -> Floats:
    squares = matrix**2
    np.fill_diagonal(squares, 0)
    return squares
