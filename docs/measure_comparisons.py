"""Measure the intervals and corrections of comparisons; writes docs/coverage_comparisons.csv.

Normal scores, and skewed answers on 5 points whose population is known exactly. For a correction,
"coverage" is the share of families without a false rejection (for Benjamini-Hochberg where some
gaps are real, 1 - the mean share of false ones among the rejections), and "all_below" is empty.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from servqual.comparisons.effects import d_av, d_z, hedges_g, noncentral_chi2
from servqual.comparisons.families import adjust
from servqual.comparisons.means import means_of
from servqual.comparisons.omnibus import variance_share
from servqual.comparisons.tested import run_tests
from servqual.comparisons.zones import wilson_interval

OUT = Path(__file__).with_name("coverage_comparisons.csv")
SIZES = (50, 200, 1000)
POINTS = np.arange(1, 6)
# Two ratings of the same mean: one with a tail of dissatisfied people, one gathered at 4.
TAILED = np.array([0.02, 0.05, 0.13, 0.40, 0.40])
GATHERED = np.array([0, 0, 0.10, 0.69, 0.21])
CEILING = np.array([0, 0, 0.05, 0.25, 0.70])  # what customers expect
DIMENSIONS = np.repeat(np.arange(5), (4, 5, 4, 4, 5))

Row = tuple[str, str, int, int, float, float, float]
Interval = tuple[np.ndarray, np.ndarray]


def row(interval: str, of: str, n: int, low: np.ndarray, high: np.ndarray, truth: float) -> Row:
    """Count the intervals that cover, and those that lie wholly below the truth."""
    cover = float(np.mean((low <= truth) & (truth <= high)))
    below = float(np.mean(high < truth))
    return interval, of, n, len(low), cover, error(cover, len(low)), below


def error(share: float, replicates: int) -> float:
    return float(np.sqrt(share * (1 - share) / replicates))


def moments(chance: np.ndarray) -> tuple[float, float]:
    mean = float(POINTS @ chance)
    return mean, float((POINTS - mean) ** 2 @ chance)


def effects() -> Iterator[Row]:
    """Intervals of d_z, d_av and g."""
    rng = np.random.default_rng(1)
    replicates = 4_000
    (mean_e, var_e), (mean_p, var_p) = moments(CEILING), moments(TAILED)
    raw = mean_p - mean_e
    for n in SIZES:
        for kind in ("normal", "skewed 5-point"):
            shape = (replicates, n)
            if kind == "normal":
                common = rng.normal(size=shape) * np.sqrt(0.5)
                e = common + rng.normal(size=shape) * np.sqrt(0.5)
                p = common + rng.normal(size=shape) * np.sqrt(0.5) - 0.5
                single, across, apart = -0.5, -0.5, -0.5
            else:
                e = rng.choice(POINTS, shape, p=CEILING).astype(float)
                p = rng.choice(POINTS, shape, p=TAILED).astype(float)
                single = raw / np.sqrt(var_e + var_p)
                across = apart = raw / np.sqrt((var_e + var_p) / 2)
            gap, of_e, of_p = means_of(p - e), means_of(e), means_of(p)
            one = d_z(gap.mean, gap.sd, gap.n)
            yield row("d_z, noncentral t", f"{kind}, {single:.2f}", n, one[1], one[2], single)
            both = d_av(one, gap.sd, of_e.sd, of_p.sd)
            yield row("d_av, noncentral t", f"{kind}, {across:.2f}", n, both[1], both[2], across)
            half = slice(0, replicates // 2)
            first, second = means_of(e[half, : n // 2]), means_of(p[half, n // 2 :])
            g = hedges_g(second.mean - first.mean, first.sd, second.sd, first.n, second.n)
            yield row("Hedges' g, noncentral t", f"{kind}, {apart:.2f}", n, g[1], g[2], apart)


def shares() -> Iterator[Row]:
    """Intervals of omega squared, Cramer's V and shares."""
    rng = np.random.default_rng(2)
    replicates = 1_000
    shifts = np.array([-0.3, 0.0, 0.3])
    spread = shifts.var()
    for n in SIZES:
        size = n // 3
        for kind, draw, within in (
            ("normal", lambda k: rng.normal(size=k), 1.0),
            ("skewed 5-point", lambda k: rng.choice(POINTS, k, p=TAILED), moments(TAILED)[1]),
        ):
            scale = np.sqrt(within)
            found = [
                variance_share([draw(size) + scale * shift for shift in shifts], 0.95)
                for _ in range(replicates)
            ]
            low, high = (np.array(end) for end in zip(*[one[2:] for one in found], strict=True))
            truth = spread / (1 + spread)
            yield row("omega squared, noncentral F", f"{kind}, 3 groups", n, low, high, truth)
    cells = np.array([[0.30, 0.15, 0.05], [0.15, 0.20, 0.15]])
    expected = np.outer(cells.sum(axis=1), cells.sum(axis=0))
    truth = float(np.sqrt(((cells - expected) ** 2 / expected).sum()))
    for n in SIZES:
        ends = []
        for drawn in rng.multinomial(n, cells.ravel(), replicates).reshape(-1, 2, 3):
            found = stats.chi2_contingency(drawn, correction=False)
            ends.append(np.sqrt(np.array(noncentral_chi2(found.statistic, found.dof)) / n))
        low, high = np.array(ends).T
        yield row("Cramer's V, noncentral chi-square", f"2 x 3, {truth:.2f}", n, low, high, truth)
    for n in SIZES:
        for share in (0.05, 0.5):
            low, high = wilson_interval(rng.binomial(n, share, 20_000) / n, np.full(20_000, n))
            yield row("share, Wilson", f"{share:g}", n, low, high, share)


def gaps(rng: np.random.Generator, n: int, kind: str) -> np.ndarray:
    """Draw 22 correlated item gaps of mean 0, with their dimensions and overall: (28, n)."""

    def ratings(chance: np.ndarray | None, people: np.ndarray) -> np.ndarray:
        latent = 0.65 * people + np.sqrt(1 - 0.65**2) * rng.normal(size=(22, n))
        if chance is None:
            return latent
        edges = stats.norm.ppf(np.cumsum(chance)[:-1])
        return np.searchsorted(edges, latent).astype(float)

    normal = kind == "normal"
    p = ratings(None if normal else TAILED, rng.normal(size=n))
    e = ratings(None if normal else GATHERED, rng.normal(size=n))
    items = p - e
    dimensions = np.array([items[d == DIMENSIONS].mean(axis=0) for d in range(5)])
    return np.vstack([items, dimensions, dimensions.mean(axis=0)])


def families() -> Iterator[Row]:
    """False rejections of each correction, and simultaneous bands."""
    replicates, flips = 600, 500
    labels = [str(i) for i in range(28)]
    null = np.zeros(28, dtype=bool)
    null[[0, 1, 2, 3, 22]] = True  # the first dimension and its items; the others fall short
    for n in SIZES:
        for kind in ("normal", "skewed 5-point"):
            rng = np.random.default_rng(n + len(kind))
            false: dict[tuple[str, str], list[float]] = {}
            bands = []
            for _ in range(replicates):
                values = gaps(rng, n, kind)
                for real in (False, True):
                    if real:
                        values = values - 0.5 * ~null[:, None]
                    tested = run_tests(
                        values,
                        None,
                        labels,
                        correction="max_t",
                        n_resamples=flips,
                        seed=int(rng.integers(2**32)),
                        confidence=0.95,
                    )
                    of = "5 of 28 gaps are 0" if real else "28 gaps are 0"
                    wrong = null if real else np.ones(28, dtype=bool)
                    adjusted = {
                        "Holm": adjust(tested.tests.p_value),
                        "Benjamini-Hochberg": adjust(tested.tests.p_value, "bh"),
                        "maximum t over sign flips": tested.p_adjusted,
                        "not adjusted": tested.tests.p_value,
                    }
                    for name, p in adjusted.items():
                        rejected = p <= 0.05
                        count = float((rejected & wrong).sum())
                        share = count / max(rejected.sum(), 1)
                        loss = share if name == "Benjamini-Hochberg" else float(count > 0)
                        false.setdefault((name, f"{kind}, {of}"), []).append(loss)
                    if not real:
                        bands.append(np.abs(tested.tests.statistic).max() <= tested.critical)
            for (name, of), losses in false.items():
                kept = 1 - float(np.mean(losses))
                yield name, of, n, replicates, kept, error(kept, replicates), np.nan
            held = float(np.mean(bands))
            yield (
                "band of 28 gaps, sign flips", kind, n, replicates, held,
                error(held, replicates), np.nan,
            )  # fmt: skip


def main() -> None:
    parts: tuple[Callable[[], Iterator[Row]], ...] = (effects, shares, families)
    rows = []
    for part in parts:
        for one in part():
            print(one, flush=True)
            rows.append(one)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
