"""What was computed for each result of a report, with which settings, and after whom."""

from collections.abc import Callable, Mapping
from typing import Any

import servqual.report._references as published
from servqual._language import say
from servqual._result import Result
from servqual.comparisons.contrasts import DimensionContrasts
from servqual.comparisons.families import name_correction
from servqual.comparisons.gaps import GapTests
from servqual.comparisons.groups import GroupComparison
from servqual.comparisons.paired import PublishedTests
from servqual.comparisons.profiles import CrossTable
from servqual.comparisons.tested import FamilyResult, FlippedResult
from servqual.comparisons.waves import WaveComparison
from servqual.comparisons.zones import ToleranceTests
from servqual.factors.adequacy import Factorability
from servqual.factors.average_partial import MinimumAveragePartial
from servqual.factors.parallel import ParallelAnalysis
from servqual.factors.solution import FactorSolution
from servqual.indices.model_index import ModelIndex
from servqual.priorities.grid.matrix import ImportancePerformance
from servqual.priorities.grid.sheet import ActionSheet
from servqual.reliability.consistency import InternalConsistency
from servqual.reliability.difference_audit import DifferenceScoreAudit
from servqual.reliability.difference_scores import DifferenceScoreReliability
from servqual.reliability.hierarchical import HierarchicalOmega
from servqual.reliability.item_quality import ItemAnalysis
from servqual.reliability.retest import RetestReliability
from servqual.report._kinds import kind_of
from servqual.report._phrases import joined, seed_of
from servqual.report._undone import Undone
from servqual.scorecards.card import INTERVALS, ScoreCard
from servqual.scorecards.effort import CustomerEffortScore
from servqual.scorecards.index import SatisfactionIndex
from servqual.scorecards.net_promoter import NetPromoterScore
from servqual.scorecards.proportions import Proportion
from servqual.scorecards.satisfaction import CustomerSatisfactionScore

EXTRACTIONS = {
    "minres": "minres",
    "ml": "maximum likelihood",
    "principal_axis": "principal axis",
}
ROTATIONS = {
    "oblimin": "direct oblimin",
    "promax": "promax",
    "varimax": "varimax",
    "geomin": "oblique geomin",
    "none": "no rotation",
}


def settings(result: Result, language: str) -> str:
    """Say how a result was computed and with which settings; empty for what needs no word."""
    writer = next((one for kind, one in _WRITERS.items() if isinstance(result, kind)), None)
    if writer is not None:
        return writer(result, language)
    kind = kind_of(result)
    method = "" if kind is None else kind.method
    if not isinstance(method, str):
        return method(result, language)
    return say(method, language) if method else ""


def sources(result: Result) -> tuple[str, ...]:
    """Give the publications that the figures of a result rest on."""
    found = next((one for kind, one in _SOURCES.items() if isinstance(result, kind)), ())
    known = None if isinstance(result, Undone) else kind_of(result)
    own = () if known is None else known.sources
    return (*found, *_sources_of_settings(result), *(own(result) if callable(own) else own))


def _consistency(result: InternalConsistency, language: str) -> str:
    percent = f"{100 * result.confidence:g}"
    text = say(
        "Cronbach's alpha, standardised alpha, mean correlation between items, Guttman's lambda-2.",
        language,
    )
    if result.omega:
        omega = say("Omega total of one-factor maximum-likelihood solutions.", language)
        text = joined(language, text, omega)
    if result.interval == "feldt":
        how = "{percent} % intervals: alpha by Feldt's F distribution, omega by the delta method."
        return joined(language, text, say(how, language, percent=percent))
    how = "{percent} % intervals: bootstrap ({kind}), {count:,} resamples, {seed}."
    kinds = {"percentile": "percentile", "bca": "bias-corrected accelerated (BCa)"}
    return joined(
        language,
        text,
        say(
            how,
            language,
            percent=percent,
            kind=say(kinds[result.interval], language),
            count=result.n_resamples,
            seed=seed_of(result.seed, language),
        ),
    )


def _items(result: ItemAnalysis, language: str) -> str:
    return say(
        "Mean, standard deviation, skewness (G1), shares at the ends of the scale; correlation of "
        "each item with the sum of the others of its dimension; alpha without the item.",
        language,
    )


def _retest(result: RetestReliability, language: str) -> str:
    return say(
        "Pearson's r with Fisher's interval; intraclass correlations ICC(A,1) and ICC(C,1), "
        "two-way, of single scores; {percent} % intervals.",
        language,
        percent=f"{100 * result.confidence:g}",
    )


def _difference(result: DifferenceScoreReliability, language: str) -> str:
    return say(
        "Reliability of P − E from the reliabilities of P and E and their correlation (classical "
        "formula), beside alpha of the item gaps.",
        language,
    )


def _audit(result: DifferenceScoreAudit, language: str) -> str:
    return say(
        "Least squares of {outcome} on the gap, on its parts and on rival measures, for the same "
        "respondents; {folds}-fold cross-validation, seed {seed}; F test of equal and opposite "
        "effects of E and P.",
        language,
        outcome=result.outcome,
        folds=result.cv_folds,
        seed=result.seed,
    )


def _factorability(result: Factorability, language: str) -> str:
    return say(
        "Kaiser-Meyer-Olkin measure of sampling adequacy, overall and by item; Bartlett's test of "
        "sphericity.",
        language,
    )


def _parallel(result: ParallelAnalysis, language: str) -> str:
    methods = {
        "normal": "uncorrelated normal data of the same size",
        "permutation": "the answers to each item shuffled",
    }
    return say(
        "Eigenvalues of the data beside the mean and the {percent} % quantile of those of {draws} "
        "random data sets ({method}).",
        language,
        percent=f"{100 * result.quantile:g}",
        draws=result.draws,
        method=say(methods[result.method], language),
    )


def _partials(result: MinimumAveragePartial, language: str) -> str:
    return say(
        "Average squared and fourth-power partial correlation after each number of components; "
        "the smallest points to their number.",
        language,
    )


def _general(result: HierarchicalOmega, language: str) -> str:
    return say(
        "Schmid-Leiman solution of the oblique minres factors; omega hierarchical is the general "
        "factor's share of the variance of the total.",
        language,
    )


def _factors(result: FactorSolution, language: str) -> str:
    rotation = say(ROTATIONS[result.rotation], language)
    kaiser = say("with" if result.kaiser else "without", language)
    if result.method == "components":
        template = (
            "Principal components of the correlations; components: {m}; rotation: {rotation} "
            "({kaiser} Kaiser normalisation)."
        )
    else:
        template = (
            "Common factors of the correlations; extraction: {method}; factors: {m}; rotation: "
            "{rotation} ({kaiser} Kaiser normalisation); random starts: {starts}."
        )
    method = EXTRACTIONS.get(result.method, "")
    return say(
        template,
        language,
        m=result.n_factors,
        method=say(method, language),
        rotation=rotation,
        kaiser=kaiser,
        starts=result.starts,
    )


def _gap_tests(result: GapTests, language: str) -> str:
    text = say(
        "Paired t tests and Wilcoxon signed ranks that the mean gap is 0; effect sizes d_z (mean / "
        "SD of the gaps) and d_av (mean / root of the mean variance of E and P).",
        language,
    )
    texts = [text, _family(result, language)]
    if result.worth_mending is not None:
        low, high = result.worth_mending
        template = "Equivalence: two one-sided tests against {low:g} and {high:g}."
        texts.append(say(template, language, low=low, high=high))
    return joined(language, *texts)


def _published(result: PublishedTests, language: str) -> str:
    text = say("Paired t tests from published means and standard deviations.", language)
    return joined(language, text, _family(result, language))


def _contrasts(result: DimensionContrasts, language: str) -> str:
    text = say("Paired t tests of the differences between the dimensions.", language)
    return joined(language, text, _family(result, language))


def _zones(result: ToleranceTests, language: str) -> str:
    text = say(
        "t tests that mean adequacy and mean superiority are 0; shares below, within and above "
        "the zone with Wilson's intervals.",
        language,
    )
    return joined(language, text, _family(result, language))


def _groups(result: GroupComparison, language: str) -> str:
    text = say(
        "Welch's F and Kruskal-Wallis H between the groups by {by}; eta squared and omega squared; "
        "pairs of groups by Games-Howell, with Hedges' g.",
        language,
        by=result.by,
    )
    return joined(language, text, _family(result, language))


def _waves(result: WaveComparison, language: str) -> str:
    text = say(
        "Paired t tests of the changes of the same respondents."
        if result.paired
        else "Welch's t tests between independent respondents of the two waves, with Hedges' g.",
        language,
    )
    detectable = say(
        "Minimum detectable change at a power of {power:g} %.", language, power=100 * result.power
    )
    return joined(language, text, detectable, _family(result, language))


def _crossed(result: CrossTable, language: str) -> str:
    return say(
        "Pearson's chi-square without correction for continuity; Cramer's V with its {percent} % "
        "interval; standardised residuals.",
        language,
        percent=f"{100 * result.confidence:g}",
    )


def _matrix(result: ImportancePerformance, language: str) -> str:
    text = say(
        "Importance: {importance}; performance: {performance}; lines between the quadrants: "
        "{lines}.",
        language,
        importance=result.importance_text(language),
        performance=result.performance_text(language),
        lines=result.cutoff_text(language),
    )
    if not result.n_resamples:
        return text
    template = "Probability of a quadrant: its share of {count:,} resamples of the respondents."
    return joined(language, text, say(template, language, count=result.n_resamples))


def _sheet(result: ActionSheet, language: str) -> str:
    return say("In the order of the quadrants, and within each by priority.", language)


def _card(result: ScoreCard, language: str) -> str:
    text = say(_CARDS[type(result)], language)
    interval = say(
        "{percent} % {interval}.",
        language,
        percent=f"{100 * result.confidence:g}",
        interval=say(INTERVALS[result.interval], language),
    )
    return joined(language, text, interval)


def _family(result: FamilyResult, language: str) -> str:
    correction = name_correction(result.correction, language)
    texts = [
        say(
            "Tests in one family: {m}; p-values: {correction}; {percent} % intervals.",
            language,
            m=result.m,
            correction=correction,
            percent=f"{100 * result.confidence:g}",
        )
    ]
    if isinstance(result, FlippedResult) and result.n_resamples:
        texts.append(
            say(
                "Simultaneous bands from {count:,} sign flips, {seed}.",
                language,
                count=result.n_resamples,
                seed=seed_of(result.seed, language),
            )
        )
    return joined(language, *texts)


def _sources_of_settings(result: Result) -> tuple[str, ...]:
    """Give the publications of what was chosen: a correction, a rotation, an interval."""
    if isinstance(result, InternalConsistency):
        of_omega = (published.OMEGA,) if result.omega else ()
        if result.interval != "feldt":
            return of_omega
        return (published.FELDT, *((*of_omega, published.RAYKOV) if of_omega else ()))
    if isinstance(result, DifferenceScoreAudit):
        rival = "evaluated performance" in result.model_columns["model"].tolist()
        return (published.TEAS,) if rival else ()
    if isinstance(result, FactorSolution):
        rotation = published.ROTATIONS.get(result.rotation)
        extraction = published.MINRES if result.method == "minres" else ""
        return (*([rotation] if rotation else ()), extraction)
    if isinstance(result, FamilyResult):
        found = [published.CORRECTIONS.get(result.correction, "")]
        if isinstance(result, FlippedResult) and result.n_resamples:
            found.append(published.FLIPS)
        if isinstance(result, GapTests) and result.worth_mending is not None:
            found.append(published.EQUIVALENCE)
        if isinstance(result, WaveComparison) and not result.paired:
            found += [published.WELCH_T, published.HEDGES]
        return tuple(found)
    if isinstance(result, ScoreCard):
        own = published.EFFORT[result.version] if isinstance(result, CustomerEffortScore) else ""
        return (own, *published.INTERVALS.get(result.interval, ()))
    return ()


_WRITERS: Mapping[type[Result], Callable[[Any, str], str]] = {
    InternalConsistency: _consistency,
    ItemAnalysis: _items,
    RetestReliability: _retest,
    DifferenceScoreReliability: _difference,
    DifferenceScoreAudit: _audit,
    Factorability: _factorability,
    ParallelAnalysis: _parallel,
    MinimumAveragePartial: _partials,
    HierarchicalOmega: _general,
    FactorSolution: _factors,
    GapTests: _gap_tests,
    PublishedTests: _published,
    DimensionContrasts: _contrasts,
    ToleranceTests: _zones,
    GroupComparison: _groups,
    WaveComparison: _waves,
    CrossTable: _crossed,
    ImportancePerformance: _matrix,
    ActionSheet: _sheet,
    ScoreCard: _card,
}
_CARDS: Mapping[type[ScoreCard], str] = {
    NetPromoterScore: "Share of promoters (9 and 10 of 0 to 10) − share of detractors (0 to 6).",
    CustomerSatisfactionScore: "Share of the answers at the top of the scale.",
    CustomerEffortScore: "Mean effort, or mean agreement that it was easy, as the title says.",
    SatisfactionIndex: "Mean satisfaction with the items, weighted by importance, from 0 to 100.",
    Proportion: "Share of the respondents.",
    ModelIndex: "Mean answers, weighted as the fitted model weights the items, from 0 to 100.",
}
_SOURCES: Mapping[type[Result], tuple[str, ...]] = {
    InternalConsistency: (published.ALPHA, published.LAMBDA),
    ItemAnalysis: (published.ALPHA, published.SKEWNESS),
    RetestReliability: (published.RETEST,),
    DifferenceScoreReliability: (published.DIFFERENCE, published.CAUTION),
    DifferenceScoreAudit: (published.EDWARDS, published.STONE, published.PERFORMANCE),
    Factorability: (published.KMO, published.BARTLETT),
    ParallelAnalysis: (published.HORN, published.GLORFELD, published.RULES),
    MinimumAveragePartial: (published.VELICER,),
    HierarchicalOmega: (published.SCHMID, published.ZINBARG),
    FactorSolution: (published.EFA, published.CONGRUENCE),
    GapTests: (published.EFFECTS,),
    ToleranceTests: (published.TOLERANCE, published.WILSON),
    GroupComparison: (published.WELCH_F, published.PAIRS, published.STEIGER, published.HEDGES),
    WaveComparison: (published.EFFECTS,),
    CrossTable: (published.RESIDUALS, published.SMITHSON),
    ImportancePerformance: (published.PRIORITIES,),
    ActionSheet: (published.PRIORITIES,),
    NetPromoterScore: (published.PROMOTERS,),
    SatisfactionIndex: (published.INDEX,),
}
