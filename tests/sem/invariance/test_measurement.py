"""Levels of invariance: against lavaan and semTools, their laws, and what is refused."""

import copy
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import ModelError, ResponseError
from servqual.sem.estimation import fit_sem
from servqual.sem.invariance._ladder import climb
from servqual.sem.invariance.measurement import measurement_invariance
from tests.sem.invariance.levels import (
    FOLDER,
    GAPS,
    MIND,
    ORDERED,
    REFERENCE,
    RUNS,
    TWO,
    data,
    levels_of,
)

LEVELS = ["configural", "metric", "scalar", "strict"]
NAMES = {
    "chi2": "chisq",
    "df": "df",
    "p_value": "pvalue",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea_ci_high": "rmsea.ci.upper",
    "srmr": "srmr",
    "bic": "bic",
}


def worst(result, params):
    """The largest differences of estimates, and of errors in shares of themselves."""
    group = {label: at + 1 for at, label in enumerate(result.groups)}
    ours = {
        (row.op, frozenset((row.lhs, row.rhs)) if row.op == "~~" else (row.lhs, row.rhs),
         group[row.group]): row
        for row in result.parameters.itertuples()
    }  # fmt: skip
    off, off_se = [], []
    for row in params:
        pair = (
            frozenset((row["lhs"], row["rhs"])) if row["op"] == "~~" else (row["lhs"], row["rhs"])
        )
        mine = ours.pop((row["op"], pair, row["group"]))
        off.append(abs(mine.estimate - row["est"]) / max(1, abs(row["est"])))
        off_se.append(abs(mine.se - row["se"]) / max(row["se"], 1e-3))
    assert not any(row.se > 0 for row in ours.values())
    return max(off), max(off_se)


def test_levels_of_the_whole_scale_are_those_of_lavaan():
    found = measurement_invariance(GAPS, data("gaps"), "group")
    frame = found.to_frame().set_index("level")
    reference = json.loads((FOLDER / "invariance_300.json").read_text(encoding="utf-8"))
    assert list(frame.index) == reference["levels"]
    for level, its in reference["fit"].items():
        row = frame.loc[level]
        assert row["chi2"] == pytest.approx(its["chisq"], abs=1e-4)
        assert row["df"] == its["df"]
        for index, tolerance in (("cfi", 1e-7), ("tli", 1e-7), ("rmsea", 1e-7), ("srmr", 1e-6)):
            assert row[index] == pytest.approx(its[index], abs=tolerance)
        assert found.fits[level].fit["bic"] == pytest.approx(its["bic"], abs=1e-4)
        params = json.loads((FOLDER / f"inv_{level}_300.json").read_text(encoding="utf-8"))
        off, off_se = worst(found.fits[level], params["params"])
        assert off < 1e-4
        assert off_se < 1e-4
    for level, test in zip(LEVELS[1:], reference["lrt"][1:], strict=True):
        row = frame.loc[level]
        assert row["d_df"] == test["Df diff"]
        assert row["d_chi2"] == pytest.approx(test["Chisq diff"], abs=1e-4)
        assert row["d_p_value"] == pytest.approx(test["Pr(>Chisq)"], abs=1e-6)


def test_holzinger_and_swineford_by_school():
    """The figures that are printed everywhere."""
    frame = levels_of("hs").to_frame().round(3)
    assert frame["chi2"].tolist() == [115.851, 124.044, 164.103, 181.511]
    assert frame["df"].tolist() == [48, 54, 60, 69]
    assert frame["cfi"].tolist() == [0.923, 0.921, 0.882, 0.873]
    assert frame["rmsea"].tolist() == [0.097, 0.093, 0.107, 0.104]
    assert frame["bic"].tolist() == [7706.822, 7680.771, 7686.588, 7652.632]
    assert frame["d_chi2"].tolist()[1:] == [8.192, 40.059, 17.409]
    last = levels_of("hs").to_frame()["d_p_value"].to_numpy()[1:]
    assert last == pytest.approx([0.22436, 4.435e-07, 0.04269], rel=1e-3)


@pytest.mark.parametrize("name", RUNS)
def test_levels_are_those_of_lavaan(name):
    found, run = levels_of(name), REFERENCE["runs"][name]
    frame = found.to_frame().set_index("level")
    assert list(frame.index) == list(run["levels"])
    robust = name not in ("hs", "three")
    ordinal = name.startswith("ordinal")
    for level, peer in run["levels"].items():
        row, its = frame.loc[level], peer["fit"]
        for ours, theirs in NAMES.items():
            if theirs in its and (ours != "p_value" or not ordinal):
                assert row[ours] == pytest.approx(its[theirs], abs=1e-4), (level, ours)
        if robust:
            assert row["chi2_scaled"] == pytest.approx(its["chisq.scaled"], abs=1e-3)
            assert row["p_value_scaled"] == pytest.approx(its["pvalue.scaled"], abs=1e-4)
            suffix = "scaled" if ordinal else "robust"
            for index in ("cfi", "tli", "rmsea"):
                peers = its[f"{index}.{suffix}"]
                assert row[f"{index}_{suffix}"] == pytest.approx(peers, abs=1e-4), (level, index)
        if "params" in peer:
            off, off_se = worst(found.fits[level], peer["params"])
            assert off < 1e-4
            assert off_se < 1e-3
    tested = "d_chi2_scaled" if robust else "d_chi2"
    later = frame.iloc[1:]
    assert later["d_df"].tolist() == run["lrt"]["d_df"]
    assert later[tested].to_numpy() == pytest.approx(run["lrt"]["d_chi2"], abs=1e-4)
    p_values = later["d_p_value_scaled" if robust else "d_p_value"].to_numpy()
    assert p_values == pytest.approx(run["lrt"]["d_p_value"], abs=1e-5)
    assert found.problems == ()


def test_each_level_is_what_fit_sem_fits():
    found = levels_of("mlr")
    alone = fit_sem(TWO, data("gaps"), "MLR", group="group", group_equal=["loadings", "intercepts"])
    assert found.fits["scalar"].title() == alone.title()
    assert "equal: loadings, intercepts" in alone.title()
    off = (found.fits["scalar"].parameters["estimate"] - alone.parameters["estimate"]).abs()
    assert off.max() < 1e-8
    # Where it began is no part of what was fitted.
    assert found.fits["scalar"].fitted.structure.table == alone.fitted.structure.table


def test_the_order_of_groups_changes_only_the_order():
    mind = data("mind")
    there, back = levels_of("hs"), measurement_invariance(MIND, mind.iloc[::-1], "school")
    assert there.groups == back.groups[::-1]
    assert there.sizes == back.sizes[::-1]
    for column, values in there.to_frame().set_index("level").items():
        assert back.to_frame()[column].to_numpy() == pytest.approx(
            values.to_numpy(), abs=1e-6, nan_ok=True
        )
    means = [
        one.fits["scalar"].parameters.query("op == '~1' and lhs == 'speed'")["estimate"].to_numpy()
        for one in (there, back)
    ]
    assert means[0][1] == pytest.approx(-means[1][1], abs=1e-6)


@settings(max_examples=3, deadline=None)
@given(
    scale=st.sampled_from([0.01, 3.0, 1e3]),
    shift=st.sampled_from([-50.0, 0.0, 4.0]),
    seed=st.integers(0, 99),
)
def test_scale_and_order_of_rows_change_nothing(scale, shift, seed):
    mind = data("mind")
    moved = mind.sample(frac=1, random_state=seed)
    items = [f"x{at}" for at in range(1, 10)]
    moved[items] = moved[items] * scale + shift
    frame = measurement_invariance(MIND, moved, "school", levels=LEVELS[:3]).to_frame()
    expected = levels_of("hs").to_frame().iloc[:3]
    for column in ("chi2", "df", "cfi", "srmr", "d_chi2"):
        assert frame[column].to_numpy() == pytest.approx(
            expected[column].to_numpy(), rel=1e-5, abs=1e-6, nan_ok=True
        )


def test_partial_release_and_further_levels():
    partial = ("x3 ~ 1", "x7 ~ 1")
    found = measurement_invariance(
        MIND,
        data("mind"),
        "school",
        levels=["configural", "metric", "scalar", "means", "lv.variances"],
        partial=partial,
    )
    frame = found.to_frame().set_index("level")
    assert frame["df"].tolist() == [48, 54, 58, 61, 64]
    # Two intercepts carry most of the misfit of the scalar level (as is well known).
    assert frame.loc["scalar", "d_chi2"] < 10 < levels_of("hs").to_frame()["d_chi2"].iloc[2]
    assert found.fits["scalar"].fitted.structure.table.group_partial == partial
    assert found.fits["metric"].fitted.structure.table.group_partial == ()
    assert any(
        "Let go in all levels" in note and "x3 ~ 1, x7 ~ 1" in note for note in found.notes()
    )
    assert "equal: loadings, intercepts but x3 ~ 1, x7 ~ 1" in found.fits["scalar"].title()


def test_levels_of_few_categories_that_restrict_nothing_are_said():
    answers = data("answers")
    three = (
        (answers[[f"P{at}" for at in range(10, 14)]] > 5).astype(int).assign(group=answers["group"])
    )
    found = measurement_invariance("f =~ P10 + P11 + P12 + P13", three, "group", ordered=True)
    frame = found.to_frame()
    assert frame["d_df"].tolist()[1:] == [0, 0, 2]
    assert frame["d_chi2_scaled"].isna().tolist() == [True, True, True, False]
    assert sum("restricts nothing" in problem for problem in found.problems) == 2
    assert frame["chi2"].iloc[:3].to_numpy() == pytest.approx(frame["chi2"].iloc[0], abs=1e-6)


def test_it_shows_itself_and_survives_a_pickle():
    found = levels_of("hs")
    assert found.title() == (
        "Measurement invariance across school (ML): n = 301 in 2 groups (Pasteur 156, "
        "Grant-White 145)"
    )
    notes = "\n".join(found.notes())
    for said in ("Meredith, 1993", "Chen, 2007", "Cheung & Rensvold, 2002", "x3 ~ 1 (group "):
        assert said in notes
    assert "strict" in repr(found)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert copy.copy(found) == found
    with pytest.raises(TypeError):
        again.fits["scalar"] = None
    frame = found.to_frame()
    frame.loc[0, "chi2"] = 0
    assert found.to_frame().loc[0, "chi2"] > 0


def test_groups_of_thirty_and_missing_answers():
    few = data("gaps").groupby("third").head(30)
    assert measurement_invariance(TWO, few, "third").sizes == (30, 30, 30)
    with pytest.raises(ModelError, match=r"of group '3' is singular\. 20 respondents are too few"):
        measurement_invariance(GAPS, few.drop(index=few[few["third"] == 3].index[:10]), "third")
    blank = few.copy()
    blank.loc[blank["third"] == 1, "G1"] = np.nan
    with pytest.warns(UserWarning, match="30 of 90 respondents did not answer"):
        found = measurement_invariance(TWO, blank, "third")
    assert (found.n, found.n_excluded, len(found.groups)) == (60, 30, 2)


def bad(**changes):
    return data("gaps").assign(**changes)


BAD = [
    (bad(group=1), {}, ModelError, "all respondents are in one: '1'"),
    (bad(group=[2] + [1] * 299), {}, ResponseError, "1 are left in group '2'"),
    (
        bad(G2=lambda x: x["G2"].where(x["group"] == 1, 4)),
        {},
        ResponseError,
        "do not vary in group '2': 'G2'",
    ),
    (bad(), {"levels": ("configural", "metrik")}, ModelError, "Did you mean 'metric'?"),
    (bad(), {"levels": "scalar"}, ModelError, "two or more"),
    (bad(), {"levels": ("metric", "configural")}, ModelError, "'configural' after 'metric'"),
    (bad(), {"levels": ("scalar", "metric", "strict")}, ModelError, "adds nothing"),
    (bad(), {"levels": ("configural", "thresholds")}, ModelError, "of ordered items"),
    (bad(), {"partial": "G9 ~1; TAN =~ G9"}, ModelError, "'TAN =~ G9', which is no parameter"),
    (bad(), {"group": "branch"}, ResponseError, "branch"),
    (bad(), {"weights": "id", "estimator": "ML"}, ModelError, "take estimator='MLR'"),
]


@pytest.mark.parametrize(("frame", "options", "kind", "message"), BAD)
def test_what_is_refused(frame, options, kind, message):
    with pytest.raises(kind) as caught:
        measurement_invariance(TWO, frame, **({"group": "group"} | options))
    assert message in str(caught.value)


def test_what_is_refused_of_ordered_items():
    answers, ordered = data("answers"), RUNS["ordinal_g2"][3]["ordered"]
    with pytest.raises(ModelError, match="'scalar' is the last level"):
        measurement_invariance(
            ORDERED, answers, "group", ordered=ordered, levels=("scalar", "strict")
        )
    lacking = answers.copy()
    lacking.loc[(lacking["group"] == 2) & (lacking["P7"] == 0), "P7"] = 1
    with pytest.raises(ResponseError, match=r"group '2' nobody answered 'P7' with 0.*Merge"):
        measurement_invariance(ORDERED, lacking, "group", ordered=ordered)


def test_a_saturated_level_has_no_test():
    frame = data("mind")[["x7", "x8", "x9", "school"]]
    found = measurement_invariance("f =~ x7 + x8 + x9", frame, "school", levels=LEVELS[:2])
    assert found.to_frame()["df"].tolist() == [0, 2]
    assert np.isnan(found.to_frame()["p_value"].iloc[0])
    assert found.to_frame()["d_p_value"].iloc[1] == found.to_frame()["p_value"].iloc[1]


def test_a_level_that_did_not_converge_is_not_tested():
    levels = list(levels_of("hs").fits.items())[:2]
    failed = replace(levels[1][1], converged=False)
    ladder = climb([levels[0], ("metric", failed)])
    assert np.isnan(ladder.frame["d_chi2"].iloc[1])
    assert ladder.problems == (
        "'metric' is not tested against 'configural': the estimation of one of them did not "
        "converge.",
    )
    assert not len(ladder.releases)
