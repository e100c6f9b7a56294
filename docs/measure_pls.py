"""Measure how often 95 % intervals of PLS paths cover; writes docs/coverage_pls.csv.

The population is QUAL -> SAT -> LOY and QUAL -> LOY, three common factors with three indicators of
loadings .9, .8 and .7 and paths of .4, .5 and .1. The true values are those of the composites that
partial least squares forms from the correlations of the population. Answers are normal, or skewed:
each variable's residual is an exponential variable less its mean. All bootstrap intervals of a
sample come from the same resamples. The rows of the permutation test are of two groups of one
population; what they "cover" is the share of samples whose p-value is above 5 %.
"""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from servqual.errors import ServqualError
from servqual.moments import Moments
from servqual.pls.groups.multigroup import compare_pls_groups
from servqual.pls.path_model import fit_pls
from servqual.pls.resamples.bootstrap import bootstrap_pls

MODEL = """
QUAL =~ q1 + q2 + q3
SAT =~ s1 + s2 + s3
LOY =~ l1 + l2 + l3
SAT ~ QUAL
LOY ~ SAT + QUAL
"""
LOADINGS = np.array([0.9, 0.8, 0.7])
A, B, C = 0.4, 0.5, 0.1
NAMES = [f"{x}{i}" for x in "qsl" for i in (1, 2, 3)]
SHOWN = {
    ("path", "SAT", "QUAL"): "path .4",
    ("path", "LOY", "SAT"): "path .5",
    ("path", "LOY", "QUAL"): "path .1",
    ("indirect", "LOY", "QUAL"): "indirect effect",
}
REPLICATES, RESAMPLES, PERMUTATIONS = 300, 400, 199
OUT = Path(__file__).with_name("coverage_pls.csv")


def answers(n: int, rng: np.random.Generator, *, skewed: bool) -> pd.DataFrame:
    """Answers of n respondents to nine items."""

    def noise(*shape: int) -> np.ndarray:
        return rng.exponential(size=shape) - 1 if skewed else rng.standard_normal(shape)

    quality = noise(n)
    satisfaction = A * quality + np.sqrt(1 - A**2) * noise(n)
    left = np.sqrt(1 - B**2 - C**2 - 2 * A * B * C)
    loyalty = B * satisfaction + C * quality + left * noise(n)
    blocks = [
        factor[:, None] * LOADINGS + np.sqrt(1 - LOADINGS**2) * noise(n, 3)
        for factor in (quality, satisfaction, loyalty)
    ]
    return pd.DataFrame(np.hstack(blocks), columns=NAMES)


def truth() -> dict[tuple[str, str, str], float]:
    """What partial least squares gives in the population."""
    sat_loy = B + C * A
    factors = np.array([[1, A, C + A * B], [A, 1, sat_loy], [C + A * B, sat_loy, 1]])
    loadings = np.kron(np.eye(3), LOADINGS[:, None])
    r = loadings @ factors @ loadings.T
    np.fill_diagonal(r, 1)
    fitted = fit_pls(MODEL, Moments(names=NAMES, n=1000, mean=np.zeros(9), covariance=r))
    effects = fitted.effects.set_index(["kind", "lhs", "rhs"])["estimate"]
    return {
        key: float(effects[("direct" if key[0] == "path" else key[0], *key[1:])]) for key in SHOWN
    }


def intervals(frame: pd.DataFrame, seed: int) -> dict[tuple[str, str], tuple[float, float]]:
    """Every interval of one sample: (kind, of) -> (low, high)."""
    boot = bootstrap_pls(fit_pls(MODEL, frame), RESAMPLES, seed, progress=False, kind="bca")
    found = {}
    for kind in ("percentile", "bias-corrected", "bca"):
        table = boot.using(kind).statistics.set_index(["kind", "lhs", "rhs"])
        name = "BCa" if kind == "bca" else kind
        for key, of in SHOWN.items():
            row = table.loc[key]
            found[f"{name} bootstrap", of] = float(row["ci_low"]), float(row["ci_high"])
    return found


def rejections(sizes: tuple[int, int], *, skewed: bool) -> list[bool]:
    """Whether the permutation test finds a difference between groups of one population."""
    rng = np.random.default_rng([*sizes, skewed])
    group = np.repeat(["a", "b"], sizes)
    found = []
    for replicate in range(REPLICATES):
        frame = answers(sum(sizes), rng, skewed=skewed)
        compared = compare_pls_groups(
            fit_pls(MODEL, frame), frame, group, PERMUTATIONS, replicate, progress=False
        )
        found.append(bool(compared.to_frame()["p_value"].iloc[0] <= 0.05))
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    true = {of: truth()[key] for key, of in SHOWN.items()}
    rows: list[tuple[object, ...]] = []
    for skewed in (False, True):
        people = "skewed answers" if skewed else "normal answers"
        for n in (50, 250, 1000):
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
                for (kind, of), (low, high) in found.items():
                    hits.setdefault((kind, of), []).append(
                        (low <= true[of] <= high, high < true[of])
                    )
            print(people, n, "without a solution:", failed, flush=True)
            for (kind, of), seen in hits.items():
                cover, below = np.mean(seen, axis=0)
                error = np.sqrt(cover * (1 - cover) / len(seen))
                rows.append((kind, f"PLS {of}, {people}", n, len(seen), cover, error, below))
                print(rows[-1], flush=True)
        for sizes in ((50, 50), (30, 120)):
            kept = 1 - np.mean(rejections(sizes, skewed=skewed))
            error = np.sqrt(kept * (1 - kept) / REPLICATES)
            of = f"PLS path .4 in groups of {sizes[0]} and {sizes[1]}, {people}"
            rows.append(("permutation test", of, sum(sizes), REPLICATES, kept, error, np.nan))
            print(rows[-1], flush=True)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
