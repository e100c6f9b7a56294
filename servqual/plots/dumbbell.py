"""Mean expectation and mean perception as two joined dots."""

from typing import TYPE_CHECKING, Any, Literal

from servqual._language import check_language, say
from servqual.plots._axes import (
    answer_scale,
    cartesian,
    check_result,
    draw_answer_scale,
    draw_title,
    expectation_text,
    options,
)
from servqual.plots._rows import arrange, draw_rows
from servqual.plots._style import BLUE, GREY, VERMILLION
from servqual.scores.gaps import GapScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_dumbbell(
    scores: GapScores,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    level: Literal["dimension", "item"] = "dimension",
    sort: bool = False,
    **kwargs: Any,
) -> "Axes":
    """Draw mean expectation and mean perception as joined dots on the scale of the answers.

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
        One row a dimension, or one an item under the name of its dimension.
    sort : bool, default False
        Largest shortfall first, items within their dimension; otherwise the order of the
        instrument.
    **kwargs
        Passed to `matplotlib.axes.Axes.plot` for the dots of both.

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
    The line between the dots is the mean gap; its interval is in `plot_gaps`. An overall score that
    is a weighted sum (``normalize=False``) is left out.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> complete = sq.load_dataset("bank").dropna()
    >>> bank = sq.load_instrument("servqual-1991")
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))
    >>> ax = sq.plot_dumbbell(scores, ax=Figure(layout="constrained").subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['E: excellent expectations', 'P: perceptions']
    """
    check_result(scores, {GapScores: "gap_scores"}, "plot_dumbbell")
    check_language(language)
    rows = arrange(scores, level, language, sort_by="gap" if sort else None)
    ax = cartesian(ax, "plot_dumbbell", rows.end)
    table = rows.table
    joined = table[table["gap"].notna()]
    ax.hlines(joined["y"], joined["mean_e"], joined["mean_p"], color=GREY, linewidth=2, zorder=1.5)
    expected = say("E: {kind}", language, kind=expectation_text(scores, language))
    for column, looks in (
        ("mean_e", {"marker": "D", "color": BLUE, "markerfacecolor": "white", "label": expected}),
        ("mean_p", {"marker": "o", "color": VERMILLION, "label": say("P: perceptions", language)}),
    ):
        defaults = {"linestyle": "none", "markersize": 6.5, "markeredgewidth": 1.5, **looks}
        dots = options(defaults, kwargs, "matplotlib.lines.Line2D")
        ax.plot(table[column], table["y"], **dots)
    draw_answer_scale(ax, answer_scale(scores), language)
    draw_rows(ax, rows)
    draw_title(ax, scores, language, legend_columns=2)
    return ax
