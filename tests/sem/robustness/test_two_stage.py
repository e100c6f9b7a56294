"""Two-stage estimates of incomplete rows against lavaan's."""

import numpy as np
import pytest

from servqual.errors import ModelError
from servqual.sem.estimation import fit_sem
from tests.sem.robustness.test_robust import PATH, RUNS, SCALAR, TWO, fitted, survey

# lavaan scales the baseline's chi-square by a factor that is not that of its two-stage test, so
# the baseline model is fitted there as a model; its saturated estimates are less exact than ours.
ALONE = "\n".join(f"G{i} ~~ G{i}" for i in range(1, 10))


def check(result, reference):
    labels = {label: at + 1 for at, label in enumerate(result.groups)}
    ours = {
        (row.lhs, row.op, "" if row.op == ":=" else row.rhs, labels.get(row.group, 1)): row
        for row in result.parameters.itertuples()
    }
    for row in reference["params"]:
        rhs = "" if row["op"] == ":=" else row["rhs"]
        one = ours[row["lhs"], row["op"], rhs, max(row["group"], 1)]
        assert one.estimate == pytest.approx(row["est"], abs=2e-5)
        assert one.se == pytest.approx(row["se"], rel=2e-5)
    fit = reference["fit"]
    assert result.fit["chi2"] == pytest.approx(fit["chisq"], rel=5e-5)
    assert result.fit["chi2_scaled"] == pytest.approx(fit["chisq.scaled"], rel=5e-5)
    assert result.fit["scaling_factor"] == pytest.approx(fit["chisq.scaling.factor"], rel=2e-6)
    for theirs, mine in (
        ("rmsea.scaled", "rmsea_scaled"),
        ("rmsea.ci.upper.scaled", "rmsea_ci_high_scaled"),
        ("rmsea.robust", "rmsea_robust"),
        ("rmsea.ci.upper.robust", "rmsea_ci_high_robust"),
    ):
        assert result.fit[mine] == pytest.approx(fit[theirs], abs=1e-5)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize(("which", "text"), [("", TWO), ("alone_", ALONE), ("path_", PATH)])
def test_as_lavaan(which, text, estimator):
    result = fitted(text, survey(holes=True), estimator, "two-stage")
    check(result, RUNS[f"two_stage_{which}{estimator}"])


def test_groups_as_lavaan():
    result = fitted(SCALAR, survey(holes=True), "ML", "two-stage", group="group")
    check(result, RUNS["two_stage_groups_ML"])


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_the_baseline_is_scaled_as_any_model(estimator):
    fit = fitted(TWO, survey(holes=True), estimator, "two-stage").fit
    alone = RUNS[f"two_stage_alone_{estimator}"]["fit"]
    factor = alone["chisq.scaling.factor"]
    assert fit["baseline_scaling_factor"] == pytest.approx(factor, rel=2e-6)
    assert fit["baseline_chi2_scaled"] == pytest.approx(alone["chisq.scaled"], rel=5e-5)
    excess = fit["chi2"] - fit["df"] * fit["scaling_factor"]
    worst = fit["baseline_chi2"] - fit["baseline_df"] * factor
    assert fit["rni_robust"] == pytest.approx(1 - excess / worst, rel=1e-6)


def test_complete_rows_need_no_correction():
    data = survey()
    fit = fitted(TWO, data, "ML", "two-stage").fit
    plain = fitted(TWO, data, means=True).fit
    assert fit["scaling_factor"] == pytest.approx(1, rel=1e-9)
    assert fit["chi2_scaled"] == pytest.approx(plain["chi2"], rel=1e-9)
    assert fit["cfi_robust"] == pytest.approx(plain["cfi"], rel=1e-9)


def test_without_normality_complete_rows_come_near_satorra_and_bentler():
    data = survey()
    staged = fitted(TWO, data, "MLR", "two-stage")
    casewise = fitted(TWO, data, "MLM", means=True)
    # The weights are those of the saturated model here, of the fitted one there.
    ratio = staged.fit["scaling_factor"] / casewise.fit["scaling_factor"]
    assert ratio == pytest.approx(1, abs=0.02)
    errors = staged.parameters["se"] / casewise.parameters["se"]
    assert np.nanmax(np.abs(errors - 1)) < 0.1


def test_notes_say_that_missing_answers_are_allowed_for():
    data = survey(holes=True)
    assert fitted(TWO, data, "ML", "two-stage").notes()[0] == (
        "Two-stage estimates; standard errors and test allow for missing answers."
    )
    assert "answers that are not normal" in fitted(TWO, data, "MLR", "two-stage").notes()[0]


def test_the_observed_information_is_refused():
    with pytest.raises(ModelError) as error:
        fit_sem(TWO, survey(), missing="two-stage", information="observed")
    assert str(error.value) == (
        "missing='two-stage' goes with the expected information, not the observed one."
    )
