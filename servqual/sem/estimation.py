"""Fitting structural models: the front door of sem/."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servqual.errors import AdmissibilityWarning, ModelError, warn
from servqual.sem.fitting.baseline import baseline_test
from servqual.sem.fitting.estimates import estimates_frame, explained_variance
from servqual.sem.fitting.fit_indices import (
    absolute_indices,
    goodness_of_fit,
    incremental_indices,
    likelihood_indices,
    residual_indices,
    rmsea_indices,
)
from servqual.sem.fitting.fitted import Fitted, fit_structure
from servqual.sem.fitting.model_data import Missing, read_model_data, read_source
from servqual.sem.fitting.problems import exploded, inadmissible
from servqual.sem.fitting.scoring import Information
from servqual.sem.fitting.structure import build_structure
from servqual.sem.result import SemResult
from servqual.sem.robustness.inference import Estimator, check_estimator, default_information, infer
from servqual.sem.semopy_engine import Engine, check_engine, semopy_fit, semopy_problems
from servqual.sem.specification.syntax import Model, read_model
from servqual.sem.specification.table import ParameterTable, build_table
from servqual.sem.specification.writing import model_text


def fit_sem(
    model: str | Model,
    data: object,
    estimator: Estimator = "ML",
    missing: Missing = "listwise",
    *,
    group: str | None = None,
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
        The answers, one row a respondent, or their moments, which suffice for ML.
    estimator : {"ML", "MLR", "MLM", "MLMV"}
        All give the same estimates, by maximum likelihood. ML takes answers as normal. MLR:
        standard errors from scores of the rows [1]_ and the Yuan-Bentler test [2]_ as Mplus has
        it, with weights, clusters and missing answers, too. MLM: Satorra and Bentler's standard
        errors and mean-adjusted test [3]_; MLMV: their errors, and a test adjusted for mean and
        variance [4]_; both of complete rows.
    missing : {"listwise", "fiml", "two-stage"}
        Rows with missing answers are left out, or count with what they answered: by
        full-information maximum likelihood, or by fitting the saturated model's estimates, with
        errors and test that allow for that [5]_ (MLR: without normality, too).
    group : str, optional
        The column of groups, each of which gets all parameters.
    weights : str or array_like of shape (n,), optional
        Sampling weights, or their column; they need MLR.
    cluster : str, optional
        The column that says which sampling unit (branch, class, ...) a respondent is in; the scores
        are summed within it. It needs MLR.
    std_lv : bool
        Scale latent variables by their variance instead of a marker.
    means : bool, optional
        Whether to model means; by default with groups and with missing answers.
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
        ones do under normality, and, with FIML, without missing answers.

    Raises
    ------
    ModelError
        If the model is not well formed, has more parameters than statistics, or the estimator
        cannot do what is asked for.
    ResponseError
        If the data do not hold what the model names.

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
    """
    check_engine(engine)
    read = read_model(model) if isinstance(model, str) else model
    source = read_source(data, group=group, weights=weights, cluster=cluster)
    check_estimator(
        estimator,
        missing,
        information,
        moments=source.moments is not None,
        weighted=source.weights is not None,
        clustered=source.cluster is not None,
    )
    with_means = means if means is not None else (missing != "listwise" or group is not None)
    n_groups = 1 if source.group is None else len({*source.group} - {None})

    def table_of(n_groups: int) -> ParameterTable:
        return build_table(
            read, observed=source.names, means=with_means, std_lv=std_lv, n_groups=n_groups
        )

    table = table_of(n_groups)
    if missing != "listwise" and not table.means:
        raise ModelError(f"missing={missing!r} needs a mean structure; leave means=False out.")
    held = read_model_data(source, table.observed, missing)
    if len(held.groups) != n_groups:
        # A group of which nobody is left.
        table = table_of(len(held.groups))
    structure = build_structure(table)
    if engine == "semopy":
        fitted = semopy_fit(structure, held, missing, estimator)
    else:
        fitted = fit_structure(structure, held, missing)
    return summarise(
        fitted,
        model=model_text(read),
        estimator=estimator,
        information=information or default_information(estimator, missing),
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
    point = fitted.point
    found: dict[str, float] = {
        "chi2": test.chi2,
        "df": test.df,
        "p_value": test.p_value,
        "baseline_chi2": baseline.chi2,
        "baseline_df": baseline.df,
        "baseline_p_value": baseline.p_value,
        **incremental_indices(test, baseline),
        **rmsea_indices(test, n, len(fitted.data.groups)),
        **residual_indices(fitted.targets, point),
        **likelihood_indices(fitted.loglik, fitted.saturated, n, q),
        **absolute_indices(test, n, q, fitted.n_statistics, goodness_of_fit(fitted.targets, point)),
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
