"""Two ratings of the same items: who answered, and what of the scale each rating uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual.errors import MissingResponseWarning, ModelError, ResponseError, warn
from servqual.instrument import Instrument
from servqual.responses import Responses

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ratings:
    """Answers E and P to the items of some dimensions.

    Attributes
    ----------
    instrument : Instrument
    dimensions : mapping of str to tuple of str
        The items of each chosen dimension.
    columns : mapping of str to ndarray of shape (n,)
        E1.., P1.. of the respondents that count; NaN where not answered.
    weights : ndarray of shape (n,) or None
    n_excluded : int
    """

    instrument: Instrument
    dimensions: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, Floats]
    weights: Floats | None
    n_excluded: int

    @property
    def n(self) -> int:
        """How many respondents."""
        return len(next(iter(self.columns.values())))

    def frame(self, items: Sequence[str]) -> pd.DataFrame:
        """Give the ratings of some items."""
        names = [f"{letter}{item}" for letter in "EP" for item in items]
        return pd.DataFrame({name: self.columns[name] for name in names})

    def obstacle(self, items: Sequence[str]) -> str:
        """Say why no model of some items can be fitted, or nothing."""
        constant, same = [], []
        for item in items:
            pair = [self.columns[f"{letter}{item}"] for letter in "EP"]
            for letter, values in zip("EP", pair, strict=True):
                if np.nanmin(values) == np.nanmax(values):
                    constant.append(f"{letter}{item}")
            if np.array_equal(pair[0], pair[1], equal_nan=True):
                same.append(f"E{item} = P{item}")
        if constant:
            return f"no variance in {_few(constant)}; bind the answers with not_asked=[...]"
        if same:
            return (
                f"the two ratings are the same for every respondent ({_few(same)}), so there is no "
                "gap to model"
            )
        return ""

    def uses(self) -> pd.DataFrame:
        """Say what of the scale is used: one row an item after its dimension's."""
        rows: list[dict[str, object]] = []
        for key, items in self.dimensions.items():
            rows.append({"level": "dimension", "dimension": key, "item": ""} | self._use(items))
            rows += (
                {"level": "item", "dimension": key, "item": one} | self._use((one,))
                for one in items
            )
        return pd.DataFrame(rows)

    def _use(self, items: Sequence[str]) -> dict[str, object]:
        found: dict[str, dict[str, object]] = {}
        for letter, role in (("e", "expectation"), ("p", "perception")):
            low, high = self.instrument.scale_of(role)
            columns = [self.columns[f"{letter.upper()}{item}"] for item in items]
            values = np.concatenate(columns)
            answered = ~np.isnan(values)
            weights = (
                np.ones(len(values)) if self.weights is None else np.tile(self.weights, len(items))
            )
            of = weights[answered]
            unused = [set(range(low, high + 1)) - set(one[~np.isnan(one)]) for one in columns]
            found[letter] = {
                "n": int(answered.sum()),
                "floor": float(np.average(values[answered] == low, weights=of)),
                "ceiling": float(np.average(values[answered] == high, weights=of)),
                "n_unused": sum(map(len, unused)),
                "unused": ", ".join(map(str, sorted(unused[0]))) if len(items) == 1 else "",
            }
        return {
            f"{name}_{letter}": found[letter][name]
            for name in ("n", "floor", "ceiling", "n_unused", "unused")
            for letter in "ep"
        }


def read_ratings(responses: Responses, dimensions: Sequence[str], missing: str) -> Ratings:
    """Take both ratings of the items of some dimensions.

    Raises
    ------
    ModelError
        If E and P are on different scales.
    ResponseError
        If a role is not bound, or nobody is left.
    """
    instrument = responses.instrument
    for role in ("expectation", "perception"):
        if role not in responses.answers:
            raise ResponseError(
                f"The role {role!r} is not bound; the bound roles are "
                f"{', '.join(responses.answers)}."
            )
    scales = [instrument.scale_of(role) for role in ("expectation", "perception")]
    if scales[0] != scales[1]:
        raise ModelError(
            f"E is rated {scales[0][0]}-{scales[0][1]} and P {scales[1][0]}-{scales[1][1]}; P - E "
            "needs one scale."
        )
    items = [item for key in dimensions for item in instrument.dimensions[key]]
    place = {item: at for at, item in enumerate(instrument.items)}
    columns = {
        f"{letter}{item}": np.asarray(responses.answers[role][place[item]], dtype=np.float64)
        for letter, role in (("E", "expectation"), ("P", "perception"))
        for item in items
    }
    answered = ~np.isnan(np.column_stack(list(columns.values())))
    kept = np.asarray(answered.all(axis=1) if missing == "listwise" else answered.any(axis=1))
    _say_missing(kept, answered, missing)
    if responses.weights is not None:
        kept &= responses.weights > 0
    if not kept.any():
        raise ResponseError(
            "No respondent rated every item twice."
            + (" missing='fiml' takes what was answered." if missing == "listwise" else "")
        )
    return Ratings(
        instrument=instrument,
        dimensions={key: instrument.dimensions[key] for key in dimensions},
        columns={name: values[kept] for name, values in columns.items()},
        weights=None if responses.weights is None else responses.weights[kept],
        n_excluded=len(kept) - int(kept.sum()),
    )


def _say_missing(kept: NDArray[np.bool_], answered: NDArray[np.bool_], missing: str) -> None:
    if missing == "listwise" and not kept.all():
        warn(
            f"{int((~kept).sum()):,} of {len(kept):,} respondents did not rate every item twice "
            "and are left out (missing='listwise').",
            MissingResponseWarning,
        )
    elif missing != "listwise" and not answered.all():
        warn(
            f"{int((~answered[kept]).sum()):,} of {answered[kept].size:,} ratings are missing; "
            f"every respondent counts with what was answered (missing={missing!r}).",
            MissingResponseWarning,
        )


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
