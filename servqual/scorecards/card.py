"""Score cards: one figure with its interval, by group, and against a target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypedDict, TypeVar

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._phrases import among, grouped_reasons
from servqual._result import Result
from servqual.errors import MissingResponseWarning, SmallSampleWarning, shortened, warn
from servqual.scorecards.answers import Answers, Floats, Groups, Mask
from servqual.scorecards.estimates import Estimate

E = TypeVar("E", bound=Estimate)
Reasons = dict[str, list[str]]

INTERVALS = {
    "wilson": "Wilson score interval (Wilson, 1927)",
    "adjusted_wald": "adjusted Wald interval (n + 3; Rocks, 2016)",
    "score": "score interval (Tango, 1998; Rocks, 2016)",
    "wald": "Wald interval",
    "t": "Student's t interval",
    "bootstrap": "Student's t interval with bootstrap standard errors",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ScoreCard(Result):
    """One figure of a question, overall and by group.

    Attributes
    ----------
    name : str
        The question, as its column is called; empty where it has no name.
    table : pandas.DataFrame
        What `to_frame` gives; the row of all respondents comes first.
    interval : str
        The kind of interval.
    confidence : float
    target : float or None
    n_missing, n_not_applicable, n_without_group, n_without_weight : int
        Respondents without an answer, with one that says it does not apply, with an answer but
        without a group (they count in the overall row), of sampling weight 0.
    weighted : bool
        Whether sampling weights were used.
    reasons : tuple of (str, str)
        Why cells are NaN: what is not there, and the groups that it concerns.
    """

    name: str
    table: pd.DataFrame
    interval: str
    confidence: float
    target: float | None
    n_missing: int
    n_not_applicable: int
    n_without_group: int
    n_without_weight: int
    weighted: bool
    reasons: tuple[tuple[str, str], ...] = field(default=())

    @property
    def estimate(self) -> float:
        """The figure of all respondents."""
        return self._overall("estimate")

    @property
    def se(self) -> float:
        """Its standard error, in the same unit."""
        return self._overall("se")

    @property
    def ci_low(self) -> float:
        """The lower end of its interval."""
        return self._overall("ci_low")

    @property
    def ci_high(self) -> float:
        """The upper end of its interval."""
        return self._overall("ci_high")

    @property
    def n(self) -> int:
        """How many respondents it is of."""
        return int(self.table["n"].iloc[0])

    @property
    def problems(self) -> tuple[str, ...]:
        """Why cells are NaN."""
        return self._problems("en")

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy, unrounded frame: all respondents, then one row a group."""
        return self.table.copy()

    def title(self, language: str = "en") -> str:
        """Say what it is, of how many, and with which interval."""
        what = self._what(language)
        if self.name:
            what = say("{what}, {name}", language, what=what, name=self.name)
        text = say("{what}: n = {n:,}", language, what=what, n=self.n)
        total = self.n + self.n_missing + self.n_not_applicable + self.n_without_weight
        text = among(text, self.n, total, weighted=self.weighted, language=language)
        kind = say(INTERVALS[self.interval], language)
        percent = f"{100 * self.confidence:g}"
        return say("{text}; {percent} % {kind}", language, text=text, percent=percent, kind=kind)

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the figures mean, who is left out, and what is not there."""
        notes = list(self._meaning(language))
        if self.target is not None:
            notes.append(
                say(
                    "Difference = estimate − target ({target:g}); its p value is that of the test "
                    "which the interval inverts.",
                    language,
                    target=self.target,
                )
            )
        if "difference_rest" in self.table:
            notes.append(say(self._rest, language))
        if self.weighted:
            notes.append(say(self._weighing, language))
        for template, count in (
            (self._missing, self.n_missing),
            ("{count:,} answers say that the question does not apply.", self.n_not_applicable),
            ("{count:,} respondents have sampling weight 0.", self.n_without_weight),
            (
                "{count:,} respondents have no group; they count among all respondents only.",
                self.n_without_group,
            ),
        ):
            if count:
                notes.append(say(template, language, count=count))
        return (*notes, *self._problems(language))

    def _what(self, language: str) -> str:
        raise NotImplementedError

    def _meaning(self, language: str) -> tuple[str, ...]:
        raise NotImplementedError

    @property
    def _rest(self) -> str:
        return (
            "Difference to the rest: the group less all other groups, with an interval from both "
            "intervals (Zou & Donner, 2008; of Wilson intervals: Newcombe, 1998)."
        )

    @property
    def _weighing(self) -> str:
        return (
            "Sampling weights: linearised standard error; the interval takes the effective sample "
            "size n_effective, the n of equal weights with that error (Korn & Graubard, 1998)."
        )

    @property
    def _missing(self) -> str:
        return "{count:,} answers are missing and left out."

    def _problems(self, language: str) -> tuple[str, ...]:
        return grouped_reasons(self.reasons, language)

    def _overall(self, column: str) -> float:
        return float(self.table[column].iloc[0])


@dataclass(frozen=True, kw_only=True)
class Cell(Generic[E]):
    """The figure of some respondents, with what stands beside it.

    Attributes
    ----------
    n, n_missing : int
    estimate : Estimate or None
        None where nobody answered.
    beside : mapping of str to float
        More columns, in the unit in which they are shown.
    why : str
        Why there is no estimate.
    """

    n: int
    n_missing: int
    estimate: E | None
    beside: Mapping[str, Any]
    why: str = "nobody answered."


def build_table(
    cell_of: Callable[[Mask], Cell[E]],
    n_rows: int,
    groups: Groups | None,
    *,
    unit: float,
    confidence: float,
    target: float | None,
    weighted: bool,
) -> tuple[pd.DataFrame, tuple[tuple[str, str], ...]]:
    """Make a row of all respondents and of each group; say why cells are NaN.

    Parameters
    ----------
    cell_of : callable
        Gives the figure of the respondents whose rows are marked.
    n_rows : int
    groups : Groups or None
    unit : float
        What estimates are multiplied by to be shown.
    confidence : float
    target : float or None
        As shown.
    weighted : bool
    """
    everybody = np.ones(n_rows, dtype=bool)
    reasons: Reasons = {}
    rows = [_row("overall", "", cell_of(everybody), unit, confidence, target, weighted, reasons)]
    for number, name in enumerate(groups.names if groups else ()):
        cell = cell_of(groups.of(number)) if groups else cell_of(everybody)
        row = _row("group", name, cell, unit, confidence, target, weighted, reasons)
        if groups:
            rest = cell_of(groups.rest(number))
            row |= _beyond_rest(name, cell, rest, unit, confidence, reasons)
        rows.append(row)
    if rows[0]["n"] < 2:
        warn("One answer only: there is no spread and no standard error.", SmallSampleWarning)
    named = tuple((reason, shortened(where)) for reason, where in reasons.items())
    return pd.DataFrame(rows), named


class Fields(TypedDict):
    """The fields of `ScoreCard`."""

    name: str
    table: pd.DataFrame
    interval: str
    confidence: float
    target: float | None
    n_missing: int
    n_not_applicable: int
    n_without_group: int
    n_without_weight: int
    weighted: bool
    reasons: tuple[tuple[str, str], ...]


def score_answers(
    answers: Answers,
    figure: Callable[[Floats, Floats | None], tuple[E | None, Mapping[str, Any]]],
    *,
    unit: float,
    interval: str,
    confidence: float,
    target: float | None,
) -> Fields:
    """Score the answers to one question.

    Parameters
    ----------
    answers : Answers
    figure : callable
        Gives, of some answers and their weights, the estimate (None if there are none) and what
        stands beside it.
    unit, interval, confidence, target
        As for `build_table` and `ScoreCard`.
    """

    def cell(rows: Mask) -> Cell[E]:
        values, weights = answers.chosen(rows)
        estimate, beside = figure(values, weights)
        missing = int((answers.missing & rows).sum())
        return Cell(n=len(values), n_missing=missing, estimate=estimate, beside=beside)

    weighted = answers.weights is not None
    table, reasons = build_table(
        cell,
        len(answers.values),
        answers.groups,
        unit=unit,
        confidence=confidence,
        target=target,
        weighted=weighted,
    )
    return Fields(
        name=answers.name,
        table=table,
        interval=interval,
        confidence=confidence,
        target=target,
        n_missing=int(answers.missing.sum()),
        n_not_applicable=int(answers.not_applicable.sum()),
        n_without_group=count_without_group(answers.groups, answers.used),
        n_without_weight=int((~np.isnan(answers.values) & ~answers.used).sum()),
        weighted=weighted,
        reasons=reasons,
    )


def count_without_group(groups: Groups | None, used: Mask) -> int:
    """Count respondents with an answer and without a group, and warn of them."""
    if groups is None:
        return 0
    count = int((used & (groups.codes < 0)).sum())
    if count:
        warn(
            f"{count:,} respondents have an answer but no group: they count among all respondents "
            "only.",
            MissingResponseWarning,
        )
    return count


def _row(
    level: str,
    group: str,
    cell: Cell[E],
    unit: float,
    confidence: float,
    target: float | None,
    weighted: bool,
    reasons: Reasons,
) -> dict[str, Any]:
    where = group or "overall"
    estimate = cell.estimate
    row: dict[str, Any] = {"level": level, "group": group, "n": cell.n, "n_missing": cell.n_missing}
    value = se = low = high = n_effective = p = np.nan
    if estimate is None:
        reasons.setdefault(cell.why, []).append(where)
    else:
        value, se, n_effective = estimate.value, estimate.se, estimate.n_effective
        low, high = estimate.interval(confidence)
        if np.isnan(se):
            why = "all answers are alike, so they give no standard error."
            alone = "one answer only, so there is no standard error."
            reasons.setdefault(alone if cell.n < 2 else why, []).append(where)
        p = np.nan if target is None else estimate.p_value(target / unit)
    row |= dict(cell.beside)
    row |= {"estimate": unit * value, "se": unit * se, "ci_low": unit * low, "ci_high": unit * high}
    if weighted:
        row["n_effective"] = n_effective
    if target is not None:
        row |= {
            "target": target,
            "difference": row["estimate"] - target,
            "difference_ci_low": row["ci_low"] - target,
            "difference_ci_high": row["ci_high"] - target,
            "p_value": p,
        }
    return row


def _beyond_rest(
    group: str, cell: Cell[E], rest: Cell[E], unit: float, confidence: float, reasons: Reasons
) -> dict[str, float]:
    found = (np.nan, np.nan, np.nan, np.nan)
    if rest.estimate is None:
        reasons.setdefault("no other group answered, so there is no rest.", []).append(group)
    elif cell.estimate is not None:
        found = cell.estimate.beyond(rest.estimate, confidence)
        if np.isnan(found[1]):
            why = "no interval of the difference to the rest: one of them has no standard error."
            reasons.setdefault(why, []).append(group)
    difference, low, high, p = found
    return {
        "difference_rest": unit * difference,
        "difference_rest_ci_low": unit * low,
        "difference_rest_ci_high": unit * high,
        "p_value_rest": p,
    }
