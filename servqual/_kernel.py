"""The arithmetic under every score: rows are read once, in chunks that fit the cache.

Columns come as sequences of 1-D arrays, one an item. Whole numbers are added as float32 while
every sum in a chunk stays below 2**24, where float32 is exact; anything else as float64.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from servqual._tally import Floats, Statistics, Tally, WholeTally

Columns = Sequence[NDArray[Any]]

_CHUNK = 8192
_SMALL_CHUNK = 512
_EXACT = 2**24


@dataclass(frozen=True, kw_only=True, eq=False)
class Weighting:
    """Importance weights of the dimensions or items, common (q,) or a row each (q, n)."""

    values: Floats
    at: Literal["dimension", "item"]
    normalize: bool

    @property
    def gaps(self) -> bool:
        """Whether some rows have no usable weights."""
        unusable = self.normalize and not bool((self.values.sum(axis=0) > 0).all())
        return unusable or bool(np.isnan(self.values).any())

    def overall(
        self, scores: NDArray[Any], rows: slice | NDArray[Any], *, gaps: bool
    ) -> NDArray[Any]:
        """Weight (..., q, m) scores to (..., m).

        A missing dimension makes the overall score NaN. A missing item is passed over, and the
        weights of the others are rescaled, unless they are not normalised.
        """
        if self.values.ndim == 1 and not gaps:
            total = self.values @ scores
            return total / self.values.sum() if self.normalize else total
        weights = self.values[:, None] if self.values.ndim == 1 else self.values[:, rows]
        if gaps and self.at == "item" and self.normalize:
            present = ~(np.isnan(scores) | np.isnan(weights))
            weights = np.where(present, weights, 0)
            scores = np.where(present, scores, 0)
        total = (weights * scores).sum(axis=-2)
        if not self.normalize:
            return total
        mass = weights.sum(axis=-2)
        return np.divide(total, mass, out=np.full(total.shape, np.nan), where=mass > 0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """What one pass over the rows gives; arrays have one column a scored row.

    `statistics` are those of the parts "upper", "lower" and "score" (or "score" alone) at each of
    the levels "item", "dimension", "overall" and, if there are importance weights, "weighted".
    """

    items: NDArray[Any]
    dimensions: Floats
    overall: Floats
    overall_weighted: Floats | None
    statistics: dict[str, dict[str, Statistics]]


def complete_rows(
    columns: Columns, excused: Sequence[NDArray[np.bool_] | None]
) -> NDArray[np.bool_] | None:
    """Mark the rows in which every answer is there or excused; None if all are."""
    incomplete: NDArray[np.bool_] | None = None
    for values, mask in zip(columns, excused, strict=True):
        if values.dtype.kind != "f":
            continue
        blank = np.isnan(values)
        if mask is not None:
            blank &= ~mask
        incomplete = blank if incomplete is None else np.logical_or(incomplete, blank, incomplete)
    if incomplete is None or not incomplete.any():
        return None
    return ~incomplete


def score(
    upper: Columns,
    lower: Columns | None,
    members: Sequence[Sequence[int]],
    *,
    rows: NDArray[np.bool_] | None = None,
    gaps: bool = False,
    overall: Literal["dimensions", "items"] = "dimensions",
    weighting: Weighting | None = None,
    weights: Floats | None = None,
    bounds: tuple[int, int] | None = None,
) -> Scored:
    """Score upper - lower (or upper alone) by item, dimension and overall.

    Parameters
    ----------
    upper, lower : sequence of k ndarray of shape (n,)
    members : sequence of sequence of int
        The positions of each dimension's items.
    rows : ndarray of bool, shape (n,), optional
        The rows to score.
    gaps : bool
        Whether NaN may stand in the rows to score. A dimension is then the mean of the items
        answered in both, NaN below half of its items.
    overall : {"dimensions", "items"}
        What the unweighted overall score is the mean of.
    weighting : Weighting, optional
        How the weighted overall score is formed.
    weights : ndarray of shape (n,), optional
        Sampling weights for means and variances.
    bounds : tuple of (int, int), optional
        The least and the largest answer that can stand in the columns; otherwise looked for.
    """
    columns = [*upper, *(lower or ())]
    reach = _reach(columns, bounds, difference=lower is not None)
    chunk = _exact_chunk(reach, max(map(len, members)))
    whole = chunk > 0 and lower is not None and weights is None and not gaps
    plan = _Plan(
        sources=_stacked(columns),
        parts=("score",) if lower is None else ("upper", "lower", "score"),
        belongs=_belongs(members, len(upper), np.float32 if whole else np.float64),
        rows=rows,
        chunk=chunk if whole else _CHUNK,
        overall=overall,
        weighting=weighting,
    )
    n = len(upper[0])
    kept = n if rows is None else int(rows.sum())
    into = _Arrays(
        items=np.empty((len(upper), kept), dtype=_fitting(reach)),
        dimensions=np.empty((len(members), kept)),
        overalls=np.empty((1 if weighting is None else 2, kept)),
    )
    if whole:
        statistics = _score_whole(plan, into, n)
    else:
        statistics = _score_any(plan, into, n, gaps=gaps, weights=weights)
    return Scored(
        items=into.items,
        dimensions=into.dimensions,
        overall=into.overalls[0],
        overall_weighted=None if weighting is None else into.overalls[1],
        statistics=statistics,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Plan:
    """What is scored, and how."""

    sources: list[NDArray[Any]]
    parts: tuple[str, ...]
    belongs: NDArray[Any]  # (d, k): 1 where an item belongs to a dimension
    rows: NDArray[np.bool_] | None
    chunk: int
    overall: str
    weighting: Weighting | None

    @property
    def sizes(self) -> Floats:
        return self.belongs.sum(axis=1, dtype=np.float64)

    @property
    def linear(self) -> Floats:
        """The weights of the dimensions in the overall scores that are the same for all rows."""
        sizes = self.sizes if self.overall == "items" else np.ones(len(self.belongs))
        linear = [sizes / sizes.sum()]
        by = self.weighting
        if by is not None and by.at == "dimension" and by.values.ndim == 1:
            linear.append(by.values / by.values.sum() if by.normalize else by.values)
        return np.array(linear)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Arrays:
    """Where the scores go."""

    items: NDArray[Any]
    dimensions: Floats
    overalls: Floats


Levels = dict[str, dict[str, Statistics]]


def _score_whole(plan: _Plan, into: _Arrays, n: int) -> Levels:
    """Score differences of small whole numbers without gaps: every sum is exact."""
    d, k = plan.belongs.shape
    sizes = plan.sizes
    by_row = None if len(plan.linear) == 2 else plan.weighting
    items, dimensions = WholeTally(2 * k, pairs="halves"), WholeTally(2 * d, pairs="all")
    weighted = Tally(3)
    blocks, sums = _Buffer(2 * k, np.float32), _Buffer(2 * d, np.float32)
    for at, here in _chunks(plan, n):
        m = here.stop - here.start
        block, summed = blocks.cut(2, k, m), sums.cut(2, d, m)
        _read(plan.sources, at, block)
        np.subtract(block[0], block[1], out=into.items[:, here], casting="unsafe")
        np.matmul(plan.belongs, block, out=summed)
        items.add(block.reshape(-1, m))
        dimensions.add(summed.reshape(-1, m))
        means = into.dimensions[:, here]
        np.subtract(summed[0], summed[1], out=means)
        means /= sizes[:, None]
        np.matmul(plan.linear, means, out=into.overalls[: len(plan.linear), here])
        if by_row is not None:
            if by_row.at == "dimension":
                parts = np.stack([*(summed / sizes[:, None]), means])
            else:
                parts = np.stack([*block, block[0] - block[1]]).astype(np.float64)
            total = by_row.overall(parts, at, gaps=False)
            into.overalls[1, here] = total[-1]
            weighted.add(total, None, gaps=by_row.gaps)
    tallies = {
        "upper": dimensions.half(0, d),
        "lower": dimensions.half(d, 2 * d),
        "score": dimensions.difference(),
    }
    levels = {"item": items.halves()}
    for level, weights in (
        ("dimension", np.eye(d)),
        ("overall", plan.linear[:1]),
        ("weighted", plan.linear[1:]),
    ):
        levels[level] = {part: tally.combined(weights / sizes) for part, tally in tallies.items()}
    if by_row is not None:
        levels["weighted"] = _parts(weighted, plan.parts)
    elif plan.weighting is None:
        del levels["weighted"]
    return levels


def _score_any(plan: _Plan, into: _Arrays, n: int, *, gaps: bool, weights: Floats | None) -> Levels:
    """Score anything: fractions, gaps, sampling weights, or one role alone."""
    d, k = plan.belongs.shape
    parts, weighting = len(plan.parts), plan.weighting
    names = ["item", "dimension", "overall"] + ([] if weighting is None else ["weighted"])
    tallies = {name: Tally(parts * q) for name, q in zip(names, (k, d, 1, 1), strict=False)}
    blocks = _Buffer(parts * k, np.float64)
    for at, here in _chunks(plan, n):
        m = here.stop - here.start
        w = None if weights is None else weights[at]
        block = blocks.cut(parts, k, m)
        _read(plan.sources, at, block)
        if parts == 3:
            np.subtract(block[0], block[1], out=block[2])
            if gaps:
                block[:2, np.isnan(block[2])] = np.nan
        into.items[:, here] = block[-1]
        means = _means(block, plan.belongs, gaps=gaps)
        into.dimensions[:, here] = means[-1]
        total = _overall(block, means, plan, gaps=gaps)
        into.overalls[0, here] = total[-1]
        if weighting is not None:
            level = means if weighting.at == "dimension" else block
            weighted = weighting.overall(level, at, gaps=gaps)
            if gaps:
                weighted[np.isnan(means).any(axis=-2)] = np.nan
            into.overalls[1, here] = weighted[-1]
            tallies["weighted"].add(weighted, w, gaps=gaps or weighting.gaps)
        tallies["item"].add(block.reshape(-1, m), w, gaps=gaps)
        tallies["dimension"].add(means.reshape(-1, m), w, gaps=gaps)
        tallies["overall"].add(total, w, gaps=gaps)
    return {name: _parts(tally, plan.parts) for name, tally in tallies.items()}


def _parts(tally: Tally, parts: tuple[str, ...]) -> dict[str, Statistics]:
    statistics = tally.statistics()
    q = len(statistics.n) // len(parts)
    return {part: statistics.rows(slice(at * q, (at + 1) * q)) for at, part in enumerate(parts)}


def _belongs(members: Sequence[Sequence[int]], k: int, kind: type[Any]) -> NDArray[Any]:
    belongs = np.zeros((len(members), k), dtype=kind)
    for row, positions in enumerate(members):
        belongs[row, positions] = 1
    return belongs


def _chunks(plan: _Plan, n: int) -> Iterator[tuple[slice | NDArray[np.intp], slice]]:
    """Give the rows of each chunk, and where their scores go."""
    done = 0
    for start in range(0, n, plan.chunk):
        stop = min(n, start + plan.chunk)
        at: slice | NDArray[np.intp] = slice(start, stop)
        m = stop - start
        if plan.rows is not None:
            at = start + np.flatnonzero(plan.rows[start:stop])
            m = len(at)
        if m:
            yield at, slice(done, done + m)
            done += m


def _stacked(columns: Columns) -> list[NDArray[Any]]:
    """View columns as 2-D arrays where they lie evenly in one array, as in a block of a frame.

    Columns of different arrays may happen to lie at even distances, too, but a view across
    the memory between them is not safe to read.
    """
    runs: list[list[NDArray[Any]]] = []
    for column in columns:
        run = runs[-1] if runs else []
        if run and _fits(run, column):
            run.append(column)
        else:
            runs.append([column])
    return [_view(run) for run in runs]


def _owner(array: NDArray[Any]) -> Any:
    """Find the object whose memory an array views."""
    owner: Any = array
    while isinstance(owner, np.ndarray) and owner.base is not None:
        owner = owner.base
    return owner


def _step(one: NDArray[Any], other: NDArray[Any]) -> int:
    return other.ctypes.data - one.ctypes.data


def _fits(run: list[NDArray[Any]], column: NDArray[Any]) -> bool:
    last = run[-1]
    if column.dtype != last.dtype or column.strides != last.strides:
        return False
    owner = _owner(column)
    if owner is column or owner is not _owner(last):
        return False
    return len(run) == 1 or _step(last, column) == _step(run[0], run[1])


def _view(run: list[NDArray[Any]]) -> NDArray[Any]:
    first = run[0]
    step = _step(run[0], run[1]) if len(run) > 1 else 0
    return np.lib.stride_tricks.as_strided(
        first, (len(run), len(first)), (step, first.strides[0]), writeable=False
    )


def _reach(
    columns: Columns, bounds: tuple[int, int] | None, *, difference: bool
) -> tuple[int, int] | None:
    """Find the least and the largest whole number among answers and scores; None if fractions."""
    if any(column.dtype.kind == "f" for column in columns):
        return None
    if bounds is None:
        least = min(int(column.min()) for column in columns)
        most = max(int(column.max()) for column in columns)
    else:
        least, most = bounds
    return (min(least, least - most), max(most, most - least)) if difference else (least, most)


def _fitting(reach: tuple[int, int] | None) -> type[Any]:
    """Choose the type that holds the item scores."""
    if reach is None:
        return np.float64
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= reach[0] and reach[1] <= np.iinfo(kind).max:
            return kind
    return np.int64


def _exact_chunk(reach: tuple[int, int] | None, largest: int) -> int:
    """How many rows can be added in float32 without losing a digit; 0 if too few to be worth it."""
    if reach is None:
        return 0
    square = (largest * max(abs(end) for end in reach)) ** 2
    chunk = min(_CHUNK, _EXACT // max(square, 1))
    return chunk if chunk >= min(_CHUNK, _SMALL_CHUNK) else 0


class _Buffer:
    """Memory that every chunk uses again; fresh memory would cost more than the arithmetic."""

    def __init__(self, rows: int, kind: type[Any]) -> None:
        self._memory = np.empty(rows * _CHUNK, dtype=kind)

    def cut(self, *shape: int) -> NDArray[Any]:
        """Give a contiguous piece of a shape."""
        return self._memory[: math.prod(shape)].reshape(shape)


def _read(sources: list[NDArray[Any]], at: slice | NDArray[np.intp], block: NDArray[Any]) -> None:
    """Read a chunk of every column into the first parts of a block."""
    flat = block[:2].reshape(-1, block.shape[-1])
    row = 0
    for source in sources:
        flat[row : row + len(source)] = source[:, at]
        row += len(source)


def _means(block: Floats, belongs: Floats, *, gaps: bool) -> Floats:
    sizes = belongs.sum(axis=1)[:, None]
    if not gaps:
        means: Floats = belongs @ block / sizes
        return means
    present = ~np.isnan(block)
    counts = belongs @ present
    sums = belongs @ np.where(present, block, 0)
    enough = (counts > 0) & (2 * counts >= sizes)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=enough)


def _overall(block: Floats, means: Floats, plan: _Plan, *, gaps: bool) -> Floats:
    if plan.overall == "dimensions" or not gaps:
        return plan.linear[0] @ means
    present = ~np.isnan(block)
    counts = present.sum(axis=-2)
    sums = np.where(present, block, 0).sum(axis=-2)
    usable = (counts > 0) & ~np.isnan(means).any(axis=-2)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=usable)
