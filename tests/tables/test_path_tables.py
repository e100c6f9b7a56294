"""Tables of path models and of indices: constructs over members, numbered squares, waves."""

import pandas as pd
import pytest

from servqual.report._shown import Part
from servqual.tables._model import build


def table(frame, language="en"):
    return build(Part(name="Title", frame=pd.DataFrame(frame)), language=language)


def lines(shown):
    return [(row.indent, row.label, [cell.text for cell in row.cells]) for row in shown.rows]


def test_constructs_stand_over_their_members():
    shown = table(
        {
            "construct": ["QUA", "QUA", "QUA", "SAT", "SAT", "SAT"],
            "indicator": ["", "Q1", "Q2", "", "S1", "S2"],
            "loading": [None, 0.812, 0.9, None, 0.7, 0.75],
            "rho_a": [0.8, None, None, 0.9, None, None],
        }
    )
    assert shown.stub == "Construct and indicator"
    assert lines(shown)[:3] == [
        (0, "QUA", ["", ".80"]),
        (1, "Q1", [".81", ""]),
        (1, "Q2", [".90", ""]),
    ]


def test_members_of_one_construct_stand_together_under_a_bare_head():
    shown = table({"lhs": ["A", "B", "A"], "rhs": ["a1", "b1", "a2"], "rmse": [1.0, 2.5, 3.25]})
    assert lines(shown) == [
        (0, "A", [""]),
        (1, "a1", ["1.00"]),
        (1, "a2", ["3.25"]),
        (0, "B", [""]),
        (1, "b1", ["2.50"]),
    ]


def test_predictors_stand_under_their_outcome():
    shown = table({"construct": ["S", "S"], "predictor": ["", "Q"], "estimate": [None, 0.25]})
    assert shown.stub == "Outcome and predictor"
    assert [row.label for row in shown.rows] == ["S", "Q"]


def test_a_square_has_numbers_over_its_columns():
    shown = table({"construct": ["value", "quality"], "value": [None, 0.512]})
    assert [column.heading for column in shown.columns] == ["1"]
    assert lines(shown) == [(0, "1. value", [""]), (0, "2. quality", ["0.51"])]


def test_ways_and_pairs_have_arrows():
    shown = table(
        {"kind": ["total", "total", "specific"], "way": ["A -> B", "B -> C", "A -> B -> C"]}
        | {"estimate": [0.1, 0.2, 0.3]}
    )
    assert [row.label for row in shown.rows] == [
        *("total", "A → B", "B → C", "specific", "A → B → C"),
    ]
    shown = table({"variables": ["A <-> B", "A <-> C"], "htmt": [0.5, 0.25]})
    assert lines(shown) == [(0, "A ↔ B", [".50"]), (0, "A ↔ C", [".25"])]


def test_waves_stand_under_what_they_are_of():
    shown = table(
        {
            "level": ["overall", "group", "group", "wave", "wave", "group_wave", "group_wave"],
            "group": ["", "B", "A", "", "", "A", "B"],
            "wave": ["", "", "", "1", "2", "1", "1"],
            "estimate": [60.5, 61.5, 62.5, 63.5, 64.5, 65.5, 66.5],
        }
    )
    assert lines(shown) == [
        (0, "Overall", ["60.50"]),
        (1, "Wave 1", ["63.50"]),
        (1, "Wave 2", ["64.50"]),
        (0, "B", ["61.50"]),
        (1, "Wave 1", ["66.50"]),
        (0, "A", ["62.50"]),
        (1, "Wave 1", ["65.50"]),
    ]


@pytest.mark.parametrize("name", ["p_c", "p_mean", "p_variance"])
def test_p_values_of_permutations_are_written_as_such(name):
    shown = table({"construct": ["A", "B"], "estimate": [1.5, 2.5], name: [0.0004, 0.25]})
    assert [cells[1] for *_, cells in lines(shown)] == ["< .001", ".250"]
