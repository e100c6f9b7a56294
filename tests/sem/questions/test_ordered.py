"""What follows a fit of ordered variables: against lavaan, or refused with the reason."""

import pickle

import numpy as np
import pytest

from servqual.errors import ModelError
from servqual.sem.estimation import fit_sem
from servqual.sem.questions.fit_comparison import fit_table
from servqual.sem.questions.model_comparison import compare_models
from servqual.sem.questions.modification import modification_indices
from servqual.sem.questions.residuals import implied_moments, model_residuals
from servqual.sem.questions.scores_of_factors import factor_scores
from servqual.sem.resamples.bootstrap import bootstrap_sem
from servqual.sem.resamples.model_bootstrap import bollen_stine
from servqual.sem.resamples.monte_carlo import monte_carlo_interval
from servqual.sem.validity.construct import construct_validity
from tests.sem.ordered_models import ITEMS, RUNS, TWO, run, survey


@pytest.mark.parametrize(
    ("free", "held", "name"),
    [
        ("ordered_WLSMV", "alike", "alike"),
        ("ordered_WLSMV", "apart", "apart"),
        ("groups", "groups_equal", "groups"),
    ],
)
def test_scaled_differences_are_those_of_lavaan(free, held, name):
    theirs = RUNS[f"lrt_{name}"]
    found = compare_models(run(held), run(free))
    row = found.to_frame().iloc[1]
    assert found.method == "satorra-2000"
    assert row["df_difference"] == theirs["Df diff"]
    assert row["chi2_difference_scaled"] == pytest.approx(theirs["Chisq diff"], rel=1e-5)
    assert row["p_value_scaled"] == pytest.approx(theirs["Pr(>Chisq)"], rel=1e-4)


def test_mean_adjusted_difference_is_that_of_lavaan():
    text = "f1 =~ P1 + a*P2 + a*P3 + a*P4\nf2 =~ P5 + b*P6 + b*P7 + b*P8 + b*P9"
    alike = fit_sem(text, survey(), "WLSM", ordered=True)
    found = compare_models(run("ordered_WLSM"), alike)
    row = found.to_frame().iloc[1]
    assert found.method == "satorra-bentler-2001"
    assert row["chi2_difference_scaled"] == pytest.approx(RUNS["lrt_wlsm"]["Chisq diff"], rel=1e-6)


def test_order_of_the_variables_does_not_matter_to_a_difference():
    turned = "f2 =~ P5 + b*P9 + b*P8 + b*P7 + b*P6\nf1 =~ P1 + a*P4 + a*P3 + a*P2"
    one = compare_models(run("ordered_WLSMV"), run("alike")).to_frame()
    other = compare_models(run("ordered_WLSMV"), fit_sem(turned, survey(), ordered=True)).to_frame()
    for column in ("chi2_difference", "chi2_difference_scaled"):
        assert other[column].iloc[1] == pytest.approx(one[column].iloc[1], rel=1e-7)


def test_models_that_are_not_nested_are_not_tested():
    with pytest.raises(ModelError, match="is of least squares"):
        compare_models(
            fit_sem(TWO, survey(), "MLM"), fit_sem(TWO, survey(), "MLM"), method="satorra-2000"
        )
    found = compare_models(run("alike"), run("apart"))
    assert np.isnan(found.to_frame()["chi2_difference"].iloc[1])
    assert "is not nested in it" in found.problems[0]
    assert "AIC" not in found.problems[0]
    assert "aic" not in found.to_frame()


def test_modification_indices_are_those_of_lavaan():
    mine = modification_indices(run("ordered_WLSMV")).to_frame()
    mine = mine.set_index(mine["lhs"] + mine["op"] + mine["rhs"])
    theirs = RUNS["mi"]
    for lhs, op, rhs, mi, epc in zip(
        *(theirs[key] for key in ("lhs", "op", "rhs", "mi", "epc")), strict=True
    ):
        # Theirs have the n - 1 of chi-square once more, in the change, too.
        row = mine.loc[f"{lhs}{op}{rhs}"]
        assert row["mi"] * 299 / 300 == pytest.approx(mi, rel=5e-5)
        assert row["epc"] * 299 / 300 == pytest.approx(epc, rel=5e-5)


def test_modification_indices_see_the_restrictions_of_groups():
    found = modification_indices(run("groups_equal")).to_frame()
    held = found[found["held"] == "equal"]
    assert set(held["op"]) == {"=~", "|"}
    assert (held["mi"] >= 0).all()


def test_residuals_and_explained_variance_are_those_of_lavaan():
    result = run("ordered_WLSMV")
    found = model_residuals(result)
    assert found.matrix().to_numpy() == pytest.approx(np.array(RUNS["resid"]), abs=1e-6)
    assert found.srmr == pytest.approx(RUNS["ordered_WLSMV"]["fit"]["srmr"], rel=1e-6)
    assert dict(result.r_squared) == pytest.approx(RUNS["r2"], abs=1e-5)
    z = found.to_frame()["z"]
    assert z.notna().sum() == 36
    assert implied_moments(result).to_numpy().diagonal() == pytest.approx(np.ones(9))
    assert "No z" in model_residuals(run("ordered_DWLS")).problems[0]


def test_errors_of_residuals_are_those_of_the_statistics_where_all_is_free():
    # Freed residual covariances make the residuals of these pairs 0; the others stay testable.
    small = fit_sem("f =~ P1 + P2 + P3 + P4\nP1 ~~ P2", survey(), ordered=True)
    frame = model_residuals(small).to_frame()
    tested = frame.dropna(subset="z")
    assert (tested["z"].abs() < 6).all()
    assert len(tested) <= 5
    # One degree of freedom: all standardised residuals are the same test.
    assert tested["z"].abs().to_numpy() == pytest.approx(
        np.full(len(tested), tested["z"].abs().iloc[0]), rel=1e-4
    )


def test_validity_comes_from_polychoric_correlations():
    frame = construct_validity(run("ordered_WLSMV")).to_frame()
    loadings = run("ordered_WLSMV").parameters.query("op == '=~'").groupby("lhs")["std_all"]
    assert frame["ave"].to_numpy() == pytest.approx(
        loadings.apply(lambda x: (x**2).mean()).to_numpy(), rel=1e-9
    )
    with pytest.raises(ModelError, match="none of polychoric correlations"):
        construct_validity(run("ordered_WLSMV"), n_resamples=20)


def test_what_needs_the_likelihood_or_the_rows_says_so():
    result = run("ordered_WLSMV")
    with pytest.raises(ModelError, match="no factor scores"):
        factor_scores(result)
    with pytest.raises(ModelError, match="no WLSMV estimates"):
        bootstrap_sem(result, 20, seed=1)
    with pytest.raises(ModelError, match="fitted by least squares"):
        bollen_stine(result, 20, seed=1)
    for name in ("patterns", "sets"):
        with pytest.raises(ModelError, match="needs the likelihood"):
            getattr(result.fitted, name)
    back = pickle.loads(pickle.dumps(result))
    assert back == result
    with pytest.raises(ModelError, match="the result was unpickled"):
        compare_models(back, pickle.loads(pickle.dumps(run("alike"))))


def test_monte_carlo_intervals_hold_for_ordered_variables():
    frame = monte_carlo_interval(run("sem"), n_draws=2000, seed=1).to_frame()
    assert (frame["ci_low"] < frame["estimate"]).all()
    assert (frame["estimate"] < frame["ci_high"]).all()


def test_fit_table_has_scaled_indices_and_no_likelihood():
    frame = fit_table(run("ordered_WLSMV"), run("sem")).to_frame()
    assert {"chi2_scaled", "cfi_scaled", "rmsea_scaled_ci_low"} <= set(frame)
    assert not {"aic", "cfi_robust"} & set(frame)
    mixed = fit_table(run("ordered_WLSMV"), fit_sem(TWO, survey()[ITEMS], "MLR")).to_frame()
    assert {"aic", "cfi_robust", "cfi_scaled"} <= set(mixed)
