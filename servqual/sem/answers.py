"""The answers that a model is fitted to: read once, for one fit or for several."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from servqual.polychoric.moments import OrdinalMoments
from servqual.sem.fitting.fits import fit_squares, fit_structure
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.latent_responses import (
    check_thresholds,
    latent_responses,
    n_thresholds,
    ordered_names,
    refuse_gaps,
)
from servqual.sem.fitting.layout import Floats
from servqual.sem.fitting.model_data import Missing, ModelData, Source, read_model_data
from servqual.sem.fitting.observed_statistics import observed_statistics
from servqual.sem.fitting.scoring import Information
from servqual.sem.fitting.structure import Structure, build_structure
from servqual.sem.robustness.estimators import (
    ROBUST_SQUARES,
    SQUARES,
    Estimator,
    check_estimator,
    default_estimator,
)
from servqual.sem.specification.table import ParameterTable

Fit = Callable[[Structure, Floats | None], Fitted]
TableOf = Callable[[int, Mapping[str, int]], ParameterTable]


class Answers(NamedTuple):
    """The table of a model, the answers that it is fitted to, and by which estimator."""

    table: ParameterTable
    data: ModelData
    responses: tuple[OrdinalMoments, ...]
    estimator: Estimator


def read_answers(
    source: Source,
    table_of: TableOf,
    estimator: Estimator | None,
    missing: Missing,
    *,
    ordered: bool | str | Collection[str],
    information: Information | None,
) -> Answers:
    """Read what a model needs of the answers.

    Parameters
    ----------
    source : Source
    table_of : callable
        Gives the model's table for a number of groups and of thresholds by ordered variable.
    estimator : str, optional
        By default what the answers ask for.
    missing : str
    ordered : bool, str or collection of str
    information : str, optional

    Raises
    ------
    ModelError
        If the estimator cannot do what is asked for.
    ResponseError
        If the answers do not hold what the model names.
    """
    n_groups = 1 if source.group is None else len({*source.group} - {None})
    table = table_of(n_groups, {})
    names = ordered_names(ordered, table, source.names)
    kinds = {
        "ordered": bool(names),
        "weighted": source.weights is not None,
        "clustered": source.cluster is not None,
    }
    chosen: Estimator = estimator or default_estimator(**kinds)
    check_estimator(chosen, missing, information, moments=source.moments is not None, **kinds)
    refuse_gaps(names, source)
    data = read_model_data(source, table.observed, missing)
    responses: tuple[OrdinalMoments, ...] = ()
    if names:
        data, responses = latent_responses(data, names, missing)
        table = table_of(len(data.groups), n_thresholds(responses))
    elif len(data.groups) != n_groups:
        # A group of which nobody is left.
        table = table_of(len(data.groups), {})
    return Answers(table, data, responses, chosen)


def fitting(answers: Answers, missing: Missing) -> Fit:
    """Say how a structure is fitted; what least squares fits is gathered once for all of them."""
    table, data, responses, estimator = answers
    check_thresholds(table, responses)
    if estimator not in SQUARES:
        return lambda structure, start: fit_structure(structure, data, missing, start)
    statistics = observed_statistics(
        data,
        build_structure(table).layouts,
        SQUARES[estimator],
        responses,
        with_influence=estimator in ROBUST_SQUARES,
    )
    return lambda structure, start: fit_squares(structure, data, missing, statistics, start)
