"""Files in: every kind gives the same frame, and what cannot be read says why."""

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.reading import SUFFIXES, read_survey
from tests.helpers import needs

BANK = sq.load_dataset("bank")


@pytest.fixture
def write(tmp_path):
    def write(content, name="survey.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def written(frame, path):
    """Write a frame in the way that the suffix asks for."""
    suffix = path.suffix
    if suffix == ".xlsx":
        needs("openpyxl")
        frame.to_excel(path, index=False)
    elif suffix == ".parquet":
        needs("pyarrow")
        frame.to_parquet(path)
    elif suffix == ".sav":
        needs("pyreadstat").write_sav(frame, str(path))
    else:
        delimiter = {".csv": ",", ".tsv": "\t", ".txt": ";"}[suffix]
        frame.to_csv(path, index=False, sep=delimiter)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_file_gives_the_same_frame(tmp_path, suffix):
    frame = read_survey(written(BANK, tmp_path / f"bank{suffix}"))
    assert frame.attrs["source"] == f"bank{suffix}"
    pd.testing.assert_frame_equal(
        frame, BANK, check_dtype=suffix != ".sav", check_names=True, check_exact=True
    )


@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if suffix != ".sav"])
def test_header_without_rows_is_refused(tmp_path, suffix):
    path = written(pd.DataFrame({"E1": [], "P1": []}), tmp_path / f"none{suffix}")
    with pytest.raises(sq.ResponseError, match="header of 2 columns but no rows"):
        read_survey(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty_file_is_refused(write, suffix):
    with pytest.raises(sq.ResponseError, match=f"^survey{suffix} is empty: it holds no header"):
        read_survey(write(b"", f"survey{suffix}"))


@pytest.mark.parametrize(
    ("suffix", "package", "what"),
    [
        (".xlsx", "openpyxl", "damaged or no Excel workbook"),
        (".parquet", "pyarrow", "damaged or no Parquet file"),
        (".sav", "pyreadstat", "damaged or no SPSS file"),
    ],
)
def test_damaged_file_is_refused(write, suffix, package, what):
    needs(package)
    with pytest.raises(sq.ResponseError, match=f"survey{suffix} is {what}"):
        read_survey(write(b"PK\x03\x04 E1,P1\n5,6\n" * 20, f"survey{suffix}"))


def test_zip_that_is_no_workbook_is_refused(tmp_path):
    needs("openpyxl")
    import zipfile

    path = tmp_path / "survey.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "E1,P1")
    with pytest.raises(sq.ResponseError, match="damaged or no Excel workbook"):
        read_survey(path)


def test_blank_lines_are_no_survey(write):
    with pytest.raises(sq.ResponseError, match="is empty"):
        read_survey(write("\n  \n\n"))


def test_missing_file_names_what_is_near(tmp_path, write):
    write("E1\n5\n", "survey.csv")
    with pytest.raises(FileNotFoundError, match=r"There is no file '.*survye.csv'. Did you mean"):
        read_survey(tmp_path / "survye.csv")
    with pytest.raises(FileNotFoundError, match=r"nowhere/survey.csv'\.$"):
        read_survey(tmp_path / "nowhere" / "survey.csv")


def test_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"):
        read_survey(tmp_path)


@pytest.mark.parametrize(
    ("name", "hint"), [("survey.xls", "Save it as .xlsx."), ("survey.docx", "")]
)
def test_unknown_kind_lists_the_known_ones(write, name, hint):
    with pytest.raises(sq.ResponseError) as refused:
        read_survey(write("E1\n5\n", name))
    assert str(refused.value).startswith(f"{name} is of no kind that can be read: .csv, .tsv,")
    assert str(refused.value).endswith(hint or ".sav.")


def test_suffix_is_read_in_any_case(write):
    assert read_survey(write("E1,P1\n5,6\n", "SURVEY.CSV")).columns.tolist() == ["E1", "P1"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_chinese_text_in_every_common_encoding(write, encoding, said):
    text = "分店,性别,E1\n大学路,女,7\n火车站,男,6\n"
    frame = read_survey(write(text, encoding=encoding))
    assert frame.columns.tolist() == ["分店", "性别", "E1"]
    assert frame["分店"].tolist() == ["大学路", "火车站"]
    assert frame["E1"].tolist() == [7, 6]
    assert frame.attrs["encoding"] == said


@pytest.mark.parametrize("text", ["Zürich", "Gößweinstein", "München, Fürth", "Café"])
def test_western_text_is_never_read_as_chinese(write, text):
    content = f"city;E1\n{text};5\nMünster;6\n".encode("latin-1")
    with pytest.raises(sq.ResponseError, match=r"neither UTF-8 nor GB18030. Save it as UTF-8"):
        read_survey(write(content))


def test_binary_file_called_csv_is_refused(write):
    with pytest.raises(sq.ResponseError, match="holds NUL characters"):
        read_survey(write(b"\x00\x01\x02E1,P1\n5,6\n"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_the_one_that_divides_evenly(write, delimiter):
    rows = [["E1", "how, was; it?", "P1"], ["5", "good, fast; cheap", "6"], ["7", "", "1"]]
    text = "\n".join(
        delimiter.join(f'"{cell}"' if " " in cell else cell for cell in row) for row in rows
    )
    frame = read_survey(write(text))
    assert frame.attrs["delimiter"] == delimiter
    assert frame.columns.tolist() == rows[0]
    assert frame["how, was; it?"].tolist()[0] == "good, fast; cheap"
    assert frame["how, was; it?"].isna().tolist() == [False, True]


def test_one_column_needs_no_delimiter_and_keeps_who_did_not_answer(write):
    frame = read_survey(write("recommend\n9\n\n10\n"))
    np.testing.assert_array_equal(frame["recommend"], [9, np.nan, 10])


def test_decimal_comma_is_read_where_it_is_the_only_sense(write):
    frame = read_survey(write("E1;weight;note\n5;0,85;1,5\n6;1;2,5 m\n7;;\n"))
    np.testing.assert_array_equal(frame["weight"], [0.85, 1, np.nan])
    assert frame["note"].tolist()[:2] == ["1,5", "2,5 m"]
    assert frame.attrs["decimal_comma"] == ("weight",)


@pytest.mark.parametrize(
    "text",
    [
        "E1;share;ticked\n5;0.5;1,2\n6;0.7;3\n",  # points divide decimals, so commas do not
        'E1,ticked\n5,"1,2"\n6,3\n',  # commas divide columns
        "E1;ticked\n5;1,2\n6;1,2,3\n",
    ],
)
def test_ticked_options_are_no_decimals(write, text):
    frame = read_survey(write(text))
    assert frame["ticked"].tolist()[0] == "1,2"
    assert "decimal_comma" not in frame.attrs


def test_blanks_and_missing_codes_among_numbers(write):
    frame = read_survey(write("a,b,c,d,e\n5,NA,NA, 5,\n6,3, x ,  ,\n7,#N/A,NA,6,\n"))
    assert frame["a"].tolist() == [5, 6, 7]
    np.testing.assert_array_equal(frame["b"], [np.nan, 3, np.nan])
    assert frame["c"].tolist() == ["NA", "x", "NA"]  # among text, NA may be a level
    np.testing.assert_array_equal(frame["d"], [5, np.nan, 6])
    assert frame["e"].isna().all()
    assert frame.dtypes.astype(str).tolist() == ["int64", "float64", "str", "float64", "float64"]


def test_label_for_not_applicable_survives(write):
    path = write("E1,P1\n5,6\nN/A,4\n6,None\n")
    assert read_survey(path)["E1"].tolist() == ["5", "N/A", "6"]
    assert read_survey(path)["P1"].tolist() == ["6", "4", "None"]
    one = sq.Instrument(name="one", scale=(1, 7), dimensions={"all": ("1",)})
    responses = sq.Responses.from_frame(read_survey(path), one, not_applicable=("N/A", "None"))
    assert [responses.n_not_applicable(role) for role in ("expectation", "perception")] == [1, 1]


def test_header_is_stripped(write):
    assert read_survey(write(" E1 ,\tP1 ,x\n5,6,7\n")).columns.tolist() == ["E1", "P1", "x"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_repeated_column_is_refused(tmp_path, suffix):
    frame = pd.DataFrame([[5, 6, 7]], columns=["E1", " E1", "P1"])
    path = written(frame, tmp_path / f"twice{suffix}")
    with pytest.raises(sq.ResponseError, match="has 1 column names twice or more: 'E1'"):
        read_survey(path)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_nameless_columns_are_kept_if_they_hold_anything(tmp_path, suffix):
    frame = pd.DataFrame([[1, 5, None], [2, 6, None]], columns=["", "E1", " "])
    read = read_survey(written(frame, tmp_path / f"rows{suffix}"))
    assert read.columns.tolist() == ["unnamed_1", "E1"]
    assert read["unnamed_1"].tolist() == [1, 2]


def test_file_without_names_is_refused(write):
    with pytest.raises(sq.ResponseError, match="has no column names in its first row"):
        read_survey(write(",,\n5,6,7\n"))


def test_rows_too_long_are_refused_with_their_lines(write):
    with pytest.raises(sq.ResponseError) as refused:
        read_survey(write("E1,P1\n5,6\n5,6,7\n\n5,6\n1,2,3,4\n"))
    assert str(refused.value) == (
        "survey.csv: 2 rows have more fields than the 2 columns of the header, first in line 3, "
        "line 6. Put text that holds the delimiter ',' in double quotes."
    )


def test_rows_that_end_early_are_blank_at_the_end(write):
    frame = read_survey(write("E1,P1,x\n5,6,a\n5\n"))
    assert frame.isna().to_numpy().tolist() == [[False] * 3, [False, True, True]]


def test_quote_that_is_not_closed_is_refused(write):
    with pytest.raises(sq.ResponseError, match="opened and not closed"):
        read_survey(write('E1,P1\n5,"6\n' + "7,5\n" * 3))


def test_line_breaks_within_quotes_stay(write):
    frame = read_survey(write('E1,note\n5,"first\nsecond"\n6,x\n'))
    assert frame["note"].tolist() == ["first\nsecond", "x"]


def test_sheets_by_name_and_position(tmp_path):
    needs("openpyxl")
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"a": [1]}).to_excel(book, sheet_name="说明", index=False)
        pd.DataFrame({"E1": [5], "P1": ["6"]}).to_excel(book, sheet_name="Data", index=False)
        pd.DataFrame().to_excel(book, sheet_name="Empty", index=False)
    assert read_survey(path).attrs["sheet"] == "说明"
    for sheet in ("Data", 1):
        frame = read_survey(path, sheet=sheet)
        assert frame.attrs["sheet"] == "Data"
        assert frame.to_dict("list") == {"E1": [5], "P1": [6]}  # a number that is kept as text
    for sheet in ("data", 3, -1):
        with pytest.raises(sq.ResponseError, match=r"it has 3: '说明', 'Data', 'Empty'\.$"):
            read_survey(path, sheet=sheet)
    with pytest.raises(sq.ResponseError, match="sheet 'Empty' is empty"):
        read_survey(path, sheet="Empty")


def test_sheet_goes_with_excel_only(write):
    with pytest.raises(sq.ResponseError, match=r"sheet='Data' was given, but survey\.csv is no"):
        read_survey(write("E1\n5\n"), sheet="Data")


def test_declared_missing_values_of_spss_are_missing(tmp_path):
    pyreadstat = needs("pyreadstat")
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"E1": [5.0, 99.0, 7.0]}),
        str(path),
        variable_value_labels={"E1": {5: "five", 7: "seven"}},
        missing_ranges={"E1": [99]},
    )
    np.testing.assert_array_equal(read_survey(path)["E1"], [5, np.nan, 7])


def test_many_rows(tmp_path):
    frame = pd.concat([BANK] * 20, ignore_index=True)
    pd.testing.assert_frame_equal(read_survey(written(frame, tmp_path / "many.csv")), frame)
