"""The correlations of a scale's items, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual._result import same
from servqual.errors import AdmissibilityWarning, ModelError, SmallSampleWarning, shortened, warn
from servqual.instrument import Instrument
from servqual.items import Items, read_items
from servqual.moments import Moments

Floats = NDArray[np.float64]

_SINGULAR = 1e-10
_IDENTICAL = 1e-10
_EQUAL = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class Correlations:
    """The correlations of the items that vary.

    Attributes
    ----------
    name : str
        What the items are of, such as an instrument.
    of : str
        Which scores: "gap", "perception", ... or "item".
    names : tuple of str
        All p items, in instrument or input order.
    labels : dict of str to str
        Display text by item id and dimension key.
    dimensions : dict of str to tuple of str
        The items of each dimension.
    n, n_excluded : int
        Respondents, and how many were left out as incomplete.
    constant : tuple of str
        Items without variance, which have no correlations.
    identical : tuple of (str, str)
        Pairs of items that are the same up to a linear change of scale.
    singular : bool
        Whether an item is a linear combination of others, as it must be when there are no more
        respondents than items.
    instrument : Instrument or None
        Whose items they are, where it is known.
    """

    name: str
    of: str
    names: tuple[str, ...]
    labels: dict[str, str]
    dimensions: dict[str, tuple[str, ...]]
    n: int
    n_excluded: int
    constant: tuple[str, ...]
    identical: tuple[tuple[str, str], ...]
    singular: bool
    moments: Moments
    instrument: Instrument | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Correlations):
            return NotImplemented
        return same(vars(self), vars(other))

    __hash__ = None  # type: ignore[assignment]

    @property
    def varied(self) -> NDArray[np.intp]:
        """Where the k items that vary stand in `names`."""
        return np.flatnonzero([name not in self.constant for name in self.names])

    @property
    def matrix(self) -> Floats:
        """Correlations of the items that vary, shape (k, k)."""
        at = self.varied
        matrix = self.moments.correlation[np.ix_(at, at)]
        matrix[np.arange(len(at)), np.arange(len(at))] = 1
        return matrix

    @property
    def dimension_of(self) -> dict[str, str]:
        """The dimension of each item."""
        return {item: key for key, items in self.dimensions.items() for item in items}

    def about(self) -> dict[str, list[Any]]:
        """Give the columns that say which item a row is of."""
        return {
            "dimension": [self.dimension_of[item] for item in self.names],
            "item": list(self.names),
            "label": [self.labels.get(item, item) for item in self.names],
        }

    def spread(self, values: Floats) -> Floats:
        """Put one value or row for each varying item where it stands among all items."""
        full = np.full((len(self.names), *np.shape(values)[1:]), np.nan)
        full[self.varied] = values
        return full

    def told(self, language: str) -> str:
        """Say of what, of how many, and what was left out."""
        of = {
            "gap": say("gaps", language),
            "perception": say("perceptions", language),
            "expectation": say("expectations", language),
            "adequacy": say("adequacy scores", language),
            "superiority": say("superiority scores", language),
            "minimum": say("minimum levels", language),
        }.get(self.of, say("items", language))
        text = say("{count} {of}", language, count=len(self.names), of=of)
        name = self.name if self.instrument is None else self.instrument.title_in(language)
        if name:
            text = say("{text} of {name}", language, text=text, name=name)
        text = say("{text}; n = {n:,}", language, text=text, n=self.n)
        if self.moments.pairs is not None:
            text += say(
                " (the smallest of any pair) of {total:,}",
                language,
                total=self.n + self.n_excluded,
            )
        elif self.n_excluded:
            text += say(" ({count:,} incomplete left out)", language, count=self.n_excluded)
        if self.weighted:
            text += say(
                ", with sampling weights (effective n = {n:,.1f})",
                language,
                n=self.moments.n_effective,
            )
        return text

    @property
    def weighted(self) -> bool:
        """Whether there are sampling weights that differ."""
        return self.moments.n_effective < self.n * (1 - _EQUAL)

    def problems(self, language: str = "en") -> tuple[str, ...]:
        """Say what is wrong with the correlations."""
        told = []
        if self.constant:
            told.append(
                say(
                    "Without variance, so without correlations, and left out: {items}.",
                    language,
                    items=shortened(self.constant),
                )
            )
        if self.identical:
            told.append(
                say(
                    "These items hold the same answers up to a change of scale: {pairs}.",
                    language,
                    pairs=shortened([f"{one} = {other}" for one, other in self.identical]),
                )
            )
        if self.singular:
            if self.n <= len(self.names):
                why = say(
                    "{n} respondents are too few for {k} items",
                    language,
                    n=self.n,
                    k=len(self.names) - len(self.constant),
                )
            elif self.indefinite:
                why = say("its pairwise entries contradict each other", language)
            else:
                why = say("an item is a combination of others", language)
            told.append(
                say(
                    "The correlation matrix is singular ({why}), so what needs its inverse or its "
                    "determinant is not computed.",
                    language,
                    why=why,
                )
                if not self.indefinite
                else say(
                    "The correlation matrix is not positive definite ({why}), so what needs its "
                    "inverse or its determinant is not computed.",
                    language,
                    why=why,
                )
            )
        if self.weighted:
            told.append(
                say(
                    "Tests and intervals count {n:,} respondents, not sampling weights; weights "
                    "as unequal as these make them too sure (effective n = {effective:,.1f}; "
                    "Kish, 1965).",
                    language,
                    n=self.n,
                    effective=self.moments.n_effective,
                )
            )
        return tuple(told)

    @property
    def indefinite(self) -> bool:
        """Whether the pairwise correlations are those of no complete rows."""
        if self.moments.pairs is None:
            return False
        return bool(np.linalg.eigvalsh(self.matrix)[0] < -_SINGULAR)


def read_correlations(
    data: object, of: str, dimensions: Mapping[str, Sequence[str]] | None
) -> tuple[Correlations, Items]:
    """Read items and correlate those that vary.

    Raises
    ------
    ModelError
        If fewer than two items vary, or there are fewer than three respondents.
    """
    items = read_items(data, of, dimensions)
    moments = items.moments
    if moments.n < 3:
        raise ModelError(f"Correlations need at least three respondents; there are {moments.n}.")
    constant = tuple(name for name, sd in zip(items.names, moments.sd, strict=True) if not sd > 0)
    if len(items.names) - len(constant) < 2:
        raise ModelError(
            f"At least two items must vary; {len(items.names) - len(constant)} of "
            f"{len(items.names)} do."
        )
    found = Correlations(
        name=items.name,
        of=items.of,
        names=items.names,
        labels=dict(items.labels),
        dimensions=dict(items.dimensions),
        n=moments.n,
        n_excluded=moments.n_excluded,
        constant=constant,
        identical=(),
        singular=False,
        moments=moments,
        instrument=items.instrument,
    )
    matrix = found.matrix
    at = found.varied
    pairs = tuple(
        (items.names[at[i]], items.names[at[j]])
        for i, j in np.argwhere(np.triu(np.abs(np.abs(matrix) - 1) < _IDENTICAL, 1))
    )
    singular = bool(np.linalg.eigvalsh(matrix)[0] < _SINGULAR)
    found = replace(found, identical=pairs, singular=singular)
    if constant:
        warn(
            f"{len(constant)} of {len(items.names)} items have no variance and are left out: "
            f"{shortened(constant)}.",
            AdmissibilityWarning,
        )
    if singular and moments.n > len(at) and not found.indefinite:
        twins = [f"{one} = {other}" for one, other in pairs]
        which = f": {shortened(twins)} up to a change of scale" if twins else ""
        warn(
            f"The correlation matrix is singular (an item is a combination of others{which}).",
            AdmissibilityWarning,
        )
    if moments.n <= len(at):
        warn(
            f"{moments.n:,} respondents are too few for the correlations of {len(at)} items: the "
            "matrix is singular.",
            SmallSampleWarning,
        )
    return found, items
