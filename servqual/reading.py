"""Files of survey tools, spreadsheets and SPSS as frames."""

import csv
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import ParseError

import numpy as np
import pandas as pd

from servqual._lazy import require
from servqual.errors import ResponseError, nearest, shortened

TEXT = (".csv", ".tsv", ".txt")
SUFFIXES = (*TEXT, ".xlsx", ".parquet", ".sav")
_DELIMITERS = (",", ";", "\t")
_MISSING = ("NA", "NaN", "nan", "#N/A", "#NULL!")
_POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?\d+(,\d+)?")
_SNIFFED = 100


def read_survey(path: str | Path, *, sheet: str | int | None = None) -> pd.DataFrame:
    r"""Read a survey file: CSV, TSV, text, Excel, Parquet or SPSS.

    Parameters
    ----------
    path : str or pathlib.Path
        A file that ends in .csv, .tsv, .txt, .xlsx, .parquet or .sav.
    sheet : str or int, optional
        The name or the position (from 0) of an Excel sheet; the first one by default.

    Returns
    -------
    pandas.DataFrame
        One row a respondent; names of columns without surrounding blanks. Its ``attrs`` hold
        ``source`` (the name of the file), for text ``encoding`` and ``delimiter``, for Excel
        ``sheet``, and ``decimal_comma``, the columns whose numbers were written with a comma,
        where there are any.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ResponseError
        If the kind of file is not known, or it is damaged, in an unknown encoding, ragged, without
        rows, or has a column name twice.
    ModuleNotFoundError
        If the package that reads this kind of file is not installed.

    Notes
    -----
    Text is read as UTF-8, with or without a byte-order mark, as UTF-16 with one, and otherwise as
    GB18030, which Excel writes in Chinese Windows, if most of its characters are then common
    Chinese ones. The delimiter is the comma, semicolon or tab that divides the rows evenly.

    A blank is a missing value. So is NA, NaN, nan, #N/A or #NULL! in a column where all else is a
    number; anywhere else these are text, and text never becomes a number. In files divided by
    semicolons or tabs, and with no decimal point in any number, a column of numbers such as 3,5 is
    read as having a decimal comma. A column that has neither a name nor a value is no column; one
    with values but no name is called unnamed_K by its position. SPSS values are numbers, not their
    labels; values that the file declares missing are missing.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "desk.csv"
    >>> _ = path.write_text("E1;P1;weight\n7;5;0,8\n6;;1,2\n", encoding="utf-8")
    >>> frame = read_survey(path)
    >>> frame
       E1   P1  weight
    0   7  5.0     0.8
    1   6  NaN     1.2
    >>> frame.attrs["source"], frame.attrs["delimiter"], frame.attrs["decimal_comma"]
    ('desk.csv', ';', ('weight',))
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; name a file in it.")
    if not path.exists():
        beside = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
        raise FileNotFoundError(f"There is no file {str(path)!r}.{nearest(path.name, beside)}")
    if suffix not in SUFFIXES:
        older = " Save it as .xlsx." if suffix in (".xls", ".xlsb", ".ods") else ""
        raise ResponseError(
            f"{path.name} is of no kind that can be read: {', '.join(SUFFIXES)}.{older}"
        )
    if sheet is not None and suffix != ".xlsx":
        raise ResponseError(f"sheet={sheet!r} was given, but {path.name} is no Excel file.")
    if path.stat().st_size == 0:
        raise ResponseError(f"{path.name} is empty: it holds no header and no answers.")
    if suffix in TEXT:
        frame = _read_text(path)
    elif suffix == ".xlsx":
        frame = _read_excel(path, sheet)
    elif suffix == ".parquet":
        frame = _read_parquet(path)
    else:
        frame = _read_spss(path)
    if frame.empty:
        raise ResponseError(
            f"{path.name} has a header of {frame.shape[1]:,} columns but no rows, so there are no "
            "answers."
        )
    frame.attrs["source"] = path.name
    return frame


def _read_text(path: Path) -> pd.DataFrame:
    text, encoding = _decoded(path)
    if not text.strip():
        raise ResponseError(f"{path.name} is empty: it holds no header and no answers.")
    text = text.lstrip("\r\n")
    try:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(text)
        names = _header(path, next(_records(text, delimiter)))
        _refuse_long_rows(path, text, delimiter, len(names))
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=0,
            names=names,
            index_col=False,
            keep_default_na=False,
            na_values=[""],
            # In a file of one column, a blank line is a respondent who did not answer.
            skip_blank_lines=len(names) > 1,
            low_memory=False,
            skipinitialspace=True,
        )
    except (csv.Error, pd.errors.ParserError) as error:
        raise ResponseError(
            f"{path.name} cannot be divided into rows and columns ({error}). Look for a double "
            "quote that is opened and not closed."
        ) from error
    frame = _tidied(_without_nameless_blanks(frame), comma=delimiter != ",")
    frame.attrs |= {"encoding": encoding, "delimiter": delimiter}
    return frame


def _decoded(path: Path) -> tuple[str, str]:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise ResponseError(
                f"{path.name} holds NUL characters, so it is no plain text; was it renamed from "
                "another kind of file?"
            )
        if encoding != "gb18030" or _looks_chinese(text):
            return text, encoding
    raise ResponseError(
        f"{path.name} is text in neither UTF-8 nor GB18030. Save it as UTF-8 (in Excel: 'CSV "
        "UTF-8')."
    )


def _looks_chinese(text: str) -> bool:
    """Tell Chinese text from Western text that only happens to decode as GB18030."""
    foreign = [character for character in text if not character.isascii()]
    common = "".join(foreign).encode("gb2312", "ignore").decode("gb2312")
    return 2 * len(common) > len(foreign)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)


def _delimiter(text: str) -> str:
    """Choose the delimiter that divides the first rows as it divides the header."""

    def evenness(delimiter: str) -> tuple[float, int]:
        rows = [row for row in itertools.islice(_records(text, delimiter), _SNIFFED) if row]
        width = len(rows[0])
        if width == 1:
            return 0.0, 1
        return sum(len(row) == width for row in rows) / len(rows), width

    return max(_DELIMITERS, key=evenness)


def _header(path: Path, names: Sequence[object]) -> list[str]:
    stripped = ["" if _is_missing(name) else str(name).strip() for name in names]
    named = [name for name in stripped if name]
    repeated = sorted({name for name in named if named.count(name) > 1})
    if repeated:
        raise ResponseError(
            f"{path.name} has {len(repeated)} column names twice or more: {shortened(repeated)}. "
            "Rename or delete columns in the file."
        )
    if not named:
        raise ResponseError(f"{path.name} has no column names in its first row.")
    return [name or f"unnamed_{at}" for at, name in enumerate(stripped, start=1)]


def _refuse_long_rows(path: Path, text: str, delimiter: str, width: int) -> None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    lines = [f"line {reader.line_num:,}" for row in reader if len(row) > width]
    if lines:
        shown = ", ".join(lines[:5])
        raise ResponseError(
            f"{path.name}: {len(lines):,} rows have more fields than the {width:,} columns of the "
            f"header, first in {shown}. Put text that holds the delimiter {delimiter!r} in double "
            "quotes."
        )


def _read_excel(path: Path, sheet: str | int | None) -> pd.DataFrame:
    require("openpyxl")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            with pd.ExcelFile(path, engine="openpyxl") as book:
                name = _sheet(path, [str(name) for name in book.sheet_names], sheet)
                raw = pd.read_excel(
                    book, sheet_name=name, header=None, keep_default_na=False, na_values=[""]
                )
    except (zipfile.BadZipFile, KeyError, ParseError, EOFError, OSError) as error:
        raise ResponseError(
            f"{path.name} is damaged or no Excel workbook ({error}). Open it in a spreadsheet and "
            "save it again as .xlsx, without a password."
        ) from error
    if raw.empty:
        raise ResponseError(f"{path.name}: sheet {name!r} is empty; name another one with sheet=.")
    names = _header(path, raw.iloc[0].tolist())
    body = raw.iloc[1:].reset_index(drop=True).infer_objects()
    frame = _tidied(_without_nameless_blanks(body.set_axis(names, axis="columns")), comma=False)
    frame.attrs["sheet"] = name
    return frame


def _sheet(path: Path, names: list[str], sheet: str | int | None) -> str:
    if isinstance(sheet, str) and sheet in names:
        return sheet
    at = 0 if sheet is None else sheet
    if isinstance(at, int) and 0 <= at < len(names):
        return names[at]
    raise ResponseError(
        f"{path.name} has no sheet {sheet!r}; it has {len(names)}: {shortened(names)}."
    )


def _read_parquet(path: Path) -> pd.DataFrame:
    pyarrow = require("pyarrow")
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except (pyarrow.ArrowException, OSError) as error:
        raise ResponseError(f"{path.name} is damaged or no Parquet file ({error}).") from error
    return frame.set_axis(_header(path, frame.columns.tolist()), axis="columns")


def _read_spss(path: Path) -> pd.DataFrame:
    pyreadstat = require("pyreadstat")
    try:
        frame, _ = pyreadstat.read_sav(str(path))
    except pyreadstat.ReadstatError as error:
        raise ResponseError(f"{path.name} is damaged or no SPSS file ({error}).") from error
    named: pd.DataFrame = frame.set_axis(_header(path, frame.columns.tolist()), axis="columns")
    return named


def _without_nameless_blanks(frame: pd.DataFrame) -> pd.DataFrame:
    nothing = [
        name
        for at, name in enumerate(frame.columns, start=1)
        if name == f"unnamed_{at}" and frame[name].isna().all()
    ]
    return frame.drop(columns=nothing)


def _tidied(frame: pd.DataFrame, *, comma: bool) -> pd.DataFrame:
    """Blank what is blank in columns of text, and read those that hold nothing but numbers."""
    written = {str(name): _written(frame[name]) for name in frame if _is_text(frame[name])}
    points = any(pd.api.types.is_float_dtype(kind) for kind in frame.dtypes) and any(
        _has_fraction(frame[name]) for name in frame if str(name) not in written
    )
    decimal_comma = []
    columns = {}
    for name in map(str, frame):
        if name not in written:
            columns[name] = frame[name]
            continue
        cells = written[name]
        only_text = all(isinstance(cell, str) for cell in cells.dropna())
        columns[name] = cells.astype("str") if only_text else cells
        held = cells[cells.notna() & ~cells.isin(_MISSING)]
        if all(isinstance(cell, bool) for cell in held):
            continue
        as_text = held.map(str)
        if held.empty or as_text.map(_POINT.fullmatch).notna().all():
            columns[name] = _as_numbers(cells, as_text)
        elif comma and not points and as_text.map(_COMMA.fullmatch).notna().all():
            columns[name] = _as_numbers(cells, as_text.str.replace(",", "."))
            decimal_comma.append(name)
    tidy = pd.DataFrame(columns, index=frame.index)
    if decimal_comma:
        tidy.attrs["decimal_comma"] = tuple(decimal_comma)
    return tidy


def _is_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column))


def _written(column: pd.Series) -> pd.Series:
    """Strip cells of text; what is blank is missing."""
    cells = [cell.strip() if isinstance(cell, str) else cell for cell in column.tolist()]
    blanked = [None if _is_missing(cell) or cell == "" else cell for cell in cells]
    return pd.Series(blanked, index=column.index, dtype=object)


def _as_numbers(cells: pd.Series, numbers: pd.Series) -> pd.Series:
    values = pd.Series(np.nan, index=cells.index)
    values[numbers.index] = numbers.map(float)
    whole = len(numbers) == len(cells) and bool((values % 1 == 0).all())
    return values.astype(np.int64) if whole and (values.abs() < 2**53).all() else values


def _has_fraction(column: pd.Series) -> bool:
    return bool(pd.api.types.is_float_dtype(column) and (column.dropna() % 1 != 0).any())


def _is_missing(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or cell != cell
