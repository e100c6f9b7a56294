"""Performance-only scores (SERVPERF)."""

from dataclasses import dataclass

import pandas as pd

from servqual._language import say
from servqual.responses import Responses
from servqual.scores.importance import At, Weigh
from servqual.scores.weighted import Overall, WeightedScores, score_weighted, summarize


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PerceptionScores(WeightedScores):
    """Performance-only scores of respondents; make them with `perception_scores`.

    Attributes
    ----------
    items, dimensions : pandas.DataFrame
        Perceptions in scale points (reverse-keyed items recoded), one row a scored respondent.
    overall : pandas.Series
        The overall score: weighted if importance was given.
    overall_unweighted : pandas.Series
        The overall score without importance weights.
    excluded : pandas.DataFrame
        Who was left out and why.
    """

    def to_data(self, extra: object = None) -> pd.DataFrame:
        """Give one frame for models: P1.. perceptions, then extra columns as for gap scores."""
        return self._with_answers({}, extra)

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and what overall is the mean or sum of."""
        return say(
            "Performance-only scores (SERVPERF), {of}; {overall}",
            language,
            of=self._of(language),
            overall=self._what_overall_is(language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how the intervals were formed, and what was left out."""
        meaning = say("Perceptions in scale points. Intervals: 95 %, Student's t.", language)
        notes = [meaning, *self._shared_notes(language), *self._unscored_note(language)]
        by = self.importance
        if by is not None and by.source == "items" and by.at == "item" and not by.normalize:
            notes.append(
                say(
                    "Weighted SERVPERF as the sum over items of importance times perception: "
                    "Cronin & Taylor (1992), doi 10.1177/002224299205600304.",
                    language,
                )
            )
        return tuple(notes)

    @property
    def _roles(self) -> tuple[str, ...]:
        return ("perception",)


def perception_scores(
    responses: Responses,
    importance: object = None,
    importance_at: At = "dimension",
    normalize: bool = True,
    overall: Overall = "dimensions",
    weigh: Weigh = "respondents",
) -> PerceptionScores:
    r"""Score perceptions alone (SERVPERF).

    Parameters
    ----------
    responses : Responses
        Answers with the role perception.
    importance, importance_at, normalize, overall, weigh
        As for `gap_scores`. Cronin and Taylor's weighted SERVPERF, the sum over items of
        importance times perception, is ``importance="items", importance_at="item",
        normalize=False``; with ``normalize=True`` it is the importance-weighted mean of the items,
        which stays on the scale of the answers.

    Returns
    -------
    PerceptionScores
        ``items``, ``dimensions``, ``overall``, ``overall_unweighted``, ``excluded``,
        ``to_data()`` and ``to_frame()``: level, n, mean_p, sd_p, ci_low, ci_high.

    Raises
    ------
    ResponseError
        If a role is not bound, no respondent can be scored, or weights do not fit.

    Notes
    -----
    SERVPERF is :math:`\sum_j P_{ij}` and weighted SERVPERF :math:`\sum_j I_{ij} P_{ij}` [1]_;
    unweighted scores are given as means, which differ from the sum by a factor only.

    References
    ----------
    .. [1] Cronin, J. J., & Taylor, S. A. (1992). Measuring service quality: A reexamination and
       extension. *Journal of Marketing*, 56(3), 55-68.
       https://doi.org/10.1177/002224299205600304

    Examples
    --------
    >>> import servqual as sq
    >>> duo = sq.Instrument(
    ...     name="duo", scale=(1, 7), roles=("perception", "importance"),
    ...     dimensions={"care": ("1", "2")},
    ... )
    >>> frame = pd.DataFrame({"P1": [5, 6], "P2": [6, 4], "I1": [2, 1], "I2": [1, 1]})
    >>> answers = sq.Responses.from_frame(frame, duo)
    >>> sq.perception_scores(
    ...     answers, importance="items", importance_at="item", normalize=False
    ... ).overall.tolist()
    [16.0, 10.0]
    """
    fields, scored = score_weighted(
        responses,
        ("perception",),
        importance=importance,
        importance_at=importance_at,
        normalize=normalize,
        overall=overall,
        weigh=weigh,
    )
    summary = summarize(responses, scored, {"score": ("mean_p", "sd_p")})
    return PerceptionScores(summary=summary, **fields)
