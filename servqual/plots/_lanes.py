"""Rows of a picture with a lane for each group in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from servqual.instrument import Instrument
from servqual.plots._rows import LABEL_WIDTH, SMALLEST_FONT
from servqual.plots._style import BAND, BLACK, BLUE, GREEN, RULE, VERMILLION
from servqual.plots._text import fitted, set_plain
from servqual.sem.variables import variable_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = (BLUE, VERMILLION, GREEN, "#CC79A7", BLACK, "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
_LANE, _ALONE, _BETWEEN = 0.6, 1.2, 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Lanes:
    """Places of rows.

    Attributes
    ----------
    middles : mapping of str to float
        Of each row, by the name of its variable.
    texts : mapping of str to str
    heads : tuple of (float, str)
        Place and text of the rows that only name a dimension.
    height : float
        Of a lane.
    n_lanes : int
    end : float
        Where the last row ends.
    """

    middles: Mapping[str, float]
    texts: Mapping[str, str]
    heads: tuple[tuple[float, str], ...]
    height: float
    n_lanes: int
    end: float

    def of(self, names: Sequence[str], lane: int) -> NDArray[np.float64]:
        """Give the places of some variables in a lane."""
        off = self.height * (lane - (self.n_lanes - 1) / 2)
        return np.array([self.middles[name] + off for name in names])


def lay_lanes(
    names: Sequence[str],
    n_lanes: int,
    instrument: Instrument | None,
    language: str,
    labels: Mapping[str, str] | None = None,
) -> Lanes:
    """Put variables under one another; items of an instrument under their dimensions."""
    homes = {} if instrument is None else _dimensions(names, instrument)
    height = _ALONE if n_lanes == 1 else _LANE
    taken = _ALONE if n_lanes == 1 else _LANE * n_lanes + _BETWEEN
    middles: dict[str, float] = {}
    heads: list[tuple[float, str]] = []
    y, last = -0.5, ""
    for name in sorted(names, key=lambda name: _rank(homes.get(name, ""), instrument)):
        home = homes.get(name, "")
        if instrument is not None and home and home != last:
            heads.append((y + 0.5, fitted(instrument.label(home, language), LABEL_WIDTH["item"])))
            y += 1
        last = home
        middles[name] = y + taken / 2
        y += taken
    texts = {
        name: fitted(_label(name, instrument, language, labels), LABEL_WIDTH["item"])
        for name in names
    }
    return Lanes(
        middles=middles,
        texts=texts,
        heads=tuple(heads),
        height=height,
        n_lanes=n_lanes,
        end=y,
    )


def draw_lanes(ax: "Axes", lanes: Lanes) -> None:
    """Name the rows on the vertical axis, in letters that fit, and part them."""
    rows = [(y, lanes.texts[name]) for name, y in lanes.middles.items()]
    named = sorted([*lanes.heads, *rows])
    ax.set_yticks([y for y, _ in named], labels=[text for _, text in named])
    ax.set_ylim(lanes.end, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.grid(axis="x", color=RULE, linewidth=0.5, alpha=0.5)
    ax.set_axisbelow(True)
    points = ax.bbox.height / ax.figure.dpi * 72 / (lanes.end + 0.5)
    at_heads = {y for y, _ in lanes.heads}
    texts = ax.get_yticklabels()
    for text, (y, _) in zip(texts, named, strict=True):
        text.set_fontsize(max(SMALLEST_FONT, min(text.get_fontsize(), 0.85 * points)))
        if y in at_heads:
            text.set_fontweight("bold")
            ax.axhspan(y - 0.5, y + 0.5, color=BAND, linewidth=0, zorder=0.4)
    if lanes.n_lanes > 1:
        half = (lanes.n_lanes * lanes.height + _BETWEEN) / 2
        for y, _ in rows:
            if not any(abs(y - half - head - 0.5) < 1e-9 for head in at_heads) and y > half:
                ax.axhline(y - half, color=RULE, linewidth=0.5, zorder=0.5)
    set_plain(texts)


def _dimensions(names: Sequence[str], instrument: Instrument) -> dict[str, str]:
    """Give the dimension of each item, which goes by its id or by a letter and its id."""
    homes = {item: key for key, items in instrument.dimensions.items() for item in items}
    found = {}
    for name in names:
        item = name if name in homes else name[1:] if name[:1].isupper() else ""
        if item in homes:
            found[name] = homes[item]
    return found


def _rank(home: str, instrument: Instrument | None) -> int:
    keys = [] if instrument is None else list(instrument.dimensions)
    return keys.index(home) if home in keys else len(keys)


def _label(
    name: str, instrument: Instrument | None, language: str, labels: Mapping[str, str] | None
) -> str:
    if instrument is not None and name in instrument.items and name not in (labels or {}):
        label = instrument.label(name, language)
        return name if label == name else f"{name}. {label}"
    return variable_label(name, instrument, language, labels)
