"""The action sheet: its order and its files."""

import csv
import pickle

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.priorities.grid.matrix import importance_performance
from servqual.priorities.grid.sheet import BLANK, ORDER, action_sheet
from tests.helpers import needs


@pytest.fixture
def result(rng):
    about = sq.Instrument(
        name="desk",
        scale=(1, 7),
        dimensions={"care": ("1", "2"), "speed": ("3", "4", "5")},
        roles=("expectation", "perception", "importance"),
        labels={"en": {"1": "=Kindness", "2": "Help"}, "zh": {"1": "友善", "2": "帮助"}},
    )
    frame = pd.DataFrame({f"{r}{i}": rng.integers(1, 8, 40) for r in "EPI" for i in range(1, 6)})
    scores = sq.gap_scores(sq.Responses.from_frame(frame, about))
    return importance_performance(scores, "items", n_resamples=50, seed=1)


def test_what_to_mend_first_comes_first(result):
    sheet = action_sheet(result).to_frame()
    rank = [ORDER.index(quadrant) for quadrant in sheet["quadrant"]]
    assert rank == sorted(rank)
    for _, part in sheet.groupby("quadrant"):
        assert part["priority"].is_monotonic_decreasing
    assert sorted(sheet["item"]) == list("12345")
    table = result.to_frame().set_index("item")
    np.testing.assert_array_equal(sheet["gap"], table.loc[sheet["item"], "gap"])
    assert (sheet[list(BLANK)] == "").all().all()


def test_what_has_no_quadrant_comes_last(result):
    table = result.to_frame()
    table.loc[0, ["quadrant", "priority"]] = ["", np.nan]
    object.__setattr__(result, "table", table)
    assert action_sheet(result).to_frame()["item"].iloc[-1] == "1"


def test_csv_holds_the_unrounded_figures(result, tmp_path):
    path = tmp_path / "sheet.csv"
    sheet = action_sheet(result, path).to_frame()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 6
    assert [float(row[2]) for row in rows[1:]] == sheet["importance"].tolist()
    assert rows[1][-5:] == [""] * 5


def test_workbook_has_a_title_headings_and_text_that_is_no_formula(result, tmp_path):
    openpyxl = needs("openpyxl")
    path = tmp_path / "sheet.xlsx"
    sheet = action_sheet(result, path)
    page = openpyxl.load_workbook(path).active
    assert page["A1"].value == sheet.title()
    labels = {page.cell(row, 2).value: page.cell(row, 2).data_type for row in range(3, 8)}
    assert labels["=Kindness"] == "s"
    assert page.max_row == 7
    assert page.cell(3, 3).value == sheet.to_frame()["importance"].iloc[0]
    assert page.cell(3, page.max_column).value is None


def test_labels_in_chinese(result, tmp_path):
    path = tmp_path / "sheet.csv"
    action_sheet(result, path, language="zh")
    text = path.read_text(encoding="utf-8-sig")
    assert "友善" in text
    assert "=Kindness" not in text


def test_bad_requests_are_refused(result, tmp_path):
    with pytest.raises(ValueError, match=r"\.xlsx or \.csv, not 'sheet.docx'"):
        action_sheet(result, tmp_path / "sheet.docx")
    with pytest.raises(TypeError, match="importance_performance"):
        action_sheet(result.to_frame())
    with pytest.raises(ValueError, match="language"):
        action_sheet(result, language="fr")


def test_it_pickles(result):
    sheet = action_sheet(result)
    assert pickle.loads(pickle.dumps(sheet)) == sheet
    assert "Action sheet" in repr(sheet)
