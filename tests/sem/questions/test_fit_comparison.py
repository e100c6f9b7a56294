from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from servqual.sem.estimation import fit_sem
from servqual.sem.questions.fit_comparison import fit_table

GAPS = pd.read_csv(Path(__file__).parents[2] / "reference" / "gaps_300.csv")
TWO = "SAT =~ SAT1 + SAT2 + SAT3\nLOY =~ LOY1 + LOY2 + LOY3"
ONE = "ALL =~ LOY1 + LOY2 + LOY3 + SAT1 + SAT2 + SAT3"


@pytest.fixture(scope="module")
def fits():
    return fit_sem(TWO, GAPS), fit_sem(ONE, GAPS)


def test_one_row_a_model_in_order(fits):
    table = fit_table(*fits, names=["two factors", "one factor"])
    frame = table.to_frame()
    assert frame["model"].tolist() == ["two factors", "one factor"]
    assert frame["n"].tolist() == [300, 300]
    for name in frame.columns.drop(["model", "n"]):
        assert frame[name].tolist() == [one.fit[name] for one in fits], name
    assert list(frame) == [
        *("model", "n", "chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_ci_low"),
        *("rmsea_ci_high", "srmr", "aic", "bic"),
    ]
    assert table.title() == "Fit of 2 models"
    frame.loc[0, "chi2"] = 0
    assert table.to_frame().loc[0, "chi2"] == fits[0].fit["chi2"]


def test_models_have_numbers_by_default(fits):
    assert fit_table(*fits).names == ("Model 1", "Model 2")


def test_robust_indices_stand_where_a_model_has_them(fits):
    robust = fit_sem(TWO, GAPS, "MLR")
    frame = fit_table(fits[0], robust).to_frame()
    assert np.isnan(frame.loc[0, "chi2_scaled"])
    assert frame.loc[1, "chi2_scaled"] == robust.fit["chi2_scaled"]
    assert frame.loc[1, "rmsea_robust_ci_high"] == robust.fit["rmsea_ci_high_robust"]
    assert frame.loc[0, "chi2"] == frame.loc[1, "chi2"]


def test_same_variables_in_another_order_are_comparable(fits):
    table = fit_table(*fits)
    assert table.comparable
    assert not any("cannot be compared" in note for note in table.notes())


@pytest.mark.parametrize(
    ("model", "rows", "options"),
    [
        (TWO.replace(" + LOY3", " + G1"), slice(None), {}),
        (TWO, slice(0, 299), {}),
        (TWO, slice(None), {"means": True}),
    ],
    ids=["variables", "respondents", "means"],
)
def test_other_variables_or_respondents_are_said(fits, model, rows, options):
    table = fit_table(fits[0], fit_sem(model, GAPS[rows], **options))
    assert not table.comparable
    assert table.notes()[0].startswith("The models explain different variables")


def test_other_answers_of_the_same_number_are_not_the_same_respondents(fits):
    shuffled = GAPS.assign(SAT1=GAPS["SAT1"].to_numpy()[::-1])
    assert not fit_table(fits[0], fit_sem(TWO, shuffled)).comparable


def test_bad_input_is_refused(fits):
    with pytest.raises(TypeError, match="there is none"):
        fit_table()
    with pytest.raises(TypeError, match="wants results of fit_sem, not str"):
        fit_table("CFA")
    with pytest.raises(ValueError, match="2 models, but 1 names"):
        fit_table(*fits, names=["a"])
    with pytest.raises(ValueError, match="one stands twice"):
        fit_table(*fits, names=["a", "a"])
    with pytest.raises(ValueError, match="names must list names"):
        fit_table(*fits, names="ab")
