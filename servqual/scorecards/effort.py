"""The customer effort score, in the version that is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from servqual._language import say
from servqual.resampling import check_confidence
from servqual.scorecards.answers import Floats, check_target, read_answers
from servqual.scorecards.card import ScoreCard, score_answers
from servqual.scorecards.estimates import Mean, weigh

SCALES = {1: (1, 5), 2: (1, 7)}
AGREE = 5


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CustomerEffortScore(ScoreCard):
    """A customer effort score, in scale points; make it with `customer_effort_score`.

    Attributes
    ----------
    version : int
        1: effort on 1-5, low is good. 2: agreement that it was easy on 1-7, high is good.
    """

    version: int

    @property
    def mean(self) -> float:
        """The mean answer, which is the estimate."""
        return self.estimate

    @property
    def agree(self) -> float:
        """Percentage of answers 5 to 7; of version 2 only."""
        return self._overall("agree") if self.version == 2 else np.nan

    def _what(self, language: str) -> str:
        if self.version == 1:
            return say("Customer effort score 1.0 (mean effort on 1-5; low is good)", language)
        return say(
            "Customer effort score 2.0 (mean agreement that it was easy, 1-7; high is good)",
            language,
        )

    def _meaning(self, language: str) -> tuple[str, ...]:
        notes = [
            say(
                "Versions 1.0 and 2.0 run in opposite directions on different scales and are not "
                "comparable.",
                language,
            )
        ]
        if self.version == 2:
            notes.append(say("agree = percent of the respondents who answered 5-7.", language))
        return tuple(notes)

    @property
    def _rest(self) -> str:
        return "Difference to the rest: the group less all other groups, with Welch's t interval."

    @property
    def _weighing(self) -> str:
        return "Sampling weights: weighted means with linearised standard errors."


def customer_effort_score(
    x: object,
    *,
    version: Literal[1, 2],
    by: object = None,
    weights: ArrayLike | None = None,
    target: float | None = None,
    confidence: float = 0.95,
    not_applicable: Sequence[object] = (),
) -> CustomerEffortScore:
    r"""Estimate the customer effort score.

    Parameters
    ----------
    x : column of int
    version : {1, 2}
        Which question was asked; it cannot be seen from the answers, so it is never assumed. 1: how
        much effort it took, 1 to 5, where low is good. 2: agreement that the company made it easy,
        1 to 7, where high is good.
    by, weights, confidence, not_applicable
        As for `net_promoter_score`.
    target : float, optional
        A mean to compare with, in scale points.

    Returns
    -------
    CustomerEffortScore
        ``estimate`` (the mean), ``se``, ``ci_low``, ``ci_high``, in scale points, ``n``, for
        version 2 ``agree`` (percent of answers 5 to 7) and ``to_frame()``: one row of all
        respondents, one a group; with a target the difference to it, its interval and p value; with
        groups the difference to the rest (Welch).

    Raises
    ------
    ResponseError
        If answers are off the scale of the version, or nobody answered.
    ValueError
        If `version`, `target` or `confidence` is not possible.

    Notes
    -----
    Version 1.0 is of Dixon, Freeman and Toman [1]_, version 2.0 of Dixon, Toman and DeLisi [2]_.
    The interval is Student's, :math:`\bar x \pm t_{n-1} s / \sqrt n`; with sampling weights the
    standard error is linearised.

    References
    ----------
    .. [1] Dixon, M., Freeman, K., & Toman, N. (2010). Stop trying to delight your customers.
       *Harvard Business Review*, 88(7/8), 116-122.
    .. [2] Dixon, M., Toman, N., & DeLisi, R. (2013). *The effortless experience*. Portfolio.

    Examples
    --------
    >>> card = customer_effort_score([7, 6, 5, 4, 6, 2], version=2)
    >>> card.estimate, round(card.agree, 1)
    (5.0, 66.7)
    """
    check_confidence(confidence)
    if version not in SCALES:
        raise ValueError(
            "version must be 1 (effort, 1-5, low is good) or 2 (agreement that it was easy, 1-7, "
            f"high is good), not {version!r}."
        )
    scale = SCALES[version]
    check_target(target, *scale)
    answers = read_answers(x, scale=scale, by=by, weights=weights, not_applicable=not_applicable)
    return CustomerEffortScore(
        version=version,
        **score_answers(
            answers,
            lambda values, weights: _figure(values, weights, version),
            unit=1,
            interval="t",
            confidence=confidence,
            target=target,
        ),
    )


def _figure(
    values: Floats, weights: Floats | None, version: int
) -> tuple[Mean | None, dict[str, float]]:
    some = len(values) > 0
    beside = {}
    if version == 2:
        agree = (values >= AGREE).astype(np.float64)
        beside["agree"] = 100 * weigh(agree, weights).value if some else np.nan
    return Mean.of(values, weights) if some else None, beside
