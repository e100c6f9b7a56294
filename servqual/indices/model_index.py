"""The satisfaction index of a fitted model: items weighted as the model weighs them."""

from dataclasses import dataclass

import pandas as pd

from servqual._language import say
from servqual.scorecards.card import ScoreCard

_MODELS = {
    "sem": "Index of {construct} from a structural model (0 to 100)",
    "pls": "Index of {construct} from a PLS path model (0 to 100)",
}
_WEIGHTS = {
    "regression": "Weights are proportional to the inverse residual covariances of the items times "
    "their loadings, as those of regression and of Bartlett's factor scores are.",
    "loadings": "Weights are proportional to the loading of an item over its variance, as those of "
    "PLS in mode A are in large samples.",
    "outer": "Weights are the outer weights of standardised items over the standard deviations of "
    "the items.",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ModelIndex(ScoreCard):
    """The index of a construct of a fitted model; make it with `satisfaction_index`.

    Attributes
    ----------
    construct : str
    family : str
        "sem" or "pls".
    weighting : str
        "regression", "loadings" or "outer".
    items : pandas.DataFrame
        The construct's items, one row each (in each group of the model): item, group, weight (they
        sum to 1), low, high (the ends of its scale), mean.
    constructs : pandas.DataFrame
        The indices of all constructs in all groups: construct, role ("driver", "index", "outcome",
        ""), then as in the table.
    effects : pandas.DataFrame
        Effects on the construct and of it, in points of index per point of index: lhs (outcome),
        rhs (predictor), group (of the model), direct, estimate (the total effect), se, ci_low,
        ci_high, std (standardised).
    differences : pandas.DataFrame
        Pairs of groups, and each wave with the one before it, of all and within each group: level,
        group, first, second, estimate (first less second), se, ci_low, ci_high, p_value and
        p_adjusted (Holm, within a level).
    n_resamples, n_failed : int
        How often the model was estimated anew (0: weights held fixed), and how often in vain.
    seed : int or None
    clustered : bool
        Whether the model's respondents are in clusters, for which the intervals do not allow.
    """

    construct: str
    family: str
    weighting: str
    items: pd.DataFrame
    constructs: pd.DataFrame
    effects: pd.DataFrame
    differences: pd.DataFrame
    n_resamples: int
    n_failed: int
    seed: int | None
    clustered: bool

    def _what(self, language: str) -> str:
        return say(_MODELS[self.family], language, construct=self.construct)

    def _meaning(self, language: str) -> tuple[str, ...]:
        notes = [
            say(
                "index = 100 × (Σ w x − Σ w min) / (Σ w max − Σ w min), of the {count} items of "
                "the construct; the lowest answers give 0 and the highest 100.",
                language,
                count=self.items["item"].nunique(),
            ),
            say(_WEIGHTS[self.weighting], language),
        ]
        if self.n_resamples:
            notes.append(
                say(
                    "Standard errors from {n:,} resamples of the respondents, the weights "
                    "estimated anew in each.",
                    language,
                    n=self.n_resamples - self.n_failed,
                )
            )
        else:
            notes.append(
                say("The weights are taken as known; n_resamples=1000 adds their error.", language)
            )
            if self.family == "pls":
                notes.append(say("Effects have intervals with n_resamples= only.", language))
        if self.n_failed:
            notes.append(
                say(
                    "{k:,} of {total:,} resamples have no solution or weights of both signs and "
                    "are left out; none was drawn again.",
                    language,
                    k=self.n_failed,
                    total=self.n_resamples,
                )
            )
        if "wave" in self.table:
            notes.append(
                say("Waves and groups are taken as samples of different respondents.", language)
            )
        if self.clustered:
            notes.append(
                say(
                    "Respondents are in clusters, for which standard errors of the index do not "
                    "allow.",
                    language,
                )
            )
        return tuple(notes)

    @property
    def _weighing(self) -> str:
        return "Sampling weights: weighted means with linearised standard errors."

    @property
    def _missing(self) -> str:
        return "{count:,} respondents left items unanswered and are left out."
