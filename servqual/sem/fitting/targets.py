"""The moments that a model is fitted to, group by group, and the patterns of incomplete rows."""

from collections.abc import Sequence

import numpy as np

from servqual.errors import ModelError
from servqual.sem.fitting.ml import Target
from servqual.sem.fitting.model_data import Group, ModelData
from servqual.sem.fitting.patterns import Patterns, find_patterns
from servqual.sem.fitting.statistics import Statistics
from servqual.sem.fitting.structure import Structure


def targets_of(data: ModelData, *, means: bool) -> tuple[Target, ...]:
    """Give what maximum likelihood fits, group by group."""
    return tuple(
        Target(
            covariance=group.covariance,
            mean=np.asarray(group.moments.mean) if means else None,
            share=_mass(group) / sum(map(_mass, data.groups)),
        )
        for group in data.groups
    )


def squares_targets(
    structure: Structure, data: ModelData, statistics: Sequence[Statistics]
) -> tuple[Target, ...]:
    """Give the moments that least squares fits, group by group.

    Covariances have the divisor n - 1; those of latent responses are in standard deviations.
    """
    found = []
    total = sum(one.share for one in statistics)
    for layout, group, one in zip(structure.layouts, data.groups, statistics, strict=True):
        many = np.bincount(layout.thresholds, minlength=layout.p)
        first = np.repeat(many > 0, np.where(many > 0, many, int(layout.means)))
        found.append(
            Target(
                covariance=group.covariance if many.any() else group.moments.covariance,
                mean=np.asarray(group.moments.mean) if layout.means else None,
                share=one.share / total,
                thresholds=one.values[: len(first)][first],
            )
        )
    return tuple(found)


def patterns_of(data: ModelData) -> tuple[Patterns, ...]:
    """Sort the rows of each group by what they answered."""
    total = sum(map(_mass, data.groups))
    found = []
    for group in data.groups:
        if group.rows is None:
            raise ModelError(
                "The answers themselves are needed, but only moments are at hand: they were given "
                "as such, or the result was unpickled. Fit the model to the answers again."
            )
        found.append(find_patterns(group.rows, group.weights, total))
    return tuple(found)


def _mass(group: Group) -> float:
    return float(group.n if group.weights is None else group.weights.sum())
