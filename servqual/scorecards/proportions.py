"""Proportions: rates of complaints, of cases resolved, of anything that is so or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servqual._frames import read_numbers
from servqual._language import say
from servqual.errors import ResponseError
from servqual.resampling import check_confidence
from servqual.scorecards.answers import (
    Floats,
    Groups,
    Mask,
    check_target,
    read_column,
    read_groups,
    read_truths,
)
from servqual.scorecards.card import Cell, ScoreCard, build_table, score_answers
from servqual.scorecards.estimates import Share, weigh

Method = Literal["wilson", "wald"]
METHODS = ("wilson", "wald")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Proportion(ScoreCard):
    """A proportion, 0 to 1; make it with `proportion`."""

    @property
    def successes(self) -> int:
        """How many of the respondents it is so of."""
        return int(self.table["successes"].iloc[0])

    def _what(self, language: str) -> str:
        return say("Proportion", language)

    def _meaning(self, language: str) -> tuple[str, ...]:
        return (say("estimate = successes / n, from 0 to 1.", language),)


def proportion(
    x: object,
    n: object = None,
    *,
    by: object = None,
    weights: ArrayLike | None = None,
    target: float | None = None,
    interval: Method = "wilson",
    confidence: float = 0.95,
    not_applicable: Sequence[object] = (),
) -> Proportion:
    r"""Estimate a proportion, such as the rate of complaints or of cases resolved.

    Parameters
    ----------
    x : column of booleans or of 0 and 1, or int, or column of int
        Whether it is so, for each respondent; with `n`, how many it is so of.
    n : int or column of int, optional
        Of how many, where `x` is counts.
    by : column, optional
        The group of each respondent (of each count).
    weights : array_like of shape (n,), optional
        Sampling weights.
    target : float, optional
        A proportion to compare with, 0 to 1.
    interval : {"wilson", "wald"}
    confidence : float, default 0.95
    not_applicable : sequence, default ()
        Codes that say that the question does not apply.

    Returns
    -------
    Proportion
        ``estimate``, ``se``, ``ci_low``, ``ci_high``, ``n`` and ``to_frame()``: level, group, n,
        n_missing, successes (as counted, without weights), estimate, se, ci_low, ci_high; with
        weights n_effective; with a target difference, its interval and p value; with groups the
        difference to the rest.

    Raises
    ------
    ResponseError
        If `x` is neither booleans nor 0 and 1, counts do not fit, or nobody answered.
    ValueError
        If `target`, `interval` or `confidence` is not possible.

    Warns
    -----
    MissingResponseWarning
        If answers are missing.

    Notes
    -----
    Of n respondents a share p has standard error :math:`\sqrt{p (1 - p) / n}`. The Wilson interval
    holds every proportion that the score test does not reject [1]_:

    .. math:: \frac{p + z^2 / 2n \pm z \sqrt{p (1 - p) / n + z^2 / 4n^2}}{1 + z^2 / n}

    Differences to the rest have Newcombe's interval of Wilson intervals [2]_. With sampling
    weights, n is the effective sample size (Korn and Graubard, 1998). Checked against R's
    ``prop.test(correct = FALSE)``.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. *Journal of the American Statistical Association*, 22(158), 209-212.
       https://doi.org/10.1080/01621459.1927.10502953
    .. [2] Newcombe, R. G. (1998). Interval estimation for the difference between independent
       proportions: Comparison of eleven methods. *Statistics in Medicine*, 17(8), 873-890.
       https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I

    Examples
    --------
    >>> rate = proportion(4, 10)
    >>> round(rate.estimate, 3), round(rate.ci_low, 3), round(rate.ci_high, 3)
    (0.4, 0.168, 0.687)
    >>> proportion([True, True, False, None], target=0.9).to_frame()["difference"].round(3).tolist()
    [-0.233]
    """
    check_confidence(confidence)
    check_target(target, 0, 1)
    check_method(interval, METHODS)
    if n is not None:
        return _of_counts(x, n, by, weights, target, interval, confidence)
    answers = read_truths(x, by=by, weights=weights, not_applicable=not_applicable)
    return Proportion(
        **score_answers(
            answers,
            lambda values, weights: (
                share_of(values, weights, interval),
                {"successes": int(values.sum())},
            ),
            unit=1,
            interval=interval,
            confidence=confidence,
            target=target,
        )
    )


def check_method(interval: str, methods: Sequence[str]) -> None:
    """Refuse a kind of interval that is not known."""
    if interval not in methods:
        known = ", ".join(map(repr, methods))
        raise ValueError(f"interval must be one of {known}, not {interval!r}.")


def share_of(truths: Floats, weights: Floats | None, interval: Method) -> Share | None:
    """Take the share of ones among some respondents; None if there are none."""
    if not len(truths):
        return None
    weighed = weigh(truths, weights)
    return Share(
        value=weighed.value, se=weighed.se, n_effective=weighed.n_effective, method=interval
    )


def _of_counts(
    x: object,
    n: object,
    by: object,
    weights: ArrayLike | None,
    target: float | None,
    interval: Method,
    confidence: float,
) -> Proportion:
    if weights is not None:
        raise ResponseError("weights go with answers, not with counts of them.")
    successes, of, groups, name = _read_counts(x, n, by)

    def cell(rows: Mask) -> Cell[Share]:
        k, total = int(successes[rows].sum()), int(of[rows].sum())
        share = k / total if total else np.nan
        spread = total > 1 and 0 < k < total
        se = np.sqrt(share * (1 - share) / total) if spread else np.nan
        found = Share(value=share, se=float(se), n_effective=total, method=interval)
        return Cell(
            n=total, n_missing=0, estimate=found if total else None, beside={"successes": k}
        )

    table, reasons = build_table(
        cell,
        len(of),
        groups,
        unit=1,
        confidence=confidence,
        target=target,
        weighted=False,
    )
    without = 0 if groups is None else int(of[groups.codes < 0].sum())
    return Proportion(
        name=name,
        table=table,
        reasons=reasons,
        interval=interval,
        confidence=confidence,
        target=target,
        n_missing=0,
        n_not_applicable=0,
        n_without_group=without,
        n_without_weight=0,
        weighted=False,
    )


def _read_counts(
    x: object, n: object, by: object
) -> tuple[NDArray[np.int64], NDArray[np.int64], Groups | None, str]:
    """Read numbers of successes and of respondents, one pair or one a row."""
    single = np.ndim(x) == 0 and np.ndim(n) == 0 and not isinstance(x, str)  # type: ignore[arg-type]
    frame, name = read_column([x] if single else x)
    of, _ = read_column([n] if single else n)
    if len(of) != len(frame):
        raise ResponseError(f"x has {len(frame):,} counts, but n has {len(of):,}.")
    columns = []
    for what, held in (("x", frame), ("n", of)):
        values = read_numbers(held, held.names[0]).values.astype(np.float64)
        wrong = ~(values >= 0) | (values % 1 != 0)
        if wrong.any():
            raise ResponseError(
                f"{int(wrong.sum()):,} of the counts in {what} are not whole numbers from 0 up, "
                f"the first being {values[wrong][0]:g}."
            )
        columns.append(values.astype(np.int64))
    successes, total = columns
    many = successes > total
    if many.any():
        at = int(np.flatnonzero(many)[0])
        raise ResponseError(
            f"{int(many.sum()):,} counts are of more successes than respondents, the first being "
            f"{successes[at]:,} of {total[at]:,}."
        )
    if not total.any():
        raise ResponseError("n is 0, so there is no proportion.")
    groups = None if by is None else read_groups(by, frame)
    return successes, total, groups, name
