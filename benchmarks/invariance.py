"""Measurement invariance across groups beside R's lavaan, in turn."""

# isort: off
from pathlib import Path

from _r import R
from _turns import compare  # sets one thread, before NumPy is loaded

import pandas as pd

from servqual.sem.invariance.measurement import measurement_invariance

GAPS = Path(__file__).parents[1] / "tests" / "reference" / "gaps_300.csv"
CFA = """
TAN =~ G1 + G2 + G3 + G4
REL =~ G5 + G6 + G7 + G8 + G9
RES =~ G10 + G11 + G12 + G13
ASS =~ G14 + G15 + G16 + G17
EMP =~ G18 + G19 + G20 + G21 + G22
"""
LEVELS = ("configural", "metric", "scalar")
FITS = (
    "fs <- lapply(list('', 'loadings', c('loadings', 'intercepts')), "
    f"function(e) cfa('{CFA}', g, group = 'group', group.equal = e))"
)
TABLES = (
    "for (f in fs) {parameterEstimates(f, standardized = TRUE); fitMeasures(f)}; "
    "do.call(lavTestLRT, fs)"
)


def main() -> None:
    frame = pd.read_csv(GAPS)
    r = R()
    r.run("options(warn = -1); suppressMessages(library(lavaan))")
    r.run(f"g <- read.csv('{GAPS}')")
    compare(
        "configural, metric, scalar, 22 items, two groups of 150",
        {
            "lavaan, fits alone": lambda: r.run(FITS),
            "lavaan, with estimates, indices, differences": lambda: r.run(f"{FITS}; {TABLES}"),
            "servqual, these and score tests": lambda: measurement_invariance(
                CFA, frame, "group", levels=LEVELS
            ),
        },
        peer="lavaan, fits alone",
        goal={"servqual, these and score tests": 0.1},
        rounds=7,
    )
    r.close()


if __name__ == "__main__":
    main()
