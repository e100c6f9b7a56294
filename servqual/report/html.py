"""The report as one HTML file that needs nothing beside itself."""

import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from servqual._language import check_language, say
from servqual._lazy import require
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.profile import SampleProfile
from servqual.report._method import citation, formulas, references
from servqual.report._pictures import Picture, pictures
from servqual.report._summary import Fact, facts, summary
from servqual.report._tables import Table, tables
from servqual.responses import Responses
from servqual.scores.common import Scores
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores
from servqual.tables._labels import instrument_of

NAMES = {
    GapScores: "Gaps",
    PerceptionScores: "Perceptions",
    ToleranceScores: "Zone of tolerance",
    SampleProfile: "Sample",
    Responses: "Answers",
}
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
    """What the report shows of one result."""

    heading: str
    title: str
    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A term and what is said of it; ``english`` where the text has no translation."""

    term: str
    text: str
    english: bool = False


def write_report(
    path: str | Path,
    *results: Result,
    language: str = "en",
    title: str | None = None,
    profile: SampleProfile | None = None,
) -> Path:
    """Write results as one self-contained HTML file, to be read, printed or sent.

    Parameters
    ----------
    path : str or pathlib.Path
        The file to write; one that is there already is replaced. Its folder must exist.
    *results : Result
        What `gap_scores`, `perception_scores`, `tolerance_scores` and other functions of the
        package give, in the order in which they should stand.
    language : {"en", "zh"}
        English or Simplified Chinese.
    title : str, optional
        The title of the report; by default that of the instrument.
    profile : SampleProfile, optional
        Who answered, as `describe_sample` gives it.

    Returns
    -------
    pathlib.Path
        The path of the file.

    Raises
    ------
    ValueError
        If there is no result, or the language is another one.
    TypeError
        If something is not a result of the package.
    FileNotFoundError
        If the folder does not exist.
    ModuleNotFoundError
        If jinja2, or matplotlib for a result with pictures, is not installed.

    Notes
    -----
    The file holds means, shares and counts, not the answers themselves. It has its pictures within
    it, asks for nothing from the network, runs no script, and is the same, byte for byte, for the
    same results.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank")
    >>> profile = sq.describe_sample(bank, ["branch", "age_group"])
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "sample.html"
    >>> sq.write_report(path, profile, title="Who answered").name
    'sample.html'
    """
    check_language(language)
    if not results:
        raise ValueError(
            "There is no result to report; give at least one, such as gap_scores(responses)."
        )
    wrong = [one for one in results if not isinstance(one, Result)]
    if wrong:
        raise TypeError(
            f"write_report takes results of servqual, such as gap_scores(responses), not "
            f"{type(wrong[0]).__name__}."
        )
    if profile is not None and not isinstance(profile, SampleProfile):
        raise TypeError(
            f"profile must come from describe_sample(frame), not {type(profile).__name__}."
        )
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder {str(path.parent)!r} to write {path.name} into; make it first."
        )
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; name a file to write.")
    page = _page(results, language, title, profile)
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")
    return path


def _page(
    results: tuple[Result, ...], language: str, title: str | None, profile: SampleProfile | None
) -> str:
    jinja2 = require("jinja2")
    source = (resources.files("servqual") / "report" / "page.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    instruments = _instruments(results)
    names = say(", ", language).join(one.title_in(language) for one in instruments)
    page: str = environment.from_string(source).render(
        say=lambda template, **values: say(template, language, **values),
        lang={"en": "en", "zh": "zh-Hans"}[language],
        title=title or names or say("Service quality", language),
        instruments=names,
        facts=_facts(results, language),
        summaries=[said for one in results if (said := summary(one, language))],
        survey=[_about(one, language) for one in instruments],
        scored=[entry for one in results for entry in _left_out(one, language)],
        answers=_answers(results, language),
        profile=None if profile is None else _section(profile, language, "profile"),
        sections=[_section(one, language, f"p{at}") for at, one in enumerate(results, start=1)],
        formulas=formulas(results, language),
        references=references(results),
        version=sys.modules["servqual"].__version__,
    )
    return page


def _section(result: Result, language: str, prefix: str) -> Section:
    title = result.title(language)
    name = NAMES.get(type(result))
    return Section(
        heading=title if name is None else say(name, language),
        title="" if name is None else title,
        pictures=pictures(result, language, prefix),
        tables=tables(result, language),
        notes=result.notes(language),
    )


def _instruments(results: tuple[Result, ...]) -> list[Instrument]:
    """Give the instruments of the results, each once, in their order."""
    found: list[Instrument] = []
    for result in results:
        instrument = instrument_of(result)
        if instrument is not None and instrument not in found:
            found.append(instrument)
    return found


def _facts(results: tuple[Result, ...], language: str) -> tuple[Fact, ...]:
    return next((found for one in results if (found := facts(one, language))), ())


def _about(instrument: Instrument, language: str) -> list[Entry]:
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
    return [
        Entry(term=say(term, language), text=text, english=english and language != "en")
        for term, text, english in entries
        if text
    ]


def _left_out(result: Result, language: str) -> list[Entry]:
    """Say how many respondents a result scores, how many it leaves out, and why."""
    if not isinstance(result, Scores):
        return []
    text = say(
        "{n:,} of {total:,} respondents scored", language, n=result.n, total=len(result.responses)
    )
    reasons = result.excluded["reason"].value_counts(sort=False)
    for reason, count in reasons.items():
        out = say(
            "{count:,} left out: {reason}", language, count=count, reason=say(str(reason), language)
        )
        text += say("; ", language) + out
    return [Entry(term=say(NAMES.get(type(result), "Scores"), language), text=text)]


def _answers(results: tuple[Result, ...], language: str) -> list[Table]:
    """Count the answers of each role, once for each set of answers."""
    found: list[Responses] = []
    for result in results:
        if isinstance(result, Scores) and not any(result.responses is one for one in found):
            found.append(result.responses)
    return [table for one in found for table in tables(one, language)]
