"""Measure intervals and tests of response surfaces; writes docs/coverage_surface.csv.

Three populations. "Normal answers": X and Y are normal and correlate .3, and the outcome is a
surface plus normal noise. "Unequal variances": the same, but the noise grows with the gap. "7-point
answers": X and Y are means of four whole answers on 1-7, of which those of Y crowd at the top; the
outcome is the mean of three whole answers whose expected value is exactly the surface. The rows of
the F tests are of outcomes for which the simpler model is right; what they "cover" is the share of
samples whose p-value is above 5 %. All bootstrap intervals of a sample come from the same
resamples.
"""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from servqual.priorities.surface.differences import (
    ABSOLUTE,
    ALGEBRAIC,
    AXIS,
    LINEAR,
    NOTHING,
    SQUARED,
    constraints,
)
from servqual.priorities.surface.fitting import response_surface
from servqual.priorities.surface.polynomial import ALONG, SURFACE
from servqual.priorities.surface.regression import fit_polynomial
from servqual.priorities.surface.shape import SHAPE, shape

PEAK = np.array([5.0, 0.3, -0.1, -0.3, 0.4, -0.3])
FLATTER = np.array([5.0, 0.3, -0.1, -0.3, 0.2, -0.15])
NULLS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], tuple[str, ...]]] = {
    "no relation": (lambda gap: 5.0 + 0 * gap, (NOTHING,)),
    "algebraic difference": (lambda gap: 5.2 + 0.5 * gap, (ALGEBRAIC, LINEAR)),
    "squared difference": (lambda gap: 6.4 - 0.12 * gap**2, (SQUARED, AXIS)),
    "absolute difference": (lambda gap: 6.4 - 0.7 * np.abs(gap), (ABSOLUTE,)),
}
PEOPLE = ("normal answers", "unequal variances", "7-point answers")
SIZES = (50, 250, 1000)
REPLICATES, WITH_RESAMPLES, RESAMPLES = 1000, 300, 300
OUT = Path(__file__).with_name("coverage_surface.csv")
Seen = dict[tuple[str, str], list[tuple[bool, bool]]]


def normal_pairs(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Perception and expectation about the middle of a scale, in normal units."""
    x, other = rng.standard_normal((2, n))
    return x, 0.3 * x + np.sqrt(1 - 0.09) * other


def ceiling_pairs(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Means of four whole answers on 1-7 less 4, expectation crowded at the top."""
    x, y = normal_pairs(n, rng)
    middle = np.stack([5.0 + 1.0 * x, 6.2 + 0.7 * y])
    answers = np.rint(middle[:, :, None] + 0.8 * rng.standard_normal((2, n, 4)))
    x, y = np.clip(answers, 1, 7).mean(axis=2) - 4
    return x, y


def ceiling_outcome(expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The mean of three whole answers on 1-7 with this expected value."""
    chance = np.clip((expected - 1) / 6, 0, 1)
    return 1 + rng.binomial(6, chance, (3, len(expected))).mean(axis=0)


def sample(
    n: int, rng: np.random.Generator, expected, people: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One sample of pairs with an outcome; `expected` gives its mean from x and y."""
    if people == "7-point answers":
        x, y = ceiling_pairs(n, rng)
        return x, y, ceiling_outcome(expected(x, y), rng)
    x, y = normal_pairs(n, rng)
    noise = rng.standard_normal(n)
    if people == "unequal variances":
        noise *= 0.4 + 0.6 * np.abs(x - y)
    return x, y, expected(x, y) + noise


def height(b: np.ndarray):
    """A surface with these coefficients."""
    return lambda x, y: b[0] + b[1] * x + b[2] * y + b[3] * x**2 + b[4] * x * y + b[5] * y**2


def note(seen: Seen, key: tuple[str, str], low: float, high: float, true: float) -> None:
    seen.setdefault(key, []).append((low <= true <= high, high < true))


def linear_combinations(people: str, n: int) -> Seen:
    """Intervals of a1 to a5, and the F tests where the constraint is true."""
    seen: Seen = {}
    for at, (of, (outcome, tests)) in enumerate(NULLS.items()):
        rng = np.random.default_rng([n, at, PEOPLE.index(people)])
        for _ in range(REPLICATES):
            x, y, z = sample(n, rng, lambda x, y, f=outcome: f(x - y), people)
            for errors in ("classical", "HC3"):
                fit = fit_polynomial(z, x, y, None, errors)
                if isinstance(fit, str):
                    continue
                for one in constraints(fit, z, x, y, None, errors):
                    if one.model in tests and one.p_value == one.p_value:
                        key = (f"{errors} F test", f"{one.model}, {people}")
                        seen.setdefault(key, []).append((one.p_value > 0.05, False))
                if of == "algebraic difference":
                    true = ALONG @ [5.2, 0.5, -0.5, 0, 0, 0]
                    found = ALONG @ fit.coefficients
                    spread = np.sqrt(np.diag(ALONG @ fit.covariance @ ALONG.T))
                    half = stdtrit(fit.df, 0.975) * spread
                    for name, *ends in zip(SURFACE, found - half, found + half, true, strict=True):
                        note(seen, (f"{errors} t", f"{name}, {people}"), *ends)
    return seen


def shapes(people: str, n: int) -> Seen:
    """Intervals of the stationary point and the axes."""
    seen: Seen = {}
    rng = np.random.default_rng([n, 99, PEOPLE.index(people)])
    b = PEAK if people == "normal answers" else FLATTER
    true = dict(zip(SHAPE, shape(b).values, strict=True))
    for replicate in range(WITH_RESAMPLES):
        x, y, z = sample(n, rng, height(b), people)
        found = response_surface(
            pd.DataFrame({"x": x, "y": y}),
            z,
            x="x",
            y="y",
            centre=0,
            n_resamples=RESAMPLES,
            seed=replicate,
        )
        for interval, name in (("delta", "delta method"), ("percentile", "percentile bootstrap")):
            for row in found.using(interval).shape.itertuples():
                key = (name, f"{row.parameter} of a surface with a maximum, {people}")
                note(seen, key, row.ci_low, row.ci_high, true[row.parameter])
    return seen


def main() -> None:
    warnings.simplefilter("ignore")
    rows: list[tuple[object, ...]] = []
    for people in PEOPLE:
        for n in SIZES:
            found = linear_combinations(people, n)
            if people != "unequal variances":
                found |= shapes(people, n)
            for (interval, of), seen in found.items():
                cover, below = np.mean(seen, axis=0)
                error = np.sqrt(cover * (1 - cover) / len(seen))
                if interval.endswith("test"):
                    below = np.nan
                rows.append((interval, of, n, len(seen), cover, error, below))
                print(rows[-1], flush=True)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
