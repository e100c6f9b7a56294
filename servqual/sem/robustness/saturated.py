r"""The saturated model of a group: what its estimates' covariance matrix is.

Its statistics are the variances and covariances :math:`\sigma_{ij}`, i >= j, row by row, and
after them the means.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from servqual.sem.fitting.information import observed_of_group
from servqual.sem.fitting.ml import expected_of_group
from servqual.sem.fitting.model_data import Group
from servqual.sem.fitting.structure import Floats, Implied, Layout, build_structure
from servqual.sem.robustness.robust import patterns_in, scores_at, weighted_sums
from servqual.sem.specification.table import Parameter, ParameterTable


@dataclass(frozen=True, eq=False, kw_only=True)
class Saturated:
    """The saturated model of a group's rows at its estimates.

    Attributes
    ----------
    information : ndarray of shape (s, s)
        Of one respondent, observed.
    meat : ndarray of shape (s, s)
        The mean product of the scores.
    inverse : ndarray of shape (s, s)
        Of the information.
    """

    information: Floats
    meat: Floats
    inverse: Floats

    @property
    def trace(self) -> float:
        """The trace of the inverse information times the meat."""
        return float((self.inverse * self.meat.T).sum())

    def covariance(self, *, robust: bool) -> Floats:
        r"""Give the covariance (s, s) of :math:`\sqrt n` times the statistics."""
        return self.inverse @ self.meat @ self.inverse if robust else self.inverse


def saturated_layout(names: Sequence[str], *, means: bool) -> Layout:
    """Lay out the model in which every statistic is a parameter."""
    rows = [
        Parameter(lhs=one, op="~~", rhs=other, group=0, free=True)
        for at, one in enumerate(names)
        for other in names[: at + 1]
    ]
    if means:
        rows += [Parameter(lhs=one, op="~1", rhs="", group=0, free=True) for one in names]
    table = ParameterTable(
        parameters=tuple(rows),
        definitions=(),
        constraints=(),
        observed=tuple(names),
        latent=(),
        means=means,
    )
    return build_structure(table).layouts[0]


def implied_by(layout: Layout, covariance: Floats, mean: Floats | None) -> Implied:
    """Give what the saturated model implies where its statistics are these."""
    cells = covariance[np.tril_indices(len(covariance))]
    if layout.means and mean is not None:
        cells = np.concatenate([cells, mean])
    return layout.implied(cells[None])


def fit_saturated(layout: Layout, group: Group) -> Saturated:
    """Take the saturated model of a group at its moments."""
    implied = implied_by(layout, group.covariance, np.asarray(group.moments.mean))
    at = patterns_in(group).sets(implied)
    if at is None:  # the moments of the group have been checked before
        raise ArithmeticError("The saturated covariance matrix is not positive definite.")
    information = observed_of_group(layout, implied, at[0]) / 2
    scores = weighted_sums([scores_at(layout, implied, group)], [group])
    mass = group.n if group.weights is None else float(group.weights.sum())
    return Saturated(
        information=information,
        meat=scores.T @ scores / mass,
        inverse=np.asarray(np.linalg.inv(information), dtype=np.float64),
    )


def complete_information(layout: Layout, covariance: Floats, mean: Floats | None) -> Floats:
    """Give the information (s, s) of a complete respondent about the statistics."""
    implied = implied_by(layout, covariance, mean)
    return expected_of_group(layout, implied, np.linalg.inv(implied.sigma))[0] / 2


def derivatives(layout: Layout, implied: Implied) -> Floats:
    """Give the derivatives (s, l) of the statistics by the free cells of a model's group."""
    q = implied.q[0]
    i, j = np.tril_indices(layout.p)
    u, v = q[:, layout.first], q[:, layout.second]
    by_cells = layout.share * (u[i] * v[j] + u[j] * v[i])
    slopes = layout.slopes(implied)
    return by_cells if slopes is None else np.concatenate([by_cells, slopes[0] * u])
