"""Out-of-sample prediction by path models: PLSpredict."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servqual.errors import AdmissibilityWarning, ModelError, shortened, warn
from servqual.pls.fitting.regressions import Floats
from servqual.pls.prediction.folds import fold_labels, training_sets
from servqual.pls.prediction.forecasts import Forecasts, held_out, roles_of
from servqual.pls.prediction.losses import compare_losses, mean_over_rows, row_losses
from servqual.pls.prediction.result import PlsPrediction
from servqual.pls.result import PlsResult

Antecedents = Literal["direct", "earliest"]
BENCHMARKS = ("mean", "lm")


def predict_pls(
    result: PlsResult,
    folds: int | ArrayLike = 10,
    repeats: int = 1,
    *,
    antecedents: Antecedents = "direct",
    seed: int | None = None,
) -> PlsPrediction:
    r"""Predict held-out answers by a path model, fold by fold [1]_ [2]_.

    Parameters
    ----------
    result : PlsResult
        A model fitted to answers, without consistent constructs.
    folds : int or array_like of shape (n,), default 10
        Into how many folds the respondents are dealt, or the fold of each respondent of the model,
        as when whole companies are held out.
    repeats : int, default 1
        How often they are dealt anew; published studies take 10.
    antecedents : {"direct", "earliest"}
        Whether an outcome is predicted from its predictors as their own indicators give them, or
        from the constructs that nothing explains, along all paths.
    seed : int, optional
        The same seed gives the same folds.

    Returns
    -------
    PlsPrediction

    Raises
    ------
    ModelError
        If the model has common factors (consistent), the folds do not suit, or an option is not
        known.
    ResponseError
        If only moments are known.

    Warns
    -----
    AdmissibilityWarning
        If the model cannot be estimated without a fold, or a linear model cannot.

    Notes
    -----
    Means, standard deviations, weights, paths and loadings are estimated without the fold. With
    errors :math:`e_i` of the held-out answers :math:`y_i` and means :math:`\bar y_{(i)}` of the
    training rows, :math:`Q^2 = 1 - \sum_i e_i^2 / \sum_i (y_i - \bar y_{(i)})^2`. The linear model
    regresses each indicator on the indicators that the path model predicts it from: those of the
    direct antecedents, or those of all exogenous constructs. A second-order construct predicts its
    columns by way of its parts.

    In the same folds the predictions of both models are those of seminr.

    References
    ----------
    .. [1] Shmueli, G., Ray, S., Velasquez Estrada, J. M., & Chatla, S. B. (2016). The elephant in
       the room: Predictive performance of PLS models. *Journal of Business Research*, 69(10),
       4552-4564. https://doi.org/10.1016/j.jbusres.2016.03.049
    .. [2] Shmueli, G., Sarstedt, M., Hair, J. F., Cheah, J.-H., Ting, H., Vaithilingam, S., &
       Ringle, C. M. (2019). Predictive model assessment in PLS-SEM: Guidelines for using
       PLSpredict. *European Journal of Marketing*, 53(11), 2322-2347.
       https://doi.org/10.1108/EJM-02-2019-0189

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank").dropna()
    >>> model = "SAT =~ SAT1 + SAT2 + SAT3; LOY =~ LOY1 + LOY2 + LOY3; LOY ~ SAT"
    >>> found = predict_pls(sq.fit_pls(model, bank), seed=1)
    >>> found.to_frame()[["rhs", "q2_predict"]].round(1)
        rhs  q2_predict
    0  LOY1         0.4
    1  LOY2         0.4
    2  LOY3         0.4
    """
    if antecedents not in get_args(Antecedents):
        known = ", ".join(map(repr, get_args(Antecedents)))
        raise ModelError(f"antecedents must be one of {known}, not {antecedents!r}.")
    if result.consistent:
        raise ModelError(
            "Predictions need scores, and common factors (consistent=) have none that answers "
            "determine. Fit the model without consistent=."
        )
    rows = result.require_rows("Predictions")
    weights = result.answers.weights
    labels = fold_labels(folds, len(rows), repeats, seed)
    sets = training_sets(rows, weights, labels)
    recipe = result.recipe
    forecasts = Forecasts(
        recipe.estimates(sets.covariance, rows=rows, counts=sets.counts),
        sets,
        recipe.plan,
        standardized=recipe.standardized,
        direct=antecedents == "direct",
    )
    roles = roles_of(recipe.plan)
    answers = rows[:, roles.predicted]
    shape = (len(labels), *answers.shape)
    predicted = {by: np.full(shape, np.nan) for by in ("model", *BENCHMARKS)}
    parts = held_out(labels)
    for number, (repeat, at) in enumerate(parts):
        predicted["model"][repeat, at] = forecasts.by_model(rows[at], number)
        predicted["lm"][repeat, at] = forecasts.by_regression(rows[at], number)
        predicted["mean"][repeat, at] = forecasts.by_mean(number)
    counts = np.ones(len(rows)) if weights is None else weights
    errors = {by: answers - one for by, one in predicted.items()}
    # What cannot be predicted by the model is left out of the benchmarks, too.
    unknown = np.asarray(np.isnan(errors["model"]).any(axis=2))
    for one in errors.values():
        one[unknown] = np.nan
    # A linear model that is missing in one fold is not compared in the others.
    singular = (np.isnan(errors["lm"]) & ~unknown[:, :, None]).any(axis=(0, 1))
    errors["lm"][:, :, singular] = np.nan
    within = (answers - forecasts.by_model(rows, len(parts)))[None]
    owners = tuple(recipe.plan.structure.names[j] for j in roles.owner[roles.predicted])
    columns = tuple(recipe.plan.columns[i] for i in roles.predicted)
    failed = [len(at) for repeat, at in parts if unknown[repeat, at].any()]
    problems = _problems(failed, len(parts), [columns[i] for i in np.flatnonzero(singular)])
    for problem in problems:
        warn(problem, AdmissibilityWarning)
    return PlsPrediction(
        n=len(rows),
        folds=len(parts) // len(labels),
        repeats=len(labels),
        seed=seed,
        antecedents=antecedents,
        n_imputed=result.n_imputed,
        weighted=weights is not None,
        problems=problems,
        _errors=_error_frame(errors, within, counts, owners, columns),
        _tests=_test_frame(errors, counts, owners),
        _predictions=pd.DataFrame(
            predicted["model"].mean(axis=0), index=result.answers.index, columns=list(columns)
        ),
    )


def _problems(failed: Sequence[int], n_folds: int, singular: Sequence[str]) -> tuple[str, ...]:
    """Say what could not be predicted: sizes of failed folds, indicators without a linear model."""
    found = []
    if failed:
        found.append(
            f"The model has no estimates without {len(failed):,} of {n_folds:,} folds (a column "
            f"does not vary any more, or the weights do not settle); their {sum(failed):,} rows "
            "are left out. Fewer folds may do, or leave the column out of the model."
        )
    if singular:
        found.append(
            f"The linear models of {len(singular)} indicators cannot be estimated "
            f"({shortened(singular)}): the indicators they predict from determine one another, as "
            "where there are more of them than training rows. Their figures are missing."
        )
    return tuple(found)


def _error_frame(
    errors: Mapping[str, Floats],
    within: Floats,
    counts: Floats,
    owners: tuple[str, ...],
    columns: tuple[str, ...],
) -> pd.DataFrame:
    squared = {by: mean_over_rows(one**2, counts) for by, one in errors.items()}
    absolute = {by: mean_over_rows(np.abs(one), counts) for by, one in errors.items()}
    return pd.DataFrame(
        {
            "lhs": owners,
            "rhs": columns,
            "q2_predict": 1 - squared["model"] / squared["mean"],
            "rmse": np.sqrt(squared["model"]),
            "mae": absolute["model"],
            "rmse_lm": np.sqrt(squared["lm"]),
            "mae_lm": absolute["lm"],
            "rmse_in": np.sqrt(mean_over_rows(within**2, counts)),
            "mae_in": mean_over_rows(np.abs(within), counts),
        }
    )


def _test_frame(
    errors: Mapping[str, Floats], counts: Floats, owners: tuple[str, ...]
) -> pd.DataFrame:
    whole = len(set(owners)) > 1
    rows = []
    for outcome in (*dict.fromkeys(owners), *([""] if whole else [])):
        at = [i for i, owner in enumerate(owners) if outcome in (owner, "")]
        losses = {by: row_losses(one[:, :, at]) for by, one in errors.items()}
        for benchmark in BENCHMARKS:
            found = compare_losses(losses["model"], losses[benchmark], counts)
            rows.append(
                {
                    "lhs": outcome,
                    "benchmark": benchmark,
                    "loss": found.loss,
                    "loss_benchmark": found.benchmark,
                    "difference": found.difference,
                    "se": found.se,
                    "t": found.t,
                    "df": found.df,
                    "p": found.p,
                }
            )
    return pd.DataFrame(rows)
