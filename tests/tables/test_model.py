"""Tables as values: rows, labels, blanks, dashes and notes."""

from dataclasses import replace

import pandas as pd
import pytest

import servqual as sq
from servqual.tables._columns import head_of
from servqual.tables._model import build
from servqual.tables._text import heading_runs, text_runs
from tests.tables.made import NAN, Made


def lines(table):
    return [(row.indent, row.label, *(cell.text for cell in row.cells)) for row in table.rows]


def heads(table):
    return [column.heading for column in table.columns]


def test_dimensions_stand_over_their_items_and_the_whole_at_the_end(made):
    table = build(made, number=4)
    assert (table.caption, table.title, table.stub) == (
        *("Table 4", "Made up: n = 12", "Dimension and item"),
    )
    assert [column.name for column in table.columns] == ["n", "estimate", "ci", "r_drop", "p_value"]
    assert lines(table) == [
        (0, "Care", "12", "−0.25", "[−0.75, 0.25]", "", "< .001"),
        (1, "1. Is kind", "12", "−1.00", "[−2.00, −0.01]", ".46", "< .001"),
        (1, "2. Is polite", "12", "0.50", "[0.25, 0.75]", "−.34", ".046"),
        (0, "Speed", "11", "1,234.50", "[1,000.00, 1,500.00]", "", "> .999"),
        (1, "3. Is quick", "11", "–", "–", "–", "–"),
        (0, "Overall", "11", "0.00", "[−0.50, 0.50]", "–", "> .999"),
    ]
    assert table.rows[-1].total


def test_notes_name_columns_by_headings_and_say_what_is_missing(made):
    assert build(made).notes == (
        f"{head_of('r_drop', 'en')} is a correlation, p < .05, n = 12.",
        f"Not given for any row and not shown: {head_of('p_equivalence', 'en')}.",
        "A dash stands for a figure that is not given.",
    )


def test_problems_are_said_once():

    one = Made(frame=pd.DataFrame({"label": ["a"], "gap": [1.5]}), problems=("Care: too few.",))
    assert build(one).notes == ("Care: too few.",)
    both = replace(one, said=("Note: Care: too few.",))
    assert build(both).notes == ("Note: Care: too few.",)


def test_an_own_title_moves_the_title_of_the_result_into_the_note(made):
    table = build(made, title="Gaps of the bank")
    assert table.title == "Gaps of the bank"
    assert table.notes[0] == "Made up: n = 12."


def test_numbers_stay_unrounded(made):
    cell = build(made).rows[1].cells[2]
    assert cell.numbers == (-2.0, -0.01)
    assert build(made).rows[1].cells[4].numbers == (0.0000001,)


def test_gap_scores_show_what_their_frame_holds(bank):
    table = build(bank)
    frame = bank.to_frame().set_index("label")
    assert heads(table) == [
        *("n", "Mean E", "SD E", "Mean P", "SD P", "Gap P − E", "SD gap", "95 % interval"),
    ]
    assert len(table.rows) == len(frame)
    assert [row.label for row in table.rows[:3]] == [
        *("Tangibles", "1. Modern equipment", "2. Appealing facilities"),
    ]
    care = frame.loc["Tangibles"]
    assert table.rows[0].cells[5].numbers == (care["gap"],)
    assert table.rows[0].cells[7].numbers == (care["ci_low"], care["ci_high"])
    assert table.rows[-1].label == "Overall"


def test_gap_scores_speak_chinese(bank):
    table = build(bank, language="zh")
    assert [row.label for row in table.rows[:2]] == ["有形性", "1. 设备现代"]
    assert table.rows[-1].label == "总体"
    assert heads(table)[1] == "期望均值"
    assert not table.slanted


def test_another_instrument_lends_its_labels(made):
    own = sq.Instrument(
        name="own",
        scale=(1, 7),
        dimensions={"care": ("1", "2"), "speed": ("3",)},
        labels={"zh": {"care": "关怀", "1": "友善"}},
    )
    labels = [row.label for row in build(made, language="zh", instrument=own).rows]
    assert labels[:2] == ["关怀", "1. 友善"]


def test_perceptions_zones_and_answers(all_kinds):
    _, perceptions, zones, _, answers = map(build, all_kinds)
    assert [column.name for column in perceptions.columns] == ["n", "mean_p", "sd_p", "ci"]
    by_name = {column.name: column.form.kind for column in zones.columns}
    assert by_name["within"] == by_name["inverted"] == "share"
    assert by_name["adequacy_ci"] == "number"
    assert lines(answers)[0][:3] == (0, "expectation", "E1...E22")
    assert lines(build(all_kinds[4], language="zh"))[0][1] == "期望"


def test_a_sample_shows_levels_under_their_variable(all_kinds):
    table = build(all_kinds[3])
    assert [column.name for column in table.columns] == [
        *("n", "share", "mean", "sd", "min", "max", "n_missing"),
    ]
    found = lines(table)
    assert found[0] == (0, "branch", *[""] * 6, "0")
    assert [line[:2] for line in found[1:5]] == [
        *((1, name) for name in ("Harbour", "Market", "Station", "University")),
    ]
    assert found[1][4:] == ("",) * 5
    assert found[-1][:2] == (0, "E1")
    assert found[-1][3] == ""
    assert found[-1][-1] == "21"


def test_rows_without_a_level_are_headed_by_their_dimension():

    frame = pd.DataFrame(
        {
            "dimension": ["care", "care", "(scale)"],
            "item": ["1", "2", ""],
            "label": ["Kind", "2", ""],
            "kmo": [0.8, 0.9, 0.85],
            "chi2": [NAN, NAN, 3.5],
        }
    )
    assert lines(build(Made(frame=frame))) == [
        (0, "Care", "", ""),
        (1, "1. Kind", ".80", ""),
        (1, "2", ".90", ""),
        (0, "Whole scale", ".85", "3.50"),
    ]


def test_other_frames_are_named_by_their_first_columns():

    groups = pd.DataFrame({"level": ["overall", "group"], "group": ["", "a"], "n": [3, 2]})
    assert lines(build(Made(frame=groups))) == [(0, "Overall", "3"), (0, "a", "2")]
    parts = pd.DataFrame({"kind": ["x", "x", "y"], "number": [1, 2, 1], "size": [1.5, 2, 3]})
    assert lines(build(Made(frame=parts))) == [
        *((0, "x", ""), (1, "1", "1.50"), (1, "2", "2.00"), (0, "y", ""), (1, "1", "3.00")),
    ]
    fit = pd.DataFrame({"model": ["a", "b"], "good": [True, False], "r2": [0.25, NAN]})
    assert lines(build(Made(frame=fit))) == [(0, "a", "Yes", ".25"), (0, "b", "No", "–")]
    levels = pd.DataFrame({"level": ["configural", "metric"], "cfi": [0.95, 0.94]})
    assert lines(build(Made(frame=levels))) == [(0, "configural", ".950"), (0, "metric", ".940")]


def test_a_difference_of_dimensions_is_named_in_the_language(bank):

    frame = pd.DataFrame(
        {
            "first": ["tangibles"],
            "second": ["empathy"],
            "label": ["Tangibles − Empathy"],
            "estimate": [0.5],
        }
    )
    result = Made(frame=frame)
    assert lines(build(result)) == [(0, "Tangibles − Empathy", "0.50")]
    chinese = build(result, language="zh", instrument=bank.responses.instrument)
    assert lines(chinese) == [(0, "有形性 − 移情性", "0.50")]


def test_nothing_to_show_is_refused():

    with pytest.raises(ValueError, match="no rows or no columns"):
        build(Made(frame=pd.DataFrame({"gap": []})))
    with pytest.raises(ValueError, match="no figures in the columns"):
        build(Made(frame=pd.DataFrame({"label": ["a"], "gap": [NAN]})))


def test_symbols_are_italic_only_where_they_are_symbols():
    def italic(runs):
        return [run.text for run in runs if run.italic]

    assert italic(heading_runs("Mean E")) == ["E"]
    assert italic(heading_runs("期望均值 E")) == ["E"]
    assert italic(heading_runs("Names")) == []
    assert italic(text_runs("Student's t. A sample of n = 5; p-values, p< .05 as P of E")) == [
        *("n", "p", "p"),
    ]
    text = "Gap P − E, d_z = 0.5"
    assert "".join(run.text for run in text_runs(text)) == text.replace("_", "")
