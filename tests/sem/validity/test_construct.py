"""Construct validity: against semTools and lavaan, its invariances, and where it has no answer."""

import json
import pickle
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual._language import LANGUAGES
from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ModelError
from servqual.moments import Moments
from servqual.sem.estimation import fit_sem
from servqual.sem.validity._heterotrait import heterotrait_ratios
from servqual.sem.validity.construct import construct_validity

REFERENCE = Path(__file__).parents[2] / "reference"
CFA = (
    "TAN =~ G1+G2+G3+G4\nREL =~ G5+G6+G7+G8+G9\nRES =~ G10+G11+G12+G13\n"
    "ASS =~ G14+G15+G16+G17\nEMP =~ G18+G19+G20+G21+G22\n"
)
MODELS = {
    "plain": CFA,
    "correlated": CFA + "G10 ~~ G11\nG1 ~~ G6\n",
    "crossed": CFA + "REL =~ G1\nEMP =~ G14\nG18 ~~ G19\n",
    "second": CFA + "SAT =~ SAT1+SAT2+SAT3\nSQ =~ TAN+REL+RES+ASS+EMP\nSAT ~ SQ\n",
}


def reference(name):
    return json.loads((REFERENCE / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def gaps():
    return pd.read_csv(REFERENCE / "gaps_300.csv")


@pytest.fixture(scope="module")
def by_r():
    return reference("construct")


@pytest.fixture(scope="module")
def plain(gaps):
    return fit_sem(CFA, gaps)


@pytest.mark.parametrize("name", ["plain", "correlated", "crossed"])
def test_raw_coefficients_are_those_of_semtools(name, gaps, by_r):
    table = construct_validity(fit_sem(MODELS[name], gaps)).to_frame().set_index("latent")
    expected = by_r[name]
    for column, key in (("ave_raw", "ave"), ("cr_raw", "cr"), ("cr_raw_implied", "cr_implied")):
        r = pd.Series(expected[key], dtype=float)[table.index]
        np.testing.assert_allclose(table[column], r, rtol=0, atol=1e-10)


def test_raw_coefficients_at_the_default_stop_of_lavaan(plain):
    # lavaan stops about 5e-6 from its optimum there, which moves the coefficients by up to 2e-6
    table = construct_validity(plain).to_frame().set_index("latent")
    expected = reference("semtools_rel_300")
    omega = next(row for row in expected["reliability"] if row["_row"] == "omega")
    for column, r, tolerance in (
        ("ave_raw", expected["AVE"], 3e-6),
        ("cr_raw", expected["CR_tau_eq_false"], 3e-6),
        ("cr_raw_implied", omega, 1e-6),
    ):
        for name in table.index:
            assert table.loc[name, column] == pytest.approx(r[name], abs=tolerance)


@pytest.mark.parametrize("name", MODELS)
def test_latent_correlations_are_those_of_lavaan(name, gaps, by_r):
    pairs = construct_validity(fit_sem(MODELS[name], gaps)).latent_correlations
    names = by_r[name]["latent"]
    r = pd.DataFrame(by_r[name]["cor"], names, names)
    for one in pairs.itertuples():
        assert one.correlation == pytest.approx(r.loc[one.lhs, one.rhs], abs=1e-10)
    assert len(pairs) == len(list(combinations(names, 2)))


def test_latent_correlations_at_the_default_stop_of_lavaan(plain):
    expected = reference("cfa_cor_lv_300")
    table = construct_validity(plain).fornell_larcker
    assert list(table) == expected["lv"]
    below = np.tril_indices(5, -1)
    np.testing.assert_allclose(
        table.to_numpy()[below], np.array(expected["cor"])[below], rtol=0, atol=1e-6
    )
    assert np.isnan(table.to_numpy()[np.triu_indices(5, 1)]).all()


def test_intervals_are_those_of_the_standardised_solution(plain):
    pairs = construct_validity(plain).latent_correlations
    frame = plain.parameters
    own = frame[(frame["op"] == "~~") & (frame["lhs"] != frame["rhs"])]
    merged = pairs.merge(own, on=["lhs", "rhs"])
    np.testing.assert_allclose(merged["se_x"], merged["std_all_se"], rtol=0, atol=1e-12)
    low = merged["std_all"] - 1.959963984540054 * merged["std_all_se"]
    np.testing.assert_allclose(merged["ci_low_x"], low, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "mean", "sign"),
    [("plain", "arithmetic", 1), ("reversed", "arithmetic", -1), ("geometric", "geometric", 1)],
)
def test_htmt_is_that_of_semtools(name, mean, sign, gaps, by_r):
    data = gaps.assign(G1=sign * gaps["G1"])
    found = construct_validity(fit_sem(CFA, data), mean=mean)
    np.testing.assert_allclose(found.htmt, np.array(by_r["htmt"][name]), rtol=0, atol=1e-10)
    assert found.problems == ()


def test_htmt_of_the_shared_reference(plain):
    expected = np.array(reference("htmt_300")["htmt_arith"])
    np.testing.assert_allclose(construct_validity(plain).htmt, expected, rtol=0, atol=1e-8)


def test_htmt2_of_reversed_items_is_undefined_and_says_so(gaps):
    found = construct_validity(fit_sem(CFA, gaps.assign(G1=-gaps["G1"])), mean="geometric")
    assert found.htmt.loc["TAN", ["REL", "RES", "ASS", "EMP"]].isna().all()
    assert found.htmt.loc["REL", "RES"] > 0
    assert "HTMT2 needs positive correlations" in found.problems[0]
    assert "'TAN and REL'" in found.problems[0]


def test_standardised_coefficients_follow_their_formulas(plain):
    table = construct_validity(plain).to_frame().set_index("latent")
    frame = plain.parameters
    for name, its in frame[frame["op"] == "=~"].groupby("lhs")["std_all"]:
        loadings = its.to_numpy()
        cr = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
        assert table.loc[name, "cr"] == pytest.approx(cr, abs=1e-10)
        assert table.loc[name, "ave"] == pytest.approx((loadings**2).mean(), abs=1e-12)
        assert table.loc[name, "sqrt_ave"] == pytest.approx(table.loc[name, "ave"] ** 0.5)
    shared = construct_validity(plain).latent_correlations
    res = shared[(shared["lhs"] == "RES") | (shared["rhs"] == "RES")]
    assert table.loc["RES", "msv"] == res["r_squared"].max()
    assert table.loc["RES", "msv_with"] == "ASS"


@settings(max_examples=8)
@given(
    st.lists(st.floats(0.01, 100), min_size=9, max_size=9),
    st.permutations(range(9)),
)
def test_standardised_coefficients_know_no_units_and_no_order(scales, order):
    gaps = pd.read_csv(REFERENCE / "gaps_300.csv", usecols=[f"G{i}" for i in range(1, 10)])
    tan, rel = gaps.columns[:4], gaps.columns[4:]
    shuffled = [gaps.columns[at] for at in order]
    first = construct_validity(fit_sem(_two(tan, rel), gaps)).to_frame()
    found = construct_validity(
        fit_sem(
            _two([x for x in shuffled if x in tan], [x for x in shuffled if x in rel]),
            gaps * scales,
        )
    ).to_frame()
    for column in ("cr", "ave", "msv", "htmt_max", "loading_min"):
        np.testing.assert_allclose(found[column], first[column], rtol=0, atol=1e-7)


def _two(tan, rel):
    return f"TAN =~ {' + '.join(tan)}\nREL =~ {' + '.join(rel)}"


@given(st.integers(0, 1000))
def test_htmt_of_tau_equivalent_constructs_is_their_correlation(seed):
    rng = np.random.default_rng(seed)
    phi = rng.uniform(-0.9, 0.9)
    own = rng.uniform(0.3, 0.9, 2)
    loadings = np.array([own[0]] * 3 + [own[1]] * 4)
    latent = np.array([[1, phi], [phi, 1]])[np.ix_([0] * 3 + [1] * 4, [0] * 3 + [1] * 4)]
    correlations = np.outer(loadings, loadings) * latent
    np.fill_diagonal(correlations, 1)
    ratio = heterotrait_ratios(correlations, [[0, 1, 2], [3, 4, 5, 6]])
    assert ratio[0] == pytest.approx(abs(phi), abs=1e-12)
    geometric = heterotrait_ratios(correlations, [[0, 1, 2], [3, 4, 5, 6]], "geometric")
    assert np.isnan(geometric[0]) if phi <= 0 else geometric[0] == pytest.approx(phi, abs=1e-12)


def test_bootstrap_intervals_hold_the_estimate_and_depend_on_the_seed_only(plain):
    one, other, third = (
        construct_validity(plain, n_resamples=200, seed=seed).htmt_pairs for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, other)
    assert not one["ci_low"].equals(third["ci_low"])
    assert ((one["ci_low"] < one["htmt"]) & (one["htmt"] < one["ci_high"])).all()
    # of correlations near .6 from 300 respondents
    assert (one["ci_high"] - one["ci_low"]).between(0.1, 0.35).all()


def test_weights_weigh_in_the_resamples(gaps):
    twice = gaps.assign(w=1.0)
    flat = construct_validity(
        fit_sem(CFA, twice, "MLR", weights="w"), n_resamples=100, seed=3
    ).htmt_pairs
    plain = construct_validity(fit_sem(CFA, gaps), n_resamples=100, seed=3).htmt_pairs
    pd.testing.assert_frame_equal(flat, plain, rtol=0, atol=1e-10)


def test_a_second_order_factor_does_not_count_against_its_own_dimensions(gaps):
    found = construct_validity(fit_sem(MODELS["second"], gaps))
    table = found.to_frame().set_index("latent")
    assert table.loc["SQ", "msv_with"] == "SAT"
    assert table.loc["SQ", "k"] == 5
    assert "SQ" not in found.htmt
    assert table.loc["SQ", ["cr_raw", "cr_raw_implied", "ave_raw", "htmt_max"]].isna().all()
    assert 0.5 < table.loc["SQ", "ave"] < table.loc["SQ", "cr"] < 1


def test_one_indicator_has_no_coefficients(gaps):
    found = construct_validity(fit_sem("A =~ G1 + G2 + G3; B =~ G5; G5 ~~ 0.3*G5", gaps))
    table = found.to_frame().set_index("latent")
    assert table.loc["B", ["cr", "ave", "cr_raw", "htmt_max"]].isna().all()
    assert table.loc["A", "cr"] > 0
    assert found.problems == (
        "'B' has one indicator: its AVE and CR would only repeat what was assumed of it, and it "
        "has no HTMT.",
    )


def test_shared_indicators_are_named(gaps):
    found = construct_validity(fit_sem(MODELS["crossed"], gaps))
    assert np.isnan(found.htmt.loc["TAN", "REL"])
    assert "share items: 'TAN and REL', 'ASS and EMP'" in found.problems[0]


def test_a_negative_variance_leaves_no_standardised_coefficients():
    held = Moments.from_matrix(
        [[1, 0.8, 0.8, 0.2], [0.8, 1, 0.5, 0.3], [0.8, 0.5, 1, 0.2], [0.2, 0.3, 0.2, 1]],
        names=("a", "b", "c", "d"),
        n=200,
    )
    with pytest.warns(AdmissibilityWarning, match="Heywood"):
        result = fit_sem("A =~ a + b + c; D =~ d", held)
    table = construct_validity(result).to_frame().set_index("latent")
    # the residual of a is negative, its implied variance is not: the loading goes beyond 1
    assert table.loc["A", "loading_max"] > 1


def test_missing_answers():
    holes = pd.read_csv(REFERENCE / "gaps_300_miss.csv")
    its = ["G1", "G2", "G3", "G5", "G6", "G7"]
    with pytest.warns(MissingResponseWarning):
        result = fit_sem(_two(its[:3], its[3:]), holes, missing="fiml")
    found = construct_validity(result)
    assert found.to_frame()["cr"].between(0.6, 0.9).all()
    correlation = result.fitted.data.groups[0].covariance  # of EM
    expected = heterotrait_ratios(correlation, [[0, 1, 2], [3, 4, 5]])[0]
    assert found.htmt.loc["TAN", "REL"] == expected
    count = int(holes[its].isna().sum().sum())
    with pytest.raises(ModelError, match=f"need complete answers, but {count} are missing"):
        construct_validity(result, n_resamples=100)


def test_moments_have_no_rows_to_resample(gaps, plain):
    moments = Moments.from_frame(gaps[[f"G{i}" for i in range(1, 23)]])
    result = fit_sem(CFA, moments)
    np.testing.assert_allclose(
        construct_validity(result).htmt, construct_validity(plain).htmt, rtol=0, atol=1e-12
    )
    with pytest.raises(ModelError, match="only moments are at hand"):
        construct_validity(result, n_resamples=100)
    with pytest.raises(ModelError, match="only moments are at hand"):
        construct_validity(pickle.loads(pickle.dumps(plain)), n_resamples=100)


def test_groups_are_chosen(gaps):
    grouped = fit_sem(_two(["G1", "G2", "G3"], ["G5", "G6", "G7"]), gaps, group="group")
    one, two = (construct_validity(grouped, group=group) for group in ("1", "2"))
    alone = fit_sem(_two(["G1", "G2", "G3"], ["G5", "G6", "G7"]), gaps[gaps["group"] == 2])
    of_alone = construct_validity(alone).to_frame()
    np.testing.assert_allclose(two.to_frame()["cr"], of_alone["cr"], rtol=0, atol=1e-7)
    assert one != two
    assert "group 2: n =" in two.title()
    with pytest.raises(ModelError, match="has 2 groups; choose one: group="):
        construct_validity(grouped)
    with pytest.raises(ModelError, match="no group '3'"):
        construct_validity(grouped, group="3")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [({"mean": "harmonic"}, 'must be "arithmetic" or'), ({"group": "x"}, "no group 'x'")],
)
def test_bad_arguments(arguments, told, plain):
    with pytest.raises(ModelError, match=told):
        construct_validity(plain, **arguments)


def test_something_else_than_a_result(gaps):
    with pytest.raises(ModelError, match="takes the result of fit_sem, not DataFrame"):
        construct_validity(gaps)
    with pytest.raises(ModelError, match="no latent variables"):
        construct_validity(fit_sem("SAT1 ~ G1 + G2", gaps))


def test_it_shows_itself_as_a_table_with_rules_of_thumb_and_no_verdict(plain):
    found = construct_validity(plain, n_resamples=100, seed=1)
    shown = repr(found)
    assert shown.startswith("Construct validity of 5 latent variables: n = 300")
    assert "Rules of thumb" in shown
    assert "Fornell & Larcker, 1981" in shown
    assert "95 % percentiles of 100 resamples" in shown
    for language in LANGUAGES:
        assert found.title(language)
        assert len(found.notes(language)) == 3
    assert pickle.loads(pickle.dumps(found)) == found
    for name in ("fornell_larcker", "latent_correlations", "htmt", "htmt_pairs"):
        changed = getattr(found, name)
        changed.iloc[0, -1] = 0
        assert not getattr(found, name).equals(changed)


def test_a_solution_that_is_none_has_htmt_only(gaps):
    result = fit_sem(_two(["G1", "G2", "G3"], ["G5", "G6", "G7"]), gaps)
    found = construct_validity(replace(result, converged=False))
    assert found.to_frame()[["cr", "ave", "cr_raw", "loading_min"]].isna().all(axis=None)
    assert found.latent_correlations["correlation"].isna().all()
    assert found.htmt.equals(construct_validity(result).htmt)
    assert "did not converge" in found.problems[0]
