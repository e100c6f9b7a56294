"""The results of structural models that a report takes, in the reading order of a paper."""

import servqual.report._model_references as published
import servqual.report._model_settings as said
from servqual.report._kind import MODELS, Kind
from servqual.sem.questions.fit_comparison import FitTable
from servqual.sem.questions.model_comparison import ModelComparison
from servqual.sem.questions.modification import ModificationIndices
from servqual.sem.questions.residuals import ModelResiduals
from servqual.sem.questions.scores_of_factors import FactorScores
from servqual.sem.resamples.bootstrap import SemBootstrap
from servqual.sem.resamples.model_bootstrap import BollenStine
from servqual.sem.resamples.monte_carlo import MonteCarloIntervals
from servqual.sem.result import SemResult
from servqual.sem.validity.construct import ConstructValidity
from servqual.sem.validity.method_variance import CommonMethodVariance

MODEL_KINDS = (
    Kind(
        type=SemResult,
        maker="fit_sem",
        chapter=MODELS,
        heading="Structural model",
        method=said.model_settings,
        sources=said.model_sources,
    ),
    Kind(
        type=MonteCarloIntervals,
        maker="monte_carlo_interval",
        chapter=MODELS,
        heading="Monte Carlo intervals of effects",
        method=said.monte_carlo_settings,
        sources=(published.MONTE_CARLO,),
    ),
    Kind(
        type=SemBootstrap,
        maker="bootstrap_sem",
        chapter=MODELS,
        heading="Bootstrap of the model",
        method=said.bootstrap_settings,
        sources=said.bootstrap_sources,
    ),
    Kind(
        type=BollenStine,
        maker="bollen_stine",
        chapter=MODELS,
        heading="Bollen-Stine test of fit",
        method=said.bollen_stine_settings,
        sources=(published.BOLLEN_STINE,),
    ),
    Kind(
        type=ConstructValidity,
        maker="construct_validity",
        chapter=MODELS,
        heading="Construct validity",
        method=said.validity_settings,
        sources=said.validity_sources,
    ),
    Kind(
        type=CommonMethodVariance,
        maker="common_method_variance",
        chapter=MODELS,
        heading="Common method variance",
        method=said.method_settings,
        sources=said.method_sources,
    ),
    Kind(
        type=FitTable,
        maker="fit_table",
        chapter=MODELS,
        heading="Fit of the models",
        method=said.fit_settings,
        sources=published.FIT,
    ),
    Kind(
        type=ModelComparison,
        maker="compare_models",
        chapter=MODELS,
        heading="Comparison of nested models",
        method=said.comparison_settings,
        sources=said.comparison_sources,
    ),
    Kind(
        type=ModelResiduals,
        maker="model_residuals",
        chapter=MODELS,
        heading="Residuals of the model",
        method=said.residual_settings,
        sources=published.MODEL_RESIDUALS,
    ),
    Kind(
        type=ModificationIndices,
        maker="modification_indices",
        chapter=MODELS,
        heading="Modification indices",
        method=said.modification_settings,
        sources=published.MODIFICATION,
    ),
    Kind(
        type=FactorScores,
        maker="factor_scores",
        chapter=MODELS,
        heading="Factor scores",
        method=said.score_settings,
        sources=said.score_sources,
    ),
)
