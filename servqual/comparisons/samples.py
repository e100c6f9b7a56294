"""Samples of several groups: described, tested over all of them, and pair by pair."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from servqual.comparisons.effects import hedges_g
from servqual.comparisons.grouping import Grouping
from servqual.comparisons.means import Means, mean_tests, means_of, student_tests, welch_difference
from servqual.comparisons.omnibus import (
    Omnibus,
    games_howell,
    kruskal_wallis,
    range_quantiles,
    variance_share,
    welch_anova,
)
from servqual.comparisons.parts import Parts
from servqual.comparisons.reasons import Reason, grouped

Floats = NDArray[np.float64]

_TESTS = [
    "n",
    "n_groups",
    "statistic",
    "df1",
    "df2",
    "p_value",
    "kruskal",
    "kruskal_df",
    "kruskal_p",
    "eta_sq",
    "omega_sq",
    "omega_sq_ci_low",
    "omega_sq_ci_high",
]
_WEIGHTED = (
    "Kruskal-Wallis, eta and omega squared, and tests over more than two groups do not use "
    "sampling weights and are not given; means, their intervals and the comparison of two groups "
    "use them."
)
_FLAT = "No Welch test over all groups, because all scores of a group are equal: {names}."
_FEW = "No test with fewer than two groups of two respondents: {names}."


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """The parts of each group, and what can be tested of them.

    Attributes
    ----------
    levels : tuple of str
        The groups.
    values : list of ndarray of shape (q, n_group)
        The scores of each group, one row a part.
    means : list of Means
        Of each group, each field of shape (q,).
    """

    parts: Parts
    levels: tuple[str, ...]
    values: list[Floats]
    means: list[Means]
    weighted: bool
    confidence: float

    @classmethod
    def of(cls, parts: Parts, grouping: Grouping, confidence: float) -> "Samples":
        """Divide the respondents into their groups."""
        each = [parts.of_rows(grouping.codes == code) for code in range(len(grouping.levels))]
        return cls(
            parts=parts,
            levels=grouping.levels,
            values=[one.values for one in each],
            means=[means_of(one.values, one.weights) for one in each],
            weighted=parts.weights is not None,
            confidence=confidence,
        )

    def usable(self, part: int) -> list[int]:
        """List the groups with two scores of a part."""
        return [code for code, means in enumerate(self.means) if means.n[part] > 1]

    def flat(self, part: int) -> bool:
        """Say whether a usable group has no variance."""
        return any(not self.means[code].spread[part] for code in self.usable(part))

    def scores(self, part: int) -> list[Floats]:
        """Give the scores of a part in each usable group."""
        rows = [self.values[code][part] for code in self.usable(part)]
        return [row[~np.isnan(row)] for row in rows]

    def mean(self, code: int, part: int) -> Means:
        """Give the means of one group in one part, each of shape (1,)."""
        return self.means[code].at(slice(part, part + 1))


def tests_table(samples: Samples) -> pd.DataFrame:
    """Test each part over all usable groups."""
    rows = []
    for part in range(len(samples.parts.values)):
        usable = samples.usable(part)
        row: dict[str, float] = dict.fromkeys(_TESTS, np.nan)
        row["n"] = sum(int(samples.means[code].n[part]) for code in usable)
        row["n_groups"] = len(usable)
        rows.append(row)
        if len(usable) < 2 or (samples.weighted and len(usable) > 2):
            continue
        if not samples.flat(part):
            row |= dict(zip(_TESTS[2:6], _welch(samples, part), strict=True))
        if samples.weighted:
            continue
        scores = samples.scores(part)
        ranks = kruskal_wallis(scores)
        row |= {"kruskal": ranks.statistic, "kruskal_df": ranks.df1, "kruskal_p": ranks.p_value}
        row |= dict(zip(_TESTS[9:], variance_share(scores, samples.confidence), strict=True))
    table = pd.DataFrame(rows, columns=_TESTS).astype({"n": np.int64, "n_groups": np.int64})
    return pd.concat([samples.parts.keys, table], axis=1)


def _welch(samples: Samples, part: int) -> Omnibus:
    usable = samples.usable(part)
    if len(usable) > 2:
        return welch_anova(samples.scores(part))
    found = welch_difference(*(samples.mean(code, part) for code in usable))
    t = student_tests(*found, samples.confidence)
    return Omnibus(float(t.statistic[0]) ** 2, 1.0, float(t.df[0]), float(t.p_value[0]))


def groups_table(samples: Samples) -> pd.DataFrame:
    """Describe every group in each part."""
    tables = []
    for level, means in zip(samples.levels, samples.means, strict=True):
        tests = mean_tests(means, samples.confidence)
        table = samples.parts.keys.assign(
            group=level,
            n=means.n,
            mean=means.mean,
            sd=means.sd,
            ci_low=tests.ci_low,
            ci_high=tests.ci_high,
        )
        tables.append(table)
    order = np.arange(len(tables) * len(samples.parts.keys)).reshape(len(tables), -1).T.ravel()
    return pd.concat(tables, ignore_index=True).iloc[order].reset_index(drop=True)


def pairs_table(samples: Samples) -> pd.DataFrame:
    """Compare every two groups in each part: Games-Howell, or Welch's t for two groups."""
    tables = [_compared(samples, part) for part in range(len(samples.parts.values))]
    table = pd.concat(tables, ignore_index=True)
    error = table["se"].where(table["se"] > 0)
    width = _width(table["k"].to_numpy(), table["df"].where(error.notna()), samples.confidence)
    effect = hedges_g(
        table["estimate"].to_numpy(),
        table["sd_1"].to_numpy(),
        table["sd_2"].to_numpy(),
        table["n_1"].to_numpy(),
        table["n_2"].to_numpy(),
        samples.confidence,
    )
    keys = samples.parts.keys.iloc[table["part"]].reset_index(drop=True)
    return keys.assign(
        first=table["first"],
        second=table["second"],
        estimate=table["estimate"],
        se=error,
        ci_low=table["estimate"] - width * error,
        ci_high=table["estimate"] + width * error,
        statistic=table["estimate"] / error,
        df=table["df"].where(error.notna()),
        p_value=table["p_value"].where(error.notna()),
        hedges_g=effect.estimate,
        hedges_g_ci_low=effect.ci_low,
        hedges_g_ci_high=effect.ci_high,
    )


def _compared(samples: Samples, part: int) -> pd.DataFrame:
    """Compare the groups in one part: differences, errors, p-values, sizes and spreads."""
    usable = samples.usable(part)
    pairs = list(combinations(usable, 2))
    sides = [[samples.mean(pair[side], part) for pair in pairs] for side in (0, 1)]
    many = len(usable) > 2
    if many and not samples.weighted:
        table = games_howell(samples.scores(part))
    else:
        found = [welch_difference(one, other) for one, other in zip(*sides, strict=True)]
        table = pd.DataFrame(
            [[float(value[0]) for value in one] for one in found], columns=["estimate", "se", "df"]
        ).astype(np.float64)
        if many:
            table[["se", "df"]] = np.nan
        tests = student_tests(table["estimate"], table["se"], table["df"], samples.confidence)
        table["p_value"] = tests.p_value
    table["first"] = [samples.levels[one] for one, _ in pairs]
    table["second"] = [samples.levels[other] for _, other in pairs]
    for number, side in enumerate(sides, start=1):
        table[f"sd_{number}"] = np.array([float(one.sd[0]) for one in side])
        table[f"n_{number}"] = np.array([_size(one) for one in side])
    return table.assign(part=part, k=len(usable))


def _width(k: NDArray[np.int64], df: pd.Series, confidence: float) -> Floats:
    """How many standard errors an interval is wide, to each side."""
    width = np.full(len(k), np.nan)
    for groups in np.unique(k):
        at = k == groups
        of = df.to_numpy()[at]
        if groups == 2:
            width[at] = stdtrit(of, 0.5 + confidence / 2)
        else:
            width[at] = range_quantiles(int(groups), of, confidence) / np.sqrt(2)
    return width


def _size(means: Means) -> float:
    effective = float(means.n_effective[0])
    return effective if np.isfinite(effective) else float(means.n[0])


def reasons_of(samples: Samples) -> tuple[Reason, ...]:
    """Say which tests are not given, and why."""
    found: dict[str, list[str]] = {_FEW: [], _FLAT: []}
    for part, label in enumerate(samples.parts.labels):
        if len(samples.usable(part)) < 2:
            found[_FEW].append(label)
        elif samples.flat(part):
            found[_FLAT].append(label)
    reasons = grouped(found)
    return (*reasons, Reason(_WEIGHTED)) if samples.weighted else reasons
