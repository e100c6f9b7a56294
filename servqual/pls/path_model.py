"""Fitting path models: the front door of pls/."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import get_args

from numpy.typing import ArrayLike

from servqual.errors import AdmissibilityWarning, ModelError, nearest, shortened, warn
from servqual.pls.fitting.answers import Answers, MissingAnswers, check_missing, read_answers
from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.layout import Plan, plan_of
from servqual.pls.fitting.problems import check_formative, problems_of
from servqual.pls.fitting.recipe import Recipe
from servqual.pls.fitting.settings import PlsSettings, Preset, settings_of
from servqual.pls.fitting.specification import PathModel, read_path_model
from servqual.pls.fitting.weights import Scheme
from servqual.pls.result import PlsResult
from servqual.sem.fitting.model_data import read_source


def fit_pls(
    model: str,
    data: object,
    scheme: Scheme = "path",
    consistent: bool | Sequence[str] = False,
    *,
    standardized: bool = True,
    missing: MissingAnswers = "listwise",
    weights: str | ArrayLike | None = None,
    settings: Preset | PlsSettings = "servqual",
) -> PlsResult:
    r"""Fit a path model by partial least squares [1]_.

    Parameters
    ----------
    model : str
        One statement a line: ``Q =~ q1 + q2`` (mode A, correlation weights), ``P <~ p1 + p2``
        (mode B, regression weights), ``S ~ Q + P`` (paths), ``S ~ Q + P + Q:P`` (with a product:
        moderation), ``H =~ Q + R`` with constructs Q and R (second order). A column in a path is
        a construct of its own.
    data : DataFrame, Table, Scores, Sample or Moments
        The answers, one row a respondent, or their moments, which suffice without products.
    scheme : {"path", "centroid", "factorial"}
        Of the inner weights.
    consistent : bool or sequence of str, default False
        Whether the constructs of mode A, or which of them, are corrected as common factors
        (consistent PLS [2]_). The others are composites.
    standardized : bool, default True
        Whether the weights are of standardised indicators, or of indicators in their own units
        (metric), where those with larger variances weigh more. Scores are standardised anyhow.
    missing : {"listwise", "mean", "em"}
        Incomplete rows are left out; missing answers are replaced by the means of their columns,
        which shrinks variances; or the moments are estimated by maximum likelihood (EM) and
        missing answers in scores replaced by what the answered ones lead to expect.
    weights : str or array_like of shape (n,), optional
        Sampling weights, or their column.
    settings : {"servqual", "smartpls", "seminr"} or PlsSettings
        "servqual" stops when the absolute changes of all outer weights sum to less than 1e-10,
        "smartpls" and "seminr" at 1e-7; all after 300 iterations, from weights of 1. All divide
        variances by n - 1 and have positive sums of loadings. These programs replace missing
        answers by means unless told otherwise: give missing="mean" for that.

    Returns
    -------
    PlsResult
        All estimates are NaN where the weights do not settle, with the reason in `problems`.

    Raises
    ------
    ModelError
        If the model is not well formed, goes in a circle, shares an indicator, or has indicators
        of mode B that determine one another.
    ResponseError
        If the data do not hold what the model names, or a column does not vary.

    Warns
    -----
    AdmissibilityWarning
        Of everything in `problems`.

    Notes
    -----
    Weights come from the correlations of the indicators alone (see `servqual.pls.fitting.weights`).
    Paths are the least-squares coefficients of the standardised scores; with common factors, of
    their corrected correlations. Second-order constructs and products take two stages: of the
    second order, the scores of the parts are the indicators, while all other constructs keep theirs
    (disjoint [3]_); a product is that of the standardised scores of the model without it, itself
    standardised, and all scores stay as they are.

    Checked against SmartPLS 2 (weights, paths and total effects in three schemes) and seminr
    (weights, loadings, paths, reliability, HTMT, consistent and second-order models). seminr finds
    the weights again for each f², and after adding products, whose paths it divides by their
    standard deviations; of consistent models, its inner VIF and correlations of constructs are of
    uncorrected scores. These figures differ from ours.

    References
    ----------
    .. [1] Lohmöller, J.-B. (1989). *Latent variable path modeling with partial least squares*.
       Physica. https://doi.org/10.1007/978-3-642-52512-4
    .. [2] Dijkstra, T. K., & Henseler, J. (2015). Consistent partial least squares path modeling.
       *MIS Quarterly*, 39(2), 297-316. https://doi.org/10.25300/MISQ/2015/39.2.02
    .. [3] Sarstedt, M., Hair, J. F., Cheah, J.-H., Becker, J.-M., & Ringle, C. M. (2019). How to
       specify, estimate, and validate higher-order constructs in PLS-SEM. *Australasian Marketing
       Journal*, 27(3), 197-211. https://doi.org/10.1016/j.ausmj.2019.05.003

    Examples
    --------
    >>> import numpy as np
    >>> from servqual.moments import Moments
    >>> r = np.array([[1, .5, .3, .3], [.5, 1, .3, .3], [.3, .3, 1, .5], [.3, .3, .5, 1]])
    >>> moments = Moments(names=["q1", "q2", "s1", "s2"], n=200, mean=np.zeros(4), covariance=r)
    >>> result = fit_pls("Q =~ q1 + q2; S =~ s1 + s2; S ~ Q", moments)
    >>> result.paths[["lhs", "rhs", "estimate"]].round(3)
      lhs rhs  estimate
    0   S   Q       0.4
    """
    if scheme not in get_args(Scheme):
        known = ", ".join(map(repr, get_args(Scheme)))
        raise ModelError(f"scheme must be one of {known}, not {scheme!r}.")
    check_missing(missing)
    chosen = settings_of(settings)
    source = read_source(data, weights=weights)
    read, plan = _planned(model, source.names)
    common = _common(consistent, read)
    answers = read_answers(source, plan.columns, missing)
    if plan.products and answers.rows is None:
        raise ModelError("Products of constructs need the answers, not only their moments.")
    check_formative(answers.matrix, plan.first or plan.final)
    recipe = Recipe(
        plan=plan,
        scheme=scheme,
        consistent=common,
        standardized=standardized,
        settings=chosen,
    )
    estimates = recipe.estimates(answers.matrix[None], rows=answers.rows, counts=answers.counts)
    result = _result(estimates, model, recipe, missing, answers)
    for problem in result.problems[len(answers.suspicious) :]:
        warn(problem, AdmissibilityWarning)
    return result


def _result(
    estimates: Estimates, model: str, recipe: Recipe, missing: MissingAnswers, answers: Answers
) -> PlsResult:
    first = None
    if recipe.plan.first is not None and estimates.first is not None:
        layout = recipe.plan.first
        names = [block.name for block in layout.blocks]
        parts = replace(
            recipe,
            plan=Plan(first=None, final=layout, structure=layout.structure, products=()),
            consistent=tuple(one for one in recipe.consistent if one in names),
        )
        first = _result(estimates.first, model, parts, missing, answers)
    return PlsResult(
        model=model,
        recipe=recipe,
        missing=missing,
        n=answers.moments.n,
        n_excluded=answers.moments.n_excluded,
        n_imputed=answers.n_imputed,
        weighted=answers.weights is not None,
        problems=(
            *answers.suspicious,
            *problems_of(estimates, recipe.settings.max_iterations),
        ),
        first_stage=first,
        estimates=estimates,
        answers=answers,
    )


@lru_cache(maxsize=16)
def _planned(text: str, observed: tuple[str, ...]) -> tuple[PathModel, Plan]:
    read = read_path_model(text, observed)
    return read, plan_of(read)


def _common(consistent: bool | Sequence[str], model: PathModel) -> tuple[str, ...]:
    able = [block.name for block in model.blocks if block.mode == "A" and len(block.indicators) > 1]
    if consistent is False:
        return ()
    if model.products:
        raise ModelError(
            "Consistent PLS is not offered for models with products, whose measurement error is "
            "not that of their parts. Leave consistent= or the products out."
        )
    if consistent is True:
        return tuple(able)
    named = (consistent,) if isinstance(consistent, str) else tuple(consistent)
    wrong = [one for one in named if one not in able]
    if wrong:
        raise ModelError(
            f"consistent names {shortened(wrong)}; only constructs of mode A with two indicators "
            f"or more are corrected: {shortened(able)}.{nearest(wrong[0], able)}"
        )
    return named
