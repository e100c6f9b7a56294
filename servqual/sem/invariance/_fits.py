"""Fitting the levels of invariance: the answers are read once, and each level starts above."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from servqual.errors import ModelError
from servqual.sem.answers import fitting, read_answers
from servqual.sem.estimation import summarise
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.layout import Floats
from servqual.sem.fitting.model_data import Missing, read_source
from servqual.sem.fitting.scoring import Information
from servqual.sem.fitting.standardized import row_values
from servqual.sem.fitting.structure import Structure, build_structure
from servqual.sem.invariance._levels import check_levels, holds, table_of_level
from servqual.sem.result import SemResult
from servqual.sem.robustness.estimators import Estimator, default_information
from servqual.sem.specification.equalities import key_of
from servqual.sem.specification.syntax import Model, read_model
from servqual.sem.specification.table import ParameterTable, build_table
from servqual.sem.specification.writing import model_text


def fit_levels(
    model: str | Model,
    data: object,
    group: str,
    estimator: Estimator | None,
    missing: Missing,
    *,
    ordered: bool | str | Collection[str],
    levels: Sequence[str] | None,
    partial: Sequence[str],
    weights: str | ArrayLike | None,
    cluster: str | None,
    std_lv: bool,
    information: Information | None,
    confidence: float,
) -> Mapping[str, SemResult]:
    """Fit the levels of a model, by level; as `measurement_invariance`."""
    read = read_model(model) if isinstance(model, str) else model
    source = read_source(data, group=group, weights=weights, cluster=cluster)

    def base_of(n_groups: int, thresholds: Mapping[str, int]) -> ParameterTable:
        return build_table(
            read,
            observed=source.names,
            means=True,
            std_lv=std_lv or bool(thresholds),
            n_groups=n_groups,
            ordered=thresholds,
        )

    answers = read_answers(
        source, base_of, estimator, missing, ordered=ordered, information=information
    )
    groups = answers.data.groups
    if len(groups) < 2:
        raise ModelError(
            "Measurement invariance compares groups, but all respondents are in one: "
            f"{groups[0].label!r}."
        )
    how, ordinal, fit = answers.estimator, bool(answers.responses), fitting(answers, missing)
    asked = check_levels(levels, ordinal=ordinal)
    text = model_text(read)
    found: dict[str, SemResult] = {}
    above: Fitted | None = None
    for at, level in enumerate(asked):
        equal = holds(asked[: at + 1], ordinal=ordinal)
        table = table_of_level(answers.table, equal, partial, std_lv=std_lv, ordinal=ordinal)
        structure = build_structure(table)
        start = None if above is None or not above.converged else _start_from(above, structure)
        above = fit(structure, start)
        found[level] = summarise(
            above,
            model=text,
            estimator=how,
            information=information or default_information(how, missing),
            confidence=confidence,
        )
    return found


def _start_from(above: Fitted, structure: Structure) -> Floats:
    """Give the start of a level: the estimates of the one above, as near as it can have them."""
    values = row_values(above.structure, above.cells[None])[0]
    rows = above.structure.table.parameters
    before = {
        (row.group, key_of(row)): value for row, value in zip(rows, values.tolist(), strict=True)
    }
    own = (structure.table.parameters[at] for at in structure.rows)
    return structure.parameters(np.array([before[row.group, key_of(row)] for row in own]))
