"""The curves of a path diagram: covariances, each beyond the shorter ones that it spans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from servqual.plots._graph import Edge, Graph
from servqual.plots._placing import Box, Edges, Point

_NEAREST, _BETWEEN = 16.0, 3.0


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A Bézier curve by its four points, for a row of the table of parameters."""

    points: tuple[Point, Point, Point, Point]
    row: int
    width: float

    @property
    def apex(self) -> Point:
        """The point halfway."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.points
        return (ax + 3 * bx + 3 * cx + dx) / 8, (ay + 3 * by + 3 * cy + dy) / 8

    @property
    def edges(self) -> Edges:
        """What the curve and its number take."""
        x, y = self.apex
        half = self.width / 2
        t = np.linspace(0, 1, 21)[:, None]
        shares = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
        along = shares @ np.array(self.points)
        low, high = along.min(axis=0), along.max(axis=0)
        return (
            float(min(low[0], x - half)),
            float(min(low[1], y - 6)),
            float(max(high[0], x + half)),
            float(max(high[1], y + 6)),
        )


def depth_of(graph: Graph, drawn: Sequence[Edge], number: float) -> float:
    """Say how much room curves between variables of the first column take."""
    first = graph.layers[0]
    spans = [
        abs(first.index(one.start) - first.index(one.end))
        for one in drawn
        if one.start in first and one.end in first
    ]
    return _depth(max(spans), number) + number if spans else 0.0


def curves_of(
    graph: Graph, drawn: Sequence[Edge], placed: Mapping[str, Box], number: float
) -> list[Curve]:
    """Lay out the covariances.

    Between variables of one column, and between items on one side, curves run outside, one with a
    wider span further out, so that their numbers stand in a triangle. All others run between the
    nearest sides.
    """
    stacks = _stacks(graph, placed)
    found = []
    for one in drawn:
        stack = next(
            (own for own in stacks if one.start in own.names and one.end in own.names), None
        )
        if stack is None:
            points = _between(placed[one.start], placed[one.end])
        else:
            span = abs(stack.names.index(one.start) - stack.names.index(one.end))
            points = _outside(one, stack, placed, _depth(span, number), span)
        found.append(Curve(points=points, row=one.row, width=number))
    return found


def _depth(span: int, number: float) -> float:
    return (_NEAREST + number / 2) + (span - 1) * (number + _BETWEEN)


@dataclass(frozen=True, kw_only=True)
class _Stack:
    """Boxes above or beside one another, in order, and the side on which curves run."""

    names: tuple[str, ...]
    side: str
    latent: bool


def _stacks(graph: Graph, placed: Mapping[str, Box]) -> list[_Stack]:
    last = len(graph.layers) - 1
    found = []
    for at, layer in enumerate(graph.layers):
        outer = "left" if at == 0 and last else "right"
        found.append(_Stack(names=layer, side=outer, latent=True))
    sides: dict[str, list[str]] = {"left": [], "right": []}
    for item in graph.owner:
        if item in placed and placed[item].side in sides:
            sides[placed[item].side].append(item)
    for side, items in sides.items():
        ordered = tuple(sorted(items, key=lambda item: -placed[item].y))
        found.append(_Stack(names=ordered, side=side, latent=False))
    for owner in dict.fromkeys(graph.owner.values()):
        items = [item for item in graph.items_of(owner) if placed[item].side in ("up", "down")]
        if items:
            found.append(_Stack(names=tuple(items), side=placed[items[0]].side, latent=False))
    return found


def _outside(
    one: Edge, stack: _Stack, placed: Mapping[str, Box], depth: float, span: int
) -> tuple[Point, Point, Point, Point]:
    """Run from side to side, wide enough that the curve's middle is at a depth."""
    boxes = (placed[one.start], placed[one.end])
    out = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}[stack.side]
    # wider curves begin nearer to the middle, so that they do not cross the narrower ones
    share = 0.55 / span
    ends = []
    for box, other in (boxes, boxes[::-1]):
        a, b = box.width / 2, box.height / 2
        if out[0]:
            lift = share * b * np.sign(other.y - box.y)
            reach = a * np.sqrt(1 - (lift / b) ** 2) if stack.latent else a
            ends.append((box.x + out[0] * reach, box.y + lift))
        else:
            lift = share * a * np.sign(other.x - box.x)
            ends.append((box.x + lift, box.y + out[1] * b))
    (ax, ay), (dx, dy) = ends
    pull = 4 * depth / 3
    if out[0]:
        far = (max if out[0] > 0 else min)(ax, dx) + out[0] * pull
        middle = ((far, ay), (far, dy))
    else:
        far = (max if out[1] > 0 else min)(ay, dy) + out[1] * pull
        middle = ((ax, far), (dx, far))
    return (float(ax), float(ay)), middle[0], middle[1], (float(dx), float(dy))


def _between(one: Box, other: Box) -> tuple[Point, Point, Point, Point]:
    """Run between two boxes on their free sides."""
    start, first = _free_side(one)
    end, second = _free_side(other)
    pull = 0.5 * float(np.hypot(end[0] - start[0], end[1] - start[1]))
    return (
        start,
        (start[0] + pull * first[0], start[1] + pull * first[1]),
        (end[0] + pull * second[0], end[1] + pull * second[1]),
        end,
    )


def _free_side(box: Box) -> tuple[Point, Point]:
    left, bottom, right, top = box.edges
    return {
        "left": ((left, box.y), (-1.0, 0.0)),
        "right": ((right, box.y), (1.0, 0.0)),
        "up": ((box.x, top), (0.0, 1.0)),
        "down": ((box.x, bottom), (0.0, -1.0)),
    }[box.side]
