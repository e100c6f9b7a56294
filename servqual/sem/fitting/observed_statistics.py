"""The statistics of the data that least squares fits, with their weights and casewise influence."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from servqual.errors import ModelError
from servqual.polychoric.moments import OrdinalMoments
from servqual.sem.fitting.gamma import Gamma, gamma_of
from servqual.sem.fitting.layout import Floats, Layout
from servqual.sem.fitting.model_data import Group, ModelData
from servqual.sem.fitting.statistics import Statistics

Weighting = Literal["ones", "normal", "variances"]


def observed_statistics(
    data: ModelData,
    layouts: Sequence[Layout],
    weighting: Weighting,
    responses: Sequence[OrdinalMoments],
    *,
    with_influence: bool,
) -> tuple[Statistics, ...]:
    """Give what least squares fits, group by group.

    Parameters
    ----------
    data : ModelData
    layouts : sequence of Layout
    weighting : {"ones", "normal", "variances"}
        Ones; those of normal theory; the inverse variances of the statistics.
    responses : sequence of OrdinalMoments
        Of each group, where variables are ordered; else empty.
    with_influence : bool
        Whether errors and tests are to hold whatever the distribution is.
    """
    mass = [_mass(group) for group in data.groups]
    found = []
    for at, (group, layout) in enumerate(zip(data.groups, layouts, strict=True)):
        n = group.n
        share = mass[at] / sum(mass) * (n - 1) / n
        influence = root = None
        if responses:
            values, influence = responses[at].statistics, responses[at].influence
        else:
            values = _continuous(layout, group.moments.covariance, group.moments.mean)
            if with_influence or weighting == "variances":
                influence = _influence(layout, group)
        if weighting == "normal":
            root = _root(group)
            mean = root.T @ np.asarray(group.moments.mean)
            values = _continuous(layout, np.eye(layout.p), mean)
        gamma = None if influence is None else gamma_of(influence)
        variance = None if gamma is None else gamma.diagonal * ((n - 1) / n)
        if influence is not None and group.clusters is not None:
            gamma = Gamma(_within_clusters(influence, data, at) / np.sqrt(n - 1), rooted=True)
        found.append(
            Statistics(
                values=values,
                weights=_weights(layout, weighting, values, variance),
                root=root,
                share=share,
                n=n,
                gamma=gamma if with_influence else None,
            )
        )
    return tuple(found)


def _mass(group: Group) -> float:
    return float(group.n if group.weights is None else group.weights.sum())


def _continuous(layout: Layout, covariance: Floats, mean: Floats) -> Floats:
    column, row = np.triu_indices(layout.p, 1)
    places = np.asarray(mean) if layout.means else np.zeros(0)
    return np.concatenate([places, np.diag(covariance), covariance[row, column]])


def _influence(layout: Layout, group: Group) -> Floats:
    """Give the influence of each row on the means, variances and covariances of a group."""
    if group.rows is None:
        raise ModelError(
            "Weights of the statistics and robust tests need the answers themselves, but only "
            "moments are given. Take estimator='GLS' or 'ML', or give the answers."
        )
    off = group.rows - np.asarray(group.moments.mean)
    column, row = np.triu_indices(layout.p, 1)
    products = np.concatenate([off**2, off[:, row] * off[:, column]], axis=1)
    w = np.ones(group.n) if group.weights is None else group.weights * (group.n / _mass(group))
    products = products - w @ products / group.n
    every = np.concatenate([off, products], axis=1) if layout.means else products
    return np.asarray(w[:, None] * every)


def _root(group: Group) -> Floats:
    precision = np.linalg.inv(np.asarray(group.moments.covariance))
    return np.asarray(np.linalg.cholesky(precision))


def _weights(
    layout: Layout, weighting: Weighting, values: Floats, variance: Floats | None
) -> Floats:
    if variance is not None and weighting == "variances":
        return 1 / variance
    weights = np.ones(len(values))
    if weighting == "normal":
        p = layout.p
        weights[len(values) - p * (p + 1) // 2 :][:p] = 0.5
    return weights


def _within_clusters(influence: Floats, data: ModelData, at: int) -> Floats:
    """Sum a group's rows within each of the clusters of all groups together."""
    clusters = [group.clusters for group in data.groups if group.clusters is not None]
    many = int(max(one.max() for one in clusters)) + 1
    own = clusters[at]
    here = len(np.unique(own))
    if here < 2:
        where = f" of group {data.groups[at].label!r}" if data.groups[at].label else ""
        raise ModelError(
            f"All respondents{where} are in one cluster; standard errors need several clusters."
        )
    summed = np.zeros((many, influence.shape[1]))
    np.add.at(summed, own, influence)
    return summed * np.sqrt(here / (here - 1))
