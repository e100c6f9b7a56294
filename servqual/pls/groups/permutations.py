"""The respondents of a fitted path model in groups, and permutations of who is in which."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._progress import Progress
from servqual.comparisons.grouping import group_values
from servqual.errors import (
    ConvergenceError,
    MissingResponseWarning,
    ModelError,
    ResponseError,
    warn,
)
from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.regressions import Floats
from servqual.pls.resamples.refits import Bools, Refitter, check_refittable
from servqual.pls.result import PlsResult
from servqual.resampling import BLOCK
from servqual.sem.fitting.model_data import Source, read_source

# Something of both groups (B, ...), given their estimates and who is in the first.
Compared = Callable[[Estimates, Estimates, Floats], Floats]


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """Who of the respondents of a model is in which group.

    Attributes
    ----------
    name : str
        What the groups are of.
    sizes : dict of str to int
        Respondents by group.
    codes : ndarray of int of shape (n,)
        The place of each respondent's group in `sizes`; -1 where it is not known.
    """

    name: str
    sizes: dict[str, int]
    codes: NDArray[np.intp]

    @property
    def n_missing(self) -> int:
        """Respondents of the model in no known group."""
        return int((self.codes < 0).sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """Two groups.

    Attributes
    ----------
    names : tuple of (str, str)
    rows : ndarray of shape (n, p)
        Of both.
    weights : ndarray of shape (n,)
        Sampling weights; ones without such.
    inside : ndarray of shape (n,)
        1 in the first, 0 in the second group.
    refitter : Refitter
    stream : SeedSequence
    """

    names: tuple[str, str]
    rows: Floats
    weights: Floats
    inside: Floats
    refitter: Refitter
    stream: np.random.SeedSequence

    def estimates(self, inside: Floats) -> tuple[Estimates, Estimates, Bools]:
        """Estimate both groups, given who is in the first (B, n), and say where both have one."""
        first = self.refitter.of(inside).estimates
        second = self.refitter.of(1 - inside).estimates
        return first, second, first.converged & second.converged

    def own(self) -> tuple[Estimates, Estimates]:
        """Estimate both groups as they are.

        Raises
        ------
        ModelError
            If one of them has no solution.
        """
        both = [self.refitter.of(one[None]) for one in (self.inside, 1 - self.inside)]
        for name, found in zip(self.names, both, strict=True):
            if not found.estimates.converged[0]:
                why = "a column does not vary" if found.constant[0] else "the weights do not settle"
                raise ModelError(
                    f"The model has no solution in the group {name!r}: {why} there. Leave the "
                    "group out, or merge it with another."
                )
        return both[0].estimates, both[1].estimates

    def draws(self, n_permutations: int, of: Compared, bar: Progress) -> Floats:
        """Compute something of both groups in each permutation in which both have a solution.

        Raises
        ------
        ConvergenceError
            If there is no such permutation.
        """
        found = []
        for inside in self.permuted(n_permutations):
            first, second, there = self.estimates(inside)
            found.append(of(first, second, inside)[there])
            bar.advance(len(inside))
        held = np.concatenate(found)
        if not len(held):
            raise ConvergenceError(
                f"None of {n_permutations:,} permutations of {self.names[0]!r} and "
                f"{self.names[1]!r} has a solution; the groups are too small for this model."
            )
        return held

    def permuted(self, n_permutations: int) -> Iterator[Floats]:
        """Draw who might be in the first group, in blocks of 100: (b, n)."""
        blocks = -(-n_permutations // BLOCK)
        for number, stream in enumerate(self.stream.spawn(blocks)):
            rng = np.random.default_rng(stream)
            size = min(BLOCK, n_permutations - number * BLOCK)
            yield rng.permuted(np.tile(self.inside, (size, 1)), axis=1)


def read_groups(result: PlsResult, data: object, by: object) -> Groups:
    """Sort the respondents of a model into groups.

    Parameters
    ----------
    result : PlsResult
    data : DataFrame, Table, Scores or Sample
        What it was fitted to.
    by : str or array_like
        A column of the data, or one value for each of its rows.

    Raises
    ------
    ResponseError
        If the model was not fitted to these data, or there is only one group.

    Warns
    -----
    MissingResponseWarning
        If respondents of the model are in no group.
    """
    rows = check_refittable(result, "Comparisons of groups")
    source = read_source(data)
    at = _places(result, source, rows)
    found = group_values(_series(by, source))
    codes = found.codes[at].astype(np.intp)
    there, sizes = np.unique(codes[codes >= 0], return_counts=True)
    if len(there) < 2:
        raise ResponseError(
            f"{found.name!r} puts the respondents of the model into {len(there)} group; a "
            "comparison needs two."
        )
    small = [found.levels[code] for code, n in zip(there, sizes, strict=True) if n < 3]
    if small:
        raise ResponseError(
            f"The group {small[0]!r} has fewer than three respondents; leave it out or merge it."
        )
    place = np.full(len(found.levels) + 1, -1)
    place[there] = np.arange(len(there))
    groups = Groups(
        name=found.name,
        sizes={found.levels[code]: int(n) for code, n in zip(there, sizes, strict=True)},
        codes=place[codes],
    )
    if groups.n_missing:
        warn(
            f"{groups.n_missing:,} of {result.n:,} respondents are in no group of {found.name!r} "
            "and are left out.",
            MissingResponseWarning,
        )
    return groups


def pairs_of(result: PlsResult, groups: Groups, seed: int | None) -> list[Pair]:
    """Put every two groups side by side, each with random numbers of its own."""
    rows, weights = check_refittable(result, "Comparisons of groups"), result.answers.weights
    weights = np.ones(len(rows)) if weights is None else weights
    names = list(groups.sizes)
    both = list(combinations(range(len(names)), 2))
    found = []
    for (one, other), stream in zip(
        both, np.random.SeedSequence(seed).spawn(len(both)), strict=True
    ):
        at = np.flatnonzero((groups.codes == one) | (groups.codes == other))
        found.append(
            Pair(
                names=(names[one], names[other]),
                rows=rows[at],
                weights=weights[at],
                inside=(groups.codes[at] == one).astype(np.float64),
                refitter=Refitter(result.recipe, rows[at], weights[at]),
                stream=stream,
            )
        )
    return found


def check_permutations(n_permutations: int) -> None:
    """Refuse a number of permutations that makes no sense."""
    whole = isinstance(n_permutations, (int, np.integer)) and not isinstance(n_permutations, bool)
    if not whole or n_permutations < 19:
        raise ModelError(
            "n_permutations must be a whole number of at least 19, so that a p-value can be .05; "
            f"not {n_permutations!r}."
        )


def _places(result: PlsResult, source: Source, rows: Floats) -> NDArray[np.intp]:
    """Say in which row of the data each respondent of the model stands."""
    if source.moments is not None:
        raise ResponseError("Groups need the answers themselves, but only moments are given.")
    names = result.answers.moments.names
    absent = [one for one in names if one not in source.names]
    if absent:
        raise ResponseError(f"The data have no column {absent[0]!r}; {_other_data()}")
    given = np.column_stack([source.column(one) for one in names])
    index = pd.RangeIndex(len(given)) if source.frame is None else source.frame.index
    if index.is_unique and result.answers.index is not None:
        at = index.get_indexer(result.answers.index)
    else:
        blank = np.isnan(given)
        at = np.flatnonzero(
            ~(blank.any(axis=1) if result.missing == "listwise" else blank.all(axis=1))
        )
    if len(at) != len(rows) or (at < 0).any():
        raise ResponseError(f"The data have other rows; {_other_data()}")
    given = given[at]
    other = ~((given == rows) | np.isnan(given)).all(axis=1)
    if other.any():
        raise ResponseError(
            f"{int(other.sum()):,} of {len(rows):,} rows have other answers; {_other_data()}"
        )
    return np.asarray(at, dtype=np.intp)


def _other_data() -> str:
    return "give the data that the model was fitted to."


def _series(by: Any, source: Source) -> "pd.Series[Any]":
    index = None if source.frame is None else source.frame.index
    n = len(source.sample or ()) if index is None else len(index)
    if isinstance(by, str):
        if source.frame is None:
            return pd.Series(source.column(by), name=by)
        source.frame.require([by], "grouping columns")
        return source.frame.pandas([by])[by]
    if isinstance(by, pd.Series) and index is not None and not by.index.equals(index):
        raise ResponseError(
            "by= is a Series whose index is not that of the data, so its rows may be others. Pass "
            "by.to_numpy() if the order is the same."
        )
    if np.ndim(by) != 1 or len(by) != n:
        raise ResponseError(
            f"by= must name a column, or give one value for each of the {n:,} rows of the data, "
            f"not an array of shape {np.shape(by)}."
        )
    held = by if isinstance(by, pd.Series) else pd.Series(by, name="group")
    return held.rename("group") if held.name is None else held
