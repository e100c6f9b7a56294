"""Two waves of a survey: the same parts of both, and who stands in both."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._kernel import score
from servqual.comparisons.grouping import group_scored
from servqual.comparisons.parts import Parts, read_parts
from servqual.comparisons.reasons import Reason, reason
from servqual.errors import (
    AdmissibilityWarning,
    MissingResponseWarning,
    ResponseError,
    shortened,
    warn,
)
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores

Floats = NDArray[np.float64]
ItemsPolicy = Literal["same", "shared"]
AnyScores = GapScores | PerceptionScores

_UNKNOWN = "{n:,} respondents have no {by} and are left out."
_SHARED = "Compared on the {count} items that both waves have, without {names}."
_UNWEIGHTED = (
    "The overall scores are unweighted, because the waves do not share their items or the kind of "
    "their importance weights."
)
_OWN_WEIGHTS = (
    "The overall scores of each wave are weighted by its own importance weights, so a change of "
    "weights is part of the difference; the unweighted ones are free of it."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Wave:
    """One wave: its name, its parts, and who answered.

    Attributes
    ----------
    ids : pandas.Index
        Who each respondent is: values of an id column, or the labels of the frame.
    """

    name: str
    parts: Parts
    ids: pd.Index

    def of_rows(self, rows: NDArray[Any]) -> "Wave":
        """Give some of the respondents."""
        return replace(self, parts=self.parts.of_rows(rows), ids=self.ids[rows])


def read_waves(
    first: AnyScores, second: AnyScores | None, by: object, on: str | None, items: ItemsPolicy
) -> tuple[Wave, Wave, tuple[Reason, ...]]:
    """Read two waves from two sets of scores, or from one and a column that tells them apart."""
    if (second is None) == (by is None):
        raise ResponseError(
            "Give two sets of scores, or one and by=, the column that tells the waves apart."
        )
    if second is None:
        return _divided(first, by, on)
    _check_alike(first, second)
    parts, others, reasons = _same_parts(first, second, items)
    return (
        Wave(name="the first wave", parts=parts, ids=_ids(first, on)),
        Wave(name="the second wave", parts=others, ids=_ids(second, on)),
        reasons,
    )


def _divided(
    scores: AnyScores, by: object, on: str | None
) -> tuple[Wave, Wave, tuple[Reason, ...]]:
    grouping = group_scored(by, scores)
    if len(grouping.levels) != 2:
        raise ResponseError(
            f"Two waves are compared, but {grouping.name!r} has {len(grouping.levels)} levels: "
            f"{shortened(grouping.levels)}. Score two of them, or use compare_groups."
        )
    reasons: tuple[Reason, ...] = ()
    if grouping.n_missing:
        reasons += (reason(_UNKNOWN, n=grouping.n_missing, by=grouping.name),)
        warn(reasons[0].say(), MissingResponseWarning)
    parts, ids = read_parts(scores), _ids(scores, on)
    one, other = (
        Wave(name=f"{grouping.name} {level}", parts=parts, ids=ids).of_rows(grouping.codes == code)
        for code, level in enumerate(grouping.levels)
    )
    return one, other, reasons


def _ids(scores: AnyScores, on: str | None) -> pd.Index:
    if on is None:
        return scores.index
    frame = scores.responses.frame
    frame.require([on], "id columns")
    values = frame.pandas([on])[on].reset_index(drop=True)
    if scores.rows is not None:
        values = values[scores.rows]
    return pd.Index(values, name=on)


def _check_alike(first: AnyScores, second: AnyScores) -> None:
    one, other = first.responses.instrument, second.responses.instrument
    if type(first) is not type(second):
        raise ResponseError(
            f"The waves are {type(first).__name__} and {type(second).__name__}; score both alike."
        )
    if first.overall_of != second.overall_of:
        raise ResponseError(
            f"The overall score is the mean of {first.overall_of} in the first wave and of "
            f"{second.overall_of} in the second; score both alike."
        )
    roles = ("perception", "expectation") if isinstance(first, GapScores) else ("perception",)
    for role in roles:
        if one.scale_of(role) != other.scale_of(role):
            raise ResponseError(
                f"The waves have different {role} scales, {one.scale_of(role)} and "
                f"{other.scale_of(role)}, so their scores cannot be compared."
            )
    if "expectation" in roles and one.expectation_kind != other.expectation_kind:
        warn(
            f"The first wave asked for {one.expectation_kind or 'unstated'} and the second for "
            f"{other.expectation_kind or 'unstated'} expectations; a change of gaps is then a "
            "change of the question as well.",
            AdmissibilityWarning,
        )


def _same_parts(
    first: AnyScores, second: AnyScores, items: ItemsPolicy
) -> tuple[Parts, Parts, tuple[Reason, ...]]:
    one, other = (_homes(scores) for scores in (first, second))
    apart = [item for item in one if other.get(item) != one[item]]
    apart += [item for item in other if item not in one]
    reasons: tuple[Reason, ...] = ()
    if apart:
        shared = [item for item in one if item not in apart]
        _refuse_apart(apart, shared, items)
        reasons += (reason(_SHARED, count=len(shared), names=shortened(apart)),)
    elif first.importance == second.importance:
        if first.importance is not None:
            reasons += (Reason(_OWN_WEIGHTS),)
        like = read_parts(first)
        return like, _in_order(read_parts(second), like), reasons
    else:
        shared = list(one)
    if first.importance is not None or second.importance is not None:
        reasons += (Reason(_UNWEIGHTED),)
    return _formed(first, first, shared), _formed(second, first, shared), reasons


def _homes(scores: AnyScores) -> dict[str, str]:
    dimensions = scores.responses.instrument.dimensions
    home = {item: key for key, ids in dimensions.items() for item in ids}
    return {item: home[item] for item in scores.responses.instrument.items}


def _refuse_apart(apart: list[str], shared: list[str], items: ItemsPolicy) -> None:
    if items == "shared" and shared:
        return
    instead = (
        "items='shared' compares the others, with dimensions formed of them alone."
        if shared
        else "They share none, so nothing can be compared."
    )
    raise ResponseError(
        f"The waves differ in {len(apart)} items (asked in one wave only, or in another "
        f"dimension): {shortened(apart)}. {instead}"
    )


def _formed(scores: AnyScores, like: AnyScores, shared: list[str]) -> Parts:
    """Form dimensions and the unweighted overall score of some items alone."""
    homes = _homes(scores)
    about = scores.responses.instrument
    of = {key: [item for item in shared if homes[item] == key] for key in _homes(like).values()}
    members = {key: items for key, items in of.items() if items}
    names = scores.responses.instrument.items
    rows = [scores.item_scores[names.index(item)] for item in shared]
    scored = score(
        rows,
        None,
        [[shared.index(item) for item in items] for items in members.values()],
        gaps=any(bool(np.isnan(row).any()) for row in rows),
        overall="items" if scores.overall_of == "items" else "dimensions",
    )
    keys = pd.DataFrame(
        {
            "level": ["item"] * len(shared) + ["dimension"] * len(members) + ["overall"],
            "dimension": [homes[item] for item in shared] + list(members) + [""],
            "item": [*shared, *([""] * len(members)), ""],
            "label": [about.label(key) for key in (*shared, *members)] + ["Overall"],
        }
    )
    values = np.vstack([scored.items, scored.dimensions, scored.overall[None]], dtype=np.float64)
    return Parts(keys=keys, values=values, weights=scores.weights)


def _in_order(parts: Parts, like: Parts) -> Parts:
    """Put the parts of one wave in the order of another's."""
    names = ["level", "dimension", "item"]
    at = pd.MultiIndex.from_frame(parts.keys[names]).get_indexer(
        pd.MultiIndex.from_frame(like.keys[names])
    )
    return replace(parts, keys=like.keys, values=parts.values[at])


@dataclass(frozen=True, kw_only=True, eq=False)
class Match:
    """The respondents of two waves, put side by side if they are the same people."""

    first: Wave
    second: Wave
    paired: bool
    left_out: tuple[int, int]


def match(first: Wave, second: Wave, paired: bool | Literal["auto"], on: str | None) -> Match:
    """Decide whether the waves are paired, and put the same people side by side."""
    if paired is False and on is not None:
        raise ResponseError("on= pairs the waves by an id column, but paired=False was asked for.")
    if paired == "auto":
        paired = on is not None or _named_alike(first.ids, second.ids)
    if not paired:
        return Match(first=first, second=second, paired=False, left_out=(0, 0))
    for wave in (first, second):
        _check_ids(wave, on)
    at = second.ids.get_indexer(first.ids)
    at[first.ids.isna()] = -1
    both = at >= 0
    count = int(both.sum())
    if count < 2:
        raise ResponseError(
            f"Only {count} respondents stand in both waves by "
            f"{f'column {on!r}' if on else 'the labels of their frames'}; pairs need at least two. "
            "Name the id column in on=, or compare independent waves with paired=False."
        )
    return Match(
        first=first.of_rows(np.flatnonzero(both)),
        second=second.of_rows(at[both]),
        paired=True,
        left_out=(len(first.ids) - count, len(second.ids) - count),
    )


def _named_alike(one: pd.Index, other: pd.Index) -> bool:
    """Say whether labels are ids: both have the same name, are unique, and people recur."""
    named = one.name is not None and one.name == other.name
    return named and one.is_unique and other.is_unique and int(one.isin(other).sum()) > 1


def _check_ids(wave: Wave, on: str | None) -> None:
    known = wave.ids.dropna()
    repeated = known[known.duplicated()].unique().tolist()
    if repeated:
        where = f"Column {on!r}" if on else "The index of the frame"
        raise ResponseError(
            f"{where} names {len(repeated)} respondents of {wave.name} more than once: "
            f"{shortened(repeated)}. Pairs need one row for each respondent."
        )
