"""How the part of a driver in an outcome's explained variance was computed."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual.explanations._arithmetic import Letter, Node, shown, total
from servqual.explanations._choice import choose, choose_statistic
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.priorities.relative.methods import METHODS
from servqual.priorities.relative.shares import RelativeImportance
from servqual.priorities.relative.subsets import EXACT, unexplained
from servqual.priorities.relative.wording import METHOD_NAMES

Floats = NDArray[np.float64]
WRITTEN = 6  # drivers up to which every subset of the others is written
_CONSTANT = 1e-24
_SINGULAR = 1e-10
LINDEMAN_1980 = (
    "Lindeman, R. H., Merenda, P. F., & Gold, R. Z. (1980). Introduction to bivariate and "
    "multivariate analysis. Scott, Foresman."
)
JOHNSON_2000 = (
    "Johnson, J. W. (2000). A heuristic method for estimating the relative weight of predictor "
    "variables in multiple regression. Multivariate Behavioral Research, 35(1), 1-19. "
    "https://doi.org/10.1207/S15327906MBR3501_1"
)
PRATT_1987 = (
    "Pratt, J. W. (1987). Dividing the indivisible: Using simple symmetry to partition variance "
    "explained. In Proceedings of the Second International Conference in Statistics (pp. "
    "245-260). University of Tampere."
)
GROEMPING_2006 = (
    "Grömping, U. (2006). Relative importance for linear regression in R: The package relaimpo. "
    "Journal of Statistical Software, 17(1), 1-27. https://doi.org/10.18637/jss.v017.i01"
)
_REFERENCES = {
    "lmg": (LINDEMAN_1980, GROEMPING_2006),
    "johnson": (JOHNSON_2000, GROEMPING_2006),
    "pratt": (PRATT_1987, GROEMPING_2006),
}
Parts = tuple[list[Equation], dict[str, Symbol]]


def explain_importance(
    result: RelativeImportance,
    *,
    item: object = None,
    dimension: object = None,
    statistic: str | None = None,
    language: str = "en",
) -> Explanation:
    """Explain the part of one driver in R squared, by the method of the result or another one."""
    if item is not None and dimension is not None:
        raise ValueError("Give item= or dimension=, not both.")
    asked = choose_statistic(statistic or result.method, METHODS)
    method = next(one for one in METHODS if one == asked)
    key = _driver(result, dimension if item is None else item)
    at = result.drivers.index(key)
    value = float(result.methods[method].iloc[at])
    label = result.label_of(key, language)
    if np.isnan(value):
        left = Letter(r"R^2_j", "R²_j", value)
        equations, symbols = [Equation(left, left)], dict[str, Symbol]()
    else:
        equations, symbols = _worked(result, at, method, value, language)
    name = say(METHOD_NAMES[method], language)
    return write_explanation(
        title=say("{method}: {driver}", language, method=name, driver=label),
        source=result.title(language),
        equations=equations,
        symbols=symbols,
        readings=_readings(result, label, value, language),
        cautions=_cautions(result, method, language),
        problems=result.problems or (say("It has no value by this method.", language),),
        references=_REFERENCES.get(method, (GROEMPING_2006,)),
        language=language,
    )


def _driver(result: RelativeImportance, wanted: object) -> str:
    """Find the driver that is meant; without a name, the one with the largest part."""
    if wanted is not None:
        known = {key: result.label_of(key) for key in result.drivers}
        return choose("driver", wanted, known)
    estimate = result.estimate
    return result.drivers[0 if np.isnan(estimate).all() else int(np.nanargmax(estimate))]


def _readings(
    result: RelativeImportance, label: str, value: float, language: str
) -> tuple[str, ...]:
    if not result.r_squared > 0:
        return ()
    return (
        say(
            "{driver} goes with {share} percent of what all drivers explain together (R² = "
            "{r_squared}).",
            language,
            driver=label,
            share=shown(100 * value / result.r_squared, 1),
            r_squared=shown(result.r_squared),
        ),
    )


def _cautions(result: RelativeImportance, method: str, language: str) -> tuple[str, ...]:
    found = [
        say(
            "Shares tell what goes with the outcome among these respondents, not what moves it.",
            language,
        )
    ]
    if method in ("first", "last"):
        text = "The values of all drivers do not sum to R² by this method."
        found.append(say(text, language))
    if method == "pratt":
        text = "It can be negative, and is no part of R² then (suppression)."
        found.append(say(text, language))
    elif not result.n_resamples:
        text = "In samples it is too large on average, and without resamples it has no interval."
        found.append(say(text, language))
    return tuple(found)


def _worked(result: RelativeImportance, at: int, method: str, value: float, language: str) -> Parts:
    columns = _columns(result)
    if method in ("johnson", "pratt"):
        r, within, names = _correlations(result, columns)
        starts = np.cumsum([0, *map(len, columns)])
        own = range(starts[at], starts[at + 1])
        by = _johnson if method == "johnson" else _pratt
        return by(r, within, own, names, value, language)
    if method == "first":
        parts = _first(result, columns[at], value, language)
        if parts is not None:
            return parts
    known = [i for i, block in enumerate(columns) if block]
    if method == "lmg" and len(known) > EXACT:
        raise ValueError(
            f"LMG of more than {EXACT} drivers was averaged over sampled orders of entry, which "
            "are too many to write down; statistic='johnson' can be explained."
        )
    by_subset = _Subsets(result, [columns[i] for i in known], [result.drivers[i] for i in known])
    own_at = known.index(at)
    if method == "lmg":
        return _averaged(by_subset, own_at, value, language)
    alone = method == "first"
    return _difference(by_subset, own_at, value, alone, language)


def _columns(result: RelativeImportance) -> list[tuple[int, ...]]:
    """Find the columns of each driver in the covariance matrix; none of one without variance."""
    groups = dict(result.groups)
    names = list(result.moments.names)
    variance = np.diag(result.moments.covariance)
    varies = variance > _CONSTANT * (1 + np.asarray(result.moments.mean) ** 2)
    return [
        tuple(j for j in map(names.index, groups.get(key, (key,))) if varies[j])
        for key in result.drivers
    ]


def _correlations(
    result: RelativeImportance, columns: Sequence[tuple[int, ...]]
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Give correlations with the outcome, those of the columns, and their names."""
    order = [j for block in columns for j in block]
    covariance = result.moments.covariance
    sd = np.sqrt(np.diag(covariance))
    matrix = covariance / np.outer(sd, sd)
    names = tuple(str(result.moments.names[j]) for j in order)
    return matrix[order, -1], matrix[np.ix_(order, order)], names


class _Subsets:
    """R squared of every subset of the drivers."""

    def __init__(
        self, result: RelativeImportance, blocks: list[tuple[int, ...]], keys: list[str]
    ) -> None:
        left = unexplained(result.moments.covariance[None], blocks)[:, 0]
        self._r_squared = 1 - left / left[0]
        self.keys = keys

    def of(self, members: Sequence[int]) -> float:
        """Give R squared of some drivers."""
        return float(self._r_squared[sum(1 << i for i in members)])

    def before(self, at: int, size: int) -> Iterator[tuple[int, ...]]:
        """Give the sets of so many others that can have entered before a driver."""
        return combinations([i for i in range(len(self.keys)) if i != at], size)

    def named(self, members: Sequence[int]) -> str:
        """Name a set."""
        return "{" + ", ".join(self.keys[i] for i in members) + "}"


def _averaged(subsets: _Subsets, at: int, value: float, language: str) -> Parts:
    """Average over how many others have entered before, and over which."""
    q = len(subsets.keys)
    symbols = {"q": Symbol("q", "q", say("number of drivers", language), q)}
    equations: list[Equation] = []
    means = np.zeros(q)
    for size in range(q):
        before = list(subsets.before(at, size))
        after = np.array([subsets.of((*one, at)) for one in before])
        without = np.array([subsets.of(one) for one in before])
        means[size] = (after - without).mean()
        if not size or q > WRITTEN:
            continue
        names = tuple(map(subsets.named, before))
        with_it = Symbol(
            rf"R^2_{{{size}+j}}",
            f"R²_{size}+j",
            say("R² of the driver and other drivers ({count} of them)", language, count=size),
            after,
            names,
        )
        others = Symbol(
            rf"R^2_{{{size}}}",
            f"R²_{size}",
            say("R² of these other drivers ({count} of them) alone", language, count=size),
            without,
            names,
        )
        symbols[f"with_{size}"], symbols[f"without_{size}"] = with_it, others
        left = Letter(f"D_{size}", f"D_{size}", float(means[size]))
        equations.append(Equation(left, _mean_step(with_it, others, comb(q - 1, size))))
    symbols["steps"] = Symbol(
        "D_k",
        "D_k",
        say("what the driver adds to R² of k others, on average over all sets of them", language),
        means,
        tuple(f"D_{k}" for k in range(q)),
    )
    whole = total(r"\sum_{k=0}^{q-1} D_k", "Σ D_k", symbols["steps"].at, q, float(means.sum()))
    equations.append(Equation(Letter(r"\mathrm{LMG}", "LMG", value), whole / symbols["q"].letter))
    return equations, symbols


def _mean_step(with_it: Symbol, others: Symbol, count: int) -> Node:
    """Average what the driver adds to each of so many sets."""

    def step(i: int) -> Node:
        return with_it.at(i) - others.at(i)

    if count == 1:
        return step(0)
    latex = rf"\sum \left( {with_it.latex} - {others.latex} \right)"
    text = f"Σ ({with_it.text} − {others.text})"
    return total(latex, text, step, count) / Letter(str(count), str(count), count)


def _difference(subsets: _Subsets, at: int, value: float, alone: bool, language: str) -> Parts:
    """Take R squared with the driver less R squared without it."""
    others = () if alone else tuple(i for i in range(len(subsets.keys)) if i != at)
    symbols = {
        "with": Symbol(
            r"R^2_{+j}",
            "R²_+j",
            say("R² with the driver", language),
            subsets.of((*others, at)),
        ),
        "without": Symbol(
            r"R^2_{-j}", "R²_−j", say("R² without the driver", language), subsets.of(others)
        ),
    }
    left = Letter(r"R^2_j", "R²_j", value)
    return [Equation(left, symbols["with"].letter - symbols["without"].letter)], symbols


def _first(
    result: RelativeImportance, columns: tuple[int, ...], value: float, language: str
) -> Parts | None:
    """Square the correlation of a driver of one column."""
    if len(columns) != 1:
        return None
    r, _, _ = _correlations(result, [columns])
    symbol = Symbol("r_j", "r_j", say("correlation with the outcome", language), float(r[0]))
    left = Letter(r"R^2_j", "R²_j", value)
    return [Equation(left, symbol.letter**2)], {"r": symbol}


def _pratt(
    r: Floats, within: Floats, own: range, names: tuple[str, ...], value: float, language: str
) -> Parts:
    beta = np.linalg.solve(within, r)
    at = list(own)
    named = tuple(names[i] for i in at) if len(at) > 1 else ()
    symbols = {
        "beta": Symbol(
            r"\beta_j", "β_j", say("standardised coefficient", language), beta[at], named
        ),
        "r": Symbol("r_j", "r_j", say("correlation with the outcome", language), r[at], named),
    }
    b, c = symbols["beta"], symbols["r"]
    right: Node = b.at(0) * c.at(0)
    if len(at) > 1:
        right = total(r"\sum_j \beta_j r_j", "Σ β_j r_j", lambda i: b.at(i) * c.at(i), len(at))
    return [Equation(Letter(r"\mathrm{Pratt}", "Pratt", value), right)], symbols


def _johnson(
    r: Floats, within: Floats, own: range, names: tuple[str, ...], value: float, language: str
) -> Parts:
    values, vectors = np.linalg.eigh(within)
    there = values > _SINGULAR
    root = np.sqrt(np.where(there, values, 0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=there)
    loadings = (vectors * root) @ vectors.T
    weights = (vectors * inverse) @ vectors.T @ r
    pairs = [(j, k) for j in own for k in range(len(r))]
    named = tuple(names[k] if len(own) == 1 else f"({names[j]}, {names[k]})" for j, k in pairs)
    symbols = {
        "loadings": Symbol(
            r"\lambda_{jk}",
            "λ_jk",
            say("correlation of the driver with the uncorrelated counterpart of each", language),
            np.array([loadings[pair] for pair in pairs]),
            named,
        ),
        "weights": Symbol(
            "b_k",
            "b_k",
            say("correlation of the counterpart with the outcome", language),
            np.array([weights[k] for _, k in pairs]),
            named,
        ),
    }
    first, second = symbols["loadings"], symbols["weights"]
    right = total(
        r"\sum_k \lambda_{jk}^2 b_k^2",
        "Σ λ_jk² b_k²",
        lambda i: first.at(i) ** 2 * second.at(i) ** 2,
        len(pairs),
    )
    return [Equation(Letter(r"\epsilon_j", "ε_j", value), right)], symbols
