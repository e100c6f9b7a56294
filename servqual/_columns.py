"""Columns of numbers with sampling weights, read from a frame or a sample."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servqual._frames import read_frame, read_numbers
from servqual._weights import read_weights
from servqual.errors import ResponseError, nearest, shortened


def columns_of(
    frame: object, columns: Sequence[str] | None, weights: str | ArrayLike | None
) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64] | None]:
    """Read columns, by default all but the weights, and the weights."""
    of_sample = getattr(frame, "columns", None)
    if isinstance(of_sample, Mapping):
        return _columns_of_sample(frame, of_sample, columns, weights)
    held = read_frame(frame)
    if columns is None:
        apart = weights if isinstance(weights, str) else None
        columns = [name for name in held.names if name != apart]
    held.require(columns)
    read = {name: read_numbers(held, name).values for name in columns}
    return read, read_weights(held, weights)


def _columns_of_sample(
    sample: object,
    held: Mapping[str, NDArray[Any]],
    columns: Sequence[str] | None,
    weights: str | ArrayLike | None,
) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64] | None]:
    """Read columns and weights of a Sample, which stands below this module."""
    if weights is not None:
        raise ResponseError("weights goes with a frame; a Sample has its own.")
    names = list(held) if columns is None else list(columns)
    for name in names:
        if name not in held:
            raise ResponseError(f"The sample has no column {name!r}.{nearest(name, held)}")
    return {name: held[name] for name in names}, getattr(sample, "weights", None)


def check_estimable(
    names: tuple[str, ...], rows: NDArray[np.float64], seen: NDArray[np.bool_]
) -> None:
    """Refuse what EM cannot estimate: columns never seen together, or without variance."""
    together = seen.T.astype(np.int64) @ seen
    apart = np.argwhere(np.triu(together < 2))
    if len(apart):
        one, other = (names[at] for at in apart[0])
        raise ResponseError(
            f"{one!r} and {other!r} were answered together by fewer than two respondents, so "
            "their covariance cannot be estimated."
        )
    spans = np.nanmax(rows, axis=0) - np.nanmin(rows, axis=0)
    constant = [name for name, span in zip(names, spans, strict=True) if span == 0]
    if constant:
        raise ResponseError(f"{shortened(constant)} does not vary; leave it out.")
