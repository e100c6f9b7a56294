"""The result of fitting a structural model."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual._phrases import p_text
from servqual._result import Result
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.specification.table import ParameterTable


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SemResult(Result):
    """Estimates, fit and problems of a structural model.

    Attributes
    ----------
    model : str
        The model's text.
    estimator : str
        "ML", "MLR", "MLM", "MLMV", "ULS", "ULSMV", "GLS", "DWLS", "WLSM" or "WLSMV".
    engine : str
        Who estimated the parameters: "servqual" or "semopy".
    missing : str
        "listwise", "pairwise", "fiml" or "two-stage".
    information : str
        Which second derivatives the standard errors come from: "expected" or "observed".
    n, n_excluded : int
        Respondents of the model, and those left out.
    weighted : bool
        Whether the respondents have sampling weights.
    n_clusters : int
        Clusters of respondents; 0 where there are none.
    converged : bool
    problems : tuple of str
        Everything inadmissible about the solution; empty where there is nothing.
    confidence : float
        Of the intervals.
    covariance : ndarray of shape (q, q)
        Of the estimates of the free parameters, in the order of `parameters`.
    fitted : Fitted
        The model at its estimates, for functions that go on from here. A pickle leaves the rows
        behind.
    """

    model: str
    estimator: str
    engine: str = "servqual"
    missing: str
    information: str
    n: int
    n_excluded: int
    weighted: bool = False
    n_clusters: int = 0
    converged: bool
    problems: tuple[str, ...]
    confidence: float
    covariance: NDArray[np.float64]
    fitted: Fitted = field(compare=False)
    _parameters: pd.DataFrame
    _fit: pd.Series
    _r_squared: pd.Series

    @property
    def parameters(self) -> pd.DataFrame:
        """One row a parameter or definition, in the order of the model.

        Columns lhs, op, rhs, group, label, estimate, se (0 where fixed), z, p_value, ci_low,
        ci_high, std_lv (latent variables standardised) and std_all (all variables standardised)
        with their standard errors.
        """
        return self._parameters.copy()

    @property
    def fit(self) -> pd.Series:
        """Tests and fit indices by name; NaN where the estimation failed.

        A bare name is the uncorrected statistic under every estimator; names that end in
        ``_scaled`` come from scaled chi-squares, those in ``_robust`` are corrected to mean what
        the bare ones mean under normality and of complete answers.
        """
        return self._fit.copy()

    @property
    def r_squared(self) -> pd.Series:
        """Explained variance of every indicator and outcome."""
        return self._r_squared.copy()

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups; one empty label where there is one group."""
        return self.fitted.data.labels

    @property
    def ordered(self) -> tuple[str, ...]:
        """The ordered variables."""
        layout = self.fitted.structure.layouts[0]
        return tuple(layout.observed[at] for at in layout.ordered.tolist())

    def estimate(self, name: str) -> float:
        """Give one estimate by its label, or as it is written in a model, such as "SAT ~ REL".

        Raises
        ------
        KeyError
            If there is no such parameter.
        """
        frame = self._parameters
        written = frame["lhs"] + frame["op"] + frame["rhs"]
        found = frame[(frame["label"] == name) | (written == name.replace(" ", ""))]
        if not len(found):
            raise KeyError(f"The model has no parameter {name!r}.")
        return float(found["estimate"].iloc[0])

    def to_frame(self) -> pd.DataFrame:
        """Give the table of parameters."""
        return self.parameters

    def title(self, language: str = "en") -> str:
        """Say what was fitted, to how many, how, and how well it fits."""
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        fit = self._fit
        how = self.estimator if self.missing == "listwise" else f"{self.estimator}, {self.missing}"
        if self.ordered:
            how = say("{how}, {k} ordered variables", language, how=how, k=len(self.ordered))
        how += _held_equal(self.fitted.structure.table, language)
        if self.engine == "semopy":
            how = say("{estimator}, by semopy", language, estimator=how)
        if not self.converged:
            return say(
                "Structural model ({how}): n = {n}{left_out}; not converged",
                language,
                how=how,
                n=f"{self.n:,}",
                left_out=left_out,
            )
        scaled = "_scaled" if "chi2_scaled" in fit.index else ""
        squares = self.fitted.by_squares
        suffix = ("_scaled" if squares else "_robust") if scaled else ""
        shown = {
            "how": how,
            "n": f"{self.n:,}",
            "left_out": left_out,
            "df": f"{fit[f'df{scaled}']:.0f}",
            "chi2": f"{fit[f'chi2{scaled}']:.2f}",
            "p": p_text(fit[f"p_value{scaled}"]),
            "cfi": f"{fit[f'cfi{suffix}']:.3f}",
            "tli": f"{fit[f'tli{suffix}']:.3f}",
            "rmsea": f"{fit[f'rmsea{suffix}']:.3f}",
            "low": f"{fit[f'rmsea_ci_low{suffix}']:.3f}",
            "high": f"{fit[f'rmsea_ci_high{suffix}']:.3f}",
            "srmr": f"{fit['srmr']:.3f}",
        }
        if scaled and squares:
            return say(
                "Structural model ({how}): n = {n}{left_out}; scaled χ²({df}) = {chi2}, p {p}, "
                "scaled CFI = {cfi}, TLI = {tli}, RMSEA = {rmsea} [{low}, {high}], SRMR = {srmr}",
                language,
                **shown,
            )
        if self.estimator in ("ULS", "DWLS"):
            return say(
                "Structural model ({how}): n = {n}{left_out}; n F = {chi2}, df = {df}, "
                "CFI = {cfi}, TLI = {tli}, SRMR = {srmr}",
                language,
                **shown,
            )
        if scaled:
            return say(
                "Structural model ({how}): n = {n}{left_out}; scaled χ²({df}) = {chi2}, p {p}, "
                "robust CFI = {cfi}, TLI = {tli}, RMSEA = {rmsea} [{low}, {high}], SRMR = {srmr}",
                language,
                **shown,
            )
        return say(
            "Structural model ({how}): n = {n}{left_out}; χ²({df}) = {chi2}, p {p}, CFI = {cfi}, "
            "TLI = {tli}, RMSEA = {rmsea} [{low}, {high}], SRMR = {srmr}",
            language,
            **shown,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how the errors were formed, and what is wrong with the solution."""
        held = [self._errors(language)]
        if self.weighted:
            held.append(say("Respondents count by their sampling weights.", language))
        if self.n_clusters:
            held.append(
                say(
                    "Scores are summed within {k} clusters, so that errors and tests allow for "
                    "respondents of a cluster being alike.",
                    language,
                    k=f"{self.n_clusters:,}",
                )
            )
        if self.ordered:
            held.append(
                say(
                    "Ordered variables stand for latent responses cut at thresholds (delta "
                    "parameterisation); their residual variances follow from the rest.",
                    language,
                )
            )
            held += self.fitted.data.remarks
        if self.fitted.by_squares and "chi2_scaled" in self._fit.index:
            held.append(
                say(
                    "Names without a suffix are uncorrected; robust CFI, TLI and RMSEA are of "
                    "maximum likelihood and not given here. Scaled indices of least squares look "
                    "better than those that the usual cut-offs were found for (Xia & Yang, 2019).",
                    language,
                )
            )
        elif "chi2_scaled" in self._fit.index:
            held.append(
                say(
                    "Names without a suffix are uncorrected; robust CFI, TLI and RMSEA estimate "
                    "what these mean under normality.",
                    language,
                )
            )
        held.append(
            say(
                "std_all: all variables standardised. RMSEA with its 90 % interval; cut-offs for "
                "fit indices are rules of thumb from simulations of particular models (Hu & "
                "Bentler, 1999).",
                language,
            )
        )
        return (*held, *self.fitted.structure.table.notes(language), *self.problems)

    def _errors(self, language: str) -> str:
        of = say(self.information, language)
        if self.missing == "two-stage" and self.estimator == "MLR":
            return say(
                "Two-stage estimates; standard errors and test allow for missing answers and for "
                "answers that are not normal.",
                language,
            )
        if self.missing == "two-stage":
            return say(
                "Two-stage estimates; standard errors and test allow for missing answers.",
                language,
            )
        if self.estimator in ("ULS", "DWLS"):
            return say(
                "Standard errors take the weights of the statistics as right and the statistics as "
                "uncorrelated, and n F has no chi-square distribution: errors and tests to report "
                "are those of {robust}.",
                language,
                robust="ULSMV" if self.estimator == "ULS" else "WLSMV",
            )
        if self.estimator == "GLS":
            return say("Standard errors of normal data.", language)
        if self.estimator == "WLSM":
            return say("Robust standard errors; test adjusted for its mean.", language)
        if self.estimator in ("WLSMV", "ULSMV"):
            return say(
                "Robust standard errors; test scaled and shifted to the mean and variance of "
                "chi-square (Asparouhov & Muthén, 2010).",
                language,
            )
        if self.estimator == "MLR":
            return say(
                "Robust standard errors from scores of the rows and the {information} information; "
                "test of Yuan and Bentler (2000) as Mplus has it.",
                language,
                information=of,
            )
        if self.estimator == "MLM":
            return say(
                "Robust standard errors and mean-adjusted test of Satorra and Bentler (1994).",
                language,
            )
        if self.estimator == "MLMV":
            return say(
                "Robust standard errors of Satorra and Bentler (1994); test adjusted for mean and "
                "variance (Asparouhov & Muthén, 2010).",
                language,
            )
        return say("Standard errors from the {information} information.", language, information=of)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return state | {"fitted": self.fitted.without_rows()}


def _held_equal(table: ParameterTable, language: str) -> str:
    if not table.group_equal:
        return ""
    words = ", ".join(say(word, language) for word in table.group_equal)
    if not table.group_partial:
        return say(", equal: {words}", language, words=words)
    let_go = ", ".join(table.group_partial)
    return say(", equal: {words} but {let_go}", language, words=words, let_go=let_go)
