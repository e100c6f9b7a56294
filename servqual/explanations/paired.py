"""How a paired t test of a mean gap was computed, from answers or from a published table."""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from servqual._language import say
from servqual.comparisons.gaps import GapTests
from servqual.comparisons.paired import PublishedTests
from servqual.comparisons.tested import WEIGHTED_RANKS
from servqual.explanations._arithmetic import Letter, Root, shown
from servqual.explanations._choice import choose, choose_row
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation

STUDENT_1908 = (
    "Student. (1908). The probable error of a mean. Biometrika, 6(1), 1-25. "
    "https://doi.org/10.1093/biomet/6.1.1"
)


def explain_gap_test(
    result: GapTests,
    *,
    item: object = None,
    dimension: object = None,
    statistic: str | None = None,
    language: str = "en",
) -> Explanation:
    """Explain the paired t test of an item, a dimension or an overall gap."""
    row = choose_row(result.table, item, dimension, statistic)
    n = int(row["n"])
    error = np.nan
    if n > 1:
        half = (float(row["ci_high"]) - float(row["ci_low"])) / 2
        error = half / float(stdtrit(n - 1, 0.5 + result.confidence / 2))
    weighted = any(reason.template == WEIGHTED_RANKS for reason in result.reasons)
    sd = np.nan if weighted else error * n**0.5
    return _explain(result, row, n, sd, error, weighted, language)


def explain_published_test(
    result: PublishedTests, *, label: object = None, language: str = "en"
) -> Explanation:
    """Explain the paired t test of one published gap."""
    labels = result.table["label"].tolist()
    if label is None and len(labels) > 1:
        raise ValueError(f"There are {len(labels)} tests; choose one, such as label={labels[0]!r}.")
    key = labels[0] if label is None else choose("test", label, dict.fromkeys(labels, ""))
    row = result.table.iloc[labels.index(key)]
    n, sd = int(row["n"]), float(row["sd"])
    return _explain(result, row, n, sd, sd / n**0.5, False, language)


def _explain(
    result: GapTests | PublishedTests,
    row: "pd.Series",
    n: int,
    sd: float,
    error: float,
    weighted: bool,
    language: str,
) -> Explanation:
    gap, t = float(row["estimate"]), float(row["statistic"])
    se_meaning = say("standard error of the mean gap", language)
    if weighted:
        se_meaning = say("standard error of the mean gap, under the sampling weights", language)
    symbols = {
        "gap": Symbol(r"\bar G", "Ḡ", say("mean gap", language), gap),
        "se": Symbol(r"\mathrm{SE}", "SE", se_meaning, error),
        "n": Symbol("n", "n", say("number of respondents", language), n),
    }
    equations = []
    if not weighted:
        symbols["sd"] = Symbol("s_G", "s_G", say("standard deviation of the gaps", language), sd)
        equations.append(
            Equation(symbols["se"].letter, symbols["sd"].letter / Root(symbols["n"].letter))
        )
    equations.append(Equation(Letter("t", "t", t), symbols["gap"].letter / symbols["se"].letter))
    return write_explanation(
        title=say("Paired t test: {label}", language, label=row["label"]),
        source=result.title(language),
        equations=equations,
        also=range(len(equations) - 1),
        symbols=symbols,
        readings=_read(result, row, language),
        cautions=(
            say(
                "A small p says that the gap is not 0, not that it is large: with many "
                "respondents small gaps are found too. Look at its size and its interval.",
                language,
            ),
            say("Of many tests some reject by chance: judge a family by the adjusted p.", language),
        ),
        problems=result._reasons_in(language),
        references=(STUDENT_1908,),
        language=language,
    )


def _read(result: GapTests | PublishedTests, row: "pd.Series", language: str) -> tuple[str, ...]:
    if np.isnan(float(row["statistic"])):
        return ()
    return (
        say(
            "t says how many standard errors the mean gap is away from 0; negative t means that "
            "the service falls short of expectations.",
            language,
        ),
        say(
            "With {df} degrees of freedom, p {p}; adjusted for {m} tests, p {adjusted}.",
            language,
            df=int(row["df"]),
            p=_p(float(row["p_value"])),
            m=result.m,
            adjusted=_p(float(row["p_adjusted"])),
        )
        if result.correction != "none"
        else say(
            "With {df} degrees of freedom, p {p}.",
            language,
            df=int(row["df"]),
            p=_p(float(row["p_value"])),
        ),
        say(
            "Its {percent:g} % interval goes from {low} to {high}.",
            language,
            percent=100 * result.confidence,
            low=shown(float(row["ci_low"])),
            high=shown(float(row["ci_high"])),
        ),
    )


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else f"= {value:.3f}".replace("0.", ".", 1)
