"""The data that a structural model is fitted to: rows or moments, group by group."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._frames import Frame, read_frame, read_numbers
from servqual._weights import check_weights, read_weights
from servqual.errors import (
    ConvergenceError,
    MissingResponseWarning,
    ModelError,
    ResponseError,
    shortened,
    warn,
)
from servqual.moments import Moments, moments_of_columns
from servqual.sample import Sample
from servqual.scores.common import Scores
from servqual.sem.fitting.structure import Floats

Missing = Literal["listwise", "pairwise", "fiml", "two-stage"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Group:
    """The respondents of one group.

    Attributes
    ----------
    label : str
        "" where there is one group.
    moments : Moments
        Of the complete rows; where rows are incomplete, EM estimates.
    rows : ndarray of shape (n, p) or None
        NaN where not answered; None where only moments are known.
    weights : ndarray of shape (n,) or None
        Sampling weights, scaled to sum to n over all groups.
    clusters : ndarray of int of shape (n,) or None
        Which of the clusters of all groups together each respondent is in.
    unsaturated : str
        Why there is no saturated model of incomplete rows; "" where there is one. The moments
        are then rough ones, good enough to start from.
    """

    label: str
    moments: Moments
    rows: Floats | None
    weights: Floats | None
    clusters: NDArray[np.intp] | None = None
    unsaturated: str = ""

    @property
    def n(self) -> int:
        """How many respondents."""
        return self.moments.n

    @property
    def covariance(self) -> Floats:
        """The covariance with divisor n, which maximum likelihood takes."""
        n = self.n
        return np.asarray(self.moments.covariance * ((n - 1) / n))


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelData:
    """The groups of a structural model's data.

    Attributes
    ----------
    names : tuple of str
    groups : tuple of Group
    n_excluded : int
    sample : Sample or None
    remarks : tuple of str
        What was merged or added in the tables of ordered variables.
    """

    names: tuple[str, ...]
    groups: tuple[Group, ...]
    n_excluded: int
    sample: Sample | None
    remarks: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """How many respondents in all."""
        return sum(group.n for group in self.groups)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the groups."""
        return tuple(group.label for group in self.groups)


@dataclass(frozen=True, eq=False, kw_only=True)
class Source:
    """What the user gave, before the model says which of it is needed."""

    names: tuple[str, ...]
    frame: Frame | None
    sample: Sample | None
    moments: Moments | None
    weights: NDArray[np.float64] | None
    group: NDArray[np.object_] | None
    cluster: NDArray[np.object_] | None = None

    def column(self, name: str) -> NDArray[np.float64]:
        """Give a column of the answers as numbers; NaN where not answered."""
        if self.sample is not None:
            return self.sample.matrix([name])[:, 0]
        if self.frame is None:
            raise ResponseError("There are no answers, only moments.")
        return np.asarray(read_numbers(self.frame, name).values, dtype=np.float64)


def read_source(
    data: object,
    *,
    group: str | None = None,
    weights: str | ArrayLike | None = None,
    cluster: str | None = None,
) -> Source:
    """Read a frame, scores, a sample or moments.

    Raises
    ------
    ResponseError
        If the data are none of these, or have no such column.
    """
    if isinstance(data, Moments):
        if group is not None or weights is not None or cluster is not None:
            raise ResponseError(
                "group=, weights= and cluster= need the answers themselves, but only moments are "
                "given."
            )
        return _source(data.names, moments=data)
    if isinstance(data, Sample):
        held = data.weights if weights is None else check_weights(_no_name(weights), len(data))
        labels, clusters = (
            None if one is None else _labels(data.matrix([one])[:, 0]) for one in (group, cluster)
        )
        return _source(data.names, sample=data, weights=held, group=labels, cluster=clusters)
    if isinstance(data, Scores):
        weights = data.weights if weights is None else weights
        data = _all_columns(data)
    frame = read_frame(data)
    frame.require([one for one in (group, cluster) if one is not None])
    labels, clusters = (
        None if one is None else _labels(frame.pandas([one])[one]) for one in (group, cluster)
    )
    return _source(
        tuple(frame.names),
        frame=frame,
        weights=read_weights(frame, weights),
        group=labels,
        cluster=clusters,
    )


def _all_columns(scores: Scores) -> pd.DataFrame:
    """Give the scores and answers, and beside them whatever else the respondents were asked."""
    own: pd.DataFrame = scores.to_data()  # type: ignore[attr-defined]
    asked = scores.responses.frame
    extra = [name for name in asked.names if name not in own.columns]
    if not extra:
        return own
    others = asked.pandas(extra)
    others = others if scores.rows is None else others[scores.rows]
    return pd.concat([own, others.set_axis(own.index)], axis=1)


def _source(
    names: tuple[str, ...],
    *,
    frame: Frame | None = None,
    sample: Sample | None = None,
    moments: Moments | None = None,
    weights: NDArray[np.float64] | None = None,
    group: NDArray[np.object_] | None = None,
    cluster: NDArray[np.object_] | None = None,
) -> Source:
    return Source(
        names=names,
        frame=frame,
        sample=sample,
        moments=moments,
        weights=weights,
        group=group,
        cluster=cluster,
    )


def _no_name(weights: str | ArrayLike) -> ArrayLike:
    if isinstance(weights, str):
        raise ResponseError("Give the weights of a sample as an array, not as a column's name.")
    return weights


def _labels(values: Iterable[object]) -> NDArray[np.object_]:
    return np.array([_label(one) for one in values], dtype=object)


def _label(one: object) -> str | None:
    if one is None or one is pd.NA or one != one:
        return None
    if isinstance(one, (float, np.floating)) and float(one).is_integer():
        return str(int(one))
    return str(one)


def read_model_data(source: Source, names: Sequence[str], missing: Missing) -> ModelData:
    """Take the model's variables from what the user gave, row by row or as moments.

    Raises
    ------
    ResponseError
        If columns are not numbers, or no row is left.
    ModelError
        If moments are given where incomplete rows are asked for.
    """
    if source.moments is not None:
        if missing != "listwise":
            raise ModelError(
                f"missing={missing!r} needs the answers themselves, but only moments are given."
            )
        group = Group(label="", moments=source.moments.select(names), rows=None, weights=None)
        return ModelData(
            names=tuple(names),
            groups=(group,),
            n_excluded=group.moments.n_excluded,
            sample=None,
        )
    sample = source.sample
    if sample is None and source.frame is not None:
        columns = {name: read_numbers(source.frame, name).values for name in names}
        sample = Sample(columns=columns, weights=source.weights)
    if sample is None:
        raise ResponseError("There are no data.")
    rows = sample.matrix(names)
    kept = _kept(rows, source, missing)
    labels = [""]
    if source.group is not None:
        labels = list(dict.fromkeys(one for one in source.group[kept] if one is not None))
    weights = source.weights
    if weights is not None:
        weights = weights * (kept.sum() / weights[kept].sum())
    clusters = None
    if source.cluster is not None:
        clusters = np.full(len(rows), -1, dtype=np.intp)
        clusters[kept] = pd.factorize(source.cluster[kept])[0]
    groups = []
    for label in labels:
        inside = kept if source.group is None else kept & (source.group == label)
        own = None if weights is None else weights[inside]
        group = _group(label, names, rows[inside], own, missing)
        groups.append(group if clusters is None else replace(group, clusters=clusters[inside]))
    return ModelData(
        names=tuple(names),
        groups=tuple(groups),
        n_excluded=len(rows) - int(kept.sum()),
        sample=sample,
    )


def _kept(rows: Floats, source: Source, missing: Missing) -> NDArray[np.bool_]:
    """Choose the rows that count, and say how many do not."""
    answered = ~np.isnan(rows)
    if np.isinf(rows).any():
        raise ResponseError("The data hold infinite values; a model takes finite ones only.")
    complete = answered.all(axis=1)
    kept = complete.copy() if missing == "listwise" else answered.any(axis=1)
    if not kept.any():
        raise ResponseError(
            "No respondent answered every variable of the model. With missing='fiml' (ordered "
            "variables: 'pairwise') every row counts with what it answered."
        )
    out = len(rows) - int(kept.sum())
    if missing == "listwise" and out:
        warn(
            f"{out:,} of {len(rows):,} respondents did not answer every variable of the model and "
            "are left out (missing='listwise').",
            MissingResponseWarning,
        )
    elif missing != "listwise":
        blank = int((~answered[kept]).sum())
        if blank or out:
            warn(
                f"{blank:,} of {answered[kept].size:,} answers are missing; every row counts with "
                f"what it answered (missing={missing!r})."
                + (f" {out:,} rows without any answer are left out." if out else ""),
                MissingResponseWarning,
            )
    if source.weights is not None:
        kept &= source.weights > 0
    for what, of in (("group", source.group), ("cluster", source.cluster)):
        if of is None:
            continue
        unknown = kept & np.array([one is None for one in of])
        if unknown.any():
            warn(
                f"{int(unknown.sum()):,} respondents are in no {what} and are left out.",
                MissingResponseWarning,
            )
        kept &= ~unknown
    return np.asarray(kept)


def _group(
    label: str,
    names: Sequence[str],
    rows: Floats,
    weights: NDArray[np.float64] | None,
    missing: Missing,
) -> Group:
    rows.flags.writeable = False
    where = f" in group {label!r}" if label else ""
    if len(rows) < 2:
        raise ResponseError(f"A model needs at least two respondents; {len(rows)} are left{where}.")
    columns = dict(zip(names, rows.T, strict=True))
    constant = [name for name, one in columns.items() if np.nanmax(one) == np.nanmin(one)]
    if constant:
        raise ResponseError(
            f"{len(constant)} variables do not vary{where}: {shortened(constant)}. Leave them out "
            "of the model."
        )
    if not np.isnan(rows).any():
        moments = moments_of_columns(columns, weights)
        return Group(label=label, moments=moments, rows=rows, weights=weights)
    if missing == "pairwise":
        return Group(label=label, moments=_rough(names, rows), rows=rows, weights=weights)
    reason = ""
    try:
        moments = _saturated(columns, weights)
    except (ConvergenceError, ResponseError) as error:
        reason = f"The saturated model cannot be estimated{where}: {error}"
        moments = _rough(names, rows)
    return Group(label=label, moments=moments, rows=rows, weights=weights, unsaturated=reason)


def _saturated(columns: Mapping[str, Floats], weights: NDArray[np.float64] | None) -> Moments:
    with warnings.catch_warnings():
        # What is missing has been said already.
        warnings.simplefilter("ignore", MissingResponseWarning)
        return Moments.from_missing(pd.DataFrame(columns), weights=weights)


def _rough(names: Sequence[str], rows: Floats) -> Moments:
    """Take each mean and variance from what was answered, and half of what pairs say."""
    answered = ~np.isnan(rows)
    mean = np.nanmean(rows, axis=0)
    centred = np.where(answered, rows - mean, 0.0)
    together = answered.T.astype(np.float64) @ answered
    covariance = centred.T @ centred / np.maximum(together, 1)
    off = ~np.eye(len(names), dtype=bool)
    covariance[off] *= 0.5
    return Moments(names=tuple(names), n=len(rows), mean=mean, covariance=covariance)
