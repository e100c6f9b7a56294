"""Predictions of answers, beside those that are made row by row."""

import numpy as np
import pytest

from servqual.pls.path_model import fit_pls
from servqual.pls.prediction.folds import training_sets
from servqual.pls.prediction.forecasts import Forecasts, held_out, roles_of
from tests.pls.conftest import text_of

PARTS = {
    "TAN": ["G1", "G2", "G3"],
    "REL": ["G5", "G6", "G7"],
    "SAT": ["SAT1", "SAT2"],
    "LOY": ["LOY1", "LOY2"],
}


def by_hand(result, train, test, *, direct):
    """Predict by the formulas of the model fitted to the training rows, one row at a time."""
    fitted = fit_pls(result.model, train, result.scheme, standardized=result.standardized)
    mean, sd = train.mean(), train.std(ddof=0)
    weights, loadings, paths = fitted.weights, fitted.loadings, fitted.paths
    outcomes = set(paths["lhs"])
    scores = fitted.scores * np.sqrt(len(train) / (len(train) - 1))
    found = {}
    for name, row in test.iterrows():
        z = {}
        for construct in fitted.constructs:
            own = weights[weights["lhs"] == construct]
            value = 0.0
            for item, weight in zip(own["rhs"], own["estimate"], strict=True):
                value += (
                    weight * (row[item] - mean[item]) / (sd[item] if fitted.standardized else 1)
                )
            if not fitted.standardized:
                value /= (train[own["rhs"]] @ own["estimate"].to_numpy()).std(ddof=0)
            z[construct] = value
        predicted = dict(z)
        for j in fitted.estimates.structure.outcomes:
            outcome = fitted.estimates.structure.names[j]
            total = 0.0
            for _, path in paths[paths["lhs"] == outcome].iterrows():
                from_ = z if direct else predicted
                if ":" in path["rhs"]:
                    a, b = path["rhs"].split(":")
                    times = scores[a] * scores[b]
                    x = (from_[a] * from_[b] - times.mean()) / times.std(ddof=0)
                else:
                    x = from_[path["rhs"]]
                total += path["estimate"] * x
            predicted[outcome] = total
        for _, one in loadings.iterrows():
            if one["lhs"] in outcomes:
                item = one["rhs"]
                found[name, item] = mean[item] + sd[item] * one["estimate"] * predicted[one["lhs"]]
    return found


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize(
    ("paths", "options"),
    [
        ({"SAT": ["TAN", "REL", "TAN:REL"], "LOY": ["SAT", "REL", "SAT:REL"]}, {}),
        ({"SAT": ["TAN", "REL"], "LOY": ["SAT", "TAN"]}, {"standardized": False}),
    ],
)
def test_predictions_are_those_made_row_by_row(gaps, direct, paths, options):
    frame = gaps.iloc[:90]
    result = fit_pls(text_of(PARTS, paths), frame, **options)
    plan, rows = result.recipe.plan, result.answers.rows
    labels = (np.arange(90) % 3)[None]
    sets = training_sets(rows, None, labels)
    estimates = result.recipe.estimates(sets.covariance, rows=rows, counts=sets.counts)
    forecasts = Forecasts(estimates, sets, plan, standardized=result.standardized, direct=direct)
    for number, (_, at) in enumerate(held_out(labels)):
        columns = list(plan.columns)
        expected = by_hand(
            result,
            frame[columns].drop(index=frame.index[at]),
            frame[columns].iloc[at[:3]],
            direct=direct,
        )
        made = forecasts.by_model(rows[at[:3]], number)
        there = [
            [expected[name, plan.columns[i]] for i in roles_of(plan).predicted]
            for name in frame.index[at[:3]]
        ]
        np.testing.assert_allclose(made, there, rtol=1e-8)


def test_a_second_order_outcome_predicts_the_columns_of_its_parts(gaps):
    text = text_of({**PARTS, "SQ": ["TAN", "REL"]}, {"SQ": ["SAT"], "LOY": ["SQ"]})
    result = fit_pls(text, gaps)
    plan, rows = result.recipe.plan, result.answers.rows
    sets = training_sets(rows, None, np.zeros((0, len(rows)), dtype=int))
    estimates = result.recipe.estimates(sets.covariance)
    forecasts = Forecasts(estimates, sets, plan, standardized=True, direct=True)
    roles = roles_of(plan)
    named = [plan.columns[i] for i in roles.predicted]
    assert set(named) == {"G1", "G2", "G3", "G5", "G6", "G7", "LOY1", "LOY2"}
    found = forecasts.by_model(rows, 0)[:, named.index("G6")]
    first, second = result.first_stage.loadings, result.loadings
    loading = first.set_index("rhs")["estimate"]["G6"] * second.set_index("rhs")["estimate"]["REL"]
    path = result.paths.set_index("lhs")["estimate"]["SQ"]
    score = result.scores["SAT"].to_numpy()
    expected = gaps["G6"].mean() + gaps["G6"].std() * loading * path * score
    np.testing.assert_allclose(found, expected, rtol=1e-9)
