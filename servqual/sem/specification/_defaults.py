"""What a model text leaves unsaid: markers, variances, covariances, intercepts."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from servqual.errors import ModelError
from servqual.sem.specification._modifiers import NO_MODIFIERS, entry_of, is_value
from servqual.sem.specification._roles import Roles
from servqual.sem.specification._tokens import fail
from servqual.sem.specification.parameters import Parameter, written
from servqual.sem.specification.syntax import INTERCEPT, Model, Relation

Thresholds = Mapping[str, int]


def complete(
    model: Model,
    roles: Roles,
    *,
    std_lv: bool,
    means: bool,
    n_groups: int,
    thresholds: Thresholds,
    orthogonal: bool,
) -> tuple[Parameter, ...]:
    """Give the rows of the text, then those added by default, group after group."""
    markers = {} if std_lv else {(name, its[0]) for name, its in roles.indicators.items()}
    known = {relation.key for relation in model.relations}
    added = [
        replace(one, by_user=False)
        for one in _defaults(roles, std_lv, means, thresholds, orthogonal)
        if _key(one) not in known
    ]
    rows: list[Parameter] = []
    for group in range(n_groups):
        rows += (
            _said(relation, group, n_groups, markers, model.text) for relation in model.relations
        )
        rows += (replace(one, group=group) for one in added)
    return _shared(rows)


def _key(one: Parameter) -> tuple[str, ...]:
    return Relation(lhs=one.lhs, op=one.op, rhs=one.rhs, modifiers=NO_MODIFIERS, at=0).key


def _said(
    relation: Relation,
    group: int,
    n_groups: int,
    markers: Collection[tuple[str, str]],
    text: str,
) -> Parameter:
    said = relation.modifiers
    for entries in (said.fixed, said.start, said.label):
        if len(entries) > 1 and len(entries) != n_groups:
            fail(
                text,
                relation.at,
                f"c() has {len(entries)} entries before {relation.rhs or '1'!r}, but there "
                f"{'is 1 group' if n_groups == 1 else f'are {n_groups} groups'}.",
            )
    fixed, start = entry_of(said.fixed, group), entry_of(said.start, group)
    if relation.op == "=~" and (relation.lhs, relation.rhs) in markers and fixed is None:
        if is_value(said.start, group):
            fail(
                text,
                relation.at,
                f"{relation.rhs!r} sets the scale of {relation.lhs!r}, fixed to 1, so it has no "
                f"start value; NA*start(...)*{relation.rhs} would free it.",
            )
        fixed = 1.0
    free = fixed is None or math.isnan(fixed)
    return Parameter(
        lhs=relation.lhs,
        op=relation.op,
        rhs=relation.rhs,
        group=group,
        free=free,
        value=(math.nan if start is None else start) if free else fixed,
        label=entry_of(said.label, group) or "",
    )


def _defaults(
    roles: Roles, std_lv: bool, means: bool, thresholds: Thresholds, orthogonal: bool
) -> Iterator[Parameter]:
    explained = {*roles.outcomes, *roles.measuring}
    exogenous = [
        name for name in roles.observed if name in roles.predictors and name not in explained
    ]
    for name in roles.observed:
        if name not in exogenous:
            yield _variance(name, roles, thresholds)
    for name in roles.latent:
        alone = name in roles.only_indicators
        value = 0.0 if alone else 1.0 if std_lv else math.nan
        yield _row(name, "~~", name, value)
    unmoved = [name for name in roles.latent if name not in explained]
    for one, other in combinations(unmoved, 2):
        yield _row(one, "~~", other, 0.0 if orthogonal else math.nan)
    pure = [
        name
        for name in (*roles.latent, *roles.observed)
        if name in roles.outcomes and name not in {*roles.predictors, *roles.measuring}
    ]
    for one, other in combinations(pure, 2):
        apart = orthogonal and one in roles.latent and other in roles.latent
        yield _row(one, "~~", other, 0.0 if apart else math.nan)
    for at, one in enumerate(exogenous):
        yield _variance(one, roles, thresholds)
        for other in exogenous[at + 1 :]:
            yield _row(one, "~~", other, math.nan)
    for name, n in thresholds.items():
        for at in range(1, n + 1):
            yield _row(name, "|", f"t{at}", math.nan)
    if thresholds:
        for name in thresholds:
            yield _row(name, "~*~", name, 1.0)
    if means:
        for name in roles.observed:
            yield _row(name, INTERCEPT, "", 0.0 if name in thresholds else math.nan)
        for name in roles.latent:
            yield _row(name, INTERCEPT, "", 0.0)


def _variance(name: str, roles: Roles, thresholds: Thresholds) -> Parameter:
    if name in roles.only_indicators:
        return _row(name, "~~", name, 0.0)
    return _row(name, "~~", name, 1.0 if name in thresholds else math.nan)


def _row(lhs: str, op: str, rhs: str, value: float) -> Parameter:
    return Parameter(lhs=lhs, op=op, rhs=rhs, free=math.isnan(value), value=value)


def _shared(rows: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Fix what shares a label with a fixed parameter."""
    holders: dict[str, Parameter] = {}
    for row in rows:
        if row.label and not row.free:
            holder = holders.setdefault(row.label, row)
            if holder.value != row.value:
                raise ModelError(
                    f"The label {row.label!r} makes '{holder}' and '{row}' equal, but they are "
                    f"fixed to {written(holder.value)} and {written(row.value)}. Give them "
                    "different labels, or the same value; NA* frees the first loading of a factor."
                )
    return tuple(
        replace(row, free=False, value=holders[row.label].value)
        if row.free and row.label in holders
        else row
        for row in rows
    )
