"""Indirect effects along the paths of a model, whether or not the user defined them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from servqual.sem.specification.table import ParameterTable

_MOST = 100


@dataclass(frozen=True, kw_only=True)
class IndirectEffect:
    """The product of the paths from a predictor through others to an outcome.

    Attributes
    ----------
    outcome, predictor : str
    through : tuple of str
        What lies between, from the predictor on.
    group : int
    rows : tuple of int
        The paths' rows of the table.
    """

    outcome: str
    predictor: str
    through: tuple[str, ...]
    group: int
    rows: tuple[int, ...]

    def __str__(self) -> str:
        return " -> ".join((self.predictor, *self.through, self.outcome))


def indirect_effects(table: ParameterTable) -> tuple[IndirectEffect, ...]:
    """Find every indirect effect of a table's regressions, group by group.

    None where variables act on each other in a circle, as products of paths are then no effects,
    and none where there are more than 100.
    """
    found: list[IndirectEffect] = []
    for group in range(max(table.n_groups, 1)):
        effects: dict[str, list[tuple[str, int]]] = {}
        for at, row in enumerate(table.parameters):
            if row.op == "~" and row.group == group:
                effects.setdefault(row.rhs, []).append((row.lhs, at))
        if _circular(effects):
            return ()
        for predictor in effects:
            for names, rows in _walks(effects, predictor):
                found.append(
                    IndirectEffect(
                        outcome=names[-1],
                        predictor=predictor,
                        through=names[:-1],
                        group=group,
                        rows=rows,
                    )
                )
                if len(found) > _MOST:
                    return ()
    return tuple(found)


def _walks(
    effects: Mapping[str, list[tuple[str, int]]], predictor: str
) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Walk from a predictor on: the variables and rows passed, of two paths or more."""
    left: list[tuple[tuple[str, ...], tuple[int, ...]]] = [
        ((name,), (row,)) for name, row in reversed(effects[predictor])
    ]
    while left:
        names, rows = left.pop()
        if len(rows) > 1:
            yield names, rows
        left += [
            ((*names, name), (*rows, row)) for name, row in reversed(effects.get(names[-1], []))
        ]


def _circular(effects: Mapping[str, list[tuple[str, int]]]) -> bool:
    done: set[str] = set()
    left = set(effects)
    while left:
        ready = {name for name in left if not any(to in left for to, _ in effects[name])}
        if not ready:
            return True
        done |= ready
        left -= ready
    return False
