"""The items of a scale as one set of columns: what reliability and factor analysis are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual._frames import read_frame
from servqual.errors import MissingResponseWarning, ResponseError, nearest, shortened, warn
from servqual.instrument import Instrument
from servqual.moments import Moments, moments_of_columns
from servqual.sample import Sample
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores

SCALE = "(scale)"  # names the row of all items together
SCORE_NAMES = {
    "gap": "gap scores",
    "perception": "perceptions",
    "expectation": "expectations",
    "minimum": "minimum levels",
    "adequacy": "adequacy scores",
    "superiority": "superiority scores",
    "item": "items",
}
SCORES_OF = {
    GapScores: ("gap", "perception", "expectation"),
    PerceptionScores: ("perception",),
    ToleranceScores: ("adequacy", "superiority", "perception", "expectation", "minimum"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Items:
    """The items of a scale, with the dimensions that they form.

    Attributes
    ----------
    name : str
        What the items are of, such as an instrument.
    of : str
        Which scores: "gap", "perception", "expectation", ... or "item" for plain columns.
    names : tuple of str
        Item ids, in instrument or input order.
    labels : mapping of str to str
        Display text by item id and dimension key.
    dimensions : mapping of str to tuple of str
        The items of each dimension.
    moments : Moments
        Of the complete rows; with the sampling weights.
    rows : ndarray of shape (n, k) or None
        The complete rows; None where only moments are known.
    weights : ndarray of shape (n,) or None
        Sampling weights of the complete rows.
    scale : tuple of (float, float) or None
        The lowest and the highest possible score.
    instrument : Instrument or None
        Whose items they are, where it is known: it labels them in every language.
    """

    name: str
    of: str
    names: tuple[str, ...]
    labels: Mapping[str, str]
    dimensions: Mapping[str, tuple[str, ...]]
    moments: Moments
    rows: NDArray[np.float64] | None
    weights: NDArray[np.float64] | None
    scale: tuple[float, float] | None
    instrument: Instrument | None = None

    @property
    def positions(self) -> dict[str, list[int]]:
        """Where the items of each dimension stand in `names`."""
        at = {name: i for i, name in enumerate(self.names)}
        return {key: [at[item] for item in items] for key, items in self.dimensions.items()}

    def require_rows(self, what: str) -> NDArray[np.float64]:
        """Give the rows, or say that moments do not suffice."""
        if self.rows is None:
            raise ResponseError(f"{what} needs the answers themselves, but only moments are given.")
        return self.rows


def read_items(
    data: object,
    of: str = "gap",
    dimensions: Mapping[str, Sequence[str]] | None = None,
) -> Items:
    """Read the items to analyse from scores, a frame, a sample or moments.

    Parameters
    ----------
    data : GapScores, PerceptionScores, ToleranceScores, frame, Sample or Moments
        Respondents with a missing item are left out, counted in the moments and warned of.
    of : str
        Which of the scores: "gap", "perception" or "expectation" of gap scores, "adequacy",
        "superiority", "minimum", ... of tolerance scores. Performance-only scores have
        "perception" only.
    dimensions : mapping of str to sequence of str, optional
        The items of each dimension, for data that do not know their dimensions. By default they
        form one, called "scale".

    Raises
    ------
    ResponseError
        If the data are of no such kind, have no such scores, or no complete row.
    """
    if isinstance(data, (GapScores, PerceptionScores, ToleranceScores)):
        if dimensions is not None:
            raise ResponseError("dimensions= goes with plain columns; scores know their own.")
        return _of_scores(data, of)
    if isinstance(data, Moments):
        names = data.names
        return _items(_dimensions(dimensions, names), names, data, None, None)
    if isinstance(data, Sample):
        columns, weights = dict(data.columns), data.weights
    else:
        frame = read_frame(data)
        sample = Sample.from_frame(data, frame.names if dimensions is None else _named(dimensions))
        columns, weights = dict(sample.columns), None
    checked = _dimensions(dimensions, tuple(columns))
    names = tuple(columns) if dimensions is None else tuple(_named(checked))
    return _of_columns(
        {name: columns[name] for name in names}, weights, checked, name="", of="item"
    )


def _of_scores(scores: GapScores | PerceptionScores | ToleranceScores, of: str) -> Items:
    kinds = next(kinds for kind, kinds in SCORES_OF.items() if isinstance(scores, kind))
    if of == "gap" and "gap" not in kinds:
        of = kinds[0]
    if of not in kinds:
        raise ResponseError(
            f"of must be one of {', '.join(kinds)} for {type(scores).__name__}, not {of!r}."
        )
    instrument = scores.responses.instrument
    low, high = instrument.scale_of("perception")
    scale: tuple[float, float] = (low, high)
    if of in ("gap", "adequacy", "superiority"):
        scale = (low - high, high - low)
        of_items = scores.items
        frame = of_items[of] if isinstance(of_items, dict) else of_items
    else:
        scale = instrument.scale_of(of)
        frame = scores.answers(of)
    weights = scores.weights
    keys = (*instrument.items, *instrument.dimensions)
    return _of_columns(
        dict(zip(instrument.items, frame.to_numpy().T, strict=True)),
        weights,
        instrument.dimensions,
        name=instrument.title_in(),
        of=of,
        labels={key: instrument.label(key) for key in keys},
        scale=scale,
        instrument=instrument,
    )


def _of_columns(
    columns: Mapping[str, NDArray[Any]],
    weights: NDArray[np.float64] | None,
    dimensions: Mapping[str, tuple[str, ...]],
    **about: Any,
) -> Items:
    rows = np.column_stack(list(columns.values())).astype(np.float64)
    complete = ~np.isnan(rows).any(axis=1)
    if weights is not None:
        complete &= weights > 0
    if not complete.any():
        raise ResponseError("No respondent answered every item, so items cannot be analysed.")
    left_out = len(rows) - int(complete.sum())
    if left_out:
        warn(
            f"{left_out:,} of {len(rows):,} respondents did not answer every item and are left "
            "out.",
            MissingResponseWarning,
        )
        rows = rows[complete]
        weights = None if weights is None else weights[complete]
    rows.flags.writeable = False
    moments = moments_of_columns(dict(zip(columns, rows.T, strict=True)), weights)
    moments = replace(moments, n_excluded=left_out)
    return _items(dimensions, tuple(columns), moments, rows, weights, **about)


def _items(
    dimensions: Mapping[str, tuple[str, ...]],
    names: tuple[str, ...],
    moments: Moments,
    rows: NDArray[np.float64] | None,
    weights: NDArray[np.float64] | None,
    *,
    name: str = "",
    of: str = "item",
    labels: Mapping[str, str] | None = None,
    scale: tuple[float, float] | None = None,
    instrument: Instrument | None = None,
) -> Items:
    return Items(
        name=name,
        of=of,
        names=names,
        labels=labels or {key: key for key in (*names, *dimensions)},
        dimensions=dimensions,
        moments=moments.select(names),
        rows=rows,
        weights=weights,
        scale=scale,
        instrument=instrument,
    )


def _dimensions(
    dimensions: Mapping[str, Sequence[str]] | None, names: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    if dimensions is None:
        return {"scale": names}
    checked = {str(key): tuple(map(str, items)) for key, items in dimensions.items()}
    unknown = [item for item in _named(checked) if item not in names]
    if unknown:
        raise ResponseError(
            f"dimensions name {shortened(unknown)}, which the data do not have."
            f"{nearest(unknown[0], names)}"
        )
    if len(set(_named(checked))) < len(_named(checked)):
        raise ResponseError("An item stands in two dimensions, or twice in one.")
    return checked


def _named(dimensions: Mapping[str, Sequence[str]]) -> list[str]:
    return [str(item) for items in dimensions.values() for item in items]
