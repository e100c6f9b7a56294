"""The importance-weighted satisfaction index."""

import pickle

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.scorecards.index import importance_index
from tests.helpers import needs


@pytest.fixture
def frames(rng):
    satisfaction = pd.DataFrame(rng.integers(1, 6, (60, 3)), columns=["a", "b", "c"])
    importance = pd.DataFrame(rng.integers(1, 6, (60, 3)), columns=["a", "b", "c"])
    return satisfaction, importance


def test_a_mean_of_four_is_80_or_75():
    answers = pd.DataFrame({"a": [4, 3, 5], "b": [4, 5, 3]})
    assert importance_index(answers, {"a": 3, "b": 1}, (1, 5)).estimate == pytest.approx(80)
    ranged = importance_index(answers, {"a": 3, "b": 1}, (1, 5), scaling="range")
    assert ranged.estimate == pytest.approx(75)
    assert "S / 5 (20 to 100)" in importance_index(answers, {"a": 1, "b": 1}, (1, 5)).title()
    assert "(S − 1) / (5 − 1) (0 to 100)" in ranged.title()
    assert any("never comparable" in note for note in ranged.notes())


def test_rated_importance_gives_the_ratio_of_means(frames):
    satisfaction, importance = frames
    card = importance_index(satisfaction, importance, (1, 5))
    weights = importance.mean() / importance.mean().sum()
    assert card.estimate == pytest.approx(100 * (weights * satisfaction.mean()).sum() / 5)
    np.testing.assert_allclose(card.items["weight"], weights)
    np.testing.assert_allclose(card.items["satisfaction"], satisfaction.mean())


def test_the_error_of_rated_weights_is_that_of_the_jackknife(rng):
    """The jackknife and the linearised error agree to order 1/n."""
    satisfaction = pd.DataFrame(rng.integers(1, 6, (400, 3)), columns=["a", "b", "c"])
    importance = pd.DataFrame(rng.integers(1, 6, (400, 3)), columns=["a", "b", "c"])
    card = importance_index(satisfaction, importance, (1, 5), scaling="range")
    n = len(satisfaction)
    s, i = satisfaction.to_numpy(float), importance.to_numpy(float)
    means_s = (s.sum(axis=0) - s) / (n - 1)
    means_i = (i.sum(axis=0) - i) / (n - 1)
    without = 100 * ((means_i * means_s).sum(axis=1) / means_i.sum(axis=1) - 1) / 4
    jackknife = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    assert card.se == pytest.approx(jackknife, rel=1e-3)


def test_given_weights_give_the_mean_of_each_respondents_index(frames):
    satisfaction, _ = frames
    weights = {"a": 2, "b": 1, "c": 1}
    own = 100 * (satisfaction * [0.5, 0.25, 0.25]).sum(axis=1) / 5
    card = importance_index(satisfaction, weights, (1, 5), target=50)
    assert card.estimate == pytest.approx(own.mean())
    assert card.se == pytest.approx(own.std() / np.sqrt(60))
    assert card.to_frame()["difference"].iloc[0] == pytest.approx(own.mean() - 50)
    assert importance_index(satisfaction, pd.Series(weights), (1, 5)) == importance_index(
        satisfaction, weights, (1, 5)
    )


def test_both_scalings_say_the_same_of_a_difference(frames):
    satisfaction, importance = frames
    by = ["a", "b"] * 30
    one = importance_index(satisfaction, importance, (1, 5), by=by).to_frame()
    two = importance_index(satisfaction, importance, (1, 5), "range", by=by).to_frame()
    np.testing.assert_allclose(two["se"], one["se"] * 5 / 4)
    np.testing.assert_allclose(two["p_value_rest"], one["p_value_rest"])


def test_equal_weights_are_none(frames):
    satisfaction, importance = frames
    plain = importance_index(satisfaction, importance, (1, 5)).to_frame()
    weighted = importance_index(satisfaction, importance, (1, 5), weights=[2.5] * 60).to_frame()
    pd.testing.assert_frame_equal(weighted.drop(columns="n_effective"), plain)


def test_incomplete_rows_are_left_out(frames):
    satisfaction, importance = (frame.astype(float) for frame in frames)
    satisfaction.loc[3, "a"] = np.nan
    importance.loc[5, "b"] = np.nan
    with pytest.warns(sq.MissingResponseWarning, match="2 of 60 respondents"):
        card = importance_index(satisfaction, importance, (1, 5))
    assert (card.n, card.n_missing) == (58, 2)
    rest = [i for i in range(60) if i not in (3, 5)]
    whole = importance_index(satisfaction.loc[rest], importance.loc[rest], (1, 5))
    assert card.estimate == whole.estimate


def test_polars_gives_the_same(frames):
    pl = needs("polars")
    satisfaction, importance = frames
    card = importance_index(pl.from_pandas(satisfaction), pl.from_pandas(importance), (1, 5))
    assert card == importance_index(satisfaction, importance, (1, 5))


def test_it_pickles(frames):
    card = importance_index(*frames, (1, 5))
    assert pickle.loads(pickle.dumps(card)) == card


@pytest.mark.parametrize(
    ("importance", "options", "error", "match"),
    [
        ({"a": 1, "b": 1}, {}, sq.ResponseError, "gives no weight to 'c'"),
        ({"a": 1, "b": 1, "c": 1, "cc": 1}, {}, sq.ResponseError, "names 'cc'.*Did you mean 'c'"),
        ({"a": 1, "b": -1, "c": 1}, {}, sq.ResponseError, "none negative"),
        ({"a": 0, "b": 0, "c": 0}, {}, sq.ResponseError, "not all zero"),
        (pd.DataFrame({"x": [1]}), {}, sq.ResponseError, "same names"),
        (
            pd.DataFrame(1, index=range(3), columns=["a", "b", "c"]),
            {},
            sq.ResponseError,
            "3 rows that do not match the 60",
        ),
        (
            pd.DataFrame(99, index=range(60), columns=["a", "b", "c"]),
            {},
            sq.ResponseError,
            "180 answers about importance are off the scale 1-5.*'a', row 0: 99",
        ),
        ({"a": 1, "b": 1, "c": 1}, {"scaling": "mean"}, ValueError, "'max' or 'range'"),
        ({"a": 1, "b": 1, "c": 1}, {"scale": (1, 4)}, sq.ResponseError, "satisfaction are off"),
        ({"a": 1, "b": 1, "c": 1}, {"scale": (-5, 5)}, ValueError, "negative answers"),
        ({"a": 1, "b": 1, "c": 1}, {"target": 10}, ValueError, "between 20 and 100, not 10"),
    ],
)
def test_bad_input_is_refused(frames, importance, options, error, match):
    with pytest.raises(error, match=match):
        importance_index(frames[0], importance, **{"scale": (1, 5), **options})
