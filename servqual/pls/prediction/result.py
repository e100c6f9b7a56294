"""The result of predicting held-out answers by a path model."""

from dataclasses import dataclass, field

import pandas as pd

from servqual._language import say
from servqual._result import Result


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlsPrediction(Result):
    """How well a path model predicts answers it has not seen; see `predict_pls`.

    Attributes
    ----------
    n : int
        Respondents.
    folds, repeats : int
    seed : int or None
    antecedents : str
        "direct" or "earliest".
    n_imputed : int
        Missing answers that were replaced before the respondents were dealt into folds.
    weighted : bool
        Whether errors count by sampling weights.
    problems : tuple of str
        Why figures are missing; empty where none are.
    """

    n: int
    folds: int
    repeats: int
    seed: int | None
    antecedents: str
    n_imputed: int
    weighted: bool
    problems: tuple[str, ...]
    _errors: pd.DataFrame
    _tests: pd.DataFrame
    _predictions: pd.DataFrame = field(compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Give one row an indicator of an outcome.

        Returns
        -------
        DataFrame
            lhs (construct), rhs (indicator), q2_predict, rmse and mae of the path model, rmse_lm
            and mae_lm of the linear model, rmse_in and mae_in of the path model in the rows that
            it was fitted to. Errors are in the units of the indicators.
        """
        return self._errors.copy()

    @property
    def tests(self) -> pd.DataFrame:
        """Tests of the losses (CVPAT), by outcome and over all of them, against two benchmarks.

        One row an outcome and benchmark ("mean", "lm"), and of several outcomes two rows over all
        indicators (lhs is empty): loss, loss_benchmark, difference (negative: the path model
        predicts better), se, t, df and p (two-sided).
        """
        return self._tests.copy()

    @property
    def predictions(self) -> pd.DataFrame:
        """Predictions of held-out answers, a row a respondent, averaged over repeats."""
        return self._predictions.copy()

    def title(self, language: str = "en") -> str:
        """Say how many respondents were dealt into how many folds, and what predicted."""
        kind = (
            say("direct antecedents", language)
            if self.antecedents == "direct"
            else say("earliest antecedents", language)
        )
        dealt = (
            say(", dealt {times} times", language, times=f"{self.repeats:,}")
            if self.repeats > 1
            else ""
        )
        return say(
            "Out-of-sample prediction (PLSpredict, {kind}): n = {n}, {folds} folds{dealt}",
            language,
            kind=kind,
            n=f"{self.n:,}",
            folds=f"{self.folds:,}",
            dealt=dealt,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the benchmarks are, how the figures are read, and what is missing."""
        table = self._errors
        usable = table[table["rmse_lm"].notna()]
        held = [
            say(
                "q2_predict: 1 - squared errors / those of the means of the training rows; above "
                "0 in {above} of {k} indicators.",
                language,
                above=int((table["q2_predict"] > 0).sum()),
                k=len(table),
            ),
            say("Linear model: regressions on the indicators of the direct antecedents.", language)
            if self.antecedents == "direct"
            else say(
                "Linear model: regressions on the indicators of all exogenous constructs.", language
            ),
            say(
                "RMSE below that of the linear model in {below} of {k} indicators. Shmueli et al. "
                "(2019), where q2_predict is above 0, speak of high predictive power if in all, "
                "medium if in half or more, low if in fewer, none if in none; they take MAE where "
                "errors are very skewed.",
                language,
                below=int((usable["rmse"] < usable["rmse_lm"]).sum()),
                k=len(usable),
            ),
        ]
        if self.repeats > 1:
            held.append(say("Squared and absolute errors are averaged over the repeats.", language))
        if self.n_imputed:
            held.append(
                say(
                    "{k} missing answers were replaced before the folds were dealt, so that "
                    "held-out rows had a share in them.",
                    language,
                    k=f"{self.n_imputed:,}",
                )
            )
        if self.weighted:
            held.append(say("Respondents count by their sampling weights.", language))
        return (*held, *self.problems)
