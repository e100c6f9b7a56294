"""What a report takes: each kind of result, its place in the reading order of a paper, its heading.

The order of `KINDS` is that of the report. A table leaves out the columns in ``omit``, which say
again what stands elsewhere in the report.
"""

from servqual._language import say
from servqual._result import Result
from servqual.comparisons.contrasts import DimensionContrasts
from servqual.comparisons.gaps import GapTests
from servqual.comparisons.groups import GroupComparison
from servqual.comparisons.paired import PublishedTests
from servqual.comparisons.profiles import CrossTable
from servqual.comparisons.waves import WaveComparison
from servqual.comparisons.zones import ToleranceTests
from servqual.factors.adequacy import Factorability
from servqual.factors.average_partial import MinimumAveragePartial
from servqual.factors.parallel import ParallelAnalysis
from servqual.factors.solution import FactorSolution
from servqual.instrument import Instrument
from servqual.items import SCORE_NAMES
from servqual.priorities.asymmetry.penalties import PenaltyReward
from servqual.priorities.grid.matrix import ImportancePerformance
from servqual.priorities.grid.sheet import BLANK, ActionSheet
from servqual.priorities.relative.shares import RelativeImportance
from servqual.profile import SampleProfile
from servqual.provider.ratings import ProviderRatings
from servqual.reliability._scale_result import ScaleResult
from servqual.reliability.consistency import InternalConsistency
from servqual.reliability.difference_audit import DifferenceScoreAudit
from servqual.reliability.difference_scores import DifferenceScoreReliability
from servqual.reliability.hierarchical import HierarchicalOmega
from servqual.reliability.item_quality import ItemAnalysis
from servqual.reliability.retest import RetestReliability
from servqual.report._driver_kinds import DRIVER_KINDS
from servqual.report._driver_references import OLIVER
from servqual.report._invariance_kinds import INVARIANCE_KINDS, POLYCHORIC
from servqual.report._kind import (
    CARDS,
    FACTORS,
    GROUPS,
    PRIORITIES,
    RELIABILITY,
    SAMPLE,
    SCORES,
    TESTS,
    Kind,
)
from servqual.report._model_kinds import MODEL_KINDS
from servqual.report._path_kinds import MODEL_INDEX, PATH_KINDS
from servqual.report._provider_kinds import PROVIDER_KINDS
from servqual.report._references import TEAS
from servqual.report._undone import Undone
from servqual.responses import Responses
from servqual.scorecards.card import ScoreCard
from servqual.scorecards.effort import CustomerEffortScore
from servqual.scorecards.index import SatisfactionIndex
from servqual.scorecards.net_promoter import NetPromoterScore
from servqual.scorecards.proportions import Proportion
from servqual.scorecards.satisfaction import CustomerSatisfactionScore
from servqual.scores.disconfirmation import DisconfirmationScores
from servqual.scores.evaluated import EvaluatedPerformanceScores, NormedQualityScores
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores
from servqual.tables._labels import instrument_of

KINDS = (
    Kind(type=SampleProfile, maker="describe_sample", chapter=SAMPLE, heading="Sample"),
    Kind(type=GapScores, maker="gap_scores", chapter=SCORES, heading="Gaps"),
    Kind(type=PerceptionScores, maker="perception_scores", chapter=SCORES, heading="Perceptions"),
    Kind(
        type=ToleranceScores, maker="tolerance_scores", chapter=SCORES, heading="Zone of tolerance"
    ),
    Kind(
        type=EvaluatedPerformanceScores,
        maker="evaluated_performance_scores",
        chapter=SCORES,
        heading="Evaluated performance",
        sources=(TEAS,),
    ),
    Kind(
        type=NormedQualityScores,
        maker="normed_quality_scores",
        chapter=SCORES,
        heading="Normed quality",
        sources=(TEAS,),
    ),
    Kind(
        type=DisconfirmationScores,
        maker="disconfirmation_scores",
        chapter=SCORES,
        heading="Direct disconfirmation",
        sources=(OLIVER,),
    ),
    Kind(type=Responses, maker="Responses.from_frame", chapter=SCORES, heading="Answers"),
    Kind(
        type=InternalConsistency,
        maker="internal_consistency",
        chapter=RELIABILITY,
        heading="Internal consistency",
        omit=("linear_combination_sums", "linear_combination_means"),
    ),
    Kind(
        type=ItemAnalysis,
        maker="item_analysis",
        chapter=RELIABILITY,
        heading="Item analysis",
        omit=("smc",),
    ),
    Kind(
        type=RetestReliability,
        maker="retest_reliability",
        chapter=RELIABILITY,
        heading="Test-retest reliability",
    ),
    Kind(
        type=DifferenceScoreReliability,
        maker="difference_score_reliability",
        chapter=RELIABILITY,
        heading="Reliability of the gap as a difference",
        omit=("sd_gap", "c_same", "c_diff", "alpha_less_reliability", "from_covariances"),
    ),
    Kind(
        type=DifferenceScoreAudit,
        maker="difference_score_audit",
        chapter=RELIABILITY,
        heading="Difference scores and their parts",
    ),
    Kind(
        type=Factorability,
        maker="factorability",
        chapter=FACTORS,
        heading="Factorability",
        omit=("determinant", "chi2", "df", "p_value"),
    ),
    Kind(
        type=ParallelAnalysis,
        maker="parallel_analysis",
        chapter=FACTORS,
        heading="Parallel analysis",
        omit=("above_mean", "above_quantile"),
    ),
    Kind(
        type=MinimumAveragePartial,
        maker="minimum_average_partial",
        chapter=FACTORS,
        heading="Minimum average partial correlation",
    ),
    POLYCHORIC,
    Kind(
        type=FactorSolution,
        maker="fit_efa",
        chapter=FACTORS,
        heading="Exploratory factor analysis",
        omit=("uniqueness",),
    ),
    Kind(
        type=HierarchicalOmega,
        maker="omega_hierarchical",
        chapter=FACTORS,
        heading="One general factor behind the dimensions",
    ),
    *MODEL_KINDS,
    *INVARIANCE_KINDS,
    *PATH_KINDS,
    Kind(
        type=GapTests,
        maker="gap_tests",
        chapter=TESTS,
        heading="Is the mean gap different from 0?",
        omit=("wilcoxon",),
    ),
    Kind(
        type=PublishedTests,
        maker="paired_t_from_summary",
        chapter=TESTS,
        heading="Tests from published figures",
    ),
    Kind(
        type=DimensionContrasts,
        maker="dimension_contrasts",
        chapter=TESTS,
        heading="Differences between dimensions",
    ),
    Kind(
        type=ToleranceTests,
        maker="tolerance_tests",
        chapter=TESTS,
        heading="Tests of the zone of tolerance",
    ),
    Kind(
        type=GroupComparison,
        maker="compare_groups",
        chapter=GROUPS,
        heading="Groups",
        omit=("n_groups",),
    ),
    Kind(
        type=WaveComparison,
        maker="compare_waves",
        chapter=GROUPS,
        heading="Change between waves",
        omit=("n_first", "n_second"),
    ),
    Kind(type=CrossTable, maker="cross_tabulate", chapter=GROUPS, heading="Cross-tabulation"),
    Kind(
        type=ImportancePerformance,
        maker="importance_performance",
        chapter=PRIORITIES,
        heading="Importance and performance",
        omit=("n",),
    ),
    Kind(
        type=ActionSheet,
        maker="action_sheet",
        chapter=PRIORITIES,
        heading="Action sheet",
        columns=("quadrant", "priority", *BLANK),
    ),
    *DRIVER_KINDS,
    *PROVIDER_KINDS,
    Kind(
        type=NetPromoterScore,
        maker="net_promoter_score",
        chapter=CARDS,
        heading="Net promoter score",
        omit=("se", "target"),
    ),
    Kind(
        type=CustomerSatisfactionScore,
        maker="customer_satisfaction_score",
        chapter=CARDS,
        heading="Customer satisfaction score",
        omit=("se", "target"),
    ),
    Kind(
        type=CustomerEffortScore,
        maker="customer_effort_score",
        chapter=CARDS,
        heading="Customer effort score",
        omit=("se", "target"),
    ),
    MODEL_INDEX,
    Kind(
        type=SatisfactionIndex,
        maker="satisfaction_index",
        chapter=CARDS,
        heading="Satisfaction index",
        omit=("se", "target"),
    ),
    Kind(
        type=Proportion,
        maker="proportion",
        chapter=CARDS,
        heading="Proportion",
        omit=("se", "target"),
    ),
)


def kind_of(result: object) -> Kind | None:
    """Give the kind of a result, or None for what a report does not take."""
    wanted = result.of if isinstance(result, Undone) else type(result)
    return next((kind for kind in KINDS if issubclass(wanted, kind.type)), None)


def instrument_behind(result: Result) -> Instrument | None:
    """Give the instrument that a result is of, as far as it knows."""
    own = getattr(result, "instrument", None)
    return own if isinstance(own, Instrument) else instrument_of(result)


def detail_of_items(of: str) -> str:
    """Name the scores that items are of, in English."""
    return SCORE_NAMES.get(of, of)


def detail_of(result: Result, language: str) -> str:
    """Say in a word or two which of several of its kind a result is."""
    if isinstance(result, Undone):
        return say(result.detail, language)
    if isinstance(result, DifferenceScoreAudit):
        return result.outcome
    if isinstance(result, DifferenceScoreReliability):
        return ""
    if isinstance(result, ScaleResult):
        return say(detail_of_items(result.of), language)
    if isinstance(result, (Factorability, ParallelAnalysis, MinimumAveragePartial, FactorSolution)):
        return say(detail_of_items(result.correlations.of), language)
    if isinstance(result, GroupComparison):
        return result.by
    if isinstance(result, CrossTable):
        return say("{row} by {column}", language, row=result.row, column=result.column)
    if isinstance(result, (ImportancePerformance, ActionSheet)):
        source = result.source if isinstance(result, ActionSheet) else result
        return say({"item": "items", "dimension": "dimensions"}[source.level], language)
    if isinstance(result, RelativeImportance):
        return result.method_text(language)
    if isinstance(result, PenaltyReward):
        return say({"item": "items", "dimension": "dimensions"}[result.level], language)
    if isinstance(result, ProviderRatings):
        return say("Gap {gap}", language, gap=result.gap)
    return result.name if isinstance(result, ScoreCard) else ""
