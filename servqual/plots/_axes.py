"""The axes of a picture: found or made, titled, with the scale of the answers."""

from typing import TYPE_CHECKING, Any

from servqual._language import say
from servqual._lazy import require
from servqual._result import Result
from servqual.plots._text import columns, fitted, set_plain
from servqual.scores.common import Scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES_PER_ROW = 0.21
LEGEND_LINE, LEGEND_EM, LEGEND_HANDLE = 15.0, 5.0, 40.0


def check_result(result: object, kinds: dict[type[Result], str], plot: str) -> None:
    """Refuse what a picture cannot show; `kinds` maps what it shows to what makes it."""
    if not isinstance(result, tuple(kinds)):
        wanted = [f"{kind.__name__} from {maker}(...)" for kind, maker in kinds.items()]
        either = f"{', '.join(wanted[:-1])} or {wanted[-1]}" if len(wanted) > 1 else wanted[0]
        raise TypeError(f"{plot} wants {either}, not {type(result).__name__}.")


def check_axes(ax: object, plot: str) -> None:
    """Refuse what is no axes, such as the array that `plt.subplots(1, 2)` gives."""
    if not isinstance(ax, require("matplotlib.axes").Axes):
        raise TypeError(f"{plot} wants one matplotlib Axes as ax, not {type(ax).__name__}.")


def cartesian(ax: "Axes | None", plot: str, n_rows: float) -> "Axes":
    """Give the axes to draw on: the current ones, in a new figure if there is none yet."""
    if ax is None:
        plt = require("matplotlib.pyplot")
        if not plt.get_fignums():
            width, height = plt.rcParams["figure.figsize"]
            height = max(height, 1.5 + INCHES_PER_ROW * n_rows)
            plt.figure(figsize=(width, height), layout="constrained")
        current: Axes = plt.gca()
        ax = current
    check_axes(ax, plot)
    if ax.name != "rectilinear":
        raise ValueError(
            f"{plot} draws on Cartesian axes, not on {ax.name} ones; make them with plt.subplots()."
        )
    return ax


def options(defaults: dict[str, Any], given: dict[str, Any], artist: str) -> dict[str, Any]:
    """Put a user's options, also under short names such as ``lw``, over the defaults."""
    module, _, name = artist.rpartition(".")
    kind = getattr(require(module), name)
    chosen: dict[str, Any] = require("matplotlib.cbook").normalize_kwargs(given, kind)
    return {**defaults, **chosen}


def answer_scale(scores: Scores) -> tuple[int, int]:
    """Give the lowest and the highest answer of the roles that are compared, which is one scale."""
    return scores.responses.instrument.scale_of("perception")


def scale_text(scale: tuple[int, int], language: str) -> str:
    """Name the axis of mean answers with its unit."""
    return say("Mean answer, scale points ({low}–{high})", language, low=scale[0], high=scale[1])


def draw_answer_scale(
    ax: "Axes", scale: tuple[int, int], language: str, shown: tuple[int, int] | None = None
) -> None:
    """Show the scale of the answers, or a part of it, on the horizontal axis."""
    low, high = shown or scale
    margin = 0.03 * (high - low)
    ax.set_xlim(low - margin, high + margin)
    ax.xaxis.set_major_locator(require("matplotlib.ticker").MaxNLocator(integer=True))
    ax.set_xlabel(scale_text(scale, language))
    set_plain([ax.xaxis.label])


def expectation_text(scores: Scores, language: str) -> str:
    """Say which kind of expectation was asked."""
    kind = scores.responses.instrument.expectation_kind
    return say(f"{kind} expectations" if kind else "kind of expectation not stated", language)


def draw_title(
    ax: "Axes",
    scores: Scores,
    language: str,
    *,
    kind: bool = False,
    legend_columns: int,
    raised: float = 0.0,
) -> None:
    """Title the axes with instrument and n, and put a legend between title and axes."""
    instrument = scores.responses.instrument.title_in(language)
    text = say("{instrument}: n = {n:,}", language, instrument=instrument, n=scores.n)
    if kind:
        text = say("{title}; {kind}", language, title=text, kind=expectation_text(scores, language))
    draw_heading(ax, text, legend_columns=legend_columns, raised=raised)


def draw_heading(
    ax: "Axes",
    text: str,
    *,
    legend_columns: int,
    raised: float = 0.0,
    handle: float = LEGEND_HANDLE,
    **legend_options: Any,
) -> None:
    """Title the axes, and put a legend, if anything has a label, between title and axes."""
    room = _room(ax)
    handles, named = ax.get_legend_handles_labels()
    entry = LEGEND_EM * max(map(columns, named), default=0) + handle
    abreast = max(1, min(legend_columns, int(room / entry)))
    lines = -(-len(handles) // abreast)
    title = ax.set_title("", pad=raised + 6 + LEGEND_LINE * lines)
    width = max(int(room / (0.55 * float(title.get_fontsize()))), 24)
    title.set_text(fitted(text, width, lines=3))
    set_plain([title])
    if lines:
        shift = require("matplotlib.transforms").ScaledTranslation(
            0, raised / 72, ax.figure.dpi_scale_trans
        )
        legend = ax.legend(
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            bbox_transform=ax.transAxes + shift,
            ncols=abreast,
            frameon=False,
            fontsize="small",
            borderaxespad=0.2,
            borderpad=0.0,
            **{"columnspacing": 1.5, **legend_options},
        )
        set_plain(legend.get_texts())


def _room(ax: "Axes") -> float:
    """Guess how wide the axes will be in points, where a layout makes place for the labels."""
    points = 72 / ax.figure.dpi
    room: float = ax.bbox.width * points
    if ax.name == "polar":
        return 1.3 * room
    figure = ax.get_figure(root=True)
    if figure is None or figure.get_layout_engine() is None:
        return room
    labels = ax.get_yticklabels()
    widths = [
        0.6 * float(label.get_fontsize()) * max(map(columns, label.get_text().split("\n")))
        for label in labels
    ]
    return min(room, 1.2 * room - max(widths, default=0.0))
