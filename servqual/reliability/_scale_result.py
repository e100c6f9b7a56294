"""What results on the items of a scale have in common: of which scores, how many, why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.items import SCORE_NAMES, Items
from servqual.moments import Moments

FEWEST = 4  # respondents; the error of a correlation of fewer is not defined
_SAME = 1e-10
_ROUNDING = 1e-12
_SAME_WEIGHTS = 1e-12


@dataclass(frozen=True)
class Reason:
    """Why something was not computed: where, and a template with its values."""

    where: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: str = "en") -> str:
        """Give the reason as a sentence."""
        values = {
            key: ", ".join(value) if isinstance(value, tuple) else value
            for key, value in self.values.items()
        }
        why = say(self.template, language, **values)
        return say("{where}: {why}.", language, where=self.where, why=why)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ScaleResult(Result):
    """A result on the items of a scale.

    Attributes
    ----------
    name : str
        The instrument; empty for plain columns.
    of : str
        Which scores, such as "gap".
    n, n_excluded : int
        Respondents, and those left out as incomplete.
    weighted : bool
        Whether there are sampling weights.
    reasons : tuple of Reason
        What could not be computed and why.
    instrument : Instrument or None
        Whose labels the rows bear, where it is known.
    n_effective : float or None
        Kish's effective n under sampling weights.
    pairwise : bool
        Whether each covariance comes from the respondents with both answers; n is then the
        smallest of any pair.
    """

    name: str
    of: str
    n: int
    n_excluded: int
    weighted: bool
    reasons: tuple[Reason, ...]
    instrument: Instrument | None = None
    n_effective: float | None = None
    pairwise: bool = False

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be computed and why."""
        return self._problems("en")

    def _problems(self, language: str) -> tuple[str, ...]:
        return tuple(reason.said(language) for reason in self.reasons)

    def _about(self, language: str) -> str:
        """Name the scores, the instrument, n, and how many were left out."""
        what = say(SCORE_NAMES.get(self.of, self.of), language)
        name = self.name if self.instrument is None else self.instrument.title_in(language)
        if name:
            what = say("{scores} of {name}", language, scores=what, name=name)
        text = say("{what}: n = {n:,}", language, what=what, n=self.n)
        total, out = self.n + self.n_excluded, self.n_excluded
        if self.pairwise:
            text += say(" (the smallest of any pair) of {total:,}", language, total=total)
        elif out:
            text += say(" of {total:,} ({out:,} left out)", language, total=total, out=out)
        if self.weighted:
            text += say(", with sampling weights", language)
            if self.n_effective is not None:
                text += say(" (effective n = {n:,.1f})", language, n=self.n_effective)
        return text


class AboutItems(TypedDict):
    """The fields of `ScaleResult` that the items give."""

    name: str
    of: str
    n: int
    n_excluded: int
    weighted: bool
    instrument: Instrument | None
    n_effective: float | None
    pairwise: bool


def about(items: Items) -> AboutItems:
    """Read what a result says of its items."""
    moments = items.moments
    weighted = items.weights is not None or moments.n_effective < moments.n * (1 - _SAME_WEIGHTS)
    return AboutItems(
        name=items.name,
        of=items.of,
        n=items.moments.n,
        n_excluded=items.moments.n_excluded,
        weighted=weighted,
        instrument=items.instrument,
        n_effective=moments.n_effective if weighted else None,
        pairwise=moments.pairs is not None,
    )


def obstacles(moments: Moments, scales: Mapping[str, tuple[str, ...]]) -> dict[str, Reason]:
    """Say why nothing can be said of some sets of items as scales, by the key of each such set."""
    place = {name: at for at, name in enumerate(moments.names)}
    variances = np.diag(moments.covariance)
    spread = np.sqrt(np.where(variances > 0, variances, np.nan))
    together = np.outer(spread, spread)
    same = np.abs(np.abs(moments.covariance) - together) < _SAME * together
    np.fill_diagonal(same, False)
    found = {}
    for key, names in scales.items():
        at = np.array([place[name] for name in names])
        why = _obstacle(key, moments, names, at, same)
        if why is not None:
            found[key] = why
    return found


def _obstacle(
    where: str,
    moments: Moments,
    names: tuple[str, ...],
    at: NDArray[np.intp],
    same: NDArray[np.bool_],
) -> Reason | None:
    if len(names) < 2:
        return Reason(where, "one item has no internal consistency")
    if moments.n < FEWEST:
        return Reason(where, "{n} respondents are too few", {"n": moments.n})
    covariance = moments.covariance[at[:, None], at]
    variances = np.diag(covariance)
    if not variances.min() > 0:
        constant = [name for name, one in zip(names, variances, strict=True) if not one > 0]
        return Reason(where, "no variance in {items}; leave them out", {"items": _few(constant)})
    copies = same[at[:, None], at]
    if copies.any():
        pairs = [f"{names[i]} = {names[j]}" for i, j in np.argwhere(np.triu(copies))]
        template = "items that are copies of each other (r = 1 or -1): {items}; leave one out"
        return Reason(where, template, {"items": _few(pairs)})
    if not covariance.sum() > _ROUNDING * variances.sum():
        return Reason(where, "the items cancel out, so that their sum does not vary")
    return None


def _few(names: list[str]) -> tuple[str, ...]:
    return (*names[:5], f"… ({len(names)})") if len(names) > 5 else tuple(names)
