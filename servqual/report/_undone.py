"""An analysis that could not be done, as a result that says why."""

from dataclasses import dataclass

import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.instrument import Instrument


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Undone(Result):
    """An analysis that could not be done.

    Attributes
    ----------
    of : type
        The result that it would have been.
    detail : str
        Which of several, such as the column of the groups; may be empty.
    reason : str
        What stood in the way, in the words of the error.
    instrument : Instrument
    heading : str
        What stands over it, in English, where that of its kind would not do.
    """

    of: type[Result]
    detail: str = ""
    reason: str
    instrument: Instrument
    heading: str = ""

    def title(self, language: str = "en") -> str:
        """Say that it could not be done."""
        return say("This could not be computed:", language)

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Give the reason, in English."""
        return (self.reason,)

    def to_frame(self) -> pd.DataFrame:
        """Give what was left out, and why."""
        return pd.DataFrame({"result": [self.of.__name__], "reason": [self.reason]})
