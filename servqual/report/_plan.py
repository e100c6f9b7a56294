"""How a picture is to be drawn, and how large."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 7.4


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to draw a picture: its caption, how many rows it has, and what draws it on axes.

    Attributes
    ----------
    caption : str
    draw : callable
    rows : int
        A picture of rows is as high as they need.
    square : bool
        Whether its height is fixed.
    polar : bool
    measure : callable, optional
        What gives its width and height in inches, where the rows do not.
    """

    caption: str
    draw: Callable[["Axes"], object]
    rows: int = 0
    square: bool = False
    polar: bool = False
    measure: Callable[[], tuple[float, float]] | None = None

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches."""
        if self.measure is not None:
            return self.measure()
        if self.polar or self.square:
            return WIDTH, 5.2
        return WIDTH, 1.3 + (0.42 if self.rows < 12 else 0.26) * self.rows
