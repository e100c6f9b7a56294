"""Defined values and linear constraints, resolved to labels."""

from collections.abc import Collection, Mapping, Sequence

from servqual.errors import nearest
from servqual.sem.specification._tokens import fail
from servqual.sem.specification.expressions import Expression
from servqual.sem.specification.parameters import Constraint, Definition, Parameter, written
from servqual.sem.specification.syntax import Model

_ZERO = 1e-12  # of the coefficients of a constraint, beside its largest


def definitions_of(model: Model, labels: Collection[str]) -> tuple[Definition, ...]:
    """Resolve `:=` to labels."""
    written_as: dict[str, Expression] = {}
    for one in model.assignments:
        if one.name in labels:
            fail(model.text, one.at, f"{one.name!r} is already the label of a parameter.")
        if one.name in written_as:
            fail(model.text, one.at, f"{one.name!r} is defined twice.")
        written_as[one.name] = one.expression
    for one in model.assignments:
        _check_names(one.expression, (*labels, *written_as), model, one.at)
    resolved: dict[str, Expression] = {}
    while len(resolved) < len(written_as):
        ready = [
            one
            for one in model.assignments
            if one.name not in resolved
            and not any(n in written_as and n not in resolved for n in one.expression.names)
        ]
        if not ready:
            stuck = next(one for one in model.assignments if one.name not in resolved)
            fail(model.text, stuck.at, f"{stuck.name!r} is defined by itself, in a circle.")
        for one in ready:
            resolved[one.name] = one.expression.replaced(resolved)
    return tuple(
        Definition(name=one.name, expression=resolved[one.name]) for one in model.assignments
    )


def constraints_of(
    model: Model, rows: Sequence[Parameter], definitions: Sequence[Definition]
) -> tuple[Constraint, ...]:
    """Bring `==` to linear constraints of the free labels, without those that follow from others.

    Raises
    ------
    ModelError
        If one is not linear, names no known label, or contradicts the others or a fixed value.
    """
    defined = {one.name: one.expression for one in definitions}
    fixed = {row.label: row.value for row in rows if row.label and not row.free}
    labels = dict.fromkeys(row.label for row in rows if row.label)
    found: list[Constraint] = []
    reduced: list[tuple[str, dict[str, float], float]] = []
    for one in model.equalities:
        coefficients: dict[str, float] = {}
        constant = 0.0
        for side, sign in ((one.left, 1.0), (one.right, -1.0)):
            _check_names(side, (*labels, *defined), model, one.at)
            form = side.replaced(defined).linear()
            if form is None:
                fail(
                    model.text,
                    one.at,
                    f"{side.text!r} is not linear in the labels; constraints are sums of numbers "
                    "times labels.",
                )
            for label, factor in form[0].items():
                if label in fixed:
                    constant -= sign * factor * fixed[label]
                else:
                    coefficients[label] = coefficients.get(label, 0.0) + sign * factor
            constant -= sign * form[1]
        coefficients = {label: factor for label, factor in coefficients.items() if factor != 0}
        rest, left_over = _reduced(coefficients, constant, reduced)
        if not rest:
            scale = max(1.0, abs(constant), *map(abs, coefficients.values()), 1.0)
            if not abs(left_over) <= 1e-9 * scale:
                fail(model.text, one.at, _contradiction(coefficients, fixed))
            continue
        found.append(Constraint(coefficients=coefficients, constant=constant + 0.0))
        pivot = max(rest, key=lambda label: abs(rest[label]))
        reduced.append((pivot, rest, left_over))
    return tuple(found)


def _check_names(expression: Expression, known: Sequence[str], model: Model, at: int) -> None:
    for name in expression.names:
        if name not in known:
            fail(
                model.text,
                at,
                f"{name!r} is no label of a parameter. A label stands before a variable: "
                f"y ~ {name}*x.{nearest(name, known)}",
            )


def _reduced(
    coefficients: Mapping[str, float],
    constant: float,
    earlier: Sequence[tuple[str, dict[str, float], float]],
) -> tuple[dict[str, float], float]:
    """Take off what earlier constraints already say (elimination)."""
    rest = dict(coefficients)
    scale = max(map(abs, rest.values()), default=0.0)
    for pivot, other, value in earlier:
        factor = rest.get(pivot, 0.0) / other[pivot]
        if factor:
            for label, coefficient in other.items():
                rest[label] = rest.get(label, 0.0) - factor * coefficient
            rest[pivot] = 0.0
            constant -= factor * value
    return {label: x for label, x in rest.items() if abs(x) > _ZERO * scale}, constant


def _contradiction(coefficients: Mapping[str, float], fixed: Mapping[str, float]) -> str:
    if coefficients:
        return "this contradicts the other constraints."
    held = ", ".join(f"{label} = {written(value)}" for label, value in fixed.items())
    return f"this can never hold{f' with the fixed {held}' if held else ''}."
