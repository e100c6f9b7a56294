"""Measure how often 95 % intervals of scenarios cover; writes docs/coverage_scenarios.csv.

Three dimensions of three items each are answered from 1 to 7, with expectations; satisfaction and
loyalty from 1 to 7, a recommendation from 0 to 10. Answers are rounded normal variables, or skewed
ones that pile up at the top. The scenario raises one item by half a point. The true values are
those of the same regressions (and of partial least squares) in four million respondents. All
intervals of a sample come from the same resamples.
"""

import warnings
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pandas as pd

import servqual as sq
from servqual.errors import ServqualError
from servqual.moments import Moments
from servqual.pls.path_model import fit_pls
from servqual.pls.questions.importance_map import importance_performance_map
from servqual.scenarios.supposing import what_if

KEYS = ("a", "b", "c")
TRIO = sq.Instrument(
    name="trio",
    scale=(1, 7),
    dimensions={key: tuple(f"{key}{i}" for i in (1, 2, 3)) for key in KEYS},
)
PLAIN = sq.Instrument(
    name="trio", scale=(1, 7), dimensions=dict(TRIO.dimensions), roles=("perception",)
)
MODEL = "\n".join(f"{key} =~ P{key}1 + P{key}2 + P{key}3" for key in KEYS)
MODEL += "\nSAT =~ sat\nLOY =~ loy\nSAT ~ a + b + c\nLOY ~ SAT"
CHANGE = 0.5
REPLICATES, RESAMPLES, MANY = 300, 400, 4_000_000
OUT = Path(__file__).with_name("coverage_scenarios.csv")
LEVELS = ("satisfaction", "loyalty", "recommendation", "NPS")


def answers(n: int, rng: np.random.Generator, *, skewed: bool) -> dict[str, np.ndarray]:
    """Answers of n respondents."""

    def noise() -> np.ndarray:
        return 1 - rng.exponential(size=n) if skewed else rng.standard_normal(n)

    def rounded(values: np.ndarray, low: int, high: int) -> np.ndarray:
        return np.clip(np.round(values), low, high)

    middle = 5.5 if skewed else 4.5
    mood = noise()
    found = {}
    means = []
    for key in KEYS:
        own = 0.6 * mood + 0.6 * noise()
        for i in (1, 2, 3):
            found[f"E{key}{i}"] = rounded(6 + 0.3 * own + 0.6 * noise(), 1, 7)
            found[f"P{key}{i}"] = rounded(middle + 0.9 * own + 0.8 * noise(), 1, 7)
        means.append(sum(found[f"P{key}{i}"] for i in (1, 2, 3)) / 3 - middle)
    satisfaction = middle + 0.5 * means[0] + 0.3 * means[1] + 0.1 * means[2] + 0.7 * noise()
    found["sat"] = rounded(satisfaction, 1, 7)
    found["loy"] = rounded(
        middle + 0.5 * (found["sat"] - middle) + 0.15 * means[0] + 0.8 * noise(), 1, 7
    )
    found["rec"] = rounded(7.5 + 1.2 * (found["sat"] - middle) + 0.9 * noise(), 0, 10)
    return found


def truth(*, skewed: bool) -> dict[str, float]:
    """What the regressions give in the population."""
    rng = np.random.default_rng([MANY, skewed])
    parts = []
    for _ in range(MANY // 500_000):
        part = answers(500_000, rng, skewed=skewed)
        part["NPS"] = 100.0 * (part["rec"] >= 9) - 100.0 * (part["rec"] <= 6)
        for role in "PE":
            for key in KEYS:
                part[role + key] = sum(part[f"{role}{key}{i}"] for i in (1, 2, 3)) / 3
        parts.append(Moments.from_frame(pd.DataFrame(part)))
    everyone = reduce(add, parts)
    at = {name: i for i, name in enumerate(everyone.names)}
    cov = everyone.covariance

    def slope(outcome: str, predictors: list[str]) -> float:
        own = [at[one] for one in predictors]
        return float(np.linalg.solve(cov[np.ix_(own, own)], cov[own, at[outcome]])[0])

    columns = dict(zip(LEVELS, ("sat", "loy", "rec", "NPS"), strict=True))
    plain, both = ["Pa", "Pb", "Pc"], ["Pa", "Pb", "Pc", "Ea", "Eb", "Ec"]
    by = CHANGE / 3
    found = {level: by * slope(name, plain) for level, name in columns.items()}
    found["loyalty by way of satisfaction alone"] = by * slope("sat", plain) * slope("loy", ["sat"])
    found["satisfaction, expectations held"] = by * slope("sat", both)
    names = [f"P{key}{i}" for key in KEYS for i in (1, 2, 3)] + ["sat", "loy"]
    fitted = fit_pls(MODEL, everyone.select(names))
    table = importance_performance_map(fitted, "LOY", scale=(1, 7)).to_frame()
    importance = table.set_index("indicator")["importance"]
    found["loyalty of a PLS model"] = float(importance["Pa1"]) * 100 * CHANGE / 6
    return found


def intervals(frame: pd.DataFrame, seed: int) -> dict[str, tuple[float, float]]:
    """Every interval of one sample."""
    drawn = {"n_resamples": RESAMPLES, "seed": seed, "progress": False}
    outcomes = {"satisfaction": "sat", "loyalty": "loy", "recommendation": "rec"}
    scores = sq.perception_scores(sq.Responses.from_frame(frame, PLAIN))
    found = {}

    def note(table: pd.DataFrame, key: str, named: dict[str, str]) -> None:
        rows = table.set_index(key)[["ci_low", "ci_high"]]
        for row, name in named.items():
            found[name] = float(rows.loc[row, "ci_low"]), float(rows.loc[row, "ci_high"])

    change = {"a1": CHANGE}
    table = what_if(scores, change, **outcomes, **drawn).to_frame()
    note(table, "level", {level: level for level in LEVELS})
    alone = what_if(
        scores, change, satisfaction="sat", loyalty="loy", direct=False, **drawn
    ).to_frame()
    note(alone, "level", {"loyalty": "loyalty by way of satisfaction alone"})
    gaps = sq.gap_scores(sq.Responses.from_frame(frame, TRIO))
    held = what_if(gaps, change, satisfaction="sat", **drawn).to_frame()
    note(held, "level", {"satisfaction": "satisfaction, expectations held"})
    fitted = fit_pls(MODEL, frame[[*(f"P{item}" for item in PLAIN.items), "sat", "loy"]])
    table = what_if(fitted, {"Pa1": CHANGE}, scale=(1, 7), **drawn).to_frame()
    note(table, "name", {"LOY": "loyalty of a PLS model"})
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    rows: list[tuple[object, ...]] = []
    for skewed in (False, True):
        people = "skewed answers" if skewed else "normal answers"
        true = truth(skewed=skewed)
        for n in (50, 250, 1000):
            rng = np.random.default_rng([n, skewed])
            hits: dict[str, list[tuple[bool, bool]]] = {}
            failed = 0
            for replicate in range(REPLICATES):
                frame = pd.DataFrame(answers(n, rng, skewed=skewed))
                try:
                    found = intervals(frame, replicate)
                except ServqualError:
                    failed += 1
                    continue
                for of, (low, high) in found.items():
                    hits.setdefault(of, []).append((low <= true[of] <= high, high < true[of]))
            print(people, n, "without a solution:", failed, flush=True)
            for of, seen in hits.items():
                cover, below = np.mean(seen, axis=0)
                error = np.sqrt(cover * (1 - cover) / len(seen))
                what = f"scenario, change of {of}, {people}"
                rows.append(("percentile bootstrap", what, n, len(seen), cover, error, below))
                print(rows[-1], flush=True)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
