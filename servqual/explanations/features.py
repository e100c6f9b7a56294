"""How better and worse of a feature were computed from the answers to a Kano questionnaire."""

import numpy as np

from servqual._language import say
from servqual.explanations._arithmetic import Letter, Node, Sum, shown
from servqual.explanations._choice import choose, choose_statistic
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.priorities.asymmetry.kano import KanoAnalysis

STATISTICS = ("better", "worse", "asymmetry")
BERGER_1993 = (
    "Berger, C., Blauth, R., Boger, D., et al. (1993). Kano's methods for understanding "
    "customer-defined quality. Center for Quality of Management Journal, 2(4), 3-36."
)
COUNTED = {"A": "attractive", "O": "one_dimensional", "M": "must_be", "I": "indifferent"}
_MEANINGS = {
    "A": "attractive answers",
    "O": "one-dimensional answers",
    "M": "must-be answers",
    "I": "indifferent answers",
}
_READINGS = {
    "better": "Of those who are neither put off by the feature nor contradict themselves, {share} "
    "percent are pleased where it is there.",
    "worse": "Of those who are neither put off by the feature nor contradict themselves, {share} "
    "percent are put off where it is absent.",
    "asymmetry": "Above 0, more are pleased by the feature than are put off by its absence; below "
    "0, fewer.",
}


def explain_feature(
    result: KanoAnalysis,
    *,
    item: object = None,
    statistic: str | None = None,
    language: str = "en",
) -> Explanation:
    """Explain better, worse or their sum for a feature."""
    chosen = choose_statistic(statistic, STATISTICS)
    table = result.to_frame()
    features = [str(one) for one in table["feature"]]
    if item is None and len(features) > 1:
        raise ValueError(
            f"There are {len(features)} features; choose one, such as item={features[0]!r}."
        )
    key = choose("feature", features[0] if item is None else item, dict.fromkeys(features, ""))
    row = table.iloc[features.index(key)]
    value = float(row[chosen])
    symbols = {
        letter: Symbol(letter, letter, say(_MEANINGS[letter], language), int(row[name]))
        for letter, name in COUNTED.items()
    }
    a, o, m, i = (symbols[letter].letter for letter in COUNTED)
    of_all = a + o + m + i
    right: Node = {
        "better": (a + o) / of_all,
        "worse": Sum(((-1, (o + m) / of_all),)),
        "asymmetry": (a - m) / of_all,
    }[chosen]
    left = (
        Letter(r"\mathrm{better} + \mathrm{worse}", "better + worse", value)
        if chosen == "asymmetry"
        else Letter(rf"\mathrm{{{chosen}}}", chosen, value)
    )
    low, high = float(row[f"{chosen}_ci_low"]), float(row[f"{chosen}_ci_high"])
    readings = [say(_READINGS[chosen], language, share=shown(100 * abs(value), 1))]
    if not np.isnan(low):
        template = "Its {percent:g} % interval goes from {low} to {high}."
        percent = 100 * result.confidence
        readings.append(say(template, language, percent=percent, low=shown(low), high=shown(high)))
    name = {"better": "Better", "worse": "Worse", "asymmetry": "Better + worse"}[chosen]
    return write_explanation(
        title=say("{statistic} of {feature}", language, statistic=name, feature=key),
        source=result.title(language),
        equations=[Equation(left, right)],
        symbols=symbols,
        readings=readings,
        cautions=(
            say(
                "Reverse and questionable answers are left out: {count} of {n}.",
                language,
                count=int(row["reverse"]) + int(row["questionable"]),
                n=int(row["n"]),
            ),
            say(
                "Like and dislike are all that is counted; how strong they are is not asked.",
                language,
            ),
        ),
        problems=result.problems,
        references=(BERGER_1993,),
        language=language,
    )
