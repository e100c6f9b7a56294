"""Folds of rows, and the moments of what each of them leaves for training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servqual.errors import ModelError
from servqual.pls.fitting.regressions import Floats

_NOTHING = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingSets:
    """What remains of n rows without each of K folds, and all of them at the end.

    Attributes
    ----------
    counts : ndarray of shape (K + 1, n)
        How much each row counts; 0 where it is held out.
    mean : ndarray of shape (K + 1, p)
    covariance : ndarray of shape (K + 1, p, p)
        Divided by the sum of the counts.
    """

    counts: Floats
    mean: Floats
    covariance: Floats

    @property
    def spread(self) -> Floats:
        """Standard deviations: (K + 1, p)."""
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))


def fold_labels(folds: int | ArrayLike, n: int, repeats: int, seed: int | None) -> NDArray[np.intp]:
    """Deal rows into folds, or read the folds that are given.

    Parameters
    ----------
    folds : int or array_like of shape (n,)
        How many, of sizes that differ by at most one row; or the fold of each row.
    n : int
    repeats : int
        How often rows are dealt.
    seed : int or None

    Returns
    -------
    ndarray of int of shape (repeats, n)
        Numbers from 0.

    Raises
    ------
    ModelError
        If there are fewer than two folds or more than rows, or the folds do not match the rows.
    """
    if repeats < 1:
        raise ModelError(f"repeats must be at least 1, not {repeats!r}.")
    if isinstance(folds, int | np.integer):
        if not 2 <= folds <= n:
            raise ModelError(f"folds must lie between 2 and the {n:,} respondents, not {folds!r}.")
        rng = np.random.default_rng(seed)
        return np.array([rng.permutation(np.arange(n) % folds) for _ in range(repeats)])
    given = np.asarray(folds)
    if given.shape != (n,):
        raise ModelError(
            f"folds holds {given.size:,} values, but the model has {n:,} respondents. Give a "
            "number of folds, or the fold of each respondent that the model was fitted to."
        )
    if repeats != 1:
        raise ModelError("repeats deals the folds anew; with folds of your own it must be 1.")
    known, labels = np.unique(given, return_inverse=True)
    if len(known) < 2:
        raise ModelError("folds puts all respondents into one fold; at least two are needed.")
    return labels.reshape(1, n)


def training_sets(rows: Floats, weights: Floats | None, labels: NDArray[np.intp]) -> TrainingSets:
    """Take the moments of each fold off those of all rows.

    Parameters
    ----------
    rows : ndarray of shape (n, p)
    weights : ndarray of shape (n,) or None
        Sampling weights.
    labels : ndarray of int of shape (repeats, n)
        The folds, from 0 in each repeat.

    Returns
    -------
    TrainingSets
        Fold by fold, repeat by repeat, with all rows at the end.
    """
    count = np.ones(len(rows)) if weights is None else weights
    centre = count @ rows / count.sum()
    moved = rows - centre
    counted = moved * count[:, None]
    sums: list[float] = [float(count.sum())]
    totals, squares, held = [counted.sum(axis=0)], [moved.T @ counted], [count]
    whole = sums[0], totals[0], squares[0]
    for label in labels:
        for fold in range(label.max() + 1):
            out = label == fold
            held.append(np.where(out, 0.0, count))
            sums.append(whole[0] - float(count[out].sum()))
            totals.append(whole[1] - counted[out].sum(axis=0))
            squares.append(whole[2] - moved[out].T @ counted[out])
    size = np.array(sums)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.array(totals) / size
        covariance = np.array(squares) / size[:, :, None]
    covariance -= mean[:, :, None] * mean[:, None, :]
    # What does not vary any more leaves rounding errors behind.
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    still = ~(variance > _NOTHING * variance[0])
    covariance[still[:, :, None] | still[:, None, :]] = 0.0
    order = np.roll(np.arange(len(size)), -1)
    return TrainingSets(
        counts=np.array(held)[order],
        mean=(mean + centre)[order],
        covariance=covariance[order],
    )
