"""Tables as an Excel workbook: one sheet a table, unrounded numbers under a number format."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from servqual._language import say
from servqual._lazy import require
from servqual.tables._columns import Column
from servqual.tables._layout import broken, units
from servqual.tables._model import Cell, Row, Table
from servqual.tables._numbers import Form
from servqual.tables._text import Run, clean, heading_runs, text_runs

FONT = "Times New Roman"
FONT_ZH = "SimSun"
SIZE = 11
HEAD_ROW = 3
WIDTHS = (9, 16)
STUB_WIDTHS = (16, 44)
LINE_HEIGHT = 15
FORMULA = ("=", "+", "-", "@")
LONGEST_TEXT = 32_000


def write_excel(tables: Sequence[Table], path: Path, language: str) -> None:
    """Write tables as a workbook."""
    workbook = require("openpyxl").Workbook()
    workbook.remove(workbook.active)
    for at, table in enumerate(tables, start=1):
        name = table.caption or say("Table {number}", language, number=at)
        _Sheet(workbook.create_sheet(_sheet_name(name, workbook.sheetnames)), table).fill()
    workbook.properties.creator = "servqual"
    workbook.properties.title = tables[0].title
    workbook.save(path)


def number_format(form: Form) -> str:
    """Give the format under which a spreadsheet shows what a journal would.

    Examples
    --------
    >>> number_format(Form(kind="share")), number_format(Form(kind="p", decimals=3))
    ('.00', '[<0.001]"< .001";.000')
    """
    if form.kind == "count":
        return "#,##0"
    if form.kind == "tiny":
        return f"0.{'0' * form.decimals}E+00"
    places = f".{'0' * form.decimals}" if form.decimals else ""
    if form.kind == "p" and places:
        least = f"0.{'0' * (form.decimals - 1)}1"
        return f'[<{least}]"< {least[1:]}";{places}'
    return places if form.kind == "share" and places else f"#,##0{places}"


def _sheet_name(wanted: str, taken: Sequence[str]) -> str:
    """Give a name that a sheet may have, and that no other has."""
    name = "".join("-" if sign in "[]:*?/\\" else sign for sign in clean(wanted))
    name = name.strip("' ")[:31] or "Table"
    lower = {one.lower() for one in taken}
    found, count = name, 2
    while found.lower() in lower:
        found = f"{name[: 31 - len(str(count)) - 1]} {count}"
        count += 1
    return found


class _Sheet:
    """A sheet that is being filled with a table."""

    def __init__(self, sheet: Any, table: Table) -> None:
        self.sheet = sheet
        self.table = table
        self.styles = require("openpyxl.styles")
        self.font = FONT_ZH if table.language == "zh" else FONT
        self.columns = [
            (at, end) for at, column in enumerate(table.columns) for end in range(_ends(column))
        ]
        self.width = 1 + len(self.columns)

    def fill(self) -> None:
        table = self.table
        if table.caption:
            self._text(1, 1, table.caption, bold=True)
        self._text(2, 1, table.title, italic=table.slanted)
        self._heads()
        for at, row in enumerate(table.rows, start=HEAD_ROW + 1):
            self._row(at, row)
        last = HEAD_ROW + len(table.rows)
        self._rules(last)
        widths = self._widths()
        self._wide(2, table.title, sum(widths))
        if table.notes:
            self._note(last + 1, sum(widths))
        self.sheet.freeze_panes = f"B{HEAD_ROW + 1}"
        self.sheet.sheet_view.showGridLines = False
        page = self.sheet.page_setup
        page.paperSize, page.fitToWidth, page.fitToHeight = 9, 1, 0
        page.orientation = "landscape" if sum(widths) > 90 else "portrait"
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        self.sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"

    def _heads(self) -> None:
        self._rich(HEAD_ROW, 1, heading_runs(self.table.stub), horizontal="left")
        for at, text in enumerate(self._headings(), start=2):
            self._rich(HEAD_ROW, at, heading_runs(text), horizontal="center")

    def _headings(self) -> list[str]:
        """Give the headings; the ends of an interval stand in columns of their own."""
        found = []
        for at, end in self.columns:
            column = self.table.columns[at]
            found.append(column.ends[end] if column.is_interval else column.heading)
        return found

    def _row(self, at: int, row: Row) -> None:
        self._text(at, 1, row.label, indent=row.indent)
        for position, (index, end) in enumerate(self.columns, start=2):
            self._figure(at, position, row.cells[index], end, self.table.columns[index].form)

    def _figure(self, row: int, column: int, cell: Cell, end: int, form: Form) -> None:
        value = cell.numbers[end] if cell.numbers else None
        if value is None or not math.isfinite(value):
            self._text(
                row, column, cell.text, horizontal="left" if form.kind == "text" else "right"
            )
            return
        target = self.sheet.cell(row, column, value)
        target.number_format = number_format(form)
        target.font = self.styles.Font(name=self.font, size=SIZE)
        target.alignment = self.styles.Alignment(horizontal="right", vertical="top")

    def _text(
        self,
        row: int,
        column: int,
        text: str,
        *,
        bold: bool = False,
        italic: bool = False,
        indent: int = 0,
        horizontal: str = "left",
    ) -> None:
        """Write text as text, whatever a spreadsheet would make of it."""
        target = self.sheet.cell(row, column)
        target.font = self.styles.Font(name=self.font, size=SIZE, bold=bold, italic=italic)
        target.alignment = self.styles.Alignment(
            horizontal=horizontal, vertical="top", wrap_text=True, indent=2 * indent
        )
        if not text:
            return
        target.value = text[:LONGEST_TEXT]
        target.data_type = "s"
        target.quotePrefix = text.startswith(FORMULA)

    def _rich(self, row: int, column: int, runs: Sequence[Run], *, horizontal: str) -> None:
        """Write text with its symbols in italics."""
        text = "".join(run.text for run in runs)
        self._text(row, column, text, horizontal=horizontal)
        target = self.sheet.cell(row, column)
        target.alignment = self.styles.Alignment(
            horizontal=horizontal, vertical="bottom" if row == HEAD_ROW else "top", wrap_text=True
        )
        if not any(run.italic or run.lowered for run in runs):
            return
        rich = require("openpyxl.cell.rich_text")
        font = require("openpyxl.cell.text").InlineFont
        target.value = rich.CellRichText(
            *(
                rich.TextBlock(
                    font(
                        rFont=self.font,
                        sz=SIZE,
                        i=run.italic or None,
                        vertAlign="subscript" if run.lowered else None,
                    ),
                    run.text,
                )
                for run in runs
            )
        )

    def _note(self, row: int, width: float) -> None:
        table = self.table
        word = say("Note.", table.language) + (" " if table.slanted else "")
        text = table.note[:LONGEST_TEXT]
        runs = (Run(word, italic=table.slanted), *text_runs(text))
        self._rich(row, 1, runs, horizontal="left")
        self._wide(row, word + text, width)

    def _wide(self, row: int, text: str, width: float) -> None:
        """Let a text run over the whole table, in as many lines as it needs."""
        self.sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=self.width)
        lines = max(1, math.ceil(1.2 * units(text) / width))
        self.sheet.row_dimensions[row].height = min(400, LINE_HEIGHT * lines)

    def _rules(self, last: int) -> None:
        """Draw the rules: over the headings, under them, and under the table."""
        line = self.styles.Side(style="thin")
        for column in range(1, self.width + 1):
            head = self.styles.Border(top=line, bottom=line)
            self.sheet.cell(HEAD_ROW, column).border = head
            self.sheet.cell(last, column).border = self.styles.Border(bottom=line)

    def _widths(self) -> list[float]:
        """Set the width of each column by its text, and the height of the headings."""
        letter = require("openpyxl.utils").get_column_letter
        longest = max(units(row.label) + 2 * row.indent for row in self.table.rows) + 2
        widths = [float(min(max(longest, STUB_WIDTHS[0]), STUB_WIDTHS[1]))]
        headings = self._headings()
        for (at, _), head in zip(self.columns, headings, strict=True):
            column = self.table.columns[at]
            cells = [units(row.cells[at].text) / _ends(column) for row in self.table.rows]
            least = max(max(cells) + 2, min(units(head), 12) + 2, WIDTHS[0])
            widths.append(float(min(least, WIDTHS[1])))
        for at, width in enumerate(widths, start=1):
            self.sheet.column_dimensions[letter(at)].width = width
        lines = [
            len(broken(text, int(width) - 1))
            for text, width in zip(headings, widths[1:], strict=True)
        ]
        self.sheet.row_dimensions[HEAD_ROW].height = LINE_HEIGHT * max(lines) + 3
        return widths


def _ends(column: Column) -> int:
    return 2 if column.is_interval else 1
