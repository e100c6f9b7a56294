"""The report as a Word document: its tables in journal form, its pictures within it."""

import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from servqual._language import say
from servqual._lazy import require
from servqual.report._kinds import kind_of
from servqual.report._outline import Chapter, Entry, Report, Section
from servqual.report._parts import journal_tables
from servqual.report._pictures import as_png
from servqual.report._plan import Plan
from servqual.report._shown import Shown
from servqual.tables._layout import is_blank
from servqual.tables._text import Run, clean, text_runs
from servqual.tables.word import (
    FONT,
    FONT_ZH,
    ROWS_OF_A_PART,
    add_paragraph,
    add_table,
    lies_across,
    new_document,
    new_element,
    page_width,
    qualified,
    turn_page,
)

TITLE_SIZE, SIZE, SMALL = 20, 11, 10
HEADING_SIZES = {1: 15, 2: 12}
TWIPS_OF_AN_INCH = 1440
HEIGHTS = {False: 7.6, True: 4.6}  # inches that a picture may be high, upright and across
BENEATH_HEADINGS = 1600  # twentieths of a point that headings take above a table


def write_document(report: Report, path: Path) -> None:
    """Write a report as a document."""
    _Writer(report).written().save(str(path))


class _Writer:
    """A document that grows from top to bottom, with its tables and figures numbered."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.language = report.language
        self.document = new_document(report.language, report.title)
        self.across = False
        self.tables = self.figures = 0
        turn_page(self.document, False, first=True)
        self._set_up()

    def written(self) -> Any:
        """Write everything, and give the document."""
        self._head()
        for chapter in self.report.chapters:
            self._chapter(chapter)
        self._method()
        return self.document

    def _set_up(self) -> None:
        """Give headings the typeface of the text, and pages their numbers."""
        docx = require("docx.shared")
        for level, size in HEADING_SIZES.items():
            style = self.document.styles[f"Heading {level}"]
            style.font.name, style.font.size, style.font.bold = FONT, docx.Pt(size), True
            style.font.color.rgb = docx.RGBColor(0, 0, 0)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for name in [key for key in fonts.attrib if key.endswith("Theme")]:
                del fonts.attrib[name]
            fonts.set(qualified("w:eastAsia"), FONT_ZH)
            fonts.set(qualified("w:hAnsi"), FONT)
            style.paragraph_format.space_before = docx.Pt(18 if level == 1 else 14)
            style.paragraph_format.space_after = docx.Pt(6)
            style.paragraph_format.keep_with_next = True
        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.alignment = require("docx.enum.text").WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run()
        for kind in ("begin", "PAGE", "end"):
            if kind == "PAGE":
                field = new_element("w:instrText")
                field.text = kind
            else:
                field = new_element("w:fldChar", fldCharType=kind)
            run._r.append(field)

    def _head(self) -> None:
        report = self.report
        kicker = say("Service quality report", self.language)
        self._text([(Run(kicker), False)], size=SMALL)
        self._text([(Run(report.title), True)], size=TITLE_SIZE, after=4)
        if report.instruments and report.instruments != report.title:
            self._text([(Run(report.instruments), False)], after=6)
        for fact in report.facts:
            beside = f" ({fact.beside})" if fact.beside else ""
            colon = say("{term}: {text}", self.language, term=fact.of, text=fact.figure)
            self._text([(Run(colon), True), (Run(beside), False)], after=2)
        if report.summaries:
            self._heading(say("In short", self.language), 1)
            gap = "" if self.language == "zh" else " "
            for sentences in report.summaries:
                self._text(_plain(gap.join(sentences)), after=6)
        if report.survey:
            self._heading(say("The survey", self.language), 1)
            for entries in report.survey:
                self._entries(entries)
        if report.scored:
            self._heading(say("Who is scored", self.language), 2)
            self._entries(report.scored)
        for answers in report.answers:
            kind = kind_of(answers)
            if kind is not None:
                self._tables(journal_tables(answers, kind, "", self.language))

    def _chapter(self, chapter: Chapter) -> None:
        for at, section in enumerate(chapter.sections):
            self._turn(any(_wants_room(one) for one in section.tables))
            if at == 0:
                self._heading(chapter.heading, 1)
            if section.heading:
                self._heading(section.heading, 2)
            self._section(section)

    def _section(self, section: Section) -> None:
        if not section.tables:
            self._text([(Run(section.title), False)], after=2)
            for note in section.notes:
                self._text(_plain(note), after=6)
        for plan in section.pictures:
            self._picture(plan)
        headed = BENEATH_HEADINGS if not section.pictures else 0
        self._tables(section.tables, below=headed)

    def _method(self) -> None:
        self._turn(False)
        self._heading(say("How it was computed", self.language), 1)
        for line in self.report.formulas:
            self._text(_plain(line), after=4)
        if self.report.settings:
            self._heading(say("What was computed, and with which settings", self.language), 2)
            self._entries(self.report.settings)
        if self.report.references:
            self._heading(say("References", self.language), 2)
            for reference in self.report.references:
                paragraph = self._text([(Run(reference), False)], size=SMALL, after=4)
                twips = require("docx.shared").Twips
                paragraph.paragraph_format.left_indent = twips(400)
                paragraph.paragraph_format.first_line_indent = twips(-400)
        made = say("Computed with servqual {version}.", self.language, version=self.report.version)
        self._text([(Run(made), False)], size=SMALL, before=14)

    def _tables(self, tables: Iterable[Shown], *, below: int = 0) -> None:
        for at, shown in enumerate(tables):
            self.tables += 1
            self._text([], size=6, before=4, keep=True)
            table = replace(shown.table, number=str(self.tables))
            add_table(self.document, table, self.across, below=0 if at else below)

    def _picture(self, plan: Plan) -> None:
        self.figures += 1
        picture = as_png(plan)
        width = page_width(self.across) / TWIPS_OF_AN_INCH
        width = min(width, plan.size[0], HEIGHTS[self.across] * plan.size[0] / plan.size[1])
        number = say("Figure {number}", self.language, number=self.figures)
        self._text([(Run(number), True)], keep=True, before=10)
        caption = Run(plan.caption, italic=self.language != "zh")
        self._text([(caption, False)], keep=True, after=4)
        paragraph = self._text([], keep=picture.boxed)
        shape = paragraph.add_run().add_picture(
            io.BytesIO(picture.png), width=require("docx.shared").Inches(width)
        )
        shape._inline.docPr.set("descr", plan.caption)
        if picture.boxed:
            note = say(
                "Some characters are not shown: no font installed here has them.", self.language
            )
            self._text(_plain(note), size=SMALL)

    def _turn(self, across: bool) -> None:
        if across != self.across:
            turn_page(self.document, across)
            self.across = across

    def _heading(self, text: str, level: int) -> None:
        self.document.add_heading(clean(text), level)

    def _entries(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            term = say("{term}: {text}", self.language, term=entry.term, text="")
            self._text([(Run(clean(term) + " "), True), *_plain(entry.text)], after=3)

    def _text(self, runs: Iterable[tuple[Run, bool]], *, size: int = SIZE, **space: Any) -> Any:
        cleaned = [(run._replace(text=_cleaned(run.text)), bold) for run, bold in runs]
        return add_paragraph(self.document, cleaned, size=size, **space)


def _plain(text: str) -> list[tuple[Run, bool]]:
    return [(run, False) for run in text_runs(clean(text))]


def _cleaned(text: str) -> str:
    """Clean a piece of text, but keep the spaces that part it from its neighbours."""
    left = " " if text[:1] == " " else ""
    right = " " if text[-1:] == " " and len(text) > 1 else ""
    return f"{left}{clean(text)}{right}"


def _wants_room(shown: Shown) -> bool:
    """Tell whether a table is better on a page on its side than in parts."""
    table = shown.table
    to_fill_in = any(is_blank(table, at) for at in range(len(table.columns)))
    return (to_fill_in or len(table.rows) > ROWS_OF_A_PART) and lies_across(table)
