"""What the variables and parameters of a model are called."""

from collections.abc import Mapping

import pandas as pd

from servqual._language import say
from servqual.instrument import Instrument


def variable_label(
    name: str,
    instrument: Instrument | None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> str:
    """Give the label of a variable: the user's, the instrument's, or its name.

    Items bear their name before the label: G5 is the gap of item 5.

    Examples
    --------
    >>> from servqual.instrument import load_instrument
    >>> bank = load_instrument("servqual-1991")
    >>> variable_label("tangibles", bank), variable_label("G1", bank), variable_label("SAT1", bank)
    ('Tangibles', 'G1. Modern equipment', 'SAT1')
    """
    if labels is not None and name in labels:
        return str(labels[name])
    if instrument is None:
        return name
    if name in instrument.dimensions:
        return instrument.label(name, language)
    if name[:1].isupper() and name[1:] in instrument.items:
        label = instrument.label(name[1:], language)
        return name if label == name[1:] else f"{name}. {label}"
    return name


def parameter_text(row: Mapping[str, object] | pd.Series, language: str = "en") -> str:
    """Name a row of a table of parameters as a model text does, with its group if it has one.

    Examples
    --------
    >>> parameter_text({"lhs": "SAT", "op": "=~", "rhs": "SAT1", "group": "north"})
    'SAT =~ SAT1 (group north)'
    """
    what = f"{row['lhs']} {row['op']} {row['rhs']}".replace("~1 ", "~ 1").rstrip()
    where = say(" (group {group})", language, group=row["group"]) if row["group"] != "" else ""
    return what + where
