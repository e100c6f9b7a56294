"""An outcome of respondents, such as satisfaction, read beside their scores."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import read_numbers
from servqual.errors import ResponseError
from servqual.scores.gaps import GapScores

Floats = NDArray[np.float64]


def read_outcome(scores: GapScores, outcome: object) -> tuple[str, Floats]:
    """Read the outcome of the scored rows, NaN where it is missing."""
    responses = scores.responses
    if isinstance(outcome, str):
        outcome = [outcome]
    if isinstance(outcome, (list, tuple)) and outcome and isinstance(outcome[0], str):
        names = [str(name) for name in outcome]
        responses.frame.require(names, "outcome columns")
        columns = [read_numbers(responses.frame, name).values for name in names]
        values = np.mean(np.array(columns, dtype=np.float64), axis=0)
        return ", ".join(names), values if scores.rows is None else values[scores.rows]
    if isinstance(outcome, pd.Series):
        name = "outcome" if outcome.name is None else str(outcome.name)
        held, wanted = outcome.index, scores.index
        if not held.equals(wanted) and not held.equals(responses.frame.index):
            if not held.is_unique or not wanted.isin(held).all():
                raise ResponseError(
                    "The outcome has another index than the respondents; give it theirs, or pass "
                    "outcome.to_numpy() if its rows are in their order."
                )
            outcome = outcome.reindex(wanted)
        values = _numbers(outcome.to_numpy(dtype=object, na_value=np.nan))
    else:
        name, values = "outcome", _numbers(outcome)
    if values.shape == (scores.n,):
        return name, values
    if values.shape == (len(responses),) and scores.rows is not None:
        return name, values[scores.rows]
    raise ResponseError(
        f"The outcome must have a value for each of the {len(responses):,} respondents (or of the "
        f"{scores.n:,} scored), not shape {values.shape}."
    )


def _numbers(outcome: object) -> Floats:
    try:
        values = np.asarray(outcome, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ResponseError(f"The outcome must hold numbers: {error}.") from error
    if np.isinf(values).any():
        raise ResponseError(f"The outcome holds {int(np.isinf(values).sum()):,} infinite values.")
    return values
