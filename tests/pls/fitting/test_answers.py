"""Which answers a path model is fitted to."""

import warnings

import numpy as np
import pandas as pd
import pytest

from servqual.errors import (
    AdmissibilityWarning,
    MissingResponseWarning,
    ModelError,
    ResponseError,
)
from servqual.moments import Moments
from servqual.pls.fitting.answers import read_answers
from servqual.sample import Sample
from servqual.sem.fitting.model_data import read_source

NAMES = ("x", "y", "z")


@pytest.fixture
def survey():
    rng = np.random.default_rng(1)
    rows = rng.integers(1, 8, size=(40, 3)) + rng.integers(0, 3, size=(40, 1))
    frame = pd.DataFrame(rows.astype(float), columns=list(NAMES), index=range(100, 140))
    frame.loc[[101, 105], "x"] = np.nan
    frame.loc[[105, 110], "y"] = np.nan
    frame.loc[120] = np.nan
    return frame


def read(data, missing="listwise", weights=None):
    return read_answers(read_source(data, weights=weights), NAMES, missing)


def test_incomplete_rows_are_left_out_and_counted(survey):
    with pytest.warns(MissingResponseWarning, match="4 of 40 respondents"):
        answers = read(survey)
    assert answers.moments.n == 36
    assert answers.moments.n_excluded == 4
    complete = survey.dropna()
    assert list(answers.index) == list(complete.index)
    np.testing.assert_allclose(answers.matrix, complete.cov(), atol=1e-12)


def test_means_replace_what_is_missing(survey):
    with pytest.warns(MissingResponseWarning) as caught:
        answers = read(survey, "mean")
    assert "1 of 40 respondents did not answer any column" in str(caught[0].message)
    assert "4 of 117 answers" in str(caught[1].message)
    assert answers.n_imputed == 4
    filled = survey.drop(index=120).fillna(survey.mean())
    np.testing.assert_allclose(answers.matrix, filled.cov(), atol=1e-12)


def test_weighted_means_replace_what_is_missing(survey):
    weights = np.arange(1.0, 41.0)
    with pytest.warns(MissingResponseWarning):
        answers = read(survey, "mean", weights)
    there = survey["x"].notna().to_numpy()
    mean = np.average(survey["x"][there], weights=weights[there])
    np.testing.assert_allclose(answers.rows[answers.index == 101, 0], mean)


def test_em_estimates_moments_and_expects_answers(survey):
    with pytest.warns(MissingResponseWarning) as caught:
        answers = read(survey, "em")
    assert "maximum likelihood (EM)" in str(caught[1].message)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingResponseWarning)
        moments = Moments.from_missing(survey)
    np.testing.assert_allclose(answers.matrix, moments.covariance)
    s, m = moments.covariance, moments.mean
    row = survey.loc[105]  # answered z only
    expected = m[:2] + s[:2, 2] / s[2, 2] * (row["z"] - m[2])
    np.testing.assert_allclose(answers.rows[answers.index == 105][0, :2], expected)
    np.testing.assert_array_equal(answers.rows[0], survey.iloc[0])


def test_every_carrier_gives_the_same_answers(survey):
    complete = survey.dropna()
    of_frame = read(complete)
    of_text = read(complete.assign(x=complete["x"].astype("Int64"), other="word"))
    of_sample = read(Sample.from_frame(complete))
    of_moments = read(Moments.from_frame(complete))
    for answers in (of_text, of_sample, of_moments):
        np.testing.assert_allclose(answers.matrix, of_frame.matrix, atol=1e-12)
    assert of_moments.rows is None
    assert list(of_sample.index) == list(range(36))


def test_weighted_moments_are_those_of_moments(survey):
    complete, weights = survey.dropna(), np.arange(36.0)
    found = read(complete, weights=weights).moments
    expected = Moments.from_frame(complete, weights=weights)
    assert (found.n, found.total_weight) == (expected.n, expected.total_weight)
    np.testing.assert_allclose(found.weight_squares, expected.weight_squares)
    np.testing.assert_allclose(found.mean, expected.mean)
    np.testing.assert_allclose(found.covariance, expected.covariance)


def test_rows_are_a_copy(survey):
    complete = survey.dropna()
    answers = read(complete)
    complete.iloc[0, 0] = 50.0
    assert answers.rows.max() < 50
    assert not answers.rows.flags.writeable


@pytest.mark.parametrize(
    ("column", "values", "counted"),
    [
        ("x", {0: -99.0, 3: -99.0}, "2 answers look like codes of missing answers: '-99 in x'"),
        ("y", {0: 99.0}, "'99 in y'"),
        ("z", {0: -9.0, 1: 999.0}, "'-9 in z', '999 in z'"),
    ],
)
def test_codes_of_missing_answers_are_suspected(survey, column, values, counted):
    survey = survey.dropna().reset_index(drop=True)
    for row, value in values.items():
        survey.loc[row, column] = value
    with pytest.warns(AdmissibilityWarning) as caught:
        answers = read(survey)
    assert counted in str(caught[0].message)
    assert answers.suspicious == (str(caught[0].message),)


def test_answers_like_the_others_are_not_suspected():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"x": rng.integers(60, 98, 50), "y": rng.integers(-10, 1, 50), "z": rng.normal(size=50)}
    )
    frame.loc[0, ["x", "y"]] = [99, -9]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(frame).suspicious == ()


@pytest.mark.parametrize(
    ("change", "missing", "error", "part"),
    [
        ({"x": 3.0}, "listwise", ResponseError, "1 columns do not vary: 'x'"),
        ({"x": np.nan}, "mean", ResponseError, "do not vary: 'x'"),
        ({"x": np.nan}, "listwise", ResponseError, "0 of 36 are left"),
        ({"x": np.inf}, "listwise", ResponseError, "infinite"),
        ({"x": "low"}, "listwise", ResponseError, "text where numbers belong"),
    ],
)
def test_what_cannot_be_fitted_is_said(survey, change, missing, error, part):
    with pytest.raises(error, match=part):
        read(survey.dropna().assign(**change), missing)


def test_moments_that_cannot_be_fitted_are_refused():
    moments = Moments(names=NAMES, n=9, mean=np.zeros(3), covariance=np.diag([1.0, 0.0, 2.0]))
    with pytest.raises(ResponseError, match="do not vary: 'y'"):
        read(moments)
    with pytest.raises(ModelError, match="only moments are given"):
        read(moments, "mean")
