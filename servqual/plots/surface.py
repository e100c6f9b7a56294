"""A response surface: seen from above, with its lines, or in three dimensions."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from servqual._language import check_language, say
from servqual._lazy import require
from servqual._result import Result
from servqual.errors import nearest
from servqual.plots._axes import cartesian, check_axes, check_result, draw_heading
from servqual.plots._style import BLACK, GREY, VERMILLION
from servqual.plots._text import fitted, set_plain
from servqual.priorities.surface.discrepancies import inside
from servqual.priorities.surface.polynomial import predicted
from servqual.priorities.surface.result import ResponseSurface, Surface

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
Grid = tuple[Floats, Floats, Floats]
Kind = Literal["contour", "3d"]

GRID = 61
HANDLE = 24.0
LEVELS = 12
SMALLEST, USUAL, LARGEST = 3.0, 9.0, 70.0
BEYOND = 0.5  # of the range of heights among the respondents, shown beyond it in three dimensions
COLOURS = "cividis"


def plot_response_surface(
    result: ResponseSurface,
    *,
    ax: "Axes | None" = None,
    kind: Kind = "contour",
    dimension: str | None = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    """Draw a response surface: perception (to the right), expectation (upwards), the outcome.

    Parameters
    ----------
    result : ResponseSurface
        What `response_surface` gives.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on: Cartesian ones for "contour" (the current ones by default), 3D ones for
        "3d" (made in a new figure by default).
    kind : {"contour", "3d"}
        Seen from above with lines of equal outcome, or in three dimensions.
    dimension : str, optional
        Which surface, where there are several; the first by default.
    language : {"en", "zh"}
        Language of the texts and labels.
    **kwargs
        Passed to `matplotlib.axes.Axes.contourf`, or to ``plot_surface`` of 3D axes.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If `result` is not ResponseSurface, or `ax` no axes.
    ValueError
        If `kind`, `dimension` or `language` is not known, the surface could not be fitted, or
        `ax` is of the wrong kind.

    Notes
    -----
    X and Y are in scale points. The respondents' pairs are dots, larger where there are more; pale
    is what lies outside their convex hull, where the surface is extrapolated. Along the line of
    congruence X = Y, along that of incongruence their mean is the centre. Axes and stationary point
    are drawn where they lie within the picture.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> from servqual.priorities.surface.fitting import response_surface
    >>> frame = sq.load_dataset("bank").dropna()
    >>> answers = sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991"))
    >>> found = response_surface(sq.gap_scores(answers), "SAT1", n_resamples=0)
    >>> ax = plot_response_surface(found, ax=Figure(layout="constrained").subplots())
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('X: perception', 'Y: expectation')
    """
    made_by: dict[type[Result], str] = {ResponseSurface: "response_surface"}
    check_result(result, made_by, "plot_response_surface")
    check_language(language)
    if kind not in ("contour", "3d"):
        raise ValueError(f"kind must be 'contour' or '3d', not {kind!r}.")
    surface = _chosen(result, dimension)
    ax = cartesian(ax, "plot_response_surface", 0) if kind == "contour" else _solid(ax)
    low, high = _reach(result, surface)
    x, y = np.meshgrid(np.linspace(low, high, GRID), np.linspace(low, high, GRID))
    z = predicted(surface.coefficients, x - surface.centre, y - surface.centre)
    if kind == "contour":
        _draw_contours(ax, result, surface, (x, y, z), language, kwargs)
    else:
        _draw_solid(ax, result, surface, (x, y, z), language, kwargs)
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    ax.set_xlabel(fitted(f"X: {result.variable(0, language)}", 44))
    ax.set_ylabel(fitted(f"Y: {result.variable(1, language)}", 44))
    set_plain([ax.xaxis.label, ax.yaxis.label])
    draw_heading(ax, _title(result, surface, language), legend_columns=3, handle=HANDLE)
    return ax


def _chosen(result: ResponseSurface, dimension: str | None) -> Surface:
    by_key = {one.key: one for one in result.surfaces}
    key = next(iter(by_key)) if dimension is None else dimension
    if key not in by_key:
        known = ", ".join(repr(one) for one in by_key)
        raise ValueError(f"dimension must be one of {known}, not {key!r}.{nearest(key, by_key)}")
    if np.isnan(by_key[key].coefficients).any():
        raise ValueError(f"There is no surface of {key!r} to draw: {'; '.join(result.problems)}")
    return by_key[key]


def _solid(ax: "Axes | None") -> "Axes":
    require("mpl_toolkits.mplot3d")
    if ax is None:
        plt = require("matplotlib.pyplot")
        made: Axes = plt.figure(layout="constrained").add_subplot(projection="3d")
        return made
    check_axes(ax, "plot_response_surface")
    if ax.name != "3d":
        raise ValueError(
            f"kind='3d' draws on 3D axes, not on {ax.name} ones; make them with "
            "plt.figure().add_subplot(projection='3d')."
        )
    return ax


def _reach(result: ResponseSurface, surface: Surface) -> tuple[float, float]:
    if result.scale is not None:
        return result.scale
    low, high = float(surface.points.min()), float(surface.points.max())
    return low, high


def _sizes(surface: Surface) -> Floats:
    usual = surface.masses / np.median(surface.masses)
    sizes: Floats = np.clip(USUAL * usual, SMALLEST, LARGEST)
    # One size for all is one shape in a file, however many respondents there are.
    return sizes[:1] if np.ptp(sizes) == 0 else sizes


def _heights(surface: Surface, grid: Grid) -> tuple[float, float]:
    """Give the range of heights where there are respondents: beyond it all is extrapolated."""
    x, y, z = grid
    at_points = predicted(surface.coefficients, *(surface.points - surface.centre).T)
    among = z[inside(surface.corners, np.stack([x, y], axis=-1))]
    every = np.concatenate([at_points, among])
    low, high = float(every.min()), float(every.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _draw_contours(
    ax: "Axes",
    result: ResponseSurface,
    surface: Surface,
    grid: Grid,
    language: str,
    given: dict[str, Any],
) -> None:
    x, y, z = grid
    heights = _heights(surface, grid)
    levels = require("matplotlib.ticker").MaxNLocator(LEVELS).tick_values(*heights)
    defaults: dict[str, Any] = {"levels": levels, "cmap": COLOURS, "extend": "both", "zorder": 0}
    filled = ax.contourf(x, y, z, **{**defaults, **given})
    _draw_veil(ax, surface, (float(x.min()), float(x.max())))
    lines = ax.contour(x, y, z, levels=filled.levels, colors=GREY, linewidths=0.5, zorder=1.5)
    set_plain(ax.clabel(lines, fontsize="x-small"))
    ax.scatter(
        surface.points[:, 0],
        surface.points[:, 1],
        s=_sizes(surface),
        facecolor="white",
        edgecolor=BLACK,
        linewidth=0.5,
        alpha=0.8,
        zorder=2,
        clip_on=False,  # those at the ends of both scales matter most
        label=say("respondents", language),
    )
    low, high = float(x.min()), float(x.max())
    for name, slope, at, style in _lines(surface):
        ends = at[1] + slope * (np.array([low, high]) - at[0])
        if ends.min() <= high and ends.max() >= low:
            ax.axline(at, slope=slope, label=say(name, language), zorder=3, **style)
    x0, y0 = surface.shape[:2] + surface.centre
    if low <= x0 <= high and low <= y0 <= high:
        ax.scatter(
            [x0],
            [y0],
            marker="*",
            s=150,
            facecolor=VERMILLION,
            edgecolor="white",
            zorder=4,
            label=say("stationary point", language),
        )
    bar = ax.figure.colorbar(filled, ax=ax)
    bar.set_label(fitted(" + ".join(result.outcome), 44))
    set_plain([bar.ax.yaxis.label])


def _lines(surface: Surface) -> list[tuple[str, float, tuple[float, float], dict[str, Any]]]:
    c = surface.centre
    black = {"color": BLACK, "linewidth": 1.2}
    lines = [
        ("congruence", 1.0, (c, c), {**black, "linestyle": "-"}),
        ("incongruence", -1.0, (c, c), {**black, "linestyle": "--"}),
    ]
    _, _, _, p10, p11, p20, p21 = surface.shape
    axes = (("first axis", p10, p11, "-"), ("second axis", p20, p21, "--"))
    for name, constant, slope, style in axes:
        if np.isfinite([constant, slope]).all():
            point = (c, c + constant)
            looks = {"color": VERMILLION, "linewidth": 1.4, "linestyle": style}
            lines.append((name, float(slope), point, looks))
    return lines


def _draw_veil(ax: "Axes", surface: Surface, reach: tuple[float, float]) -> None:
    """Make pale what lies outside the convex hull of the pairs."""
    low, high = reach
    path = require("matplotlib.path").Path
    patch = require("matplotlib.patches").PathPatch
    outer = np.array([[low, low], [low, high], [high, high], [high, low], [low, low]])
    inner = np.vstack([surface.corners, surface.corners[:1]])
    codes = [
        code
        for ring in (outer, inner)
        for code in (path.MOVETO, *[path.LINETO] * (len(ring) - 2), path.CLOSEPOLY)
    ]
    veil = patch(
        path(np.vstack([outer, inner]), codes),
        facecolor="white", edgecolor="none", alpha=0.55, zorder=1,
    )  # fmt: skip
    ax.add_patch(veil)
    ax.plot(*inner.T, color=GREY, linewidth=0.8, linestyle=":", zorder=1.6)


def _draw_solid(
    ax: Any,
    result: ResponseSurface,
    surface: Surface,
    grid: Grid,
    language: str,
    given: dict[str, Any],
) -> None:
    x, y, z = grid
    among = inside(surface.corners, np.stack([x, y], axis=-1))
    lowest, highest = _heights(surface, grid)
    spare = BEYOND * (highest - lowest)
    z = np.where((z >= lowest - spare) & (z <= highest + spare), z, np.nan)
    normed = require("matplotlib.colors").Normalize(lowest, highest)
    colours = require("matplotlib").colormaps[COLOURS](normed(np.nan_to_num(z)))
    colours[~among, :3] = 0.55 + 0.45 * colours[~among, :3]
    defaults: dict[str, Any] = {
        "facecolors": colours,
        "rstride": 1,
        "cstride": 1,
        "linewidth": 0,
        "shade": False,
        "zorder": 1,
    }
    if "cmap" in given:
        del defaults["facecolors"]
    ax.computed_zorder = False
    ax.plot_surface(x, y, z, **{**defaults, **given})
    low, high = float(x.min()), float(x.max())
    c = surface.centre
    along = np.linspace(low, high, GRID)
    for name, other, style in (
        ("congruence", along, "-"),
        ("incongruence", 2 * c - along, "--"),
    ):
        height = predicted(surface.coefficients, along - c, other - c)
        kept = (other >= low) & (other <= high)
        kept &= (height >= lowest - spare) & (height <= highest + spare)
        looks = {"color": VERMILLION, "linestyle": style, "linewidth": 2, "zorder": 2}
        ax.plot(along[kept], other[kept], height[kept], label=say(name, language), **looks)
    ax.scatter(
        *surface.points.T,
        predicted(surface.coefficients, *(surface.points - c).T),
        s=_sizes(surface) / 2,
        color=BLACK,
        alpha=0.6,
        linewidth=0,
        zorder=3,
        label=say("respondents", language),
    )
    ax.set_zlabel(fitted(" + ".join(result.outcome), 30))
    set_plain([ax.zaxis.label])
    ax.view_init(elev=25, azim=-125)


def _title(result: ResponseSurface, surface: Surface, language: str) -> str:
    if result.instrument is None:
        text = say("Response surface: n = {n:,}", language, n=result.n)
    else:
        text = say(
            "Response surface, {where}, {instrument}: n = {n:,}",
            language,
            where=result.label(surface.key, language),
            instrument=result.instrument.title_in(language),
            n=result.n,
        )
    return say("{title}; {kind}", language, title=text, kind=say("pale: extrapolated", language))
