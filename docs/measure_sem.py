"""Measure how often 95 % intervals of an indirect effect cover; writes docs/coverage_sem.csv.

The population is GAP -> SAT -> LOY, three latent variables with three indicators of loadings .9, .8
and .7, paths of .4 and .5 in standard deviations and no direct effect, so that the standardised
indirect effect is .2. Answers are normal, or skewed: each variable's residual is an exponential
variable less its mean. All bootstrap intervals of a sample come from the same resamples.
"""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from servqual.errors import ServqualError
from servqual.sem.estimation import fit_sem
from servqual.sem.resamples.bootstrap import bootstrap_sem
from servqual.sem.resamples.monte_carlo import monte_carlo_interval

MODEL = """
GAP =~ g1 + g2 + g3
SAT =~ s1 + s2 + s3
LOY =~ l1 + l2 + l3
SAT ~ a*GAP
LOY ~ b*SAT
indirect := a*b
"""
LOADINGS = np.array([0.9, 0.8, 0.7])
A, B = 0.4, 0.5
TRUE = {"": A * B, "std_all_": A * B}  # the markers load alike, so that the units agree
REPLICATES, RESAMPLES = 300, 400
OUT = Path(__file__).with_name("coverage_sem.csv")


def answers(n: int, rng: np.random.Generator, *, skewed: bool) -> pd.DataFrame:
    """Answers of n respondents to nine items."""

    def noise(*shape: int) -> np.ndarray:
        return rng.exponential(size=shape) - 1 if skewed else rng.standard_normal(shape)

    gap = noise(n)
    satisfaction = A * gap + np.sqrt(1 - A**2) * noise(n)
    loyalty = B * satisfaction + np.sqrt(1 - B**2) * noise(n)
    blocks = [
        factor[:, None] * LOADINGS + np.sqrt(1 - LOADINGS**2) * noise(n, 3)
        for factor in (gap, satisfaction, loyalty)
    ]
    return pd.DataFrame(np.hstack(blocks), columns=[f"{x}{i}" for x in "gsl" for i in (1, 2, 3)])


def intervals(frame: pd.DataFrame, seed: int) -> dict[tuple[str, str], tuple[float, float]]:
    """Every interval of one sample: (kind, prefix) -> (low, high)."""
    fitted = fit_sem(MODEL, frame)
    found: dict[tuple[str, str], tuple[float, float]] = {}

    def take(kind: str, table: pd.DataFrame) -> None:
        row = table[table["op"] == ":="].iloc[0]
        for prefix in TRUE:
            found[kind, prefix] = row[f"{prefix}ci_low"], row[f"{prefix}ci_high"]

    delta = fitted.parameters[fitted.parameters["op"] == ":="].iloc[0]
    found["delta method", ""] = delta["ci_low"], delta["ci_high"]
    width = 1.959964 * delta["std_all_se"]
    found["delta method", "std_all_"] = delta["std_all"] - width, delta["std_all"] + width
    take("Monte Carlo", monte_carlo_interval(fitted, 4000, seed).to_frame())
    boot = bootstrap_sem(fitted, RESAMPLES, seed, progress=False)
    for kind in ("percentile", "bias-corrected", "bca"):
        name = "BCa" if kind == "bca" else kind
        take(f"{name} bootstrap", boot.using(kind).parameters)
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    rows = []
    for skewed in (False, True):
        people = "skewed answers" if skewed else "normal answers"
        for n in (50, 200, 1000):
            rng = np.random.default_rng([n, skewed])
            hits: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
            failed = 0
            for replicate in range(REPLICATES):
                frame = answers(n, rng, skewed=skewed)
                try:
                    found = intervals(frame, replicate)
                except ServqualError:
                    failed += 1
                    continue
                for (kind, prefix), (low, high) in found.items():
                    if not np.isnan(low):
                        true = TRUE[prefix]
                        hits.setdefault((kind, prefix), []).append(
                            (low <= true <= high, high < true)
                        )
            print(people, n, "without a solution:", failed, flush=True)
            for (kind, prefix), seen in hits.items():
                cover, below = np.mean(seen, axis=0)
                error = np.sqrt(cover * (1 - cover) / len(seen))
                scale = "standardised " if prefix else ""
                of = f"{scale}indirect effect, {people}"
                rows.append((kind, of, n, len(seen), cover, error, below))
                print(rows[-1], flush=True)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
