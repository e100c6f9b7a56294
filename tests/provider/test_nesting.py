import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual._frames import read_frame
from servqual.provider.nesting import read_nesting, shared_units


def nested(units, firms=None, rows=None):
    frame = pd.DataFrame({"unit": units} | ({} if firms is None else {"firm": firms}))
    return read_nesting(read_frame(frame), "unit", firms and "firm", rows, "customers")


def test_units_stand_in_natural_order_and_blanks_around_names_do_not_count():
    found = nested(["unit 10", "unit 2 ", " unit  2", "unit 1"])
    assert found.labels == ("unit 1", "unit 2", "unit 10")
    assert found.codes.tolist() == [2, 1, 1, 0]
    assert found.n_firms == 0
    assert found.firm_codes.tolist() == [0, 0, 0]


def test_the_same_name_in_two_firms_is_two_units():
    found = nested([1, 2, 1], ["B", "A", "A"])
    assert found.labels == ("A / 1", "A / 2", "B / 1")
    assert found.firms == ("A", "A", "B")
    assert found.codes.tolist() == [2, 1, 0]
    assert found.firm_codes.tolist() == [0, 0, 1]
    assert found.n_firms == 2


def test_names_that_run_together_are_refused():
    with pytest.raises(sq.ResponseError, match=r"told apart: 'A / B / c'\. Write them without"):
        nested(["c", "B / c", "d"], ["A / B", "A", "A"])


def test_numbers_and_their_text_are_one_unit():
    first, second = nested([1.0, 2.0]), nested(["1", "2"])
    assert shared_units(first, second, ("customers", "managers")) == ("1", "2")


def test_who_belongs_to_no_unit_is_left_out_and_counted():
    with pytest.warns(sq.MissingResponseWarning, match="customers: 2 of 4 belong to no known unit"):
        found = nested(["a", None, "b", "  "])
    assert found.codes.tolist() == [0, -1, 1, -1]
    moved = found.at(("b",))
    assert moved.codes.tolist() == [-1, -1, 0, -1]


def test_only_some_rows_are_read():
    assert nested(["a", "b", "c"], rows=np.array([True, False, True])).labels == ("a", "c")


def test_nobody_in_a_unit_is_an_error():
    with pytest.raises(sq.ResponseError, match="customers: nobody has a value in 'unit'"):
        nested([None, None])


def test_a_missing_column_is_named_with_the_nearest():
    frame = read_frame(pd.DataFrame({"branch": ["a"]}))
    with pytest.raises(sq.ResponseError, match=r"'brunch'.*Did you mean 'branch'"):
        read_nesting(frame, "brunch", None, None, "customers")
    with pytest.raises(sq.ResponseError, match="both name the column 'branch'"):
        read_nesting(frame, "branch", "branch", None, "customers")
    with pytest.raises(TypeError, match="unit= names a column"):
        read_nesting(frame, ["branch"], None, None, "customers")
    with pytest.raises(TypeError, match="unit= names a column, such as 'branch', not None"):
        read_nesting(frame, None, None, None, "customers")


def test_units_of_one_side_are_counted_and_a_near_name_is_told():
    who = ("customers", "managers")
    with pytest.warns(sq.MissingResponseWarning) as caught:
        shared = shared_units(nested(["a", "North East", "x"]), nested(["a", "northeast"]), who)
    assert shared == ("a",)
    (warning,) = caught
    assert str(warning.message) == (
        "Units with answers on both sides, 1, are compared; left out, 2 only among the "
        "customers: 'North East', 'x'; 1 only among the managers: 'northeast'. 'North East' and "
        "'northeast' look like one unit; write them alike."
    )
    with pytest.raises(sq.ResponseError, match=r"no unit in common.*Did you mean 'Harbour'"):
        shared_units(nested(["Harbor"]), nested(["Harbour"]), who)
