"""Exploratory factor analysis: reference solutions, tables, bad input."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import AdmissibilityWarning, ModelError, SmallSampleWarning
from servqual.factors.efa import fit_efa
from servqual.factors.extraction import METHODS, extract
from servqual.factors.fit import factor_fit
from servqual.factors.rotation import ROTATIONS
from servqual.moments import Moments
from tests.helpers import needs


@pytest.mark.parametrize("method", ["minres", "ml"])
@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin"])
def test_solutions_are_those_of_psych(gaps, reference, aligned, method, rotation):
    expected = reference(f"efa_{method}_{rotation}_300")
    target = np.array(expected["loadings"])
    found = fit_efa(gaps, 5, rotation, method)
    loadings, phi = aligned(found.pattern, found.phi, target)
    # Its varimax stops early (see test_rotation for one that does not).
    atol = 3e-4 if rotation == "varimax" else 1e-4
    np.testing.assert_allclose(loadings, target, atol=atol)
    if rotation != "varimax":
        np.testing.assert_allclose(phi, expected["Phi"], atol=1e-4)
    common = list(expected["communality"].values())
    np.testing.assert_allclose(found.communalities, common, atol=1e-5)
    np.testing.assert_allclose(found.uniquenesses, list(expected["uniq"].values()), atol=1e-5)
    fit = found.fit
    assert fit.chi2 == pytest.approx(expected["STATISTIC"], rel=1e-6)
    assert fit.df == expected["dof"] == 131
    assert fit.tli == pytest.approx(expected["TLI"], rel=1e-6)
    assert fit.rmsr == pytest.approx(expected["rms"], rel=1e-5)
    assert fit.rmsea == expected["RMSEA"]["RMSEA"] == 0
    assert fit.rmsea_high == pytest.approx(expected["RMSEA"]["upper"], abs=1e-6)


def test_fit_of_too_few_factors(gaps, reference):
    by_r = reference("factors")["fit3"]
    fit = fit_efa(gaps, 3, "none", "ml").fit
    assert fit.chi2 == pytest.approx(by_r["chi2"], rel=1e-8)
    assert fit.p_value == pytest.approx(by_r["p"], rel=1e-6)
    assert fit.tli == pytest.approx(by_r["tli"], rel=1e-8)
    assert fit.rmsr == pytest.approx(by_r["rmsr"], rel=1e-6)
    np.testing.assert_allclose([fit.rmsea_low, fit.rmsea_high], by_r["rmsea"][1:], rtol=1e-6)
    # psych's point estimate divides by n where its limits divide by n - 1.
    n = len(gaps)
    assert np.sqrt(fit.chi2 / (fit.df * n) - 1 / (n - 1)) == pytest.approx(by_r["rmsea"][0])
    assert fit.rmsea == pytest.approx(np.sqrt((fit.chi2 - 168) / (168 * 299)), rel=1e-12)


def test_holzinger_swineford_by_base_r(reference):
    by_r = reference("factors")["holzinger"]
    names = [f"x{i}" for i in range(1, 10)]
    moments = Moments.from_matrix(by_r["correlation"], by_r["n"], names=names)
    found = fit_efa(moments, 3, method="ml")
    np.testing.assert_allclose(found.uniquenesses, by_r["uniquenesses"], atol=1e-7)
    assert found.fit.chi2 == pytest.approx(by_r["chi2"], rel=1e-9)
    assert found.fit.p_value == pytest.approx(by_r["p"], rel=1e-8)
    belongs = found.loadings.abs().to_numpy().argmax(axis=1)
    assert [len(set(belongs[i : i + 3])) for i in (0, 3, 6)] == [1, 1, 1]
    assert sorted(belongs[[0, 3, 6]]) == [0, 1, 2]


def test_principal_axis_and_components_are_those_of_psych(gaps, reference):
    by_r = reference("factors")
    axis = fit_efa(gaps, 3, "none", "principal_axis")
    np.testing.assert_allclose(axis.communalities, by_r["principal_axis"]["communality"], atol=1e-6)
    parts = fit_efa(gaps, 5, "none", "components")
    np.testing.assert_allclose(parts.communalities, by_r["components"]["communality"], atol=1e-10)
    np.testing.assert_allclose(parts.eigenvalues, by_r["components"]["values"], atol=1e-12)
    minres = fit_efa(gaps, 3, "none", "minres")
    np.testing.assert_allclose(axis.communalities, minres.communalities, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_no_rotation_changes_communalities_or_fit(gaps, method):
    plain = fit_efa(gaps, 4, "none", method)
    for rotation in ROTATIONS:
        found = fit_efa(gaps, 4, rotation, method)
        np.testing.assert_allclose(found.communalities, plain.communalities, atol=1e-8)
        assert found.fit.rmsr == plain.fit.rmsr
        common = found.structure.to_numpy() @ found.pattern.T
        np.testing.assert_allclose(common, plain.pattern @ plain.pattern.T, atol=1e-8)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from(["minres", "ml"]))
def test_order_of_items_changes_nothing_else(seed, method):
    rng = np.random.default_rng(seed)
    truth = np.kron(np.eye(2), np.ones((4, 1))) * rng.uniform(0.5, 0.9, (8, 2))
    rows = rng.normal(size=(200, 2)) @ truth.T + 0.6 * rng.normal(size=(200, 8))
    frame = pd.DataFrame(rows, columns=list("abcdefgh"))
    moved = frame[list(rng.permutation(list("abcdefgh")))]
    first, other = fit_efa(frame, 2, method=method), fit_efa(moved, 2, method=method)
    np.testing.assert_allclose(other.loadings.loc[list("abcdefgh")], first.loadings, atol=1e-5)
    assert other.fit.chi2 == pytest.approx(first.fit.chi2, rel=1e-7)


def test_population_is_found_again():
    pattern = np.kron(np.eye(3), np.array([[0.8], [0.7], [0.6], [0.75]]))
    phi = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    matrix = pattern @ phi @ pattern.T
    np.fill_diagonal(matrix, 1)
    moments = Moments.from_matrix(matrix, 400, names=[f"i{k}" for k in range(12)])
    for method in ("minres", "ml", "principal_axis"):
        found = fit_efa(moments, 3, "oblimin", method)
        order = found.pattern.argmax(axis=0)
        assert sorted(order // 4) == [0, 1, 2]
        back = np.argsort(order // 4)
        np.testing.assert_allclose(found.pattern[:, back], pattern, atol=1e-5)
        np.testing.assert_allclose(found.phi[np.ix_(back, back)], phi, atol=1e-5)
        assert found.fit.chi2 < 1e-6
        assert found.problems == ()


def test_table_of_total_variance(gaps):
    found = fit_efa(gaps, 5, "varimax", "components")
    table = found.variance
    assert list(table.columns) == [
        *("number", "eigenvalue", "percent", "cumulative"),
        *("extraction_sum", "extraction_percent", "extraction_cumulative"),
        *("rotation_sum", "rotation_percent", "rotation_cumulative"),
    ]
    assert len(table) == 22
    assert table["cumulative"].iloc[-1] == pytest.approx(100)
    np.testing.assert_allclose(table["extraction_sum"][:5], table["eigenvalue"][:5])
    assert table["extraction_sum"][5:].isna().all()
    rotated = (found.loadings**2).sum().to_numpy()
    np.testing.assert_allclose(table["rotation_sum"][:5], rotated)
    assert table["rotation_cumulative"][4] == pytest.approx(table["extraction_cumulative"][4])
    oblique = fit_efa(gaps, 5).variance
    assert oblique["rotation_sum"].sum() == pytest.approx(oblique["extraction_sum"].sum())
    assert "rotation_sum" not in fit_efa(gaps, 5, "none").variance


def test_congruence_with_the_intended_dimensions(gaps, dimensions):
    found = fit_efa(gaps, 5, dimensions=dimensions)
    congruence = found.congruence
    assert list(congruence.index) == list(dimensions)
    assert (congruence.max() > 0.96).all()
    assert set(congruence.idxmax()) == set(dimensions)
    tan = found.loadings.loc[dimensions["TAN"], "F5"]
    by_hand = tan.sum() / np.sqrt(4 * (found.loadings["F5"] ** 2).sum())
    assert congruence.at["TAN", "F5"] == pytest.approx(by_hand, rel=1e-12)


def test_frame_is_in_input_order_and_display_is_sorted(gaps, dimensions):
    found = fit_efa(gaps, 5, dimensions=dimensions)
    frame = found.to_frame()
    assert list(frame["item"]) == list(gaps.columns)
    assert frame[list(found.factors)].notna().all(axis=None)
    shown = found.sorted_loadings()
    leading = shown[list(found.factors)].abs().to_numpy()
    column = np.nanargmax(leading, axis=1)
    assert (np.diff(column) >= 0).all()
    for one in range(5):
        assert (np.diff(leading[column == one, one]) <= 0).all()
    assert np.nanmin(leading) >= 0.3
    assert np.isnan(leading).sum() > 60
    text = repr(found)
    assert text.index("G5 ") < text.index("G22")
    assert "left blank" in text
    assert "<table" in found._repr_html_()


def test_title_and_notes_say_what_was_done(gaps):
    found = fit_efa(gaps, 4, "geomin", "ml", starts=4, seed=1)
    assert "maximum likelihood, oblique geomin rotation" in found.title()
    assert "of 4 starts" in " ".join(found.notes())
    assert "SPSS rotates with it" in " ".join(found.notes())
    parts = fit_efa(gaps, 2, "varimax", "components")
    assert parts.title().startswith("Principal component analysis")
    assert parts.factors == ("C1", "C2")
    assert "5 eigenvalues are above 1" in " ".join(parts.notes())
    assert np.isnan(parts.fit.chi2)


def test_scores_polars_pickle_and_equality(gaps):
    found = fit_efa(gaps, 3)
    assert fit_efa(needs("polars").from_pandas(gaps), 3) == found
    assert pickle.loads(pickle.dumps(found)) == found
    assert fit_efa(gaps, 3, "geomin") != found
    frame = sq.load_dataset("bank").dropna()
    about = sq.load_instrument(frame.attrs["instrument"])
    scores = sq.gap_scores(sq.Responses.from_frame(frame, about, **frame.attrs["bind"]))
    by_scores = fit_efa(scores, 5, of="perception")
    assert "22 perceptions of SERVQUAL" in by_scores.title()
    assert list(by_scores.congruence.index) == list(about.dimensions)
    with pytest.raises(ValueError, match="read-only"):
        found.pattern[0, 0] = 1


def test_weights_count(gaps):
    counts = np.random.default_rng(1).integers(1, 4, len(gaps))
    weighted = Moments.from_frame(gaps, weights=counts.astype(float))
    repeated = gaps.loc[gaps.index.repeat(counts)]
    np.testing.assert_allclose(
        fit_efa(weighted, 5).loadings, fit_efa(repeated, 5).loadings, atol=1e-6
    )


def test_constant_item_is_nan_and_the_others_are_factored(gaps):
    frame = gaps.assign(G7=4.0)
    with pytest.warns(AdmissibilityWarning, match="no variance"):
        found = fit_efa(frame, 5)
    assert found.loadings.loc["G7"].isna().all()
    assert np.isnan(found.communalities["G7"])
    without = fit_efa(gaps.drop(columns="G7"), 5)
    np.testing.assert_allclose(found.loadings.drop("G7"), without.loadings, atol=1e-12)
    assert found.sorted_loadings()["item"].iloc[-1] == "G7"
    assert found.variance["percent"].sum() == pytest.approx(100)
    assert "'G7'" in found.problems[0]


def test_identical_items_are_a_heywood_case(gaps):
    frame = gaps.assign(G2=gaps["G1"])
    with pytest.warns(AdmissibilityWarning) as given_warnings:
        found = fit_efa(frame, 6)
    told = [str(one.message) for one in given_warnings]
    assert "singular" in told[0]
    assert "'G1 = G2'" in told[0]
    assert "Heywood case: the uniqueness of 'G1', 'G2'" in told[1]
    assert given_warnings[0].filename == __file__
    assert found.heywood == ("G1", "G2")
    assert np.isnan(found.fit.chi2)
    assert "'G1 = G2'" in found.problems[0]
    with (
        pytest.raises(ModelError, match=r"regular matrix.*'G1 = G2'.*'minres'"),
        pytest.warns(AdmissibilityWarning, match="singular"),
    ):
        fit_efa(frame, 5, method="ml")
    with pytest.warns(AdmissibilityWarning, match="singular"):
        parts = fit_efa(frame, 5, method="components")
    assert np.isfinite(parts.pattern).all()


@pytest.mark.filterwarnings("ignore::servqual.errors.AdmissibilityWarning")
def test_fewer_respondents_than_items(gaps):
    with pytest.warns(SmallSampleWarning, match="15 respondents are too few"):
        found = fit_efa(gaps.iloc[:15], 3)
    assert np.isnan(found.fit.chi2)
    assert "too few" in found.problems[0]
    three = gaps.iloc[[0, 1, 2]].loc[:, lambda d: d.nunique() > 1].iloc[:, :4]
    with pytest.warns(SmallSampleWarning):
        parts = fit_efa(three, 2, method="components")
    np.testing.assert_allclose(parts.communalities, 1)


def test_principal_axis_names_its_heywood_cases(gaps):
    few = gaps.iloc[:20, [0, 1, 2, 9, 10, 11]]
    with pytest.warns(AdmissibilityWarning, match="Heywood"):
        found = fit_efa(few, 2, method="principal_axis")
    assert found.heywood
    assert found.uniquenesses[list(found.heywood)].to_numpy() == pytest.approx(0.005)


@pytest.mark.parametrize(
    ("n_factors", "words", "message"),
    [
        (0, {}, "at least 1, not 0"),
        (17, {}, r"17 factors of 22 items leave -7 degrees of freedom.*at most 15"),
        (2.0, {}, "whole number"),
        (0, {"method": "components"}, "1 to 22 components, not 0"),
        (23, {"method": "components"}, "1 to 22 components, not 23"),
        (5, {"method": "paf"}, "method must be one of minres, ml, principal_axis, components"),
        (5, {"rotation": "quartimax"}, "rotation must be one of"),
        (5, {"starts": 0}, "starts must be a whole number of at least 1"),
    ],
)
def test_arguments_are_checked(gaps, n_factors, words, message):
    with pytest.raises(ModelError, match=message):
        fit_efa(gaps, n_factors, **words)


def test_all_components_reproduce_everything(gaps):
    found = fit_efa(gaps, 22, "varimax", "components")
    np.testing.assert_allclose(found.communalities, 1)
    assert found.fit.rmsr == pytest.approx(0, abs=1e-10)


def test_no_degrees_of_freedom_are_said_so(gaps):
    found = fit_efa(gaps[["G5", "G6", "G7"]], 1)
    assert found.fit.df == 0
    assert np.isnan(found.fit.p_value)
    assert np.isnan(found.fit.tli)
    assert "No degrees of freedom" in found.notes()[0]


def test_fit_of_too_few_respondents_is_nan():
    loadings = np.array([[0.8], [0.7], [0.6], [0.5]])
    matrix = loadings @ loadings.T
    np.fill_diagonal(matrix, 1)
    assert np.isnan(factor_fit(matrix, loadings, 1 - loadings[:, 0] ** 2, 3).chi2)


def test_extract_checks_its_method():
    with pytest.raises(ModelError, match="not 'alpha'"):
        extract(np.eye(4), 1, "alpha")
