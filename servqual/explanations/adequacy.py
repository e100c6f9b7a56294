"""How the Kaiser-Meyer-Olkin measure was computed, of all items or of one."""

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual.explanations._arithmetic import Letter, shown, total
from servqual.explanations._choice import choose
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.factors.adequacy import Factorability

Floats = NDArray[np.float64]
KAISER_1974 = (
    "Kaiser, H. F. (1974). An index of factorial simplicity. Psychometrika, 39(1), 31-36. "
    "https://doi.org/10.1007/BF02291575"
)


def explain_adequacy(
    result: Factorability, *, item: object = None, language: str = "en"
) -> Explanation:
    """Explain KMO of all items, or of one."""
    correlations = result.correlations
    names = [name for name in correlations.names if name not in correlations.constant]
    title = say("Kaiser-Meyer-Olkin measure", language)
    value, one = result.kmo, None
    if item is not None:
        labels = {name: correlations.labels.get(name, name) for name in correlations.names}
        key = choose("item", item, labels)
        title = say("Kaiser-Meyer-Olkin measure of item {item}", language, item=labels[key])
        value = float(result.kmo_items[key])
        one = names.index(key) if key in names else None
    if item is not None and one is None:
        plain = partial = np.full(1, np.nan)
        pairs: tuple[str, ...] = ()
    else:
        plain, partial, pairs = _pairs(correlations.matrix, names, one, correlations.singular)
    index = "i<j" if item is None else r"j \ne i"
    symbols = {
        "r": Symbol("r_{ij}", "r_ij", say("correlations of the items", language), plain, pairs),
        "q": Symbol(
            "q_{ij}",
            "q_ij",
            say("partial correlations of the items, given all other items", language),
            partial,
            pairs,
        ),
        "squares": Symbol(
            rf"\sum_{{{index}}} r_{{ij}}^2",
            "Σ r_ij²",
            say("sum of the squared correlations", language),
            float((plain**2).sum()),
        ),
        "partial_squares": Symbol(
            rf"\sum_{{{index}}} q_{{ij}}^2",
            "Σ q_ij²",
            say("sum of the squared partial correlations", language),
            float((partial**2).sum()),
        ),
    }
    equations = [
        _sum_of_squares(symbols["squares"], symbols["r"]),
        _sum_of_squares(symbols["partial_squares"], symbols["q"]),
    ]
    r, q = symbols["squares"].letter, symbols["partial_squares"].letter
    equations.append(Equation(Letter(r"\mathrm{KMO}", "KMO", value), r / (r + q)))
    why = say("The item correlates with no other.", language)
    return write_explanation(
        title=title,
        source=result.title(language),
        equations=equations,
        symbols=symbols,
        readings=(
            say(
                "Items that share factors correlate, but hardly any two of them once the others "
                "are held constant: then the partial correlations are small and KMO is near 1.",
                language,
            ),
            say(
                "Here the partial correlations make up {share} percent of the two sums.",
                language,
                share=shown(100 * (1 - value), 1),
            ),
        ),
        cautions=(
            say(
                "KMO says whether correlations can be factored, not how many factors there are nor "
                "which items form them.",
                language,
            ),
        ),
        problems=correlations.problems(language) or (why,),
        references=(KAISER_1974,),
        language=language,
    )


def _pairs(
    matrix: Floats, names: list[str], one: int | None, singular: bool
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Give the correlations and partial correlations of all pairs, or of those with one item."""
    k = len(matrix)
    rows, columns = np.triu_indices(k, 1)
    if one is not None:
        columns = np.array([j for j in range(k) if j != one])
        rows = np.full(k - 1, one)
    pairs = tuple(f"({names[i]}, {names[j]})" for i, j in zip(rows, columns, strict=True))
    partial = np.full_like(matrix, np.nan)
    if not singular:
        inverse = np.linalg.inv(matrix)
        scale = np.sqrt(np.diag(inverse))
        partial = -inverse / np.outer(scale, scale)
    return matrix[rows, columns], partial[rows, columns], pairs


def _sum_of_squares(whole: Symbol, each: Symbol) -> Equation:
    count = len(np.asarray(each.value))
    squares = total(whole.latex, whole.text, lambda i: each.at(i) ** 2, count)
    return Equation(whole.letter, squares)
