"""Exploratory factor analysis and parallel analysis beside R's psych, in turn."""

# isort: off
from pathlib import Path

from _r import R
from _turns import compare  # sets one thread, before NumPy is loaded

import numpy as np
import pandas as pd

import servqual as sq
from servqual.factors.efa import fit_efa
from servqual.factors.parallel import parallel_analysis
from servqual.moments import Moments
from servqual.factors.unrestricted import one_factor_ml

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
GAPS, ANSWERS = REFERENCE / "gaps_300.csv", REFERENCE / "servqual_300.csv"


def main() -> None:
    frame = pd.read_csv(GAPS)[[f"G{i}" for i in range(1, 23)]]
    moments = Moments.from_frame(frame)
    answers = pd.read_csv(ANSWERS)
    about = sq.load_instrument("servqual-1991")
    scores = sq.gap_scores(sq.Responses.from_frame(answers, about))
    r = R()
    r.run("options(warn = -1); suppressMessages(library(psych))")
    r.run(f"g <- read.csv('{GAPS}')[, paste0('G', 1:22)]")
    quiet = "suppressMessages(suppressWarnings({}))"
    minres = quiet.format("fa(g, 5, fm = 'minres', rotate = 'oblimin')")
    ml = quiet.format("fa(g, 5, fm = 'ml', rotate = 'oblimin')")
    both = quiet.format("fa.parallel(g, fa = 'both', n.iter = 20, plot = FALSE)")
    components = quiet.format("fa.parallel(g, fa = 'pc', n.iter = 20, plot = FALSE)")
    compare(
        "EFA, 22 items, n = 300, 5 factors, oblimin, one start",
        {
            "psych, minres": lambda: r.run(minres),
            "servqual, minres, of a frame": lambda: fit_efa(frame, 5),
            "psych, ml": lambda: r.run(ml),
            "servqual, ml, of a frame": lambda: fit_efa(frame, 5, method="ml"),
            "servqual, minres, of gap scores": lambda: fit_efa(scores, 5),
            "servqual, minres, of moments": lambda: fit_efa(moments, 5),
            "servqual, minres, 30 starts": lambda: fit_efa(frame, 5, starts=30, seed=1),
        },
        peer="psych, minres",
        goal={"servqual, minres, of a frame": 0.5, "servqual, ml, of a frame": 0.5},
        rounds=21,
    )
    compare(
        "parallel analysis, 22 items, n = 300, 20 draws",
        {
            "psych, both": lambda: r.run(both),
            "servqual, both": lambda: parallel_analysis(frame, draws=20, seed=1),
            "psych, components": lambda: r.run(components),
            "servqual, components": lambda: parallel_analysis(
                frame, kind="components", draws=20, seed=1
            ),
        },
        peer="psych, both",
        goal={"servqual, both": 0.1, "servqual, components": 0.1},
        rounds=7,
    )
    r.close()
    rng = np.random.default_rng(1)
    rows = frame.iloc[:, 4:9].to_numpy(float)
    counts = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=2000)
    batch = np.array([np.cov(rows.T, fweights=one) for one in counts])
    compare(
        "one ML factor of 5 items, 2,000 resamples",
        {
            "one matrix at a time": lambda: [one_factor_ml(one) for one in batch],
            "one batch": lambda: one_factor_ml(batch),
        },
        peer="one matrix at a time",
        rounds=5,
    )


if __name__ == "__main__":
    main()
