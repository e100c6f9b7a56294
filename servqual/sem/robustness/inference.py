"""What an estimator says of estimates: their covariance matrix, and tests that hold with it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from servqual.sem.fitting.baseline import baseline_test
from servqual.sem.fitting.fit_indices import Test
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.problems import unidentified
from servqual.sem.fitting.scoring import Information
from servqual.sem.fitting.structure import Floats
from servqual.sem.robustness.estimators import ADJUSTED, CASEWISE, ROBUST_SQUARES
from servqual.sem.robustness.missing_fit import (
    complete_misfit,
    information_of,
    mean_misfit,
    stages_of,
    two_stage_covariance,
)
from servqual.sem.robustness.robust import parameter_scores, sandwich
from servqual.sem.robustness.saturated import Saturated, fit_saturated, saturated_layout
from servqual.sem.robustness.scaled_fit import adjusted_test, robust_indices, scaled_indices
from servqual.sem.robustness.scaling import (
    Scaling,
    baseline_trace,
    casewise_meat,
    mean_scaling,
    saturated_trace,
    scale_baseline_casewise,
    scale_casewise,
    shifted_scaling,
)
from servqual.sem.robustness.squares import (
    baseline_traces,
    blocks_of,
    meat_of,
    misfit_traces,
)

_Scalings = tuple[Scaling, Scaling]
_UNKNOWN = Scaling(factor=np.nan, trace=np.nan)


@dataclass(frozen=True, eq=False, kw_only=True)
class Inference:
    """Covariance matrix, scaled tests and problems of estimates.

    Attributes
    ----------
    covariance : ndarray of shape (q, q)
        Of the estimates; NaN where there is none.
    fit : dict of str to float
        Scaled tests and the indices made of them; empty where the estimator has none.
    problems : list of str
    """

    covariance: Floats
    fit: dict[str, float]
    problems: list[str]


def infer(fitted: Fitted, estimator: str, information: Information) -> Inference:
    """Give the covariance matrix of the estimates, and scaled tests where there are any."""
    if not fitted.converged:
        return _nothing(fitted, estimator)
    if fitted.by_squares:
        return _by_squares(fitted, estimator)
    if fitted.missing == "two-stage":
        return _two_stage(fitted, robust=estimator == "MLR")
    bread, problems = _bread(fitted, information)
    if estimator == "MLR":
        return _sandwiched(fitted, bread, problems)
    if estimator in CASEWISE:
        return _casewise(fitted, bread, problems, adjust=estimator in ADJUSTED)
    fit: dict[str, float] = {}
    if fitted.missing == "fiml":
        saturated, reasons = _saturated(fitted)
        fit, problems = _as_complete(fitted, saturated, robust=False), problems + reasons
    return Inference(covariance=bread / fitted.n, fit=fit, problems=problems)


def _bread(fitted: Fitted, information: Information) -> tuple[Floats, list[str]]:
    """Invert the information of one respondent.

    What the data cannot tell apart shows in the expected information: the observed one bends a
    little even where the fit function is flat, because no minimum is found to the last digit.
    """
    inverse, problems = unidentified(fitted, fitted.hessian("expected"))
    if information == "observed" and not problems:
        inverse, problems = unidentified(fitted, fitted.hessian("observed"))
    return 2 * inverse, problems


def _nothing(fitted: Fitted, estimator: str) -> Inference:
    q = fitted.structure.n_parameters
    fit: dict[str, float] = {}
    plain = estimator not in ROBUST_SQUARES if fitted.by_squares else estimator == "ML"
    if not plain or fitted.missing == "two-stage":
        fit = _scaled(fitted, (_UNKNOWN, _UNKNOWN))
        if fitted.by_squares and estimator in ADJUSTED:
            fit |= adjusted_test(fitted.test, np.nan, np.nan)
    elif fitted.missing == "fiml":
        fit = _as_complete(fitted, (), robust=False)
    return Inference(covariance=np.full((q, q), np.nan), fit=fit, problems=[])


def _by_squares(fitted: Fitted, estimator: str) -> Inference:
    """Take the weights as right, or, of robust estimators, the covariance of the statistics."""
    inverse, problems = unidentified(fitted, fitted.hessian("expected"))
    bread = 2 * inverse
    if estimator not in ROBUST_SQUARES:
        return Inference(covariance=bread / fitted.n, fit={}, problems=problems)
    blocks = blocks_of(fitted)
    df, base_df = fitted.df, baseline_test(fitted).df
    usable = np.nan if np.isnan(bread).any() else 1.0
    meat = meat_of(blocks)
    trace, square = (usable * one for one in misfit_traces(blocks, np.nan_to_num(bread), meat))
    base_trace, base_square = baseline_traces(blocks)
    if estimator in ADJUSTED:
        scalings = (
            shifted_scaling(trace, square, df),
            shifted_scaling(base_trace, base_square, base_df),
        )
    else:
        scalings = mean_scaling(trace, df), mean_scaling(base_trace, base_df)
    fit = _scaled(fitted, scalings)
    if estimator in ADJUSTED:
        fit |= adjusted_test(fitted.test, trace, square)
    clustered = fitted.data.groups[0].clusters is not None
    few = _few(fitted, len(blocks[0].gamma.held)) if clustered else []
    return Inference(
        covariance=sandwich(bread, meat, fitted.n),
        fit=fit,
        problems=problems + few + _unusable(fitted, scalings),
    )


def _sandwiched(fitted: Fitted, bread: Floats, problems: list[str]) -> Inference:
    """Take scores of the rows: robust errors, and the test of Yuan and Bentler as Mplus has it."""
    scores = parameter_scores(fitted)
    meat = scores.T @ scores / fitted.n
    clustered = fitted.data.groups[0].clusters is not None
    found = problems + (_few(fitted, len(scores)) if clustered else [])
    incomplete = fitted.missing == "fiml"
    saturated: tuple[Saturated, ...] | None = None
    if incomplete or clustered:
        saturated, reasons = _saturated(fitted)
        found += reasons
    trace = np.nan if saturated == () else saturated_trace(fitted, saturated)
    own = float((bread * meat).sum())
    base = baseline_trace(fitted)
    df = baseline_test(fitted).df
    scalings = mean_scaling(trace - own, fitted.df), mean_scaling(trace - base, df)
    fit = _scaled(fitted, scalings)
    if incomplete:
        fit |= _as_complete(fitted, saturated or (), robust=True)
    statistics = fitted.n_statistics
    fit["scaling_factor_h0"] = own / fitted.structure.n_parameters
    fit["scaling_factor_h1"] = trace / statistics
    return Inference(
        covariance=sandwich(bread, meat, fitted.n),
        fit=fit,
        problems=found + _unusable(fitted, scalings),
    )


def _casewise(fitted: Fitted, bread: Floats, problems: list[str], *, adjust: bool) -> Inference:
    """Take the fourth moments: robust errors, and the tests of Satorra and Bentler."""
    meat = casewise_meat(fitted)
    scalings = (
        scale_casewise(fitted, meat, bread, adjust=adjust),
        scale_baseline_casewise(fitted, baseline_test(fitted).df, adjust=adjust),
    )
    return Inference(
        covariance=sandwich(bread, meat, fitted.n),
        fit=_scaled(fitted, scalings),
        problems=problems + _unusable(fitted, scalings),
    )


def _two_stage(fitted: Fitted, *, robust: bool) -> Inference:
    """Take the covariance matrix of the saturated estimates into account."""
    saturated, reasons = _saturated(fitted)
    if not saturated:
        q = fitted.structure.n_parameters
        fit = _scaled(fitted, (_UNKNOWN, _UNKNOWN))
        return Inference(covariance=np.full((q, q), np.nan), fit=fit, problems=reasons)
    stages, baseline = stages_of(fitted, saturated, robust=robust)
    inverse, problems = unidentified(fitted, 2 * information_of(stages))
    bread = 2 * inverse
    trace = np.nan if np.isnan(bread).any() else mean_misfit(stages)
    scalings = (
        mean_scaling(trace, fitted.df),
        mean_scaling(mean_misfit(baseline), baseline_test(fitted).df),
    )
    return Inference(
        covariance=two_stage_covariance(stages, bread, fitted.n),
        fit=_scaled(fitted, scalings),
        problems=reasons + problems + _unusable(fitted, scalings),
    )


def _saturated(fitted: Fitted) -> tuple[tuple[Saturated, ...], list[str]]:
    """Give the saturated models; none, and the reason, where there are none."""
    if any(group.unsaturated for group in fitted.data.groups):
        return (), []  # the reason is among the problems already
    layout = saturated_layout(fitted.data.names, means=fitted.structure.table.means)
    try:
        return tuple(fit_saturated(layout, group) for group in fitted.data.groups), []
    except np.linalg.LinAlgError:
        return (), [
            "The information matrix of the saturated model is singular: what is corrected by it "
            "(scaled tests, robust fit indices, two-stage standard errors) is not given."
        ]


def _scaled(fitted: Fitted, scalings: _Scalings) -> dict[str, float]:
    found = scaled_indices(
        fitted.test, baseline_test(fitted), scalings, fitted.size, len(fitted.data.groups)
    )
    if fitted.by_squares:
        # Robust indices estimate those of maximum likelihood, whose misfit is another one.
        found |= {name: np.nan for name in found if name.endswith("_robust")}
    return found


def _as_complete(
    fitted: Fitted, saturated: Sequence[Saturated], *, robust: bool
) -> dict[str, float]:
    """Give the indices of the misfit that complete rows would have had."""
    df, base_df = fitted.df, baseline_test(fitted).df
    x, base, trace, base_trace = (np.nan,) * 4
    if saturated:
        x, base = complete_misfit(fitted)
        stages, baseline = stages_of(fitted, saturated, robust=robust)
        try:
            trace, base_trace = mean_misfit(stages), mean_misfit(baseline)
        except np.linalg.LinAlgError:
            trace = np.nan  # parameters that the data cannot tell apart are named already
    return robust_indices(
        Test(chi2=x, df=df),
        Test(chi2=base, df=base_df),
        (mean_scaling(trace, df), mean_scaling(base_trace, base_df)),
        fitted.size,
        len(fitted.data.groups),
    )


def _few(fitted: Fitted, clusters: int) -> list[str]:
    q = fitted.structure.n_parameters
    if clusters >= q:
        return []
    return [
        f"There are {clusters:,} clusters for {q:,} parameters: standard errors and scaled tests "
        "rest on too few clusters to be relied on."
    ]


def _unusable(fitted: Fitted, scalings: _Scalings) -> list[str]:
    return [
        f"The scaling factor of the {which} is {one.factor:.3g}: a chi-square cannot be scaled "
        "by what is not positive, so what rests on it is not given."
        for which, one in zip(("model", "baseline model"), scalings, strict=True)
        if one.factor <= 0
    ]
