"""Pairwise moments: what R and pandas say, what is warned of, and what is refused."""

import json
import pickle
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import servqual as sq
from servqual._pairwise import pairwise_moments
from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ResponseError
from servqual.factors.adequacy import factorability
from servqual.factors.efa import fit_efa
from servqual.reliability.consistency import internal_consistency

REFERENCE = Path(__file__).parent / "reference"
BY_R = json.loads((REFERENCE / "hierarchical.json").read_text())
NAN = float("nan")


@pytest.fixture(scope="module")
def miss():
    return pd.read_csv(REFERENCE / "gaps_300_miss.csv")[[f"G{i}" for i in range(1, 23)]]


def quietly(*given, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingResponseWarning)
        warnings.simplefilter("ignore", AdmissibilityWarning)
        return sq.Moments.from_pairs(*given, **more)


def test_covariances_are_those_of_r_and_pandas(miss):
    with pytest.warns(MissingResponseWarning) as caught:
        found = sq.Moments.from_pairs(miss)
    by_r = BY_R["pairwise"]
    np.testing.assert_allclose(found.covariance, by_r["covariance"], rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.covariance, miss.cov(), rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.mean, by_r["mean"], rtol=0, atol=1e-13)
    np.testing.assert_array_equal(found.pairs, by_r["pairs"])
    fewest = int(np.min(by_r["pairs"]))
    i, j = np.argwhere(np.triu(found.pairs == fewest))[0]
    assert (found.n, found.n_excluded) == (fewest, 300 - fewest)
    (warning,) = caught
    assert f"from {fewest} of 300 rows at the fewest ('G{i + 1}' with 'G{j + 1}')" in str(
        warning.message
    )
    assert warning.filename == __file__
    assert f"n = {fewest} (the smallest of any pair) of 300" in repr(found)


def test_weighted_covariances_are_those_of_r(miss):
    weights = 1 + (np.arange(1, 301) % 7) / 3
    found = quietly(miss, weights=weights)
    by_r = BY_R["pairwise_weighted"]
    np.testing.assert_allclose(found.covariance, by_r["covariance"], rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.mean, by_r["mean"], rtol=0, atol=1e-13)
    ratio = weights.sum() ** 2 / (weights**2).sum() / 300
    assert found.n_effective == pytest.approx(found.n * ratio, rel=1e-12)
    of_sample = quietly(sq.Sample.from_frame(miss, weights=weights))
    assert of_sample == found


def test_chunks_do_not_show(miss):
    many = pd.concat([miss] * 60, ignore_index=True)
    assert len(many) > 2 * 8192
    one, whole = quietly(miss), quietly(many)
    ratio = (whole.pairs / (whole.pairs - 1)) / (one.pairs / (one.pairs - 1))
    np.testing.assert_allclose(whole.covariance, one.covariance * ratio, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(whole.pairs, 60 * one.pairs)


holed = arrays(np.float64, (8, 3), elements=st.one_of(st.just(NAN), st.integers(1, 7).map(float)))


@given(holed, st.lists(st.integers(1, 4), min_size=8, max_size=8), st.floats(-1e6, 1e6))
def test_whole_weights_repeat_rows_and_a_shift_changes_nothing(values, counts, shift):
    found = pairwise_moments(list(values.T), np.array(counts, dtype=float))
    repeated = pairwise_moments(list(np.repeat(values, counts, axis=0).T))
    n, total = found.pairs, repeated.pairs
    there = n > 1
    n, total = n[there], total[there]
    ratio = (n / (n - 1)) / (total / (total - 1))
    np.testing.assert_allclose(
        found.covariance[there], repeated.covariance[there] * ratio, rtol=0, atol=1e-12
    )
    assert np.isnan(found.covariance[~there]).all()
    moved = pairwise_moments([column + shift for column in values.T], np.array(counts, dtype=float))
    np.testing.assert_allclose(moved.covariance[there], found.covariance[there], rtol=0, atol=1e-8)


@given(arrays(np.float64, (9, 3), elements=st.integers(1, 7).map(float)), st.booleans())
def test_complete_rows_are_those_of_from_frame_without_a_warning(values, weighted):
    frame = pd.DataFrame(values, columns=list("abc"))
    more = {"weights": np.linspace(0.5, 2, 9)} if weighted else {}
    with warnings.catch_warnings():
        warnings.simplefilter("error", MissingResponseWarning)
        warnings.simplefilter("ignore", AdmissibilityWarning)
        found = sq.Moments.from_pairs(frame, **more)
    expected = sq.Moments.from_frame(frame, **more)
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-14)
    assert (found.n, found.n_excluded) == (9, 0)
    assert found.weight == pytest.approx(expected.weight)
    assert found.n_effective == pytest.approx(expected.n_effective)


def test_rows_of_weight_zero_and_empty_rows_count_nowhere(miss):
    weights = np.r_[np.zeros(40), np.ones(260)]
    found, kept = quietly(miss, weights=weights), quietly(miss[40:])
    np.testing.assert_allclose(found.covariance, kept.covariance, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(found.pairs, kept.pairs)
    assert (found.n, found.n_excluded) == (kept.n, 300 - kept.n)
    empty = miss.copy()
    empty.iloc[:5] = NAN
    assert quietly(empty).n_excluded == 300 - quietly(empty).n


def test_some_of_the_variables_have_their_own_smallest_pair(miss):
    found = quietly(miss)
    part = found.select(["G3", "G7"])
    assert part.n == found.pairs[[2, 2, 6], [2, 6, 6]].min() > found.n
    assert part.n + part.n_excluded == 300
    again = quietly(miss[["G3", "G7"]])
    assert (part.n, part.names) == (again.n, again.names)
    np.testing.assert_allclose(part.covariance, again.covariance, rtol=0, atol=1e-13)


def test_a_constant_has_a_variance_of_exactly_zero(miss):
    found = quietly(miss.assign(G1=0.1))
    assert found.covariance[0, 0] == 0
    assert np.isnan(found.correlation[0]).all()


def test_a_pickle_is_equal_and_read_only(miss):
    found = quietly(miss)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    with pytest.raises(ValueError, match="read-only"):
        again.pairs[0, 0] = 1


def test_moments_of_pairs_do_not_add(miss):
    first, second = quietly(miss[:150]), quietly(miss[150:])
    with pytest.raises(ResponseError, match="cannot be added"):
        first + second


def test_pairs_never_answered_together_are_named():
    frame = pd.DataFrame({"a": [1, 2, NAN, NAN], "b": [NAN, NAN, 1, 2], "c": [1, 2, 3, 1]})
    with pytest.raises(ResponseError, match=r"1 pairs .*: 'a with b'\. Leave one of each"):
        sq.Moments.from_pairs(frame)
    with pytest.raises(ResponseError, match=r"1 columns .* fewer than two respondents: 'b'"):
        sq.Moments.from_pairs(frame.assign(b=[NAN, NAN, 1, NAN]))
    with pytest.raises(ResponseError, match="weights goes with a frame"):
        sq.Moments.from_pairs(sq.Sample.from_frame(frame), weights=[1, 1, 1, 1])
    with pytest.raises(ResponseError, match="no column 'd'"):
        sq.Moments.from_pairs(sq.Sample.from_frame(frame), ["a", "d"])


def contradicting():
    """Three variables whose pairs, each seen apart, correlate .9, .9 and -.9."""
    rng = np.random.default_rng(3)
    blocks = []
    for pair, sign in (((0, 1), 1), ((1, 2), 1), ((0, 2), -1)):
        shared = rng.standard_normal(40)
        block = np.full((40, 3), NAN)
        block[:, pair[0]] = shared + 0.2 * rng.standard_normal(40)
        block[:, pair[1]] = sign * shared + 0.2 * rng.standard_normal(40)
        blocks.append(block)
    return pd.DataFrame(np.vstack(blocks), columns=list("abc"))


def test_covariances_that_contradict_each_other_are_named():
    with (
        pytest.warns(MissingResponseWarning, match="40 of 120 rows"),
        pytest.warns(AdmissibilityWarning, match=r"not positive definite .*-0\.8.* from_missing"),
    ):
        found = sq.Moments.from_pairs(contradicting())
    assert np.linalg.eigvalsh(found.correlation)[0] < -0.5
    adequacy = factorability(found)
    assert np.isnan(adequacy.kmo)
    (problem,) = adequacy.problems
    (reason,) = set(p.partition(": ")[2] for p in internal_consistency(found).problems)
    assert reason == "no omega, as its pairwise covariances contradict each other."
    assert "not positive definite (its pairwise entries contradict each other)" in problem


def test_results_say_that_n_is_the_smallest_of_any_pair(miss):
    moments = quietly(miss)
    told = f"n = {moments.n} (the smallest of any pair) of 300"
    assert told in internal_consistency(moments).title()
    assert told in fit_efa(moments, 5).title()
