"""A model written back as text, for lavaan or for semopy."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Literal

from servqual.errors import ModelError, shortened
from servqual.sem.specification._modifiers import FREE, Modifiers
from servqual.sem.specification.parameters import Parameter, written
from servqual.sem.specification.syntax import INTERCEPT, Model, Relation
from servqual.sem.specification.table import ParameterTable, build_table

Dialect = Literal["lavaan", "semopy"]


def model_text(model: Model | ParameterTable, dialect: Dialect = "lavaan") -> str:
    """Write a model as text.

    A `Model` is written as its author meant it, without defaults; a `ParameterTable` with all its
    parameters said outright, so that no program's defaults can change it. Reading the text gives
    the same model, or table, again. semopy has no defined values, intercepts, groups or ordered
    items in its text; what it cannot say is refused. Its text is written from the complete table
    (with marker loadings for a `Model`), without the variances and covariances of predictors that
    were added by default, which semopy takes from the data.

    Parameters
    ----------
    model : Model or ParameterTable
    dialect : str
        "lavaan" (which `read_model` reads) or "semopy".

    Raises
    ------
    ModelError
        If the dialect cannot say something in the model.

    Examples
    --------
    >>> from servqual.sem.specification.syntax import read_model
    >>> print(model_text(read_model("f=~x1+x2 ;f =~ a*x3; y~f")))
    f =~ x1 + x2 + a*x3
    y ~ f
    """
    if dialect == "semopy":
        return _semopy(build_table(model) if isinstance(model, Model) else model)
    if dialect != "lavaan":
        raise ValueError(f'dialect must be "lavaan" or "semopy", not {dialect!r}.')
    if isinstance(model, Model):
        lines = _lines((one.lhs, one.op, _term(one.rhs, one.modifiers)) for one in model.relations)
        lines += [f"{one.name} := {one.expression}" for one in model.assignments]
        lines += [f"{one.left} == {one.right}" for one in model.equalities]
        return "\n".join(lines)
    lines = _lines((one.lhs, one.op, _term(one.rhs, one.modifiers)) for one in _relations(model))
    lines += [f"{one.name} := {one.expression}" for one in model.definitions]
    lines += [" == ".join(one.sides) for one in model.constraints]
    return "\n".join(lines)


def _lines(terms: Iterable[tuple[str, str, str]]) -> list[str]:
    """Join neighbouring terms of the same left side."""
    return [
        f"{lhs} {'~' if op == INTERCEPT else op} {' + '.join(term for *_, term in its)}"
        for (lhs, op), its in groupby(terms, key=lambda term: term[:2])
    ]


def _term(rhs: str, said: Modifiers) -> str:
    before = []
    if said.fixed:
        before.append(_listed([FREE if math.isnan(x) else written(x) for x in said.fixed]))
    if any(not math.isnan(x) for x in said.start):
        before.append(
            f"start({_listed([FREE if math.isnan(x) else written(x) for x in said.start])})"
        )
    if said.label:
        before.append(_listed([label or FREE for label in said.label]))
    return "*".join([*before, rhs or "1"])


def _listed(entries: Sequence[str]) -> str:
    return entries[0] if len(entries) == 1 else f"c({', '.join(entries)})"


def _relations(table: ParameterTable) -> list[Relation]:
    """Say every parameter outright, with the groups side by side."""
    first = [row for row in table.parameters if row.group == 0]
    by_place = {(row.lhs, row.op, row.rhs, row.group): row for row in table.parameters}
    markers = {(name, its[0]) for name, its in table.indicators.items()}
    relations = []
    for one in first:
        rows = [
            by_place.pop((one.lhs, one.op, one.rhs, group), None) for group in range(table.n_groups)
        ]
        there = [row for row in rows if row is not None]
        if len(there) < table.n_groups:
            raise ModelError(f"'{one}' is a parameter of some groups only, which no text can say.")
        marker = one.op == "=~" and (one.lhs, one.rhs) in markers
        relations.append(
            Relation(lhs=one.lhs, op=one.op, rhs=one.rhs, modifiers=_modifiers(there, marker), at=0)
        )
    if by_place:
        raise ModelError(
            f"{shortened([str(row) for row in by_place.values()])}: parameters of some groups "
            "only, which no text can say."
        )
    return relations


def _modifiers(rows: Sequence[Parameter], marker: bool) -> Modifiers:
    fixed = [math.nan if row.free else row.value for row in rows]
    start = [row.value if row.free else math.nan for row in rows]
    label = [row.label for row in rows]
    said = Modifiers()
    if marker or not all(row.free for row in rows):
        said = replace(said, fixed=_short(fixed))
    if not all(map(math.isnan, start)):
        said = replace(said, start=_short(start))
    if any(label):
        said = replace(said, label=_short(label))
    return said


def _short(entries: Sequence[Any]) -> tuple[Any, ...]:
    """Leave one entry where all groups have the same."""
    return (entries[0],) if len({str(entry) for entry in entries}) == 1 else tuple(entries)


def _semopy(table: ParameterTable) -> str:
    _check_semopy(table)
    kept = [row for row in table.parameters if not _left_to_data(row, table)]
    kept = [row for row in kept if row.op != INTERCEPT]
    names = _semopy_labels(table, kept)
    lines = _lines(
        (row.lhs, row.op, row.rhs if not before else f"{before}*{row.rhs}")
        for row, before in zip(kept, names, strict=True)
    )
    starts: dict[str, float] = {}
    for row, name in zip(kept, names, strict=True):
        if row.free and not math.isnan(row.value):
            starts.setdefault(name, row.value)
    for row, name in zip(kept, names, strict=True):
        if _unscaled(row, _scaled(kept)):
            starts.setdefault(name, 1.0)
    lines += [f"START({written(value)}) {name}" for name, value in starts.items()]
    renamed = {row.label: name for row, name in zip(kept, names, strict=True) if row.free}
    for one in table.constraints:
        sides = replace(
            one, coefficients={renamed[label]: x for label, x in one.coefficients.items()}
        ).sides
        lines.append(f"CONSTRAINT({' = '.join(sides)})")
    return "\n".join(lines)


def _check_semopy(table: ParameterTable) -> None:
    unsaid: list[str] = []
    if table.n_groups > 1:
        unsaid.append(f"{table.n_groups} groups")
    unsaid += (f"{one.name} := {one.expression}" for one in table.definitions)
    unsaid += (str(row) for row in table.parameters if row.op in ("|", "~*~"))
    unsaid += (
        str(row)
        for row in table.parameters
        if row.op == INTERCEPT
        and (row.by_user or row.label or row.free == (row.lhs in table.latent))
    )
    known = {*table.indicators, *table.endogenous}
    known |= {row.rhs for row in table.parameters if row.op == "~"}
    unsaid += (f"{name}, which only covaries" for name in table.observed if name not in known)
    if unsaid:
        raise ModelError(f"semopy's model text cannot say: {shortened(unsaid)}.")


def _left_to_data(row: Parameter, table: ParameterTable) -> bool:
    """Say whether semopy takes it from the data: (co)variances of observed predictors."""
    predictors = {name for name in table.exogenous if name in table.observed}
    return row.op == "~~" and not row.by_user and {row.lhs, row.rhs} <= predictors


def _scaled(rows: Iterable[Parameter]) -> set[str]:
    """Give the latent variables with a fixed loading."""
    return {row.lhs for row in rows if row.op == "=~" and not row.free}


def _unscaled(row: Parameter, scaled: Collection[str]) -> bool:
    return row.op == "=~" and row.lhs not in scaled


def _semopy_labels(table: ParameterTable, rows: Sequence[Parameter]) -> list[str]:
    """Give what stands before each variable: a fixed value, a label, or nothing.

    semopy fixes a loading by itself where a latent variable has none fixed and one without a label,
    and its search for start values never ends where all have labels: such loadings get labels and
    start values. So does what has a start value. Its constraints are read by SymPy,
    where names like beta or E mean something, so labels in constrained models end in '_'.
    """
    scaled = _scaled(rows)
    taken = {row.label for row in rows}
    before = []
    for at, row in enumerate(rows):
        if not row.free:
            before.append(written(row.value))
        elif row.label:
            before.append(_safe(row.label, taken) if table.constraints else row.label)
        elif not math.isnan(row.value) or _unscaled(row, scaled):
            before.append(_safe(f"p{at + 1}", taken))
        else:
            before.append("")
    return before


def _safe(label: str, taken: set[str]) -> str:
    safe = f"{label.replace('.', '_')}_"
    while safe in taken:
        safe += "_"
    return safe
