"""The analyses that readers expect beside scores, as far as the answers allow them."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from servqual._result import Result
from servqual.comparisons.contrasts import DimensionContrasts, dimension_contrasts
from servqual.comparisons.gaps import GapTests, gap_tests
from servqual.comparisons.groups import GroupComparison, compare_groups
from servqual.comparisons.zones import ToleranceTests, tolerance_tests
from servqual.errors import ModelError, ServqualError, ServqualWarning
from servqual.factors.adequacy import Factorability, factorability
from servqual.factors.efa import fit_efa
from servqual.factors.parallel import ParallelAnalysis, parallel_analysis
from servqual.factors.solution import FactorSolution
from servqual.priorities.asymmetry.estimation import penalty_reward
from servqual.priorities.asymmetry.penalties import PenaltyReward
from servqual.priorities.grid.matrix import ImportancePerformance, importance_performance
from servqual.priorities.relative.contrast import StatedDerivedImportance
from servqual.priorities.relative.dividing import relative_importance
from servqual.priorities.relative.shares import RelativeImportance
from servqual.priorities.relative.stated import stated_derived_importance
from servqual.priorities.relative.wording import METHOD_NAMES
from servqual.priorities.surface.fitting import response_surface
from servqual.priorities.surface.result import ResponseSurface
from servqual.profile import SampleProfile
from servqual.reliability.consistency import InternalConsistency, internal_consistency
from servqual.reliability.difference_audit import DifferenceScoreAudit, difference_score_audit
from servqual.reliability.difference_scores import (
    DifferenceScoreReliability,
    difference_score_reliability,
)
from servqual.reliability.item_quality import ItemAnalysis, item_analysis
from servqual.report._kinds import detail_of_items
from servqual.report._undone import Undone
from servqual.scores.common import Scores
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores
from servqual.sem.confirmatory import fit_cfa
from servqual.sem.construction.templates import service_quality_model
from servqual.sem.result import SemResult
from servqual.sem.specification.syntax import read_model
from servqual.sem.specification.table import build_table
from servqual.sem.validity.construct import ConstructValidity, construct_validity

SEED = 1
MOST_GROUPS = 10
PER_PARAMETER = 5  # https://doi.org/10.1177/0049124187016001004

Todo = tuple[type[Result], str, Callable[[], Result]]


def usual_results(
    scores: GapScores | PerceptionScores,
    others: Sequence[Scores] = (),
    profile: SampleProfile | None = None,
    outcome: Sequence[str] = (),
) -> tuple[Result, ...]:
    """Analyse scores as most papers do; what cannot be done is given with its reason.

    Parameters
    ----------
    scores : GapScores or PerceptionScores
    others : sequence of Scores
        Of the same answers; tolerance scores are tested too.
    profile : SampleProfile, optional
        The groups to compare: its categorical variables of two to ten values.
    outcome : sequence of str, optional
        Columns of the frame that the answers came from, such as satisfaction, of which the mean is
        to be explained: by which dimensions, whether they act alike below and above, and of gaps by
        which surface of expectation and perception.

    Returns
    -------
    tuple of Result

    Notes
    -----
    The intended dimensions are fitted as factors, robustly (MLR), where there are five respondents
    or more for each parameter.
    """
    todo = [*_scale(scores), *_tests(scores, others), *_groups(scores, profile)]
    todo += [*_priorities(scores), *_drivers(scores, list(outcome))]
    return (*(_attempt(scores, *one) for one in todo), *_model(scores))


def _attempt(
    scores: Scores,
    kind: type[Result],
    detail: str,
    analyse: Callable[[], Result],
    heading: str = "",
) -> Result:
    """Do an analysis, or say why it cannot be done; the report gives its warnings as notes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ServqualWarning)
        try:
            return analyse()
        except (ServqualError, ModuleNotFoundError, ValueError, ArithmeticError) as error:
            return Undone(
                of=kind,
                detail=detail,
                reason=str(error),
                instrument=scores.responses.instrument,
                heading=heading,
            )


def _scale(scores: GapScores | PerceptionScores) -> list[Todo]:
    gaps = isinstance(scores, GapScores)
    of = "gap" if gaps else "perception"
    what = detail_of_items(of)
    todo: list[Todo] = [
        (
            InternalConsistency,
            detail_of_items(one),
            lambda one=one: internal_consistency(scores, one),  # type: ignore[misc]
        )
        for one in (("gap", "expectation", "perception") if gaps else ("perception",))
    ]
    todo.append((ItemAnalysis, what, lambda: item_analysis(scores, of)))
    if isinstance(scores, GapScores):
        todo.append((DifferenceScoreReliability, "", lambda: difference_score_reliability(scores)))
    factors = len(scores.responses.instrument.dimensions)
    todo += [
        (Factorability, what, lambda: factorability(scores, of)),
        (ParallelAnalysis, what, lambda: parallel_analysis(scores, of, seed=SEED)),
        (FactorSolution, what, lambda: fit_efa(scores, factors, of=of)),
    ]
    return todo


def _tests(scores: GapScores | PerceptionScores, others: Sequence[Scores]) -> list[Todo]:
    todo: list[Todo] = []
    if isinstance(scores, GapScores):
        todo.append((GapTests, "", lambda: gap_tests(scores, seed=SEED)))
    if len(scores.responses.instrument.dimensions) > 1:
        todo.append((DimensionContrasts, "", lambda: dimension_contrasts(scores, seed=SEED)))
    todo += [
        (ToleranceTests, "", lambda one=one: tolerance_tests(one, seed=SEED))  # type: ignore[misc]
        for one in others
        if isinstance(one, ToleranceScores)
    ]
    return todo


def _groups(scores: GapScores | PerceptionScores, profile: SampleProfile | None) -> list[Todo]:
    if profile is None:
        return []
    frame = profile.to_frame()
    listed = frame[frame["share"].notna() & (frame["n"] > 0)]
    counts = listed["variable"].value_counts(sort=False)
    names = [
        str(name)
        for name, count in counts.items()
        if 2 <= count <= MOST_GROUPS and name not in profile.not_listed
    ]
    return [
        (GroupComparison, name, lambda name=name: compare_groups(scores, name))  # type: ignore[misc]
        for name in names
    ]


def _model(scores: GapScores | PerceptionScores) -> list[Result]:
    """Fit the intended dimensions as factors, and judge them as constructs."""
    of = "gap" if isinstance(scores, GapScores) else "perception"
    heading, detail = "Confirmatory factor analysis", detail_of_items(of)
    found = [_attempt(scores, SemResult, detail, lambda: _fitted(scores, of), heading)]
    if isinstance(model := found[0], SemResult) and model.converged:
        found.append(_attempt(scores, ConstructValidity, "", lambda: construct_validity(model)))
    return found


def _fitted(scores: GapScores | PerceptionScores, of: str) -> SemResult:
    """Fit the factor model to enough respondents, with those who left items out where they count.

    Raises
    ------
    ModelError
        If there are fewer than five respondents a parameter (Bentler & Chou, 1987).
    """
    responses = scores.responses
    table = build_table(read_model(service_quality_model(responses.instrument, of=of)))
    least = PER_PARAMETER * table.n_free
    if scores.n < least:
        raise ModelError(
            f"The model has {table.n_free} parameters, and {scores.n:,} respondents are fewer "
            f"than {PER_PARAMETER} for each of them ({least:,}; Bentler & Chou, 1987). "
            "fit_cfa(scores) fits it all the same."
        )
    missing = "fiml" if responses.missing == "available" else "listwise"
    return fit_cfa(scores, of=of, estimator="MLR", missing=missing)


def _priorities(scores: GapScores | PerceptionScores) -> list[Todo]:
    asked = scores.responses.answers
    if "points" in asked:
        return [
            (
                ImportancePerformance,
                "dimensions",
                lambda: importance_performance(scores, "points", level="dimension", seed=SEED),
            )
        ]
    if "importance" in asked:
        return [
            (
                ImportancePerformance,
                "items",
                lambda: importance_performance(scores, "items", seed=SEED),
            )
        ]
    return []


def _drivers(scores: GapScores | PerceptionScores, outcome: list[str]) -> list[Todo]:
    """Ask what goes with an outcome, if there is one."""
    if not outcome:
        return []
    drawn: dict[str, Any] = {"seed": SEED, "progress": False}
    todo: list[Todo] = [
        (
            RelativeImportance,
            METHOD_NAMES["lmg"],
            lambda: relative_importance(outcome, scores, **drawn),
        )
    ]
    if "points" in scores.responses.answers:
        todo.append(
            (
                StatedDerivedImportance,
                "",
                lambda: stated_derived_importance(scores, outcome, **drawn),
            )
        )
    todo.append((PenaltyReward, "dimensions", lambda: penalty_reward(scores, outcome, seed=SEED)))
    if isinstance(scores, GapScores):
        todo.append((ResponseSurface, "", lambda: response_surface(scores, outcome, **drawn)))
        todo.append((DifferenceScoreAudit, "", lambda: difference_score_audit(scores, outcome)))
    return todo
