"""Least squares, of continuous and ordered variables, against lavaan and by its derivatives."""

import json

import numpy as np
import pandas as pd
import pytest

from servqual.sem.estimation import fit_sem
from servqual.sem.fitting.least_squares import problem_of
from servqual.sem.fitting.standardized import row_values
from tests.sem.ordered_models import ITEMS, NAMES, REFERENCE, RUNS, TWO, run, survey

FIT = {
    "chisq": "chi2",
    "pvalue": "p_value",
    "chisq.scaled": "chi2_scaled",
    "pvalue.scaled": "p_value_scaled",
    "chisq.scaling.factor": "scaling_factor",
    "baseline.chisq": "baseline_chi2",
    "baseline.chisq.scaled": "baseline_chi2_scaled",
    "baseline.chisq.scaling.factor": "baseline_scaling_factor",
    "rmsea.ci.lower": "rmsea_ci_low",
    "rmsea.ci.upper": "rmsea_ci_high",
    "rmsea.ci.lower.scaled": "rmsea_ci_low_scaled",
    "rmsea.ci.upper.scaled": "rmsea_ci_high_scaled",
}


def rows_of(result):
    """The table by rows named as in the reference."""
    found = {}
    place = {label: at + 1 for at, label in enumerate(result.groups)}
    for row in result.parameters.to_dict("records"):
        group = place.get(row["group"], 1)
        found[f"{row['lhs']} {row['op']} {row['rhs']} {group}"] = row
        if row["op"] == "~~":
            found[f"{row['rhs']} {row['op']} {row['lhs']} {group}"] = row
    return found


@pytest.mark.parametrize("name", NAMES)
def test_estimates_and_errors_are_those_of_lavaan(name):
    result, theirs = run(name), RUNS[name]
    assert result.converged
    assert not result.problems
    own = rows_of(result)
    mine = pd.DataFrame([own[row] for row in theirs["row"]])
    assert mine["estimate"].to_numpy() == pytest.approx(theirs["estimate"], abs=2e-5)
    assert mine["std_all"].to_numpy() == pytest.approx(theirs["std_all"], abs=2e-5)
    # With groups, lavaan divides by n - G where n_g - 1 stands here.
    near = 1e-4 if len(result.groups) > 1 else 1e-5
    assert mine["se"].to_numpy() == pytest.approx(theirs["se"], rel=near, abs=1e-9)
    assert mine["std_all_se"].to_numpy() == pytest.approx(theirs["std_all_se"], rel=near, abs=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_tests_and_indices_are_those_of_lavaan(name):
    fit, theirs = run(name).fit, RUNS[name]["fit"]
    groups = len(run(name).groups)
    assert fit["df"] == theirs["df"]
    assert fit["baseline_df"] == theirs["baseline.df"]
    compared = 0
    for key, value in theirs.items():
        own = FIT.get(key, key.replace(".", "_"))
        if value is None or key in ("df", "baseline.df") or own not in fit.index:
            continue
        # GFI of groups: lavaan averages otherwise.
        near = 2e-4 if key == "gfi" and groups > 1 else 1e-5
        assert fit[own] == pytest.approx(value, rel=near, abs=1e-7), key
        compared += 1
    assert compared >= 10


def test_whole_scale_is_that_of_the_reference():
    theirs = json.loads((REFERENCE / "cfa_wlsmv_300.json").read_text(encoding="utf-8"))
    dims = {"TAN": (1, 4), "REL": (5, 9), "RES": (10, 13), "ASS": (14, 17), "EMP": (18, 22)}
    text = "\n".join(
        f"{name} =~ " + " + ".join(f"P{i}" for i in range(first, last + 1))
        for name, (first, last) in dims.items()
    )
    result = fit_sem(text, survey(), ordered=True)
    mine = rows_of(result)
    for row in theirs["params"]:
        found = mine[f"{row['lhs']} {row['op']} {row['rhs']} 1"]
        assert found["estimate"] == pytest.approx(row["est"], abs=1e-4)
        assert found["se"] == pytest.approx(row["se"], rel=1e-3, abs=1e-9)
    fit, of = result.fit, theirs["fit"]
    assert (fit["df"], fit["n_parameters"]) == (of["df"], of["npar"])
    for own, key in (
        ("chi2", "chisq"),
        ("chi2_scaled", "chisq.scaled"),
        ("scaling_factor", "chisq.scaling.factor"),
        ("cfi_scaled", "cfi.scaled"),
        ("tli_scaled", "tli.scaled"),
        ("rmsea_scaled", "rmsea.scaled"),
        ("baseline_chi2_scaled", "baseline.chisq.scaled"),
        ("srmr", "srmr"),
    ):
        assert fit[own] == pytest.approx(of[key], rel=1e-5), own
    # The same answer on each call, and no perfect fit.
    again = fit_sem(text, survey(), ordered=True)
    assert again.parameters.equals(result.parameters)
    assert again.fit.equals(result.fit)
    assert fit["srmr"] > 0.04


@pytest.mark.parametrize("name", ["sem_mixed", "groups_equal", "continuous_GLS_means"])
def test_derivatives_are_those_of_small_steps(name):
    fitted = run(name).fitted
    problem = problem_of(fitted.structure, fitted.statistics)
    rng = np.random.default_rng(4)
    at = fitted.parameters * rng.uniform(0.9, 1.1, len(fitted.parameters))
    slopes = np.concatenate(problem.slopes(problem.at(at).implied))
    step = 1e-6
    for i in range(len(at)):
        moved = np.zeros(len(at))
        moved[i] = step
        up, down = problem.at(at + moved), problem.at(at - moved)
        there = np.concatenate(down.residuals) - np.concatenate(up.residuals)
        assert slopes[:, i] == pytest.approx(there / (2 * step), abs=1e-7)


CHAIN = "f1 =~ P1 + P2 + P3 + P4\nLOY1 ~ f1\nLOY2 ~ LOY1\nLOY3 ~ LOY2 + f1"


def test_ordered_outcomes_that_explain_others_keep_their_variance():
    # lavaan 0.6-14 gives LOY2 a variance of 1.4 here, and does not converge.
    result = fit_sem(CHAIN, survey(), ordered=True)
    fitted = result.fitted
    assert result.converged
    assert np.diag(fitted.point.implied[0].sigma[0]) == pytest.approx(np.ones(7), abs=1e-12)
    problem = problem_of(fitted.structure, fitted.statistics)
    at = fitted.parameters * 1.05
    slopes = problem.slopes(problem.at(at).implied)[0]
    moved = np.full(len(at), 1e-6) * np.linspace(-1, 1, len(at))
    up, down = problem.at(at + moved), problem.at(at - moved)
    assert slopes @ moved == pytest.approx((down.residuals[0] - up.residuals[0]) / 2, abs=1e-12)


def test_chain_is_that_of_latent_variables_with_one_item_each():
    latent = (
        "f1 =~ P1 + P2 + P3 + P4\na =~ LOY1\nb =~ LOY2\nc =~ LOY3\n"
        "LOY1 ~~ 0*LOY1\nLOY2 ~~ 0*LOY2\nLOY3 ~~ 0*LOY3\na ~ f1\nb ~ a\nc ~ b + f1"
    )
    frame = survey()
    chain = fit_sem(CHAIN, frame, "ULS")
    other = fit_sem(latent, frame, "ULS")
    assert chain.fit["chi2"] == pytest.approx(other.fit["chi2"], rel=1e-9)


def test_continuous_moments_are_as_good_as_rows():
    from servqual.moments import Moments

    moments = Moments.from_frame(survey()[ITEMS])
    for estimator in ("ULS", "GLS"):
        one, other = fit_sem(TWO, moments, estimator), run(f"continuous_{estimator}")
        assert one.fit["chi2"] == pytest.approx(other.fit["chi2"], rel=1e-12)
        assert one.covariance == pytest.approx(other.covariance, rel=1e-9, abs=1e-15)


def test_generalised_least_squares_do_not_depend_on_the_scale():
    frame = survey()[ITEMS] * np.arange(1.0, 10.0)
    one, other = fit_sem(TWO, frame, "GLS"), run("continuous_GLS")
    assert one.fit["chi2"] == pytest.approx(other.fit["chi2"], rel=1e-9)
    assert one.parameters["std_all"].to_numpy() == pytest.approx(
        other.parameters["std_all"].to_numpy(), abs=1e-8
    )


def test_residual_variances_of_responses_are_shown_and_follow():
    result = run("groups_equal")
    fitted = result.fitted
    values = row_values(fitted.structure, fitted.cells[None])[0]
    frame = result.parameters
    scale = frame[frame["op"] == "~*~"].set_index(["group", "lhs"])["estimate"]
    for at, row in frame[(frame["op"] == "~~") & frame["lhs"].isin(ITEMS)].iterrows():
        group = result.groups.index(row["group"])
        item = ITEMS.index(row["lhs"])
        implied = fitted.point.implied[group]
        loadings = implied.matrices["lambda"][0][item]
        explained = loadings @ implied.total[0] @ loadings
        left = scale[row["group"], row["lhs"]] ** -2 - explained
        assert row["estimate"] == pytest.approx(left, abs=1e-12)
        assert (values[at], row["se"]) == (row["estimate"], 0)
        label = f"{row['group']}"
        assert result.r_squared[label, row["lhs"]] == pytest.approx(1 - row["std_all"], abs=1e-12)
