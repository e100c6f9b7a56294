"""The result of fitting a path model."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.errors import ResponseError
from servqual.pls.fitting.answers import Answers
from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.recipe import Recipe
from servqual.pls.fitting.regressions import Floats
from servqual.pls.fitting.settings import PlsSettings
from servqual.pls.fitting.tables import (
    construct_frame,
    effect_frame,
    explained_frame,
    fornell_larcker_frame,
    indicator_frame,
    inflation_frame,
    path_frame,
    reliability_frame,
    shares,
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlsResult(Result):
    """Weights, loadings, paths and quality of a path model; see `fit_pls`.

    Attributes
    ----------
    model : str
        The model's text.
    recipe : Recipe
        How it was estimated, so that the same can be done to resamples.
    missing : str
        "listwise", "mean" or "em".
    n, n_excluded, n_imputed : int
        Respondents of the model, those left out, and answers that were replaced.
    weighted : bool
        Whether the respondents have sampling weights.
    problems : tuple of str
        Everything inadmissible about the solution or the data; empty where there is nothing.
    first_stage : PlsResult or None
        The parts of second-order constructs in their place.
    estimates : Estimates
        The numbers behind the tables, for functions that go on from here.
    answers : Answers
        What the model was fitted to. A pickle leaves the rows behind.
    """

    model: str
    recipe: Recipe
    missing: str
    n: int
    n_excluded: int
    n_imputed: int
    weighted: bool
    problems: tuple[str, ...]
    first_stage: "PlsResult | None"
    estimates: Estimates
    answers: Answers = field(compare=False)

    @property
    def scheme(self) -> str:
        """The scheme of the inner weights: "path", "centroid" or "factorial"."""
        return self.recipe.scheme

    @property
    def consistent(self) -> tuple[str, ...]:
        """The constructs that are corrected as common factors (PLSc)."""
        return self.recipe.consistent

    @property
    def standardized(self) -> bool:
        """Whether the weights are of standardised indicators."""
        return self.recipe.standardized

    @property
    def settings(self) -> PlsSettings:
        """How it was iterated, and how scores are scaled."""
        return self.recipe.settings

    @property
    def converged(self) -> bool:
        """Whether the weights settled."""
        return bool(self.estimates.converged[0])

    @property
    def iterations(self) -> int:
        """How many rounds they took."""
        return int(self.estimates.iterations[0])

    @property
    def constructs(self) -> tuple[str, ...]:
        """The constructs of the paths, without products."""
        return tuple(block.name for block in self.estimates.layout.blocks)

    @property
    def weights(self) -> pd.DataFrame:
        """One row an indicator: lhs (construct), op, rhs (indicator), estimate and share.

        The estimates form scores with variance 1 from standardised indicators (metric: from the
        indicators); the shares form means in the units of the indicators, and sum to 1.
        """
        estimates, layout = self.estimates, self.estimates.layout
        weights = estimates.weights[0]
        matrix = estimates.matrices[0]
        if self.standardized:
            of_columns = dict(zip(self._columns, np.diagonal(self.answers.matrix), strict=True))
            matrix = np.diag([of_columns.get(one, 1.0) for one in layout.indicators])
        share = shares(weights, matrix, layout, metric=not self.standardized)
        return indicator_frame(layout, estimate=weights, share=share)

    @property
    def loadings(self) -> pd.DataFrame:
        """One row an indicator: lhs (construct), op, rhs (indicator), estimate.

        Correlations of the indicators with their constructs.
        """
        return indicator_frame(self.estimates.layout, estimate=self.estimates.loadings[0])

    @property
    def cross_loadings(self) -> pd.DataFrame:
        """Correlations of the indicators (rows) with all constructs (columns)."""
        return pd.DataFrame(
            self.estimates.cross_loadings[0],
            index=list(self.estimates.layout.indicators),
            columns=list(self.constructs),
        )

    @property
    def paths(self) -> pd.DataFrame:
        """One row a path: lhs (outcome), op, rhs (predictor), estimate, total, f_squared, vif."""
        return path_frame(self.estimates)

    @property
    def r_squared(self) -> pd.DataFrame:
        """One row an outcome: lhs, predictors (how many), r2, r2_adjusted."""
        return explained_frame(self.estimates, self.n)

    @property
    def f_squared(self) -> pd.DataFrame:
        """One row a path: lhs, rhs, f_squared (Cohen's effect size)."""
        return self.paths[["lhs", "rhs", "f_squared"]]

    @property
    def vif(self) -> pd.DataFrame:
        """Variance inflation: kind ("inner", predictors; "outer", indicators), lhs, rhs, vif."""
        return inflation_frame(self.estimates)

    @property
    def effects(self) -> pd.DataFrame:
        """One row an effect: kind, lhs (outcome), rhs (predictor), way, estimate.

        Kind is "direct", "indirect" (in sum), "specific" (an indirect effect along the way that is
        written out) or "total".
        """
        return effect_frame(self.estimates)

    @property
    def reliability(self) -> pd.DataFrame:
        """One row a construct: construct, mode, k, alpha, rho_a, rho_c, ave.

        NaN for formative constructs, whose indicators need not correlate, and single indicators.
        """
        return reliability_frame(self.estimates)

    @property
    def htmt(self) -> pd.DataFrame:
        """Heterotrait-monotrait ratios of all pairs of constructs, square, with ones."""
        return construct_frame(self.estimates.heterotrait[0], self.constructs)

    @property
    def fornell_larcker(self) -> pd.DataFrame:
        """Square roots of AVE on the diagonal, correlations of constructs below it, NaN above."""
        return fornell_larcker_frame(self.estimates)

    @property
    def latent_correlations(self) -> pd.DataFrame:
        """Correlations of constructs and products, square; corrected for common factors."""
        estimates = self.estimates
        return construct_frame(estimates.correlations[0], estimates.structure.names)

    @property
    def srmr(self) -> pd.Series:
        """Standardised root mean square residual of the saturated and the estimated model.

        Composites leave their blocks as they are; common factors (consistent) imply theirs. That
        of the estimated model is NaN where there are products.
        """
        estimates = self.estimates
        return pd.Series(
            {
                "saturated": float(estimates.residual_size(saturated=True)[0]),
                "estimated": float(estimates.residual_size(saturated=False)[0]),
            },
            name="srmr",
        )

    @property
    def scores(self) -> pd.DataFrame:
        """Standardised scores on the constructs, a row a respondent, with the original index.

        Raises
        ------
        ResponseError
            If only moments are known, as in a pickle.
        """
        rows, weights = self.require_rows("Scores"), self.answers.weights
        scores = rows @ self.column_weights
        share = np.full(len(rows), 1.0) if weights is None else weights
        share = share / share.sum()
        scores = scores - share @ scores
        spread = np.sqrt(share @ scores**2)
        if self.settings.divisor == "n - 1":
            spread = spread * np.sqrt(self.n / (self.n - 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = scores / spread
        return pd.DataFrame(scores, index=self.answers.index, columns=list(self.constructs))

    @property
    def column_weights(self) -> Floats:
        """Weights with which the columns of the data, in their units, form scores: (p, J)."""
        found = self.estimates.from_columns[0]
        if self.standardized:
            found = found / np.sqrt(np.diagonal(self.answers.matrix))[:, None]
        return found

    def require_rows(self, what: str) -> Floats:
        """Give the rows, or say that moments do not suffice."""
        if self.answers.rows is None:
            raise ResponseError(
                f"{what} need the answers themselves, but only their moments are at hand (as in "
                "a pickle); fit the model to the answers."
            )
        return self.answers.rows

    @property
    def _columns(self) -> tuple[str, ...]:
        return self.answers.moments.names

    def to_frame(self) -> pd.DataFrame:
        """Give the table of paths."""
        return self.paths

    def title(self, language: str = "en") -> str:
        """Say what was fitted, to how many, how, and how well it fits."""
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        kind = say("PLS path model", language)
        if self.consistent:
            kind = say("Consistent PLS path model", language)
        shown = {
            "kind": kind,
            "scheme": say(self.scheme, language),
            "n": f"{self.n:,}",
            "left_out": left_out,
        }
        if not self.converged:
            return say(
                "{kind} ({scheme} scheme): n = {n}{left_out}; not converged", language, **shown
            )
        return say(
            "{kind} ({scheme} scheme): n = {n}{left_out}; {constructs} constructs, {indicators} "
            "indicators, SRMR = {srmr} (saturated)",
            language,
            constructs=len(self.constructs),
            indicators=len(self._columns),
            srmr=f"{self.srmr['saturated']:.3f}",
            **shown,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how it was estimated, what the columns are, and what is wrong with the solution."""
        held = [self._explained(language)] if self.converged else []
        held.append(
            say(
                "f_squared: about .02 small, .15 medium, .35 large (Cohen, 1988); vif: from 3 or 5 "
                "on, predictors are hard to tell apart (Hair, Risher, Sarstedt & Ringle, 2019). "
                "Both are rules of thumb.",
                language,
            )
        )
        if self.consistent:
            held.append(
                say(
                    "Corrected as common factors (Dijkstra & Henseler, 2015): {names}. Others are "
                    "composites.",
                    language,
                    names=", ".join(self.consistent),
                )
            )
        if self.estimates.spread.shape[1]:
            held.append(
                say(
                    "Products are of standardised scores of the model without them, and "
                    "standardised (two stages).",
                    language,
                )
            )
        if self.first_stage is not None:
            held.append(
                say(
                    "Second-order constructs in two stages (disjoint): see first_stage for their "
                    "parts.",
                    language,
                )
            )
        if not self.standardized:
            held.append(say("Weights are of indicators in their own units.", language))
        if self.n_imputed:
            k = f"{self.n_imputed:,}"
            held.append(
                say("{k} missing answers are replaced by means of their columns.", language, k=k)
                if self.missing == "mean"
                else say("{k} missing answers are estimated by maximum likelihood.", language, k=k)
            )
        if self.weighted:
            held.append(say("Respondents count by their sampling weights.", language))
        return (*held, self.settings.said(language), *self.problems)

    def _explained(self, language: str) -> str:
        named = ", ".join(
            f"{name} {r2:.3f}"
            for name, r2 in zip(self.r_squared["lhs"], self.r_squared["r2"], strict=True)
        )
        return say("R²: {named}.", language, named=named)

    def __getstate__(self) -> dict[str, Any]:
        answers = replace(self.answers, rows=None, weights=None, index=None)
        return super().__getstate__() | {"answers": answers}
