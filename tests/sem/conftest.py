"""The models and data of the reference files."""

import json
from pathlib import Path

import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "reference"
CFA = """
TAN =~ G1+G2+G3+G4
REL =~ G5+G6+G7+G8+G9
RES =~ G10+G11+G12+G13
ASS =~ G14+G15+G16+G17
EMP =~ G18+G19+G20+G21+G22
"""
OUTCOMES = """
SAT =~ SAT1+SAT2+SAT3
LOY =~ LOY1+LOY2+LOY3
"""
SEM = f"""{CFA}{OUTCOMES}
SAT ~ TAN+REL+RES+ASS+EMP
LOY ~ SAT+REL+EMP
"""
SECOND_ORDER = f"""{CFA}{OUTCOMES}
SQ =~ TAN+REL+RES+ASS+EMP
SAT ~ SQ
LOY ~ SAT+SQ
"""
INDIRECT = f"""{CFA}{OUTCOMES}
SAT ~ a1*TAN+a2*REL+a3*RES+a4*ASS+a5*EMP
LOY ~ b*SAT+c2*REL+c5*EMP
ind_TAN := a1*b
ind_REL := a2*b
ind_RES := a3*b
ind_ASS := a4*b
ind_EMP := a5*b
tot_REL := a2*b+c2
tot_EMP := a5*b+c5
"""
MODELS = {"cfa": CFA, "sem": SEM, "so": SECOND_ORDER, "indirect": INDIRECT}


@pytest.fixture(scope="session")
def gaps():
    """300 complete rows of gaps and outcomes."""
    return pd.read_csv(REFERENCE / "gaps_300.csv")


@pytest.fixture(scope="session")
def gaps_with_blanks():
    """The same with 10 % of the answers missing at random."""
    return pd.read_csv(REFERENCE / "gaps_300_miss.csv")


@pytest.fixture(scope="session")
def reference():
    """Read a file of R's output by name."""

    def read(name):
        return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))

    return read
