"""Ordered variables: which they are, difficult answers, and what is refused with its reason."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import MissingResponseWarning, ModelError, ResponseError
from servqual.moments import Moments
from servqual.sem.estimation import fit_sem
from servqual.sem.fitting.problems import inadmissible
from tests.sem.ordered_models import ITEMS, REFERENCE, TWO, run, survey

SMALL = "f =~ P1 + P2 + P3 + P4"
FOUR = ITEMS[:4]


def small(n=200, seed=1, cuts=(-1.0, 0.0, 1.0)):
    rng = np.random.default_rng(seed)
    answers = rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, 4))
    return pd.DataFrame(np.digitize(answers, cuts) + 1, columns=FOUR)


def numbers(result):
    kept = ["estimate", "se", "std_all"]
    return result.parameters[kept].to_numpy(), result.fit.to_numpy()


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(-40, 90), min_size=4, max_size=4, unique=True), st.integers(0, 3))
def test_monotone_recoding_changes_nothing(codes, at):
    frame = small()
    recoded = frame.copy()
    recoded[FOUR[at]] = np.sort(codes)[frame[FOUR[at]] - 1]
    for one, other in zip(
        numbers(fit_sem(SMALL, frame, ordered=True)),
        numbers(fit_sem(SMALL, recoded, ordered=True)),
        strict=True,
    ):
        assert other == pytest.approx(one, abs=1e-10, nan_ok=True)


def test_a_category_nobody_used_changes_nothing_and_is_said():
    frame = small()
    gapped = frame.copy()
    gapped["P2"] = gapped["P2"].replace({4: 6})
    one, other = (fit_sem(SMALL, x, ordered=True) for x in (frame, gapped))
    assert other.parameters.equals(one.parameters)


def test_one_group_is_no_group():
    frame = small().assign(who="all")
    one, other = (
        fit_sem(SMALL, frame, ordered=True),
        fit_sem(SMALL, frame, ordered=True, group="who"),
    )
    for mine, theirs in zip(numbers(one), numbers(other), strict=True):
        assert theirs == pytest.approx(mine, abs=1e-12, nan_ok=True)


def test_which_variables_are_ordered():
    frame = survey()
    covariate = fit_sem(f"{SMALL}\nf ~ W_TAN", frame, ordered=True)
    assert covariate.ordered == tuple(FOUR)
    assert covariate.estimator == "WLSMV"
    assert fit_sem(SMALL, frame, ordered="P2").ordered == ("P2",)
    said = fit_sem(f"{SMALL}\nP3 | t1", frame.assign(P3=(frame["P3"] > 5).astype(int)))
    assert said.ordered == ("P3",)
    assert not fit_sem(SMALL, frame).ordered


def test_title_and_notes_name_what_was_done():
    result = run("pairwise")
    assert result.title().startswith(
        "Structural model (WLSMV, pairwise, 9 ordered variables): n = 294, 6 left out; scaled"
    )
    notes = result.notes()
    assert any("latent responses" in note for note in notes)
    assert any("Asparouhov" in note for note in notes)
    assert any("ULSMV" in note for note in run("ordered_ULS").notes())
    assert "n F" in run("continuous_ULS").title()
    assert np.isnan(run("continuous_ULS").fit["p_value"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"ordered": True, "estimator": "ML"},
            "estimator='ML' takes all variables as continuous, but some are ordered: take "
            "estimator='WLSMV', or leave ordered= out.",
        ),
        (
            {"ordered": ["P1", "P3x"]},
            "ordered names 'P3x', which the data do not have. Did you mean 'P3'?",
        ),
        (
            {"ordered": True, "missing": "fiml"},
            "estimator='WLSMV' goes with missing='listwise' or 'pairwise', not 'fiml'.",
        ),
        (
            {"missing": "pairwise"},
            "missing='pairwise' is for ordered variables (ordered=...); of continuous ones "
            "missing='fiml' uses every answer.",
        ),
        (
            {"estimator": "DWLS", "weights": np.ones(200)},
            "Sampling weights need standard errors and tests that allow for them: take "
            "estimator='WLSMV' instead of 'DWLS'.",
        ),
        (
            {"ordered": True, "information": "observed"},
            "estimator='WLSMV' goes with the expected information, not the observed one.",
        ),
        (
            {"ordered": True, "means": False},
            "Ordered variables need a mean structure; leave means=False out.",
        ),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(ModelError) as error:
        fit_sem(SMALL, small(), **options)
    assert str(error.value) == message


def test_gaps_are_no_categories():
    frame = survey()
    gaps = frame[[]].assign(
        **{f"{kind}{i}": frame[f"{kind}{i}"] for kind in "PE" for i in range(1, 5)},
        **{f"G{i}": frame[f"P{i}"] - frame[f"E{i}"] for i in range(1, 5)},
    )
    model = "f =~ G1 + G2 + G3 + G4"
    for given_frame in (gaps, gaps[[f"G{i}" for i in range(1, 5)]]):
        with pytest.raises(ModelError, match="'G1', 'G2', 'G3', 'G4' are differences of two"):
            fit_sem(model, given_frame, ordered=True)
    # The perceptions beside them may be ordered, and items may be called G.
    assert fit_sem(SMALL, gaps, ordered=True).converged
    assert fit_sem(model, small().rename(columns=lambda x: "G" + x[1:]), ordered=True).converged


def test_ordered_predictors_and_free_residual_variances_are_refused():
    with pytest.raises(ModelError, match="'SAT1' predicts and is explained by nothing"):
        fit_sem(f"{SMALL}\nf ~ SAT1", survey(), ordered=[*FOUR, "SAT1"])
    for more in ("P2 ~~ P2", "P2 ~~ 0.5*P2"):
        with pytest.raises(ModelError, match="sets the residual variance of 'P2'"):
            fit_sem(f"{SMALL}\n{more}", survey(), ordered=True)
    with pytest.raises(ModelError, match=r"'SAT1'.*can itself stand where that stands"):
        fit_sem(f"{SMALL}\ng =~ SAT1\ng ~ f", survey(), ordered=True)


def test_thresholds_of_the_text():
    with pytest.raises(ModelError, match=r"P1 \| t4, but the answers to 'P1' are in 4 categories"):
        fit_sem(f"{SMALL}\nP1 | t1 + t2 + t3 + t4", small())
    fixed = fit_sem(f"{SMALL}\nP1 | 0.1*t2 + a*t1\nP2 | a*t1", small(), ordered=True)
    table = fixed.parameters.query("op == '|'").set_index(["lhs", "rhs"])["estimate"]
    assert table["P1", "t2"] == 0.1
    assert table["P1", "t1"] == table["P2", "t1"]
    assert fixed.fit["df"] == 4
    with pytest.raises(ModelError, match="need the answers themselves"):
        fit_sem(SMALL, Moments.from_frame(small()), ordered=True)


def test_correlations_alone_are_polychoric():
    result = fit_sem("P1 ~~ P2\nP1 ~~ P3\nP2 ~~ P3", survey(), ordered=["P1", "P2", "P3"])
    assert result.fit["df"] == 0
    assert np.isnan(result.fit[["p_value_scaled", "chi2_adjusted", "df_adjusted"]]).all()
    known = json.loads((REFERENCE / "polychoric_lavaan_300.json").read_text(encoding="utf-8"))
    assert known["names"][:2] == ["P1", "P2"]
    assert result.estimate("P1 ~~ P2") == pytest.approx(known["polychoric"][1][0], abs=1e-5)


def test_a_category_that_one_group_lacks_is_named():
    frame = small().assign(who=np.repeat(["a", "b"], 100))
    frame.loc[frame["who"] == "b", "P3"] = frame.loc[frame["who"] == "b", "P3"].clip(upper=3)
    with pytest.raises(ResponseError) as error:
        fit_sem(SMALL, frame, ordered=True, group="who")
    assert str(error.value) == (
        "In group 'b' nobody answered 'P3' with 4, while others did, so its thresholds cannot be "
        "compared. Merge that category with its neighbour in all groups, or leave the item out of "
        "ordered=."
    )


def test_a_constant_item_is_named_with_its_group():
    frame = small().assign(who=np.repeat(["a", "b"], 100))
    frame.loc[frame["who"] == "b", "P3"] = 2
    with pytest.raises(ResponseError, match="1 variables do not vary in group 'b': 'P3'"):
        fit_sem(SMALL, frame, ordered=True, group="who")


@pytest.mark.parametrize(
    ("frame", "more"),
    [
        (small(cuts=(0.0,)), {}),
        (small(400, cuts=(-2.6, 2.0)), {}),
        (small(500, cuts=(-2.4,)), {}),
        (small(120).assign(who=np.arange(120) % 4), {"group": "who"}),
        (small(300, cuts=(-0.03, 0.0)), {}),
    ],
    ids=["two categories", "rare ends", "98 % at the ceiling", "groups of 30", "near thresholds"],
)
def test_difficult_answers_have_estimates_and_tests(frame, more):
    result = fit_sem(SMALL, frame, ordered=True, **more)
    free = result.parameters["se"] != 0
    assert np.isfinite(result.parameters.loc[free, ["estimate", "se"]].to_numpy()).all()
    assert np.isfinite(result.fit[["chi2_scaled", "cfi_scaled", "srmr"]]).all()
    assert result.fit["df"] == 2 * len(result.groups)
    assert result.fit["srmr"] > 0


def test_a_category_with_one_answer():
    frame = small(300)
    frame.loc[0, "P1"] = 9
    result = fit_sem(SMALL, frame, ordered=True)
    rows = result.parameters.query("op == '|' and lhs == 'P1'")
    assert len(rows) == 4
    assert rows["estimate"].iloc[-1] == pytest.approx(2.7131, abs=1e-3)


def test_missing_answers_are_counted():
    with pytest.warns(MissingResponseWarning, match="are left out"):
        result = fit_sem(TWO, survey("blank"), ordered=True)
    assert (result.n, result.n_excluded) == (139, 161)


def test_correlations_that_no_answers_could_have_are_named():
    fitted = fit_sem(SMALL, small(), ordered=True).fitted
    group = fitted.data.groups[0]
    bad = np.eye(4)
    bad[0, 1] = bad[1, 0] = bad[0, 2] = bad[2, 0] = 0.9
    bad[1, 2] = bad[2, 1] = -0.9
    moments = replace(group.moments, covariance=bad)
    data = replace(fitted.data, groups=(replace(group, moments=moments),))
    found = inadmissible(replace(fitted, data=data))
    assert len(found) == 1
    assert "is not positive definite (its smallest eigenvalue is -0.8)" in found[0]
