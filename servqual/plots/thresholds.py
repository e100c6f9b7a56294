"""Thresholds of ordered items on the scale of what they cut."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from servqual._language import check_language, say
from servqual._lazy import require
from servqual.errors import ModelError
from servqual.instrument import Instrument
from servqual.plots._axes import cartesian, check_result, draw_heading, options
from servqual.plots._lanes import COLOURS, MARKERS, draw_lanes, lay_lanes
from servqual.plots._style import BLACK
from servqual.plots._text import set_plain
from servqual.polychoric.solution import PolychoricCorrelation
from servqual.sem.result import SemResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ASIDE, _LEVELS = 0.2, 4
_DARKEST, _LIGHTEST = 0.0, 0.85


def plot_thresholds(
    result: PolychoricCorrelation | SemResult,
    *,
    ax: "Axes | None" = None,
    instrument: Instrument | None = None,
    labels: Mapping[str, str] | None = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    """Draw where on the latent scale the answer to each ordered item becomes the next higher one.

    Parameters
    ----------
    result : PolychoricCorrelation or SemResult
        What `polychoric_correlation` gives, or `fit_sem` with ordered variables.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default. A figure made with
        ``layout="constrained"`` has room for the labels; so has the one made where there is none.
    instrument : Instrument, optional
        Whose labels the items bear; by default that of the correlations, where it is known.
    labels : mapping of str to str, optional
        Labels of your own for variables, before those of the instrument.
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
        If `result` is neither, or `ax` no axes.
    ModelError
        If nothing is ordered.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    Bars are intervals (95 %, or at the confidence of the model). Of one group, each colour is a
    threshold, named by the category that begins there; neighbours stand a little above or below
    one another, so that their bars do not hide each other. Several groups stand under one another
    in each row. Thresholds close together part categories that say much the same; thresholds far
    on the left belong to items that nearly everybody agrees with.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> answers = sq.load_dataset("bank")[["P1", "P2", "P3"]].dropna()
    >>> found = sq.polychoric_correlation(answers)
    >>> ax = plot_thresholds(found, ax=Figure(layout="constrained").subplots())
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['P1', 'P2', 'P3']
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['2 and up', '3 and up', '4 and up', '5 and up', '6 and up', '7 and up']
    """
    check_result(
        result,
        {PolychoricCorrelation: "polychoric_correlation", SemResult: "fit_sem(..., ordered=True)"},
        "plot_thresholds",
    )
    check_language(language)
    if isinstance(result, PolychoricCorrelation):
        table, confidence = _of_correlations(result, language), 0.95
        instrument = instrument or result.instrument
    else:
        table, confidence = _of_model(result), result.confidence
    if table.empty:
        raise ModelError(
            "Nothing here is ordered, so there are no thresholds; ordered=True takes the items as "
            "ordered categories."
        )
    names = list(dict.fromkeys(table["variable"]))
    groups = list(dict.fromkeys(table["group"]))
    lanes = lay_lanes(names, len(groups), instrument, language, labels)
    ax = cartesian(ax, "plot_thresholds", lanes.end)
    side = table.groupby(["variable", "group"], sort=False).cumcount() % _LEVELS
    table["y"] = (side - (_LEVELS - 1) / 2) * _ASIDE * lanes.height
    for lane, group in enumerate(groups):
        rows = table["group"] == group
        table.loc[rows, "y"] += lanes.of(list(table.loc[rows, "variable"]), lane)
    for part, looks in _parts(table, groups):
        defaults = {
            **{"linestyle": "none", "markersize": 3.5, "elinewidth": 1.0, "capsize": 0.0},
            **looks,
        }
        given = options(defaults, kwargs, "matplotlib.lines.Line2D")
        error = float(ndtri((1 + confidence) / 2)) * part["se"]
        ax.errorbar(part["estimate"], part["y"], xerr=error, **given)
    draw_lanes(ax, lanes)
    ax.axvline(0, color=BLACK, linewidth=0.6, zorder=0.6)
    ax.set_xlabel(
        say("Threshold, standard deviations of the latent response", language)
        if len(groups) == 1
        else say("Threshold, on the scale of the latent response", language)
    )
    set_plain([ax.xaxis.label])
    text = _heading(result, instrument, confidence, language)
    draw_heading(ax, text, legend_columns=len(groups) if len(groups) > 1 else 6, handle=20.0)
    return ax


def _of_correlations(result: PolychoricCorrelation, language: str) -> pd.DataFrame:
    table = result.thresholds
    place = {name: at for at, name in enumerate(dict.fromkeys(_in_order(table["category_above"])))}
    kind = [
        say("{category} and up", language, category=category)
        for category in table["category_above"]
    ]
    rank = [place[category] for category in table["category_above"]]
    return table[["variable", "estimate", "se"]].assign(group="", kind=kind, rank=rank)


def _in_order(categories: "pd.Series[str]") -> list[str]:
    """Sort categories that are numbers; leave others in the order in which items have them."""
    try:
        return sorted(categories, key=float)
    except ValueError:
        return list(categories)


def _of_model(result: SemResult) -> pd.DataFrame:
    frame = result.parameters
    table = frame[frame["op"] == "|"].rename(columns={"lhs": "variable"})
    number = table["rhs"].str.removeprefix("t")
    kept = table[["variable", "estimate", "se", "group"]].assign(kind=table["rhs"])
    return kept.assign(rank=number.astype(int) - 1).reset_index(drop=True)


def _parts(table: pd.DataFrame, groups: list[str]) -> list[tuple[pd.DataFrame, dict[str, object]]]:
    """Divide thresholds by group, or those of one group by their number."""
    if len(groups) > 1:
        return [
            (
                table[table["group"] == group],
                {
                    "color": COLOURS[at % len(COLOURS)],
                    "marker": MARKERS[at % len(MARKERS)],
                    "label": group,
                },
            )
            for at, group in enumerate(groups)
        ]
    ranks = sorted(set(table["rank"]))
    colours = require("matplotlib").colormaps["viridis"](
        np.linspace(_DARKEST, _LIGHTEST, max(ranks) + 1)
    )
    found = []
    for rank in ranks:
        part = table[table["rank"] == rank]
        label = part["kind"].iloc[0]
        found.append((part, {"color": colours[rank], "marker": "o", "label": label}))
    return found


def _heading(
    result: PolychoricCorrelation | SemResult,
    instrument: Instrument | None,
    confidence: float,
    language: str,
) -> str:
    text = say("n = {n:,}", language, n=result.n)
    if instrument is not None:
        name = instrument.title_in(language)
        text = say("{instrument}: n = {n:,}", language, instrument=name, n=result.n)
    level = f"{100 * confidence:g}"
    of = {
        "perception": say("perceptions", language),
        "expectation": say("expectations", language),
        "minimum": say("minimum levels", language),
    }.get(result.of if isinstance(result, PolychoricCorrelation) else "")
    if of is not None:
        return say(
            "{text}; thresholds of {of} with {level} % intervals",
            language,
            text=text,
            of=of,
            level=level,
        )
    return say("{text}; thresholds with {level} % intervals", language, text=text, level=level)
