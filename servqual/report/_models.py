"""What a report calls a structural model: what it is, and of which answers."""

from collections.abc import Sequence

from servqual._result import Result
from servqual.instrument import Instrument
from servqual.sem.result import SemResult

_ANSWERS = {
    "G": "gap",
    "P": "perception",
    "E": "expectation",
    "M": "minimum",
    "A": "adequacy",
    "S": "superiority",
}


def heading_of(result: SemResult) -> str:
    """Name a model by what it has, in English."""
    operators = {row.op for row in result.fitted.structure.table.parameters}
    if "=~" not in operators:
        return "Path analysis"
    return "Structural model" if "~" in operators else "Confirmatory factor analysis"


def answers_of(result: Result, instrument: Instrument | None) -> str:
    """Say which answers a model of nothing but items is of, such as "gap"; empty for others."""
    if not isinstance(result, SemResult) or instrument is None:
        return ""
    letters = {name[:1] for name in result.fitted.data.names if name[1:] in instrument.items}
    items = all(name[1:] in instrument.items for name in result.fitted.data.names)
    return _ANSWERS.get(letters.pop(), "") if items and len(letters) == 1 else ""


def instrument_of_models(instruments: Sequence[Instrument]) -> Instrument | None:
    """Give the instrument whose labels the variables of models bear: the only one there is."""
    return instruments[0] if len(instruments) == 1 else None
