"""What stands before a variable: a fixed value, a start value, a label, for each group or all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from servqual._result import same
from servqual.sem.specification._tokens import NAME, STRING, Token, fail, tokens_of
from servqual.sem.specification.expressions import FUNCTIONS, expression_of

FREE = "NA"
_NAMES = {"fixed": "fixed value", "start": "start value", "label": "label"}


@dataclass(frozen=True, kw_only=True)
class Modifiers:
    """What a text says of a parameter; each is empty if nothing, or has one entry for all groups.

    Attributes
    ----------
    fixed : tuple of float
        NaN where the text frees it (NA).
    start : tuple of float
        NaN where the text gives none.
    label : tuple of str
        Empty text where there is none.
    """

    fixed: tuple[float, ...] = ()
    start: tuple[float, ...] = ()
    label: tuple[str, ...] = ()

    def merged(self, other: "Modifiers", text: str, at: int) -> "Modifiers":
        """Put together what two terms, or two factors of a term, say of a parameter."""
        changes: dict[str, Any] = {}
        for field in fields(self):
            mine, others = getattr(self, field.name), getattr(other, field.name)
            if mine and others and not same(mine, others):
                fail(text, at, f"this parameter already has another {_NAMES[field.name]}.")
            changes[field.name] = mine or others
        merged = replace(self, **changes)
        groups = range(max(len(merged.fixed), len(merged.start)))
        if any(is_value(merged.fixed, i) and is_value(merged.start, i) for i in groups):
            fail(text, at, "a fixed parameter has no start value; give the one or the other.")
        return merged


NO_MODIFIERS = Modifiers()


def entry_of(entries: tuple[Any, ...], group: int) -> Any:
    """Give the entry of a group: its own, the one of all, or None."""
    if len(entries) <= 1:
        return entries[0] if entries else None
    return entries[group] if group < len(entries) else None


def is_value(entries: tuple[float, ...], group: int) -> bool:
    """Say whether a group has a value that is not NA."""
    value = entry_of(entries, group)
    return value is not None and not math.isnan(value)


def modifier_of(words: Sequence[Token], text: str) -> Modifiers:
    """Read one factor that stands before a variable."""
    first = words[0]
    called = len(words) > 2 and first.kind == NAME and words[1].text == "("
    if called and first.text not in FUNCTIONS:
        return _call(words, text)
    if len(words) == 1 and first.kind in (NAME, STRING):
        return _values([_entry(words, text, first.at)], text, first.at)
    return Modifiers(fixed=(_number(words, text, first.at),))


def _call(words: Sequence[Token], text: str) -> Modifiers:
    name, inner = words[0], words[2:-1]
    if words[-1].text != ")":
        fail(text, words[-1].at, f"'+' or '*' is expected here, not {words[-1].text!r}.")
    if name.text == "c":
        entries = [_entry(part, text, name.at) for part in _listed(inner)]
        return _values(entries, text, name.at)
    if name.text == "start":
        if inner and inner[0].text == "c" and len(inner) > 2:
            parts = _listed(inner[2:-1])
        else:
            parts = [list(inner)]
        return Modifiers(start=tuple(_start(part, text, name.at) for part in parts))
    if name.text == "label":
        return _values([_entry(inner, text, name.at)], text, name.at)
    if name.text == "equal":
        fail(text, name.at, "equal() is not offered; give both parameters the same label: a*x.")
    fail(text, name.at, f"{name.text}() is not offered; c(), start() and label() are.")


def _start(words: Sequence[Token], text: str, at: int) -> float:
    if [word.text for word in words] == [FREE]:
        return math.nan
    return _number(words, text, at)


def _entry(words: Sequence[Token], text: str, at: int) -> float | str:
    if len(words) == 1 and words[0].kind == NAME:
        return math.nan if words[0].text == FREE else words[0].text
    if len(words) == 1 and words[0].kind == STRING:
        label = words[0].text[1:-1]
        if [token.kind for token in tokens_of(label)] != [NAME]:
            fail(text, words[0].at, "a label is a name: a letter, then letters, digits, '_', '.'.")
        return label
    return _number(words, text, at)


def _values(entries: Sequence[float | str], text: str, at: int) -> Modifiers:
    """Take entries as labels if one of them is a label, else as fixed values."""
    labels = [entry for entry in entries if isinstance(entry, str)]
    numbers = [entry for entry in entries if not isinstance(entry, str)]
    if not labels:
        return Modifiers(fixed=tuple(numbers))
    if not all(map(math.isnan, numbers)):
        fail(text, at, "c() holds labels or values, not both; use two: c(a, b)*c(1, NA)*x.")
    return Modifiers(label=tuple(entry if isinstance(entry, str) else "" for entry in entries))


def _number(words: Sequence[Token], text: str, at: int) -> float:
    at = words[0].at if words else at
    expression = expression_of(words, text, at)
    if expression.names:
        fail(
            text,
            at,
            "a fixed value is a number, and a label is one name; arithmetic of labels has a line "
            "of its own with := or ==.",
        )
    value = float(expression.value({}))
    if not math.isfinite(value):
        fail(text, at, f"{expression.text} is {value}, but a value must be finite.")
    return value


def _listed(words: Sequence[Token]) -> list[list[Token]]:
    """Part the words of a list at its commas."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in words:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
