"""The answers in one role, checked against its scale and recoded."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual._frames import Frame, Numbers, as_number, read_only
from servqual.errors import ResponseError, shortened
from servqual.instrument import Instrument

POINTS = 100.0
_POINTS_TOLERANCE = 1e-4  # finer than anyone writes, coarser than float32 rounds

Columns = tuple[NDArray[Any], ...]


def codes_of(
    role: str, not_applicable: Sequence[str | float], scale: tuple[int, int]
) -> tuple[str | float, ...]:
    """Give the not-applicable codes of a role, and refuse those that are answers on its scale.

    Among points, every number from 0 to 100 is an answer, whatever it codes elsewhere.
    """
    low, high = (0, POINTS) if role == "points" else scale
    on_scale = []
    for code in not_applicable:
        number = as_number(code)
        if number is not None and low <= number <= high:
            on_scale.append(code)
    if on_scale and role != "points":
        raise ResponseError(
            f"not_applicable names {', '.join(f'{code}' for code in on_scale[:5])}, which is an "
            f"answer on the {role} scale {low}-{high}. Recode the answers that do not apply to a "
            "number off the scale first."
        )
    return tuple(code for code in not_applicable if code not in on_scale)


def check_answered(role: str, names: Sequence[str], numbers: Sequence[Numbers]) -> None:
    """Refuse columns without any answer."""
    empty = [
        name
        for name, one in zip(names, numbers, strict=True)
        if one.values.dtype.kind == "f" and np.isnan(one.values).all()
    ]
    if empty:
        raise ResponseError(
            f"{len(empty)} {role} columns hold no answer at all: {shortened(empty)}. Name items "
            "that the survey did not ask in not_asked=(...)."
        )


def check_scale(
    role: str,
    names: Sequence[str],
    numbers: Sequence[Numbers],
    scale: tuple[int, int],
    frame: Frame,
) -> None:
    """Refuse answers off the scale."""
    low, high = scale
    offenders = []
    count = 0
    for name, one in zip(names, numbers, strict=True):
        least, most = _range(one.values)
        if least < low or most > high:
            off = (one.values < low) | (one.values > high)
            count += int(off.sum())
            row = int(np.flatnonzero(off)[0])
            offenders.append(f"{name} row {frame.row(row)}: {one.values[row]:g}")
    if offenders:
        raise ResponseError(
            f"{count:,} {role} answers are off the scale {low}-{high}. First of each column: "
            f"{'; '.join(offenders[:5])}"
            f"{f'; and {len(offenders) - 5} more columns' if len(offenders) > 5 else ''}. Correct "
            "them, blank them, or name codes such as 99 in not_applicable=(...)."
        )


def _range(values: NDArray[Any]) -> tuple[float, float]:
    if values.dtype.kind == "f":
        return float(np.fmin.reduce(values)), float(np.fmax.reduce(values))
    return float(values.min()), float(values.max())


def recode(values: Columns, instrument: Instrument, recoded: tuple[str, ...], role: str) -> Columns:
    """Recode the reverse-keyed items of a role as low + high - answer."""
    if not recoded:
        return values
    scale = instrument.scale_of(role)
    return tuple(
        _reversed(column, scale) if item in recoded else column
        for item, column in zip(instrument.items, values, strict=True)
    )


def _reversed(column: NDArray[Any], scale: tuple[int, int]) -> NDArray[Any]:
    low, high = scale
    if column.dtype.kind in "iu":
        kind = np.iinfo(column.dtype)
        if not (kind.min <= low and kind.min <= low + high and max(high, low + high) <= kind.max):
            column = column.astype(np.int64)
    values: NDArray[Any] = low + high - column
    return read_only(values)


def check_points(
    names: Sequence[str], numbers: Sequence[Numbers], policy: str, frame: Frame
) -> tuple[Columns, tuple[int, ...], int]:
    """Check allocations of 100 points; blank rows stay NaN."""
    points = np.array([one.values for one in numbers], dtype=np.float64)
    negative = (points < 0).any(axis=0)
    if negative.any():
        raise ResponseError(
            f"{int(negative.sum()):,} respondents gave negative points, the first in row "
            f"{frame.row(int(np.flatnonzero(negative)[0]))}."
        )
    total = points.sum(axis=0)
    wrong = np.abs(total - POINTS) > _POINTS_TOLERANCE
    set_aside: tuple[int, ...] = ()
    normalized = 0
    if wrong.any() and policy == "raise":
        rows = np.flatnonzero(wrong).tolist()
        shown = [f"row {frame.row(row)}: {total[row]:.10g}" for row in rows[:5]]
        raise ResponseError(
            f"The points of {len(rows):,} respondents do not sum to 100: {'; '.join(shown)}"
            f"{'; ...' if len(rows) > 5 else ''}. Correct them, or choose points_policy='drop' "
            "(set these allocations aside) or 'normalize' (rescale them to 100)."
        )
    if wrong.any():
        unusable = wrong if policy == "drop" else wrong & (total == 0)
        set_aside = tuple(np.flatnonzero(unusable).tolist())
        normalized = int((wrong & ~unusable).sum())
        points[:, unusable] = np.nan
        rescaled = wrong & ~unusable
        points[:, rescaled] = points[:, rescaled] / total[rescaled] * POINTS
    points.flags.writeable = False
    return tuple(points), set_aside, normalized
