"""What a model could be enlarged by: the parameters that it holds at a value or leaves out."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, permutations

from servqual.sem.specification.parameters import Parameter
from servqual.sem.specification.table import ParameterTable

_COUNTED = ("=~", "~", "~~", "~1", "|", "~*~")


def own_rows(table: ParameterTable) -> list[int]:
    """Give the rows of a table that stand in its matrices, free or fixed.

    The residual variances of ordered variables follow from the others.
    """
    ordered = {row.lhs for row in table.parameters if row.op == "|"}
    return [
        at
        for at, row in enumerate(table.parameters)
        if row.op in _COUNTED and not (row.op == "~~" and row.lhs == row.rhs and row.lhs in ordered)
    ]


def enlarged(table: ParameterTable) -> ParameterTable:
    """Free every parameter of a table, and add those that it could have, too.

    Labels, constraints and definitions are left behind. The table's own rows stay first and in
    their order.
    """
    own = [replace(table.parameters[at], free=True, label="") for at in own_rows(table)]
    known = {_key(row) for row in own}
    added = [
        row
        for group in range(max(table.n_groups, 1))
        for row in _possible(table, group)
        if _key(row) not in known
    ]
    return replace(table, parameters=(*own, *added), definitions=(), constraints=())


def _possible(table: ParameterTable, group: int) -> Iterator[Parameter]:
    """Give what a group's model could have.

    Loadings of every indicator on every latent variable; covariances of the residuals of
    indicators; covariances (of residuals) of latent variables and of observed outcomes;
    regressions among the variables that take part in regressions.
    """
    latent = set(table.latent)
    measuring = {name for names in table.indicators.values() for name in names}
    indicators = [name for name in table.observed if name in measuring]
    paths = [row for row in table.parameters if row.op == "~"]
    involved = {name for row in paths for name in (row.lhs, row.rhs)}
    outcomes = {row.lhs for row in paths} - latent - measuring
    ordered = [*table.latent, *(name for name in table.observed if name in involved)]
    for factor in table.latent:
        for item in indicators:
            yield _absent(factor, "=~", item, group)
    for one, other in combinations(indicators, 2):
        yield _absent(one, "~~", other, group)
    for one, other in combinations([n for n in ordered if n in latent or n in outcomes], 2):
        yield _absent(one, "~~", other, group)
    for one, other in permutations([name for name in ordered if name in involved], 2):
        yield _absent(one, "~", other, group)


def _absent(lhs: str, op: str, rhs: str, group: int) -> Parameter:
    return Parameter(lhs=lhs, op=op, rhs=rhs, group=group, value=0.0, by_user=False)


def _key(row: Parameter) -> tuple[object, ...]:
    """Give what makes a row the same parameter as another one."""
    if row.op == "~~":
        return (row.group, row.op, frozenset((row.lhs, row.rhs)))
    return (row.group, row.op, row.lhs, row.rhs)
