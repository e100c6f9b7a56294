import json
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import ConvergenceError, ModelError
from servqual.moments import Moments
from servqual.sem.estimation import fit_sem
from servqual.sem.questions.modification import modification_indices
from tests.sem.fitted_models import REFERENCE, fit, fitted, frame, lavaan, one_factor

# What lavaan does not list: residual covariances with observed outcomes.
BEYOND = {
    "observed": {("TAN", "~~", "LOY1"), ("REL", "~~", "LOY1"), ("SAT1", "~~", "LOY1")},
}


def keyed(frame):
    """Index by what was freed; a covariance is the same from both sides."""
    sides = [
        (*sorted((lhs, rhs)), op, group) if op == "~~" else (lhs, rhs, op, group)
        for lhs, op, rhs, group in zip(frame.lhs, frame.op, frame.rhs, frame.group, strict=True)
    ]
    return frame.set_axis(pd.MultiIndex.from_tuples(sides))


def of_lavaan(name):
    listed = pd.read_csv(REFERENCE / "after_fit_modification.csv")
    listed = listed[listed.model == name]
    return listed.assign(group=listed.group.astype(str) if name == "groups" else "")


@pytest.mark.parametrize(
    "name",
    ["cfa", "sem", "fiml", "mimic", "observed", "fixed", "linear", "groups"],
)
def test_candidates_and_values_are_those_of_lavaan(name):
    found = modification_indices(fitted(name), information="expected").to_frame()
    plain = found[found.held.isin(["absent", "fixed"])]
    beyond = BEYOND.get(name, set())
    said = [row not in beyond for row in zip(plain.lhs, plain.op, plain.rhs, strict=True)]
    assert (~np.array(said)).sum() == len(beyond)
    ours, theirs = keyed(plain[said]), keyed(of_lavaan(name))
    assert set(ours.index) == set(theirs.index)
    theirs = theirs.loc[ours.index]
    # lavaan's solutions of the constrained models are its optimiser's, the others exact.
    tolerance = 2e-4 if name in ("fixed", "linear", "groups") else 1e-5
    for column, other in (
        ("mi", "mi"),
        ("epc", "epc"),
        ("sepc_lv", "sepc.lv"),
        ("sepc_all", "sepc.all"),
    ):
        np.testing.assert_allclose(ours[column], theirs[other], rtol=tolerance, atol=tolerance)


def test_the_twenty_largest():
    listed = json.loads((REFERENCE / "modindices_top20_300.json").read_text(encoding="utf-8"))
    found = modification_indices(fitted("cfa")).largest(20)
    theirs = keyed(pd.DataFrame(listed).assign(group=""))
    assert list(keyed(found).index) == list(theirs.index)
    np.testing.assert_allclose(found.mi, theirs.mi, atol=1e-3)
    np.testing.assert_allclose(found.epc, theirs.epc, atol=1e-3)


def test_equalities_are_released_as_lavaan_does():
    said = lavaan()["releases"]
    found = modification_indices(fitted("fixed")).to_frame()
    equal = found[found.held == "equal"]
    assert equal[["lhs", "rhs"]].to_numpy().tolist() == [["REL", "G8"]]
    assert equal.mi.iloc[0] == pytest.approx(said["fixed"][".p7. .p8."], rel=1e-4)
    assert equal.value.iloc[0] == pytest.approx(fitted("fixed").estimate("a"))

    found = modification_indices(fitted("linear")).to_frame().set_index("held")
    assert found.loc["constraint", "mi"] == pytest.approx(said["linear"]["b2+b3 2*b4"], rel=1e-4)
    assert found.loc["constraint", "op"] == "=="
    assert np.isnan(found.loc["constraint", "sepc_all"])
    of_label = found.loc["equal"].set_index("rhs")["mi"]
    assert of_label["G3"] == pytest.approx(said["linear"][".p2. .p3."], rel=1e-4)
    assert of_label["G4"] == pytest.approx(said["linear"][".p2. .p4."], rel=1e-4)


def test_equalities_across_groups():
    found = modification_indices(fitted("groups")).to_frame()
    equal = found[found.held == "equal"]
    said = list(lavaan()["releases"]["groups"].values())
    loadings = equal[equal.op == "=~"].mi.to_numpy()
    intercepts = equal[equal.op == "~1"].mi.to_numpy()
    np.testing.assert_allclose(loadings, said[:6], atol=2e-4)
    np.testing.assert_allclose(intercepts, said[6:], atol=2e-4)
    assert set(equal.group) == {"2"}


def test_a_released_constraint_changes_by_its_expected_change():
    """Freeing b2 + b3 == 2*b4 moves its sides apart by about the expected change."""
    result = fitted("linear")
    found = modification_indices(result).to_frame()
    epc = found.loc[found.held == "constraint", "epc"].iloc[0]
    freed = fit(result.model.replace("b2 + b3 == 2*b4", ""), frame())
    apart = freed.estimate("b2") + freed.estimate("b3") - 2 * freed.estimate("b4")
    assert epc == pytest.approx(apart, rel=0.15)


def test_freeing_the_largest_lowers_chi_square_by_about_it():
    result = fitted("cfa")
    found = modification_indices(result)
    row = found.largest(1).iloc[0]
    freed = fit(f"{result.model}\n{row.lhs} {row.op} {row.rhs}", frame())
    fall = result.fit["chi2"] - freed.fit["chi2"]
    assert fall == pytest.approx(row.mi, rel=0.08)
    assert fall > 6
    assert freed.estimate(f"{row.lhs} {row.op} {row.rhs}") == pytest.approx(row.epc, rel=0.15)


def test_a_small_change_is_foreseen_to_the_second_order():
    """A parameter fixed close to its estimate: the score test is the likelihood ratio."""
    free = fitted("cfa")
    value = free.estimate("TAN =~ G2")
    near = fit(free.model.replace("G2", f"{value + 1e-4}*G2", 1), frame())
    found = modification_indices(near).to_frame()
    row = found[(found.held == "fixed") & (found.rhs == "G2")].iloc[0]
    assert row.epc == pytest.approx(-1e-4, rel=0.03)
    assert row.mi == pytest.approx(near.fit["chi2"] - free.fit["chi2"], rel=0.03)


@given(st.lists(st.floats(-3, 3), min_size=5, max_size=5))
@settings(max_examples=8, deadline=None)
def test_indices_do_not_depend_on_units(powers):
    data = one_factor(3, extra=0.6)
    text = "f =~ x1 + x2 + x3 + x4 + x5"
    scaled = data * 10.0 ** np.array(powers)
    one, other = (modification_indices(fit(text, d)).to_frame() for d in (data, scaled))
    np.testing.assert_allclose(one.mi, other.mi, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(one.sepc_all, other.sepc_all, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("marker", ["x2", "x5"])
def test_indices_do_not_depend_on_the_marker(marker):
    data = one_factor(3, extra=0.6)
    one = modification_indices(fit("f =~ x1 + x2 + x3 + x4 + x5", data)).to_frame()
    text = "f =~ NA*x1 + x2 + x3 + x4 + x5".replace(marker, f"1*{marker}")
    moved = modification_indices(fit(text, data)).to_frame()
    free = modification_indices(fit("f =~ x1 + x2 + x3 + x4 + x5", data, std_lv=True)).to_frame()
    for other in (moved, free):
        assert one[["lhs", "rhs"]].equals(other[["lhs", "rhs"]])
        np.testing.assert_allclose(one.mi, other.mi, rtol=1e-7, atol=1e-10)
        np.testing.assert_allclose(one.sepc_all, other.sepc_all, rtol=1e-7, atol=1e-10)


def test_duplicating_the_rows_doubles_the_indices():
    data = one_factor(4, extra=0.5)
    text = "f =~ x1 + x2 + x3 + x4 + x5"
    one = modification_indices(fit(text, data)).to_frame()
    two = modification_indices(fit(text, pd.concat([data, data]))).to_frame()
    np.testing.assert_allclose(two.mi, 2 * one.mi, rtol=1e-7)
    np.testing.assert_allclose(two.epc, one.epc, rtol=1e-7)


def test_a_saturated_model_has_nothing_to_free():
    found = modification_indices(fit("f =~ x1 + x2 + x3", one_factor(1)))
    assert len(found.to_frame()) == 0
    assert found.n_equivalent == 4  # the marker, and three residual covariances
    assert found.title() == (
        "Modification indices: 0 candidates, n = 200, from the expected information"
    )
    assert len(found.notes()) == 2


def test_information_is_expected_but_for_missing_answers_and_said():
    found = modification_indices(fitted("fiml"))
    assert found.information == "observed"
    assert "from the observed information" in found.title()
    expected = modification_indices(fitted("fiml"), information="expected")
    off = np.abs(found.to_frame().mi - expected.to_frame().mi)
    assert 0.5 < off.max() < 3  # 1 in 10 answers is missing
    # The errors of MLR come from the observed information, but its indices do not.
    assert fitted("mlr").information == "observed"
    assert modification_indices(fitted("mlr")).information == "expected"
    robust = modification_indices(fitted("mlm"))
    assert robust.information == "expected"
    assert robust.to_frame().equals(modification_indices(fitted("cfa")).to_frame())
    assert any("MLM" in note for note in robust.notes())
    assert not any("estimator" in note for note in modification_indices(fitted("cfa")).notes())


def test_observed_and_expected_agree_where_the_model_fits():
    """At a perfect fit the observed second derivatives are the expected ones."""
    held = fitted("cfa").fitted
    names = held.data.names
    sigma = held.point.implied[0].sigma[0]
    moments = Moments(names=names, n=300, mean=np.zeros(len(names)), covariance=sigma * 300 / 299)
    result = fit_sem(fitted("cfa").model, moments)
    one = modification_indices(result, information="observed").to_frame()
    assert one.mi.max() < 1e-12
    assert result.fit["chi2"] < 1e-9


def test_order_is_that_of_the_model_and_the_largest_are_sorted():
    found = modification_indices(fitted("fixed"))
    table = found.to_frame()
    assert table[["lhs", "op", "rhs"]].iloc[:2].to_numpy().tolist() == [
        ["TAN", "=~", "G1"],
        ["TAN", "=~", "G2"],
    ]
    top = found.largest(4)
    assert top.mi.is_monotonic_decreasing
    assert top.mi.iloc[0] == table.mi.max()
    assert found.notes()[0].startswith("The largest is that of TAN ~~ REL: 24.30")
    table.loc[:, "mi"] = 0.0
    assert found.to_frame().mi.max() > 20


def test_moments_do_for_complete_rows():
    result = fitted("cfa")
    moments = Moments.from_frame(frame()[list(result.fitted.data.names)])
    found = modification_indices(fit_sem(result.model, moments)).to_frame()
    np.testing.assert_allclose(found.mi, modification_indices(result).to_frame().mi, atol=1e-8)


def test_a_pickle_does_for_complete_rows_only():
    again = pickle.loads(pickle.dumps(fitted("cfa")))
    assert (
        modification_indices(again)
        .to_frame()
        .equals(modification_indices(fitted("cfa")).to_frame())
    )
    with pytest.raises(ModelError, match="Fit the model to the answers again"):
        modification_indices(pickle.loads(pickle.dumps(fitted("fiml"))))


def test_a_model_that_did_not_converge_is_refused():
    with pytest.raises(ConvergenceError, match="did not converge"):
        modification_indices(replace(fitted("cfa"), converged=False))


def test_a_model_that_is_not_identified_has_no_indices_and_says_why():
    result = fitted("cfa")
    loose = "f =~ NA*x1 + x2 + x3 + x4 + x5"
    with pytest.warns(UserWarning, match="cannot tell"):
        result = fit(loose, one_factor(2))
    found = modification_indices(result)
    assert found.to_frame().mi.isna().all()
    assert "not positive definite" in found.problems[0]


def test_shown_in_chinese():
    found = modification_indices(fitted("fixed"))
    assert found.title("zh")
    assert len(found.notes("zh")) == len(found.notes())
