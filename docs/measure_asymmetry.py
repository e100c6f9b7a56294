"""Measure intervals and tests of asymmetric effects; writes docs/coverage_asymmetry.csv.

The population has three drivers on 1-7 that correlate by about .5, with answers in the middle of
the scale or at its top (five in six are 5 and more), and an outcome whose errors are normal, and
where answers crowd at the top the larger, the worse the answers are. In the population of intervals
the first driver has a slope of .6 below a point and of .15 above it, the second one of .4, the
third one of .1 and .5; in that of tests all are straight lines of slope .4. True values are those
of the regression on the whole population with the cuts that were found in the sample. Intervals of
the impact asymmetry are counted where there is one. Weighted samples are of people whose worse
answers come three times as readily and are weighted down by as much. Of a test, "coverage" is the
share of samples without asymmetry in which none was found at 5 %.

Kano's questionnaires are drawn from shares of the six categories.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from servqual.priorities.asymmetry.coding import ABSENT, Coded, code, find_cuts
from servqual.priorities.asymmetry.counts import (
    fong_test,
    net_interval,
    sign_test,
    two_most_frequent,
    wilson,
)
from servqual.priorities.asymmetry.estimation import estimate_effects
from servqual.priorities.asymmetry.impacts import CLASSES, asymmetry_interval, impact
from servqual.priorities.asymmetry.refits import draw_effects, influences
from servqual.regression import regress

OUT = Path(__file__).with_name("coverage_asymmetry.csv")
REPLICATES, RESAMPLES, TABLES = 400, 400, 2000
SIZES = (50, 250, 1000)
ERRORS = {"HC3": "Student's t, HC3 errors", "classical": "Student's t, classical errors"}
CODINGS = {"dummy": ("thirds", "thirds"), "piecewise": ("mean", "slopes at the mean")}
KANO = {
    "must-be": np.array([0.10, 0.20, 0.45, 0.20, 0.03, 0.02]),
    "attractive": np.array([0.60, 0.15, 0.03, 0.18, 0.02, 0.02]),
    "symmetric": np.array([0.20, 0.30, 0.20, 0.25, 0.03, 0.02]),
}
EQUAL = np.array([0.35, 0.35, 0.10, 0.15, 0.03, 0.02])


class Population(NamedTuple):
    """Cells of answers with their probabilities, mean outcomes and spread of errors."""

    cells: np.ndarray
    probability: np.ndarray
    mean: np.ndarray
    spread: np.ndarray

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Answers and outcomes of n respondents."""
        return self.weighted(n, rng, np.ones(len(self.cells)))[:2]

    def weighted(
        self, n: int, rng: np.random.Generator, readiness: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Answers, outcomes and sampling weights where some answer more readily than others."""
        share = self.probability * readiness
        at = rng.choice(len(self.cells), n, p=share / share.sum())
        y = self.mean[at] + self.spread[at] * rng.standard_normal(n)
        return self.cells[at], y, 1 / readiness[at]

    def truth(self, coded: Coded, coding: str) -> np.ndarray:
        """Penalties and rewards in the population, with the cuts of a sample."""
        weights = self.probability * len(self.cells)
        whole = code(self.cells, weights, coding, coded.cuts)
        root = np.sqrt(weights)[:, None]
        design = np.column_stack([np.ones(len(self.cells)), whole.design])
        slopes = np.linalg.lstsq(design * root, self.mean * root[:, 0], rcond=None)[0]
        return np.where(whole.at == ABSENT, np.nan, slopes[whole.at + 1])


@cache
def population(*, ceiling: bool, linear: bool) -> Population:
    """Build one of the populations."""
    rng = np.random.default_rng(5)
    latent = np.sqrt(0.55) * rng.standard_normal((300_000, 1))
    latent = latent + np.sqrt(0.45) * rng.standard_normal((300_000, 3))
    limits = np.array([-2.3, -1.9, -1.5, -1.0, -0.3, 0.5] if ceiling else np.arange(-2.0, 2.5, 0.8))
    answers = 1 + np.searchsorted(limits, latent)
    cells, many = np.unique(answers, axis=0, return_counts=True)
    x = cells.astype(float)
    knot = 6 if ceiling else 4
    mean = 0.4 * x.sum(axis=1)
    if not linear:
        slopes = ((0.6, 0.15), (0.4, 0.4), (0.1, 0.5))
        parts = [
            np.where(one < knot, low, high) * (one - knot)
            for one, (low, high) in zip(x.T, slopes, strict=True)
        ]
        mean = np.sum(parts, axis=0)
    spread = 0.4 + 0.3 * (7 - x.mean(axis=1)) if ceiling else np.full(len(x), 1.0)
    return Population(x, many / many.sum(), mean, spread)


Outcome = Iterator[tuple[tuple[str, str], bool, bool | float]]


def effects(found: Population, n: int, coding: str, where: str, replicate: int) -> Outcome:
    """Whether the intervals of one sample cover, and whether they lie below."""
    rng = np.random.default_rng([n, replicate])
    rows, y = found.draw(n, rng)
    ones = np.ones(n)
    cut, name = CODINGS[coding]
    coded = code(rows, ones, coding, find_cuts(rows, ones, coding, cut, 4.0))
    true = found.truth(coded, coding)
    for errors, kind in ERRORS.items():
        fit = regress(y, coded.design, None, errors)
        if isinstance(fit, str):
            return
        columns, _ = estimate_effects(fit, coded, 0.95)
        for side, effect in enumerate(("penalty", "reward")):
            low, high = columns[f"{effect}_ci_low"][0], columns[f"{effect}_ci_high"][0]
            if not np.isnan(low):
                value = true[0, side]
                yield (kind, f"{effect}, {name}, {where}"), low <= value <= high, high < value
    estimate = np.column_stack([columns["penalty"], columns["reward"]])
    draws = np.concatenate(list(draw_effects(y, coded, ones, RESAMPLES, replicate)))
    moved = influences(y, coded.design, None, fit)[0][:, np.maximum(coded.at, 0) + 1]
    asymmetry, meant = impact(estimate, 0.1), impact(true, 0.1)
    for kind in ("percentile", "bca"):
        lows, highs = asymmetry_interval(draws, estimate, moved, kind, 0.95)
        for j in (0, 1):
            if np.isnan(asymmetry.asymmetry[j]) or np.isnan(meant.asymmetry[j]):
                continue
            value = meant.asymmetry[j]
            label = "impact asymmetry of a " + ("basic factor", "linear driver")[j]
            covers = lows[j] <= value <= highs[j]
            shown = "BCa" if kind == "bca" else kind
            yield (f"{shown} bootstrap", f"{label}, {name}, {where}"), covers, highs[j] < value
    codes = impact(draws, 0.1).codes
    for j in range(3):
        own = asymmetry.codes[j]
        if own >= 0:
            claimed = float((codes[:, j] == own).mean())
            yield ("classes", f"{name}, {where}"), own == meant.codes[j], claimed


def weighted_effects(found: Population, n: int, coding: str, where: str, replicate: int) -> Outcome:
    """The same under sampling weights: worse answers come three times as readily."""
    rng = np.random.default_rng([n, replicate, 2])
    total = found.cells.sum(axis=1)
    middle = np.sort(total)[np.searchsorted(np.cumsum(found.probability[np.argsort(total)]), 0.5)]
    rows, y, weights = found.weighted(n, rng, np.where(total < middle, 3.0, 1.0))
    cut, name = CODINGS[coding]
    weights = weights / weights.mean()
    coded = code(rows, weights, coding, find_cuts(rows, weights, coding, cut, 4.0))
    true = found.truth(coded, coding)
    fit = regress(y, coded.design, weights, "HC3")
    if isinstance(fit, str):
        return
    columns, _ = estimate_effects(fit, coded, 0.95)
    for side, effect in enumerate(("penalty", "reward")):
        low, high = columns[f"{effect}_ci_low"][0], columns[f"{effect}_ci_high"][0]
        if not np.isnan(low):
            value, of = true[0, side], f"{effect}, weighted, {name}, {where}"
            yield (ERRORS["HC3"], of), low <= value <= high, high < value
    estimate = np.column_stack([columns["penalty"], columns["reward"]])
    if np.isnan([*impact(estimate, 0.1).asymmetry[:1], *impact(true, 0.1).asymmetry[:1]]).any():
        return
    draws = np.concatenate(list(draw_effects(y, coded, weights, RESAMPLES, replicate)))
    moved = influences(y, coded.design, weights, fit)[0][:, np.maximum(coded.at, 0) + 1]
    lows, highs = asymmetry_interval(draws, estimate, moved, "percentile", 0.95)
    value = impact(true, 0.1).asymmetry[0]
    of = f"impact asymmetry of a basic factor, weighted, {name}, {where}"
    yield ("percentile bootstrap", of), lows[0] <= value <= highs[0], highs[0] < value


def rejections(found: Population, n: int, coding: str, where: str, replicate: int) -> Outcome:
    """Whether tests find no asymmetry where there is none."""
    rng = np.random.default_rng([n, replicate, 1])
    rows, y = found.draw(n, rng)
    ones = np.ones(n)
    cut, name = CODINGS[coding]
    coded = code(rows, ones, coding, find_cuts(rows, ones, coding, cut, 4.0))
    both = np.flatnonzero((coded.at != ABSENT).all(axis=1))
    contrasts = np.zeros((len(both), coded.design.shape[1] + 1))
    for row, j in enumerate(both):
        contrasts[row, coded.at[j] + 1] = 1
    used = np.unique(coded.at[coded.at != ABSENT])
    for errors, kind in (("HC3", "HC3 errors"), ("classical", "classical errors")):
        fit = regress(y, coded.design, None, errors)
        if isinstance(fit, str):
            return
        p = estimate_effects(fit, coded, 0.95)[1]["p_value"][0]
        if not np.isnan(p):
            yield (f"t test, {kind}", f"linear driver, {name}, {where}"), p > 0.05, np.nan
        if len(both) == 3:
            p = fit.test(contrasts)[1]
            of = f"three linear drivers, {name}, {where}"
            yield (f"F test, {kind}", of), p > 0.05, np.nan
        if coding == "dummy" and len(used) == 6:
            wider = regress(y, np.column_stack([rows, coded.design[:, used]]), None, errors)
            if not isinstance(wider, str):
                beyond = np.hstack([np.zeros((6, 4)), np.eye(6)])
                p = wider.test(beyond)[1]
                of = f"three linear drivers, {name} beside straight lines, {where}"
                yield (f"F test, {kind}", of), p > 0.05, np.nan


def kano(n: int) -> list[tuple[object, ...]]:
    """Coverage of better, worse and their asymmetry, and the sign test, over many tables."""
    rng = np.random.default_rng(n)
    rows = []

    def add(kind: str, of: str, covers: np.ndarray, below: np.ndarray | None) -> None:
        share = covers.mean()
        error = np.sqrt(share * (1 - share) / len(covers))
        lower = np.nan if below is None else below.mean()
        rows.append((kind, of, n, len(covers), share, error, lower))

    for name, shares in KANO.items():
        a, o, m, i, _, _ = rng.multinomial(n, shares, size=TABLES).T
        total, valid = shares[:4].sum(), a + o + m + i
        for what, up, share in (
            ("better", a + o, shares[:2].sum() / total),
            ("worse", o + m, shares[1:3].sum() / total),
        ):
            _, low, high = wilson(up, valid, 0.95)
            add("Wilson", f"{what}, {name} feature", (low <= share) & (share <= high), high < share)
        true = (shares[0] - shares[2]) / total
        low, high = net_interval(a, m, valid, 0.95)
        covers = (low <= true) & (true <= high)
        add("Agresti-Min", f"better + worse, {name} feature", covers, high < true)
        d = (a - m) / valid
        half = 1.96 * np.sqrt(((a + m) / valid - d**2) / valid)
        covers = (d - half <= true) & (true <= d + half)
        add("Wald", f"better + worse, {name} feature", covers, d + half < true)
        if name == "symmetric":
            add("exact sign test", f"{name} feature", sign_test(a, m) > 0.05, None)
    counts = rng.multinomial(n, EQUAL, size=TABLES)
    add("Fong's test at 1.65", "two equally frequent categories", fong_test(counts) < 1.65, None)
    p = sign_test(*two_most_frequent(counts))
    add("exact sign test", "two equally frequent categories", p > 0.05, None)
    return rows


def main() -> None:
    rows: list[tuple[object, ...]] = []
    for n in SIZES:
        for ceiling in (False, True):
            where = "answers at the top" if ceiling else "answers in the middle"
            for coding in CODINGS:
                hits: dict[tuple[str, str], list[tuple[bool, bool | float]]] = {}
                for replicate in range(REPLICATES):
                    for linear, measure in (
                        (False, effects),
                        (False, weighted_effects),
                        (True, rejections),
                    ):
                        one = population(ceiling=ceiling, linear=linear)
                        for key, covers, below in measure(one, n, coding, where, replicate):
                            hits.setdefault(key, []).append((covers, below))
                for (kind, of), seen in hits.items():
                    cover, below = np.mean(seen, axis=0)
                    if kind == "classes":
                        sure = np.array([claim for _, claim in seen]) >= 0.9
                        right = np.mean([hit for hit, claim in seen if claim >= 0.9])
                        print(of, n, f"class right {cover:.2f}, claimed {below:.2f}", end="; ")
                        print(f"claimed .9 and more {sure.mean():.2f}, of these right {right:.2f}")
                        continue
                    error = np.sqrt(cover * (1 - cover) / len(seen))
                    rows.append((kind, of, n, len(seen), cover, error, below))
                    print(rows[-1], flush=True)
        rows += kano(n)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)
    print(len(CLASSES), "classes;", len(rows), "rows")


if __name__ == "__main__":
    main()
