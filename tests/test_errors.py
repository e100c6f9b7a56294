"""Errors, warnings, suggestions, and packages that are not installed."""

import importlib
import warnings

import pytest

import servqual as sq
from servqual import errors
from servqual._lazy import EXTRAS, require
from servqual.errors import nearest, shortened, warn


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("InstrumentError", ValueError),
        ("ResponseError", ValueError),
        ("ModelError", ValueError),
        ("DatasetError", ValueError),
        ("ConvergenceError", RuntimeError),
    ],
)
def test_every_error_is_ours_and_pythons(name, builtin):
    error = getattr(sq, name)
    assert issubclass(error, sq.ServqualError)
    assert issubclass(error, builtin)
    assert getattr(errors, name) is error


@pytest.mark.parametrize(
    "name", ["MissingResponseWarning", "AdmissibilityWarning", "SmallSampleWarning"]
)
def test_every_warning_can_be_silenced_alone_or_with_all_of_ours(name):
    category = getattr(sq, name)
    assert issubclass(category, sq.ServqualWarning)
    assert issubclass(category, UserWarning)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category)
        warn("not shown", category)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sq.ServqualWarning)
        warn("not shown", category)
    with pytest.warns(category, match="shown"):
        warn("shown", category)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, ""),
        (1, "0"),
        (5, "0, 1, 2, 3, 4"),
        (6, "0, 1, 2, 3, 4 and 1 more"),
        (1505, "0, 1, 2, 3, 4 and 1,500 more"),
    ],
)
def test_at_most_five_offenders_are_named(count, expected):
    assert shortened(range(count)) == expected


def test_offenders_are_named_as_python_writes_them():
    assert shortened(["a'b", "c\nd", 1]) == "\"a'b\", 'c\\nd', 1"


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("expectaton", ["expectation", "importance"], " Did you mean 'expectation'?"),
        ("E1", ["E10", "E2", "E11"], " Did you mean 'E11' or 'E10'?"),
        ("zzz", ["expectation"], ""),
        ("", ["expectation"], ""),
        ("x", [], ""),
        (19, [18, 191], " Did you mean '191'?"),
        (None, ["None"], " Did you mean 'None'?"),
    ],
)
def test_the_nearest_names_are_suggested(name, known, expected):
    assert nearest(name, known) == expected


def run_in(path, call, *arguments):
    """Call a function from code that seems to stand in a file of that path."""
    code = compile("def here():\n    call(*arguments)\n", str(path), "exec")
    names = {"call": call, "arguments": arguments}
    exec(code, names)
    return names["here"]


def test_a_warning_points_at_the_callers_line():
    with pytest.warns(sq.SmallSampleWarning, match="few") as caught:
        warn("few", sq.SmallSampleWarning)
    assert [one.filename for one in caught] == [__file__]


def test_a_warning_passes_over_the_package_and_nothing_else():
    package = errors.__file__.removesuffix("errors.py")
    inside = run_in(f"{package}scores/gaps.py", warn, "few", sq.SmallSampleWarning)
    beside = run_in(f"{package.rstrip('/')}-study/run.py", inside)
    with pytest.warns(sq.SmallSampleWarning, match="few") as caught:
        inside()
    assert caught[0].filename == __file__
    with pytest.warns(sq.SmallSampleWarning, match="few") as caught:
        beside()
    assert caught[0].filename.endswith("-study/run.py")
    assert caught[0].lineno == 2


@pytest.mark.parametrize(("package", "extra"), EXTRAS.items())
@pytest.mark.parametrize("part", ["", ".submodule"])
def test_a_missing_package_names_its_extra(monkeypatch, package, extra, part):
    def absent(name):
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(ModuleNotFoundError) as caught:
        require(package + part)
    assert caught.value.name == package
    assert f"needs the package {package!r}" in str(caught.value)
    assert f"pip install 'servqual[{extra}]'" in str(caught.value)


def test_a_package_that_is_broken_is_not_called_missing(monkeypatch):
    def broken(name):
        raise ModuleNotFoundError("No module named 'kiwisolver'", name="kiwisolver")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'kiwisolver'$"):
        require("matplotlib")


def test_a_package_of_no_extra_is_missing_as_python_says_it():
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'no_such_package'$"):
        require("no_such_package")


def test_what_is_installed_is_imported():
    assert require("json.decoder") is importlib.import_module("json.decoder")
