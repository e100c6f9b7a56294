"""What scenarios and targets have in common: of whom, under which assumptions, how surely."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from servqual._language import say
from servqual._phrases import among
from servqual._result import Result
from servqual.comparisons.reasons import Reason
from servqual.instrument import Instrument


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Supposed(Result):
    """A table of what is supposed, of respondents and resamples of them."""

    table: pd.DataFrame
    instrument: Instrument | None
    n: int
    n_total: int
    n_resamples: int
    n_failed: int
    seed: int | None
    confidence: float
    weighted: bool
    assumptions: tuple[Reason, ...]
    reasons: tuple[Reason, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """What is out of reach, and what to be wary of."""
        return said(self.reasons, "en")

    def _whose(self, what: str, language: str) -> str:
        """Say of how many respondents."""
        text = what
        if self.instrument is not None:
            of = self.instrument.title_in(language)
            text = say("{what}; {of}", language, what=what, of=of)
        text = say("{what}: n = {n:,}", language, what=text, n=self.n)
        return among(text, self.n, self.n_total, weighted=self.weighted, language=language)

    def _shared_notes(self, language: str) -> tuple[str, ...]:
        """Give the assumptions one by one, and where the intervals come from."""
        found = [
            say(
                "A scenario, no forecast: what goes together in one survey is taken as cause and "
                "effect.",
                language,
            ),
            say(
                "Effects are taken as linear, the same for everyone and the same after the change; "
                "all that is not named stays as it is.",
                language,
            ),
            *said(self.assumptions, language),
            say(
                "Intervals: {confidence:g} %, percentile, of {n:,} resamples of the respondents, "
                "which carry means and effects along together; the changes of items are taken as "
                "given.",
                language,
                confidence=100 * self.confidence,
                n=self.n_resamples - self.n_failed,
            ),
        ]
        if self.n_failed:
            found.append(
                say(
                    "{k:,} of {total:,} resamples have no solution and are left out; none was "
                    "drawn again.",
                    language,
                    k=self.n_failed,
                    total=self.n_resamples,
                )
            )
        return tuple(found)


def said(reasons: Iterable[Reason], language: str) -> tuple[str, ...]:
    """Say each in a language."""
    return tuple(one.say(language) for one in reasons)
