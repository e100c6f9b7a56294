"""Phrases that the titles and notes of the provider's side have in common."""

from typing import Any

from servqual._language import say
from servqual.instrument import Instrument


def kind_text(instrument: Instrument, language: str) -> str:
    """Say which kind of expectation was asked."""
    kind = instrument.expectation_kind
    return say(f"{kind} expectations" if kind else "kind of expectation not stated", language)


def units_text(n_units: int, n_firms: int, language: str) -> str:
    """Say in how many units of how many firms, or nothing."""
    if not n_units:
        return ""
    if n_firms:
        return say("; {units:,} units in {firms:,} firms", language, units=n_units, firms=n_firms)
    return say("; {units:,} units", language, units=n_units)


def interval_note(result: Any, language: str) -> str:
    """Say how the figures of units were averaged and how sure the average is."""
    template = (
        "Each unit counts alike. Intervals: {percent:g} %, Student's t of the units"
        if result.interval == "t"
        else "Each unit counts alike. Intervals: {percent:g} %, percentile, {count:,} resamples of "
        "the units"
    )
    text = say(template, language, percent=100 * result.confidence, count=result.n_resamples)
    return text + say(", within their firms." if result.firm is not None else ".", language)
