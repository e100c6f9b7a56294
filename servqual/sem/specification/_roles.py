"""What each variable of a model is: measured or latent, explained or explaining."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from servqual.errors import nearest
from servqual.sem.specification._tokens import fail
from servqual.sem.specification.syntax import Model, Relation


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The variables of a model by what they do; each tuple in order of appearance."""

    latent: tuple[str, ...]
    observed: tuple[str, ...]
    indicators: Mapping[str, tuple[str, ...]]
    outcomes: tuple[str, ...]  # left of ~
    predictors: tuple[str, ...]  # right of ~

    @property
    def measuring(self) -> frozenset[str]:
        """All indicators."""
        return frozenset(name for names in self.indicators.values() for name in names)

    @property
    def only_indicators(self) -> frozenset[str]:
        """Those that alone measure a latent variable, and measure nothing else."""
        all_names = [name for names in self.indicators.values() for name in names]
        return frozenset(
            names[0]
            for names in self.indicators.values()
            if len(names) == 1 and all_names.count(names[0]) == 1
        )


def roles_of(relations: Iterable[tuple[str, str, str]]) -> Roles:
    """Find the roles from (lhs, op, rhs) triples."""
    triples = list(dict.fromkeys(relations))
    indicators: dict[str, tuple[str, ...]] = {}
    for lhs, op, rhs in triples:
        if op == "=~":
            indicators[lhs] = (*indicators.get(lhs, ()), rhs)
    outcomes = _unique(lhs for lhs, op, _ in triples if op == "~")
    predictors = _unique(rhs for _, op, rhs in triples if op == "~")
    named = [
        *(rhs for _, op, rhs in triples if op == "=~"),
        *outcomes,
        *predictors,
        *(name for lhs, op, rhs in triples for name in ((lhs,) if op == "|" else (lhs, rhs))),
    ]
    return Roles(
        latent=tuple(indicators),
        observed=_unique(name for name in named if name and name not in indicators),
        indicators=indicators,
        outcomes=outcomes,
        predictors=predictors,
    )


def check_roles(roles: Roles, model: Model, columns: Collection[str] | None) -> None:
    """Refuse variables that the data do not have, and latent variables that cannot be."""
    for relation in model.relations:
        _check_circle(relation, roles, model.text)
        if relation.op == "|" and relation.lhs in roles.latent:
            fail(model.text, relation.at, f"{relation.lhs!r} is latent, and has no thresholds.")
        if columns is None:
            continue
        if relation.lhs in roles.latent and relation.lhs in columns:
            fail(
                model.text,
                relation.at,
                f"{relation.lhs!r} is a column of the data, and cannot be a latent variable too; "
                "give the latent variable another name.",
            )
        for name in (relation.lhs, relation.rhs):
            unknown = name not in roles.latent and name not in columns
            if unknown and name != "" and not (relation.op == "|" and name == relation.rhs):
                fail(
                    model.text,
                    relation.at,
                    f"{name!r} is no column of the data, and no latent variable (nothing measures "
                    f"it: {name} =~ ...).{nearest(name, (*columns, *roles.latent))}",
                )
    if len(roles.observed) == 1:
        fail(
            model.text,
            model.relations[0].at,
            f"the model has one observed variable, {roles.observed[0]!r}, and nothing to explain.",
        )


def _check_circle(relation: Relation, roles: Roles, text: str) -> None:
    if relation.op != "=~":
        return
    reached, todo = set[str](), [relation.rhs]
    while todo:
        name = todo.pop()
        if name == relation.lhs:
            fail(text, relation.at, f"{name!r} is measured by itself, in a circle.")
        if name not in reached:
            reached.add(name)
            todo += roles.indicators.get(name, ())


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
