"""Intervals of effects from draws of the estimates' distribution."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from servqual.errors import ModelError
from servqual.moments import Moments
from servqual.sem.estimation import fit_sem
from servqual.sem.resamples._draws import quantities_of
from servqual.sem.resamples._indirect import indirect_effects
from servqual.sem.resamples.monte_carlo import monte_carlo_interval

REFERENCE = Path(__file__).parents[2] / "reference"
MODEL = """
TAN =~ G1 + G2 + G3 + G4
SAT =~ SAT1 + SAT2 + SAT3
LOY =~ LOY1 + LOY2 + LOY3
SAT ~ a*TAN
LOY ~ b*SAT + c*TAN
ind := a*b
total := c + ind
"""


@pytest.fixture(scope="module")
def result():
    return fit_sem(MODEL, pd.read_csv(REFERENCE / "gaps_300.csv"))


@pytest.fixture(scope="module")
def drawn(result):
    return monte_carlo_interval(result, 40_000, seed=1)


def test_the_product_of_two_paths_has_its_exact_distribution(result, drawn):
    """The quantiles of a product of two correlated normal estimates, by quadrature."""
    from scipy.integrate import quad
    from scipy.optimize import brentq
    from scipy.stats import norm

    rows = [row.label for row in result.fitted.structure.table.parameters if row.free]
    at = [rows.index("a"), rows.index("b")]
    (a, b), v = result.fitted.parameters[at], result.covariance[np.ix_(at, at)]

    def below(x):
        """P(A B < x), over A; B given A is normal."""

        def inner(z):
            one = a + z * np.sqrt(v[0, 0])
            mean = b + v[0, 1] / v[0, 0] * (one - a)
            sd = np.sqrt(v[1, 1] - v[0, 1] ** 2 / v[0, 0])
            p = norm.cdf((x / one - mean) / sd)
            return norm.pdf(z) * (p if one > 0 else 1 - p)

        return quad(inner, -8, 8, points=[-a / np.sqrt(v[0, 0])], limit=200)[0]

    row = drawn.to_frame().set_index("lhs").loc["ind"]
    for end, p in (("ci_low", 0.025), ("ci_high", 0.975)):
        exact = brentq(lambda x, p=p: below(x) - p, -1, 2)
        # The share of draws below the exact quantile is p up to its Monte Carlo error.
        assert below(row[end]) == pytest.approx(p, abs=3.5 * np.sqrt(p * (1 - p) / 4e4))
        assert row[end] == pytest.approx(exact, abs=0.004)


def test_a_sum_of_paths_has_the_normal_interval(result, drawn):
    direct = fit_sem(MODEL.replace("total := c + ind", "total := c + a"), _gaps())
    row = monte_carlo_interval(direct, 40_000, seed=1).to_frame().set_index("lhs").loc["total"]
    delta = direct.parameters.set_index("lhs").loc["total"]
    assert row["estimate"] == delta["estimate"]
    assert row["se"] == pytest.approx(delta["se"], rel=3.5 / np.sqrt(8e4))
    for end in ("ci_low", "ci_high"):
        assert row[end] == pytest.approx(delta[end], abs=0.05 * delta["se"])


def _gaps():
    return pd.read_csv(REFERENCE / "gaps_300.csv")


def test_indirect_effects_need_no_definition(drawn):
    frame = drawn.to_frame()
    assert list(frame["op"]) == [":=", ":=", "indirect"]
    defined, found = frame.iloc[0], frame.iloc[2]
    assert (found["lhs"], found["rhs"], found["label"]) == ("LOY", "TAN", "TAN -> SAT -> LOY")
    columns = list(frame.columns[5:])
    assert columns == [
        f"{prefix}{name}" if name else of
        for of, prefix in (("estimate", ""), ("std_lv", "std_lv_"), ("std_all", "std_all_"))
        for name in ("", "se", "ci_low", "ci_high")
    ]
    np.testing.assert_allclose(
        found[columns].to_numpy(float), defined[columns].to_numpy(float), rtol=1e-12
    )


def test_standardised_effects_agree_with_the_delta_method(result, drawn):
    frame, delta = drawn.to_frame().iloc[:2], result.parameters.iloc[-2:]
    for of in ("std_lv", "std_all"):
        np.testing.assert_allclose(frame[of], delta[of], rtol=1e-12)
        np.testing.assert_allclose(frame[f"{of}_se"], delta[f"{of}_se"], rtol=0.05)


def test_the_same_seed_gives_the_same_draws_and_more_begin_with_them(result):
    one = monte_carlo_interval(result, 2500, seed=3)
    assert one == monte_carlo_interval(result, 2500, seed=3)
    assert one != monte_carlo_interval(result, 2500, seed=4)


def test_moments_are_as_good_as_answers(result):
    names = [name for name in result.fitted.data.names]
    of_moments = fit_sem(MODEL, Moments.from_frame(_gaps()[names]))
    pd.testing.assert_frame_equal(
        monte_carlo_interval(of_moments, 1000, seed=1).to_frame(),
        monte_carlo_interval(result, 1000, seed=1).to_frame(),
        rtol=1e-6,
    )


def test_an_effect_without_standard_errors_has_no_interval(result):
    rows = [row.label for row in result.fitted.structure.table.parameters if row.free]
    covariance = result.covariance.copy()
    at = rows.index("a")
    covariance[at] = covariance[:, at] = np.nan
    drawn = monte_carlo_interval(replace(result, covariance=covariance), 1000, seed=1)
    frame = drawn.to_frame()
    assert frame[["se", "ci_low", "std_all_ci_high"]].isna().all(axis=None)
    assert frame["estimate"].notna().all()
    assert "without a standard error" in drawn.problems[0]
    assert drawn.problems[0] in drawn.notes()


def test_a_model_without_effects_says_how_to_define_one():
    result = fit_sem("TAN =~ G1 + G2 + G3 + G4", _gaps())
    with pytest.raises(ModelError, match="indirect := a\\*b"):
        monte_carlo_interval(result)


def test_senseless_wishes_are_refused(result):
    with pytest.raises(ValueError, match="n_draws must be a whole number of at least 2"):
        monte_carlo_interval(result, 1)
    with pytest.raises(ValueError, match="confidence must lie"):
        monte_carlo_interval(result, confidence=1)
    with pytest.raises(ModelError, match="did not converge"):
        monte_carlo_interval(replace(result, fitted=replace(result.fitted, converged=False)))


def test_it_says_what_it_did(result):
    drawn = monte_carlo_interval(result, 1000, seed=1, confidence=0.9)
    assert drawn.title() == (
        "Monte Carlo intervals of effects (ML): n = 300; 1,000 draws of the parameters; "
        "90 % intervals"
    )
    assert drawn.problems == ()


PATHS = """
x ~~ w
m1 ~ x
m2 ~ m1 + x
y ~ m2 + m1 + w
"""


def observed(columns):
    rows = np.random.default_rng(1).normal(size=(60, len(columns)))
    return pd.DataFrame(rows, columns=list(columns))


def test_every_way_from_a_predictor_to_an_outcome_is_an_indirect_effect():
    frame = observed(["x", "w", "m1", "m2", "y"])
    result = fit_sem(PATHS, frame)
    table = result.fitted.structure.table
    assert sorted(map(str, indirect_effects(table))) == [
        "m1 -> m2 -> y",
        "x -> m1 -> m2",
        "x -> m1 -> m2 -> y",
        "x -> m1 -> y",
        "x -> m2 -> y",
    ]
    # All of them from one variable to another sum to its total effect less the direct one.
    quantities = quantities_of(result.fitted.structure)
    values = quantities.at(result.fitted.cells[None], "estimate")[0]
    names = quantities.names(("",))
    layout, implied = result.fitted.structure.layouts[0], result.fitted.point.implied[0]
    at = {name: i for i, name in enumerate(layout.factors)}
    for outcome, predictor in (("y", "x"), ("m2", "x"), ("y", "m1")):
        of = (names["op"] == "indirect") & (names["lhs"] == outcome) & (names["rhs"] == predictor)
        total = implied.effects[0, at[outcome], at[predictor]]
        direct = implied.matrices["beta"][0, at[outcome], at[predictor]]
        assert values[of].sum() == pytest.approx(total - direct, abs=1e-12)


def test_variables_in_a_circle_have_no_products_of_paths():
    frame = observed(["x", "z", "y1", "y2"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = fit_sem("y1 ~ x + y2\ny2 ~ z + y1", frame)
    assert indirect_effects(result.fitted.structure.table) == ()


def test_each_group_has_its_own_indirect_effects():
    frame = observed(["x", "m", "y"]).assign(half=np.arange(60) % 2)
    result = fit_sem("m ~ x\ny ~ m", frame, group="half")
    drawn = monte_carlo_interval(result, 1000, seed=1).to_frame()
    assert list(drawn["group"]) == list(result.groups)
    paths = result.parameters[result.parameters["op"] == "~"]
    for group, found in zip(result.groups, drawn["estimate"], strict=True):
        assert found == pytest.approx(paths[paths["group"] == group]["estimate"].prod(), abs=1e-12)
