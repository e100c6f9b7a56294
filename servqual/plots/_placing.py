"""Where the parts of a path diagram stand: columns from causes to effects, items outside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from servqual.plots._graph import Graph
from servqual.plots._text import is_wide

Floats = NDArray[np.float64]
Point = tuple[float, float]
Edges = tuple[float, float, float, float]

# All lengths are points, for letters of size FONT.
FONT = 8.0
NARROW, WIDE = 0.6, 1.05
ITEM_GAP, BLOCK_GAP, NODE_GAP = 3.0, 12.0, 26.0
ITEM_ROOM, DROP, COLUMN_ROOM = 62.0, 40.0, 92.0
_SHIFTS = tuple(float(one) for one in np.linspace(-1, 1, 13))
_SLACK = 160.0
# Where along its line a number may stand, best first.
_PLACES = (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75, 0.2, 0.8, 0.15, 0.85)
_NEAR = (0.2, 0.26, 0.32, 0.38, 0.44, 0.5)


@dataclass(frozen=True, kw_only=True)
class Box:
    """A place in the picture, with the side of it ("left", "right", "up", "down") that is free."""

    x: float
    y: float
    width: float
    height: float
    side: str

    @property
    def edges(self) -> Edges:
        """Left, bottom, right, top."""
        half, tall = self.width / 2, self.height / 2
        return self.x - half, self.y - tall, self.x + half, self.y + tall

    def moved(self, x: float, y: float) -> "Box":
        """Give the box somewhere else."""
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True, kw_only=True)
class Column:
    """The boxes of a column and its items around (0, 0).

    Attributes
    ----------
    ways : tuple of mapping of str to Box
        One, or two where the items may stand over or under.
    width : float
        Without the items beside it.
    height : float
    """

    ways: tuple[Mapping[str, Box], ...]
    width: float
    height: float


def text_size(text: str, font: float = FONT) -> tuple[float, float]:
    """Guess the width and height of a text."""
    lines = text.split("\n")
    ems = (sum(WIDE if is_wide(one) else NARROW for one in line) for line in lines)
    return font * max(ems), 1.25 * font * len(lines)


def place(
    graph: Graph, texts: Mapping[str, str], *, number: float, before: float = 0.0
) -> dict[str, Box]:
    """Give every variable its box.

    Each column but the first is moved up and down, and items over or under it are turned, until
    arrows cross as few boxes, and each other as little, as can be.

    Parameters
    ----------
    graph : Graph
    texts : mapping of str to str
        What stands in each box.
    number : float
        How wide the longest estimate is.
    before : float, default 0
        How much room curves need between the first column and its items.
    """
    sizes = {name: _size(text, name in graph.latent) for name, text in texts.items()}
    room = ITEM_ROOM + number
    last = len(graph.layers) - 1
    parts = [
        _stacked(graph, names, sizes, "left", room + before)
        if at == 0
        else _stacked(graph, names, sizes, "right", room)
        if at == last
        else _rows(graph, names, sizes, number)
        for at, names in enumerate(graph.layers)
    ]
    tallest = max(part.height for part in parts)
    gap = max(COLUMN_ROOM + number, 0.3 * tallest)
    xs = np.cumsum([0.0, *((one.width + other.width) / 2 + gap for one, other in pairwise(parts))])

    def build(chosen: Sequence[tuple[int, float]]) -> dict[str, Box]:
        placed: dict[str, Box] = {}
        for part, x, (way, shift) in zip(parts, xs, chosen, strict=True):
            slack = max(tallest - part.height, _SLACK) / 2
            placed |= {
                name: box.moved(float(x), shift * slack) for name, box in part.ways[way].items()
            }
        return placed

    def cost(chosen: Sequence[tuple[int, float]]) -> float:
        moved = sum(8 * abs(shift) + 0.1 * way for way, shift in chosen)
        return _cost(graph, build(chosen)) + moved

    found = [_arranged(parts, first, cost) for first in range(1, len(parts))]
    chosen = min(found, key=cost, default=[(0, 0.0)])
    return _with_general(graph, build(chosen), sizes, room)


def _arranged(
    parts: Sequence[Column],
    first: int,
    cost: Callable[[Sequence[tuple[int, float]]], float],
) -> list[tuple[int, float]]:
    """Choose way and shift of one column after the other, twice, beginning with one of them."""
    chosen = [(0, 0.0)] * len(parts)
    for at in (*range(first, len(parts)), *range(1, len(parts))):
        ways = range(len(parts[at].ways))
        options = [
            [*chosen[:at], (way, shift), *chosen[at + 1 :]] for way in ways for shift in _SHIFTS
        ]
        chosen = min(options, key=cost)
    return chosen


def _size(text: str, latent: bool) -> tuple[float, float]:
    """Give the size of a box; an ellipse needs room at its corners."""
    width, height = text_size(text)
    return (1.2 * width + 18, 1.3 * height + 10) if latent else (width + 10, height + 5)


def _stacked(
    graph: Graph,
    names: Sequence[str],
    sizes: Mapping[str, tuple[float, float]],
    side: str,
    room: float,
) -> Column:
    """Stack variables, each beside a stack of its items."""
    outwards = -1 if side == "left" else 1
    width = max(sizes[name][0] for name in names)
    beside = max((sizes[item][0] for name in names for item in graph.items_of(name)), default=0)
    x = outwards * (width / 2 + room + beside / 2)
    y = 0.0
    boxes: dict[str, Box] = {}
    for at, name in enumerate(names):
        items = graph.items_of(name)
        high = sizes[name][1]
        tall = sum(sizes[item][1] + ITEM_GAP for item in items) - ITEM_GAP
        block = max(tall, high)
        if at:
            y -= BLOCK_GAP if items else NODE_GAP
        boxes[name] = Box(x=0.0, y=y - block / 2, width=width, height=high, side=side)
        top = y - (block - tall) / 2
        for item in items:
            deep = sizes[item][1]
            boxes[item] = Box(x=x, y=top - deep / 2, width=beside, height=deep, side=side)
            top -= deep + ITEM_GAP
        y -= block
    centred = {name: box.moved(0.0, -y / 2) for name, box in boxes.items()}
    return Column(ways=(centred,), width=width, height=-y)


def _rows(
    graph: Graph,
    names: Sequence[str],
    sizes: Mapping[str, tuple[float, float]],
    number: float,
) -> Column:
    """Stack variables, each over or under a row of its items."""
    half = (len(names) + 1) // 2
    up = [at < half for at in range(len(names))]
    ways = [_one_way(graph, names, sizes, number, up)]
    if len(names) == 1 and graph.items_of(names[0]):
        ways.append(_one_way(graph, names, sizes, number, [False]))
    width = max(sizes[name][0] for name in names)
    widest = max(box.edges[2] for box in ways[0].values()) * 2
    height = 2 * max(max(box.edges[3], -box.edges[1]) for box in ways[0].values())
    return Column(ways=tuple(ways), width=max(width, widest - COLUMN_ROOM), height=height)


def _one_way(
    graph: Graph,
    names: Sequence[str],
    sizes: Mapping[str, tuple[float, float]],
    number: float,
    up: Sequence[bool],
) -> dict[str, Box]:
    y = 0.0
    boxes: dict[str, Box] = {}
    for at, (name, above) in enumerate(zip(names, up, strict=True)):
        items = graph.items_of(name)
        side = "up" if above else "down"
        wide, high = sizes[name]
        each = max((sizes[item][0] for item in items), default=0.0)
        each = max(each, number + 2)
        tall = max((sizes[item][1] for item in items), default=0.0)
        row = len(items) * (each + 2 * ITEM_GAP)
        drop = max(DROP, 0.2 * row)
        extra = tall + drop if items else 0.0
        y -= NODE_GAP if at else 0.0
        centre = y - high / 2 - (extra if above else 0.0)
        boxes[name] = Box(x=0.0, y=centre, width=wide, height=high, side=side)
        beside = centre + (1 if above else -1) * (high / 2 + drop + tall / 2)
        for i, item in enumerate(items):
            x = (i + 0.5) * (each + 2 * ITEM_GAP) - row / 2
            boxes[item] = Box(x=x, y=beside, width=each, height=tall, side=side)
        y -= high + extra
    middle = boxes[names[0]].y if len(names) == 1 else y / 2
    return {name: box.moved(0.0, -middle) for name, box in boxes.items()}


def _with_general(
    graph: Graph,
    placed: dict[str, Box],
    sizes: Mapping[str, tuple[float, float]],
    room: float,
) -> dict[str, Box]:
    """Put general factors on the far side of the items."""
    if not graph.general:
        return placed
    left = min(box.edges[0] for box in placed.values())
    bottom = min(box.edges[1] for box in placed.values())
    top = max(box.edges[3] for box in placed.values())
    step = (top - bottom) / len(graph.general)
    for at, name in enumerate(graph.general):
        wide, tall = sizes[name]
        placed[name] = Box(
            x=left - room - wide / 2,
            y=top - (at + 0.5) * step,
            width=wide,
            height=tall,
            side="left",
        )
    return placed


def _cost(graph: Graph, placed: Mapping[str, Box]) -> float:
    """Count what a reader stumbles over: covered boxes, arrows through boxes, crossings, length."""
    names = list(placed)
    boxes = np.array([placed[name].edges for name in names])
    number = {name: at for at, name in enumerate(names)}
    arrows = [one for one in graph.arrows if one.start in number and one.end in number]
    if not arrows:
        return 0.0
    ends = np.array([(number[one.start], number[one.end]) for one in arrows])
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    start, end = centres[ends[:, 0]], centres[ends[:, 1]]
    through = cuts(start, end, boxes + np.array([-5, -5, 5, 5]))
    rows = np.arange(len(arrows))
    through[rows, ends[:, 0]] = through[rows, ends[:, 1]] = False
    own = np.array(
        [(number[owner], number[item]) for item, owner in graph.owner.items() if owner in number]
    ).reshape(-1, 2)
    fans = crossings(start, end, centres[own[:, 0]], centres[own[:, 1]])
    shared = (ends[:, :, None, None] == own[None, None]).any(axis=(1, 3))
    both = crossings(start, end, start, end)
    same = (ends[:, :, None, None] == ends.T[None, None]).any(axis=(1, 2))
    length = float(np.hypot(*(end - start).T).sum())
    return (
        200 * covered(boxes)
        + 60 * float(through.sum())
        + 4 * float((fans & ~shared).sum())
        + 3 * float((both & ~same).sum()) / 2
        + length / 400
    )


def covered(boxes: Floats) -> float:
    """Count pairs of boxes (left, bottom, right, top) that lie over one another."""
    return float(np.triu(overlaps(boxes, boxes), 1).sum())


def cuts(start: Floats, end: Floats, boxes: Floats) -> NDArray[np.bool_]:
    """Tell which lines (k, 2) run through which boxes (b, 4): (k, b)."""
    way = (end - start)[:, None, :]
    way = np.where(way == 0, 1e-12, way)
    one = (boxes[None, :, :2] - start[:, None, :]) / way
    other = (boxes[None, :, 2:] - start[:, None, :]) / way
    enter = np.minimum(one, other).max(axis=-1)
    leave = np.maximum(one, other).min(axis=-1)
    return np.asarray((enter < leave) & (leave > 0) & (enter < 1))


def crossings(start: Floats, end: Floats, first: Floats, second: Floats) -> NDArray[np.bool_]:
    """Tell which lines (k, 2) cross which others (j, 2): (k, j)."""

    def turn(a: Floats, b: Floats, c: Floats) -> Floats:
        u, v = b - a, c - a
        return np.asarray(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])

    a, b = start[:, None], end[:, None]
    c, d = first[None], second[None]
    apart = (turn(a, b, c) * turn(a, b, d) < 0) & (turn(c, d, a) * turn(c, d, b) < 0)
    return np.asarray(apart)


def free_place(
    start: Point,
    end: Point,
    size: Point,
    taken: Sequence[Edges],
    lines: Sequence[tuple[Point, Point]],
    *,
    near: bool = False,
) -> Point:
    """Find the place on a line where a text covers least: boxes first, then other lines."""
    places = np.array(_NEAR if near else _PLACES)
    at = np.array(start) + places[:, None] * (np.array(end) - np.array(start))
    half = np.array(size) / 2
    own = np.concatenate([at - half, at + half], axis=1)
    cost = 0.01 * np.arange(len(places))
    if taken:
        cost = cost + 10 * overlaps(own, np.array(taken)).sum(axis=1)
    if lines:
        pairs = np.array(lines)
        cost = cost + cuts(pairs[:, 0], pairs[:, 1], own).sum(axis=0)
    x, y = at[int(np.argmin(cost))]
    return float(x), float(y)


def overlaps(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Tell which boxes (a, 4) lie over which others (b, 4): (a, b)."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    return np.asarray((high > low).all(axis=-1))
