r"""Standard errors that hold without normality: scores of the rows, and the sandwich made of them.

With :math:`A` the information of one respondent and :math:`s_i` the derivatives of the
log-likelihood of row i by the parameters, the estimates have the covariance matrix

.. math:: \frac1n A^{-1} B A^{-1}, \qquad B = \frac1n \sum_i w_i^2 s_i s_i'

[1]_ [2]_; scores are summed within clusters first, where there are any, and :math:`B` is
multiplied by :math:`J/(J - 1)` for J clusters.

References
----------
.. [1] White, H. (1982). Maximum likelihood estimation of misspecified models. *Econometrica*,
   50(1), 1-25. https://doi.org/10.2307/1912526
.. [2] Yuan, K.-H., & Bentler, P. M. (2000). Three likelihood-based methods for mean and
   covariance structure analysis with nonnormal missing data. *Sociological Methodology*, 30(1),
   165-200. https://doi.org/10.1111/0081-1750.00078
"""

from collections.abc import Sequence

import numpy as np

from servqual.errors import ModelError
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.information import scores_of_rows
from servqual.sem.fitting.model_data import Group
from servqual.sem.fitting.patterns import Patterns, find_patterns
from servqual.sem.fitting.structure import Floats, Implied, Layout

_CHUNK = 512


def rows_of(group: Group) -> Floats:
    """Give the answers (n, p) of a group.

    Raises
    ------
    ModelError
        If only moments are at hand.
    """
    if group.rows is None:
        raise ModelError(
            "Robust statistics need the answers themselves, but only moments are at hand: they "
            "were given as such, or the result was unpickled. Fit the model to the answers, or "
            "take estimator='ML'."
        )
    return group.rows


def mass_of(group: Group) -> float:
    """Give the sum of the weights of a group's respondents; without weights, their number."""
    return float(group.n if group.weights is None else group.weights.sum())


def scores_at(layout: Layout, implied: Implied, group: Group) -> Floats:
    """Give each row's derivatives (n, l) of its log-likelihood by the cells of one group.

    In a model without means, each variable has its own mean.
    """
    rows = rows_of(group)
    mean = np.asarray(group.moments.mean) if implied.mu is None else implied.mu[0]
    off = rows - mean
    blank = np.isnan(rows)
    if not blank.any():
        return scores_of_rows(layout, implied, np.linalg.inv(implied.sigma[0]), off)
    off[blank] = 0.0
    patterns = patterns_in(group)
    at = patterns.sets(implied)
    if at is None:
        raise ModelError("The implied covariance matrix is not positive definite.")
    precision = at[0].precision
    scores = np.empty((len(rows), len(layout.at)))
    for begin in range(0, len(rows), _CHUNK):
        some = slice(begin, begin + _CHUNK)
        scores[some] = scores_of_rows(layout, implied, precision[patterns.of[some]], off[some])
    return scores


def patterns_in(group: Group) -> Patterns:
    """Sort a group's rows by what they answered, with the shares in this group."""
    return find_patterns(rows_of(group), group.weights, mass_of(group))


def weighted_sums(scores: Sequence[Floats], groups: Sequence[Group]) -> Floats:
    r"""Stack the rows' scores of groups (n_g, k), weighted, and summed within clusters.

    Scores of a group with J clusters are multiplied by :math:`\sqrt{J/(J - 1)}`, so that the
    products of the sums do not come out too small.
    """
    stacked = np.concatenate(
        [one * _factor(group) for one, group in zip(scores, groups, strict=True)]
    )
    clusters = [group.clusters for group in groups if group.clusters is not None]
    if not clusters:
        return stacked
    of = np.concatenate(clusters)
    order = np.argsort(of, kind="stable")
    starts = np.flatnonzero(np.diff(of[order], prepend=-1))
    return np.asarray(np.add.reduceat(stacked[order], starts, axis=0))


def _factor(group: Group) -> Floats | float:
    weights: Floats | float = 1.0 if group.weights is None else group.weights[:, None]
    if group.clusters is None:
        return weights
    many = len(np.unique(group.clusters))
    if many < 2:
        where = f" of group {group.label!r}" if group.label else ""
        raise ModelError(
            f"All respondents{where} are in one cluster; standard errors need several clusters."
        )
    return weights * np.sqrt(many / (many - 1))


def parameter_scores(fitted: Fitted) -> Floats:
    """Give the derivatives of the log-likelihood by the parameters (n, q), row by row.

    They are weighted, and summed within clusters where there are any.
    """
    structure = fitted.structure
    found = []
    for layout, implied, group in zip(
        structure.layouts, fitted.point.implied, fitted.data.groups, strict=True
    ):
        by_cells = np.zeros((group.n, len(structure.rows)))
        by_cells[:, layout.at] = scores_at(layout, implied, group)
        found.append(np.asarray(structure.gradient(by_cells)))
    return weighted_sums(found, fitted.data.groups)


def sandwich(bread: Floats, meat: Floats, n: int) -> Floats:
    """Give the covariance matrix (q, q) of estimates from the inverse information of a respondent.

    NaN where the inverse is NaN.
    """
    unknown = ~np.isfinite(np.diag(bread))
    inverse = np.where(np.isfinite(bread), bread, 0.0)
    covariance = inverse @ meat @ inverse / n
    covariance[unknown] = covariance[:, unknown] = np.nan
    return np.asarray(covariance)
