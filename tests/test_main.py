"""The command line: what it writes, what it says, and its exit codes."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import servqual as sq
from servqual.__main__ import main
from servqual.report._usual import usual_results
from tests.helpers import needs

ROOT = Path(__file__).parents[1]
BANK = sq.load_dataset("bank")
POINTS = ["--points", "points_{}", "--missing", "available"]
QUICK = "--scores-only"
SCORED = ["--instrument", "servqual-1991", *POINTS, QUICK]


class Cells(HTMLParser):
    """The cells of the tables of a page."""

    def __init__(self, path):
        super().__init__()
        self.cells, self.inside = [], False
        self.feed(Path(path).read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.inside = tag in ("td", "th")
        if self.inside:
            self.cells.append("")

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.cells[-1] += data


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder, capsys):
    """Run the command line in an empty folder; give its code, output and errors."""
    needs("jinja2")
    needs("matplotlib")

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def bank(folder):
    BANK.to_csv(folder / "bank.csv", index=False)
    return folder / "bank.csv"


@pytest.fixture
def duo(folder):
    """A small instrument as a file, and answers to it."""
    instrument = sq.Instrument(
        name="duo",
        scale=(1, 7),
        roles=("expectation", "perception", "importance"),
        dimensions={"care": ("1", "2"), "speed": ("3",)},
        reverse=("2",),
    )
    (folder / "duo.toml").write_text(instrument.to_toml(), encoding="utf-8")
    frame = pd.DataFrame(
        {
            **{"E1": [7, 6, 7], "E2": [1, 2, 1], "E3": [7, 7, 6]},
            **{"P1": [5, 6, 4], "P2": [3, 2, 5], "P3": [4, 6, 5]},
            **{"I1": [7, 5, 6], "I2": [4, 4, 5], "I3": [6, 7, 7]},
            "w": [1, 2, 1],
        }
    )
    frame.to_csv(folder / "duo.csv", index=False)
    return frame


def text_of(path):
    return Path(path).read_text(encoding="utf-8")


def scored_by_the_library(path):
    frame = sq.read_survey(path)
    instrument = sq.load_instrument("servqual-1991")
    responses = sq.Responses.from_frame(frame, instrument, points="points_{}", missing="available")
    with pytest.warns(sq.MissingResponseWarning):
        return frame, sq.gap_scores(responses, importance="points")


def test_report_as_a_command_is_that_of_the_library(bank, folder):
    needs("jinja2")
    needs("matplotlib")
    command = [sys.executable, "-m", "servqual", "report", "bank.csv"]
    done = subprocess.run(
        [*command, "--instrument", "servqual-1991", *POINTS, "--language", "zh"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "servqual-report.html (n = 480 of 480 respondents)\n"
    assert done.stderr == (
        "Warning: 172 of 480 respondents left items unanswered and are scored on the items that "
        "they answered (missing='available').\n"
    )
    page = text_of(folder / "servqual-report.html")
    assert "可靠性" in page
    _, scores = scored_by_the_library(bank)
    sq.write_report("library.html", scores, *usual_results(scores), language="zh")
    assert page == text_of("library.html")


def test_refusal_as_a_command(bank, folder):
    command = [sys.executable, "-m", "servqual", "report", "bank.csv", "--instrument", "servqal"]
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: There is no bundled instrument 'servqal'.")
    assert "Traceback" not in done.stderr


def test_profile_and_title_are_those_of_the_library(run, bank):
    code, out, _ = run(
        *("report", bank, *SCORED, "--profile", "branch, wave"),
        *("--title", "Spring", "-o", "cli.html"),
    )
    assert (code, out) == (0, "cli.html (n = 480 of 480 respondents)\n")
    frame, scores = scored_by_the_library(bank)
    profile = sq.describe_sample(frame, ["branch", "wave"])
    sq.write_report("library.html", scores, title="Spring", profile=profile)
    assert text_of("cli.html") == text_of("library.html")


@pytest.fixture(scope="module")
def answers():
    names = [*BANK.columns[4:48], *[name for name in BANK if name.startswith("points")]]
    return BANK[names]


@pytest.fixture(scope="module")
def page_of_csv(answers, tmp_path_factory):
    needs("jinja2")
    needs("matplotlib")
    folder = tmp_path_factory.mktemp("csv")
    answers.to_csv(folder / "bank.csv", index=False)
    assert main(["report", str(folder / "bank.csv"), *SCORED, "-o", str(folder / "csv.html")]) == 0
    return text_of(folder / "csv.html")


@pytest.mark.parametrize("suffix", [".tsv", ".txt", ".xlsx", ".parquet", ".sav"])
def test_every_kind_of_file_gives_the_same_report(run, folder, answers, page_of_csv, suffix):
    path = folder / f"bank{suffix}"
    if suffix == ".xlsx":
        needs("openpyxl")
        answers.to_excel(path, index=False)
    elif suffix == ".parquet":
        needs("pyarrow")
        answers.to_parquet(path)
    elif suffix == ".sav":
        needs("pyreadstat").write_sav(answers, str(path))
    else:
        answers.to_csv(path, index=False, sep={".tsv": "\t", ".txt": ";"}[suffix])
    assert run("report", path, *SCORED, "-o", "other.html")[0] == 0
    assert text_of("other.html") == page_of_csv


def test_chinese_file_from_excel(run, folder):
    frame = BANK.rename(columns={f"P{at}": f"感知{at}" for at in range(1, 23)})
    frame = frame.rename(columns={f"E{at}": f"期望{at}" for at in range(1, 23)})
    frame = frame.assign(分店=frame["branch"].replace("Station", "火车站"))
    frame.to_csv("调查.csv", index=False, encoding="gb18030")
    code, out, _ = run(
        *("report", "调查.csv", "--instrument", "servqual-1991", "--missing", "available"),
        *(QUICK, "--expectation", "期望{}", "--perception", "感知{}", "--profile", "分店"),
        *("--language", "zh", "--title", "银行调查", "-o", "报告.html"),
    )
    assert (code, out) == (0, "报告.html (n = 480 of 480 respondents)\n")
    assert "火车站" in Cells("报告.html").cells
    assert '<html lang="zh-Hans">' in text_of("报告.html")
    assert "<h1>银行调查</h1>" in text_of("报告.html")


def test_library_survey_has_gaps_and_zone(run):
    code, out, errors = run(
        *("report", ROOT / "datasets" / "library.csv", "--instrument", "libqual-2004"),
        *("--not-applicable", "0", "-o", "library.html"),
    )
    assert code == 0
    assert re.fullmatch(r"library\.html \(n = \d+ of 220 respondents\)\n", out)
    assert all(line.startswith("Warning: ") for line in errors.splitlines())
    page = text_of("library.html")
    for heading in ("Gaps", "Zone of tolerance", "Tests of the zone of tolerance"):
        assert f"<h3>{heading}</h3>" in page


def test_own_instrument_with_importance_and_weights(run, duo):
    code, _, errors = run("report", "duo.csv", "--instrument", "duo.toml", "--weights", "w")
    assert (code, errors) == (0, "")
    page = text_of("servqual-report.html")
    assert "weighted by each respondent&#39;s own ratings of importance" in page
    assert "with sampling weights" in page
    assert "Reverse-keyed items recoded (low + high - answer): 2." in page


def test_roles_that_were_not_asked(run, duo):
    arguments = ("--instrument", "duo.toml", "--importance", "none", "--expectation", "None")
    assert run("report", "duo.csv", QUICK, *arguments)[0] == 0
    page = text_of("servqual-report.html")
    assert "<h3>Perceptions</h3>" in page
    assert "<h3>Gaps</h3>" not in page
    assert "weighted by" not in page


def test_data_that_are_recoded_already(run, duo):
    instrument = sq.read_instrument("duo.toml")
    gaps = {}
    for flag, reverse in (("--no-reverse", False), (None, True)):
        arguments = ["report", "duo.csv", QUICK, "--instrument", "duo.toml"]
        arguments += ["--importance", "none"]
        code, *_ = run(*arguments, *([flag] if flag else []))
        assert code == 0
        responses = sq.Responses.from_frame(duo, instrument, importance=None, reverse=reverse)
        gap = sq.gap_scores(responses).to_frame()["gap"].iloc[1]
        gaps[reverse] = f"{gap:.2f}".replace("-", "−")
        cells = Cells("servqual-report.html").cells
        row = cells[cells.index("2") :]
        assert row[6] == gaps[reverse]
    assert gaps[True] != gaps[False]


def test_the_report_goes_on_where_an_analysis_cannot_be_done(run, duo):
    code, out, errors = run("report", "duo.csv", "--instrument", "duo.toml")
    assert (code, out, errors) == (0, "servqual-report.html (n = 3 of 3 respondents)\n", "")
    page = text_of("servqual-report.html")
    reason = "2 factors of 3 items leave -2 degrees of freedom, so they are not identified."
    assert page.index("This could not be computed:") < page.index(reason)
    assert "<h3>Importance and performance: items</h3>" in page


def test_report_for_word(run, bank):
    docx = needs("docx")
    code, out, _ = run(
        *("report", bank, "--instrument", "servqual-1991", *POINTS, "--language", "zh"),
        *("-o", "bank.docx"),
    )
    assert (code, out) == (0, "bank.docx (n = 480 of 480 respondents)\n")
    document = docx.Document("bank.docx")
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings == [
        *("摘要", "调查", "得分", "信度", "因子", "结构方程模型"),
        *("差距检验", "改进优先次序", "计算方法"),
    ]
    assert len(document.inline_shapes) == 5


def test_items_not_asked_and_codes_for_not_applicable(run, duo):
    duo = duo.drop(columns=["E3", "P3"]).astype({"P1": object})
    duo.loc[0, "P1"] = "does not apply"
    duo.loc[1, "E1"] = -9
    duo.to_csv("duo.csv", index=False)
    code, _, errors = run(
        *("report", "duo.csv", "--instrument", "duo.toml", "--importance", "none"),
        *("--not-asked", "3", "--not-applicable", "-9", "does not apply", "--scores-only"),
    )
    assert (code, errors) == (0, "")
    page = text_of("servqual-report.html")
    assert "Not asked: 3." in page
    assert "2 answers say that the item does not apply" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--perception", "Q{}"], "22 of 22 perception columns are missing from the frame"),
        (["--instrument", "nosuch"], "There is no bundled instrument 'nosuch'"),
        (["--missing", "raise"], "answers are missing and missing='raise' was asked for"),
        (["--weights", "weight"], "weight columns are missing"),
        (["--not-asked", "23"], "has no item '23'"),
        (["--profile", "brnch"], "Did you mean 'branch'?"),
        (["--perception", "none"], "There is nothing to report without the role perception"),
        (["--instrument", "broken.toml"], "broken.toml is not valid TOML"),
        (["--minimum", "X{}"], "has no such role"),
    ],
)
def test_what_is_refused_has_code_1(run, bank, arguments, said):
    Path("broken.toml").write_text("name = ", encoding="utf-8")
    code, out, errors = run("report", bank, "--instrument", "servqual-1991", *arguments)
    assert (code, out) == (1, "")
    assert errors.splitlines()[-1].startswith("Error: ")
    assert said in errors
    assert not Path("servqual-report.html").exists()


@pytest.mark.parametrize(
    ("file", "arguments", "said"),
    [
        ("bnk.csv", [], "There is no file 'bnk.csv'. Did you mean 'bank.csv' or 'bank.doc'?"),
        ("bank.doc", [], "bank.doc is of no kind that can be read"),
        ("empty.csv", [], "empty.csv is empty"),
        (".", [], "'.' is a folder"),
        ("bank.csv", ["--instrument", "own.toml"], "own.toml"),
        ("bank.csv", ["-o", "nowhere/x.html"], "There is no folder 'nowhere' to write x.html"),
        ("bank.csv", ["-o", "."], "is a folder"),
        ("bank.csv", ["--sheet", "Data"], "bank.csv is no Excel file"),
    ],
)
def test_what_cannot_be_read_or_written_has_code_2(run, bank, file, arguments, said):
    Path("empty.csv").touch()
    Path("bank.doc").write_text("E1", encoding="utf-8")
    code, out, errors = run("report", file, "--instrument", "servqual-1991", *POINTS, *arguments)
    assert (code, out) == (2, "")
    assert errors.splitlines()[-1].startswith("Error: ")
    assert said in errors


@pytest.mark.parametrize(("package", "extra"), [("jinja2", "report"), ("matplotlib", "plot")])
def test_missing_package_has_code_2(run, bank, monkeypatch, package, extra):
    monkeypatch.setitem(sys.modules, package, None)
    code, out, errors = run("report", bank, "--instrument", "servqual-1991", *POINTS)
    assert (code, out) == (2, "")
    assert f"pip install 'servqual[{extra}]'" in errors


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["report"],
        ["report", "bank.csv"],
        ["report", "bank.csv", "--instrument", "nps", "--language", "fr"],
        ["report", "bank.csv", "--instrument", "nps", "--missing", "some"],
        ["report", "bank.csv", "--instrument", "nps", "--lang", "en"],
        ["report", "bank.csv", "--instrument", "nps", "-o", "x.pdf"],
        ["publish"],
    ],
)
def test_wrong_usage_has_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m servqual" in capsys.readouterr().err


def test_the_same_warning_is_told_once(run, folder):
    library = sq.load_dataset("library")
    answers = library.columns[2:]
    library[answers] = library[answers].replace(0, 5).fillna(5)
    library.loc[7, "PAS1"] = None
    library.to_csv("library.csv", index=False)
    code, _, errors = run("report", "library.csv", "--instrument", "libqual-2004", QUICK)
    assert code == 0
    assert errors == (
        "Warning: 1 of 220 respondents left items unanswered and are left out "
        "(missing='listwise').\n"
    )


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("instruments", sq.list_instruments()["name"]),
        ("datasets", sq.list_datasets()["name"]),
    ],
)
def test_lists_name_everything_that_is_bundled(command, names, capsys):
    assert main([command]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [name for line, name in zip(lines, names, strict=True) if name in line.split()] == [
        *names
    ]


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"servqual {sq.__version__}\n"


def test_many_respondents(run, folder):
    pd.concat([BANK] * 10).to_csv("many.csv", index=False)
    code, out, _ = run("report", "many.csv", "--instrument", "servqual-1991", *POINTS, QUICK)
    assert (code, out) == (0, "servqual-report.html (n = 4,800 of 4,800 respondents)\n")
