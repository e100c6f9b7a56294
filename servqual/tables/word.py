"""Tables as a Word document: one page a table, with horizontal rules only."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from servqual._language import say
from servqual._lazy import require
from servqual.tables._layout import (
    GAP_UNITS,
    balanced,
    column_units,
    is_chinese,
    panels,
    stub_units,
    units,
)
from servqual.tables._model import Row, Table
from servqual.tables._text import Run, clean, heading_runs, text_runs, unbroken

FONT = "Times New Roman"
FONT_ZH = "宋体"
BODY_SIZE = 10
SIZE = 12
A4 = (11_906, 16_838)  # twentieths of a point
MARGIN = 1440
UPRIGHT_MARGIN = 1080
PRESSED = 1.05
UNIT = 102  # a digit of the body, and a little
PADDING = 60
ABOVE = 2200  # what a title and headings take
ROW_HEIGHTS = {"en": 245, "zh": 312}
ROWS_OF_A_PART = 10
LOCALES = {"en": "en-US", "zh": "zh-CN"}
# Words in Latin letters are English in either language, or they would be broken anywhere.
LATIN = "en-US"


def write_word(tables: Sequence[Table], path: Path, language: str) -> None:
    """Write tables as a document."""
    document = new_document(language, tables[0].title)
    for at, table in enumerate(tables):
        across = lies_across(table)
        turn_page(document, across, first=at == 0)
        add_table(document, table, across)
    document.save(path)


def new_document(language: str, title: str) -> Any:
    """Open a document of our typefaces."""
    document = require("docx").Document()
    _set_up(document, language, title)
    return document


def lies_across(table: Table) -> bool:
    """Tell whether a table wants a page on its side: only where it then needs fewer parts."""
    return len(_parts(table, across=True)) < len(_parts(table, across=False))


def add_table(document: Any, table: Table, across: bool, *, below: int = 0) -> None:
    """Add a table, in parts where it is wider than the page.

    `below` says what stands above it on the page, in twentieths of a point; a table that has no
    room beneath that may be broken between its rows.
    """
    parts = _parts(table, across)
    for at, part in enumerate(parts):
        _Part(
            document,
            part,
            page_width(across),
            continued=bool(at),
            noted=at == len(parts) - 1,
            below=0 if at else below,
        ).add()


def page_width(across: bool) -> int:
    """Give what a page has between its margins, in twentieths of a point."""
    return A4[int(across)] - 2 * MARGIN


def _parts(table: Table, across: bool) -> tuple[Table, ...]:
    return panels(table, PRESSED * page_width(across) / UNIT)


def _set_up(document: Any, language: str, title: str) -> None:
    """Set fonts, languages and properties, and take out what the template says of itself."""
    style = document.styles["Normal"]
    style.font.name = FONT
    style.font.size = require("docx.shared").Pt(BODY_SIZE)
    spacing = style.paragraph_format
    spacing.space_before = spacing.space_after = require("docx.shared").Pt(0)
    spacing.line_spacing = 1.0
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    fonts.set(qualified("w:eastAsia"), FONT_ZH)
    fonts.set(qualified("w:cs"), FONT)
    spoken = new_element("w:lang", val=LATIN, eastAsia=LOCALES["zh"])
    properties.append(spoken)
    about = document.core_properties
    about.title, about.author, about.comments = clean(title)[:255], "", ""
    about.language = LOCALES[language]


def turn_page(document: Any, across: bool, *, first: bool = False) -> None:
    """Begin a new page, upright or on its side."""
    section = document.sections[0] if first else document.add_section()
    short, long = (require("docx.shared").Twips(side) for side in A4)
    orientation = require("docx.enum.section").WD_ORIENTATION
    section.orientation = orientation.LANDSCAPE if across else orientation.PORTRAIT
    section.page_width, section.page_height = (long, short) if across else (short, long)
    margin = require("docx.shared").Twips(MARGIN)
    section.left_margin = section.right_margin = margin
    section.top_margin = section.bottom_margin = require("docx.shared").Twips(UPRIGHT_MARGIN)


class _Part:
    """A table, or a part of one that is too wide, that is being added to a document."""

    def __init__(
        self,
        document: Any,
        table: Table,
        page: int,
        *,
        continued: bool,
        noted: bool,
        below: int = 0,
    ) -> None:
        self.document = document
        self.table = table
        self.continued = continued
        self.noted = noted
        self.widths = self._widths(page)
        height = (
            (A4[0] if page + 2 * MARGIN == A4[1] else A4[1]) - 2 * UPRIGHT_MARGIN - ABOVE - below
        )
        self.rows_of_a_page = height // ROW_HEIGHTS[table.language]
        self.widest = [
            max(units(row.cells[at].text) for row in table.rows) for at in range(len(table.columns))
        ]

    def add(self) -> None:
        table = self.table
        if self.continued:
            text = say("(continued)", table.language)
            runs = [(Run(f"{table.caption} {text}".strip()), True)]
            caption = add_paragraph(self.document, runs, keep=True, before=18)
            caption.paragraph_format.page_break_before = len(table.rows) > ROWS_OF_A_PART
        else:
            if table.caption:
                add_paragraph(self.document, [(Run(table.caption), True)], keep=True)
            title = Run(table.title, italic=table.slanted)
            add_paragraph(self.document, [(title, False)], keep=True, after=6)
        self._grid()
        if self.noted and table.notes:
            word = say("Note.", table.language) + (" " if table.slanted else "")
            runs = [(run, False) for run in (Run(word, table.slanted), *text_runs(table.note))]
            add_paragraph(self.document, runs, size=BODY_SIZE, before=4)

    def _widths(self, page: int) -> list[int]:
        found = [int(stub_units(self.table) * UNIT)]
        found += [int(column_units(self.table, at) * UNIT) for at in range(len(self.table.columns))]
        # A narrow table stays narrow; one wider than its page is pressed into it.
        total = sum(found)
        return found if total <= page else [width * page // total for width in found]

    def _grid(self) -> None:
        rows = self.table.rows
        grid = self.document.add_table(rows=0, cols=1 + len(self.table.columns))
        properties = grid._tbl.tblPr
        grid.autofit = False
        margins = new_element("w:tblCellMar")
        for side in ("left", "right"):
            margins.append(new_element(f"w:{side}", w=PADDING, type="dxa"))
        look = properties.find(qualified("w:tblLook"))
        properties.append(margins) if look is None else look.addprevious(margins)
        for column, width in zip(grid._tbl.tblGrid, self.widths, strict=True):
            column.set(qualified("w:w"), str(width))
        heads = [heading_runs(self.table.stub)]
        heads += [
            heading_runs(self._heading(column.heading, at))
            for at, column in enumerate(self.table.columns)
        ]
        self._line(grid, heads, head=True)
        for at, row in enumerate(rows):
            texts = [(Run(row.label),), *((Run(cell.text),) for cell in row.cells)]
            left = len(rows) - 1 - at
            keep = left > 0 and (len(rows) <= self.rows_of_a_page or at < 2 or left < 3)
            self._line(grid, texts, row=row, last=left == 0, keep=keep)

    def _heading(self, heading: str, at: int) -> str:
        """Break a Chinese heading evenly, which Word would fill line by line."""
        if not is_chinese(heading):
            return unbroken(heading)
        room = column_units(self.table, at) - GAP_UNITS
        return "\n".join(balanced(heading, room))

    def _line(
        self,
        grid: Any,
        texts: Sequence[Sequence[Run]],
        *,
        row: Row | None = None,
        head: bool = False,
        last: bool = False,
        keep: bool = True,
    ) -> None:
        line = grid.add_row()
        properties = line._tr.get_or_add_trPr()
        properties.append(new_element("w:cantSplit"))
        if head:
            properties.append(new_element("w:tblHeader"))
        for at, (cell, runs) in enumerate(zip(line.cells, texts, strict=True)):
            self._cell(cell, runs, at, row, head=head, last=last)
            cell.paragraphs[0].paragraph_format.keep_with_next = keep

    def _cell(
        self, cell: Any, runs: Sequence[Run], at: int, row: Row | None, *, head: bool, last: bool
    ) -> None:
        cell.width = require("docx.shared").Twips(self.widths[at])
        _rules(cell, top=head, bottom=head or last)
        if head:
            cell.vertical_alignment = require("docx.enum.table").WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
        paragraph = cell.paragraphs[0]
        _add_runs(paragraph, [(run, False) for run in runs])
        shape = paragraph.paragraph_format
        side = require("docx.enum.text").WD_ALIGN_PARAGRAPH
        twips = require("docx.shared").Twips
        if at == 0:
            indent = 0 if row is None else row.indent
            hanging = UNIT * 2
            if not head:
                shape.left_indent = twips(indent * hanging + hanging)
                shape.first_line_indent = twips(-hanging)
            return
        column = self.table.columns[at - 1]
        if column.form.kind == "text":
            shape.alignment = side.CENTER if head else side.LEFT
        elif head or column.is_interval:
            shape.alignment = side.CENTER
        else:
            # Of the same decimals, figures that end together have their points one under another.
            shape.alignment = side.RIGHT
            shape.right_indent = twips(self._beside(at))

    def _beside(self, at: int) -> int:
        """Find how far the widest figure of a column stands from its edge when it is centred."""
        free = self.widths[at] - 2 * PADDING - self.widest[at - 1] * UNIT
        return int(max(0, free // 2))


def add_paragraph(
    document: Any,
    runs: Sequence[tuple[Run, bool]],
    *,
    size: int = SIZE,
    keep: bool = False,
    before: int = 0,
    after: int = 0,
) -> Any:
    """Add a paragraph of runs, each of which is bold or not; `size` and spaces in points."""
    points = require("docx.shared").Pt
    paragraph = document.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after = points(before), points(after)
    shape.keep_with_next = keep
    _add_runs(paragraph, runs, size)
    return paragraph


def _add_runs(paragraph: Any, runs: Sequence[tuple[Run, bool]], size: int = BODY_SIZE) -> None:
    for run, bold in runs:
        if not run.text:
            continue
        added = paragraph.add_run(run.text)
        if size != BODY_SIZE:
            added.font.size = require("docx.shared").Pt(size)
        if run.italic:
            added.italic = True
        if bold:
            added.bold = True
        if run.lowered:
            added.font.subscript = True


def _rules(cell: Any, *, top: bool, bottom: bool) -> None:
    """Draw horizontal rules at a cell, and no other."""
    borders = new_element("w:tcBorders")
    for side, drawn in (("top", top), ("bottom", bottom)):
        if drawn:
            borders.append(new_element(f"w:{side}", val="single", sz=6, space=0, color="000000"))
    if len(borders):
        cell._tc.get_or_add_tcPr().append(borders)


def new_element(name: str, **attributes: object) -> Any:
    """Make an element of the format itself."""
    element = require("docx.oxml").OxmlElement(name)
    for key, value in attributes.items():
        element.set(qualified(f"w:{key}"), str(value))
    return element


def qualified(name: str) -> str:
    """Give the full name of an element or attribute."""
    return str(require("docx.oxml.ns").qn(name))
