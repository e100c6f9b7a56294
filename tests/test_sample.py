"""Samples: rows as named columns that cannot be written."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.errors import MissingResponseWarning, ResponseError
from tests.helpers import optional, there

pl, pa = optional("polars"), optional("pyarrow")

NAN = float("nan")
COLUMNS = {"a": [1.0, 3.0, 5.0], "b": [0, 0, 3], "w": [1.0, 1.0, 2.0]}


def table(library, columns):
    return pa.table(columns) if library is pa else library.DataFrame(columns)


@pytest.mark.parametrize("library", there(pd, pl, pa))
def test_a_sample_of_three_libraries(library):
    sample = sq.Sample.from_frame(table(library, COLUMNS))
    assert sample.names == ("a", "b", "w")
    assert len(sample) == 3
    assert sample.columns["b"].dtype.kind == "i"
    assert sample.weights is None
    assert sample == sq.Sample.from_frame(pd.DataFrame(COLUMNS))
    assert repr(sample) == "Sample: n = 3, 3 columns"


@pytest.mark.parametrize(
    "weights",
    [
        "w",
        [1, 1, 2],
        np.array([1.0, 1.0, 2.0]),
        pd.Series([1, 1, 2]),
        *([pl.Series([1, 1, 2])] if pl else []),
    ],
)
def test_weights_of_a_sample(weights):
    frame = pd.DataFrame(COLUMNS)
    sample = sq.Sample.from_frame(frame, weights=weights)
    assert sample.weights.tolist() == [1, 1, 2]
    assert sample.names == (("a", "b") if isinstance(weights, str) else ("a", "b", "w"))
    assert repr(sample).endswith("columns, weighted")
    chosen = sq.Sample.from_frame(frame, columns=["b"], weights=weights)
    assert chosen.names == ("b",)
    assert chosen.weights.tolist() == [1, 1, 2]
    np.testing.assert_allclose(chosen.moments().mean, [6 / 4], rtol=1e-15)


@pytest.mark.parametrize(
    ("weights", "part"),
    [
        ([1, 1], "(2,)"),
        ([1, -1, 1], "1 sampling weights are negative, the first in row 1"),
        ([1, NAN, 1], "missing or infinite"),
        ([0, 0, 0], "All sampling weights are zero"),
        ("x", "1 weight columns are missing"),
        (pd.Series([1, 1, 1], index=[2, 1, 0]), "index is not that of the frame"),
    ],
)
def test_weights_that_are_refused(weights, part):
    with pytest.raises(ResponseError) as caught:
        sq.Sample.from_frame(pd.DataFrame(COLUMNS), weights=weights)
    assert part in str(caught.value)
    if not isinstance(weights, (str, pd.Series)):
        with pytest.raises(ResponseError) as caught:
            sq.Sample(columns={"a": np.ones(3)}, weights=weights)
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "part"),
    [
        ({}, "at least one column"),
        ({"a": np.ones(2), "b": np.ones(3)}, "differ in length: [2, 3]"),
        ({"a": np.ones((2, 2))}, "Column 'a' of a sample must be one row of numbers"),
        ({"a": np.float64(1)}, "Column 'a'"),
        ({"a": ["x"]}, "Column 'a'"),
        ({"a": [True]}, "not bool"),
        ({"a": [None, 1]}, "not object"),
        ({"a": [1j]}, "not complex128"),
    ],
)
def test_columns_that_are_no_sample(columns, part):
    with pytest.raises(ResponseError) as caught:
        sq.Sample(columns=columns)
    assert part in str(caught.value)


def test_a_frame_that_is_no_sample():
    with pytest.raises(ResponseError, match="Column 'branch' holds text"):
        sq.Sample.from_frame(pd.DataFrame({"a": [1.0], "branch": ["x"]}))
    with pytest.raises(ResponseError, match="'A'"):
        sq.Sample.from_frame(pd.DataFrame({"a": [1.0]}), columns=["A"])
    with pytest.raises(ResponseError, match="at least one column"):
        sq.Sample.from_frame(pd.DataFrame(index=[0, 1]))


def test_columns_are_held_and_read_only():
    mine = np.array([1.0, 2.0])
    sample = sq.Sample(columns={"a": mine, "b": [3, 4]})
    assert np.shares_memory(sample.columns["a"], mine)
    assert mine.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        sample.columns["a"][0] = 9
    with pytest.raises(TypeError, match="item assignment"):
        sample.columns["c"] = mine


def test_later_changes_to_frame_and_weights_do_not_arrive():
    frame, weights = pd.DataFrame(COLUMNS), np.array([1.0, 1.0, 2.0])
    sample = sq.Sample.from_frame(frame, weights=weights)
    frame.loc[0, "a"] = 99
    weights[0] = 99
    assert sample.columns["a"].tolist() == COLUMNS["a"]
    assert sample.weights.tolist() == [1, 1, 2]


def test_a_matrix_is_new_and_in_the_order_asked_for():
    sample = sq.Sample.from_frame(pd.DataFrame(COLUMNS), columns=["a", "b"])
    matrix = sample.matrix(["b", "a"])
    np.testing.assert_array_equal(matrix, [[0, 1], [0, 3], [3, 5]])
    assert matrix.dtype == np.float64
    matrix[0, 0] = 9
    np.testing.assert_array_equal(sample.matrix(), [[1, 0], [3, 0], [5, 3]])


def test_unknown_columns_are_named_with_the_nearest():
    sample = sq.Sample(columns={"tangibles": np.ones(2)})
    for method in (sample.matrix, sample.moments):
        with pytest.raises(ResponseError, match=r"no column 'tangible'.+Did you mean 'tangibles'"):
            method(["tangible"])


def test_moments_of_some_columns():
    sample = sq.Sample.from_frame(pd.DataFrame(COLUMNS), weights="w")
    moments = sample.moments(["b"])
    assert moments.names == ("b",)
    assert moments == sq.Moments.from_frame(pd.DataFrame(COLUMNS), columns=["b"], weights="w")
    assert sample.moments() == sq.Moments.from_frame(pd.DataFrame(COLUMNS), weights="w")


def test_incomplete_rows_are_warned_of_at_the_callers_line():
    sample = sq.Sample(columns={"a": np.array([1.0, NAN, 3.0]), "b": np.arange(3)})
    with pytest.warns(MissingResponseWarning, match="1 of 3 rows are incomplete") as caught:
        moments = sample.moments()
    assert caught[0].filename == __file__
    assert (moments.n, moments.n_excluded) == (2, 1)
    assert sample.moments(["b"]).n_excluded == 0


def test_equality_has_nan_equal_to_nan():
    one = sq.Sample(columns={"a": np.array([1.0, NAN])})
    assert one == sq.Sample(columns={"a": np.array([1.0, NAN])})
    assert one != sq.Sample(columns={"a": np.array([1.0, 2.0])})
    assert one != sq.Sample(columns={"b": np.array([1.0, NAN])})
    assert one != sq.Sample(columns={"a": np.array([1.0, NAN])}, weights=[1, 1])
    assert one != "sample"
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


def test_pickles_and_copies_are_equal_and_read_only():
    one = sq.Sample(columns={"a": np.array([1.0, NAN])}, weights=[1, 2])
    for again in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), copy.copy(one)):
        assert again == one
        with pytest.raises(ValueError, match="read-only"):
            again.columns["a"][0] = 9
