"""Parallel analysis: real and random eigenvalues, and what they suggest."""

import pickle

import numpy as np
import pandas as pd
import pytest

from servqual.errors import AdmissibilityWarning, ModelError, ResponseError, SmallSampleWarning
from servqual.factors.parallel import _leading, _normal, parallel_analysis
from servqual.moments import Moments
from tests.helpers import needs


def test_real_eigenvalues_are_those_of_psych(gaps, reference):
    expected = reference("parallel_300")
    found = parallel_analysis(gaps, draws=5, seed=1)
    np.testing.assert_allclose(found.eigenvalues["components"], expected["pc.values"], atol=1e-12)
    np.testing.assert_allclose(found.eigenvalues["factors"], expected["fa.values"], atol=1e-7)
    smc = parallel_analysis(gaps, draws=5, kind="factors", communalities="smc", seed=1)
    smc_values = reference("factors")["smc_values"]
    np.testing.assert_allclose(smc.eigenvalues["factors"], smc_values, atol=1e-12)


def test_random_eigenvalues_agree_with_psych(gaps, reference):
    """Means of 20 draws by R and of 200 of ours differ by Monte Carlo error only."""
    expected = reference("parallel_300")
    found = parallel_analysis(gaps, draws=200, seed=1)
    for kind, key in (("components", "pc.sim"), ("factors", "fa.sim")):
        draws = found.random_eigenvalues[kind]
        error = draws.std(axis=0, ddof=1) * np.sqrt(1 / 20 + 1 / 200)
        apart = (found.random_mean(kind) - expected[key]) / error
        assert np.abs(apart).max() < 4, kind


def test_suggestion_is_that_of_psych(gaps, reference):
    expected = reference("parallel_300")
    suggested = parallel_analysis(gaps, seed=1).suggested
    assert suggested.at["mean", "factors"] == expected["nfact"] == 5
    assert suggested.at["mean", "components"] == expected["ncomp"] == 3
    assert suggested.at["above_one", "components"] == 5
    assert pd.isna(suggested.at["above_one", "factors"])


@pytest.mark.parametrize("n", [8, 60])
def test_wishart_draws_are_those_of_normal_rows(n):
    """The largest eigenvalues of drawn and of really simulated correlations agree."""
    rng = np.random.default_rng(5)
    k, size = 6, 4000
    drawn = np.linalg.eigvalsh(_normal(rng, n, k, size))
    rows = rng.standard_normal((size, n, k))
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt((rows**2).sum(axis=1, keepdims=True))
    simulated = np.linalg.eigvalsh(rows.transpose(0, 2, 1) @ rows)
    error = np.sqrt((drawn.var(axis=0) + simulated.var(axis=0)) / size)
    assert (np.abs(drawn.mean(axis=0) - simulated.mean(axis=0)) < 4 * error).all()
    np.testing.assert_allclose(drawn.std(axis=0), simulated.std(axis=0), rtol=0.06)


def test_fewer_rows_than_items_give_singular_draws():
    drawn = _normal(np.random.default_rng(1), 5, 8, 10)
    roots = np.linalg.eigvalsh(drawn)
    np.testing.assert_allclose(roots[:, :4], 0, atol=1e-10)
    np.testing.assert_allclose(roots.sum(axis=1), 8)
    assert (roots[:, 4] > 1e-6).all()


def test_more_draws_begin_with_the_same_ones_by_block(gaps):
    few = parallel_analysis(gaps, draws=100, kind="components", seed=3)
    many = parallel_analysis(gaps, draws=230, kind="components", seed=3)
    assert many.draws == 230
    np.testing.assert_array_equal(
        many.random_eigenvalues["components"][:100], few.random_eigenvalues["components"]
    )
    other = parallel_analysis(gaps, draws=100, kind="components", seed=4)
    assert other != few


def test_permutation_keeps_each_items_answers(gaps):
    found = parallel_analysis(gaps, draws=20, method="permutation", kind="components", seed=1)
    draws = found.random_eigenvalues["components"]
    np.testing.assert_allclose(draws.sum(axis=1), 22)
    assert found.suggested.at["quantile", "components"] == 3
    with pytest.raises(ResponseError, match="needs the answers themselves"):
        parallel_analysis(Moments.from_frame(gaps), method="permutation")


def test_moments_do_as_well_as_rows(gaps):
    by_rows = parallel_analysis(gaps, draws=10, kind="components", seed=1)
    by_moments = parallel_analysis(Moments.from_frame(gaps), draws=10, kind="components", seed=1)
    assert by_rows.to_frame().equals(by_moments.to_frame())
    assert by_rows == parallel_analysis(
        needs("polars").from_pandas(gaps), draws=10, kind="components", seed=1
    )


def test_noise_suggests_nothing():
    rows = np.random.default_rng(8).normal(size=(500, 8))
    frame = pd.DataFrame(rows, columns=list("abcdefgh"))
    found = parallel_analysis(frame, kind="components", seed=1)
    assert found.suggested.at["quantile", "components"] == 0


def test_counting_stops_at_the_first_that_is_not_larger():
    assert _leading(np.array([True, True, False, True])) == 2
    assert _leading(np.array([False, True])) == 0
    assert _leading(np.array([True, True])) == 2


def test_frame_notes_and_pickle(gaps):
    found = parallel_analysis(gaps, draws=12, seed=1)
    frame = found.to_frame()
    assert len(frame) == 44
    first = frame.iloc[0]
    assert first["above_quantile"]
    assert first["random_quantile"] >= first["random_mean"]
    assert "Kaiser, 1960" in " ".join(found.notes())
    assert "12 normal data sets" in found.title()
    assert pickle.loads(pickle.dumps(found)) == found


def test_singular_matrices(gaps):
    frame = gaps.assign(G2=gaps["G1"])
    with (
        pytest.raises(ModelError, match="no squared multiple correlations"),
        pytest.warns(AdmissibilityWarning, match="singular"),
    ):
        parallel_analysis(frame, communalities="smc")
    with pytest.warns(AdmissibilityWarning, match="singular"):
        found = parallel_analysis(frame, draws=5, seed=1)
    assert "'G1 = G2'" in found.problems[0]
    with pytest.warns(SmallSampleWarning):
        found = parallel_analysis(gaps.iloc[:15], draws=5, kind="components", seed=1)
    np.testing.assert_allclose(found.random_eigenvalues["components"][:, 14:], 0, atol=1e-10)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"kind": "factor"}, "kind must be one of components, factors, both"),
        ({"method": "uniform"}, "method must be one of normal, permutation"),
        ({"communalities": "one"}, "communalities must be one of"),
        ({"draws": 0}, "draws must be a whole number of at least 1, not 0"),
        ({"draws": 2.5}, "draws must be a whole number"),
        ({"quantile": 95}, "quantile must lie between 0 and 1, not 95"),
    ],
)
def test_arguments_are_checked(gaps, words, message):
    with pytest.raises(ModelError, match=message):
        parallel_analysis(gaps, **words)


def test_two_items_have_no_factor(gaps):
    with pytest.raises(ModelError, match="not identified"):
        parallel_analysis(gaps[["G1", "G2"]])
