"""Pictures of results: SVG that stands within a page of HTML, or PNG for Word."""

import io
import re
import warnings
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from servqual._language import say
from servqual._lazy import require
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.plots.dumbbell import plot_dumbbell
from servqual.plots.gaps import plot_gaps
from servqual.plots.importance_map import plot_importance_map
from servqual.plots.priorities import plot_importance_performance
from servqual.plots.radar import plot_radar
from servqual.plots.zone import plot_tolerance
from servqual.pls.questions.importance_map import ImportancePerformanceMap
from servqual.pls.result import PlsResult
from servqual.priorities.grid.matrix import ImportancePerformance
from servqual.report._diagrams import diagram_of, groups_drawn
from servqual.report._driver_pictures import plans_of_drivers
from servqual.report._plan import WIDTH, Plan
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores
from servqual.sem.result import SemResult

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_NO_GLYPH = r"Glyph \d+ .* missing from"
DPI = 200
_RADAR_LEAST = 3


@dataclass(frozen=True, kw_only=True)
class Bitmap:
    """A picture as PNG; ``boxed`` where characters are missing from the fonts installed."""

    png: bytes
    boxed: bool


def plans(result: Result, language: str, of_models: Instrument | None = None) -> tuple[Plan, ...]:
    """Give the plans of the pictures of a result.

    The variables of structural models bear the labels of the instrument `of_models`.
    """
    if isinstance(result, SemResult):
        return _of_model(result, language, of_models)
    if isinstance(result, PlsResult):
        return _of_paths(result, language, of_models)
    if isinstance(result, GapScores):
        return _of_gaps(result, language)
    if isinstance(result, ToleranceScores):
        return _of_zone(result, language)
    if isinstance(result, ImportancePerformanceMap):
        return (
            Plan(
                caption=say("Importance-performance map", language),
                draw=lambda axes: plot_importance_map(
                    result, ax=axes, instrument=of_models, language=language
                ),
                square=True,
            ),
        )
    if isinstance(result, ImportancePerformance):
        if not result.table[["importance", "performance"]].notna().all(axis=1).any():
            return ()
        return (
            Plan(
                caption=say("Importance against performance", language),
                draw=lambda axes: plot_importance_performance(result, ax=axes, language=language),
                square=True,
            ),
        )
    if (
        isinstance(result, PerceptionScores)
        and len(result.responses.instrument.dimensions) >= _RADAR_LEAST
    ):
        return (
            Plan(
                caption=say("Mean perceptions by dimension", language),
                draw=lambda axes: plot_radar(result, ax=axes, language=language),
                polar=True,
            ),
        )
    return plans_of_drivers(result, language)


def _of_model(result: SemResult, language: str, instrument: Instrument | None) -> tuple[Plan, ...]:
    found = []
    for group in groups_drawn(result):
        diagram = diagram_of(result, group, instrument, language, WIDTH)
        caption = say("Path diagram", language)
        if len(result.groups) > 1:
            caption = say("{heading}: {detail}", language, heading=caption, detail=group)
        found.append(Plan(caption=caption, draw=diagram.draw, measure=diagram.size))
    return tuple(found)


def _of_paths(result: PlsResult, language: str, instrument: Instrument | None) -> tuple[Plan, ...]:
    if not result.converged:
        return ()
    diagram = diagram_of(result, "", instrument, language, WIDTH)
    return (Plan(caption=say("Path diagram", language), draw=diagram.draw, measure=diagram.size),)


def _of_gaps(result: GapScores, language: str) -> tuple[Plan, ...]:
    instrument = result.responses.instrument
    dimensions, items = len(instrument.dimensions), len(instrument.items)
    return (
        Plan(
            caption=say("Mean gaps by dimension, with 95 % intervals", language),
            rows=dimensions + 1,
            draw=lambda axes: plot_gaps(result, ax=axes, language=language),
        ),
        Plan(
            caption=say("Mean expectations and perceptions by dimension", language),
            rows=dimensions,
            draw=lambda axes: plot_dumbbell(result, ax=axes, language=language),
        ),
        Plan(
            caption=say("Mean gaps by item, with 95 % intervals", language),
            rows=items + 1,
            draw=lambda axes: plot_gaps(result, ax=axes, language=language, level="item"),
        ),
    )


def _of_zone(result: ToleranceScores, language: str) -> tuple[Plan, ...]:
    instrument = result.responses.instrument
    return (
        Plan(
            caption=say("Perceptions and the zone of tolerance by dimension", language),
            rows=len(instrument.dimensions),
            draw=lambda axes: plot_tolerance(result, ax=axes, language=language),
        ),
        Plan(
            caption=say("Perceptions and the zone of tolerance by item", language),
            rows=len(instrument.items),
            draw=lambda axes: plot_tolerance(result, ax=axes, language=language, level="item"),
        ),
    )


def as_svg(plan: Plan, prefix: str) -> str:
    """Draw a picture for a page; `prefix` keeps its ids apart from those of other pictures."""
    # A fixed salt and no date: the same result gives the same bytes.
    settings: dict[str, Any] = {"svg.fonttype": "none", "svg.hashsalt": "servqual"}
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    # Browsers draw the text with their own fonts; matplotlib only measures it.
    held, _ = _drawn(plan, settings, format="svg", transparent=True, metadata=nothing)
    return _inlined(held.decode("utf-8"), plan.caption, prefix)


def as_png(plan: Plan) -> Bitmap:
    """Draw a picture for a document."""
    png, boxed = _drawn(plan, {}, format="png", dpi=DPI, metadata={"Software": None})
    return Bitmap(png=png, boxed=boxed)


def _drawn(plan: Plan, settings: dict[str, Any], **options: Any) -> tuple[bytes, bool]:
    """Draw a picture, and tell whether the fonts installed lack some of its characters."""
    matplotlib = require("matplotlib")
    figures = require("matplotlib.figure")
    held = io.BytesIO()
    with matplotlib.rc_context(settings), warnings.catch_warnings(record=True) as told:
        warnings.filterwarnings("always", _NO_GLYPH, UserWarning)
        figure = figures.Figure(figsize=plan.size, layout="constrained")
        axes = figure.add_subplot(projection="polar" if plan.polar else None)
        plan.draw(axes)
        axes.set_title("")
        figure.savefig(held, **options)
    boxed = [one for one in told if re.match(_NO_GLYPH, str(one.message))]
    for one in told:
        if one not in boxed:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return held.getvalue(), bool(boxed)


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
