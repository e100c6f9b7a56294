"""Direct disconfirmation: answers to "worse or better than expected"."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual.responses import Responses
from servqual.scores._formed import FormedScores, score_formed
from servqual.scores.importance import At, Weigh
from servqual.scores.weighted import Overall, summarize

Floats = NDArray[np.float64]


def disconfirmation_score(comparison: Floats, scale: tuple[int, int]) -> Floats:
    """Give the answer less the middle of its scale: negative is worse than expected."""
    return comparison - (scale[0] + scale[1]) / 2


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DisconfirmationScores(FormedScores):
    """Direct disconfirmation of respondents; make it with `disconfirmation_scores`.

    Attributes
    ----------
    items, dimensions : pandas.DataFrame
        In scale points from "as expected", one row a scored respondent; negative = worse.
    overall : pandas.Series
        The overall score: weighted if importance was given.
    overall_unweighted : pandas.Series
        The overall score without importance weights.
    excluded : pandas.DataFrame
        Who was left out and why.
    """

    prefix: ClassVar[str] = "D"

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and what overall is the mean or sum of."""
        return say(
            "Direct disconfirmation (worse or better than expected), {of}; {overall}",
            language,
            of=self._of(language),
            overall=self._what_overall_is(language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the scores mean, how the intervals were formed, and what was left out."""
        low, high = self.responses.instrument.scale_of("comparison")
        meaning = say(
            "0 = as expected, the middle ({middle:g}) of the scale {low}–{high}; negative = worse, "
            "in scale points. It is a rating, not a difference. Intervals: 95 %, Student's t.",
            language,
            middle=(low + high) / 2,
            low=low,
            high=high,
        )
        return (meaning, *self._shared_notes(language), *self._unscored_note(language))

    @property
    def _roles(self) -> tuple[str, ...]:
        return ("comparison",)


def disconfirmation_scores(
    responses: Responses,
    importance: object = None,
    importance_at: At = "dimension",
    normalize: bool = True,
    overall: Overall = "dimensions",
    weigh: Weigh = "respondents",
) -> DisconfirmationScores:
    r"""Score how much better or worse than expected the service was, as respondents say it was.

    Parameters
    ----------
    responses : Responses
        Answers with the role comparison, low = worse and high = better than expected.
    importance, importance_at, normalize, overall, weigh
        As for `gap_scores`.

    Returns
    -------
    DisconfirmationScores
        ``items``, ``dimensions``, ``overall``, ``overall_unweighted``, ``excluded``, ``to_data()``
        (D1..) and ``to_frame()``: level, n, mean, sd, ci_low, ci_high.

    Raises
    ------
    ResponseError
        If the role is not bound, nobody can be scored, or weights do not fit.

    Notes
    -----
    The score of an item is :math:`C_{ij} - (l + h) / 2` for the answer C on the scale l to h, so
    that negative means worse than expected. Subjective disconfirmation is one answer and not the
    difference of two [1]_, so it bears none of the problems of difference scores.

    References
    ----------
    .. [1] Oliver, R. L. (1980). A cognitive model of the antecedents and consequences of
       satisfaction decisions. *Journal of Marketing Research*, 17(4), 460-469.
       https://doi.org/10.1177/002224378001700405

    Examples
    --------
    >>> import pandas as pd, servqual as sq
    >>> desk = sq.Instrument(
    ...     name="desk", scale=(1, 5), roles=("comparison",), dimensions={"help": ("1", "2")}
    ... )
    >>> frame = pd.DataFrame({"C1": [2, 5], "C2": [1, 3]})
    >>> disconfirmation_scores(sq.Responses.from_frame(frame, desk, comparison="C{}")).overall
    0   -1.5
    1    1.0
    Name: overall, dtype: float64
    """
    scale = (1, 1)
    if isinstance(responses, Responses) and "comparison" in responses.answers:
        scale = responses.instrument.scale_of("comparison")
    fields, scored = score_formed(
        responses,
        ("comparison",),
        lambda comparison: disconfirmation_score(comparison, scale),
        importance=importance,
        importance_at=importance_at,
        normalize=normalize,
        overall=overall,
        weigh=weigh,
    )
    summary = summarize(responses, scored, {"score": ("mean", "sd")})
    return DisconfirmationScores(summary=summary, **fields)
