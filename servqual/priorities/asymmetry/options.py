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


def check_shares(equal_within: Any, cv_folds: Any) -> None:
    """Refuse what is no bound of the impact asymmetry, or no number of parts."""
    if not _is_number(equal_within) or not 0 <= equal_within < 1:
        raise ValueError(f"equal_within must be from 0 to below 1, not {equal_within!r}.")
    whole = isinstance(cv_folds, (int, np.integer)) and not isinstance(cv_folds, bool)
    if not whole or cv_folds < 2:
        raise ValueError(f"cv_folds must be a whole number of at least 2, not {cv_folds!r}.")


def checked_cut(coding: Coding, cut: Any) -> Cut:
    """Read where low ends and high begins, or refuse it."""
    if isinstance(cut, np.ndarray):
        cut = cut.tolist()
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


def checked_ends(scale: Any) -> tuple[float, float]:
    """Read the ends of a scale, or refuse them."""
    ends = tuple(scale) if isinstance(scale, (Sequence, np.ndarray)) else ()
    if len(ends) == 2 and all(map(_is_number, ends)) and ends[0] < ends[1]:
        return float(ends[0]), float(ends[1])
    raise ValueError(
        f"scale must be its lowest and its highest answer, such as (1, 7), not {scale!r}."
    )


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return False
    return bool(np.isfinite(value))
