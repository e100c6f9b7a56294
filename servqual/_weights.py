"""Sampling weights, read and checked."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servqual._frames import Frame, read_numbers, read_only
from servqual.errors import ResponseError


def check_weights(weights: ArrayLike, n: int) -> NDArray[np.float64]:
    """Check sampling weights: one a row, finite, none negative, not all zero."""
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != (n,):
        raise ResponseError(
            f"weights must be one number for each of the {n:,} rows, not shape {values.shape}."
        )
    for what, wrong in (("missing or infinite", ~np.isfinite(values)), ("negative", values < 0)):
        if wrong.any():
            raise ResponseError(
                f"{int(wrong.sum()):,} sampling weights are {what}, the first in row "
                f"{int(np.flatnonzero(wrong)[0])}."
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
    return check_weights(weights, len(frame))
