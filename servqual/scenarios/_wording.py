"""What scenarios and targets say alike: of whom, under which assumptions, how surely."""

from typing import Protocol

from servqual._language import say
from servqual._phrases import among
from servqual.comparisons.reasons import Reason
from servqual.instrument import Instrument


class Resampled(Protocol):
    """A result of respondents and resamples of them."""

    @property
    def instrument(self) -> Instrument | None: ...
    @property
    def n(self) -> int: ...
    @property
    def n_total(self) -> int: ...
    @property
    def n_resamples(self) -> int: ...
    @property
    def n_failed(self) -> int: ...
    @property
    def confidence(self) -> float: ...
    @property
    def weighted(self) -> bool: ...
    @property
    def assumptions(self) -> tuple[Reason, ...]: ...


def whose(what: str, result: Resampled, language: str) -> str:
    """Say of how many respondents."""
    text = what
    if result.instrument is not None:
        of = result.instrument.title_in(language)
        text = say("{what}; {of}", language, what=what, of=of)
    text = say("{what}: n = {n:,}", language, what=text, n=result.n)
    return among(text, result.n, result.n_total, weighted=result.weighted, language=language)


def shared_notes(result: Resampled, language: str) -> tuple[str, ...]:
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
        *said(result.assumptions, language),
        say(
            "Intervals: {confidence:g} %, percentile, of {n:,} resamples of the respondents, which "
            "carry means and effects along together; the changes of items are taken as given.",
            language,
            confidence=100 * result.confidence,
            n=result.n_resamples - result.n_failed,
        ),
    ]
    if result.n_failed:
        found.append(
            say(
                "{k:,} of {total:,} resamples have no solution and are left out; none was drawn "
                "again.",
                language,
                k=result.n_failed,
                total=result.n_resamples,
            )
        )
    return tuple(found)


def said(reasons: tuple[Reason, ...], language: str) -> tuple[str, ...]:
    """Put what goes in them into templates."""
    return tuple(one.say(language) for one in reasons)
