"""Tables of structural models: parameters under their kinds, fit side by side."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.sem.estimation import fit_sem
from servqual.sem.invariance.measurement import measurement_invariance
from servqual.sem.questions.fit_comparison import fit_table
from servqual.tables._model import build
from tests.tables.test_model import lines

GAPS = pd.read_csv(Path(__file__).parents[1] / "reference" / "gaps_300.csv")
MODEL = """tangibles =~ G1 + G2 + G3
SAT =~ SAT1 + SAT2 + SAT3
SAT ~ a*tangibles
LOY1 ~ b*SAT
SAT1 ~~ SAT2
indirect := a*b"""
BANK = sq.load_instrument("servqual-1991")


@pytest.fixture(scope="module")
def result():
    return fit_sem(MODEL, GAPS)


def test_parameters_stand_under_their_kinds(result):
    table = build(result, instrument=BANK)
    labels = [(row.indent, row.label) for row in table.rows]
    assert table.stub == "Parameter"
    assert labels[:4] == [
        (0, "Loadings"),
        *((1, f"Tangibles → {name}") for name in ("G1. Modern equipment",)),
        (1, "Tangibles → G2. Appealing facilities"),
        (1, "Tangibles → G3. Neat staff"),
    ]
    assert [label for indent, label in labels if indent == 0] == [
        *("Loadings", "Paths", "Defined effects", "Covariances"),
        "Variances and residual variances",
    ]
    assert (1, "Tangibles → SAT") in labels
    assert (1, "indirect = a*b") in labels
    assert (1, "SAT1 ↔ SAT2") in labels
    assert (1, "LOY1") in labels
    assert len(labels) == len(result.parameters) + 5
    assert [column.name for column in table.columns] == [
        *("estimate", "se", "z", "p_value", "ci", "std_all"),
    ]


def test_figures_are_those_of_the_result(result):
    rows = {row.label: row for row in build(result).rows}
    frame = result.parameters
    path = frame[frame["op"] == "~"].iloc[0]
    cells = rows["tangibles → SAT"].cells
    assert [cell.numbers for cell in cells] == [
        *((path[name],) for name in ("estimate", "se", "z", "p_value")),
        (path["ci_low"], path["ci_high"]),
        (path["std_all"],),
    ]
    assert cells[0].text == f"{path['estimate']:.2f}"
    assert cells[5].text == f"{path['std_all']:.2f}".removeprefix("0")


def test_a_fixed_parameter_has_no_test(result):
    (marker,) = [row for row in build(result).rows if row.label == "tangibles → G1"]
    texts = [cell.text for cell in marker.cells]
    assert texts[:5] == ["1.00", "", "", "", ""]
    assert texts[5].startswith(".")


def test_what_is_left_out_can_be_asked_for(result):
    table = build(result, columns=["estimate", "std_lv", "std_all_se"])
    assert [column.name for column in table.columns] == ["estimate", "std_lv", "std_all_se"]


def test_groups_stand_one_after_the_other():
    frame = GAPS.assign(half=np.arange(300) % 2)
    table = build(fit_sem("SAT =~ SAT1 + SAT2 + SAT3", frame, group="half"))
    heads = [row.label for row in table.rows if row.heads]
    kinds = ("Loadings", "Variances and residual variances", "Intercepts and means")
    assert heads == [f"{group}: {kind}" for group in (0, 1) for kind in kinds]


def test_fit_has_three_decimals(result):
    other = fit_sem(MODEL.replace("SAT1 ~~ SAT2\n", ""), GAPS)
    table = build(fit_table(result, other, names=["with", "without"]))
    names = [column.name for column in table.columns]
    first = dict(zip(names, lines(table)[0][2:], strict=True))
    fit = result.fit
    assert lines(table)[0][1] == "with"
    assert first["n"] == "300"
    assert first["df"] == f"{fit['df']:.0f}"
    assert first["chi2"] == f"{fit['chi2']:.2f}"
    assert first["rmsea_ci"] == "[{}, {}]".format(
        *(f"{fit[f'rmsea_ci_{end}']:.3f}".removeprefix("0") for end in ("low", "high"))
    )
    assert first["srmr"] == f"{fit['srmr']:.3f}".removeprefix("0")


@pytest.fixture(scope="module")
def branches():
    bank = sq.load_dataset("bank").dropna()
    model = "tangibles =~ P1 + P2 + P3 + P4"
    kinds = {"ML": ("configural", "metric", "strict"), "MLR": ("configural", "scalar")}
    return {
        how: measurement_invariance(model, bank, "branch", how, levels=levels)
        for how, levels in kinds.items()
    }


def test_levels_show_what_papers_report(branches):
    table = build(branches["ML"])
    assert [row.label for row in table.rows] == ["configural", "metric", "strict"]
    assert [column.name for column in table.columns] == [
        *("chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_ci", "srmr"),
        *("d_chi2", "d_df", "d_p_value", "d_cfi", "d_rmsea", "d_srmr"),
    ]
    frame = branches["ML"].to_frame()
    cells = [cell.numbers for cell in table.rows[1].cells]
    row = frame.iloc[1]
    assert cells[:2] == [(row["chi2"],), (row["df"],)]
    assert cells[6] == (row["rmsea_ci_low"], row["rmsea_ci_high"])
    assert [cell.text for cell in table.rows[0].cells[-6:]] == [""] * 6
    assert [one.name for one in build(branches["ML"], columns=["aic"]).columns] == ["aic"]


def test_levels_of_robust_fits_show_the_corrected_figures(branches):
    table = build(branches["MLR"], language="zh")
    assert [column.name for column in table.columns] == [
        *("chi2_scaled", "df", "p_value_scaled", "cfi_robust", "tli_robust", "rmsea_robust"),
        *("rmsea_robust_ci", "srmr", "d_chi2_scaled", "d_df", "d_p_value_scaled"),
        *("d_cfi_robust", "d_rmsea_robust", "d_srmr"),
    ]
    assert table.stub == "层次"


def test_levels_stand_under_their_dimensions():
    bank = sq.load_dataset("bank").dropna()
    answers = sq.Responses.from_frame(bank, BANK)
    found = sq.expectation_perception_invariance(
        answers, dimensions=["tangibles", "empathy"], estimator="ML"
    )
    rows = [(row.indent, row.label) for row in build(found).rows]
    levels = [(1, name) for name in ("configural", "metric", "scalar", "strict")]
    assert rows == [(0, "Tangibles"), *levels, (0, "Empathy"), *levels, (0, "Whole scale"), *levels]
    assert build(found, language="zh").rows[0].label == BANK.label("tangibles", "zh")
