"""Ordered variables of a model: which they are, their categories, and their latent responses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from servqual.errors import ModelError, ResponseError, nearest, shortened
from servqual.moments import Moments
from servqual.polychoric.moments import OrdinalMoments, ordinal_moments
from servqual.sem.fitting.model_data import Group, Missing, ModelData, Source
from servqual.sem.specification.table import ParameterTable


def ordered_names(
    ordered: bool | str | Collection[str], table: ParameterTable, columns: Collection[str]
) -> tuple[str, ...]:
    """Choose the ordered variables: all that are explained (True), those named, those with `|`.

    Raises
    ------
    ModelError
        If one is no column of the data.
    """
    said = {row.lhs for row in table.parameters if row.op == "|"}
    if isinstance(ordered, bool):
        named = {name for name in table.endogenous if name in table.observed} if ordered else set()
    else:
        named = {ordered} if isinstance(ordered, str) else set(map(str, ordered))
    unknown = sorted(named - set(columns))
    if unknown:
        raise ModelError(
            f"ordered names {shortened(unknown)}, which the data do not have."
            f"{nearest(unknown[0], columns)}"
        )
    return tuple(name for name in table.observed if name in named | said)


def latent_responses(
    data: ModelData, ordered: Collection[str], missing: Missing
) -> tuple[ModelData, tuple[OrdinalMoments, ...]]:
    """Estimate thresholds and correlations of the latent responses, group by group.

    Returns
    -------
    tuple
        The data with these correlations as their moments, and the moments with their influence.

    Raises
    ------
    ResponseError
        If a group has no answer in a category that another one uses.
    """
    found = []
    for group in data.groups:
        if group.rows is None:  # refused before
            raise ModelError("Ordered variables need the answers themselves.")
        weights = None
        if group.weights is not None:
            weights = group.weights * (group.n / group.weights.sum())
        found.append(
            ordinal_moments(
                dict(zip(data.names, group.rows.T, strict=True)),
                ordered,
                weights=weights,
                missing="pairwise" if missing == "pairwise" else "listwise",
            )
        )
    _check_categories(data, found)
    groups = tuple(_with_moments(group, of) for group, of in zip(data.groups, found, strict=True))
    several = len(found) > 1
    remarks = [
        f"{group.label}: {note}" if several else note
        for group, of in zip(data.groups, found, strict=True)
        for note in of.notes
    ]
    return replace(data, groups=groups, remarks=tuple(remarks)), tuple(found)


def n_thresholds(responses: Sequence[OrdinalMoments]) -> Mapping[str, int]:
    """Count the thresholds of each ordered variable."""
    first = responses[0]
    return {
        name: len(cuts)
        for name, cuts, is_ordered in zip(first.names, first.thresholds, first.ordered, strict=True)
        if is_ordered
    }


def check_thresholds(table: ParameterTable, responses: Sequence[OrdinalMoments]) -> None:
    """Refuse a model text with more thresholds than the answers have.

    Raises
    ------
    ModelError
    """
    there = n_thresholds(responses) if responses else {}
    for row in table.parameters:
        if row.op == "|" and int(row.rhs.removeprefix("t")) > there.get(row.lhs, 0):
            many = there.get(row.lhs, 0)
            raise ModelError(
                f"The model names the threshold {row.lhs} | {row.rhs}, but the answers to "
                f"{row.lhs!r} are in {many + 1} categories, with {many} thresholds between them. "
                "Leave it out; thresholds need not be written."
            )


def _with_moments(group: Group, of: OrdinalMoments) -> Group:
    n = group.n
    moments = Moments(
        names=of.names,
        n=n,
        mean=of.mean,
        covariance=of.covariance * (n / (n - 1)),
        n_excluded=group.moments.n_excluded,
    )
    return replace(group, moments=moments)


def _check_categories(data: ModelData, found: Sequence[OrdinalMoments]) -> None:
    first = found[0]
    for at, name in enumerate(first.names):
        if not first.ordered[at]:
            continue
        used = [set(of.levels[at] or ()) for of in found]
        every = set().union(*used)
        for group, own in zip(data.groups, used, strict=True):
            lacking = sorted(every - own)
            if lacking:
                named = ", ".join(f"{value:g}" for value in lacking[:5])
                raise ResponseError(
                    f"In group {group.label!r} nobody answered {name!r} with {named}, while others "
                    "did, so its thresholds cannot be compared. Merge that category with its "
                    "neighbour in all groups, or leave the item out of ordered=."
                )


def refuse_gaps(ordered: Collection[str], source: Source) -> None:
    """Refuse differences of two answers as ordered variables.

    Raises
    ------
    ModelError
    """
    gaps = [name for name in ordered if _is_gap(name, source)]
    if gaps:
        raise ModelError(
            f"{shortened(gaps)} are differences of two answers, and no ordered categories: equal "
            "differences come from different pairs of answers. Take the perceptions (or the "
            "expectations) as ordered, both by expectation_perception_invariance, or the gaps "
            "without ordered=. Columns that only look like gaps need another name."
        )


_DIFFERENCES = {"G": "PE", "A": "PM", "S": "PE"}


def _is_gap(name: str, source: Source) -> bool:
    """Say whether a column is P - E (or P - M), or is called as a gap is, with negative values."""
    pair = _DIFFERENCES.get(name[:1])
    if pair is None or not name[1:]:
        return False
    values = source.column(name)
    parts = [f"{letter}{name[1:]}" for letter in pair]
    if all(part in source.names for part in parts):
        off = source.column(parts[0]) - source.column(parts[1]) - values
        known = off[~np.isnan(off)]
        return bool(len(known)) and not known.any()
    return name[0] == "G" and name[1:].isdigit() and bool((values < 0).any())
