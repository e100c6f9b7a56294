"""A formula with the reader's own numbers put in, and what to make of it."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual._result import same
from servqual.explanations._arithmetic import Letter, shown
from servqual.explanations._markup import html_text, latex_text, one_line
from servqual.explanations._steps import Equation, Step, letters, worked

NAMED = 6


@dataclass(frozen=True, eq=False)
class Symbol:
    """What a symbol stands for.

    Attributes
    ----------
    latex, text : str
        The symbol in LaTeX and in plain text.
    meaning : str
    value : int, float or ndarray
        Its number, or all of them for a symbol with an index; unrounded.
    names : tuple of str
        What each of several numbers is of, where it has a name.
    """

    latex: str
    text: str
    meaning: str
    value: int | float | NDArray[Any]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.value, np.ndarray):
            held = self.value.view()
            held.flags.writeable = False
            object.__setattr__(self, "value", held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbol) and same(vars(self), vars(other))

    __hash__ = None  # type: ignore[assignment]

    @property
    def letter(self) -> Letter:
        """The symbol with its one number, for an equation."""
        value = self.value
        number = value if isinstance(value, int) else float(value)
        return Letter(self.latex, self.text, number)

    def at(self, i: int) -> Letter:
        """Give the symbol with the number of one index."""
        return Letter(self.latex, self.text, _plain(np.asarray(self.value)[i]))

    def numbers(self) -> str:
        """Show the number, or the first few of several."""
        if not isinstance(self.value, np.ndarray):
            return shown(self.value)
        values = [shown(_plain(value)) for value in self.value[:NAMED]]
        if self.names:
            pairs = zip(self.names, values, strict=False)
            values = [f"{one_line(name)} = {value}" for name, value in pairs]
        return ", ".join(values) + (", …" if len(self.value) > NAMED else "")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Explanation:
    r"""A formula with the numbers of a result put in; make one with `explain`.

    It shows itself as text, in a notebook as HTML with formulas set by MathJax, and in a PDF as
    LaTeX. Numbers are shown rounded, with as many decimals as the arithmetic needs to come out as
    shown; ``value`` and ``symbols`` are not rounded.

    Attributes
    ----------
    title : str
        What is explained.
    source : str
        The title of the result that it comes from.
    value : float
        The figure, as it stands in the result; NaN where it could not be computed.
    formula, formula_text : str
        The formula in letters: LaTeX without dollar signs, and plain text.
    steps : tuple of Step
        The formula with the numbers put in: ``.latex`` and ``.text`` of each equation. Empty where
        there is no figure.
    symbols : mapping of str to Symbol
        What the letters stand for (``.meaning``), with their numbers (``.value``).
    readings : tuple of str
        How to read the figure.
    cautions : tuple of str
        What it does not say.
    problems : tuple of str
        Why there is no figure.
    references : tuple of str
        With their DOI where they have one.
    language : str
    """

    title: str
    source: str
    value: float
    formula: str
    formula_text: str
    steps: tuple[Step, ...]
    symbols: Mapping[str, Symbol]
    readings: tuple[str, ...]
    cautions: tuple[str, ...]
    problems: tuple[str, ...]
    references: tuple[str, ...]
    language: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "symbols", MappingProxyType(dict(self.symbols)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Explanation):
            return NotImplemented
        return same(vars(self), vars(other))

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return partial(type(self), **{**fields, "symbols": dict(self.symbols)}), ()

    def __str__(self) -> str:
        lines = [one_line(self.title), one_line(self.source), "", self.formula_text]
        for step in self.steps:
            lines += ["", *(f"  {line}" for line in step.text.split("\n"))]
        if self.symbols:
            lines += ["", self._where]
            lines += [f"  {line}" for _, line in self._legend()]
        for heading, texts in self._prose():
            lines.append("")
            lines += [
                say("{what}: {text}", self.language, what=heading, text=one_line(text))
                for text in texts
            ]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        parts = [
            f"<p><b>{html_text(self.title)}</b><br><small>{html_text(self.source)}</small></p>",
            f"<p>$${_safe(self.formula)}$$</p>",
            *(f"<p>$${_safe(step.latex)}$$</p>" for step in self.steps),
        ]
        plain = "\n\n".join([self.formula_text, *(step.text for step in self.steps)])
        ignored = 'class="tex2jax_ignore mathjax_ignore"'
        parts.append(f'<pre {ignored} style="white-space: pre-wrap">{_safe(plain)}</pre>')
        if self.symbols:
            rows = "".join(
                f"<tr><td>${_safe(symbol.latex)}$</td><td {ignored}>{_safe(symbol.text)}</td>"
                f"<td>{html_text(symbol.numbers())}</td><td>{html_text(symbol.meaning)}</td></tr>"
                for symbol in self.symbols.values()
            )
            parts.append(f"<table>{rows}</table>")
        for heading, texts in self._prose():
            prose = "<br>".join(map(html_text, texts))
            parts.append(f"<p><b>{html_text(heading)}</b><br>{prose}</p>")
        return f"<div>{''.join(parts)}</div>"

    def _repr_latex_(self) -> str:
        lines = [rf"\textbf{{{latex_text(self.title)}}}", "", latex_text(self.source), ""]
        lines += [rf"\[ {self.formula} \]", *(rf"\[ {step.latex} \]" for step in self.steps)]
        if self.symbols:
            lines.append(r"\begin{itemize}")
            lines += [
                rf"\item ${symbol.latex}${latex_text(line.removeprefix(symbol.text))}"
                for symbol, line in self._legend()
            ]
            lines.append(r"\end{itemize}")
        for heading, texts in self._prose():
            prose = " ".join(map(latex_text, texts))
            lines += ["", rf"\textit{{{latex_text(heading)}.}} {prose}"]
        return "\n".join(lines)

    def _prose(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Give the parts in words, under their headings."""
        note = say(
            "Numbers are shown rounded; the figure is computed from the unrounded ones.",
            self.language,
        )
        for heading, texts in (
            (say("Not computed", self.language), self.problems),
            (say("Reading", self.language), self.readings),
            (say("Caution", self.language), self.cautions),
            (say("Reference", self.language), self.references),
            (say("Rounding", self.language), (note,) if self.steps else ()),
        ):
            if texts:
                yield heading, texts

    def _legend(self) -> Iterator[tuple[Symbol, str]]:
        """Give each symbol with a line about it."""
        for symbol in self.symbols.values():
            meaning, numbers = one_line(symbol.meaning), symbol.numbers()
            what, text = f"{symbol.text} = {numbers}", meaning
            if isinstance(symbol.value, np.ndarray):
                what = say("{what}: {text}", self.language, what=symbol.text, text=meaning)
                text = numbers
            yield symbol, say("{what}: {text}", self.language, what=what, text=text)

    @property
    def _where(self) -> str:
        return say("where", self.language)


def write_explanation(
    *,
    title: str,
    source: str,
    equations: Sequence[Equation],
    symbols: Mapping[str, Symbol],
    readings: Sequence[str],
    cautions: Sequence[str],
    references: Sequence[str],
    language: str,
    main: int = -1,
    also: Sequence[int] = (),
    problems: Sequence[str] = (),
) -> Explanation:
    """Put the numbers into equations, of which the main one gives the figure.

    Parameters
    ----------
    main : int
        Which equation gives the figure; its right side in letters is the formula.
    also : sequence of int
        Which other equations belong to the formula.
    problems : sequence of str
        Why there is no figure, if there is none.
    """
    main %= len(equations)
    value = float(equations[main].left.number)
    computed = not np.isnan(value)
    formulas = [equations[at] for at in (main, *also)]
    return Explanation(
        title=title,
        source=source,
        value=value,
        formula=r" \qquad ".join(letters(one, latex=True) for one in formulas),
        formula_text="\n".join(letters(one, latex=False) for one in formulas),
        steps=worked(equations, main) if computed else (),
        symbols={name: symbol for name, symbol in symbols.items() if computed or _is_known(symbol)},
        readings=tuple(readings) if computed else (),
        cautions=tuple(cautions),
        problems=() if computed else tuple(problems),
        references=tuple(references),
        language=language,
    )


def _is_known(symbol: Symbol) -> bool:
    values = np.asarray(symbol.value, dtype=np.float64)
    return values.size > 0 and not bool(np.isnan(values).any())


def _plain(value: Any) -> int | float:
    """Give a Python number, whole where the type is."""
    return int(value) if isinstance(value, (int, np.integer)) else float(value)


def _safe(formula: str) -> str:
    """Keep our own formulas, which hold no user's text, from being read as HTML."""
    return formula.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
