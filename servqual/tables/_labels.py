"""What the rows of a result are called: instruments, dimensions, items, overall scores."""

from dataclasses import dataclass

from servqual._language import say
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.responses import Responses
from servqual.scores.common import Scores
from servqual.sem.variables import variable_label
from servqual.tables._numbers import is_missing

OVERALL = {"overall": "Overall", "overall_unweighted": "Overall, unweighted"}
WHOLE = {"": "Whole scale", "(scale)": "Whole scale", "(overall)": "Overall"}


def instrument_of(result: Result) -> Instrument | None:
    """Give the instrument that a result belongs to."""
    responses = responses_of(result)
    return None if responses is None else responses.instrument


def responses_of(result: Result) -> Responses | None:
    """Give the answers that a result comes from."""
    if isinstance(result, Responses):
        return result
    return result.responses if isinstance(result, Scores) else None


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Names of items and dimensions in a language, as far as an instrument knows them."""

    instrument: Instrument | None
    language: str

    def of_dimension(self, key: object, otherwise: object = "") -> str:
        """Name a dimension."""
        if is_missing(key) or not str(key):
            return _given(otherwise, "")
        known = self.instrument is not None and key in self.instrument.dimensions
        return self._label(str(key)) if known else _given(otherwise, _words(str(key)))

    def of_item(self, item: object, otherwise: object = "") -> str:
        """Name an item with its id."""
        known = self.instrument is not None and item in self.instrument.items
        label = self._label(str(item)) if known else _given(otherwise, str(item))
        return label if label == str(item) else f"{item}. {label}"

    def of_whole(self, level: object, key: str = "", otherwise: object = "") -> str:
        """Name an overall score or the whole scale."""
        if level in OVERALL:
            return say(OVERALL[str(level)], self.language)
        return say(_given(otherwise, WHOLE.get(key, "Whole scale")), self.language)

    def of_key(self, key: object, otherwise: object = "") -> str:
        """Name a dimension or an item, or say what else it is called."""
        if self.instrument is not None and key in self.instrument.items:
            return self.of_item(key, otherwise)
        if self.instrument is not None and key in self.instrument.dimensions:
            return self.of_dimension(key, otherwise)
        return _given(otherwise, str(key))

    def of_variable(self, name: str) -> str:
        """Name a variable of a structural model."""
        return variable_label(name, self.instrument, self.language)

    def of_pair(self, first: object, second: object, otherwise: object) -> str:
        """Name the difference of two dimensions."""
        keys = () if self.instrument is None else tuple(self.instrument.dimensions)
        if first in keys and second in keys:
            return f"{self._label(str(first))} − {self._label(str(second))}"
        return str(otherwise)

    def _label(self, key: str) -> str:
        return key if self.instrument is None else self.instrument.label(key, self.language)


def _words(key: str) -> str:
    """Write a key as an instrument does that has no label for it."""
    return key.replace("_", " ").capitalize() if key.islower() else key


def _given(text: object, otherwise: str) -> str:
    return otherwise if is_missing(text) or not str(text) else str(text)
