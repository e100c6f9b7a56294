"""What gaps 1 to 4 are thought to come from: structure only, with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

import pandas as pd

from servqual._language import check_language
from servqual.errors import InstrumentError
from servqual.instrument import Instrument, load_instrument

Respondents = Literal["managers", "staff"]

GAP_OF: Mapping[str, int] = {
    "marketing_research_orientation": 1,
    "upward_communication": 1,
    "levels_of_management": 1,
    "commitment_to_quality": 2,
    "goal_setting": 2,
    "task_standardisation": 2,
    "perceived_feasibility": 2,
    "teamwork": 3,
    "employee_job_fit": 3,
    "technology_job_fit": 3,
    "perceived_control": 3,
    "supervisory_control": 3,
    "role_conflict": 3,
    "role_ambiguity": 3,
    "horizontal_communication": 4,
    "propensity_to_overpromise": 4,
}


def gap_antecedents(language: str = "en") -> pd.DataFrame:
    """List the constructs that gaps 1 to 4 are thought to come from.

    Parameters
    ----------
    language : {"en", "zh"}
        Of the labels.

    Returns
    -------
    pandas.DataFrame
        One row a construct: gap_number, construct, label, items (how many), respondents, and how
        well it is supported that it belongs there (evidence_structure) and has so many items
        (evidence_items).

    References
    ----------
    .. [1] Zeithaml, V. A., Berry, L. L., & Parasuraman, A. (1988). Communication and control
       processes in the delivery of service quality. *Journal of Marketing*, 52(2), 35-48.
       https://doi.org/10.1177/002224298805200203

    Examples
    --------
    >>> gap_antecedents().groupby("gap_number")["items"].sum().tolist()
    [9, 11, 24, 6]
    """
    check_language(language)
    rows = []
    for who in get_args(Respondents):
        instrument = load_instrument(f"gap-antecedents-{who}")
        rows += [
            {
                "gap_number": GAP_OF[construct],
                "construct": construct,
                "label": instrument.label(construct, language),
                "items": len(items),
                "respondents": who,
                "evidence_structure": "verified",
                "evidence_items": instrument.evidence,
            }
            for construct, items in instrument.dimensions.items()
        ]
    return pd.DataFrame(rows)


def load_antecedents(respondents: Respondents, *, reverse: Sequence[str]) -> Instrument:
    """Load the questionnaire of the antecedents, with the items that you worded negatively.

    Parameters
    ----------
    respondents : {"managers", "staff"}
        Managers answer for gaps 1 and 2, contact staff for gaps 3 and 4.
    reverse : sequence of str
        Ids of the items that are worded negatively in your questionnaire, ``()`` for none. Which
        they are in the published one is not known here, so it must be said.

    Returns
    -------
    Instrument
        For `Responses.from_frame` and `perception_scores`. High scores of role conflict, role
        ambiguity and overpromising still mean a larger gap.

    Raises
    ------
    InstrumentError
        If there are no such respondents or items.

    Examples
    --------
    >>> load_antecedents("managers", reverse=["LM1"]).reverse
    ('LM1',)
    """
    if respondents not in get_args(Respondents):
        known = " or ".join(map(repr, get_args(Respondents)))
        raise InstrumentError(f"respondents must be {known}, not {respondents!r}.")
    instrument = load_instrument(f"gap-antecedents-{respondents}")
    items = (reverse,) if isinstance(reverse, str) else tuple(reverse)
    return replace(instrument, reverse=items)
