"""The Word report: what a reader of the document finds in it."""

import re
import sys
import zipfile
from itertools import pairwise

import pytest

import servqual as sq
from servqual.report import _pictures
from servqual.report._undone import Undone
from servqual.report.writing import write_report
from servqual.tables.word import A4, MARGIN
from tests.helpers import needs
from tests.report.conftest import answers

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CARD = sq.net_promoter_score([9, 10, 0])


@pytest.fixture
def report(tmp_path):
    docx = needs("docx")
    needs("matplotlib")

    def report(*results, **options):
        path = write_report(tmp_path / "report.docx", *results, **options)
        return docx.Document(str(path))

    return report


def headings(document, level):
    return [one.text for one in document.paragraphs if one.style.name == f"Heading {level}"]


def captions(document, word):
    return [one.text for one in document.paragraphs if re.fullmatch(rf"{word} \d+", one.text)]


def test_headings_tables_and_pictures_stand_in_order_and_are_numbered(every, report):
    kept = ("gap_scores", "internal_consistency", "compare_groups", "importance_performance")
    document = report(*(every[name] for name in kept[::-1]))
    assert headings(document, 1) == [
        *("In short", "The survey", "Scores", "Reliability", "Groups and waves", "Priorities"),
        "How it was computed",
    ]
    assert headings(document, 2) == [
        *("Who is scored", "Gaps", "Internal consistency: gap scores", "Groups: site"),
        "Importance and performance: items",
        *("What was computed, and with which settings", "References"),
    ]
    count = 1 + 1 + 1 + 3 + 1  # answers, gaps, consistency, groups, priorities
    assert captions(document, "Table") == [f"Table {at}" for at in range(1, count + 1)]
    assert captions(document, "Figure") == [f"Figure {at}" for at in range(1, 5)]
    assert len(document.inline_shapes) == 4


def test_figures_of_the_tables_and_words_for_those_who_do_not_see(every, report):
    document = report(every["gap_scores"])
    gap = every["gap_scores"].to_frame().iloc[0]
    row = document.tables[1].rows[2]
    assert [cell.text for cell in row.cells][:3] == ["1", str(gap["n"]), f"{gap['mean_e']:.2f}"]
    described = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert described[0] == "Mean gaps by dimension, with 95 % intervals"
    assert len(set(described)) == 3


def test_nothing_is_wider_than_its_page(report):
    bank = sq.load_dataset("bank").dropna()
    instrument = sq.load_instrument("servqual-1991")
    scores = sq.gap_scores(sq.Responses.from_frame(bank, instrument))
    document = report(scores, sq.gap_tests(scores, n_resamples=50, seed=1))
    sides = [section.page_width.twips for section in document.sections]
    assert sides == [A4[0], A4[1], A4[0]]  # long tables lie across, the rest stands upright
    page = 0
    for element in document.element.body.iterchildren():
        room = sides[page] - 2 * MARGIN
        if element.tag == f"{W}tbl":
            assert sum(int(one.get(f"{W}w")) for one in element.iter(f"{W}gridCol")) <= room
        for shape in element.iter():
            if shape.tag.endswith("}extent"):
                assert int(shape.get("cx")) <= room * 635  # English metric units
        page += element.find(f"{W}pPr/{W}sectPr") is not None


def test_columns_to_fill_in_are_wide_enough_to_write_in(every, report):
    document = report(every["action_sheet"])
    widths = [int(one.get(f"{W}w")) for one in document.tables[0]._tbl.tblGrid]
    assert min(widths[-5:]) > 1000  # twentieths of a point: 18 mm


def test_headings_stay_with_what_they_head(every, report):
    document = report(every["internal_consistency"], every["gap_tests"])
    for style in ("Heading 1", "Heading 2"):
        assert document.styles[style].paragraph_format.keep_with_next
    body = [*document.element.body.iterchildren()]
    for before, after in pairwise(body):
        if after.tag == f"{W}tbl":
            assert before.find(f"{W}pPr/{W}keepNext") is not None


def test_chinese(every, report):
    document = report(every["gap_scores"], every["gap_tests"], language="zh")
    assert headings(document, 1)[2:4] == ["得分", "差距检验"]
    assert captions(document, "表")[-1] == "表 3"
    assert captions(document, "图") == ["图 1", "图 2", "图 3"]
    fonts = document.styles["Heading 1"].element.find(f".//{W}rFonts")
    assert fonts.get(f"{W}eastAsia") == "宋体"
    assert not [name for name in fonts.attrib if name.endswith("Theme")]
    assert document.core_properties.language == "zh-CN"


def test_characters_without_a_font_are_told(every, report, monkeypatch):
    drawn = _pictures.as_png(_pictures.plans(every["gap_scores"], "en")[0])
    assert not drawn.boxed
    labels = {"care": "\U00012000\U00012001"}  # cuneiform
    scores = sq.gap_scores(answers(labels=labels)[0])
    texts = [one.text for one in report(scores).paragraphs]
    at = texts.index("Some characters are not shown: no font installed here has them.")
    assert texts[at - 3] == "Figure 1"


def test_what_could_not_be_done_says_why(every, report):
    gaps = every["gap_scores"]
    instrument = gaps.responses.instrument
    undone = Undone(
        of=sq.FactorSolution, detail="gap scores", reason="T <3.", instrument=instrument
    )
    texts = [one.text for one in report(gaps, undone).paragraphs]
    at = texts.index("Exploratory factor analysis: gap scores")
    assert texts[at + 1 : at + 3] == ["This could not be computed:", "T <3."]


def test_hostile_text_is_text(report, tmp_path):
    hostile = "bell \x07 <w:p/> & {{ 7 * 7 }} %s"
    scores = sq.gap_scores(answers(title=hostile, citation=hostile, labels={"care": hostile})[0])
    document = report(scores, title=hostile)
    shown = "bell � <w:p/> & {{ 7 * 7 }} %s"
    assert sum(shown in one.text for one in document.paragraphs) >= 4
    assert document.tables[1].rows[1].cells[0].text == shown
    with zipfile.ZipFile(tmp_path / "report.docx") as archive:
        assert b"\x07" not in archive.read("word/document.xml")


def test_missing_package_says_how_to_install_it(tmp_path, monkeypatch):
    needs("docx")
    path = tmp_path / "x.docx"
    path.write_text("before", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'servqual\[report\]'"):
        write_report(path, CARD)
    assert path.read_text(encoding="utf-8") == "before"
