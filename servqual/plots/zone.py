"""Zones of tolerance, with the perception in, below or above them."""

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from servqual._language import check_language, say
from servqual.plots._axes import (
    answer_scale,
    cartesian,
    check_result,
    draw_answer_scale,
    draw_title,
    options,
)
from servqual.plots._rows import arrange, draw_rows
from servqual.plots._style import BLACK, BLUE, GREEN, GREY, PALE, VERMILLION
from servqual.scores.tolerance import ToleranceScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = {
    "below": ("<", VERMILLION, "P below the zone"),
    "within": ("o", BLUE, "P within the zone"),
    "above": (">", GREEN, "P above the zone"),
    "inverted": ("X", BLACK, "P, minimum above desired"),
}


def plot_tolerance(
    scores: ToleranceScores,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    level: Literal["dimension", "item"] = "dimension",
    **kwargs: Any,
) -> "Axes":
    """Draw each zone of tolerance as a band, and the mean perception by its place in it.

    Parameters
    ----------
    scores : ToleranceScores
        What `tolerance_scores` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default. A figure made with
        ``layout="constrained"`` has room for the labels; so has the one made where there is none.
    language : {"en", "zh"}
        Language of the texts and labels.
    level : {"dimension", "item"}
        One zone a dimension, or one an item under the name of its dimension.
    **kwargs
        Passed to `matplotlib.axes.Axes.barh` for the bands.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `scores` is not ToleranceScores, or `ax` no axes.
    ValueError
        If `level` or `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    A band goes from the mean minimum to the mean desired level. The shape of the mark tells as its
    colour does whether the mean perception is below the closed zone, within or above it. The
    whisker is the 95 % interval of mean adequacy (P − minimum) set off from the mean minimum: where
    it leaves out the lower edge, adequacy differs from zero. A mean minimum above the mean desired
    level leaves no zone; its band is drawn empty. Shown is the part of the scale, in whole points,
    that holds all of this; the axis label gives the whole scale. A whisker that leaves the scale
    runs off the axes.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> library = sq.load_instrument("libqual-2004")
    >>> columns = [f"{role}{item}" for role in "MEP" for item in library.items]
    >>> complete = sq.load_dataset("library").dropna(subset=columns)
    >>> complete = complete[(complete[columns] != 0).all(axis=1)]
    >>> scores = sq.tolerance_scores(sq.Responses.from_frame(complete, library))
    >>> ax = sq.plot_tolerance(scores, ax=Figure(layout="constrained").subplots())
    >>> [label.get_text() for label in ax.get_yticklabels()][:2]
    ['Affect of service', 'Information control']
    """
    check_result(scores, {ToleranceScores: "tolerance_scores"}, "plot_tolerance")
    check_language(language)
    rows = arrange(scores, level, language)
    ax = cartesian(ax, "plot_tolerance", rows.end)
    table = rows.table
    places = np.array([place(row) for _, row in table.iterrows()])
    filled = [PALE if where != "inverted" else "none" for where in places]
    bands = {
        "height": 0.6,
        "color": filled,
        "edgecolor": GREY,
        "linewidth": 0.8,
        "label": say("Zone: minimum to desired", language),
    }
    ax.barh(
        table["y"],
        table["mean_e"] - table["mean_m"],
        left=table["mean_m"],
        **options(bands, kwargs, "matplotlib.patches.Rectangle"),
    )
    sure = table[table["adequacy_ci_low"].notna() & table["adequacy_ci_high"].notna()]
    if len(sure):
        low, high = sure["adequacy_ci_low"], sure["adequacy_ci_high"]
        ax.errorbar(
            sure["mean_p"],
            sure["y"],
            xerr=[sure["adequacy"] - low, high - sure["adequacy"]],
            fmt="none",
            ecolor=BLACK,
            elinewidth=1.2,
            capsize=2.5,
            label=say("95 % interval of P − minimum", language),
        )
    for where, (marker, colour, text) in MARKS.items():
        here = table[places == where]
        if len(here):
            ax.plot(
                here["mean_p"],
                here["y"],
                linestyle="none",
                marker=marker,
                markersize=7,
                color=colour,
                markeredgecolor="white",
                markeredgewidth=0.8,
                label=say(text, language),
                zorder=3,
            )
    scale = answer_scale(scores)
    draw_answer_scale(ax, scale, language, shown=_shown(table, scale))
    draw_rows(ax, rows)
    draw_title(ax, scores, language, legend_columns=2)
    return ax


def place(row: "pd.Series[Any]") -> str:
    """Say where a mean perception is: below, within, above, inverted, or nowhere ("")."""
    if np.isnan(row["adequacy"]) or np.isnan(row["superiority"]):
        return ""
    if row["width"] < 0:
        return "inverted"
    if row["adequacy"] < 0:
        return "below"
    return "above" if row["superiority"] > 0 else "within"


def _shown(table: pd.DataFrame, scale: tuple[int, int]) -> tuple[int, int]:
    """Give the whole scale points that hold all bands and whiskers, within the scale."""
    drawn = table[["mean_m", "mean_e", "mean_p"]].assign(
        low=table["mean_m"] + table["adequacy_ci_low"],
        high=table["mean_m"] + table["adequacy_ci_high"],
    )
    values = drawn.to_numpy(dtype=np.float64)
    if np.isnan(values).all():
        return scale
    low, high = scale
    lowest, highest = (
        max(low, math.floor(np.nanmin(values))),
        min(high, math.ceil(np.nanmax(values))),
    )
    return (lowest, highest) if lowest < highest else scale
