"""A published covariance or correlation matrix, read and checked for misprints."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual.errors import ResponseError


def read_covariance(
    matrix: object, names: Sequence[str] | None, sd: ArrayLike | None
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Give names and covariances; see `Moments.from_matrix`."""
    if isinstance(matrix, pd.DataFrame) and names is None:
        names = [str(name) for name in matrix.columns]
        matrix = _rows_in_order(matrix)
    values = _numbers("The matrix", matrix)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not values.size:
        raise ResponseError(f"The matrix must be square, not of shape {values.shape}.")
    if names is None:
        raise ResponseError("names=(...) must say what the rows of the matrix are.")
    values = _completed(values)
    if sd is not None:
        p = len(values)
        spread = _numbers("sd", sd)
        if spread.shape != (p,) or not ((spread > 0) & np.isfinite(spread)).all():
            raise ResponseError(f"sd must be {p} positive numbers.")
        if not np.allclose(np.diag(values), 1, rtol=0, atol=1e-8):
            raise ResponseError(
                "sd goes with a correlation matrix, but the diagonal of this one is not 1."
            )
        values = values * np.outer(spread, spread)
    smallest = float(np.linalg.eigvalsh(values)[0])
    if smallest < -1e-8 * float(np.trace(values)):
        raise ResponseError(
            "The matrix is not positive semi-definite (smallest eigenvalue "
            f"{smallest:.3g}); check it for misprints."
        )
    return tuple(names), values


def read_vector(what: str, values: ArrayLike, p: int) -> NDArray[np.float64]:
    """Read p finite numbers."""
    vector = _numbers(what, values)
    if vector.shape != (p,) or not np.isfinite(vector).all():
        raise ResponseError(f"{what} must be {p} finite numbers.")
    return vector


def _rows_in_order(matrix: pd.DataFrame) -> pd.DataFrame:
    """Put the rows in the order of the columns, if both have the same names."""
    rows, columns = matrix.index, matrix.columns
    same_names = rows.is_unique and columns.is_unique and set(rows) == set(columns)
    return matrix.loc[columns] if same_names else matrix


def _numbers(what: str, values: object) -> NDArray[np.float64]:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ResponseError(f"{what} must hold numbers: {error}.") from error


def _completed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill an empty triangle from the other one, or refuse an asymmetric matrix."""
    upper, lower = np.triu(values, 1), np.tril(values, -1)
    if not np.nan_to_num(upper).any():
        upper = lower.T
    elif not np.nan_to_num(lower).any():
        lower = upper.T
    full: NDArray[np.float64] = upper + lower + np.diag(np.diag(values))
    if not np.isfinite(full).all():
        raise ResponseError("The matrix holds missing or infinite entries.")
    if not np.allclose(full, full.T, rtol=1e-6, atol=1e-8):
        row, column = np.unravel_index(np.argmax(np.abs(full - full.T)), full.shape)
        raise ResponseError(
            f"The matrix is not symmetric: entries ({row}, {column}) and ({column}, {row}) are "
            f"{full[row, column]:g} and {full[column, row]:g}."
        )
    symmetric: NDArray[np.float64] = (full + full.T) / 2
    return symmetric
