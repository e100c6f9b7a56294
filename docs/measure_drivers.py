"""Measure intervals, ranks and tests of drivers' importance; writes docs/coverage_drivers.csv.

Five drivers correlate at .5 with each other; their standardised coefficients are .4, .3, .2, .1 and
0, and a sixth driver goes with nothing. True shares are those of the population's correlations.
Answers are normal, or skewed: each variable is made of exponential variables less their mean. All
intervals of a sample come from the same resamples.

The rows of ranks are of populations that are themselves made up, with coefficients drawn between 0
and .4: how often the interval of ranks holds the true rank, and how often the driver that comes
first in so many of the resamples is first in truth (n is of respondents, replicates count the
samples in which there is such a driver). The rows of tests are of stated shares that equal the
derived ones in the population (the points of each respondent scatter around them); what they
"cover" is the share of samples whose p-value is above 5 %.
"""

import dataclasses
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import servqual as sq
from servqual.priorities.relative.dividing import relative_importance
from servqual.priorities.relative.stated import stated_derived_importance

COEFFICIENTS = np.array([0.4, 0.3, 0.2, 0.1, 0.0, 0.0])
SHOWN = {
    "d1": "first of six drivers",
    "d4": "fourth of six drivers",
    "d5": "driver with coefficient 0, correlated",
    "d6": "driver that goes with nothing",
}
SIZES = (50, 250, 1000)
REPLICATES, RESAMPLES = 300, 400
BINS = ((0.5, 0.75), (0.75, 0.9), (0.9, 1.01))
OUT = Path(__file__).with_name("coverage_drivers.csv")
Rows = list[tuple[object, ...]]


def population(coefficients: np.ndarray, r: float, apart: int = 0) -> np.ndarray:
    """Correlations of equally correlated drivers, some apart from the others, and the outcome."""
    k = len(coefficients)
    among = np.full((k, k), r)
    among[k - apart :] = among[:, k - apart :] = 0
    np.fill_diagonal(among, 1)
    with_outcome = among @ coefficients
    return np.block([[among, with_outcome[:, None]], [with_outcome[None], np.ones((1, 1))]])


def names(k: int) -> list[str]:
    return [*(f"d{i + 1}" for i in range(k)), "y"]


def truth(r: np.ndarray, method: str) -> pd.DataFrame:
    """The true shares, by driver."""
    moments = sq.Moments(names=names(len(r) - 1), n=1000, mean=np.zeros(len(r)), covariance=r)
    return relative_importance("y", moments, method).to_frame().set_index("driver")


def answers(r: np.ndarray, n: int, rng: np.random.Generator, *, skewed: bool) -> pd.DataFrame:
    """Rows with the correlations of the population."""
    shape = (n, len(r))
    parts = rng.exponential(size=shape) - 1 if skewed else rng.standard_normal(shape)
    return pd.DataFrame(parts @ np.linalg.cholesky(r).T, columns=names(len(r) - 1))


def row(
    kind: str, of: str, n: int, seen: list[bool] | np.ndarray, below: float = np.nan
) -> tuple[object, ...]:
    cover = float(np.mean(seen))
    error = np.sqrt(cover * (1 - cover) / len(seen))
    print(kind, of, n, len(seen), round(cover, 3), flush=True)
    return kind, of, n, len(seen), cover, error, below


def intervals(n: int, *, skewed: bool) -> Rows:
    r = population(COEFFICIENTS, 0.5, apart=1)
    true = {method: truth(r, method) for method in ("lmg", "johnson")}
    rng = np.random.default_rng([n, skewed])
    people = "skewed answers" if skewed else "normal answers"
    hits: dict[tuple[str, str], list[tuple[bool, bool]]] = {}

    def note(found: pd.DataFrame, method: str, kind: str, column: str) -> None:
        own = "share_" if column == "share" else ""
        label = {"lmg": "LMG", "johnson": "Johnson"}[method]
        what = {"share": "share of R²", "estimate": "part of R²"}[column]
        for driver, of in SHOWN.items():
            low, high = found.loc[driver, [f"{own}ci_low", f"{own}ci_high"]]
            at = true[method].loc[driver, column]
            key = f"{kind} bootstrap", f"{label} {what}, {of}, {people}"
            hits.setdefault(key, []).append((low <= at <= high, high < at))

    for replicate in range(REPLICATES):
        frame = answers(r, n, rng, skewed=skewed)
        bca = relative_importance(
            "y", frame, n_resamples=RESAMPLES, seed=replicate, kind="bca", progress=False
        )
        plain = dataclasses.replace(bca, kind="percentile").to_frame().set_index("driver")
        for column in ("estimate", "share"):
            note(plain, "lmg", "percentile", column)
        note(bca.to_frame().set_index("driver"), "lmg", "BCa", "share")
        other = relative_importance(
            "y", frame, "johnson", n_resamples=RESAMPLES, seed=replicate, progress=False
        )
        note(other.to_frame().set_index("driver"), "johnson", "percentile", "share")
    return [
        row(kind, of, n, [hit for hit, _ in seen], float(np.mean([under for _, under in seen])))
        for (kind, of), seen in hits.items()
    ]


def ranks(n: int) -> Rows:
    rng = np.random.default_rng([n, 7])
    inside: list[bool] = []
    right: dict[tuple[float, float], list[bool]] = {limits: [] for limits in BINS}
    for replicate in range(REPLICATES):
        r = population(rng.uniform(0, 0.4, 5), 0.3)
        r[-1, -1] = max(1.0, r[-1, :-1] @ np.linalg.solve(r[:-1, :-1], r[-1, :-1]) + 0.4)
        true = truth(r, "lmg")["rank"]
        frame = answers(r, n, rng, skewed=False)
        found = relative_importance(
            "y", frame, n_resamples=RESAMPLES, seed=replicate, progress=False
        )
        table = found.to_frame().set_index("driver")
        inside += ((table["rank_ci_low"] <= true) & (true <= table["rank_ci_high"])).tolist()
        named, claimed = table["p_first"].idxmax(), table["p_first"].max()
        for (low, high), seen in right.items():
            if low <= claimed < high:
                seen.append(bool(true[named] == 1))
    rows = [row("rank interval", "rank of five drivers by LMG, 95 %", n, inside)]
    rows += [
        row(f"p_first from {low:g} to {min(high, 1):g}", "LMG, is first in truth", n, seen)
        for (low, high), seen in right.items()
        if seen
    ]
    return rows


def instrument() -> sq.Instrument:
    return sq.Instrument(
        name="five drivers",
        dimensions={f"driver{i}": (f"d{i}",) for i in range(1, 6)},
        scale=(-20, 20),
        roles=("perception", "points"),
    )


def rejections(n: int, label: str, coefficients: np.ndarray, *, skewed: bool) -> Rows:
    r = population(coefficients, 0.5)
    true = truth(r, "lmg")["share"].to_numpy()
    rng = np.random.default_rng([n, skewed, 11])
    people = "skewed answers" if skewed else "normal answers"
    kept: dict[str, list[bool]] = {"whole": [], "each": [], "any": []}
    for replicate in range(REPLICATES):
        frame = answers(r, n, rng, skewed=skewed)
        frame[[f"points_driver{i}" for i in range(1, 6)]] = 100 * rng.dirichlet(20 * true, n)
        bound = sq.Responses.from_frame(frame, instrument(), perception="{}", points="points_{}")
        found = stated_derived_importance(
            sq.perception_scores(bound), "y", n_resamples=RESAMPLES, seed=replicate, progress=False
        )
        table = found.to_frame()
        kept["whole"].append(bool(found.test["p_value"] > 0.05))
        kept["each"] += (table["p_value"] > 0.05).tolist()
        kept["any"].append(bool((table["p_adjusted"] > 0.05).all()))
    of = f"stated = derived, {label}, {people}"
    return [
        row("test of disagreement as a whole", of, n, kept["whole"]),
        row("test of one driver's disagreement", of, n, kept["each"]),
        row("any driver's disagreement, by Holm", of, n, kept["any"]),
    ]


def main() -> None:
    warnings.simplefilter("ignore")
    rows: Rows = []
    for skewed in (False, True):
        for n in SIZES:
            rows += intervals(n, skewed=skewed)
    for n in SIZES:
        rows += ranks(n)
    unequal, alike = COEFFICIENTS[:5], np.full(5, 0.15)
    for label, coefficients, skewed in (
        ("unequal drivers", unequal, False),
        ("equal drivers", alike, False),
        ("unequal drivers", unequal, True),
    ):
        for n in SIZES:
            rows += rejections(n, label, coefficients, skewed=skewed)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
