"""Sampling weights, read and checked."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._frames import Frame, read_numbers, read_only
from servqual.errors import ResponseError


def check_weights(weights: ArrayLike, n: int, frame: Frame | None = None) -> NDArray[np.float64]:
    """Check sampling weights: one a row, finite, none negative, not all zero."""
    if np.asarray(weights).dtype.kind not in "biufO":
        raise ResponseError(f"weights must be numbers, not {np.asarray(weights).dtype}.")
    try:
        values = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ResponseError(f"weights must be numbers: {error}.") from error
    if values.shape != (n,):
        raise ResponseError(
            f"weights must be one number for each of the {n:,} rows, not shape {values.shape}."
        )
    for what, wrong in (("missing or infinite", ~np.isfinite(values)), ("negative", values < 0)):
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise ResponseError(
                f"{int(wrong.sum()):,} sampling weights are {what}, the first in row "
                f"{row if frame is None else frame.row(row)}."
            )
    if not values.any():
        raise ResponseError("All sampling weights are zero.")
    return read_only(values)


def read_weights(frame: Frame, weights: str | ArrayLike | None) -> NDArray[np.float64] | None:
    """Read sampling weights from a column or an array."""
    if weights is None:
        return None
    if isinstance(weights, str):
        frame.require([weights], "weight columns")
        weights = read_numbers(frame, weights).values
    elif isinstance(weights, pd.Series) and not weights.index.equals(frame.index):
        raise ResponseError(
            "weights is a Series whose index is not that of the frame, so its rows may be others. "
            "Give it the frame's index, or pass weights.to_numpy() if the order is the same."
        )
    return check_weights(weights, len(frame), frame)
