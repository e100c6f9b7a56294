"""Parameters and effects that may differ between the groups of a model."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from servqual.errors import ModelError, nearest
from servqual.sem.fitting.layout import Floats
from servqual.sem.fitting.standardized import row_values
from servqual.sem.fitting.structure import Structure
from servqual.sem.result import SemResult
from servqual.sem.specification._roles import roles_of
from servqual.sem.specification.equalities import EQUAL, key_of, kind_of
from servqual.sem.specification.parameters import Definition, Parameter
from servqual.sem.specification.syntax import read_model
from servqual.sem.specification.table import ParameterTable

EFFECTS = "effects"


class Compared(NamedTuple):
    """A parameter or effect: what it is called, its values and slopes by group, and whose mean."""

    lhs: str
    op: str
    rhs: str
    values: list[float]
    slopes: list[Floats]
    latent: str


def parameters_compared(result: SemResult, of: str | Sequence[str] | None) -> list[Compared]:
    """Choose what is compared: it may differ between groups."""
    structure = result.fitted.structure
    table = structure.table
    words, keys, effects = _asked(table, of)
    roles = roles_of((row.lhs, row.op, row.rhs) for row in table.parameters)
    values = row_values(structure, result.fitted.cells[None])[0]
    slopes = np.zeros((len(values), len(structure.rows)))
    slopes[list(structure.rows), np.arange(len(structure.rows))] = 1
    places = _places(table)
    found = []
    for row in table.parameters:
        if row.group or not (kind_of(row, roles) in words or key_of(row) in keys):
            continue
        its = places[key_of(row)]
        one = Compared(
            row.lhs,
            row.op,
            row.rhs,
            [float(values[place]) for place in its],
            [slopes[place] for place in its],
            row.lhs if row.op == "~1" and row.lhs in table.latent else "",
        )
        if len(its) == table.n_groups and _differs(one, structure):
            found.append(one)
        elif keys and key_of(row) in keys:
            raise ModelError(f"{str(row)!r} is equal in all groups of this model.")
    for definition in table.definitions:
        effect = _effect(definition, table, places, values, slopes)
        named = definition.name in effects
        wanted = named or (EFFECTS in words and effect is not None and _differs(effect, structure))
        if wanted and effect is None:
            raise ModelError(
                f"{definition.name!r} has labels of several groups, or of none: it is tested in "
                "the result's own table."
            )
        if wanted and effect is not None and not _twice(effect, found):
            found.append(effect)
    return found


def _asked(
    table: ParameterTable, of: str | Sequence[str] | None
) -> tuple[set[str], set[tuple[str, ...]], set[str]]:
    """Sort what is asked for into words, parameters and effects."""
    if of is None:
        return {"regressions", "means", EFFECTS}, set(), set()
    defined = {one.name for one in table.definitions}
    known = {key_of(row): str(row) for row in table.parameters}
    words, keys, effects = set[str](), set[tuple[str, ...]](), set[str]()
    for text in [of] if isinstance(of, str) else of:
        if text in EQUAL or text == EFFECTS:
            words.add(text)
        elif text in defined:
            effects.add(text)
        elif not any(sign in text for sign in "~|"):
            choices = (*EQUAL, EFFECTS, *defined)
            raise ModelError(
                f"of takes {', '.join((*EQUAL, EFFECTS))}, names of effects, or parameters such "
                f"as 'SAT ~ TAN'; {text!r} is none of them.{nearest(text, choices)}"
            )
        else:
            for relation in read_model(text).relations:
                if relation.key not in known:
                    raise ModelError(
                        f"{text!r} is no parameter of the model.{nearest(text, known.values())}"
                    )
                keys.add(relation.key)
    return words, keys, effects


def _places(table: ParameterTable) -> Mapping[tuple[str, ...], list[int]]:
    """Give the rows of each parameter, group after group."""
    found: dict[tuple[str, ...], list[int]] = {}
    for at, row in enumerate(table.parameters):
        found.setdefault(key_of(row), []).append(at)
    return found


def _effect(
    definition: Definition,
    table: ParameterTable,
    places: Mapping[tuple[str, ...], list[int]],
    values: Floats,
    slopes: Floats,
) -> Compared | None:
    """Form an effect in each group; None if its labels are not of one group."""
    labelled: dict[str, list[Parameter]] = {}
    for row in table.parameters:
        if row.label in definition.expression.names:
            labelled.setdefault(row.label, []).append(row)
    homes = {rows[0].group for rows in labelled.values() if len(rows) == 1}
    rows_of = {label: places[key_of(rows[0])] for label, rows in labelled.items()}
    if len(homes) > 1 or any(len(its) != table.n_groups for its in rows_of.values()):
        return None
    if any(len({key_of(row) for row in rows}) > 1 for rows in labelled.values()):
        return None
    each, moved = [], []
    for group in range(table.n_groups):
        at = {label: its[group] for label, its in rows_of.items()}
        known = {label: values[place] for label, place in at.items()}
        each.append(float(definition.expression.value(known)))
        outer = definition.expression.gradient(known)
        moved.append(
            sum((outer[label] * slopes[place] for label, place in at.items()), 0 * slopes[0])
        )
    text = str(definition.expression).replace(" ", "")
    return Compared(definition.name, ":=", text, each, moved, "")


def _differs(one: Compared, structure: Structure) -> bool:
    """Tell whether groups may differ: by what is free, or by what it is fixed to."""
    by_parameters = [np.asarray(structure.gradient(slopes)) for slopes in one.slopes]
    return any(
        value != one.values[0] or not np.array_equal(slopes, by_parameters[0])
        for value, slopes in zip(one.values, by_parameters, strict=True)
    ) and any(slopes.any() for slopes in by_parameters)


def _twice(effect: Compared, found: Iterable[Compared]) -> bool:
    """Tell whether the same effect stands there, defined from the labels of another group."""
    return any(
        one.op == ":="
        and one.values == effect.values
        and all(map(np.array_equal, one.slopes, effect.slopes))
        for one in found
    )
