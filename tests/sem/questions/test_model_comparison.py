from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import chdtrc

from servqual.errors import ModelError
from servqual.moments import Moments
from servqual.sem.estimation import fit_sem
from servqual.sem.questions.model_comparison import compare_models
from tests.sem.fitted_models import (
    CFA,
    ONE,
    OUTCOMES,
    SEM,
    fit,
    fitted,
    frame,
    lavaan,
    one_factor,
)


@pytest.mark.parametrize("name", ["ML", "MLR", "MLM"])
def test_likelihood_ratio_tests_are_those_of_lavaan(name):
    options = {} if name == "ML" else {"estimator": name, "means": True}
    general, restricted = (fit(text, frame(), **options) for text in (CFA + OUTCOMES, SEM))
    row = compare_models(restricted, general, names=["SEM", "CFA"]).to_frame().iloc[1]
    said = lavaan()["tests"][name]
    end = "" if name == "ML" else "_scaled"
    assert row["df_difference"] == said["df"]
    assert row[f"chi2_difference{end}"] == pytest.approx(said["chisq"], rel=1e-4)
    assert row[f"p_value{end}"] == pytest.approx(said["p"], rel=1e-4)
    assert row["against"] == "CFA"
    assert row["model"] == "SEM"


def test_incomplete_rows_and_scaled_differences():
    general = fit(CFA, frame("gaps_300_miss"), estimator="MLR", missing="fiml")
    restricted = fit(ONE, frame("gaps_300_miss"), estimator="MLR", missing="fiml")
    row = compare_models(general, restricted).to_frame().iloc[1]
    said = lavaan()["tests"]["fiml"]
    assert row.chi2_difference_scaled == pytest.approx(said["chisq"], rel=1e-4)
    assert row.df_difference == said["df"]


@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
def test_the_positive_variant_is_that_of_lavaan(estimator):
    pairs = ("G10 ~~ {}G21", "G1 ~~ {}G2", "G5 ~~ {}G6")
    # lavaan's MLM and MLR model means.
    options = {"estimator": estimator, "means": True}
    texts = ["\n".join([CFA, *(pair.format(mark) for pair in pairs)]) for mark in ("", "0*")]
    results = [fit(text, frame(), **options) for text in texts]
    row = compare_models(*results, method="satorra-bentler-2010").to_frame().iloc[1]
    said = lavaan()["tests"][f"rows_{estimator}_2010"]
    assert row.chi2_difference_scaled == pytest.approx(said["chisq"], rel=2e-4)
    assert row.scaling_difference > 0
    assert row.df_difference == 3
    if estimator == "MLM":
        plain = compare_models(*results).to_frame().iloc[1]
        assert plain.chi2_difference_scaled == pytest.approx(
            lavaan()["tests"]["rows_MLM"]["chisq"], rel=2e-4
        )


def test_changes_are_this_model_less_the_one_it_restricts():
    one, other = fitted("cfa"), fitted("one")
    row = compare_models(one, other).to_frame().iloc[1]
    for index in ("aic", "bic", "cfi", "rmsea"):
        assert row[f"{index}_change"] == pytest.approx(other.fit[index] - one.fit[index])
    assert row.chi2_difference == pytest.approx(other.fit["chi2"] - one.fit["chi2"])
    assert row.p_value == pytest.approx(chdtrc(10, row.chi2_difference))


def test_models_are_ordered_by_their_degrees_of_freedom():
    results = [fitted("second"), fit(CFA + OUTCOMES, frame()), fitted("sem")]
    found = compare_models(*results, names=["second", "cfa", "sem"])
    assert found.to_frame().model.tolist() == ["cfa", "sem", "second"]
    assert found.to_frame().df.tolist() == [329, 332, 342]
    assert found.title() == "3 models compared (ML): n = 300"
    assert len(found.notes("zh")) == len(found.notes())


def test_a_model_that_is_not_nested_is_tested_against_one_that_it_is_nested_in():
    """The second-order model implies paths that the one between leaves out."""
    results = [fitted("second"), fit(CFA + OUTCOMES, frame()), fitted("sem")]
    found = compare_models(*results, names=["second", "cfa", "sem"])
    row = found.to_frame().iloc[2]
    assert row.against == "cfa"
    assert row.df_difference == 13
    assert row.chi2_difference == pytest.approx(results[0].fit["chi2"] - results[1].fit["chi2"])
    assert found.problems == (
        "'second' is not tested against 'sem': it is not nested in it, for 'sem' cannot reproduce "
        "what it implies. Compare AIC and BIC.",
    )


def test_nesting_is_seen_behind_another_parameterisation():
    """Tau-equivalence as equal labels with a marker, and as a fixed variance with one label."""
    data = one_factor(1)
    items = [f"x{at}" for at in range(1, 6)]
    general = fit("f =~ x1 + x2 + x3 + x4 + x5", data)
    equal = fit("f =~ " + " + ".join(f"a*{item}" for item in items), data, std_lv=True)
    row = compare_models(general, equal).to_frame().iloc[1]
    assert row.df_difference == 4
    ones = fit("f =~ " + " + ".join(f"1*{item}" for item in items), data)
    same = compare_models(general, ones).to_frame().iloc[1]
    assert same.chi2_difference == pytest.approx(row.chi2_difference, abs=1e-8)


def test_models_of_equal_size_are_not_tested():
    data = one_factor(1)
    text = "f =~ x1 + x2 + x3 + x4 + x5\n"
    results = [fit(text + pair, data) for pair in ("x1 ~~ x2", "x1 ~~ x3")]
    found = compare_models(*results)
    row = found.to_frame().iloc[1]
    assert np.isnan(row.p_value)
    assert row.df_difference == 0
    assert row.aic_change == pytest.approx(results[1].fit["aic"] - results[0].fit["aic"])
    assert "same degrees of freedom (4)" in found.problems[0]


def test_models_that_are_not_nested_are_not_tested():
    data = one_factor(1)
    text = "f =~ x1 + x2 + x3 + x4 + x5\n"
    general = fit(text + "x1 ~~ x2\nx2 ~~ x3", data)
    other = fit(text + "x4 ~~ x5", data)
    found = compare_models(general, other)
    assert np.isnan(found.to_frame().p_value.iloc[1])
    assert np.isnan(found.to_frame().chi2_difference.iloc[1])
    assert "not nested" in found.problems[0]


def test_a_negative_factor_is_said_and_the_other_variant_named():
    """Where the factors of 2001 would make the difference negative, there is no test."""
    general, restricted = fitted("mlm"), fit(ONE, frame(), estimator="MLM")
    fit_of = general.fit.copy()
    fit_of["scaling_factor"] *= 3
    found = compare_models(replace(general, _fit=fit_of), restricted)
    row = found.to_frame().iloc[1]
    assert row.scaling_difference < 0
    assert np.isnan(row.chi2_difference_scaled)
    assert np.isnan(row.p_value_scaled)
    assert row.p_value < 1e-10
    assert "satorra-bentler-2010" in found.problems[0]


def test_a_fit_that_failed_is_not_tested():
    found = compare_models(replace(fitted("cfa"), converged=False), fitted("one"))
    assert np.isnan(found.to_frame().p_value.iloc[1])
    assert "did not converge" in found.problems[0]


def test_a_solution_that_is_not_the_minimum_is_seen():
    general = fitted("cfa")
    poor = general.fit.copy()
    poor["chi2"] = fitted("one").fit["chi2"] + 5
    found = compare_models(replace(general, _fit=poor), fitted("one"))
    assert np.isnan(found.to_frame().p_value.iloc[1])
    assert "not at the minimum" in found.problems[0]


def test_different_variables_are_refused_and_named():
    with pytest.raises(
        ModelError, match=r"different variables \('LOY1', 'LOY2', .* only in 'Model 2'\)"
    ):
        compare_models(fitted("cfa"), fitted("sem"))


def test_different_respondents_are_refused():
    few = fit(CFA, frame().iloc[:280])
    with pytest.raises(ModelError, match=r"n = 300 and 280"):
        compare_models(fitted("one"), few)
    other = frame().copy()
    other.loc[0, "G1"] += 1
    with pytest.raises(ModelError, match="their answers differ"):
        compare_models(fitted("one"), fit(CFA, other))


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"estimator": "MLM"}, "estimator"),
        ({"missing": "fiml"}, "missing"),
        ({"means": True}, "means"),
    ],
)
def test_models_estimated_in_different_ways_are_refused(options, what):
    with pytest.raises(ModelError, match=what):
        compare_models(fitted("one"), fit(CFA, frame(), **options))


def test_bad_arguments_are_refused():
    with pytest.raises(ModelError, match="two or more fitted models; 1 is given"):
        compare_models(fitted("cfa"))
    with pytest.raises(ModelError, match="2 different names"):
        compare_models(fitted("cfa"), fitted("one"), names=["a", "a"])
    with pytest.raises(ModelError, match="not '2000'"):
        compare_models(fitted("cfa"), fitted("one"), method="2000")


def test_duplicating_the_rows_doubles_the_test():
    data = one_factor(2)
    texts = ("f =~ x1 + x2 + x3 + x4 + x5", "f =~ x1 + 1*x2 + 1*x3 + 1*x4 + 1*x5")
    one, two = (
        compare_models(*(fit(text, rows) for text in texts)).to_frame().chi2_difference.iloc[1]
        for rows in (data, pd.concat([data, data]))
    )
    assert two == pytest.approx(2 * one, rel=1e-7)


def test_the_order_of_variables_does_not_matter():
    """A model that names the variables in another order is still nested."""
    data = one_factor(3)
    general = fit("f =~ x5 + x4 + x3 + x2 + x1", data)
    restricted = fit("f =~ x1 + 1*x2 + 1*x3 + 1*x4 + 1*x5", data)
    assert compare_models(general, restricted).to_frame().p_value.notna().iloc[1]


def test_moments_do():
    moments = Moments.from_frame(frame()[list(fitted("cfa").fitted.data.names)])
    found = compare_models(*(fit_sem(text, moments) for text in (CFA, ONE))).to_frame()
    wanted = compare_models(fitted("cfa"), fitted("one")).to_frame()
    assert found.chi2_difference.iloc[1] == pytest.approx(wanted.chi2_difference.iloc[1])
