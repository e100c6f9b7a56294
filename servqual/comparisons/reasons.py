"""Why a statistic is not given, said in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from servqual._language import say
from servqual.errors import shortened


class Reason(NamedTuple):
    """An English template, with the values that it is filled with."""

    template: str
    values: tuple[tuple[str, object], ...] = ()

    def say(self, language: str = "en") -> str:
        """Give the reason in a language."""
        return say(self.template, language, **dict(self.values))


def reason(template: str, **values: object) -> Reason:
    """Give a reason with its values.

    Examples
    --------
    >>> reason("No test for {names}.", names="'Care'").say()
    "No test for 'Care'."
    """
    return Reason(template, tuple(values.items()))


def grouped(found: Mapping[str, Iterable[str]]) -> tuple[Reason, ...]:
    """Give one reason for each template, naming what it concerns in `{names}`."""
    named = {template: list(names) for template, names in found.items()}
    return tuple(
        reason(template, names=shortened(names)) for template, names in named.items() if names
    )
