"""How a net promoter score was computed, with its standard error."""

import numpy as np
import pandas as pd

from servqual._language import say
from servqual.explanations._arithmetic import Letter, Root, shown
from servqual.explanations._choice import choose
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.scorecards.net_promoter import NetPromoterScore

REICHHELD_2003 = (
    "Reichheld, F. F. (2003). The one number you need to grow. Harvard Business Review, 81(12), "
    "46-54."
)
ROCKS_2016 = (
    'Rocks, B. (2016). Interval estimation for the "net promoter score". The American '
    "Statistician, 70(4), 365-372. https://doi.org/10.1080/00031305.2016.1173124"
)


def explain_net_promoter(
    result: NetPromoterScore, *, group: object = None, language: str = "en"
) -> Explanation:
    """Explain the net promoter score of all respondents, or of a group."""
    table = result.table
    at, title = 0, say("Net promoter score", language)
    if group is not None:
        names = table.loc[table["level"] == "group", "group"].astype(str)
        if names.empty:
            raise ValueError("This score has no groups; leave out group=.")
        key = choose("group", group, dict(zip(names, names, strict=True)))
        at = int(names.index[names == key][0])
        title = say("Net promoter score of group {group}", language, group=key)
    row = table.iloc[at]
    equations, symbols, main = _worked(result, row, language)
    value, low, high = (float(row[name]) for name in ("estimate", "ci_low", "ci_high"))
    readings = [
        say(
            "Promoters answer 9 or 10, detractors 0 to 6; those who answer 7 or 8 count among the "
            "respondents only. Above 0, there are more promoters than detractors.",
            language,
        )
    ]
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
    cautions = [
        say(
            "The standard error of a net promoter score is larger than that of a share: it takes "
            "many answers to tell two scores apart. Give the interval with the score.",
            language,
        ),
        say(
            "Very different answers give the same score: it does not see who moves within a class.",
            language,
        ),
    ]
    if not np.isnan(value) and np.isnan(float(row["se"])):
        cautions.append(
            say("There is no standard error: all answers are alike, or there is one.", language)
        )
    return write_explanation(
        title=title,
        source=result.title(language),
        equations=equations,
        symbols=symbols,
        main=main,
        also=range(main + 1, len(equations)),
        readings=readings,
        cautions=cautions,
        problems=(say("Nobody answered.", language),),
        references=(REICHHELD_2003, ROCKS_2016),
        language=language,
    )


def _worked(
    result: NetPromoterScore, row: "pd.Series", language: str
) -> tuple[list[Equation], dict[str, Symbol], int]:
    n = int(row["n"])
    promoters, detractors = float(row["promoters"]), float(row["detractors"])
    symbols = {
        "promoters": Symbol("p", "p", say("promoters, in percent", language), promoters),
        "detractors": Symbol("d", "d", say("detractors, in percent", language), detractors),
        "n": Symbol("n", "n", say("number of respondents", language), n),
    }
    p, d = symbols["promoters"].letter, symbols["detractors"].letter
    equations = []
    if not result.weighted and n:
        for letter, meaning in (
            ("p", say("number of promoters", language)),
            ("d", say("number of detractors", language)),
        ):
            percent = promoters if letter == "p" else detractors
            count = Symbol(f"n_{letter}", f"n_{letter}", meaning, round(percent * n / 100))
            symbols[f"n_{letter}"] = count
            share = Letter(letter, letter, percent)
            equations.append(Equation(share, 100 * count.letter / symbols["n"].letter))
    main = len(equations)
    value, se = float(row["estimate"]), float(row["se"])
    score = Letter(r"\mathrm{NPS}", "NPS", value)
    equations.append(Equation(score, p - d))
    if np.isnan(se):
        return equations, symbols, main
    size = symbols["n"].letter
    if result.weighted:
        meaning = say("effective sample size under the sampling weights", language)
        symbols["n_effective"] = Symbol(
            r"n_\text{eff}", "n_eff", meaning, float(row["n_effective"])
        )
        size = symbols["n_effective"].letter
    symbols["se"] = Symbol(r"\mathrm{SE}", "SE", say("standard error", language), se)
    equations.append(Equation(symbols["se"].letter, Root((100 * (p + d) - score**2) / size)))
    return equations, symbols, main
