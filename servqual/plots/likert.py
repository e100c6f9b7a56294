"""Answers to each item as bars around their middle."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import check_language, say
from servqual._lazy import require
from servqual.errors import ResponseError
from servqual.instrument import Instrument
from servqual.plots._axes import cartesian, check_result, draw_heading, options
from servqual.plots._rows import LABEL_WIDTH, SMALLEST_FONT, Rows, draw_rows
from servqual.plots._style import BLACK, BLUE, GREY, VERMILLION
from servqual.plots._text import fitted, set_plain
from servqual.responses import Responses

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEUTRAL = "#DDDDDD"
_PALEST = 0.25
_HANDLE, _ENTRY = 0.9, 20.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Counted:
    """The answers of one role: shares of k items by c points of the scale, and what is missing.

    Attributes
    ----------
    points : ndarray of shape (c,)
    percent : ndarray of shape (k, c)
        Of the answers, with sampling weights; NaN for an item without any.
    n, missing, not_applicable : ndarray of shape (k,)
        Respondents, without weights.
    """

    points: NDArray[np.int64]
    percent: NDArray[np.float64]
    n: NDArray[np.int64]
    missing: NDArray[np.int64]
    not_applicable: NDArray[np.int64]

    @property
    def starts(self) -> NDArray[np.float64]:
        """Where the first bar of each item starts, so that its middle stands at 0."""
        middle = (self.points[0] + self.points[-1]) / 2
        below = self.percent[:, self.points < middle].sum(axis=1)
        return -(below + self.percent[:, self.points == middle].sum(axis=1) / 2)


def plot_likert(
    responses: Responses,
    *,
    of: str = "perception",
    ax: "Axes | None" = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    """Draw the answers to each item as stacked bars, the middle of the scale at zero.

    Parameters
    ----------
    responses : Responses
        What `Responses.from_frame` gives.
    of : str, default "perception"
        The answers in which role: "perception", "expectation", "minimum", ...
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default. A figure made with
        ``layout="constrained"`` has room for the labels; so has the one made where there is none.
    language : {"en", "zh"}
        Language of the texts and labels.
    **kwargs
        Passed to `matplotlib.axes.Axes.barh`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `responses` is not Responses, or `ax` no axes.
    ResponseError
        If there are no such answers on a scale of whole points.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    Bars are percent of the answers to the item, under sampling weights if there are any. Answers
    below the middle of the scale stand to the left of zero, those above it to the right, half of
    those at the middle on each side. At the right of each row stands how many respondents answered,
    and in brackets how many did not (after a plus, how many said that the item does not apply).
    Items that were recoded are marked.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> bank = sq.load_instrument("servqual-1991")
    >>> answers = sq.Responses.from_frame(sq.load_dataset("bank"), bank, points="points_{}")
    >>> ax = plot_likert(answers, ax=Figure(layout="constrained").subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['1', '2', '3', '4', '5', '6', '7']
    """
    check_result(responses, {Responses: "Responses.from_frame"}, "plot_likert")
    check_language(language)
    counted = count_answers(responses, of)
    rows = _rows(responses, of, language)
    ax = cartesian(ax, "plot_likert", rows.end)
    places = rows.table["y"].to_numpy()
    left = counted.starts
    for point, percent, colour in zip(
        counted.points.tolist(), counted.percent.T, colours(len(counted.points)), strict=True
    ):
        defaults = {"height": 0.8, "color": colour, "label": str(point)}
        bars = options(defaults, kwargs, "matplotlib.patches.Rectangle")
        ax.barh(places, percent, left=left, **bars)
        left = left + percent
    ax.use_sticky_edges = False
    _draw_percent(ax, counted, language)
    draw_rows(ax, rows)
    _draw_counts(ax, rows, counted, language)
    role = {
        "perception": say("perceptions", language),
        "expectation": say("expectations", language),
        "minimum": say("minimum levels", language),
        "importance": say("importance", language),
    }.get(of, say(of, language))
    text = say(
        "{instrument}: n = {n:,}",
        language,
        instrument=responses.instrument.title_in(language),
        n=len(responses),
    )
    text = say("{title}; {kind}", language, title=text, kind=role)
    if responses.weights is not None:
        text += say(", with sampling weights", language)
    draw_heading(
        ax,
        text,
        legend_columns=len(counted.points),
        handle=_ENTRY,
        handlelength=_HANDLE,
        handletextpad=0.4,
        columnspacing=1.0,
    )
    return ax


def count_answers(responses: Responses, of: str) -> Counted:
    """Count the answers of a role by item and point of the scale."""
    rated = [role for role in responses.answers if role != "points"]
    if of not in rated:
        raise ResponseError(f"of must be one of {', '.join(map(repr, rated))}, not {of!r}.")
    low, high = responses.instrument.scale_of(of)
    points = np.arange(low, high + 1)
    weights = np.ones(len(responses)) if responses.weights is None else responses.weights
    columns = responses.answers[of]
    masks = responses.not_applicable.get(of, (None,) * len(columns))
    percent = np.full((len(columns), len(points)), np.nan)
    n, away = np.zeros((2, len(columns)), dtype=np.int64)
    for i, (column, mask) in enumerate(zip(columns, masks, strict=True)):
        answered = ~np.isnan(column)
        values = column[answered]
        if (values != np.floor(values)).any():
            raise ResponseError(
                f"The {of} answers to item {responses.instrument.items[i]!r} are not whole "
                "numbers, so they cannot be counted by point of the scale."
            )
        n[i] = int(answered.sum())
        away[i] = 0 if mask is None else int(mask.sum())
        mass = np.bincount(
            values.astype(np.int64) - low, weights=weights[answered], minlength=len(points)
        )
        if mass.sum() > 0:
            percent[i] = 100 * mass / mass.sum()
    return Counted(
        points=points,
        percent=percent,
        n=n,
        missing=len(responses) - n - away,
        not_applicable=away,
    )


def colours(count: int) -> list[str]:
    """Give colours from vermillion over grey to blue, paler towards the middle.

    Examples
    --------
    >>> colours(3)
    ['#D55E00', '#DDDDDD', '#0072B2']
    """
    half = count // 2
    strength = np.linspace(1, _PALEST, half) if half > 1 else np.ones(half)
    low = [_mixed(VERMILLION, share) for share in strength]
    high = [_mixed(BLUE, share) for share in strength[::-1]]
    return [*low, *([NEUTRAL] if count % 2 else []), *high]


def _mixed(colour: str, share: float) -> str:
    """Mix a colour with white."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - share * (255 - part)):02X}" for part in parts)


def _rows(responses: Responses, of: str, language: str) -> Rows:
    """Put the items under the names of their dimensions."""
    instrument = responses.instrument
    heads, places, texts = [], [], []
    y = 0.0
    for key, items in instrument.dimensions.items():
        heads.append((y, fitted(instrument.label(key, language), LABEL_WIDTH["item"])))
        for number, item in enumerate(items, start=1):
            places.append(y + number)
            texts.append(_label(instrument, item, responses, of, language))
        y += len(items) + 1
    return Rows(
        level="item",
        table=pd.DataFrame({"y": places, "text": texts}),
        heads=tuple(heads),
        rule=y - 0.5,
        end=y - 0.5,
    )


def _label(instrument: Instrument, item: str, responses: Responses, of: str, language: str) -> str:
    text = instrument.label(item, language)
    width = LABEL_WIDTH["item"]
    if item in responses.recoded and of != "importance":
        mark = say(" (recoded)", language)
        return fitted(text, width - len(mark)) + mark
    return fitted(text, width)


def _draw_percent(ax: "Axes", counted: Counted, language: str) -> None:
    """Draw the axis of percent, positive on both sides of zero."""
    starts = counted.starts
    ends = starts + counted.percent.sum(axis=1)
    lowest, highest = min(float(np.nanmin(starts)), 0.0), max(float(np.nanmax(ends)), 0.0)
    margin = 0.03 * (highest - lowest)
    ax.set_xlim(lowest - margin, highest + margin)
    ax.axvline(0, color=BLACK, linewidth=0.8)
    ax.xaxis.set_major_formatter(
        require("matplotlib.ticker").FuncFormatter(lambda value, _: f"{abs(value):g}")
    )
    low, high = int(counted.points[0]), int(counted.points[-1])
    ax.set_xlabel(
        say(
            "Percent below and above {middle:g} (scale {low}–{high})",
            language,
            middle=(low + high) / 2,
            low=low,
            high=high,
        )
    )
    set_plain([ax.xaxis.label])


def _draw_counts(ax: "Axes", rows: Rows, counted: Counted, language: str) -> None:
    """Say at the right of each row how many answered, and how many did not."""
    size = min(float(label.get_fontsize()) for label in ax.get_yticklabels())
    style: dict[str, Any] = {
        "transform": ax.get_yaxis_transform(),
        "va": "center",
        "ha": "left",
        "color": GREY,
        "fontsize": max(SMALLEST_FONT, 0.9 * size),
    }
    away = counted.not_applicable.any()
    heading = "n (missing + n/a)" if away else "n (missing)"
    drawn = [ax.text(1.01, rows.heads[0][0], say(heading, language), **style)]
    for y, n, missing, not_applicable in zip(
        rows.table["y"], counted.n, counted.missing, counted.not_applicable, strict=True
    ):
        text = f"{n:,} ({missing:,} + {not_applicable:,})" if away else f"{n:,} ({missing:,})"
        drawn.append(ax.text(1.01, float(y), text, **style))
    set_plain(drawn)
