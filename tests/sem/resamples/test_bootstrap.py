"""The bootstrap of a structural model beside plain refits, lavaan, and its own promises."""

import json
import pickle
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from servqual.errors import AdmissibilityWarning, ConvergenceError, ModelError
from servqual.moments import Moments
from servqual.resampling import percentile_interval, resample_counts
from servqual.sem.estimation import fit_sem
from servqual.sem.resamples._influence import influence
from servqual.sem.resamples._refit import Refitter, first_inverse, rows_of
from servqual.sem.resamples.bootstrap import bootstrap_sem

REFERENCE = Path(__file__).parents[2] / "reference"
SMALL = """
TAN =~ G1 + G2 + G3 + G4
SAT =~ SAT1 + SAT2 + SAT3
LOY =~ LOY1 + LOY2 + LOY3
SAT ~ a*TAN
LOY ~ b*SAT + c*TAN
ind := a*b
total := c + ind
"""


@pytest.fixture(scope="module")
def gaps():
    return pd.read_csv(REFERENCE / "gaps_300.csv")


@pytest.fixture(scope="module")
def small(gaps):
    return fit_sem(SMALL, gaps)


@pytest.fixture(scope="module")
def booted(small):
    return bootstrap_sem(small, 300, seed=1)


def drawn_rows(frame, counts):
    return frame.iloc[np.repeat(np.arange(len(frame)), counts.astype(int))].reset_index(drop=True)


def close_to_refit(draws, number, refit, se, tolerance=2e-5):
    """The draws of one resample beside an ordinary fit to its rows, in standard errors."""
    frame = refit.parameters
    k = len(frame)
    for of in ("estimate", "std_lv", "std_all"):
        off = draws(of).iloc[number, :k].to_numpy() - frame[of].to_numpy()
        assert np.abs(off / np.maximum(se.to_numpy()[:k], 1e-3)).max() < tolerance, of


def test_each_resample_is_what_an_ordinary_fit_of_its_rows_gives(gaps, small, booted):
    assert booted.n_failed == 0
    blocks = resample_counts(300, 300, 1)
    for number, counts in ((0, next(blocks)[0]), (137, next(blocks)[37])):
        close_to_refit(
            booted.draws, number, fit_sem(SMALL, drawn_rows(gaps, counts)), small.parameters["se"]
        )


def test_groups_keep_their_sizes_and_equal_parameters_stay_equal(gaps):
    model = "TAN =~ G1 + c(l2, l2)*G2 + G3 + G4"
    frame = gaps.assign(half=np.where(np.arange(300) % 3 == 0, "x", "y"))
    result = fit_sem(model, frame, group="half")
    boot = bootstrap_sem(result, 120, seed=5)
    assert boot.n_groups == 2
    ordered = pd.concat([frame[frame["half"] == label] for label in result.groups])
    strata = np.repeat([0, 1], [(frame["half"] == label).sum() for label in result.groups])
    counts = next(resample_counts(300, 120, 5, strata))[3]
    assert counts[strata == 0].sum() == (strata == 0).sum()
    refit = fit_sem(model, drawn_rows(ordered, counts), group="half")
    assert refit.groups == result.groups
    close_to_refit(boot.draws, 3, refit, result.parameters["se"])
    equal = boot.draws().filter(like="TAN =~ G2").to_numpy()
    assert equal.shape == (120, 2)
    np.testing.assert_allclose(equal[:, 0], equal[:, 1], rtol=1e-12)
    assert len(set(boot.draws().columns)) == len(boot.draws().columns)


def test_means_are_drawn_too(gaps):
    model = "TAN =~ G1 + G2 + G3 + G4"
    result = fit_sem(model, gaps, means=True)
    boot = bootstrap_sem(result, 100, seed=2)
    counts = next(resample_counts(300, 100, 2))[99]
    close_to_refit(
        boot.draws,
        99,
        fit_sem(model, drawn_rows(gaps, counts), means=True),
        result.parameters["se"],
    )
    column = boot.draws()["G1 ~1"]
    assert column.iloc[99] == pytest.approx(counts @ gaps["G1"] / 300, abs=1e-7)


def test_sampling_weights_go_with_their_rows(gaps):
    """Weighted moments of a resample, fitted as moments, are the other way to the same draw."""
    model = "TAN =~ G1 + G2 + G3 + G4"
    weights = np.random.default_rng(1).uniform(0.2, 2, 300)
    result = fit_sem(model, gaps, estimator="MLR", weights=weights)
    boot = bootstrap_sem(result, 100, seed=3)
    assert boot.weighted
    counts = next(resample_counts(300, 100, 3))[7]
    x = gaps[["G1", "G2", "G3", "G4"]].to_numpy(float)
    w = counts * weights / (counts @ weights)
    off = x - w @ x
    moments = Moments(
        names=("G1", "G2", "G3", "G4"), n=300, mean=w @ x, covariance=(off.T * w) @ off * 300 / 299
    )
    refit = fit_sem(model, moments)
    close_to_refit(boot.draws, 7, refit, result.parameters["se"])
    assert any("sampling weights" in note for note in boot.notes())


@pytest.mark.parametrize("missing", ["fiml", "two-stage"])
def test_incomplete_rows_are_refitted_one_resample_at_a_time(missing):
    model = "TAN =~ G1 + G2 + G3 + G4"
    frame = pd.read_csv(REFERENCE / "gaps_300_miss.csv")[["G1", "G2", "G3", "G4"]]
    frame = frame.dropna(how="all").reset_index(drop=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = fit_sem(model, frame, missing=missing)
        boot = bootstrap_sem(result, 4, seed=3)
        counts = next(resample_counts(len(frame), 4, 3))[2]
        refit = fit_sem(model, drawn_rows(frame, counts), missing=missing)
    close_to_refit(boot.draws, 2, refit, result.parameters["se"], tolerance=1e-4)
    if missing == "two-stage":
        with pytest.raises(ModelError, match="no BCa interval"):
            boot.using("bca")
        with pytest.raises(ModelError, match="no BCa interval"):
            bootstrap_sem(result, 4, seed=3, kind="bca")
    else:
        assert np.isfinite(boot.using("bca").parameters["ci_low"]).all()


def test_standard_errors_agree_with_lavaan(gaps):
    """Within Monte Carlo error of both: 1,000 resamples each, with the draws' own kurtosis."""
    peer = json.loads((REFERENCE / "sem_bootstrap.json").read_text())
    rows = pd.DataFrame(peer["rows"])
    model = "\n".join(
        f"{lhs} =~ " + " + ".join(part["rhs"])
        for lhs, part in rows[rows["op"] == "=~"].groupby("lhs", sort=False)
    )
    model += "\nSAT ~ TAN + a*REL + RES + ASS + EMP\nLOY ~ b*SAT + REL + EMP\nind := a*b"
    boot = bootstrap_sem(fit_sem(model, gaps), 1000, seed=1)
    assert (boot.n_failed, boot.n_again) == (0, 0)
    mine = boot.parameters.set_index(["lhs", "op", "rhs"])
    theirs = rows.set_index(["lhs", "op", "rhs"])
    flipped = theirs.copy()
    flipped.index = pd.MultiIndex.from_tuples([(c, b, a) for a, b, c in theirs.index])
    theirs = pd.concat([theirs, flipped[~flipped.index.isin(theirs.index)]])
    for of, column in (("estimate", "se"), ("std_all", "std_all_se")):
        draws = boot.draws(of).to_numpy()
        at = [i for i, key in enumerate(mine.index) if key in theirs.index]
        assert len(at) == 82
        here = mine[column].to_numpy()[at]
        there = theirs.loc[mine.index[at], column].to_numpy()
        varies = here > 0
        np.testing.assert_allclose(there[~varies], 0, atol=1e-10)
        off = draws[:, at] - draws[:, at].mean(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            kurtosis = (off**4).mean(axis=0) / (off**2).mean(axis=0) ** 2
            error = np.sqrt((kurtosis - 1) / 4 * (1 / len(draws) + 1 / peer["resamples"]))
            z = np.log(here / there) / error
        assert np.abs(z[varies]).max() < 4
        assert 0.8 < np.sqrt((z[varies] ** 2).mean()) < 1.3  # errors neither hidden nor missed


def test_the_same_seed_gives_the_same_answer_and_another_one_another(small, booted):
    assert bootstrap_sem(small, 300, seed=1) == booted
    other = bootstrap_sem(small, 300, seed=2)
    assert not np.allclose(other.draws().to_numpy(), booted.draws().to_numpy())


def test_more_resamples_begin_with_the_same_ones(small, booted):
    fewer = bootstrap_sem(small, 130, seed=1)
    np.testing.assert_array_equal(fewer.draws().to_numpy()[:100], booted.draws().to_numpy()[:100])


def test_the_table_is_made_of_the_draws(small, booted):
    frame, of_fit = booted.parameters, small.parameters
    k = len(of_fit)
    texts, numbers = ["lhs", "op", "rhs", "label"], ["estimate", "std_lv", "std_all"]
    assert (frame[texts].to_numpy()[:k] == of_fit[texts].to_numpy()).all()
    np.testing.assert_allclose(frame[numbers][:k], of_fit[numbers], rtol=1e-12)
    for of, prefix in (("estimate", ""), ("std_lv", "std_lv_"), ("std_all", "std_all_")):
        draws = booted.draws(of).to_numpy()
        free = draws.std(axis=0) > 1e-12
        np.testing.assert_allclose(frame[f"{prefix}se"], draws.std(axis=0, ddof=1), atol=1e-12)
        np.testing.assert_allclose(
            frame[f"{prefix}bias"], draws.mean(axis=0) - frame[of], atol=1e-12
        )
        low, high = percentile_interval(draws)
        np.testing.assert_allclose(frame[f"{prefix}ci_low"], low, atol=1e-12)
        np.testing.assert_allclose(frame[f"{prefix}ci_high"], high, atol=1e-12)
        assert free.sum() >= 20


def test_fixed_parameters_have_no_error_and_a_point_for_an_interval(booted):
    for kind in ("percentile", "bias-corrected", "bca"):
        row = booted.using(kind).parameters.iloc[0]
        assert (row["lhs"], row["rhs"]) == ("TAN", "G1")
        assert (row["se"], row["bias"], row["ci_low"], row["ci_high"]) == (0, 0, 1, 1)


def test_definitions_and_indirect_effects_come_from_the_same_resamples(booted):
    for of in ("estimate", "std_lv", "std_all"):
        draws = booted.draws(of)
        product = draws["SAT ~ TAN"] * draws["LOY ~ SAT"]
        np.testing.assert_allclose(draws["ind"], product, rtol=1e-12)
        np.testing.assert_allclose(draws["TAN -> SAT -> LOY"], product, rtol=1e-12)
        np.testing.assert_allclose(draws["total"], product + draws["LOY ~ TAN"], rtol=1e-12)


def test_intervals_follow_their_formulas(booted):
    """Bias-corrected and BCa ends of one column, written out."""
    from scipy.stats import norm

    at = list(booted.draws().columns).index("ind")
    draws = booted.draws()["ind"].to_numpy()
    estimate = booted.parameters["estimate"][at]
    z0 = norm.ppf((draws < estimate).mean())
    for kind, a in (("bias-corrected", 0.0), ("bca", booted._accelerations["estimate"][at])):
        row = booted.using(kind, 0.9).parameters.iloc[at]
        for end, tail in (("ci_low", 0.05), ("ci_high", 0.95)):
            z = z0 + norm.ppf(tail)
            expected = np.quantile(draws, norm.cdf(z0 + z / (1 - a * z)))
            assert row[end] == pytest.approx(expected, abs=1e-12)
    assert abs(booted._accelerations["estimate"][at]) > 0.005


@pytest.mark.parametrize("case", ["one group", "groups", "weights", "fiml"])
def test_influence_is_how_the_estimates_move_with_a_row(gaps, case):
    """Against the refit with a little more of one row, and less of the others of its group."""
    model = "TAN =~ G1 + G2 + G3 + G4"
    frame = gaps[["G1", "G2", "G3", "G4"]].assign(half=np.arange(300) % 3 == 0)
    options = {}
    if case == "groups":
        model = "TAN =~ G1 + c(l2, l2)*G2 + G3 + G4"
        options = {"group": "half"}
    if case == "weights":
        weights = np.random.default_rng(1).uniform(0.2, 2, 300)
        options = {"weights": weights, "estimator": "MLR"}
    if case == "fiml":
        frame = pd.read_csv(REFERENCE / "gaps_300_miss.csv")[["G1", "G2", "G3", "G4"]]
        options = {"missing": "fiml"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = fit_sem(model, frame, **options).fitted
    rows = rows_of(fitted)
    expected = influence(fitted, rows, first_inverse(fitted))
    refitter = Refitter(fitted, rows)
    n, step = len(expected), 1e-3
    some = [0, 57, n - 1]
    counts = np.ones((2 * len(some), n))
    for k, i in enumerate(some):
        group = next(one.at for one in rows if one.at.start <= i < one.at.stop)
        size = group.stop - group.start
        for sign, at in ((1, 2 * k), (-1, 2 * k + 1)):
            counts[at, group] -= sign * step / size
            counts[at, i] += sign * step
    found = refitter.refit([counts], lambda by: None)
    assert found.converged.all()
    moved = (found.parameters[::2] - found.parameters[1::2]) / (2 * step)
    # F is twice the mean of -log-likelihoods, so that a row moves the estimates by 2/n of it.
    np.testing.assert_allclose(
        moved, expected[some] * 2 / n, atol=2e-3 * np.abs(expected[some] * 2 / n).max()
    )


def test_acceleration_is_that_of_the_jackknife(gaps):
    """The jackknife leaves out each row in turn; it is the influence to the order 1/n."""
    fitted = fit_sem(SMALL, gaps)
    boot = bootstrap_sem(fitted, 20, seed=1)
    rows = rows_of(fitted.fitted)
    left_out = Refitter(fitted.fitted, rows).refit([1.0 - np.eye(300)], lambda by: None)
    draws = replace(boot, _draws=_quantities(fitted).of_draws(left_out.parameters))
    for of in ("estimate", "std_all"):
        values = draws.draws(of).to_numpy()
        off = values.mean(axis=0) - values
        varies = off.std(axis=0) > 1e-9
        off = off[:, varies]
        expected = (off**3).sum(axis=0) / (6 * (off**2).sum(axis=0) ** 1.5)
        np.testing.assert_allclose(boot._accelerations[of][varies], expected, atol=0.002)
        assert np.abs(expected).max() > 0.015


def _quantities(result):
    from servqual.sem.resamples._draws import quantities_of

    return quantities_of(result.fitted.structure)


def few(seed, n):
    """One weak factor of few respondents, which many resamples cannot bear."""
    rng = np.random.default_rng(seed)
    rows = 0.7 * rng.normal(size=(n, 1)) + rng.normal(size=(n, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit_sem("F =~ a + b + c + d", pd.DataFrame(rows, columns=list("abcd")))


def test_failures_are_counted_and_left_out_and_none_is_drawn_again():
    result = few(8, 30)
    with pytest.warns(AdmissibilityWarning) as caught:
        boot = bootstrap_sem(result, 100, seed=1)
    assert [str(one.message) for one in caught] == list(boot.problems)
    assert all(one.filename == __file__ for one in caught)
    assert boot.n_again >= boot.n_failed > 0
    assert len(boot.draws()) == 100 - boot.n_failed
    assert "100 resamples" not in boot.title()
    texts = " ".join(boot.problems)
    assert f"{boot.n_failed} of 100 resamples have no solution" in texts
    assert f"{boot.n_inadmissible} of 100 resamples have an inadmissible solution" in texts
    assert all(problem in boot.notes() for problem in boot.problems)
    negative = (boot.draws().filter(regex=r"^(\w) ~~ \1$") < 0).any(axis=1)
    assert boot.n_inadmissible >= negative.sum() > 0


def test_a_draw_that_has_no_standardised_value_is_left_out_of_its_column_only():
    with pytest.warns(AdmissibilityWarning) as caught:
        boot = bootstrap_sem(few(4, 20), 100, seed=1)
    assert "cannot be computed in some resamples" in str(caught[-1].message)
    assert boot.draws("std_all").isna().to_numpy().any()
    assert not boot.draws("estimate").isna().to_numpy().any()
    assert np.isfinite(boot.parameters["std_all_ci_low"]).all()


def test_a_scale_with_the_sign_turned_keeps_its_sign(gaps):
    """Under std_lv a factor may point either way; resamples point as the estimates do."""
    frame = -gaps[["G1", "G2", "G3", "G4"]]
    draws = bootstrap_sem(fit_sem("F =~ G1 + G2 + G3 + G4", frame, std_lv=True), 200, seed=1)
    signs = np.sign(draws.draws().filter(like="=~").to_numpy())
    assert (signs == np.sign(draws.parameters["estimate"][:4].to_numpy())).all()


def test_moments_unpickled_and_unconverged_models_are_refused(gaps, small):
    names = ["G1", "G2", "G3", "G4"]
    of_moments = fit_sem("TAN =~ G1 + G2 + G3 + G4", Moments.from_frame(gaps[names]))
    with pytest.raises(ModelError, match=r"only moments are at hand.*monte_carlo_interval"):
        bootstrap_sem(of_moments, 10)
    with pytest.raises(ModelError, match="only moments are at hand"):
        bootstrap_sem(pickle.loads(pickle.dumps(small)), 10)
    with pytest.raises(ModelError, match="did not converge"):
        bootstrap_sem(replace(small, fitted=replace(small.fitted, converged=False)), 10)
    with pytest.raises(ModelError, match="no WLSMV estimates"):
        bootstrap_sem(replace(small, estimator="WLSMV"), 10)


def test_clusters_are_not_drawn_apart(gaps):
    frame = gaps.assign(branch=np.arange(300) % 20)
    result = fit_sem("F =~ G1 + G2 + G3 + G4", frame, estimator="MLR", cluster="branch")
    with pytest.raises(ModelError, match="Respondents in clusters are not independent"):
        bootstrap_sem(result, 10)


def test_a_model_that_is_not_identified_is_refused(gaps):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = fit_sem("F =~ NA*G1 + G2 + G3 + G4", gaps)
    with pytest.raises(ModelError, match="information matrix of the model is singular"):
        bootstrap_sem(result, 10)


def test_hardly_any_solution_is_an_error(small, monkeypatch):
    from servqual.sem.resamples import bootstrap
    from servqual.sem.resamples._refit import Refits

    def nothing(self, blocks, advance):
        b = sum(map(len, blocks))
        return Refits(
            parameters=np.zeros((b, len(small.fitted.parameters))),
            objective=np.full(b, np.nan),
            converged=np.zeros(b, dtype=bool),
            again=b,
            known=np.ones(b, dtype=bool),
        )

    monkeypatch.setattr(bootstrap.Refitter, "refit", nothing)
    with pytest.raises(ConvergenceError, match="120 of 120 resamples have no solution"):
        bootstrap_sem(small, 120, seed=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_resamples": 1}, "n_resamples must be a whole number of at least 2, not 1"),
        ({"n_resamples": 10.5}, "n_resamples must be a whole number"),
        ({"n_resamples": True}, "n_resamples must be a whole number"),
        ({"kind": "BCa"}, "kind must be one of percentile, bias-corrected, bca, not 'BCa'"),
        ({"confidence": 95}, "confidence must lie between 0 and 1"),
    ],
)
def test_senseless_wishes_are_refused(small, options, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_sem(small, **{"n_resamples": 10, **options})


def test_showing_other_intervals_checks_them_too(booted):
    with pytest.raises(ValueError, match="kind must be one of"):
        booted.using("normal")
    with pytest.raises(ValueError, match="confidence must lie"):
        booted.using(confidence=0)
    with pytest.raises(ModelError, match="of must be one of"):
        booted.draws("std.all")


def test_a_bootstrap_can_be_pickled_and_shown(booted):
    again = pickle.loads(pickle.dumps(booted))
    assert again == booted
    assert again.using("bca").parameters.equals(booted.using("bca").parameters)
    assert booted.title() == (
        "Bootstrap of a structural model (ML): n = 300; 300 resamples; 95 % percentile intervals"
    )
    assert "BCa" in booted.using("bca", 0.9).title()
    assert "90 %" in booted.using("bca", 0.9).title()
    assert "TAN" in repr(booted)
    draws = booted.draws()
    draws.iloc[:] = 0
    assert booted.draws().to_numpy().any()


def test_wider_confidence_gives_wider_intervals(booted):
    for kind in ("percentile", "bias-corrected", "bca"):
        wide, narrow = (booted.using(kind, level).parameters for level in (0.99, 0.8))
        assert (wide["ci_low"] <= narrow["ci_low"]).all()
        assert (wide["ci_high"] >= narrow["ci_high"]).all()
