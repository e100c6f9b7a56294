"""A model as a graph: who measures or forms whom, who acts on whom, who covaries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from servqual.pls.result import PlsResult
from servqual.sem.result import SemResult
from servqual.sem.specification.table import ParameterTable


@dataclass(frozen=True, kw_only=True)
class Edge:
    """An arrow, or a curve with two heads, and the number of its estimate."""

    start: str
    end: str
    row: int


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What a path diagram shows.

    Attributes
    ----------
    latent : tuple of str
    owner : mapping of str to str
        Of each item the latent variable beside which it stands.
    layers : tuple of tuple of str
        Variables that are no items, in columns from causes to effects.
    general : tuple of str
        Latent variables whose items all stand beside others, and that no path touches.
    loadings : tuple of Edge
        From latent variables to items.
    orders : tuple of Edge
        From latent variables to latent variables that measure them.
    paths : tuple of Edge
    covariances : tuple of Edge
        Among variables, or their residuals; not of those that are fixed to 0.
    formed : frozenset of str
        Latent variables to which the arrows of `loadings` and `orders` lead.
    """

    latent: tuple[str, ...]
    owner: Mapping[str, str]
    layers: tuple[tuple[str, ...], ...]
    general: tuple[str, ...]
    loadings: tuple[Edge, ...]
    orders: tuple[Edge, ...]
    paths: tuple[Edge, ...]
    covariances: tuple[Edge, ...]
    formed: frozenset[str] = frozenset()

    def items_of(self, name: str) -> tuple[str, ...]:
        """Give the items that stand beside a latent variable."""
        return tuple(item for item, owner in self.owner.items() if owner == name)

    @property
    def arrows(self) -> tuple[Edge, ...]:
        """What runs between variables that are no items, or from a variable to another's item."""
        crossing = (one for one in self.loadings if self.owner[one.end] != one.start)
        return (*self.paths, *self.orders, *crossing)


def graph_of(result: SemResult, group: str) -> Graph:
    """Read the graph of one group off a result."""
    table = result.fitted.structure.table
    frame = result.parameters
    number = result.groups.index(group)
    latent = set(table.latent)
    loadings: list[Edge] = []
    orders: list[Edge] = []
    paths: list[Edge] = []
    covariances: list[Edge] = []
    for at, one in enumerate(table.parameters):
        if one.group != number:
            continue
        drawn = Edge(start=one.lhs, end=one.rhs, row=at)
        if one.op == "=~":
            (orders if one.rhs in latent else loadings).append(drawn)
        elif one.op == "~":
            paths.append(Edge(start=one.rhs, end=one.lhs, row=at))
        elif one.op == "~~" and one.lhs != one.rhs and (one.free or frame["estimate"].iloc[at]):
            covariances.append(drawn)
    owner = _owners(loadings)
    touched = {name for one in (*orders, *paths) for name in (one.start, one.end)}
    general = tuple(
        name
        for name in table.latent
        if name not in touched and name not in owner.values() and len(table.latent) > 1
    )
    inner = [
        name
        for name in (*table.latent, *table.observed)
        if name not in owner and name not in general
    ]
    return Graph(
        latent=table.latent,
        owner=owner,
        layers=_layers(inner, orders, paths, owner),
        general=general,
        loadings=tuple(loadings),
        orders=tuple(orders),
        paths=tuple(paths),
        covariances=tuple(covariances),
    )


def graph_of_composites(result: PlsResult) -> Graph:
    """Read the graph of a path model off a result; numbers run over its loadings and paths."""
    structure, final = result.estimates.structure, result.estimates.layout
    blocks = list(final.blocks)
    if result.first_stage is not None:
        blocks += [
            one for one in result.first_stage.estimates.layout.blocks if one not in final.blocks
        ]
    composed = {block.name for block in blocks}
    numbers = count()
    loadings: list[Edge] = []
    orders: list[Edge] = []
    for block in blocks:
        for name in block.indicators:
            one = Edge(start=block.name, end=name, row=next(numbers))
            # A column in a path is a construct of its own, and drawn once.
            if name != block.name:
                (orders if name in composed else loadings).append(one)
    paths = [
        Edge(start=structure.names[predictor], end=structure.names[outcome], row=next(numbers))
        for outcome, predictor in structure.pairs
    ]
    owner = _owners(loadings)
    inner = [
        *structure.names,
        *(block.name for block in blocks if block.name not in structure.names),
    ]
    return Graph(
        latent=tuple(
            name
            for name in inner
            if name in owner.values() or name not in result.recipe.plan.columns
        ),
        owner=owner,
        layers=_layers(inner, orders, paths, owner),
        general=(),
        loadings=tuple(loadings),
        orders=tuple(orders),
        paths=tuple(paths),
        covariances=(),
        formed=frozenset(block.name for block in blocks if block.mode == "B"),
    )


def covariances_of_causes(graph: Graph, table: ParameterTable) -> set[int]:
    """Name the rows that are covariances of variables which nothing explains."""
    exogenous = set(table.exogenous)
    return {one.row for one in graph.covariances if {one.start, one.end} <= exogenous}


def _owners(loadings: Sequence[Edge]) -> dict[str, str]:
    """Put each item beside the latent variable with the fewest items that measures it."""
    sizes: dict[str, int] = {}
    for one in loadings:
        sizes[one.start] = sizes.get(one.start, 0) + 1
    owner: dict[str, str] = {}
    for one in loadings:
        if one.end not in owner or sizes[one.start] < sizes[owner[one.end]]:
            owner[one.end] = one.start
    return owner


def _layers(
    inner: Sequence[str], orders: Iterable[Edge], paths: Iterable[Edge], owner: Mapping[str, str]
) -> tuple[tuple[str, ...], ...]:
    """Put causes before effects; what measures a first cause stands before it, else at the end."""
    causes: dict[str, list[str]] = {name: [] for name in inner}
    for one in paths:
        end = owner.get(one.end, one.end)
        start = owner.get(one.start, one.start)
        if start != end and start in causes and end in causes:
            causes[end].append(start)
    depth: dict[str, int] = {}
    for name in inner:
        _depth(name, causes, depth, ())
    last = max(depth.values(), default=0)
    for one in orders:
        depth[one.end] = depth[one.start] - 1 if depth[one.start] <= 0 else last + 1
    used = sorted(set(depth.values()))
    return tuple(tuple(name for name in inner if depth[name] == at) for at in used)


def _depth(
    name: str, causes: Mapping[str, list[str]], depth: dict[str, int], above: tuple[str, ...]
) -> int:
    """Count the longest chain of causes; a circle is cut where it closes."""
    if name in depth:
        return depth[name]
    found = 0
    for cause in causes[name]:
        if cause not in above and cause != name:
            found = max(found, _depth(cause, causes, depth, (*above, name)) + 1)
    if not above or all(cause not in above for cause in causes[name]):
        depth[name] = found
    return found
