"""The satisfaction index: of items weighted by importance, or as a fitted model weighs them."""

from collections.abc import Mapping
from typing import Any, overload

from numpy.typing import ArrayLike

from servqual.errors import ModelError, ResponseError
from servqual.indices._building import index_of_model
from servqual.indices._pls_source import pls_source
from servqual.indices._scales import Scale
from servqual.indices._sem_source import sem_source
from servqual.indices.model_index import ModelIndex
from servqual.pls.result import PlsResult
from servqual.scorecards.index import SatisfactionIndex, Scaling, importance_index
from servqual.sem.result import SemResult


@overload
def satisfaction_index(  # type: ignore[overload-overlap]
    satisfaction: SemResult | PlsResult,
    importance: str,
    scale: Scale | Mapping[str, Scale],
    *,
    by: object = None,
    wave: object = None,
    data: object = None,
    weights: str | ArrayLike | None = None,
    weighting: str | None = None,
    target: float | None = None,
    confidence: float = 0.95,
    n_resamples: int = 0,
    seed: int | None = None,
    progress: bool = True,
) -> ModelIndex: ...
@overload
def satisfaction_index(
    satisfaction: object,
    importance: object,
    scale: Scale,
    scaling: Scaling | None = None,
    *,
    importance_scale: Scale | None = None,
    by: object = None,
    weights: ArrayLike | None = None,
    target: float | None = None,
    confidence: float = 0.95,
) -> SatisfactionIndex: ...
def satisfaction_index(
    satisfaction: Any,
    importance: Any,
    scale: Any,
    scaling: Scaling | None = None,
    *,
    importance_scale: Scale | None = None,
    by: object = None,
    wave: object = None,
    data: object = None,
    weights: Any = None,
    weighting: str | None = None,
    target: float | None = None,
    confidence: float = 0.95,
    n_resamples: int = 0,
    seed: int | None = None,
    progress: bool = True,
) -> SatisfactionIndex | ModelIndex:
    r"""Estimate a satisfaction index: items weighted by importance, or by a fitted model.

    ``satisfaction_index(answers, importance, scale)`` weights the mean satisfaction with each item
    by its importance. ``satisfaction_index(result, "satisfaction", scale)`` weights the items of a
    construct as the fitted model does, as the national indices do [1]_.

    Parameters
    ----------
    satisfaction : frame, SemResult or PlsResult
        Answers, one row a respondent, one column an item; those who left an item unanswered are
        left out. Or a fitted model.
    importance : mapping of str to float, frame, or str
        The importance of each item for all, or as each respondent rated it: columns of the same
        names, and the same rows. Of a fitted model, the name of the construct.
    scale : tuple of (int, int), or mapping of str to tuple
        The lowest and the highest possible answer; of a model also by construct or item:
        ``{"satisfaction": (1, 10), "complaints": (0, 1)}``.
    scaling : {"max", "range"}
        Of importance-weighted answers, "max" by default: divide the mean by the highest answer, or
        by the range of the scale after taking off the lowest answer. Indices of the two are never
        compared. Those of models are of the second kind.
    importance_scale : tuple of (int, int), optional
        Of rated importance; that of satisfaction by default.
    by : array_like of shape (n,), or str
        The group (company, branch) of each respondent; its name where `data` is given.
    wave : array_like of shape (n,), or str
        Of a model: the wave of each respondent. Waves follow one another as numbers, dates or
        texts do, or as the categories of a categorical column.
    data : frame, optional
        Of a model: the respondents to take the index of, where they are not those the model was
        fitted to, or to name their groups.
    weights : array_like of shape (n,), optional
        Sampling weights of answers or of `data`; a model has its own.
    weighting : {"regression", "loadings"}, optional
        Of a structural model; see Notes. A PLS path model has its outer weights.
    target : float, optional
        An index of the same scaling to compare with.
    confidence : float, default 0.95
    n_resamples : int, default 0
        Of a model: how often to estimate it anew from resamples of the respondents, so that
        intervals carry the error of the weights. 0 takes the weights as known.
    seed : int, optional
        The same seed gives the same resamples.
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    SatisfactionIndex or ModelIndex
        ``estimate``, ``se``, ``ci_low``, ``ci_high`` (0 to 100), ``n``, ``items`` and
        ``to_frame()``: one row of all respondents, one a group (and wave); with a target the
        difference to it, its interval and p value. Importance-weighted groups are compared with the
        rest (Welch); those of a model pair by pair in ``differences`` (Welch, Holm), each wave with
        the one before. A model also gives ``constructs``, the indices of all its constructs, and
        ``effects``, by how many points of one index another one moves it.

    Raises
    ------
    ResponseError
        If items have no importance, answers are off their scale, or nobody answered every item.
    ModelError
        If the model has no such construct, its weights differ in sign, or groups do not fit its
        respondents.
    ValueError
        If `scale`, `scaling`, `target` or `confidence` is not possible.

    Warns
    -----
    MissingResponseWarning
        If respondents are left out.

    Notes
    -----
    With mean satisfaction :math:`S_j` and importance :math:`I_j` of item j and weights
    :math:`w_j = I_j / \sum_j I_j`,

    .. math:: \mathrm{CSI}_{max} = 100 \frac{\sum_j w_j S_j}{\mathrm{max}}, \quad
              \mathrm{CSI}_{range} = 100 \frac{\sum_j w_j S_j - \mathrm{min}}
              {\mathrm{max} - \mathrm{min}}.

    The standard error is linearised, in the weights too where respondents rated importance; the
    interval is Student's.

    Of a model, with weights :math:`w_j` of the answers in their own units [1]_,

    .. math:: I = 100 \frac{\sum_j w_j S_j - \sum_j w_j \min_j}
              {\sum_j w_j \max_j - \sum_j w_j \min_j}.

    - PLS: :math:`w_j = \omega_j / s_j`, the outer weights of standardised items over the standard
      deviations.
    - structural model, "regression" (the default): :math:`w = \Theta^{-1} \lambda` with the
      loadings and residual covariances of the construct's items. Regression (Thurstone's) and
      Bartlett's factor scores from these items are both proportional to it, so it is the sum that
      says most about the construct; an item nearly free of error gets nearly all the weight.
    - structural model, "loadings": :math:`w_j = \lambda_j / \sigma_j^2`, which is what PLS weights
      of mode A tend to under the model [2]_: indices of the two families are then comparable.

    The construct :math:`\eta_k` moves its index by :math:`100 \sum_j w_j \lambda_j / (\sum_j w_j
    \max_j - \sum_j w_j \min_j)` a unit (PLS: :math:`\lambda` of the score is 1). The total effect
    of one construct on another times that of the outcome over that of the predictor is the effect
    in points of index per point of index. Its error is by the delta method, or that of the
    resamples (percentile interval).

    References
    ----------
    .. [1] Fornell, C., Johnson, M. D., Anderson, E. W., Cha, J., & Bryant, B. E. (1996). The
       American Customer Satisfaction Index: Nature, purpose, and findings. *Journal of Marketing*,
       60(4), 7-18. https://doi.org/10.1177/002224299606000403
    .. [2] Dijkstra, T. K., & Henseler, J. (2015). Consistent partial least squares path modeling.
       *MIS Quarterly*, 39(2), 297-316. https://doi.org/10.25300/MISQ/2015/39.2.02

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"price": [4, 3, 5, 4], "speed": [4, 5, 4, 3]})
    >>> importance = {"price": 3, "speed": 1}
    >>> satisfaction_index(answers, importance, (1, 5)).estimate
    80.0
    >>> satisfaction_index(answers, importance, (1, 5), scaling="range").estimate
    75.0

    As a model weighs them:

    >>> from servqual import fit_sem, load_dataset
    >>> mobile = load_dataset("mobile").dropna()
    >>> model = "QUA =~ QUA1 + QUA2 + QUA3; SAT =~ SAT1 + SAT2 + SAT3; SAT ~ QUA"
    >>> index = satisfaction_index(fit_sem(model, mobile), "SAT", (1, 10), by=mobile["company"])
    >>> index.to_frame()[["group", "n", "estimate", "ci_low", "ci_high"]].round(1)
       group    n  estimate  ci_low  ci_high
    0         700      64.5    63.2     65.8
    1  Brisk  196      64.5    62.0     67.1
    2  Delta  116      61.9    58.5     65.3
    3  Corda  170      62.4    59.7     65.2
    4   Alto  218      67.5    65.2     69.8
    >>> index.effects[["lhs", "rhs", "estimate", "ci_low", "ci_high"]].round(2)
       lhs  rhs  estimate  ci_low  ci_high
    0  SAT  QUA      0.86    0.78     0.94
    """
    if isinstance(satisfaction, (SemResult, PlsResult)):
        if scaling == "max" or importance_scale is not None:
            raise ModelError(
                "scaling='max' and importance_scale= go with items weighted by importance; indices "
                "of models run from 0 to 100 (scaling='range')."
            )
        source = (
            sem_source(satisfaction, weighting)
            if isinstance(satisfaction, SemResult)
            else pls_source(satisfaction, weighting)
        )
        return index_of_model(
            source,
            importance,
            scale,
            by=by,
            wave=wave,
            data=data,
            weights=weights,
            target=target,
            confidence=confidence,
            n_resamples=n_resamples,
            seed=seed,
            progress=progress,
        )
    given = {
        "wave": wave is not None,
        "data": data is not None,
        "weighting": weighting is not None,
        "n_resamples": n_resamples != 0,
    }
    misplaced = [f"{name}=" for name, is_given in given.items() if is_given]
    if misplaced:
        raise ResponseError(
            f"{', '.join(misplaced)} goes with a fitted model, but {type(satisfaction).__name__} "
            "is none; fit_sem and fit_pls give one."
        )
    return importance_index(
        satisfaction,
        importance,
        scale,
        "max" if scaling is None else scaling,
        importance_scale=importance_scale,
        by=by,
        weights=weights,
        target=target,
        confidence=confidence,
    )
