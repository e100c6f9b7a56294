"""The project's own files agree with one another."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import servqual
from servqual._lazy import EXTRAS
from tests.helpers import needs

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CORE = PYPROJECT["project"]["dependencies"]
OPTIONAL = PYPROJECT["project"]["optional-dependencies"]
# Where a module is called otherwise than the package that brings it.
DISTRIBUTIONS = {"docx": "python-docx"}
USER_EXTRAS = ("plot", "stats", "sem", "io", "report")


def package_and_minimum(requirement: str) -> tuple[str, str]:
    found = re.fullmatch(r"([a-z0-9-]+)>=([0-9.]+)", requirement)
    assert found, f"{requirement!r} does not declare a minimum as NAME>=VERSION"
    return found[1], found[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_citation_is_valid():
    needs("cffconvert")
    run = subprocess.run(
        [sys.executable, "-c", "from cffconvert.cli.cli import cli; cli()", "--validate"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Citation metadata are valid according to schema version 1.2.0." in run.stdout


def test_version_is_the_same_everywhere():
    cited = re.findall(r"^version: (.+)$", read("CITATION.cff"), flags=re.MULTILINE)
    newest_change = re.findall(r"^## (\S+)", read("CHANGELOG.md"), flags=re.MULTILINE)[0]
    assert cited == [servqual.__version__]
    assert newest_change == servqual.__version__


def test_license_is_the_same_everywhere():
    assert PYPROJECT["project"]["license"] == "BSD-3-Clause"
    assert "license: BSD-3-Clause\n" in read("CITATION.cff")
    assert read("LICENSE").startswith("BSD 3-Clause License\n")


def test_lowest_pins_are_the_declared_minimums():
    used = [*CORE, *OPTIONAL["test"]]
    for extra in USER_EXTRAS:
        used += OPTIONAL[extra]
    declared = {package_and_minimum(requirement) for requirement in used}
    lines = read("tests/lowest-versions.txt").splitlines()
    pinned = [tuple(line.split("==")) for line in lines if line and not line.startswith("#")]
    assert sorted(pinned) == sorted(declared)


def test_all_is_the_union_of_the_user_extras():
    assert OPTIONAL["all"] == [f"servqual[{','.join(USER_EXTRAS)}]"]
    assert set(OPTIONAL) == {*USER_EXTRAS, "all", "test", "docs", "dev"}


@pytest.mark.parametrize(("module", "extra"), EXTRAS.items())
def test_lazy_modules_are_installed_by_the_extra_they_name(module: str, extra: str):
    packages = {package_and_minimum(requirement)[0] for requirement in OPTIONAL[extra]}
    assert DISTRIBUTIONS.get(module, module) in packages


def test_lazy_modules_are_banned_at_module_level():
    tidy = PYPROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]
    assert set(EXTRAS) <= set(tidy["banned-module-level-imports"])


def test_make_alone_lists_every_target():
    targets = set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), flags=re.MULTILINE))
    run = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = dict(re.findall(r"^  make (\S+) +(.+)$", run.stdout, flags=re.MULTILINE))
    assert set(listed) == targets
    assert targets == {
        *("help", "report", "test", "test-core", "test-lowest", "lint", "type"),
        *("docs", "notebooks", "bench", "reference", "clean"),
    }


def test_package_is_marked_as_typed():
    assert (ROOT / "servqual" / "py.typed").is_file()
