"""What would follow from changes of items, and what it takes to reach a target."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import check_language, say
from servqual._result import Result
from servqual.plots._axes import cartesian, check_result, draw_heading, options
from servqual.plots._style import BLACK, BLUE, GREEN, GREY, PALE, RULE, VERMILLION
from servqual.plots._text import fitted, set_plain
from servqual.scenarios.scenario import Scenario
from servqual.scenarios.target import UNITS, TargetPlan

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

COLOURS = (BLUE, VERMILLION, GREEN, GREY, BLACK)
MARKERS = ("o", "s", "^", "D", "v")
LABEL_WIDTH = 34
OUTCOMES = {
    "satisfaction": "Satisfaction",
    "loyalty": "Loyalty",
    "recommendation": "Recommendation",
    "NPS": "NPS",
}


def plot_scenario(
    result: Scenario,
    *,
    ax: "Axes | None" = None,
    labels: Mapping[str, str] | None = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    r"""Draw how the change goes on from items to the last outcome, with intervals.

    Parameters
    ----------
    result : Scenario
        What `what_if` gives, one scenario or several.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default. A figure made with
        ``layout="constrained"`` has room for the labels; so has the one made where there is none.
    labels : mapping of str to str, optional
        Labels of your own for items, dimensions and outcomes, before those of the instrument.
    language : {"en", "zh"}
        Language of the texts and labels.
    **kwargs
        Passed to `matplotlib.axes.Axes.errorbar`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is not a Scenario, or `ax` no axes.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    One row a quantity, with its mean now and then beneath its name; of several scenarios without
    the items, and with the mean now. Changes are in points of 0-100, those of the NPS in its own
    points; an outcome without a scale is in the points of its own scale and says so. Changes of
    items and dimensions are given and have no interval.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> from servqual.scenarios.supposing import what_if
    >>> bank = sq.load_dataset("bank").dropna()
    >>> answers = sq.Responses.from_frame(bank, sq.load_instrument("servqual-1991"))
    >>> scores = sq.perception_scores(answers)
    >>> found = what_if(scores, {"5": 0.5}, satisfaction="SAT1", scale=(1, 7), seed=1)
    >>> ax = plot_scenario(found, ax=Figure(layout="constrained").subplots())
    >>> [text.get_text() for text in ax.get_yticklabels()][1]
    'Reliability\n4.86 → 4.96'
    """
    check_result(result, {Scenario: "what_if"}, "plot_scenario")
    check_language(language)
    table = result.to_frame()
    if "scenario" not in table:
        table.insert(0, "scenario", result.scenarios[0])
    several = len(result.scenarios) > 1
    if several:
        table = table[~table["level"].isin(("item", "indicator"))]
    keys = _ordered(table)
    ax = cartesian(ax, "plot_scenario", 2 * len(keys))
    place = {key: y for y, key in enumerate(keys)}
    ax.axvline(0, color=BLACK, linewidth=0.8, zorder=2)
    for s, name in enumerate(result.scenarios):
        own = table[table["scenario"] == name]
        shift = 0.5 * ((s + 0.5) / len(result.scenarios) - 0.5) if several else 0.0
        y = np.array([place[key] for key in _keys(own)], dtype=np.float64) + shift
        scaled = own["points"].notna().to_numpy()
        change, low, high = (
            np.where(scaled, own[points], own[plain])
            for points, plain in (
                ("points", "change"),
                ("points_ci_low", "ci_low"),
                ("points_ci_high", "ci_high"),
            )
        )
        known = ~np.isnan(low)
        reach = np.where(known, [change - low, high - change], 0.0).clip(min=0)
        defaults = {
            "linestyle": "",
            "marker": MARKERS[s % len(MARKERS)],
            "markersize": 6,
            "color": COLOURS[s % len(COLOURS)],
            "linewidth": 1.2,
            "label": _legend(name) if several else None,
            "zorder": 3,
        }
        ax.errorbar(change, y, xerr=reach, **options(defaults, kwargs, "matplotlib.lines.Line2D"))
    named = [_row_text(table, key, result, labels or {}, language, several) for key in keys]
    ax.set_yticks(range(len(keys)), named, fontsize="small")
    ax.set_ylim(len(keys) - 0.4, -0.6)
    ax.set_xlabel(say("Change, points of 0–100 (NPS: its points)", language))
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="x", color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    draw_heading(
        ax,
        say(
            "{title}; {confidence:g} % intervals",
            language,
            title=result.title(language),
            confidence=100 * result.confidence,
        ),
        legend_columns=len(result.scenarios),
    )
    set_plain([ax.xaxis.label, *ax.get_yticklabels()])
    return ax


def plot_target(
    result: TargetPlan,
    *,
    ax: "Axes | None" = None,
    labels: Mapping[str, str] | None = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    """Draw the change that each item needs to reach the target alone, against its room.

    Parameters
    ----------
    result : TargetPlan
        What `reach_target` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default. A figure made with
        ``layout="constrained"`` has room for the labels; so has the one made where there is none.
    labels : mapping of str to str, optional
        Labels of your own, by item, before those of the instrument.
    language : {"en", "zh"}
        Language of the texts and labels.
    **kwargs
        Passed to `matplotlib.axes.Axes.scatter` for the needed changes.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is not a TargetPlan, or `ax` no axes.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    A pale bar is the room of an item, a dark one its change in the plan. A full mark is a needed
    change within the room, a hollow one beyond it, with its interval. The axis ends at three
    times the largest room, or the least needed change, at most: a needed change beyond it is an
    arrow there, and an item without a positive effect has no mark.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> from servqual.scenarios.reaching import reach_target
    >>> bank = sq.load_dataset("bank").dropna()
    >>> answers = sq.Responses.from_frame(bank, sq.load_instrument("servqual-1991"))
    >>> scores = sq.perception_scores(answers)
    >>> found = reach_target(scores, 2, satisfaction="SAT1", scale=(1, 7), seed=1)
    >>> ax = plot_target(found, ax=Figure(layout="constrained").subplots())
    >>> ax.get_xlabel()
    'Change of the mean, scale points'
    """
    made_by: dict[type[Result], str] = {TargetPlan: "reach_target"}
    check_result(result, made_by, "plot_target")
    check_language(language)
    table = result.to_frame()
    ax = cartesian(ax, "plot_target", len(table))
    y = np.arange(len(table), dtype=np.float64)
    room, needed = table["room"].fillna(0).to_numpy(), table["needed"].to_numpy()
    low, high = table["needed_ci_low"].to_numpy(), table["needed_ci_high"].to_numpy()
    end = _end(room, needed)
    ax.barh(y, room, height=0.7, color=PALE, label=say("room", language), zorder=1)
    planned = table["plan"].to_numpy()
    if planned.any():
        ax.barh(y, planned, height=0.35, color=BLUE, label=say("plan", language), zorder=2)
    spread = np.isfinite(low) & (low < end)
    ax.hlines(
        y[spread], low[spread], np.minimum(high[spread], end), color=BLACK, linewidth=1, zorder=3
    )
    within = needed <= room
    beyond = (needed > room) & (needed <= end)
    texts = {"within": "needed alone", "beyond": "needed alone, beyond the room"}
    for which, face, name in ((within, BLACK, "within"), (beyond, "white", "beyond")):
        if not which.any():
            continue
        defaults = {
            "s": 30,
            "facecolor": face,
            "edgecolor": BLACK,
            "label": say(texts[name], language),
            "zorder": 4,
        }
        chosen = options(defaults, kwargs, "matplotlib.collections.PathCollection")
        ax.scatter(needed[which], y[which], **chosen)
    far = needed > end
    if far.any():
        ax.scatter(
            np.full(int(far.sum()), end),
            y[far],
            marker=">",
            s=30,
            color=GREY,
            label=say("needed alone, farther still", language),
            zorder=4,
            clip_on=False,
        )
    ax.set_xlim(0, end)
    ax.set_ylim(len(table) - 0.4, -0.6)
    own = labels or {}
    ax.set_yticks(y, [_item(item, result, own, language) for item in table["item"]])
    for text in ax.get_yticklabels():
        text.set_fontsize("small")
    ax.set_xlabel(say("Change of the mean, scale points", language))
    ax.spines[["top", "right"]].set_visible(False)
    wanted = say(UNITS[result.unit], language, gain=result.target, of=say(result.of, language))
    title = say("Target: {wanted}; n = {n:,}", language, wanted=wanted, n=result.n)
    draw_heading(ax, title, legend_columns=2)
    set_plain([ax.xaxis.label, *ax.get_yticklabels()])
    return ax


def _legend(name: str) -> str:
    """Fit a name to the legend, which leaves out those that begin with an underscore."""
    text = fitted(name, LABEL_WIDTH)
    return f" {text}" if text.startswith("_") else text


def _end(room: Floats, needed: Floats) -> float:
    """Show all that is needed, up to three times the largest room or the least that is needed."""
    most = float(room.max())
    known = needed[np.isfinite(needed)]
    wanted = max(most, float(known.max(initial=most)))
    least = float(known.min(initial=np.inf))
    return 1.05 * min(wanted, 3 * max(most, least if np.isfinite(least) else most)) or 1.0


def _keys(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["level"], table["name"], strict=True))


def _ordered(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Give the rows of all scenarios in the order of the chain."""
    levels = list(dict.fromkeys(table["level"]))
    known = dict.fromkeys(_keys(table))
    return [key for level in levels for key in known if key[0] == level]


def _row_text(
    table: pd.DataFrame,
    key: tuple[str, str],
    result: Scenario,
    labels: Mapping[str, str],
    language: str,
    several: bool,
) -> str:
    """Name a quantity, and say where it is now and then."""
    level, name = key
    rows = table[(table["level"] == level) & (table["name"] == name)]
    now = float(rows["now"].iloc[0])
    if level in OUTCOMES:
        text = labels.get(name) or labels.get(level) or say(OUTCOMES[level], language)
    elif level == "item":
        text = _item(name, result, labels, language)
    else:
        known = result.instrument
        text = labels.get(name) or (name if known is None else known.label(name, language))
    text = fitted(text, LABEL_WIDTH)
    if rows["points"].isna().all() and level != "NPS":
        text = fitted(say("{what} (scale points)", language, what=text), LABEL_WIDTH)
    values = f"{now:.2f}" if several else f"{now:.2f} → {float(rows['then'].iloc[0]):.2f}"
    return f"{text}\n{values}".replace("\n-", "\n−").replace("→ -", "→ −")


def _item(
    item: str, result: Scenario | TargetPlan, labels: Mapping[str, str], language: str
) -> str:
    label = item if result.instrument is None else result.instrument.label(item, language)
    label = labels.get(item, label)
    return fitted(label if label == item else f"{item}. {label}", LABEL_WIDTH)
