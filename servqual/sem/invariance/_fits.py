"""Fitting the levels of invariance: the answers are read once, and each level starts above."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from servqual.errors import ModelError
from servqual.polychoric.moments import OrdinalMoments
from servqual.sem.estimation import summarise
from servqual.sem.fitting.fits import fit_squares, fit_structure
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.latent_responses import (
    latent_responses,
    n_thresholds,
    ordered_names,
    refuse_gaps,
)
from servqual.sem.fitting.layout import Floats
from servqual.sem.fitting.model_data import (
    Missing,
    ModelData,
    Source,
    read_model_data,
    read_source,
)
from servqual.sem.fitting.observed_statistics import observed_statistics
from servqual.sem.fitting.scoring import Information
from servqual.sem.fitting.standardized import row_values
from servqual.sem.fitting.structure import Structure, build_structure
from servqual.sem.invariance._levels import check_levels, holds, table_of_level
from servqual.sem.result import SemResult
from servqual.sem.robustness.estimators import (
    ROBUST_SQUARES,
    SQUARES,
    Estimator,
    check_estimator,
    default_estimator,
    default_information,
)
from servqual.sem.specification.equalities import key_of
from servqual.sem.specification.syntax import Model, read_model
from servqual.sem.specification.table import ParameterTable, build_table
from servqual.sem.specification.writing import model_text

_Fit = Callable[[Structure, Floats | None], Fitted]


class _Answers(NamedTuple):
    """What was read: the model without equalities of groups, and how it is fitted."""

    base: ParameterTable
    ordinal: bool
    fit: _Fit
    estimator: Estimator


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
    answers = _read_answers(
        read, source, estimator, missing, ordered=ordered, std_lv=std_lv, information=information
    )
    ordinal, how = answers.ordinal, answers.estimator
    asked = check_levels(levels, ordinal=ordinal)
    text = model_text(read)
    found: dict[str, SemResult] = {}
    above: Fitted | None = None
    for at, level in enumerate(asked):
        equal = holds(asked[: at + 1], ordinal=ordinal)
        table = table_of_level(answers.base, equal, partial, std_lv=std_lv, ordinal=ordinal)
        structure = build_structure(table)
        start = None if above is None or not above.converged else _start_from(above, structure)
        above = answers.fit(structure, start)
        found[level] = summarise(
            above,
            model=text,
            estimator=how,
            information=information or default_information(how, missing),
            confidence=confidence,
        )
    return found


def _read_answers(
    model: Model,
    source: Source,
    estimator: Estimator | None,
    missing: Missing,
    *,
    ordered: bool | str | Collection[str],
    std_lv: bool,
    information: Information | None,
) -> _Answers:
    """Read the answers once for all levels, in the order of `fit_sem`."""

    def base_of(n_groups: int, thresholds: Mapping[str, int]) -> ParameterTable:
        return build_table(
            model,
            observed=source.names,
            means=True,
            std_lv=std_lv or bool(thresholds),
            n_groups=n_groups,
            ordered=thresholds,
        )

    given = () if source.group is None else {*source.group} - {None}
    base = base_of(max(len(given), 1), {})
    names = ordered_names(ordered, base, source.names)
    how: Estimator = estimator or default_estimator(
        ordered=bool(names),
        weighted=source.weights is not None,
        clustered=source.cluster is not None,
    )
    check_estimator(
        how,
        missing,
        information,
        weighted=source.weights is not None,
        clustered=source.cluster is not None,
        ordered=bool(names),
    )
    refuse_gaps(names, source)
    held = read_model_data(source, base.observed, missing)
    if len(held.groups) < 2:
        raise ModelError(
            "Measurement invariance compares groups, but all respondents are in one: "
            f"{held.groups[0].label!r}."
        )
    responses: tuple[OrdinalMoments, ...] = ()
    if names:
        held, responses = latent_responses(held, names, missing)
        base = base_of(len(held.groups), n_thresholds(responses))
    elif len(held.groups) != len(given):
        # A group of which nobody is left.
        base = base_of(len(held.groups), {})
    return _Answers(base, bool(names), _fitting(base, held, missing, how, responses), how)


def _fitting(
    base: ParameterTable,
    data: ModelData,
    missing: Missing,
    estimator: Estimator,
    responses: Sequence[OrdinalMoments],
) -> _Fit:
    """Say how a structure is fitted; what least squares fits is the same for all levels."""
    if estimator not in SQUARES:
        return lambda structure, start: fit_structure(structure, data, missing, start)
    statistics = observed_statistics(
        data,
        build_structure(base).layouts,
        SQUARES[estimator],
        responses,
        with_influence=estimator in ROBUST_SQUARES,
    )
    return lambda structure, start: fit_squares(structure, data, missing, statistics, start)


def _start_from(above: Fitted, structure: Structure) -> Floats:
    """Give the start of a level: the estimates of the one above, as near as it can have them."""
    values = row_values(above.structure, above.cells[None])[0]
    rows = above.structure.table.parameters
    before = {
        (row.group, key_of(row)): value for row, value in zip(rows, values.tolist(), strict=True)
    }
    own = (structure.table.parameters[at] for at in structure.rows)
    return structure.parameters(np.array([before[row.group, key_of(row)] for row in own]))
