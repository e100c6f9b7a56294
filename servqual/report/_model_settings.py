"""How the figures of structural models were computed, and the publications behind them."""

import servqual.report._model_references as published
from servqual._language import say
from servqual.report._phrases import joined, seed_of
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

MISSING = {
    "listwise": "incomplete respondents left out",
    "pairwise": "each pair of variables from those who answered both",
    "fiml": "full-information maximum likelihood",
    "two-stage": "two-stage, from the saturated model's estimates",
}
INTERVALS = {
    "percentile": "percentile",
    "bias-corrected": "bias-corrected",
    "bca": "bias-corrected accelerated (BCa)",
}


def model_settings(result: SemResult, language: str) -> str:
    """Say how a model was estimated, and which one it was."""
    information = (
        "standard errors from the {information} information"
        if result.estimator.startswith("ML")
        else "standard errors of least squares"
    )
    texts = [
        say(
            "Estimator: {estimator}; missing answers: {missing}; {errors}; {percent} % intervals.",
            language,
            estimator=result.estimator,
            missing=say(MISSING.get(result.missing, result.missing), language),
            errors=say(information, language, information=say(result.information, language)),
            percent=_percent(result.confidence),
        )
    ]
    if result.ordered:
        names = say(", ", language).join(result.ordered)
        texts.append(say("Ordered variables: {names}.", language, names=names))
    if result.weighted:
        texts.append(say("Respondents count by their sampling weights.", language))
    if result.n_clusters:
        template = "Standard errors allow for {k:,} clusters of respondents."
        texts.append(say(template, language, k=result.n_clusters))
    if len(result.groups) > 1:
        groups = say(", ", language).join(result.groups)
        texts.append(say("Groups: {groups}.", language, groups=groups))
    held = result.fitted.structure.table.group_equal
    if held:
        words = say(", ", language).join(say(word, language) for word in held)
        texts.append(say("Equal in all groups: {words}.", language, words=words))
    if result.engine != "servqual":
        texts.append(say("Parameters estimated by {engine}.", language, engine=result.engine))
    lines = [line.strip() for line in result.model.splitlines() if line.strip()]
    texts.append(say("Model: {text}.", language, text="; ".join(lines)))
    return joined(language, *texts)


def model_sources(result: SemResult) -> tuple[str, ...]:
    """Give the publications of the estimator, the fit indices and the missing answers."""
    paths = any(row.op == "~" for row in result.fitted.structure.table.parameters)
    return (
        published.ML if paths else published.CFA,
        *published.FIT,
        *published.ESTIMATORS.get(result.estimator, ()),
        *((published.ORDERED,) if result.ordered else ()),
        *published.MISSING.get(result.missing, ()),
    )


def validity_settings(result: ConstructValidity, language: str) -> str:
    """Say what reliability and validity were computed from."""
    ratios = {
        "arithmetic": "HTMT from arithmetic means of absolute correlations.",
        "geometric": "HTMT2 from geometric means of correlations.",
    }
    texts = [
        say(
            "Composite reliability and average variance extracted from standardised loadings; "
            "latent correlations with {percent} % intervals by the delta method.",
            language,
            percent=_percent(result.confidence),
        ),
        say(ratios[result.mean], language),
    ]
    if result.n_resamples:
        template = "Its {percent} % intervals: percentiles of {count:,} resamples."
        percent = _percent(result.confidence)
        texts.append(say(template, language, percent=percent, count=result.n_resamples))
    return joined(language, *texts)


def validity_sources(result: ConstructValidity) -> tuple[str, ...]:
    """Give the publications of the coefficients, and of HTMT as it was computed."""
    of_ratios = published.HTMT[result.mean]
    return published.EXTRACTED, published.EVALUATION, published.DISCRIMINANT, of_ratios


def method_settings(result: CommonMethodVariance, language: str) -> str:
    """Say which models were compared."""
    texts = [
        say(
            "Maximum-likelihood models of the same items: intended, one factor, and a method "
            "factor beside the intended ones; likelihood-ratio tests.",
            language,
        )
    ]
    if result.marker:
        template = "Marker variable: {columns}; correlations adjusted by r = {r:.3f}."
        texts.append(
            say(
                template,
                language,
                columns=say(", ", language).join(result.marker),
                r=result.marker_correlation,
            )
        )
    return joined(language, *texts)


def method_sources(result: CommonMethodVariance) -> tuple[str, ...]:
    """Give the publications of the models, and of the marker where there is one."""
    found = (published.METHOD_BIAS, published.METHOD_SOURCES, published.HARMAN)
    return (*found, *(published.MARKER if result.marker else ()))


def bootstrap_settings(result: SemBootstrap, language: str) -> str:
    """Say what was resampled, how often, and which intervals are shown."""
    return say(
        "Model refitted to {count:,} resamples of the respondents, {seed}; {percent} % intervals: "
        "{kind}.",
        language,
        count=result.n_resamples,
        seed=seed_of(result.seed, language),
        percent=_percent(result.confidence),
        kind=say(INTERVALS[result.kind], language),
    )


def bootstrap_sources(result: SemBootstrap) -> tuple[str, ...]:
    """Give the publications of the bootstrap and of the intervals shown."""
    corrected = result.kind != "percentile"
    return (published.BOOTSTRAP, *((published.BETTER,) if corrected else ()))


def monte_carlo_settings(result: MonteCarloIntervals, language: str) -> str:
    """Say what was drawn, and how often."""
    return say(
        "{count:,} draws of the parameters from the normal distribution of their estimates, "
        "{seed}; {percent} % intervals.",
        language,
        count=result.n_draws,
        seed=seed_of(result.seed, language),
        percent=_percent(result.confidence),
    )


def bollen_stine_settings(result: BollenStine, language: str) -> str:
    """Say what was resampled, and how often."""
    return say(
        "Model refitted to {count:,} resamples of answers transformed to fit it exactly, {seed}.",
        language,
        count=result.n_resamples,
        seed=seed_of(result.seed, language),
    )


def modification_settings(result: ModificationIndices, language: str) -> str:
    """Say what was tested, and from which second derivatives."""
    return say(
        "Score tests of everything that the model holds, one at a time, and expected changes, from "
        "the {information} information.",
        language,
        information=say(result.information, language),
    )


def residual_settings(result: ModelResiduals, language: str) -> str:
    """Say what the residuals are."""
    return say(
        "Observed less implied variances, covariances and means; z is the residual divided by its "
        "standard error.",
        language,
    )


def comparison_settings(result: ModelComparison, language: str) -> str:
    """Say how models were tested against each other."""
    text = say("Likelihood-ratio tests of nested models.", language)
    if not result.method:
        return text
    template = "Differences scaled after Satorra and Bentler ({year})."
    return joined(language, text, say(template, language, year=result.method.rpartition("-")[2]))


def comparison_sources(result: ModelComparison) -> tuple[str, ...]:
    """Give the publications of the tests."""
    scaled = published.SCALED_DIFFERENCES.get(result.method)
    return (published.NESTING, *((scaled,) if scaled else ()))


def fit_settings(result: FitTable, language: str) -> str:
    """Say what stands side by side."""
    return say("Fit indices of the models side by side.", language)


def score_settings(result: FactorScores, language: str) -> str:
    """Say how respondents were scored."""
    return say("Factor scores: {method} method.", language, method=say(result.method, language))


def score_sources(result: FactorScores) -> tuple[str, ...]:
    """Give the publication of the method."""
    return published.FACTOR_SCORES[result.method], published.SCORES_BIASED


def _percent(confidence: float) -> str:
    return f"{100 * confidence:g}"
