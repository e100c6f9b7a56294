"""Correlations of latent responses, of every kind of pair."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from servqual.polychoric._codes import Codes, count_codes
from servqual.polychoric._continuous import Continuous, standardise
from servqual.polychoric._facts import Facts
from servqual.polychoric._mixed_pairs import Information, Polyserial, correlate_mixed
from servqual.polychoric._ordered_pairs import OrderedPairs, correlate_pairs, cross_tables
from servqual.polychoric.prepared import Prepared

Floats = NDArray[np.float64]

EMPTY_CELLS = (0.5, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Latent:
    """Margins and pairs of the variables that vary.

    Attributes
    ----------
    prepared : Prepared
        What they were computed from.
    empty_cells : tuple of float
        What is added to an empty cell of a 2 x 2 table, and of a larger one.
    codes, pairs : Codes, OrderedPairs
        Of the ordered variables.
    continuous : Continuous
        Of the continuous variables.
    mixed : dict of (int, int) to Polyserial
        By the places of an ordered and a continuous variable among their like.
    place : dict of int to int
        Where each of the p variables that varies stands among its like.
    correlation : ndarray of shape (p, p)
        NaN where there is none.
    apart : tuple of (int, int)
        Pairs whose common answers (pairwise) are none, or do not vary.
    """

    prepared: Prepared
    empty_cells: tuple[float, float]
    codes: Codes
    pairs: OrderedPairs
    continuous: Continuous
    mixed: dict[tuple[int, int], Polyserial]
    place: dict[int, int]
    correlation: Floats
    apart: tuple[tuple[int, int], ...]

    @cached_property
    def perfect(self) -> tuple[tuple[int, int], ...]:
        """The pairs whose correlation is 1 or -1."""
        with np.errstate(invalid="ignore"):
            found = np.argwhere(np.triu(np.abs(self.correlation) >= 1, 1))
        return tuple((int(one), int(other)) for one, other in found)

    def thresholds(self, at: int) -> Floats:
        """Give the thresholds of a variable; none if it is continuous or constant."""
        if not self.prepared.ordered[at] or at not in self.place:
            return np.empty(0)
        mine = self.place[at]
        return self.codes.thresholds[mine, : self.codes.counts[mine] - 1].copy()

    def margin_casewise(self, at: int) -> Floats:
        """Give the influence of each row on thresholds, or on mean and variance, shape (., n)."""
        mine = self.place[at]
        if self.prepared.ordered[at]:
            table = self.codes.margin_influence[mine, : self.codes.counts[mine] - 1]
            return table[:, self.codes.codes[mine]]
        sd = float(self.continuous.sd[mine])
        return self.continuous.margin_influence[mine] * np.array([[sd], [sd * sd]])

    def casewise(self, one: int, other: int) -> Floats:
        """Give the influence of each row on the correlation of a pair, shape (n,)."""
        ordered, place = self.prepared.ordered, self.place
        if ordered[one] and ordered[other]:
            return self.pairs.casewise(self._number(one, other))
        if not ordered[one] and not ordered[other]:
            return self.continuous.casewise(place[one], place[other])
        first, second = (one, other) if ordered[one] else (other, one)
        return self.mixed[place[first], place[second]].influence

    @cached_property
    def se(self) -> Floats:
        """Standard errors of the correlations, shape (p, p); 0 on the diagonal."""
        p, n = len(self.prepared.names), self.prepared.n
        found = np.full((p, p), np.nan)
        found[range(p), range(p)] = np.where(np.isnan(np.diag(self.correlation)), np.nan, 0.0)
        weights = self.prepared.weights
        pairs, squares = self.pairs, self.pairs.tables
        if self.prepared.weighted:
            squares = cross_tables(self.codes, pairs.first, pairs.second, weights**2)
        errors = np.sqrt((squares * pairs.influence**2).sum(axis=(1, 2))) / n
        at = np.array([at for at in self.place if self.prepared.ordered[at]], dtype=np.intp)
        found[at[pairs.first], at[pairs.second]] = errors
        for one in range(p):
            for other in range(one + 1, p):
                both = self.prepared.ordered[one] and self.prepared.ordered[other]
                if not both and not np.isnan(self.correlation[one, other]):
                    found[one, other] = np.linalg.norm(weights * self.casewise(one, other)) / n
        lower = np.tril_indices(p, -1)
        found[lower] = found.T[lower]
        for one, other in self.apart:
            found[one, other] = found[other, one] = np.nan
        return found

    def _number(self, one: int, other: int) -> int:
        """Where a pair stands in `pairs`."""
        low, high = sorted((self.place[one], self.place[other]))
        k = len(self.codes.counts)
        return low * k - low * (low + 1) // 2 + high - low - 1

    @property
    def facts(self) -> Facts:
        """What was left out, merged, added or found in perfect order."""
        prepared, pairs = self.prepared, self.pairs
        names = prepared.names
        others = [at for at in self.place if not prepared.ordered[at]]
        return Facts(
            n=prepared.n,
            n_rows=prepared.n_rows,
            missing=prepared.missing,
            unused=prepared.unused,
            constant=prepared.constant,
            blank=prepared.blank,
            apart=tuple((names[one], names[other]) for one, other in self.apart),
            perfect={
                (names[one], names[other]): float(self.correlation[one, other])
                for one, other in self.perfect
            },
            n_tables=len(pairs.rho),
            n_small=int((pairs.adjusted & pairs.small).sum()),
            n_large=int((pairs.adjusted & ~pairs.small).sum()),
            empty_cells=self.empty_cells,
            far=tuple(names[others[at]] for at in self.continuous.far_from_normal),
        )


def estimate(
    prepared: Prepared, empty_cells: tuple[float, float], information: Information
) -> Latent:
    """Estimate margins, then the correlation of each pair."""
    p = len(prepared.names)
    varied = [
        at
        for at, name in enumerate(prepared.names)
        if name not in prepared.constant and name not in prepared.blank
    ]
    ordered = [at for at in varied if prepared.ordered[at]]
    others = [at for at in varied if not prepared.ordered[at]]
    place = {at: i for group in (ordered, others) for i, at in enumerate(group)}
    correlation = np.full((p, p), np.nan)
    correlation[varied, varied] = 1
    apart = _apart(prepared, varied) if prepared.missing == "pairwise" else ()
    codes = count_codes(
        [prepared.values[at] for at in ordered],
        [len(prepared.levels[at] or ()) for at in ordered],
        prepared.weights,
    )
    first, second = np.triu_indices(len(ordered), 1)
    pairs = correlate_pairs(codes, first, second, empty_cells)
    at = np.array(ordered, dtype=np.intp)
    correlation[at[first], at[second]] = pairs.rho
    values = np.array([prepared.values[at] for at in others]).reshape(len(others), prepared.n)
    continuous = standardise(values, prepared.weights, information)
    for i, one in enumerate(others):
        for j in range(i + 1, len(others)):
            if (one, others[j]) not in apart:
                correlation[one, others[j]] = continuous.correlate(i, j)
    mixed: dict[tuple[int, int], Polyserial] = {}
    for i, one in enumerate(ordered):
        many = int(codes.counts[i]) - 1
        for j, other in enumerate(others):
            pair = min(one, other), max(one, other)
            if pair in apart:
                continue
            found = correlate_mixed(
                codes.codes[i],
                codes.thresholds[i, :many],
                continuous.scores[j],
                prepared.weights,
                (codes.margin_influence[i, :many], continuous.margin_influence[j]),
                information,
            )
            mixed[i, j] = found
            correlation[pair] = found.rho
    for one, other in apart:
        correlation[one, other] = np.nan
    lower = np.tril_indices(p, -1)
    correlation[lower] = correlation.T[lower]
    return Latent(
        prepared=prepared,
        empty_cells=empty_cells,
        codes=codes,
        pairs=pairs,
        continuous=continuous,
        mixed=mixed,
        place=place,
        correlation=correlation,
        apart=apart,
    )


def _apart(prepared: Prepared, varied: list[int]) -> tuple[tuple[int, int], ...]:
    """Find pairs whose common answers are none, or do not vary."""
    seen = [prepared.seen(at) for at in varied]
    if all(one.all() for one in seen):
        return ()
    found = []
    for i, one in enumerate(varied):
        for j in range(i + 1, len(varied)):
            both = seen[i] & seen[j]
            for at in (one, varied[j]):
                given = prepared.values[at][both]
                if not (given != given[:1]).any():
                    found.append((one, varied[j]))
                    break
    return tuple(found)
