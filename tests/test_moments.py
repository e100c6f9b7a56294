"""Moments: what NumPy says of the whole, from chunks, weights and published matrices."""

import copy
import pickle
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import servqual as sq
from servqual.errors import MissingResponseWarning, ResponseError
from tests.helpers import optional, there

pl, pa = optional("polars"), optional("pyarrow")

NAN = float("nan")


def moments(values, **more):
    values = np.asarray(values)
    columns = [f"v{i}" for i in range(values.shape[1])]
    return sq.Moments.from_frame(pd.DataFrame(values, columns=columns), **more)


def assert_same_moments(one, other, rtol=1e-12, scale=1.0):
    assert (one.names, one.n, one.n_excluded) == (other.names, other.n, other.n_excluded)
    np.testing.assert_allclose(one.weight, other.weight, rtol=rtol)
    np.testing.assert_allclose(one.mean, other.mean, rtol=rtol, atol=rtol * scale)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=rtol, atol=rtol * scale**2)


@pytest.mark.parametrize("n", [2, 3, 100, 8192, 8193, 20000])
@pytest.mark.parametrize("kind", ["f8", "f4", "i1", "u2"])
def test_numpy_agrees(rng, n, kind):
    values = rng.integers(1, 8, (n, 3)).astype(kind)
    if kind.startswith("f"):
        values += rng.normal(size=(n, 3)).astype(kind)
    exact = values.astype(np.float64)
    found = moments(values)
    assert found.n == n
    assert found.weight == n
    assert found.n_excluded == 0
    np.testing.assert_allclose(found.mean, exact.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.covariance, np.cov(exact.T), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.sd, exact.std(axis=0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(found.correlation, np.corrcoef(exact.T), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("library", there(pl, pa))
def test_libraries_agree(rng, library):
    columns = {"a": rng.integers(1, 8, 50).astype(np.int8), "b": rng.normal(size=50)}
    frame = pa.table(columns) if library is pa else library.DataFrame(columns)
    assert sq.Moments.from_frame(frame) == sq.Moments.from_frame(pd.DataFrame(columns))


whole = st.integers(2, 14).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, (n, 2), elements=st.floats(-9, 9, width=32, allow_subnormal=False)),
        arrays(np.float64, (n,), elements=st.floats(0.125, 9, width=32)),
        st.lists(st.integers(1, n - 1), max_size=4),
        st.randoms(use_true_random=False),
    )
)


@given(whole, st.booleans())
def test_chunks_added_in_any_order_are_the_whole(drawn, weighted):
    values, weights, cuts, random = drawn
    cuts = [0, *sorted(set(cuts)), len(values)]
    parts = []
    for start, stop in pairwise(cuts):
        more = {"weights": weights[start:stop]} if weighted else {}
        parts.append(moments(values[start:stop], **more))
    random.shuffle(parts)
    total = parts[0]
    for part in parts[1:]:
        total += part
    expected = moments(values, **({"weights": weights} if weighted else {}))
    assert_same_moments(total, expected, scale=9)


def test_inner_chunks_with_weights_are_numpys_weighted_covariance(rng):
    n = 20000
    values, weights = rng.normal(5, 2, (n, 3)), rng.uniform(0.1, 3, n)
    found = moments(values, weights=weights)
    np.testing.assert_allclose(found.mean, np.average(values, axis=0, weights=weights), rtol=1e-12)
    expected = np.cov(values.T, aweights=weights, ddof=0) * n / (n - 1)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.weight, weights.sum(), rtol=1e-12)
    assert found.n == n


@given(whole, st.floats(0.01, 100))
def test_equal_weights_are_none(drawn, weight):
    values = drawn[0]
    weighted = moments(values, weights=np.full(len(values), weight))
    plain = moments(values)
    assert weighted.n == plain.n
    np.testing.assert_allclose(weighted.mean, plain.mean, rtol=1e-12, atol=1e-11)
    np.testing.assert_allclose(weighted.covariance, plain.covariance, rtol=1e-12, atol=1e-10)


@given(whole, st.data())
def test_whole_weights_repeat_rows(drawn, data):
    """In the mean; the correction of the covariance has the n of rows, not the sum of weights."""
    values = drawn[0]
    n = len(values)
    counts = np.array(data.draw(st.lists(st.integers(1, 4), min_size=n, max_size=n)))
    weighted, repeated = moments(values, weights=counts), moments(np.repeat(values, counts, axis=0))
    total = counts.sum()
    assert (weighted.n, repeated.n, weighted.weight) == (n, total, total)
    np.testing.assert_allclose(weighted.mean, repeated.mean, rtol=1e-12, atol=1e-11)
    ratio = (n / (n - 1)) / (total / (total - 1))
    np.testing.assert_allclose(
        weighted.covariance, repeated.covariance * ratio, rtol=1e-12, atol=1e-10
    )


def test_rows_of_weight_zero_count_nowhere(rng):
    values = rng.normal(size=(6, 2))
    values[4, 0] = NAN
    weights = np.array([1, 0, 2, 1, 1, 0.5])
    with pytest.warns(MissingResponseWarning, match="1 of 6 rows"):
        found = moments(values, weights=weights)
    keep = [0, 2, 3, 5]
    expected = moments(values[keep], weights=weights[keep])
    assert found.n == 4
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-15)
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-14)


@pytest.mark.parametrize("n", [3, 8193, 20000])
@pytest.mark.parametrize("large", [1e8, -1e12])
def test_a_small_variance_survives_a_large_mean(rng, n, large):
    small = rng.integers(0, 8, (n, 2)) / 8  # exact beside the large mean, at least to 1/8
    values = large + small
    assert ((values - large) == small).all()
    found = moments(values)
    np.testing.assert_allclose(found.covariance, np.cov(small.T), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.mean, large + small.mean(axis=0), rtol=1e-15)
    weights = rng.uniform(0.5, 2, n)
    expected = np.cov(small.T, aweights=weights, ddof=0) * n / (n - 1)
    found = moments(values, weights=weights)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("constant", [0.1, 3.3, 1e9 / 3, -7, 0, 5e-324])
@pytest.mark.parametrize("n", [2, 7, 20001])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_constant_has_a_variance_of_exactly_zero(rng, constant, n, weighted):
    values = np.column_stack([np.full(n, constant, dtype=float), rng.normal(size=n)])
    found = moments(values, **({"weights": rng.uniform(0.1, 3, n)} if weighted else {}))
    assert found.mean[0] == constant
    assert (found.covariance[0] == 0).all()
    assert (found.covariance[:, 0] == 0).all()
    assert found.covariance[1, 1] > 0
    assert np.isnan(found.correlation[0]).all()
    assert np.isnan(found.correlation[0, 0])
    assert found.correlation[1, 1] == pytest.approx(1, rel=1e-15)


def test_a_constant_is_one_among_the_rows_that_count():
    values = [[7.7, 1.0], [NAN, 2.0], [0.1, 3.0], [0.1, 5.0], [0.1, 4.0]]
    with pytest.warns(MissingResponseWarning, match="1 of 5 rows"):
        found = moments(values, weights=[0, 1, 1, 0.3, 0.7])
    assert found.mean[0] == 0.1
    assert (found.covariance[0] == 0).all()


def test_one_row_has_a_mean_and_no_covariance():
    one = moments([[3.0, 5.0]])
    assert (one.n, one.mean.tolist()) == (1, [3, 5])
    assert np.isnan(one.covariance).all()
    two = one + moments([[5.0, 5.0]])
    np.testing.assert_array_equal(two.covariance, [[2, 0], [0, 0]])
    np.testing.assert_array_equal(two.mean, [4, 5])


def test_incomplete_rows_are_left_out_counted_and_warned_of(rng):
    values = rng.normal(size=(9000, 2))
    values[[0, 8500], [0, 1]] = NAN
    with pytest.warns(MissingResponseWarning) as caught:
        found = moments(values)
    assert [str(one.message) for one in caught] == ["2 of 9,000 rows are incomplete and left out."]
    assert caught[0].filename == __file__
    complete = values[~np.isnan(values).any(axis=1)]
    np.testing.assert_allclose(found.covariance, np.cov(complete.T), rtol=1e-12, atol=1e-13)
    assert (found.n, found.n_excluded) == (8998, 2)
    assert repr(found) == "Moments: n = 8,998 (2 incomplete rows left out), 2 variables"
    assert (found + found).n_excluded == 4
    assert found.select(["v1"]).n_excluded == 2


def test_a_chunk_without_complete_rows_adds_nothing(rng):
    values = rng.normal(size=(8192 + 100, 2))
    values[:8192, 0] = NAN
    with pytest.warns(MissingResponseWarning, match="8,192 of 8,292"):
        found = moments(values)
    np.testing.assert_allclose(found.covariance, np.cov(values[8192:].T), rtol=1e-12)
    with pytest.warns(MissingResponseWarning, match="8,192 of 8,292"):
        constant = moments(np.where(np.isnan(values[:, :1]), NAN, 0.1))
    assert (constant.n, constant.mean[0], constant.covariance[0, 0]) == (100, 0.1, 0)
    with pytest.warns(MissingResponseWarning, match="8,192 of 8,292"):
        backwards = moments(values[::-1])
    assert_same_moments(found, backwards)


@pytest.mark.parametrize("values", [np.full((3, 2), NAN), np.empty((0, 2)), [[1, NAN], [NAN, 1]]])
def test_without_complete_rows_there_are_no_moments(values):
    with pytest.raises(ResponseError, match="No row is complete"):
        moments(values)


def test_only_moments_of_the_same_variables_add():
    one = moments([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(ResponseError, match="different variables"):
        one + one.select(["v1", "v0"])
    with pytest.raises(TypeError):
        one + 1
    with pytest.raises(TypeError):
        sum([one, one])


def test_adding_changes_neither(rng):
    one, other = moments(rng.normal(size=(5, 2))), moments(rng.normal(size=(7, 2)))
    before = copy.deepcopy(one), copy.deepcopy(other)
    one + other
    assert (one, other) == before


def test_some_of_the_variables(rng):
    values = rng.normal(size=(20, 3))
    found = moments(values).select(["v2", "v0"])
    assert found.names == ("v2", "v0")
    np.testing.assert_allclose(found.covariance, np.cov(values[:, [2, 0]].T), rtol=1e-12)
    np.testing.assert_allclose(found.mean, values[:, [2, 0]].mean(axis=0), rtol=1e-12)
    with pytest.raises(ResponseError, match=r"no variable 'v01'\. Did you mean 'v"):
        moments(values).select(["v0", "v01"])
    with pytest.raises(ResponseError, match="A name stands twice among 'v0', 'v0'"):
        moments(values).select(["v0", "v0"])


def test_a_frame_of_moments():
    frame = moments([[1.0, 2.0], [3.0, 6.0]]).to_frame()
    assert frame.columns.tolist() == ["mean", "sd", "v0", "v1"]
    assert frame.index.tolist() == ["v0", "v1"]
    np.testing.assert_allclose(frame, [[2, 2**0.5, 2, 4], [4, 8**0.5, 4, 8]], rtol=1e-15)


@pytest.mark.parametrize(
    "weights", ["w", [1, 2, 1], np.array([1, 2, 1]), *([pl.Series([1, 2, 1])] if pl else [])]
)
def test_weights_of_a_frame(weights):
    frame = pd.DataFrame({"a": [1.0, 2.0, 6.0], "w": [1, 2, 1]})
    found = sq.Moments.from_frame(frame, weights=weights)
    assert found.names == (("a",) if isinstance(weights, str) else ("a", "w"))
    assert found.mean[0] == 11 / 4
    assert found.weight == found.total_weight == 4


def test_what_is_held_is_a_read_only_copy():
    mean, covariance = np.array([1.0]), np.array([[2.0]])
    found = sq.Moments(names=("a",), n=5, mean=mean, covariance=covariance)
    mean[0] = covariance[0, 0] = 99
    assert (found.mean[0], found.covariance[0, 0]) == (1, 2)
    for again in (found, copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert again == found
        for values in (again.mean, again.covariance):
            with pytest.raises(ValueError, match="read-only"):
                values[...] = 0


@pytest.mark.parametrize(
    "changed",
    [
        {"names": ("b",)},
        {"n": 6},
        {"mean": [2.0]},
        {"covariance": [[3.0]]},
        {"weight": 6.0},
        {"n_excluded": 1},
    ],
)
def test_equality_notices_every_field(changed):
    fields = {"names": ("a",), "n": 5, "mean": [1.0], "covariance": [[NAN]]}
    one = sq.Moments(**fields)
    assert one == sq.Moments(**fields)
    assert one == sq.Moments(**fields, weight=5.0)
    assert one != sq.Moments(**{**fields, **changed})
    assert one != fields
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"mean": [1.0]}, "2 names need a mean of shape (2,)"),
        ({"covariance": [[1.0]]}, "(1, 1)"),
        ({"names": ("a", "a")}, "A name stands twice"),
        ({"names": (1, "1")}, "A name stands twice"),
    ],
)
def test_shapes_and_names_must_fit(fields, part):
    whole = {"names": ("a", "b"), "n": 5, "mean": [0, 0], "covariance": np.eye(2), **fields}
    with pytest.raises(ResponseError) as caught:
        sq.Moments(**whole)
    assert part in str(caught.value)


# Published matrices

FULL = np.array([[4.0, 1.0, 0.5], [1.0, 2.0, -0.25], [0.5, -0.25, 1.0]])


@pytest.mark.parametrize(
    "given",
    [
        FULL,
        np.tril(FULL),
        np.triu(FULL),
        np.where(np.tri(3, dtype=bool), FULL, NAN),
        np.where(np.tri(3, dtype=bool).T, FULL, NAN),
        FULL.tolist(),
        pd.DataFrame(FULL),
        *([pl.DataFrame(FULL.tolist(), orient="row")] if pl else []),
        FULL + np.triu(np.full((3, 3), 1e-9), 1),
    ],
    ids=[
        "full",
        "lower",
        "upper",
        "lower, NaN",
        "upper, NaN",
        "lists",
        "pandas",
        *(["polars"] if pl else []),
        "noise",
    ],
)
def test_a_matrix_may_be_given_by_one_triangle(given):
    found = sq.Moments.from_matrix(given, 50, names=["a", "b", "c"])
    np.testing.assert_allclose(found.covariance, FULL, rtol=0, atol=1e-8)
    np.testing.assert_array_equal(found.covariance, found.covariance.T)
    assert (found.n, found.weight, found.mean.tolist()) == (50, 50, [0, 0, 0])


def test_correlations_and_standard_deviations():
    sd = np.sqrt(np.diag(FULL))
    correlation = FULL / np.outer(sd, sd)
    found = sq.Moments.from_matrix(
        np.tril(correlation), 50, names=list("abc"), sd=sd, mean=[1, 2, 3]
    )
    np.testing.assert_allclose(found.covariance, FULL, rtol=1e-15)
    np.testing.assert_allclose(found.sd, sd, rtol=1e-15)
    np.testing.assert_allclose(found.correlation, correlation, rtol=1e-15)
    assert found.mean.tolist() == [1, 2, 3]


def test_names_come_from_the_frame():
    frame = pd.DataFrame(FULL, columns=["a", "b", 3])
    assert sq.Moments.from_matrix(frame, 50).names == ("a", "b", "3")
    assert sq.Moments.from_matrix(frame, 50, names="xyz").names == ("x", "y", "z")


def test_rows_of_a_frame_are_put_in_the_order_of_its_columns():
    frame = pd.DataFrame(FULL, index=list("abc"), columns=list("abc"))
    for mixed in (frame.loc[list("cab")], frame[list("bca")]):
        found = sq.Moments.from_matrix(mixed, 50)
        assert found.names == tuple(mixed.columns)
        np.testing.assert_array_equal(found.select(list("abc")).covariance, FULL)


def test_a_published_matrix_adds_to_data(rng):
    values = rng.normal(size=(30, 2))
    first, second = moments(values[:12]), moments(values[12:])
    published = sq.Moments.from_matrix(
        first.covariance, 12, names=first.names, mean=first.mean.tolist()
    )
    assert_same_moments(published + second, moments(values))


@pytest.mark.parametrize(
    ("matrix", "more", "part"),
    [
        ([[1, 0.5], [0.4, 1]], {}, "not symmetric: entries (0, 1) and (1, 0) are 0.5 and 0.4"),
        ([[1, 2], [2, 1]], {}, "not positive semi-definite (smallest eigenvalue -1)"),
        ([[-1.0]], {"names": ["a"]}, "not positive semi-definite"),
        ([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], {"names": "abc"}, "semi-definite"),
        ([[1, 0, 0], [0, 1, 0]], {}, "square, not of shape (2, 3)"),
        ([1, 2], {}, "square, not of shape (2,)"),
        (np.zeros((0, 0)), {"names": []}, "square, not of shape (0, 0)"),
        ([[1, NAN], [0.5, NAN]], {}, "missing or infinite"),
        ([[1, np.inf], [np.inf, 1]], {}, "missing or infinite"),
        ([["a", "b"], ["c", "d"]], {}, "The matrix must hold numbers"),
        ([[1, 2], [3]], {}, "The matrix must hold numbers"),
        (np.eye(2), {"names": None}, "names=(...)"),
        (np.eye(2), {"names": ["a"]}, "1 names need"),
        (np.eye(2), {"names": ["a", "a"]}, "stands twice"),
        (np.eye(2), {"n": 1}, "n must be a whole number of at least 2, not 1"),
        (np.eye(2), {"n": -5}, "at least 2"),
        (np.eye(2), {"n": 2.5}, "whole number"),
        (np.eye(2), {"n": NAN}, "whole number"),
        (np.eye(2), {"n": "50"}, "whole number"),
        (np.eye(2), {"sd": [1]}, "sd must be 2 positive numbers"),
        (np.eye(2), {"sd": [1, 0]}, "sd must be 2 positive numbers"),
        (np.eye(2), {"sd": [1, NAN]}, "sd must be 2 positive numbers"),
        (np.eye(2), {"sd": [1, np.inf]}, "sd must be 2 positive numbers"),
        (np.eye(2), {"sd": ["x", 1]}, "sd must hold numbers"),
        (np.eye(2) * 4, {"sd": [1, 2]}, "the diagonal of this one is not 1"),
        (np.eye(2), {"mean": [1]}, "mean must be 2 finite numbers"),
        (np.eye(2), {"mean": [1, NAN]}, "mean must be 2 finite numbers"),
    ],
)
def test_matrices_that_are_refused(matrix, more, part):
    with pytest.raises(ResponseError) as caught:
        sq.Moments.from_matrix(matrix, **{"n": 50, "names": ["a", "b"], **more})
    assert part in str(caught.value)


def test_a_matrix_at_the_edge_is_taken():
    ones = np.ones((3, 3))
    assert sq.Moments.from_matrix(ones, np.int64(2), names="abc").n == 2
    zeros = sq.Moments.from_matrix(np.zeros((2, 2)), 5, names="ab")
    assert np.isnan(zeros.correlation).all()


def test_a_matrix_given_is_not_changed():
    given = np.tril(FULL)
    before, sd = given.copy(), np.ones(3)
    found = sq.Moments.from_matrix(given, 50, names="abc", mean=sd)
    np.testing.assert_array_equal(given, before)
    given[:] = sd[:] = 99
    np.testing.assert_array_equal(found.covariance, FULL)
    assert found.mean.tolist() == [1, 1, 1]
