"""Robust standard errors and tests against lavaan, and by what must not change them."""

import json
import pickle
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import AdmissibilityWarning, ModelError, ResponseError
from servqual.moments import Moments
from servqual.sem.estimation import fit_sem
from servqual.sem.fitting.fit_indices import Test
from servqual.sem.robustness.inference import infer
from servqual.sem.robustness.scaled_fit import scaled_indices
from servqual.sem.robustness.scaling import Scaling

REFERENCE = Path(__file__).parents[2] / "reference"
RUNS = json.loads((REFERENCE / "robust.json").read_text(encoding="utf-8"))

TWO = "TAN =~ G1+G2+G3+G4\nREL =~ G5+G6+G7+G8+G9\n"
PATH = (
    TWO + "EMP =~ G18+G19+G20+G21+G22\nSAT =~ SAT1+SAT2+SAT3\n"
    "SAT ~ a*TAN+b*REL\nEMP ~ c*SAT+REL\nind := a*c\n"
)
EQUAL = "TAN =~ G1+x*G2+x*G3+G4\nREL =~ G5+G6+y*G7+G8+G9\ny == 1.1*x\nG1 ~~ G5\n"
# Labels that hold for all groups: equal loadings, and equal intercepts with free factor means.
LOADINGS = "TAN =~ G1+l2*G2+l3*G3+l4*G4\nREL =~ G5+m2*G6+m3*G7+m4*G8+m5*G9\n"
SCALAR = (
    LOADINGS
    + "".join(f"G{i} ~ n{i}*1\n" for i in range(1, 10))
    + "TAN ~ c(0,NA)*1\nREL ~ c(0,NA)*1\n"
)
CFA = TWO + "RES =~ G10+G11+G12+G13\nASS =~ G14+G15+G16+G17\nEMP =~ G18+G19+G20+G21+G22\n"
SEM = (
    CFA + "SAT =~ SAT1+SAT2+SAT3\nLOY =~ LOY1+LOY2+LOY3\n"
    "SAT ~ TAN+REL+RES+ASS+EMP\nLOY ~ SAT+REL+EMP\n"
)
STATISTICS = {
    "chisq": "chi2",
    "chisq.scaled": "chi2_scaled",
    "df.scaled": "df_scaled",
    "pvalue.scaled": "p_value_scaled",
    "chisq.scaling.factor": "scaling_factor",
    "scaling.factor.h0": "scaling_factor_h0",
    "scaling.factor.h1": "scaling_factor_h1",
    "baseline.chisq": "baseline_chi2",
    "baseline.chisq.scaled": "baseline_chi2_scaled",
    "baseline.df.scaled": "baseline_df_scaled",
    "baseline.pvalue.scaled": "baseline_p_value_scaled",
    "baseline.chisq.scaling.factor": "baseline_scaling_factor",
}
for one in ("cfi", "tli", "nfi", "rfi", "ifi", "rni", "pnfi", "rmsea"):
    STATISTICS |= {f"{one}.{kind}": f"{one}_{kind}" for kind in ("scaled", "robust")}
for theirs, ours in (
    ("rmsea.ci.lower", "rmsea_ci_low"),
    ("rmsea.ci.upper", "rmsea_ci_high"),
    ("rmsea.pvalue", "rmsea_p_close"),
    ("rmsea.notclose.pvalue", "rmsea_p_not_close"),
):
    STATISTICS |= {f"{theirs}.{kind}": f"{ours}_{kind}" for kind in ("scaled", "robust")}


def survey(holes=False):
    whole = pd.read_csv(REFERENCE / "gaps_300.csv")
    frame = pd.read_csv(REFERENCE / "gaps_300_miss.csv") if holes else whole.copy()
    frame["id"] = np.arange(1, 301)
    frame["group"] = whole["group"]
    frame["w"] = 0.4 + (frame["id"] * 7) % 11 / 5
    frame["site"] = (frame["id"] * 13) % 37
    frame["nested"] = np.where(frame["group"] == 1, frame["site"] % 7, 100 + frame["site"])
    frame["crossing"] = frame["site"] + 100 * frame["group"]
    return frame


def fitted(text, data, *args, **options):
    """Fit a model; what is missing, and clusters that are few, is known here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit_sem(text, data, *args, **options)


def compare(result, reference, *, tolerance=1e-5, but=()):
    """Compare every estimate, error and scaled statistic."""
    frame = result.parameters
    labels = {label: at + 1 for at, label in enumerate(result.groups)}
    ours = {
        (row.lhs, row.op, "" if row.op == ":=" else row.rhs, labels.get(row.group, 1)): row
        for row in frame.itertuples()
    }
    compared = 0
    for row in reference["params"]:
        if row["se"] == 0:
            continue
        rhs = "" if row["op"] == ":=" else row["rhs"]
        one = ours[row["lhs"], row["op"], rhs, max(row.get("group", 1), 1)]
        assert one.estimate == pytest.approx(row["est"], abs=2e-5)
        assert one.se == pytest.approx(row["se"], rel=2e-5)
        compared += 1
    assert compared >= result.fitted.structure.n_parameters
    fit = reference["fit"]
    names = [name for name in STATISTICS if fit.get(name) is not None and name not in but]
    assert names
    for name in names:
        close = 5e-5 if "pvalue" in name else tolerance
        expected = pytest.approx(fit[name], rel=tolerance, abs=close)
        assert result.fit[STATISTICS[name]] == expected, name


@pytest.mark.parametrize("estimator", ["MLR", "MLM", "MLMV"])
@pytest.mark.parametrize("which", ["skewed", "path", "equal", "means", "groups"])
def test_complete_rows_as_lavaan(which, estimator):
    data = survey()
    if which == "skewed":
        items = [f"G{i}" for i in range(1, 23)]
        data[items] = np.exp(data[items] / 2)
    text = {"path": PATH, "equal": EQUAL, "groups": SCALAR}.get(which, TWO)
    options = {"group": "group"} if which == "groups" else {"means": which == "means"}
    result = fitted(text, data, estimator, **options)
    assert result.problems == ()
    reference = RUNS[f"{which}_{estimator}"]
    # lavaan divides by the parameters before constraints, Mplus by those that are free.
    compare(result, reference, but=("scaling.factor.h0",))
    if estimator == "MLR":
        structure = result.fitted.structure
        theirs = reference["fit"]["scaling.factor.h0"] * len(structure.rows)
        ours = result.fit["scaling_factor_h0"] * structure.n_parameters
        assert ours == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "text", "estimator"),
    [
        ("cfa_mlr_300", CFA, "MLR"),
        ("cfa_mlm_300", CFA, "MLM"),
        ("cfa_mlmv_300", CFA, "MLMV"),
        ("sem_mlr_300", SEM, "MLR"),
        ("sem_mlm_300", SEM, "MLM"),
    ],
)
def test_the_survey_as_lavaan(name, text, estimator):
    reference = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
    compare(fitted(text, survey(), estimator), reference)


@pytest.mark.parametrize(("name", "estimator"), [("cfa_fiml_mlr", "MLR"), ("cfa_fiml", "ML")])
def test_incomplete_rows_of_the_survey_as_lavaan(name, estimator):
    reference = json.loads((REFERENCE / f"{name}_300_miss.json").read_text(encoding="utf-8"))
    result = fitted(CFA, survey(holes=True), estimator, "fiml")
    compare(result, reference)
    assert ("chi2_scaled" in result.fit.index) == (estimator == "MLR")


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("holes_MLR", TWO, {}),
        ("holes_ML", TWO, {"estimator": "ML"}),
        ("holes_groups_MLR", SCALAR, {"group": "group"}),
        ("weights_holes", TWO, {"weights": "w"}),
        ("cluster_holes", TWO, {"cluster": "site"}),
    ],
)
def test_incomplete_rows_as_lavaan(name, text, options):
    options = {"estimator": "MLR"} | options
    result = fitted(text, survey(holes=True), missing="fiml", **options)
    compare(result, RUNS[name], but=("scaling.factor.h0",))


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("weights", TWO, {"weights": "w"}),
        ("weights_path", PATH, {"weights": "w"}),
        ("weights_groups", TWO, {"weights": "w", "group": "group"}),
        ("cluster", TWO, {"cluster": "site"}),
        ("cluster_weights", TWO, {"cluster": "site", "weights": "w"}),
        ("cluster_groups", TWO, {"cluster": "site", "group": "group"}),
        ("cluster_nested", LOADINGS, {"cluster": "nested", "group": "group"}),
        # Parts of a cluster in two groups are one cluster to us, two to lavaan.
        ("cluster_crossing", LOADINGS, {"cluster": "crossing", "group": "group"}),
    ],
)
def test_weights_and_clusters_as_lavaan(name, text, options):
    # With clusters lavaan models means, too, which changes the scaled test a little.
    means = True if "cluster" in options else None
    result = fitted(text, survey(), "MLR", means=means, **options)
    compare(result, RUNS[name], but=("scaling.factor.h0",))


def test_bare_names_are_the_uncorrected_statistics():
    data = survey()
    plain = fitted(TWO, data).fit
    for estimator in ("MLR", "MLM", "MLMV"):
        robust = fitted(TWO, data, estimator).fit
        assert robust[plain.index].to_numpy() == pytest.approx(plain.to_numpy(), rel=1e-12)
        assert len(robust) > len(plain)


def test_complete_rows_make_the_correction_for_missing_answers_nothing():
    fit = fitted(TWO, survey(), missing="fiml").fit
    for name in ("cfi", "tli", "rni", "rmsea", "rmsea_ci_high", "rmsea_p_close"):
        assert fit[f"{name}_robust"] == pytest.approx(fit[name], abs=1e-9)


def test_one_respondent_a_cluster_is_no_cluster():
    data = survey()
    plain = fitted(TWO, data, "MLR")
    alone = fitted(TWO, data, "MLR", cluster="id")
    assert alone.covariance == pytest.approx(plain.covariance * 300 / 299, rel=1e-9)
    assert alone.n_clusters == 300


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_equal_weights_are_no_weights(missing):
    data = survey(holes=missing == "fiml")
    plain = fitted(TWO, data, "MLR", missing)
    equal = fitted(TWO, data, "MLR", missing, weights=np.full(300, 7.0))
    assert equal.covariance == pytest.approx(plain.covariance, rel=1e-8)
    assert equal.fit.to_numpy() == pytest.approx(plain.fit.to_numpy(), rel=1e-7, nan_ok=True)


def test_weights_count_rows_but_are_no_rows():
    data = survey()
    counts = 1 + data["id"].to_numpy() % 3
    weighted = fitted(TWO, data, "MLR", weights=counts)
    repeated = fitted(TWO, data.loc[data.index.repeat(counts)], "MLR", cluster="id")
    assert weighted.parameters["estimate"].to_numpy() == pytest.approx(
        repeated.parameters["estimate"].to_numpy(), abs=1e-9
    )
    # A respondent who stands for three is no better known than one who stands for one.
    assert weighted.covariance * (300 / 299) == pytest.approx(repeated.covariance, rel=1e-7)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(["MLR", "MLM", "MLMV"]), st.integers(2, 4))
def test_repeated_rows_divide_robust_variances(seed, estimator, times):
    data = survey().sample(120, random_state=seed % 2**31)
    once = fitted(TWO, data, estimator)
    several = fitted(TWO, pd.concat([data] * times), estimator)
    assert several.covariance == pytest.approx(once.covariance / times, rel=1e-6, abs=1e-12)
    assert several.fit["scaling_factor"] == pytest.approx(once.fit["scaling_factor"], rel=1e-7)
    shift = once.fit["scaling_shift"]
    expected = times * (once.fit["chi2_scaled"] - shift) + shift
    assert several.fit["chi2_scaled"] == pytest.approx(expected, rel=1e-7)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.floats(0.01, 100), min_size=9, max_size=9),
    st.sampled_from(["MLR", "MLM", "MLMV"]),
    st.integers(0, 2**31),
)
def test_units_and_order_of_rows_do_not_matter(units, estimator, seed):
    data = survey()
    items = [f"G{i}" for i in range(1, 10)]
    other = data.sample(frac=1, random_state=seed % 2**31)
    other[items] = other[items] * np.array(units)
    one, two = fitted(TWO, data, estimator), fitted(TWO, other, estimator)
    for column in ("std_all", "std_all_se"):
        assert two.parameters[column].to_numpy() == pytest.approx(
            one.parameters[column].to_numpy(), rel=1e-6, abs=1e-9
        )
    names = [name for name in one.fit.index if name.endswith(("_scaled", "_robust", "factor"))]
    assert two.fit[names].to_numpy() == pytest.approx(one.fit[names].to_numpy(), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_tails_make_the_scaling_factor(estimator):
    rng = np.random.default_rng(20261122)
    n = 20_000
    loading = np.array([[0.8, 0.7, 0.6, 0.9]])
    answers = rng.normal(size=(n, 1)) * loading + rng.normal(size=(n, 4))
    names = ["a", "b", "c", "d"]
    text = "f =~ a + b + c + d"
    normal = fitted(text, pd.DataFrame(answers, columns=names), estimator)
    # The factor of normal data has a standard error of about sqrt(2/n) times a small number.
    assert normal.fit["scaling_factor"] == pytest.approx(1, abs=0.05)
    # Dividing each row by the root of a chi-square of 8 over 8 makes kurtosis 3 (8 - 2)/(8 - 4).
    tails = answers / np.sqrt(rng.chisquare(8, size=(n, 1)) / 8)
    heavy = fitted(text, pd.DataFrame(tails, columns=names), estimator)
    assert heavy.fit["scaling_factor"] == pytest.approx(1.5, abs=0.12)


def test_a_model_without_degrees_of_freedom():
    fit = fitted("f =~ G1 + G2 + G3", survey(), "MLR").fit
    assert fit["df_scaled"] == 0
    assert fit["chi2_scaled"] == pytest.approx(0, abs=1e-9)
    assert np.isnan(fit["scaling_factor"])
    for index in ("cfi_scaled", "cfi_robust", "tli_robust"):
        assert fit[index] == pytest.approx(1, abs=1e-12)
    assert fit["rmsea_robust"] == 0


def test_a_failed_fit_has_no_scaled_statistics():
    for estimator, missing in (("MLR", "listwise"), ("ML", "fiml"), ("MLR", "two-stage")):
        good = fitted(TWO, survey(holes=missing != "listwise"), estimator, missing)
        failed = infer(replace(good.fitted, converged=False), estimator, "observed")
        names = [name for name in failed.fit if "df" not in name and "shift" not in name]
        assert names
        assert all(np.isnan(failed.fit[name]) for name in names)
        assert set(failed.fit) == {name for name in good.fit.index if name in failed.fit}
        assert np.isnan(failed.covariance).all()


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_what_is_not_identified_has_no_robust_error(estimator):
    with pytest.warns(AdmissibilityWarning, match="cannot tell"):
        result = fit_sem("f =~ NA*G1 + G2 + G3 + G4\nf ~~ f", survey(), estimator)
    frame = result.parameters.set_index(["lhs", "op", "rhs"])
    assert np.isnan(frame.loc[("f", "~~", "f"), "se"])
    assert np.isnan(result.fit["chi2_scaled"])


def test_a_factor_that_is_not_positive_scales_nothing():
    fit = scaled_indices(
        Test(chi2=10.0, df=8),
        Test(chi2=100.0, df=12),
        (Scaling(factor=-0.1, trace=-0.8), Scaling(factor=1.0, trace=12.0)),
        100,
        1,
    )
    for name in ("chi2", "cfi", "tli", "rmsea", "rmsea_ci_high"):
        assert np.isnan(fit[f"{name}_scaled"])


def test_a_baseline_that_is_not_scaled_leaves_the_model_s_test():
    fit = scaled_indices(
        Test(chi2=10.0, df=8),
        Test(chi2=100.0, df=12),
        (Scaling(factor=1.0, trace=8.0), Scaling(factor=np.nan, trace=np.nan)),
        100,
        1,
    )
    assert fit["chi2_scaled"] == 10
    assert fit["rmsea_robust"] == pytest.approx(np.sqrt(2 / 800))
    for name in ("cfi_scaled", "tli_scaled", "rni_scaled", "cfi_robust", "tli_robust"):
        assert np.isnan(fit[name])


def test_few_clusters_are_said():
    data = survey()
    data["branch"] = data["id"] % 5
    message = (
        "There are 5 clusters for 19 parameters: standard errors and scaled tests rest on too few "
        "clusters to be relied on."
    )
    with pytest.warns(AdmissibilityWarning, match=message):
        result = fit_sem(TWO, data, "MLR", cluster="branch")
    assert message in result.problems
    data["branch"] = 1
    with pytest.raises(ModelError, match="All respondents are in one cluster; standard errors"):
        fit_sem(TWO, data, "MLR", cluster="branch")


def test_rows_without_a_cluster_are_left_out_and_said():
    data = survey()
    data["site"] = data["site"].where(data["id"] > 4)
    with pytest.warns(UserWarning, match="4 respondents are in no cluster and are left out"):
        result = fit_sem(TWO, data, "MLR", cluster="site")
    assert (result.n, result.n_excluded) == (296, 4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"estimator": "WLS"},
            "estimator must be one of ML, MLR, MLM, MLMV, ULS, ULSMV, GLS, DWLS, WLSM, WLSMV, not "
            "'WLS'.",
        ),
        (
            {"weights": "w", "estimator": "ML"},
            "Sampling weights need standard errors and tests that allow for them: take "
            "estimator='MLR' instead of 'ML'.",
        ),
        (
            {"cluster": "site", "estimator": "MLM"},
            "Clusters need standard errors and tests that allow for them: take estimator='MLR' "
            "instead of 'MLM'.",
        ),
        (
            {"estimator": "MLMV", "missing": "fiml"},
            "estimator='MLMV' takes complete rows only; with missing='fiml' take estimator='MLR'.",
        ),
        (
            {"estimator": "MLM", "information": "observed"},
            "estimator='MLM' goes with the expected information, not the observed one.",
        ),
        (
            {"missing": "two-stage", "means": False},
            "missing='two-stage' needs a mean structure; leave means=False out.",
        ),
    ],
)
def test_what_an_estimator_cannot_do(options, message):
    with pytest.raises(ModelError) as error:
        fit_sem(TWO, survey(), **options)
    assert str(error.value) == message


def test_moments_are_not_enough():
    moments = Moments.from_frame(survey()[[f"G{i}" for i in range(1, 10)]])
    with pytest.raises(ModelError) as error:
        fit_sem(TWO, moments, "MLR")
    assert str(error.value) == (
        "estimator='MLR' needs the answers themselves, but only moments are given. Take "
        "estimator='ML', or give the answers."
    )
    with pytest.raises(ResponseError, match="weights= and cluster= need the answers themselves"):
        fit_sem(TWO, moments, "MLR", cluster="site")


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_a_pickle_leaves_the_rows_behind(estimator):
    result = fitted(TWO, survey(), estimator)
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    with pytest.raises(ModelError, match="Robust statistics need the answers themselves"):
        infer(again.fitted, estimator, "observed")


def test_the_title_and_the_notes_say_what_is_corrected():
    result = fitted(TWO, survey(), "MLR", weights="w", cluster="site")
    fit = result.fit
    assert result.title() == (
        f"Structural model (MLR): n = 300; scaled χ²(26) = {fit['chi2_scaled']:.2f}, "
        f"p = {fit['p_value_scaled']:.3f}, robust CFI = {fit['cfi_robust']:.3f}, "
        f"TLI = {fit['tli_robust']:.3f}, RMSEA = {fit['rmsea_robust']:.3f} "
        f"[{fit['rmsea_ci_low_robust']:.3f}, {fit['rmsea_ci_high_robust']:.3f}], "
        f"SRMR = {fit['srmr']:.3f}"
    )
    notes = " ".join(result.notes())
    assert "observed information; test of Yuan and Bentler" in notes
    assert "sampling weights" in notes
    assert "within 37 clusters" in notes
    plain = fitted(TWO, survey())
    assert plain.title().startswith("Structural model (ML): n = 300; χ²(26) = 23.56")
    assert plain.notes()[0] == "Standard errors from the expected information."


@pytest.mark.parametrize("how", [{"weights": "w"}, {"cluster": "site"}])
def test_weights_and_clusters_ask_for_mlr(how):
    rng = np.random.default_rng(4)
    frame = survey().assign(w=rng.uniform(0.5, 2, 300), site=np.resize(np.arange(60), 300))
    text = "f =~ G1 + G2 + G3 + G4"
    assert fit_sem(text, frame, **how).fit.equals(fit_sem(text, frame, "MLR", **how).fit)
