"""Gap scoring of 1,000,000 x 22 pairs: item gaps, dimension means, weighted overall, summary."""

# isort: off
import warnings

from _turns import compare  # sets one thread, before NumPy and polars are loaded

import numpy as np
import pandas as pd
import polars as pl

import servqual as sq
from servqual import arrays
# isort: on

N = 1_000_000
INSTRUMENT = sq.load_instrument("servqual-1991")
ITEMS = INSTRUMENT.items
WEIGHTS = {
    "tangibles": 11,
    "reliability": 32,
    "responsiveness": 22,
    "assurance": 19,
    "empathy": 16,
}


def by_polars(frame: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    gaps = frame.select((pl.col(f"P{i}") - pl.col(f"E{i}")).alias(i) for i in ITEMS)
    dimensions = gaps.select(
        pl.mean_horizontal(list(items), ignore_nulls=False).alias(name)
        for name, items in INSTRUMENT.dimensions.items()
    )
    overall = dimensions.select(
        (
            pl.sum_horizontal([pl.col(d) * w for d, w in WEIGHTS.items()], ignore_nulls=False) / 100
        ).alias("overall")
    )
    summary = [of for table in (gaps, dimensions, overall) for of in (table.mean(), table.std())]
    return gaps, dimensions, overall, *summary


def by_pandas(frame: pd.DataFrame) -> tuple[object, ...]:
    p, e = frame[[f"P{i}" for i in ITEMS]], frame[[f"E{i}" for i in ITEMS]]
    gaps = pd.DataFrame(p.to_numpy() - e.to_numpy(), columns=list(ITEMS))
    dimensions = pd.DataFrame(
        {name: gaps[list(items)].mean(axis=1) for name, items in INSTRUMENT.dimensions.items()}
    )
    overall = dimensions @ pd.Series(WEIGHTS) / 100
    return gaps.agg(["mean", "std"]), dimensions.agg(["mean", "std"]), overall.agg(["mean", "std"])


def by_call(frame: object) -> sq.GapScores:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sq.MissingResponseWarning)
        return sq.gap_scores(sq.Responses.from_frame(frame, INSTRUMENT), importance=WEIGHTS)


def main() -> None:
    rng = np.random.default_rng(1)
    names = [f"E{i}" for i in ITEMS] + [f"P{i}" for i in ITEMS]
    whole = np.asfortranarray(rng.integers(1, 8, (N, 44), dtype=np.int8))
    e, p = whole[:, :22], whole[:, 22:]
    frame = pd.DataFrame({name: whole[:, i] for i, name in enumerate(names)})
    polars = pl.from_pandas(frame)
    members = list(INSTRUMENT.positions.values())
    weights = list(WEIGHTS.values())
    compare(
        "int8 columns",
        {
            "polars": lambda: by_polars(polars),
            "servqual.arrays.score_gaps": lambda: arrays.score_gaps(
                perception=p, expectation=e, dimensions=members, importance=weights
            ),
            "Responses.from_frame + gap_scores (pandas)": lambda: by_call(frame),
            "Responses.from_frame + gap_scores (polars)": lambda: by_call(polars),
            "pandas": lambda: by_pandas(frame),
        },
        peer="polars",
        goal={
            "servqual.arrays.score_gaps": 0.5,
            "Responses.from_frame + gap_scores (pandas)": 1,
            "Responses.from_frame + gap_scores (polars)": 1,
        },
    )
    short = frame.astype(np.int16)
    short_polars = pl.from_pandas(short)
    compare(
        "int16 columns",
        {
            "polars": lambda: by_polars(short_polars),
            "Responses.from_frame + gap_scores (pandas)": lambda: by_call(short),
        },
        peer="polars",
        goal={"Responses.from_frame + gap_scores (pandas)": 1},
    )
    blank = frame.astype(float)
    blank[rng.random(blank.shape) < 0.001] = np.nan
    blank_polars = pl.from_pandas(blank, nan_to_null=True)
    compare(
        "float64 columns, 0.1 % blank (about 4 % of the rows incomplete)",
        {
            "polars": lambda: by_polars(blank_polars),
            "Responses.from_frame + gap_scores (pandas)": lambda: by_call(blank),
        },
        peer="polars",
        goal={"Responses.from_frame + gap_scores (pandas)": 3},
        rounds=5,
    )


if __name__ == "__main__":
    main()
