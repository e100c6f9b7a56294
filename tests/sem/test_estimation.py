"""fit_sem against lavaan's output and against itself."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ModelError, ResponseError
from tests.helpers import needs
from tests.sem.conftest import CFA, INDIRECT, MODELS, SEM

FIT = {
    "chi2": "chisq",
    "p_value": "pvalue",
    "df": "df",
    "n": "ntotal",
    "n_parameters": "npar",
    "baseline_chi2": "baseline.chisq",
    "baseline_df": "baseline.df",
    "loglik": "logl",
    "loglik_saturated": "unrestricted.logl",
    "aic": "aic",
    "bic": "bic",
    "bic_adjusted": "bic2",
    "ecvi": "ecvi",
    "cn_05": "cn_05",
    "cn_01": "cn_01",
}
INDICES = {
    **{
        name: name
        for name in ("cfi", "tli", "nfi", "rfi", "ifi", "rni", "pnfi", "rmsea", "srmr", "rmr")
    },
    **{name: name for name in ("crmr", "rmr_nomean", "crmr_nomean", "gfi", "agfi", "pgfi", "mfi")},
    "srmr_nomean": "srmr_bentler_nomean",
    "rmsea_ci_low": "rmsea.ci.lower",
    "rmsea_ci_high": "rmsea.ci.upper",
    "rmsea_p_close": "rmsea.pvalue",
    "rmsea_p_not_close": "rmsea.notclose.pvalue",
}
COMPLETE = [
    ("cfa_ml_300", "cfa", {}),
    ("cfa_ml_stdlv_300", "cfa", {"std_lv": True}),
    ("cfa_ml_meanstructure_300", "cfa", {"means": True}),
    ("sem_ml_300", "sem", {}),
    ("sem_ml_stdlv_300", "sem", {"std_lv": True}),
    ("so_ml_300", "so", {}),
    ("so_ml_stdlv_300", "so", {"std_lv": True}),
    ("sem_indirect_300", "indirect", {}),
]
INCOMPLETE = [
    ("cfa_fiml_300_miss", "cfa", {}),
    ("cfa_fiml_expected_300_miss", "cfa", {"information": "expected"}),
    ("sem_fiml_300_miss", "sem", {}),
]


def by_name(frame, **columns):
    """Take columns of a reference table under the keys of a parameter."""
    table = pd.DataFrame(frame).set_index(["lhs", "op", "rhs"])
    return table[list(columns.values())].rename(columns={v: k for k, v in columns.items()})


def compare(found, expected, *, estimates, errors):
    mine = found.parameters.set_index(["lhs", "op", "rhs"])
    theirs = by_name(expected["params"], estimate="est", se="se")
    assert sorted(mine.index) == sorted(theirs.index)
    mine = mine.loc[theirs.index]
    np.testing.assert_allclose(mine["estimate"], theirs["estimate"], atol=estimates)
    np.testing.assert_allclose(mine["se"], theirs["se"], rtol=errors, atol=1e-12)
    free = theirs["se"] > 0
    ends = by_name(expected["params"], low="ci.lower", high="ci.upper")
    np.testing.assert_allclose(mine["ci_low"][free], ends["low"][free], atol=2 * estimates)
    np.testing.assert_allclose(mine["ci_high"][free], ends["high"][free], atol=2 * estimates)
    std = by_name(expected["std"], std_all="est.std", std_all_se="se")
    mine = found.parameters.set_index(["lhs", "op", "rhs"]).loc[std.index]
    np.testing.assert_allclose(mine["std_all"], std["std_all"], atol=estimates)
    np.testing.assert_allclose(mine["std_all_se"], std["std_all_se"], rtol=errors, atol=1e-6)


class TestAgainstLavaan:
    @pytest.mark.parametrize(("name", "model", "options"), COMPLETE)
    def test_complete_data(self, gaps, reference, name, model, options):
        found = sq.fit_sem(MODELS[model], gaps, **options)
        expected = reference(name)
        compare(found, expected, estimates=2e-5, errors=1e-4)
        fit, theirs = found.fit, expected["fit"]
        for mine, other in FIT.items():
            assert fit[mine] == pytest.approx(theirs[other], abs=1e-4), mine
        for mine, other in INDICES.items():
            assert fit[mine] == pytest.approx(theirs[other], abs=1e-6), mine
        assert found.problems == ()

    @pytest.mark.parametrize(("name", "model", "options"), INCOMPLETE)
    def test_incomplete_data(self, gaps_with_blanks, reference, name, model, options):
        with pytest.warns(MissingResponseWarning, match="what it answered"):
            found = sq.fit_sem(MODELS[model], gaps_with_blanks, missing="fiml", **options)
        expected = reference(name)
        compare(found, expected, estimates=1e-4, errors=1e-3)
        fit, theirs = found.fit, expected["fit"]
        for mine, other in FIT.items():
            assert fit[mine] == pytest.approx(theirs[other], abs=1e-4), mine
        for mine, other in INDICES.items():
            # lavaan's GFI and CRMR of incomplete rows are defined in another way.
            if mine not in ("gfi", "agfi", "pgfi", "crmr"):
                assert fit[mine] == pytest.approx(theirs[other], abs=1e-6), mine

    @pytest.mark.parametrize("model", ["cfa", "sem", "so"])
    def test_optimum_with_gradient_below_1e_12(self, gaps, reference, model):
        gold = reference(f"{model}_ml_gold_300")
        found = sq.fit_sem(MODELS[model], gaps)
        frame = found.parameters
        mine = frame.assign(name=frame["lhs"] + frame["op"] + frame["rhs"]).set_index("name")
        np.testing.assert_allclose(mine.loc[gold["names"], "estimate"], gold["est"], atol=1e-10)
        np.testing.assert_allclose(mine.loc[gold["names"], "se"], gold["se"], rtol=1e-9)
        assert found.fit["chi2"] == pytest.approx(gold["chisq"], abs=1e-9)

    def test_explained_variance(self, gaps, reference):
        found = sq.fit_sem(SEM, gaps).r_squared
        expected = reference("sem_rsquare_300")
        assert set(found.index) == set(expected)
        np.testing.assert_allclose(found[list(expected)], list(expected.values()), atol=1e-5)


class TestSameModel:
    """What must not change the answer does not change it."""

    @given(
        scales=st.lists(st.floats(-4, 4), min_size=6, max_size=6),
        order=st.permutations(range(6)),
        rows=st.integers(0, 2**32 - 1),
    )
    @settings(max_examples=15)
    def test_scales_order_of_items_and_rows(self, gaps, scales, order, rows):
        names = ["G1", "G2", "G3", "G5", "G6", "G7"]
        plain = sq.fit_sem("A =~ G1 + G2 + G3\nB =~ G5 + G6 + G7", gaps)
        moved = gaps.sample(frac=1, random_state=rows)[[names[i] for i in order]].copy()
        for name, scale in zip(names, scales, strict=True):
            moved[name] = moved[name] * 10.0**scale + 3
        other = sq.fit_sem("A =~ G3 + G2 + G1\nB =~ G6 + G5 + G7", moved)
        assert other.fit["chi2"] == pytest.approx(plain.fit["chi2"], rel=1e-7)
        keys = ["lhs", "op", "rhs"]
        mine = plain.parameters.set_index(keys)["std_all"]
        theirs = other.parameters.set_index(keys)["std_all"]
        np.testing.assert_allclose(theirs.loc[mine.index], mine, atol=1e-7)

    @pytest.mark.parametrize("model", ["cfa", "sem", "so"])
    def test_marker_or_standardised_factors(self, gaps, model):
        marker = sq.fit_sem(MODELS[model], gaps)
        unit = sq.fit_sem(MODELS[model], gaps, std_lv=True)
        assert unit.fit["chi2"] == pytest.approx(marker.fit["chi2"], abs=1e-8)
        for column in ("std_lv", "std_lv_se", "std_all", "std_all_se"):
            np.testing.assert_allclose(
                unit.parameters[column], marker.parameters[column], atol=1e-7
            )
        if model == "cfa":
            # With factors of variance 1 the estimates are in the metric of std_lv already.
            loadings = unit.parameters.query("op == '=~'")
            np.testing.assert_allclose(loadings["std_lv"], loadings["estimate"], atol=1e-12)
            np.testing.assert_allclose(loadings["std_lv_se"], loadings["se"], rtol=1e-9)

    def test_duplicated_rows_double_chi_square(self, gaps):
        once = sq.fit_sem(CFA, gaps)
        twice = sq.fit_sem(CFA, pd.concat([gaps, gaps]))
        assert twice.fit["chi2"] == pytest.approx(2 * once.fit["chi2"], rel=1e-10)
        np.testing.assert_allclose(
            twice.parameters["estimate"], once.parameters["estimate"], atol=1e-9
        )
        np.testing.assert_allclose(
            twice.parameters["se"] * np.sqrt(2), once.parameters["se"], rtol=1e-8
        )

    def test_saturated_model_reproduces_the_sample(self, gaps):
        names = ["G1", "G2", "G3"]
        text = "\n".join(f"{a} ~~ {b}" for i, a in enumerate(names) for b in names[i:])
        found = sq.fit_sem(text, gaps, means=True)
        implied = found.fitted.point.implied[0]
        np.testing.assert_allclose(implied.sigma[0], gaps[names].cov(ddof=0), atol=1e-12)
        np.testing.assert_allclose(implied.mu[0], gaps[names].mean(), atol=1e-12)
        assert found.fit["chi2"] == pytest.approx(0, abs=1e-9)
        assert found.fit["df"] == 0

    def test_every_kind_of_data(self, gaps):
        names = [f"G{i}" for i in range(1, 23)]
        frame = sq.fit_sem(CFA, gaps)
        sample = sq.Sample.from_frame(gaps[names])
        published = sq.Moments.from_matrix(
            gaps[names].corr(), len(gaps), names=names, sd=gaps[names].std()
        )
        for data in (sample, sample.moments(), published):
            other = sq.fit_sem(CFA, data)
            np.testing.assert_allclose(
                other.parameters["estimate"], frame.parameters["estimate"], atol=1e-9
            )
            assert other.fit["chi2"] == pytest.approx(frame.fit["chi2"], abs=1e-8)

    def test_polars(self, gaps):
        polars = needs("polars")
        assert sq.fit_sem(CFA, polars.from_pandas(gaps)) == sq.fit_sem(CFA, gaps)

    def test_complete_rows_by_fiml(self, gaps):
        plain = sq.fit_sem(CFA, gaps, means=True, information="observed")
        full = sq.fit_sem(CFA, gaps, missing="fiml")
        np.testing.assert_allclose(
            full.parameters["estimate"], plain.parameters["estimate"], atol=1e-9
        )
        np.testing.assert_allclose(full.parameters["se"], plain.parameters["se"], rtol=1e-8)
        assert full.fit["chi2"] == pytest.approx(plain.fit["chi2"], abs=1e-8)


class TestConstraints:
    def test_equal_labels_and_equal_by_constraint(self, gaps):
        labels = sq.fit_sem("A =~ G1 + a*G2 + a*G3 + G4", gaps)
        constraint = sq.fit_sem("A =~ G1 + a*G2 + b*G3 + G4\na == b", gaps)
        assert labels.fit["df"] == 3
        assert constraint.fit["chi2"] == pytest.approx(labels.fit["chi2"], abs=1e-9)
        for column in ("estimate", "se", "std_all", "std_all_se"):
            np.testing.assert_allclose(
                constraint.parameters[column], labels.parameters[column], atol=1e-8
            )

    def test_a_sum_of_loadings(self, gaps):
        found = sq.fit_sem("A =~ NA*G1 + a*G2 + b*G3 + G4\na + 2*b == 3", gaps)
        a, b = found.estimate("a"), found.estimate("b")
        assert a + 2 * b == pytest.approx(3, abs=1e-12)
        free = sq.fit_sem("A =~ G1 + G2 + G3 + G4", gaps)
        # The constraint only sets the scale of the factor.
        assert found.fit["chi2"] == pytest.approx(free.fit["chi2"], abs=1e-8)

    def test_defined_effects_follow_from_the_paths(self, gaps):
        found = sq.fit_sem(INDIRECT, gaps)
        assert found.estimate("ind_REL") == pytest.approx(
            found.estimate("a2") * found.estimate("b"), abs=1e-14
        )


class TestBadInput:
    def test_unknown_variable_names_the_nearest(self, gaps):
        with pytest.raises(ModelError, match=r"SAT_1.*SAT1"):
            sq.fit_sem("SAT =~ SAT_1 + SAT2 + SAT3", gaps)

    def test_more_parameters_than_statistics(self, gaps):
        with pytest.raises(ModelError, match=r"free parameters, but 2 variables have only 3"):
            sq.fit_sem("A =~ G1 + NA*G2\nA ~~ A\nG1 ~~ G2", gaps)

    def test_unidentified_model_is_named(self, gaps):
        with pytest.warns(AdmissibilityWarning, match="cannot tell"):
            found = sq.fit_sem("A =~ NA*G1 + G2 + G3 + G4\nA ~~ A", gaps)
        assert any("may not be identified" in problem for problem in found.problems)
        loadings = found.parameters.query("op == '=~'")
        assert loadings["se"].isna().all()

    def test_constant_variable(self, gaps):
        with pytest.raises(ResponseError, match=r"do not vary.*'G2'"):
            sq.fit_sem("A =~ G1 + G2 + G3", gaps.assign(G2=4.0))

    def test_copied_variable(self, gaps):
        with pytest.raises(ModelError, match=r"singular.*G1, G2"):
            sq.fit_sem("A =~ G1 + G2 + G3 + G4", gaps.assign(G2=gaps["G1"] * 2))

    def test_too_few_respondents(self, gaps):
        with pytest.raises(ModelError, match="20 respondents are too few for 22 variables"):
            sq.fit_sem(CFA, gaps.head(20))

    def test_text_infinity_and_absent_column(self, gaps):
        with pytest.raises(ResponseError, match="'G2' holds text"):
            sq.fit_sem("A =~ G1 + G2 + G3", gaps.assign(G2="-"))
        with pytest.raises(ResponseError, match="infinite"):
            sq.fit_sem("A =~ G1 + G2 + G3", gaps.assign(G2=np.inf))

    def test_fiml_needs_rows(self, gaps):
        with pytest.raises(ModelError, match="only moments are given"):
            sq.fit_sem(CFA, sq.Moments.from_frame(gaps), missing="fiml")

    def test_missing_answers_are_counted(self, gaps_with_blanks):
        names = ["G1", "G2", "G3", "G4"]
        complete = int(gaps_with_blanks[names].notna().all(axis=1).sum())
        with pytest.warns(MissingResponseWarning, match=rf"{300 - complete} of 300"):
            found = sq.fit_sem("A =~ G1 + G2 + G3 + G4", gaps_with_blanks)
        assert (found.n, found.n_excluded) == (complete, 300 - complete)
        assert f"{300 - complete} left out" in found.title()

    def test_input_is_not_changed(self, gaps_with_blanks):
        before = gaps_with_blanks.copy()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sq.fit_sem(CFA, gaps_with_blanks, missing="fiml")
        pd.testing.assert_frame_equal(gaps_with_blanks, before)


class TestResult:
    def test_is_a_value(self, gaps):
        found = sq.fit_sem(CFA, gaps)
        frame, fit = found.parameters, found.fit
        frame["estimate"] = 0.0
        fit["chi2"] = 0.0
        assert found.parameters["estimate"].iloc[1] != 0
        assert found.fit["chi2"] > 0
        assert found == sq.fit_sem(CFA, gaps)
        again = pickle.loads(pickle.dumps(found))
        assert again == found
        assert again.fitted.data.groups[0].rows is None
        assert again.fitted.data.groups[0].moments == found.fitted.data.groups[0].moments

    def test_shows_itself(self, gaps):
        found = sq.fit_sem(CFA, gaps)
        assert repr(found).startswith(
            "Structural model (ML): n = 300; χ²(199) = 202.64, p = 0.415, CFI = 0.999"
        )
        assert "<table" in found._repr_html_()


def test_exploded_effect_is_named(gaps):
    text = (
        "d =~ G5 + G6 + G7\ne =~ G8 + G9\nSAT =~ SAT1 + SAT2 + SAT3\nLOY =~ LOY1 + LOY2 + LOY3\n"
        "SAT ~ a*d + k*e\nLOY ~ b*SAT + c*d + m*e\ni := a*b\nj := k*b"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AdmissibilityWarning)
        found = sq.fit_sem(text, gaps)
    (exploded,) = [problem for problem in found.problems if "standard errors above" in problem]
    assert "'i'" in exploded or "'j'" in exploded or "'SAT ~ d'" in exploded


def test_scales_as_factors_of_their_dimensions():
    bank = sq.load_dataset("bank").dropna()
    scores = sq.gap_scores(sq.Responses.from_frame(bank, sq.load_instrument("servqual-1991")))
    found = sq.fit_cfa(scores)
    assert found.fit["df"] == 199
    assert found.n == len(bank)
    outcomes = sq.fit_sem("SAT =~ SAT1 + SAT2 + SAT3\nSAT ~ G1", scores)
    assert outcomes.fit["df"] == 2
    with pytest.raises(ModelError, match="does not know its dimensions"):
        sq.fit_cfa(bank)
