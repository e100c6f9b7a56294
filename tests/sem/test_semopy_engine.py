"""Both engines say the same; semopy refuses what it does not do."""

import logging
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import AdmissibilityWarning, ConvergenceError, ModelError
from servqual.moments import Moments
from servqual.sem.estimation import summarise
from servqual.sem.fitting.fits import fit_structure
from servqual.sem.fitting.model_data import read_model_data, read_source
from servqual.sem.fitting.structure import build_structure
from servqual.sem.semopy_engine import semopy_fit, semopy_problems
from servqual.sem.specification.table import build_table
from tests.helpers import needs

GAPS = pd.read_csv(Path(__file__).parents[1] / "reference" / "gaps_300.csv")
SECOND = """TAN =~ G1 + G2 + G3 + G4
REL =~ G5 + G6 + G7 + G8 + G9
RES =~ G10 + G11 + G12 + G13
ASS =~ G14 + G15 + G16 + G17
EMP =~ G18 + G19 + G20 + G21 + G22
SAT =~ SAT1 + SAT2 + SAT3
LOY =~ LOY1 + LOY2 + LOY3
SQ =~ TAN + REL + RES + ASS + EMP
SAT ~ a*SQ
LOY ~ b*SAT + SQ
indirect := a*b"""
TWO = "SAT =~ SAT1 + SAT2 + SAT3; LOY =~ LOY1 + LOY2 + LOY3"
OBSERVED = "f =~ G1 + G2 + G3\nSAT1 ~ G5 + f + a*G6\nSAT2 ~ a*G5"
EQUAL = "f =~ G1 + a*G2 + a*G3 + a*G4"


@pytest.fixture(autouse=True)
def semopy():
    return needs("semopy")


def prepared(model, data, missing="listwise", group=None, weights=None, **options):
    source = read_source(data, group=group, weights=weights)
    n_groups = 1 if source.group is None else len(set(source.group))
    table = build_table(model, observed=source.names, n_groups=n_groups, **options)
    return build_structure(table), read_model_data(source, table.observed, missing)


def both(model, data, **options):
    structure, held = prepared(model, data, **options)
    return semopy_fit(structure, held), fit_structure(structure, held, "listwise")


def summary(fitted):
    return summarise(fitted, model="", estimator="ML", information="expected", confidence=0.95)


def check_same(theirs, ours):
    assert theirs.converged
    assert ours.converged
    np.testing.assert_allclose(theirs.parameters, ours.parameters, atol=2e-5)
    assert theirs.n * theirs.objective == pytest.approx(ours.n * ours.objective, abs=1e-7)
    assert theirs.loglik == pytest.approx(ours.loglik, abs=1e-7)
    assert theirs.saturated == ours.saturated
    assert semopy_problems(theirs) == []


@pytest.mark.parametrize(
    ("model", "options"),
    [(SECOND, {}), (OBSERVED, {}), (EQUAL, {}), (TWO, {"std_lv": True})],
    ids=["second order", "observed", "equal", "std.lv"],
)
def test_engines_agree_on_the_reference_survey(model, options):
    theirs, ours = both(model, GAPS, **options)
    check_same(theirs, ours)
    one, other = summary(theirs), summary(ours)
    assert list(one.parameters) == list(other.parameters)
    for column in ("estimate", "se", "std_all", "std_all_se", "ci_low"):
        np.testing.assert_allclose(one.parameters[column], other.parameters[column], atol=2e-5)
    np.testing.assert_allclose(one.fit, other.fit, rtol=1e-6, atol=1e-6)


def test_holzinger_and_swineford_as_published():
    examples = needs("semopy.examples.holzinger39")
    theirs, ours = both(examples.get_model(), examples.get_data())
    check_same(theirs, ours)
    for result in (summary(theirs), summary(ours)):
        fit = result.fit
        expected = {
            **{"chi2": 85.305522, "baseline_chi2": 918.851589, "loglik": -3737.744927},
            **{"loglik_saturated": -3695.092166, "aic": 7517.489853, "bic": 7595.339169},
            **{"cfi": 0.930560, "tli": 0.895839, "rmsea": 0.092121, "srmr": 0.065205},
            **{"nfi": 0.907161, "ifi": 0.931491, "rmsea_ci_low": 0.071418},
            **{"rmsea_ci_high": 0.113678, "df": 24, "baseline_df": 36, "n": 301},
        }
        assert {name: round(fit[name], 6) for name in expected} == expected
        assert fit["n_parameters"] == 21
        frame = result.parameters.set_index(["lhs", "rhs"])
        loadings = [("visual", "x2"), ("textual", "x5"), ("speed", "x8")]
        assert frame.loc[loadings, "estimate"].round(4).tolist() == [0.5535, 1.1131, 1.1800]
        np.testing.assert_allclose(
            frame.loc[loadings, "se"], [0.099665, 0.065420, 0.164987], atol=2e-6
        )
        np.testing.assert_allclose(
            frame.loc[[("visual", "x1"), ("textual", "x4"), ("speed", "x9")], "std_all"],
            [0.77188, 0.85158, 0.66501],
            atol=6e-6,
        )
        pairs = [("visual", "textual"), ("visual", "speed"), ("textual", "speed")]
        np.testing.assert_allclose(
            frame.loc[pairs, "std_all"], [0.45851, 0.47053, 0.28298], atol=6e-6
        )
        residuals = result.parameters.query("op == '~~' and lhs == rhs")["estimate"][:9]
        np.testing.assert_allclose(
            residuals,
            [0.54905, 1.13384, 0.84432, 0.37117, 0.44626, 0.35620, 0.79939, 0.48770, 0.56613],
            atol=6e-6,
        )


def test_political_democracy_as_published():
    examples = needs("semopy.examples.political_democracy")
    model = (
        examples.get_model()
        .replace("dem60 ~ ind60", "dem60 ~ a*ind60")
        .replace(
            "dem65 ~ ind60 + dem60", "dem65 ~ c*ind60 + b*dem60\nindirect := a*b\ntotal := c + a*b"
        )
    )
    theirs, ours = both(model, examples.get_data())
    check_same(theirs, ours)
    for result in (summary(theirs), summary(ours)):
        expected = {
            **{"chi2": 38.125218, "p_value": 0.329180, "baseline_chi2": 730.654085},
            **{"cfi": 0.995375, "tli": 0.992731, "loglik": -1547.790943, "aic": 3157.581887},
            **{"bic": 3229.424018, "rmsea": 0.034504, "rmsea_ci_low": 0.0, "srmr": 0.044418},
            **{"rmsea_ci_high": 0.092233, "df": 35, "n_parameters": 31, "n": 75},
        }
        assert {name: round(result.fit[name], 6) for name in expected} == expected
        frame = result.parameters.set_index("label").loc[["a", "c", "b", "indirect", "total"]]
        np.testing.assert_allclose(
            frame["estimate"], [1.483001, 0.572336, 0.837345, 1.241783, 1.814119], atol=3e-6
        )
        np.testing.assert_allclose(
            frame["se"], [0.399149, 0.221314, 0.098351, 0.3554223, 0.3735884], atol=2e-6
        )
        np.testing.assert_allclose(
            frame["std_all"], [0.446713, 0.182259, 0.885229, 0.3954433, 0.5777026], atol=2e-6
        )
        assert frame.loc["indirect", "z"] == pytest.approx(3.493823, abs=1e-5)
        assert frame.loc["indirect", "p_value"] == pytest.approx(4.7616e-4, abs=1e-8)
        np.testing.assert_allclose(
            frame.loc["indirect", ["ci_low", "ci_high"]].astype(float),
            [0.5451678, 1.938398],
            atol=1e-5,
        )
        assert result.r_squared[["dem60", "dem65"]].round(3).tolist() == [0.200, 0.961]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(3, 5), n=st.integers(150, 400))
def test_engines_agree_on_any_survey_with_one_factor(seed, k, n):
    rng = np.random.default_rng(seed)
    names = [f"x{i}" for i in range(k)]
    answers = rng.uniform(0.6, 1.2, k) * rng.standard_normal((n, 1)) + rng.standard_normal((n, k))
    check_same(*both(f"f =~ {' + '.join(names)}", pd.DataFrame(answers, columns=names)))


def test_moments_are_enough():
    names = ["G1", "G2", "G3", "G4"]
    moments = Moments.from_frame(GAPS[names])
    theirs, _ = both(f"f =~ {' + '.join(names)}", moments)
    by_rows, _ = both(f"f =~ {' + '.join(names)}", GAPS)
    np.testing.assert_allclose(theirs.parameters, by_rows.parameters, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"missing": "fiml"}, "missing='fiml' (its chi-square of incomplete rows is wrong)"),
        ({"estimator": "MLR"}, "estimator='MLR' (it has no scaled tests)"),
        ({"group": "half"}, "groups (it has no constraints between them)"),
        ({"weights": "w"}, "sampling weights"),
        ({"means": True}, "intercepts and means"),
        ({"model": "f =~ G1 + a*G2 + b*G3 + G4; a == 2*b"}, "constraints (==)"),
    ],
)
def test_what_semopy_does_not_do_is_refused(arguments, reason):
    frame = GAPS.assign(half=np.arange(300) % 2, w=np.linspace(1, 2, 300))
    arguments = {"model": "f =~ G1 + G2 + G3 + G4", "data": frame} | arguments
    estimator = arguments.pop("estimator", "ML")
    structure, held = prepared(**arguments)
    with pytest.raises(ModelError, match="engine='semopy' fits one group") as caught:
        semopy_fit(structure, held, arguments.get("missing", "listwise"), estimator)
    assert reason in str(caught.value)
    assert str(caught.value).endswith("Leave engine= out for that.")


def test_all_reasons_are_named_at_once():
    structure, held = prepared("f =~ G1 + G2 + G3", GAPS, means=True)
    with pytest.raises(ModelError, match=r"MLM.*, missing='fiml'.*, intercepts and means"):
        semopy_fit(structure, held, "fiml", "MLM")


def test_a_model_too_large_for_its_data_is_refused():
    structure, held = prepared("f =~ G1 + G2 + G3; G1 ~~ G2", GAPS)
    with pytest.raises(ModelError, match="7 free parameters, but 3 variables have only 6"):
        semopy_fit(structure, held)


def test_variances_that_semopy_holds_at_zero_are_named():
    """Ours finds a ~~ a below 0; semopy stops at 0 and calls it a success."""
    rng = np.random.default_rng(7)
    f = rng.standard_normal((60, 1))
    noise = rng.standard_normal((60, 4)) * [0.2, 0.9, 1, 1]
    frame = pd.DataFrame(f * [0.9, 0.5, 0.2, 0.3] + noise, columns=list("abcd"))
    theirs, ours = both("f =~ a + b + c + d", frame)
    assert ours.converged
    assert ours.cells[3] == pytest.approx(-0.254, abs=1e-3)
    assert not theirs.converged
    assert theirs.objective > ours.objective
    (problem,) = semopy_problems(theirs)
    assert problem.startswith("semopy holds variances at 0 or above, and the best fit has 1 below")
    assert "a ~~ a" in problem
    with pytest.warns(AdmissibilityWarning, match="did not converge"):
        result = summary(theirs)
    assert np.isnan(result.fit["chi2"])
    assert result.parameters["se"].dropna().eq(0).all()


def test_estimates_away_from_the_best_fit_are_not_taken(semopy, monkeypatch):
    """semopy reports a success wherever its solver stops."""
    solve = semopy.Model.fit

    def stop(self, *arguments, **options):
        done = solve(self, *arguments, **options)
        self.param_vals = done.x = self.param_vals + 0.05
        return done

    monkeypatch.setattr(semopy.Model, "fit", stop)
    structure, held = prepared("f =~ G1 + G2 + G3 + G4", GAPS)
    fitted = semopy_fit(structure, held)
    assert not fitted.converged
    (problem,) = semopy_problems(fitted)
    assert problem.startswith("semopy stopped some ")
    assert "standard errors away from the best fit" in problem


def test_no_estimates_at_all_are_an_error(semopy, monkeypatch):
    def fail(self, *arguments, **options):
        raise np.linalg.LinAlgError("singular")

    structure, held = prepared("f =~ G1 + G2 + G3 + G4", GAPS)
    monkeypatch.setattr(semopy.Model, "fit", fail)
    with pytest.raises(ConvergenceError, match=r"semopy gave up: singular\."):
        semopy_fit(structure, held)


def test_logging_stays_as_it_was():
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    names = ["G1", "G2", "G3", "G4"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        both(f"f =~ {' + '.join(names)}", Moments.from_frame(GAPS[names]))
    assert (root.level, list(root.handlers)) == before
    assert caught == []


def test_it_is_the_engine_of_fit_sem():
    with pytest.raises(ValueError, match="engine must be one of 'servqual', 'semopy', not 'amos'"):
        sq.fit_sem(EQUAL, GAPS, engine="amos")
    theirs, ours = sq.fit_sem(EQUAL, GAPS, engine="semopy"), sq.fit_sem(EQUAL, GAPS)
    assert theirs.engine == "semopy"
    assert theirs.title().startswith("Structural model (ML, by semopy): n = 300; χ²(4) = 11.44")
    assert ours.title().startswith("Structural model (ML): n = 300; χ²(4) = 11.44")
    np.testing.assert_allclose(theirs.fit, ours.fit, rtol=1e-6, atol=1e-6)
    with pytest.raises(ModelError, match="missing='fiml'"):
        sq.fit_sem(EQUAL, GAPS, missing="fiml", engine="semopy")
