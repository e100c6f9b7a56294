"""Path diagrams in a size at which their letters can be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from servqual._lazy import require
from servqual.instrument import Instrument
from servqual.plots.paths import plot_paths
from servqual.pls.result import PlsResult
from servqual.sem.result import SemResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_GROUPS = 4
_NOTE = 0.4  # inches for the line under a diagram
_LEAST, _MOST = 2.0, 8.6  # inches of height
_GROWN = 1.25
_LETTERS = 1.3
_POINTS = 72

# The size in inches, how variables are named, and by how much shapes grow.
Fitted = tuple[tuple[float, float], Mapping[str, Any], float]


def groups_drawn(result: SemResult) -> tuple[str, ...]:
    """Name the groups whose diagrams are shown; none of a model without arrows or a solution."""
    operators = {row.op for row in result.fitted.structure.table.parameters}
    if not result.converged or not operators & {"=~", "~"} or len(result.groups) > MOST_GROUPS:
        return ()
    return result.groups


@dataclass(kw_only=True)
class Diagram:
    """A path diagram no wider than `width` inches; items bear labels where there is room."""

    result: SemResult | PlsResult
    group: str
    instrument: Instrument | None
    language: str
    width: float
    _found: tuple[tuple[float, float], Mapping[str, Any], float] | None = field(
        default=None, repr=False
    )

    def size(self) -> tuple[float, float]:
        """Give the width and the height in inches."""
        return self._fitted()[0]

    def draw(self, ax: "Axes") -> None:
        """Draw it; letters shrink less than shapes, which have room around them."""
        _, naming, grown = self._fitted()
        self._drawn(ax, naming)
        more = min(max(1 / grown, 1.0), _LETTERS)
        for text in ax.texts:
            text.set_fontsize(float(text.get_fontsize()) * more)

    def _drawn(self, ax: "Axes", naming: Mapping[str, Any]) -> None:
        group = self.group or None
        plot_paths(self.result, ax=ax, group=group, language=self.language, **naming)

    def _fitted(self) -> Fitted:
        """Measure it once, with the labels of items and, if it is too wide then, without."""
        if self._found is None:
            naming: Mapping[str, Any] = {"instrument": self.instrument}
            wide, high = self._natural(naming)
            if self.instrument is not None and wide > self.width:
                of_factors = {
                    key: self.instrument.label(key, self.language)
                    for key in self.instrument.dimensions
                }
                naming = {"labels": of_factors}
                wide, high = self._natural(naming)
            grown = min(self.width / wide, _GROWN)
            height = min(max(high * grown + _NOTE, _LEAST), _MOST)
            self._found = (self.width, height), naming, grown
        return self._found

    def _natural(self, naming: Mapping[str, Any]) -> tuple[float, float]:
        """Give the inches that it would fill with letters of the usual size."""
        axes = require("matplotlib.figure").Figure().subplots()
        self._drawn(axes, naming)
        left, right = axes.get_xlim()
        bottom, top = axes.get_ylim()
        return (right - left) / _POINTS, (top - bottom) / _POINTS


def diagram_of(
    result: SemResult | PlsResult,
    group: str,
    instrument: Instrument | None,
    language: str,
    width: float,
) -> Diagram:
    """Plan the path diagram of a model, of one of its groups."""
    return Diagram(
        result=result, group=group, instrument=instrument, language=language, width=width
    )
