"""How a mean gap was computed: of an item, a dimension, or overall."""

import numpy as np
import pandas as pd

from servqual._language import say
from servqual.explanations._arithmetic import Letter
from servqual.explanations._choice import choose_row
from servqual.explanations._mean_gap import (
    CONCEPT_1985,
    SERVQUAL_1988,
    gap_caution,
    mean_of,
    mean_over_respondents,
    means_over,
    read_gap,
    respondents,
    why_no_gap,
)
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.explanations.weighted import explain_weighted_gap
from servqual.scores.gaps import GapScores

Found = tuple[Equation, dict[str, Symbol]]


def explain_gap(
    scores: GapScores,
    *,
    item: object = None,
    dimension: object = None,
    statistic: str | None = None,
    language: str = "en",
) -> Explanation:
    """Explain the mean gap of an item, of a dimension, or overall."""
    row = choose_row(scores.summary, item, dimension, statistic)
    label = scores.responses.instrument.label
    if row["level"] == "overall" and scores.importance is not None:
        return explain_weighted_gap(scores, row, language)
    if row["level"] == "item":
        title = say("Mean gap of item {item}", language, item=label(row["item"], language))
        equation, symbols = _of_item(row, language)
    elif row["level"] == "dimension":
        title = say(
            "Mean gap of {dimension}", language, dimension=label(row["dimension"], language)
        )
        equation, symbols = _of_dimension(scores, row, language)
    else:
        title = say("Overall gap, unweighted", language)
        equation, symbols = _of_overall(scores, row, language)
    return write_explanation(
        title=title,
        source=scores.title(language),
        equations=[equation],
        symbols=symbols,
        readings=read_gap(row, language),
        cautions=(gap_caution(language),),
        problems=(why_no_gap(language),),
        references=(CONCEPT_1985, SERVQUAL_1988),
        language=language,
    )


def _of_item(row: "pd.Series", language: str) -> Found:
    symbols = {
        "mean_p": Symbol(r"\bar P", "P̄", say("mean perception", language), float(row["mean_p"])),
        "mean_e": Symbol(r"\bar E", "Ē", say("mean expectation", language), float(row["mean_e"])),
        "n": respondents(int(row["n"]), language),
    }
    left = Letter(r"\bar G", "Ḡ", float(row["gap"]))
    return Equation(left, symbols["mean_p"].letter - symbols["mean_e"].letter), symbols


def _of_dimension(scores: GapScores, row: "pd.Series", language: str) -> Found:
    instrument = scores.responses.instrument
    key = str(row["dimension"])
    at, items = instrument.positions[key], instrument.dimensions[key]
    left = Letter(r"\bar G_d", "Ḡ_d", float(row["gap"]))
    if np.isnan(scores.item_scores[at]).any():
        values = scores.dimension_scores[list(instrument.dimensions).index(key)]
        meaning = say("each respondent's gap: the mean of the items that count", language)
        right, symbols = mean_over_respondents(scores, values, "G_{id}", "G_id", meaning, language)
        return Equation(left, right), symbols
    table = scores.summary[scores.summary["level"] == "item"].set_index("item")
    symbols = {
        "gaps": Symbol(
            r"\bar G_j",
            "Ḡ_j",
            say("mean gaps of the items", language),
            table.loc[list(items), "gap"].to_numpy(dtype=np.float64),
            tuple(instrument.label(item, language) for item in items),
        ),
        "k": Symbol("k", "k", say("number of items", language), len(items)),
        "n": respondents(int(row["n"]), language),
    }
    return Equation(left, mean_of(symbols["gaps"], symbols["k"], "j")), symbols


def _of_overall(scores: GapScores, row: "pd.Series", language: str) -> Found:
    instrument = scores.responses.instrument
    left = Letter(r"\bar G", "Ḡ", float(row["gap"]))
    of_dimensions = scores.overall_of == "dimensions"
    values = scores.dimension_scores if of_dimensions else scores.item_scores
    there = ~np.isnan(scores.overall_scores)
    if not there.any() or np.isnan(values[:, there]).any():
        meaning = say("each respondent's gap: the mean of the items that count", language)
        right, symbols = mean_over_respondents(
            scores, scores.overall_scores, "G_i", "G_i", meaning, language
        )
        return Equation(left, right), symbols
    if of_dimensions:
        keys, index, letter = tuple(instrument.dimensions), "d", "D"
        meaning = say("mean gaps of the dimensions", language)
        count = say("number of dimensions", language)
    else:
        keys, index, letter = instrument.items, "j", "k"
        meaning = say("mean gaps of the items", language)
        count = say("number of items", language)
    symbols = {
        "gaps": Symbol(
            rf"\bar G_{index}",
            f"Ḡ_{index}",
            meaning,
            means_over(scores, values, there),
            tuple(instrument.label(key, language) for key in keys),
        ),
        letter: Symbol(letter, letter, count, len(keys)),
        "n": respondents(int(row["n"]), language),
    }
    return Equation(left, mean_of(symbols["gaps"], symbols[letter], index)), symbols
