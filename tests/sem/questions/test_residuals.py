import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import ConvergenceError, ModelError
from servqual.moments import Moments
from servqual.sem.estimation import fit_sem
from servqual.sem.questions.modification import modification_indices
from servqual.sem.questions.residuals import implied_moments, model_residuals
from tests.sem.fitted_models import fit, fitted, frame, lavaan, one_factor


@pytest.mark.parametrize("name", ["cfa", "sem", "fiml", "mlm", "mlr"])
def test_z_is_that_of_lavaan(name):
    said = lavaan()["residuals"][name]
    names = said["names"]
    place = {one: at for at, one in enumerate(names)}
    theirs = np.zeros((len(names), len(names)))
    rows, columns = np.triu_indices(len(names))
    theirs[rows, columns] = theirs[columns, rows] = np.array(said["cov"], dtype=float)
    found = model_residuals(fitted(name)).to_frame()
    # Where the model cannot miss, lavaan divides rounding errors by each other.
    missed = found[(found.residual_std.abs() > 1e-4) & (found.op == "~~")]
    assert len(missed) > 200
    other = theirs[[place[x] for x in missed.lhs], [place[x] for x in missed.rhs]]
    np.testing.assert_allclose(missed.z, other, atol=2e-4)
    means = found[found.op == "~1"]
    if name == "fiml":
        of_means = np.array(said["mean"], dtype=float)[[place[x] for x in means.lhs]]
        np.testing.assert_allclose(means.z, of_means, atol=2e-4)


def test_z_across_groups_agrees_with_score_tests():
    """Each item's intercept is the same in both groups, and its mean misses by that alone: z
    squared is asymptotically the score test of that equality, and the same in both groups."""
    result = fitted("groups")
    found = model_residuals(result).to_frame()
    z = found[found.op == "~1"].pivot(index="lhs", columns="group", values="z")
    np.testing.assert_allclose(z["1"], -z["2"], rtol=1e-6)
    tests = modification_indices(result).to_frame()
    tests = tests[(tests.held == "equal") & (tests.op == "~1")].set_index("lhs").mi
    np.testing.assert_allclose(z["1"] ** 2, tests[z.index], rtol=0.03)


def test_z_is_standard_normal_where_the_model_holds():
    rng = np.random.default_rng(7)
    loadings = np.array([0.8, 0.7, 0.9, 0.6])
    kept = []
    for _ in range(150):
        rows = rng.normal(size=(200, 1)) * loadings + rng.normal(size=(200, 4))
        data = pd.DataFrame(rows, columns=["a", "b", "c", "d"])
        frame = model_residuals(fit("f =~ a + b + c + d", data)).to_frame()
        kept.append(frame[frame.lhs != frame.rhs].z.to_numpy())
    z = np.array(kept)
    assert np.abs(z.std(axis=0) - 1).max() < 0.15
    assert np.abs(z.mean(axis=0)).max() < 0.25


@pytest.mark.parametrize("name", ["cfa", "sem", "fiml", "mimic"])
def test_srmr_is_the_root_mean_square(name):
    result = fitted(name)
    found = model_residuals(result)
    frame = found.to_frame()
    assert np.sqrt((frame.residual_std**2).mean()) == pytest.approx(result.fit["srmr"], rel=1e-10)
    assert found.srmr == result.fit["srmr"]
    off = frame[(frame.lhs != frame.rhs) | (frame.op == "~1")].residual_correlation
    assert np.sqrt((off**2).mean()) == pytest.approx(result.fit["crmr"], rel=1e-10)


def test_residuals_are_observed_less_implied():
    result = fitted("cfa")
    names = list(result.fitted.data.names)
    found = model_residuals(result)
    implied = implied_moments(result)
    observed = frame()[names].cov(ddof=0)
    np.testing.assert_allclose(found.matrix(), observed - implied, atol=1e-12)
    spread = frame()[names].std(ddof=0)
    np.testing.assert_allclose(
        found.matrix("residual_std"), found.matrix() / np.outer(spread, spread), atol=1e-12
    )
    np.testing.assert_allclose(
        found.matrix("residual_correlation"),
        frame()[names].corr() - implied_moments(result, "correlation"),
        atol=1e-12,
    )


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_a_saturated_model_has_no_residuals(seed):
    result = fit("f =~ x1 + x2 + x3", one_factor(seed), means=True)
    frame = model_residuals(result).to_frame()
    assert frame.residual.abs().max() < 1e-8
    assert frame.z.isna().all()


@given(st.lists(st.floats(-3, 3), min_size=5, max_size=5))
@settings(max_examples=6, deadline=None)
def test_z_does_not_depend_on_units(powers):
    data = one_factor(3, extra=0.6)
    text = "f =~ x1 + x2 + x3 + x4 + x5"
    one, other = (
        model_residuals(fit(text, d)).to_frame() for d in (data, data * 10.0 ** np.array(powers))
    )
    np.testing.assert_allclose(one.residual_std, other.residual_std, atol=1e-8)
    off = one.lhs != one.rhs
    np.testing.assert_allclose(one.z[off], other.z[off], rtol=1e-5, atol=1e-6)


def test_the_largest_come_first_and_nan_last():
    found = model_residuals(fitted("cfa"))
    top = found.largest(5)
    assert top.iloc[0][["lhs", "op", "rhs"]].tolist() == ["G17", "~~", "G9"]
    assert top.z.abs().is_monotonic_decreasing
    assert found.largest(253).z.tail(22).isna().all()
    assert found.largest(1, by="residual_correlation").rhs.iloc[0] == "G2"
    assert found.notes() == ("Largest in standard errors: G17 ~~ G9, z = 3.08.",)
    assert found.title() == "Residuals (observed less implied): n = 300, SRMR = 0.036"
    assert len(model_residuals(fitted("fiml")).notes("zh")) == 2


def test_matrices_of_groups():
    found = model_residuals(fitted("groups"))
    assert found.matrix("z", "2").loc["G1", "G6"] == pytest.approx(-2.9, abs=0.02)
    with pytest.raises(ModelError, match="several groups"):
        found.matrix()
    with pytest.raises(ModelError, match="no group '3'"):
        found.matrix(group="3")
    with pytest.raises(ModelError, match="not 'zz'"):
        found.matrix("zz")


def test_implied_moments_of_every_kind():
    result = fitted("second")
    latent = implied_moments(result, "latent")
    assert latent.index.tolist() == list(result.fitted.structure.table.latent)
    assert latent.loc["SQ", "SQ"] == pytest.approx(result.estimate("SQ ~~ SQ"))
    correlation = implied_moments(result, "latent_correlation")
    std = result.parameters.set_index(["lhs", "op", "rhs"]).loc[("SQ", "=~", "REL"), "std_all"]
    assert correlation.loc["REL", "SQ"] == pytest.approx(std)
    mean = implied_moments(result, "mean")["mean"]
    np.testing.assert_allclose(mean, frame()[list(mean.index)].mean(), atol=1e-12)
    groups = implied_moments(fitted("groups"), "mean")
    assert groups.index.names == ["group", "variable"]
    assert groups.shape == (16, 1)
    with pytest.raises(ModelError, match="of must be one of covariance"):
        implied_moments(result, "cov")


def test_moments_and_pickles_do():
    result = fitted("cfa")
    z = model_residuals(result).to_frame().z
    moments = Moments.from_frame(frame()[list(result.fitted.data.names)])
    np.testing.assert_allclose(
        model_residuals(fit_sem(result.model, moments)).to_frame().z, z, rtol=1e-4
    )
    again = model_residuals(pickle.loads(pickle.dumps(result)))
    assert again.to_frame().z.equals(z)
    with pytest.raises(ModelError, match="answers themselves"):
        model_residuals(pickle.loads(pickle.dumps(fitted("fiml"))))


def test_a_model_that_did_not_converge_is_refused():
    failed = replace(fitted("cfa"), converged=False)
    for function in (model_residuals, implied_moments):
        with pytest.raises(ConvergenceError, match="did not converge"):
            function(failed)
