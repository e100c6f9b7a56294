import numpy as np
import pandas as pd
import pytest
from scipy import stats

import servqual as sq


def test_scores_and_summary_as_by_hand(survey, answers):
    scores = sq.perception_scores(answers)
    p = survey[[f"P{i}" for i in "12345"]].set_axis(list("12345"), axis=1)
    np.testing.assert_array_equal(scores.items, p)
    care, speed = p[["1", "2"]].mean(axis=1), p[["3", "4", "5"]].mean(axis=1)
    np.testing.assert_allclose(scores.dimensions["care"], care, atol=1e-12)
    np.testing.assert_allclose(scores.overall, (care + speed) / 2, atol=1e-12)
    row = scores.to_frame().iloc[-1]
    low, high = stats.t.interval(0.95, 39, loc=scores.overall.mean(), scale=scores.overall.sem())
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-12)
    assert list(scores.to_frame()) == [
        "level", "dimension", "item", "label", "n", "mean_p", "sd_p", "ci_low", "ci_high",
    ]  # fmt: skip


def test_cronin_and_taylors_weighted_sum_and_the_normalised_mean(survey, answers):
    p = survey[[f"P{i}" for i in "12345"]].to_numpy()
    weights = survey[[f"I{i}" for i in "12345"]].to_numpy()
    asked = {"importance": "items", "importance_at": "item"}
    summed = sq.perception_scores(answers, **asked, normalize=False)
    np.testing.assert_array_equal(summed.overall, (p * weights).sum(axis=1))
    assert any("Cronin & Taylor (1992)" in note for note in summed.notes())
    assert "sum of 5 items" in summed.title()
    mean = sq.perception_scores(answers, **asked)
    np.testing.assert_allclose(
        mean.overall, (p * weights).sum(axis=1) / weights.sum(axis=1), atol=1e-12
    )
    assert mean.overall.between(1, 7).all()
    assert not any("Cronin" in note for note in mean.notes())


def test_only_perceptions_count_as_missing(survey, trio):
    survey = survey.astype({"E1": float, "P2": float})
    survey.loc["r0", "E1"] = np.nan
    survey.loc["r9", "P2"] = np.nan
    answers = sq.Responses.from_frame(survey, trio)
    with pytest.warns(sq.MissingResponseWarning, match="1 of 40"):
        scores = sq.perception_scores(answers)
    assert scores.excluded.index.tolist() == ["r9"]


def test_reverse_keyed_items_are_recoded(survey):
    keyed = sq.Instrument(
        name="keyed", scale=(1, 7), dimensions={"care": ("1", "2")}, reverse=("2",)
    )
    survey["P1"] = survey["E1"] = range(1, 41)
    survey["P1"] = survey["E1"] = survey["P1"] % 7 + 1
    survey["P2"] = survey["E2"] = 8 - survey["P1"]
    scores = sq.perception_scores(sq.Responses.from_frame(survey, keyed))
    np.testing.assert_array_equal(scores.items["2"], survey["P1"])
    assert any("recoded (low + high - answer): 2." in note for note in scores.notes())


def test_data_holds_perceptions_and_extra_columns(survey, answers):
    data = sq.perception_scores(answers).to_data("branch")
    assert list(data) == ["P1", "P2", "P3", "P4", "P5", "branch"]
    pd.testing.assert_index_equal(data.index, survey.index)


def test_an_instrument_of_perceptions_only():
    frame = pd.DataFrame({"P1": [0, 10, 9]})
    scores = sq.perception_scores(
        sq.Responses.from_frame(frame, sq.load_instrument("nps"))
        if sq.load_instrument("nps").items == ("1",)
        else sq.Responses.from_frame(
            frame,
            sq.load_instrument("nps"),
            perception={sq.load_instrument("nps").items[0]: "P1"},
        )
    )
    assert scores.overall.tolist() == [0.0, 10.0, 9.0]
