"""Scenarios of path models against importance maps and refits of repeated rows."""

import pickle

import numpy as np
import pytest

import servqual as sq
from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ModelError, ResponseError
from servqual.pls.questions.importance_map import importance_performance_map
from servqual.pls.resamples.bootstrap import bootstrap_pls
from servqual.resampling import resample_counts
from servqual.scenarios.supposing import what_if

MODEL = """
CARE =~ P1 + P2
SPEED <~ P3 + P4 + P5
SAT =~ sat
LOY =~ loy + rec
SAT ~ CARE + SPEED
LOY ~ SAT + CARE
"""
ENDS = {**{f"P{i}": (1, 7) for i in range(1, 6)}, "sat": (1, 7), "loy": (1, 7), "rec": (0, 10)}
FAST = {"n_resamples": 20, "seed": 2}


@pytest.fixture(scope="module")
def fitted(survey):
    return sq.fit_pls(MODEL, survey.drop(columns="w"))


def by_map(result, target, change):
    """Points of the target: importance of each indicator times its change, both on 0-100."""
    table = importance_performance_map(result, target, scale=ENDS).to_frame()
    importance = table.dropna().set_index("indicator")["importance"]
    return sum(
        importance[name] * 100 * by / (ENDS[name][1] - ENDS[name][0]) for name, by in change.items()
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_changes_are_importance_times_change_in_all_resamples(survey, fitted, weighted):
    result = sq.fit_pls(MODEL, survey, weights="w") if weighted else fitted
    change = {"P1": 0.5, "P4": -0.25, "sat": 0.1}
    found = what_if(result, change, scale=ENDS, **FAST)
    table = found.to_frame().set_index("name")
    for target in ("SAT", "LOY"):
        own = {name: by for name, by in change.items() if (target, name) != ("SAT", "sat")}
        own_part = 100 * 0.1 / 6 if target == "SAT" else 0.0
        expected = by_map(result, target, own) + own_part
        assert table.loc[target, "change"] == pytest.approx(expected, abs=1e-10)
        mapped = importance_performance_map(result, target, scale=ENDS)
        assert table.loc[target, "now"] == pytest.approx(mapped.target_performance, abs=1e-10)
    counts = next(resample_counts(len(survey), 20, 2)).astype(int)
    for b in (0, 11):
        rows = np.repeat(np.arange(len(survey)), counts[b])
        again = sq.fit_pls(MODEL, survey.iloc[rows], weights="w" if weighted else None)
        expected = by_map(again, "LOY", change)
        assert found.draws().loc[b, "LOY"] == pytest.approx(expected, abs=1e-7)


def test_links_are_paths_in_points(fitted):
    found = what_if(fitted, {"CARE": 0.5}, scale=ENDS, **FAST).links
    assert list(zip(found["lhs"], found["rhs"], strict=True)) == [
        ("SAT", "CARE"),
        ("SAT", "SPEED"),
        ("LOY", "SAT"),
        ("LOY", "CARE"),
    ]
    points = importance_performance_map(fitted, "SAT", scale=ENDS).to_frame().set_index("construct")
    care = points.loc["CARE"].iloc[0]
    assert found["estimate"].iloc[0] == pytest.approx(care["importance"], abs=1e-10)
    assert (found["ci_low"] < found["estimate"]).all()
    assert (found["estimate"] < found["ci_high"]).all()


def test_a_construct_stands_for_its_indicators(fitted):
    whole = what_if(fitted, {"CARE": 0.5}, scale=ENDS, **FAST).to_frame()
    each = what_if(fitted, {"P1": 0.5, "P2": 0.5}, scale=ENDS, **FAST).to_frame()
    np.testing.assert_allclose(whole["change"], each["change"], atol=1e-12)
    care = whole.set_index("name").loc["CARE"]
    assert care["change"] == pytest.approx(100 * 0.5 / 6)
    assert care["unit"] == "index points"


@pytest.mark.parametrize(
    "paths", ["SAT ~ CARE + SPEED + CARE:SPEED", "QUAL =~ CARE + SPEED\nSAT ~ QUAL"]
)
def test_products_and_second_order_constructs(survey, paths):
    model = f"CARE =~ P1 + P2\nSPEED =~ P3 + P4\nSAT =~ sat + loy\n{paths}"
    result = sq.fit_pls(model, survey)
    found = what_if(result, {"P1": 0.5, "P4": 0.2}, scale=(1, 7), **FAST)
    table = importance_performance_map(result, "SAT", scale=(1, 7)).to_frame()
    importance = table.set_index("indicator")["importance"]
    expected = (importance["P1"] * 0.5 + importance["P4"] * 0.2) * 100 / 6
    last = found.to_frame().iloc[-1]
    assert last["name"] == "SAT"  # at the end of the chain, wherever the model measures it
    assert last["change"] == pytest.approx(expected, abs=1e-10)
    assert ("moderator" in " ".join(found.notes())) == ("CARE:SPEED" in paths)
    assert found.draws()["SAT"].std() > 0
    with pytest.raises(ResponseError, match=r"no indicator or construct 'CAR' to change\."):
        what_if(result, {"CAR": 0.5}, scale=(1, 7), **FAST)


def test_without_a_scale_the_answers_bound_the_changes(fitted, survey):
    found = what_if(fitted, {"P1": 0.5}, **FAST)
    assert any("lowest and the highest answers of these data" in one for one in found.notes())
    with pytest.raises(ResponseError, match=f"scale of 1 to {survey['P1'].max():g}"):
        what_if(fitted, {"P1": 5}, **FAST)


def test_answers_that_were_replaced_are_said(survey):
    holed = survey.assign(P1=survey["P1"].where(survey.index > 3))
    with pytest.warns(MissingResponseWarning):
        result = sq.fit_pls(MODEL, holed, missing="mean")
    found = what_if(result, {"P1": 0.5}, scale=ENDS, **FAST)
    assert any(note.startswith("4 missing answers were replaced") for note in found.notes())


def test_models_whose_items_make_up_nothing_are_refused(survey, fitted):
    with pytest.raises(ModelError, match=r"loyalty=, direct= goes with scores"):
        what_if(fitted, {"P1": 0.5}, loyalty="loy", direct=False, **FAST)
    with pytest.raises(ModelError, match="Give the result of fit_pls"):
        what_if(bootstrap_pls(fitted, 10, 1, progress=False), {"P1": 0.5})
    structural = sq.fit_sem("Q =~ P3 + P4 + P5\nsat ~ Q", survey)
    with pytest.raises(ModelError, match="reflections of its factors"):
        what_if(structural, {"P3": 0.5})
    with (
        pytest.warns(AdmissibilityWarning, match="negative weights"),
        pytest.raises(ModelError, match="Recode them in the data"),
    ):
        what_if(fitted, {"P1": 0.5}, scale={**ENDS, "P1": (7, 1)}, **FAST)
    with pytest.raises(ResponseError, match="only their moments are at hand"):
        what_if(pickle.loads(pickle.dumps(fitted)), {"P1": 0.5}, scale=ENDS)
    with pytest.raises(TypeError, match="not from DataFrame"):
        what_if(survey, {"P1": 0.5})
