"""Measure how often 95 % intervals cover the true value; writes docs/coverage.csv.

The population is the complete respondents of the bank data, drawn with replacement, so the true
mean is known. Each replicate is an item of its own in one wide instrument, so one call of
`gap_scores` gives many intervals.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import servqual as sq

PER_CALL = 1_000
OUT = Path(__file__).with_name("coverage.csv")


def population() -> dict[str, pd.DataFrame]:
    """Expectation and perception of one item and of one dimension, and a group to sample by."""
    about = sq.load_instrument("servqual-1991")
    bank = sq.load_dataset("bank").dropna(
        subset=[f"{role}{item}" for role in "EP" for item in about.items]
    )
    reliability = about.dimensions["reliability"]
    return {
        "item (5)": pd.DataFrame({"e": bank["E5"], "p": bank["P5"]}),
        "dimension (reliability)": pd.DataFrame(
            {
                role.lower(): bank[[f"{role}{item}" for item in reliability]].mean(axis=1)
                for role in "EP"
            }
        ),
    }


def coverage(
    people: pd.DataFrame, n: int, replicates: int, *, weighted: bool, seed: int
) -> tuple[float, float]:
    """Share of intervals that cover, and share that lie wholly below the true mean."""
    rng = np.random.default_rng(seed)
    gap = (people["p"] - people["e"]).to_numpy()
    chance = np.ones(len(people))
    if weighted:  # those with a shortfall answer three times as readily, as dissatisfied people do
        chance = np.where(gap < gap.mean(), 3.0, 1.0)
    about = sq.Instrument(
        name="replicates", scale=(1, 7), dimensions={"all": tuple(map(str, range(PER_CALL)))}
    )
    cover = below = 0
    for _ in range(replicates // PER_CALL):
        if not weighted:
            rows = rng.integers(0, len(people), (n, PER_CALL))
            frame = _wide(people, rows)
            table = sq.gap_scores(sq.Responses.from_frame(frame, about)).to_frame()
            low, high = table["ci_low"][:PER_CALL], table["ci_high"][:PER_CALL]
        else:
            low, high = _weighted(people, chance, n, rng)
        cover += int(((low <= gap.mean()) & (gap.mean() <= high)).sum())
        below += int((high < gap.mean()).sum())
    return cover / replicates, below / replicates


def _wide(people: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    e, p = people["e"].to_numpy()[rows], people["p"].to_numpy()[rows]
    names = [f"{role}{i}" for role in "EP" for i in range(rows.shape[1])]
    return pd.DataFrame(np.hstack([e, p]), columns=names)


def _weighted(
    people: pd.DataFrame, chance: np.ndarray, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Weights belong to rows, so each replicate is a call of its own."""
    about = sq.Instrument(name="one", scale=(1, 7), dimensions={"all": ("1",)})
    low, high = np.empty(PER_CALL), np.empty(PER_CALL)
    for at in range(PER_CALL):
        rows = rng.choice(len(people), n, p=chance / chance.sum())
        frame = people.iloc[rows].set_axis(["E1", "P1"], axis=1).reset_index(drop=True)
        answers = sq.Responses.from_frame(frame, about, weights=1 / chance[rows])
        row = sq.gap_scores(answers).to_frame().iloc[0]
        low[at], high[at] = row["ci_low"], row["ci_high"]
    return low, high


def main() -> None:
    rows = []
    for weighted, kind in (
        (False, "mean, Student's t"),
        (True, "weighted mean, linearised error, Student's t"),
    ):
        replicates = 4_000 if weighted else 20_000
        for what, people in population().items():
            for seed, n in enumerate((10, 30, 100, 300)):
                cover, below = coverage(people, n, replicates, weighted=weighted, seed=seed)
                error = np.sqrt(cover * (1 - cover) / replicates)
                rows.append((kind, f"gap of one {what}", n, replicates, cover, error, below))
                print(rows[-1])
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
