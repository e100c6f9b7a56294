"""The customer satisfaction score: the share of the most satisfied."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from servqual._language import say
from servqual.resampling import check_confidence
from servqual.scorecards.answers import check_target, read_answers
from servqual.scorecards.card import ScoreCard, score_answers
from servqual.scorecards.estimates import weigh
from servqual.scorecards.proportions import METHODS, Method, check_method, share_of


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CustomerSatisfactionScore(ScoreCard):
    """A customer satisfaction score, in percent; make it with `customer_satisfaction_score`.

    Attributes
    ----------
    scale : tuple of (int, int)
    top : int
        How many of the highest answers count as satisfied.
    """

    scale: tuple[int, int]
    top: int

    @property
    def mean(self) -> float:
        """The mean answer, in scale points."""
        return self._overall("mean")

    def _what(self, language: str) -> str:
        low, high = self.scale
        return say(
            "Customer satisfaction score (percent of answers {least}-{high} on {low}-{high})",
            language,
            least=high - self.top + 1,
            low=low,
            high=high,
        )

    def _meaning(self, language: str) -> tuple[str, ...]:
        return (
            say(
                "estimate = percent of the respondents with one of the {top} highest answers; mean "
                "= the mean answer in scale points. Scores of other scales or other cuts are not "
                "comparable.",
                language,
                top=self.top,
            ),
        )


def customer_satisfaction_score(
    x: object,
    scale: tuple[int, int] = (1, 5),
    top: int = 2,
    *,
    by: object = None,
    weights: ArrayLike | None = None,
    target: float | None = None,
    interval: Method = "wilson",
    confidence: float = 0.95,
    not_applicable: Sequence[object] = (),
) -> CustomerSatisfactionScore:
    """Estimate the percentage of satisfied customers (top box), with the mean beside it.

    Parameters
    ----------
    x : column of int
        The answers; high is satisfied.
    scale : tuple of (int, int), default (1, 5)
        The lowest and the highest possible answer.
    top : int, default 2
        How many of the highest answers count as satisfied: 4 and 5 on 1-5.
    by, weights, confidence, not_applicable
        As for `net_promoter_score`.
    target : float, optional
        A percentage to compare with.
    interval : {"wilson", "wald"}

    Returns
    -------
    CustomerSatisfactionScore
        ``estimate``, ``se``, ``ci_low``, ``ci_high`` (percent), ``n``, ``mean`` (scale points) and
        ``to_frame()``: one row of all respondents, one a group; with a target the difference to
        it, its interval and p value; with groups the difference to the rest.

    Raises
    ------
    ResponseError
        If answers are off the scale or between its points, or nobody answered.
    ValueError
        If `scale`, `top`, `target`, `interval` or `confidence` is not possible.

    Notes
    -----
    The share has Wilson's interval; see `proportion`.

    Examples
    --------
    >>> card = customer_satisfaction_score([5, 4, 4, 3, 2, 5, 5, 4, 1, 4])
    >>> round(card.estimate, 6), round(card.ci_low, 1), round(card.ci_high, 1), card.mean
    (70.0, 39.7, 89.2, 3.7)
    """
    check_confidence(confidence)
    check_target(target, 0, 100)
    check_method(interval, METHODS)
    low, high = check_scale(scale)
    if not (isinstance(top, (int, np.integer)) and 1 <= top <= high - low):
        raise ValueError(f"top must be a whole number from 1 to {high - low}, not {top!r}.")
    answers = read_answers(
        x, scale=(low, high), by=by, weights=weights, not_applicable=not_applicable
    )
    least = high - top + 1
    return CustomerSatisfactionScore(
        scale=(low, high),
        top=int(top),
        **score_answers(
            answers,
            lambda values, weights: (
                share_of((values >= least).astype(np.float64), weights, interval),
                {"mean": weigh(values, weights).value if len(values) else np.nan},
            ),
            unit=100,
            interval=interval,
            confidence=confidence,
            target=target,
        ),
    )


def check_scale(scale: tuple[int, int]) -> tuple[int, int]:
    """Refuse what is no scale of whole numbers."""
    ends = tuple(scale)
    if (
        len(ends) != 2
        or not all(isinstance(end, (int, np.integer)) for end in ends)
        or ends[0] >= ends[1]
    ):
        raise ValueError(
            "scale must be the lowest and the highest possible answer as whole numbers, such as "
            f"(1, 5), not {scale!r}."
        )
    return int(ends[0]), int(ends[1])
