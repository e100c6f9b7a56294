"""The map of importance and performance of a path model."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from servqual._language import check_language, say
from servqual.instrument import Instrument
from servqual.plots._axes import cartesian, check_result, options
from servqual.plots._labels import draw_labels
from servqual.plots._style import BLACK, BLUE, GREY
from servqual.plots._text import fitted, set_plain
from servqual.pls.questions.importance_map import ImportancePerformanceMap
from servqual.sem.variables import variable_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Level = Literal["construct", "indicator"]
SIZE = 45.0
LABEL_WIDTH = 26


def plot_importance_map(
    result: ImportancePerformanceMap,
    *,
    ax: "Axes | None" = None,
    level: Level = "construct",
    instrument: Instrument | None = None,
    labels: Mapping[str, str] | None = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    """Draw performance (upwards) against importance for a target (to the right).

    Parameters
    ----------
    result : ImportancePerformanceMap
        What `importance_performance_map` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default.
    level : {"construct", "indicator"}
        What the marks are.
    instrument : Instrument, optional
        Whose labels the dimensions bear; items bear their names.
    labels : mapping of str to str, optional
        Labels of your own, before those of the instrument.
    language : {"en", "zh"}
        Language of the texts and labels.
    **kwargs
        Passed to `matplotlib.axes.Axes.scatter`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is not ImportancePerformanceMap, or `ax` no axes.
    ValueError
        If `level` or `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    The lines stand at the mean importance and the mean performance of the marks. What stands to
    the right and below them matters and has room to become better.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> from servqual.pls.questions.importance_map import importance_performance_map
    >>> bank = sq.load_dataset("bank").dropna()
    >>> model = "SAT =~ SAT1 + SAT2; LOY =~ LOY1 + LOY2; LOY ~ SAT + recommend; SAT ~ recommend"
    >>> found = importance_performance_map(sq.fit_pls(model, bank), "LOY")
    >>> ax = plot_importance_map(found, ax=Figure(layout="constrained").subplots())
    >>> ax.get_ylabel()
    'Performance: mean, 0–100'
    """
    made_by: dict[type, str] = {ImportancePerformanceMap: "importance_performance_map"}
    check_result(result, made_by, "plot_importance_map")
    check_language(language)
    if level not in get_args(Level):
        known = ", ".join(map(repr, get_args(Level)))
        raise ValueError(f"level must be one of {known}, not {level!r}.")
    ax = cartesian(ax, "plot_importance_map", 0)
    table = result.to_frame()
    shown = table[table["kind"] == level]
    marks = shown[["importance", "performance"]].to_numpy()
    defaults = {"s": SIZE, "color": BLUE, "zorder": 3}
    chosen = options(defaults, kwargs, "matplotlib.collections.PathCollection")
    ax.scatter(marks[:, 0], marks[:, 1], **chosen)
    (left, low), (right, high) = marks.min(axis=0), marks.max(axis=0)
    across, up = _margin(left, right), _margin(low, high)
    ax.set_xlim(left - across, right + across)
    ax.set_ylim(low - up, high + up)
    ax.axvline(marks[:, 0].mean(), color=GREY, linewidth=0.8, zorder=2)
    ax.axhline(marks[:, 1].mean(), color=GREY, linewidth=0.8, zorder=2)
    own = labels or {}
    of_indicators = level == "indicator"
    names = [
        fitted(
            variable_label(name, None if of_indicators else instrument, language, own), LABEL_WIDTH
        )
        for name in shown[level]
    ]
    target = variable_label(result.target, instrument, language, own)
    what = say("Importance: points of {target} per point", language, target=target)
    ax.set_xlabel(fitted(what, 2 * LABEL_WIDTH, lines=2))
    ax.set_ylabel(say("Performance: mean, 0–100", language))
    ax.spines[["top", "right"]].set_visible(False)
    title = say(
        "What moves {target}: n = {n}, its performance {performance}; lines: means",
        language,
        target=target,
        n=f"{result.n:,}",
        performance=f"{result.target_performance:.1f}",
    )
    heading = ax.set_title(fitted(title, 60, lines=2), color=BLACK)
    set_plain([ax.xaxis.label, ax.yaxis.label, heading])
    draw_labels(ax, marks, np.full(len(marks), np.sqrt(SIZE) / 2), names)
    return ax


def _margin(low: float, high: float) -> float:
    return 0.15 * (high - low) or 0.1 * abs(low) or 0.5
