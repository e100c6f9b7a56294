"""The importance-weighted satisfaction index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servqual._frames import Frame, read_frame, read_numbers
from servqual._language import say
from servqual._weights import read_weights
from servqual.errors import MissingResponseWarning, ResponseError, nearest, shortened, warn
from servqual.resampling import check_confidence
from servqual.scorecards.answers import Floats, Mask, check_target, read_groups
from servqual.scorecards.card import Cell, ScoreCard, build_table, count_without_group
from servqual.scorecards.estimates import Mean, weigh
from servqual.scorecards.satisfaction import check_scale

Scaling = Literal["max", "range"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SatisfactionIndex(ScoreCard):
    """An importance-weighted satisfaction index; make it with `satisfaction_index`.

    Attributes
    ----------
    scale : tuple of (int, int)
        Of satisfaction.
    scaling : {"max", "range"}
    items : pandas.DataFrame
        For all respondents, one row an item: item, importance, weight (they sum to 1),
        satisfaction (its mean).
    weights_given : bool
        Whether importance was given for all, rather than rated by each respondent.
    """

    scale: tuple[int, int]
    scaling: str
    items: pd.DataFrame
    weights_given: bool

    def _what(self, language: str) -> str:
        template = {
            "max": "Satisfaction index weighted by importance, scaling S / {high} ({floor:.4g} to "
            "100)",
            "range": "Satisfaction index weighted by importance, scaling (S − {low}) / ({high} − "
            "{low}) (0 to 100)",
        }[self.scaling]
        low, high = self.scale
        if self.scaling == "max":
            return say(template, language, high=high, floor=100 * low / high)
        return say(template, language, low=low, high=high)

    def _meaning(self, language: str) -> tuple[str, ...]:
        weights = (
            "Weights: the given importance of each item, the same for every group."
            if self.weights_given
            else "Weights: the mean importance of each item among the same respondents, in a group "
            "those of the group; the interval allows for their error."
        )
        return (
            say(
                "index = 100 × the mean satisfaction of {count} items weighted by importance, "
                "scaled. Indices of the two scalings are never comparable: on 1-5 a mean of 4 "
                "gives 80 with S / 5 and 75 with (S − 1) / 4.",
                language,
                count=len(self.items),
            ),
            say(weights, language),
        )

    @property
    def _rest(self) -> str:
        return "Difference to the rest: the group less all other groups, with Welch's t interval."

    @property
    def _weighing(self) -> str:
        return "Sampling weights: weighted means with linearised standard errors."

    @property
    def _missing(self) -> str:
        return "{count:,} respondents left items unanswered and are left out."


def importance_index(
    satisfaction: object,
    importance: object,
    scale: tuple[int, int],
    scaling: Scaling = "max",
    *,
    importance_scale: tuple[int, int] | None = None,
    by: object = None,
    weights: ArrayLike | None = None,
    target: float | None = None,
    confidence: float = 0.95,
) -> SatisfactionIndex:
    """Estimate a satisfaction index weighted by importance; see `satisfaction_index`."""
    check_confidence(confidence)
    low, high = check_scale(scale)
    if scaling not in ("max", "range"):
        raise ValueError(f"scaling must be 'max' or 'range', not {scaling!r}.")
    if scaling == "max" and low < 0:
        raise ValueError(f"scaling='max' needs a scale without negative answers, not {scale!r}.")
    floor = 100 * low / high if scaling == "max" else 0.0
    check_target(target, floor, 100)
    frame = read_frame(satisfaction)
    names = frame.names
    if not names:
        raise ResponseError("The satisfaction frame has no columns, so there are no items.")
    answers = _read(frame, names, (low, high), "satisfaction")
    given: Floats | None = None
    rated: Floats | None = None
    if isinstance(importance, (Mapping, pd.Series)):
        given = _given(dict(importance.items()), names)
    else:
        held = read_frame(importance)
        rating_scale = check_scale(importance_scale or (low, high))
        if rating_scale[0] < 0:
            raise ValueError(f"importance must not be negative, but its scale is {rating_scale}.")
        rated = _rated(held, frame, names, rating_scale)
    checked = read_weights(frame, weights)
    used = _without_nan(answers, rated)
    missing = ~used
    if checked is not None:
        used = used & (checked > 0)
    if not used.any():
        raise ResponseError(f"None of the {len(frame):,} respondents answered every item.")
    if missing.any():
        warn(
            f"{int(missing.sum()):,} of {len(frame):,} respondents left items unanswered and are "
            "left out.",
            MissingResponseWarning,
        )
    factor, offset = (1 / high, 0.0) if scaling == "max" else (1 / (high - low), float(low))

    def cell(rows: Mask) -> Cell[Mean]:
        chosen = rows & used
        w = None if checked is None else checked[chosen]
        ratings = None if rated is None else rated[chosen]
        estimate = None
        if chosen.any():
            estimate = _index(answers[chosen], given, ratings, w, factor, offset)
        return Cell(
            n=int(chosen.sum()),
            n_missing=int((missing & rows).sum()),
            estimate=estimate,
            beside={},
            why="nobody answered." if not chosen.any() else "importance is rated 0 throughout.",
        )

    groups = None if by is None else read_groups(by, frame)
    table, reasons = build_table(
        cell,
        len(frame),
        groups,
        unit=100,
        confidence=confidence,
        target=target,
        weighted=checked is not None,
    )
    w = np.ones(int(used.sum())) if checked is None else checked[used]
    return SatisfactionIndex(
        name="",
        table=table,
        reasons=reasons,
        interval="t",
        confidence=confidence,
        target=target,
        n_missing=int(missing.sum()),
        n_not_applicable=0,
        n_without_group=count_without_group(groups, used),
        n_without_weight=int((~missing & ~used).sum()),
        weighted=checked is not None,
        scale=(low, high),
        scaling=scaling,
        items=_items(names, answers[used], given, None if rated is None else rated[used], w),
        weights_given=given is not None,
    )


def _without_nan(answers: Floats, rated: Floats | None) -> Mask:
    both = answers if rated is None else np.hstack([answers, rated])
    return np.asarray(~np.isnan(both).any(axis=1))


def _index(
    answers: Floats,
    given: Floats | None,
    rated: Floats | None,
    weights: Floats | None,
    factor: float,
    offset: float,
) -> Mean | None:
    """Take the weighted index with the influence of each respondent on it."""
    w = np.ones(len(answers)) if weights is None else weights
    satisfaction = w @ answers / w.sum()
    if rated is None:
        shares = given / given.sum() if given is not None else np.nan
        index = float(shares @ satisfaction)
        influence = answers @ shares - index
    else:
        importance = w @ rated / w.sum()
        if not importance.any():
            return None
        shares = importance / importance.sum()
        index = float(shares @ satisfaction)
        influence = (answers - satisfaction) @ shares
        influence += (rated - importance) @ (satisfaction - index) / importance.sum()
    weighed = weigh(index + influence, weights)
    scaled = type(weighed)(
        value=factor * (index - offset),
        se=factor * weighed.se,
        n=weighed.n,
        n_effective=weighed.n_effective,
    )
    return Mean.corrected(scaled)


def _items(
    names: Sequence[str],
    answers: Floats,
    given: Floats | None,
    rated: Floats | None,
    weights: Floats,
) -> pd.DataFrame:
    importance: Any = given if rated is None else weights @ rated / weights.sum()
    return pd.DataFrame(
        {
            "item": list(names),
            "importance": importance,
            "weight": importance / importance.sum(),
            "satisfaction": weights @ answers / weights.sum(),
        }
    )


def _read(frame: Frame, names: Sequence[str], scale: tuple[int, int], what: str) -> Floats:
    """Read columns as an (n, k) array, and refuse what is off the scale."""
    low, high = scale
    values = np.column_stack([read_numbers(frame, name).values for name in names])
    values = values.astype(np.float64)
    off = (values < low) | (values > high)
    if off.any():
        row, column = (int(at[0]) for at in np.nonzero(off))
        raise ResponseError(
            f"{int(off.sum()):,} answers about {what} are off the scale {low}-{high}, the first "
            f"in column {names[column]!r}, row {frame.row(row)}: {values[row, column]:g}. Correct "
            "or blank them."
        )
    return values


def _given(importance: Mapping[Any, Any], names: Sequence[str]) -> Floats:
    weights = {str(key): value for key, value in importance.items()}
    absent = [name for name in names if name not in weights]
    unknown = [name for name in weights if name not in names]
    if absent or unknown:
        wrong = f"gives no weight to {shortened(absent)}" if absent else ""
        wrong = wrong or f"names {shortened(unknown)}, which is no item"
        hint = nearest(unknown[0], names) if unknown else ""
        raise ResponseError(f"importance {wrong}.{hint}")
    values = np.array([weights[name] for name in names], dtype=np.float64)
    if not np.isfinite(values).all() or (values < 0).any() or not values.any():
        raise ResponseError("importance must be finite numbers, none negative and not all zero.")
    return values


def _rated(held: Frame, frame: Frame, names: Sequence[str], scale: tuple[int, int]) -> Floats:
    if set(held.names) != set(names):
        raise ResponseError(
            f"The importance frame has the columns {shortened(held.names)}, but the items are "
            f"{shortened(names)}; give them the same names, such as "
            "frame[['I1', 'I2']].set_axis(['S1', 'S2'], axis=1)."
        )
    if len(held) != len(frame) or not held.index.equals(frame.index):
        raise ResponseError(
            f"The importance frame has {len(held):,} rows that do not match the {len(frame):,} "
            "respondents; give it the same rows and index."
        )
    return _read(held, names, scale, "importance")
