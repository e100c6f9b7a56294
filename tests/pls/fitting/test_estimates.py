"""What follows from the correlations of the indicators."""

import numpy as np
import pytest

from servqual.pls.fitting.estimates import estimate
from servqual.pls.fitting.layout import plan_of
from servqual.pls.fitting.products import product_moments
from servqual.pls.fitting.specification import read_path_model
from servqual.resampling import MomentResampler, resample_counts
from tests.pls.conftest import text_of

NAMES = [f"{letter}{i}" for letter in "abcy" for i in range(1, 4)]
LOADINGS = np.array([0.9, 0.8, 0.7, 0.6, 0.85, 0.75, 0.8, 0.5, 0.9, 0.7, 0.95, 0.65])


def implied(factors, loadings=LOADINGS):
    """Correlations of three indicators of each common factor."""
    owner = np.repeat(np.arange(len(factors)), 3)
    found = np.outer(loadings, loadings) * factors[np.ix_(owner, owner)]
    np.fill_diagonal(found, 1)
    return found


def chain():
    """Correlations of a, b (.3 a), c (.5 a + .2 b) and y (.4 b + .3 c)."""
    paths = np.zeros((4, 4))
    paths[1, 0], paths[2, 0], paths[2, 1], paths[3, 1], paths[3, 2] = 0.3, 0.5, 0.2, 0.4, 0.3
    factors = np.eye(4)
    for i in range(1, 4):
        factors[i, :i] = factors[:i, i] = paths[i, :i] @ factors[:i, :i]
    return paths, factors


CHAIN = "a=~a1+a2+a3; b=~b1+b2+b3; c=~c1+c2+c3; y=~y1+y2+y3; b~a; c~a+b; y~b+c"


def plan(text, names=NAMES):
    return plan_of(read_path_model(text, names))


def test_consistent_estimates_are_those_of_the_population():
    paths, factors = chain()
    found = estimate(implied(factors)[None], plan(CHAIN), consistent=("a", "b", "c", "y"))
    np.testing.assert_allclose(found.loadings[0], LOADINGS, atol=1e-9)
    np.testing.assert_allclose(found.correlations[0], factors, atol=1e-9)
    np.testing.assert_allclose(found.paths[0], paths, atol=1e-9)
    total = np.linalg.inv(np.eye(4) - paths) - np.eye(4)
    np.testing.assert_allclose(found.total_effects[0], total, atol=1e-9)
    # The model is true, so nothing is left over.
    assert found.residual_size(saturated=True)[0] < 1e-9
    assert found.residual_size(saturated=False)[0] < 1e-9
    own = LOADINGS[:3]
    np.testing.assert_allclose(found.rho_c[0, 0], own.sum() ** 2 / implied(factors)[:3, :3].sum())
    np.testing.assert_allclose(found.extracted[0, 0], (own**2).mean())
    np.testing.assert_allclose(found.cross_loadings[0, :3], np.outer(own, factors[0]), atol=1e-9)


def test_only_named_constructs_are_corrected():
    _, factors = chain()
    plain = estimate(implied(factors)[None], plan(CHAIN))
    found = estimate(implied(factors)[None], plan(CHAIN), consistent=("a",))
    np.testing.assert_array_equal(found.common, [True, False, False, False])
    root = np.sqrt(plain.rho_a[0, 0])
    np.testing.assert_allclose(found.correlations[0, 0, 1:] * root, plain.correlations[0, 0, 1:])
    np.testing.assert_array_equal(found.correlations[0, 1:, 1:], plain.correlations[0, 1:, 1:])
    np.testing.assert_array_equal(found.loadings[0, 3:], plain.loadings[0, 3:])


@pytest.mark.parametrize("op", ["=~", "<~"])
def test_consistent_second_order_is_that_of_the_population(op):
    second, parts = (
        np.array([0.9, 0.7, 0.6]),
        np.array([[1, 0.4, 0.3], [0.4, 1, 0.2], [0.3, 0.2, 1]]),
    )
    if op == "=~":
        parts = np.outer(second, second)
        np.fill_diagonal(parts, 1)
        with_outcome = 0.5 * second
    else:
        weights = np.array([0.5, 0.4, 0.3])
        weights = weights / np.sqrt(weights @ parts @ weights)
        with_outcome = 0.5 * parts @ weights
    factors = np.block([[parts, with_outcome[:, None]], [with_outcome[None], np.eye(1)]])
    text = f"h {op} a+b+c; a=~a1+a2+a3; b=~b1+b2+b3; c=~c1+c2+c3; y=~y1+y2+y3; y~h"
    found = estimate(implied(factors)[None], plan(text), consistent=("a", "b", "c", "y", "h"))
    np.testing.assert_allclose(found.paths[0, 1, 0], 0.5, atol=1e-9)
    if op == "=~":
        np.testing.assert_allclose(found.loadings[0, :3], second, atol=1e-9)
    else:
        np.testing.assert_allclose(found.weights[0, :3], weights, atol=1e-9)


@pytest.mark.parametrize("common", [(), ("a", "c")])
def test_residuals_of_composites_lie_between_blocks(common):
    rng = np.random.default_rng(3)
    correlations = np.corrcoef(rng.normal(size=(12, 60)) + rng.normal(size=60))
    found = estimate(correlations[None], plan(CHAIN), consistent=common)
    factors = [list("abcy").index(one) for one in common]
    owner = found.layout.owner
    load, psi = found.loadings[0], found.correlations[0]
    for saturated in (True, False):
        if not saturated:
            b = found.paths[0]
            exogenous = np.zeros((4, 4))
            exogenous[0, 0] = 1
            for i in range(1, 4):  # residual variances that make every construct's variance 1
                a = np.linalg.inv(np.eye(4) - b)
                exogenous[i, i] = 1 - (a @ exogenous @ a.T)[i, i]
            a = np.linalg.inv(np.eye(4) - b)
            psi = a @ exogenous @ a.T
        squares = [
            (correlations[i, k] - load[i] * psi[owner[i], owner[k]] * load[k]) ** 2
            for i in range(12)
            for k in range(i)
            if owner[i] != owner[k] or owner[i] in factors
        ]
        expected = np.sqrt(sum(squares) / 78)
        np.testing.assert_allclose(found.residual_size(saturated=saturated)[0], expected)


def test_regressions_are_those_of_the_scores(gaps, fitted):
    scores = fitted.scores.to_numpy()
    y, x = scores[:, 5], scores[:, :5]
    slopes, left = np.linalg.lstsq(x, y, rcond=None)[:2]
    r2 = 1 - left[0] / (y @ y)
    np.testing.assert_allclose(fitted.estimates.paths[0, 5, :5], slopes, atol=1e-12)
    explained = fitted.r_squared.set_index("lhs").loc["SAT"]
    np.testing.assert_allclose(explained["r2"], r2)
    np.testing.assert_allclose(explained["r2_adjusted"], 1 - (1 - r2) * 299 / 294)
    rest = x[:, [0, 2, 3, 4]]
    without = 1 - np.linalg.lstsq(rest, y, rcond=None)[1][0] / (y @ y)
    f_squared = fitted.f_squared.set_index("rhs").loc["REL", "f_squared"]
    np.testing.assert_allclose(f_squared, (r2 - without) / (1 - r2))
    shared = 1 - np.linalg.lstsq(rest, x[:, 1], rcond=None)[1][0] / (x[:, 1] @ x[:, 1])
    np.testing.assert_allclose(
        fitted.vif.query("kind == 'inner' and rhs == 'REL'")["vif"], 1 / (1 - shared)
    )
    z = gaps[["SAT1", "SAT2", "SAT3"]].corr()
    np.testing.assert_allclose(
        fitted.vif.query("kind == 'outer' and lhs == 'SAT'")["vif"], np.diag(np.linalg.inv(z))
    )


def test_products_of_resamples_are_those_of_repeated_rows():
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(60, 12)) + rng.normal(size=(60, 1))
    text = CHAIN.replace("y~b+c", "y~b+c+b:c+b:b")
    planned = plan(text)
    counts = next(resample_counts(60, 3, 2))
    covariance = MomentResampler(rows).moments(counts).covariance

    def fit(matrices, held, times):
        return estimate(
            matrices,
            planned,
            products=lambda w: product_moments(held, times, w, planned.products),
        )

    together = fit(covariance, rows, counts)
    for i in range(3):
        drawn = np.repeat(rows, counts[i].astype(int), axis=0)
        alone = fit(np.cov(drawn.T)[None], drawn, np.ones((1, 60)))
        np.testing.assert_allclose(together.paths[i], alone.paths[0], atol=1e-9)
        scores = (drawn - drawn.mean(axis=0)) @ alone.from_columns[0]
        scores = scores / scores.std(axis=0)
        b, c, y = scores[:, 1], scores[:, 2], scores[:, 3]
        x = np.column_stack([b, c, b * c, b * b])
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        slopes = np.linalg.lstsq(x, y, rcond=None)[0]
        np.testing.assert_allclose(alone.paths[0, 3, [1, 2, 4, 5]], slopes, atol=1e-9)
        np.testing.assert_allclose(alone.spread[0], [(b * c).std(), (b * b).std()])


@pytest.mark.parametrize("scheme", ["path", "factorial"])
def test_predictors_that_determine_one_another_give_nan(scheme):
    sound = np.array(
        [[1, 0.2, 0.3, 0.5], [0.2, 1, 0.4, 0.3], [0.3, 0.4, 1, 0.6], [0.5, 0.3, 0.6, 1]]
    )
    same = sound.copy()
    same[1], same[1, 1] = same[0], 1
    same[:, 1] = same[:, 0]
    near = same.copy()
    near[0, 1] = near[1, 0] = 1 - 1e-14
    planned = plan("y =~ y1 + y2; y ~ a1 + b1", ["a1", "b1", "y1", "y2"])
    order = [2, 3, 0, 1]
    sound, same, near = (one[np.ix_(order, order)] for one in (sound, same, near))
    found = estimate(np.stack([sound, same, near]), planned, scheme=scheme)
    assert found.converged.all()
    assert np.isnan(found.regressions.r_squared[1:, 0]).all()
    assert np.isfinite(found.weights).all()
    alone = estimate(sound[None], planned, scheme=scheme)
    np.testing.assert_allclose(found.paths[0], alone.paths[0], atol=1e-13)
    # What both predict is what one does.
    one = plan("y =~ y1 + y2; y ~ a1", ["a1", "y1", "y2"])
    single = estimate(sound[np.ix_([0, 1, 2], [0, 1, 2])][None], one, scheme=scheme)
    np.testing.assert_allclose(found.weights[1, :3], single.weights[0], atol=1e-9)


def test_effects_along_ways_sum_to_the_total(gaps):
    text = text_of(paths={"SAT": ["TAN", "REL"], "EMP": ["TAN"], "LOY": ["SAT", "EMP", "TAN"]})
    text = "\n".join(line for line in text.splitlines() if line[:3] not in ("RES", "ASS"))
    planned = plan(text, gaps.columns)
    found = estimate(gaps[list(planned.columns)].corr().to_numpy()[None], planned)
    structure = found.structure
    loyalty, tangibles = structure.names.index("LOY"), structure.names.index("TAN")
    along = [
        effect
        for way, effect in zip(structure.ways, found.indirect_effects[0], strict=True)
        if (way[0], way[-1]) == (tangibles, loyalty)
    ]
    assert len(along) == 2
    total = found.total_effects[0, loyalty, tangibles]
    np.testing.assert_allclose(sum(along) + found.paths[0, loyalty, tangibles], total)
