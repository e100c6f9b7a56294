"""Rows that the tables of the provider's side have in common."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual.instrument import Instrument
from servqual.provider.nesting import Nesting


def dimension_rows(instrument: Instrument) -> pd.DataFrame:
    """Name a row for each dimension and one overall: level, dimension, label."""
    return pd.DataFrame(
        {
            "level": ["dimension"] * len(instrument.dimensions) + ["overall"],
            "dimension": [*instrument.dimensions, ""],
            "label": [*map(instrument.label, instrument.dimensions), "Overall"],
        }
    )


def unit_rows(
    nesting: Nesting, keys: pd.DataFrame, figures: Mapping[str, NDArray[Any]]
) -> pd.DataFrame:
    """Lay figures of shape (q, J) out as one row a unit and part, the units slowest."""
    each = len(keys)
    place = {"firm": np.repeat(nesting.firms, each)} if nesting.firm is not None else {}
    place["unit"] = np.repeat(nesting.labels, each)
    table = pd.concat([keys] * len(nesting.labels), ignore_index=True)
    laid = {name: values.T.ravel() for name, values in figures.items()}
    return pd.concat([pd.DataFrame(place), table, pd.DataFrame(laid)], axis=1)


def labels_at(keys: pd.DataFrame, where: Iterable[bool]) -> list[str]:
    """Name the rows that something holds for."""
    return [label for label, at in zip(keys["label"], where, strict=True) if at]
