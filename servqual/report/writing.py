"""Write results as a report; the end of the file name says whether as a page or for Word."""

from collections.abc import Callable, Mapping
from pathlib import Path

from servqual._language import check_language
from servqual._result import Result
from servqual.profile import SampleProfile
from servqual.report._kinds import KINDS, kind_of
from servqual.report._outline import Report, outline, with_profile
from servqual.report._page import write_page
from servqual.report._word import write_document

WRITERS: Mapping[str, Callable[[Report, Path], None]] = {
    ".html": write_page,
    ".htm": write_page,
    ".docx": write_document,
}


def write_report(
    path: str | Path,
    *results: Result,
    language: str = "en",
    title: str | None = None,
    profile: SampleProfile | None = None,
) -> Path:
    """Write results as a report: a self-contained HTML page, or a Word document.

    Parameters
    ----------
    path : str or pathlib.Path
        The file to write, ending in .html, .htm or .docx; one that is there already is replaced.
        Its folder must exist.
    *results : Result
        What the functions of the package give, in any order: scores, reliability, factors,
        structural models, tests, comparisons, priorities, drivers, scenarios, the provider's gaps,
        score cards. They stand in the reading
        order of a paper; several of one kind, such as those of two instruments, stand in the order
        given, each under a heading of its own.
    language : {"en", "zh"}
        English or Simplified Chinese.
    title : str, optional
        The title of the report; by default that of the instrument.
    profile : SampleProfile, optional
        Who answered, as `describe_sample` gives it.

    Returns
    -------
    pathlib.Path
        The path of the file.

    Raises
    ------
    ValueError
        If there is no result, the language is another one, or the file name has another ending.
    TypeError
        If something is not a result that a report takes.
    FileNotFoundError
        If the folder does not exist.
    ModuleNotFoundError
        If jinja2 (for a page), python-docx (for Word), or matplotlib for a result with pictures,
        is not installed.

    Notes
    -----
    The report holds means, shares, counts and statistics, not the answers themselves. Each result
    has a section with its pictures, its tables, its notes and what could not be computed; the last
    section says how each was computed, with which settings, and after which publications. A table
    leaves out what other parts of the report say; `write_table` gives all columns.

    The variables of a structural model bear the labels of the instrument of the other results, if
    there is one. Of a model, loadings, paths, effects and covariances are shown with its fit and
    its path diagram; cut-offs for fit stand in the notes, with their source, and pass no verdict.

    A page has its pictures within it, asks for nothing from the network, runs no script, and is the
    same, byte for byte, for the same results. A Word document has the tables in the journal form of
    `write_table`, numbered through. Its pictures are drawn with the fonts of this computer; where
    none has Chinese characters, a line under the picture says so.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank")
    >>> profile = sq.describe_sample(bank, ["branch", "age_group"])
    >>> card = sq.net_promoter_score(bank["recommend"].dropna())
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "bank.html"
    >>> sq.write_report(path, card, title="Spring survey", profile=profile).name
    'bank.html'
    """
    check_language(language)
    if not results:
        raise ValueError(
            "There is no result to report; give at least one, such as gap_scores(responses)."
        )
    _check_results(results)
    if profile is not None and not isinstance(profile, SampleProfile):
        raise TypeError(
            f"profile must come from describe_sample(frame), not {type(profile).__name__}."
        )
    path = Path(path)
    writer = _writer(path)
    writer(outline(with_profile(results, profile), language, title), path)
    return path


def _check_results(results: tuple[object, ...]) -> None:
    wrong = [one for one in results if kind_of(one) is None]
    if wrong:
        raise TypeError(
            f"write_report takes what {', '.join(kind.maker for kind in KINDS)} give, not "
            f"{type(wrong[0]).__name__}."
        )


def _writer(path: Path) -> Callable[[Report, Path], None]:
    """Find who writes such a file, or say why nobody can."""
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; name a file to write.")
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
    return WRITERS[suffix]
