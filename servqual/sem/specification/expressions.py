"""Arithmetic of labels: what stands right of `:=` and around `==`."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ModelError, nearest
from servqual.sem.specification._tokens import (
    NAME,
    NUMBER,
    OPERATOR,
    RELATION,
    Token,
    fail,
    tokens_of,
)

FUNCTIONS = ("exp", "log", "sqrt", "abs")
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "negative": 3, "^": 4}
_RIGHT = ("^", "negative")
_NUMBER, _NAME, _APPLY = "number", "name", "apply"

Step = tuple[str, Any]  # what to push on the stack, or what to apply to its top
Value = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Expression:
    """Arithmetic of labels, to be evaluated with its exact derivatives.

    Attributes
    ----------
    text : str
        As written, with single blanks.
    steps : tuple of (str, object)
        The same in postfix order.
    """

    text: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return self.text

    @property
    def names(self) -> tuple[str, ...]:
        """The labels it is made of, in order of appearance."""
        return tuple(dict.fromkeys(what for kind, what in self.steps if kind == _NAME))

    def value(self, values: Mapping[str, Any]) -> Value:
        """Evaluate it.

        Parameters
        ----------
        values : mapping of str to float or array_like
            A value of each label, or many: arrays that broadcast.

        Returns
        -------
        ndarray
            NaN or infinite where the arithmetic has no finite result.

        Examples
        --------
        >>> read_expression("a*b + 1").value({"a": [1, 2], "b": 0.5})
        array([1.5, 2. ])
        """
        given = _given(self.names, values)
        with np.errstate(all="ignore"):
            result = _run(self.steps, np.float64, given.__getitem__, _applied)
        return np.asarray(result, dtype=np.float64)

    def gradient(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """Differentiate it by each of its labels, exactly (forward, by the rules of calculus).

        Parameters
        ----------
        values : mapping of str to float or array_like
            As for `value`.

        Returns
        -------
        dict of str to ndarray
            Of the shape of the value. NaN where there is no derivative, as that of abs at 0.

        Examples
        --------
        >>> {name: float(slope) for name, slope in read_expression("a*b^2").gradient(
        ...     {"a": 3, "b": 2}).items()}
        {'a': 4.0, 'b': 12.0}
        """
        given = _given(self.names, values)
        shape = np.broadcast_shapes(*(value.shape for value in given.values()))

        def variable(name: str) -> "_Dual":
            return _Dual(given[name], {name: np.float64(1.0)})

        with np.errstate(all="ignore"):
            dual = _run(self.steps, lambda x: _Dual(np.float64(x), {}), variable, _applied_dual)
        return {
            name: np.broadcast_to(np.asarray(dual.slopes.get(name, 0.0), np.float64), shape).copy()
            for name in self.names
        }

    def replaced(self, others: Mapping[str, "Expression"]) -> "Expression":
        """Put other expressions in the place of names; the text stays as written."""
        steps: list[Step] = []
        for step in self.steps:
            steps += others[step[1]].steps if step[0] == _NAME and step[1] in others else (step,)
        return Expression(text=self.text, steps=tuple(steps))

    def linear(self) -> tuple[dict[str, float], float] | None:
        """Give its coefficients and its constant, or None if it is not linear in its labels.

        Examples
        --------
        >>> read_expression("2*(a - b) + 1").linear()
        ({'a': 2.0, 'b': -2.0}, 1.0)
        >>> read_expression("a*b").linear()
        """
        try:
            with np.errstate(all="ignore"):
                form = _run(self.steps, lambda x: ({}, x), lambda n: ({n: 1.0}, 0.0), _applied_form)
        except _NotLinearError:
            return None
        coefficients, constant = form
        return {name: coefficients[name] for name in self.names}, float(constant)


def read_expression(text: str) -> Expression:
    """Read arithmetic: + - * / ^ ** ( ), numbers, labels, exp, log, sqrt, abs.

    `^` and `**` both mean the power; it binds tighter than a sign (`-2^2` is -4) and from the
    right.

    Raises
    ------
    ModelError
        If it is not well formed, with its line and column.

    Examples
    --------
    >>> read_expression("sqrt(a) * b").names
    ('a', 'b')
    """
    tokens = [token for token in tokens_of(text) if token.kind != "break"]
    return expression_of(tokens, text, 0)


def expression_of(tokens: Sequence[Token], text: str, at: int) -> Expression:
    """Read the arithmetic of some words of a text; `at` is where to point to if there are none."""
    if not tokens:
        fail(text, at, "a value is missing here: a number or a label.")
    steps: list[Step] = []
    waiting: list[tuple[str, Token]] = []
    value_due = True
    for i, token in enumerate(tokens):
        if token.kind == OPERATOR and token.text in _BINDS | {"**": 4} and not value_due:
            _push_operator("^" if token.text == "**" else token.text, token, steps, waiting)
            value_due = True
        elif value_due and token.text in ("-", "+"):
            if token.text == "-":
                waiting.append(("negative", token))
        elif value_due and token.text == "(":
            waiting.append(("(", token))
        elif value_due and token.kind == NUMBER:
            steps.append((_NUMBER, float(token.text)))
            value_due = False
        elif value_due and token.kind == NAME and _called(tokens, i):
            if token.text not in FUNCTIONS:
                known = nearest(token.text, FUNCTIONS)
                fail(text, token.at, f"only {', '.join(FUNCTIONS)} are functions here.{known}")
            waiting.append((token.text, token))
        elif value_due and token.kind == NAME:
            steps.append((_NAME, token.text))
            value_due = False
        elif not value_due and token.text == ")":
            _close(token, steps, waiting, text)
        else:
            _refuse(token, value_due, text)
    if value_due:
        last = tokens[-1]
        fail(text, last.at, f"a value is missing after {last.text!r}.")
    while waiting:
        name, token = waiting.pop()
        if name == "(":
            fail(text, token.at, "this parenthesis is never closed.")
        steps.append((_APPLY, name))
    return Expression(text=_spaced(tokens), steps=tuple(steps))


def _called(tokens: Sequence[Token], i: int) -> bool:
    return i + 1 < len(tokens) and tokens[i + 1].text == "("


def _push_operator(
    name: str, token: Token, steps: list[Step], waiting: list[tuple[str, Token]]
) -> None:
    while waiting and waiting[-1][0] in _BINDS:
        top = _BINDS[waiting[-1][0]]
        if top < _BINDS[name] or (top == _BINDS[name] and name in _RIGHT):
            break
        steps.append((_APPLY, waiting.pop()[0]))
    waiting.append((name, token))


def _close(token: Token, steps: list[Step], waiting: list[tuple[str, Token]], text: str) -> None:
    while waiting and waiting[-1][0] != "(":
        steps.append((_APPLY, waiting.pop()[0]))
    if not waiting:
        fail(text, token.at, "this parenthesis closes nothing.")
    waiting.pop()
    if waiting and waiting[-1][0] in FUNCTIONS:
        steps.append((_APPLY, waiting.pop()[0]))


def _refuse(token: Token, value_due: bool, text: str) -> None:
    if token.kind == RELATION:
        fail(text, token.at, f"{token.text!r} cannot stand inside arithmetic.")
    due = "a number or a label" if value_due else "an operator"
    fail(text, token.at, f"{due} is expected here, not {token.text!r}.")


def _spaced(tokens: Sequence[Token]) -> str:
    """Write words with blanks around + and - that stand between values."""
    text = ""
    for before, token in zip((None, *tokens), tokens, strict=False):
        between = before is not None and (before.kind in (NAME, NUMBER) or before.text == ")")
        text += f" {token.text} " if between and token.text in ("+", "-") else token.text
    return text


def _given(names: Sequence[str], values: Mapping[str, Any]) -> dict[str, Value]:
    missing = [name for name in names if name not in values]
    if missing:
        raise ModelError(f"{missing[0]!r} has no value.{nearest(missing[0], values)}")
    return {name: np.asarray(values[name], dtype=np.float64) for name in names}


def _run(
    steps: Sequence[Step],
    number: Callable[[float], Any],
    name: Callable[[str], Any],
    apply: Callable[..., Any],
) -> Any:
    """Work off the steps on a stack, with any kind of numbers."""
    stack: list[Any] = []
    for kind, what in steps:
        if kind == _NUMBER:
            stack.append(number(what))
        elif kind == _NAME:
            stack.append(name(what))
        elif what in FUNCTIONS or what == "negative":
            stack.append(apply(what, stack.pop()))
        else:
            right = stack.pop()
            stack.append(apply(what, stack.pop(), right))
    return stack[0]


_PLAIN: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": np.divide,
    "^": np.power,
    "negative": operator.neg,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
}


def _applied(name: str, *values: Any) -> Any:
    return _PLAIN[name](*values)


@dataclass(frozen=True, slots=True)
class _Dual:
    """A value with its slopes by the labels it depends on."""

    value: Any
    slopes: Mapping[str, Any]


def _applied_dual(name: str, *duals: _Dual) -> _Dual:
    values = [dual.value for dual in duals]
    result = _PLAIN[name](*values)
    slopes: dict[str, Any] = {}
    for position, dual in enumerate(duals):
        if not dual.slopes:
            continue
        outer = _PARTIAL[name](result, *values)[position]()
        for label, slope in dual.slopes.items():
            slopes[label] = slopes.get(label, 0.0) + outer * slope
    return _Dual(result, slopes)


def _slope_of_abs(x: Any) -> Any:
    return np.where(x == 0, np.nan, np.sign(x))


def _slope_of_power(base: Any, power: Any) -> Any:
    return np.where(power == 0, 0.0, power * np.power(base, np.where(power == 0, 1, power - 1)))


# The partial derivatives by each argument, of the result and the arguments; only those that are
# needed are evaluated, as a^2 has a slope by its base where log(a) has no value.
_PARTIAL: dict[str, Callable[..., tuple[Callable[[], Any], ...]]] = {
    "+": lambda r, x, y: (lambda: 1.0, lambda: 1.0),
    "-": lambda r, x, y: (lambda: 1.0, lambda: -1.0),
    "*": lambda r, x, y: (lambda: y, lambda: x),
    "/": lambda r, x, y: (lambda: np.divide(1.0, y), lambda: -r / y),
    "^": lambda r, x, y: (lambda: _slope_of_power(x, y), lambda: r * np.log(x)),
    "negative": lambda r, x: (lambda: -1.0,),
    "exp": lambda r, x: (lambda: r,),
    "log": lambda r, x: (lambda: np.divide(1.0, x),),
    "sqrt": lambda r, x: (lambda: np.divide(0.5, r),),
    "abs": lambda r, x: (lambda: _slope_of_abs(x),),
}


class _NotLinearError(Exception):
    """An expression is not linear in its labels."""


_Form = tuple[dict[str, float], float]


def _applied_form(name: str, *forms: _Form) -> _Form:
    """Apply to linear forms: coefficients by label, and a constant."""
    (left, constant), (right, other) = forms[0], forms[-1]
    if not left and not right:
        return {}, float(_PLAIN[name](*(np.float64(form[1]) for form in forms)))
    if name == "negative":
        return _scaled(forms[0], -1.0)
    if name in ("+", "-"):
        sign = 1.0 if name == "+" else -1.0
        scaled, _ = _scaled(forms[1], sign)
        total = {key: left.get(key, 0.0) + scaled.get(key, 0.0) for key in left | scaled}
        return total, constant + sign * other
    if name == "*" and not left:
        return _scaled(forms[1], constant)
    if name == "*" and not right:
        return _scaled(forms[0], other)
    if name == "/" and not right and other != 0:
        return _scaled(forms[0], 1.0 / other)
    raise _NotLinearError


def _scaled(form: _Form, factor: float) -> _Form:
    return {key: value * factor for key, value in form[0].items()}, form[1] * factor
