r"""Predictions of answers from a path model, and from linear regressions beside it.

Of a row x, with the means m and standard deviations s of the rows that a model was estimated from,
the scores are :math:`z = W'(x - m)`. An outcome is predicted as :math:`\hat z_j = \sum_k b_{jk}
z_k`, with the scores of its predictors as their indicators give them (direct antecedents) or as
they are predicted themselves from the constructs that nothing explains (earliest antecedents),
and an indicator of it with loading :math:`\lambda` as :math:`\hat x = m + s \lambda \hat z_j` [1]_.

References
----------
.. [1] Shmueli, G., Ray, S., Velasquez Estrada, J. M., & Chatla, S. B. (2016). The elephant in the
   room: Predictive performance of PLS models. *Journal of Business Research*, 69(10), 4552-4564.
   https://doi.org/10.1016/j.jbusres.2016.03.049
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.layout import Index, Plan
from servqual.pls.fitting.regressions import Floats, inverses
from servqual.pls.prediction.folds import TrainingSets


@dataclass(frozen=True, kw_only=True)
class Roles:
    """What the columns of a plan are predicted with.

    Attributes
    ----------
    owner : ndarray of int of shape (p,)
        The construct of the paths that each column belongs to, through its part if it has one.
    predicted : ndarray of int
        The columns of outcomes.
    """

    owner: Index
    predicted: Index


def roles_of(plan: Plan) -> Roles:
    """Tell which columns are predicted."""
    owner = plan.final.owner[_second_places(plan)]
    explained = np.isin(owner, plan.structure.outcomes)
    return Roles(owner=owner, predicted=np.flatnonzero(explained))


def column_loadings(estimates: Estimates, plan: Plan) -> Floats:
    """Give the loadings of the columns on the constructs of the paths: (B, p).

    Those of columns of parts are products: of the column on the part, and of the part.
    """
    found = estimates.loadings[:, _second_places(plan)]
    if estimates.first is None:
        return found
    inside = np.array([name not in plan.final.indicators for name in plan.columns])
    return np.where(inside, found * estimates.first.loadings, found)


def _second_places(plan: Plan) -> Index:
    """Where each column, or the part it belongs to, stands among the indicators: (p,)."""
    at = {name: i for i, name in enumerate(plan.final.indicators)}
    layout = plan.first or plan.final
    part = [layout.blocks[j].name for j in layout.owner]
    return np.array(
        [at.get(name, at.get(block, 0)) for name, block in zip(plan.columns, part, strict=True)]
    )


class Forecasts:
    """Predictions from the estimates of training sets.

    Parameters
    ----------
    estimates : Estimates
        Of B training sets.
    sets : TrainingSets
    plan : Plan
    standardized : bool
        Whether the weights are of standardised columns.
    direct : bool
        Whether predictors are taken as their indicators give them.
    """

    def __init__(
        self,
        estimates: Estimates,
        sets: TrainingSets,
        plan: Plan,
        *,
        standardized: bool,
        direct: bool,
    ) -> None:
        self._estimates, self._sets, self._plan, self._direct = estimates, sets, plan, direct
        self._roles = roles_of(plan)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = sets.spread[:, :, None]
            self._weights = estimates.from_columns / (spread if standardized else 1.0)
        self._slopes = _linear_slopes(sets, self._roles, plan, direct=direct)
        self._loadings = column_loadings(estimates, plan) * sets.spread

    def by_model(self, rows: Floats, number: int) -> Floats:
        """Predict the columns of outcomes by the path model: (rows, columns)."""
        structure, roles = self._plan.structure, self._roles
        mean = self._sets.mean[number]
        measured = self._with_products((rows - mean) @ self._weights[number], number)
        found = measured.copy()
        for outcome in structure.outcomes:
            source = measured if self._direct else self._with_products(found, number)
            found[:, outcome] = source @ self._estimates.paths[number, outcome]
        at = roles.predicted
        return mean[at] + self._loadings[number, at] * found[:, roles.owner[at]]

    def by_regression(self, rows: Floats, number: int) -> Floats:
        """Predict them by linear regressions on the columns that the model predicts from."""
        mean = self._sets.mean[number]
        return mean[self._roles.predicted] + (rows - mean) @ self._slopes[number]

    def by_mean(self, number: int) -> Floats:
        """Predict them by their means in training: (columns,)."""
        return self._sets.mean[number, self._roles.predicted]

    def _with_products(self, scores: Floats, number: int) -> Floats:
        """Put products of scores, standardised as in training, behind the scores."""
        products, between = self._plan.products, self._estimates.composites[number]
        plain = scores[:, : len(between)]
        times = [plain[:, one] * plain[:, other] - between[one, other] for one, other in products]
        if not times:
            return plain
        return np.column_stack([plain, np.array(times).T / self._estimates.spread[number]])


def _linear_slopes(sets: TrainingSets, roles: Roles, plan: Plan, *, direct: bool) -> Floats:
    """Regress the columns of outcomes on those they are predicted from: (B, p, predicted).

    These are the columns of the predictors of each outcome, or of all constructs that nothing
    explains. NaN where they determine one another.
    """
    structure, spread = plan.structure, sets.spread
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations = sets.covariance / (spread[:, :, None] * spread[:, None, :])
    found = np.zeros((len(spread), len(roles.owner), len(roles.predicted)))
    for outcome, predictors in zip(structure.outcomes, structure.predictors, strict=True):
        chosen = np.isin(roles.owner, predictors)
        if not direct:
            chosen = ~np.isin(roles.owner, structure.outcomes)
        x = np.flatnonzero(chosen)
        of_outcome = np.flatnonzero(roles.owner[roles.predicted] == outcome)
        y = roles.predicted[of_outcome]
        standardised = inverses(correlations[:, x[:, None], x]) @ correlations[:, x[:, None], y]
        with np.errstate(divide="ignore", invalid="ignore"):
            slopes = standardised * spread[:, None, y] / spread[:, x, None]
        found[:, x[:, None], of_outcome] = slopes
    return found


def held_out(labels: NDArray[np.intp]) -> list[tuple[int, Index]]:
    """Give the repeat and the rows of each fold, in the order of the training sets."""
    return [
        (repeat, np.flatnonzero(label == fold))
        for repeat, label in enumerate(labels)
        for fold in range(label.max() + 1)
    ]
