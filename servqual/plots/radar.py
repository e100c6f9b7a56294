"""Mean answers by dimension on a radar."""

from typing import TYPE_CHECKING, Any

import numpy as np

from servqual._language import check_language, say
from servqual._lazy import require
from servqual.plots._axes import (
    answer_scale,
    check_axes,
    check_result,
    draw_title,
    expectation_text,
    options,
    scale_text,
)
from servqual.plots._style import BLUE, GREY, PALE, VERMILLION
from servqual.plots._text import fitted, set_plain
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST = 3
MOST_CIRCLES = 10
TICK_PAD, LABEL_LINE = 8.0, 13.0
LOOKS: dict[str, dict[str, Any]] = {
    "minimum": {"color": GREY, "linestyle": ":", "marker": "s"},
    "expectation": {"color": BLUE, "linestyle": "--", "marker": "D"},
    "perception": {"color": VERMILLION, "linestyle": "-", "marker": "o"},
}
COLUMNS = {"minimum": "mean_m", "expectation": "mean_e", "perception": "mean_p"}


def plot_radar(
    scores: GapScores | PerceptionScores | ToleranceScores,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    """Draw the mean answers of each dimension on a radar, clockwise from the top.

    Parameters
    ----------
    scores : GapScores, PerceptionScores or ToleranceScores
        Shown are E and P, P alone, or minimum, desired level and P.
    ax : matplotlib.axes.Axes, optional
        Polar axes to draw on (``plt.subplot(projection="polar")``); new ones by default.
    language : {"en", "zh"}
        Language of the texts and labels.
    **kwargs
        Passed to `matplotlib.axes.Axes.plot` for each line.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `scores` are no scores, or `ax` no axes.
    ValueError
        If `language` is not known, `ax` is not polar, or there are fewer than three dimensions.

    Notes
    -----
    The centre is the lowest answer of the scale, the rim the highest. The area within a line
    depends on the order of the dimensions and means nothing; read along the spokes, or use
    `plot_dumbbell`. A dimension without a score leaves the line open.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> complete = sq.load_dataset("bank").dropna()
    >>> bank = sq.load_instrument("servqual-1991")
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))
    >>> polar = Figure().add_subplot(projection="polar")
    >>> ax = sq.plot_radar(scores, ax=polar)
    >>> [label.get_text() for label in ax.get_xticklabels()][:2]
    ['Tangibles', 'Reliability']
    """
    makers = {
        GapScores: "gap_scores",
        PerceptionScores: "perception_scores",
        ToleranceScores: "tolerance_scores",
    }
    check_result(scores, dict(makers), "plot_radar")
    check_language(language)
    instrument = scores.responses.instrument
    count = len(instrument.dimensions)
    if count < FEWEST:
        instead = {GapScores: "plot_dumbbell", ToleranceScores: "plot_tolerance"}.get(type(scores))
        use = f"use {instead}" if instead else "read the means from to_frame()"
        raise ValueError(
            f"A radar needs at least {FEWEST} dimensions, and instrument {instrument.name!r} has "
            f"{count}; {use}."
        )
    polar = _polar(ax)
    summary = scores.to_frame()
    means = summary[summary["level"] == "dimension"]
    roles = [role for role, column in COLUMNS.items() if column in means.columns]
    scale = answer_scale(scores)
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    around = np.append(angles, angles[0])
    closed = {role: np.append(m := means[COLUMNS[role]].to_numpy(), m[0]) for role in roles}
    polar.set_theta_offset(np.pi / 2)
    polar.set_theta_direction(-1)
    polar.set_rlim(*scale)
    if isinstance(scores, ToleranceScores):
        polar.fill_between(
            around,
            closed["minimum"],
            closed["expectation"],
            color=PALE,
            alpha=0.6,
            linewidth=0,
            zorder=1,
        )
    texts = _texts(scores, language)
    for role in roles:
        looks = {"linewidth": 1.8, "markersize": 5, **LOOKS[role], "label": texts[role]}
        polar.plot(around, closed[role], **options(looks, kwargs, "matplotlib.lines.Line2D"))
    names = [fitted(instrument.label(key, language), 16, lines=2) for key in instrument.dimensions]
    polar.set_xticks(angles, labels=names)
    polar.tick_params(axis="x", pad=TICK_PAD)
    for angle, label in zip(angles, polar.get_xticklabels(), strict=True):
        side = np.round(np.sin(angle), 6)
        label.set_horizontalalignment("left" if side > 0 else "right" if side < 0 else "center")
    low, high = scale
    step = -(-(high - low) // MOST_CIRCLES)
    polar.set_rticks(range(low + step, high + 1, step))
    polar.tick_params(axis="y", labelsize="small")
    polar.set_rlabel_position(np.degrees(np.pi / count))
    polar.set_xlabel(scale_text(scale, language), labelpad=8)
    set_plain([*polar.get_xticklabels(), polar.xaxis.label])
    draw_title(
        polar,
        scores,
        language,
        legend_columns=len(roles),
        raised=TICK_PAD + LABEL_LINE * (names[0].count("\n") + 1.5),
    )
    return polar


def _polar(ax: "Axes | None") -> Any:
    """Give the polar axes to draw on, or make them in an empty or a new figure."""
    if ax is None:
        plt = require("matplotlib.pyplot")
        figure = plt.gcf() if plt.get_fignums() else None
        if figure is None or figure.axes:
            figure = plt.figure(layout="constrained")
        return figure.add_subplot(projection="polar")
    check_axes(ax, "plot_radar")
    if ax.name != "polar":
        raise ValueError(
            f"plot_radar draws on polar axes, not on {ax.name} ones; make them with "
            "plt.subplot(projection='polar'), or leave ax out."
        )
    return ax


def _texts(scores: GapScores | PerceptionScores | ToleranceScores, language: str) -> dict[str, str]:
    """Name the lines."""
    expected = (
        say("Desired", language)
        if isinstance(scores, ToleranceScores)
        else say("E: {kind}", language, kind=expectation_text(scores, language))
    )
    return {
        "minimum": say("Minimum", language),
        "expectation": expected,
        "perception": say("P: perceptions", language),
    }
