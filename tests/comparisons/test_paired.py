import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.comparisons.gaps import gap_tests
from servqual.comparisons.paired import paired_t_from_summary


def test_restaurant_as_published():
    """A thesis, n = 51: paired t and correlation of E and P from the printed deviations."""
    table = sq.load_dataset("restaurant").set_index("dimension")
    found = paired_t_from_summary(
        gap=table["gap_mean"],
        sd_gap=table["gap_sd"],
        n=table["n"],
        sd_e=table["e_sd"],
        sd_p=table["p_sd"],
    ).to_frame()
    assert found["statistic"].round(3).tolist() == [-5.698, -5.903, -4.996, -5.431, 3.759]
    assert found["r_ep"].round(4).tolist() == [0.5684, 0.7226, 0.6814, 0.5983, 0.5831]
    assert found["label"].tolist() == table.index.tolist()
    assert found["df"].eq(50).all()


def test_agrees_with_the_tests_of_the_answers(scores):
    of = scores.to_frame()
    by_summary = paired_t_from_summary(
        gap=of["gap"], sd_gap=of["sd_gap"], n=of["n"], sd_e=of["sd_e"], sd_p=of["sd_p"]
    ).to_frame()
    by_answers = gap_tests(scores, n_resamples=0).to_frame()
    shared = ["estimate", "ci_low", "ci_high", "statistic", "df", "p_adjusted"]
    shared += [f"{d}{end}" for d in ("d_z", "d_av") for end in ("", "_ci_low", "_ci_high")]
    np.testing.assert_allclose(by_summary[shared], by_answers[shared], rtol=1e-9)


def test_correlation_is_that_of_the_answers(frame, scores):
    of = scores.to_frame().iloc[0]
    found = paired_t_from_summary(
        gap=of["gap"], sd_gap=of["sd_gap"], n=300, sd_e=of["sd_e"], sd_p=of["sd_p"]
    ).to_frame()
    assert found["r_ep"][0] == pytest.approx(frame["E1"].corr(frame["P1"]), abs=1e-12)


def test_no_spread_and_one_respondent_are_nan_with_a_reason():
    found = paired_t_from_summary(gap=[-1, -1, -1], sd_gap=[1, 0, 1], n=[50, 50, 1])
    assert found.to_frame()["statistic"].isna().tolist() == [False, True, True]
    assert found.m == 1
    assert any("All scores are equal" in one and "'2'" in one for one in found.problems)
    assert any("fewer than two" in one and "'3'" in one for one in found.problems)
    assert "3 published differences" in found.title()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sd_gap": [-1]}, "sd_gap holds negative standard deviations"),
        ({"n": [50.5]}, "n must hold whole numbers"),
        ({"gap": ["low"]}, "gap must hold numbers"),
        ({"gap": [np.nan]}, "gap must be one row of finite numbers"),
        ({"sd_gap": [1, 2, 3]}, "sd_gap has 3 numbers for 1 gaps"),
        ({"sd_e": [1]}, "sd_e and sd_p go together"),
        ({"sd_e": [0.2], "sd_p": [0.3]}, "contradict one another"),
        ({"labels": ["a", "b"]}, "2 labels for 1 gaps"),
    ],
)
def test_bad_numbers(changed, message):
    given = {"gap": [-1], "sd_gap": [1], "n": [50]} | changed
    with pytest.raises(sq.ResponseError, match=message):
        paired_t_from_summary(**given)


def test_labels():
    gap = pd.Series([-1.0, -2.0], index=["care", "speed"])
    assert paired_t_from_summary(gap=gap, sd_gap=1, n=20).to_frame()["label"].tolist() == [
        "care",
        "speed",
    ]
