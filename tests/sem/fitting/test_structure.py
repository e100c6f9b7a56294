"""The matrices, and every analytic derivative against differences of the function itself."""

import numpy as np
import pytest

from servqual.sem.fitting.fits import fit_structure
from servqual.sem.fitting.ml import evaluate, expected_hessian, gradient, minimise
from servqual.sem.fitting.model_data import read_model_data, read_source
from servqual.sem.fitting.scoring import sets_at, sets_gradient, sets_hessian
from servqual.sem.fitting.structure import build_structure
from servqual.sem.specification.table import build_table
from tests.sem.conftest import CFA

# Every kind of cell: loadings, paths among latent and observed variables, a cycle, correlated
# residuals, factors measured by factors, intercepts and factor means.
RICH = """
A =~ G1 + G2 + G3
B =~ G5 + G6 + G7
C =~ G10 + G11 + G12 + G1
H =~ A + B + C
SAT1 ~ H + LOY1
SAT2 ~ SAT1 + A
LOY2 ~~ C
G1 ~~ G5
G2 ~~ a*G3
G6 ~~ a*G7
A ~ m*1
G1 ~ 0*1
"""
CYCLE = """
A =~ G1 + G2 + G3
B =~ G5 + G6 + G7
A ~ 0.3*B + SAT1
B ~ A + LOY1
"""


def fitted(text, data, *, missing="listwise", means=True):
    source = read_source(data)
    table = build_table(text, observed=source.names, means=means)
    structure = build_structure(table)
    return fit_structure(structure, read_model_data(source, table.observed, missing), missing)


def differences(function, at, step=1e-5):
    steps = step * np.eye(len(at))
    return np.array([(function(at + one) - function(at - one)) / (2 * step) for one in steps])


@pytest.fixture(params=["rich", "cycle", "cfa", "without means"])
def model(request, gaps):
    texts = {"rich": RICH, "cycle": CYCLE, "cfa": CFA, "without means": RICH}
    text = texts[request.param]
    means = request.param != "without means"
    if not means:
        text = text.replace("A ~ m*1\n", "").replace("G1 ~ 0*1\n", "")
    return fitted(text, gaps, means=means)


def test_derivatives_of_complete_rows(model):
    structure, targets = model.structure, model.targets
    at = model.parameters * 1.03 + 0.01

    def value(parameters):
        return evaluate(structure, targets, parameters[None]).objective[0]

    def slope(parameters):
        return gradient(structure, targets, evaluate(structure, targets, parameters[None]))[0]

    np.testing.assert_allclose(slope(at), differences(value, at), atol=2e-7)
    sets, objective = sets_at(structure, model.patterns, at)
    assert objective == pytest.approx(value(at), abs=1e-12)
    np.testing.assert_allclose(sets_gradient(structure, sets), slope(at), atol=1e-11)
    bend = differences(slope, at)
    np.testing.assert_allclose(sets_hessian(structure, sets, "observed"), bend, atol=1e-6)
    here = evaluate(structure, targets, at[None])
    np.testing.assert_allclose(
        sets_hessian(structure, sets, "expected"),
        expected_hessian(structure, targets, here)[0],
        atol=1e-10,
    )


def test_expected_is_observed_where_the_model_fits_exactly(model):
    structure = model.structure
    implied = model.point.implied[0]
    target = model.targets[0].__class__(
        covariance=implied.sigma[0], mean=None if implied.mu is None else implied.mu[0]
    )
    here = evaluate(structure, [target], model.parameters[None])
    from servqual.sem.fitting.patterns import complete_pattern

    sets, _ = sets_at(structure, [complete_pattern(target)], model.parameters)
    np.testing.assert_allclose(
        sets_hessian(structure, sets, "observed"),
        expected_hessian(structure, [target], here)[0],
        atol=1e-9,
    )


@pytest.mark.filterwarnings("ignore::servqual.errors.MissingResponseWarning")
def test_derivatives_of_incomplete_rows(gaps_with_blanks):
    text = "A =~ G1 + G2 + G3\nB =~ G5 + G6 + G7\nB ~ A\nSAT1 ~ B"
    model = fitted(text, gaps_with_blanks, missing="fiml")
    structure, patterns = model.structure, model.patterns
    at = model.parameters * 1.03 + 0.01

    def value(parameters):
        return sets_at(structure, patterns, parameters)[1]

    def slope(parameters):
        return sets_gradient(structure, sets_at(structure, patterns, parameters)[0])

    np.testing.assert_allclose(slope(at), differences(value, at), atol=1e-7)
    sets = sets_at(structure, patterns, at)[0]
    np.testing.assert_allclose(
        sets_hessian(structure, sets, "observed"), differences(slope, at), atol=1e-6
    )


def test_likelihood_of_incomplete_rows_is_that_of_their_answers(gaps_with_blanks):
    from scipy.stats import multivariate_normal

    text = "A =~ G1 + G2 + G3\nB =~ G5 + G6 + G7"
    with pytest.warns(UserWarning, match="what it answered"):
        model = fitted(text, gaps_with_blanks, missing="fiml")
    implied = model.point.implied[0]
    total = 0.0
    for row in model.data.groups[0].rows:
        there = ~np.isnan(row)
        block = implied.sigma[0][np.ix_(there, there)]
        total += multivariate_normal(implied.mu[0][there], block).logpdf(row[there])
    assert model.loglik == pytest.approx(total, abs=1e-8)
    assert model.saturated - 0.5 * model.n * model.objective == pytest.approx(total, abs=1e-8)


def test_batch_is_the_same_as_one_at_a_time(gaps):
    model = fitted(CFA, gaps, means=False)
    rng = np.random.default_rng(1)
    names = list(model.data.names)
    covariances = np.stack(
        [gaps[names].sample(frac=1, replace=True, random_state=rng).cov() for _ in range(7)]
    )
    target = model.targets[0].__class__(covariance=covariances, mean=None)
    start = np.tile(model.parameters, (7, 1))
    together = minimise(model.structure, [target], start)
    assert together.converged.all()
    for i, covariance in enumerate(covariances):
        alone = minimise(
            model.structure,
            [model.targets[0].__class__(covariance=covariance, mean=None)],
            start[:1],
        )
        np.testing.assert_allclose(together.parameters[i], alone.parameters[0], atol=1e-8)
        assert together.objective[i] == pytest.approx(alone.objective[0], abs=1e-11)
