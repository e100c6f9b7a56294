"""Fitting structural models: the front door of sem/."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servqual.errors import AdmissibilityWarning, ModelError, warn
from servqual.sem.answers import fitting, read_answers
from servqual.sem.fitting.baseline import baseline_test
from servqual.sem.fitting.estimates import estimates_frame, explained_variance
from servqual.sem.fitting.fit_indices import (
    absolute_indices,
    goodness_of_fit,
    incremental_indices,
    likelihood_indices,
    residual_indices,
    rmsea_indices,
    weighted_goodness_of_fit,
)
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.model_data import Missing, read_source
from servqual.sem.fitting.problems import exploded, inadmissible
from servqual.sem.fitting.scoring import Information
from servqual.sem.fitting.structure import build_structure
from servqual.sem.result import SemResult
from servqual.sem.robustness.estimators import (
    Estimator,
    default_information,
)
from servqual.sem.robustness.inference import infer
from servqual.sem.semopy_engine import Engine, check_engine, semopy_fit, semopy_problems
from servqual.sem.specification.syntax import Model, read_model
from servqual.sem.specification.table import ParameterTable, build_table
from servqual.sem.specification.writing import model_text


def fit_sem(
    model: str | Model,
    data: object,
    estimator: Estimator | None = None,
    missing: Missing = "listwise",
    *,
    ordered: bool | str | Collection[str] = (),
    group: str | None = None,
    group_equal: str | Sequence[str] = (),
    group_partial: str | Sequence[str] = (),
    weights: str | ArrayLike | None = None,
    cluster: str | None = None,
    std_lv: bool = False,
    means: bool | None = None,
    information: Information | None = None,
    confidence: float = 0.95,
    engine: Engine = "servqual",
) -> SemResult:
    r"""Fit a structural model.

    Parameters
    ----------
    model : str or Model
        Text as lavaan and semopy read it; see `read_model`.
    data : DataFrame, Table, Scores, Sample or Moments
        The answers, one row a respondent, or their moments, which suffice for ML, ULS and GLS.
    estimator : str, optional
        By default "ML", with weights or clusters "MLR", and "WLSMV" where variables are ordered.

        Maximum likelihood, all with the same estimates: "ML" takes answers as normal. "MLR":
        standard errors from scores of the rows [1]_ and the Yuan-Bentler test [2]_ as Mplus has
        it, with weights, clusters and missing answers, too. "MLM": Satorra and Bentler's standard
        errors and mean-adjusted test [3]_; "MLMV": their errors, and a test adjusted for mean and
        variance [4]_; both of complete rows.

        Least squares: "GLS" with the weights of normal data. "WLSMV", "WLSM" and "DWLS" weigh each
        statistic by the inverse of its variance, "ULSMV" and "ULS" all alike. WLSMV and ULSMV have
        robust errors [6]_ and tests adjusted for mean and variance [4]_, with weights and clusters,
        too; WLSM a test adjusted for its mean; DWLS and ULS errors that take the weights as right.
    missing : {"listwise", "pairwise", "fiml", "two-stage"}
        Rows with missing answers are left out, or count with what they answered: of continuous
        variables by full-information maximum likelihood, or by fitting the saturated model's
        estimates, with errors and test that allow for that [5]_ (MLR: without normality, too); of
        ordered ones pair by pair, which holds where answers are missing completely at random.
    ordered : bool, str or collection of str
        Variables that are ordered categories; True means all that the model explains. What is
        fitted are thresholds and correlations of the latent responses behind them (polychoric and
        polyserial ones beside continuous variables), in the delta parameterisation. Categories
        nobody used are merged. Differences such as gaps are no ordered categories.
    group : str, optional
        The column of groups, each of which gets all parameters.
    group_equal : str or sequence of str
        What is equal in all groups, as for `build_table`: "loadings", "intercepts", "thresholds",
        "residuals", "residual.covariances", "means", "regressions", "lv.variances",
        "lv.covariances".
    group_partial : str or sequence of str
        Parameters that are let go of it, as a model text writes them: "f =~ x2", "x3 ~ 1".
    weights : str or array_like of shape (n,), optional
        Sampling weights, or their column; they need MLR, WLSMV, WLSM or ULSMV.
    cluster : str, optional
        The column that says which sampling unit (branch, class, ...) a respondent is in; scores (or
        influences on the statistics) are summed within it. It needs one of these estimators, too.
    std_lv : bool
        Scale latent variables by their variance instead of a marker.
    means : bool, optional
        Whether to model means; by default with groups, missing answers and ordered variables.
    information : {"expected", "observed"}, optional
        Which second derivatives standard errors come from; by default the observed ones of FIML
        and of MLR, else the expected ones.
    confidence : float
        Of the intervals.
    engine : {"servqual", "semopy"}
        Who estimates the parameters. semopy does one group of complete rows by ML; all else is
        refused with the reason.

    Returns
    -------
    SemResult
        In its `fit`, a bare name is the uncorrected statistic under every estimator; names that end
        in ``_scaled`` come from the scaled chi-squares, those in ``_robust`` estimate what the bare
        ones do under normality, and, with FIML, without missing answers; of least squares they are
        NaN. ``_adjusted`` is the test whose degrees of freedom are adjusted instead.

    Raises
    ------
    ModelError
        If the model is not well formed, has more parameters than statistics, or the estimator
        cannot do what is asked for.
    ResponseError
        If the data do not hold what the model names.

    Notes
    -----
    Least squares minimises :math:`F = (s - \sigma)' W (s - \sigma)`; chi-square is
    :math:`(n - 1) F`, of groups :math:`\sum_g (n_g - 1) F_g`, and n is less by one for each group
    in fit indices. Continuous predictors are part of the model with ordered variables, too, as
    lavaan's ``conditional.x = FALSE`` has it. Of ordered variables SRMR is that of the correlations
    of latent responses, over p(p + 1)/2.

    References
    ----------
    .. [1] White, H. (1982). Maximum likelihood estimation of misspecified models. *Econometrica*,
       50(1), 1-25. https://doi.org/10.2307/1912526
    .. [2] Yuan, K.-H., & Bentler, P. M. (2000). Three likelihood-based methods for mean and
       covariance structure analysis with nonnormal missing data. *Sociological Methodology*,
       30(1), 165-200. https://doi.org/10.1111/0081-1750.00078
    .. [3] Satorra, A., & Bentler, P. M. (1994). Corrections to test statistics and standard errors
       in covariance structure analysis. In A. von Eye & C. C. Clogg (Eds.), *Latent variables
       analysis* (pp. 399-419). Sage.
    .. [4] Asparouhov, T., & Muthén, B. (2010). *Simple second order chi-square correction* (Mplus
       technical appendix).
    .. [5] Savalei, V., & Bentler, P. M. (2009). A two-stage approach to missing data: Theory and
       application to auxiliary variables. *Structural Equation Modeling*, 16(3), 477-497.
       https://doi.org/10.1080/10705510903008238
    .. [6] Muthén, B. (1984). A general structural equation model with dichotomous, ordered
       categorical, and continuous latent variable indicators. *Psychometrika*, 49(1), 115-132.
       https://doi.org/10.1007/BF02294210

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank").dropna()
    >>> text = "SAT =~ SAT1 + SAT2 + SAT3; LOY =~ LOY1 + LOY2 + LOY3; LOY ~ SAT"
    >>> numbers, categories = sq.fit_sem(text, bank), sq.fit_sem(text, bank, ordered=True)
    >>> numbers.estimator, categories.estimator, len(categories.ordered)
    ('ML', 'WLSMV', 6)
    >>> int(numbers.fit["df"]) == int(categories.fit["df"])
    True
    """
    check_engine(engine)
    if group is None and (group_equal or group_partial):
        raise ModelError("group_equal and group_partial need the column of groups: group=...")
    read = read_model(model) if isinstance(model, str) else model
    source = read_source(data, group=group, weights=weights, cluster=cluster)
    with_means = means if means is not None else (missing != "listwise" or group is not None)

    def table_of(n_groups: int, thresholds: Mapping[str, int]) -> ParameterTable:
        if means is False and (thresholds or missing != "listwise"):
            why = "Ordered variables need" if thresholds else f"missing={missing!r} needs"
            raise ModelError(f"{why} a mean structure; leave means=False out.")
        return build_table(
            read,
            observed=source.names,
            means=with_means or bool(thresholds),
            std_lv=std_lv,
            n_groups=n_groups,
            ordered=thresholds,
            group_equal=group_equal,
            group_partial=group_partial,
        )

    answers = read_answers(
        source, table_of, estimator, missing, ordered=ordered, information=information
    )
    how = answers.estimator
    structure = build_structure(answers.table)
    if engine == "semopy":
        fitted = semopy_fit(structure, answers.data, missing, how)
    else:
        fitted = fitting(answers, missing)(structure, None)
    return summarise(
        fitted,
        model=model_text(read),
        estimator=how,
        information=information or default_information(how, missing),
        confidence=confidence,
        engine=engine,
    )


def summarise(
    fitted: Fitted,
    *,
    model: str,
    estimator: str,
    information: Information,
    confidence: float,
    engine: Engine = "servqual",
) -> SemResult:
    """Give the tables of a fitted model, and warn of what is inadmissible about it."""
    problems = inadmissible(fitted)
    if engine == "semopy":
        problems += semopy_problems(fitted)
    inference = infer(fitted, estimator, information)
    problems += inference.problems
    covariance = inference.covariance
    frame = estimates_frame(fitted, covariance, confidence)
    problems += exploded(fitted, frame["std_all_se"].to_numpy())
    problems += [group.unsaturated for group in fitted.data.groups if group.unsaturated]
    for problem in problems:
        warn(problem, AdmissibilityWarning)
    explained = explained_variance(fitted)
    several = fitted.structure.table.n_groups > 1
    names = list(explained) if several else [name for _, name in explained]
    return SemResult(
        model=model,
        estimator=estimator,
        engine=engine,
        missing=fitted.missing,
        information=information,
        n=fitted.n,
        n_excluded=fitted.data.n_excluded,
        weighted=any(group.weights is not None for group in fitted.data.groups),
        n_clusters=_n_clusters(fitted),
        converged=fitted.converged,
        problems=tuple(problems),
        confidence=confidence,
        covariance=covariance,
        fitted=fitted,
        _parameters=frame,
        _fit=fit_series(fitted, inference.fit),
        _r_squared=pd.Series(list(explained.values()), index=pd.Index(names), name="r_squared"),
    )


def _n_clusters(fitted: Fitted) -> int:
    clusters = [group.clusters for group in fitted.data.groups if group.clusters is not None]
    return len(np.unique(np.concatenate(clusters))) if clusters else 0


def _goodness(fitted: Fitted) -> float:
    if not fitted.by_squares:
        return goodness_of_fit(fitted.targets, fitted.point)
    return weighted_goodness_of_fit(fitted.statistics, fitted.residuals)


def fit_series(fitted: Fitted, corrected: Mapping[str, float] | None = None) -> pd.Series:
    """Give every fit index by name; NaN but for the sizes where the estimation failed.

    Parameters
    ----------
    fitted : Fitted
    corrected : mapping of str to float, optional
        Scaled tests and robust indices, which come after the others.
    """
    test, baseline = fitted.test, baseline_test(fitted)
    n, q = fitted.n, fitted.structure.n_parameters
    size = fitted.size
    found: dict[str, float] = {
        "chi2": test.chi2,
        "df": test.df,
        "p_value": test.p_value,
        "baseline_chi2": baseline.chi2,
        "baseline_df": baseline.df,
        "baseline_p_value": baseline.p_value,
        **incremental_indices(test, baseline),
        **rmsea_indices(test, size, len(fitted.data.groups)),
        **residual_indices(fitted.targets, fitted.compared),
        **likelihood_indices(fitted.loglik, fitted.saturated, n, q),
        **absolute_indices(test, size, q, fitted.n_statistics, _goodness(fitted)),
        "fmin": fitted.objective / 2,
        **(corrected or {}),
    }
    if not fitted.converged:
        found = dict.fromkeys(found, np.nan)
    elif any(group.unsaturated for group in fitted.data.groups):
        # There are no moments to compare with, but the likelihood stands.
        kept = ("loglik", "aic", "bic", "bic_adjusted")
        found = {name: value if name in kept else np.nan for name, value in found.items()}
    return pd.Series(
        {**found, "df": test.df, "n": n, "n_parameters": q}, name="fit", dtype=np.float64
    )
