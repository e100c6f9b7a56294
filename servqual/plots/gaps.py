"""Mean gaps as bars."""

from typing import TYPE_CHECKING, Any, Literal

from servqual._language import check_language, say
from servqual.plots._axes import cartesian, check_result, draw_title, options
from servqual.plots._rows import arrange, draw_rows
from servqual.plots._style import BLACK, BLUE, GREY
from servqual.plots._text import set_plain
from servqual.scores.gaps import GapScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_gaps(
    scores: GapScores,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    level: Literal["dimension", "item"] = "dimension",
    sort: bool = False,
    **kwargs: Any,
) -> "Axes":
    """Draw mean gaps (P − E) as horizontal bars with their 95 % intervals.

    Parameters
    ----------
    scores : GapScores
        What `gap_scores` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default. A figure made with
        ``layout="constrained"`` has room for the labels; so has the one made where there is none.
    language : {"en", "zh"}
        Language of the texts and labels.
    level : {"dimension", "item"}
        One bar a dimension, or one an item under the name of its dimension.
    sort : bool, default False
        Largest shortfall first, items within their dimension; otherwise the order of the
        instrument.
    **kwargs
        Passed to `matplotlib.axes.Axes.barh`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `scores` is not GapScores, or `ax` no axes.
    ValueError
        If `level` or `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    Bars to the left of zero are shortfalls, in scale points. The overall gap stands apart at the
    bottom, weighted and unweighted if importance was given; a weighted sum (``normalize=False``)
    is not on the scale of the answers and is left out. A dimension without a score keeps an empty
    row; a mean without an interval has no whisker.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> complete = sq.load_dataset("bank").dropna()
    >>> bank = sq.load_instrument("servqual-1991")
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))
    >>> ax = sq.plot_gaps(scores, ax=Figure(layout="constrained").subplots())
    >>> ax.get_xlabel(), ax.get_yticklabels()[0].get_text()
    ('Mean gap (P − E), scale points', 'Tangibles')
    """
    check_result(scores, {GapScores: "gap_scores"}, "plot_gaps")
    check_language(language)
    rows = arrange(scores, level, language, sort_by="gap" if sort else None)
    ax = cartesian(ax, "plot_gaps", rows.end)
    table = rows.table
    colours = [BLUE if one == level else GREY for one in table["level"]]
    defaults = {"height": 0.7, "color": colours}
    bars = options(defaults, kwargs, "matplotlib.patches.Rectangle")
    ax.barh(table["y"], table["gap"], **bars)
    sure = table[table["ci_low"].notna() & table["ci_high"].notna()]
    if len(sure):
        ax.errorbar(
            sure["gap"],
            sure["y"],
            xerr=[sure["gap"] - sure["ci_low"], sure["ci_high"] - sure["gap"]],
            fmt="none",
            ecolor=BLACK,
            elinewidth=1.2,
            capsize=2.5,
            label=say("95 % interval", language),
        )
    ax.use_sticky_edges = False
    ax.axvline(0, color=BLACK, linewidth=1)
    ax.set_xlabel(say("Mean gap (P − E), scale points", language))
    set_plain([ax.xaxis.label])
    draw_rows(ax, rows)
    draw_title(ax, scores, language, kind=True, legend_columns=1)
    return ax
