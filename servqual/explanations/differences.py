"""How the reliability of a gap as a difference of two ratings was computed."""

import numpy as np

from servqual._language import say
from servqual.explanations._arithmetic import Letter
from servqual.explanations._choice import choose, choose_statistic
from servqual.explanations._steps import Equation
from servqual.explanations.consistency import reasons_of
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.items import SCALE
from servqual.reliability.difference_scores import DifferenceScoreReliability

STATISTICS = ("reliability", "alpha_gap")
JOHNS_1981 = (
    "Johns, G. (1981). Difference score measures of organizational behavior variables: A critique. "
    "Organizational Behavior and Human Performance, 27(3), 443-463. "
    "https://doi.org/10.1016/0030-5073(81)90033-7"
)
PETER_1993 = (
    "Peter, J. P., Churchill, G. A., & Brown, T. J. (1993). Caution in the use of difference "
    "scores in consumer research. Journal of Consumer Research, 19(4), 655-662. "
    "https://doi.org/10.1086/209329"
)


def explain_difference(
    result: DifferenceScoreReliability,
    *,
    dimension: object = None,
    statistic: str | None = None,
    language: str = "en",
) -> Explanation:
    """Explain the classical reliability of a gap, or what alpha of the item gaps adds to it."""
    chosen = choose_statistic(statistic, STATISTICS)
    keys, labels = (result.columns[name].tolist() for name in ("dimension", "label"))
    key = choose(
        "dimension",
        SCALE if dimension is None else dimension,
        dict(zip(keys, labels, strict=True)),
    )
    row = {name: column[keys.index(key)] for name, column in result.columns.items()}
    of = say("Whole scale", language) if key == SCALE else labels[keys.index(key)]
    every = _symbols(row, language)
    classical, identity = _equations(row, every)
    if chosen == "reliability":
        title = say("Reliability of the gap as a difference: {of}", language, of=of)
        equations = [classical]
        used: tuple[str, ...] = ("sd_e", "sd_p", "alpha_e", "alpha_p", "r_ep")
        readings = (
            say(
                "The share of the variance of the gap that is not error. Above stands the true "
                "variance, below all of it; what E and P share is taken from both.",
                language,
            ),
        )
    else:
        title = say("Alpha of the item gaps: {of}", language, of=of)
        equations = [classical, identity]
        used = tuple(every)
        readings = (
            say(
                "Alpha of the item gaps is the classical reliability and what E and P of the same "
                "item share beyond what E and P of different items do.",
                language,
            ),
        )
    cautions = (
        say(
            "The more E and P correlate, the less is left of their difference but error: at the "
            "same reliabilities of E and P, the reliability of the gap falls as r_EP rises.",
            language,
        ),
        say(
            "The classical formula supposes that E and P of one item share nothing but the true "
            "scores; items with the same wording share more, and then it is too low.",
            language,
        ),
    )
    return write_explanation(
        title=title,
        source=result.title(language),
        equations=equations,
        symbols={name: every[name] for name in used},
        readings=readings,
        cautions=cautions,
        problems=reasons_of(result.reasons, key, language),
        references=(JOHNS_1981, PETER_1993),
        language=language,
    )


def _symbols(row: dict[str, float], language: str) -> dict[str, Symbol]:
    letters = {
        "sd_e": ("s_E", "s_E", say("standard deviation of the mean expectation", language)),
        "sd_p": ("s_P", "s_P", say("standard deviation of the mean perception", language)),
        "alpha_e": ("r_{EE}", "r_EE", say("reliability of the expectations (alpha)", language)),
        "alpha_p": ("r_{PP}", "r_PP", say("reliability of the perceptions (alpha)", language)),
        "r_ep": (
            "r_{EP}",
            "r_EP",
            say("correlation of the mean expectation and the mean perception", language),
        ),
        "sd_gap": ("s_D", "s_D", say("standard deviation of the mean gap", language)),
        "c_same": (
            r"c_\text{same}",
            "c_same",
            say("mean covariance of E and P of the same item", language),
        ),
        "c_diff": (
            r"c_\text{diff}",
            "c_diff",
            say("mean covariance of E and P of different items", language),
        ),
    }
    symbols = {name: Symbol(*letter, float(row[name])) for name, letter in letters.items()}
    symbols["k"] = Symbol("k", "k", say("number of items", language), int(row["k"]))
    return symbols


def _equations(row: dict[str, float], symbols: dict[str, Symbol]) -> tuple[Equation, Equation]:
    names = ("sd_e", "sd_p", "alpha_e", "alpha_p", "r_ep", "sd_gap", "c_same", "c_diff", "k")
    e, p, own_e, own_p, shared, gap, same, different, k = (symbols[one].letter for one in names)
    twice = 2 * shared * e * p
    reliability = Letter("r_D", "r_D", float(row["reliability"]))
    classical = Equation(reliability, (e**2 * own_e + p**2 * own_p - twice) / (e**2 + p**2 - twice))
    more = Letter("2", "2", 2) / k * ((same - different) / gap**2)
    alpha = Letter(r"\alpha_D", "α_D", float(row["alpha_gap"]))
    if np.isnan(reliability.number):
        alpha = Letter(r"\alpha_D", "α_D", np.nan)
    return classical, Equation(alpha, reliability + more)
