"""Excel tables: numbers as numbers, text as text, frozen headings."""

import pandas as pd
import pytest

from servqual.tables._columns import head_of
from servqual.tables._model import build
from servqual.tables._numbers import Form
from servqual.tables.excel import number_format, write_excel
from tests.helpers import needs
from tests.tables.made import Made


@pytest.fixture
def workbook(tmp_path):
    openpyxl = needs("openpyxl")

    def workbook(*tables, language="en", **options):
        write_excel(tables, tmp_path / "a.xlsx", language)
        return openpyxl.load_workbook(tmp_path / "a.xlsx", **options)

    return workbook


def values(sheet, row):
    return [cell.value for cell in sheet[row]]


def test_numbers_are_unrounded_under_a_format(made, workbook):
    sheet = workbook(build(made, number=2))["Table 2"]
    assert values(sheet, 1)[0] == "Table 2"
    assert sheet["A1"].font.bold
    assert sheet["A2"].font.italic
    names = ("n", "estimate", "ci_low", "ci_high", "r_drop", "p_value")
    assert values(sheet, 3) == ["Dimension and item", *(head_of(name, "en") for name in names)]
    assert values(sheet, 5) == ["1. Is kind", 12, -1.005, -2.0, -0.01, 0.456, 0.0000001]
    assert [cell.number_format for cell in sheet[5]] == [
        *("General", "#,##0", "#,##0.00", "#,##0.00", "#,##0.00", ".00"),
        '[<0.001]"< .001";.000',
    ]
    assert values(sheet, 8)[2:] == ["–"] * 5
    assert values(sheet, 4)[5] is None
    assert sheet["A5"].alignment.indent == 2
    assert sheet.freeze_panes == "B4"
    assert values(sheet, 10)[0].startswith(f"Note. {head_of('r_drop', 'en')} is")


def test_only_horizontal_rules_are_drawn(made, workbook):
    sheet = workbook(build(made)).active
    drawn = {
        (row, side)
        for row in range(1, sheet.max_row + 1)
        for cell in sheet[row]
        for side in ("top", "bottom", "left", "right")
        if (line := getattr(cell.border, side)) is not None and line.style
    }
    assert drawn == {(3, "top"), (3, "bottom"), (9, "bottom")}


def test_symbols_are_italic_in_headings(made, workbook):
    sheet = workbook(build(made), rich_text=True).active
    (block,) = sheet["B3"].value
    assert (block.text, block.font.i) == ("n", True)


def test_no_text_becomes_a_formula(hostile, workbook):
    sheet = workbook(build(hostile)).active
    for row in sheet.iter_rows():
        assert all(cell.data_type != "f" for cell in row)
    assert [cell.value for cell in sheet["A"][4:8]] == ["=SUM(A1)", "+1", "-1", "@x"]
    assert all(cell.quotePrefix for cell in sheet["A"][4:8])
    assert sheet["C5"].value == "=A1"
    assert sheet["C5"].quotePrefix
    assert sheet["A2"].value.startswith("=1+1")
    assert sheet["A2"].data_type == "s"


def test_a_sheet_a_table_under_names_that_excel_takes(made, bank, workbook):
    tables = [build(made, number=one) for one in ("[x]:*?/\\", "A" * 40, "A" * 41, "a" * 42)]
    names = workbook(*tables, build(bank, number="")).sheetnames
    assert names[0] == "Table -x-" + "-" * 5
    assert names[1] == "Table " + "A" * 25
    assert names[4] == "Table 5"
    assert len({name.lower() for name in names}) == 5
    assert all(len(name) <= 31 for name in names)


def test_chinese(bank, workbook):
    sheet = workbook(build(bank, language="zh", number=1), language="zh").active
    assert values(sheet, 3)[1:3] == ["n", "期望均值"]
    assert values(sheet, 4)[0] == "有形性"
    assert sheet["A4"].font.name == "SimSun"
    assert not sheet["A2"].font.italic


def test_an_interval_of_another_level_says_so(workbook):

    frame = pd.DataFrame({"label": ["a"], "gap": [1.5], "ci_low": [1.0], "ci_high": [2.0]})
    sheet = workbook(build(Made(frame=frame, confidence=0.9))).active
    assert values(sheet, 3)[2:] == ["90 % low", "90 % high"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (Form(kind="number", decimals=0), "#,##0"),
        (Form(kind="share", decimals=0), "#,##0"),
        (Form(kind="tiny"), "0.00E+00"),
        (Form(kind="p", decimals=2), '[<0.01]"< .01";.00'),
    ],
)
def test_number_format(form, code):
    assert number_format(form) == code
