"""Gap 1: what managers believe that customers expect, less what customers expect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from servqual._language import say
from servqual.instrument import Instrument
from servqual.provider.beliefs import DRIVER, check_alike, keys_of, read_beliefs
from servqual.provider.compared import compare_people, compare_units, stacked
from servqual.provider.nesting import read_nesting, shared_units
from servqual.provider.phrases import interval_note, kind_text, units_text
from servqual.provider.unit_level import Interval, check_options
from servqual.provider.unit_result import UnitResult
from servqual.responses import Responses

WHO = ("customers", "managers")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ManagementGap(UnitResult):
    """Gap 1 of the extended model; make it with `management_gap`.

    Attributes
    ----------
    instrument : Instrument
    table : pandas.DataFrame
        What `to_frame` gives.
    unit_table : pandas.DataFrame or None
        The same for each unit.
    n_managers, n_customers : int
        Respondents on each side.
    unit, firm : str or None
        The columns of units and firms.
    n_units, n_firms : int
        Units compared, and their firms; 0 where none are told apart.
    interval : {"t", "percentile"}
    n_resamples : int
    confidence : float
    weighted : bool
        Whether sampling weights were used on a side.
    reasons : tuple of Reason
        Why figures are NaN.
    """

    instrument: Instrument
    n_managers: int
    n_customers: int
    interval: str
    n_resamples: int
    weighted: bool

    def title(self, language: str = "en") -> str:
        """Say what is subtracted from what, of how many, and in how many units."""
        text = say(
            "Gap 1 (managers' guesses − customers' answers; {kind}), {instrument}: {managers:,} "
            "managers, {customers:,} customers",
            language,
            kind=kind_text(self.instrument, language),
            instrument=self.instrument.title_in(language),
            managers=self.n_managers,
            customers=self.n_customers,
        )
        text += units_text(self.n_units, self.n_firms, language)
        return text + (say(", with sampling weights", language) if self.weighted else "")

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the sign means, what is compared, and how intervals were formed."""
        notes = [
            say(
                "Negative = managers underestimate what customers expect (how important it is, how "
                "satisfied customers are); positive = they overestimate it. This is not the gap "
                "P − E, whose negative values are shortfalls.",
                language,
            ),
            say(
                "expectation: in scale points; overall = mean of {count} dimensions. importance, "
                "driver: points of 100.",
                language,
                count=len(self.instrument.dimensions),
            ),
            interval_note(self, language)
            if self.unit is not None
            else say(
                "Intervals and tests: {percent:g} %, Welch's t of two samples of people.",
                language,
                percent=100 * self.confidence,
            ),
        ]
        if self.unit is not None:
            notes.append(say("statistic, df, p: Student's t of the units.", language))
        if (self.table["quantity"] == DRIVER).any():
            notes.append(
                say(
                    "driver: what managers state, less each dimension's share in what drives "
                    "customers' satisfaction; the shares are taken as given, without their error.",
                    language,
                )
            )
        return (*notes, *(reason.say(language) for reason in self.reasons))


def management_gap(
    customers: Responses,
    managers: Responses,
    *,
    unit: str | None = None,
    firm: str | None = None,
    satisfaction: str | Sequence[str] | None = None,
    satisfaction_guess: str | Sequence[str] | None = None,
    drivers: object = None,
    driver_guess: str | None = None,
    interval: Interval = "t",
    n_resamples: int = 2000,
    seed: int | None = None,
    confidence: float = 0.95,
) -> ManagementGap:
    r"""Compare what managers believe of customers with what customers say: gap 1.

    Parameters
    ----------
    customers, managers : Responses
        Answers to the same items on the same scale. The managers' guesses of what customers expect
        are bound to the role expectation, their guesses of the customers' allocation of 100 points
        to the role points.
    unit : str, optional
        A column of both frames, such as the branch. The difference is then formed within units, of
        which each counts alike; without it all managers are compared with all customers.
    firm : str, optional
        A column of both frames, of the firms that the units belong to.
    satisfaction, satisfaction_guess : str or sequence of str, optional
        The customers' satisfaction, and the managers' guess of it on the same scale, as columns of
        their frames; several are averaged.
    drivers : mapping, Series or result, optional
        The share of each dimension in what drives the customers' satisfaction, or a result whose
        ``to_frame()`` has the columns driver and share, such as that of relative importance. Shares
        are scaled to sum to 100.
    driver_guess : str, optional
        How the managers' columns are called that share out what drives satisfaction, with ``{}``
        for the dimension; by default their points.
    interval : {"t", "percentile"}
        With units: Student's t of the unit differences, or percentiles of resampled units. The
        percentile interval is too short with few units or with few in a firm: of 95 %, it covered
        88 % with 8 units and 73 % with 8 in four firms, where Student's covered 95 %.
    n_resamples : int, default 2000
        How many resamples of the units, for the percentile interval.
    seed : int, optional
        The same seed gives the same resamples.
    confidence : float, default 0.95

    Returns
    -------
    ManagementGap
        ``to_frame()``: quantity (expectation, importance, satisfaction, driver), level, dimension,
        item, label, n_managers, n_customers, n_units, mean_managers, mean_customers, estimate
        (managers less customers), se, statistic, df, p_value, ci_low, ci_high. ``.units`` has the
        differences of each unit.

    Raises
    ------
    ResponseError
        If the two sides answered different items or share no unit, or a column is missing.
    ValueError
        If options contradict each other.

    Warns
    -----
    MissingResponseWarning
        If units have answers on one side only, or people belong to no known unit.
    SmallSampleWarning
        If there are fewer than ten units.

    Notes
    -----
    Managers guess what customers expect on the customers' own questionnaire, and gap 1 is the
    difference [1]_; for satisfaction and what drives it see [2]_. With :math:`\bar m_u` and
    :math:`\bar c_u` the means of unit u, of J units in F firms,

    .. math:: \hat g = \frac 1J \sum_u d_u, \quad d_u = \bar m_u - \bar c_u, \quad
              \text{error}^2 = \frac{1}{J (J - F)} \sum_u (d_u - \bar d_{f(u)})^2,

    with J - F degrees of freedom (F = 1 without firms: firms are not a sample of firms here).
    Resamples draw units within firms. Customers' sampling weights weigh them within their unit.

    References
    ----------
    .. [1] Zeithaml, V. A., Berry, L. L., & Parasuraman, A. (1988). Communication and control
       processes in the delivery of service quality. *Journal of Marketing*, 52(2), 35-48.
       https://doi.org/10.1177/002224298805200203
    .. [2] Hult, G. T. M., Morgeson, F. V., Morgan, N. A., Mithas, S., & Fornell, C. (2017). Do
       managers know what their customers think and why? *Journal of the Academy of Marketing
       Science*, 45(1), 37-54. https://doi.org/10.1007/s11747-016-0487-4

    Examples
    --------
    >>> import servqual as sq
    >>> short = sq.load_instrument("servqual-1991")
    >>> sides = []
    >>> for name in ("chain_customers", "chain_managers"):
    ...     frame = sq.load_dataset(name)
    ...     bind = {**frame.attrs["bind"], "perception": None}
    ...     sides.append(sq.Responses.from_frame(frame.dropna(), short, **bind))
    >>> found = management_gap(*sides, unit="unit", firm="firm")
    >>> table = found.to_frame().query("quantity == 'expectation' and level == 'dimension'")
    >>> table[["dimension", "n_units", "estimate", "ci_low", "ci_high"]].round(2)
             dimension  n_units  estimate  ci_low  ci_high
    10       tangibles       40      0.50    0.32     0.67
    11     reliability       40     -0.16   -0.34     0.03
    12  responsiveness       40     -0.33   -0.57    -0.09
    13       assurance       40      0.11   -0.09     0.31
    14         empathy       40     -0.61   -0.76    -0.45
    """
    check_options(interval, n_resamples, confidence, unit, firm)
    if (satisfaction is None) != (satisfaction_guess is None):
        raise ValueError("satisfaction= and satisfaction_guess= go together.")
    if drivers is None and driver_guess is not None:
        raise ValueError("driver_guess= is compared with drivers=, which was not given.")
    theirs = read_beliefs(customers, WHO[0], satisfaction, "satisfaction")
    guesses = read_beliefs(managers, WHO[1], satisfaction_guess, "satisfaction_guess")
    check_alike(customers.instrument, managers.instrument)
    sides = stacked(theirs, guesses, customers, managers, drivers, driver_guess)
    keys = keys_of(customers, sides.quantities)
    about: dict[str, Any] = {
        "instrument": customers.instrument,
        "n_managers": guesses.n,
        "n_customers": theirs.n,
        "unit": unit,
        "firm": firm,
        "interval": interval,
        "n_resamples": int(n_resamples) if interval == "percentile" else 0,
        "confidence": confidence,
        "weighted": theirs.weights is not None or guesses.weights is not None,
    }
    if unit is None:
        figures, reasons = compare_people(sides, confidence, keys)
        table = _table(keys, figures)
        return ManagementGap(table=table, n_units=0, n_firms=0, reasons=reasons, **about)
    whose = [
        read_nesting(one.frame, unit, firm, None, who)
        for one, who in zip((customers, managers), WHO, strict=True)
    ]
    labels = shared_units(whose[0], whose[1], WHO)
    nested = tuple(one.at(labels) for one in whose)
    figures, each, reasons = compare_units(
        sides, nested, keys, confidence, interval, int(n_resamples), seed
    )
    return ManagementGap(
        table=_table(keys, figures),
        unit_table=each,
        n_units=len(labels),
        n_firms=nested[0].n_firms,
        reasons=reasons,
        **about,
    )


def _table(keys: pd.DataFrame, figures: dict[str, Any]) -> pd.DataFrame:
    """Put figures beside their keys; shares of drivers are given, not counted from customers."""
    table = pd.concat([keys, pd.DataFrame(figures)], axis=1)
    drivers = table["quantity"] == DRIVER
    if drivers.any():
        table["n_customers"] = table["n_customers"].astype(np.float64).mask(drivers)
    return table
