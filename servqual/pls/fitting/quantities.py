"""What is followed through resamples and groups: paths, weights, effects, ... as one row each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.layout import Layout, Plan
from servqual.pls.fitting.regressions import Floats

Kind = Literal["path", "weight", "loading", "total", "indirect", "specific", "htmt", "r2"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Names = tuple[str, str, str, str]  # lhs, op, rhs, way


@dataclass(frozen=True, kw_only=True)
class Quantities:
    """Numbers that are taken from the estimates of each matrix.

    Attributes
    ----------
    plan : Plan
    kinds : tuple of str
    """

    plan: Plan
    kinds: tuple[Kind, ...] = KINDS

    @cached_property
    def names(self) -> pd.DataFrame:
        """One row a quantity: kind, lhs, op, rhs, way."""
        rows = [(kind, *one) for kind in self.kinds for one in self._names(kind)]
        return pd.DataFrame(rows, columns=["kind", "lhs", "op", "rhs", "way"], dtype="str")

    def of(self, estimates: Estimates) -> Floats:
        """Give the quantities of B matrices: (B, k)."""
        return np.concatenate([self._values(kind, estimates) for kind in self.kinds], axis=1)

    def _names(self, kind: Kind) -> list[Names]:
        structure, names = self.plan.structure, self.plan.structure.names
        if kind in ("weight", "loading"):
            own = [one for held in self._measured for one in _indicator_names(*held)]
            return own
        if kind == "htmt":
            return [
                (layout.blocks[one].name, "htmt", layout.blocks[other].name, "")
                for layout, pairs in self._pairs
                for one, other in zip(*pairs, strict=True)
            ]
        if kind == "r2":
            return [(names[one], "r2", "", "") for one in structure.outcomes]
        if kind == "path":
            return [(names[one], "~", names[other], "") for one, other in structure.pairs]
        if kind == "specific":
            return [
                (names[way[-1]], kind, names[way[0]], " -> ".join(names[one] for one in way))
                for way in structure.ways
            ]
        ends = self._reached if kind == "total" else self._mediated
        return [(names[one], kind, names[other], "") for one, other in ends]

    def _values(self, kind: Kind, estimates: Estimates) -> Floats:
        if kind in ("weight", "loading"):
            stages = [estimates if estimates.first is None else estimates.first, estimates]
            found = [
                (one.weights if kind == "weight" else one.loadings)[:, at]
                for one, (_, at) in zip(stages[-len(self._measured) :], self._measured, strict=True)
            ]
            return np.concatenate(found, axis=1)
        if kind == "htmt":
            stages = [estimates if estimates.first is None else estimates.first, estimates]
            found = [
                one.heterotrait[:, pairs[0], pairs[1]]
                for one, (_, pairs) in zip(stages[-len(self._pairs) :], self._pairs, strict=True)
            ]
            return np.concatenate(found, axis=1)
        if kind == "r2":
            return estimates.regressions.r_squared[:, list(self.plan.structure.outcomes)]
        if kind == "specific":
            return estimates.indirect_effects
        if kind == "path":
            return _cells(estimates.paths, self.plan.structure.pairs)
        if kind == "total":
            return _cells(estimates.total_effects, self._reached)
        return _cells(estimates.total_effects - estimates.paths, self._mediated)

    @cached_property
    def _mediated(self) -> list[tuple[int, int]]:
        """Outcomes and predictors that at least one way of two paths or more leads to."""
        return sorted({(way[-1], way[0]) for way in self.plan.structure.ways})

    @cached_property
    def _reached(self) -> list[tuple[int, int]]:
        return sorted({*self.plan.structure.pairs, *self._mediated})

    @cached_property
    def _parts(self) -> list[int]:
        """Constructs of the first stage that are not among those of the paths."""
        if self.plan.first is None:
            return []
        stay = {block.name for block in self.plan.final.blocks}
        return [j for j, one in enumerate(self.plan.first.blocks) if one.name not in stay]

    @cached_property
    def _measured(self) -> list[tuple[Layout, list[int]]]:
        """Layouts and which of their indicators count: those of the parts, then the others."""
        final = self.plan.final
        found = [(final, list(range(len(final.owner))))]
        if self.plan.first is not None:
            owner = self.plan.first.owner
            found.insert(0, (self.plan.first, np.flatnonzero(np.isin(owner, self._parts)).tolist()))
        return found

    @cached_property
    def _pairs(self) -> list[tuple[Layout, tuple[list[int], list[int]]]]:
        """Layouts and pairs of their constructs: those with a part, then the others."""
        final = self.plan.final
        found = [(final, _below(len(final.blocks)))]
        if self.plan.first is not None:
            rows, columns = _below(len(self.plan.first.blocks))
            at = [
                (one, other)
                for one, other in zip(rows, columns, strict=True)
                if one in self._parts or other in self._parts
            ]
            found.insert(0, (self.plan.first, ([one for one, _ in at], [two for _, two in at])))
        return found


def _cells(matrices: Floats, ends: Sequence[tuple[int, int]]) -> Floats:
    return matrices[:, [one for one, _ in ends], [other for _, other in ends]]


def _below(many: int) -> tuple[list[int], list[int]]:
    rows, columns = np.tril_indices(many, -1)
    return rows.tolist(), columns.tolist()


def _indicator_names(layout: Layout, at: Sequence[int]) -> list[Names]:
    blocks = [layout.blocks[layout.owner[i]] for i in at]
    return [
        (block.name, block.op, layout.indicators[i], "")
        for block, i in zip(blocks, at, strict=True)
    ]
