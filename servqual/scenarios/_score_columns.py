"""The columns of scores that a chain of regressions goes along, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from servqual.errors import ResponseError, nearest, shortened
from servqual.regression import SINGULAR
from servqual.scenarios._effects import Floats, Quantity
from servqual.scorecards.satisfaction import check_scale
from servqual.scores.averages import averages
from servqual.scores.gaps import GapScores
from servqual.scores.outcome import count_left_out, read_outcome
from servqual.scores.perception import PerceptionScores

Scored = GapScores | PerceptionScores
Ends = tuple[int, int]

_PROMOTER, _PASSIVE = 9, 7
_LIKELY = (0, 10)
_PART = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """What is resampled together, of the n complete rows.

    Attributes
    ----------
    items : ndarray of shape (n, k)
        Perceptions; NaN where not answered.
    joint : ndarray of shape (n, p)
        d dimensions, `held` expectations of them, then the outcomes.
    outcomes : tuple of Quantity
    weights : ndarray of shape (n,)
    """

    items: Floats
    joint: Floats
    d: int
    held: int
    outcomes: tuple[Quantity, ...]
    weights: Floats


def read_columns(
    scores: Scored,
    satisfaction: object,
    loyalty: object,
    recommendation: object,
    scale: Ends | Mapping[str, Ends] | None,
) -> Columns:
    """Read dimensions and outcomes of the respondents who have all of them.

    Raises
    ------
    ResponseError
        If an outcome cannot be read or is off its scale, or nobody is left.
    """
    if satisfaction is None:
        raise ResponseError(
            "Scores need an outcome for dimensions to act on: name the column of it, such as "
            "satisfaction='satisfaction'."
        )
    instrument = scores.responses.instrument
    ends = _ends(scale)
    given = {"satisfaction": satisfaction, "loyalty": loyalty, "recommendation": recommendation}
    outcomes: list[Quantity] = []
    values: list[Floats] = []
    for level, one in given.items():
        if one is None:
            if level in ends and isinstance(scale, Mapping):
                raise ResponseError(f"scale gives the ends of {level}, but {level}= is not given.")
            continue
        names, answers = read_outcome(scores, one)
        low, high = ends.get(level, (np.nan, np.nan))
        if level == "recommendation":
            _check_recommendation(names, answers)
            low, high = _LIKELY
        _check_scale(level, answers, low, high)
        outcomes.append(Quantity(level=level, name=" + ".join(names), low=low, high=high))
        values.append(answers)
        if level == "recommendation":
            net = 100.0 * ((answers >= _PROMOTER) * 1.0 - (answers < _PASSIVE))
            values.append(np.where(np.isnan(answers), np.nan, net))
            outcomes.append(
                Quantity(level="NPS", name=outcomes[-1].name, unit="NPS points", low=-100, high=100)
            )
    items = scores.answers("perception").to_numpy(dtype=np.float64)
    positions = list(instrument.positions.values())
    blocks = [averages(items, positions)]
    held = 0
    if isinstance(scores, GapScores):
        expected = averages(scores.answers("expectation").to_numpy(dtype=np.float64), positions)
        blocks.append(expected)
        held = expected.shape[1]
    joint = np.column_stack([*blocks, *values])
    weights = np.ones(scores.n) if scores.weights is None else scores.weights
    complete = ~np.isnan(joint).any(axis=1)
    count_left_out(complete, has="all dimensions and outcomes", lacks="a dimension or an outcome")
    return Columns(
        items=items[complete],
        joint=joint[complete],
        d=len(positions),
        held=held,
        outcomes=tuple(outcomes),
        weights=weights[complete],
    )


def _ends(scale: Any) -> dict[str, Ends]:
    if scale is None:
        return {}
    if not isinstance(scale, Mapping):
        return dict.fromkeys(("satisfaction", "loyalty"), check_scale(scale))
    known = ("satisfaction", "loyalty")
    unknown = [one for one in scale if one not in known]
    if unknown:
        raise ResponseError(
            f"scale names {shortened(unknown)}; it gives the ends of 'satisfaction' and 'loyalty' "
            f"(a recommendation is 0 to 10).{nearest(unknown[0], known)}"
        )
    return {level: check_scale(one) for level, one in scale.items()}


def _check_scale(level: str, answers: Floats, low: float, high: float) -> None:
    off = (answers < low) | (answers > high)
    if off.any():
        raise ResponseError(
            f"{int(off.sum()):,} answers of {level} are off its scale, the first "
            f"{answers[off][0]:g}, which is not between {low:g} and {high:g}. Correct or blank "
            f"them, or give its own scale: scale={{{level!r}: (1, 10)}}."
        )


def _check_recommendation(names: tuple[str, ...], answers: Floats) -> None:
    there = answers[~np.isnan(answers)]
    bad = (there < 0) | (there > 10) | (there != np.round(there))
    if len(names) > 1 or bad.any():
        seen = f"{len(names)} columns" if len(names) > 1 else f"{there[bad][0]:g} among its answers"
        raise ResponseError(
            "recommendation= is one question answered in whole numbers from 0 to 10, of which "
            f"promoters (9, 10) and detractors (0 to 6) can be told; it has {seen}. Give answers "
            "of another kind as loyalty=, with their scale."
        )


def check_variation(columns: Columns, covariance: Floats, keys: tuple[str, ...]) -> None:
    """Refuse what has no regression: constants, determined dimensions, too few respondents."""
    n, d, m = len(columns.joint), columns.d, columns.d + columns.held
    if n < m + 3:
        beside = ", and their expectations beside them," if columns.held else ""
        raise ResponseError(
            f"{n:,} respondents with all answers are too few for the effects of {d} dimensions"
            f"{beside} on satisfaction: {m + 3} are the least, many more are needed. Merge "
            "dimensions, or ask more people."
        )
    flat = np.ptp(columns.joint, axis=0) == 0
    if flat[:d].any():
        constant = [key for key, one in zip(keys, flat, strict=False) if one]
        raise ResponseError(
            f"Everybody has the same score on {shortened(constant)}, so what these do is "
            "not known. Leave them out of the instrument."
        )
    for one, same in zip(columns.outcomes, flat[m:], strict=True):
        if same and one.level != "NPS":
            raise ResponseError(
                f"Everybody gave the same answer on {one.level} ({one.name}), so nothing moves it."
            )
    used = np.flatnonzero(~flat[:m])
    sd = np.sqrt(np.diagonal(covariance)[used])
    values, vectors = np.linalg.eigh(covariance[np.ix_(used, used)] / np.outer(sd, sd))
    tied = (np.abs(vectors[:, values < SINGULAR]) > _PART).any(axis=1)
    if tied.any():
        names = [*keys, *(f"expectations of {key}" for key in keys)]
        raise ResponseError(
            "These determine one another, so their effects cannot be told apart: "
            f"{shortened([names[at] for at in used[tied]])}. Merge them, or leave one out."
        )
