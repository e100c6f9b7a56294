"""How composite reliability, average variance extracted and HTMT of constructs were computed."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual.explanations._arithmetic import Letter, Root, shown, total
from servqual.explanations._choice import choose, choose_statistic
from servqual.explanations._model_letters import Found, symbol
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.sem.validity._composites import Construct
from servqual.sem.validity.construct import ConstructValidity

Floats = NDArray[np.float64]
STATISTICS = ("cr", "ave", "htmt")
FORNELL_LARCKER_1981 = (
    "Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with "
    "unobservable variables and measurement error. Journal of Marketing Research, 18(1), 39-50. "
    "https://doi.org/10.1177/002224378101800104"
)
RAYKOV_2001 = (
    "Raykov, T. (2001). Estimation of congeneric scale reliability using covariance structure "
    "analysis with nonlinear constraints. British Journal of Mathematical and Statistical "
    "Psychology, 54(2), 315-323. https://doi.org/10.1348/000711001159582"
)
HENSELER_2015 = (
    "Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing "
    "discriminant validity in variance-based structural equation modeling. Journal of the Academy "
    "of Marketing Science, 43(1), 115-135. https://doi.org/10.1007/s11747-014-0403-8"
)
ROEMER_2021 = (
    "Roemer, E., Schuberth, F., & Henseler, J. (2021). HTMT2: An improved criterion for assessing "
    "discriminant validity in structural equation modeling. Industrial Management & Data Systems, "
    "121(12), 2637-2650. https://doi.org/10.1108/IMDS-02-2021-0082"
)
RONKKO_CHO_2022 = (
    "Rönkkö, M., & Cho, E. (2022). An updated guideline for assessing discriminant validity. "
    "Organizational Research Methods, 25(1), 6-47. https://doi.org/10.1177/1094428120968614"
)
_SAME = 1e-12


def explain_construct(
    result: ConstructValidity,
    *,
    dimension: object = None,
    statistic: str | None = None,
    label: object = None,
    language: str = "en",
) -> Explanation:
    """Explain CR or AVE of a latent variable, or HTMT of a pair."""
    chosen = choose_statistic(statistic, STATISTICS)
    if chosen == "htmt":
        found = _ratio(result, dimension, label, language)
    else:
        if label is not None:
            raise ValueError("label= names the other variable of an HTMT; leave it out here.")
        construct = _construct(result, dimension)
        table = result.to_frame()
        value = float(table.loc[table["latent"] == construct.name, chosen].iloc[0])
        of = _reliability if chosen == "cr" else _extracted
        found = of(construct, value, language)
    return write_explanation(
        title=found.title,
        source=result.title(language),
        equations=found.equations,
        symbols=found.symbols,
        readings=found.readings,
        cautions=found.cautions,
        problems=result.problems,
        references=found.references,
        language=language,
    )


def _construct(result: ConstructValidity, dimension: object) -> Construct:
    known = {one.name: one for one in result.constructs}
    if dimension is None and len(known) > 1:
        raise ValueError(
            f"There are {len(known)} latent variables; choose one, such as "
            f"dimension={next(iter(known))!r}."
        )
    wanted = next(iter(known)) if dimension is None else dimension
    return known[choose("latent variable", wanted, dict.fromkeys(known, ""))]


def _loadings(construct: Construct, known: bool, language: str) -> dict[str, Symbol]:
    loadings = np.asarray(construct.standardised)
    if not known:
        loadings = np.full_like(loadings, np.nan)
    return {
        "k": Symbol("k", "k", say("number of indicators", language), len(loadings)),
        "loadings": Symbol(
            r"\lambda_i",
            "λ_i",
            say("standardised loadings of the indicators", language),
            loadings,
            construct.indicators,
        ),
    }


def _extracted(construct: Construct, value: float, language: str) -> Found:
    symbols = _loadings(construct, not np.isnan(value), language)
    loadings = symbols["loadings"]
    squares = float((np.asarray(loadings.value) ** 2).sum())
    symbols["squares"] = symbol(
        r"\sum_i \lambda_i^2",
        "Σ λ_i²",
        say("sum of the squared loadings", language),
        squares,
    )
    whole = symbols["squares"].letter
    each = total(whole.latex, whole.text, lambda i: loadings.at(i) ** 2, len(construct.indicators))
    return Found(
        title=say("Average variance extracted: {of}", language, of=construct.name),
        equations=[
            Equation(whole, each),
            Equation(Letter(r"\mathrm{AVE}", "AVE", value), whole / symbols["k"].letter),
        ],
        symbols=symbols,
        readings=(
            say(
                "On average the latent variable explains {share} percent of the variance of an "
                "indicator.",
                language,
                share=shown(100 * value, 1),
            ),
        ),
        cautions=(
            say(
                "The rule that it should reach .50, and exceed the variance shared with other "
                "latent variables, is a convention; intervals of the latent correlations say more "
                "about whether two can be told apart.",
                language,
            ),
        ),
        references=(FORNELL_LARCKER_1981, RONKKO_CHO_2022),
    )


def _reliability(construct: Construct, value: float, language: str) -> Found:
    symbols = _loadings(construct, not np.isnan(value), language)
    loadings = symbols["loadings"]
    numbers = np.asarray(loadings.value, dtype=np.float64)
    count = len(numbers)
    spread = np.sqrt(np.diag(construct.implied))
    implied = construct.implied / np.outer(spread, spread)
    symbols["common"] = symbol(
        r"\sum_i \lambda_i", "Σ λ_i", say("sum of the loadings", language), float(numbers.sum())
    )
    common = symbols["common"].letter
    each = total(common.latex, common.text, loadings.at, count)
    equations = [Equation(common, each)]
    errors = 1 - numbers**2
    simple = np.isnan(value) or bool(
        abs(implied.sum() - numbers.sum() ** 2 - errors.sum()) < _SAME * implied.sum()
    )
    left = Letter(r"\mathrm{CR}", "CR", value)
    references: tuple[str, ...] = (FORNELL_LARCKER_1981,)
    if simple:
        symbols["error"] = symbol(
            r"\sum_i (1 - \lambda_i^2)",
            "Σ (1 − λ_i²)",
            say("sum of the unexplained variances", language),
            float(errors.sum()),
        )
        error = symbols["error"].letter
        rest = total(error.latex, error.text, lambda i: 1 - loadings.at(i) ** 2, count)
        equations += [
            Equation(error, rest),
            Equation(left, common**2 / (common**2 + error)),
        ]
    else:
        pairs = list(combinations(range(count), 2))
        symbols["correlations"] = Symbol(
            r"\rho_{ij}",
            "ρ_ij",
            say("correlations of the indicators that the model implies", language),
            np.array([implied[pair] for pair in pairs]),
            tuple(f"({construct.indicators[i]}, {construct.indicators[j]})" for i, j in pairs),
        )
        symbols["total"] = symbol(
            r"\sum_{i,j} \rho_{ij}",
            "Σ ρ_ij",
            say("variance of the sum of the standardised indicators", language),
            float(implied.sum()),
        )
        whole = symbols["total"].letter
        twice = total(r"\sum_{i<j} \rho_{ij}", "Σ ρ_i<j", symbols["correlations"].at, len(pairs))
        equations += [
            Equation(whole, symbols["k"].letter + 2 * twice),
            Equation(left, common**2 / whole),
        ]
        references = (*references, RAYKOV_2001)
    return Found(
        title=say("Composite reliability: {of}", language, of=construct.name),
        equations=equations,
        symbols=symbols,
        readings=(
            say(
                "The latent variable explains {share} percent of the variance of the sum of the "
                "standardised indicators.",
                language,
                share=shown(100 * value, 1),
            ),
        ),
        cautions=(
            say(
                "It supposes that the model fits; what indicators share beyond the latent variable "
                "counts as error.",
                language,
            ),
        ),
        references=references,
    )


def _ratio(result: ConstructValidity, dimension: object, label: object, language: str) -> Found:
    pairs = result.htmt_pairs
    one, other = _pair(result, dimension, label)
    row = pairs[(pairs["lhs"] == one) & (pairs["rhs"] == other)].iloc[0]
    value = float(row["htmt"])
    geometric = result.mean == "geometric"
    kinds = {construct.name: construct for construct in result.constructs}
    first, second = kinds[one], kinds[other]
    spread = np.sqrt(np.diag(result.covariance))
    correlations = np.abs(result.covariance / np.outer(spread, spread))
    if np.isnan(value):
        correlations = np.full_like(correlations, np.nan)
    meanings = {
        "between": say("correlations of {one} with {other}", language, one=one, other=other),
        "first": say("correlations among the indicators of {one}", language, one=one),
        "second": say("correlations among the indicators of {one}", language, one=other),
    }
    cells = {
        "between": [(i, j) for i in first.at for j in second.at],
        "first": list(combinations(first.at, 2)),
        "second": list(combinations(second.at, 2)),
    }
    letters = {"between": "a", "first": "b", "second": "c"}
    symbols: dict[str, Symbol] = {}
    equations: list[Equation] = []
    for name, places in cells.items():
        letter = letters[name]
        values = np.array([correlations[place] for place in places])
        symbols[name] = Symbol(
            f"{letter}_i", f"{letter}_i", _in_size(meanings[name], language), values
        )
        mean = _mean(values, geometric=geometric)
        text = "mean of the {letter}_i" if not geometric else "geometric mean of the {letter}_i"
        mean_of = symbol(f"M_{letter}", f"M_{letter}", say(text, language, letter=letter), mean)
        symbols[f"{name}_mean"] = mean_of
        if not geometric:
            count = len(values)
            each = total(rf"\sum_i {letter}_i", f"Σ {letter}_i", symbols[name].at, count)
            equations.append(Equation(mean_of.letter, each / Letter(str(count), str(count), count)))
    left = Letter(
        *((r"\mathrm{HTMT2}", "HTMT2") if geometric else (r"\mathrm{HTMT}", "HTMT")), value
    )
    within = symbols["first_mean"].letter * symbols["second_mean"].letter
    equations.append(Equation(left, symbols["between_mean"].letter / Root(within)))
    return Found(
        title=say("{left} of {one} and {other}", language, left=left.text, one=one, other=other),
        equations=equations,
        symbols=symbols,
        readings=(
            say(
                "Items of the two correlate {value} times as high as items within each: near 1 the "
                "two cannot be told apart.",
                language,
                value=shown(value),
            ),
        ),
        cautions=(
            say(
                "The limits of .85 and .90 are conventions; an interval (n_resamples=) says more "
                "than the ratio alone.",
                language,
            ),
        ),
        references=(ROEMER_2021 if geometric else HENSELER_2015, RONKKO_CHO_2022),
    )


def _pair(result: ConstructValidity, dimension: object, label: object) -> tuple[str, str]:
    """Find the pair that is meant; without names, the one with the highest ratio."""
    pairs = result.htmt_pairs
    if not len(pairs):
        raise ValueError("There is no pair of latent variables with two observed indicators each.")
    names = dict.fromkeys([*pairs["lhs"], *pairs["rhs"]], "")
    wanted = [
        choose("latent variable", one, names) for one in (dimension, label) if one is not None
    ]
    fits: Sequence[bool] = [
        set(wanted) <= {one, other} for one, other in zip(pairs["lhs"], pairs["rhs"], strict=True)
    ]
    if len(set(wanted)) < len(wanted):
        raise ValueError("dimension= and label= must name two different latent variables.")
    held = pairs[np.asarray(fits)]
    ratios = held["htmt"].to_numpy(dtype=np.float64)
    at = 0 if np.isnan(ratios).all() else int(np.nanargmax(ratios))
    return str(held["lhs"].iloc[at]), str(held["rhs"].iloc[at])


def _mean(values: Floats, *, geometric: bool) -> float:
    return float(np.exp(np.log(values).mean())) if geometric else float(values.mean())


def _in_size(meaning: str, language: str) -> str:
    return say("{what}, without their signs", language, what=meaning)
