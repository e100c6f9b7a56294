"""The path diagram of a structural model, or of a path model of composites."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from servqual._language import check_language
from servqual._lazy import require
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.plots._axes import check_axes, check_result, draw_heading, options
from servqual.plots._curves import Curve, curves_of, depth_of
from servqual.plots._diagrams import Naming, composite_diagram, structural_diagram
from servqual.plots._graph import Edge, Graph
from servqual.plots._placing import FONT, Box, Edges, Point, free_place, place, text_size
from servqual.plots._rows import SMALLEST_FONT
from servqual.plots._style import BLACK, BLUE, GREY
from servqual.plots._text import set_plain
from servqual.pls.result import PlsResult
from servqual.sem.result import SemResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SMALL = 0.87
_MARGIN = 6.0


def plot_paths(
    result: SemResult | PlsResult,
    *,
    ax: "Axes | None" = None,
    estimates: str | None = None,
    uncertainty: str | None = None,
    covariances: bool | None = None,
    group: str | None = None,
    instrument: Instrument | None = None,
    labels: Mapping[str, str] | None = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    r"""Draw a structural model or a path model with its estimates as a path diagram.

    Parameters
    ----------
    result : SemResult or PlsResult
        What `fit_sem` or `fit_pls` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default, in a figure of the size that the
        model needs where there is none. On smaller axes the letters become smaller.
    estimates : str, optional
        Of a structural model "std_all" (the default: all variables standardised), "std_lv" (latent
        ones only) or "estimate" (none). Of a path model, "loadings" or "weights" of the
        indicators; by default the weights of formative constructs and the loadings of others.
    uncertainty : {None, "se", "interval"}
        What stands in brackets behind an estimate of a structural model: its standard error, or
        its interval at the confidence of the result.
    covariances : bool, optional
        Whether to draw the covariances of variables that nothing explains. By default only where
        the model has no paths; a line under the picture says what is left out. Covariances of
        residuals are always drawn.
    group : str, optional
        Which group, in a model of several.
    instrument : Instrument, optional
        Whose labels the items (G1, E1, P1, ... by their ids) and dimensions bear.
    labels : mapping of str to str, optional
        Labels of your own for variables, before those of the instrument.
    language : {"en", "zh"}
        Language of the texts and labels.
    **kwargs
        Passed to the arrows of the paths, `matplotlib.patches.FancyArrowPatch`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is neither a SemResult nor a PlsResult, or `ax` no axes.
    ValueError
        If an option or the language is not known, there is no such group, or `ax` is not
        Cartesian.

    Notes
    -----
    Ellipses are latent variables, boxes observed ones. Causes stand on the left and effects on the
    right; items stand outside. Where latent variables measure another one, they stand before it.
    R² is the explained variance of an outcome. Variances and the covariances that are fixed to 0
    are not drawn; neither are the errors of items. Arrows run from the items to the constructs
    that they form.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> bank = sq.load_dataset("bank").dropna()
    >>> model = "SAT =~ SAT1 + SAT2 + SAT3; LOY =~ LOY1 + LOY2 + LOY3; LOY ~ SAT"
    >>> ax = plot_paths(sq.fit_sem(model, bank), ax=Figure(figsize=(7, 3)).subplots())
    >>> [text.get_text() for text in ax.texts if "R²" in text.get_text()]
    ['LOY\nR² = .63']
    """
    made_by: dict[type[Result], str] = {SemResult: "fit_sem", PlsResult: "fit_pls"}
    check_result(result, made_by, "plot_paths")
    check_language(language)
    naming = Naming(instrument=instrument, labels=labels or {}, language=language)
    if isinstance(result, PlsResult):
        given = {"uncertainty": uncertainty, "covariances": covariances, "group": group}
        wrong = [name for name, value in given.items() if value is not None]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: path models (fit_pls) have none to draw.")
        diagram = composite_diagram(result, naming, estimates)
    else:
        diagram = structural_diagram(
            result,
            naming,
            estimates="std_all" if estimates is None else estimates,
            uncertainty=uncertainty,
            covariances=covariances,
            group=group,
        )
    graph, numbers, texts = diagram.graph, diagram.numbers, diagram.texts
    wide = max((text_size(text, _SMALL * FONT)[0] for text in numbers), default=0.0)
    before = depth_of(graph, diagram.curves, wide) if len(graph.layers) > 1 else 0.0
    placed = place(graph, texts, number=wide, before=before)
    curves = curves_of(graph, diagram.curves, placed, wide)
    ax, scale = _axes(ax, placed, curves)
    _draw_arrows(ax, graph, placed, scale, kwargs)
    _draw_curves(ax, curves, scale)
    _draw_boxes(ax, graph, placed, texts, scale)
    _draw_numbers(ax, graph, placed, curves, numbers, scale)
    ax.set_xlabel(
        diagram.note, fontsize=max(SMALLEST_FONT, min(8.5, 1.05 * FONT * scale)), color=GREY
    )
    set_plain([*ax.texts, ax.xaxis.label])
    draw_heading(ax, diagram.heading, legend_columns=1)
    return ax


def _axes(
    ax: "Axes | None", placed: Mapping[str, Box], curves: list[Curve]
) -> tuple["Axes", float]:
    """Give axes of the size of the picture, and by how much letters grow on them."""
    edges = np.array([box.edges for box in placed.values()] + [one.edges for one in curves])
    left, bottom = edges[:, :2].min(axis=0) - _MARGIN
    right, top = edges[:, 2:].max(axis=0) + _MARGIN
    if ax is None:
        plt = require("matplotlib.pyplot")
        if not plt.get_fignums():
            wide, high = (right - left) / 72, (top - bottom) / 72 + 0.9
            figure = plt.figure(figsize=(max(wide, 4.5), high))
            figure.add_axes((0.01, 0.35 / high, 0.98, 1 - 0.9 / high))
        ax = plt.gca()
    check_axes(ax, "plot_paths")
    if ax.name != "rectilinear":
        raise ValueError(
            f"plot_paths draws on Cartesian axes, not on {ax.name} ones; make them with "
            "plt.subplots()."
        )
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    points = 72 / ax.figure.dpi
    grown = min(ax.bbox.width * points / (right - left), ax.bbox.height * points / (top - bottom))
    return ax, min(float(grown), 1.6)


def _draw_boxes(
    ax: "Axes", graph: Graph, placed: Mapping[str, Box], texts: Mapping[str, str], scale: float
) -> None:
    """Draw ellipses and boxes with their texts."""
    patches = require("matplotlib.patches")
    for name, box in placed.items():
        common = {"facecolor": "white", "edgecolor": BLACK, "linewidth": 1.0, "zorder": 3}
        if name in graph.latent:
            shape = patches.Ellipse((box.x, box.y), box.width, box.height, **common)
        else:
            outer = name in graph.owner
            common |= {"edgecolor": GREY if outer else BLACK, "linewidth": 0.7 if outer else 1.0}
            shape = patches.Rectangle(box.edges[:2], box.width, box.height, **common)
        ax.add_patch(shape)
        beside = name in graph.owner and box.side in ("left", "right")
        ax.text(
            box.edges[0] + 5 if beside else box.x,
            box.y,
            texts[name],
            ha="left" if beside else "center",
            va="center",
            fontsize=max(SMALLEST_FONT, FONT * scale),
            color=BLACK,
            zorder=4,
            linespacing=1.15,
        )


def _draw_arrows(
    ax: "Axes", graph: Graph, placed: Mapping[str, Box], scale: float, given: dict[str, Any]
) -> None:
    """Draw loadings thin and grey, paths dark."""
    arrow = require("matplotlib.patches").FancyArrowPatch
    plain = {
        "arrowstyle": "-|>",
        "shrinkA": 0.0,
        "shrinkB": 0.0,
        "color": GREY,
        "linewidth": 0.6,
        "mutation_scale": 6.0 * min(scale, 1.2),
        "zorder": 1,
    }
    strong = plain | {"color": BLACK, "linewidth": 1.2, "mutation_scale": 9 * scale, "zorder": 2}
    strong = options(strong, given, "matplotlib.patches.FancyArrowPatch")
    for one in (*graph.loadings, *graph.orders, *graph.paths):
        start, end = ends_of(one, graph, placed)
        if one.start in graph.formed and one not in graph.paths:
            start, end = end, start
        ax.add_patch(arrow(start, end, **(strong if one in graph.paths else plain)))


def ends_of(one: Edge, graph: Graph, placed: Mapping[str, Box]) -> tuple[Point, Point]:
    """Give the points where an arrow leaves one shape and meets another."""
    start, end = placed[one.start], placed[one.end]
    if graph.owner.get(one.end) == one.start:
        return _to_own_item(start, end)
    if one.start in graph.general:
        return (start.edges[2], start.y), (end.edges[0], end.y)
    return (
        _border(start, end, round_=one.start in graph.latent),
        _border(end, start, round_=one.end in graph.latent),
    )


def _to_own_item(start: Box, end: Box) -> tuple[Point, Point]:
    left, bottom, right, top = end.edges
    at = {
        "left": ((start.edges[0], start.y), (right, end.y)),
        "right": ((start.edges[2], start.y), (left, end.y)),
        "up": ((start.x, start.edges[3]), (end.x, bottom)),
        "down": ((start.x, start.edges[1]), (end.x, top)),
    }
    return at[end.side]


def _border(box: Box, other: Box, *, round_: bool) -> Point:
    """Give the point of a border in the direction of another box."""
    x, y = other.x - box.x, other.y - box.y
    a, b = box.width / 2, box.height / 2
    far = np.hypot(x / a, y / b) if round_ else max(abs(x) / a, abs(y) / b)
    return box.x + x / float(far), box.y + y / float(far)


def _draw_curves(ax: "Axes", curves: list[Curve], scale: float) -> None:
    patches, path = require("matplotlib.patches"), require("matplotlib.path").Path
    for one in curves:
        codes = [path.MOVETO, path.CURVE4, path.CURVE4, path.CURVE4]
        ax.add_patch(
            patches.FancyArrowPatch(
                path=path(one.points, codes),
                arrowstyle="<|-|>",
                shrinkA=0.0,
                shrinkB=0.0,
                color=BLUE,
                linewidth=0.7,
                mutation_scale=6.0 * min(scale, 1.2),
                zorder=1.5,
            )
        )


def _draw_numbers(
    ax: "Axes",
    graph: Graph,
    placed: Mapping[str, Box],
    curves: list[Curve],
    numbers: list[str],
    scale: float,
) -> None:
    """Print each estimate on its line, where it covers nothing."""
    font = _SMALL * FONT
    taken = [box.edges for box in placed.values()]
    lines = {one: ends_of(one, graph, placed) for one in (*graph.paths, *graph.orders)}
    found: list[tuple[float, float, str, str]] = []
    for one in graph.loadings:
        start, end = ends_of(one, graph, placed)
        own = graph.owner[one.end] == one.start or one.start in graph.general
        size = text_size(numbers[one.row], font)
        at = free_place(end, start, size, taken, [], near=own)
        taken.append(_around(at, size))
        found.append((*at, numbers[one.row], GREY if own else BLACK))
    for curve in curves:
        size = text_size(numbers[curve.row], font)
        at = curve.apex
        taken.append(_around(at, size))
        found.append((*at, numbers[curve.row], BLUE))
    for one, (start, end) in lines.items():
        others = [line for other, line in lines.items() if other is not one]
        size = text_size(numbers[one.row], font)
        at = free_place(start, end, size, taken, others)
        taken.append(_around(at, size))
        found.append((*at, numbers[one.row], BLACK))
    for x, y, text, colour in found:
        ax.text(
            x,
            y,
            text,
            ha="center",
            va="center",
            fontsize=max(SMALLEST_FONT, font * scale),
            color=colour,
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )


def _around(at: Point, size: Point) -> Edges:
    return (
        at[0] - size[0] / 2,
        at[1] - size[1] / 2,
        at[0] + size[0] / 2,
        at[1] + size[1] / 2,
    )
