"""A path model as numbers: which indicator belongs where, and what explains what."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from servqual.pls.fitting.specification import Block, PathModel

Index = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Structure:
    """The paths between constructs and products.

    Attributes
    ----------
    names : tuple of str
        The N constructs, then the products.
    outcomes : tuple of int
        Outcomes, each behind those that it depends on.
    predictors : tuple of tuple of int
        Of each outcome, in the order of the text.
    """

    names: tuple[str, ...]
    outcomes: tuple[int, ...]
    predictors: tuple[tuple[int, ...], ...]

    @cached_property
    def at(self) -> tuple[Index, Index, NDArray[np.bool_]]:
        """Outcomes (m,), their predictors (m, k) filled up with 0, and where they are filled up."""
        widest = max(map(len, self.predictors))
        filled = [(*one, *[0] * (widest - len(one))) for one in self.predictors]
        empty = [[i >= len(one) for i in range(widest)] for one in self.predictors]
        return np.array(self.outcomes), np.array(filled), np.array(empty)

    @cached_property
    def cells(self) -> tuple[Index, Index, Index, Index]:
        """Of each path its outcome, predictor, and its row and column in `at`."""
        outcomes, at, empty = self.at
        rows, columns = np.nonzero(~empty)
        return outcomes[rows], at[rows, columns], rows, columns

    @cached_property
    def among(self) -> tuple[Index, Index, NDArray[np.bool_], NDArray[np.float64]]:
        """Where correlations of predictors stand, which are empty, and what fills them."""
        _, at, empty = self.at
        beside = empty[:, :, None] | empty[:, None, :]
        return at[:, :, None], at[:, None, :], beside, np.eye(at.shape[1])

    @cached_property
    def follows(self) -> NDArray[np.bool_]:
        """Whether there is a path to the outcome (row) from the predictor (column): (N, N)."""
        found = np.zeros((len(self.names), len(self.names)), dtype=bool)
        for outcome, predictors in zip(self.outcomes, self.predictors, strict=True):
            found[outcome, list(predictors)] = True
        return found

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Outcome and predictor of each path."""
        return [
            (outcome, one)
            for outcome, predictors in zip(self.outcomes, self.predictors, strict=True)
            for one in predictors
        ]

    @cached_property
    def ways(self) -> tuple[tuple[int, ...], ...]:
        """Every way along two paths or more, from its first predictor to its last outcome."""
        onward: dict[int, list[int]] = {}
        for outcome, predictor in self.pairs:
            onward.setdefault(predictor, []).append(outcome)
        found: list[tuple[int, ...]] = []
        left: list[tuple[int, ...]] = [(one,) for one in sorted(onward, reverse=True)]
        while left:
            way = left.pop()
            if len(way) > 2:
                found.append(way)
            left += [(*way, one) for one in sorted(onward.get(way[-1], ()), reverse=True)]
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Blocks of indicators and the paths between them.

    Attributes
    ----------
    blocks : tuple of Block
        J constructs.
    structure : Structure
        The paths between them, without products.
    """

    blocks: tuple[Block, ...]
    structure: Structure

    @cached_property
    def indicators(self) -> tuple[str, ...]:
        """The p indicators, block by block."""
        return tuple(one for block in self.blocks for one in block.indicators)

    @cached_property
    def sizes(self) -> Index:
        """How many indicators each construct has: (J,)."""
        return np.array([len(block.indicators) for block in self.blocks])

    @cached_property
    def owner(self) -> Index:
        """The construct of each indicator: (p,)."""
        return np.repeat(np.arange(len(self.blocks)), self.sizes)

    @cached_property
    def starts(self) -> Index:
        """Where the indicators of each construct start: (J,)."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def formed(self) -> Index:
        """Where the indicators of formative constructs stand."""
        return np.flatnonzero(self.formative[self.owner])

    @cached_property
    def belongs(self) -> NDArray[np.float64]:
        """1 where an indicator belongs to a construct: (p, J)."""
        return np.eye(len(self.blocks))[self.owner]

    @cached_property
    def together(self) -> NDArray[np.bool_]:
        """Whether two indicators are of one block: (p, p)."""
        return self.owner[:, None] == self.owner

    @cached_property
    def formative(self) -> NDArray[np.bool_]:
        """Which constructs are of mode B with two indicators or more: (J,)."""
        modes = np.array([block.mode == "B" for block in self.blocks])
        return np.asarray(modes & (self.sizes > 1))

    @cached_property
    def reflective(self) -> NDArray[np.bool_]:
        """Which constructs are of mode A with two indicators or more: (J,)."""
        modes = np.array([block.mode == "A" for block in self.blocks])
        return np.asarray(modes & (self.sizes > 1))

    def members(self, construct: int) -> Index:
        """Where the indicators of a construct stand."""
        return np.flatnonzero(self.owner == construct)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The stages in which a model is estimated.

    Attributes
    ----------
    first : Layout or None
        The model with the parts of second-order constructs in their place; None without such.
    final : Layout
        The model as written; the indicators of second-order constructs are scores of `first`.
    structure : Structure
        The paths of `final`, with the products.
    products : tuple of (int, int)
        The constructs of each product.
    """

    first: Layout | None
    final: Layout
    structure: Structure
    products: tuple[tuple[int, int], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The observed indicators, in the order of the matrices that are estimated from."""
        return (self.first or self.final).indicators


def plan_of(model: PathModel) -> Plan:
    """Plan how a model is estimated.

    Examples
    --------
    >>> from servqual.pls.fitting.specification import read_path_model
    >>> text = "A =~ a1 + a2; B =~ b1; C =~ c1; AB =~ A + B; C ~ AB"
    >>> plan = plan_of(read_path_model(text, ["a1", "a2", "b1", "c1"]))
    >>> plan.first.structure.pairs, plan.final.indicators
    ([(2, 0), (2, 1)], ('c1', 'A', 'B'))
    """
    parts = {block.name: block.indicators for block in model.composed}
    inside = set(model.parts)
    blocks = tuple(one for one in model.blocks if one.name not in inside)
    names = tuple(block.name for block in blocks)
    main = [path for path in model.paths if ":" not in path[1]]
    first = None
    if parts:
        spread = [
            (outcome, predictor)
            for path in main
            for outcome in parts.get(path[0], (path[0],))
            for predictor in parts.get(path[1], (path[1],))
        ]
        first = Layout(
            blocks=model.simple,
            structure=_structure(tuple(block.name for block in model.simple), spread),
        )
    final = Layout(blocks=blocks, structure=_structure(names, main))
    structure = final.structure
    if model.products:
        structure = _structure((*names, *(name for name, _, _ in model.products)), model.paths)
    return Plan(
        first=first,
        final=final,
        structure=structure,
        products=tuple((names.index(one), names.index(other)) for _, one, other in model.products),
    )


def _structure(names: tuple[str, ...], paths: Sequence[tuple[str, str]]) -> Structure:
    at = {name: i for i, name in enumerate(names)}
    predictors: dict[int, list[int]] = {}
    for outcome, predictor in paths:
        predictors.setdefault(at[outcome], []).append(at[predictor])
    waits: dict[int, set[int]] = {}
    for outcome, predictor in paths:
        waits.setdefault(at[outcome], set()).update(at[one] for one in predictor.split(":"))
    order: list[int] = []
    while len(order) < len(predictors):
        order += [
            one
            for one in predictors
            if one not in order and not any(w in predictors and w not in order for w in waits[one])
        ]
    return Structure(
        names=names,
        outcomes=tuple(order),
        predictors=tuple(tuple(predictors[one]) for one in order),
    )
