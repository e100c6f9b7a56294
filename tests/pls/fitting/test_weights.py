"""The outer weights, of one matrix and of many."""

import numpy as np
import pytest

from servqual.pls.fitting.layout import plan_of
from servqual.pls.fitting.specification import read_path_model
from servqual.pls.fitting.weights import SCHEMES, outer_weights
from servqual.resampling import MomentResampler, resample_counts
from tests.pls.conftest import text_of


def layout_of(text, observed):
    return plan_of(read_path_model(text, observed)).final


@pytest.fixture(scope="module")
def resamples(gaps):
    """Correlations of the whole sample and of 6 resamples."""
    layout = layout_of(text_of(formative=("RES",)), gaps.columns)
    rows = gaps[list(layout.indicators)].to_numpy(np.float64)
    counts = np.vstack([np.ones(len(rows)), *resample_counts(len(rows), 6, 1)])
    covariance = MomentResampler(rows).moments(counts).covariance
    spread = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    return layout, rows, counts, covariance / (spread[:, :, None] * spread[:, None, :])


def row_weights(rows, layout, scheme):
    """Iterate on the rows, one construct at a time."""
    z = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    blocks = [layout.members(j) for j in range(len(layout.blocks))]
    follows = layout.structure.follows
    weights = [np.ones(len(at)) for at in blocks]
    for _ in range(100):
        scores = np.column_stack([z[:, at] @ w for at, w in zip(blocks, weights, strict=True)])
        scale = scores.std(axis=0)
        scores, weights = scores / scale, [w / s for w, s in zip(weights, scale, strict=True)]
        r = np.corrcoef(scores.T)
        updated = []
        for j, at in enumerate(blocks):
            before, after = np.flatnonzero(follows[j]), np.flatnonzero(follows[:, j])
            proxy = np.zeros(len(z))
            for k in (*before, *after):
                inner = {"centroid": np.sign(r[j, k]), "factorial": r[j, k], "path": r[j, k]}
                proxy += inner[scheme] * scores[:, k] * (scheme != "path" or k in after)
            if scheme == "path" and len(before):
                fitted = np.linalg.lstsq(scores[:, before], scores[:, j], rcond=None)[0]
                proxy += scores[:, before] @ fitted
            if layout.formative[j]:
                updated.append(np.linalg.lstsq(z[:, at], proxy, rcond=None)[0])
            else:
                updated.append(z[:, at].T @ proxy)
        weights = updated
    scores = np.column_stack([z[:, at] @ w for at, w in zip(blocks, weights, strict=True)])
    return np.concatenate([w / s for w, s in zip(weights, scores.std(axis=0), strict=True)])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_correlations_give_the_weights_of_the_rows(resamples, scheme):
    layout, rows, _, correlations = resamples
    found = outer_weights(correlations[:1], layout, scheme)
    assert found.converged.all()
    np.testing.assert_allclose(found.weights[0], row_weights(rows, layout, scheme), atol=1e-9)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_matrix_gets_what_it_gets_alone(resamples, scheme):
    layout, _, _, correlations = resamples
    together = outer_weights(correlations, layout, scheme)
    for i, one in enumerate(correlations):
        alone = outer_weights(one[None], layout, scheme)
        np.testing.assert_allclose(alone.weights[0], together.weights[i], atol=1e-13)
        assert alone.iterations[0] == together.iterations[i]


def test_scores_have_variance_one(resamples):
    layout, _, _, correlations = resamples
    weights = outer_weights(correlations, layout).weights[:, :, None] * layout.belongs
    variances = np.einsum("bpj,bpq,bqj->bj", weights, correlations, weights)
    np.testing.assert_allclose(variances, 1, atol=1e-12)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_loadings_of_each_block_sum_to_a_positive_number(scheme):
    # The first indicator outweighs the other two at the start, and they outweigh it in the end.
    r = np.eye(4)
    r[1, 2] = 0.9
    r[0, 3], r[1, 3], r[2, 3] = 0.6, -0.27, -0.27
    r = np.triu(r) + np.triu(r, 1).T
    layout = layout_of("a =~ x1 + x2 + x3; y ~ a", ["x1", "x2", "x3", "y"])
    found = outer_weights(r[None], layout, scheme)
    loadings = r[:3, :3] @ found.weights[0, :3]
    assert loadings.sum() > 0
    assert r[3, :3] @ found.weights[0, :3] < 0
    np.testing.assert_allclose(np.sign(found.weights), [[-1, 1, 1, 1]])


def test_what_fails_is_nan_and_leaves_others_alone(resamples):
    layout, _, _, correlations = resamples
    broken = correlations.copy()
    one, other = layout.members(2)[:2]
    broken[1, 0, :] = np.nan  # an indicator without variance
    broken[2, [one, other]] = broken[2, other]  # two formative indicators are the same
    broken[2][:, [one, other]] = broken[2][:, [other]]
    found = outer_weights(broken, layout)
    np.testing.assert_array_equal(found.converged, [True, False, False, True, True, True, True])
    assert np.isnan(found.weights[1:3]).all()
    sound = outer_weights(correlations, layout).weights
    rest = [0, 3, 4, 5, 6]
    np.testing.assert_allclose(found.weights[rest], sound[rest], atol=1e-13)


def test_too_few_iterations_do_not_pass_as_converged(resamples):
    layout, _, _, correlations = resamples
    found = outer_weights(correlations, layout, max_iterations=3)
    assert not found.converged.any()
    assert np.isnan(found.weights).all()
    assert (found.iterations == 3).all()


def test_unrelated_indicators_have_no_weights():
    layout = layout_of("a =~ x1 + x2; y ~ a", ["x1", "x2", "y"])
    found = outer_weights(np.eye(3)[None], layout)
    assert not found.converged.any()
    assert np.isnan(found.weights).any()
