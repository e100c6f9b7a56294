"""Importance against performance, with the lines between the quadrants."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import check_language, say
from servqual._lazy import require
from servqual._result import Result
from servqual.plots._axes import cartesian, check_result, options
from servqual.plots._labels import draw_labels
from servqual.plots._style import BLACK, BLUE, GREEN, GREY, RULE, VERMILLION
from servqual.plots._text import fitted, set_plain
from servqual.priorities.grid.matrix import ImportancePerformance
from servqual.priorities.grid.quadrants import (
    CONCENTRATE,
    KEEP_UP,
    LOW_PRIORITY,
    OVERKILL,
    QUADRANTS,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

COLOURS = {CONCENTRATE: VERMILLION, KEEP_UP: GREEN, LOW_PRIORITY: GREY, OVERKILL: BLUE}
MARKERS = {CONCENTRATE: "^", KEEP_UP: "o", LOW_PRIORITY: "s", OVERKILL: "D"}
CORNERS = {CONCENTRATE: (0, 1), KEEP_UP: (1, 1), LOW_PRIORITY: (0, 0), OVERKILL: (1, 0)}
SMALLEST, LARGEST = 15.0, 90.0
SURE, DOUBTFUL = 1.0, 0.5
LABEL_WIDTH = 26


def plot_importance_performance(
    result: ImportancePerformance,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    text: Literal["id", "label", "none"] | None = None,
    intervals: bool = True,
    **kwargs: Any,
) -> "Axes":
    """Draw importance (upwards) against performance (to the right), with the quadrants.

    Parameters
    ----------
    result : ImportancePerformance
        What `importance_performance` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default.
    language : {"en", "zh"}
        Language of the texts and labels.
    text : {"id", "label", "none"}, optional
        What stands at the marks: by default the ids of items, the labels of dimensions.
    intervals : bool, default True
        Whether to draw the 95 % intervals, as thin crosses.
    **kwargs
        Passed to `matplotlib.axes.Axes.scatter`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is not ImportancePerformance, or `ax` no axes.
    ValueError
        If `text` or `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    Colour and shape tell the quadrant; a mark is the larger, the more resamples agree on it, and
    of middle size where there are no resamples. Rows without importance or performance are left
    out and counted in the title.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> from servqual.priorities.grid.matrix import importance_performance
    >>> bank = sq.load_instrument("servqual-1991")
    >>> complete = sq.load_dataset("bank").dropna()
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))
    >>> found = importance_performance(scores, "points", level="dimension", seed=1)
    >>> ax = plot_importance_performance(found, ax=Figure(layout="constrained").subplots())
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Performance: mean perception', 'Importance: mean points of 100')
    """
    made_by: dict[type[Result], str] = {ImportancePerformance: "importance_performance"}
    check_result(result, made_by, "plot_importance_performance")
    check_language(language)
    if text not in (None, "id", "label", "none"):
        raise ValueError(f"text must be 'id', 'label' or 'none', not {text!r}.")
    ax = cartesian(ax, "plot_importance_performance", 0)
    table = result.to_frame()
    shown = table[table["quadrant"] != ""]
    if intervals:
        _draw_intervals(ax, shown)
    for quadrant in QUADRANTS:
        part = shown[shown["quadrant"] == quadrant]
        defaults = {
            "s": _sizes(part["probability"]),
            "color": COLOURS[quadrant],
            "marker": MARKERS[quadrant],
            "zorder": 3,
        }
        chosen = options(defaults, kwargs, "matplotlib.collections.PathCollection")
        ax.scatter(part["performance"], part["importance"], **chosen)
    _draw_limits(ax, shown, result)
    _draw_lines(ax, result)
    _draw_corners(ax, result, language)
    if text != "none":
        of_items = result.level == "item"
        by_label = text == "label" or (text is None and not of_items)
        keys = shown["item" if of_items else "dimension"]
        names = [
            fitted(result.instrument.label(key, language), LABEL_WIDTH) if by_label else key
            for key in keys
        ]
        points = shown[["performance", "importance"]].to_numpy()
        draw_labels(ax, points, np.sqrt(_sizes(shown["probability"])) / 2, names)
    ax.set_xlabel(say("Performance: {what}", language, what=result.performance_text(language)))
    what = say("Importance: {what}", language, what=result.importance_text(language))
    ax.set_ylabel(fitted(what, LABEL_WIDTH * 2, lines=2))
    ax.spines[["top", "right"]].set_visible(False)
    _draw_title(ax, result, len(table) - len(shown), language)
    set_plain([ax.xaxis.label, ax.yaxis.label])
    return ax


def _sizes(probability: pd.Series) -> Floats:
    sure = probability.fillna((SURE + DOUBTFUL) / 2).to_numpy(dtype=np.float64)
    return SMALLEST + (LARGEST - SMALLEST) * sure**2


def _draw_intervals(ax: "Axes", shown: pd.DataFrame) -> None:
    for along, across in (("performance", "importance"), ("importance", "performance")):
        sure = shown[shown[f"{along}_ci_low"].notna()]
        draw = ax.hlines if along == "performance" else ax.vlines
        draw(
            sure[across],
            sure[f"{along}_ci_low"],
            sure[f"{along}_ci_high"],
            color=RULE,
            linewidth=0.8,
            alpha=0.7,
            zorder=1,
        )


def _draw_limits(ax: "Axes", shown: pd.DataFrame, result: ImportancePerformance) -> None:
    """Leave room around the marks, their intervals and the crossing of the lines."""
    for name, put in (("performance", ax.set_xlim), ("importance", ax.set_ylim)):
        reach = [shown[name], shown[f"{name}_ci_low"], shown[f"{name}_ci_high"]]
        values = np.append(np.concatenate(reach), result.cutoffs[name])
        values = values[~np.isnan(values)]
        if len(values) == 0:
            continue
        low, high = values.min(), values.max()
        margin = 0.12 * (high - low) or 0.5
        put(low - margin, high + margin)


def _draw_lines(ax: "Axes", result: ImportancePerformance) -> None:
    across, up = result.cutoffs["performance"], result.cutoffs["importance"]
    if np.isnan(across) or np.isnan(up):
        return
    if result.cutoff != "diagonal":
        ax.axvline(across, color=BLACK, linewidth=1, zorder=2)
        ax.axhline(up, color=BLACK, linewidth=1, zorder=2)
        return
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    if not np.isnan(result.slope):
        ax.axline((across, up), slope=result.slope, color=BLACK, linewidth=1, zorder=2)
    ax.plot([across, across], [low, up], color=BLACK, linewidth=1, linestyle=":", zorder=2)
    ax.plot([across, right], [up, up], color=BLACK, linewidth=1, linestyle=":", zorder=2)
    ax.set_xlim(left, right)
    ax.set_ylim(low, high)


def _draw_corners(ax: "Axes", result: ImportancePerformance, language: str) -> None:
    """Name the quadrants in the corners, below a diagonal where each of them begins."""
    across, up = result.cutoffs["performance"], result.cutoffs["importance"]
    diagonal = result.cutoff == "diagonal" and not (np.isnan(across) or np.isnan(up))
    named = []
    for quadrant, (x, y) in CORNERS.items():
        name = say(quadrant, language)
        right, top = x == 1, y == 1
        place: tuple[float, float] = (0.99 if right else 0.01, 0.99 if top else 0.01)
        transform = ax.transAxes
        if diagonal and quadrant == KEEP_UP:
            place, top, transform = (0.99, up), False, ax.get_yaxis_transform()
        if diagonal and quadrant == LOW_PRIORITY:
            place, right, transform = (across, 0.01), True, ax.get_xaxis_transform()
        named.append(
            ax.text(
                *place,
                name[:1].upper() + name[1:],
                transform=transform,
                horizontalalignment="right" if right else "left",
                verticalalignment="top" if top else "bottom",
                color=COLOURS[quadrant],
                fontsize="small",
                fontweight="bold",
                zorder=4,
            )
        )
    set_plain(named)


def _draw_title(ax: "Axes", result: ImportancePerformance, left_out: int, language: str) -> None:
    instrument = result.instrument.title_in(language)
    title = say("{instrument}: n = {n:,}", language, instrument=instrument, n=result.n)
    lines = say("lines: {lines}", language, lines=result.cutoff_text(language))
    text = say("{title}; {kind}", language, title=title, kind=lines)
    if left_out:
        kind = say("{count:,} not placed", language, count=left_out)
        text = say("{title}; {kind}", language, title=text, kind=kind)
    sized = bool(result.n_resamples)
    heading = ax.set_title("", pad=22 if sized else 6)
    room = float(ax.bbox.width) * 72 / ax.figure.dpi
    width = max(int(room / (0.55 * float(heading.get_fontsize()))), 24)
    heading.set_text(fitted(text, width, lines=3))
    set_plain([heading])
    if sized:
        line = require("matplotlib.lines").Line2D
        handles = [
            line([], [], linestyle="", marker="o", color=GREY, markersize=np.sqrt(size))
            for size in _sizes(pd.Series([DOUBTFUL, SURE]))
        ]
        named = [
            say("{percent} % of resamples in this quadrant", language, percent=round(100 * one))
            for one in (DOUBTFUL, SURE)
        ]
        legend = ax.legend(
            handles,
            named,
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            ncols=2,
            frameon=False,
            fontsize="small",
            borderaxespad=0.2,
            borderpad=0.0,
        )
        set_plain(legend.get_texts())
