"""How the intraclass correlations of people in units were computed."""

import numpy as np
import pandas as pd

from servqual._language import say
from servqual.explanations._arithmetic import Letter, shown
from servqual.explanations._choice import choose, choose_row, choose_statistic
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.provider.agreement import UnitAgreement

STATISTICS = ("icc1", "icc2")
NAMES = {"icc1": "ICC(1)", "icc2": "ICC(2)"}
SHROUT_FLEISS_1979 = (
    "Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing rater "
    "reliability. Psychological Bulletin, 86(2), 420-428. "
    "https://doi.org/10.1037/0033-2909.86.2.420"
)
BLIESE_2000 = (
    "Bliese, P. D. (2000). Within-group agreement, non-independence, and reliability. In K. J. "
    "Klein & S. W. J. Kozlowski (Eds.), Multilevel theory, research, and methods in organizations "
    "(pp. 349-381). Jossey-Bass."
)
_READINGS = {
    "icc1": "Of the variance, {share} percent lies between units; people of one unit resemble each "
    "other as much as that.",
    "icc2": "Units drawn again with as many people would have means that correlate {value} with "
    "these.",
}


def explain_agreement(
    result: UnitAgreement,
    *,
    item: object = None,
    dimension: object = None,
    statistic: str | None = None,
    label: object = None,
    language: str = "en",
) -> Explanation:
    """Explain ICC(1) or ICC(2) of an item, a dimension, overall or a column."""
    chosen = choose_statistic(statistic, STATISTICS)
    row, what = _row(result, item, dimension, label)
    value, f = float(row[chosen]), float(row["statistic"])
    symbols = {
        "f": Symbol(
            "F",
            "F",
            say("mean square between units over the mean square within units", language),
            f,
        ),
    }
    above = symbols["f"].letter - 1
    right = above / symbols["f"].letter
    if chosen == "icc1":
        symbols["k0"] = Symbol(
            "k_0",
            "k0",
            say("answers of a unit, as far as unequal units amount to one size", language),
            float(row["k0"]),
        )
        right = above / (above + symbols["k0"].letter)
    low, high = float(row[f"{chosen}_ci_low"]), float(row[f"{chosen}_ci_high"])
    readings = []
    if value > 0:
        readings.append(
            say(_READINGS[chosen], language, share=shown(100 * value, 1), value=shown(value))
        )
    elif not np.isnan(value):
        text = "It is not above 0: units differ no more than chance would have them."
        readings.append(say(text, language))
    if not np.isnan(low):
        template = "Its {percent:g} % interval goes from {low} to {high}."
        percent = 100 * result.confidence
        readings.append(say(template, language, percent=percent, low=shown(low), high=shown(high)))
    name = NAMES[chosen]
    return write_explanation(
        title=say("{statistic} of {feature}", language, statistic=name, feature=what),
        source=result.title(language),
        equations=[Equation(Letter(rf"\mathrm{{{name}}}", name, value), right)],
        symbols=symbols,
        readings=readings,
        cautions=(
            say(
                "It supposes that people of a unit are a random sample of it, and that answers "
                "vary alike in all units.",
                language,
            ),
        ),
        problems=result.problems,
        references=(SHROUT_FLEISS_1979, BLIESE_2000),
        language=language,
    )


def _row(
    result: UnitAgreement, item: object, dimension: object, label: object
) -> tuple[pd.Series, str]:
    table = result.to_frame()
    if "column" not in table:
        if label is not None:
            raise ValueError("label= names a column; choose by item= or dimension= here.")
        row = choose_row(table, item, dimension, None)
        return row, str(row["label"])
    if item is not None or dimension is not None:
        raise ValueError("These are plain columns; choose one by label=.")
    names = [str(one) for one in table["column"]]
    if label is None and len(names) > 1:
        raise ValueError(f"There are {len(names)} columns; choose one, such as label={names[0]!r}.")
    key = choose("column", names[0] if label is None else label, dict.fromkeys(names, ""))
    return table.iloc[names.index(key)], key
