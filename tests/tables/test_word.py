"""Word tables: what a reader of the document finds in it."""

import zipfile

import pytest

from servqual.tables._columns import head_of
from servqual.tables._model import build
from servqual.tables.word import A4, MARGIN, write_word
from tests.helpers import needs

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def document(tmp_path):
    docx = needs("docx")

    def document(*tables, language="en"):
        write_word(tables, tmp_path / "a.docx", language)
        return docx.Document(str(tmp_path / "a.docx"))

    return document


def texts(row):
    return [cell.text for cell in row.cells]


def borders(cell):
    found = cell._tc.find(f".//{W}tcBorders")
    return [] if found is None else [one.tag.removeprefix(W) for one in found]


def test_number_title_note_and_cells(made, document):
    made_document = document(build(made, number=3))
    number, title, note = [one for one in made_document.paragraphs if one.text]
    assert (number.text, number.runs[0].bold, number.runs[0].italic) == ("Table 3", True, None)
    assert (title.text, title.runs[0].bold, title.runs[0].italic) == (
        *("Made up: n = 12", None, True),
    )
    assert [run.text for run in note.runs if run.italic] == ["Note. ", "p", "n"]
    (table,) = made_document.tables
    assert texts(table.rows[0])[:3] == ["Dimension and item", "n", head_of("estimate", "en")]
    assert table.rows[0].cells[1].paragraphs[0].runs[0].italic
    assert texts(table.rows[2]) == [
        *("1. Is kind", "12", "−1.00", "[−2.00, −0.01]", ".46", "< .001"),
    ]


def test_rules_are_horizontal_and_three(made, document):
    (table,) = document(build(made)).tables
    drawn = [{tuple(borders(cell)) for cell in row.cells} for row in table.rows]
    assert drawn == [{("top", "bottom")}, *[{()}] * (len(drawn) - 2), {("bottom",)}]
    assert table._tbl.find(f".//{W}tblBorders") is None


def test_the_headings_are_repeated_and_rows_stay_whole(made, document):
    (table,) = document(build(made)).tables
    heads = [row._tr.find(f".//{W}tblHeader") is not None for row in table.rows]
    assert heads == [True, *[False] * (len(heads) - 1)]
    assert all(row._tr.find(f".//{W}cantSplit") is not None for row in table.rows)


def test_elements_stand_in_the_order_that_word_asks_for(made, document):
    (table,) = document(build(made)).tables
    order = [one.tag.removeprefix(W) for one in table._tbl.tblPr]
    assert order.index("tblLayout") < order.index("tblCellMar") < order.index("tblLook")
    for row in table.rows:
        for cell in row.cells:
            properties = [one.tag.removeprefix(W) for one in cell._tc.tcPr]
            wanted = [name for name in ("tcW", "tcBorders", "vAlign") if name in properties]
            assert properties == wanted


def test_chinese_is_upright_in_a_chinese_typeface(bank, document):
    found = document(build(bank, language="zh"), language="zh")
    title = found.paragraphs[1]
    assert title.text.startswith("差距得分")
    assert title.runs[0].italic is None
    fonts = found.styles["Normal"].element.find(f".//{W}rFonts")
    assert fonts.get(f"{W}eastAsia") == "宋体"
    assert texts(found.tables[0].rows[1])[0] == "有形性"


def test_a_wide_table_lies_across_and_goes_on(all_kinds, document):
    table = build(all_kinds[2])
    found = document(table)
    (section,) = found.sections
    assert section.page_width.twips == A4[1]
    first, second = found.tables
    assert len(first.columns) + len(second.columns) == len(table.columns) + 2
    for part in found.tables:
        widths = [int(one.get(f"{W}w")) for one in part._tbl.tblGrid]
        assert sum(widths) <= A4[1] - 2 * MARGIN
    assert [one.text for one in found.paragraphs if "continued" in one.text] == [
        "Table 1 (continued)"
    ]
    assert sum(one.text.startswith("Note.") for one in found.paragraphs) == 1


def test_each_table_has_a_page_of_its_own(made, bank, all_kinds, document):
    tables = [build(one, number=at) for at, one in enumerate((bank, all_kinds[2], made), start=1)]
    found = document(*tables)
    assert [section.page_width.twips for section in found.sections] == [A4[0], A4[1], A4[0]]
    captions = [one.text for one in found.paragraphs if one.text.startswith("Table")]
    assert captions == ["Table 1", "Table 2", "Table 2 (continued)", "Table 3"]


def test_text_is_text(hostile, document, tmp_path):
    (table,) = document(build(hostile)).tables
    assert texts(table.rows[1])[0].endswith("服务�")
    assert texts(table.rows[2])[0] == "=SUM(A1)"
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        assert b"\x07" not in archive.read("word/document.xml")
        about = archive.read("docProps/core.xml").decode()
    assert "python-docx" not in about
