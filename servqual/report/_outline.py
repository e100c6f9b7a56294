"""A report as a value that knows nothing of files: what HTML and Word both write."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from servqual._language import say
from servqual._result import Result
from servqual.factors.solution import FactorSolution
from servqual.instrument import Instrument
from servqual.profile import SampleProfile
from servqual.report._kind import SAMPLE, Kind
from servqual.report._kinds import KINDS, detail_of, detail_of_items, instrument_behind, kind_of
from servqual.report._method import citation, formulas, references
from servqual.report._models import answers_of, heading_of, instrument_of_models
from servqual.report._parts import journal_tables
from servqual.report._pictures import plans
from servqual.report._plan import Plan
from servqual.report._settings import settings
from servqual.report._shown import Shown
from servqual.report._summary import Fact, facts, summary
from servqual.report._undone import Undone
from servqual.responses import Responses
from servqual.scores.common import Scores
from servqual.sem.result import SemResult

EVIDENCE = {
    "verified": "verified: read in the sources named",
    "secondary": "secondary: read in sources that reproduce it",
    "recalled": "recalled: in part from memory, not seen",
    "uncertain": "uncertain: not confirmed",
    "illustrative": "illustrative: made up to learn with",
    "own": "own: defined by the user",
}


@dataclass(frozen=True, kw_only=True)
class Section:
    """What the report shows of one result.

    Attributes
    ----------
    heading, title : str
    result : Result
    pictures : tuple of Plan
    tables : tuple of Shown
        In journal form; a section on what could not be done has none.
    notes : tuple of str
    """

    heading: str
    title: str
    result: Result
    pictures: tuple[Plan, ...]
    tables: tuple[Shown, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """Sections under one heading."""

    heading: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A term and what is said of it; ``english`` where the text has no translation."""

    term: str
    text: str
    english: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report.

    Attributes
    ----------
    language, title : str
    instruments : str
        Their titles.
    facts : tuple of Fact
        The figures at the head.
    summaries : tuple of tuple of str
        Sentences, a paragraph for each result.
    survey : tuple of tuple of Entry
        What is said of each instrument.
    scored : tuple of Entry
        Who is scored.
    answers : tuple of Responses
        Each set of answers once.
    chapters : tuple of Chapter
    formulas : tuple of str
    settings : tuple of Entry
        How each result was computed.
    references : tuple of str
    version : str
    """

    language: str
    title: str
    instruments: str
    facts: tuple[Fact, ...]
    summaries: tuple[tuple[str, ...], ...]
    survey: tuple[tuple[Entry, ...], ...]
    scored: tuple[Entry, ...]
    answers: tuple[Responses, ...]
    chapters: tuple[Chapter, ...]
    formulas: tuple[str, ...]
    settings: tuple[Entry, ...]
    references: tuple[str, ...]
    version: str


def outline(results: Sequence[Result], language: str, title: str | None = None) -> Report:
    """Lay out results in the reading order of a paper."""
    ordered = _ordered(results)
    instruments = _instruments(ordered)
    names = say(", ", language).join(one.title_in(language) for one in instruments)
    sections = _sections(ordered, language, instrument_of_models(instruments))
    return Report(
        language=language,
        title=title or names or say("Service quality", language),
        instruments=names,
        facts=next((found for one in ordered if (found := facts(one, language))), ()),
        summaries=tuple(said for one in ordered if (said := summary(one, language))),
        survey=tuple(_about(one, language) for one in instruments),
        scored=tuple(
            Entry(term=section.heading, text=text)
            for section in sections
            if (text := _left_out(section.result, language))
        ),
        answers=_answers(ordered),
        chapters=_chapters(sections, language),
        formulas=formulas(ordered, language),
        settings=_settings(sections, language),
        references=references(ordered),
        version=sys.modules["servqual"].__version__,
    )


def _ordered(results: Sequence[Result]) -> list[Result]:
    """Put results in the order of their kinds, each once; of one kind, as they were given."""
    once = list({id(result): result for result in results}.values())
    return sorted(once, key=lambda result: KINDS.index(_known(result)))


def _known(result: Result) -> Kind:
    kind = kind_of(result)
    if kind is None:
        raise TypeError(f"A report has no place for {type(result).__name__}.")
    return kind


def _sections(
    results: Sequence[Result], language: str, of_models: Instrument | None
) -> tuple[Section, ...]:
    headings = _headings(results, language, of_models)
    return tuple(
        _section(result, heading, language, of_models)
        for result, heading in zip(results, headings, strict=True)
    )


def _section(result: Result, heading: str, language: str, of_models: Instrument | None) -> Section:
    tables = journal_tables(result, _known(result), heading, language, of_models)
    own = tables[0].table.notes if tables else result.notes(language)
    beside = [note for one in tables[1:] for note in one.table.notes]
    return Section(
        heading=heading,
        title=result.title(language),
        result=result,
        pictures=plans(result, language, of_models),
        tables=tables,
        notes=tuple(dict.fromkeys([*own, *beside])),
    )


def _headings(results: Sequence[Result], language: str, of_models: Instrument | None) -> list[str]:
    """Name each section: what it is, of what, and of which instrument where there are several."""
    found = [_heading(result, language, of_models) for result in results]
    several = Counter(found)
    instruments = {text: set[str]() for text in several}
    for text, result in zip(found, results, strict=True):
        instruments[text].add(_instrument_title(result, language))
    for at, (text, result) in enumerate(zip(found, results, strict=True)):
        title = _instrument_title(result, language)
        if several[text] > 1 and len(instruments[text]) > 1 and title:
            found[at] = say("{heading} ({detail})", language, heading=text, detail=title)
    left = Counter(found)
    counted: Counter[str] = Counter()
    for at, text in enumerate(found):
        if left[text] > 1:
            counted[text] += 1
            found[at] = say("{heading} ({detail})", language, heading=text, detail=counted[text])
    return found


def _heading(result: Result, language: str, of_models: Instrument | None) -> str:
    heading = _known(result).heading
    detail = detail_of(result, language)
    if isinstance(result, FactorSolution) and result.method == "components":
        heading = "Principal component analysis"
    elif isinstance(result, SemResult):
        heading = heading_of(result)
        of = answers_of(result, of_models)
        detail = say(detail_of_items(of), language) if of else ""
    elif isinstance(result, Undone) and result.heading:
        heading = result.heading
    text = say(heading, language)
    return say("{heading}: {detail}", language, heading=text, detail=detail) if detail else text


def _instrument_title(result: Result, language: str) -> str:
    instrument = instrument_behind(result)
    return "" if instrument is None else instrument.title_in(language)


def _chapters(sections: Sequence[Section], language: str) -> tuple[Chapter, ...]:
    found: dict[str, list[Section]] = {}
    for section in sections:
        found.setdefault(_known(section.result).chapter, []).append(section)
    chapters = []
    for name, own in found.items():
        if name == SAMPLE and len(own) == 1:
            own = [replace(own[0], heading="")]
        chapters.append(Chapter(heading=say(name, language), sections=tuple(own)))
    return tuple(chapters)


def _settings(sections: Sequence[Section], language: str) -> tuple[Entry, ...]:
    """Say how each result was computed; what was done alike is said once."""
    found: dict[str, list[str]] = {}
    for section in sections:
        if not isinstance(section.result, Undone):
            text = settings(section.result, language)
            found.setdefault(text, []).append(section.heading)
    return tuple(
        Entry(term=say("; ", language).join(headings), text=text)
        for text, headings in found.items()
        if text
    )


def _instruments(results: Sequence[Result]) -> list[Instrument]:
    """Give the instruments of the results, each once, in their order."""
    found: list[Instrument] = []
    for result in results:
        instrument = instrument_behind(result)
        if instrument is not None and instrument not in found:
            found.append(instrument)
    return found


def _about(instrument: Instrument, language: str) -> tuple[Entry, ...]:
    """Say what an instrument is, where it comes from and how far that was read."""
    low, high = instrument.scale
    size = say(
        "{items} items in {dimensions} dimensions, rated from {low} to {high}",
        language,
        items=len(instrument.items),
        dimensions=len(instrument.dimensions),
        low=low,
        high=high,
    )
    kind = instrument.expectation_kind
    entries = [
        ("Instrument", f"{instrument.title_in(language)} ({instrument.name})", False),
        ("Form", size, False),
        ("Expectation", say(f"{kind} expectations", language) if kind else "", False),
        ("Source", citation(instrument.citation, instrument.doi), True),
        ("Evidence", say(EVIDENCE[instrument.evidence], language), False),
        ("Note on evidence", instrument.evidence_note.strip(), True),
        ("Trademark", instrument.trademark.strip(), True),
    ]
    return tuple(
        Entry(term=say(term, language), text=text, english=english and language != "en")
        for term, text, english in entries
        if text
    )


def _left_out(result: Result, language: str) -> str:
    """Say how many respondents a result scores, how many it leaves out, and why."""
    if not isinstance(result, Scores):
        return ""
    text = say(
        "{n:,} of {total:,} respondents scored", language, n=result.n, total=len(result.responses)
    )
    reasons = result.excluded["reason"].value_counts(sort=False)
    for reason, count in reasons.items():
        out = say(
            "{count:,} left out: {reason}", language, count=count, reason=say(str(reason), language)
        )
        text += say("; ", language) + out
    return text


def _answers(results: Sequence[Result]) -> tuple[Responses, ...]:
    """Give the answers behind scores, each set once."""
    given = [one for one in results if isinstance(one, Responses)]
    found: list[Responses] = []
    for result in results:
        if isinstance(result, Scores) and not any(
            result.responses is one for one in (*found, *given)
        ):
            found.append(result.responses)
    return tuple(found)


def with_profile(results: Sequence[Result], profile: SampleProfile | None) -> tuple[Result, ...]:
    """Put who answered before the results."""
    return tuple(results) if profile is None else (profile, *results)
