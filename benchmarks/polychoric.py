"""Polychoric correlations of 22 items beside R's lavaan, in turn, without and with errors."""

# isort: off
import tempfile
import warnings
from pathlib import Path

from _r import R
from _turns import compare  # sets one thread, before NumPy is loaded

import pandas as pd

from servqual.polychoric.latent import estimate
from servqual.polychoric.prepared import prepare
from servqual.polychoric.correlation import polychoric_correlation

SURVEY = Path(__file__).parents[1] / "tests" / "reference" / "servqual_300.csv"
GOAL = 1 / 20


def main() -> None:
    warnings.simplefilter("ignore")
    survey = pd.read_csv(SURVEY)[[f"P{i}" for i in range(1, 23)]]
    r = R()
    r.run("options(warn = -1); suppressMessages(library(lavaan))")
    for n in (300, 10_000):
        frame = survey if n == 300 else survey.sample(n, replace=True, random_state=1)
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            frame.to_csv(file.name, index=False)
            r.run(f"d <- read.csv('{file.name}')")
        arrays = {name: frame[name].to_numpy() for name in frame}

        def without_errors(arrays: dict = arrays) -> None:
            estimate(prepare(arrays, list(arrays), None, "listwise"), (0.5, 0.0), "observed")

        compare(
            f"polychoric 22 x 22, n = {n:,}",
            {
                "lavCor, without errors": lambda: r.run("lavCor(d, ordered = names(d))"),
                "servqual, without errors": without_errors,
                "servqual, all": lambda frame=frame: polychoric_correlation(frame),
            },
            peer="lavCor, without errors",
            goal={"servqual, without errors": GOAL, "servqual, all": GOAL},
            rounds=5,
        )
        compare(
            f"polychoric 22 x 22 with errors, n = {n:,}",
            {
                "lavCor, with errors": lambda: r.run(
                    "lavCor(d, ordered = names(d), se = 'robust', output = 'est')"
                ),
                "servqual, all": lambda frame=frame: polychoric_correlation(frame),
            },
            peer="lavCor, with errors",
            goal={"servqual, all": GOAL},
            rounds=1,
        )
    r.close()


if __name__ == "__main__":
    main()
