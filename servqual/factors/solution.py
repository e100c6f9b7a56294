"""A factor solution: which items belong together, and how much they have in common."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._displayed import Displayed
from servqual._language import say
from servqual._phrases import p_text
from servqual.errors import shortened
from servqual.factors._concentrated import LOWEST_UNIQUENESS
from servqual.factors._correlations import Correlations
from servqual.factors.fit import FactorFit
from servqual.factors.rotation import EPSILON, KAPPA, OBLIQUE, explained
from servqual.instrument import Instrument

Floats = NDArray[np.float64]

BLANK_BELOW = 0.3


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FactorSolution(Displayed):
    """Factors or components of items; make one with `fit_efa`.

    Attributes
    ----------
    correlations : Correlations
        Of the items.
    method : str
        "minres", "ml", "principal_axis" or "components".
    rotation : str
        "oblimin", "promax", "varimax", "geomin" or "none".
    kaiser : bool
        Whether rows were brought to length 1 for the rotation.
    pattern : ndarray of shape (p, m)
        Rotated loadings, all p items; NaN for an item without variance.
    phi : ndarray of shape (m, m)
        Correlations of the factors.
    unrotated : ndarray of shape (p, m)
        Loadings before the rotation.
    unique : ndarray of shape (p,)
        Uniquenesses; for components the variance that is left.
    eigenvalues : ndarray of shape (k,)
        Of the correlations of the k items that vary, falling.
    fit : FactorFit
        chi2, df, p_value, rmsea (rmsea_low, rmsea_high: 90 %), tli, rmsr. Components have only
        rmsr.
    converged, rotation_converged : bool
        Whether the extraction and the rotation reached their minimum.
    heywood : tuple of str
        Items whose uniqueness is held at 0.005.
    criterion : float
        Least value of the rotation criterion over the starts.
    starts, n_best, n_distinct : int
        Starts of the rotation, how many reached the least value, how many values there were.
    """

    correlations: Correlations
    method: str
    rotation: str
    kaiser: bool
    pattern: Floats
    phi: Floats
    unrotated: Floats
    unique: Floats
    eigenvalues: Floats
    fit: FactorFit
    converged: bool
    rotation_converged: bool
    heywood: tuple[str, ...]
    criterion: float
    starts: int
    n_best: int
    n_distinct: int

    @property
    def n(self) -> int:
        """How many respondents."""
        return self.correlations.n

    @property
    def instrument(self) -> Instrument | None:
        """Whose labels the items bear, where it is known."""
        return self.correlations.instrument

    @property
    def n_factors(self) -> int:
        """How many factors, m."""
        return self.pattern.shape[1]

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors (F1, F2, ...) or components (C1, C2, ...)."""
        letter = "C" if self.method == "components" else "F"
        return tuple(f"{letter}{number}" for number in range(1, self.n_factors + 1))

    @property
    def loadings(self) -> pd.DataFrame:
        """Pattern loadings, one row an item in input order."""
        return self._by_item(self.pattern)

    @property
    def structure(self) -> pd.DataFrame:
        """Correlations of items and factors, one row an item."""
        return self._by_item(self.pattern @ self.phi)

    @property
    def factor_correlations(self) -> pd.DataFrame:
        """Correlations of the factors."""
        return pd.DataFrame(self.phi, index=list(self.factors), columns=list(self.factors))

    @property
    def communalities(self) -> pd.Series:
        r"""Variance of each item that the factors explain, the diagonal of :math:`L\Phi L'`."""
        values = (self.pattern * (self.pattern @ self.phi)).sum(axis=1)
        return pd.Series(values, index=list(self.correlations.names), name="communality")

    @property
    def uniquenesses(self) -> pd.Series:
        """Variance of each item that the factors do not explain."""
        return pd.Series(self.unique, index=list(self.correlations.names), name="uniqueness")

    @property
    def variance(self) -> pd.DataFrame:
        """The table "total variance explained".

        One row a component or factor: eigenvalue of the correlations, then the sums of squared
        loadings of the extraction and of the rotation, each with percent of the total variance
        and cumulative percent. Oblique factors share their variance: the rotation sums are the
        diagonal of Phi L'L, which add up to the communalities.
        """
        k, m = len(self.eigenvalues), self.n_factors
        at = self.correlations.varied
        columns: dict[str, Floats] = {"number": np.arange(1.0, k + 1)}
        for prefix, sums in (
            ("", self.eigenvalues),
            ("extraction_", (self.unrotated[at] ** 2).sum(axis=0)),
            ("rotation_", explained(self.pattern[at], self.phi)),
        ):
            if prefix == "rotation_" and self.rotation == "none":
                break
            full = np.full(k, np.nan)
            full[: k if not prefix else m] = sums
            columns[f"{prefix}sum" if prefix else "eigenvalue"] = full
            columns[f"{prefix}percent"] = 100 * full / k
            columns[f"{prefix}cumulative"] = 100 * np.cumsum(full) / k
        return pd.DataFrame(columns).astype({"number": np.int64})

    @property
    def congruence(self) -> pd.DataFrame:
        r"""Tucker's congruence of each factor with each intended dimension.

        With loadings :math:`l_i` and 1 for the items of the dimension, 0 for the others, it is
        :math:`\sum_i l_i t_i / \sqrt{\sum_i l_i^2 \sum_i t_i^2}`, -1 to 1.
        """
        at = self.correlations.varied
        names = np.array(self.correlations.names)[at]
        of = self.correlations.dimension_of
        keys = list(self.correlations.dimensions)
        target = np.array([[float(of[name] == key) for key in keys] for name in names])
        pattern = self.pattern[at]
        with np.errstate(invalid="ignore", divide="ignore"):
            values = (target.T @ pattern) / np.sqrt(
                np.outer((target**2).sum(axis=0), (pattern**2).sum(axis=0))
            )
        return pd.DataFrame(values, index=keys, columns=list(self.factors))

    @property
    def problems(self) -> tuple[str, ...]:
        """Say what should not be taken at its word, and why."""
        return self._problems("en")

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and how it was estimated."""
        rotation = {
            "oblimin": say("direct oblimin rotation (gamma 0)", language),
            "promax": say("promax rotation (power {power})", language, power=KAPPA),
            "varimax": say("varimax rotation", language),
            "geomin": say("oblique geomin rotation (epsilon {epsilon})", language, epsilon=EPSILON),
            "none": say("no rotation", language),
        }[self.rotation]
        what = self.correlations.told(language)
        if self.method == "components":
            return say(
                "Principal component analysis of {what}; components: {m}, {rotation}",
                language,
                what=what,
                m=self.n_factors,
                rotation=rotation,
            )
        method = {
            "minres": say("minres", language),
            "ml": say("maximum likelihood", language),
            "principal_axis": say("principal axis", language),
        }[self.method]
        return say(
            "Exploratory factor analysis of {what}; factors: {m}, {method}, {rotation}",
            language,
            what=what,
            m=self.n_factors,
            method=method,
            rotation=rotation,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Give problems, fit, and how to read the loadings."""
        told = [*self._problems(language), self._fit_note(language)]
        variance = self.communalities.sum() / len(self.eigenvalues)
        told.append(
            say(
                "Together they explain {percent:.1f} % of the variance of the items. They stand in "
                "falling order of the variance that each explains (the diagonal of Phi L'L), with "
                "positive sums of loadings.",
                language,
                percent=100 * variance,
            )
        )
        if self.rotation in OBLIQUE and self.n_factors > 1:
            between = self.phi[np.triu_indices(self.n_factors, 1)]
            told.append(
                say(
                    "Correlations of the factors: {low:.2f} to {high:.2f}. Loadings are those of "
                    "the pattern; communalities take the correlations into account.",
                    language,
                    low=between.min(),
                    high=between.max(),
                )
            )
        told += self._rotation_notes(language)
        if self.method == "components":
            told.append(
                say(
                    "Components are combinations of items, not factors behind them: unique "
                    "variance is in them. {count} eigenvalues are above 1; that rule (Kaiser, "
                    "1960) is shown because it is taught, and keeps too many (Zwick & Velicer, "
                    "1986).",
                    language,
                    count=int((self.eigenvalues > 1).sum()),
                )
            )
        if len(self.correlations.dimensions) > 1:
            told.append(
                say(
                    "Congruence with the intended dimensions is in .congruence; .85 to .94 is "
                    "called fair and .95 good (Lorenzo-Seva & ten Berge, 2006).",
                    language,
                )
            )
        return tuple(told)

    def to_frame(self) -> pd.DataFrame:
        """Give one row an item in input order: loadings, communality, uniqueness."""
        frame = pd.DataFrame(self.correlations.about())
        frame[list(self.factors)] = self.pattern
        frame["communality"] = self.communalities.to_numpy()
        frame["uniqueness"] = self.unique
        return frame

    def sorted_loadings(self, blank_below: float = BLANK_BELOW) -> pd.DataFrame:
        """Give the loadings by factor and size, small ones left blank."""
        frame = self.to_frame()
        size = np.abs(np.nan_to_num(self.pattern))
        constant = np.isnan(self.pattern).any(axis=1)
        order = np.lexsort((-size.max(axis=1), size.argmax(axis=1), constant))
        columns = list(self.factors)
        frame[columns] = np.where(size >= blank_below, self.pattern, np.nan)
        return frame.iloc[order].reset_index(drop=True)

    def displayed(self) -> pd.DataFrame:
        """Give the table to show: sorted, small loadings left blank."""
        return self.sorted_loadings()

    def display_notes(self) -> tuple[str, ...]:
        """Say under the notes how the table is sorted."""
        return (*self.notes(), self._display_note())

    def _by_item(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(self.correlations.names), columns=list(self.factors))

    def _display_note(self, language: str = "en") -> str:
        return say(
            "Shown by factor and size, loadings below {least:.2f} left blank; to_frame() has all "
            "of them in input order.",
            language,
            least=BLANK_BELOW,
        )

    def _fit_note(self, language: str) -> str:
        fit = self.fit
        if np.isnan(fit.chi2):
            return say(
                "Root mean square of the residual correlations: {rmsr:.4f}.",
                language,
                rmsr=fit.rmsr,
            )
        if fit.df == 0:
            return say(
                "No degrees of freedom are left, so the fit cannot be tested; root mean square of "
                "the residual correlations: {rmsr:.4f}.",
                language,
                rmsr=fit.rmsr,
            )
        return say(
            "Fit: chi-square({df}) = {chi2:.2f}, p {p}; RMSEA = {rmsea:.3f}, 90 % interval "
            "[{low:.3f}, {high:.3f}]; TLI = {tli:.3f}; RMSR = {rmsr:.3f}.",
            language,
            df=fit.df,
            chi2=fit.chi2,
            p=p_text(fit.p_value),
            rmsea=fit.rmsea,
            low=fit.rmsea_low,
            high=fit.rmsea_high,
            tli=fit.tli,
            rmsr=fit.rmsr,
        )

    def _rotation_notes(self, language: str) -> list[str]:
        if self.rotation == "none" or self.n_factors == 1:
            return []
        told = [
            say("Rotated with Kaiser normalisation (rows of length 1).", language)
            if self.kaiser
            else say(
                "Rotated without Kaiser normalisation; SPSS rotates with it (kaiser=True).",
                language,
            )
        ]
        if self.starts > 1:
            told.append(
                say(
                    "{best} of {starts} starts of the rotation reached the least criterion "
                    "({value:.6g}); {distinct} distinct solutions were found.",
                    language,
                    best=self.n_best,
                    starts=self.starts,
                    value=self.criterion,
                    distinct=self.n_distinct,
                )
            )
        elif self.rotation == "geomin":
            told.append(
                say(
                    "Geomin often has several minima, and one start finds one of them; "
                    "starts=30 tries others.",
                    language,
                )
            )
        return told

    def _problems(self, language: str) -> tuple[str, ...]:
        told = list(self.correlations.problems(language))
        if self.heywood:
            told.append(
                say(
                    "Heywood case: the uniqueness of {items} is held at {least}; such a solution "
                    "often means too many factors, too few items for one, or a small sample.",
                    language,
                    items=shortened(self.heywood),
                    least=LOWEST_UNIQUENESS,
                )
            )
        if not self.converged:
            told.append(say("The extraction did not converge.", language))
        if not self.rotation_converged:
            told.append(say("The rotation did not converge.", language))
        return tuple(told)
