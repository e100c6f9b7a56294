"""Drivers of an outcome: bars of their importance, and stated against derived importance."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from servqual._language import check_language, say
from servqual._lazy import require
from servqual.plots._axes import cartesian, check_result, draw_heading, options
from servqual.plots._labels import draw_labels
from servqual.plots._style import BLACK, BLUE, GREY, RULE, VERMILLION
from servqual.plots._text import fitted, set_plain
from servqual.priorities.relative.contrast import StatedDerivedImportance
from servqual.priorities.relative.shares import RelativeImportance

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

LABEL_WIDTH, LONG_WIDTH = 26, 36
MANY = 12  # rows from which labels are not wrapped
SMALLEST_FONT = 4.0
SIZE = 40.0


def plot_relative_importance(
    result: RelativeImportance,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
    sort: bool = False,
    **kwargs: Any,
) -> "Axes":
    """Draw each driver's share of R² as a bar, with its interval.

    Parameters
    ----------
    result : RelativeImportance
        What `relative_importance` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default.
    language : {"en", "zh"}
        Language of the texts and labels.
    labels : mapping of str to str, optional
        Labels of drivers and outcomes of your own, before those of the instrument.
    sort : bool, default False
        Largest share first; otherwise input order.
    **kwargs
        Passed to `matplotlib.axes.Axes.barh`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is not RelativeImportance, or `ax` no axes.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    Where there is no R² to have shares of, the bars are the estimates themselves. A driver without
    a value has no bar.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> from servqual.priorities.relative.dividing import relative_importance
    >>> complete = sq.load_dataset("bank").dropna()
    >>> answers = sq.Responses.from_frame(complete, sq.load_instrument("servqual-1991"))
    >>> found = relative_importance("SAT1", sq.gap_scores(answers), n_resamples=200, seed=1)
    >>> ax = plot_relative_importance(found, ax=Figure(layout="constrained").subplots())
    >>> ax.get_xlabel()
    'Share of R², %'
    """
    check_result(result, {RelativeImportance: "relative_importance"}, "plot_relative_importance")
    check_language(language)
    table = result.to_frame()
    shared = bool(table["share"].notna().any())
    names = (
        ("share", "share_ci_low", "share_ci_high")
        if shared
        else (
            "estimate",
            "ci_low",
            "ci_high",
        )
    )
    unit = 100.0 if shared else 1.0
    if sort:
        table = table.sort_values(names[0], ascending=False, kind="stable", na_position="last")
    value, low, high = (unit * table[name].to_numpy(dtype=np.float64) for name in names)
    ax = cartesian(ax, "plot_relative_importance", len(table))
    y = np.arange(len(table))
    defaults = {"color": BLUE, "height": 0.6, "zorder": 2}
    drawn = np.where(np.isnan(value), 0.0, value)
    ax.barh(y, drawn, **options(defaults, kwargs, "matplotlib.patches.Rectangle"))
    sure = ~np.isnan(low)
    ax.hlines(y[sure], low[sure], high[sure], color=BLACK, linewidth=1.5, zorder=3)
    reach = np.concatenate([drawn, low[sure], high[sure], [0.0]])
    room = 0.06 * (reach.max() - reach.min()) or 1.0
    ax.set_xlim(reach.min() - room * (reach.min() < 0), reach.max() + room)
    if reach.min() < 0:
        ax.axvline(0, color=BLACK, linewidth=0.8, zorder=2.5)
    ax.set_xlabel(
        say("Share of R², %", language) if shared else say("Explained variance", language)
    )
    ax.grid(axis="x", color=RULE, linewidth=0.5, alpha=0.5)
    ax.set_axisbelow(True)
    own = labels or {}
    _name_rows(ax, [own.get(key, result.label_of(key, language)) for key in table["driver"]])
    set_plain([ax.xaxis.label])
    title = say(
        "What goes with {outcome}: {method}, n = {n:,}, R² = {r_squared:.2f}",
        language,
        outcome=_outcome(result.outcome, own),
        method=result.method_text(language),
        n=result.n,
        r_squared=result.r_squared,
    )
    draw_heading(ax, title, legend_columns=1)
    return ax


def plot_stated_derived(
    result: StatedDerivedImportance,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
    intervals: bool = True,
    **kwargs: Any,
) -> "Axes":
    """Draw derived importance (upwards) against stated importance (to the right).

    Parameters
    ----------
    result : StatedDerivedImportance
        What `stated_derived_importance` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default.
    language : {"en", "zh"}
        Language of the texts and labels.
    labels : mapping of str to str, optional
        Labels of drivers and outcomes of your own, before those of the instrument.
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
        If `result` is not StatedDerivedImportance, or `ax` no axes.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    On the line, a driver is as important derived as stated; above it, it goes with the outcome more
    than respondents say. Full marks differ at 5 % after Holm's adjustment, hollow ones do not.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> from servqual.priorities.relative.stated import stated_derived_importance
    >>> complete = sq.load_dataset("bank").dropna()
    >>> bank = sq.load_instrument("servqual-1991")
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))
    >>> found = stated_derived_importance(scores, "SAT1", n_resamples=200, seed=1)
    >>> ax = plot_stated_derived(found, ax=Figure(layout="constrained").subplots())
    >>> ax.get_ylabel()
    'Derived share of R², %'
    """
    check_result(
        result, {StatedDerivedImportance: "stated_derived_importance"}, "plot_stated_derived"
    )
    check_language(language)
    table = result.to_frame()
    ax = cartesian(ax, "plot_stated_derived", 0)
    marks = 100 * table[["stated", "derived"]].to_numpy(dtype=np.float64)
    ends = 100 * table.filter(like="_ci_").drop(
        columns=["discrepancy_ci_low", "discrepancy_ci_high"]
    )
    if intervals:
        style: dict[str, Any] = {"color": RULE, "linewidth": 1.0, "zorder": 1.5}
        ax.hlines(marks[:, 1], ends["stated_ci_low"], ends["stated_ci_high"], **style)
        ax.vlines(marks[:, 0], ends["derived_ci_low"], ends["derived_ci_high"], **style)
    differs = (table["p_adjusted"] < 0.05).to_numpy()
    above = marks[:, 1] > marks[:, 0]
    colours = np.where(differs, np.where(above, VERMILLION, BLUE), GREY)
    defaults = {
        "s": SIZE,
        "facecolors": [
            colour if one else "white" for colour, one in zip(colours, differs, strict=True)
        ],
        "edgecolors": colours.tolist(),
        "linewidths": 1.5,
        "zorder": 3,
    }
    chosen = options(defaults, kwargs, "matplotlib.collections.PathCollection")
    ax.scatter(marks[:, 0], marks[:, 1], **chosen)
    reach = np.concatenate([marks.ravel(), ends.to_numpy().ravel() if intervals else []])
    top = 1.1 * reach.max()
    ax.set_xlim(0, top)
    ax.set_ylim(0, top)
    ax.axline((0, 0), slope=1, color=GREY, linewidth=0.8, linestyle="--", zorder=1)
    what = result.stated_text(language)
    ax.set_xlabel(say("Stated share ({what}), %", language, what=what))
    ax.set_ylabel(say("Derived share of R², %", language))
    ax.spines[["top", "right"]].set_visible(False)
    own = labels or {}
    _draw_legend(ax, differs, above, language)
    title = say(
        "Stated and derived importance for {outcome}: {method}, n = {n:,}",
        language,
        outcome=_outcome(result.outcome, own),
        method=result.derived_text(language),
        n=result.n,
    )
    draw_heading(ax, title, legend_columns=3, handle=20.0, handletextpad=0.1)
    set_plain([ax.xaxis.label, ax.yaxis.label])
    names = [own.get(key, result.label_of(key, language)) for key in table["driver"]]
    radius = np.full(len(marks), np.sqrt(SIZE) / 2 + 1)
    draw_labels(ax, marks, radius, [fitted(name, LABEL_WIDTH) for name in names])
    return ax


def _draw_legend(
    ax: "Axes", differs: NDArray[np.bool_], above: NDArray[np.bool_], language: str
) -> None:
    """Say what the marks are, of those kinds that there are."""
    line = require("matplotlib.lines").Line2D
    for there, colour, full, text in (
        (differs & above, VERMILLION, True, "more than stated"),
        (differs & ~above, BLUE, True, "less than stated"),
        (~differs, GREY, False, "no difference shown"),
    ):
        if there.any():
            face = colour if full else "white"
            mark = line(
                [], [], linestyle="", marker="o", markeredgecolor=colour, markerfacecolor=face
            )
            mark.set_label(say(text, language))
            ax.add_line(mark)


def _name_rows(ax: "Axes", names: Sequence[str]) -> None:
    """Name the rows from top to bottom, in letters that fit."""
    many = len(names) > MANY
    width, lines = (LONG_WIDTH, 1) if many else (LABEL_WIDTH, 2)
    ax.set_yticks(range(len(names)), labels=[fitted(name, width, lines) for name in names])
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    row = ax.bbox.height / ax.figure.dpi * 72 / len(names)
    for label in ax.get_yticklabels():
        taken = 1.2 * label.get_text().count("\n") + 1
        label.set_fontsize(max(SMALLEST_FONT, min(label.get_fontsize(), 0.85 * row / taken)))
    set_plain(ax.get_yticklabels())


def _outcome(outcome: Sequence[str], labels: Mapping[str, str]) -> str:
    return fitted(" + ".join(labels.get(one, one) for one in outcome), 2 * LABEL_WIDTH)
