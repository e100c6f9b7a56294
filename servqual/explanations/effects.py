"""How a defined effect of a structural model, such as an indirect one, and its error came about."""

import operator
from collections.abc import Callable
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual.explanations._arithmetic import Letter, Node, Root, shown, total
from servqual.explanations._model_letters import Found, symbol
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Symbol
from servqual.sem.result import SemResult
from servqual.sem.specification.parameters import Definition

SOBEL_1982 = (
    "Sobel, M. E. (1982). Asymptotic confidence intervals for indirect effects in structural "
    "equation models. Sociological Methodology, 13, 290-312. https://doi.org/10.2307/270723"
)
MACKINNON_2004 = (
    "MacKinnon, D. P., Lockwood, C. M., & Williams, J. (2004). Confidence limits for the indirect "
    "effect: Distribution of the product and resampling methods. Multivariate Behavioral Research, "
    "39(1), 99-128. https://doi.org/10.1207/s15327906mbr3901_4"
)
_OPERATIONS: dict[str, Callable[[Node, Node], Node]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_POWERS = (2.0, 3.0)


def explained_effect(result: SemResult, definition: Definition, language: str) -> Found:
    """Explain a defined effect and its standard error by the delta method.

    Raises
    ------
    ValueError
        If it is made of more than sums, differences, products, ratios, squares, cubes and roots.
    """
    frame = result.parameters
    row = frame[(frame["op"] == ":=") & (frame["lhs"] == definition.name)].iloc[0]
    names = definition.expression.names
    estimates, covariance = _estimates(result, names)
    letters = [
        Letter(rf"\theta_{{{i}}}", f"θ_{i}", float(value)) for i, value in enumerate(estimates, 1)
    ]
    slopes = definition.expression.gradient(dict(zip(names, estimates, strict=True)))
    value, se = float(row["estimate"]), float(row["se"])
    symbols = {
        f"theta_{i}": Symbol(
            letter.latex, letter.text, _meaning(result, name, language), float(letter.number)
        )
        for i, (name, letter) in enumerate(zip(names, letters, strict=True), 1)
    }
    right = _tree(definition, dict(zip(names, letters, strict=True)))
    effect = Letter(r"\gamma", "γ", value)
    equations = [Equation(effect, right)]
    if se > 0:
        symbols |= _error_symbols(names, slopes, covariance, se, language)
        equations.append(Equation(symbols["se"].letter, Root(_variance(symbols, len(names)))))
    low, high = float(row["ci_low"]), float(row["ci_high"])
    readings = [_read(result, definition, value, language)]
    if not np.isnan(low):
        readings.append(
            say(
                "Its {percent:g} % interval goes from {low} to {high}.",
                language,
                percent=100 * result.confidence,
                low=shown(low),
                high=shown(high),
            )
        )
    return Found(
        title=say("Defined effect {name}", language, name=definition.name),
        equations=equations,
        symbols=symbols,
        readings=tuple(readings),
        cautions=(
            *_symmetry(definition, language),
            say(
                "A path is a cause only as far as the design says so: answers of one moment cannot "
                "tell an effect from its reverse.",
                language,
            ),
        ),
        references=(SOBEL_1982, MACKINNON_2004),
        main=0,
        also=range(1, len(equations)),
    )


def _read(result: SemResult, definition: Definition, value: float, language: str) -> str:
    """Say what a product of paths is; of anything else, what it was defined as."""
    paths = {row.label for row in result.fitted.structure.table.parameters if row.op == "~"}
    expression = definition.expression
    product = all(kind == "name" or what == "*" for kind, what in expression.steps)
    if not product or not set(expression.names) <= paths:
        return say("The model defines it as {text}.", language, text=expression.text)
    return say(
        "Where what stands at its beginning rises by one unit, its end changes by {value} along "
        "these paths.",
        language,
        value=shown(value),
    )


def _symmetry(definition: Definition, language: str) -> tuple[str, ...]:
    """Warn of the delta method where the effect is more than a sum."""
    if definition.expression.linear() is not None:
        return ()
    return (
        say(
            "The estimate of a product is not normally distributed, so the interval of the delta "
            "method is too symmetric; bootstrap_sem and monte_carlo_interval give intervals that "
            "need not be.",
            language,
        ),
    )


def _estimates(
    result: SemResult, names: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the estimates of labels, and their covariances; those of fixed ones are 0."""
    structure = result.fitted.structure
    parameters = structure.table.parameters
    of_cells = structure.covariance_of_cells(np.asarray(result.covariance))
    cell_of = {row: at for at, row in enumerate(structure.rows)}
    frame = result.parameters
    rows = [next(at for at, row in enumerate(parameters) if row.label == name) for name in names]
    covariance = np.zeros((len(rows), len(rows)))
    cells = [cell_of.get(row) for row in rows]
    for i, one in enumerate(cells):
        for j, other in enumerate(cells):
            if one is not None and other is not None:
                covariance[i, j] = of_cells[one, other]
    return frame["estimate"].to_numpy(dtype=np.float64)[rows], covariance


def _meaning(result: SemResult, name: str, language: str) -> str:
    row = next(one for one in result.fitted.structure.table.parameters if one.label == name)
    written = f"{row.lhs} {row.op} {row.rhs}".rstrip()
    return say("estimate of {written}, labelled {name}", language, written=written, name=name)


def _error_symbols(
    names: tuple[str, ...],
    slopes: dict[str, NDArray[np.float64]],
    covariance: NDArray[np.float64],
    se: float,
    language: str,
) -> dict[str, Symbol]:
    pairs = list(combinations_with_replacement(range(len(names)), 2))
    return {
        "slopes": Symbol(
            "g_i",
            "g_i",
            say("by how much the effect grows with each estimate", language),
            np.array([float(slopes[name]) for name in names]),
            names,
        ),
        "covariances": Symbol(
            "v_{ij}",
            "v_ij",
            say("variances and covariances of the estimates", language),
            np.array([covariance[pair] for pair in pairs]),
            tuple(names[i] if i == j else f"({names[i]}, {names[j]})" for i, j in pairs),
        ),
        "se": symbol(r"\mathrm{SE}", "SE", say("standard error", language), se),
    }


def _variance(symbols: dict[str, Symbol], count: int) -> Node:
    pairs = list(combinations_with_replacement(range(count), 2))
    slopes, covariances = symbols["slopes"], symbols["covariances"]

    def term(at: int) -> Node:
        i, j = pairs[at]
        if i == j:
            return slopes.at(i) ** 2 * covariances.at(at)
        return 2 * slopes.at(i) * slopes.at(j) * covariances.at(at)

    return total(r"\sum_{i,j} g_i g_j v_{ij}", "Σ g_i × g_j × v_ij", term, len(pairs))


def _tree(definition: Definition, letters: dict[str, Letter]) -> Node:
    """Write the arithmetic of a definition as a tree."""
    stack: list[Node] = []
    for kind, what in definition.expression.steps:
        if kind == "number":
            whole = float(what).is_integer()
            number = int(what) if whole else float(what)
            stack.append(Letter(str(number), str(number), number))
        elif kind == "name":
            stack.append(letters[what])
        elif what == "sqrt":
            stack.append(Root(stack.pop()))
        elif what == "negative":
            stack.append(-1 * stack.pop())
        elif what in _OPERATIONS:
            right = stack.pop()
            stack.append(_OPERATIONS[what](stack.pop(), right))
        elif what == "^" and getattr(stack[-1], "number", None) in _POWERS:
            power = stack.pop()
            stack.append(stack.pop() ** round(power.work_out()))
        else:
            raise ValueError(
                f"{definition.name} := {definition.expression} cannot be shown step by step: only "
                "sums, differences, products, ratios, squares, cubes and roots can."
            )
    return stack[0]
