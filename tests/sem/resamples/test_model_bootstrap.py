"""The Bollen-Stine test beside lavaan's, and what it is made of."""

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from servqual.errors import ModelError
from servqual.sem.estimation import fit_sem
from servqual.sem.resamples._refit import Refitter, rows_of
from servqual.sem.resamples.model_bootstrap import _true_of_model, bollen_stine

REFERENCE = Path(__file__).parents[2] / "reference"
ITEMS = ["G1", "G2", "G3", "G4", "G14"]
MODEL = "SQ =~ G1 + a*G2 + a*G3 + a*G4 + G14"


@pytest.fixture(scope="module")
def result():
    return fit_sem(MODEL, pd.read_csv(REFERENCE / "gaps_300.csv"))


@pytest.fixture(scope="module")
def tested(result):
    return bollen_stine(result, 2000, seed=1)


def test_lavaan_finds_the_same_within_monte_carlo_error(tested):
    peer = json.loads((REFERENCE / "sem_bootstrap.json").read_text(encoding="utf-8"))
    peer = peer["bollen_stine"]
    assert peer["model"] == MODEL
    assert tested.chi2 == pytest.approx(peer["chisq"], abs=1e-5)
    assert tested.df == peer["df"]
    assert tested.p_value_ml == pytest.approx(peer["p_ml"], abs=1e-7)
    p, runs = (peer["p"] + peer["p_lavaan"]) / 2, 2 * peer["resamples"]
    assert abs(tested.p_value - p) < 3.5 * np.sqrt(p * (1 - p) * (1 / runs + 1 / 2000))
    row = tested.to_frame().iloc[0]
    assert abs(row["mean"] - peer["mean"]) < 3.5 * peer["sd"] * np.sqrt(1 / 1000 + 1 / 2000)
    assert abs(row["sd"] / peer["sd"] - 1) < 3.5 * np.sqrt(1 / 1000 + 1 / 2000)


def test_the_model_is_true_of_the_transformed_rows(result):
    (one,) = _true_of_model(result.fitted, rows_of(result.fitted))
    implied = result.fitted.point.implied[0].sigma[0]
    np.testing.assert_allclose(np.cov(one.rows.T, bias=True), implied, rtol=1e-10)
    found = Refitter(result.fitted, (one,)).refit([np.ones((1, 300))], lambda by: None)
    np.testing.assert_allclose(found.parameters[0], result.fitted.parameters, atol=1e-8)
    assert found.objective[0] == pytest.approx(0, abs=1e-12)


def test_with_means_the_rows_move_to_the_implied_ones():
    frame = pd.read_csv(REFERENCE / "gaps_300.csv")
    result = fit_sem("SQ =~ G1 + G2 + G3 + G4\nG1 ~ m*1\nG2 ~ m*1", frame, means=True)
    (one,) = _true_of_model(result.fitted, rows_of(result.fitted))
    means = one.rows.mean(axis=0)
    assert means[0] == pytest.approx(means[1], abs=1e-12)
    assert abs(frame["G1"].mean() - frame["G2"].mean()) > 0.01
    tested = bollen_stine(result, 200, seed=1)
    assert tested.df == 3
    assert tested.to_frame()["mean"][0] < tested.chi2 or tested.p_value > 0.05


def test_the_statistics_are_those_of_plain_fits_to_the_transformed_rows(result, tested):
    from servqual.resampling import resample_counts

    (one,) = _true_of_model(result.fitted, rows_of(result.fitted))
    counts = next(resample_counts(300, 100, 1))
    for number in (0, 99):
        rows = np.repeat(one.rows, counts[number].astype(int), axis=0)
        refit = fit_sem(MODEL, pd.DataFrame(rows, columns=ITEMS))
        assert tested.statistics[number] == pytest.approx(refit.fit["chi2"], abs=1e-7)
    share = (tested.statistics >= tested.chi2).sum()
    assert tested.p_value == (1 + share) / 2001


def test_units_and_the_order_of_variables_change_nothing(tested):
    frame = pd.read_csv(REFERENCE / "gaps_300.csv")[ITEMS] * [1, 1, 1, 1, 1000]
    other = bollen_stine(fit_sem(MODEL, frame), 200, seed=1)
    np.testing.assert_allclose(other.statistics, tested.statistics[:200], rtol=1e-7)
    turned = fit_sem("SQ =~ 1*G1 + G14 + a*G4 + a*G3 + a*G2", frame[ITEMS[::-1]])
    np.testing.assert_allclose(
        bollen_stine(turned, 200, seed=1).statistics, tested.statistics[:200], rtol=1e-7
    )


def test_groups_are_transformed_each_by_itself():
    frame = pd.read_csv(REFERENCE / "gaps_300.csv").assign(half=np.arange(300) % 2)
    result = fit_sem("SQ =~ G1 + c(l, l)*G2 + G3 + G4", frame, group="half")
    parts = _true_of_model(result.fitted, rows_of(result.fitted))
    for one, implied in zip(parts, result.fitted.point.implied, strict=True):
        np.testing.assert_allclose(np.cov(one.rows.T, bias=True), implied.sigma[0], rtol=1e-10)
        np.testing.assert_allclose(one.rows.mean(axis=0), implied.mu[0], atol=1e-10)
    tested = bollen_stine(result, 100, seed=1)
    assert tested.df == 5
    assert 3 < tested.to_frame()["mean"][0] < 9


def test_the_same_seed_gives_the_same_answer(result, tested):
    assert bollen_stine(result, 2000, seed=1) == tested
    assert bollen_stine(result, 100, seed=2).p_value_ml == tested.p_value_ml
    assert pickle.loads(pickle.dumps(tested)) == tested


def test_what_cannot_be_tested_is_refused(result):
    frame = pd.read_csv(REFERENCE / "gaps_300_miss.csv")
    with pytest.warns(UserWarning, match="answers are missing"):
        blanks = fit_sem("SQ =~ G1 + G2 + G3 + G4", frame[["G1", "G2", "G3", "G4"]], missing="fiml")
    with pytest.raises(ModelError, match=r"of 30\d respondents|of \d+ respondents have missing"):
        bollen_stine(blanks, 10)
    perfect = fit_sem("SQ =~ G1 + G2 + G3", pd.read_csv(REFERENCE / "gaps_300.csv"))
    with pytest.raises(ModelError, match="no degrees of freedom"):
        bollen_stine(perfect, 10)
    rows = result.fitted.data.groups[0]
    weighted = replace(rows, weights=np.ones(300))
    data = replace(result.fitted.data, groups=(weighted,))
    with pytest.raises(ModelError, match="no version for sampling weights"):
        bollen_stine(replace(result, fitted=replace(result.fitted, data=data)), 10)
    with pytest.raises(ValueError, match="n_resamples must be"):
        bollen_stine(result, 0)
    with pytest.raises(ModelError, match="only moments are at hand"):
        bollen_stine(pickle.loads(pickle.dumps(result)), 10)


def test_it_says_what_it_did(tested):
    assert tested.title().startswith(
        "Bollen-Stine bootstrap: n = 300; 2,000 resamples; χ²(7) = 15.89"
    )
    assert tested.problems == ()
    lost = replace(tested, n_failed=3)
    assert "3 of 2,000 resamples have no solution" in lost.problems[0]
    assert lost.problems[0] in lost.notes()
    assert "1,997 resamples" in lost.title()
