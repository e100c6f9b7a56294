"""Latent means of groups against those of the reference group."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from servqual._language import check_language, say
from servqual.errors import ModelError
from servqual.instrument import Instrument
from servqual.plots._axes import cartesian, check_result, draw_heading, options
from servqual.plots._lanes import COLOURS, MARKERS, draw_lanes, lay_lanes
from servqual.plots._style import BLACK
from servqual.plots._text import set_plain
from servqual.sem.invariance.differences import group_differences
from servqual.sem.invariance.measurement import MeasurementInvariance
from servqual.sem.result import SemResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEVEL = "scalar"


def plot_latent_means(
    result: SemResult | MeasurementInvariance,
    *,
    ax: "Axes | None" = None,
    instrument: Instrument | None = None,
    labels: Mapping[str, str] | None = None,
    language: str = "en",
    **kwargs: Any,
) -> "Axes":
    """Draw the latent means of groups with their intervals; the reference group is at 0.

    Parameters
    ----------
    result : SemResult or MeasurementInvariance
        What `fit_sem` gives for several groups with equal loadings and intercepts, or
        `measurement_invariance`, whose scalar level is drawn.
    ax : matplotlib.axes.Axes, optional
        Cartesian axes to draw on; the current ones by default. A figure made with
        ``layout="constrained"`` has room for the labels; so has the one made where there is none.
    instrument : Instrument, optional
        Whose labels the dimensions bear.
    labels : mapping of str to str, optional
        Labels of your own for latent variables, before those of the instrument.
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
        If the model has one group, or its latent means may not differ.
    ValueError
        If `language` is not known, or `ax` is not Cartesian.

    Notes
    -----
    A mean is comparable as far as loadings and intercepts (of ordered items thresholds, too) are
    equal in all groups. The first group is the reference; the interval is that of the difference
    to it, which is not shown by two intervals that overlap. Differences between two other groups
    are given by ``group_differences(result, against="all")``.

    Examples
    --------
    >>> import servqual as sq
    >>> from matplotlib.figure import Figure
    >>> bank = sq.load_dataset("bank")[["branch", "P1", "P2", "P3", "P4"]].dropna()
    >>> equal = ["loadings", "intercepts"]
    >>> model = "tangibles =~ P1 + P2 + P3 + P4"
    >>> fitted = sq.fit_sem(model, bank, group="branch", group_equal=equal)
    >>> ax = plot_latent_means(fitted, ax=Figure(layout="constrained").subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Station', 'Harbour', 'Market']
    """
    check_result(
        result,
        {
            SemResult: "fit_sem(..., group=...)",
            MeasurementInvariance: "measurement_invariance",
        },
        "plot_latent_means",
    )
    check_language(language)
    fitted = _scalar(result) if isinstance(result, MeasurementInvariance) else result
    reference, *groups = fitted.groups
    if not groups:
        raise ModelError("plot_latent_means compares groups; fit the model with group=... .")
    try:
        table = group_differences(fitted, of="means", correction="none").to_frame()
    except ModelError as error:
        raise ModelError(
            "The latent means of this model may not differ between groups. They do where loadings "
            "and intercepts are equal: fit_sem(..., group_equal=['loadings', 'intercepts']), of "
            "ordered items 'thresholds', too, or measurement_invariance(...)."
        ) from error
    names = list(dict.fromkeys(table["lhs"]))
    lanes = lay_lanes(names, len(groups), instrument, language, labels)
    ax = cartesian(ax, "plot_latent_means", lanes.end)
    for at, group in enumerate(groups):
        part = table[table["group"] == group]
        defaults = {
            **{"linestyle": "none", "markersize": 5.5, "elinewidth": 1.4, "capsize": 2.5},
            "color": COLOURS[at % len(COLOURS)],
            "marker": MARKERS[at % len(MARKERS)],
            "label": group,
        }
        ax.errorbar(
            part["estimate"],
            lanes.of(list(part["lhs"]), at),
            xerr=[part["estimate"] - part["ci_low"], part["ci_high"] - part["estimate"]],
            **options(defaults, kwargs, "matplotlib.lines.Line2D"),
        )
    draw_lanes(ax, lanes)
    ax.axvline(0, color=BLACK, linewidth=1)
    ax.set_xlabel(_axis_text(fitted, names, reference, language))
    set_plain([ax.xaxis.label])
    text = say(
        "n = {n:,}; latent means with {level} % intervals",
        language,
        n=fitted.n,
        level=f"{100 * fitted.confidence:g}",
    )
    draw_heading(ax, text, legend_columns=len(groups))
    return ax


def _scalar(result: MeasurementInvariance) -> SemResult:
    if _LEVEL not in result.fits:
        raise ModelError(
            f"Latent means are compared at the level {_LEVEL!r}, which is not among the levels of "
            f"this result: {', '.join(result.fits)}."
        )
    return result.fits[_LEVEL]


def _axis_text(fitted: SemResult, names: list[str], reference: str, language: str) -> str:
    """Say what is subtracted, and in which unit it is."""
    frame = fitted.parameters
    own = frame[(frame["op"] == "~~") & (frame["lhs"] == frame["rhs"])]
    own = own[own["lhs"].isin(names) & (own["group"] == reference)]
    if len(own) and (own["se"] == 0).all() and (own["estimate"] == 1).all():
        return say(
            "Latent mean less that of {group}, in standard deviations of {group}",
            language,
            group=reference,
        )
    return say(
        "Latent mean less that of {group}, in units of the latent variable",
        language,
        group=reference,
    )
