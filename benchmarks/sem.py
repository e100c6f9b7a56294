"""Structural models beside R's lavaan and semopy, in turn: fit, bootstrap, MLR, FIML, WLSMV.

The peer's bootstrap is timed on a few resamples, as each takes it a refit.
"""

# isort: off
import tempfile
import time
import warnings
from pathlib import Path

from _r import R
from _turns import compare  # sets one thread, before NumPy is loaded

import numpy as np
import pandas as pd
import semopy

from servqual.sem.resamples.bootstrap import bootstrap_sem
from servqual.sem.estimation import fit_sem

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
GAPS, BLANKS = REFERENCE / "gaps_300.csv", REFERENCE / "gaps_300_miss.csv"
ANSWERS = REFERENCE / "servqual_300.csv"
CFA = """
TAN =~ G1 + G2 + G3 + G4
REL =~ G5 + G6 + G7 + G8 + G9
RES =~ G10 + G11 + G12 + G13
ASS =~ G14 + G15 + G16 + G17
EMP =~ G18 + G19 + G20 + G21 + G22
"""
SEM = f"""{CFA}
SAT =~ SAT1 + SAT2 + SAT3
LOY =~ LOY1 + LOY2 + LOY3
SAT ~ TAN + REL + RES + ASS + EMP
LOY ~ SAT + REL + EMP
"""
RESAMPLES, OF_PEER = 1000, 20


def per_resample(frame: pd.DataFrame, r: R, rounds: int = 5) -> None:
    """Time one resample: ours with standardised values and indirect effects, the peers' refit."""
    fitted = fit_sem(SEM, frame)
    model = semopy.Model(SEM)
    model.fit(frame)
    rng = np.random.default_rng(1)
    names = list(fitted.fitted.data.names)

    def of_semopy() -> None:
        for _ in range(OF_PEER):
            rows = frame[names].iloc[rng.integers(0, len(frame), len(frame))]
            model.fit(rows.reset_index(drop=True), clean_slate=False)

    of_lavaan = (
        f"bootstrapLavaan(f, R = {OF_PEER}, FUN = function(x) "
        "standardizedSolution(x, se = FALSE, zstat = FALSE, pvalue = FALSE, ci = FALSE)$est.std)"
    )
    r.run(f"f <- sem('{SEM}', g)")
    contenders = {
        "semopy, refit from the estimates": (of_semopy, OF_PEER),
        "lavaan, standardised": (lambda: r.run(of_lavaan), OF_PEER),
        "servqual": (
            lambda: bootstrap_sem(fitted, RESAMPLES, seed=1, progress=False),
            RESAMPLES,
        ),
    }
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for call, _ in contenders.values():
        call()
    for _ in range(rounds):
        for name, (call, many) in contenders.items():
            start = time.perf_counter()
            call()
            taken[name].append((time.perf_counter() - start) / many)
    print(f"\nbootstrap of the structural model, one resample (medians of {rounds} rounds in turn)")
    for name, times in taken.items():
        peer = taken["semopy, refit from the estimates"]
        ratio = np.median(np.divide(times, peer))
        goal = "   goal <= 0.067" if name == "servqual" else ""
        print(f"  {name:<46} {np.median(times):9.5f} s   ratio {ratio:6.3f}{goal}")


def ordered(r: R, every: str) -> None:
    """Time the factor model of 22 ordered items, of few respondents and of many."""
    text = CFA.replace("G", "P")
    names = [f"P{i}" for i in range(1, 23)]
    survey = pd.read_csv(ANSWERS)[names]
    for n, rounds in ((300, 5), (10_000, 3)):
        frame = survey if n == 300 else survey.sample(n, replace=True, random_state=1)
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            frame.to_csv(file.name, index=False)
            r.run(f"o <- read.csv('{file.name}')")
        in_r = every.format(f"sem('{text}', o, ordered = TRUE, estimator = 'WLSMV')")
        compare(
            f"CFA of 22 ordered items, WLSMV, n = {n:,}",
            {
                "lavaan": lambda in_r=in_r: r.run(in_r),
                "servqual": lambda frame=frame: fit_sem(text, frame, ordered=True),
            },
            peer="lavaan",
            goal={"servqual": 0.1},
            rounds=rounds,
        )


def main() -> None:
    warnings.simplefilter("ignore")
    frame, blanks = pd.read_csv(GAPS), pd.read_csv(BLANKS)
    r = R()
    r.run("options(warn = -1); suppressMessages(library(lavaan))")
    r.run(f"g <- read.csv('{GAPS}'); m <- read.csv('{BLANKS}')")
    every = "s <- {}; parameterEstimates(s, standardized = TRUE); fitMeasures(s)"

    def of_semopy(text: str) -> None:
        model = semopy.Model(text)
        model.fit(frame)
        model.inspect(std_est=True)
        semopy.calc_stats(model)

    for name, text, goal in (("CFA", CFA, 1 / 3), ("SEM", SEM, 1 / 3)):
        in_r = every.format(f"sem('{text}', g)")
        compare(
            f"{name}, n = 300, estimates, errors, indices, standardised",
            {
                "semopy": lambda text=text: of_semopy(text),
                "lavaan": lambda in_r=in_r: r.run(in_r),
                "servqual": lambda text=text: fit_sem(text, frame),
            },
            peer="semopy",
            goal={"servqual": goal},
            rounds=7,
        )
    per_resample(frame, r)
    in_r = every.format(f"sem('{SEM}', g, estimator = 'MLR')")
    compare(
        "SEM, MLR, n = 300",
        {"lavaan": lambda: r.run(in_r), "servqual": lambda: fit_sem(SEM, frame, estimator="MLR")},
        peer="lavaan",
        goal={"servqual": 0.2},
        rounds=5,
    )
    in_r = every.format(f"sem('{CFA}', m, missing = 'fiml')")
    compare(
        "CFA, FIML, 10 % missing, n = 300",
        {
            "lavaan": lambda: r.run(in_r),
            "servqual": lambda: fit_sem(CFA, blanks, missing="fiml"),
        },
        peer="lavaan",
        goal={"servqual": 1 / 40},
        rounds=1,
    )
    ordered(r, every)
    r.close()


if __name__ == "__main__":
    main()
