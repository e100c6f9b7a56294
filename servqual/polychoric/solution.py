"""Correlations of latent responses, with thresholds, errors, and what is wrong with them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._displayed import Displayed
from servqual._language import say
from servqual.errors import ResponseError
from servqual.instrument import Instrument
from servqual.moments import Moments
from servqual.polychoric._facts import Facts
from servqual.polychoric._smoothing import LEAST

Floats = NDArray[np.float64]

SINGULAR = 1e-10
_KINDS = {
    frozenset({"ordered"}): "polychoric",
    frozenset({"two"}): "tetrachoric",
    frozenset({"ordered", "two"}): "polychoric",
    frozenset({"ordered", "continuous"}): "polyserial",
    frozenset({"two", "continuous"}): "biserial",
    frozenset({"continuous"}): "Pearson",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PolychoricCorrelation(Displayed):
    """Correlations of latent responses; make one with `polychoric_correlation`.

    Attributes
    ----------
    names : tuple of str
        The p variables.
    scales : tuple of str
        "two" (categories in use), "ordered" or "continuous", by variable.
    matrix : ndarray of shape (p, p)
        The correlations; NaN where `problems` says why.
    errors : ndarray of shape (p, p)
        Their standard errors; 0 on the diagonal.
    pairs : ndarray of int of shape (p, p)
        How many rows answer both.
    threshold_rows : tuple of tuple
        variable, number, category below, category above, estimate and standard error of each.
    facts : Facts
        What was left out, merged or added.
    smallest : float
        The smallest eigenvalue, before smoothing; NaN where a correlation is.
    changed : tuple of (float, str, str) or None
        The largest change by smoothing, and of which pair; None where nothing was smoothed.
    weight, weight_squares : float
        Sums of the sampling weights of the rows that count, and of their squares.
    of : str
        "perception", "expectation", ... or "item" for plain columns.
    instrument : Instrument or None
        Whose items they are, where it is known.
    """

    names: tuple[str, ...]
    scales: tuple[str, ...]
    matrix: Floats
    errors: Floats
    pairs: NDArray[np.int64]
    threshold_rows: tuple[tuple[Any, ...], ...]
    facts: Facts
    smallest: float
    changed: tuple[float, str, str] | None
    weight: float
    weight_squares: float
    of: str
    instrument: Instrument | None

    @property
    def n(self) -> int:
        """How many rows count."""
        return self.facts.n

    @property
    def fewest(self) -> int:
        """How many rows answer both variables of the pair that the fewest do."""
        return int(self.pairs[~np.isnan(self.matrix)].min())

    @property
    def correlation(self) -> pd.DataFrame:
        """The correlations, square."""
        return self._square(self.matrix)

    @property
    def se(self) -> pd.DataFrame:
        """Their standard errors, square; those of what was estimated, before any smoothing."""
        return self._square(self.errors)

    @property
    def thresholds(self) -> pd.DataFrame:
        """The thresholds, one a row.

        Columns variable, threshold (its number), category_below and category_above (which it
        parts), estimate (in standard deviations of the latent response) and se.
        """
        columns = ["variable", "threshold", "category_below", "category_above", "estimate", "se"]
        return pd.DataFrame.from_records(list(self.threshold_rows), columns=columns)

    @property
    def positive_definite(self) -> bool:
        """Whether the correlations, as they are given, have an inverse; not where one is NaN."""
        return self.changed is not None or self.smallest > SINGULAR

    @property
    def problems(self) -> tuple[str, ...]:
        """Say what could not be computed or should not be taken at its word, and why."""
        return self._problems("en")

    def to_frame(self) -> pd.DataFrame:
        """Give one row a pair: first, second, kind, n, correlation and se."""
        one, other = np.triu_indices(len(self.names), 1)
        return pd.DataFrame(
            {
                "first": [self.names[i] for i in one],
                "second": [self.names[j] for j in other],
                "kind": [
                    _KINDS[frozenset({self.scales[i], self.scales[j]})]
                    for i, j in zip(one, other, strict=True)
                ],
                "n": self.pairs[one, other],
                "correlation": self.matrix[one, other],
                "se": self.errors[one, other],
            }
        )

    def to_moments(self) -> Moments:
        """Give the correlations as `Moments`, for factor analysis, alpha and the like.

        The means are 0 and the variances 1. With pairwise answers n is the smallest of any pair.

        Raises
        ------
        ResponseError
            If a correlation is NaN, or the matrix is not positive definite.

        Examples
        --------
        >>> from servqual.factors.efa import fit_efa
        >>> from servqual.polychoric.correlation import polychoric_correlation
        >>> rng = np.random.default_rng(1)
        >>> factor = rng.normal(size=(400, 1))
        >>> answers = np.digitize(factor + rng.normal(size=(400, 4)), [-1.5, 0, 1.5])
        >>> found = polychoric_correlation(pd.DataFrame(answers, columns=list("abcd")))
        >>> fit_efa(found.to_moments(), 1).loadings.round(2)["F1"].tolist()
        [0.73, 0.75, 0.64, 0.68]
        """
        if not self.positive_definite:
            raise ResponseError(
                f"The correlations cannot be used as they are. {' '.join(self.problems)}"
            )
        few = self.fewest
        share = few / self.n
        return Moments(
            names=self.names,
            n=few,
            mean=np.zeros(len(self.names)),
            covariance=self.matrix,
            weight=self.weight * share,
            weight_squares=self.weight_squares * share,
            n_excluded=self.facts.n_rows - few,
            pairs=self.pairs if few < self.n else None,
        )

    def title(self, language: str = "en") -> str:
        """Say of what kind, of what, of how many, and what became of incomplete rows."""
        of = {
            "perception": say("perceptions", language),
            "expectation": say("expectations", language),
            "minimum": say("minimum levels", language),
        }.get(self.of, say("variables", language))
        what = say("{count} {of}", language, count=len(self.names), of=of)
        if self.instrument is not None:
            what = say(
                "{text} of {name}", language, text=what, name=self.instrument.title_in(language)
            )
        missing = {
            "listwise": say("complete rows", language),
            "pairwise": say("each pair from the rows with both answers", language),
        }[self.facts.missing]
        return say(
            "{kind} correlations of {what}; n = {n:,} ({missing})",
            language,
            kind=self._kind(language),
            what=what,
            n=self.n,
            missing=missing,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what was left out, merged, added or smoothed, and what could not be computed."""
        told = list(self.facts.notes(language))
        if self.fewest < self.n:
            told.append(
                say(
                    "Each correlation comes from {least:,} to {most:,} rows.",
                    language,
                    least=self.fewest,
                    most=int(self.pairs.max()),
                )
            )
        if self._weighted:
            told.append(
                say(
                    "With sampling weights; standard errors allow for them.",
                    language,
                )
            )
        if self.changed is not None:
            size, one, other = self.changed
            told.append(
                say(
                    "Smoothed to the nearest correlations with eigenvalues of at least {least:g} "
                    "(Higham, 2002); the smallest was {smallest:.3g}. The largest change is "
                    "{size:.3f} ({pair}). Standard errors are those before it.",
                    language,
                    least=LEAST,
                    smallest=self.smallest,
                    size=size,
                    pair=f"{one} - {other}",
                )
            )
        return (*told, *self._problems(language))

    def displayed(self) -> pd.DataFrame:
        """Give the lower triangle of the correlations."""
        table = self._square(np.where(np.tri(len(self.names), dtype=bool), self.matrix, np.nan))
        table.insert(0, "", list(self.names), allow_duplicates=True)
        return table

    @property
    def _weighted(self) -> bool:
        return self.weight**2 / self.weight_squares < self.n * (1 - 1e-12)

    def _square(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values.copy(), index=list(self.names), columns=list(self.names))

    def _kind(self, language: str) -> str:
        kinds = set(self.scales)
        if kinds == {"two"}:
            return say("Tetrachoric", language)
        if "continuous" not in kinds:
            return say("Polychoric", language)
        if kinds == {"continuous"}:
            return say("Pearson", language)
        return say("Polychoric, polyserial and Pearson", language)

    def _problems(self, language: str) -> tuple[str, ...]:
        told = list(self.facts.problems(language))
        if self.changed is None and self.smallest <= SINGULAR:
            told.append(
                say(
                    "The correlations are not positive definite (smallest eigenvalue "
                    "{smallest:.3g}), so no single set of normal variables has them; smooth=True "
                    "gives the nearest that are.",
                    language,
                    smallest=self.smallest,
                )
            )
        return tuple(told)
