"""Who answered: the rule for kinds of variables, order, counts, missing answers."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.profile import MAX_LEVELS, MAX_WHOLE_NUMBERS
from tests.helpers import needs


def rows(frame, *args, **kwargs):
    table = sq.describe_sample(frame, *args, **kwargs).to_frame()
    return [
        (variable, value, n)
        for variable, value, n in table[["variable", "value", "n"]].itertuples(index=False)
    ]


def test_counts_shares_and_moments_against_pandas():
    bank = sq.load_dataset("bank")
    table = sq.describe_sample(bank, ["branch", "recommend", "respondent"]).to_frame()
    branch = table[table["variable"] == "branch"].set_index("value")
    counts = bank["branch"].value_counts()
    assert branch["n"].to_dict() == counts.to_dict()
    np.testing.assert_allclose(branch["share"], counts[branch.index] / len(bank), rtol=1e-14)
    recommend = table[table["variable"] == "recommend"]
    assert recommend["value"].tolist() == [str(value) for value in range(2, 11)]
    assert recommend["n_missing"].unique().tolist() == [bank["recommend"].isna().sum()]
    assert recommend["share"].sum() == pytest.approx(1, abs=1e-14)
    numeric = table.iloc[-1]
    expected = bank["respondent"].agg(["mean", "std", "min", "max"])
    np.testing.assert_allclose(
        numeric[["mean", "sd", "min", "max"]].astype(float), expected, rtol=1e-14
    )
    assert table.columns.tolist() == [
        *("variable", "value", "n", "share", "mean", "sd", "min", "max", "n_missing"),
    ]


def test_level_called_missing_stays_apart_from_missing():
    frame = pd.DataFrame({"sex": ["missing", None, "f", " ", "", "f"]})
    table = sq.describe_sample(frame).to_frame()
    assert table[["value", "n", "n_missing"]].values.tolist() == [["f", 2, 3], ["missing", 1, 3]]
    assert table["share"].tolist() == [2 / 3, 1 / 3]


def test_natural_order_of_labels():
    levels = ["Q10", "Q2", "18-29", "60+", "5-17", "女", "Q1b"]
    assert [value for _, value, _ in rows(pd.DataFrame({"x": levels}))] == [
        *("5-17", "18-29", "60+", "Q1b", "Q2", "Q10", "女"),
    ]


def test_categories_give_order_and_empty_levels():
    size = pd.Categorical(["big", "small", None], categories=["small", "middle", "big"])
    assert rows(pd.DataFrame({"size": size})) == [
        *(("size", "small", 1), ("size", "middle", 0), ("size", "big", 1)),
    ]


def test_whole_numbers_are_categorical_up_to_ten():
    few = np.arange(MAX_WHOLE_NUMBERS)
    many = np.arange(MAX_WHOLE_NUMBERS + 1)
    assert len(rows(pd.DataFrame({"x": few}))) == MAX_WHOLE_NUMBERS
    assert rows(pd.DataFrame({"x": many})) == [("x", "", MAX_WHOLE_NUMBERS + 1)]
    blanks = pd.DataFrame({"x": [1, 2, np.nan]})
    assert rows(blanks) == [("x", "1", 1), ("x", "2", 1)]
    assert rows(pd.DataFrame({"x": [1.5, 2, np.nan]})) == [("x", "", 2)]
    assert rows(pd.DataFrame({"x": pd.array([1, None, 2], dtype="Int64")})) == rows(blanks)


def test_the_rule_can_be_overridden():
    frame = pd.DataFrame({"likert": [1, 2, 5], "income": [1.5, 2.5, 1.5], "age": range(3)})
    table = sq.describe_sample(frame, numeric=["likert"], categorical=["income"]).to_frame()
    assert table["value"].tolist() == ["", "1.5", "2.5", "0", "1", "2"]
    assert table["mean"].iloc[0] == pytest.approx(8 / 3, rel=1e-15)


def test_booleans_and_dates_are_categorical():
    frame = pd.DataFrame(
        {
            "new": [True, False, True],
            "day": pd.to_datetime(["2026-01-02", "2026-01-01", None]),
            "date": [dt.date(2026, 1, 2)] * 3,
        }
    )
    assert rows(frame) == [
        ("new", "False", 1),
        ("new", "True", 2),
        ("day", "2026-01-01", 1),
        ("day", "2026-01-02", 1),
        ("date", "2026-01-02", 3),
    ]


def test_variable_that_nobody_answered_has_a_row():
    table = sq.describe_sample(pd.DataFrame({"x": [np.nan, np.nan], "y": [1, 2]})).to_frame()
    first = table.iloc[0]
    assert (first["variable"], first["value"], first["n"], first["n_missing"]) == ("x", "", 0, 2)
    assert np.isnan(first["share"])


def test_too_many_levels_are_counted_but_not_listed():
    frame = pd.DataFrame({"comment": [f"no. {at}" for at in range(MAX_LEVELS + 1)]})
    profile = sq.describe_sample(frame)
    assert rows(frame) == [("comment", "", MAX_LEVELS + 1)]
    assert profile.notes()[1] == "comment has 51 distinct values, which are not listed."
    listed = sq.describe_sample(frame, categorical=["comment"])
    assert len(listed.to_frame()) == MAX_LEVELS + 1
    assert len(listed.notes()) == 1


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_other_libraries_give_the_same(library):
    module = needs(library)
    frame = pd.DataFrame({"sex": ["f", "m", None], "age": [31.5, 20, None], "wave": [1, 2, 2]})
    convert = module.from_pandas if library == "polars" else module.Table.from_pandas
    other = convert(frame)
    assert sq.describe_sample(other) == sq.describe_sample(frame)


def test_enum_of_polars_keeps_its_order():
    polars = needs("polars")
    kind = polars.Enum(["low", "middle", "high"])
    frame = polars.DataFrame({"x": polars.Series(["high", "low", None], dtype=kind)})
    assert rows(frame) == [("x", "low", 1), ("x", "middle", 0), ("x", "high", 1)]


def test_input_is_left_alone():
    frame = pd.DataFrame({"x": ["a", " "]})
    before = frame.copy()
    table = sq.describe_sample(frame).to_frame()
    table.loc[0, "n"] = 99
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"columns": ["sexx"]}, "Did you mean 'sex'"),
        ({"columns": ["sex", "sex"]}, "Columns are given twice: 'sex'"),
        ({"columns": []}, "nothing to describe"),
        ({"columns": ["sex"], "numeric": ["age"]}, "numeric= must list described columns; 'age'"),
        ({"categorical": "sex"}, "categorical= must list described columns"),
        ({"numeric": ["sex"], "categorical": ["sex"]}, "both categorical and numeric"),
        ({"numeric": ["sex"]}, "Column 'sex' holds text where numbers belong"),
    ],
)
def test_what_cannot_be_described_is_refused(arguments, said):
    frame = pd.DataFrame({"sex": ["f", "m"], "age": [1.5, 2.5]})
    with pytest.raises(sq.ResponseError, match=said):
        sq.describe_sample(frame, **arguments)


def test_frame_without_rows_is_refused():
    with pytest.raises(sq.ResponseError, match="no columns or no rows"):
        sq.describe_sample(pd.DataFrame({"sex": []}))


def test_column_may_be_named_alone():
    frame = pd.DataFrame({"sex": ["f", "m"], "age": [1.5, 2.5]})
    assert sq.describe_sample(frame, "sex") == sq.describe_sample(frame, ["sex"])


def test_it_shows_itself():
    shown = repr(sq.describe_sample(pd.DataFrame({"sex": ["f", "m", "f"]})))
    assert shown.startswith("Sample: n = 3; variables: 1\n")
    assert "0.667" in shown
