"""Whether a gap says less than its parts: models of one outcome side by side, without a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual._phrases import p_text
from servqual.errors import ResponseError
from servqual.regression import Regression, cross_validated, regress
from servqual.reliability._gap_parts import gap_parts
from servqual.reliability._scale_result import Reason, ScaleResult
from servqual.reliability.difference_scores import (
    DifferenceScoreReliability,
    difference_score_reliability,
)
from servqual.scores.common import require_one_scale
from servqual.scores.gaps import GapScores
from servqual.scores.outcome import count_left_out, read_outcome

JOINT = "(all)"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DifferenceScoreAudit(ScaleResult):
    """Models of an outcome side by side; make it with `difference_score_audit`.

    Attributes
    ----------
    reliability : DifferenceScoreReliability
        Of all who are scored.
    models : pandas.DataFrame
        What `to_frame` gives.
    effects : pandas.DataFrame
        The model of E and P with direct effects, and the test of equal and opposite effects.
    outcome : str
        What is explained.
    """

    reliability: DifferenceScoreReliability
    outcome: str
    cv_folds: int
    seed: int
    model_columns: Mapping[str, NDArray[Any]]
    effect_columns: Mapping[str, NDArray[Any]]

    @property
    def models(self) -> pd.DataFrame:
        """One row a model; see `difference_score_audit`."""
        return pd.DataFrame(dict(self.model_columns))

    @property
    def effects(self) -> pd.DataFrame:
        """One row a dimension and one for all together; see `difference_score_audit`."""
        return pd.DataFrame(dict(self.effect_columns))

    def to_frame(self) -> pd.DataFrame:
        """Give one row a model; see `difference_score_audit`."""
        return self.models

    def title(self, language: str = "en") -> str:
        """Say what is explained, of how many, and how predictions were validated."""
        return say(
            "Difference scores and their parts, outcome {outcome}, {about}; least squares, "
            "{folds}-fold cross-validation, seed {seed}",
            language,
            outcome=self.outcome,
            about=self._about(language),
            folds=self.cv_folds,
            seed=self.seed,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Give the test of equal and opposite effects, and say what the columns are."""
        notes = []
        joint = {name: column[-1] for name, column in self.effect_columns.items()}
        if not np.isnan(joint["statistic"]):
            notes.append(
                say(
                    "Equal and opposite effects of E and P in every dimension (b_p = −b_e), which "
                    "the gap supposes: F({df1}, {df2}) = {statistic:.2f}, p {p} (Edwards, 2001).",
                    language,
                    df1=int(joint["df1"]),
                    df2=int(joint["df2"]),
                    statistic=joint["statistic"],
                    p=p_text(joint["p_value"]),
                )
            )
        notes.append(
            say(
                "All models are of the same respondents. r2_cv = 1 − squared errors of predictions "
                "for respondents left out of the fit / those of the mean (Stone, 1974). Models of "
                "different outcomes or of different respondents cannot be compared.",
                language,
            )
        )
        notes.append(
            say(
                "E and P, polynomial = E, P, their squares and their product, overall (Edwards, "
                "2002).",
                language,
            )
        )
        meanings = {
            "evaluated performance": say(
                "evaluated performance = −mean |P − ideal| (Teas, 1993), all attributes weighing "
                "the same.",
                language,
            ),
            "normed quality": say(
                "normed quality = −mean (|P − ideal| − |E − ideal|) (Teas, 1993).", language
            ),
            "direct disconfirmation": say(
                "direct disconfirmation = mean answer to worse or better than expected.", language
            ),
        }
        there = set(self.model_columns["model"].tolist())
        notes += [meaning for model, meaning in meanings.items() if model in there]
        if self.weighted:
            notes.append(say("Tests with sampling weights: linearised errors.", language))
        return (*notes, *self._problems(language))


def difference_score_audit(
    scores: GapScores,
    outcome: object,
    *,
    cv_folds: int = 10,
    seed: int = 0,
) -> DifferenceScoreAudit:
    r"""Compare what the gap and its parts say of an outcome.

    Parameters
    ----------
    scores : GapScores
        With ``importance`` given to `gap_scores`, the weighted gap joins the comparison; with the
        role ideal bound, so do Teas's evaluated performance and, if expectations are of an
        excellent service, normed quality; with the role comparison, direct disconfirmation.
    outcome : str, sequence of str, Series or array
        Columns of the frame that the answers came from (the mean of several), or a value for each
        respondent, such as satisfaction.
    cv_folds : int, default 10
        Parts into which respondents are shuffled for cross-validation.
    seed : int, default 0
        The same seed gives the same parts.

    Returns
    -------
    DifferenceScoreAudit
        ``to_frame()`` has a row a model: model, predictors ("dimensions" or "overall"), n, k (how
        many), r2, r2_adjusted, r2_cv. ``.effects`` has a row a dimension and one called "(all)":
        dimension, b_e, se_e, b_p, se_p, b_sum (b_e + b_p), statistic (F), df1, df2, p_value.
        ``.reliability`` is what `difference_score_reliability` gives.

    Raises
    ------
    ResponseError
        If the outcome is not there, does not fit the respondents or does not vary, or the ideal
        was asked on another scale.
    ValueError
        If there are fewer than two folds or more than respondents.

    Notes
    -----
    The gap is the model :math:`y = b_0 + \sum_d b_{E d} E_d + b_{P d} P_d` with the restriction
    :math:`b_{P d} = -b_{E d}`, which an F test examines [1]_. The models are those of the debate:
    the gap, perception alone [2]_, E and P with direct effects [3]_, Teas's evaluated performance
    :math:`-\frac{1}{k} \sum_j |P_j - I_j|` with the ideal I and normed quality
    :math:`-\frac{1}{k} \sum_j (|P_j - I_j| - |E_j - I_j|)` [4]_, direct disconfirmation, and the
    quadratic polynomial in the overall E and P [6]_, which `response_surface` describes. R² is also
    given as predicted for respondents left out of the fit [5]_.

    References
    ----------
    .. [1] Edwards, J. R. (2001). Ten difference score myths. *Organizational Research Methods*,
       4(3), 265-287. https://doi.org/10.1177/109442810143005
    .. [2] Cronin, J. J., & Taylor, S. A. (1992). Measuring service quality: A reexamination and
       extension. *Journal of Marketing*, 56(3), 55-68.
       https://doi.org/10.1177/002224299205600304
    .. [3] Page, T. J., & Spreng, R. A. (2002). Difference scores versus direct effects in service
       quality measurement. *Journal of Service Research*, 4(3), 184-192.
    .. [4] Teas, R. K. (1993). Expectations, performance evaluation, and consumers' perceptions of
       quality. *Journal of Marketing*, 57(4), 18-34. https://doi.org/10.1177/002224299305700402
    .. [5] Stone, M. (1974). Cross-validatory choice and assessment of statistical predictions.
       *Journal of the Royal Statistical Society B*, 36(2), 111-147.
       https://doi.org/10.1111/j.2517-6161.1974.tb00994.x
    .. [6] Edwards, J. R. (2002). Alternatives to difference scores: Polynomial regression analysis
       and response surface methodology. In F. Drasgow & N. W. Schmitt (Eds.), *Measuring and
       analyzing behavior in organizations* (pp. 350-400). Jossey-Bass.

    Examples
    --------
    >>> import servqual as sq
    >>> frame = sq.load_dataset("bank")
    >>> answers = sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991"))
    >>> audit = difference_score_audit(sq.gap_scores(answers), ["SAT1", "SAT2", "SAT3"])
    >>> audit.models[["model", "predictors", "k"]]
                         model  predictors   k
    0                      gap     overall   1
    1          perception only     overall   1
    2      E and P, polynomial     overall   5
    3                      gap  dimensions   5
    4          perception only  dimensions   5
    5  E and P, direct effects  dimensions  10
    """
    if not isinstance(scores, GapScores):
        raise TypeError(f"scores must be GapScores, not {type(scores).__name__}.")
    names, values = read_outcome(scores, outcome)
    name = ", ".join(names)
    if "ideal" in scores.responses.answers:
        require_one_scale(scores.responses, ("perception", "ideal"))
    terms = gap_parts(scores)
    there = terms.complete & ~np.isnan(values)
    count_left_out(there, has="the outcome and every score", lacks="the outcome or a score")
    y, weights = values[there], None if terms.weights is None else terms.weights[there]
    if not np.ptp(y) > 0:
        raise ResponseError(f"The outcome {name!r} does not vary, so nothing can explain it.")
    whole = isinstance(cv_folds, (int, np.integer)) and not isinstance(cv_folds, bool)
    if not whole or not 2 <= cv_folds <= len(y):
        raise ValueError(
            f"cv_folds must be a whole number between 2 and the {len(y):,} respondents, not "
            f"{cv_folds!r}."
        )
    folds = np.random.default_rng(seed).permutation(len(y)) % cv_folds
    reasons: list[Reason] = []
    rows = []
    for model, predictors, design in terms.models():
        x = design[there]
        fit = regress(y, x, weights)
        if isinstance(fit, str):
            reasons.append(Reason(f"{model} ({predictors})", fit))
        rows.append(
            {
                "model": model,
                "predictors": predictors,
                "n": len(y),
                "k": x.shape[1],
                "r2": fit.r_squared if isinstance(fit, Regression) else np.nan,
                "r2_adjusted": fit.adjusted if isinstance(fit, Regression) else np.nan,
                "r2_cv": cross_validated(y, x, weights, folds),
            }
        )
        if isinstance(fit, Regression) and np.isnan(rows[-1]["r2_cv"]):
            reasons.append(
                Reason(f"{model} ({predictors})", "no r2_cv, as the fit fails without some fold")
            )
    full = regress(y, terms.direct[there], weights)
    return DifferenceScoreAudit(
        name=scores.responses.instrument.title_in(),
        of="gap",
        n=len(y),
        n_excluded=len(scores.responses) - len(y),
        weighted=weights is not None,
        reasons=tuple(reasons),
        instrument=scores.responses.instrument,
        reliability=difference_score_reliability(scores),
        outcome=name,
        cv_folds=cv_folds,
        seed=seed,
        model_columns=_columns(rows),
        effect_columns=_columns(_effects(full, tuple(scores.responses.instrument.dimensions))),
    )


def _effects(full: Regression | str, dimensions: tuple[str, ...]) -> list[dict[str, Any]]:
    d = len(dimensions)
    if isinstance(full, str):
        names = ("b_e", "se_e", "b_p", "se_p", "b_sum", "statistic", "df1", "df2", "p_value")
        return [{"dimension": key, **dict.fromkeys(names, np.nan)} for key in (*dimensions, JOINT)]
    b, se = full.coefficients, np.sqrt(np.diag(full.covariance))
    contrasts = np.hstack([np.zeros((d, 1)), np.eye(d), np.eye(d)])
    rows = []
    for i, key in enumerate((*dimensions, JOINT)):
        joint = key == JOINT
        statistic, p_value = full.test(contrasts if joint else contrasts[i : i + 1])
        rows.append(
            {
                "dimension": key,
                "b_e": np.nan if joint else b[1 + i],
                "se_e": np.nan if joint else se[1 + i],
                "b_p": np.nan if joint else b[1 + d + i],
                "se_p": np.nan if joint else se[1 + d + i],
                "b_sum": np.nan if joint else b[1 + i] + b[1 + d + i],
                "statistic": statistic,
                "df1": float(d if joint else 1),
                "df2": float(full.df),
                "p_value": p_value,
            }
        )
    return rows


def _columns(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, NDArray[Any]]:
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        column = np.array(values, dtype=object if isinstance(values[0], str) else None)
        column.flags.writeable = False
        columns[name] = column
    return MappingProxyType(columns)
