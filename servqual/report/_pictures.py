"""Pictures of results as SVG that stands within a page of HTML."""

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from servqual._language import say
from servqual._lazy import require
from servqual._result import Result
from servqual.plots.dumbbell import plot_dumbbell
from servqual.plots.gaps import plot_gaps
from servqual.plots.radar import plot_radar
from servqual.plots.zone import plot_tolerance
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_WIDTH = 7.4
_RADAR_LEAST = 3


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as SVG, with the words that stand in for it and below it."""

    svg: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """How to draw a picture: its caption, how many rows it has, and what draws it on axes."""

    caption: str
    rows: int
    draw: Callable[["Axes"], object]
    polar: bool = False


def pictures(result: Result, language: str, prefix: str) -> tuple[Picture, ...]:
    """Draw the pictures of a result; `prefix` keeps their ids apart from those of other results."""
    return tuple(
        Picture(svg=_drawn(plan, f"{prefix}-{at}"), caption=plan.caption)
        for at, plan in enumerate(_plans(result, language), start=1)
    )


def _plans(result: Result, language: str) -> list[_Plan]:
    if isinstance(result, GapScores):
        return _of_gaps(result, language)
    if isinstance(result, ToleranceScores):
        return _of_zone(result, language)
    if (
        isinstance(result, PerceptionScores)
        and len(result.responses.instrument.dimensions) >= _RADAR_LEAST
    ):
        return [
            _Plan(
                caption=say("Mean perceptions by dimension", language),
                rows=0,
                draw=lambda axes: plot_radar(result, ax=axes, language=language),
                polar=True,
            )
        ]
    return []


def _of_gaps(result: GapScores, language: str) -> list[_Plan]:
    instrument = result.responses.instrument
    dimensions, items = len(instrument.dimensions), len(instrument.items)
    return [
        _Plan(
            caption=say("Mean gaps by dimension, with 95 % intervals", language),
            rows=dimensions + 1,
            draw=lambda axes: plot_gaps(result, ax=axes, language=language),
        ),
        _Plan(
            caption=say("Mean expectations and perceptions by dimension", language),
            rows=dimensions,
            draw=lambda axes: plot_dumbbell(result, ax=axes, language=language),
        ),
        _Plan(
            caption=say("Mean gaps by item, with 95 % intervals", language),
            rows=items + 1,
            draw=lambda axes: plot_gaps(result, ax=axes, language=language, level="item"),
        ),
    ]


def _of_zone(result: ToleranceScores, language: str) -> list[_Plan]:
    instrument = result.responses.instrument
    return [
        _Plan(
            caption=say("Perceptions and the zone of tolerance by dimension", language),
            rows=len(instrument.dimensions),
            draw=lambda axes: plot_tolerance(result, ax=axes, language=language),
        ),
        _Plan(
            caption=say("Perceptions and the zone of tolerance by item", language),
            rows=len(instrument.items),
            draw=lambda axes: plot_tolerance(result, ax=axes, language=language, level="item"),
        ),
    ]


def _drawn(plan: _Plan, prefix: str) -> str:
    matplotlib = require("matplotlib")
    figures = require("matplotlib.figure")
    # A fixed salt and no date: the same result gives the same bytes.
    settings: dict[str, Any] = {"svg.fonttype": "none", "svg.hashsalt": "servqual"}
    height = 5.2 if plan.polar else 1.3 + (0.42 if plan.rows < 12 else 0.26) * plan.rows
    held = io.StringIO()
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # Browsers draw the text with their own fonts; matplotlib only measures it.
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        figure = figures.Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.add_subplot(projection="polar" if plan.polar else None)
        plan.draw(axes)
        axes.set_title("")
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(held, format="svg", transparent=True, metadata=nothing)
    return _inlined(held.getvalue(), plan.caption, prefix)


def _inlined(svg: str, caption: str, prefix: str) -> str:
    """Make an SVG document a part of a page: no namespaces, no styles that leak, ids of its own."""
    root = ET.fromstring(_NOT_XML.sub("", svg))
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in ("metadata", "style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = _local(element.tag)
        attributes = {_local(name): value for name, value in element.attrib.items()}
        element.attrib.clear()
        for name, value in attributes.items():
            if name == "id":
                value = f"{prefix}-{value}"
            elif name == "href" and value.startswith("#"):
                value = f"#{prefix}-{value[1:]}"
            else:
                value = _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
            element.set(name, value)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", caption)
    return ET.tostring(root, encoding="unicode")


def _local(name: str) -> str:
    return name.rpartition("}")[2]
