"""The index of a structural model: against lavaan, by groups and waves, resampled, refused."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import servqual as sq
from servqual.errors import (
    AdmissibilityWarning,
    ConvergenceError,
    MissingResponseWarning,
    ModelError,
    ResponseError,
    SmallSampleWarning,
)
from servqual.indices._source import Source
from servqual.indices.indexing import satisfaction_index
from servqual.indices.model_index import ModelIndex
from servqual.resampling import resample_counts
from servqual.scorecards.index import SatisfactionIndex
from servqual.sem.estimation import fit_sem
from tests.indices.conftest import SHORT

REFERENCE = Path(__file__).parents[1] / "reference"
LAVAAN = json.loads((REFERENCE / "satisfaction_index.json").read_text(encoding="utf-8"))
TEN = (1, 10)


@pytest.fixture(scope="module")
def index(acsi, mobile, scales):
    return satisfaction_index(
        acsi, "satisfaction", scales, by=mobile["company"], wave=mobile["wave"], target=65
    )


def row(table, **at):
    for name, value in at.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize("weighting", ["regression", "loadings"])
def test_weights_and_indices_are_those_of_lavaan(acsi, mobile, scales, weighting):
    there = LAVAAN[weighting]
    found = satisfaction_index(
        acsi, "satisfaction", scales, by=mobile["company"], weighting=weighting
    )
    np.testing.assert_allclose(found.items["weight"], there["weights"], atol=2e-6)
    assert (found.n, found.estimate, found.se) == pytest.approx(
        (there["n"], there["mean"], there["se"]), rel=1e-6
    )
    for name, (n, mean, se) in there["groups"].items():
        one = row(found.table, level="group", group=name)
        assert (one["n"], one["estimate"], one["se"]) == pytest.approx((n, mean, se), rel=1e-6)


def test_effects_in_points_and_their_errors_are_those_of_lavaan(index):
    for one in LAVAAN["points"]:
        predictor, outcome = one["lhs"].removeprefix("p_").split("_")
        here = row(index.effects, lhs=outcome, rhs=predictor)
        assert here["estimate"] == pytest.approx(one["est"], abs=1e-5)
        assert here["se"] == pytest.approx(one["se"], abs=1e-5)
        assert here["ci_high"] - here["estimate"] == pytest.approx(1.959964 * here["se"])


def test_differences_are_welch_and_holm(index):
    pairs = index.differences[index.differences["level"] == "group"]
    names = [" ".join(sorted(two)) for two in zip(pairs["first"], pairs["second"], strict=True)]
    order = [names.index(name) for name in LAVAAN["holm"]["pairs"]]
    np.testing.assert_allclose(pairs["p_value"].to_numpy()[order], LAVAAN["holm"]["p"], rtol=2e-5)
    np.testing.assert_allclose(
        pairs["p_adjusted"].to_numpy()[order], LAVAAN["holm"]["adjusted"], rtol=2e-5
    )
    one = pairs.iloc[names.index("Alto Delta")]
    sign = 1 if one["first"] == "Alto" else -1
    ends = sorted([sign * one["ci_low"], sign * one["ci_high"]])
    np.testing.assert_allclose(
        [sign * one["estimate"], *ends], LAVAAN["regression"]["alto_delta"][:3], rtol=1e-5
    )


def test_each_wave_is_compared_with_the_one_before(index):
    table, differences = index.table, index.differences
    assert list(table["level"].value_counts()[["overall", "group", "wave", "group_wave"]]) == [
        1, 4, 2, 8,
    ]  # fmt: skip
    for group in ("", "Delta"):
        level = "group_wave" if group else "wave"
        one = row(differences, level=level, group=group)
        later, former = (row(table, level=level, group=group, wave=wave) for wave in ("2", "1"))
        assert (one["first"], one["second"]) == ("2", "1")
        assert one["estimate"] == pytest.approx(later["estimate"] - former["estimate"])
    assert row(differences, level="wave")["p_adjusted"] == row(differences, level="wave")["p_value"]
    within = differences[differences["level"] == "group_wave"]
    assert within.loc[within["p_value"].idxmin(), "group"] == "Delta"
    assert within["p_adjusted"].min() == pytest.approx(4 * within["p_value"].min())


def test_waves_come_in_their_own_order(acsi, mobile):
    turned = mobile.iloc[::-1]
    fitted = fit_sem(SHORT, turned)
    found = satisfaction_index(fitted, "SAT", TEN, wave=turned["wave"])
    assert list(found.table["wave"]) == ["", "1", "2"]
    named = pd.Categorical(turned["wave"].map({1: "spring", 2: "autumn"}), ["spring", "autumn"])
    found = satisfaction_index(fitted, "SAT", TEN, wave=named)
    assert list(found.table["wave"]) == ["", "spring", "autumn"]
    assert list(found.differences["first"]) == ["autumn"]


def test_the_target_is_tested(index):
    overall = index.to_frame().iloc[0]
    t = (overall["estimate"] - 65) / overall["se"]
    assert overall["p_value"] == pytest.approx(2 * stats.t.sf(abs(t), overall["n"] - 1))
    assert overall["difference"] == overall["estimate"] - 65


def test_all_constructs_have_their_own_index(index, mobile):
    overall = index.constructs[index.constructs["level"] == "overall"].set_index("construct")
    assert overall["role"].to_dict() == {
        "expectations": "driver",
        "quality": "driver",
        "value": "driver",
        "satisfaction": "index",
        "complaints": "outcome",
        "loyalty": "outcome",
    }
    assert overall.loc["complaints", "estimate"] == pytest.approx(100 * mobile["complained"].mean())
    assert overall.loc["satisfaction", "estimate"] == index.estimate
    assert set(index.effects["lhs"]) == {"satisfaction", "complaints", "loyalty"}
    assert index.problems == ()


def test_regression_weights_are_those_of_factor_scores(mobile):
    fitted = fit_sem("SAT =~ SAT1 + SAT2 + SAT3", mobile)
    found = satisfaction_index(fitted, "SAT", TEN)
    own = 100 * (mobile[["SAT1", "SAT2", "SAT3"]] @ found.items["weight"].to_numpy() - 1) / 9
    assert own.mean() == pytest.approx(found.estimate)
    for method in ("regression", "bartlett"):
        scores = sq.factor_scores(fitted, method=method).scores["SAT"]
        assert np.corrcoef(scores, own)[0, 1] == pytest.approx(1, abs=1e-12)
    assert found.effects.empty
    assert found.differences.empty


def test_correlated_residuals_share_their_weight(mobile):
    text = SHORT.replace("; SAT ~", "; SAT2 ~~ SAT3; SAT ~")
    fitted = fit_sem(text, mobile)
    theta = np.diag([fitted.estimate(f"SAT{i} ~~ SAT{i}") for i in (1, 2, 3)])
    theta[1, 2] = theta[2, 1] = fitted.estimate("SAT2 ~~ SAT3")
    loadings = [fitted.estimate(f"SAT =~ SAT{i}") for i in (1, 2, 3)]
    weights = np.linalg.solve(theta, loadings)
    found = satisfaction_index(fitted, "SAT", TEN).items["weight"]
    np.testing.assert_allclose(found, weights / weights.sum(), rtol=1e-10)


def test_items_in_other_units_change_nothing(mobile, short):
    other = mobile.assign(QUA2=10 * mobile["QUA2"] + 3, SAT1=mobile["SAT1"] - 1)
    scale = {"QUA": TEN, "SAT": TEN, "SAT1": (0, 9), "QUA2": (13, 103), "complained": (0, 1)}
    plain = satisfaction_index(short, "SAT", scale | {"SAT1": TEN, "QUA2": TEN})
    found = satisfaction_index(fit_sem(SHORT, other), "SAT", scale)
    np.testing.assert_allclose(
        found.constructs["estimate"], plain.constructs["estimate"], rtol=1e-7
    )
    np.testing.assert_allclose(found.constructs["se"], plain.constructs["se"], rtol=1e-7)
    columns = ["direct", "estimate", "se", "std"]
    np.testing.assert_allclose(found.effects[columns], plain.effects[columns], rtol=1e-6)


def test_resamples_carry_the_weights_of_models_fitted_anew(mobile):
    people = mobile.iloc[:150].reset_index(drop=True)
    scale = {"QUA": TEN, "SAT": TEN, "complained": (0, 1)}
    found = satisfaction_index(
        fit_sem(SHORT, people), "SAT", scale, by=people["wave"], n_resamples=4, seed=3,
        progress=False,
    )  # fmt: skip
    again, moved = [], []
    (counts,) = resample_counts(len(people), 4, 3)
    for one in counts.astype(int):
        drawn = people.loc[np.repeat(people.index, one)].reset_index(drop=True)
        other = satisfaction_index(fit_sem(SHORT, drawn), "SAT", scale, by=drawn["company"])
        again.append(other.estimate)
        moved.append(other.effects["estimate"])
    assert found.se == pytest.approx(np.std(again, ddof=1) * (150 / 149) ** 0.5, rel=1e-6)
    np.testing.assert_allclose(found.effects["se"], np.std(moved, axis=0, ddof=1), rtol=1e-6)
    assert found.interval == "bootstrap"
    half = stats.t.ppf(0.975, 149) * found.se
    assert found.ci_high == pytest.approx(found.estimate + half)


def test_resamples_repeat_with_their_seed_and_leave_the_estimate(short, mobile):
    def made(seed):
        return satisfaction_index(
            short, "SAT", TEN, by=mobile["company"], n_resamples=10, seed=seed, progress=False
        )

    one, plain = made(5), satisfaction_index(short, "SAT", TEN, by=mobile["company"])
    assert one == made(5)
    assert one.se != made(6).se
    assert one.estimate == plain.estimate
    np.testing.assert_allclose(one.table["se"], plain.table["se"], rtol=0.5)
    np.testing.assert_allclose(one.differences["p_value"], plain.differences["p_value"], atol=0.2)
    assert made(None).seed is not None


def test_groups_of_a_model_have_weights_of_their_own(mobile):
    found = satisfaction_index(fit_sem(SHORT, mobile, group="wave"), "SAT", TEN)
    for wave in (1, 2):
        alone = satisfaction_index(fit_sem(SHORT, mobile[mobile["wave"] == wave]), "SAT", TEN)
        here = row(found.table, level="group", group=str(wave))
        assert here["estimate"] == pytest.approx(alone.estimate, rel=1e-6)
        own = found.items[found.items["group"] == str(wave)]
        np.testing.assert_allclose(own["weight"], alone.items["weight"], atol=1e-6)
        effects = found.effects[found.effects["group"] == str(wave)]
        np.testing.assert_allclose(effects["se"], alone.effects["se"], rtol=1e-4)
    groups = found.table.iloc[1:]
    assert found.estimate == pytest.approx(np.average(groups["estimate"], weights=groups["n"]))
    assert len(found.differences) == 1


def test_groups_are_found_for_respondents_that_the_model_left_out(survey, mobile, acsi_text, index):
    with pytest.warns(MissingResponseWarning, match="100 of 800"):
        fitted = fit_sem(acsi_text, survey)
    for asked in (
        {"by": survey["company"], "wave": survey["wave"].to_numpy()},
        {"by": "company", "wave": "wave", "data": survey},
    ):
        found = satisfaction_index(fitted, "satisfaction", TEN, **asked)
        columns = ["level", "group", "n", "estimate"]
        pd.testing.assert_frame_equal(found.table[columns], index.table[columns])
        assert found.n_missing == 100
        assert "n = 700 of 800 (100 left out)" in found.title()
    with pytest.raises(ResponseError, match=r"by has 700 rows, but .* to data of 800"):
        satisfaction_index(fitted, "satisfaction", TEN, by=mobile["company"])


def test_fiml_counts_everybody_who_answered_the_items(survey):
    with pytest.warns(MissingResponseWarning):
        fitted = fit_sem(SHORT, survey, missing="fiml")
    with pytest.warns(MissingResponseWarning, match="respondents left items unanswered"):
        found = satisfaction_index(fitted, "SAT", TEN, by=survey["company"])
    assert found.n == survey[["SAT1", "SAT2", "SAT3"]].notna().all(axis=1).sum() > 700


def test_sampling_weights_count_like_repeated_rows(mobile):
    some = mobile.iloc[:200]
    weights = np.tile([1.0, 2.0], 100)
    twice = some.loc[np.repeat(some.index, weights.astype(int))].reset_index(drop=True)
    found = satisfaction_index(fit_sem(SHORT, some, "MLR", weights=weights), "SAT", TEN)
    plain = satisfaction_index(fit_sem(SHORT, twice), "SAT", TEN)
    assert found.estimate == pytest.approx(plain.estimate, rel=1e-6)
    assert found.weighted
    assert found.table["n_effective"].iloc[0] < 200
    assert "sampling weights" in found.title()


def test_other_respondents_are_weighed_by_the_model(short, mobile):
    wave = mobile.loc[mobile["wave"] == 2, ["SAT1", "SAT2", "SAT3", "company"]]
    found = satisfaction_index(short, "SAT", TEN, data=wave, by="company")
    both = satisfaction_index(short, "SAT", TEN, wave=mobile["wave"])
    assert found.estimate == pytest.approx(row(both.table, wave="2")["estimate"])
    assert list(found.constructs["construct"].unique()) == ["SAT"]
    assert found.problems == ("'QUA', 'complained': no index, as its items are not in the data.",)
    weighted = satisfaction_index(short, "SAT", TEN, data=wave, weights=np.full(len(wave), 2.0))
    assert weighted.estimate == pytest.approx(found.estimate)
    with pytest.raises(ModelError, match="Resamples are of the model's own respondents"):
        satisfaction_index(short, "SAT", TEN, data=wave, n_resamples=100)


def test_the_models_own_rows_are_known_in_a_frame(short, mobile):
    asked = {"n_resamples": 5, "seed": 1, "progress": False}
    by_name = satisfaction_index(short, "SAT", TEN, data=mobile, by="company", **asked)
    assert by_name == satisfaction_index(short, "SAT", TEN, by=mobile["company"], **asked)


def test_an_unpickled_model_takes_the_answers_again(short, mobile):
    again = pickle.loads(pickle.dumps(short))
    with pytest.raises(ModelError, match=r"only moments.*data=frame"):
        satisfaction_index(again, "SAT", TEN)
    found = satisfaction_index(again, "SAT", TEN, data=mobile)
    assert found.estimate == satisfaction_index(short, "SAT", TEN).estimate
    assert pickle.loads(pickle.dumps(found)) == found
    moments = sq.Sample.from_frame(mobile, short.fitted.data.names).moments()
    from_moments = satisfaction_index(fit_sem(SHORT, moments), "SAT", TEN, data=mobile)
    assert from_moments.estimate == pytest.approx(found.estimate)


def test_other_constructs_without_an_index_say_why(acsi):
    found = satisfaction_index(acsi, "satisfaction", TEN)
    assert found.problems == (
        "'complaints': no index, as answers are off the scale; give its own in scale={...}.",
    )
    assert "complaints" not in set(found.constructs["construct"]) | set(found.effects["lhs"])
    found = satisfaction_index(acsi, "satisfaction", {"satisfaction": TEN})
    assert found.problems[0].endswith("no index, as its scale is not given.")
    assert list(found.constructs["construct"]) == ["satisfaction"]


def test_one_answer_has_no_error(short, mobile):
    by = np.where(np.arange(len(mobile)) == 3, "one", "many")
    found = satisfaction_index(short, "SAT", TEN, by=by)
    assert np.isnan(row(found.table, group="one")["se"])
    assert found.problems[-1] == "'one': one answer only, so there is no standard error."
    assert found.differences["p_value"].isna().all()
    with pytest.warns(SmallSampleWarning):
        satisfaction_index(short, "SAT", TEN, data=mobile.iloc[:1])


def test_respondents_without_a_group_count_overall_only(short, mobile):
    by = mobile["company"].where(mobile["company"] != "Alto")
    with pytest.warns(MissingResponseWarning, match="218 respondents have an answer but no group"):
        found = satisfaction_index(short, "SAT", TEN, by=by)
    assert found.n_without_group == 218
    assert (found.n, found.table["n"].iloc[1:].sum()) == (700, 482)


def test_title_and_notes_say_what_was_done(short, mobile, index):
    assert index.title() == (
        "Index of satisfaction from a structural model (0 to 100): n = 700; 95 % Student's t "
        "interval"
    )
    assert any("taken as known" in note for note in index.notes())
    assert any("samples of different respondents" in note for note in index.notes())
    found = satisfaction_index(short, "SAT", TEN, n_resamples=10, seed=1, progress=False)
    assert any("10 resamples" in note for note in found.notes())
    assert found.title().endswith("Student's t interval with bootstrap standard errors")
    firms = mobile.assign(firm=mobile["respondent"] % 40)
    clustered = fit_sem(SHORT, firms, "MLR", cluster="firm")
    assert any("clusters" in note for note in satisfaction_index(clustered, "SAT", TEN).notes())


def test_answers_and_models_go_to_their_own_index(short, mobile):
    items = mobile[["SAT1", "SAT2", "SAT3"]]
    plain = satisfaction_index(items, {"SAT1": 1, "SAT2": 1, "SAT3": 1}, TEN, "range")
    assert isinstance(plain, SatisfactionIndex)
    assert isinstance(satisfaction_index(short, "SAT", TEN, "range"), ModelIndex)
    assert satisfaction_index(items, {"SAT1": 1, "SAT2": 1, "SAT3": 1}, TEN).scaling == "max"


@pytest.mark.parametrize(
    ("construct", "options", "error", "message"),
    [
        ("SATT", {}, ModelError, r"no construct 'SATT'\. Did you mean 'SAT'\? It has QUA, SAT"),
        ({"SAT1": 1}, {}, ModelError, "Name the construct"),
        ("SAT", {"scale": (1, 7)}, ResponseError, "answers are off their scale.*SAT1"),
        ("SAT", {"scale": {"QUA": TEN}}, ModelError, "scale says nothing of 'SAT'"),
        ("SAT", {"scaling": "max"}, ModelError, "indices of models run from 0 to 100"),
        ("SAT", {"weighting": "outer"}, ModelError, "weighting must be one of regression, load"),
        ("SAT", {"weights": [1.0]}, ModelError, "weights= goes with data="),
        ("SAT", {"by": "company"}, ModelError, "the name of a column; give the frame"),
        ("SAT", {"by": [[1, 2]]}, ResponseError, "by must be one column"),
        ("SAT", {"n_resamples": 1}, ValueError, "n_resamples must be a whole number of at least 2"),
        ("SAT", {"confidence": 95}, ValueError, "confidence must lie"),
        ("SAT", {"target": 101}, ValueError, "target must lie"),
    ],
)
def test_what_cannot_be_is_refused(short, construct, options, error, message):
    with pytest.raises(error, match=message):
        satisfaction_index(short, construct, **{"scale": TEN, **options})


def test_options_of_models_are_refused_for_answers(mobile):
    with pytest.raises(ResponseError, match="wave=, n_resamples= goes with a fitted model, but Da"):
        satisfaction_index(mobile[["SAT1"]], {"SAT1": 1}, TEN, wave=mobile["wave"], n_resamples=9)


def test_groups_of_a_model_admit_no_others(mobile):
    fitted = fit_sem(SHORT, mobile, group="wave")
    with pytest.raises(ModelError, match="by= and wave= go with a model of one group"):
        satisfaction_index(fitted, "SAT", TEN, by=mobile["company"])
    with pytest.raises(ModelError, match="leave data= out"):
        satisfaction_index(fitted, "SAT", TEN, data=mobile)


def test_reverse_keyed_items_and_negative_variances_are_refused(mobile):
    turned = mobile.assign(SAT3=11 - mobile["SAT3"])
    with pytest.raises(ModelError, match=r"weights of 'SAT' differ in sign \(SAT1 1.*, SAT3 -"):
        satisfaction_index(fit_sem(SHORT, turned), "SAT", TEN)
    fixed = fit_sem(SHORT + "; SAT1 ~~ 0*SAT1", mobile)
    with pytest.raises(ModelError, match="weighting='loadings' does without"):
        satisfaction_index(fixed, "SAT", TEN)
    assert 0 < satisfaction_index(fixed, "SAT", TEN, weighting="loadings").estimate < 100


def test_constructs_of_constructs_have_no_index(mobile):
    text = "Q =~ QUA1 + QUA2 + QUA3; V =~ VAL1 + VAL2; S =~ SAT1 + SAT2 + SAT3; G =~ Q + V + S"
    fitted = fit_sem(text, mobile)
    with pytest.raises(ModelError, match="'G' has no index: it is measured by constructs"):
        satisfaction_index(fitted, "G", TEN)
    assert satisfaction_index(fitted, "S", TEN).n == 700


def test_ordered_items_have_no_weights_of_answers(mobile):
    text = "QUA =~ QUA1 + QUA2 + QUA3; SAT =~ SAT1 + SAT2 + SAT3; SAT ~ QUA"
    fitted = fit_sem(text, mobile, "WLSMV", ordered=["SAT1", "SAT2", "SAT3"])
    with pytest.raises(ModelError, match="The items of this model are ordered"):
        satisfaction_index(fitted, "SAT", TEN)


def test_failed_resamples_are_left_out_and_counted(short, monkeypatch):
    found = {}

    def spoiled(self, n_resamples, seed, advance):
        drawn = found["resample"](n_resamples, seed, advance)
        drawn.converged[: found["bad"]] = False
        return drawn

    import servqual.indices.indexing as home

    real = home.sem_source

    def source(result, weighting):
        made = real(result, weighting)
        found["resample"] = made.resample
        fields = {name: getattr(made, name) for name in Source.__dataclass_fields__}
        return Source(**fields | {"resample": lambda *asked: spoiled(made, *asked)})

    monkeypatch.setattr(home, "sem_source", source)
    asked = {"n_resamples": 12, "seed": 1, "progress": False}
    found["bad"] = 2
    with pytest.warns(AdmissibilityWarning, match="2 of 12 resamples have no solution"):
        index = satisfaction_index(short, "SAT", TEN, **asked)
    assert index.n_failed == 2
    assert any("2 of 12 resamples" in note for note in index.notes())
    found["bad"] = 11
    with pytest.raises(ConvergenceError, match="11 of 12 resamples"):
        satisfaction_index(short, "SAT", TEN, **asked)
