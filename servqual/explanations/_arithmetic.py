"""Formulas as trees that are written in letters or in numbers, and worked out.

The same tree gives the formula, the formula with numbers put in, and its value, each as LaTeX and
as plain text, so they cannot part.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

PLACES = 3
SHOWN = 5  # a longer sum is shown by its first three terms and its last
_BY_SIGN, _BY_FACTOR, _BY_POWER, _WHOLE = range(1, 5)
_NOTHING = 1e-12


class Form(NamedTuple):
    """How to write a tree: in which markup, in letters or numbers, with how many decimals."""

    latex: bool
    show: Literal["letters", "numbers", "totals"]
    places: int = PLACES


class Node:
    """A part of a formula; arithmetic with it makes larger parts."""

    def write(self, form: Form) -> str:
        """Write it."""
        raise NotImplementedError

    def work_out(self, places: int | None = None) -> float:
        """Compute it, from numbers rounded to some decimals as they are shown, or as they are."""
        raise NotImplementedError

    def level(self, form: Form) -> int:
        """How tightly what is written holds together."""
        return _WHOLE

    def parts(self) -> "Iterator[Node]":
        """Give the parts that it is made of."""
        yield from ()

    @property
    def elided(self) -> bool:
        """Whether some terms are left to an ellipsis."""
        return any(part.elided for part in self.parts())

    def __add__(self, other: "Node | int") -> "Node":
        return Sum(((1, self), (1, _node(other))))

    def __sub__(self, other: "Node | int") -> "Node":
        return Sum(((1, self), (-1, _node(other))))

    def __mul__(self, other: "Node | int") -> "Node":
        return Product((self, _node(other)))

    def __rmul__(self, other: int) -> "Node":
        return Product((_node(other), self))

    def __rsub__(self, other: int) -> "Node":
        return Sum(((1, _node(other)), (-1, self)))

    def __truediv__(self, other: "Node | int") -> "Node":
        return Ratio(self, _node(other))

    def __pow__(self, power: int) -> "Node":
        return Power(self, power)


@dataclass(frozen=True)
class Letter(Node):
    """A symbol with its number."""

    latex: str
    text: str
    number: float

    def write(self, form: Form) -> str:
        """Write the symbol or the number."""
        if form.show == "letters":
            return self.latex if form.latex else self.text
        return shown(self.number, form.places, latex=form.latex)

    def work_out(self, places: int | None = None) -> float:
        """Give the number."""
        return float(self.number if places is None else digits(self.number, places))

    def level(self, form: Form) -> int:
        """Take a sum for a factor, and a number below zero for a sum, which wants brackets."""
        if form.show == "letters":
            return _BY_FACTOR if self.text.startswith("Σ") else _WHOLE
        return _BY_SIGN if self.is_negative(form) else _WHOLE

    def is_negative(self, form: Form) -> bool:
        """Whether a minus sign is written before the number."""
        return form.show != "letters" and digits(self.number, form.places).startswith("-")


@dataclass(frozen=True)
class Sum(Node):
    """Parts added or taken away."""

    signed: tuple[tuple[int, Node], ...]

    def write(self, form: Form) -> str:
        """Write the parts with their signs."""
        return _signed(self.signed, form)

    def work_out(self, places: int | None = None) -> float:
        """Add up."""
        return sum(sign * part.work_out(places) for sign, part in self.signed)

    def level(self, form: Form) -> int:
        """Hold loosely."""
        return _BY_SIGN

    def parts(self) -> Iterator[Node]:
        """Give what is added."""
        yield from (part for _, part in self.signed)


@dataclass(frozen=True)
class Total(Node):
    """A sum over many terms, written with a sum sign in letters; make one with `total`."""

    latex: str
    text: str
    terms: tuple[Node, ...]
    last: Node | None
    number: float

    def write(self, form: Form) -> str:
        """Write the sum sign, the terms with an ellipsis, or the total."""
        if form.show == "letters":
            return self.latex if form.latex else self.text
        if self.last is None:
            return _signed([(1, term) for term in self.terms], form)
        if form.show == "totals":
            return shown(self.number, form.places, latex=form.latex)
        dots: Node = Letter(r"\cdots", "…", 0)
        return _signed([(1, term) for term in (*self.terms, dots, self.last)], form)

    def work_out(self, places: int | None = None) -> float:
        """Add up; what is not shown term by term is the total as it is shown."""
        if places is None:
            return self.number
        if self.last is not None:
            return float(digits(self.number, places))
        return sum(term.work_out(places) for term in self.terms)

    def level(self, form: Form) -> int:
        """Hold as a factor in letters, loosely in numbers."""
        if form.show == "letters":
            return _BY_FACTOR
        if form.show == "totals" and self.last is not None:
            return _BY_SIGN if digits(self.number, form.places).startswith("-") else _WHOLE
        return _BY_SIGN

    @property
    def elided(self) -> bool:
        """Whether there is an ellipsis."""
        return self.last is not None


@dataclass(frozen=True)
class Product(Node):
    """Parts multiplied."""

    factors: tuple[Node, ...]

    def write(self, form: Form) -> str:
        """Write the factors side by side in LaTeX letters, else with a cross."""
        first, *others = self.factors
        written = [_held(first, _BY_FACTOR, form)]
        written += [_held(part, _BY_POWER, form) for part in others]
        cross = (r" \, " if form.show == "letters" else r" \times ") if form.latex else " × "
        return cross.join(written)

    def work_out(self, places: int | None = None) -> float:
        """Multiply."""
        return float(np.prod([part.work_out(places) for part in self.factors]))

    def level(self, form: Form) -> int:
        """Hold as a factor."""
        return _BY_FACTOR

    def parts(self) -> Iterator[Node]:
        """Give the factors."""
        yield from self.factors

    def __mul__(self, other: Node | int) -> Node:
        return Product((*self.factors, _node(other)))


@dataclass(frozen=True)
class Ratio(Node):
    """A fraction."""

    above: Node
    below: Node

    def write(self, form: Form) -> str:
        """Write a fraction in LaTeX, a stroke in text."""
        if form.latex:
            return rf"\frac{{{self.above.write(form)}}}{{{self.below.write(form)}}}"
        least = _BY_SIGN if isinstance(self.above, Letter) else _BY_FACTOR
        return f"{_held(self.above, least, form)} / {_held(self.below, _BY_POWER, form)}"

    def work_out(self, places: int | None = None) -> float:
        """Divide; NaN where there is nothing to divide by."""
        below = self.below.work_out(places)
        return self.above.work_out(places) / below if below else float("nan")

    def level(self, form: Form) -> int:
        """Hold together in LaTeX, as a factor in text."""
        return _WHOLE if form.latex else _BY_FACTOR

    def parts(self) -> Iterator[Node]:
        """Give both sides."""
        yield from (self.above, self.below)


@dataclass(frozen=True)
class Power(Node):
    """A part to the second power."""

    base: Node
    power: int

    def write(self, form: Form) -> str:
        """Write the exponent."""
        # A fraction holds together as a factor does, but not under an exponent.
        least = _WHOLE + isinstance(self.base, Ratio)
        base = _held(self.base, least, form)
        return f"{base}^{self.power}" if form.latex else f"{base}{'⁰¹²³'[self.power]}"

    def work_out(self, places: int | None = None) -> float:
        """Raise."""
        return float(self.base.work_out(places) ** self.power)

    def level(self, form: Form) -> int:
        """Hold tightly."""
        return _BY_POWER

    def parts(self) -> Iterator[Node]:
        """Give what is raised."""
        yield self.base


@dataclass(frozen=True)
class Root(Node):
    """A square root."""

    under: Node

    def write(self, form: Form) -> str:
        """Write the root sign."""
        inner = self.under.write(form)
        return rf"\sqrt{{{inner}}}" if form.latex else f"√({inner})"

    def work_out(self, places: int | None = None) -> float:
        """Take the root; NaN of what is below zero."""
        under = self.under.work_out(places)
        return float(under**0.5) if under >= 0 else float("nan")

    def parts(self) -> Iterator[Node]:
        """Give what is under it."""
        yield self.under


@dataclass(frozen=True)
class Largest(Node):
    """The largest of some parts."""

    among: tuple[Node, ...]

    def write(self, form: Form) -> str:
        """Write max(...)."""
        inner = ", ".join(part.write(form) for part in self.among)
        return rf"\max\left( {inner} \right)" if form.latex else f"max({inner})"

    def work_out(self, places: int | None = None) -> float:
        """Choose the largest; NaN if a part is."""
        return float(np.max([part.work_out(places) for part in self.among]))

    def parts(self) -> Iterator[Node]:
        """Give what it is chosen from."""
        yield from self.among


def total(
    latex: str, text: str, term: Callable[[int], Node], count: int, number: float | None = None
) -> Total:
    r"""Sum `count` terms, of which only those that are shown are made where `number` is given.

    Examples
    --------
    >>> spent = total(r"\sum x_i", "Σ x_i", lambda i: Letter("", "", i), 9, number=36)
    >>> spent.write(Form(latex=False, show="numbers"))
    '0 + 1 + 2 + … + 8'
    """
    if number is None:
        number = float(sum(term(i).work_out() for i in range(count)))
    head = tuple(term(i) for i in range(count if count <= SHOWN else 3))
    return Total(latex, text, head, term(count - 1) if count > SHOWN else None, number)


def digits(number: float, places: int) -> str:
    """Round a number for display, as plain digits; tiny ones keep two of their own.

    Examples
    --------
    >>> digits(0.12345, 3), digits(0.00012345, 3), digits(-1e-17, 3), digits(4, 3)
    ('0.123', '0.00012', '0.000', '4')
    """
    if isinstance(number, int) or not np.isfinite(number):
        return str(number)
    if abs(number) < _NOTHING:
        return f"{0:.{places}f}"
    more = max(0, -2 - int(np.floor(np.log10(abs(number))))) if number else 0
    return f"{number:.{places + more}f}"


def shown(number: float, places: int = PLACES, *, latex: bool = False) -> str:
    """Round a number for display, with a true minus sign in text."""
    written = digits(number, places)
    return written if latex else written.replace("-", "−")


def _signed(signed: Sequence[tuple[int, Node]], form: Form) -> str:
    minus = "-" if form.latex else "−"
    written = ""
    for sign, part in signed:
        if not written:
            written = part.write(form) if sign > 0 else minus + _held(part, _BY_FACTOR, form)
        elif isinstance(part, Letter) and part.text == "…":
            written += f" + {part.latex if form.latex else part.text}"
        elif sign > 0 and isinstance(part, Letter) and part.is_negative(form):
            written += f" {minus} {part.write(form)[1:]}"
        else:
            least = _BY_SIGN if sign > 0 else _BY_FACTOR
            written += f" {'+' if sign > 0 else minus} {_held(part, least, form)}"
    return written


def _held(part: Node, least: int, form: Form) -> str:
    """Write a part in brackets where it holds too loosely for its place."""
    written = part.write(form)
    if part.level(form) >= least:
        return written
    return rf"\left( {written} \right)" if form.latex else f"({written})"


def _node(value: Node | int) -> Node:
    return value if isinstance(value, Node) else Letter(str(value), str(value), value)
