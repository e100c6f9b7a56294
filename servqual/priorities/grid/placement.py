"""Items placed in quadrants once, and again in every resample of the respondents."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual.priorities.grid.quadrants import (
    NONE,
    QUADRANTS,
    Cutoff,
    Floats,
    Lines,
    above_diagonal,
    classify,
    find_lines,
    on_the_line,
    standardised,
)
from servqual.priorities.grid.reading import Matrix
from servqual.resampling import percentile_interval, resample_counts

PROBABILITIES = ("p_concentrate", "p_keep_up", "p_low_priority", "p_overkill")


@dataclass(frozen=True, kw_only=True, eq=False)
class Placement:
    """Where q items stand.

    Attributes
    ----------
    columns : dict of str to array_like of shape (q,)
        Of the table: importance and performance with intervals, gap, quadrant, probabilities,
        priority.
    cutoffs : dict of str to float
    slope : float
    reasons : dict of str to list of int
        What is to be known of some items, and of which.
    """

    columns: dict[str, Any]
    cutoffs: dict[str, float]
    slope: float
    reasons: dict[str, list[int]]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Draws:
    """Figures of each draw, shapes (b, q)."""

    importance: Floats
    performance: Floats
    lines: Lines
    places: NDArray[np.int64]


def place(matrix: Matrix, cutoff: Cutoff, n_resamples: int, seed: int | None) -> Placement:
    """Place the items of a matrix, and say in how many resamples they fall where."""
    found = _draw(matrix, cutoff, matrix.weights[None, :])
    draws = [
        _draw(matrix, cutoff, counts * matrix.weights)
        for counts in resample_counts(matrix.n, n_resamples, seed)
    ]
    importance, performance, places = found.importance[0], found.performance[0], found.places[0]
    placed = places != NONE
    on_line = on_the_line(found.importance, found.performance, found.lines)[0] & placed
    marks = {
        "on a line; a cut-off counts as high, the diagonal as below it": on_line,
        "negative importance": importance < 0,
    }
    columns: dict[str, Any] = {}
    for name, values in (("importance", importance), ("performance", performance)):
        drawn = np.concatenate([getattr(one, name) for one in draws]) if draws else None
        low, high = _interval(drawn, values)
        columns |= {name: values, f"{name}_ci_low": low, f"{name}_ci_high": high}
        alike = np.isnan(low) & ~np.isnan(values) & bool(draws)
        if name == "performance":
            marks["no interval of performance, which does not vary"] = alike
        elif matrix.kind != "given":
            marks["no interval of importance, which does not vary"] = alike
    if matrix.gap is not None:
        columns["gap"] = matrix.gap.at(matrix.weights[None, :])[0]
    columns["quadrant"] = [QUADRANTS[code] if code != NONE else "" for code in places]
    shares, lost = _probabilities([one.places for one in draws], placed)
    marks["not placed in some resamples, which are left out of the probabilities"] = lost
    columns["probability"] = shares[np.maximum(places, 0), np.arange(len(places))]
    columns |= dict(zip(PROBABILITIES, shares, strict=True))
    columns["priority"] = standardised(importance) - standardised(performance)
    if cutoff == "diagonal" and matrix.same_scale:
        columns["priority"] = above_diagonal(found.importance, found.performance, found.lines)[0]
    slope = found.lines.slope
    return Placement(
        columns=columns,
        cutoffs={
            "importance": float(found.lines.importance[0]),
            "performance": float(found.lines.performance[0]),
        },
        slope=np.nan if slope is None else float(slope[0]),
        reasons={text: np.flatnonzero(at).tolist() for text, at in marks.items() if at.any()},
    )


def _draw(matrix: Matrix, cutoff: Cutoff, weights: Floats) -> _Draws:
    importance, performance = matrix.importance.at(weights), matrix.performance.at(weights)
    lines = find_lines(
        importance, performance, cutoff, matrix.middles, same_scale=matrix.same_scale
    )
    places = classify(importance, performance, lines)
    return _Draws(importance=importance, performance=performance, lines=lines, places=places)


def _probabilities(
    drawn: list[NDArray[np.int64]], placed: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Share of resamples in each quadrant, (4, q), and which items some of them do not place."""
    shares = np.full((len(QUADRANTS), len(placed)), np.nan)
    if not drawn:
        return shares, np.zeros(len(placed), dtype=bool)
    codes = np.concatenate(drawn)
    known = (codes != NONE).sum(axis=0)
    counts = np.array([(codes == number).sum(axis=0) for number in range(len(QUADRANTS))])
    shares = np.divide(counts, known, out=shares, where=(known > 0) & placed)
    return shares, (known < len(codes)) & placed


def _interval(drawn: Floats | None, values: Floats) -> tuple[Floats, Floats]:
    """Form percentile intervals, none where all resamples agree."""
    unknown = np.full(values.shape, np.nan)
    if drawn is None:
        return unknown, unknown
    low, high = percentile_interval(drawn)
    varies = high - low > 1e-9 * np.maximum(1, np.abs(values))
    varies &= ~np.isnan(values)
    return np.where(varies, low, np.nan), np.where(varies, high, np.nan)
