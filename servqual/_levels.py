"""The levels of a categorical variable: their text and their order."""

import re
from collections.abc import Hashable

import numpy as np
import pandas as pd


def level_text(level: Hashable) -> str:
    """Write a level as a reader would."""
    if isinstance(level, pd.Timestamp) and level == level.normalize():
        return str(level.date())
    whole = isinstance(level, (float, np.floating)) and level % 1 == 0
    return f"{level:.0f}" if whole else str(level)


def natural_order(level: Hashable) -> tuple[tuple[float, str], ...]:
    """Give the key that puts numbers, and numbers in texts, in their order."""
    if isinstance(level, (int, float, np.number, np.bool_)):
        return ((float(level), ""),)
    parts = re.split(r"(\d+)", str(level))
    return tuple((float(part), "") if part.isdecimal() else (np.inf, part) for part in parts)
