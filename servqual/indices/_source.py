"""What an index takes from a fitted model: weights, effects, respondents, resamples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Weighting = Literal["regression", "loadings", "outer"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Weighing:
    """Weights and effects of one group of a model, of B estimates at once.

    Attributes
    ----------
    weights : mapping of str to ndarray of shape (B, k)
        Of the answers to a construct's items in their own units, up to a factor.
    pull : mapping of str to ndarray of shape (B,)
        By how much the weighted sum moves as the construct moves by 1.
    direct, total : ndarray of shape (B, m, m)
        Effects on the row of the column, among the constructs in the order of `weights`.
    spread : ndarray of shape (B, m)
        Standard deviations of the constructs.
    """

    weights: Mapping[str, NDArray[Any]]
    pull: Mapping[str, NDArray[Any]]
    direct: NDArray[Any]
    total: NDArray[Any]
    spread: NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """The respondents of one group of a model.

    Attributes
    ----------
    label : str
        "" where there is one group.
    rows : ndarray of shape (n, p)
        NaN where not answered.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    """

    label: str
    rows: Floats
    weights: Floats | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Resampled:
    """A model estimated anew from resamples of its respondents.

    Attributes
    ----------
    parts : tuple of Weighing
        One a group.
    converged : ndarray of bool of shape (B,)
    """

    parts: tuple[Weighing, ...]
    converged: Bools


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """A fitted model as an index sees it.

    Attributes
    ----------
    family : {"sem", "pls"}
    weighting : {"regression", "loadings", "outer"}
    items : mapping of str to tuple of str
        The columns of each construct that can have an index.
    refused : mapping of str to str
        Why the others cannot.
    paths : tuple of (str, str)
        Outcome and predictor.
    columns : tuple of str
        Those of the rows.
    parts : tuple of Part
        Empty where the rows are not at hand.
    kept : ndarray of bool or None
        Which rows of the data the model has, where that is known.
    index : pandas.Index or None
        Of the rows that it has, where that is known.
    n_excluded : int
    imputed : bool
        Whether missing answers were replaced.
    clustered : bool
    weighing : tuple of Weighing
        At the estimates (B = 1), one a group.
    resample : callable
        Estimate the model anew from resamples: (n_resamples, seed, advance) to `Resampled`.
    errors : callable or None
        The standard errors (K,) of a function of the groups' weighings that gives (B, K).
    """

    family: Literal["sem", "pls"]
    weighting: Weighting
    items: Mapping[str, tuple[str, ...]]
    refused: Mapping[str, str]
    paths: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    parts: tuple[Part, ...]
    kept: Bools | None
    index: pd.Index | None
    n_excluded: int
    imputed: bool
    clustered: bool
    weighing: tuple[Weighing, ...]
    resample: Callable[[int, int, Callable[[int], None]], Resampled]
    errors: Callable[[Callable[[tuple[Weighing, ...]], NDArray[Any]]], Floats] | None

    def causes(self, name: str) -> tuple[str, ...]:
        """All constructs that act on this one, directly or by way of others."""
        return self._reached(name, {(one, other) for one, other in self.paths})

    def outcomes(self, name: str) -> tuple[str, ...]:
        """All constructs that this one acts on, directly or by way of others."""
        return self._reached(name, {(other, one) for one, other in self.paths})

    def _reached(self, name: str, steps: set[tuple[str, str]]) -> tuple[str, ...]:
        found, todo = set[str](), [name]
        while todo:
            here = todo.pop()
            new = {to for start, to in steps if start == here} - found
            found |= new
            todo += new
        return tuple(one for one in self.items if one in found and one != name)
