"""What explanations of mean gaps share: means over parts and respondents, words, references."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual.explanations._arithmetic import Node, shown, total
from servqual.explanations.explanation import Symbol
from servqual.scores.gaps import GapScores

Floats = NDArray[np.float64]
Worked = tuple[Node, dict[str, Symbol]]
SERVQUAL_1988 = (
    "Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1988). SERVQUAL: A multiple-item scale for "
    "measuring consumer perceptions of service quality. Journal of Retailing, 64(1), 12-40."
)
CONCEPT_1985 = (
    "Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1985). A conceptual model of service "
    "quality and its implications for future research. Journal of Marketing, 49(4), 41-50. "
    "https://doi.org/10.1177/002224298504900403"
)


def mean_of(values: Symbol, count: Symbol, index: str) -> Node:
    """Add up the numbers of a symbol and divide by their count."""
    numbers = np.asarray(values.value)
    summed = total(rf"\sum_{index} {values.latex}", f"Σ {values.text}", values.at, len(numbers))
    return summed / count.letter


def means_over(scores: GapScores, values: NDArray[Any], rows: NDArray[np.bool_]) -> Floats:
    """Average each row of (q, n) scores over some respondents, with the sampling weights."""
    weights = scores.weights
    chosen = None if weights is None else weights[rows]
    return np.array([np.average(one[rows], weights=chosen) for one in values])


def mean_over_respondents(
    scores: GapScores, values: Floats, latex: str, text: str, meaning: str, language: str
) -> Worked:
    """Average what the respondents have, with the sampling weights; who has nothing is left out."""
    weights = scores.weights
    there = ~np.isnan(values)
    if weights is not None:
        there &= weights > 0
    each = Symbol(latex, text, meaning, values[there])
    n = int(there.sum())
    symbols = {"gaps": each, "n": respondents(n, language)}
    if weights is None:
        summed = total(rf"\sum_i {latex}", f"Σ {text}", each.at, n, float(values[there].sum()))
        return summed / symbols["n"].letter, symbols
    meaning = say("sampling weight of each respondent", language)
    weight = Symbol("v_i", "v_i", meaning, weights[there])
    numbers = float(weights[there] @ values[there])
    above = total(
        rf"\sum_i v_i {latex}", f"Σ v_i {text}", lambda i: weight.at(i) * each.at(i), n, numbers
    )
    below = total(r"\sum_i v_i", "Σ v_i", weight.at, n, float(weights[there].sum()))
    return above / below, {"sampling_weights": weight, **symbols}


def respondents(n: int, language: str) -> Symbol:
    """Give the symbol for how many respondents there are."""
    return Symbol("n", "n", say("number of respondents", language), n)


def read_gap(row: "pd.Series", language: str) -> tuple[str, ...]:
    """Say what the sign of a mean gap means, and how sure it is."""
    gap, low, high = (float(row[name]) for name in ("gap", "ci_low", "ci_high"))
    if gap < 0:
        text = say(
            "Gap = perception − expectation. It is negative: on average the service falls short "
            "of expectations, by {size} scale points.",
            language,
            size=shown(-gap),
        )
    elif gap > 0:
        text = say(
            "Gap = perception − expectation. It is positive: on average the service exceeds "
            "expectations, by {size} scale points.",
            language,
            size=shown(gap),
        )
    else:
        text = say(
            "Gap = perception − expectation. It is 0: on average the service is as expected.",
            language,
        )
    return text, *read_interval(low, high, language)


def read_interval(low: float, high: float, language: str) -> tuple[str, ...]:
    """Give the interval of a mean gap, where there is one."""
    if np.isnan(low):
        return ()
    return (
        say(
            "Its 95 % interval goes from {low} to {high}.",
            language,
            low=shown(low),
            high=shown(high),
        ),
    )


def gap_caution(language: str) -> str:
    """Say what a mean gap hides."""
    return say(
        "The same gap can come of high or of low expectations: look at the two means beside it. "
        "Where expectations stand near the top of the scale, perceptions can hardly exceed them.",
        language,
    )


def why_no_gap(language: str) -> str:
    """Say why there is no mean gap."""
    return say("Nobody has this score: answers are missing or do not apply.", language)
