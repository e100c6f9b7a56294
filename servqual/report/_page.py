"""The report as one HTML page that needs nothing beside itself."""

from importlib import resources
from pathlib import Path

from servqual._language import say
from servqual._lazy import require
from servqual.report._outline import Report, Section
from servqual.report._pictures import as_svg
from servqual.report._tables import Table, from_journal, tables
from servqual.report._undone import Undone


def write_page(report: Report, path: Path) -> None:
    """Write a report as a page."""
    page = render(report)
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def render(report: Report) -> str:
    """Give the text of the page."""
    jinja2 = require("jinja2")
    source = (resources.files("servqual") / "report" / "page.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    language = report.language
    sections = [section for chapter in report.chapters for section in chapter.sections]
    pictures = {
        id(section): [
            (plan.caption, as_svg(plan, f"p{number}-{at}"))
            for at, plan in enumerate(section.pictures, start=1)
        ]
        for number, section in enumerate(sections, start=1)
    }
    page: str = environment.from_string(source).render(
        say=lambda template, **values: say(template, language, **values),
        lang={"en": "en", "zh": "zh-Hans"}[language],
        report=report,
        answers=[table for one in report.answers for table in tables(one, language)],
        pictures_of=lambda section: pictures[id(section)],
        tables_of=lambda section: _tables_of(section, language),
        undone=lambda section: isinstance(section.result, Undone),
    )
    return page


def _tables_of(section: Section, language: str) -> tuple[Table, ...]:
    """Give the tables in the form that the page has for a result, or else in journal form."""
    own = tables(section.result, language)
    alone = len(section.tables) == 1
    return own or tuple(
        table for shown in section.tables for table in from_journal(shown, language, alone=alone)
    )
