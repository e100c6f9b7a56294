"""Numbers as a report shows them: rounded, with a true minus, a dash where there is none."""

import numpy as np
import pandas as pd

NOTHING = "–"
DECIMALS = 2


def show(value: object, decimals: int = DECIMALS) -> str:
    """Show a number rounded, or a dash for a missing one.

    Examples
    --------
    >>> show(-0.254), show(1200), show(float("nan")), show(-0.001)
    ('−0.25', '1,200', '–', '0.00')
    """
    if _is_missing(value):
        return NOTHING
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        return str(value)
    if isinstance(value, (int, np.integer)):
        return f"{value:,}".replace("-", "−")
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def percent(value: object) -> str:
    """Show a share as a percentage.

    Examples
    --------
    >>> percent(0.1234), percent(float("nan"))
    ('12.3 %', '–')
    """
    return NOTHING if _is_missing(value) else f"{show(100 * float(value), 1)} %"  # type: ignore[arg-type]


def span(low: object, high: object) -> str:
    """Show an interval.

    Examples
    --------
    >>> span(-1.5, -0.5), span(float("nan"), float("nan"))
    ('[−1.50, −0.50]', '–')
    """
    if _is_missing(low) or _is_missing(high):
        return NOTHING
    return f"[{show(low)}, {show(high)}]"


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value
