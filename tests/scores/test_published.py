"""Scores against published tables and against R's survey package."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.arrays import overall

REFERENCE = Path(__file__).parents[1] / "reference"
POINTS = [11, 32, 22, 19, 16]


def test_restaurant_overall_unweighted_and_weighted():
    gaps = sq.load_dataset("restaurant")["gap_mean"].to_numpy()[None]
    assert overall(gaps)[0] == pytest.approx(-0.28794, abs=1e-12)
    assert overall(gaps, POINTS)[0] == pytest.approx(-0.31874, abs=1e-12)


def test_twelve_manage_overall_unweighted_and_weighted():
    gaps = sq.load_dataset("twelve_manage")["gap"].to_numpy()[None]
    assert overall(gaps)[0] == pytest.approx(-0.858, abs=1e-12)
    assert overall(gaps, POINTS)[0] == pytest.approx(-0.9007, abs=1e-12)


def test_hospital_table_takes_the_mean_of_items_not_of_dimensions():
    """One respondent who answered with the printed means gives back the printed scores."""
    table = sq.load_dataset("bmc_2012")
    items = table[table["level"] == "item"]
    printed = table[table["level"] == "dimension"].set_index("dimension")
    about = sq.Instrument(
        name="hospital",
        scale=(1, 5),
        dimensions=items.groupby("dimension", sort=False)["item"]
        .agg(lambda ids: [str(int(i)) for i in ids])
        .to_dict(),
    )
    frame = pd.DataFrame(
        {
            f"{role}{int(row['item'])}": [row[column]] * 2
            for role, column in (("E", "expectation"), ("P", "perception"))
            for _, row in items.iterrows()
        }
    )
    answers = sq.Responses.from_frame(frame, about)
    by_items = sq.gap_scores(answers, overall="items").overall[0]
    by_dimensions = sq.gap_scores(answers).overall[0]
    assert by_items == pytest.approx(-0.89, abs=0.005 + 1e-9)
    # mean of items -.8938 and of dimensions -.8786 from the printed means: only one prints as -.89
    assert round(by_items, 2) == -0.89
    assert round(by_dimensions, 2) == -0.88
    # P, E and their difference were each rounded to .01, so they may be .015 apart.
    scores = sq.gap_scores(answers).dimensions.iloc[0]
    assert np.allclose(scores.to_numpy(), printed.loc[scores.index, "gap"], rtol=0, atol=0.015)


def test_weighted_means_and_errors_as_by_rs_survey_package():
    bank = sq.load_dataset("bank")
    weights = np.array([0.5, 1, 1, 2, 3.5])[bank["respondent"].to_numpy() % 5]
    answers = sq.Responses.from_frame(bank, sq.load_instrument("servqual-1991"), weights=weights)
    with pytest.warns(sq.MissingResponseWarning):
        scores = sq.gap_scores(answers)
    table = scores.to_frame().query("level == 'item'")
    by_r = pd.read_csv(REFERENCE / "weighted_mean.csv")
    from scipy.stats import t

    error = (table["ci_high"] - table["gap"]) / t.ppf(0.975, table["n"] - 1)
    np.testing.assert_allclose(table["gap"], by_r["mean"], rtol=1e-12)
    np.testing.assert_allclose(error, by_r["se"], rtol=1e-10)
    variance = float((REFERENCE / "weighted_variance.txt").read_text())
    assert table["sd_gap"].iloc[0] ** 2 == pytest.approx(variance, rel=1e-10)
