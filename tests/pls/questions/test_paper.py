"""The tables of a path model as papers print them."""

import numpy as np
import pandas as pd
import pytest

from servqual.datasets import load_dataset
from servqual.errors import ModelError
from servqual.pls.fitting.settings import PlsSettings
from servqual.pls.path_model import fit_pls
from servqual.pls.questions.paper import estimated, pls_tables
from servqual.pls.resamples.bootstrap import bootstrap_pls

MODEL = """
QUA =~ QUA1 + QUA2 + QUA3
VAL <~ VAL1 + VAL2
SAT =~ SAT1 + SAT2 + SAT3
SAT ~ QUA + VAL
complained ~ SAT
"""


@pytest.fixture(scope="module")
def mobile():
    return load_dataset("mobile").dropna()


@pytest.fixture(scope="module")
def model(mobile):
    return fit_pls(MODEL, mobile)


@pytest.fixture(scope="module")
def boot(model):
    return bootstrap_pls(model, 60, seed=1, confidence=0.9, progress=False)


def frames(*given):
    return [one.to_frame() for one in pls_tables(*given)]


def test_tables_stand_in_the_order_of_papers(model, boot):
    captions = [
        "Measurement model",
        "Heterotrait-monotrait ratios (HTMT)",
        "Structural model of the paths",
        "Total and indirect effects",
    ]
    assert [one.caption for one in pls_tables(model)] == captions
    assert [one.caption for one in pls_tables(model, boot)] == captions


def test_constructs_stand_over_their_indicators(model):
    frame = frames(model)[0]
    assert list(frame.columns) == [
        *("construct", "indicator", "loading", "weight", "vif", "alpha", "rho_a", "rho_c", "ave"),
    ]
    rows = list(zip(frame["construct"], frame["indicator"], strict=True))
    assert rows[:5] == [*(("QUA", one) for one in ("", "QUA1", "QUA2", "QUA3")), ("VAL", "")]
    assert rows[-2:] == [("complained", ""), ("complained", "complained")]
    own = frame[frame["indicator"] != ""]
    np.testing.assert_array_equal(own["loading"], model.loadings["estimate"])
    np.testing.assert_array_equal(own["weight"], model.weights["estimate"])
    heads = frame[frame["indicator"] == ""]
    expected = model.reliability[["alpha", "rho_a", "rho_c", "ave"]]
    np.testing.assert_array_equal(heads[list(expected)], expected)
    outer = model.vif.query("kind == 'outer'")
    held = own.set_index(["construct", "indicator"])["vif"]
    assert held[list(zip(outer["lhs"], outer["rhs"], strict=True))].tolist() == list(outer["vif"])
    assert np.isnan(held["complained", "complained"])


def test_intervals_stand_beside_what_they_are_of(model, boot):
    frame = frames(model, boot)[0]
    assert list(frame.columns[2:8]) == [
        *("loading", "loading_ci_low", "loading_ci_high"),
        *("weight", "weight_ci_low", "weight_ci_high"),
    ]
    own = frame[(frame["indicator"] != "") & (frame["construct"] != "complained")]
    ends = boot.loadings.iloc[:-1]
    np.testing.assert_array_equal(own["loading_ci_high"], ends["ci_high"])
    np.testing.assert_array_equal(own["weight_ci_low"], boot.weights.iloc[:-1]["ci_low"])
    # One indicator is its construct: nothing is estimated there.
    assert frame.iloc[-1][["loading_ci_low", "weight_ci_high"]].isna().all()


def test_what_does_not_vary_over_resamples_has_no_interval():
    frame = pd.DataFrame({"ci_low": [1.0, 0.2], "ci_high": [1.0, 0.4], "estimate": [1.0, 0.3]})
    assert estimated(frame)["ci_low"].isna().tolist() == [True, False]
    assert estimated(frame)["estimate"].tolist() == [1.0, 0.3]


def test_ratios_are_a_triangle_or_have_intervals(model, boot):
    square = frames(model)[1]
    names = ["QUA", "VAL", "SAT", "complained"]
    assert square["construct"].tolist() == names
    assert list(square.columns) == ["construct", *names[:-1]]
    held = square.set_index("construct")
    assert held.loc["SAT", "QUA"] == model.htmt.loc["SAT", "QUA"]
    assert held.notna().to_numpy().sum() == 6
    assert held.loc["QUA"].isna().all()
    pairs = frames(model, boot)[1]
    assert pairs["variables"].iloc[0] == "VAL <-> QUA"
    np.testing.assert_array_equal(pairs["ci_low"], boot.htmt["ci_low"])
    np.testing.assert_allclose(pairs["htmt"].iloc[0], model.htmt.loc["VAL", "QUA"], rtol=1e-12)


def test_outcomes_stand_over_their_predictors(model, boot):
    for frame in (frames(model)[2], frames(model, boot)[2]):
        heads = frame[frame["predictor"] == ""]
        assert heads["construct"].tolist() == ["SAT", "complained"]
        np.testing.assert_array_equal(heads["r2"], model.r_squared["r2"])
        rows = frame[frame["predictor"] != ""]
        paths = model.paths.set_index(["lhs", "rhs"])
        keys = list(zip(rows["construct"], rows["predictor"], strict=True))
        assert keys == [("SAT", "QUA"), ("SAT", "VAL"), ("complained", "SAT")]
        expected = paths.loc[keys, ["estimate", "f_squared", "vif"]]
        np.testing.assert_array_equal(rows[["estimate", "f_squared", "vif"]], expected)
    tests = ["se", "t", "p_value", "ci_low", "ci_high"]
    np.testing.assert_array_equal(rows[tests], boot.paths[tests])


def test_effects_are_total_then_indirect_then_specific(model, boot):
    for frame in (frames(model)[3], frames(model, boot)[3]):
        assert list(dict.fromkeys(frame["kind"])) == ["total", "indirect", "specific"]
        held = frame.set_index(["kind", "way"])["estimate"]
        paths = model.paths.set_index(["lhs", "rhs"])["estimate"]
        through = paths["SAT", "QUA"] * paths["complained", "SAT"]
        np.testing.assert_allclose(held["specific", "QUA -> SAT -> complained"], through, rtol=1e-9)
        np.testing.assert_allclose(held["total", "QUA -> complained"], through, rtol=1e-9)


def test_notes_stand_once(model, boot):
    measurement, ratios, structure, effects = pls_tables(model, boot)
    titles = (model.title(), boot.title())
    assert measurement.notes() == ratios.notes() == effects.notes() == titles
    assert set(structure.notes()) == {*titles, *model.notes(), *boot.notes()}
    assert {one.confidence for one in pls_tables(model, boot)} == {0.9}
    assert "PLS 路径模型" in measurement.notes("zh")[0]


def test_both_stages_of_a_second_order_model(mobile):
    text = "Q =~ Q1 + Q2; Q1 =~ QUA1 + QUA2; Q2 =~ VAL1 + VAL2; S =~ SAT1 + SAT2; S ~ Q"
    model = fit_pls(text, mobile)
    measurement, parts, whole, *_ = pls_tables(model)
    frame = measurement.to_frame()
    heads = frame.loc[frame["indicator"] == "", "construct"].tolist()
    assert sorted(heads) == ["Q", "Q1", "Q2", "S"]
    assert not frame.duplicated(["construct", "indicator"]).any()
    assert frame.query("construct == 'Q'")["indicator"].tolist() == ["", "Q1", "Q2"]
    assert set(parts.to_frame()["construct"]) == {"Q1", "Q2", "S"}
    assert set(whole.to_frame()["construct"]) == {"Q", "S"}
    boot = bootstrap_pls(model, 20, seed=1, progress=False)
    resampled = pls_tables(model, boot)[0].to_frame()
    assert resampled["loading_ci_low"].notna().sum() == 8


def test_a_bootstrap_of_another_model_is_refused(mobile, model, boot):
    other = fit_pls(MODEL.replace("complained ~ SAT", "complained ~ QUA"), mobile)
    with pytest.raises(ModelError, match="of another model or of other answers"):
        pls_tables(other, boot)
    with pytest.raises(ModelError, match="of another model or of other answers"):
        pls_tables(fit_pls(MODEL, mobile.iloc[1:]), boot)


@pytest.mark.filterwarnings("ignore::servqual.errors.AdmissibilityWarning")
def test_nothing_is_printed_of_a_model_that_did_not_converge(mobile):
    model = fit_pls(MODEL, mobile, settings=PlsSettings(max_iterations=1))
    assert not model.converged
    with pytest.raises(ModelError, match="did not converge"):
        pls_tables(model)
