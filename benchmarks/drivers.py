"""Relative importance beside pingouin, in turn: one estimate, and resamples of the respondents."""

# isort: off
from _turns import compare  # sets one thread, before NumPy is loaded

import warnings

import numpy as np
import pandas as pd
import pingouin

from servqual.priorities.relative.dividing import relative_importance

TEN, FIFTEEN, RESPONDENTS, RESAMPLES = 10, 15, 300, 2_000


def survey(drivers: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(RESPONDENTS, drivers)) + rng.normal(size=(RESPONDENTS, 1))
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(drivers)])
    return frame.assign(y=x @ np.linspace(0, 0.5, drivers) + rng.normal(size=RESPONDENTS))


def main() -> None:
    warnings.simplefilter("ignore")
    ten, fifteen = survey(TEN), survey(FIFTEEN)
    theirs = ten.drop(columns="y")
    compare(
        f"LMG, n = {RESPONDENTS}",
        {
            "pingouin, 10 drivers": lambda: pingouin.linear_regression(
                theirs, ten["y"], relimp=True
            ),
            "servqual, 10 drivers": lambda: relative_importance("y", ten, n_resamples=0),
            "servqual, 15 drivers": lambda: relative_importance("y", fifteen, n_resamples=0),
            "servqual, 10 drivers, 2,000 resamples": lambda: relative_importance(
                "y", ten, n_resamples=RESAMPLES, seed=1, progress=False
            ),
        },
        peer="pingouin, 10 drivers",
        goal={
            "servqual, 15 drivers": 0.05,
            "servqual, 10 drivers, 2,000 resamples": 2,
        },
        rounds=15,
    )


if __name__ == "__main__":
    main()
