"""Gap tests of 22 items, 5 dimensions and overall with 2,000 sign flips, at n = 10,000."""

from _turns import compare  # isort: skip  # sets one thread before NumPy is loaded

import warnings

import numpy as np
import pandas as pd
import pingouin as pg

import servqual as sq
from servqual.comparisons.gaps import gap_tests
from servqual.comparisons.groups import compare_groups

N = 10_000
INSTRUMENT = sq.load_instrument("servqual-1991")


def by_pingouin(frame: pd.DataFrame) -> list[pd.DataFrame]:
    return [
        pg.ttest(frame[f"P{item}"], frame[f"E{item}"], paired=True) for item in INSTRUMENT.items
    ]


def main() -> None:
    warnings.simplefilter("ignore", RuntimeWarning)  # pingouin's Bayes factors overflow
    rng = np.random.default_rng(1)
    names = [f"{role}{item}" for role in "EP" for item in INSTRUMENT.items]
    answers = np.asfortranarray(rng.integers(1, 8, (N, 44), dtype=np.int8))
    frame = pd.DataFrame({name: answers[:, i] for i, name in enumerate(names)})
    frame["branch"] = rng.integers(1, 5, N)
    scores = sq.gap_scores(sq.Responses.from_frame(frame, INSTRUMENT))
    compare(
        "28 gaps, d_z and d_av with intervals, Wilcoxon, 2,000 sign flips; the peer: 22 t tests",
        {
            "pingouin.ttest, 22 items": lambda: by_pingouin(frame),
            "gap_tests, correction='max_t'": lambda: gap_tests(scores, "max_t", seed=1),
            "gap_tests, n_resamples=0": lambda: gap_tests(scores, n_resamples=0),
        },
        peer="pingouin.ttest, 22 items",
        goal={"gap_tests, correction='max_t'": 10},
    )
    compare(
        "4 groups in 5 dimensions and overall",
        {
            "pingouin.pairwise_gameshowell, once": lambda: pg.pairwise_gameshowell(
                data=frame, dv="P1", between="branch"
            ),
            "compare_groups": lambda: compare_groups(scores, "branch"),
        },
        peer="pingouin.pairwise_gameshowell, once",
        rounds=5,
    )


if __name__ == "__main__":
    main()
