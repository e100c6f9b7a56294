"""The command line: ``python -m servqual report FILE --instrument NAME``."""

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import servqual
from servqual._language import LANGUAGES
from servqual.datasets import list_datasets
from servqual.errors import ResponseError, ServqualError, ServqualWarning
from servqual.instrument import Instrument, list_instruments, load_instrument, read_instrument
from servqual.profile import describe_sample
from servqual.reading import read_survey
from servqual.report._usual import usual_results
from servqual.report.writing import WRITERS, write_report
from servqual.responses import MISSING, POINTS_POLICIES, Responses
from servqual.scores.gaps import GapScores, gap_scores
from servqual.scores.outcome import read_outcome
from servqual.scores.perception import PerceptionScores, perception_scores
from servqual.scores.tolerance import ToleranceScores, tolerance_scores

WRITTEN, REFUSED, UNUSABLE = 0, 1, 2
ROLES = {
    "expectation": "'E{}'",
    "perception": "'P{}'",
    "minimum": "'M{}'",
    "importance": "'I{}'",
    "points": "not asked",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows ``python -m servqual``; by default what the shell gave.

    Returns
    -------
    int
        0 if all is well; 1 if the answers or the instrument are refused; 2 if a file cannot be
        read or written, or a package is missing.
    """
    options = _parser().parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("always", ServqualWarning)
        told: set[str] = set()

        def tell(message: Warning | str, *_: object, **__: object) -> None:
            if str(message) not in told:
                told.add(str(message))
                print(f"Warning: {message}", file=sys.stderr)

        warnings.showwarning = tell
        try:
            options.run(options)
        except ServqualError as error:
            print(f"Error: {error}", file=sys.stderr)
            return UNUSABLE if isinstance(error, _UnreadableError) else REFUSED
        except (OSError, ModuleNotFoundError) as error:
            print(f"Error: {error}", file=sys.stderr)
            return UNUSABLE
    return WRITTEN


class _UnreadableError(ServqualError):
    """A file cannot be read as a survey."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m servqual",
        description="Score a service-quality survey and write a report.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"servqual {servqual.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_report(commands)
    for name, listing, what in (
        ("instruments", _print_instruments, "list the bundled instruments"),
        ("datasets", _print_datasets, "list the bundled data sets"),
    ):
        command = commands.add_parser(name, help=what, description=what.capitalize() + ".")
        command.set_defaults(run=listing)
    return parser


def _add_report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    report = commands.add_parser(
        "report",
        help="analyse a survey and write a report",
        description="Score and analyse a survey, and write a report as an HTML page or for Word: "
        "scores, reliability, factors, tests of the gaps, groups by the columns of --profile, "
        "importance against performance where importance was asked, and what goes with the "
        "outcome of --outcome. What the answers do not allow is left out, and the report says why.",
        epilog="Example: python -m servqual report answers.csv --instrument servqual-1991 "
        "--not-applicable 99 -o report.html. Exit codes: 0 written; 1 the answers or the "
        "instrument are refused; 2 wrong usage, a file that cannot be read or written, or a "
        "missing package.",
        allow_abbrev=False,
    )
    add = report.add_argument
    add("file", metavar="FILE", help="a .csv, .tsv, .txt, .xlsx, .parquet or .sav file")
    add(
        "--instrument",
        required=True,
        metavar="NAME_OR_TOML",
        help="a bundled instrument, as 'python -m servqual instruments' lists them, or a file "
        "ending in .toml",
    )
    for role, default in ROLES.items():
        stands = "dimension key" if role == "points" else "item id"
        add(
            f"--{role}",
            metavar="PATTERN",
            help=f"how the columns are called, with {{}} for the {stands}, or none for not asked "
            f"(default: {default})",
        )
    add("--weights", metavar="COLUMN", help="the column of sampling weights")
    add("--missing", choices=MISSING, default="listwise", help="(default: %(default)s)")
    add(
        "--points-policy",
        choices=POINTS_POLICIES,
        default="raise",
        help="what to do with points that do not sum to 100 (default: %(default)s)",
    )
    add(
        "--not-applicable",
        nargs="+",
        action="extend",
        default=[],
        metavar="CODE",
        help="codes or labels for 'does not apply to me'",
    )
    add(
        "--not-asked",
        nargs="+",
        action="extend",
        default=[],
        metavar="ITEM",
        help="items of the instrument that the survey did not ask",
    )
    add(
        "--no-reverse",
        action="store_true",
        help="the reverse-keyed items are recoded in the file already",
    )
    add("--profile", metavar="COLUMN,COLUMN", help="columns that describe who answered")
    add(
        "--outcome",
        metavar="COLUMN,COLUMN",
        help="columns, such as of satisfaction, whose mean is to be explained: importance of the "
        "dimensions, penalties and rewards, and of gaps the response surface",
    )
    add("--scores-only", action="store_true", help="leave out all but the scores")
    add("--title", help="the title of the report")
    add("--language", choices=LANGUAGES, default="en", help="(default: %(default)s)")
    add("--sheet", help="the sheet of an Excel file (default: the first)")
    add(
        "-o",
        "--out",
        default="servqual-report.html",
        type=_out,
        metavar="FILE",
        help="the file to write, ending in .html, or in .docx for Word (default: %(default)s)",
    )
    report.set_defaults(run=_report)


def _out(name: str) -> str:
    """Refuse a file that no report can be, before anything is computed."""
    if Path(name).suffix.lower() not in WRITERS and not Path(name).is_dir():
        raise argparse.ArgumentTypeError(f"{name!r} does not end in {', '.join(WRITERS)}")
    return name


def _report(options: argparse.Namespace) -> None:
    instrument = _instrument(options.instrument)
    try:
        frame = read_survey(options.file, sheet=options.sheet)
    except ResponseError as error:
        raise _UnreadableError(str(error)) from error
    responses = Responses.from_frame(
        frame,
        instrument,
        **_patterns(options),
        weights=options.weights,
        reverse=not options.no_reverse,
        not_applicable=[_code(text) for text in options.not_applicable],
        not_asked=options.not_asked,
        missing=options.missing,
        points_policy=options.points_policy,
    )
    scores, others = _scores(responses)
    profile = None
    if options.profile is not None:
        profile = describe_sample(frame, _names(options.profile))
    outcome = _names(options.outcome or "")
    if outcome:
        read_outcome(scores, outcome)
    beside = () if options.scores_only else usual_results(scores, others, profile, outcome)
    path = write_report(
        options.out,
        scores,
        *others,
        *beside,
        language=options.language,
        title=options.title,
        profile=profile,
    )
    print(f"{path} (n = {scores.n:,} of {len(responses):,} respondents)")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _instrument(name: str) -> Instrument:
    return read_instrument(name) if name.lower().endswith(".toml") else load_instrument(name)


def _patterns(options: argparse.Namespace) -> dict[str, Any]:
    given = {role: getattr(options, role) for role in ROLES}
    return {
        role: None if pattern.lower() == "none" else pattern
        for role, pattern in given.items()
        if pattern is not None
    }


def _code(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _scores(
    responses: Responses,
) -> tuple[GapScores | PerceptionScores, tuple[ToleranceScores, ...]]:
    """Score what the bound roles allow."""
    bound = responses.answers
    if "perception" not in bound:
        raise ResponseError(
            "There is nothing to report without the role perception; the bound roles are "
            f"{', '.join(bound)}."
        )
    importance = None
    if "points" in bound:
        importance = "points"
    elif "importance" in bound:
        importance = "items"
    if "expectation" not in bound:
        return perception_scores(responses, importance=importance), ()
    scores = gap_scores(responses, importance=importance)
    return scores, (tolerance_scores(responses),) if "minimum" in bound else ()


def _print_instruments(_: argparse.Namespace) -> None:
    print(list_instruments().to_string(index=False))


def _print_datasets(_: argparse.Namespace) -> None:
    columns = ["name", "kind", "rows", "columns", "instrument", "title"]
    print(list_datasets()[columns].to_string(index=False, na_rep=""))


if __name__ == "__main__":
    sys.exit(main())
