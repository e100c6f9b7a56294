"""Service quality as the gap between what customers expect and what they perceive."""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from servqual.comparisons.contrasts import DimensionContrasts as DimensionContrasts
    from servqual.comparisons.contrasts import dimension_contrasts as dimension_contrasts
    from servqual.comparisons.gaps import GapTests as GapTests
    from servqual.comparisons.gaps import gap_tests as gap_tests
    from servqual.comparisons.groups import GroupComparison as GroupComparison
    from servqual.comparisons.groups import compare_groups as compare_groups
    from servqual.comparisons.paired import PublishedTests as PublishedTests
    from servqual.comparisons.paired import paired_t_from_summary as paired_t_from_summary
    from servqual.comparisons.profiles import CrossTable as CrossTable
    from servqual.comparisons.profiles import cross_tabulate as cross_tabulate
    from servqual.comparisons.waves import WaveComparison as WaveComparison
    from servqual.comparisons.waves import compare_waves as compare_waves
    from servqual.comparisons.zones import ToleranceTests as ToleranceTests
    from servqual.comparisons.zones import tolerance_tests as tolerance_tests
    from servqual.datasets import list_datasets as list_datasets
    from servqual.datasets import load_dataset as load_dataset
    from servqual.errors import AdmissibilityWarning as AdmissibilityWarning
    from servqual.errors import ConvergenceError as ConvergenceError
    from servqual.errors import DatasetError as DatasetError
    from servqual.errors import InstrumentError as InstrumentError
    from servqual.errors import MissingResponseWarning as MissingResponseWarning
    from servqual.errors import ModelError as ModelError
    from servqual.errors import ResponseError as ResponseError
    from servqual.errors import ServqualError as ServqualError
    from servqual.errors import ServqualWarning as ServqualWarning
    from servqual.errors import SmallSampleWarning as SmallSampleWarning
    from servqual.explanations.explaining import explain as explain
    from servqual.explanations.explanation import Explanation as Explanation
    from servqual.factors.adequacy import Factorability as Factorability
    from servqual.factors.adequacy import factorability as factorability
    from servqual.factors.average_partial import MinimumAveragePartial as MinimumAveragePartial
    from servqual.factors.average_partial import minimum_average_partial as minimum_average_partial
    from servqual.factors.efa import fit_efa as fit_efa
    from servqual.factors.parallel import ParallelAnalysis as ParallelAnalysis
    from servqual.factors.parallel import parallel_analysis as parallel_analysis
    from servqual.factors.solution import FactorSolution as FactorSolution
    from servqual.indices.indexing import satisfaction_index as satisfaction_index
    from servqual.indices.model_index import ModelIndex as ModelIndex
    from servqual.instrument import Instrument as Instrument
    from servqual.instrument import list_instruments as list_instruments
    from servqual.instrument import load_instrument as load_instrument
    from servqual.instrument import read_instrument as read_instrument
    from servqual.moments import Moments as Moments
    from servqual.plots.asymmetry import plot_kano as plot_kano
    from servqual.plots.asymmetry import plot_penalty_reward as plot_penalty_reward
    from servqual.plots.drivers import plot_relative_importance as plot_relative_importance
    from servqual.plots.drivers import plot_stated_derived as plot_stated_derived
    from servqual.plots.dumbbell import plot_dumbbell as plot_dumbbell
    from servqual.plots.five_gaps import plot_five_gaps as plot_five_gaps
    from servqual.plots.gaps import plot_gaps as plot_gaps
    from servqual.plots.importance_map import plot_importance_map as plot_importance_map
    from servqual.plots.latent_means import plot_latent_means as plot_latent_means
    from servqual.plots.likert import plot_likert as plot_likert
    from servqual.plots.loadings import plot_loadings as plot_loadings
    from servqual.plots.paths import plot_paths as plot_paths
    from servqual.plots.priorities import plot_importance_performance as plot_importance_performance
    from servqual.plots.radar import plot_radar as plot_radar
    from servqual.plots.scenarios import plot_scenario as plot_scenario
    from servqual.plots.scenarios import plot_target as plot_target
    from servqual.plots.surface import plot_response_surface as plot_response_surface
    from servqual.plots.thresholds import plot_thresholds as plot_thresholds
    from servqual.plots.zone import plot_tolerance as plot_tolerance
    from servqual.pls.fitting.settings import PlsSettings as PlsSettings
    from servqual.pls.groups.invariance import Micom as Micom
    from servqual.pls.groups.invariance import micom as micom
    from servqual.pls.groups.multigroup import PlsGroupComparison as PlsGroupComparison
    from servqual.pls.groups.multigroup import compare_pls_groups as compare_pls_groups
    from servqual.pls.path_model import fit_pls as fit_pls
    from servqual.pls.prediction.prediction import predict_pls as predict_pls
    from servqual.pls.prediction.result import PlsPrediction as PlsPrediction
    from servqual.pls.questions.importance_map import (
        ImportancePerformanceMap as ImportancePerformanceMap,
    )
    from servqual.pls.questions.importance_map import (
        importance_performance_map as importance_performance_map,
    )
    from servqual.pls.questions.paper import PlsTable as PlsTable
    from servqual.pls.questions.paper import pls_tables as pls_tables
    from servqual.pls.questions.slopes import SimpleSlopes as SimpleSlopes
    from servqual.pls.questions.slopes import simple_slopes as simple_slopes
    from servqual.pls.resamples.bootstrap import bootstrap_pls as bootstrap_pls
    from servqual.pls.resamples.bootstrapped import PlsBootstrap as PlsBootstrap
    from servqual.pls.result import PlsResult as PlsResult
    from servqual.polychoric.correlation import polychoric_correlation as polychoric_correlation
    from servqual.polychoric.solution import PolychoricCorrelation as PolychoricCorrelation
    from servqual.priorities.asymmetry.estimation import penalty_reward as penalty_reward
    from servqual.priorities.asymmetry.kano import KanoAnalysis as KanoAnalysis
    from servqual.priorities.asymmetry.kano import kano_analysis as kano_analysis
    from servqual.priorities.asymmetry.penalties import PenaltyReward as PenaltyReward
    from servqual.priorities.grid.matrix import ImportancePerformance as ImportancePerformance
    from servqual.priorities.grid.matrix import importance_performance as importance_performance
    from servqual.priorities.grid.sheet import ActionSheet as ActionSheet
    from servqual.priorities.grid.sheet import action_sheet as action_sheet
    from servqual.priorities.relative.contrast import (
        StatedDerivedImportance as StatedDerivedImportance,
    )
    from servqual.priorities.relative.dividing import relative_importance as relative_importance
    from servqual.priorities.relative.shares import RelativeImportance as RelativeImportance
    from servqual.priorities.relative.stated import (
        stated_derived_importance as stated_derived_importance,
    )
    from servqual.priorities.surface.fitting import response_surface as response_surface
    from servqual.priorities.surface.result import ResponseSurface as ResponseSurface
    from servqual.profile import SampleProfile as SampleProfile
    from servqual.profile import describe_sample as describe_sample
    from servqual.provider.agreement import UnitAgreement as UnitAgreement
    from servqual.provider.agreement import agreement_in_units as agreement_in_units
    from servqual.provider.antecedents import gap_antecedents as gap_antecedents
    from servqual.provider.antecedents import load_antecedents as load_antecedents
    from servqual.provider.five import ProviderGaps as ProviderGaps
    from servqual.provider.five import provider_gaps as provider_gaps
    from servqual.provider.management import ManagementGap as ManagementGap
    from servqual.provider.management import management_gap as management_gap
    from servqual.provider.ratings import ProviderRatings as ProviderRatings
    from servqual.provider.ratings import provider_ratings as provider_ratings
    from servqual.reading import read_survey as read_survey
    from servqual.reliability.consistency import InternalConsistency as InternalConsistency
    from servqual.reliability.consistency import internal_consistency as internal_consistency
    from servqual.reliability.difference_audit import DifferenceScoreAudit as DifferenceScoreAudit
    from servqual.reliability.difference_audit import (
        difference_score_audit as difference_score_audit,
    )
    from servqual.reliability.difference_scores import (
        DifferenceScoreReliability as DifferenceScoreReliability,
    )
    from servqual.reliability.difference_scores import (
        difference_score_reliability as difference_score_reliability,
    )
    from servqual.reliability.hierarchical import HierarchicalOmega as HierarchicalOmega
    from servqual.reliability.hierarchical import omega_hierarchical as omega_hierarchical
    from servqual.reliability.item_quality import ItemAnalysis as ItemAnalysis
    from servqual.reliability.item_quality import item_analysis as item_analysis
    from servqual.reliability.retest import RetestReliability as RetestReliability
    from servqual.reliability.retest import retest_reliability as retest_reliability
    from servqual.report.writing import write_report as write_report
    from servqual.responses import Responses as Responses
    from servqual.sample import Sample as Sample
    from servqual.scenarios.reaching import reach_target as reach_target
    from servqual.scenarios.scenario import Scenario as Scenario
    from servqual.scenarios.supposing import what_if as what_if
    from servqual.scenarios.target import TargetPlan as TargetPlan
    from servqual.scorecards.effort import CustomerEffortScore as CustomerEffortScore
    from servqual.scorecards.effort import customer_effort_score as customer_effort_score
    from servqual.scorecards.index import SatisfactionIndex as SatisfactionIndex
    from servqual.scorecards.net_promoter import NetPromoterScore as NetPromoterScore
    from servqual.scorecards.net_promoter import net_promoter_score as net_promoter_score
    from servqual.scorecards.proportions import Proportion as Proportion
    from servqual.scorecards.proportions import proportion as proportion
    from servqual.scorecards.satisfaction import (
        CustomerSatisfactionScore as CustomerSatisfactionScore,
    )
    from servqual.scorecards.satisfaction import (
        customer_satisfaction_score as customer_satisfaction_score,
    )
    from servqual.scores.disconfirmation import DisconfirmationScores as DisconfirmationScores
    from servqual.scores.disconfirmation import disconfirmation_scores as disconfirmation_scores
    from servqual.scores.evaluated import EvaluatedPerformanceScores as EvaluatedPerformanceScores
    from servqual.scores.evaluated import NormedQualityScores as NormedQualityScores
    from servqual.scores.evaluated import (
        evaluated_performance_scores as evaluated_performance_scores,
    )
    from servqual.scores.evaluated import normed_quality_scores as normed_quality_scores
    from servqual.scores.gaps import GapScores as GapScores
    from servqual.scores.gaps import gap_scores as gap_scores
    from servqual.scores.perception import PerceptionScores as PerceptionScores
    from servqual.scores.perception import perception_scores as perception_scores
    from servqual.scores.tolerance import ToleranceScores as ToleranceScores
    from servqual.scores.tolerance import tolerance_scores as tolerance_scores
    from servqual.sem.confirmatory import fit_cfa as fit_cfa
    from servqual.sem.construction.paired_templates import (
        expectation_perception_model as expectation_perception_model,
    )
    from servqual.sem.construction.paired_templates import (
        latent_congruence_model as latent_congruence_model,
    )
    from servqual.sem.construction.paired_templates import (
        latent_difference_model as latent_difference_model,
    )
    from servqual.sem.construction.path_templates import PathTemplate as PathTemplate
    from servqual.sem.construction.path_templates import list_path_templates as list_path_templates
    from servqual.sem.construction.path_templates import load_path_template as load_path_template
    from servqual.sem.construction.products import product_terms as product_terms
    from servqual.sem.construction.templates import service_quality_model as service_quality_model
    from servqual.sem.estimation import fit_sem as fit_sem
    from servqual.sem.invariance.differences import GroupDifferences as GroupDifferences
    from servqual.sem.invariance.differences import group_differences as group_differences
    from servqual.sem.invariance.expectation_perception import (
        ExpectationPerceptionInvariance as ExpectationPerceptionInvariance,
    )
    from servqual.sem.invariance.expectation_perception import (
        expectation_perception_invariance as expectation_perception_invariance,
    )
    from servqual.sem.invariance.measurement import MeasurementInvariance as MeasurementInvariance
    from servqual.sem.invariance.measurement import measurement_invariance as measurement_invariance
    from servqual.sem.questions.fit_comparison import FitTable as FitTable
    from servqual.sem.questions.fit_comparison import fit_table as fit_table
    from servqual.sem.questions.model_comparison import ModelComparison as ModelComparison
    from servqual.sem.questions.model_comparison import compare_models as compare_models
    from servqual.sem.questions.modification import ModificationIndices as ModificationIndices
    from servqual.sem.questions.modification import modification_indices as modification_indices
    from servqual.sem.questions.residuals import ModelResiduals as ModelResiduals
    from servqual.sem.questions.residuals import implied_moments as implied_moments
    from servqual.sem.questions.residuals import model_residuals as model_residuals
    from servqual.sem.questions.scores_of_factors import FactorScores as FactorScores
    from servqual.sem.questions.scores_of_factors import factor_scores as factor_scores
    from servqual.sem.resamples.bootstrap import SemBootstrap as SemBootstrap
    from servqual.sem.resamples.bootstrap import bootstrap_sem as bootstrap_sem
    from servqual.sem.resamples.model_bootstrap import BollenStine as BollenStine
    from servqual.sem.resamples.model_bootstrap import bollen_stine as bollen_stine
    from servqual.sem.resamples.monte_carlo import MonteCarloIntervals as MonteCarloIntervals
    from servqual.sem.resamples.monte_carlo import monte_carlo_interval as monte_carlo_interval
    from servqual.sem.result import SemResult as SemResult
    from servqual.sem.specification.syntax import Model as Model
    from servqual.sem.specification.syntax import read_model as read_model
    from servqual.sem.specification.table import ParameterTable as ParameterTable
    from servqual.sem.specification.table import build_table as build_table
    from servqual.sem.specification.writing import model_text as model_text
    from servqual.sem.validity.construct import ConstructValidity as ConstructValidity
    from servqual.sem.validity.construct import construct_validity as construct_validity
    from servqual.sem.validity.method_variance import CommonMethodVariance as CommonMethodVariance
    from servqual.sem.validity.method_variance import (
        common_method_variance as common_method_variance,
    )
    from servqual.tables.writing import write_table as write_table
    from servqual.tables.writing import write_tables as write_tables

_HOMES = {
    "errors": (
        "AdmissibilityWarning",
        "ConvergenceError",
        "DatasetError",
        "InstrumentError",
        "MissingResponseWarning",
        "ModelError",
        "ResponseError",
        "ServqualError",
        "ServqualWarning",
        "SmallSampleWarning",
    ),
    "instrument": (
        "Instrument",
        "list_instruments",
        "load_instrument",
        "read_instrument",
    ),
    "datasets": (
        "list_datasets",
        "load_dataset",
    ),
    "moments": ("Moments",),
    "sample": ("Sample",),
    "responses": ("Responses",),
    "reading": ("read_survey",),
    "profile": (
        "SampleProfile",
        "describe_sample",
    ),
    "scores.gaps": (
        "GapScores",
        "gap_scores",
    ),
    "scores.perception": (
        "PerceptionScores",
        "perception_scores",
    ),
    "scores.tolerance": (
        "ToleranceScores",
        "tolerance_scores",
    ),
    "scores.evaluated": (
        "EvaluatedPerformanceScores",
        "NormedQualityScores",
        "evaluated_performance_scores",
        "normed_quality_scores",
    ),
    "scores.disconfirmation": (
        "DisconfirmationScores",
        "disconfirmation_scores",
    ),
    "reliability.consistency": (
        "InternalConsistency",
        "internal_consistency",
    ),
    "reliability.item_quality": (
        "ItemAnalysis",
        "item_analysis",
    ),
    "reliability.difference_scores": (
        "DifferenceScoreReliability",
        "difference_score_reliability",
    ),
    "reliability.difference_audit": (
        "DifferenceScoreAudit",
        "difference_score_audit",
    ),
    "reliability.retest": (
        "RetestReliability",
        "retest_reliability",
    ),
    "reliability.hierarchical": (
        "HierarchicalOmega",
        "omega_hierarchical",
    ),
    "factors.adequacy": (
        "Factorability",
        "factorability",
    ),
    "factors.parallel": (
        "ParallelAnalysis",
        "parallel_analysis",
    ),
    "factors.solution": ("FactorSolution",),
    "factors.efa": ("fit_efa",),
    "factors.average_partial": (
        "MinimumAveragePartial",
        "minimum_average_partial",
    ),
    "comparisons.gaps": (
        "gap_tests",
        "GapTests",
    ),
    "comparisons.contrasts": (
        "dimension_contrasts",
        "DimensionContrasts",
    ),
    "comparisons.paired": (
        "paired_t_from_summary",
        "PublishedTests",
    ),
    "comparisons.groups": (
        "compare_groups",
        "GroupComparison",
    ),
    "comparisons.waves": (
        "compare_waves",
        "WaveComparison",
    ),
    "comparisons.profiles": (
        "cross_tabulate",
        "CrossTable",
    ),
    "comparisons.zones": (
        "tolerance_tests",
        "ToleranceTests",
    ),
    "priorities.grid.matrix": (
        "ImportancePerformance",
        "importance_performance",
    ),
    "priorities.grid.sheet": (
        "ActionSheet",
        "action_sheet",
    ),
    "priorities.asymmetry.estimation": ("penalty_reward",),
    "priorities.asymmetry.penalties": ("PenaltyReward",),
    "priorities.asymmetry.kano": (
        "kano_analysis",
        "KanoAnalysis",
    ),
    "priorities.surface.fitting": ("response_surface",),
    "priorities.surface.result": ("ResponseSurface",),
    "priorities.relative.dividing": ("relative_importance",),
    "priorities.relative.shares": ("RelativeImportance",),
    "priorities.relative.stated": ("stated_derived_importance",),
    "priorities.relative.contrast": ("StatedDerivedImportance",),
    "scorecards.net_promoter": (
        "NetPromoterScore",
        "net_promoter_score",
    ),
    "scorecards.satisfaction": (
        "CustomerSatisfactionScore",
        "customer_satisfaction_score",
    ),
    "scorecards.effort": (
        "CustomerEffortScore",
        "customer_effort_score",
    ),
    "scorecards.index": ("SatisfactionIndex",),
    "scorecards.proportions": (
        "Proportion",
        "proportion",
    ),
    "plots.gaps": ("plot_gaps",),
    "plots.dumbbell": ("plot_dumbbell",),
    "plots.zone": ("plot_tolerance",),
    "plots.radar": ("plot_radar",),
    "plots.priorities": ("plot_importance_performance",),
    "plots.likert": ("plot_likert",),
    "plots.loadings": ("plot_loadings",),
    "plots.paths": ("plot_paths",),
    "plots.importance_map": ("plot_importance_map",),
    "plots.thresholds": ("plot_thresholds",),
    "plots.latent_means": ("plot_latent_means",),
    "plots.scenarios": (
        "plot_scenario",
        "plot_target",
    ),
    "plots.five_gaps": ("plot_five_gaps",),
    "plots.asymmetry": (
        "plot_penalty_reward",
        "plot_kano",
    ),
    "plots.surface": ("plot_response_surface",),
    "plots.drivers": (
        "plot_relative_importance",
        "plot_stated_derived",
    ),
    "tables.writing": (
        "write_table",
        "write_tables",
    ),
    "report.writing": ("write_report",),
    "explanations.explaining": ("explain",),
    "explanations.explanation": ("Explanation",),
    "sem.estimation": ("fit_sem",),
    "sem.result": ("SemResult",),
    "sem.construction.templates": ("service_quality_model",),
    "sem.construction.products": ("product_terms",),
    "sem.validity.construct": (
        "construct_validity",
        "ConstructValidity",
    ),
    "sem.validity.method_variance": (
        "common_method_variance",
        "CommonMethodVariance",
    ),
    "sem.confirmatory": ("fit_cfa",),
    "sem.specification.table": (
        "ParameterTable",
        "build_table",
    ),
    "sem.specification.syntax": (
        "Model",
        "read_model",
    ),
    "sem.specification.writing": ("model_text",),
    "sem.questions.modification": (
        "modification_indices",
        "ModificationIndices",
    ),
    "sem.questions.scores_of_factors": (
        "factor_scores",
        "FactorScores",
    ),
    "sem.questions.residuals": (
        "model_residuals",
        "implied_moments",
        "ModelResiduals",
    ),
    "sem.questions.model_comparison": (
        "compare_models",
        "ModelComparison",
    ),
    "sem.questions.fit_comparison": (
        "fit_table",
        "FitTable",
    ),
    "sem.resamples.bootstrap": (
        "bootstrap_sem",
        "SemBootstrap",
    ),
    "sem.resamples.model_bootstrap": (
        "bollen_stine",
        "BollenStine",
    ),
    "sem.resamples.monte_carlo": (
        "monte_carlo_interval",
        "MonteCarloIntervals",
    ),
    "polychoric.correlation": ("polychoric_correlation",),
    "polychoric.solution": ("PolychoricCorrelation",),
    "sem.construction.paired_templates": (
        "expectation_perception_model",
        "latent_difference_model",
        "latent_congruence_model",
    ),
    "sem.invariance.expectation_perception": (
        "ExpectationPerceptionInvariance",
        "expectation_perception_invariance",
    ),
    "pls.path_model": ("fit_pls",),
    "pls.result": ("PlsResult",),
    "pls.fitting.settings": ("PlsSettings",),
    "pls.questions.slopes": (
        "simple_slopes",
        "SimpleSlopes",
    ),
    "sem.construction.path_templates": (
        "PathTemplate",
        "list_path_templates",
        "load_path_template",
    ),
    "indices.indexing": ("satisfaction_index",),
    "indices.model_index": ("ModelIndex",),
    "sem.invariance.measurement": (
        "MeasurementInvariance",
        "measurement_invariance",
    ),
    "sem.invariance.differences": (
        "GroupDifferences",
        "group_differences",
    ),
    "pls.prediction.prediction": ("predict_pls",),
    "pls.prediction.result": ("PlsPrediction",),
    "pls.questions.importance_map": (
        "importance_performance_map",
        "ImportancePerformanceMap",
    ),
    "pls.resamples.bootstrap": ("bootstrap_pls",),
    "pls.resamples.bootstrapped": ("PlsBootstrap",),
    "pls.groups.multigroup": (
        "PlsGroupComparison",
        "compare_pls_groups",
    ),
    "pls.groups.invariance": (
        "Micom",
        "micom",
    ),
    "pls.questions.paper": (
        "PlsTable",
        "pls_tables",
    ),
    "scenarios.supposing": ("what_if",),
    "scenarios.scenario": ("Scenario",),
    "scenarios.reaching": ("reach_target",),
    "scenarios.target": ("TargetPlan",),
    "provider.management": (
        "ManagementGap",
        "management_gap",
    ),
    "provider.ratings": (
        "ProviderRatings",
        "provider_ratings",
    ),
    "provider.agreement": (
        "UnitAgreement",
        "agreement_in_units",
    ),
    "provider.five": (
        "ProviderGaps",
        "provider_gaps",
    ),
    "provider.antecedents": (
        "gap_antecedents",
        "load_antecedents",
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF)]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'servqual' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"servqual.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
