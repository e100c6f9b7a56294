"""Teas's scores: evaluated performance and normed quality, by distance from an ideal."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual.errors import ResponseError
from servqual.responses import Responses
from servqual.scores._formed import FormedScores, score_formed
from servqual.scores.common import require_one_scale
from servqual.scores.importance import At, Weigh
from servqual.scores.weighted import Overall, summarize

Floats = NDArray[np.float64]
NORM = "excellent"
_LARGEST = 75  # power of ten


def distance_score(perception: Floats, ideal: Floats) -> Floats:
    """Give -|P - I|: 0 at the ideal, the lower the farther from it."""
    return -np.abs(perception - ideal)


def normed_score(perception: Floats, expectation: Floats, ideal: Floats) -> Floats:
    """Give -(|P - I| - |E - I|): by how much nearer to the ideal than the excellent service."""
    return distance_score(perception, ideal) - distance_score(expectation, ideal)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class EvaluatedPerformanceScores(FormedScores):
    """Evaluated performance of respondents; make it with `evaluated_performance_scores`.

    Attributes
    ----------
    items, dimensions : pandas.DataFrame
        ``-|P - I|`` in scale points (0 at the ideal, never positive), one row a scored respondent.
    overall : pandas.Series
        The overall score: weighted if importance was given.
    overall_unweighted : pandas.Series
        The overall score without importance weights.
    excluded : pandas.DataFrame
        Who was left out and why.
    exponent : float
        Of the Minkowski distance.
    """

    prefix: ClassVar[str] = "EP"
    exponent: float

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, by which distance, and what overall is the mean or sum of."""
        text = say(
            "Evaluated performance −|P − ideal|, {of}; {overall}",
            language,
            of=self._of(language),
            overall=self._what_overall_is(language),
        )
        if self.exponent == 1:
            return text
        return say(
            "{text}; Minkowski distance with exponent {r:g}", language, text=text, r=self.exponent
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the scores mean, how the intervals were formed, and what was left out."""
        meaning = say(
            "0 = perception at the ideal point; the lower, the farther from it on either side, in "
            "scale points (Teas, 1993). Intervals: 95 %, Student's t.",
            language,
        )
        return (meaning, *self._shared_notes(language), *self._unscored_note(language))

    @property
    def _roles(self) -> tuple[str, ...]:
        return ("perception", "ideal")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NormedQualityScores(FormedScores):
    """Normed quality of respondents; make it with `normed_quality_scores`.

    Attributes
    ----------
    items, dimensions : pandas.DataFrame
        ``-(|P - I| - |E - I|)`` in scale points, one row a respondent; positive = nearer to the
        ideal than the excellent service.
    overall : pandas.Series
        The overall score: weighted if importance was given.
    overall_unweighted : pandas.Series
        The overall score without importance weights.
    excluded : pandas.DataFrame
        Who was left out and why.
    """

    prefix: ClassVar[str] = "NQ"

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and what overall is the mean or sum of."""
        return say(
            "Normed quality −(|P − ideal| − |E − ideal|), {of}; {overall}",
            language,
            of=self._of(language),
            overall=self._what_overall_is(language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the scores mean, how the intervals were formed, and what was left out."""
        meaning = say(
            "0 = as far from the ideal point as the excellent service; negative = farther, in "
            "scale points (Teas, 1993). Intervals: 95 %, Student's t.",
            language,
        )
        return (meaning, *self._shared_notes(language), *self._unscored_note(language))

    @property
    def _roles(self) -> tuple[str, ...]:
        return ("perception", "expectation", "ideal")


def evaluated_performance_scores(
    responses: Responses,
    importance: object = None,
    importance_at: At = "dimension",
    normalize: bool = True,
    overall: Overall = "dimensions",
    weigh: Weigh = "respondents",
    *,
    exponent: float = 1.0,
) -> EvaluatedPerformanceScores:
    r"""Score perceptions by their distance from the respondent's ideal (Teas's model).

    Parameters
    ----------
    responses : Responses
        Answers with the roles perception and ideal.
    importance, importance_at, normalize, overall, weigh
        As for `gap_scores`. Teas's weighted sum over items is ``importance="items",
        importance_at="item", normalize=False``.
    exponent : float, default 1
        Of the Minkowski distance, at least 1: 1 adds distances, 2 is Euclidean.

    Returns
    -------
    EvaluatedPerformanceScores
        ``items``, ``dimensions``, ``overall``, ``overall_unweighted``, ``excluded``, ``to_data()``
        (EP1..) and ``to_frame()``: level, n, mean, sd, ci_low, ci_high.

    Raises
    ------
    ResponseError
        If perception or ideal is not bound or they are on different scales, nobody can be scored,
        or weights do not fit.
    ValueError
        If the exponent is below 1, or so large that powers are beyond what numbers can hold.

    Notes
    -----
    With perception P, ideal I and weights w, evaluated performance is [1]_

    .. math:: EP_i = -\Big( \sum_j w_{ij}\, |P_{ij} - I_{ij}|^r \Big)^{1/r},

    here with weights that sum to 1 (means) unless ``normalize=False``. An expectation is no ideal
    point: with E in its place the score would be ``-|P - E|``, a folded gap, in which service
    beyond expectations counts as a fault. Without the role ideal the score is therefore refused.

    References
    ----------
    .. [1] Teas, R. K. (1993). Expectations, performance evaluation, and consumers' perceptions of
       quality. *Journal of Marketing*, 57(4), 18-34. https://doi.org/10.1177/002224299305700402

    Examples
    --------
    >>> import pandas as pd, servqual as sq
    >>> spa = sq.Instrument(
    ...     name="spa", scale=(1, 7), roles=("perception", "ideal"),
    ...     dimensions={"warmth": ("1", "2")},
    ... )
    >>> frame = pd.DataFrame({"P1": [5, 7], "P2": [6, 4], "X1": [6, 5], "X2": [6, 7]})
    >>> answers = sq.Responses.from_frame(frame, spa, ideal="X{}")
    >>> evaluated_performance_scores(answers).overall.tolist()
    [-0.5, -2.5]
    """
    number = isinstance(exponent, (int, float, np.integer, np.floating))
    if not number or isinstance(exponent, bool) or not 1 <= exponent < np.inf:
        raise ValueError(f"exponent must be a finite number from 1 up, not {exponent!r}.")
    _require_ideal(responses, "Evaluated performance")
    _require_powers(responses, float(exponent))
    require_one_scale(responses, ("perception", "ideal"))
    fields, scored = score_formed(
        responses,
        ("perception", "ideal"),
        distance_score,
        importance=importance,
        importance_at=importance_at,
        normalize=normalize,
        overall=overall,
        weigh=weigh,
        exponent=float(exponent),
    )
    summary = summarize(responses, scored, {"score": ("mean", "sd")})
    return EvaluatedPerformanceScores(summary=summary, exponent=float(exponent), **fields)


def normed_quality_scores(
    responses: Responses,
    importance: object = None,
    importance_at: At = "dimension",
    normalize: bool = True,
    overall: Overall = "dimensions",
    weigh: Weigh = "respondents",
) -> NormedQualityScores:
    r"""Score perceptions by their distance from the ideal, less that of an excellent service.

    Parameters
    ----------
    responses : Responses
        Answers with the roles perception, ideal and expectation, whose kind is "excellent": what
        an excellent service is like.
    importance, importance_at, normalize, overall, weigh
        As for `gap_scores`.

    Returns
    -------
    NormedQualityScores
        ``items``, ``dimensions``, ``overall``, ``overall_unweighted``, ``excluded``, ``to_data()``
        (NQ1..) and ``to_frame()``: level, n, mean, sd, ci_low, ci_high.

    Raises
    ------
    ResponseError
        If a role is not bound or on another scale, expectations are of another kind, nobody can be
        scored, or weights do not fit.

    Notes
    -----
    With perception P, the excellent service E, ideal I and weights w, normed quality is [1]_

    .. math:: NQ_i = -\sum_j w_{ij}\, \big( |P_{ij} - I_{ij}| - |E_{ij} - I_{ij}| \big),

    the evaluated performance of the service less that of an excellent one, here with weights that
    sum to 1 unless ``normalize=False``. The norm is a level of service, not what is desired or
    predicted; other kinds of expectation are refused.

    References
    ----------
    .. [1] Teas, R. K. (1993). Expectations, performance evaluation, and consumers' perceptions of
       quality. *Journal of Marketing*, 57(4), 18-34. https://doi.org/10.1177/002224299305700402

    Examples
    --------
    >>> import pandas as pd, servqual as sq
    >>> spa = sq.Instrument(
    ...     name="spa", scale=(1, 7), roles=("expectation", "perception", "ideal"),
    ...     expectation_kind="excellent", dimensions={"warmth": ("1",)},
    ... )
    >>> frame = pd.DataFrame({"E1": [6, 6], "P1": [5, 7], "X1": [6, 7]})
    >>> normed_quality_scores(sq.Responses.from_frame(frame, spa, ideal="X{}")).overall.tolist()
    [-1.0, 1.0]
    """
    _require_ideal(responses, "Normed quality")
    _require_norm(responses)
    require_one_scale(responses, ("perception", "expectation", "ideal"))
    fields, scored = score_formed(
        responses,
        ("perception", "expectation", "ideal"),
        normed_score,
        importance=importance,
        importance_at=importance_at,
        normalize=normalize,
        overall=overall,
        weigh=weigh,
    )
    summary = summarize(responses, scored, {"score": ("mean", "sd")})
    return NormedQualityScores(summary=summary, **fields)


def _require_ideal(responses: object, what: str) -> None:
    if not isinstance(responses, Responses) or "ideal" in responses.answers:
        return
    raise ResponseError(
        f"{what} needs the role 'ideal', the answer that the respondent would like best; the bound "
        f"roles are {', '.join(responses.answers)}. An expectation cannot stand for it: -|P - E| "
        "is a folded gap, in which service beyond expectations counts as a fault. Bind ideal="
        "'...{}' with an instrument that has the role, or use gap_scores."
    )


def _require_powers(responses: object, exponent: float) -> None:
    if not isinstance(responses, Responses):
        return
    low, high = responses.instrument.scale_of("perception")
    if exponent * np.log10(max(high - low, 2)) > _LARGEST:
        raise ValueError(
            f"exponent={exponent:g} is too large: powers of distances on the scale {low}-{high} "
            "are beyond what numbers can hold, and the farthest item alone would count."
        )


def _require_norm(responses: object) -> None:
    if not isinstance(responses, Responses) or "expectation" not in responses.answers:
        return
    kind = responses.instrument.expectation_kind
    if kind == NORM:
        return
    stated = f"of the kind {kind!r}" if kind else "of no stated kind"
    raise ResponseError(
        "Normed quality measures the service against an excellent one, so its expectations must be "
        f"of the kind {NORM!r}, but those of {responses.instrument.name!r} are {stated}. If an "
        f"excellent service was asked about, say so with expectation_kind={NORM!r} in the "
        "Instrument."
    )
