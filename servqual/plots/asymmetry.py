"""Penalties against rewards, and features of a Kano questionnaire."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servqual._language import check_language, say
from servqual._result import Result
from servqual.plots._axes import cartesian, check_result, draw_heading, options
from servqual.plots._labels import draw_labels
from servqual.plots._style import BLACK, BLUE, GREEN, GREY, RULE, VERMILLION
from servqual.plots._text import fitted, set_plain
from servqual.priorities.asymmetry.kano import KanoAnalysis
from servqual.priorities.asymmetry.penalties import PenaltyReward

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL_WIDTH = 26
SIZE = 45.0
QUADRANTS = {
    "attractive": (0, 1, GREEN),
    "one-dimensional": (1, 1, BLUE),
    "indifferent": (0, 0, GREY),
    "must-be": (1, 0, VERMILLION),
}


def plot_penalty_reward(
    result: PenaltyReward,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
    **kwargs: Any,
) -> "Axes":
    """Draw penalties to the left and rewards to the right, with intervals and classes.

    Parameters
    ----------
    result : PenaltyReward
        What `penalty_reward` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default.
    language : {"en", "zh"}
        Language of the texts and labels.
    labels : mapping of str to str, optional
        Labels of your own, before those of the instrument.
    **kwargs
        Passed to `matplotlib.axes.Axes.barh`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is not PenaltyReward, or `ax` no axes.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    Below the name of a driver stands its class, and in how many of the resamples it fell there. A
    driver without class has a penalty above 0, a reward below 0, or lacks one of them.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> from servqual.priorities.asymmetry.estimation import penalty_reward
    >>> bank = sq.load_instrument("servqual-1991")
    >>> scores = sq.gap_scores(sq.Responses.from_frame(sq.load_dataset("bank").dropna(), bank))
    >>> found = penalty_reward(scores, "SAT1", n_resamples=100, seed=1)
    >>> ax = plot_penalty_reward(found, ax=Figure(layout="constrained").subplots())
    >>> ax.get_xlabel()
    'Points of SAT1 per point'
    """
    made_by: dict[type[Result], str] = {PenaltyReward: "penalty_reward"}
    check_result(result, made_by, "plot_penalty_reward")
    check_language(language)
    table = result.to_frame()
    ax = cartesian(ax, "plot_penalty_reward", 2 * len(table))
    y = np.arange(len(table))
    for name, colour, offset in (("penalty", VERMILLION, -0.18), ("reward", BLUE, 0.18)):
        defaults = {"height": 0.34, "color": colour, "label": say(name, language)}
        chosen = options(defaults, kwargs, "matplotlib.patches.Rectangle")
        ax.barh(y + offset, table[name].fillna(0), **chosen)
        sure = table[f"{name}_se"].notna().to_numpy()
        known = table[sure]
        ax.errorbar(
            known[name],
            (y + offset)[sure],
            xerr=[known[name] - known[f"{name}_ci_low"], known[f"{name}_ci_high"] - known[name]],
            fmt="none",
            ecolor=BLACK,
            elinewidth=1.2,
            capsize=2.5,
        )
    ax.axvline(0, color=BLACK, linewidth=1)
    ax.set_yticks(y, labels=[_named(row, result, language, labels or {}) for row in _rows(table)])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.grid(axis="x", color=RULE, linewidth=0.5, alpha=0.5)
    ax.set_axisbelow(True)
    unit = (
        "Points of {outcome} per point" if result.coding == "piecewise" else "Points of {outcome}"
    )
    outcome = " + ".join(result.outcome)
    ax.set_xlabel(fitted(say(unit, language, outcome=outcome), 2 * LABEL_WIDTH, lines=2))
    set_plain([ax.xaxis.label, *ax.get_yticklabels()])
    instrument = result.instrument.title_in(language)
    title = say("{instrument}: n = {n:,}", language, instrument=instrument, n=result.n)
    title = say("{title}; {kind}", language, title=title, kind=result.coding_text(language))
    draw_heading(ax, title, legend_columns=2)
    return ax


def plot_kano(
    result: KanoAnalysis,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
    intervals: bool = True,
    **kwargs: Any,
) -> "Axes":
    """Draw how much better features make it (upwards) against how much worse their absence does.

    Parameters
    ----------
    result : KanoAnalysis
        What `kano_analysis` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default.
    language : {"en", "zh"}
        Language of the texts.
    labels : mapping of str to str, optional
        Labels of the features; by default their names.
    intervals : bool, default True
        Whether to draw the intervals, as thin crosses.
    **kwargs
        Passed to `matplotlib.axes.Axes.scatter`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is not KanoAnalysis, or `ax` no axes.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    The quadrants part at 0.5, where at least half of the respondents are pleased, or put off; their
    names need not be the most frequent category. Features without coefficients are left out and
    counted in the title.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from servqual.priorities.asymmetry.kano import kano_analysis
    >>> there = pd.DataFrame({"app": [1, 1, 3, 1], "pin": [2, 3, 2, 1]})
    >>> absent = pd.DataFrame({"app": [3, 3, 3, 5], "pin": [5, 5, 5, 5]})
    >>> ax = plot_kano(kano_analysis(there, absent), ax=Figure(layout="constrained").subplots())
    >>> [text.get_text() for text in ax.texts[4:]]
    ['app', 'pin']
    """
    made_by: dict[type[Result], str] = {KanoAnalysis: "kano_analysis"}
    check_result(result, made_by, "plot_kano")
    check_language(language)
    ax = cartesian(ax, "plot_kano", 0)
    table = result.to_frame()
    shown = table[table["better"].notna()]
    marks = np.column_stack([-shown["worse"], shown["better"]])
    if intervals:
        style: dict[str, Any] = {"color": RULE, "linewidth": 0.8, "zorder": 1}
        ax.hlines(marks[:, 1], -shown["worse_ci_high"], -shown["worse_ci_low"], **style)
        ax.vlines(marks[:, 0], shown["better_ci_low"], shown["better_ci_high"], **style)
    defaults = {"s": SIZE, "color": BLUE, "zorder": 3}
    chosen = options(defaults, kwargs, "matplotlib.collections.PathCollection")
    ax.scatter(marks[:, 0], marks[:, 1], **chosen)
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.03, 1.03)
    ax.axvline(0.5, color=GREY, linewidth=0.8, zorder=2)
    ax.axhline(0.5, color=GREY, linewidth=0.8, zorder=2)
    corners = []
    for name, (right, up, colour) in QUADRANTS.items():
        text = say(name, language)
        corners.append(
            ax.text(
                0.99 if right else 0.01,
                0.99 if up else 0.01,
                text[:1].upper() + text[1:],
                transform=ax.transAxes,
                horizontalalignment="right" if right else "left",
                verticalalignment="top" if up else "bottom",
                color=colour,
                fontsize="small",
                fontweight="bold",
                zorder=4,
            )
        )
    ax.set_xlabel(say("−worse: share put off where it is absent", language))
    ax.set_ylabel(say("better: share pleased where it is there", language))
    ax.spines[["top", "right"]].set_visible(False)
    title = say("Kano analysis: n = {n:,}", language, n=result.n)
    if len(shown) < len(table):
        kind = say("{count:,} not placed", language, count=len(table) - len(shown))
        title = say("{title}; {kind}", language, title=title, kind=kind)
    heading = ax.set_title(title, color=BLACK)
    set_plain([ax.xaxis.label, ax.yaxis.label, heading, *corners])
    own = labels or {}
    names = [fitted(own.get(name, name), LABEL_WIDTH) for name in shown["feature"]]
    draw_labels(ax, marks, np.full(len(marks), np.sqrt(SIZE) / 2), names)
    return ax


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _named(
    row: dict[str, Any], result: PenaltyReward, language: str, labels: Mapping[str, str]
) -> str:
    """Name a driver, and below it its class with the share of resamples."""
    key = row["driver"]
    name = labels.get(key) or result.instrument.label(key, language)
    text = fitted(name, LABEL_WIDTH)
    if not row["class"]:
        return text
    kind = say(row["class"], language)
    if not np.isnan(row["probability"]):
        kind = say(
            "{kind} ({percent} %)",
            language,
            kind=kind,
            percent=f"{100 * row['probability']:.0f}",
        )
    return f"{text}\n{kind}"
