"""Measure intervals of satisfaction indices of models; writes docs/coverage_indices.csv.

The population is the complete customers of the made-up mobile survey, drawn with replacement:
skewed whole-number answers on 1 to 10. Its index and its effects in points, by the weights of the
model fitted to all of them, are the truth, so an interval that takes a sample's weights as known
misses by their error, too.
"""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import servqual as sq
from servqual.indices.indexing import satisfaction_index
from servqual.indices.model_index import ModelIndex
from servqual.pls.path_model import fit_pls

MODEL = """
QUA =~ QUA1 + QUA2 + QUA3
VAL =~ VAL1 + VAL2
SAT =~ SAT1 + SAT2 + SAT3
LOY =~ LOY1 + LOY2 + LOY3
VAL ~ QUA
SAT ~ QUA + VAL
LOY ~ SAT
"""
SIZES = (50, 250, 1000)
REPLICATES, RESAMPLES = 400, 200
COMPANIES = ("Alto", "Corda")
OUT = Path(__file__).with_name("coverage_indices.csv")
Ends = dict[tuple[str, str], tuple[float, float]]


FITS: dict[str, Callable[[pd.DataFrame], object]] = {
    "structural model": lambda frame: sq.fit_sem(MODEL, frame),
    "PLS": lambda frame: fit_pls(MODEL, frame),
}


def index_of(frame: pd.DataFrame, family: str, n_resamples: int = 0, seed: int = 0) -> ModelIndex:
    """Take the index of one sample."""
    return satisfaction_index(
        FITS[family](frame),
        "SAT",
        (1, 10),
        by=frame["company"],
        n_resamples=n_resamples,
        seed=seed,
        progress=False,
    )


def figures(index: ModelIndex) -> Ends:
    """Every interval of one index: what it is of -> (low, high)."""
    table = index.table.iloc[0]
    effect = index.effects.set_index(["lhs", "rhs"]).loc[("SAT", "QUA")]
    pairs = index.differences.set_index(["first", "second"])
    swapped = COMPANIES not in pairs.index
    pair = pairs.loc[COMPANIES[::-1] if swapped else COMPANIES]
    ends = (pair["ci_low"], pair["ci_high"])
    return {
        "index": (table["ci_low"], table["ci_high"]),
        "difference of two companies": (-ends[1], -ends[0]) if swapped else ends,
        "points of index per point of quality": (effect["ci_low"], effect["ci_high"]),
    }


def truths(people: pd.DataFrame, family: str) -> dict[str, float]:
    """The figures of the population, each the middle of its interval."""
    index = index_of(people, family)
    effect = index.effects.set_index(["lhs", "rhs"]).loc[("SAT", "QUA"), "estimate"]
    found = {what: float(np.mean(ends)) for what, ends in figures(index).items()}
    return found | {"points of index per point of quality": float(effect)}


def measure(people: pd.DataFrame, family: str, n: int) -> Iterator[tuple]:
    """Count how often intervals of samples of n hold the truth."""
    rng = np.random.default_rng([n, len(family)])
    true = truths(people, family)
    hits: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    failed = 0
    for replicate in range(REPLICATES):
        frame = people.iloc[rng.integers(0, len(people), n)].reset_index(drop=True)
        try:
            found = {
                "weights as known": figures(index_of(frame, family)),
                "bootstrap": figures(index_of(frame, family, RESAMPLES, replicate)),
            }
        except (sq.ServqualError, KeyError):
            failed += 1
            continue
        for kind, ends in found.items():
            for what, (low, high) in ends.items():
                if not np.isnan(low):
                    hits.setdefault((kind, what), []).append(
                        (low <= true[what] <= high, high < true[what])
                    )
    print(family, n, "without a solution:", failed, flush=True)
    for (kind, what), seen in hits.items():
        cover, below = np.mean(seen, axis=0)
        error = np.sqrt(cover * (1 - cover) / len(seen))
        if what.startswith("points"):
            kind = "delta method" if kind == "weights as known" else "percentile bootstrap"
        else:
            kind = f"Student's t, {kind}"
        yield f"{kind}, {family}", what, n, len(seen), cover, error, below


def main() -> None:
    """Measure all of them."""
    warnings.simplefilter("ignore", sq.ServqualWarning)
    people = sq.load_dataset("mobile").dropna().reset_index(drop=True)
    rows = []
    for family in FITS:
        for n in SIZES:
            for row in measure(people, family, n):
                print(row, flush=True)
                rows.append(row)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
