"""The arithmetic under every score: rows are read once, in chunks that fit the cache.

Columns come as sequences of 1-D arrays, one an item. Whole numbers are added as float32 while
every sum in a chunk stays below 2**24, where float32 is exact; anything else as float64.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Columns = Sequence[NDArray[Any]]

_CHUNK = 4096
_EXACT = 2**24


class Tally:
    """Count, mean, variance and standard error of q variables whose rows arrive in chunks.

    With sampling weights w, the mean is sum(w x) / sum(w), the variance n / (n - 1) times the
    weighted mean squared deviation, and the squared standard error the linearised
    n / (n - 1) sum(w**2 (x - mean)**2) / sum(w)**2. Equal weights give the usual figures.
    """

    def __init__(self, scale: Floats) -> None:
        q = len(scale)
        self.scale = scale  # what the values that are added are still to be divided by
        self.n = np.zeros(q, dtype=np.int64)
        self._shift: Floats | None = None
        self._sums = np.zeros((2, 3, q))  # for w and w**2: the sums of 1, x and x**2
        self._weighted = False

    def add(self, block: NDArray[Any], weights: Floats | None, *, gaps: bool) -> None:
        """Add a (q, m) block of values; `gaps` says that it may hold NaN."""
        m = block.shape[1]
        if m == 0:
            return
        if block.dtype == np.float64:
            block = block - self._centre(block)[:, None]
        if weights is None and not gaps:
            self.n += m
            self._sums[0, 0] += m
            self._sums[0, 1] += block @ np.ones(m, dtype=block.dtype)
            self._sums[0, 2] += np.vecdot(block, block)
            return
        present = ~np.isnan(block)
        block = np.where(present, block, 0)
        squared = block * block
        w = np.ones(m) if weights is None else weights
        self._weighted |= weights is not None
        self.n += (present & (w > 0)).sum(axis=1)
        for powered, sums in ((w, self._sums[0]), (w * w, self._sums[1])):
            for values, row in ((present, sums[0]), (block, sums[1]), (squared, sums[2])):
                row += values @ powered

    def _centre(self, block: Floats) -> Floats:
        """Move each variable near zero, so that a small variance survives a large mean."""
        if self._shift is None or np.isnan(self._shift).any():
            first = np.argmax(~np.isnan(block), axis=1)
            found = block[np.arange(len(block)), first]
            known = found if self._shift is None else self._shift
            self._shift = np.where(np.isnan(known), found, known)
        return np.nan_to_num(self._shift)

    @property
    def mean(self) -> Floats:
        """The means, NaN where there is no row."""
        weight, linear, _ = self._sums[0]
        mean = _ratio(linear, weight)
        return (mean if self._shift is None else mean + self._shift) / self.scale

    @property
    def variance(self) -> Floats:
        """The variances, NaN below two rows."""
        weight, linear, square = self._sums[0]
        spread = _ratio(square - linear * _ratio(linear, weight), weight)
        return np.maximum(spread, 0) * self._correction / self.scale**2

    @property
    def standard_error(self) -> Floats:
        """The standard errors of the means, NaN below two rows."""
        if not self._weighted:
            return np.sqrt(_ratio(self.variance, self.n))
        weight, linear, _ = self._sums[0]
        mean = _ratio(linear, weight)
        mass, linear, square = self._sums[1]
        spread = _ratio(square - 2 * mean * linear + mean**2 * mass, weight**2)
        return np.sqrt(np.maximum(spread, 0) * self._correction) / self.scale

    @property
    def _correction(self) -> Floats:
        return _ratio(self.n, np.where(self.n > 1, self.n - 1, 0))


def _ratio(above: NDArray[Any], below: NDArray[Any]) -> Floats:
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)


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

    `parts` names what the tallies hold: a row for each part and each item, dimension, or overall
    score (unweighted and, if there are importance weights, weighted).
    """

    parts: tuple[str, ...]
    items: NDArray[Any]
    dimensions: Floats
    overall: Floats
    overall_weighted: Floats | None
    tallies: tuple[Tally, Tally, Tally]


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
    """
    columns = [*upper, *(lower or ())]
    k, d, n = len(upper), len(members), len(upper[0])
    parts = ("score",) if lower is None else ("upper", "lower", "score")
    largest = max(map(len, members))
    work, kind = _types(columns, largest, difference=lower is not None)
    belongs = np.zeros((d, k), dtype=work)
    for row, positions in enumerate(members):
        belongs[row, positions] = 1
    sizes = belongs.sum(axis=1, dtype=np.float64)
    totals = 1 if weighting is None else 2
    gappy = gaps or (weighting is not None and weighting.gaps)

    kept = n if rows is None else int(rows.sum())
    items = np.empty((k, kept), dtype=kind)
    dimensions = np.empty((d, kept))
    overalls = np.empty((totals, kept))
    item_tally = Tally(np.ones(len(parts) * k))
    dimension_tally = Tally(np.ones(len(parts) * d) if gaps else np.tile(sizes, len(parts)))
    overall_tally = Tally(np.ones(len(parts) * totals))
    sources = _stacked(columns)
    done = 0
    for start in range(0, n, _CHUNK):
        at, m = _rows(rows, start, min(n, start + _CHUNK))
        here = slice(done, done + m)
        done += m
        w = None if weights is None else weights[at]
        block = _block(sources, at, (len(parts), k, m), work)
        if gaps and lower is not None:
            block[:2, np.isnan(block[2])] = np.nan
        items[:, here] = block[-1]
        item_tally.add(block.reshape(-1, m), w, gaps=gaps)
        if gaps:
            sums = means = _answered_means(block, belongs, sizes)
        else:
            sums = belongs @ block
            means = sums.astype(np.float64)
            means /= sizes[:, None]
        dimensions[:, here] = means[-1]
        dimension_tally.add(sums.reshape(-1, m), w, gaps=gaps)
        total = np.empty((len(parts), totals, m))
        total[:, 0] = _overall(block, means, overall, gaps=gaps)
        if weighting is not None:
            of = means if weighting.at == "dimension" else block
            total[:, 1] = weighting.overall(of, at, gaps=gaps)
            if gaps:
                total[:, 1][np.isnan(means).any(axis=-2)] = np.nan
        overalls[:, here] = total[-1]
        overall_tally.add(total.reshape(-1, m), w, gaps=gappy)
    return Scored(
        parts=parts,
        items=items,
        dimensions=dimensions,
        overall=overalls[0],
        overall_weighted=None if weighting is None else overalls[1],
        tallies=(item_tally, dimension_tally, overall_tally),
    )


def _rows(
    rows: NDArray[np.bool_] | None, start: int, stop: int
) -> tuple[slice | NDArray[np.intp], int]:
    if rows is None:
        return slice(start, stop), stop - start
    at = start + np.flatnonzero(rows[start:stop])
    return at, len(at)


def _stacked(columns: Columns) -> list[NDArray[Any]]:
    """View columns as 2-D arrays where they lie at even distances, as in one block of a frame."""
    runs: list[list[NDArray[Any]]] = []
    for column in columns:
        run = runs[-1] if runs else []
        if run and _fits(run, column):
            run.append(column)
        else:
            runs.append([column])
    return [_view(run) for run in runs]


def _step(one: NDArray[Any], other: NDArray[Any]) -> int:
    return other.ctypes.data - one.ctypes.data


def _fits(run: list[NDArray[Any]], column: NDArray[Any]) -> bool:
    last = run[-1]
    if column.dtype != last.dtype or column.strides != last.strides:
        return False
    return len(run) == 1 or _step(last, column) == _step(run[0], run[1])


def _view(run: list[NDArray[Any]]) -> NDArray[Any]:
    first = run[0]
    step = _step(run[0], run[1]) if len(run) > 1 else 0
    return np.lib.stride_tricks.as_strided(
        first, (len(run), len(first)), (step, first.strides[0]), writeable=False
    )


def _types(columns: Columns, largest: int, *, difference: bool) -> tuple[type[Any], type[Any]]:
    """Choose the type to work in, and the type that holds the item scores."""
    if any(column.dtype.kind == "f" for column in columns):
        return np.float64, np.float64
    least = min(int(column.min()) for column in columns)
    most = max(int(column.max()) for column in columns)
    if difference:
        least, most = min(least, least - most), max(most, most - least)
    small = (largest * max(abs(least), abs(most))) ** 2 * _CHUNK <= _EXACT
    fitting: list[type[Any]] = [
        kind
        for kind in (np.int8, np.int16, np.int32)
        if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max
    ]
    return np.float32 if small else np.float64, fitting[0] if fitting else np.int64


def _block(
    sources: list[NDArray[Any]],
    at: slice | NDArray[np.intp],
    shape: tuple[int, int, int],
    work: type[Any],
) -> NDArray[Any]:
    """Read a chunk: upper, lower and their difference, or upper alone."""
    block = np.empty(shape, dtype=work)
    flat = block[:2].reshape(-1, shape[2])
    row = 0
    for source in sources:
        flat[row : row + len(source)] = source[:, at]
        row += len(source)
    if len(block) == 3:
        np.subtract(block[0], block[1], out=block[2])
    return block


def _answered_means(block: Floats, belongs: Floats, sizes: Floats) -> Floats:
    present = ~np.isnan(block)
    counts = belongs @ present
    sums = belongs @ np.where(present, block, 0)
    enough = (counts > 0) & (2 * counts >= sizes[:, None])
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=enough)


def _overall(block: NDArray[Any], means: Floats, of: str, *, gaps: bool) -> Floats:
    if of == "dimensions":
        return np.full(means.shape[-2], 1 / means.shape[-2]) @ means
    if not gaps:
        return np.divide(block.sum(axis=-2), block.shape[-2], dtype=np.float64)
    present = ~np.isnan(block)
    counts = present.sum(axis=-2)
    sums = np.where(present, block, 0).sum(axis=-2)
    usable = (counts > 0) & ~np.isnan(means).any(axis=-2)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=usable)
