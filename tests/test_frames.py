"""Frames of three libraries, and columns of every kind, as numbers."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from servqual._frames import Frame, read_codes, read_frame, read_numbers
from servqual.errors import ResponseError
from tests.helpers import needs, optional, there

pl, pa = optional("polars"), optional("pyarrow")

NAN = float("nan")


def numbers(values, not_applicable=(), library=pd):
    """What is read of one column named q."""
    frame = pa.table({"q": values}) if library is pa else library.DataFrame({"q": values})
    return read_numbers(read_frame(frame), "q", read_codes(not_applicable))


def refusal(values, not_applicable=(), library=pd):
    with pytest.raises(ResponseError) as caught:
        numbers(values, not_applicable, library)
    assert "'q'" in str(caught.value)
    return str(caught.value)


WHOLE = {
    **{
        kind: pd.array([3, 1, 7], dtype=kind)
        for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
    },
    "Int64": pd.array([3, 1, 7], dtype="Int64"),
    "UInt8": pd.array([3, 1, 7], dtype="UInt8"),
}
WITH_BLANK = {
    "float32": pd.array([3, NAN, 7], dtype="float32"),
    "float64": pd.array([3, NAN, 7], dtype="float64"),
    "Int64": pd.array([3, None, 7], dtype="Int64"),
    "Int8": pd.array([3, None, 7], dtype="Int8"),
    "Float64": pd.array([3, None, 7], dtype="Float64"),
    "sparse": pd.arrays.SparseArray([3.0, NAN, 7.0]),
    "category": pd.Categorical([3, None, 7]),
    "category, unused levels": pd.Categorical([3, None, 7], categories=[1, 3, 5, 7, 99]),
    "category, ordered": pd.Categorical([3, None, 7], categories=[7, 3], ordered=True),
    "object": pd.Series([3, None, 7.0], dtype=object),
    "object, NA": pd.Series([np.int8(3), pd.NA, np.float32(7)], dtype=object),
    "object, NaT": pd.Series([Fraction(3), pd.NaT, Decimal(7)], dtype=object),
    "object, NaN of float32": pd.Series([True + 2, np.float32(NAN), 7], dtype=object),
    "object, blank text": pd.Series([3, "  ", 7], dtype=object),
    "Decimal": [Decimal(3), Decimal("NaN"), Decimal("7.0")],
}
if pa:
    WHOLE["int64[pyarrow]"] = pd.array([3, 1, 7], dtype="int64[pyarrow]")
    for kind in ("int64[pyarrow]", "double[pyarrow]"):
        WITH_BLANK[kind] = pd.array([3, None, 7], dtype=kind)
    WITH_BLANK["decimal[pyarrow]"] = pd.array(
        [Decimal(3), None, Decimal(7)], dtype=pd.ArrowDtype(pa.decimal128(5, 2))
    )


@pytest.mark.parametrize("kind", WHOLE)
def test_whole_numbers_stay_whole(kind):
    read = numbers(WHOLE[kind])
    assert read.values.tolist() == [3, 1, 7]
    assert read.values.dtype.kind in "iu"
    assert read.not_applicable is None
    assert not read.values.flags.writeable


@pytest.mark.parametrize("kind", WITH_BLANK)
def test_blanks_are_nan_in_float64(kind):
    read = numbers(WITH_BLANK[kind])
    np.testing.assert_array_equal(read.values, [3.0, NAN, 7.0])
    assert read.values.dtype == np.float64
    assert read.not_applicable is None
    assert not read.values.flags.writeable


@pytest.mark.parametrize(
    "values",
    [
        pd.array([None, None], dtype="Int64"),
        *([pd.array([None, None], dtype="double[pyarrow]")] if pa else []),
        pd.Series([None, None], dtype=object),
        [NAN, NAN],
        pd.Categorical([None, None], categories=[1, 2]),
        ["", "  "],
    ],
)
def test_a_column_without_answers(values):
    np.testing.assert_array_equal(numbers(values).values, [NAN, NAN])


@pytest.mark.parametrize("library", there(pd, pl, pa))
def test_libraries_give_the_same_numbers(library):
    columns = {
        "int8": np.array([3, 1, 7], dtype=np.int8),
        "float32": np.array([0.1, 1, NAN], dtype=np.float32),
        "float64": np.array([0.1, NAN, 5e-324]),
        "uint64": np.array([2**63, 1, 0], dtype=np.uint64),
    }
    held = read_frame(pa.table(columns) if library is pa else library.DataFrame(columns))
    assert held.names == list(columns)
    for name, values in columns.items():
        kind = np.float64 if name == "float32" else values.dtype
        read = read_numbers(held, name).values
        assert read.dtype == kind
        np.testing.assert_array_equal(read, values.astype(kind))
        assert not read.flags.writeable


@pytest.mark.parametrize("library", there(pl, pa))
def test_nulls_of_other_libraries_are_nan(library):
    np.testing.assert_array_equal(numbers([3, None, 7], library=library).values, [3, NAN, 7])
    np.testing.assert_array_equal(numbers([3.5, None, 7], library=library).values, [3.5, NAN, 7])
    np.testing.assert_array_equal(numbers([None, None], library=library).values, [NAN, NAN])
    decimals = [Decimal("3.5"), None]
    np.testing.assert_array_equal(numbers(decimals, library=library).values, [3.5, NAN])


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda pl: pl.Series([3, None], dtype=pl.Int128), [3, NAN]),
        (lambda pl: pl.Series([3, 7], dtype=pl.Int128), [3, 7]),
        (lambda pl: pl.Series([3, None], dtype=pl.UInt8), [3, NAN]),
        (lambda pl: pl.Series([[3, None], [7, 1]]).explode(), [3, NAN, 7, 1]),
    ],
)
def test_kinds_of_polars(make, expected):
    pl = needs("polars")
    np.testing.assert_array_equal(numbers(make(pl), library=pl).values, expected)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda pa: pa.chunked_array([[3, 1], [], [7]]), [3, 1, 7]),
        (lambda pa: pa.array([3, None, 7]).dictionary_encode(), [3, NAN, 7]),
        (lambda pa: pa.array(np.array([3, 7], dtype=np.float16)), [3, 7]),
        (lambda pa: pa.array([3, 1, 7])[1:], [1, 7]),
        (lambda pa: pa.nulls(2), [NAN, NAN]),
    ],
)
def test_kinds_of_pyarrow(make, expected):
    pa = needs("pyarrow")
    np.testing.assert_array_equal(numbers(make(pa), library=pa).values, expected)


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ([True, False], ["booleans"]),
        (pd.array([True, None], dtype="boolean"), ["booleans"]),
        (pd.Series([True, None], dtype=object), ["booleans", "True"]),
        (pd.Series([np.True_, 3], dtype=object), ["booleans"]),
        (pd.Categorical([True, False]), ["booleans", "2 distinct labels: True, False"]),
        (["agree", "5", "agree"], ["text", "2 distinct labels: 'agree', '5'", "not_applicable="]),
        (list("abcdefg"), ["7 distinct labels", "'a', 'b', 'c', 'd', 'e' and 2 more"]),
        (pd.Categorical(["low", "high"]), ["text", "'low', 'high'"]),
        (pd.Series([3, "x"], dtype=object), ["text", "1 distinct labels: 'x'"]),
        (pd.Series([[1], [1], (2,)], dtype=object), ["values of type list, tuple", "2 distinct"]),
        (pd.Series([b"5", 3], dtype=object), ["values of type bytes", "b'5'"]),
        (pd.Series([{}, "x"], dtype=object), ["values of type dict, str"]),
        (pd.Series([10**400, 3], dtype=object), ["values of type int"]),
        (pd.Series([np.timedelta64(5, "D"), 3], dtype=object), ["values of type timedelta64"]),
        ([1 + 0j, 2], ["values of type complex"]),
        ([dt.date(2026, 1, 1)] * 2, ["values of type date", "1 distinct labels"]),
        (pd.period_range("2026", periods=2, freq="D"), ["values of type Period"]),
        (pd.interval_range(0, 2), ["values of type Interval"]),
        (pd.to_datetime(["2026-01-01"] * 2), ["Datetime", "where numbers belong"]),
        (pd.to_datetime(["2026-01-01"] * 2, utc=True), ["Datetime", "UTC"]),
        (pd.to_timedelta([1, 2], "D"), ["Duration"]),
        ([1.0, np.inf, -np.inf], ["2 infinite values", "row 1"]),
        (pd.array([1, np.inf], dtype="Float64"), ["infinite"]),
        (pd.Series([1, np.inf], dtype=object), ["infinite"]),
        (pd.array([1, np.inf], dtype="float32"), ["1 infinite values", "row 1"]),
    ],
)
def test_what_is_no_number_is_refused(values, parts):
    message = refusal(values)
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ([[1], [2]], "List"),
        ([dt.date(2026, 1, 1)] * 2, "Date"),
        ([True, None], "booleans"),
        (["agree", None], "'agree'"),
        ([np.inf, 1.0], "infinite"),
    ],
)
@pytest.mark.parametrize("library", there(pl, pa))
def test_what_is_no_number_elsewhere_is_refused(library, values, part):
    assert part in refusal(values, library=library)


def test_a_hint_ends_the_refusal():
    held = read_frame(pd.DataFrame({"a": [True], "b": ["x"], "c": pd.to_datetime(["2026-01-01"])}))
    for name in held.names:
        with pytest.raises(ResponseError, match=r"belong.* Look here.$"):
            read_numbers(held, name, hint=" Look here.")


def test_codes_that_do_not_apply_are_marked():
    for kind in ("int8", "int64", "float32", "Int64", *(["int64[pyarrow]"] if pa else []), object):
        read = numbers(pd.array([3, 99, 7, -1], dtype=kind), (99, -1))
        np.testing.assert_array_equal(read.values, [3, NAN, 7, NAN])
        assert read.not_applicable.tolist() == [False, True, False, True]
        assert read.values.dtype == np.float64
        assert not read.values.flags.writeable
        assert not read.not_applicable.flags.writeable


def test_blank_and_does_not_apply_stay_apart():
    read = numbers([3, NAN, 99.0], (99,))
    np.testing.assert_array_equal(read.values, [3, NAN, NAN])
    assert read.not_applicable.tolist() == [False, False, True]


@pytest.mark.parametrize("library", there(pd, pl, pa))
@pytest.mark.parametrize("label", ["N/A", " N/A ", np.str_("N/A")])
def test_labels_among_digits_in_text(library, label):
    read = numbers(["3", "N/A", " 7 ", " N/A", None, "", "1e0"], (label,), library)
    np.testing.assert_array_equal(read.values, [3, NAN, 7, NAN, NAN, NAN, 1])
    assert read.not_applicable.tolist() == [False, True, False, True, False, False, False]


def test_digits_in_text_are_read_where_labels_are_named():
    np.testing.assert_array_equal(numbers(["3", "7"], ("N/A",)).values, [3, 7])
    assert "text" in refusal(["3", "7"])
    assert "text" in refusal(["3", "7"], (99,))


def test_codes_and_labels_together():
    read = numbers(["3", "99", "n.a.", "4.5"], (99, "n.a."))
    np.testing.assert_array_equal(read.values, [3, NAN, NAN, 4.5])
    assert read.not_applicable.tolist() == [False, True, True, False]
    read = numbers(pd.Categorical(["3", "N/A", None]), ("N/A",))
    np.testing.assert_array_equal(read.values, [3, NAN, NAN])
    assert read.not_applicable.tolist() == [False, True, False]


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-Infinity", "1_0", "３", "٣", "0x1", "1,5", "3 4", "+", ".", "n/a"]
)
def test_text_that_only_python_reads_as_a_number_is_refused(text):
    assert repr(text) in refusal(["3", text], ("N/A",))


@pytest.mark.parametrize(("text", "value"), [("+3", 3), ("-2.", -2), (".5", 0.5), ("70E-1", 7)])
def test_numbers_as_people_write_them(text, value):
    assert numbers([text, "N/A"], ("N/A",)).values[0] == value


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), ()),
        (99, (99,)),
        (99.5, (99.5,)),
        ("N/A", ("N/A",)),
        ((99, "N/A"), (99, "N/A")),
        ([np.int64(99), np.float32(-1)], (99, -1)),
        (np.array([98, 99]), (98, 99)),
        (np.array(99), (99,)),
        (pd.Series([98.0, 99.0]), (98, 99)),
        (range(98, 100), (98, 99)),
        (Decimal(99), (99,)),
        ((" N/A ",), ("N/A",)),
    ],
)
def test_codes_as_people_give_them(given, expected):
    assert read_codes(given) == expected


@pytest.mark.parametrize("blank", [NAN, np.float64(NAN), None, pd.NA, pd.NaT, "", "  "])
def test_a_blank_is_no_code(blank):
    with pytest.raises(ResponseError, match="blank answer is missing"):
        read_codes([99, blank])


@pytest.mark.parametrize("code", [True, np.False_, 10**400, b"9", [99], 1j, dt.date(2026, 1, 1)])
def test_what_can_be_no_code(code):
    with pytest.raises(ResponseError, match="a code is a number or a text"):
        read_codes([code])


@pytest.mark.parametrize(
    "thing",
    [
        *([pl.LazyFrame({"q": [1]}), pl.Series([1])] if pl else []),
        pd.Series([1]),
        *([pa.array([1])] if pa else []),
        np.ones((2, 2)),
        [[1]],
        {"q": [1]},
        "answers.csv",
        None,
    ],
)
def test_what_is_no_frame_is_refused(thing):
    with pytest.raises(ResponseError, match=f"one row a respondent, not {type(thing).__name__}"):
        read_frame(thing)


def test_a_frame_is_read_once():
    held = read_frame(pd.DataFrame({"q": [1]}))
    assert isinstance(held, Frame)
    assert read_frame(held) is held


@pytest.mark.parametrize("names", [["q", "q"], ["q", "q", "x"], [1, 1], [1, "1"], [("a", 1)] * 2])
def test_duplicate_columns_are_refused(names):
    frame = pd.DataFrame([[0] * len(names)], columns=pd.Index(names, tupleize_cols=False))
    with pytest.raises(ResponseError, match="duplicate columns") as caught:
        read_frame(frame)
    assert str(names[0]) in str(caught.value)
    assert "'x'" not in str(caught.value)


def test_duplicate_columns_of_pyarrow_are_refused():
    with pytest.raises(ResponseError, match=r"(?s)unique column names.*'q'"):
        read_frame(needs("pyarrow").table([[1], [2]], names=["q", "q"]))


def test_column_names_that_are_no_text():
    day = dt.date(2026, 1, 2)
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=pd.Index([5, 2.5, None, day]))
    held = read_frame(frame)
    assert held.names == ["5", "2.5", "None", "2026-01-02"]
    assert read_numbers(held, "5").values.tolist() == [1]
    assert frame.columns.tolist() == [5, 2.5, None, day]
    columns = pd.MultiIndex.from_tuples([("E", 1), ("P", 1)])
    assert read_frame(pd.DataFrame([[1, 2]], columns=columns)).names == ["('E', 1)", "('P', 1)"]


@pytest.mark.parametrize(
    "name", ["", " ", "a.b", "'", '"', "q\n", "质量", "👍", "{}", "%s", "\x01"]
)
@pytest.mark.parametrize("library", there(pd, pl, pa))
def test_hostile_column_names(library, name):
    columns = {name: [1, 2]}
    held = read_frame(pa.table(columns) if library is pa else library.DataFrame(columns))
    assert held.names == [name]
    assert read_numbers(held, name).values.tolist() == [1, 2]
    assert held.pandas([name])[name].tolist() == [1, 2]


def test_missing_columns_are_named_with_the_nearest():
    held = read_frame(pd.DataFrame({"tangibles": [1], "fun": [2]}))
    with pytest.raises(ResponseError, match=r"2 columns are missing.+'tangible', 'zz'") as caught:
        held.require(["fun", "tangible", "zz"])
    assert "Did you mean 'tangibles'?" in str(caught.value)
    with pytest.raises(
        ResponseError, match=r"1 weights are missing.+has 2 columns: 'tangibles', 'f"
    ):
        held.require(["zz"], "weights")
    with pytest.raises(ResponseError, match="'zz'"):
        held.pandas(["zz"])


INDEXES = [
    pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["branch", "who"]),
    pd.Index(["x", "x", "y"]),
    pd.Index([3, 1, 2], name="id"),
    pd.date_range("2026-01-01", periods=3, tz="Asia/Shanghai"),
    pd.Index([None, "a", "a"]),
]


@pytest.mark.parametrize("index", INDEXES)
def test_the_row_index_survives(index):
    frame = pd.DataFrame({"q": [1, 2, 3], "w": [NAN, 1, 2]}, index=index)
    held = read_frame(frame)
    assert len(held) == 3
    part = held.pandas(["w", "q"])
    pd.testing.assert_frame_equal(part, frame[["w", "q"]])


def test_an_infinity_is_found_by_its_label():
    held = read_frame(pd.DataFrame({"q": [1, np.inf]}, index=INDEXES[0][:2]))
    with pytest.raises(ResponseError, match=r"row \('a', 2\)"):
        read_numbers(held, "q")


@pytest.mark.parametrize("library", there(pl, pa))
def test_rows_of_other_libraries_are_counted_from_zero(library):
    held = read_frame(
        pa.table({"q": [5, 6]}) if library is pa else library.DataFrame({"q": [5, 6]})
    )
    assert held.pandas(["q"])["q"].to_dict() == {0: 5, 1: 6}


def test_later_changes_to_pandas_do_not_arrive():
    frame = pd.DataFrame({"q": [1, 2, 3], "w": [1.0, 2.0, 3.0]})
    held = read_frame(frame)
    early = read_numbers(held, "q").values
    frame.loc[0, "q"] = 7
    frame["w"] = 0.0
    frame["new"] = 1
    frame.index = ["a", "b", "c"]
    frame.columns = ["p", "w", "new"]
    del frame["w"]
    assert held.names == ["q", "w"]
    for values in (early, read_numbers(held, "q").values, held.pandas(["q"])["q"]):
        assert list(values) == [1, 2, 3]
    assert read_numbers(held, "w").values.tolist() == [1, 2, 3]
    assert held.index.tolist() == [0, 1, 2]


def test_later_changes_to_polars_do_not_arrive():
    pl = needs("polars")
    frame = pl.DataFrame({"q": [1, 2, 3]})
    held = read_frame(frame)
    early = read_numbers(held, "q").values
    frame[0, "q"] = 7
    frame.insert_column(0, pl.Series("new", [1, 2, 3]))
    assert frame["q"].to_list() == [7, 2, 3]
    assert held.names == ["q"]
    assert list(early) == list(read_numbers(held, "q").values) == [1, 2, 3]


def test_what_is_handed_out_is_the_users():
    held = read_frame(pd.DataFrame({"q": [1, 2]}))
    part = held.pandas(["q"])
    part.loc[0, "q"] = 9
    part["x"] = 1
    assert held.pandas(["q"])["q"].tolist() == [1, 2]
    assert held.names == ["q"]


def test_reading_changes_nothing():
    frame = pd.DataFrame({1: [1, 99], "t": ["N/A", "3"]}, index=[5, 5])
    frame.attrs["source"] = "here"
    before = frame.copy(deep=True)
    held = read_frame(frame)
    read_numbers(held, "1", (99,))
    read_numbers(held, "t", ("N/A",))
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == {"source": "here"}
    assert frame.columns.tolist() == [1, "t"]


def test_no_columns_of_a_frame_are_still_its_rows():
    held = read_frame(pd.DataFrame({"q": [1, 2]}, index=["a", "b"]))
    assert held.pandas([]).index.tolist() == ["a", "b"]
