r"""Tests and fit of models of incomplete rows: two-stage estimates, and fit as of complete data.

Both start from the saturated estimates :math:`\tilde s` of the incomplete rows and their
covariance :math:`\Gamma`. Estimates that depend on them by
:math:`(\Delta' V \Delta)^{-1} \Delta' V`, with :math:`V` the weights of the estimation, leave the
complete-data misfit :math:`n F(\tilde s, \hat\theta)` the mean

.. math::

   k = \operatorname{tr}(P' W P \Gamma), \qquad P = I - \Delta (\Delta' V \Delta)^{-1} \Delta' V

where the model holds, with :math:`W` the information of complete rows. Two-stage estimates have
:math:`V = W` [1]_; those of full-information maximum likelihood the information of the incomplete
rows [2]_. Both are taken at the saturated estimates.

References
----------
.. [1] Savalei, V., & Bentler, P. M. (2009). A two-stage approach to missing data: Theory and
   application to auxiliary variables. *Structural Equation Modeling*, 16(3), 477-497.
   https://doi.org/10.1080/10705510903008238
.. [2] Zhang, X., & Savalei, V. (2023). New computations for RMSEA and CFI following FIML and TS
   estimation with missing data. *Psychological Methods*, 28(2), 263-283.
   https://doi.org/10.1037/met0000445
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.ml import constant, log_determinant
from servqual.sem.fitting.structure import Floats
from servqual.sem.robustness.robust import sandwich
from servqual.sem.robustness.saturated import (
    Saturated,
    complete_information,
    derivatives,
    saturated_layout,
)
from servqual.sem.robustness.scaling import alone


@dataclass(frozen=True, eq=False, kw_only=True)
class Stage:
    """One group's saturated statistics and what a model makes of them.

    Attributes
    ----------
    slopes : ndarray of shape (s, k)
        Derivatives of the statistics by the parameters.
    complete, weights : ndarray of shape (s, s)
        Information of a complete respondent, and the weights of the estimation.
    covariance : ndarray of shape (s, s)
        Of the statistics, times the group's n.
    share : float
    """

    slopes: Floats
    complete: Floats
    weights: Floats
    covariance: Floats
    share: float


def mean_misfit(stages: Sequence[Stage]) -> float:
    """Give k, the mean of the misfit where the model holds."""
    size = stages[0].slopes.shape[1]
    bread, whole = np.zeros((size, size)), np.zeros((size, size))
    cross, meat = np.zeros((size, size)), np.zeros((size, size))
    trace = 0.0
    for one in stages:
        weighted, completed = one.weights @ one.slopes, one.complete @ one.slopes
        carried = one.covariance @ weighted
        bread += one.share * (one.slopes.T @ weighted)
        whole += one.share * (one.slopes.T @ completed)
        cross += one.share * (completed.T @ carried)
        meat += one.share * (weighted.T @ carried)
        trace += float((one.complete * one.covariance).sum())
    inverse = np.linalg.inv(bread)
    around = inverse @ meat @ inverse
    return trace - 2 * float((inverse * cross.T).sum()) + float((around * whole).sum())


def information_of(stages: Sequence[Stage]) -> Floats:
    r"""Give :math:`\Delta' V \Delta` (q, q), the information of one respondent."""
    size = stages[0].slopes.shape[1]
    total = np.zeros((size, size))
    for one in stages:
        total += one.share * (one.slopes.T @ one.weights @ one.slopes)
    return total


def two_stage_covariance(stages: Sequence[Stage], bread: Floats, n: int) -> Floats:
    """Give the covariance (q, q) of two-stage estimates, from the inverse information (q, q)."""
    meat = np.zeros_like(bread)
    for one in stages:
        weighted = one.weights @ one.slopes
        meat += one.share * (weighted.T @ one.covariance @ weighted)
    return sandwich(bread, meat, n)


def stages_of(
    fitted: Fitted, saturated: Sequence[Saturated], *, robust: bool
) -> tuple[list[Stage], list[Stage]]:
    """Give the stages of a model and of its baseline model.

    Parameters
    ----------
    fitted : Fitted
    saturated : sequence of Saturated
        One a group.
    robust : bool
        Whether the saturated estimates' covariance is to hold without normality.
    """
    structure = fitted.structure
    means = structure.table.means
    layout = saturated_layout(fitted.data.names, means=means)
    p, groups = len(fitted.data.names), len(fitted.data.groups)
    i, j = np.tril_indices(p)
    size = len(layout.at)
    kept = np.flatnonzero(np.concatenate([i == j, np.ones(size - len(i), dtype=bool)]))
    model: list[Stage] = []
    baseline: list[Stage] = []
    for at, (of, implied, target, one) in enumerate(
        zip(structure.layouts, fitted.point.implied, fitted.targets, saturated, strict=True)
    ):
        complete = complete_information(layout, target.covariance, target.mean)
        weights = complete if fitted.missing == "two-stage" else one.information
        by_cells = np.zeros((size, len(structure.rows)))
        by_cells[:, of.at] = derivatives(of, implied)
        own = np.zeros((size, groups * len(kept)))
        own[kept, at * len(kept) + np.arange(len(kept))] = 1
        covariance = one.covariance(robust=robust)
        for found, slopes in ((model, structure.gradient(by_cells)), (baseline, own)):
            found.append(
                Stage(
                    slopes=slopes,
                    complete=complete,
                    weights=weights,
                    covariance=covariance,
                    share=float(target.share),
                )
            )
    return model, baseline


def complete_misfit(fitted: Fitted) -> tuple[float, float]:
    """Give n times the complete-data misfit of a model, and of its baseline model."""
    perfect = constant(fitted.targets)
    model = float(fitted.point.objective[0] - perfect)
    baseline = 0.0
    for group, target in zip(fitted.data.groups, fitted.targets, strict=True):
        _, mean, variance, _ = alone(group)
        part = np.log(variance).sum() + (np.diag(target.covariance) / variance).sum()
        part -= log_determinant(target.covariance) + len(variance)
        if target.mean is not None:
            part += ((target.mean - mean) ** 2 / variance).sum()
        baseline += float(target.share * part)
    return fitted.n * model, fitted.n * baseline
