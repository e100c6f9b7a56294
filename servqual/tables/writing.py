"""Write results as tables for a paper; the end of the file name says in which form."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from servqual._language import check_language
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.tables._model import Table, build
from servqual.tables.excel import write_excel
from servqual.tables.html import write_html
from servqual.tables.latex import write_latex
from servqual.tables.word import write_word

WRITERS: Mapping[str, Callable[[Sequence[Table], Path, str], None]] = {
    ".docx": write_word,
    ".xlsx": write_excel,
    ".tex": write_latex,
    ".html": write_html,
}


def write_table(
    result: Result,
    path: str | Path,
    *,
    language: str = "en",
    number: int | str | None = None,
    columns: Sequence[str] | Mapping[str, str] | None = None,
    decimals: int | Mapping[str, int] | None = None,
    title: str | None = None,
    instrument: Instrument | None = None,
) -> Path:
    """Write a result as a table in journal form, for Word, Excel, LaTeX or a browser.

    Parameters
    ----------
    result : Result
        What a function of the package gives, such as `gap_scores` or `describe_sample`.
    path : str or pathlib.Path
        The file to write, ending in .docx, .xlsx, .tex or .html; one that is there already is
        replaced. Its folder must exist.
    language : {"en", "zh"}
        English or Simplified Chinese.
    number : int or str, optional
        Of the table, such as 3 or "A1"; "" for none. By default 1, and in LaTeX what the document
        counts.
    columns : sequence of str or mapping of str to str, optional
        Which columns of ``result.to_frame()`` in which order, or these with headings of your own.
        An interval is named by what its ends have in common: "ci" for ci_low and ci_high. By
        default all that hold a figure. Names of rows need not be listed.
    decimals : int or mapping of str to int, optional
        Of all columns but counts, or of some. By default 2, and 3 for p-values.
    title : str, optional
        A title of your own; that of the result then begins the note.
    instrument : Instrument, optional
        Whose labels the items and dimensions bear, for a result that does not know its instrument.

    Returns
    -------
    pathlib.Path
        The path of the file.

    Raises
    ------
    ValueError
        If the file name has another ending, the language is another one, the result has no rows,
        or columns or decimals do not fit.
    TypeError
        If `result` is not a result of the package.
    FileNotFoundError
        If the folder does not exist.
    ModuleNotFoundError
        If python-docx (for .docx) or openpyxl (for .xlsx) is not installed.

    Notes
    -----
    The form is that of the American Psychological Association [1]_: the number in bold, the title
    in italics on its own line (upright in Chinese), rules over and under the headings and at the
    end, symbols of statistics in italics, no zero before the point of a statistic that cannot
    exceed 1, p-values below .001 as "< .001", and the notes of the result under the table. A
    column whose every figure is missing is left out, and the note says so; a dash stands where a
    single one is missing. Figures are rounded only as they are shown: an Excel sheet holds them
    unrounded, and the ends of an interval in columns of their own.

    In Word and LaTeX, a table wider than its page continues under the same number.

    References
    ----------
    .. [1] American Psychological Association. (2020). *Publication manual of the American
       Psychological Association* (7th ed.). https://doi.org/10.1037/0000165-000

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import servqual as sq
    >>> profile = sq.describe_sample(sq.load_dataset("bank"), ["branch", "age_group"])
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "sample.tex"
    >>> write_table(profile, path, number=2, columns=["n", "share"]).name
    'sample.tex'
    """
    writer = _writer(path, language)
    _check_results((result,), "write_table")
    table = build(
        result,
        language=language,
        number=number,
        columns=columns,
        decimals=decimals,
        title=title,
        instrument=instrument,
    )
    writer([table], Path(path), language)
    return Path(path)


def write_tables(
    path: str | Path,
    *results: Result,
    language: str = "en",
    instrument: Instrument | None = None,
) -> Path:
    """Write several results as tables of one file, numbered from 1.

    Parameters
    ----------
    path : str or pathlib.Path
        The file to write, ending in .docx, .xlsx, .tex or .html.
    *results : Result
        In the order in which they should stand: in Word one a page, in Excel one a sheet.
    language : {"en", "zh"}
        English or Simplified Chinese.
    instrument : Instrument, optional
        As for `write_table`.

    Returns
    -------
    pathlib.Path
        The path of the file.

    Raises
    ------
    ValueError, TypeError, FileNotFoundError, ModuleNotFoundError
        As `write_table`, and if there is no result.

    Notes
    -----
    The form is that of `write_table`. A LaTeX document counts its tables itself.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank")
    >>> profiles = [sq.describe_sample(bank, [name]) for name in ("branch", "age_group")]
    >>> write_tables(pathlib.Path(tempfile.mkdtemp()) / "tables.html", *profiles).name
    'tables.html'
    """
    writer = _writer(path, language)
    _check_results(results, "write_tables")
    own_count = Path(path).suffix.lower() == ".tex"
    tables = [
        build(result, language=language, number=None if own_count else at, instrument=instrument)
        for at, result in enumerate(results, start=1)
    ]
    writer(tables, Path(path), language)
    return Path(path)


def _writer(path: str | Path, language: str) -> Callable[[Sequence[Table], Path, str], None]:
    """Find who writes such a file, or say why nobody can."""
    check_language(language)
    if not isinstance(path, (str, Path)):
        raise TypeError(f"path must be the name of a file, not {type(path).__name__}.")
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise ValueError(
            f"The name of the file must end in {', '.join(WRITERS)}, but {path.name!r} "
            f"{f'ends in {path.suffix!r}' if path.suffix else 'has no ending'}."
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder {str(path.parent)!r} to write {path.name} into; make it first."
        )
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; name a file to write.")
    return WRITERS[suffix]


def _check_results(results: Sequence[object], function: str) -> None:
    if not results:
        raise ValueError("There is no result to write; give at least one.")
    wrong = [one for one in results if not isinstance(one, Result)]
    if wrong:
        raise TypeError(
            f"{function} takes results of servqual, such as gap_scores(responses), not "
            f"{type(wrong[0]).__name__}."
        )
