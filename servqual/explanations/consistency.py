"""How alpha and omega of a scale were computed."""

import itertools
from collections.abc import Sequence

import numpy as np

from servqual._language import say
from servqual.explanations._arithmetic import Letter, shown, total
from servqual.explanations._choice import choose, choose_statistic
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.items import SCALE
from servqual.reliability._scale_result import Reason
from servqual.reliability.consistency import InternalConsistency

STATISTICS = ("alpha", "omega")
CRONBACH_1951 = (
    "Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, "
    "16(3), 297-334. https://doi.org/10.1007/BF02310555"
)
SIJTSMA_2009 = (
    "Sijtsma, K. (2009). On the use, the misuse, and the very limited usefulness of Cronbach's "
    "alpha. Psychometrika, 74(1), 107-120. https://doi.org/10.1007/s11336-008-9101-0"
)
MCDONALD_1999 = "McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum."
Found = tuple[list[Equation], dict[str, Symbol]]


def explain_consistency(
    result: InternalConsistency,
    *,
    dimension: object = None,
    statistic: str | None = None,
    language: str = "en",
) -> Explanation:
    """Explain alpha or omega of a dimension or of the whole scale."""
    chosen = choose_statistic(statistic, STATISTICS)
    keys, labels = (result.columns[name].tolist() for name in ("dimension", "label"))
    key = choose(
        "dimension",
        SCALE if dimension is None else dimension,
        dict(zip(keys, labels, strict=True)),
    )
    at = keys.index(key)
    names = result.moments.names if key == SCALE else result.dimensions[key]
    of = say("Whole scale", language) if key == SCALE else labels[at]
    value, low, high = (
        float(result.columns[name][at])
        for name in (
            chosen,
            *(("ci_low", "ci_high") if chosen == "alpha" else ("omega_ci_low", "omega_ci_high")),
        )
    )
    problems = reasons_of(result.reasons, key, language)
    if chosen == "alpha":
        title = say("Cronbach's alpha: {of}", language, of=of)
        equations, symbols = _alpha(result, value, names, language)
        references: tuple[str, ...] = (CRONBACH_1951, SIJTSMA_2009)
        cautions: tuple[str, ...] = (
            say(
                "Alpha grows with the number of items, and a high alpha does not show that the "
                "items measure one thing: look at the factors as well.",
                language,
            ),
        )
    else:
        title = say("McDonald's omega: {of}", language, of=of)
        equations, symbols = _omega(result, key, value, names, language)
        references = (MCDONALD_1999,)
        cautions = (
            say(
                "Omega supposes that one factor fits the items; where it does not, the loadings "
                "and omega mislead.",
                language,
            ),
        )
        if not result.omega:
            problems = (
                say("Omega was not asked for; use omega=True.", language),
                *problems,
            )
        elif not np.isnan(value):
            cautions = (*cautions, *problems)
    return write_explanation(
        title=title,
        source=result.title(language),
        equations=equations,
        symbols=symbols,
        readings=_read(chosen, value, low, high, 100 * result.confidence, language),
        cautions=cautions,
        problems=problems,
        references=references,
        language=language,
    )


def reasons_of(reasons: Sequence[Reason], key: str, language: str) -> tuple[str, ...]:
    """Say why figures of one dimension are not given."""
    return tuple(
        reason.said(language)
        for reason in reasons
        if reason.where == key or reason.where.startswith(f"{key} (")
    )


def _alpha(result: InternalConsistency, value: float, names: Sequence[str], language: str) -> Found:
    covariance = result.moments.select(names).covariance
    k = len(names)
    rows, columns = np.triu_indices(k, 1)
    pairs = tuple(f"({one}, {other})" for one, other in itertools.combinations(names, 2))
    symbols = {
        "k": Symbol("k", "k", say("number of items", language), k),
        "variances": Symbol(
            "s_i^2",
            "s_i²",
            say("variances of the items", language),
            np.diag(covariance),
            tuple(names),
        ),
        "covariances": Symbol(
            "s_{ij}",
            "s_ij",
            say("covariances of the pairs of items", language),
            covariance[rows, columns],
            pairs,
        ),
        "own": Symbol(
            r"\sum_i s_i^2",
            "Σ s_i²",
            say("sum of the item variances", language),
            float(np.trace(covariance)),
        ),
        "total": Symbol(
            "s_T^2", "s_T²", say("variance of the sum score", language), float(covariance.sum())
        ),
    }
    variances, covariances = symbols["variances"], symbols["covariances"]
    own, whole = symbols["own"].letter, symbols["total"].letter
    equations = [
        Equation(own, total(r"\sum_i s_i^2", "Σ s_i²", variances.at, k)),
        Equation(
            whole,
            own + 2 * total(r"\sum_{i<j} s_{ij}", "Σ s_ij", covariances.at, k * (k - 1) // 2),
        ),
        Equation(
            Letter(r"\alpha", "α", value),
            symbols["k"].letter / (symbols["k"].letter - 1) * (1 - own / whole),
        ),
    ]
    return equations, symbols


def _omega(
    result: InternalConsistency, key: str, value: float, names: Sequence[str], language: str
) -> Found:
    nothing = np.full(len(names), np.nan)
    loadings, uniquenesses = result.factors.get(key, (nothing, nothing))
    symbols = {
        "loadings": Symbol(
            r"\lambda_i",
            "λ_i",
            say("unstandardised loadings of the items on the one factor", language),
            loadings,
            tuple(names),
        ),
        "uniquenesses": Symbol(
            r"\psi_i",
            "ψ_i",
            say("variances of the items that the factor leaves unexplained", language),
            uniquenesses,
            tuple(names),
        ),
        "common": Symbol(
            r"\sum_i \lambda_i",
            "Σ λ_i",
            say("sum of the loadings", language),
            float(loadings.sum()),
        ),
        "error": Symbol(
            r"\sum_i \psi_i",
            "Σ ψ_i",
            say("sum of the unexplained variances", language),
            float(uniquenesses.sum()),
        ),
    }
    common, error = symbols["common"].letter, symbols["error"].letter
    equations = [
        Equation(common, total(r"\sum_i \lambda_i", "Σ λ_i", symbols["loadings"].at, len(names))),
        Equation(error, total(r"\sum_i \psi_i", "Σ ψ_i", symbols["uniquenesses"].at, len(names))),
        Equation(Letter(r"\omega", "ω", value), common**2 / (common**2 + error)),
    ]
    return equations, symbols


def _read(
    statistic: str, value: float, low: float, high: float, percent: float, language: str
) -> tuple[str, ...]:
    share = shown(100 * value, 1)
    if statistic == "alpha":
        text = say(
            "The more the items vary together, the larger is the variance of their sum beside the "
            "sum of their variances, and the nearer alpha is to 1.",
            language,
        )
    else:
        text = say(
            "The share of the variance of the sum score that the one factor explains: "
            "{share} percent.",
            language,
            share=share,
        )
    if np.isnan(low):
        return (text,)
    interval = say(
        "Its {percent:g} % interval goes from {low} to {high}.",
        language,
        percent=percent,
        low=shown(low),
        high=shown(high),
    )
    return text, interval
