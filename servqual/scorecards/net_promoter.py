"""The net promoter score: promoters less detractors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from servqual._language import say
from servqual.errors import AdmissibilityWarning, warn
from servqual.resampling import check_confidence
from servqual.scorecards.answers import Floats, check_target, read_answers
from servqual.scorecards.card import ScoreCard, score_answers
from servqual.scorecards.estimates import Net, weigh
from servqual.scorecards.proportions import check_method

Method = Literal["adjusted_wald", "score", "wald"]
METHODS = ("adjusted_wald", "score", "wald")
SCALE = (0, 10)
PROMOTER, PASSIVE = 9, 7
ENOUGH_TO_DOUBT = 10


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NetPromoterScore(ScoreCard):
    """A net promoter score, -100 to 100; make it with `net_promoter_score`."""

    @property
    def promoters(self) -> float:
        """Percentage of answers 9 and 10."""
        return self._overall("promoters")

    @property
    def passives(self) -> float:
        """Percentage of answers 7 and 8."""
        return self._overall("passives")

    @property
    def detractors(self) -> float:
        """Percentage of answers 0 to 6."""
        return self._overall("detractors")

    def _what(self, language: str) -> str:
        return say("Net promoter score (−100 to 100)", language)

    def _meaning(self, language: str) -> tuple[str, ...]:
        return (
            say(
                "Net promoter score = promoters (9-10) − detractors (0-6), in percent of the "
                "respondents (Reichheld, 2003).",
                language,
            ),
        )


def net_promoter_score(
    x: object,
    *,
    by: object = None,
    weights: ArrayLike | None = None,
    target: float | None = None,
    interval: Method = "adjusted_wald",
    confidence: float = 0.95,
    not_applicable: Sequence[object] = (),
) -> NetPromoterScore:
    r"""Estimate the net promoter score of answers from 0 to 10.

    Parameters
    ----------
    x : column of int
        How likely each respondent is to recommend, 0 to 10, from pandas, polars, pyarrow, NumPy or
        a list.
    by : column, optional
        The group of each respondent.
    weights : array_like of shape (n,), optional
        Sampling weights.
    target : float, optional
        A score to compare with, -100 to 100.
    interval : {"adjusted_wald", "score", "wald"}
    confidence : float, default 0.95
    not_applicable : sequence, default ()
        Codes that say that the question does not apply, such as ``(-99,)``.

    Returns
    -------
    NetPromoterScore
        ``estimate``, ``se``, ``ci_low``, ``ci_high`` (-100 to 100), ``n``, ``promoters``,
        ``passives``, ``detractors`` (percent) and ``to_frame()``: one row of all respondents, one a
        group; with weights n_effective; with a target the difference to it, its interval and p
        value; with groups the difference to the rest.

    Raises
    ------
    ResponseError
        If answers are no whole numbers from 0 to 10, or nobody answered.
    ValueError
        If `target`, `interval` or `confidence` is not possible.

    Warns
    -----
    MissingResponseWarning
        If answers are missing.
    AdmissibilityWarning
        If no answer is above 7: the question may have had another scale.

    Notes
    -----
    With shares p of promoters (9, 10) and d of detractors (0 to 6) [1]_ among n answers,

    .. math:: \mathrm{NPS} = 100 (p - d), \quad
              \mathrm{SE} = 100 \sqrt{\frac{p + d - (p - d)^2}{n}},

    the variance of :math:`p - d` with :math:`\mathrm{Cov}(p, d) = -pd/n`. The adjusted Wald
    interval takes n + 3 answers, with 3/4 of one more among the promoters and among the detractors
    [2]_. The score interval inverts the score test, with the shares under the target estimated by
    maximum likelihood; it serves as a check. With sampling weights, n is the effective sample size
    (Korn and Graubard, 1998).

    Net Promoter, Net Promoter Score and NPS are trademarks of Bain & Company, NICE Systems and
    Fred Reichheld.

    References
    ----------
    .. [1] Reichheld, F. F. (2003). The one number you need to grow. *Harvard Business Review*,
       81(12), 46-54.
    .. [2] Rocks, B. (2016). Interval estimation for the "net promoter score". *The American
       Statistician*, 70(4), 365-372. https://doi.org/10.1080/00031305.2016.1173124

    Examples
    --------
    >>> card = net_promoter_score([10] * 162 + [8] * 108 + [3] * 54)
    >>> round(card.estimate, 2), round(card.se, 3)
    (33.33, 4.141)
    >>> round(card.ci_low, 2), round(card.ci_high, 2)
    (24.95, 41.11)
    """
    check_confidence(confidence)
    check_target(target, -100, 100)
    check_method(interval, METHODS)
    answers = read_answers(x, scale=SCALE, by=by, weights=weights, not_applicable=not_applicable)
    given = answers.values[answers.used]
    if len(given) >= ENOUGH_TO_DOUBT and given.max() <= PASSIVE:
        warn(
            f"No answer is above {given.max():g}, so there is no promoter. The score is for "
            "answers from 0 to 10; was the question asked on another scale?",
            AdmissibilityWarning,
        )
    return NetPromoterScore(
        **score_answers(
            answers,
            lambda values, weights: _figure(values, weights, interval),
            unit=100,
            interval=interval,
            confidence=confidence,
            target=target,
        )
    )


def _figure(
    values: Floats, weights: Floats | None, interval: Method
) -> tuple[Net | None, dict[str, float]]:
    if not len(values):
        return None, dict.fromkeys(("promoters", "passives", "detractors"), np.nan)
    places = {
        "promoters": values >= PROMOTER,
        "passives": (values >= PASSIVE) & (values < PROMOTER),
        "detractors": values < PASSIVE,
    }
    w = np.ones(len(values)) if weights is None else weights
    shares = {name: float(w[those].sum() / w.sum()) for name, those in places.items()}
    net = places["promoters"].astype(np.float64) - places["detractors"]
    weighed = weigh(net, weights)
    estimate = Net(
        promoters=shares["promoters"],
        detractors=shares["detractors"],
        se=weighed.se,
        n_effective=weighed.n_effective,
        method=interval,
    )
    return estimate, {name: 100 * share for name, share in shares.items()}
