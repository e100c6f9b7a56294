"""An outcome of respondents, such as satisfaction, read beside their scores."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._frames import read_frame, read_numbers
from servqual.errors import MissingResponseWarning, ResponseError, shortened, warn
from servqual.scores.common import Scores

Floats = NDArray[np.float64]


def read_outcome(scores: Scores, outcome: object) -> tuple[tuple[str, ...], Floats]:
    """Read the outcome of the scored rows, NaN where it is missing.

    Parameters
    ----------
    scores : Scores
    outcome : str, sequence of str, Series, DataFrame or array_like
        Columns of the answers' frame, or values in the respondents' order or index (of all of
        them, or of the scored). Several columns are averaged.

    Returns
    -------
    names : tuple of str
        Of the columns; "outcome" for values without a name.
    values : ndarray of shape (n,)

    Raises
    ------
    ResponseError
        If columns are missing or are items themselves, or the values do not fit the respondents.
    """
    frame = scores.responses.frame
    if isinstance(outcome, str):
        outcome = [outcome]
    if isinstance(outcome, (list, tuple)) and all(isinstance(one, str) for one in outcome):
        _check_names(scores, outcome)
        return tuple(outcome), _of_scored(
            scores, np.mean([read_numbers(frame, name).values for name in outcome], axis=0)
        )
    if isinstance(outcome, pd.Series):
        outcome = outcome.to_frame("outcome" if outcome.name is None else str(outcome.name))
    if isinstance(outcome, pd.DataFrame):
        outcome = _aligned(scores, outcome)
    if hasattr(outcome, "columns"):
        held = read_frame(outcome)
        values = np.mean([read_numbers(held, name).values for name in held.names], axis=0)
        return tuple(held.names), _of_scored(scores, np.asarray(values, dtype=np.float64))
    name = str(getattr(outcome, "name", None) or "outcome")
    return (name,), _of_scored(scores, outcome_numbers(outcome))


def outcome_numbers(outcome: object, n: int | None = None) -> Floats:
    """Read values without names as numbers, one for each of n rows if that is given."""
    try:
        values = np.asarray(outcome, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ResponseError(f"The outcome must hold numbers: {error}.") from error
    if n is not None and values.shape != (n,):
        raise ResponseError(
            f"The outcome must have a value for each of the {n:,} rows, not shape {values.shape}."
        )
    return values


def _check_names(scores: Scores, names: Sequence[str]) -> None:
    rated = [one for columns in scores.responses.columns.values() for one in columns]
    own = [one for one in names if one in rated]
    if own:
        raise ResponseError(
            f"The outcome must be another question than the items; {shortened(own)} is one of them."
        )
    if not names:
        raise ResponseError("outcome= names no column.")
    scores.responses.frame.require(names, "outcome columns")


def _aligned(scores: Scores, outcome: pd.DataFrame) -> pd.DataFrame:
    held, wanted = outcome.index, scores.index
    if held.equals(wanted) or held.equals(scores.responses.frame.index):
        return outcome
    if not held.is_unique or not wanted.isin(held).all():
        raise ResponseError(
            "The outcome has another index than the respondents; give it theirs, or pass "
            "outcome.to_numpy() if its rows are in their order."
        )
    return outcome.reindex(wanted)


def _of_scored(scores: Scores, values: Floats) -> Floats:
    """Check that there is a value for each respondent, and keep those of the scored."""
    infinite = int(np.isinf(values).sum())
    if infinite:
        raise ResponseError(f"The outcome holds {infinite:,} infinite values.")
    if values.shape == (scores.n,):
        return values
    every = len(scores.responses)
    if values.shape == (every,) and scores.rows is not None:
        return values[scores.rows]
    raise ResponseError(
        f"The outcome must have a value for each of the {every:,} respondents (or of the "
        f"{scores.n:,} scored), not shape {values.shape}."
    )


def count_left_out(
    there: ArrayLike, *, has: str, lacks: str, who: str = "scored respondents"
) -> None:
    """Warn of respondents who are not there, or refuse if nobody is.

    Parameters
    ----------
    there : array_like of bool of shape (n,)
    has, lacks : str
        What the others have: "the outcome and all drivers"; what these lack: "the outcome or a
        driver".
    who : str
    """
    known = np.asarray(there)
    out = len(known) - int(known.sum())
    if out == len(known):
        raise ResponseError(f"None of the {len(known):,} {who} has {has}.")
    if out:
        warn(
            f"{out:,} of {len(known):,} {who} lack {lacks} and are left out.",
            MissingResponseWarning,
        )
