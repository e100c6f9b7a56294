"""What can be asked of a penalty-reward analysis."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from servqual.priorities.asymmetry.coding import Coding, Cut


def check_options(level: str, of: str, coding: str, errors: str) -> None:
    """Refuse a choice that is not known."""
    for name, value, known in (
        ("level", level, ("dimension", "item")),
        ("of", of, ("perception", "gap")),
        ("coding", coding, ("dummy", "piecewise")),
        ("errors", errors, ("HC3", "classical")),
    ):
        if value not in known:
            names = ", ".join(map(repr, known))
            raise ValueError(f"{name} must be one of {names}, not {value!r}.")


def checked_cut(coding: Coding, cut: Any) -> Cut:
    """Read where low ends and high begins, or refuse it."""
    if coding == "dummy":
        if cut is None or cut == "thirds":
            return "thirds"
        pair = isinstance(cut, Sequence) and not isinstance(cut, str) and len(cut) == 2
        if pair and all(_is_number(one) for one in cut) and cut[0] < cut[1]:
            return float(cut[0]), float(cut[1])
        raise ValueError(
            "With coding='dummy' cut must be 'thirds' or a pair (low, high) with low below high, "
            f"not {cut!r}."
        )
    if cut is None or cut == "mean":
        return "mean"
    if cut == "midpoint":
        return "midpoint"
    if _is_number(cut):
        return float(cut)
    raise ValueError(
        f"With coding='piecewise' cut must be 'mean', 'midpoint' or a number, not {cut!r}."
    )


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return False
    return bool(np.isfinite(value))
