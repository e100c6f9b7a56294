"""Measure how often 95 % intervals across units cover; writes docs/coverage_provider.csv.

The population has units, of which 8, 20 or 50 are drawn; n is their number. Gap 1: two managers
and one to nineteen customers a unit, both rounded to 1-7 with a ceiling for customers; the true
value is that of a very large draw. With firms, units come in firms of two or of five. Intraclass
correlations: one to nineteen people a unit, a share of .1 or .3 of the variance between units,
normal or skewed (exponential) at both levels. Correlations of two gaps over the units: .5 in the
population of unit means, of normal or skewed units.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from servqual.provider.association import correlated
from servqual.provider.unit_level import unit_means, unit_tests
from servqual.provider.variance import intraclass_interval, one_way, stepped_up

REPLICATES, RESAMPLES = 1000, 1000
UNITS = (8, 20, 50)
SIZES = np.array([10, 4, 19, 1, 8, 13, 6, 16])
OUT = Path(__file__).with_name("coverage_provider.csv")


def sizes_of(n_units: int) -> np.ndarray:
    """Give how many people each unit has."""
    return np.resize(SIZES, n_units)


def differences(n_units: int, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Form gap 1 of units, (replicates, n_units), from whole answers of people."""

    def answers(sizes: np.ndarray, mean: float, unit: float, person: float) -> np.ndarray:
        codes = np.repeat(np.arange(n_units), sizes)
        own = unit * rng.standard_normal((replicates, n_units))[:, codes]
        latent = mean + own + person * rng.standard_normal((replicates, len(codes)))
        return unit_means(np.clip(np.rint(latent), 1, 7), codes, n_units, None).mean

    managers = answers(np.full(n_units, 2), 5.6, 0.5, 0.8)
    return managers - answers(sizes_of(n_units), 6.2, 0.3, 1.0)


def of_gap(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Coverage of gap 1, by Student's t and by resampled units."""
    # Units of every size count alike, so the truth is the mean over a cycle of sizes.
    truth = differences(len(SIZES) * 5000, 20, rng).mean()
    rows = []
    for n_units in UNITS:
        found = differences(n_units, REPLICATES, rng)
        for each, told in (
            (n_units, ""),
            (2, ", firms of two units"),
            (5, ", firms of five units"),
        ):
            firms = np.arange(n_units) // each
            for kind in ("t", "percentile"):
                _, tests = unit_tests(found, firms, 0.95, kind, RESAMPLES, 1)
                name = "Student's t of units" if kind == "t" else "percentile, resampled units"
                rows.append((name, f"gap 1{told}", n_units, tests.ci_low, tests.ci_high, truth))
    return [_counted(*row) for row in rows]


def of_agreement(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Coverage of ICC(1) and ICC(2)."""
    rows = []
    for skewed in (False, True):
        people = "skewed" if skewed else "normal"
        for rho in (0.1, 0.3):
            for n_units in UNITS:
                codes = np.repeat(np.arange(n_units), sizes_of(n_units))
                shape = REPLICATES, n_units + len(codes)
                noise = rng.exponential(size=shape) - 1 if skewed else rng.standard_normal(shape)
                unit, person = noise[:, :n_units][:, codes], noise[:, n_units:]
                values = np.sqrt(rho) * unit + np.sqrt(1 - rho) * person
                k = one_way(values[0], codes).k
                low, high = np.transpose([intraclass_interval(row, codes, 0.95) for row in values])
                of = f"of {rho:g}, {people}"
                rows.append(("Wald", f"ICC(1) {of}", n_units, low, high, rho))
                second = stepped_up(low, k), stepped_up(high, k), stepped_up(rho, k)
                rows.append(("Wald, stepped up", f"ICC(2), ICC(1) {of}", n_units, *second))
    return [_counted(*row) for row in rows]


def of_correlations(rng: np.random.Generator) -> list[tuple[object, ...]]:
    """Coverage of the correlation of two gaps over the units."""
    rows = []
    for skewed in (False, True):
        for n_units in UNITS:
            for each, told in ((n_units, ""), (4, ", within firms of four units")):
                shape = REPLICATES, 3, n_units
                noise = rng.exponential(size=shape) - 1 if skewed else rng.standard_normal(shape)
                common, first, second = np.moveaxis(noise, 1, 0)
                firms = np.arange(n_units) // each
                found = [
                    correlated(x, y, firms, 0.95)[1:]
                    for x, y in zip(common + first, common + second, strict=True)
                ]
                low, high = np.transpose(found)
                of = f"correlation of gaps of .5{told}, {'skewed' if skewed else 'normal'}"
                rows.append(("Fisher's z", of, n_units, low, high, 0.5))
    return [_counted(*row) for row in rows]


def _counted(
    kind: str, of: str, n: int, low: np.ndarray, high: np.ndarray, truth: float
) -> tuple[object, ...]:
    there = ~np.isnan(low)
    cover = ((low <= truth) & (truth <= high))[there].mean()
    error = np.sqrt(cover * (1 - cover) / there.sum())
    return kind, of, n, int(there.sum()), cover, error, (high < truth)[there].mean()


def main() -> None:
    rng = np.random.default_rng(20261122)
    rows = [*of_gap(rng), *of_agreement(rng), *of_correlations(rng)]
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
