"""Factor loadings as a map of colours."""

from typing import TYPE_CHECKING, Any

import numpy as np

from servqual._language import check_language, say
from servqual._lazy import require
from servqual.factors.solution import BLANK_BELOW, FactorSolution
from servqual.plots._axes import cartesian, check_result, draw_heading, options
from servqual.plots._rows import LABEL_WIDTH, SMALLEST_FONT
from servqual.plots._style import BLACK, BLUE, GREY, RULE, VERMILLION
from servqual.plots._text import fitted, set_plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DARK = 0.9


def plot_loadings(
    solution: FactorSolution,
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    """Draw the loadings of items on factors as coloured cells with their values.

    Parameters
    ----------
    solution : FactorSolution
        What `fit_efa` gives.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default. A figure made with
        ``layout="constrained"`` has room for the labels; so has the one made where there is none.
    language : {"en", "zh"}
        Language of the texts and labels.
    **kwargs
        Passed to `matplotlib.axes.Axes.imshow`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `solution` is not a FactorSolution, or `ax` no axes.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    Items stand in the order in which the solution shows itself: by factor and size. Blue cells
    are positive loadings, vermillion ones negative, from white at 0 to the full colour at 1 and
    beyond; values below .30, which the table leaves blank, are grey. Of oblique factors they are
    the loadings of the pattern. An item without variance has an empty row.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> complete = sq.load_dataset("bank").dropna()
    >>> bank = sq.load_instrument("servqual-1991")
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))
    >>> ax = plot_loadings(sq.fit_efa(scores, 5), ax=Figure(layout="constrained").subplots())
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['F1', 'F2', 'F3', 'F4', 'F5']
    """
    check_result(solution, {FactorSolution: "fit_efa"}, "plot_loadings")
    check_language(language)
    table = solution.sorted_loadings(blank_below=0.0)
    values = table[list(solution.factors)].to_numpy()
    p, m = values.shape
    ax = cartesian(ax, "plot_loadings", p)
    defaults = {
        "cmap": require("matplotlib.colors").LinearSegmentedColormap.from_list(
            "loadings", [VERMILLION, "white", BLUE]
        ),
        "vmin": -1.0,
        "vmax": 1.0,
        "aspect": "auto",
        "interpolation": "none",
    }
    ax.imshow(values, **options(defaults, kwargs, "matplotlib.image.AxesImage"))
    row_points = ax.bbox.height / ax.figure.dpi * 72 / p
    column_points = ax.bbox.width / ax.figure.dpi * 72 / m
    size = min(9.0, 0.7 * row_points, column_points / 3)
    _draw_values(ax, values, max(SMALLEST_FONT, size))
    instrument = solution.instrument
    labels = [
        fitted(
            label if instrument is None else instrument.label(item, language), LABEL_WIDTH["item"]
        )
        for item, label in zip(table["item"], table["label"], strict=True)
    ]
    ax.set_yticks(range(p), labels=labels)
    ax.set_xticks(range(m), labels=list(solution.factors))
    ax.tick_params(length=0, top=True, bottom=False, labeltop=True, labelbottom=False)
    for label in ax.get_yticklabels():
        label.set_fontsize(max(SMALLEST_FONT, min(label.get_fontsize(), 0.85 * row_points)))
    ax.spines[:].set_visible(False)
    _draw_rules(ax, values)
    set_plain([*ax.get_yticklabels(), *ax.get_xticklabels()])
    draw_heading(ax, _heading(solution, language), legend_columns=1, raised=12.0)
    return ax


def _heading(solution: FactorSolution, language: str) -> str:
    """Name the instrument, n, and what the columns are."""
    instrument = solution.instrument
    name = solution.correlations.name if instrument is None else instrument.title_in(language)
    rotation = {
        "oblimin": say("oblimin", language),
        "promax": say("promax", language),
        "varimax": say("varimax", language),
        "geomin": say("geomin", language),
        "none": say("no rotation", language),
    }[solution.rotation]
    method = {
        "minres": say("minres", language),
        "ml": say("maximum likelihood", language),
        "principal_axis": say("principal axis", language),
        "components": say("principal components", language),
    }[solution.method]
    text = say("n = {n:,}", language, n=solution.n)
    if name:
        text = say("{instrument}: n = {n:,}", language, instrument=name, n=solution.n)
    return say(
        "{text}; loadings ({method}, {rotation})",
        language,
        text=text,
        method=method,
        rotation=rotation,
    )


def _draw_values(ax: "Axes", values: np.ndarray, size: float) -> None:
    """Print each value, in a colour that its cell lets read."""
    drawn = []
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value):
            continue
        colour = GREY if abs(value) < BLANK_BELOW else BLACK
        if value >= _DARK:
            colour = "white"
        drawn.append(
            ax.text(
                column,
                row,
                loading_text(value),
                ha="center",
                va="center",
                color=colour,
                fontsize=size,
            )
        )
    set_plain(drawn)


def loading_text(value: float) -> str:
    """Write a loading with two decimals and no leading zero.

    Examples
    --------
    >>> loading_text(0.714), loading_text(-0.3), loading_text(-0.001), loading_text(1.02)
    ('.71', '−.30', '.00', '1.02')
    """
    text = f"{abs(value):.2f}"
    sign = "−" if value < 0 and float(text) else ""
    return sign + text.removeprefix("0")


def _draw_rules(ax: "Axes", values: np.ndarray) -> None:
    """Draw a line where the items of the next factor begin."""
    size = np.abs(np.nan_to_num(values))
    leading = np.where(np.isnan(values).any(axis=1), values.shape[1], size.argmax(axis=1))
    for row in np.flatnonzero(np.diff(leading)):
        ax.axhline(row + 0.5, color=RULE, linewidth=0.8)
