"""Fitted models that the tests of indices share."""

import pytest

import servqual as sq
from servqual.sem.construction.path_templates import load_path_template
from servqual.sem.estimation import fit_sem

ACSI = {
    "expectations": ["EXP1", "EXP2", "EXP3"],
    "quality": ["QUA1", "QUA2", "QUA3"],
    "value": ["VAL1", "VAL2"],
    "satisfaction": ["SAT1", "SAT2", "SAT3"],
    "complaints": "complained",
    "loyalty": ["LOY1", "LOY2", "LOY3"],
}
SHORT = "QUA =~ QUA1 + QUA2 + QUA3; SAT =~ SAT1 + SAT2 + SAT3; SAT ~ QUA; complained ~ SAT"


@pytest.fixture(scope="session")
def survey():
    """All customers, some of whom left items out."""
    return sq.load_dataset("mobile")


@pytest.fixture(scope="session")
def mobile(survey):
    """Those who answered everything."""
    return survey.dropna()


@pytest.fixture(scope="session")
def acsi_text():
    return load_path_template("acsi").text(**ACSI)


@pytest.fixture(scope="session")
def acsi(acsi_text, mobile):
    return fit_sem(acsi_text, mobile)


@pytest.fixture(scope="session")
def short(mobile):
    """Quality, satisfaction and whether they complained."""
    return fit_sem(SHORT, mobile)


@pytest.fixture(scope="session")
def scales():
    return {name: (0, 1) if name == "complaints" else (1, 10) for name in ACSI}
