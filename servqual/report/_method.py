"""How the figures of a report were computed, in words, and where that was published."""

from collections.abc import Mapping, Sequence

from servqual._language import say
from servqual._result import Result
from servqual.report._kinds import instrument_behind
from servqual.report._references import (
    EXPECTATIONS,
    PERFORMANCE,
    POINTS,
    SAMPLING,
    SERVQUAL,
    TOLERANCE,
)
from servqual.report._settings import sources
from servqual.scores.common import Scores
from servqual.scores.disconfirmation import DisconfirmationScores
from servqual.scores.evaluated import EvaluatedPerformanceScores, NormedQualityScores
from servqual.scores.gaps import GapScores
from servqual.scores.importance import Importance
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores
from servqual.tables._labels import responses_of

_FORMED: Mapping[type[Scores], str] = {
    EvaluatedPerformanceScores: "Evaluated performance = −|perception − ideal| of each item: 0 at "
    "the respondent's ideal, the lower the farther from it on either side.",
    NormedQualityScores: "Normed quality = −(|perception − ideal| − |excellent service − ideal|) "
    "of each item: negative where the service is farther from the ideal than an excellent one.",
    DisconfirmationScores: "Direct disconfirmation = the answer to worse or better than expected "
    "− the middle of its scale: negative = worse.",
}


def formulas(results: Sequence[Result], language: str) -> tuple[str, ...]:
    """Say how each figure was computed; what a report does not show is not explained."""
    scores = [result for result in results if isinstance(result, Scores)]
    lines = []
    if any(isinstance(one, GapScores) for one in scores):
        lines += [
            "Gap of an item = the respondent's perception (P) − the same respondent's expectation "
            "(E), in scale points. Negative means a shortfall.",
            "Expectations of what a service should offer, of what an excellent one offers, of what "
            "is desired and of what is predicted are different things; gaps from them are not "
            "comparable.",
        ]
    if any(isinstance(one, PerceptionScores) for one in scores):
        lines.append("Performance-only scores are perceptions (P) without expectations.")
    if any(isinstance(one, ToleranceScores) for one in scores):
        lines += [
            "Adequacy = perception − minimum; superiority = perception − desired level (E); width "
            "of the zone = desired level − minimum.",
            "A perception is within the zone if it lies between the minimum and the desired level "
            "or on one of them. Shares by item are of answers, by dimension and overall of "
            "respondents' means; answers with the minimum above the desired level have no zone and "
            "are given apart, as inverted.",
        ]
    lines += [
        text for kind, text in _FORMED.items() if any(isinstance(one, kind) for one in scores)
    ]
    if scores:
        lines += [
            "Score of a dimension = the mean of its items, for each respondent. What the overall "
            "score is the mean or the sum of stands in the title of each section.",
            "Intervals: mean ± the 97.5 % quantile of Student's t with n − 1 degrees of freedom × "
            "the standard error. They tell how precise a mean is, not how respondents differ.",
        ]
    if any(_importance(one) is not None for one in scores):
        lines.append(
            "Weighted overall score = the sum of weight × score, divided by the sum of the weights "
            "where the title says that they are scaled to sum to 1."
        )
    if any(one.responses.weights is not None for one in scores):
        lines.append(
            "Sampling weights: weighted means with linearised standard errors, for respondents "
            "drawn independently."
        )
    if any(one.responses.recoded for one in scores):
        lines.append("Reverse-keyed items: lowest + highest answer of the scale − answer.")
    lines.append("Figures are rounded for display only.")
    return tuple(say(line, language) for line in lines)


def references(results: Sequence[Result]) -> tuple[str, ...]:
    """Give the publications that the figures rest on, in alphabetical order, each once."""
    found = set()
    for result in results:
        found |= set(sources(result))
        instrument = instrument_behind(result)
        if instrument is not None:
            found.add(citation(instrument.citation, instrument.doi))
        responses = responses_of(result)
        if responses is not None and responses.weights is not None:
            found.add(SAMPLING)
        if isinstance(result, GapScores):
            found |= {SERVQUAL, EXPECTATIONS}
        if isinstance(result, PerceptionScores):
            found.add(PERFORMANCE)
        if isinstance(result, ToleranceScores):
            found.add(TOLERANCE)
        importance = _importance(result)
        if importance is not None and importance.source == "points":
            found.add(POINTS)
    return tuple(sorted(found - {""}))


def citation(text: str, doi: str) -> str:
    """Give a citation with the address of its DOI, once.

    Examples
    --------
    >>> citation("Somebody (2001). A scale.", "10.1/x")
    'Somebody (2001). A scale. https://doi.org/10.1/x'
    """
    text = text.strip()
    return f"{text} https://doi.org/{doi}".strip() if doi and doi not in text else text


def _importance(result: Result) -> Importance | None:
    return result.importance if isinstance(result, (GapScores, PerceptionScores)) else None
