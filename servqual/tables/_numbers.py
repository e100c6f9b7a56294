"""Numbers as tables show them: rounded, with a true minus, a dash where there is none."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

NOTHING = "–"
DECIMALS = 2
P_DECIMALS = 3

Kind = Literal["text", "count", "number", "share", "p", "tiny"]

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the figures of a column are written.

    Attributes
    ----------
    kind : {"text", "count", "number", "share", "p", "tiny"}
        "share" is any statistic that cannot exceed 1, written without a leading zero; "p" is a
        p-value, written without it too, and as "< .001" where it is smaller than that. "tiny" is
        a number that becomes a power of ten where it would round to nothing.
    decimals : int
    """

    kind: Kind
    decimals: int = DECIMALS


def figure(value: object, form: Form) -> str:
    """Write a figure as a journal does.

    Examples
    --------
    >>> figure(-0.254, Form(kind="share")), figure(-0.254, Form(kind="number"))
    ('−.25', '−0.25')
    >>> figure(0.00004, Form(kind="p", decimals=3)), figure(0.04, Form(kind="p", decimals=3))
    ('< .001', '.040')
    >>> figure(0.0000618, Form(kind="tiny"))
    '6.18 × 10⁻⁵'
    """
    if is_missing(value):
        return NOTHING
    number = float(value)  # type: ignore[arg-type]
    if np.isinf(number):
        return "∞" if number > 0 else "−∞"
    if form.kind == "tiny" and 0 < abs(number) < 10.0**-form.decimals:
        digits, _, power = f"{number:.{form.decimals}e}".partition("e")
        return f"{digits.replace('-', '−')} × 10{str(int(power)).translate(_RAISED)}"
    text = show(number, form.decimals)
    if form.kind == "p" and 0 <= number <= 1 and form.decimals:
        least = 10.0**-form.decimals
        if number < least:
            return f"< .{'0' * (form.decimals - 1)}1"
        if number > 1 - least:
            return f"> .{'9' * form.decimals}"
    return without_zero(text) if form.kind in ("share", "p") else text


def without_zero(text: str) -> str:
    """Leave out the zero before the decimal point.

    Examples
    --------
    >>> without_zero("0.25"), without_zero("−0.25"), without_zero("10.25"), without_zero("0")
    ('.25', '−.25', '10.25', '0')
    """
    bare = text.removeprefix("−")
    return text.replace("0.", ".", 1) if bare.startswith("0.") else text


def show(value: object, decimals: int = DECIMALS) -> str:
    """Show a number rounded, or a dash for a missing one.

    Examples
    --------
    >>> show(-0.254), show(1200), show(float("nan")), show(-0.001)
    ('−0.25', '1,200', '–', '0.00')
    """
    if is_missing(value):
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
    return NOTHING if is_missing(value) else f"{show(100 * float(value), 1)} %"  # type: ignore[arg-type]


def span(low: object, high: object) -> str:
    """Show an interval.

    Examples
    --------
    >>> span(-1.5, -0.5), span(float("nan"), float("nan"))
    ('[−1.50, −0.50]', '–')
    """
    if is_missing(low) or is_missing(high):
        return NOTHING
    return f"[{show(low)}, {show(high)}]"


def is_missing(value: object) -> bool:
    """Tell whether there is no value."""
    return value is None or value is pd.NA or value is pd.NaT or value != value
