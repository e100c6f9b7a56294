"""Which figure of a result is meant."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from servqual.errors import ResponseError, nearest, shortened


def choose(what: str, wanted: object, known: Mapping[str, str]) -> str:
    """Find the key that is meant by a key or a label.

    Examples
    --------
    >>> choose("dimension", "Care", {"care": "Care", "speed": "Speed"})
    'care'
    """
    name = str(wanted)
    if name in known:
        return name
    labelled = [key for key, label in known.items() if label == name]
    if len(labelled) == 1:
        return labelled[0]
    close = nearest(name, [*known, *known.values()])
    raise ResponseError(f"There is no {what} {name!r}; there are {shortened(list(known))}.{close}")


def choose_row(
    table: pd.DataFrame, item: object, dimension: object, statistic: str | None
) -> pd.Series:
    """Find the row of an item, a dimension, or an overall score."""
    if item is not None and dimension is not None:
        raise ValueError("Give item= or dimension=, not both.")
    if statistic is not None and (item is not None or dimension is not None):
        raise ValueError("statistic= chooses among overall scores; leave out item= and dimension=.")
    level = "overall"
    if item is not None or dimension is not None:
        level = "dimension" if item is None else "item"
        rows = table[table["level"] == level]
        known = dict(zip(rows[level], rows["label"], strict=True))
        key = choose(level, dimension if item is None else item, known)
        return rows[(rows[level] == key).to_numpy()].iloc[0]
    overall = [name for name in table["level"] if name not in ("item", "dimension")]
    if statistic is not None:
        level = choose_statistic(statistic, overall)
    return table[np.asarray(table["level"] == level)].iloc[0]


def choose_statistic(wanted: str | None, known: Collection[str]) -> str:
    """Check the name of a statistic; the first is meant where none is named."""
    if wanted is None:
        return next(iter(known))
    if wanted not in known:
        raise ValueError(
            f"statistic must be one of {', '.join(known)}, not {wanted!r}.{nearest(wanted, known)}"
        )
    return wanted
