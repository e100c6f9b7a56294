"""How CFI, TLI and RMSEA were computed: from how far chi-square lies above what chance gives."""

import pandas as pd

from servqual._language import say
from servqual.explanations._arithmetic import Largest, Letter, Node, Root
from servqual.explanations._model_letters import (
    BENTLER_1990,
    HU_BENTLER_1999,
    ROBUST_2012,
    ROBUST_2014,
    STEIGER_1990,
    TUCKER_LEWIS_1973,
    Found,
    symbol,
)
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Symbol
from servqual.sem.result import SemResult

_NAMES = {"cfi": "CFI", "tli": "TLI", "rmsea": "RMSEA"}
_ZERO = Letter("0", "0", 0)
_ABOUT = {
    "cfi": (
        "CFI is the share of the baseline's misfit that the model takes away; 1 is the most that "
        "it can be.",
        (BENTLER_1990,),
    ),
    "tli": (
        "TLI compares the misfit per degree of freedom with that of the baseline: it asks a price "
        "for each parameter, and may go beyond 1.",
        (TUCKER_LEWIS_1973,),
    ),
    "rmsea": (
        "RMSEA is the misfit of the model per degree of freedom, corrected for what chance adds; "
        "0 is the least that it can be.",
        (STEIGER_1990,),
    ),
}


def explained_excess(result: SemResult, statistic: str, language: str) -> Found:
    """Explain CFI, TLI or RMSEA, plain or robust."""
    fit = result.fit
    name, _, robust = statistic.partition("_")
    symbols = {
        "chi2": symbol(r"\chi^2", "χ²", say("chi-square of the model", language), fit["chi2"]),
        "df": Symbol("df", "df", say("degrees of freedom of the model", language), int(fit["df"])),
    }
    chi2, df = symbols["chi2"].letter, symbols["df"].letter
    equations: list[Equation] = []
    held: Letter = df
    if robust:
        held = _mean(fit, symbols, equations, "", "k", say("of the model", language), language)
    if name == "rmsea":
        right = _rmsea(result, symbols, chi2 - held, df, language)
    else:
        symbols |= {
            "baseline_chi2": symbol(
                r"\chi^2_0",
                "χ²_0",
                say("chi-square of the baseline, in which no variables are related", language),
                fit["baseline_chi2"],
            ),
            "baseline_df": Symbol(
                "df_0",
                "df_0",
                say("degrees of freedom of the baseline", language),
                _whole(fit["baseline_df"]),
            ),
        }
        base, base_df = symbols["baseline_chi2"].letter, symbols["baseline_df"].letter
        base_held: Letter = base_df
        if robust:
            what = say("of the baseline", language)
            base_held = _mean(fit, symbols, equations, "baseline_", "k_0", what, language)
        off, worst = chi2 - held, base - base_held
        if name == "cfi":
            right = 1 - Largest((off, _ZERO)) / Largest((off, worst, _ZERO))
        elif robust:
            right = 1 - (off / df) / (worst / base_df)
        else:
            right = (base / base_df - chi2 / df) / (base / base_df - 1)
    latex = rf"\mathrm{{{_NAMES[name]}}}"
    text = _NAMES[name]
    if robust:
        latex, text = rf"{latex}_\text{{robust}}", f"{text}_robust"
    equations.append(Equation(Letter(latex, text, float(fit[statistic])), right))
    reading, references = _ABOUT[name]
    cautions = [rules_of_thumb(language)]
    readings = [say(reading, language)]
    if name == "rmsea":
        suffix = "_robust" if robust else ""
        readings.append(
            say(
                "Its 90 % interval goes from {low} to {high}.",
                language,
                low=f"{fit[f'rmsea_ci_low{suffix}']:.3f}",
                high=f"{fit[f'rmsea_ci_high{suffix}']:.3f}",
            )
        )
        cautions.append(
            say(
                "With few degrees of freedom and few respondents RMSEA scatters widely: read its "
                "interval.",
                language,
            )
        )
    more = (ROBUST_2012 if name == "rmsea" else ROBUST_2014,) if robust else ()
    return Found(
        title=say(
            "Robust {index} of the model" if robust else "{index} of the model",
            language,
            index=_NAMES[name],
        ),
        equations=equations,
        symbols=symbols,
        readings=tuple(readings),
        cautions=tuple(cautions),
        references=(*references, *more, HU_BENTLER_1999),
    )


def _rmsea(
    result: SemResult, symbols: dict[str, Symbol], off: Node, df: Letter, language: str
) -> Node:
    symbols["n"] = Symbol("n", "n", say("number of respondents", language), result.n)
    ratio: Node = Largest((off, _ZERO))
    if len(result.groups) > 1:
        groups = say("number of groups", language)
        symbols["groups"] = Symbol("G", "G", groups, len(result.groups))
        ratio = symbols["groups"].letter * ratio
    return Root(ratio / (symbols["n"].letter * df))


def _mean(
    fit: "pd.Series",
    symbols: dict[str, Symbol],
    equations: list[Equation],
    prefix: str,
    letter: str,
    what: str,
    language: str,
) -> Letter:
    """Add the mean of an unscaled chi-square where the model holds."""
    index = letter.partition("_")[2]
    under = f"_{index}" if index else ""
    factor, shift = (float(fit[f"{prefix}scaling_{one}"]) for one in ("factor", "shift"))
    df = symbols[f"{prefix}df"].letter
    symbols[f"{prefix}factor"] = symbol(
        f"c{under}", f"c{under}", say("scaling factor {what}", language, what=what), factor
    )
    within: Node = df
    if shift:
        symbols[f"{prefix}shift"] = symbol(
            f"b{under}", f"b{under}", say("shift of the test {what}", language, what=what), shift
        )
        within = df - symbols[f"{prefix}shift"].letter
    symbols[f"{prefix}mean"] = symbol(
        letter,
        letter,
        say("mean of the uncorrected chi-square {what}, where it holds", language, what=what),
        factor * (float(df.number) - shift),
    )
    found = symbols[f"{prefix}mean"].letter
    equations.append(Equation(found, symbols[f"{prefix}factor"].letter * within))
    return found


def rules_of_thumb(language: str) -> str:
    """Say what cut-offs are worth."""
    return say(
        "Cut-offs for fit indices are rules of thumb from simulations of particular models; they "
        "are no test, and move with the number of items, the loadings and the respondents.",
        language,
    )


def _whole(value: float) -> int | float:
    return int(value) if value == value else value
