"""Indices of groups of respondents: means with their errors, with weights fixed or resampled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from servqual.indices._cells import Cell, People
from servqual.indices._scales import Ends, coefficients
from servqual.indices._source import Floats, Resampled, Weighing
from servqual.resampling import resample_counts
from servqual.scorecards.estimates import Difference, Mean


@dataclass(frozen=True, kw_only=True, eq=False)
class Indexed:
    """The index of one construct in each cell.

    Attributes
    ----------
    means : tuple of Mean or None
        One a cell; None where nobody answered. Their errors are those of the resamples, if any.
    welch : tuple of Mean or None
        The same with the weights held fixed.
    draws : ndarray of shape (B, cells) or None
    n : tuple of int
        Respondents of each cell.
    """

    means: tuple[Mean | None, ...]
    welch: tuple[Mean | None, ...]
    draws: Floats | None
    n: tuple[int, ...]

    def difference(self, one: int, other: int, confidence: float) -> Difference:
        """Compare two cells that share no respondent by Welch's t."""
        first, second = self.welch[one], self.welch[other]
        if first is None or second is None:
            return np.nan, np.nan, np.nan, np.nan
        found = first.beyond(second, confidence)
        if self.draws is None or np.isnan(found[1]):
            return found
        parts = first.se**2, second.se**2
        below = parts[0] ** 2 / (first.n - 1) + parts[1] ** 2 / (second.n - 1)
        df = sum(parts) ** 2 / below
        drawn = self.draws[:, one] - self.draws[:, other]
        error = float(np.nanstd(drawn, ddof=1)) * _correction(min(first.n, second.n))
        half = float(stdtrit(df, 0.5 + confidence / 2)) * error
        p = float(2 * stdtr(df, -abs(found[0]) / error)) if error > 0 else np.nan
        return found[0], found[0] - half, found[0] + half, p


def indexed(
    people: People,
    cells: Sequence[Cell],
    items: Sequence[str],
    weights: Sequence[Floats],
    ends: Ends,
    draws: Floats | None,
) -> Indexed:
    """Take the index of a construct in each cell.

    Parameters
    ----------
    people : People
    cells : sequence of Cell
    items : sequence of str
    weights : sequence of ndarray of shape (k,)
        Of each group of the model.
    ends : Ends
    draws : ndarray of shape (B, cells) or None
        The index in resamples, whose spread is then the error.
    """
    rows, complete = people.rows(items), people.complete(items)
    slopes, constant = coefficients(np.array(weights), ends)
    values = (rows * slopes[people.part]).sum(axis=1) + constant[people.part]
    welch: list[Mean | None] = []
    means: list[Mean | None] = []
    counts: list[int] = []
    for at, cell in enumerate(cells):
        chosen = cell.rows & complete
        counts.append(int(chosen.sum()))
        w = None if people.weights is None else people.weights[chosen]
        mean = Mean.of(values[chosen], w) if chosen.any() else None
        welch.append(mean)
        if mean is not None and draws is not None and not np.isnan(mean.se):
            spread = float(np.nanstd(draws[:, at], ddof=1)) * _correction(mean.n)
            mean = replace(mean, se=spread)
        means.append(mean)
    return Indexed(
        means=tuple(means),
        welch=tuple(welch),
        draws=draws,
        n=tuple(counts),
    )


def _correction(n: int) -> float:
    """Undo the shrinking of variances in resamples of n from n."""
    return float((n / (n - 1)) ** 0.5) if n > 1 else np.nan


def index_draws(
    people: People,
    cells: Sequence[Cell],
    items: Mapping[str, Sequence[str]],
    ends: Mapping[str, Ends],
    resampled: Resampled,
    n_resamples: int,
    seed: int,
) -> dict[str, Floats]:
    """Give the index of each construct in each cell and resample: (B, cells).

    The counts of rows are drawn again from the seed, and so are those the model was estimated from.
    NaN where the model has no solution, or weights that differ in sign.
    """
    found: dict[str, Floats] = {}
    for name, own in items.items():
        rows, complete = people.rows(own), people.complete(own)
        w = np.ones(len(people)) if people.weights is None else people.weights
        columns = np.column_stack([np.where(complete[:, None], rows, 0.0), np.ones(len(rows))])
        sums = _sums(people, cells, columns * (w * complete)[:, None], n_resamples, seed)
        top = np.zeros(sums.shape[1:3])
        for part, weighing in enumerate(resampled.parts):
            slopes, constant = coefficients(weighing.weights[name], ends[name])
            held = sums[part]
            top += (held[:, :, :-1] * slopes[:, None, :]).sum(axis=-1)
            top += held[:, :, -1] * constant[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = top / sums[:, :, :, -1].sum(axis=0)
        drawn[~resampled.converged] = np.nan
        found[name] = drawn
    return found


def _sums(
    people: People, cells: Sequence[Cell], columns: Floats, n_resamples: int, seed: int
) -> NDArray[np.float64]:
    """Sum weighted columns over each cell's rows of each model group: (parts, B, cells, k + 1)."""
    parts = int(people.part.max()) + 1
    masks = np.array([cell.rows for cell in cells], dtype=np.float64)
    wide = (masks.T[:, :, None] * columns[:, None, :]).reshape(len(people), -1)
    inside = [people.part == part for part in range(parts)]
    strata = people.part if parts > 1 else None
    blocks = [
        np.array([counts[:, rows] @ wide[rows] for rows in inside])
        for counts in resample_counts(len(people), n_resamples, seed, strata)
    ]
    sums = np.concatenate(blocks, axis=1)
    return np.asarray(sums.reshape(parts, n_resamples, len(cells), -1))


def usable(resampled: Resampled, name: str, ends: Ends) -> NDArray[np.bool_]:
    """Say which resamples have a solution with weights of one sign: (B,)."""
    fine = resampled.converged.copy()
    for weighing in resampled.parts:
        fine &= np.isfinite(coefficients(weighing.weights[name], ends)[1])
    return fine


def weights_of(parts: Sequence[Weighing], name: str) -> list[Floats]:
    """Give the weights (k,) of a construct in each group of the model, at the estimates."""
    return [np.asarray(one.weights[name][0]) for one in parts]
