"""What relative importance gives: shares of R squared with intervals, ranks and differences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._phrases import among
from servqual._result import Result
from servqual.comparisons.families import adjust
from servqual.instrument import Instrument
from servqual.items import SCORE_NAMES
from servqual.moments import Moments
from servqual.priorities.relative.methods import Method
from servqual.priorities.relative.orders import FEW
from servqual.priorities.relative.resamples import (
    parts_of,
    rank_interval,
    rank_probabilities,
    ranks,
    two_sided,
)
from servqual.priorities.relative.subsets import EXACT, EXACT_RESAMPLED, Floats
from servqual.priorities.relative.wording import METHOD_NAMES, WHAT
from servqual.resampling import (
    INTERVALS,
    IntervalKind,
    bootstrap_interval,
    mean_and_spread,
    percentile_interval,
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RelativeImportance(Result):
    """Shares of an outcome's explained variance; make it with `relative_importance`.

    Attributes
    ----------
    method : {"lmg", "johnson", "first", "last", "pratt"}
    drivers : tuple of str
        In input order.
    groups : tuple of (str, tuple of str)
        The columns of each driver that is a group of them.
    outcome : tuple of str
        What was explained: the mean of these columns.
    of : str
        Which scores the drivers are, such as "gap"; empty for plain columns.
    instrument : Instrument or None
    n, n_total : int
        Respondents used, and all of them.
    weighted : bool
    r_squared : float
        Explained by all drivers together.
    moments : Moments
        Of the columns of the drivers and then the outcome.
    order_error : ndarray of shape (q,) or None
        The Monte Carlo error of LMG where orders of entry were sampled.
    n_resamples : int
        How many were asked for; 0 if none.
    n_constant, n_few, n_singular : int
        Resamples left out: a column does not vary; too few different respondents; drivers tied
        that the method needs apart.
    seed : int or None
    kind : {"percentile", "bias-corrected", "bca"}
    confidence : float
    reversed_drivers : tuple of str
        Drivers that go down as the outcome goes up.
    reasons : tuple of (str, tuple of str)
        Why drivers have no value, or what is to be known of it, and which.
    """

    method: Method
    drivers: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    outcome: tuple[str, ...]
    of: str
    instrument: Instrument | None
    n: int
    n_total: int
    weighted: bool
    r_squared: float
    moments: Moments = field(compare=False)
    order_error: Floats | None
    n_orders: int
    n_resamples: int
    n_constant: int
    n_few: int
    n_singular: int
    seed: int | None
    kind: IntervalKind
    confidence: float
    reversed_drivers: tuple[str, ...]
    reasons: tuple[tuple[str, tuple[str, ...]], ...]
    _methods: Mapping[str, Floats]
    _draws: Floats
    _r_squared_draws: Floats
    _acceleration: Floats | None  # (2, q): of raw shares and of shares of R squared

    @property
    def estimate(self) -> Floats:
        """The raw shares, shape (q,)."""
        return self._methods[self.method]

    @property
    def methods(self) -> pd.DataFrame:
        """The raw shares of every method side by side, one row a driver."""
        return pd.DataFrame({"driver": list(self.drivers), **self._methods})

    @property
    def draws(self) -> pd.DataFrame:
        """The raw shares in each resample with a solution; one column a driver."""
        return pd.DataFrame(self._draws, columns=pd.Index(self.drivers))

    @property
    def r_squared_draws(self) -> pd.Series:
        """R squared in each resample with a solution."""
        return pd.Series(self._r_squared_draws, name="r_squared")

    @property
    def r_squared_interval(self) -> tuple[float, float]:
        """The percentile interval of R squared; NaN without resamples."""
        if len(self._draws) < 2:
            return np.nan, np.nan
        low, high = percentile_interval(self._r_squared_draws[:, None], self.confidence)
        return float(low[0]), float(high[0])

    @property
    def rank_probabilities(self) -> pd.DataFrame:
        """How often each driver (rows) has each rank (columns, 1 first) in the resamples.

        Ties are split. NaN where there is no value, or no resample.
        """
        known = self._known
        held = np.full((len(self.drivers), int(known.sum())), np.nan)
        if len(self._draws) > 1:
            held[known] = rank_probabilities(self._draws[:, known], self._r_squared_draws)
        columns = pd.RangeIndex(1, held.shape[1] + 1, name="rank")
        return pd.DataFrame(held, index=pd.Index(self.drivers, name="driver"), columns=columns)

    @property
    def differences(self) -> pd.DataFrame:
        """Every pair of drivers: driver, other, estimate (raw share of the first - of the other).

        With se, a percentile interval (ci_low, ci_high), p_value (twice the share of resamples on
        the other side of 0) and p_adjusted (Holm, over the pairs).
        """
        at = np.flatnonzero(self._known)
        pairs = np.array(list(combinations(at, 2)), dtype=np.intp).reshape(-1, 2)
        estimate = self.estimate[pairs[:, 0]] - self.estimate[pairs[:, 1]]
        se, low, high, p = np.full((4, len(pairs)), np.nan)
        if len(self._draws) > 1 and len(pairs):
            draws = self._draws[:, pairs[:, 0]] - self._draws[:, pairs[:, 1]]
            _, se = mean_and_spread(draws)
            low, high = percentile_interval(draws, self.confidence)
            p = two_sided(draws)
        return pd.DataFrame(
            {
                "driver": [self.drivers[i] for i in pairs[:, 0]],
                "other": [self.drivers[i] for i in pairs[:, 1]],
                "estimate": estimate,
                "se": se,
                "ci_low": low,
                "ci_high": high,
                "p_value": p,
                "p_adjusted": adjust(p),
            }
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """Why drivers have no value, and which resamples have no solution."""
        return self._problems("en")

    def to_frame(self) -> pd.DataFrame:
        """Give one row a driver, in input order; see `relative_importance`."""
        estimate = self.estimate
        q = len(self.drivers)
        whole = self.r_squared if self.r_squared > 0 else np.nan
        ci = np.full((2, 2, q), np.nan)  # raw and relative, low and high
        se, rank_low, rank_high, first = np.full((4, q), np.nan)
        known = self._known
        if len(self._draws) > 1:
            relative = parts_of(self._draws, self._r_squared_draws)
            for i, (draws, value) in enumerate(
                ((self._draws, estimate), (relative, estimate / whole))
            ):
                acceleration = None if self._acceleration is None else self._acceleration[i]
                ends = bootstrap_interval(draws, value, self.kind, self.confidence, acceleration)
                ci[i] = np.where(np.isnan(value), np.nan, ends)
            se = np.where(known, mean_and_spread(self._draws)[1], np.nan)
            probabilities = self.rank_probabilities.to_numpy()[known]
            first[known] = probabilities[:, 0]
            rank_low[known], rank_high[known] = rank_interval(probabilities, self.confidence)
        columns: dict[str, object] = {"driver": list(self.drivers)}
        if self.instrument is not None:
            columns["label"] = [self.label_of(key) for key in self.drivers]
        columns |= {
            "estimate": estimate,
            "se": se,
            "ci_low": ci[0, 0],
            "ci_high": ci[0, 1],
            "share": estimate / whole,
            "share_ci_low": ci[1, 0],
            "share_ci_high": ci[1, 1],
            "rank": _whole(ranks(estimate, self.r_squared)),
            "rank_ci_low": _whole(rank_low),
            "rank_ci_high": _whole(rank_high),
            "p_first": first,
        }
        return pd.DataFrame(columns)

    def label_of(self, driver: str, language: str = "en") -> str:
        """Give the label of a driver, where the instrument has one."""
        known = self.instrument
        if known is None or (driver not in known.dimensions and driver not in known.items):
            return driver
        return known.label(driver, language)

    def method_text(self, language: str = "en") -> str:
        """Name the method."""
        return say(METHOD_NAMES[self.method], language)

    def title(self, language: str = "en") -> str:
        """Say of what, for what, of how many, by which method."""
        text = say(
            "Relative importance of {count} drivers for {outcome}: n = {n:,}",
            language,
            count=len(self.drivers),
            outcome=" + ".join(self.outcome),
            n=self.n,
        )
        text = among(text, self.n, self.n_total, weighted=self.weighted, language=language)
        if self.instrument is not None:
            text = say(
                "{title}; {kind}",
                language,
                title=text,
                kind=say(
                    "{of} of {instrument}",
                    language,
                    of=say(SCORE_NAMES[self.of], language),
                    instrument=self.instrument.title_in(language),
                ),
            )
        text = say("{title}; {kind}", language, title=text, kind=self.method_text(language))
        return say("{title}; R² = {r_squared:.3f}", language, title=text, r_squared=self.r_squared)

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the shares and ranks mean, how sure they are, and what is missing."""
        notes = [say(WHAT[self.method], language)]
        if self.n_resamples:
            percent = f"{100 * self.confidence:g}"
            low, high = self.r_squared_interval
            notes.append(
                say(
                    "{count:,} resamples of the respondents; {kind}, {percent} %. R² from "
                    "{low:.3f} to {high:.3f}. p_first = share of resamples in which the driver "
                    "comes first; it is no probability that it is first in truth.",
                    language,
                    count=self.n_resamples,
                    kind=say(INTERVALS[self.kind], language),
                    percent=percent,
                    low=low,
                    high=high,
                )
            )
            if self.method != "pratt":
                notes.append(
                    say(
                        "R² and its shares cannot be negative, so that in samples they are too "
                        "large on average, and the interval of a driver that does nothing lies "
                        "above 0.",
                        language,
                    )
                )
        else:
            notes.append(say("No resamples: no intervals and no probabilities of ranks.", language))
        for key, columns in self.groups:
            notes.append(
                say(
                    "{key} enters as one: {columns}.",
                    language,
                    key=self.label_of(key, language),
                    columns=", ".join(columns),
                )
            )
        if self.order_error is not None:
            notes.append(
                say(
                    "More than {most} drivers: LMG is averaged over {count:,} random orders of "
                    "entry, each with its reverse; Monte Carlo error at most {error:.4f}.",
                    language,
                    most=EXACT,
                    count=self.n_orders,
                    error=float(np.nanmax(self.order_error)),
                )
            )
        if self.n_resamples and self.method == "lmg" and len(self.drivers) > EXACT_RESAMPLED:
            notes.append(
                say(
                    "More than {most} drivers: in each resample LMG is averaged over {count:,} "
                    "random orders, less what these err on the whole sample.",
                    language,
                    most=EXACT_RESAMPLED,
                    count=FEW,
                )
            )
        if self.reversed_drivers:
            notes.append(
                say(
                    "Shares have no sign; the outcome goes down as these go up: {drivers}.",
                    language,
                    drivers=self._named(self.reversed_drivers, language),
                )
            )
        notes.append(
            say(
                "Shares tell what goes with the outcome among these respondents, not what moves "
                "it.",
                language,
            )
        )
        return (*notes, *self._problems(language))

    @property
    def _known(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        return np.asarray(~np.isnan(self.estimate))

    def _named(self, drivers: tuple[str, ...], language: str) -> str:
        labels = [self.label_of(key, language) for key in drivers[:5]]
        more = len(drivers) - len(labels)
        text = ", ".join(labels)
        return say("{names} and {more:,} more", language, names=text, more=more) if more else text

    def _problems(self, language: str) -> tuple[str, ...]:
        found = [
            say(
                "{groups}: {reason}",
                language,
                groups=self._named(keys, language),
                reason=say(reason, language),
            )
            for reason, keys in self.reasons
        ]
        if self.r_squared <= 0:
            found.append(say("The drivers explain nothing: there are no shares of R².", language))
        if self.method == "pratt":
            negative = tuple(
                key for key, one in zip(self.drivers, self.estimate, strict=True) if one < 0
            )
            if negative:
                found.append(
                    say(
                        "{groups}: {reason}",
                        language,
                        groups=self._named(negative, language),
                        reason=say(
                            "negative, so that no share of R² can be read from it (suppression)",
                            language,
                        ),
                    )
                )
        for count, template in (
            (
                self.n_constant,
                "{count:,} of {total:,} resamples left out: a driver or the outcome "
                "does not vary there.",
            ),
            (
                self.n_few,
                "{count:,} of {total:,} resamples left out: so few different respondents "
                "that the drivers explain all.",
            ),
            (
                self.n_singular,
                "{count:,} of {total:,} resamples left out: drivers determine each other there.",
            ),
        ):
            if count:
                found.append(say(template, language, count=count, total=self.n_resamples))
        if self.n_resamples and len(self._draws) < 2:
            found.append(say("No interval: hardly any resample has a solution.", language))
        return tuple(found)


def _whole(ranks: Floats) -> "Floats | np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Write ranks as whole numbers, if none is missing."""
    return ranks if np.isnan(ranks).any() else ranks.astype(np.int64)
