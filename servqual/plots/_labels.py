"""Labels of marks, where they cover no mark and no other label."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from servqual._lazy import require
from servqual.plots._style import BLACK
from servqual.plots._text import columns, set_plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]

LABEL_SIZE = 8.0
AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))


def draw_labels(ax: "Axes", marks: Floats, radius: Floats, names: Sequence[str]) -> None:
    """Put each label beside its mark, inside the axes, where it covers the least.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With its final limits.
    marks : ndarray of shape (k, 2)
        In the units of the axes.
    radius : ndarray of shape (k,)
        Of the marks, in points.
    names : sequence of str
    """
    points = ax.transData.transform(marks) * (72 / ax.figure.dpi)
    taken: list[Box] = [
        (x - r, y - r, x + r, y + r) for (x, y), r in zip(points, radius, strict=True)
    ]
    start, bottom, end, top = (float(one) * 72 / ax.figure.dpi for one in ax.bbox.extents)
    # Lines, such as intervals, may run behind a label.
    halo = [require("matplotlib.patheffects").withStroke(linewidth=2.5, foreground="white")]
    labels = []
    for (x, y), r, name, mark in zip(points, radius, names, marks, strict=True):
        width, height = 0.62 * LABEL_SIZE * columns(name), 1.2 * LABEL_SIZE
        tried: list[tuple[float, int, Box]] = []
        for far in (2.0, 8.0, 14.0):
            for right, up in AROUND:
                centre_x = x + right * (r + far + width / 2)
                centre_y = y + up * (r + far + height / 2)
                box = (
                    centre_x - width / 2,
                    centre_y - height / 2,
                    centre_x + width / 2,
                    centre_y + height / 2,
                )
                covered = sum(_overlap(box, other) for other in taken)
                outside = width * height - _overlap(box, (start, bottom, end, top))
                tried.append((covered + outside, len(tried), box))
        _, _, (left, low, right_end, high) = min(tried)
        taken.append((left, low, right_end, high))
        labels.append(
            ax.annotate(
                name,
                (mark[0], mark[1]),
                xytext=((left + right_end) / 2 - x, (low + high) / 2 - y),
                textcoords="offset points",
                horizontalalignment="center",
                verticalalignment="center",
                fontsize=LABEL_SIZE,
                color=BLACK,
                zorder=5,
                path_effects=halo,
            )
        )
    set_plain(labels)


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)
