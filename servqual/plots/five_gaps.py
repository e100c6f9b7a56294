"""The gaps model as a diagram, with the numbers on its five gaps."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from servqual._language import check_language, say
from servqual._lazy import require
from servqual.errors import nearest
from servqual.plots._axes import cartesian, check_result, options
from servqual.plots._style import BAND, BLACK, BLUE, GREY, VERMILLION
from servqual.plots._text import fitted, set_plain
from servqual.provider.five import DIFFERENCE, ProviderGaps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = tuple[float, float]

ROWS = 25
LEFT, CENTRE, RIGHT = 1.05, 4.1, 8.5
WIDE, NARROW, HIGH = 3.2, 2.4, 0.95
# Where each box stands, how wide it is, and what it says.
BOXES: Mapping[str, tuple[float, float, float, str]] = {
    "word_of_mouth": (1.35, 9.4, NARROW, "Word of mouth"),
    "personal_needs": (CENTRE, 9.4, NARROW, "Personal needs"),
    "past_experience": (6.85, 9.4, NARROW, "Past experience"),
    "expected_service": (CENTRE, 7.9, WIDE, "Expected service"),
    "perceived_service": (CENTRE, 6.2, WIDE, "Perceived service"),
    "delivery": (CENTRE, 4.2, WIDE, "Service delivery"),
    "external_communication": (RIGHT, 4.2, NARROW, "Communication to customers"),
    "specifications": (CENTRE, 2.5, WIDE, "Standards of service quality"),
    "management_perceptions": (CENTRE, 0.8, WIDE, "What managers believe customers expect"),
}
BORDER = 5.2
GAP_LABELS: Mapping[int, tuple[float, float, str]] = {
    1: (LEFT, 4.2, "center"),
    2: (CENTRE + 0.2, 1.65, "left"),
    3: (CENTRE + 0.2, 3.35, "left"),
    4: ((CENTRE + WIDE / 2 + RIGHT - NARROW / 2) / 2, 4.32, "center"),
    5: (CENTRE + 0.2, 7.05, "left"),
}


def plot_five_gaps(
    result: ProviderGaps,
    *,
    ax: "Axes | None" = None,
    dimension: str | None = None,
    labels: Mapping[str, str] | None = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    """Draw the gaps model with the numbers on its five gaps.

    Parameters
    ----------
    result : ProviderGaps
        What `provider_gaps` gives. Gaps that it does not have stay grey.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default. They should be about 6 inches wide
        and high, or larger.
    dimension : str, optional
        The dimension whose gaps are shown; by default the mean of all.
    labels : mapping of str to str, optional
        Texts of your own by dimension key or box: word_of_mouth, personal_needs, past_experience,
        expected_service, perceived_service, delivery, external_communication, specifications,
        management_perceptions.
    language : {"en", "zh"}
        Language of the texts.
    **kwargs
        Passed to each box, a `matplotlib.patches.FancyBboxPatch`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is not ProviderGaps, or `ax` no axes.
    ValueError
        If the dimension or the language is not known, or `ax` is not Cartesian.

    Notes
    -----
    Differences (gaps 1 and 5) are drawn in full lines with their sign and interval, ratings (gaps 2
    to 4) in dashed lines as "4.2 of 7"; the legend says what each sign means.

    References
    ----------
    .. [1] Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1985). A conceptual model of service
       quality and its implications for future research. *Journal of Marketing*, 49(4), 41-50.
       https://doi.org/10.1177/002224298504900403

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> from servqual.provider.five import provider_gaps
    >>> from servqual.provider.ratings import provider_ratings
    >>> found = provider_gaps(gap3=provider_ratings(sq.load_dataset("chain_staff").dropna(), 3))
    >>> ax = plot_five_gaps(found, ax=Figure(figsize=(7, 7)).subplots())
    >>> print(*[text.get_text() for text in ax.texts if text.get_gid() == "gap 3"])
    Gap 3: 4.9 of 7
    [4.8, 5.0]
    """
    check_result(result, {ProviderGaps: "provider_gaps"}, "plot_five_gaps")
    check_language(language)
    known = result.instrument.dimensions
    if dimension is not None and dimension not in known:
        raise ValueError(
            f"dimension must be one of {', '.join(known)}, not {dimension!r}."
            f"{nearest(dimension, known)}"
        )
    ax = cartesian(ax, "plot_five_gaps", ROWS)
    own = labels or {}
    ax.set_xlim(0, 10)
    ax.set_ylim(0, 10)
    ax.set_axis_off()
    size = _font_size(ax)
    _draw_boxes(ax, own, language, size, kwargs)
    _draw_flows(ax)
    _draw_border(ax, language, size)
    _draw_gaps(ax, result, dimension, language, size)
    _draw_legend(ax, language, size)
    what = (
        say("mean of {count} dimensions", language, count=len(known))
        if dimension is None
        else own.get(dimension) or result.instrument.label(dimension, language)
    )
    text = say("{title}: {what}", language, title=result.title(language), what=what)
    heading = ax.set_title("", color=BLACK)
    heading.set_fontsize(min(1.35 * size, float(heading.get_fontsize())))
    room = int(_points(ax) / (0.55 * float(heading.get_fontsize())))
    heading.set_text(fitted(text, max(room, 24), lines=3))
    set_plain([heading])
    return ax


def _points(ax: "Axes") -> float:
    """Measure how wide the axes are in points."""
    return float(ax.bbox.width) * 72 / float(ax.figure.dpi)


def _font_size(ax: "Axes") -> float:
    """Fit the letters to the axes."""
    width, height = (float(one) / ax.figure.dpi for one in (ax.bbox.width, ax.bbox.height))
    return float(np.clip(9.0 * min(width / 6.0, height / 5.0), 4.0, 13.0))


def _draw_boxes(
    ax: "Axes", own: Mapping[str, str], language: str, size: float, given: dict[str, Any]
) -> None:
    patches = require("matplotlib.patches")
    defaults = {"facecolor": BAND, "edgecolor": GREY, "linewidth": 0.8, "zorder": 3}
    chosen = options(defaults, given, "matplotlib.patches.FancyBboxPatch")
    points = _points(ax) / 10
    texts = []
    for key, (x, y, wide, said) in BOXES.items():
        corner = (x - wide / 2 + 0.1, y - HIGH / 2 + 0.1)
        box = patches.FancyBboxPatch(
            corner, wide - 0.2, HIGH - 0.2, boxstyle="round,pad=0.1", gid=key, **chosen
        )
        ax.add_patch(box)
        room = int(wide * points / (0.56 * size))
        text = fitted(own.get(key) or say(said, language), room, lines=2)
        texts.append(
            ax.text(x, y, text, ha="center", va="center", fontsize=size, color=BLACK, zorder=4)
        )
    set_plain(texts)


def _edge(key: str, side: str) -> Point:
    x, y, wide, _ = BOXES[key]
    across = {"left": -wide / 2, "right": wide / 2}.get(side, 0.0)
    up = {"top": HIGH / 2, "bottom": -HIGH / 2}.get(side, 0.0)
    return x + across, y + up


def _draw_arrow(
    ax: "Axes", points: list[Point], color: str, style: str, width: float, gid: str = "flow"
) -> None:
    patches, path = require("matplotlib.patches"), require("matplotlib.path")
    double = gid != "flow"
    ax.add_patch(
        patches.FancyArrowPatch(
            path=path.Path(points),
            arrowstyle="<|-|>" if double else "-|>",
            mutation_scale=9.0 if double else 7.0,
            color=color,
            linestyle=style,
            linewidth=width,
            joinstyle="miter",
            zorder=2,
            gid=gid,
        )
    )


def _draw_flows(ax: "Axes") -> None:
    """Draw what leads to what."""
    end = _edge("expected_service", "top")
    for key, shift in (("word_of_mouth", -0.9), ("personal_needs", 0), ("past_experience", 0.9)):
        _draw_arrow(ax, [_edge(key, "bottom"), (end[0] + shift, end[1])], GREY, "-", 0.9)
    up = [_edge("delivery", "top"), _edge("perceived_service", "bottom")]
    _draw_arrow(ax, up, GREY, "-", 0.9)
    start = _edge("external_communication", "top")
    for key in ("expected_service", "perceived_service"):
        end = _edge(key, "right")
        _draw_arrow(ax, [start, (start[0], end[1]), end], GREY, "-", 0.9)


def _draw_border(ax: "Axes", language: str, size: float) -> None:
    ax.plot([0, 10], [BORDER, BORDER], color=GREY, linewidth=0.8, linestyle=":", zorder=1)
    texts = [
        ax.text(
            9.95,
            BORDER + shift,
            say(said, language),
            ha="right",
            va=va,
            fontsize=size - 1,
            color=GREY,
            style="italic",
        )
        for said, shift, va in (("Customer", 0.08, "bottom"), ("Provider", -0.08, "top"))
    ]
    set_plain(texts)


def _draw_gaps(
    ax: "Axes", result: ProviderGaps, dimension: str | None, language: str, size: float
) -> None:
    expected, believed = _edge("expected_service", "left"), _edge("management_perceptions", "left")
    ways: dict[int, list[Point]] = {
        1: [expected, (LEFT, expected[1]), (LEFT, believed[1]), believed],
        2: [_edge("management_perceptions", "top"), _edge("specifications", "bottom")],
        3: [_edge("specifications", "top"), _edge("delivery", "bottom")],
        4: [_edge("delivery", "right"), _edge("external_communication", "left")],
        5: [_edge("expected_service", "bottom"), _edge("perceived_service", "top")],
    }
    table = result.to_frame()
    table = table[table["dimension"] == (dimension or "")].set_index("gap_number")
    texts = []
    for gap, points in ways.items():
        color, style = GREY, "-"
        said = say("Gap {gap}", language, gap=gap)
        if gap in table.index:
            row = table.loc[gap]
            differs = row["kind"] == DIFFERENCE
            color, style = (VERMILLION, "-") if differs else (BLUE, "--")
            top = None if differs or result.scale is None else result.scale[1]
            said = _numbers(said, row, top, language)
        _draw_arrow(ax, points, color, style, 1.8, gid=f"gap {gap} arrow")
        x, y, across = GAP_LABELS[gap]
        texts.append(
            ax.text(
                x,
                y,
                said,
                ha=across,
                va="bottom" if gap == 4 else "center",
                fontsize=size,
                color=color,
                zorder=5,
                gid=f"gap {gap}",
                linespacing=1.15,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5} if gap == 1 else None,
            )
        )
    set_plain(texts)


def _numbers(said: str, row: Any, top: int | None, language: str) -> str:
    """Write a figure with its sign and interval, or as so many of so many."""
    if np.isnan(row["estimate"]):
        return f"{said}\n–"
    if top is None:
        figure = _signed(row["estimate"])
        ends = f"[{_signed(row['ci_low'])}, {_signed(row['ci_high'])}]"
    else:
        figure = say("{value} of {top}", language, value=f"{row['estimate']:.1f}", top=top)
        ends = f"[{row['ci_low']:.1f}, {row['ci_high']:.1f}]"
    first = say("{gap}: {figure}", language, gap=said, figure=figure)
    return first if np.isnan(row["ci_low"]) else f"{first}\n{ends}"


def _signed(value: float) -> str:
    text = f"{value:+.2f}".replace("-", "−")
    return "0.00" if text in ("+0.00", "−0.00") else text


def _draw_legend(ax: "Axes", language: str, size: float) -> None:
    """Say below the diagram what lines and signs mean."""
    lines = require("matplotlib.lines")
    said = (
        (
            "Difference. Gap 1 negative: managers underestimate what customers expect. "
            "Gap 5 negative: the service falls short",
            VERMILLION,
            "-",
        ),
        ("Rating, not a difference. Low: a large gap", BLUE, "--"),
    )
    room = max(int(0.85 * _points(ax) / (0.56 * size)), 20)
    handles = [
        lines.Line2D(
            [],
            [],
            color=color,
            linestyle=style,
            linewidth=1.8,
            label=fitted(say(text, language), room, lines=3),
        )
        for text, color, style in said
    ]
    legend = ax.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, 0.02),
        frameon=False,
        fontsize=size - 0.5,
        borderaxespad=0.0,
    )
    set_plain(legend.get_texts())
