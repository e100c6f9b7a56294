"""How much the people of a unit agree: intraclass correlations, and variance by level."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import Frame, read_frame, read_numbers
from servqual._language import say
from servqual._result import Result
from servqual.comparisons.parts import read_parts
from servqual.comparisons.reasons import Reason, grouped, reason
from servqual.errors import ResponseError
from servqual.instrument import Instrument
from servqual.provider.beliefs import score_role
from servqual.provider.nesting import Nesting, read_nesting
from servqual.provider.phrases import units_text
from servqual.provider.unit_level import warn_of_few
from servqual.provider.variance import (
    Shares,
    intraclass,
    intraclass_interval,
    nested_shares,
    one_way,
    stepped_up,
)
from servqual.resampling import check_confidence
from servqual.responses import Responses
from servqual.scores.common import Scores, keys_and_labels
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.weighted import WeightedScores

Floats = NDArray[np.float64]
_ONE = "No ICC, because fewer than two units, or no unit with two answers: {names}."
_EQUAL = "No ICC, because nobody in a unit differs from the others: {names}."
_SHARES = (
    "No shares of variance, because there are fewer than two firms, or no firm with two units, or "
    "nothing varies: {names}."
)
_SINGLE = (
    "{count:,} of {units:,} units have one answer only; they count among the unit means and add "
    "nothing to what varies within units."
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class UnitAgreement(Result):
    """Agreement within units; make it with `agreement_in_units`.

    Attributes
    ----------
    table : pandas.DataFrame
        What `to_frame` gives.
    what : str
        Of what: "gap", "perception", "expectation", or "columns".
    instrument : Instrument or None
    n : int
        People of a known unit.
    unit : str
    firm : str or None
    n_units, n_firms : int
    confidence : float
    reasons : tuple of Reason
        Units of one answer, and why figures are NaN.
    """

    table: pd.DataFrame
    what: str
    instrument: Instrument | None
    n: int
    unit: str
    firm: str | None
    n_units: int
    n_firms: int
    confidence: float
    reasons: tuple[Reason, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Units of one answer, and why figures are NaN."""
        return tuple(one.say() for one in self.reasons)

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy frame, one row an item, a dimension, overall or a column."""
        return self.table.copy()

    def title(self, language: str = "en") -> str:
        """Say of what, of how many people, and in how many units."""
        names = {
            "gap": "gaps (P − E)",
            "perception": "perceptions",
            "expectation": "expectations",
            "columns": "columns",
        }
        what = say(names.get(self.what, self.what), language)
        if self.instrument is not None:
            what = say(
                "{what}, {instrument}",
                language,
                what=what,
                instrument=self.instrument.title_in(language),
            )
        text = say(
            "Agreement within units ({unit}), {what}: n = {n:,}",
            language,
            unit=self.unit,
            what=what,
            n=self.n,
        )
        return text + units_text(self.n_units, self.n_firms, language)

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the coefficients are, and what is to be known of the units."""
        notes = [
            say(
                "ICC(1) = share of the variance that lies between units, ICC(2) = reliability of a "
                "unit's mean of k0 answers, one-way (Shrout & Fleiss, 1979; Bliese, 2000); k0 = "
                "the size that unequal units amount to. Negative where units differ less than "
                "chance would have them.",
                language,
            ),
            say(
                "Intervals: {percent:g} %, Wald (1940), exact for normal scores and any unit "
                "sizes, too short where scores are strongly skewed. F tests ICC(1) = 0.",
                language,
                percent=100 * self.confidence,
            ),
        ]
        if self.firm is not None:
            notes.append(
                say(
                    "share_firm, share_unit, share_person: components of variance between firms, "
                    "between the units of a firm and within units, over their sum (analysis of "
                    "variance; a negative component is shown as it is). ICC(1) counts what lies "
                    "between firms among what lies between units.",
                    language,
                )
            )
        return (*notes, *(one.say(language) for one in self.reasons))


def agreement_in_units(
    data: object,
    unit: str,
    *,
    firm: str | None = None,
    of: str | None = None,
    columns: Sequence[str] | None = None,
    confidence: float = 0.95,
) -> UnitAgreement:
    r"""Measure how much the people of a unit agree, and units differ.

    Parameters
    ----------
    data : GapScores, PerceptionScores, Responses or frame
        Customers' scores, managers' guesses, or a frame with columns of ratings.
    unit : str
        The column of units.
    firm : str, optional
        The column of the firms that units belong to: shares of variance are then given for firms,
        units in firms and people in units.
    of : str, optional
        With Responses: which role, such as "expectation" for managers' guesses.
    columns : sequence of str, optional
        With a frame: the columns to analyse.
    confidence : float, default 0.95

    Returns
    -------
    UnitAgreement
        ``to_frame()``: level, dimension, item, label (or column), n, n_units, n_single (units of
        one answer), k0, icc1, icc1_ci_low, icc1_ci_high, icc2, icc2_ci_low, icc2_ci_high, statistic
        (F), df1, df2, p_value, and with firms share_firm, share_unit, share_person.

    Raises
    ------
    ResponseError
        If a column is missing, or the answers have sampling weights, under which these mean squares
        are not defined.

    Warns
    -----
    MissingResponseWarning
        If people belong to no known unit, or left items unanswered.
    SmallSampleWarning
        If there are fewer than ten units.

    Notes
    -----
    From the one-way analysis of variance of J units with N answers [1]_ [2]_,

    .. math:: ICC(1) = \frac{MS_b - MS_w}{MS_b + (k_0 - 1) MS_w}, \quad
              ICC(2) = \frac{MS_b - MS_w}{MS_b}, \quad
              k_0 = \frac{1}{J - 1} \Big(N - \frac{\sum_u n_u^2}{N}\Big).

    The interval of ICC(1) is Wald's [3]_; that of ICC(2) is it stepped up to k0 answers.

    References
    ----------
    .. [1] Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing rater
       reliability. *Psychological Bulletin*, 86(2), 420-428.
       https://doi.org/10.1037/0033-2909.86.2.420
    .. [2] Bliese, P. D. (2000). Within-group agreement, non-independence, and reliability. In K. J.
       Klein & S. W. J. Kozlowski (Eds.), *Multilevel theory, research, and methods in
       organizations* (pp. 349-381). Jossey-Bass.
    .. [3] Wald, A. (1940). A note on the analysis of variance with unequal class frequencies.
       *The Annals of Mathematical Statistics*, 11(1), 96-100.

    Examples
    --------
    >>> import servqual as sq
    >>> staff = sq.load_dataset("chain_staff").dropna()
    >>> names = ["ability_reliability", "promises_reliability"]
    >>> found = agreement_in_units(staff, "unit", firm="firm", columns=names)
    >>> found.to_frame()[["column", "k0", "icc1", "icc1_ci_low", "icc1_ci_high", "icc2"]].round(2)
                     column   k0  icc1  icc1_ci_low  icc1_ci_high  icc2
    0   ability_reliability  3.5  0.35         0.18          0.55  0.65
    1  promises_reliability  3.5  0.22         0.06          0.42  0.50
    """
    check_confidence(confidence)
    what, instrument, keys, values, frame, rows = _read(data, of, columns)
    nested = read_nesting(frame, unit, firm, rows, what)
    known = nested.codes >= 0
    values, nested = values[:, known], replace(nested, codes=nested.codes[known])
    warn_of_few(len(nested.labels))
    found = [_row(row, nested, confidence) for row in values]
    figures = pd.DataFrame([figure for figure, _ in found])
    labels = keys[keys.columns[-1]].tolist()
    trouble = {
        text: [label for label, (_, told) in zip(labels, found, strict=True) if text in told]
        for text in (_ONE, _EQUAL, _SHARES)
    }
    single = int((np.bincount(nested.codes, minlength=len(nested.labels)) == 1).sum())
    alone = reason(_SINGLE, count=single, units=len(nested.labels))
    return UnitAgreement(
        table=pd.concat([keys, figures], axis=1),
        what=what,
        instrument=instrument,
        n=int(known.sum()),
        unit=unit,
        firm=firm,
        n_units=len(nested.labels),
        n_firms=nested.n_firms,
        confidence=confidence,
        reasons=((alone,) if single else ()) + grouped(trouble),
    )


def _row(values: Floats, nested: Nesting, confidence: float) -> tuple[dict[str, Any], list[str]]:
    there = ~np.isnan(values)
    values, codes = values[there], nested.codes[there]
    anova = one_way(values, codes)
    icc1, icc2 = intraclass(anova)
    low, high = intraclass_interval(values, codes, confidence)
    told = []
    if anova.df1 < 1 or anova.df2 < 1:
        told.append(_ONE)
    elif not anova.within > 0:
        told.append(_EQUAL)
        icc1 = icc2 = float("nan")
    figures: dict[str, Any] = {
        "n": anova.n,
        "n_units": anova.n_units,
        "n_single": anova.n_single,
        "k0": anova.k,
        "icc1": icc1,
        "icc1_ci_low": low,
        "icc1_ci_high": high,
        "icc2": icc2,
        "icc2_ci_low": stepped_up(low, anova.k),
        "icc2_ci_high": stepped_up(high, anova.k),
        "statistic": anova.statistic,
        "df1": anova.df1,
        "df2": anova.df2,
        "p_value": anova.p_value,
    }
    if nested.firm is not None:
        nan = float("nan")
        shares = (
            nested_shares(values, codes, nested.firm_codes)
            if len(values)
            else Shares(nan, nan, nan)
        )
        if np.isnan(shares.person):
            told.append(_SHARES)
        figures |= {f"share_{name}": share for name, share in shares._asdict().items()}
    return figures, told


def _read(
    data: object, of: str | None, columns: Sequence[str] | None
) -> tuple[str, Instrument | None, pd.DataFrame, Floats, Frame, NDArray[np.bool_] | None]:
    """Read the values to analyse, one row a part, whose frame, and which of its rows."""
    if isinstance(data, (WeightedScores, Responses)):
        if columns is not None:
            raise ResponseError("columns= goes with a plain frame; scores know their own.")
        responses = data if isinstance(data, Responses) else data.responses
        if responses.weights is not None:
            raise ResponseError(
                "The mean squares behind an ICC are not defined under sampling weights; bind the "
                "answers without weights=."
            )
    if isinstance(data, WeightedScores):
        what = {GapScores: "gap", PerceptionScores: "perception"}.get(type(data), "score")
        if of not in (None, what):
            raise ResponseError(
                f"of={of!r} goes with Responses; these scores are of the {what}. Pass the "
                "responses themselves."
            )
        parts = read_parts(data)
        held = data.responses
        return what, held.instrument, parts.keys, parts.values, held.frame, data.rows
    if isinstance(data, Responses):
        return _of_role(data, of)
    if isinstance(data, Scores):
        raise TypeError(
            f"agreement_in_units wants GapScores, PerceptionScores, Responses or a frame, not "
            f"{type(data).__name__}."
        )
    if of is not None:
        raise ResponseError("of= goes with Responses; for a plain frame name columns=[...].")
    if columns is None or isinstance(columns, str) or not len(columns):
        raise ResponseError("Name the columns to analyse: columns=['ability_reliability', ...].")
    frame = read_frame(data)
    names = list(columns)
    frame.require(names, "columns")
    values = np.array([read_numbers(frame, name).values for name in names], dtype=np.float64)
    return "columns", None, pd.DataFrame({"column": names}), values, frame, None


def _of_role(
    responses: Responses, of: str | None
) -> tuple[str, Instrument | None, pd.DataFrame, Floats, Frame, NDArray[np.bool_] | None]:
    rated = [role for role in responses.answers if role != "points"]
    role = rated[0] if of is None and len(rated) == 1 else of
    if role is None or role not in rated:
        raise ResponseError(
            f"of must be one of the bound roles {', '.join(rated)}, not {of!r}. For gaps pass "
            "sq.gap_scores(responses)."
        )
    values, rows = score_role(responses, role)
    keys = pd.DataFrame(keys_and_labels(responses, ["overall"]))
    return role, responses.instrument, keys, values, responses.frame, rows
