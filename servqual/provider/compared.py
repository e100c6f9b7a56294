"""Both sides put beside each other, and compared as people or within units."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual.comparisons.means import Means, Tests, means_of, student_tests, welch_difference
from servqual.comparisons.reasons import Reason, grouped
from servqual.errors import SmallSampleWarning, warn
from servqual.provider.beliefs import DRIVER, Beliefs, read_shares, read_stated
from servqual.provider.nesting import Nesting
from servqual.provider.rows import labels_at, unit_rows
from servqual.provider.unit_level import Interval, unit_means, unit_tests, warn_of_few
from servqual.responses import Responses

Floats = NDArray[np.float64]
_NONE = "Nothing to compare, because no unit has answers on both sides: {names}."
_FLAT = "No interval and no test, because there is one unit only or all differ alike: {names}."
_ALONE = "No interval and no test, because a side has one answer or nothing varies: {names}."


@dataclass(frozen=True, kw_only=True, eq=False)
class Sides:
    """Both sides as rows of the same quantities; `shares` are what customers have in common."""

    quantities: tuple[str, ...]
    customers: Floats  # (q, n)
    managers: Floats  # (q, m)
    shares: Floats  # of the last rows
    weights: tuple[Floats | None, Floats | None]


def stacked(
    theirs: Beliefs,
    guesses: Beliefs,
    customers: Responses,
    managers: Responses,
    drivers: object,
    driver_guess: str | None,
) -> Sides:
    """Put both sides beside each other, and what drives satisfaction if it is given."""
    quantities = [name for name in theirs.values if name in guesses.values]
    first = [theirs.values[name] for name in quantities]
    second = [guesses.values[name] for name in quantities]
    shares = np.empty(0)
    if drivers is not None:
        shares = read_shares(drivers, customers.instrument)
        first.append(np.full((len(shares), theirs.n), np.nan))
        second.append(read_stated(managers, guesses, driver_guess))
        quantities.append(DRIVER)
    return Sides(
        quantities=tuple(quantities),
        customers=np.vstack(first),
        managers=np.vstack(second),
        shares=shares,
        weights=(theirs.weights, guesses.weights),
    )


def compare_people(
    sides: Sides, confidence: float, keys: pd.DataFrame
) -> tuple[dict[str, Any], tuple[Reason, ...]]:
    """Compare all managers with all customers by Welch's test."""
    first = means_of(sides.customers, sides.weights[0])
    second = means_of(sides.managers, sides.weights[1])
    known = _with_shares(first, sides.shares)
    found = welch_difference(known, second)
    tests = student_tests(*found, confidence)
    reasons = grouped({_ALONE: labels_at(keys, np.isnan(tests.ci_low))})
    figures: dict[str, Any] = {
        "n_managers": second.n,
        "n_customers": first.n,
        "mean_managers": second.mean,
        "mean_customers": known.mean,
        "estimate": found.estimate,
        "se": np.where(found.error > 0, found.error, np.nan),
    }
    if (second.n < 2).any() or (known.n < 2).any():
        warn("A side has one answer only: there is no interval.", SmallSampleWarning)
    return figures | _tested(tests), reasons


def _with_shares(means: Means, shares: Floats) -> Means:
    """Put shares that are taken as given in the last rows."""
    if not len(shares):
        return means
    known = slice(0, len(means.n) - len(shares))
    none = np.zeros(len(shares))
    return Means(
        n=np.append(means.n[known], np.full(len(shares), 2)),
        mean=np.append(means.mean[known], shares),
        sd=np.append(means.sd[known], none),
        error=np.append(means.error[known], none),
    )


def compare_units(
    sides: Sides,
    nested: tuple[Nesting, ...],
    keys: pd.DataFrame,
    confidence: float,
    interval: Interval,
    n_resamples: int,
    seed: int | None,
) -> tuple[dict[str, Any], pd.DataFrame, tuple[Reason, ...]]:
    """Compare within units, of which each counts alike, and give the units' differences."""
    n_units = len(nested[0].labels)
    theirs, guesses = (
        unit_means(values, one.codes, n_units, weights)
        for values, one, weights in zip(
            (sides.customers, sides.managers), nested, sides.weights, strict=True
        )
    )
    known = theirs.mean.copy()
    if len(sides.shares):
        known[-len(sides.shares) :] = sides.shares[:, None]
    difference = guesses.mean - known
    there = ~np.isnan(difference)
    across, tests = unit_tests(
        difference, nested[0].firm_codes, confidence, interval, n_resamples, seed
    )
    warn_of_few(n_units)
    none, flat = across.n_units == 0, (across.n_units > 0) & np.isnan(tests.ci_low)
    reasons = grouped({_NONE: labels_at(keys, none), _FLAT: labels_at(keys, flat)})
    figures: dict[str, Any] = {
        "n_managers": np.where(there, guesses.n, 0).sum(axis=1),
        "n_customers": np.where(there, theirs.n, 0).sum(axis=1),
        "n_units": across.n_units,
        "mean_managers": _mean_of(guesses.mean, there),
        "mean_customers": _mean_of(known, there),
        "estimate": across.estimate,
        "se": np.where(across.error > 0, across.error, np.nan),
    }
    each = unit_rows(
        nested[0],
        keys,
        {
            "n_managers": guesses.n,
            "n_customers": theirs.n,
            "mean_managers": guesses.mean,
            "mean_customers": known,
            "estimate": difference,
        },
    )
    return figures | _tested(tests), each, reasons


def _tested(tests: Tests) -> dict[str, Floats]:
    names = ("statistic", "df", "p_value", "ci_low", "ci_high")
    return {name: getattr(tests, name) for name in names}


def _mean_of(values: Floats, there: NDArray[np.bool_]) -> Floats:
    total = np.where(there, values, 0).sum(axis=1)
    count = there.sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
