"""By how many points of one index another one moves it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from servqual.indices._scales import Ends, span
from servqual.indices._source import Floats, Resampled, Source, Weighing
from servqual.resampling import percentile_interval

Pair = tuple[str, str]


def pairs_of(source: Source, construct: str, ends: Mapping[str, Ends]) -> tuple[Pair, ...]:
    """Give outcome and predictor: what acts on the construct, then what it acts on."""
    causes = [(construct, one) for one in source.causes(construct) if one in ends]
    outcomes = [(one, construct) for one in source.outcomes(construct) if one in ends]
    return (*causes, *outcomes)


def points(
    parts: Sequence[Weighing], names: Sequence[str], pairs: Sequence[Pair], ends: Mapping[str, Ends]
) -> NDArray[Any]:
    """Give direct and total effects in points of index per point of index: (B, groups, pairs, 2).

    A construct's index moves by 100 pull / range as the construct moves by 1, so effects of
    constructs are multiplied by that of the outcome and divided by that of the predictor.
    """
    at = {name: i for i, name in enumerate(names)}
    found = []
    for part in parts:
        moved = {
            name: 100 * part.pull[name] / span(part.weights[name], ends[name])
            for name in {one for pair in pairs for one in pair}
        }
        each = [
            np.stack([effects[..., at[outcome], at[predictor]] for effects in
                      (part.direct, part.total)], axis=-1)
            * (moved[outcome] / moved[predictor])[..., None]
            for outcome, predictor in pairs
        ]  # fmt: skip
        found.append(np.stack(each, axis=-2))
    return np.stack(found, axis=-3)


def effects_frame(
    source: Source,
    pairs: Sequence[Pair],
    ends: Mapping[str, Ends],
    labels: Sequence[str],
    resampled: Resampled | None,
    confidence: float,
) -> pd.DataFrame:
    """Give one row an effect: lhs, rhs, group, direct, estimate, its error and interval, std.

    Errors are those of the resamples, else by the delta method where the model has them, else NaN.
    """
    columns = ["lhs", "rhs", "group", "direct", "estimate", "se", "ci_low", "ci_high", "std"]
    if not pairs:
        return pd.DataFrame(columns=columns)
    names = tuple(source.items)
    here = points(source.weighing, names, pairs, ends)[0]
    se = low = high = np.full(here.shape[:2], np.nan)
    if resampled is not None:
        draws = points(resampled.parts, names, pairs, ends)[..., 1]
        draws = np.where(resampled.converged[:, None, None], draws, np.nan)
        low, high = percentile_interval(draws, confidence)
        se = np.nanstd(draws, axis=0, ddof=1)
    elif source.errors is not None:

        def total(parts: tuple[Weighing, ...]) -> NDArray[Any]:
            found = points(parts, names, pairs, ends)[..., 1]
            return np.asarray(found.reshape(len(found), -1))

        se = source.errors(total).reshape(here.shape[:2])
        width = float(ndtri((1 + confidence) / 2)) * se
        low, high = here[..., 1] - width, here[..., 1] + width
    rows = [
        (
            outcome,
            predictor,
            label,
            *here[g, i],
            *(float(one[g, i]) for one in (se, low, high)),
            _standardised(source.weighing[g], names, outcome, predictor),
        )
        for g, label in enumerate(labels)
        for i, (outcome, predictor) in enumerate(pairs)
    ]
    return pd.DataFrame(rows, columns=columns)


def _standardised(part: Weighing, names: Sequence[str], outcome: str, predictor: str) -> float:
    one, other = names.index(outcome), names.index(predictor)
    spread: Floats = part.spread[0]
    return float(part.total[0, one, other] * spread[other] / spread[one])
