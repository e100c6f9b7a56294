"""Equations in letters, with the numbers put in, and worked out.

`worked` finds how many decimals the numbers need, so that whoever retypes what is shown arrives at
the figure that is shown.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from servqual.explanations._arithmetic import PLACES, Form, Letter, Node, Total, digits, shown

MOST_PLACES = 9
_TIE = 1e-12  # what lies half way may be rounded either way


class Step(NamedTuple):
    """One equation in letters, in numbers and worked out.

    Attributes
    ----------
    latex : str
        A LaTeX ``aligned`` environment, without dollar signs.
    text : str
        The same as plain text, one line an equals sign.
    """

    latex: str
    text: str


class Equation(NamedTuple):
    """A figure and what it is worked out from."""

    left: Letter
    right: Node


def letters(equation: Equation, *, latex: bool) -> str:
    """Write an equation in letters."""
    form = Form(latex=latex, show="letters")
    return f"{equation.left.write(form)} = {equation.right.write(form)}"


def worked(equations: Sequence[Equation], main: int) -> tuple[Step, ...]:
    """Put the numbers into equations; what goes into the main one has as many decimals there."""
    inputs = _places(equations[main], PLACES)
    steps = []
    for at, equation in enumerate(equations):
        result = inputs if at < main else PLACES
        steps.append(_step(equation, _places(equation, result), result))
    return tuple(steps)


def _step(equation: Equation, places: int, result: int) -> Step:
    forms: list[Literal["letters", "numbers", "totals"]] = ["letters", "numbers"]
    if equation.right.elided and not isinstance(equation.right, Total):
        forms.append("totals")
    written = []
    for latex in (True, False):
        left = equation.left.write(Form(latex, "letters"))
        rows = [equation.right.write(Form(latex, show, places)) for show in forms]
        rows.append(shown(equation.left.number, result, latex=latex))
        written.append((left, [row for row in dict.fromkeys(rows) if row != left]))
    (left, rows), (left_text, rows_text) = written
    lines = r" \\ ".join(f"&= {row}" for row in rows)
    indent = "\n" + " " * len(left_text) + " = "
    return Step(
        latex=rf"\begin{{aligned}} {left} {lines} \end{{aligned}}",
        text=f"{left_text} = {indent.join(rows_text)}",
    )


def _places(equation: Equation, result: int) -> int:
    """Find the fewest decimals with which the numbers shown give the figure shown."""
    aim = digits(equation.left.number, result)
    half = 0.5 * 10.0 ** -len(aim.partition(".")[2]) + _TIE
    for places in range(result, MOST_PLACES + 1):
        if abs(equation.right.work_out(places) - float(aim)) <= half:
            return places
    return MOST_PLACES
