"""Models of E and P: what the texts say, against lavaan, and the identities of latent gaps."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import ModelError
from servqual.sem.construction.paired_templates import (
    expectation_perception_model,
    latent_congruence_model,
    latent_difference_model,
)
from servqual.sem.estimation import fit_sem
from servqual.sem.specification.table import build_table

REFERENCE = Path(__file__).parents[2] / "reference"
BY_R = json.loads((REFERENCE / "expectation_perception.json").read_text(encoding="utf-8"))
ABOUT = sq.load_instrument("servqual-1991")
LEVELS = ("configural", "metric", "scalar", "strict")


@pytest.fixture(scope="module")
def survey():
    return pd.read_csv(REFERENCE / "servqual_300.csv")


def fit(make, survey, level="scalar", **more):
    return fit_sem(make(ABOUT, level, dimensions="empathy", **more), survey)


@pytest.fixture(scope="module")
def difference(survey):
    return fit(latent_difference_model, survey)


@pytest.mark.parametrize("level", LEVELS)
def test_every_parameter_of_a_level_is_that_of_lavaan(level, survey):
    table = fit(expectation_perception_model, survey, level).parameters
    ours = table[table["op"] != ":="].set_index(["lhs", "op", "rhs"])["estimate"]
    theirs = BY_R["parameters"][level]
    assert len(theirs) == len(ours)
    for row in theirs:
        at = (row["lhs"], row["op"], row["rhs"])
        assert ours[at] == pytest.approx(row["est"], abs=1e-4), at


def test_the_latent_difference_is_that_of_lavaan(difference):
    # lavaan's model has P = E + D as a regression instead of shared loadings.
    theirs = {f"{r['lhs']}{r['op']}{r['rhs']}": r for r in BY_R["difference"]["parameters"]}
    table = difference.parameters.set_index("lhs")
    for ours, other in (
        ("mean_gap_empathy", "empathy_D~1"),
        ("sd_gap_empathy", "sd:=sqrt(v)"),
        ("standardized_gap_empathy", "standardized:=m/sqrt(v)"),
    ):
        assert table.loc[ours, "estimate"] == pytest.approx(theirs[other]["est"], abs=1e-4)
        assert table.loc[ours, "se"] == pytest.approx(theirs[other]["se"], rel=1e-3)
    # lavaan's loadings average 1, ours are those of the first item.
    scale = np.mean([difference.estimate(f"empathy_D =~ P{i}") for i in range(18, 23)])
    shared = difference.estimate("empathy_E ~~ empathy_D") * scale**2
    assert shared == pytest.approx(theirs["empathy_E~~empathy_D"]["est"], abs=1e-4)
    assert difference.fit["chi2"] == pytest.approx(BY_R["difference"]["fit"]["chisq"], abs=1e-4)


@pytest.mark.parametrize("partial", [(), {"scalar": ["18"]}, ["18", "20"]])
@pytest.mark.parametrize("level", ["scalar", "strict"])
def test_the_three_models_of_a_level_are_equivalent(level, partial, survey):
    side, difference, congruence = (
        fit(make, survey, level, partial=partial)
        for make in (expectation_perception_model, latent_difference_model, latent_congruence_model)
    )
    assert side.fit["chi2"] == pytest.approx(difference.fit["chi2"], rel=1e-9)
    assert side.fit["chi2"] == pytest.approx(congruence.fit["chi2"], rel=1e-9)
    assert side.fit["df"] == difference.fit["df"] == congruence.fit["df"]
    gaps = [one.estimate("mean_gap_empathy") for one in (side, difference, congruence)]
    np.testing.assert_allclose(gaps, gaps[0], rtol=1e-6)
    # var(P - E) = var P + var E - 2 cov, in the scale of mean loadings
    let_go = partial["scalar"] if isinstance(partial, dict) else partial
    equal = [item for item in ABOUT.dimensions["empathy"] if item not in let_go]
    loading = np.mean([side.estimate(f"empathy_P =~ P{item}") for item in equal])
    apart = (
        side.estimate("v_empathy") + 1 - 2 * side.estimate("empathy_E ~~ empathy_P")
    ) * loading**2
    for one in (difference, congruence):
        assert one.estimate("sd_gap_empathy") ** 2 == pytest.approx(apart, rel=1e-6)
        assert one.estimate("standardized_gap_empathy") == pytest.approx(
            gaps[0] / np.sqrt(apart), rel=1e-6
        )


def test_level_and_congruence_are_the_mean_and_the_difference(survey, difference):
    found = fit(latent_congruence_model, survey)
    e, gap = difference.estimate("empathy_E ~1"), difference.estimate("empathy_D ~1")
    assert found.estimate("empathy_L ~1") == pytest.approx(e + gap / 2, rel=1e-6)
    assert found.estimate("empathy_C ~1") == pytest.approx(gap, rel=1e-6)
    # cov(L, C) = (var P - var E)/2
    shared = difference.estimate("empathy_E ~~ empathy_D")
    variance = difference.estimate("v_empathy")
    assert found.estimate("empathy_L ~~ empathy_C") == pytest.approx(
        shared + variance / 2, rel=1e-5
    )


def test_gaps_are_those_of_the_mean_of_the_items(difference):
    at = {name: i for i, name in enumerate(difference.fitted.structure.table.observed)}
    means = difference.fitted.point.implied[0].mu[0]
    e, p = (
        np.mean([means[at[f"{letter}{item}"]] for item in ABOUT.dimensions["empathy"]])
        for letter in "EP"
    )
    assert difference.estimate("mean_gap_empathy") == pytest.approx(p - e, rel=1e-9)
    # The first item scales the factors.
    assert difference.estimate("empathy_E ~1") == pytest.approx(means[at["E18"]], rel=1e-9)


@settings(max_examples=5)
@given(st.floats(0.1, 50), st.floats(-50, 50))
def test_another_scale_changes_gaps_by_its_unit_only(difference, survey, unit, origin):
    columns = [f"{letter}{item}" for letter in "EP" for item in ABOUT.dimensions["empathy"]]
    moved = fit(latent_difference_model, origin + unit * survey[columns])
    assert moved.fit["chi2"] == pytest.approx(difference.fit["chi2"], rel=1e-8)
    for name, factor in (("mean_gap", unit), ("sd_gap", unit), ("standardized_gap", 1)):
        was = difference.estimate(f"{name}_empathy")
        assert moved.estimate(f"{name}_empathy") == pytest.approx(factor * was, rel=1e-6)


@pytest.mark.parametrize("unit", [0.1, 10, 100])
def test_congruence_does_not_depend_on_the_unit(survey, unit):
    columns = [f"{letter}{item}" for letter in "EP" for item in ABOUT.dimensions["empathy"]]
    moved = fit(latent_congruence_model, unit * survey[columns])
    assert moved.fit["chi2"] == pytest.approx(
        fit(latent_congruence_model, survey).fit["chi2"], rel=1e-8
    )


def test_all_dimensions_covary_in_one_model():
    table = build_table(expectation_perception_model(ABOUT, "metric"))
    assert len(table.latent) == 10
    assert not table.uncorrelated
    two = build_table(
        expectation_perception_model(
            ABOUT,
            dimensions=["empathy", "tangibles"],
            names={"empathy_E": "EMP", "tangibles_P": "TAN"},
        )
    )
    # in instrument order, whatever the order of asking
    assert two.latent == ("tangibles_E", "TAN", "EMP", "empathy_P")


def test_what_is_let_go_stays_free_above():
    labels = {}
    for level in LEVELS[1:]:
        table = build_table(
            expectation_perception_model(
                ABOUT, level, dimensions="tangibles", partial={"scalar": "2", "strict": ["3"]}
            )
        ).to_frame()
        labels[level] = set(table["label"]) - {""}
    assert {"l_1", "l_2", "l_3", "l_4"} <= labels["strict"]
    assert labels["scalar"] & {"i_1", "i_2", "i_3", "i_4"} == {"i_1", "i_3", "i_4"}
    assert labels["strict"] & {"r_1", "r_2", "r_3", "r_4"} == {"r_1", "r_4"}
    fully = build_table(
        expectation_perception_model(ABOUT, "metric", dimensions="tangibles", partial="2")
    ).to_frame()
    assert {"lE_2", "lP_2"} <= set(fully["label"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "weak"}, "configural, metric, scalar, strict, not 'weak'"),
        ({"level": "thresholds"}, "not 'thresholds', with ordered=False"),
        ({"level": "strict", "ordered": True}, "not 'strict', with ordered=True"),
        ({"dimensions": "tangible"}, "no dimension.*Did you mean 'tangibles'"),
        ({"dimensions": []}, "names none"),
        ({"partial": ["E1"]}, "lets go of 'E1'.*item ids, without E or P"),
        ({"partial": {"scaler": ["1"]}}, "the level 'scaler'. Did you mean 'scalar'"),
        ({"dimensions": "tangibles", "partial": list("1234")}, "every item of 'tangibles'"),
        ({"names": {"tangibles": "T"}}, "names= renames 'tangibles'"),
        ({"names": {"tangibles_E": "E1"}}, "a latent variable and a column"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ModelError, match=message):
        expectation_perception_model(ABOUT, **options)


def test_gaps_need_scalar_invariance_two_roles_and_two_items():
    with pytest.raises(ModelError, match=r"not 'metric'\. Below the scalar level"):
        latent_difference_model(ABOUT, "metric")
    with pytest.raises(ModelError, match=r"scalar or strict, not 'scaler'\.$"):
        latent_congruence_model(ABOUT, "scaler")
    with pytest.raises(ModelError, match="no role 'expectation'"):
        latent_difference_model(sq.load_instrument("servperf-1992"))
    lone = sq.Instrument(name="lone", scale=(1, 7), dimensions={"a": ("1", "2"), "b": ("3",)})
    with pytest.raises(ModelError, match="'b' has one item"):
        latent_difference_model(lone)
    with pytest.raises(ModelError, match="must be an Instrument, not str"):
        expectation_perception_model("servqual-1991")


def test_thresholds_are_equal_between_the_same_categories():
    about = sq.Instrument(name="one", scale=(1, 5), dimensions={"care": ("1", "2", "3")})
    frame = pd.DataFrame({f"{letter}{i}": [1, 2, 3, 4, 5] for letter in "EP" for i in "123"})
    frame["E1"] = [3, 3, 4, 5, 5]
    frame["E2"] = [1, 3, 4, 5, 5]
    answers = sq.Responses.from_frame(frame, about)
    table = build_table(expectation_perception_model(about, "thresholds", ordered=answers))
    rows = table.to_frame()
    label = rows[rows["op"] == "|"].set_index(["lhs", "rhs"])["label"]
    assert label["E1"].tolist() == ["t_1_3", "t_1_4"]
    assert label["P1"].tolist() == ["", "", "t_1_3", "t_1_4"]
    # nobody chose 2, so what lies between 1 and 3 is no threshold of P
    assert label["E2"].tolist() == ["", "t_2_3", "t_2_4"]
    assert label["P2"].tolist() == ["", "", "t_2_3", "t_2_4"]
    assert label["E3"].tolist() == label["P3"].tolist() == [f"t_3_{i}" for i in (1, 2, 3, 4)]
    free = rows[rows["free"] & rows["op"].isin(["~*~", "~1"])]
    assert (free["lhs"] + free["op"]).tolist() == [
        f"P{i}{op}" for i in "123" for op in ("~*~", "~1")
    ]
    let_go = expectation_perception_model(about, "scalar", ordered=True, partial="2")
    assert "E2 | t1 + t2 + t3 + t4" in let_go
    assert "P2 ~*~ 1*P2" in let_go
    assert "P1 ~ 0*1" in let_go


def test_ratings_without_common_thresholds_are_refused():
    about = sq.Instrument(name="one", scale=(1, 5), dimensions={"care": ("1", "2", "3")})
    frame = pd.DataFrame({f"{letter}{i}": [1, 2, 3, 4, 5] for letter in "EP" for i in "123"})
    frame["E2"] = [4, 4, 4, 5, 5]
    answers = sq.Responses.from_frame(frame, about)
    with pytest.raises(ModelError, match="E and P of '2' have fewer than 2 thresholds in common"):
        expectation_perception_model(about, ordered=answers)
