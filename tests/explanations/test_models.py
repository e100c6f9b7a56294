"""Fit, effects, explained variance and constructs: the formula gives the figure."""

import dataclasses
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.explanations.explaining import explain
from tests.explanations.replayed import close, replay, symbols

OUTCOMES = "SAT =~ SAT1 + SAT2 + SAT3; LOY =~ LOY1 + LOY2 + LOY3"
MODEL = f"""{OUTCOMES}; TAN =~ P1 + P2 + P3; SAT ~ a*TAN; LOY ~ b*SAT + c*TAN
through := a*b; total := c + through; odd := (a - b)^2/2 - 1.5*sqrt(c); bent := exp(a)"""
FIT = ("chi2", "cfi", "tli", "rmsea", "srmr")
ROBUST = ("chi2_scaled", "cfi_robust", "tli_robust", "rmsea_robust")


@pytest.fixture(scope="module")
def bank():
    return sq.load_dataset("bank").dropna()


@pytest.fixture(scope="module")
def model(bank):
    return sq.fit_sem(MODEL, bank, estimator="MLR")


@pytest.fixture(scope="module")
def validity(model):
    return sq.construct_validity(model)


def by_hand(found, statistic):
    """The formula of a test or index, from its symbols alone."""
    of = symbols(found)
    n, groups = of.get("n"), of.get("groups", 1)
    if statistic == "chi2":
        if "loglik" in of:
            return 2 * (of["loglik_saturated"] - of["loglik"])
        f = of["f"]
        if "parts" in of:
            f = (of["shares"] * of["parts"]).sum()
        if "trace" in of:
            f = of["implied"] + of["trace"] - of["sample"] - of["p"] + of.get("means", 0)
        return n * f
    if statistic == "chi2_scaled":
        return of["chi2"] / of["factor"] + of.get("shift", 0)
    if statistic == "srmr":
        if "parts" in of:
            return (of["shares"] * of["parts"]).sum()
        return math.sqrt((of["r"] ** 2).sum() / of["k"])
    df, df_0 = of["df"], of.get("baseline_df")
    k = of["factor"] * (df - of.get("shift", 0)) if "factor" in of else df
    k_0 = df_0
    if "baseline_factor" in of:
        k_0 = of["baseline_factor"] * (df_0 - of.get("baseline_shift", 0))
    off = of["chi2"] - k
    if statistic.startswith("rmsea"):
        return math.sqrt(groups * max(off, 0) / (n * df))
    worst = of["baseline_chi2"] - k_0
    if statistic.startswith("cfi"):
        return 1 - max(off, 0) / max(off, worst, 0)
    return 1 - (off / df) / (worst / df_0)


def check(result, statistic):
    found = explain(result, statistic=statistic)
    assert found.value == result.fit[statistic]
    close(by_hand(found, statistic), found.value)
    whole = [step for step in found.steps if "…" not in step.text]
    assert replay(found) >= len(whole) > 0
    return found


@pytest.mark.parametrize("statistic", [*FIT, *ROBUST])
def test_every_index_is_reproduced(model, statistic):
    check(model, statistic)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_indices_of_models_that_fit_well_and_badly(seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(150, 1)) + rng.normal(size=(150, 5))
    rows[:, 1] += rng.choice([0, 1]) * rows[:, 0]
    result = sq.fit_sem("f =~ a + b + c + d + e", pd.DataFrame(rows, columns=list("abcde")))
    for statistic in FIT:
        check(result, statistic)


def test_misfit_below_chance_is_cut_at_zero():
    matrix = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    published = sq.Moments.from_matrix(matrix, 100, names=list("abcd"))
    result = sq.fit_sem("f =~ a + b + c + d", published)
    assert check(result, "rmsea").value == 0
    assert check(result, "cfi").value == 1
    assert check(result, "tli").value > 1


@pytest.mark.filterwarnings("ignore::servqual.MissingResponseWarning")
@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_means_and_missing_answers(bank, missing):
    holes = bank[["SAT1", "SAT2", "SAT3", "LOY1", "LOY2", "LOY3"]].copy()
    holes.loc[holes.index[:30], "SAT1"] = np.nan
    fixed = f"{OUTCOMES}; SAT1 ~ m*1; SAT2 ~ m*1"
    result = sq.fit_sem(fixed, holes, missing=missing, means=True)
    for statistic in FIT:
        found = check(result, statistic)
    assert ("loglik" in explain(result).symbols) == (missing == "fiml")
    assert ("means" in explain(result).symbols) == (missing == "listwise")
    assert found.symbols["k"].value == 21 + 6


def test_groups(bank):
    data = bank.assign(half=["a", "b"] * 140)
    result = sq.fit_sem(f"{OUTCOMES}; LOY ~ SAT", data, group="half")
    for statistic in FIT:
        check(result, statistic)
    assert explain(result).symbols["parts"].names == ("a", "b")
    found = explain(result, label="LOY", group="b")
    assert found.value == result.r_squared["b", "LOY"]
    close(1 - found.symbols["residual"].value / found.symbols["variance"].value, found.value)
    with pytest.raises(ValueError, match=r"2 groups; choose one: group='a'"):
        explain(result, label="LOY")


@pytest.mark.parametrize("estimator", ["MLM", "MLMV"])
def test_other_scaled_tests(bank, estimator):
    result = sq.fit_sem(OUTCOMES, bank, estimator=estimator)
    found = check(result, "chi2_scaled")
    assert ("shift" in found.symbols) == (result.fit["scaling_shift"] != 0)
    for statistic in ROBUST[1:]:
        check(result, statistic)


@pytest.mark.parametrize("name", ["through", "total", "odd"])
def test_defined_effects_with_their_errors(model, name):
    found = explain(model, label=name)
    row = model.parameters.query("op == ':=' and lhs == @name").iloc[0]
    assert found.value == row["estimate"]
    of = symbols(found)
    labels = found.symbols["slopes"].names
    (definition,) = (one for one in model.fitted.structure.table.definitions if one.name == name)
    given = {label: of[f"theta_{at}"] for at, label in enumerate(labels, 1)}
    close(definition.expression.value(given), found.value)
    k = len(labels)
    covariance = np.zeros((k, k))
    covariance[np.triu_indices(k)] = of["covariances"]
    covariance += np.triu(covariance, 1).T
    close(math.sqrt(of["slopes"] @ covariance @ of["slopes"]), row["se"])
    assert of["se"] == row["se"]
    assert replay(found) >= 2
    assert ("along these paths" in found.readings[0]) == (name == "through")


def test_indirect_effect_is_written_as_the_product_of_its_paths(model):
    found = explain(model, label="through")
    assert found.formula_text.startswith("γ = θ_1 × θ_2\nSE = √(")
    a, b = (model.estimate(name) for name in ("a", "b"))
    assert found.steps[0].text.split("\n")[1].strip() == f"= {a:.3f} × {b:.3f}"
    assert found.symbols["theta_1"].meaning == "estimate of SAT ~ TAN, labelled a"
    frame = model.parameters.set_index("label")
    close(found.symbols["covariances"].value[[0, 2]], frame.loc[["a", "b"], "se"] ** 2)
    assert any("not normally distributed" in one for one in found.cautions)
    summed = sq.fit_sem(
        "SAT ~ a*P1 + b*P2; both := a + b",
        pd.DataFrame(np.random.default_rng(1).normal(size=(80, 3)), columns=["SAT", "P1", "P2"]),
    )
    assert not any("not normally" in one for one in explain(summed, label="both").cautions)


def test_functions_beyond_arithmetic_are_refused(model):
    with pytest.raises(ValueError, match=r"bent := exp\(a\) cannot be shown step by step"):
        explain(model, label="bent")


@pytest.mark.parametrize("name", ["SAT", "P1"])
def test_explained_variance(model, name):
    found = explain(model, statistic="r_squared", label=name)
    assert found.value == model.r_squared[name]
    close(1 - found.symbols["residual"].value / found.symbols["variance"].value, found.value)
    assert replay(found) == 1
    assert f"{100 * found.value:.1f} percent" in found.readings[0]


def test_figures_are_chosen_by_name(model, bank):
    assert explain(model) == explain(model, statistic="chi2")
    with pytest.raises(ValueError, match=r"statistic must be one of chi2, cfi, .*'cfii'.*'cfi'"):
        explain(model, statistic="cfii")
    with pytest.raises(ValueError, match=r"defined effect \(through, total.*not 'throu'.*through"):
        explain(model, label="throu")
    with pytest.raises(ValueError, match=r"There are 4; choose one, such as label='through'"):
        explain(model, statistic="effect")
    with pytest.raises(ValueError, match="label= does not go with statistic='cfi'"):
        explain(model, statistic="cfi", label="SAT")
    with pytest.raises(ValueError, match="group= chooses among explained variances"):
        explain(model, group="a")
    with pytest.raises(ValueError, match="dimension= does not go with fit_sem"):
        explain(model, dimension="SAT")
    plain = sq.fit_sem(OUTCOMES, bank)
    with pytest.raises(ValueError, match="chi2, cfi, tli, rmsea, srmr, r_squared, not"):
        explain(plain, statistic="cfi_robust")


def test_failed_fit_has_reasons_and_no_steps(model):
    fit = model.fit.mask(~model.fit.index.isin(["df", "n", "n_parameters"]))
    lost = dataclasses.replace(
        model,
        converged=False,
        problems=("It did not converge.",),
        _fit=fit,
        _r_squared=model.r_squared * np.nan,
    )
    for chosen in (*({"statistic": one} for one in FIT), {"label": "SAT"}):
        found = explain(lost, **chosen)
        assert np.isnan(found.value)
        assert found.steps == found.readings == ()
        assert found.problems == ("It did not converge.",)


def test_reliability_and_variance_extracted(validity):
    table = validity.to_frame().set_index("latent")
    for name in ("SAT", "TAN"):
        found = explain(validity, dimension=name)
        assert found.value == table.loc[name, "cr"]
        of = symbols(found)
        common = of["loadings"].sum() ** 2
        close(common / (common + (1 - of["loadings"] ** 2).sum()), found.value)
        assert replay(found) == 3
        found = explain(validity, dimension=name, statistic="ave")
        assert found.value == table.loc[name, "ave"]
        of = symbols(found)
        close((of["loadings"] ** 2).sum() / of["k"], found.value)
        assert replay(found) == 2


def test_reliability_with_correlated_residuals(bank):
    result = sq.construct_validity(sq.fit_sem("TAN =~ P1 + P2 + P3 + P4; P1 ~~ P2", bank))
    found = explain(result)
    assert found.value == result.to_frame()["cr"].iloc[0]
    of = symbols(found)
    whole = of["k"] + 2 * of["correlations"].sum()
    close([of["loadings"].sum() ** 2 / whole, of["total"]], [found.value, whole])
    assert replay(found) == 3
    assert any("Raykov" in one for one in found.references)


@pytest.mark.parametrize("mean", ["arithmetic", "geometric"])
def test_ratios_of_correlations(model, mean):
    result = sq.construct_validity(model, mean=mean)
    ratios = result.htmt
    of_pair = explain(result, dimension="TAN", statistic="htmt", label="SAT")
    assert of_pair.value == ratios.loc["TAN", "SAT"]
    highest = explain(result, statistic="htmt")
    assert highest.value == result.htmt_pairs["htmt"].max()
    of_one = explain(result, dimension="TAN", statistic="htmt")
    assert of_one.value == ratios.loc["TAN"].drop("TAN").max()
    take = np.mean if mean == "arithmetic" else lambda x: np.exp(np.log(x).mean())
    of = symbols(of_pair)
    between, first, second = (take(of[name]) for name in ("between", "first", "second"))
    close(between / math.sqrt(first * second), of_pair.value)
    assert (len(of["between"]), len(of["first"])) == (9, 3)
    assert replay(of_pair) >= 1
    assert of_pair.title == f"HTMT{'2' * (mean == 'geometric')} of SAT and TAN"


def test_constructs_are_chosen_by_name(validity, bank):
    with pytest.raises(ValueError, match=r"3 latent variables; choose one"):
        explain(validity)
    with pytest.raises(sq.ResponseError, match=r"no latent variable 'SATT'.*'SAT'"):
        explain(validity, dimension="SATT")
    with pytest.raises(ValueError, match="label= names the other variable of an HTMT"):
        explain(validity, dimension="SAT", label="LOY")
    with pytest.raises(ValueError, match="must name two different latent variables"):
        explain(validity, dimension="SAT", statistic="htmt", label="SAT")
    one = sq.construct_validity(sq.fit_sem("TAN =~ P1 + P2 + P3 + P4", bank))
    assert explain(one) == explain(one, dimension="TAN")
    with pytest.raises(ValueError, match="no pair of latent variables"):
        explain(one, statistic="htmt")


def test_coefficient_that_is_not_there_says_why(bank):
    result = sq.construct_validity(sq.fit_sem(f"{OUTCOMES}; ONE =~ P1", bank))
    for statistic in ("cr", "ave"):
        found = explain(result, dimension="ONE", statistic=statistic)
        assert np.isnan(found.value)
        assert found.steps == ()
        assert "ONE has one indicator" in found.problems[0].replace("'", "")


def test_hostile_names_stay_text(bank):
    frame = bank[["SAT1", "SAT2", "SAT3", "LOY1", "LOY2", "LOY3"]].assign(
        half=np.resize(["<script>$x$", r"\end{x}"], len(bank))
    )
    result = sq.fit_sem(OUTCOMES, frame, group="half")
    shown = explain(result)._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;<span>$</span>x<span>$</span>" in shown


def test_chinese(model, validity):
    chosen = [{"statistic": one} for one in (*FIT, *ROBUST)]
    chosen += [{"label": name} for name in ("through", "total", "SAT")]
    every = [(model, one) for one in chosen]
    every += [(validity, {"dimension": "SAT", "statistic": one}) for one in ("cr", "ave", "htmt")]
    for result, one in every:
        found, english = explain(result, **one, language="zh"), explain(result, **one)
        assert found.steps == english.steps
        assert found.readings
        assert english.references
        meanings = [symbol.meaning for symbol in found.symbols.values()]
        for part in (found.title, *found.readings, *found.cautions, *meanings):
            assert re.search("[\u4e00-\u9fff]", part), part
        for step in english.steps:
            assert step.latex.count("{") == step.latex.count("}")
            assert step.latex.count(r"\left(") == step.latex.count(r"\right)")
